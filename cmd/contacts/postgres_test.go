package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/contacts/internal/postgrestest"
)

// A process is a running `contacts sandbox`.
type process struct {
	*exec.Cmd
	url string
}

// onDatabase is the command of a sandbox on a database, with a token that all of them have.
func onDatabase(t *testing.T, address string, flags ...string) *exec.Cmd {
	var env []string // of a server that PGHOST names
	for _, variable := range os.Environ() {
		if strings.HasPrefix(variable, "PG") {
			env = append(env, variable)
		}
	}
	cmd := command(t, env, append([]string{"sandbox", "--addr=127.0.0.1:0", "--output=json", "--auth-token-file=token", "--db=" + address}, flags...)...)
	require.NoError(t, os.WriteFile(filepath.Join(cmd.Dir, "token"), []byte(testToken), 0o600))
	return cmd
}

func startOnDatabase(t *testing.T, address string, flags ...string) process {
	cmd := onDatabase(t, address, flags...)
	return process{cmd, readLine(t, cmd).URL}
}

const campaign = "/Advertisers/" + sandboxAccount + "/Campaigns/7/Contacts"

type reply struct {
	status  int
	header  http.Header
	body    string
	Status  string
	Message string
	Uri     string
	Total   string `json:"@total"`
}

// send sends a form, or JSON to the control API. The error is that of the connection.
func (p process) send(method, path, body string) (r reply, err error) {
	request, err := http.NewRequest(method, p.url+path, strings.NewReader(body))
	if err != nil {
		return r, err
	}
	request.SetBasicAuth(sandboxAccount, testToken)
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if strings.HasPrefix(path, "/_sandbox/") {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return r, err
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		return r, err
	}
	r.status, r.header, r.body = response.StatusCode, response.Header, string(content)
	if !json.Valid(content) {
		return r, fmt.Errorf("the body is no JSON: %s", content)
	}
	_ = json.Unmarshal(content, &r) // what the control API sends has other members
	return r, nil
}

func (p process) must(t *testing.T, method, path, body string) reply {
	t.Helper()
	r, err := p.send(method, path, body)
	require.NoError(t, err)
	return r
}

func (p process) create(title string) (reply, error) {
	return p.send("POST", campaign, "FirstName=Wile&LastName=Coyote&EmailAddress=wile.coyote@example.com&Accounts=10000&Title="+title)
}

// setFaults sets faults in p. The others have them when it returns.
func (p process) setFaults(t *testing.T, faults string) {
	t.Helper()
	require.Equal(t, 200, p.must(t, "PUT", "/_sandbox/faults", `{"faults":[`+faults+`]}`).status)
}

// eventually waits for what another process tells.
func eventually(t *testing.T, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !holds(); time.Sleep(10 * time.Millisecond) {
		require.True(t, time.Now().Before(deadline), "it does not come to hold")
	}
}

