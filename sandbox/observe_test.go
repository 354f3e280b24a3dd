package sandbox

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// failingStore fails with each create.
type failingStore struct{ Store }

func (failingStore) Create(context.Context, Record) (int64, error) {
	return 0, errors.New("the disk is full")
}

// panickingStore is a mistake in the program.
type panickingStore struct{ Store }

func (panickingStore) Create(context.Context, Record) (int64, error) { panic("a mistake") }

// logged is what is logged until the test ends.
func logged(t *testing.T) *bytes.Buffer {
	var log bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	t.Cleanup(func() { slog.SetDefault(before) })
	return &log
}

func TestObservations(t *testing.T) {
	log := logged(t)
	const contacts = "/Advertisers/IRsandbox/Campaigns/1000/Contacts"
	const form = "FirstName=Wile&LastName=Coyote&EmailAddress=wile.coyote@example.com&Accounts=10000"
	const multipart = "--x\r\nContent-Disposition: form-data; name=\"FirstName\"\r\n\r\nWile\r\n--x--\r\n"
	for name, c := range map[string]struct {
		store                           Store
		method, path, contentType, body string
		prefer                          string
		want                            Observation
	}{
		"create":           {method: "POST", path: contacts, body: form, want: Observation{Operation: "createContact", Method: "POST", Encoding: "urlencoded", Status: 200, Created: 1}},
		"invalid":          {method: "POST", path: contacts, body: multipart, contentType: "multipart/form-data; boundary=x", want: Observation{Operation: "createContact", Method: "POST", Encoding: "multipart", Status: 400}},
		"list":             {method: "GET", path: contacts, want: Observation{Operation: "listContacts", Method: "GET", Status: 200}},
		"another's path":   {method: "GET", path: "/Advertisers/IRother/Campaigns/1000/Contacts", want: Observation{Operation: "listContacts", Method: "GET", Status: 403}},
		"no path":          {method: "POST", path: "/wile.coyote@example.com", body: form, want: Observation{Method: "POST", Status: 404}},
		"method made up":   {method: "WILE", path: contacts, want: Observation{Method: "OTHER", Status: 405}},
		"fault":            {method: "POST", path: contacts, body: form, prefer: "code=503; after-commit, delay=1ms", want: Observation{Operation: "createContact", Method: "POST", Encoding: "urlencoded", Status: 503, Created: 1, Faults: []string{"code", "delay"}}},
		"no response":      {method: "POST", path: contacts, body: form, prefer: "drop=after-commit", want: Observation{Operation: "createContact", Method: "POST", Encoding: "urlencoded", Created: 1, Faults: []string{"drop"}}},
		"store fails":      {store: failingStore{NewMemory()}, method: "POST", path: contacts, body: form, want: Observation{Operation: "createContact", Method: "POST", Encoding: "urlencoded", Status: 500, StoreError: errors.New("the disk is full")}},
		"the program's":    {store: panickingStore{NewMemory()}, method: "POST", path: contacts, body: form, want: Observation{Operation: "createContact", Method: "POST", Encoding: "urlencoded", Status: 500}},
		"of the control":   {method: "GET", path: "/_sandbox/faults"},
		"of a supervisor":  {method: "GET", path: "/healthz"},
		"of a balancer":    {method: "GET", path: "/readyz"},
		"path not clean":   {method: "GET", path: "//", want: Observation{Method: "GET", Status: 404}},
		"unsupported type": {method: "POST", path: contacts, contentType: "text/plain", body: "Wile", want: Observation{Operation: "createContact", Method: "POST", Status: 415}},
	} {
		t.Run(name, func(t *testing.T) {
			var seen []Observation
			if c.store == nil {
				c.store = NewMemory()
			}
			handler, err := New(Config{AccountSID: "IRsandbox", AuthToken: "secret", Store: c.store, Observe: func(o Observation) { seen = append(seen, o) }})
			require.NoError(t, err)
			request := httptest.NewRequest(c.method, c.path, strings.NewReader(c.body))
			if request.Body == http.NoBody || c.body == "" {
				request.ContentLength = 0
			}
			request.Host = "localhost"
			request.SetBasicAuth("IRsandbox", "secret")
			if c.contentType == "" && c.body != "" {
				c.contentType = "application/x-www-form-urlencoded"
			}
			if c.contentType != "" {
				request.Header.Set("Content-Type", c.contentType)
			}
			if c.prefer != "" {
				request.Header.Set("Prefer", c.prefer)
			}
			func() {
				defer func() {
					if p := recover(); p != nil {
						assert.Equal(t, http.ErrAbortHandler, p)
						assert.Equal(t, 0, c.want.Status)
					}
				}()
				handler.ServeHTTP(httptest.NewRecorder(), request)
			}()
			if c.want.Method == "" {
				assert.Empty(t, seen)
				return
			}
			require.Len(t, seen, 1)
			assert.Positive(t, seen[0].Duration)
			seen[0].Duration = 0
			assert.Equal(t, c.want, seen[0])
		})
	}
	assert.Contains(t, log.String(), "the disk is full")
	assert.Contains(t, log.String(), "sandbox: a request panicked")
	for _, personal := range []string{"Wile", "wile", "secret", "IRsandbox", "192.0.2.1"} {
		assert.NotContains(t, log.String(), personal)
	}
}

