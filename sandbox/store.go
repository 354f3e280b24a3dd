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
	// AccountSID and CampaignID are those of the path under which the contact was created.
	AccountSID string
	CampaignID int64
	// Contact is a JSON object with the contact's parameters under the names of F8: Accounts as
	// [{"Id":…,"Name":…}], Labels as a list, all others as text. Parameters that are absent are left out.
	// It says ProfileImageFile if there is an Image, and ProfileImageUrl as it was given.
	Contact string
	// Image is the image's bytes, nil if there is none. Nobody changes them. Get leaves it out.
	Image []byte
}

// Store keeps contacts. It is safe for concurrent use. NewMemory and OpenSQLite are the two that there are;
// another database is another implementation of these four methods.
type Store interface {
	// Create keeps a record and returns its id: FirstID in an empty store, and ever higher. When it
	// returns without an error the record is as durable as the store can make it; with one, nothing was
	// kept.
	Create(ctx context.Context, record Record) (id int64, err error)
	// Get returns the record with this id if it is of this account and campaign, without its image. Else
	// the error is ErrNotFound.
	Get(ctx context.Context, accountSID string, campaignID, id int64) (Record, error)
	// Image returns the bytes of the record's image, or ErrNotFound.
	Image(ctx context.Context, accountSID string, campaignID, id int64) ([]byte, error)
	// Close waits for the creates that have begun and frees what the store holds. Every later call of any
	// method but Close fails with ErrClosed.
	Close() error
}