func TestTwoSandboxesOnOneDatabase(t *testing.T) {
	address := postgrestest.Database(t)
	both := make([]process, 2)
	var group sync.WaitGroup
	for i := range both { // at once
		cmd := onDatabase(t, address, "--system-contacts=3")
		group.Go(func() { both[i] = process{cmd, readLine(t, cmd).URL} })
	}
	group.Wait()
	a, b := both[0], both[1]
	system := strings.Replace(campaign, "/7/", "/1000/", 1)
	assert.Equal(t, "3", a.must(t, "GET", system, "").Total, "each system contact is added once")
	sent := int64(1)

	t.Run("contacts", func(t *testing.T) {
		created, err := a.create("a%00b")
		require.NoError(t, err)
		require.Equal(t, 200, created.status, created.body)
		got := b.must(t, "GET", created.Uri, "")
		assert.Contains(t, got.body, `"Title":"a\u0000b"`)
		assert.Equal(t, "1", b.must(t, "GET", campaign+"?Title=a%00b", "").Total)
		assert.Equal(t, 200, b.must(t, "PUT", created.Uri, "Title=changed").status)
		assert.Contains(t, a.must(t, "GET", created.Uri, "").body, `"Title":"changed"`)
		assert.Equal(t, "DELETED", a.must(t, "DELETE", created.Uri, "").Status)
		assert.Equal(t, 404, b.must(t, "GET", created.Uri, "").status)
		sent += 7
	})

	t.Run("the rate limit that each response tells", func(t *testing.T) {
		for range 10 {
			a.must(t, "GET", campaign, "")
		}
		sent += 10
		eventually(t, func() bool {
			sent++
			return b.must(t, "GET", campaign, "").header.Get("X-RateLimit-Remaining") == strconv.FormatInt(1000-sent, 10)
		})
	})

	t.Run("faults", func(t *testing.T) {
		a.setFaults(t, `"code=503; times=1"`)
		statuses := map[int]int{}
		for _, p := range []process{b, a, b, a} {
			statuses[p.must(t, "GET", campaign, "").status]++
		}
		assert.Equal(t, map[int]int{503: 1, 200: 3}, statuses)
		assert.Contains(t, a.must(t, "GET", "/_sandbox/faults", "").body, `"happened":1`)

		b.setFaults(t, `"rate-limit=3"`)
		statuses = map[int]int{}
		for _, p := range []process{a, b, a, b, a, b} {
			statuses[p.must(t, "GET", campaign, "").status]++
		}
		assert.Equal(t, map[int]int{200: 3, 429: 3}, statuses)
		b.setFaults(t, "")
		assert.Equal(t, 200, a.must(t, "GET", campaign, "").status)
	})

	t.Run("list-after", func(t *testing.T) {
		a.setFaults(t, `"list-after=10m"`)
		created, err := a.create("later")
		require.NoError(t, err)
		assert.Equal(t, "0", b.must(t, "GET", campaign, "").Total)
		assert.Equal(t, 200, b.must(t, "GET", created.Uri, "").status)
		a.setFaults(t, "")
	})

	t.Run("requests", func(t *testing.T) {
		stream, err := http.NewRequestWithContext(t.Context(), "GET", b.url+"/_sandbox/requests?text=live", nil)
		require.NoError(t, err)
		stream.SetBasicAuth(sandboxAccount, testToken)
		stream.Header.Set("Accept", "text/event-stream")
		response, err := http.DefaultClient.Do(stream)
		require.NoError(t, err)
		defer response.Body.Close()
		created, err := a.create("live")
		require.NoError(t, err)
		var shown struct {
			ID       int64
			Response struct{ Body string }
		}
		for lines := bufio.NewScanner(response.Body); lines.Scan(); {
			if data, is := strings.CutPrefix(lines.Text(), "data: "); is {
				require.NoError(t, json.Unmarshal([]byte(data), &shown))
				break
			}
		}
		assert.Contains(t, shown.Response.Body, created.Uri, "what one got is in the stream of the other")
		assert.Contains(t, a.must(t, "GET", fmt.Sprintf("/_sandbox/requests/%d", shown.ID), "").body, created.Uri, "under the same id")
		assert.Contains(t, b.must(t, "GET", "/_sandbox/requests?text=a%00b", "").body, `"value":"a\u0000b"`)
	})

	t.Run("kill -9 of one loses nothing", func(t *testing.T) {
		confirmed := createUntil(t, a, func(n int) bool { return n == 200 }, func() { assert.NoError(t, a.Process.Kill()) })
		for uri, title := range confirmed.created {
			require.Contains(t, b.must(t, "GET", uri, "").body, `"Title":"`+title+`"`)
		}
	})
}

// A load is what came of many creates, each with a title of its own.
type load struct {
	created   map[string]string // Uri to title
	unchanged []string          // titles of those of which the response says that nothing was changed
	statuses  map[int]int
}

// createUntil creates over 8 connections. What ends happens once enough says so of the number of those that were created, and
// it goes on until the server is gone.
func createUntil(t *testing.T, p process, enough func(created int) bool, what func()) *load {
	l := &load{created: map[string]string{}, statuses: map[int]int{}}
	var mu sync.Mutex
	var once sync.Once
	var group sync.WaitGroup
	for worker := range 8 {
		group.Go(func() {
			for n := 0; ; n++ {
				title := fmt.Sprintf("%d.%d", worker, n)
				r, err := p.create(title)
				if err != nil {
					return
				}
				mu.Lock()
				l.note(t, r, title)
				if enough(len(l.created)) {
					once.Do(what)
				}
				mu.Unlock()
			}
		})
	}
	group.Wait()
	return l
}

func (l *load) note(t *testing.T, r reply, title string) {
	l.statuses[r.status]++
	switch {
	case r.status == 200:
		assert.NotContains(t, l.created, r.Uri, "an id was used again")
		l.created[r.Uri] = title
	case assert.Equal(t, 503, r.status, r.body):
		assert.Equal(t, "ERROR", r.Status)
		assert.NotEmpty(t, r.header.Get("Retry-After"))
		if strings.Contains(r.Message, "Nothing was changed") {
			l.unchanged = append(l.unchanged, title)
		} else {
			assert.Contains(t, r.Message, "It is not known whether the change was made")
		}
	}
}

