package wrapper_test

import (
	"crypto/tls"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/contacts/wrapper"
)

// A redirect would carry the credentials, and the input, to a place that nobody has chosen.
func TestRedirectsAreNeverFollowed(t *testing.T) {
	var followed atomic.Int64
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { followed.Add(1) }))
	defer elsewhere.Close()

	var requests atomic.Int64
	redirect := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		location := r.Header.Get("Test-Location")
		if location != "none" {
			w.Header().Set("Location", location)
		}
		status, _ := strconv.Atoi(r.Header.Get("Test-Status"))
		w.WriteHeader(status)
	})
	plain, secure := httptest.NewServer(redirect), httptest.NewTLSServer(redirect)
	defer plain.Close()
	defer secure.Close()

	for _, from := range []*httptest.Server{plain, secure} {
		for _, status := range []int{300, 301, 302, 303, 304, 305, 307, 308} {
			for _, location := range []string{elsewhere.URL, "/elsewhere", "none", "://"} {
				requests.Store(0)
				theirs := &http.Client{
					Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
						r = r.Clone(r.Context())
						r.Header.Set("Test-Location", location)
						r.Header.Set("Test-Status", strconv.Itoa(status))
						return from.Client().Transport.RoundTrip(r)
					}),
					CheckRedirect: func(*http.Request, []*http.Request) error { return nil }, // says: follow
				}
				client, err := wrapper.New(accountSID, authToken, wrapper.WithBaseURL(from.URL), wrapper.WithHTTPClient(theirs), wrapper.WithRetries(0))
				require.NoError(t, err)

				_, err = client.CreateContact(t.Context(), 1000, wile())
				var doubt *wrapper.InDoubtError
				require.ErrorAs(t, err, &doubt, "%d to %s", status, location)
				assert.EqualValues(t, 1, requests.Load(), "%d to %s", status, location)
				if location != "://" { // net/http keeps an answer to itself if its Location is not a URL
					assert.Equal(t, status, doubt.Status)
				}

				_, err = client.GetContact(t.Context(), 1000, "1")
				require.ErrorAs(t, err, &doubt, "%d to %s", status, location)
			}
		}
	}
	assert.Zero(t, followed.Load())
}

// The same with the client's own transport, which the test above stands in for.
func TestOwnTransportDoesNotFollow(t *testing.T) {
	var followed atomic.Int64
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { followed.Add(1) }))
	defer elsewhere.Close()
	from := httptest.NewServer(http.RedirectHandler(elsewhere.URL, http.StatusTemporaryRedirect))
	defer from.Close()
	_, err := clientOf(t, from.URL).CreateContact(t.Context(), 1000, wile())
	assert.Equal(t, wrapper.OutcomeInDoubt, outcomeOf(err))
	assert.Zero(t, followed.Load())
}

// A server that cannot prove who it is gets nothing.
func TestUnknownCertificate(t *testing.T) {
	var requests atomic.Int64
	server := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { requests.Add(1) }))
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // it would say what the test wants
	defer server.Close()
	_, err := clientOf(t, server.URL).CreateContact(t.Context(), 1000, wile())
	assert.Equal(t, wrapper.OutcomeNotSent, outcomeOf(err))
	var unverified *tls.CertificateVerificationError
	assert.ErrorAs(t, err, &unverified)
	assert.Zero(t, requests.Load())
}
