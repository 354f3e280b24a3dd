package sandbox_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/contacts/sandbox"
	"example.com/contacts/wrapper"
)

var wile = wrapper.CreateContactInput{FirstName: "Wile", LastName: "Coyote", EmailAddress: "wile.coyote@example.com", Accounts: []string{"10000"}}

// clientOf is the client of a sandbox with faults, how many contacts that has, and the sandbox.
func clientOf(t *testing.T, faults ...string) (client *wrapper.Client, count func() int, box *sandbox.Sandbox) {
	t.Helper()
	address, count, box := misbehaving(t, faults...)
	client, err := wrapper.New(sid, token, wrapper.WithBaseURL("http://"+address))
	require.NoError(t, err)
	t.Cleanup(client.Close)
	return client, count, box
}

func outcomeOf(err error) wrapper.Outcome {
	if err == nil {
		return wrapper.OutcomeCreated
	}
	return wrapper.OutcomeOf(err)
}

// Under each fault the client says what became of a create: what it calls created is there, once; what it calls
// refused is not; and what it cannot know it calls in doubt.
func TestClientTellsTheOutcomeUnderEachFault(t *testing.T) {
	const created, refused, queued, inDoubt = wrapper.OutcomeCreated, wrapper.OutcomeRefused, wrapper.OutcomeQueued, wrapper.OutcomeInDoubt
	for _, c := range []struct {
		fault   string
		outcome wrapper.Outcome
		created int
	}{
		{"drop=before-commit", inDoubt, 0},
		{"drop=after-commit", inDoubt, 1},
		{"drop=mid-response", inDoubt, 1},
		{"code=201", refused, 0}, // its Status is ERROR
		{"code=204; after-commit", inDoubt, 1},
		{"code=302", inDoubt, 0},
		{"code=400", refused, 0},
		{"code=402; after-commit", inDoubt, 1},
		{"code=404; body=html", refused, 0},
		{"code=408", inDoubt, 0},
		{"code=429; times=1", created, 1},
		{"code=500", inDoubt, 0},
		{"code=500; body=xml; after-commit", inDoubt, 1},
		{"code=502; body=html", inDoubt, 0},
		{"code=503; after-commit", inDoubt, 1},
		{"status=ERROR", refused, 0},
		{"status=QUEUED", queued, 1},
		{"delay=20ms; jitter=20ms; seed=7", created, 1},
		{"delay=1s", inDoubt, 1}, // it comes after the client has given up
		{"surplus=20", created, 1},
		{"surplus=500", created, 1},
		{"rate-limit=0", refused, 0},
		{"rate-limit=1", created, 1},
		{"refuse-account=10000", refused, 0},
		{"refuse-account=10001", created, 1},
		{"list-after=1m", created, 1},
		{"appear=1; times=1", created, 2},
		{"page-size=1", created, 1},
		{"handling=strict", created, 1},
		{"drop=before-commit; operation=deleteContact", created, 1},
	} {
		t.Run(c.fault, func(t *testing.T) {
			t.Parallel()
			client, count, _ := clientOf(t, c.fault)
			_, err := client.CreateContact(t.Context(), 1000, wile, wrapper.WithTimeout(500*time.Millisecond))
			assert.Equal(t, c.outcome, outcomeOf(err), "%v", err)
			assert.Eventually(t, func() bool { return count() == c.created }, 3*time.Second, 10*time.Millisecond)
			time.Sleep(20 * time.Millisecond)
			assert.Equal(t, c.created, count(), "it is not sent again")
		})
	}
}

// What surplus bytes say belongs to no request.
func TestClientGivesEachRequestItsOwnResponse(t *testing.T) {
	for fault, pause := range map[string]time.Duration{"surplus=1000": 0, "surplus=1000; after=20ms": 300 * time.Millisecond} {
		client, _, _ := clientOf(t, fault)
		for _, id := range []string{"2750", "2751", "2752"} {
			created, err := client.CreateContact(t.Context(), 1000, wile)
			require.NoError(t, err)
			assert.Equal(t, id, created.ContactID)
			// Bytes that come when the next request is already on its way look like its response to any client.
			time.Sleep(pause)
		}
	}
}

// Requests that act once however often they are sent are sent again, so that one fault is not seen.
func TestClientSendsAgainWhatActsOnce(t *testing.T) {
	for _, fault := range []string{"drop=before-commit", "drop=after-commit", "drop=mid-response", "code=500", "code=503; after-commit", "code=502; body=html", "code=429"} {
		t.Run(fault, func(t *testing.T) {
			t.Parallel()
			client, count, box := clientOf(t)
			created, err := client.CreateContact(t.Context(), 1000, wile)
			require.NoError(t, err)
			once := func() { require.NoError(t, box.SetFaults(fault+"; times=1")) }
			once()
			_, err = client.UpdateContact(t.Context(), 1000, created.ContactID, wrapper.UpdateContactInput{Title: "Genius"})
			require.NoError(t, err)
			once()
			contact, err := client.GetContact(t.Context(), 1000, created.ContactID)
			require.NoError(t, err)
			assert.Equal(t, "Genius", contact.Title)
			once()
			_, err = client.DeleteContact(t.Context(), 1000, created.ContactID)
			require.NoError(t, err, "also if the second attempt finds nothing to delete")
			assert.Zero(t, count())
		})
	}
}

func TestClientReadsAllPagesUnderFaults(t *testing.T) {
	client, _, _ := clientOf(t, "page-size=1", "code=503; operation=listContacts; one-in=3; seed=7", "delay=1ms; jitter=2ms")
	for range 5 {
		_, err := client.CreateContact(t.Context(), 1000, wile)
		require.NoError(t, err)
	}
	var ids []string
	for contact, err := range client.ListContacts(t.Context(), 1000, wrapper.ListContactsInput{}, wrapper.WithRetries(5)) {
		require.NoError(t, err)
		ids = append(ids, contact.ID)
	}
	assert.Equal(t, []string{"2750", "2751", "2752", "2753", "2754"}, ids)
}

// The wait that a 429 names is the same in each spelling.
func TestClientReadsTheWaitInEachSpelling(t *testing.T) {
	for _, spelling := range []string{"x-ratelimit", "x-ratelimit-unix", "x-ratelimit-hour", "ratelimit-reset", "retry-after", "all"} {
		client, _, _ := clientOf(t, "rate-limit=0; per=30m; headers="+spelling)
		_, err := client.CreateContact(t.Context(), 1000, wile)
		var refused *wrapper.RefusedError
		require.True(t, errors.As(err, &refused), "%s: %v", spelling, err)
		assert.InDelta(t, 30*60, refused.RetryAfter.Seconds(), 5, spelling)
	}
	client, count, _ := clientOf(t, "rate-limit=1; per=1s")
	for range 2 {
		_, err := client.CreateContact(t.Context(), 1000, wile)
		require.NoError(t, err, "the second waits, and is sent again")
	}
	assert.Equal(t, 2, count())
}
