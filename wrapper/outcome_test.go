package wrapper_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/contacts/wrapper"
)

func TestOutcomeOf(t *testing.T) {
	for want, err := range map[wrapper.Outcome]error{
		wrapper.OutcomeQueued:  &wrapper.QueuedError{},
		wrapper.OutcomeInvalid: &wrapper.InvalidError{},
		wrapper.OutcomeNotSent: &wrapper.NotSentError{},
		wrapper.OutcomeRefused: &wrapper.RefusedError{},
		wrapper.OutcomeInDoubt: &wrapper.InDoubtError{},
		"":                     io.EOF,
	} {
		assert.Equal(t, want, wrapper.OutcomeOf(err))
		if err != nil {
			assert.Equal(t, want, wrapper.OutcomeOf(fmt.Errorf("row 7: %w", err)))
		}
	}
}

// What is known if a caller's own transport fails.
func TestOutcomeOfACallersTransport(t *testing.T) {
	broken := errors.New("broken")
	nobody := httptest.NewServer(nil)
	nobody.Close()
	drop := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		panic(http.ErrAbortHandler)
	})
	plain, secure := httptest.NewServer(drop), httptest.NewTLSServer(drop)
	defer plain.Close()
	defer secure.Close()
	calls := 0
	ownProtocol := &http.Transport{}
	ownProtocol.RegisterProtocol("http", roundTripper(func(*http.Request) (*http.Response, error) { return nil, broken }))
	for name, test := range map[string]struct {
		url     string
		client  *http.Client
		outcome wrapper.Outcome
	}{
		"no connection":           {nobody.URL, &http.Client{}, wrapper.OutcomeNotSent},
		"no connection, own":      {nobody.URL, &http.Client{Transport: &http.Transport{}}, wrapper.OutcomeNotSent},
		"not trusted":             {secure.URL, &http.Client{Transport: &http.Transport{}}, wrapper.OutcomeNotSent},
		"dropped":                 {plain.URL, &http.Client{}, wrapper.OutcomeInDoubt},
		"dropped under TLS":       {secure.URL, secure.Client(), wrapper.OutcomeInDoubt},
		"no *http.Transport":      {nobody.URL, &http.Client{Transport: roundTripper(http.DefaultTransport.RoundTrip)}, wrapper.OutcomeInDoubt},
		"a protocol of their own": {plain.URL, &http.Client{Transport: ownProtocol}, wrapper.OutcomeInDoubt},
		"an error from somewhere": {plain.URL, &http.Client{Transport: roundTripper(func(*http.Request) (*http.Response, error) { return nil, broken })}, wrapper.OutcomeInDoubt},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := clientOf(t, test.url, wrapper.WithHTTPClient(test.client)).CreateContact(t.Context(), 1000, wile())
			assert.Equal(t, test.outcome, outcomeOf(err), "%v", err)
		})
	}
	counted := &http.Client{Transport: roundTripper(func(*http.Request) (*http.Response, error) {
		calls++
		return nil, broken
	})}
	_, err := clientOf(t, plain.URL, wrapper.WithHTTPClient(counted), wrapper.WithRetries(5)).CreateContact(t.Context(), 1000, wile())
	assert.ErrorIs(t, err, broken)
	assert.Equal(t, 1, calls, "in doubt is not sent again")
}

// Stubs of a RoundTripper often return less than net/http does. They must not bring a program down.
func TestOutcomeOfAStub(t *testing.T) {
	for name, test := range map[string]struct {
		response *http.Response
		outcome  wrapper.Outcome
	}{
		"no response": {nil, wrapper.OutcomeInDoubt},
		"no body":     {&http.Response{StatusCode: 200}, wrapper.OutcomeInDoubt},
		"no header":   {&http.Response{StatusCode: 429, Body: http.NoBody}, wrapper.OutcomeRefused},
		"created":     {&http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader(created)), ContentLength: -1}, wrapper.OutcomeCreated},
	} {
		t.Run(name, func(t *testing.T) {
			stub := &http.Client{Transport: roundTripper(func(*http.Request) (*http.Response, error) { return test.response, nil })}
			_, err := clientOf(t, "http://localhost", wrapper.WithHTTPClient(stub)).CreateContact(t.Context(), 1000, wile())
			assert.Equal(t, test.outcome, outcomeOf(err), "%v", err)
		})
	}
}

