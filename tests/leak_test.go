package tests

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/contacts/sandbox"
	"example.com/contacts/wrapper"
)

// After many creates, of which some fail in every way, a process holds no more than after a few.
func TestNothingLeaks(t *testing.T) {
	image := t.TempDir() + "/wile.gif"
	require.NoError(t, os.WriteFile(image, []byte("GIF89a\x01\x00\x01\x00"), 0o600))
	api, err := sandbox.New(sandbox.Config{AccountSID: "IRsandbox", AuthToken: "secret"})
	require.NoError(t, err)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "/Campaigns/666/") {
			panic(http.ErrAbortHandler)
		}
		api.ServeHTTP(w, r)
	}))
	defer server.Close()
	client, err := wrapper.New("IRsandbox", "secret", wrapper.WithBaseURL(server.URL), wrapper.WithRetries(0))
	require.NoError(t, err)
	stranger, err := wrapper.New("IRsandbox", "wrong", wrapper.WithBaseURL(server.URL), wrapper.WithRetries(0))
	require.NoError(t, err)
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()

	var mu sync.Mutex
	outcomes := map[wrapper.Outcome]int{}
	creates := func(count int) {
		var callers sync.WaitGroup
		for range 8 {
			callers.Go(func() {
				for i := range count / 8 {
					contact := wrapper.CreateContactInput{FirstName: "Wile", LastName: "Coyote", EmailAddress: "wile@example.com", Accounts: []string{"1"}}
					if i%2 == 0 {
						contact.ProfileImageFile = wrapper.FileFromPath(image)
					}
					sender, ctx, campaign := client, t.Context(), int64(1000)
					switch i % 50 {
					case 1, 2:
						campaign = 666
					case 3, 4:
						ctx = cancelled
					case 5, 6:
						sender = stranger
					case 7, 8:
						contact.LastName = ""
					}
					_, err := sender.CreateContact(ctx, campaign, contact)
					outcome := wrapper.OutcomeOf(err)
					if err == nil {
						outcome = wrapper.OutcomeCreated
					}
					mu.Lock()
					outcomes[outcome]++
					mu.Unlock()
				}
			})
		}
		callers.Wait()
	}

	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // a file that the collector has to close is a leak
	creates(800)
	goroutines, descriptors := runtime.NumGoroutine(), openDescriptors(t)
	creates(10_000)
	for _, outcome := range []wrapper.Outcome{
		wrapper.OutcomeCreated, wrapper.OutcomeInDoubt, wrapper.OutcomeNotSent, wrapper.OutcomeRefused, wrapper.OutcomeInvalid,
	} {
		assert.Greater(t, outcomes[outcome], 300, outcome)
	}
	// What ends is not gone at once. The margin is for connections that only one of the two moments has.
	const margin = 40
	assert.Eventually(t, func() bool {
		return runtime.NumGoroutine() <= goroutines+margin && openDescriptors(t) <= descriptors+margin
	}, 10*time.Second, 10*time.Millisecond, "%d goroutines and %d descriptors before", goroutines, descriptors)
	t.Log(goroutines, descriptors, runtime.NumGoroutine(), openDescriptors(t), outcomes)
}

// openDescriptors counts the files and connections that this process has open; 0 where it cannot be told.
func openDescriptors(t *testing.T) int {
	entries, err := os.ReadDir("/proc/self/fd")
	if runtime.GOOS == "linux" {
		require.NoError(t, err)
	}
	return len(entries)
}
