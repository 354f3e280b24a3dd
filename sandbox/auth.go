package sandbox

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"time"
)

// directory knows the accounts: the one of Config, and those of its AccountStore, of which it asks another process's
// changes only once a second.
type directory struct {
	own    Account
	stored cached[accountIndex]
}

type accountIndex struct {
	bySID   map[string]*Account
	byToken map[[sha256.Size]byte]*Account
}

func newDirectory(own Account, store AccountStore) *directory {
	d := &directory{own: own}
	d.stored.read = func(ctx context.Context) (accountIndex, <-chan struct{}, error) {
		list, changed, err := store.Accounts(ctx)
		index := accountIndex{map[string]*Account{}, map[[sha256.Size]byte]*Account{}}
		for i := range list {
			index.bySID[list[i].SID] = &list[i]
			index.byToken[list[i].TokenDigest] = &list[i]
		}
		return index, changed, err
	}
	return d
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

// authenticate checks the credentials of a request. It returns those that the request has, whether they are right or
// not. Digests have one length, so that comparing them takes the same time for every guess, and an account that there
// is not is compared, too.
func (d *directory) authenticate(r *http.Request) (user, token string, err error) {
	user, token, is := r.BasicAuth()
	if !is || len(r.Header["Authorization"]) != 1 {
		return user, token, errUnauthorized
	}
	userDigest, tokenDigest := sha256.Sum256([]byte(user)), sha256.Sum256([]byte(token))
	ownDigest := sha256.Sum256([]byte(d.own.SID))
	if subtle.ConstantTimeCompare(userDigest[:], ownDigest[:])&subtle.ConstantTimeCompare(tokenDigest[:], d.own.TokenDigest[:]) == 1 {
		return user, token, nil
	}
	is, err = d.ask(r.Context(), func(index accountIndex) bool {
		account, found := index.bySID[user]
		if !found {
			account = &Account{}
		}
		return subtle.ConstantTimeCompare(tokenDigest[:], account.TokenDigest[:]) == 1 && found
	})
	if err == nil && !is {
		err = errUnauthorized
	}
	return user, token, err
}

// ask asks the accounts; once more, of this moment, if the answer is no: another process may have added one.
func (d *directory) ask(ctx context.Context, question func(accountIndex) bool) (bool, error) {
	begin := time.Now()
	index, err := d.stored.get(ctx)
	if err == nil && !question(index) {
		if index, err = d.stored.since(ctx, begin); err == nil && !question(index) {
			return false, nil
		}
	}
	if err != nil {
		return false, storeFailed(err)
	}
	return true, nil
}

// accountOfToken is the account that has a token.
func (d *directory) accountOfToken(ctx context.Context, token string) (sid string, err error) {
	digest := sha256.Sum256([]byte(token))
	if subtle.ConstantTimeCompare(digest[:], d.own.TokenDigest[:]) == 1 {
		return d.own.SID, nil
	}
	is, err := d.ask(ctx, func(index accountIndex) bool {
		account := index.byToken[digest]
		if account != nil {
			sid = account.SID
		}
		return account != nil
	})
	if err == nil && !is {
		err = errUnauthorized
	}
	return sid, err
}

// isToken tells whether a text is the token of an account.
func (d *directory) isToken(text string) bool {
	digest := sha256.Sum256([]byte(text))
	if digest == d.own.TokenDigest {
		return true
	}
	index, err := d.stored.get(context.Background())
	return err == nil && index.byToken[digest] != nil
}

// maySee tells whether an account, or "" for all, sees the requests of another. Those of nobody, with credentials of no
// account, are for the one of Config, so that who is alone sees why a client has no success.
func (d *directory) maySee(reader, account string) bool {
	if reader == "" || reader == account {
		return true
	}
	if reader != d.own.SID {
		return false
	}
	index, err := d.stored.get(context.Background())
	return err == nil && index.bySID[account] == nil
}