const mebibyte = 1 << 20

// padded is an answer of a length, that says created.
func padded(length int) string {
	head := `{"Status":"OK","Uri":"/a/1","Message":"`
	return head + strings.Repeat("x", length-len(head)-2) + `"}`
}

func TestLongAnswers(t *testing.T) {
	for length, outcome := range map[int]wrapper.Outcome{
		mebibyte - 1: wrapper.OutcomeCreated, mebibyte: wrapper.OutcomeCreated,
		mebibyte + 1: wrapper.OutcomeInDoubt, 3 * mebibyte: wrapper.OutcomeInDoubt,
	} {
		for _, chunked := range []bool{false, true} {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if !chunked {
					w.Header().Set("Content-Length", fmt.Sprint(length))
				}
				io.WriteString(w, padded(length))
			}))
			_, err := clientOf(t, server.URL).CreateContact(t.Context(), 1000, wile())
			assert.Equal(t, outcome, outcomeOf(err), "%d, chunked %t: %v", length, chunked, err)
			server.Close()
		}
	}
}

// An answer that does not end is not read to its end.
func TestEndlessAnswer(t *testing.T) {
	for status, outcome := range map[int]wrapper.Outcome{200: wrapper.OutcomeInDoubt, 400: wrapper.OutcomeRefused} {
		ended := make(chan struct{})
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			defer close(ended)
			w.WriteHeader(status)
			for {
				if _, err := io.WriteString(w, strings.Repeat(" ", 64<<10)); err != nil {
					return // the client has gone
				}
			}
		}))
		_, err := clientOf(t, server.URL).CreateContact(t.Context(), 1000, wile())
		assert.Equal(t, outcome, outcomeOf(err))
		<-ended
		server.Close()
	}
}

func TestHugeHeader(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for i := range 100 {
			w.Header().Set(fmt.Sprintf("X-%d", i), strings.Repeat("x", 10_000))
		}
		io.WriteString(w, created)
	}))
	defer server.Close()
	_, err := clientOf(t, server.URL).CreateContact(t.Context(), 1000, wile())
	assert.Equal(t, wrapper.OutcomeInDoubt, outcomeOf(err))
}

// A server that knows the outcome before it has read the upload may say so.
func TestAnswerBeforeTheEndOfTheUpload(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Connection", "close")
		w.WriteHeader(http.StatusRequestEntityTooLarge)
		io.WriteString(w, `{"Status":"ERROR","Message":"too large"}`)
		w.(http.Flusher).Flush()
		io.Copy(io.Discard, r.Body)
	}))
	defer server.Close()
	input := wile()
	input.ProfileImageFile = wrapper.FileFromReaderAt(strings.NewReader(strings.Repeat("x", 8*mebibyte)), 8*mebibyte)
	_, err := clientOf(t, server.URL).CreateContact(t.Context(), 1000, input)
	var refused *wrapper.RefusedError
	require.ErrorAs(t, err, &refused)
	assert.Equal(t, 413, refused.Status)
	assert.Equal(t, "too large", refused.Message)
}

// Invalid contacts go nowhere.
func TestInvalidIsNotSent(t *testing.T) {
	client := clientOf(t, "http://127.0.0.1:1", wrapper.WithHTTPClient(&http.Client{
		Transport: roundTripper(func(*http.Request) (*http.Response, error) { panic("sent") })}))
	_, err := client.CreateContact(t.Context(), 1000, wrapper.CreateContactInput{LastName: "Coyote", EmailAddress: "wile", WorkPhoneNumber: "1", Labels: []string{"a,b"}})
	var invalid *wrapper.InvalidError
	require.ErrorAs(t, err, &invalid)
	var fields []string
	for _, violation := range invalid.Violations {
		fields = append(fields, fmt.Sprintf("%s %s", violation.Field, violation.Rule))
		assert.Contains(t, err.Error(), violation.Message)
	}
	assert.Equal(t, []string{"FirstName required", "EmailAddress format", "Accounts required", "WorkPhoneNumberCountry required_with", "Labels list_item"}, fields)
}
