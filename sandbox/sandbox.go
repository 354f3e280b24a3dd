package sandbox

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"

	"golang.org/x/sync/semaphore"
	"golang.org/x/sync/singleflight"

	"example.com/contacts/wrapper"
)

// DefaultMaxBody is the largest body, in bytes, that a sandbox takes unless its Config says otherwise.
const DefaultMaxBody = 10 << 20

// maxHeld is how many bytes of large bodies are held at once.
const maxHeld = 48 << 20

// Config says how a sandbox is set up.
type Config struct {
	// AccountSID is an account that the sandbox knows beside those of Accounts, and the user of its credentials.
	// Required: one or more of A-Z a-z 0-9 - . _ ~, so that it stands for itself in a path.
	AccountSID string
	// AuthToken is the password of the credentials. Required. The sandbox holds it in memory, to leave it out of the
	// record of requests.
	AuthToken string
	// Store keeps the contacts. Nil means NewMemory(). The caller closes it, after the last request.
	Store Store
	// Accounts are more accounts, each with contacts, requests and faults of its own. Nil means those of Store.
	Accounts AccountStore
	// State is what sandboxes that share a Store must share, too. Nil means Store, if that is a State, or else
	// NewState(), for this sandbox alone.
	State State
	// Requests keep what the sandbox is sent. Nil means those of Store, if it has a method Requests that
	// returns a RequestLog, or else NewRequestLog().
	Requests RequestLog
	// Strict refuses a file part whose name is not the one that ProfileImageFile holds. Without it the
	// sandbox takes the API page's own example, in which the two differ.
	Strict bool
	// MaxBody is the largest body in bytes. 0 means DefaultMaxBody.
	MaxBody int64
	// Faults are how the sandbox misbehaves from its start, for each account, each as FaultKind documents it. None
	// means that it behaves, or what its State says. SetFaults changes them.
	Faults []string
	// ControlToken lets a Bearer of it use the control API for all accounts, as the credentials of an account do for
	// that one in any case. The sandbox holds it in memory, too.
	ControlToken string
	// ControlHosts are names, beside localhost and IP addresses, by which the control API may be reached. Under
	// any other it refuses, so that no web page can reach it by a name of its own.
	ControlHosts []string
	// SystemContacts is how many contacts that the system made SystemCampaign has; their ids begin with M. Those
	// that the store lacks are added to it.
	SystemContacts int
	// Observe is told of each request for the API, once it has ended, on the request's goroutine. Nil: nobody is.
	Observe func(Observation)
}

// SystemCampaign is the campaign that has the system's contacts: the one of the API page's example.
const SystemCampaign = 1000

// Sandbox is the API. It is an http.Handler that serves from the root of its host, and is safe for
// concurrent use. Make one with New.
type Sandbox struct {
	accounts     *directory
	account      string // the one of Config
	store        Store
	strict       bool
	maxBody      int64
	held         *semaphore.Weighted  // bytes of large bodies
	loading      *semaphore.Weighted  // one load at a time
	behaviours   map[string]behaviour // by operation
	routes       *routes
	record       *recorder
	control      *control
	state        State
	misbehaviour *misbehaviour
	appeared     atomic.Int64 // contacts, by a fault
	system       int          // contacts, of Config

	observe   func(Observation)
	heldBytes atomic.Int64 // of large bodies
	streams   atomic.Int64 // of the control API
	draining  atomic.Bool
	readiness singleflight.Group
}

// A behaviour responds to a request whose parameters keep the rules.
type behaviour func(ctx context.Context, w http.ResponseWriter, r *request) error

// New makes a sandbox. It fails if the AccountSID or the AuthToken is missing or cannot be used in HTTP
// Basic, if a number is negative, and if the store fails; the error names the field of Config.
func New(config Config) (*Sandbox, error) {
	account, err := NewAccount(config.AccountSID, config.AuthToken)
	if err != nil {
		return nil, err
	}
	if config.MaxBody < 0 {
		return nil, fmt.Errorf("sandbox: MaxBody is %d; it must be a number of bytes, or 0 for %d", config.MaxBody, DefaultMaxBody)
	}
	if config.SystemContacts < 0 {
		return nil, fmt.Errorf("sandbox: SystemContacts is %d; it must be 0 or more", config.SystemContacts)
	}
	s := &Sandbox{
		account: config.AccountSID,
		store:   config.Store,
		strict:  config.Strict,
		maxBody: config.MaxBody,
		state:   config.State,
		system:  config.SystemContacts,
		observe: config.Observe,
	}
	if s.store == nil {
		s.store = NewMemory()
	}
	if s.state == nil {
		s.state, _ = s.store.(State)
	}
	if s.state == nil {
		s.state = NewState()
	}
	if config.Accounts == nil {
		config.Accounts = s.store
	}
	s.accounts = newDirectory(account, config.Accounts)
	s.misbehaviour = newMisbehaviour(s.state)
	if s.maxBody == 0 {
		s.maxBody = DefaultMaxBody
	}
	s.held = semaphore.NewWeighted(max(maxHeld, 2*s.maxBody))
	s.loading = semaphore.NewWeighted(1)
	s.behaviours = map[string]behaviour{
		"createContact":   s.createContact,
		"listContacts":    s.listContacts,
		"getContact":      s.getContact,
		"updateContact":   s.updateContact,
		"deleteContact":   s.deleteContact,
		"getProfileImage": s.getProfileImage,
	}
	s.routes = newRoutes(s, wrapper.Operations)
	if shared, is := s.store.(interface{ Requests() RequestLog }); is && config.Requests == nil {
		config.Requests = shared.Requests()
	}
	if config.Requests == nil {
		config.Requests = NewRequestLog()
	}
	s.record = newRecorder(config.Requests, newSecrets(config.AccountSID, config.AuthToken, config.ControlToken), s.accounts.digests)
	s.control = newControl(s, config.ControlToken, config.ControlHosts)
	if len(config.Faults) > 0 {
		if err := s.SetFaults(config.Faults...); err != nil {
			return nil, err
		}
	}
	return s, s.addSystemContacts()
}

