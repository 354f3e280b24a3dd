package sandbox

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"net/http"
	"strings"
)

// credentials are the one account that a sandbox knows. Digests have one length, so that comparing them
// takes the same time for every guess.
type credentials struct {
	user, token [sha256.Size]byte
}

const unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"

func newCredentials(accountSID, authToken string) (credentials, error) {
	if accountSID == "" || strings.Trim(accountSID, unreserved) != "" || strings.Trim(accountSID, ".") == "" {
		return credentials{}, errors.New("sandbox: AccountSID must be one or more of A-Z a-z 0-9 - . _ ~, and not dots alone")
	}
	if authToken == "" || strings.ContainsFunc(authToken, func(r rune) bool { return r < ' ' || r == 0x7F }) {
		return credentials{}, errors.New("sandbox: AuthToken must be one or more characters, none a control character")
	}
	return credentials{
		user:  sha256.Sum256([]byte(accountSID)),
		token: sha256.Sum256([]byte(authToken)),
	}, nil
}

var (
	errUnauthorized = &apiError{
		Status:  http.StatusUnauthorized,
		Message: "The AccountSID or the AuthToken is missing or wrong. Send them as the user and the password of HTTP Basic.",
	}
	errForbidden = &apiError{
		Status:  http.StatusForbidden,
		Message: "These credentials have no access to this account. The account in the path must be the AccountSID of the credentials.",
	}
)

// authorize compares the credentials of a request with ours, and the account of its path, if it has one, with
// its user. It returns those that the request has, whether they are right or not.
func (c *credentials) authorize(r *http.Request, account string) (user, token string, err error) {
	user, token, ok := r.BasicAuth()
	given := credentials{user: sha256.Sum256([]byte(user)), token: sha256.Sum256([]byte(token))}
	same := subtle.ConstantTimeCompare(given.user[:], c.user[:]) & subtle.ConstantTimeCompare(given.token[:], c.token[:])
	if !ok || same != 1 || len(r.Header["Authorization"]) != 1 {
		return user, token, errUnauthorized
	}
	if account != "" && user != account {
		return user, token, errForbidden
	}
	return user, token, nil
}

func (c *credentials) isToken(text string) bool {
	digest := sha256.Sum256([]byte(text))
	return subtle.ConstantTimeCompare(digest[:], c.token[:]) == 1
}
