package sandbox

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"sync/atomic"
	"time"
)

// directory knows the accounts: the one of Config, and those of its AccountStore, of which it asks another process's
// changes only once a second.
type directory struct {
	own       Account
	sidDigest [sha256.Size]byte // of own
	stored    cached[accountIndex]

	askAgain atomic.Int64 // when, after it failed, in Unix nanoseconds
}

type accountIndex struct {
	bySID   map[string]*Account
	byToken tokenDigests
}

func newDirectory(own Account, store AccountStore) *directory {
	d := &directory{own: own, sidDigest: sha256.Sum256([]byte(own.SID))}
	d.stored.read = func(ctx context.Context) (accountIndex, <-chan struct{}, error) {
		list, changed, err := store.Accounts(ctx)
		index := accountIndex{map[string]*Account{}, tokenDigests{}}
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
	if subtle.ConstantTimeCompare(userDigest[:], d.sidDigest[:])&subtle.ConstantTimeCompare(tokenDigest[:], d.own.TokenDigest[:]) == 1 {
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

// digests are those of the tokens of all accounts but the one of Config. A store that cannot be asked is asked again
// only after a second: the last answer must do until then.
func (d *directory) digests() tokenDigests {
	now := time.Now()
	last := d.stored.current.Load()
	switch {
	case last == nil && now.UnixNano() < d.askAgain.Load():
		return nil
	case last != nil && (last.isFresh(now) || now.UnixNano() < d.askAgain.Load()):
		return last.value.byToken
	}
	ctx, cancel := context.WithTimeout(context.Background(), maxAge)
	defer cancel()
	index, err := d.stored.get(ctx)
	if err != nil {
		d.askAgain.Store(time.Now().Add(maxAge).UnixNano())
		return d.digests()
	}
	return index.byToken
}

// has tells whether there is an account.
func (d *directory) has(sid string) bool {
	if sid == d.own.SID {
		return true
	}
	index, err := d.stored.get(context.Background())
	return err == nil && index.bySID[sid] != nil
}

// visibleTo are the accounts whose requests an account sees, or "" for all: its own. Those of nobody, without the
// credentials of an account and on the path of none, are for the account of Config, so that who is alone sees why a
// client has no success.
func (d *directory) visibleTo(account string) []string {
	switch account {
	case "":
		return nil
	case d.own.SID:
		return []string{account, ""}
	}
	return []string{account}
}
