package sandbox

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strconv"
)

// A RequestRecord is a request that came, and its response.
type RequestRecord struct {
	ID      int64  // the log gives it
	Account string // whose it is; empty: nobody's
	Status  int    // of the response; 0: there was none
	Pinned  bool   // the log keeps it
	// JSON is an object with all that the control API says of the request, but for its id and whether it is pinned. It is
	// written once, and holds no token.
	JSON []byte
	// Parts are the bytes of those that JSON says are kept, and nil for the others. Nobody changes them. List and Get
	// leave them out.
	Parts [][]byte
}

// A RequestQuery chooses among requests.
type RequestQuery struct {
	Accounts []string // whose; nil: everybody's, also nobody's
	After    int64    // its id is above
	Before   int64    // its id is below; 0: any
	Limit    int      // at most so many; 0: all
	Status   int      // of the response, or its first digit, such as 4 for all from 400 to 499; -1: any
	Text     string   // that is in the JSON, in any case; in lower case, in the escapes of JSON
}

// ErrTooManyPinned is what a RequestLog says of a request to pin when so much is pinned that others would have no room.
var ErrTooManyPinned = errors.New("sandbox: too many requests are pinned")

// RequestLog keeps the last requests, and those that are pinned. It is safe for concurrent use. NewRequestLog is the one
// that there is; a database is another implementation of these methods. Accounts are whose requests are looked at, as
// in RequestQuery; one that is not of them is not found.
type RequestLog interface {
	// Keep keeps a request, under an id above all that anybody has seen. It does not wait for a database: what that does
	// not take is lost. JSON is the caller's again when it returns.
	Keep(record RequestRecord)
	// Last is the id of the last request; 0: there was none.
	Last(ctx context.Context) (int64, error)
	// List returns the requests that a query chooses, the newest first.
	List(ctx context.Context, query RequestQuery) ([]RequestRecord, error)
	// Get returns a request, or ErrNotFound.
	Get(ctx context.Context, accounts []string, id int64) (RequestRecord, error)
	// Part returns the bytes of part n of a request, or ErrNotFound.
	Part(ctx context.Context, accounts []string, id int64, n int) ([]byte, error)
	// Pin pins a request or ends that, or fails with ErrNotFound or ErrTooManyPinned.
	Pin(ctx context.Context, accounts []string, id int64, pinned bool) error
	// Watch returns a channel that gets a value when there are new requests, or a pin has changed, until stop is called.
	Watch() (news <-chan struct{}, stop func())
}

// Matches tells whether a query chooses a request.
func (q *RequestQuery) Matches(r *RequestRecord) bool {
	return r.ID > q.After && (q.Before == 0 || r.ID < q.Before) && isOfAccounts(r, q.Accounts) &&
		(q.Status < 0 || q.Status == r.Status || q.Status < 10 && q.Status == r.Status/100) &&
		(q.Text == "" || bytes.Contains(bytes.ToLower(r.JSON), []byte(q.Text)))
}

func isOfAccounts(r *RequestRecord, accounts []string) bool {
	return accounts == nil || slices.Contains(accounts, r.Account)
}

// appendTo appends the whole JSON of a request.
func (r *RequestRecord) appendTo(b []byte) []byte {
	b = append(b, `{"id":`...)
	b = strconv.AppendInt(b, r.ID, 10)
	if r.Pinned {
		b = append(b, `,"pinned":true`...)
	}
	b = append(b, ',')
	return append(b, r.JSON[1:]...)
}