// PostgreSQL is killed under load and started again. The sandbox goes on by itself, and has told the truth of each create.
func TestDatabaseThatIsKilledAndRestarted(t *testing.T) {
	server := postgrestest.Start(t)
	p := startOnDatabase(t, server.Address())
	l := &load{created: map[string]string{}, statuses: map[int]int{}}
	var mu sync.Mutex
	count := func(status int) int {
		mu.Lock()
		defer mu.Unlock()
		return l.statuses[status]
	}
	end := make(chan struct{})
	var group sync.WaitGroup
	for worker := range 8 {
		group.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-end:
					return
				default:
				}
				title := fmt.Sprintf("%d.%d", worker, n)
				r, err := p.create(title)
				if !assert.NoError(t, err) {
					return
				}
				mu.Lock()
				l.note(t, r, title)
				mu.Unlock()
			}
		})
	}
	ready := func() int { return p.must(t, "GET", "/readyz", "").status }
	for range 3 {
		created, failed := count(200), count(503)
		eventually(t, func() bool { return count(200) > created+100 })
		server.Kill(t)
		eventually(t, func() bool { return count(503) > failed+100 })
		assert.Equal(t, 503, ready())
		server.Restart(t)
		eventually(t, func() bool { return ready() == 200 })
	}
	created := count(200)
	eventually(t, func() bool { return count(200) > created+100 })
	close(end)
	group.Wait()

	lost := fmt.Sprintf("/_sandbox/requests?status=503&text=%s", url.QueryEscape("Nothing was changed"))
	eventually(t, func() bool { return strings.Contains(p.must(t, "GET", lost, "").body, "createContact") })

	there := map[string]string{} // title to Uri
	for page := 1; ; page++ {
		var list struct {
			Pages    string `json:"@numpages"`
			Contacts []struct{ Title, Uri string }
		}
		require.NoError(t, json.Unmarshal([]byte(p.must(t, "GET", campaign+"?PageSize=20000&Page="+strconv.Itoa(page), "").body), &list))
		for _, contact := range list.Contacts {
			assert.NotContains(t, there, contact.Title, "a create was carried out twice")
			there[contact.Title] = contact.Uri
		}
		if list.Pages == strconv.Itoa(page) {
			break
		}
	}
	for uri, title := range l.created {
		require.Equal(t, uri, there[title], "a create that was answered is gone")
	}
	for _, title := range l.unchanged {
		require.NotContains(t, there, title, "a create of which nothing was said to be changed is there")
	}
	t.Logf("%v; of %d it was said that nothing was changed", l.statuses, len(l.unchanged))
}

func TestSandboxDoesNotPrintThePasswordOfItsDatabase(t *testing.T) {
	address, err := url.Parse(postgrestest.Start(t).Address())
	require.NoError(t, err)
	password, _ := address.User.Password()
	cmd := onDatabase(t, address.String())
	cmd.Args = append(cmd.Args, "--output=text", "--fault=delay=1ms")
	greeting, end := started(t, cmd)
	assert.Contains(t, greeting, `keeps contacts in the database "postgres" on 127.0.0.1`)
	r := end()
	assert.Equal(t, 0, r.code, r.stderr)
	assert.NotContains(t, greeting+r.stdout+r.stderr, password)

	for _, wrong := range []string{
		strings.Replace(address.String(), address.Host, "127.0.0.1:1", 1),
		strings.Replace(address.String(), address.Path, "/none", 1),
		address.String() + "?connect_timeout=x",
	} {
		r := outcome(t, onDatabase(t, wrong))
		assert.Equal(t, 1, r.code)
		assert.Regexp(t, "^contacts: sandbox: (cannot open the database|the address of the database)", strings.Replace(r.stderr, "contacts: cannot", "contacts: sandbox: cannot", 1))
		assert.NotContains(t, r.stdout+r.stderr, password)
	}
}

func TestPostgreSQLOfTheSandboxPage(t *testing.T) {
	_, blocks := page(t, "sandbox.md")
	require.Len(t, blocks["shell"], 1)
	address, err := url.Parse(postgrestest.Database(t))
	require.NoError(t, err)
	t.Setenv("PGDATABASE", strings.TrimPrefix(address.Path, "/"))
	if address.Host != "" {
		password, _ := address.User.Password()
		for name, value := range map[string]string{"PGHOST": address.Hostname(), "PGPORT": address.Port(), "PGUSER": address.User.Username(), "PGPASSWORD": password} {
			t.Setenv(name, value)
		}
	}
	out := runProgram(t, blocks["shell"][0], "page.sh", "sh", "-e")
	assert.Equal(t, first+"\"@total\":\"1\"\n", out)
}
