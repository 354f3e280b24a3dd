package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"example.com/contacts/sandbox"
)

// Accounts implements sandbox.AccountStore.
func (d *Database) Accounts(ctx context.Context) (accounts []sandbox.Account, changed <-chan struct{}, err error) {
	changed = d.news.next(accountNews)
	err = d.read(ctx, func(ctx context.Context, conn *pgxpool.Conn) (err error) {
		rows, _ := conn.Query(ctx, "SELECT sid, token, added FROM account ORDER BY sid")
		accounts, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (account sandbox.Account, err error) {
			var digest []byte
			var added time.Time
			err = row.Scan(&account.SID, &digest, &added)
			if err == nil && copy(account.TokenDigest[:], digest) != len(account.TokenDigest) {
				err = errors.New("the digest of the token of " + account.SID + " is no SHA-256")
			}
			account.Added = added.UTC()
			return account, err
		})
		return err
	})
	return accounts, changed, err
}

// AddAccount implements sandbox.AccountStore.
func (d *Database) AddAccount(ctx context.Context, account sandbox.Account) error {
	err := d.changeAndTell(ctx, accountNews, func(ctx context.Context, tx pgx.Tx) error {
		_, err := tx.Exec(ctx, "INSERT INTO account (sid, token, added) VALUES ($1, $2, $3)", account.SID, account.TokenDigest[:], account.Added)
		return err
	})
	var failed *pgconn.PgError
	if errors.As(err, &failed) && failed.Code == uniqueViolation {
		if failed.ConstraintName == "account_token" {
			return sandbox.ErrTokenTaken
		}
		return sandbox.ErrAccountTaken
	}
	return err
}

// RemoveAccount implements sandbox.AccountStore.
func (d *Database) RemoveAccount(ctx context.Context, accountSID string) error {
	return d.changeAndTell(ctx, accountNews, func(ctx context.Context, tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, "DELETE FROM account WHERE sid = $1", accountSID)
		if err == nil && tag.RowsAffected() == 0 {
			err = &refusedError{sandbox.ErrNoAccount}
		}
		return err
	})
}
