package sandbox

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// OpenAccountsFile returns an AccountStore that is a text file, of one account a line:
//
//	SID sha256:HEX
//
// HEX is the SHA-256 of the account's token. The time when it was added, in RFC 3339, may follow. Empty lines, and
// those that begin with #, are ignored. A file that is changed by others is read again. AddAccount makes a file that is not
// there, readable to its owner only.
func OpenAccountsFile(path string) (AccountStore, error) {
	absolute, err := filepath.Abs(path)
	if err == nil && path == "" {
		err = errors.New("the path is empty")
	}
	if err == nil {
		// A file that is there is replaced where it is, also if it is named by a link.
		if resolved, linkErr := filepath.EvalSymlinks(absolute); linkErr == nil {
			absolute = resolved
		}
		_, err = readAccounts(absolute)
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("sandbox: cannot read the accounts of %q: %w", path, err)
	}
	return &accountsFile{path: absolute}, nil
}

type accountsFile struct {
	path    string
	changed notice
}

func (f *accountsFile) Accounts(context.Context) ([]Account, <-chan struct{}, error) {
	changed := f.changed.next()
	lines, err := readAccounts(f.path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, nil, fmt.Errorf("sandbox: cannot read the accounts of %q: %w", f.path, err)
	}
	return lines.accounts(), changed, nil
}

func (f *accountsFile) AddAccount(ctx context.Context, account Account) error {
	return f.change(ctx, func(lines accountLines) (accountLines, error) {
		if _, err := withAccount(lines.accounts(), account); err != nil {
			return nil, err
		}
		return append(lines, accountLine{text: lineOf(account)}), nil
	})
}

func (f *accountsFile) RemoveAccount(ctx context.Context, accountSID string) error {
	return f.change(ctx, func(lines accountLines) (accountLines, error) {
		for i, line := range lines {
			if line.account != nil && line.account.SID == accountSID {
				return append(lines[:i:i], lines[i+1:]...), nil
			}
		}
		return nil, ErrNoAccount
	})
}

// change writes a new file and puts it in the place of the old one, so that nobody reads half of it. The new one is the
// lock, too: while it is there, nobody else changes the accounts.
func (f *accountsFile) change(ctx context.Context, change func(accountLines) (accountLines, error)) (err error) {
	file, err := f.lock(ctx)
	if err != nil {
		return fmt.Errorf("sandbox: cannot change the accounts of %q: %w", f.path, err)
	}
	defer func() {
		if err != nil {
			file.Close()
			os.Remove(file.Name())
		}
	}()
	lines, err := readAccounts(f.path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if lines, err = change(lines); err != nil {
		return err
	}
	if info, err := os.Stat(f.path); err == nil {
		if err := file.Chmod(info.Mode().Perm()); err != nil {
			return err
		}
	}
	for _, line := range lines {
		if _, err := file.WriteString(line.text + "\n"); err != nil {
			return err
		}
	}
	if err := errors.Join(file.Sync(), file.Close()); err != nil {
		return err
	}
	if err := os.Rename(file.Name(), f.path); err != nil {
		return err
	}
	f.changed.tell()
	return nil
}

// lockTime is how long a change waits for another, which takes no time.
const lockTime = 5 * time.Second

func (f *accountsFile) lock(ctx context.Context) (*os.File, error) {
	for deadline := time.Now().Add(lockTime); ; {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		file, err := os.OpenFile(f.path+".lock", os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		switch {
		case errors.Is(err, os.ErrExist) && time.Now().Before(deadline):
			time.Sleep(10 * time.Millisecond)
		case errors.Is(err, os.ErrExist):
			return nil, fmt.Errorf("another command is changing them; if none is running, remove %s", f.path+".lock")
		default:
			return file, err
		}
	}
}

// accountLines are the lines of a file, with those that are no account.
type accountLines []accountLine

type accountLine struct {
	text    string
	account *Account
}

func (lines accountLines) accounts() (accounts []Account) {
	for _, line := range lines {
		if line.account != nil {
			i, _ := findAccount(accounts, line.account.SID)
			accounts = append(accounts[:i:i], append([]Account{*line.account}, accounts[i:]...)...)
		}
	}
	return accounts
}

// maxAccountsFile is the largest file of accounts, in bytes: about a hundred thousand.
const maxAccountsFile = 16 << 20

// readAccounts reads a file. An error names the line.
func readAccounts(path string) (lines accountLines, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("it is not a regular file")
	}
	if info.Size() > maxAccountsFile {
		return nil, fmt.Errorf("it has more than %d bytes", maxAccountsFile)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	numbers := map[string]int{} // of lines, by account and by digest
	for text := range strings.Lines(string(content)) {
		line := accountLine{text: strings.TrimRight(text, "\r\n")}
		if fields := strings.Fields(line.text); len(fields) > 0 && fields[0][0] != '#' {
			account, err := parseAccount(fields)
			if err == nil {
				for _, key := range []string{account.SID, string(account.TokenDigest[:])} {
					if before := numbers[key]; before > 0 {
						err = fmt.Errorf("it has the account or the token of line %d", before)
					}
					numbers[key] = len(lines) + 1
				}
			}
			if err != nil {
				return nil, fmt.Errorf("line %d: %w", len(lines)+1, err)
			}
			line.account = &account
		}
		lines = append(lines, line)
	}
	return lines, nil
}

var errAccountLine = errors.New("it must have the form SID sha256:HEX, with 64 hexadecimal digits, and may end in a time such as 2006-01-02T15:04:05Z")

func parseAccount(fields []string) (account Account, err error) {
	if len(fields) < 2 || len(fields) > 3 {
		return account, errAccountLine
	}
	if err := checkSID(fields[0]); err != nil {
		return account, err
	}
	account.SID = fields[0]
	digits, found := strings.CutPrefix(fields[1], "sha256:")
	digest, err := hex.DecodeString(digits)
	if !found || err != nil || len(digest) != len(account.TokenDigest) {
		return account, errAccountLine
	}
	copy(account.TokenDigest[:], digest)
	if len(fields) == 3 {
		added, err := time.Parse(time.RFC3339Nano, fields[2])
		if err != nil {
			return account, errAccountLine
		}
		account.Added = added.UTC().Truncate(time.Microsecond)
	}
	return account, nil
}

func lineOf(account Account) string {
	line := account.SID + " sha256:" + hex.EncodeToString(account.TokenDigest[:])
	if !account.Added.IsZero() {
		line += " " + account.Added.Format(time.RFC3339Nano)
	}
	return line
}
