package sandbox

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"example.com/contacts/gen"
)

// DefaultMaxBody is the largest body, in bytes, that a sandbox takes unless its Config says otherwise.
const DefaultMaxBody = 10 << 20

// Config says how a sandbox is set up.
type Config struct {
	// AccountSID is the account that the sandbox knows, and the user of its credentials (F1). Required:
	// one or more of A-Z a-z 0-9 - . _ ~, so that it stands for itself in a path.
	AccountSID string
	// AuthToken is the password of the credentials (F1). Required. The sandbox keeps its digest only.
	AuthToken string
	// Store keeps the contacts. Nil means NewMemory(). The caller closes it, after the last request.
	Store Store
	// Strict refuses a file part whose name is not the one that ProfileImageFile holds. Without it the
	// sandbox takes the API page's own example, in which the two differ (D2).
	Strict bool
	// MaxBody is the largest body in bytes. 0 means DefaultMaxBody.
	MaxBody int64
}

// Sandbox is the API. It is an http.Handler that serves from the root of its host, and is safe for
// concurrent use. Make one with New.
type Sandbox struct {
	credentials credentials
	store       Store
	strict      bool
	maxBody     int64
	limit       *rateLimit
	routes      http.Handler
}

var _ gen.ServerInterface = (*Sandbox)(nil)

// New makes a sandbox. It fails if the AccountSID or the AuthToken is missing or cannot be used in HTTP
// Basic, and if MaxBody is negative; the error names the field of Config.
func New(config Config) (*Sandbox, error) {
	credentials, err := newCredentials(config.AccountSID, config.AuthToken)
	if err != nil {
		return nil, err
	}
	if config.MaxBody < 0 {
		return nil, fmt.Errorf("sandbox: MaxBody is %d; it must be a number of bytes, or 0 for %d", config.MaxBody, DefaultMaxBody)
	}
	s := &Sandbox{
		credentials: credentials,
		store:       config.Store,
		strict:      config.Strict,
		maxBody:     config.MaxBody,
		limit:       newRateLimit(time.Now),
	}
	if s.store == nil {
		s.store = NewMemory()
	}
	if s.maxBody == 0 {
		s.maxBody = DefaultMaxBody
	}
	s.routes = newRoutes(s)
	return s, nil
}

// ServeHTTP answers one request. Every answer carries the rate-limit headers of F4, and every error is the
// envelope of F3.
func (s *Sandbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.limit.count(w.Header())
	s.routes.ServeHTTP(w, r)
}

// CreateContact is POST /Advertisers/{AccountSID}/Campaigns/{CampaignId}/Contacts, of the generated server
// interface. It answers 200 with Status and Uri once the store has the contact, and otherwise creates
// nothing:
//
//   - 401 without the credentials of Config, 403 with them on another account's path, both before the body
//     is read
//   - 415 if the body is neither application/x-www-form-urlencoded nor multipart/form-data, in UTF-8
//   - 413 if the body has more bytes than Config.MaxBody, 408 if it does not come in time
//   - 400 with all that is wrong in Errors: rules of the contract that the parameters break, parameters that are
//     unknown or given twice, a body or an image that cannot be read
//   - 500 if the store fails, 503 if it is closed
//
// An empty parameter counts as absent (D1), and so does a list of Accounts or Labels without an item. The
// items of a list are trimmed of white space.
//
// In multipart/form-data the image is the one part with a file name. ProfileImageFile must be there and should hold
// that part's name; without Config.Strict another is taken (D2). The image is PNG, JPEG, GIF or WebP, by its
// content.
func (s *Sandbox) CreateContact(w http.ResponseWriter, r *http.Request, accountSID gen.AccountSID, campaignID gen.CampaignId) {
	if !s.admit(w, r, accountSID) {
		return
	}
	record, err := s.readContact(w, r)
	if err != nil {
		refuse(w, err)
		return
	}
	record.AccountSID, record.CampaignID = accountSID, campaignID
	id, err := s.store.Create(r.Context(), record)
	if err != nil {
		refuse(w, storeFailed(err))
		return
	}
	answerCreated(w, accountSID, campaignID, id)
}

// GetContact is GET /Advertisers/{AccountSID}/Campaigns/{CampaignId}/Contacts/{ContactId}, of the generated
// server interface: 200 with the contact of F8, 404 if there is none.
//
// ProfileImage is a path of the sandbox, whether the image came as a file or as a ProfileImageUrl.
func (s *Sandbox) GetContact(w http.ResponseWriter, r *http.Request, accountSID gen.AccountSID, campaignID gen.CampaignId, contactID gen.ContactId) {
	if !s.admit(w, r, accountSID) {
		return
	}
	record, id, err := s.find(r, accountSID, campaignID, contactID)
	if err != nil {
		refuse(w, err)
		return
	}
	answerContact(w, record, id)
}

// admit says whether a request may be answered for an account, and answers it if not.
func (s *Sandbox) admit(w http.ResponseWriter, r *http.Request, accountSID string) bool {
	err := s.credentials.check(r, accountSID)
	if err == nil {
		err = checkQuery(r.URL)
	}
	if err != nil {
		refuse(w, err)
	}
	return err == nil
}

// storeFailed is the refusal for an error of the store other than ErrNotFound.
func storeFailed(err error) error {
	switch {
	case errors.Is(err, ErrClosed):
		return &refusal{Status: http.StatusServiceUnavailable, Message: "The sandbox is shutting down. Start it and send again."}
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return &refusal{Status: http.StatusServiceUnavailable, Message: "The request was given up before it was done. Send again."}
	}
	return &refusal{Status: http.StatusInternalServerError, Message: "The sandbox could not use its store; see its log.", cause: err}
}
