package sandbox

import (
	"context"
	"errors"
	"time"
)

func (s *sqliteStore) Accounts(ctx context.Context) (accounts []Account, changed <-chan struct{}, err error) {
	changed = s.accountsChanged.next()
	err = s.read(func() error {
		rows, err := s.reads.QueryContext(ctx, "SELECT sid, token, added FROM account ORDER BY sid")
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var account Account
			var digest []byte
			var added int64
			if err := rows.Scan(&account.SID, &digest, &added); err != nil {
				return err
			}
			if len(digest) != len(account.TokenDigest) {
				return errors.New("the digest of the token of " + account.SID + " has another length than SHA-256")
			}
			copy(account.TokenDigest[:], digest)
			account.Added = time.UnixMicro(added).UTC()
			accounts = append(accounts, account)
		}
		return rows.Err()
	})
	return accounts, changed, err
}

func (s *sqliteStore) AddAccount(ctx context.Context, account Account) error {
	digest := account.TokenDigest[:]
	return s.changeAccounts(ctx, func(w *writer) (refused, failed error) {
		taken, err := w.db.has("SELECT 1 FROM account WHERE sid = ?", account.SID)
		if taken {
			return ErrAccountTaken, nil
		}
		if err == nil {
			taken, err = w.db.has("SELECT 1 FROM account WHERE token = ?", digest)
		}
		if taken {
			return ErrTokenTaken, nil
		}
		if err == nil {
			err = w.db.run("INSERT INTO account (sid, token, added) VALUES (?, ?, ?)", account.SID, digest, account.Added.UnixMicro())
		}
		return nil, err
	})
}

func (s *sqliteStore) RemoveAccount(ctx context.Context, accountSID string) error {
	return s.changeAccounts(ctx, func(w *writer) (refused, failed error) {
		has, err := w.db.has("SELECT 1 FROM account WHERE sid = ?", accountSID)
		if err == nil && !has {
			return ErrNoAccount, nil
		}
		if err == nil {
			err = w.db.run("DELETE FROM account WHERE sid = ?", accountSID)
		}
		return nil, err
	})
}

func (s *sqliteStore) changeAccounts(ctx context.Context, write func(*writer) (refused, failed error)) error {
	err := s.do(ctx, write)
	if err == nil {
		s.accountsChanged.tell()
	}
	return err
}