// Whoever sent a request that meets a mistake of the program is told so, and not left without a response.
func TestPanicIsAnEnvelope(t *testing.T) {
	logged(t)
	handler, err := New(Config{AccountSID: "IRsandbox", AuthToken: "secret", Store: panickingStore{NewMemory()}})
	require.NoError(t, err)
	server := httptest.NewServer(handler)
	defer server.Close()
	request, err := http.NewRequest("POST", server.URL+"/Advertisers/IRsandbox/Campaigns/1000/Contacts",
		strings.NewReader("FirstName=Wile&LastName=Coyote&EmailAddress=wile.coyote@example.com&Accounts=10000"))
	require.NoError(t, err)
	request.SetBasicAuth("IRsandbox", "secret")
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	assert.Equal(t, 500, response.StatusCode)
	assert.JSONEq(t, `{"Status":"ERROR","Message":"The sandbox failed; see its log."}`, string(body))
}

func TestUsage(t *testing.T) {
	handler, err := New(Config{AccountSID: "IRsandbox", AuthToken: "secret"})
	require.NoError(t, err)
	server := httptest.NewServer(handler)
	defer server.Close()
	assert.Equal(t, Usage{}, handler.Usage())

	// A body that is announced is held until it has come.
	upload, send := io.Pipe()
	request, err := http.NewRequest("POST", server.URL+"/Advertisers/IRsandbox/Campaigns/1000/Contacts", upload)
	require.NoError(t, err)
	request.ContentLength = 1 << 20
	request.SetBasicAuth("IRsandbox", "secret")
	request.Header.Set("Content-Type", "multipart/form-data; boundary=x")
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if response, err := http.DefaultClient.Do(request); err == nil {
			response.Body.Close()
		}
	}()
	_, err = io.WriteString(send, "--x\r\n")
	require.NoError(t, err)

	stream, err := http.NewRequest("GET", server.URL+"/_sandbox/requests", nil)
	require.NoError(t, err)
	stream.SetBasicAuth("IRsandbox", "secret")
	stream.Header.Set("Accept", "text/event-stream")
	response, err := http.DefaultClient.Do(stream)
	require.NoError(t, err)
	assert.EventuallyWithT(t, func(t *assert.CollectT) {
		assert.Equal(t, Usage{HeldBytes: 1 << 20, Streams: 1}, handler.Usage())
	}, 10*time.Second, time.Millisecond)
	response.Body.Close()
	send.CloseWithError(errors.New("the client gives up"))
	<-ended
	assert.EventuallyWithT(t, func(t *assert.CollectT) { assert.Equal(t, Usage{}, handler.Usage()) }, 10*time.Second, time.Millisecond)
}
