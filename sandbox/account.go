package sandbox

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"time"
)

// An Account is one whose requests a sandbox carries out.
type Account struct {
	SID string
	// TokenDigest is the SHA-256 of its token. A token of 130 random bits, as the command makes it, is not found by
	// trying, so that a slow hash would protect nothing more.
	TokenDigest [sha256.Size]byte
	// Added is when it was added, in UTC, in whole microseconds; zero if that is not known.
	Added time.Time
}

var (
	// ErrNoAccount is what an AccountStore says of an account that it does not have.
	ErrNoAccount = errors.New("sandbox: there is no such account")
	// ErrAccountTaken is what it says of an account to add that it has already.
	ErrAccountTaken = errors.New("sandbox: there is an account of this AccountSID already")
	// ErrTokenTaken is what it says of an account to add with the token of another.
	ErrTokenTaken = errors.New("sandbox: another account has this token")
)

// AccountStore keeps accounts. It is safe for concurrent use, also by other processes. Every Store is one.
type AccountStore interface {
	// Accounts returns all accounts, by their SIDs, and a channel that is closed once they may have changed since:
	// at once if this AccountStore changes them, and as soon as it can tell if another process does. A sandbox reads
	// them again each second in any case.
	Accounts(ctx context.Context) (accounts []Account, changed <-chan struct{}, err error)
	// AddAccount adds an account, or fails with ErrAccountTaken or ErrTokenTaken.
	AddAccount(ctx context.Context, account Account) error
	// RemoveAccount removes an account, or fails with ErrNoAccount. Its contacts stay.
	RemoveAccount(ctx context.Context, accountSID string) error
}

const unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"

// NewAccount is an account with a token, as it is added to an AccountStore now. It fails if one of them cannot be
// used in a path and in HTTP Basic; the error names it.
func NewAccount(accountSID, authToken string) (Account, error) {
	if err := checkSID(accountSID); err != nil {
		return Account{}, fmt.Errorf("sandbox: %w", err)
	}
	if authToken == "" || strings.ContainsFunc(authToken, func(r rune) bool { return r < ' ' || r == 0x7F }) {
		return Account{}, errors.New("sandbox: AuthToken must be one or more characters, none a control character")
	}
	return Account{
		SID:         accountSID,
		TokenDigest: sha256.Sum256([]byte(authToken)),
		Added:       time.Now().UTC().Truncate(time.Microsecond),
	}, nil
}

func checkSID(accountSID string) error {
	if accountSID == "" || strings.Trim(accountSID, unreserved) != "" || strings.Trim(accountSID, ".") == "" {
		return errors.New("AccountSID must be one or more of A-Z a-z 0-9 - . _ ~, and not dots alone")
	}
	return nil
}
