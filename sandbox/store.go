package sandbox

import (
	"context"
	"errors"
)

// FirstID is the id of the first contact of an empty store. It is the one of the API page's example.
const FirstID = 2750

var (
	// ErrNotFound is what a Store says of a contact, or an image, that it does not have.
	ErrNotFound = errors.New("sandbox: the store has no such contact")
	// ErrClosed is what a Store says after Close.
	ErrClosed = errors.New("sandbox: the store is closed")
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
	// Image is the image's bytes, nil if there is none. Nobody changes them. Get and List leave it out.
	Image []byte
}

// A Change is what becomes of a record.
type Change int

// The changes.
const (
	Keep   Change = iota // the record is kept as it is now
	Remove               // it is removed
)

// Store keeps contacts. It is safe for concurrent use. NewMemory and OpenSQLite are the two that there are;
// another database is another implementation of these methods. A record that is not of the account and the
// campaign that are asked for is not found.
type Store interface {
	// Create keeps a record and returns its id: FirstID in an empty store, and ever higher, also after
	// records were removed. When it returns without an error the record is as durable as the store can
	// make it; with one, nothing was kept.
	Create(ctx context.Context, record Record) (id int64, err error)
	// Get returns a record, or ErrNotFound.
	Get(ctx context.Context, accountSID string, campaignID, id int64) (Record, error)
	// List returns the records of a campaign, by their ids.
	List(ctx context.Context, accountSID string, campaignID int64) ([]Record, error)
	// Image returns the bytes of a record's image, or ErrNotFound.
	Image(ctx context.Context, accountSID string, campaignID, id int64) ([]byte, error)
	// Change lets change alter a record, and keeps or removes it as that says, with nothing else in
	// between. Contact and Image can be altered: an Image that is nil stays as it was, one of length 0 is
	// removed. An error of change is returned, and then nothing was changed. What holds for Create's
	// durability holds here.
	Change(ctx context.Context, accountSID string, campaignID, id int64, change func(*Record) (Change, error)) error
	// Close waits for the changes that have begun and frees what the store holds. Every later call of any
	// method but Close fails with ErrClosed.
	Close() error
}
