package wrapper

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// PUT, DELETE and GET are sent again when they are in doubt, a POST is not.
func TestWhatIsInDoubtIsSentAgain(t *testing.T) {
	const updated, deleted, found = `{"Status":"OK"}`, `{"Status":"DELETED"}`, `{"Id":"1"}`
	update := func(c *Client, ctx context.Context) error {
		_, err := c.UpdateContact(ctx, 1000, "1", UpdateContactInput{Title: "x"})
		return err
	}
	upload := func(c *Client, ctx context.Context) error {
		_, err := c.UpdateContact(ctx, 1000, "1", UpdateContactInput{ProfileImageFile: FileFromBytes([]byte("GIF89a"))})
		return err
	}
	remove := func(c *Client, ctx context.Context) error { _, err := c.DeleteContact(ctx, 1000, "1"); return err }
	get := func(c *Client, ctx context.Context) error { _, err := c.GetContact(ctx, 1000, "1"); return err }
	create := func(c *Client, ctx context.Context) error { _, err := c.CreateContact(ctx, 1000, wile()); return err }
	for name, test := range map[string]struct {
		call     func(*Client, context.Context) error
		steps    []http.HandlerFunc
		retries  int
		outcome  Outcome // empty: a success
		requests int
	}{
		"POST":                             {create, []http.HandlerFunc{dropConnection}, 5, OutcomeInDoubt, 1},
		"PUT, dropped":                     {update, []http.HandlerFunc{dropConnection, respondWith(200, updated)}, 2, "", 2},
		"PUT, an upload":                   {upload, []http.HandlerFunc{dropConnection, respondWith(502, ""), respondWith(200, updated)}, 2, "", 3},
		"PUT, 500":                         {update, []http.HandlerFunc{respondWith(500, ""), respondWith(200, updated)}, 2, "", 2},
		"PUT, unreadable":                  {update, []http.HandlerFunc{respondWith(200, "{"), respondWith(200, updated)}, 2, "", 2},
		"PUT, again and again":             {update, []http.HandlerFunc{respondWith(503, "")}, 3, OutcomeInDoubt, 4},
		"PUT, without retries":             {update, []http.HandlerFunc{respondWith(503, "")}, 0, OutcomeInDoubt, 1},
		"PUT, then refused":                {update, []http.HandlerFunc{respondWith(503, ""), respondWith(400, "")}, 2, OutcomeRefused, 2},
		"GET, dropped":                     {get, []http.HandlerFunc{dropConnection, respondWith(200, found)}, 2, "", 2},
		"DELETE, dropped":                  {remove, []http.HandlerFunc{dropConnection, respondWith(200, deleted)}, 2, "", 2},
		"DELETE, gone after a doubt":       {remove, []http.HandlerFunc{dropConnection, respondWith(404, "")}, 2, "", 2},
		"DELETE, gone at once":             {remove, []http.HandlerFunc{respondWith(404, "")}, 2, OutcomeRefused, 1},
		"DELETE, gone after a 429":         {remove, []http.HandlerFunc{respondWith(429, "", "Retry-After", "1"), respondWith(404, "")}, 2, OutcomeRefused, 2},
		"PUT, gone after a doubt":          {update, []http.HandlerFunc{dropConnection, respondWith(404, "")}, 2, OutcomeRefused, 2},
		"DELETE, queued after being doubt": {remove, []http.HandlerFunc{respondWith(500, ""), respondWith(200, `{"Status":"QUEUED"}`)}, 2, OutcomeQueued, 2},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := &script{steps: test.steps}
				n := connect(t, server, WithRetries(test.retries))
				err := test.call(n.client, t.Context())
				assert.Equal(t, test.outcome, OutcomeOf(err), "%v", err)
				assert.Equal(t, test.outcome == "", err == nil)
				assert.EqualValues(t, test.requests, server.requests.Load())
			})
		})
	}
}

// An attempt that was not sent does not tell what became of the one before.
func TestNotSentAfterADoubtIsInDoubt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &script{steps: []http.HandlerFunc{dropConnection}}
		n := connect(t, server, WithRetries(1))
		dial := n.client.own.dialer
		n.client.own.dialer = func(ctx context.Context, network, address string) (net.Conn, error) {
			if n.dials.Load() > 0 {
				return nil, &net.OpError{Op: "dial", Err: errUnreachable}
			}
			return dial(ctx, network, address)
		}
		_, err := n.client.UpdateContact(t.Context(), 1000, "1", UpdateContactInput{Title: "x"})
		assert.Equal(t, OutcomeInDoubt, OutcomeOf(err))
		assert.NotErrorIs(t, err, errUnreachable)
	})
}

func TestBackOffHasALimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := connect(t, nil, WithRetries(12))
		begin := time.Now()
		_, err := n.client.GetContact(t.Context(), 1000, "1")
		assert.Equal(t, OutcomeNotSent, OutcomeOf(err))
		// 250 ms doubled seven times make 32 s in all, and the five that follow are of 30 s: each ± half
		assert.LessOrEqual(t, time.Since(begin), 182*time.Second*3/2)
	})
}

func TestHooksAndInfo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &script{steps: []http.HandlerFunc{
			respondWith(429, "", "Retry-After", "2"), respondWith(200, createdBody, "X-RateLimit-Limit-Hour", "1000", "RateLimit-Remaining", "7", "X-RateLimit-Reset", "60"),
		}}
		var attempts []Attempt
		var results []Result
		n := connect(t, server,
			WithOnAttempt(func(_ context.Context, a Attempt) { attempts = append(attempts, a); panic("a hook of the caller's") }),
			WithOnOutcome(func(_ context.Context, r Result) { results = append(results, r); panic("another") }))
		input := wile()
		input.Title = strings.Repeat("x", 256)
		var info ResponseInfo
		_, err := n.client.CreateContact(t.Context(), 1000, input, WithRules(RulesWarn), WithInfo(&info))
		require.NoError(t, err, "a hook that panics does not change what is known")
		require.Len(t, attempts, 2)
		assert.Equal(t, []Outcome{OutcomeRefused, OutcomeCreated}, []Outcome{attempts[0].Outcome, attempts[1].Outcome})
		assert.GreaterOrEqual(t, attempts[0].Wait, 2*time.Second)
		assert.Zero(t, attempts[1].Wait)
		require.Len(t, results, 1)
		assert.Equal(t, OutcomeCreated, results[0].Outcome)
		assert.Equal(t, 2, results[0].Attempts)
		assert.Equal(t, []string{"Title too_long"}, kinds(results[0].Violations))

		assert.Equal(t, OutcomeCreated, info.Outcome)
		assert.Equal(t, 2, info.Attempts)
		assert.Equal(t, 200, info.Status)
		assert.Equal(t, createdBody, string(info.Body))
		assert.Equal(t, []int64{1000, 7}, []int64{*info.Limit, *info.Remaining})
		assert.Equal(t, time.Minute, *info.Reset)

		_, err = n.client.CreateContact(t.Context(), 1000, input, WithInfo(&info))
		assert.Equal(t, OutcomeInvalid, OutcomeOf(err))
		assert.Equal(t, ResponseInfo{Outcome: OutcomeInvalid}, info)
	})
}

func TestPages(t *testing.T) {
	page := func(total string, ids ...string) http.HandlerFunc {
		var contacts []string
		for _, id := range ids {
			contacts = append(contacts, fmt.Sprintf(`{"Id":%q}`, id))
		}
		return respondWith(200, fmt.Sprintf(`{"Contacts":[%s]%s}`, strings.Join(contacts, ","), total))
	}
	of := func(n int) string { return fmt.Sprintf(`,"@numpages":"%d"`, n) }
	for name, test := range map[string]struct {
		first    *int64
		steps    []http.HandlerFunc
		ids      string
		queries  string
		outcome  Outcome
		requests int
	}{
		"several":               {nil, []http.HandlerFunc{page(of(3), "1", "2"), page(of(3), "3"), page(of(3), "4")}, "1 2 3 4", "Page=1 Page=2 Page=3", "", 3},
		"one":                   {nil, []http.HandlerFunc{page(of(1), "1")}, "1", "Page=1", "", 1},
		"none":                  {nil, []http.HandlerFunc{page(of(0))}, "", "Page=1", "", 1},
		"from the second":       {new(int64(2)), []http.HandlerFunc{page(of(2), "3")}, "3", "Page=2", "", 1},
		"after the last":        {new(int64(7)), []http.HandlerFunc{page(of(2))}, "", "Page=7", "", 1},
		"an unknown number":     {nil, []http.HandlerFunc{page("", "1"), page("", "2"), page("")}, "1 2", "Page=1 Page=2 Page=3", "", 3},
		"a number that is none": {nil, []http.HandlerFunc{page(`,"@numpages":"many"`, "1"), page("")}, "1", "Page=1 Page=2", "", 2},
		"a page in between":     {nil, []http.HandlerFunc{page(of(3), "1"), page(of(3)), page(of(3), "3")}, "1 3", "Page=1 Page=2 Page=3", "", 3},
		"a page that is wrong":  {nil, []http.HandlerFunc{page(of(3), "1"), respondWith(404, "")}, "1", "Page=1 Page=2", OutcomeRefused, 2},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := &script{steps: test.steps}
				var queries []string
				n := connect(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					queries = append(queries, r.URL.RawQuery)
					server.ServeHTTP(w, r)
				}), WithRetries(0))
				var ids []string
				var outcome Outcome
				for contact, err := range n.client.ListContacts(t.Context(), 1000, ListContactsInput{Page: test.first}) {
					if err != nil {
						outcome = OutcomeOf(err)
						continue
					}
					ids = append(ids, contact.ID)
				}
				assert.Equal(t, test.ids, strings.Join(ids, " "))
				assert.Equal(t, test.queries, strings.Join(queries, " "))
				assert.Equal(t, test.outcome, outcome)
			})
		})
	}
}

