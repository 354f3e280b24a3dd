// Package faults holds the clients of all languages to what they say of a call, whatever goes wrong with it. A
// server that knows how many bytes it got, and what it carried out, breaks off conversations, and says what no
// server should.
//
// A part is played by default, chosen for a test of every day; -all plays everything.
package faults

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/contacts/internal/conformance"
	"example.com/contacts/tests/conformance/clients"
)

var (
	all  = flag.Bool("all", false, "play everything, which takes long")
	seed = flag.Uint64("seed", 1, "of what is random")
)

func TestMain(m *testing.M) {
	flag.Parse()
	if err := flag.Set("test.parallel", "6"); err != nil { // clients wait more than they work
		panic(err)
	}
	code := m.Run()
	os.RemoveAll(folder())
	os.Exit(code)
}

const (
	account = "IRsandbox"
	token   = "token-that-is-never-to-be-printed"
)

var (
	credentials = base64.StdEncoding.EncodeToString([]byte(account + ":" + token))
	secret      = token + " " + credentials
)

// part is how much of something is played.
func part(some, every int) int {
	if *all {
		return every
	}
	return some
}

// A suite makes calls to one client, and checks after each that what the client says is true.
type suite struct {
	client conformance.Adapter
	pid    int // of the client's process
	// The client can be told to end a call before its time.
	canBeCancelled bool
	// The client's language may take a call away that is cancelled, and leave no outcome.
	mayVanish bool
	// The client looks at a connection before it uses it again; or it needs time to see what has come.
	looksFirst bool
	// The client can tell a connection that was reset from one that ended.
	seesResets bool
	server     *server
	id         int64
	fail       func(format string, args ...any)
	counts     map[string]int // of outcomes
}

const firstID = 1_000_000 // all ids have as many digits

// forEachClient runs a test for each client, in parallel.
func forEachClient(t *testing.T, test func(*testing.T, *suite)) {
	forEachOf(t, clients.All(t, "../.."), nil, test)
}

// forEachOf runs it for these, with variables in their environment.
func forEachOf(t *testing.T, tested []clients.Client, environment map[string]string, test func(*testing.T, *suite)) {
	for _, c := range tested {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			program, err := conformance.Start(c.Command, environment)
			require.NoError(t, err, "has the client been built? `make build` does")
			t.Cleanup(func() { assert.NoError(t, program.Stop()) })
			s := newSuite(t, program)
			s.pid = program.PID()
			// reqwest lets nobody look at its connections. hyper ends one on which something came unasked, when it sees it.
			s.looksFirst = c.Name != "rust"
			// libuv reports the end in place of a reset that comes together with bytes.
			s.seesResets = c.Name != "typescript"
			s.canBeCancelled = c.Name != "python" // a thread that waits cannot be told to stop
			s.mayVanish = slices.Contains([]string{"python (async)", "java (async)", "rust"}, c.Name)
			test(t, s)
			t.Log(s.counts)
		})
	}
}

const mostFailures = 10

func newSuite(t *testing.T, client conformance.Adapter) *suite {
	failures := 0
	return &suite{client: client, server: newServer(t), id: firstID, looksFirst: true, seesResets: true, counts: map[string]int{}, fail: func(format string, args ...any) {
		t.Helper()
		t.Errorf(format, args...)
		if failures++; failures >= mostFailures {
			t.Fatal("there are more failures than are worth listing")
		}
	}}
}

// An ask is one call, and how it is made.
type ask struct {
	op      *operation
	retries int
	timeout time.Duration // 5 s if absent
	cancel  time.Duration // after which the call is cancelled, unless it has ended
	baseURL string        // the server's if absent
	what    string        // is tried, for messages
}

// call makes a call, checks what the client says of it, and waits until the server has nothing of it to do.
func (s *suite) call(a ask, turns ...turn) (conformance.Report, *call) {
	report, c := s.ask(a, turns...)
	s.settle(a, report, c)
	return report, c
}

// ask makes a call, and leaves its connections open.
func (s *suite) ask(a ask, turns ...turn) (conformance.Report, *call) {
	s.id++
	c := &call{id: s.id, op: a.op, turns: turns, seesResets: s.seesResets, mayVanish: s.mayVanish && a.cancel > 0}
	if len(turns) == 0 {
		c.turns = []turn{{request: whole}}
	}
	if a.timeout == 0 {
		a.timeout = 5 * time.Second
	}
	if a.baseURL == "" {
		a.baseURL = s.server.url()
	}
	s.server.begin(c)
	start := time.Now()
	report, err := s.client.Ask(conformance.Request{
		ID: fmt.Sprint(c.id), Call: a.op.call, CancelMs: a.cancel.Seconds() * 1000, BaseURL: a.baseURL, Account: account, Token: token,
		Options: conformance.Options{Retries: a.retries, TimeoutMs: int(a.timeout.Milliseconds()), Rules: "enforce"},
		Path:    with(a.op.path, conformance.Values{"CampaignId": c.id}), Input: with(a.op.input, nil),
	})
	if err != nil {
		s.fail("%s: %s: %v", a.op.name, a.what, err)
		return report, c
	}
	const slack = 3 * time.Second // of a machine that is busy; before a retry a client waits less than a second
	limit := time.Duration(a.retries+1)*(a.timeout+a.op.more+time.Second) + slack
	if a.cancel > 0 {
		limit = a.cancel + slack
	}
	if took := time.Since(start); took > limit {
		s.fail("%s: %s: the outcome %s came after %v", a.op.name, a.what, report.Outcome, took)
	}
	s.counts[report.Outcome]++
	return report, c
}