// ServeHTTP responds to one request. Every response carries X-RateLimit-Limit, X-RateLimit-Remaining and
// X-RateLimit-Reset, and every error is {"Status":"ERROR","Message":"…","Errors":[{"Field":"…","Message":"…"}]}, of
// which Errors may be absent:
//
//   - 404 if the contract has no such path, or a parameter of the path breaks a rule; 405 if it does not have the method
//   - 401 without the credentials of an account, 403 with them on another account's path, both before the body
//     is read
//   - 415 if the body has none of the encodings that the contract names, in UTF-8
//   - 413 if the body has more bytes than Config.MaxBody, 408 if it does not come in time, 503 if too many
//     large ones come at once
//   - 400 with all that is wrong in Errors: rules of the contract that the parameters break, parameters that are
//     unknown or given twice, a body or an image that cannot be read, a change that the contact does not allow
//   - 500 if the store fails; 503 if it is closed, if its database is away (nothing was changed), or went away during
//     the change (it is not known whether it was made), which the message says
//
// A request that is refused changes nothing. One that came whole is carried out, whether or not its sender
// waits for the response.
//
// An empty parameter counts as absent, and so does a list with delimiters that has no item. The items of
// such a list are trimmed of white space.
//
// In multipart/form-data a file is a part with a file name, or one under the name that a parameter such as
// ProfileImageFile holds. Without Config.Strict the names of the part and of the parameter may differ.
//
// Paths that begin with /_sandbox/ are the control API, and no part of the API. Requests for it are neither counted
// nor recorded. A request that is told to misbehave says so in the headers Sandbox-Fault and, if it asked for it by
// Prefer, Preference-Applied.
//
// GET /healthz responds with 200 while the process lives, and GET /readyz while it can carry out requests: 503 if the
// store does not answer, or after Drain.
func (s *Sandbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if len(r.TransferEncoding) > 0 || !r.ProtoAtLeast(1, 1) {
		// It may have had a Content-Length, too, or chunks in HTTP/1.0, which net/http does not tell. RFC 9112 (6.1) then
		// ends the connection.
		w.Header().Set("Connection", "close")
	}
	if r.Header.Get("Expect") != "" {
		defer waitNoLonger(w)
	}
	if strings.HasPrefix(r.URL.Path, controlPath) && isClean(r.URL) || isPage(r) {
		s.control.ServeHTTP(w, r)
		return
	}
	if r.URL.Path == livePath || r.URL.Path == readyPath {
		s.serveHealth(w, r)
		return
	}
	x := s.record.begin(w)
	defer s.end(x, r)
	x.user, x.token, x.denied = s.accounts.authenticate(r)
	counted := ""
	if x.denied == nil {
		x.account, counted = x.user, x.user
	} else if account := s.routes.accountOf(r.URL.Path); s.accounts.has(account) {
		x.account = account
	}
	writeRequests(x.Header(), s.state.CountRequest(counted, x.began))
	s.routes.ServeHTTP(x, r)
}

// serve responds to a request for an operation.
func (s *Sandbox) serve(x *exchange, r *http.Request, route *route) {
	request, err := s.read(x, r, route)
	if err == nil {
		defer request.release()
	}
	switch {
	case x.plan != nil && x.plan.err != nil:
		err = storeFailed(x.plan.err)
	case x.plan != nil && x.plan.limited:
		err = errLimited
	case err != nil:
	case x.plan != nil:
		err = s.misbehave(x, r, request)
	default:
		err = s.carryOut(x, r, request)
	}
	if err != nil {
		x.note(err)
		respondError(x, err)
	}
}

func (s *Sandbox) carryOut(w http.ResponseWriter, r *http.Request, request *request) error {
	behave, has := s.behaviours[request.operation.ID]
	if !has {
		return respondExample(w, request)
	}
	// A sender that closes its side of the connection still gets what it asked for.
	return behave(context.WithoutCancel(r.Context()), w, request)
}

// storeFailed is the error of a response for an error of the store.
func storeFailed(err error) error {
	var e *apiError
	switch {
	case errors.As(err, &e):
		return e
	case errors.Is(err, ErrNotFound):
		return errNoContact
	case errors.Is(err, ErrClosed):
		return &apiError{Status: http.StatusServiceUnavailable, Message: "The sandbox is shutting down. Start it and send again."}
	case errors.Is(err, ErrUnavailable):
		return &apiError{Status: http.StatusServiceUnavailable, Message: "The sandbox cannot use its database for now. Nothing was changed. Send again later.", cause: err}
	case errors.Is(err, ErrInDoubt):
		return &apiError{Status: http.StatusServiceUnavailable, Message: "The sandbox lost its database meanwhile. It is not known whether the change was made. Look before sending again.", cause: err}
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return &apiError{Status: http.StatusServiceUnavailable, Message: "The request was given up before it was done. Send again."}
	}
	return &apiError{Status: http.StatusInternalServerError, Message: "The sandbox could not use its store; see its log.", cause: err}
}