func TestPagesAreReadWhenTheyAreNeeded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &script{steps: []http.HandlerFunc{respondWith(200, `{"Contacts":[{"Id":"1"},{"Id":"2"}]}`)}}
		n := connect(t, server)
		all := n.client.ListContacts(t.Context(), 1000, ListContactsInput{})
		assert.Zero(t, server.requests.Load())
		for range 2 { // from the beginning each time
			for range all {
				break
			}
		}
		assert.EqualValues(t, 2, server.requests.Load())
		for item, err := range n.client.CallPages(t.Context(), "listContacts", Draft{"CampaignId": 1}, Draft{"PageSize": 5}) {
			require.NoError(t, err)
			assert.Equal(t, "1", item.(Contact).ID)
			break
		}
	})
}

func TestBytes(t *testing.T) {
	content := strings.Repeat("x", 3<<20)
	server := func(response string) *Client {
		_, client := record(t, false, func(_ *recorder, conn net.Conn) {
			conn.Read(make([]byte, 4096))
			io.WriteString(conn, response)
		})
		return client
	}
	head := fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: %d\r\n\r\n", len(content))
	stream, err := server(head+content).GetProfileImage(t.Context(), 1000, "1")
	require.NoError(t, err)
	assert.Equal(t, "image/png", stream.ContentType)
	assert.EqualValues(t, len(content), stream.Length)
	all, err := stream.ReadAll()
	require.NoError(t, err)
	assert.Equal(t, content, string(all))

	stream, err = server(head+content[1:]).GetProfileImage(t.Context(), 1000, "1")
	require.NoError(t, err)
	_, err = stream.ReadAll()
	assert.Equal(t, OutcomeInDoubt, OutcomeOf(err), "it did not come whole")

	folder := t.TempDir()
	stream, err = server(head+content[1:]).GetProfileImage(t.Context(), 1000, "1")
	require.NoError(t, err)
	assert.Equal(t, OutcomeInDoubt, OutcomeOf(stream.SaveTo(folder+"/a.png")))
	assert.NoFileExists(t, folder+"/a.png")

	_, err = server("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n").GetProfileImage(t.Context(), 1000, "1")
	assert.Equal(t, OutcomeRefused, OutcomeOf(err))
}

func TestBytesHaveTheTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := connect(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "2")
			io.WriteString(w, "x")
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		}), WithTimeout(5*time.Second))
		begin := time.Now()
		stream, err := n.client.GetProfileImage(t.Context(), 1000, "1")
		require.NoError(t, err)
		_, err = stream.ReadAll()
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, OutcomeInDoubt, OutcomeOf(err))
		assert.Equal(t, 5*time.Second, time.Since(begin))
	})
}

func TestAQueuedErrorHasTheResponse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := connect(t, respondWith(200, `{"Status":"QUEUED","QueuedUri":"/q/secret-token"}`))
		_, err := n.client.CreateContact(t.Context(), 1000, wile())
		var queued *QueuedError
		require.ErrorAs(t, err, &queued)
		assert.Equal(t, CreatedContact{Status: "QUEUED", QueuedURI: "/q/[redacted]"}, queued.Body)
	})
}

// A program with the client does not carry what servers and generators need.
func TestWhatTheClientLinks(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", ".").Output()
	require.NoError(t, err)
	for dependency := range strings.Lines(string(out)) {
		module, _, _ := strings.Cut(strings.TrimSpace(dependency), "/")
		isNeeded := slices.ContainsFunc([]string{
			"example.com/contacts/gen", "example.com/contacts/wrapper",
			"golang.org/x/net/http/httpproxy", "golang.org/x/net/idna", "golang.org/x/text/", // the environment's proxy
		}, func(needed string) bool { return strings.HasPrefix(dependency, needed) })
		assert.True(t, !strings.Contains(module, ".") || isNeeded, dependency)
	}
}

func TestAConnectionWithTheRestOfAResponseIsNotUsedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &script{steps: []http.HandlerFunc{respondWith(400, strings.Repeat(" ", maxResponseBytes+100_000)), respondWith(200, createdBody)}}
		n := connect(t, server)
		for range 2 {
			n.client.CreateContact(t.Context(), 1000, wile())
		}
		assert.EqualValues(t, 2, server.requests.Load())
		assert.EqualValues(t, 2, n.dials.Load())
	})
}