// settle checks what a client says of a call against what the server did.
func (s *suite) settle(a ask, report conformance.Report, c *call) {
	if report.Outcome == "not_sent" {
		time.Sleep(20 * time.Millisecond) // for what was sent all the same
	}
	s.server.settle(false)
	s.verify(a, report, c)
}

// verify is settle where the server has nothing of the call to do any more.
func (s *suite) verify(a ask, report conformance.Report, c *call) {
	s.server.mu.Lock()
	defer s.server.mu.Unlock()
	wrong := s.server.wrong
	s.server.wrong = nil
	wrong = append(wrong, c.check(report)...)
	for _, w := range wrong {
		s.fail("%s: %s: %s\n  the server got %d bytes, carried out %d requests, and sent %s\n  the client reported %s %d %q",
			a.op.name, a.what, w, c.got, c.commits, c.sent(), report.Outcome, report.Status, report.Message)
	}
}

func (c *call) sent() string {
	var all []string
	for _, r := range c.responses {
		all = append(all, fmt.Sprintf("%.300q (%s)", r.bytes, r.end))
	}
	return strings.Join(all, " and ")
}

// check is what is wrong with what a client says of a call.
func (c *call) check(report conformance.Report) (wrong []string) {
	add := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	switch report.Outcome {
	case "in_doubt":
	case "cancelled":
		if !c.mayVanish {
			add("a caller is told nothing of it")
		}
	case "not_sent":
		c.claimedNotSent = true
		if c.got > 0 {
			add("it is not true that nothing was sent")
		}
	case c.op.done:
		if c.commits == 0 {
			add("it was not carried out")
		}
		fallthrough
	case "refused", "queued":
		if !slices.ContainsFunc(c.responses, func(r sent) bool { return c.says(r, report) }) {
			add("no response to it says so")
		}
	default:
		add("%s is no outcome of it", report.Outcome)
	}
	for _, of := range []string{report.Printed, report.Message, fmt.Sprint(report.Errors)} {
		if strings.Contains(of, token) || strings.Contains(of, credentials) {
			add("the token is printed: %.2000s", of)
			break
		}
	}
	return wrong
}

// says tells whether a response to this call says what the client reports.
func (c *call) says(r sent, report conformance.Report) bool {
	end := r.end
	if end == rst && !c.seesResets {
		end = fin
	}
	said := c.op.read(r.bytes, end)
	if report.Outcome == c.op.done && strings.HasPrefix(string(r.bytes), "HTTP/1.1 404") {
		return c.op.done == "deleted" && len(c.responses) > 1
	}
	if said.lenient {
		return true
	}
	if said.outcome != report.Outcome {
		return false
	}
	if digest := sha256.Sum256(said.content); said.content != nil && (report.Bytes == nil || report.Bytes.SHA256 != hex.EncodeToString(digest[:])) {
		return false
	}
	for name, value := range report.Response {
		var reported any
		if json.Unmarshal(value, &reported) == nil && said.body[name] != nil && isText(reported) && said.body[name] != reported {
			return false
		}
	}
	message, _ := said.body["Message"].(string)
	return report.Message == "" || strings.NewReplacer(token, "[redacted]", credentials, "[redacted]").Replace(message) == report.Message
}

func isText(value any) bool { _, is := value.(string); return is }

// done makes a call with which nothing is wrong: it must be done.
func (s *suite) done(a ask, turns ...turn) *call {
	report, c := s.call(a, turns...)
	if report.Outcome != a.op.done {
		s.fail("%s: %s: nothing was wrong with the call, and the client reported %s %d %s", a.op.name, a.what, report.Outcome, report.Status, tail(report.Printed))
	}
	return c
}

func tail(text string) string { return text[max(0, len(text)-500):] }

// warm makes calls until one is done, which leaves its connection open. That of the call before may have ended, and
// the client not have seen it yet.
func (s *suite) warm(a ask, turns ...turn) *call {
	for range 3 {
		if report, c := s.call(a, turns...); report.Outcome == a.op.done {
			return c
		}
	}
	return s.done(a, turns...)
}
