package metrics

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/contacts/sandbox"
)

const contacts = "/Advertisers/IRsandbox/Campaigns/1000/Contacts"

// measured is a sandbox and its metrics.
func measured(t *testing.T, store sandbox.Store) (m *Metrics, send func(method, path, prefer string)) {
	m = New()
	box, err := sandbox.New(sandbox.Config{AccountSID: "IRsandbox", AuthToken: "secret", Store: store, Observe: m.Observe})
	require.NoError(t, err)
	m.Watch(box)
	server := httptest.NewServer(box)
	t.Cleanup(server.Close)
	return m, func(method, path, prefer string) {
		request, err := http.NewRequest(method, server.URL+path, nil)
		require.NoError(t, err)
		if method == "POST" {
			form := "FirstName=Wile&LastName=Coyote&EmailAddress=wile.coyote@example.com&Accounts=10000"
			request.Body, request.ContentLength = io.NopCloser(strings.NewReader(form)), int64(len(form))
			request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		request.SetBasicAuth("IRsandbox", "secret")
		request.Header.Set("Prefer", prefer)
		response, err := http.DefaultClient.Do(request)
		if !strings.Contains(prefer, "drop") {
			require.NoError(t, err)
			response.Body.Close()
		}
	}
}

// scrape is what Prometheus gets.
func scrape(m *Metrics) string {
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	return w.Body.String()
}

func TestMetrics(t *testing.T) {
	m, send := measured(t, nil)
	send("POST", contacts, "")
	send("POST", contacts, "")
	send("POST", contacts, "code=503; after-commit, delay=1ms")
	send("GET", contacts, "drop=before-commit")
	send("GET", "/nothing", "")
	lines := []string{
		`contacts_sandbox_requests_total{method="POST",operation="createContact",status="200"} 2`,
		`contacts_sandbox_requests_total{method="POST",operation="createContact",status="503"} 1`,
		`contacts_sandbox_requests_total{method="GET",operation="listContacts",status="0"} 1`,
		`contacts_sandbox_requests_total{method="GET",operation="",status="404"} 1`,
		`contacts_sandbox_request_duration_seconds_count{operation="createContact"} 3`,
		`contacts_sandbox_faults_total{kind="code"} 1`,
		`contacts_sandbox_faults_total{kind="delay"} 1`,
		`contacts_sandbox_faults_total{kind="drop"} 1`,
		`contacts_sandbox_contacts_created_total 3`,
		`contacts_sandbox_store_errors_total 0`,
		`contacts_sandbox_held_bytes 0`,
		`contacts_sandbox_streams 0`,
	}
	var text string
	require.EventuallyWithT(t, func(t *assert.CollectT) { // a response is seen before its request has ended
		text = scrape(m)
		for _, line := range lines {
			assert.Contains(t, text, line+"\n")
		}
	}, 10*time.Second, time.Millisecond)
	for _, name := range []string{"go_goroutines", "process_resident_memory_bytes", "go_build_info"} {
		assert.Contains(t, text, "\n"+name)
	}
	problems, err := testutil.GatherAndLint(m.registry)
	require.NoError(t, err)
	for _, problem := range problems {
		assert.NotContains(t, problem.Metric, "contacts_sandbox", problem.Text)
	}
}

// failingStore fails with each create.
type failingStore struct{ sandbox.Store }

func (failingStore) Create(context.Context, sandbox.Record) (int64, error) {
	return 0, errors.New("the disk is full")
}

func TestStoreErrors(t *testing.T) {
	m, send := measured(t, failingStore{sandbox.NewMemory()})
	send("POST", contacts, "")
	assert.Eventually(t, func() bool { return strings.Contains(scrape(m), "contacts_sandbox_store_errors_total 1\n") }, 10*time.Second, time.Millisecond)
}

// Nobody can make the metrics grow by what they send, nor put something of theirs into them.
func TestLabelsAreBounded(t *testing.T) {
	m, send := measured(t, nil)
	series := regexp.MustCompile(`(?m)^contacts_sandbox_requests_total.*\n`)
	for n := range 50 {
		send(fmt.Sprintf("WILE%d", n), contacts, "")
		send("GET", fmt.Sprintf("/wile.coyote%d@example.com", n), "")
		send("GET", fmt.Sprintf("/Advertisers/IRother%d/Campaigns/1000/Contacts", n), "")
	}
	var lines []string
	assert.Eventually(t, func() bool {
		lines = series.FindAllString(scrape(m), -1)
		return strings.Count(strings.Join(lines, ""), " 50\n") == 3
	}, 10*time.Second, time.Millisecond)
	assert.Equal(t, []string{
		`contacts_sandbox_requests_total{method="GET",operation="",status="404"} 50` + "\n",
		`contacts_sandbox_requests_total{method="GET",operation="listContacts",status="403"} 50` + "\n",
		`contacts_sandbox_requests_total{method="OTHER",operation="",status="405"} 50` + "\n",
	}, lines)
}
