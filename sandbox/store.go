package sandbox

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// FirstID is the id of the first contact of an empty store. It is the one of the API page's example.
const FirstID = 2750

var (
	// ErrNotFound is what a Store says of a contact, or an image, that it does not have.
	ErrNotFound = errors.New("sandbox: the store has no such contact")
	// ErrClosed is what a Store says after Close.
	ErrClosed = errors.New("sandbox: the store is closed")
	// ErrUnavailable is what a Store says that cannot reach its database, or finds it unable to work for now. Nothing
	// was changed.
	ErrUnavailable = errors.New("sandbox: the database cannot be used for now")
	// ErrInDoubt is what a Store says that lost its database while a change was being committed. It may have been made,
	// or not.
	ErrInDoubt = errors.New("sandbox: the database was lost during a change, which may have been made")
)

// Record is a contact as a Store keeps it.
type Record struct {
	// ID is what Create returned. Create itself does not look at it.
	ID int64
	// AccountSID and CampaignID are those of the path under which the contact was created.
	AccountSID string
	CampaignID int64
	// System says that the system made the contact, and not a user.
	System bool
	// Contact is a JSON object with the contact's parameters under their names: Accounts as
	// [{"Id":…,"Name":…}], all others as they were given. Parameters that are absent are left out. A file
	// is the name that it was given; its bytes are the Image.
	Contact string
	// Image is the image's bytes, nil if there is none. Nobody changes them. Get, List and Page leave it out.
	Image []byte
	// ListedFrom is when List begins to have it, in UTC, in whole microseconds. Zero: at once.
	ListedFrom time.Time
}

// A Change is what becomes of a record.
type Change int

// The changes.
const (
	Keep   Change = iota // the record is kept as it is now
	Remove               // it is removed
)

// MaxID is the highest id that Load takes, so that there are ids for contacts to come.
const MaxID = 999_999_999_999_999

// A TakenError is what Load says of an id that a contact has.
type TakenError struct{ ID int64 }

func (e *TakenError) Error() string { return fmt.Sprintf("sandbox: the id %d is taken", e.ID) }

// Store keeps contacts and accounts. It is safe for concurrent use. NewMemory and OpenSQLite make one, and so does
// Open of the package postgres; another database is another implementation of these methods. A record that is not of the
// account and the campaign that are asked for is not found. Contacts need no account in the AccountStore.
type Store interface {
	AccountStore
	// Create keeps a record and returns its id: FirstID in a new store, and ever higher, also after
	// records were removed. When it returns without an error the record is as durable as the store can
	// make it; with one that is not ErrInDoubt, nothing was kept.
	Create(ctx context.Context, record Record) (id int64, err error)
	// Get returns a record, or ErrNotFound.
	Get(ctx context.Context, accountSID string, campaignID, id int64) (Record, error)
	// List returns the records of a campaign that are listed at a time, by their ids.
	List(ctx context.Context, accountSID string, campaignID int64, at time.Time) ([]Record, error)
	// Image returns the bytes of a record's image, or ErrNotFound.
	Image(ctx context.Context, accountSID string, campaignID, id int64) ([]byte, error)
	// Change lets change alter a record, and keeps or removes it as that says, with nothing else in
	// between. Contact and Image can be altered: an Image that is nil stays as it was, one of length 0 is
	// removed. An error of change is returned, and then nothing was changed. What holds for Create's
	// durability holds here.
	Change(ctx context.Context, accountSID string, campaignID, id int64, change func(*Record) (Change, error)) error
	// Page returns the first records whose ids are above one, at most limit, of all campaigns of an account, or of
	// all accounts if it is "", by their ids.
	Page(ctx context.Context, accountSID string, aboveID int64, limit int) ([]Record, error)
	// Newest is as Page, but for the last records whose ids are below one, the highest first. With a belowID of 0 they
	// are the last of all.
	Newest(ctx context.Context, accountSID string, belowID int64, limit int) ([]Record, error)
	// Load keeps all records under the ids that they have, from 1 to MaxID, or none of them: it fails with a
	// *TakenError for the first whose id a contact or an earlier one of them has. Create goes on above the highest.
	Load(ctx context.Context, records []Record) error
	// Reset removes all records of an account, or of all accounts if it is "", and returns how many. Create does not
	// use their ids again.
	Reset(ctx context.Context, accountSID string) (removed int64, err error)
	// AddSystem creates contacts that the system made until a campaign has that many, all of them or none, with nothing
	// else in between: those of two sandboxes that start at once are not added twice. contact is Record.Contact of the
	// first, second and so on that is lacking.
	AddSystem(ctx context.Context, accountSID string, campaignID int64, count int, contact func(n int) string) error
	// Close waits for the changes that have begun and frees what the store holds. Every later call of any
	// method but Close fails with ErrClosed.
	Close() error
}
