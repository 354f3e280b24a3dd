package sandbox_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/contacts/sandbox"
)

const controlToken = "control-token"

// A caller is who uses a sandbox: an account, or by a Bearer, without an account, whoever has its token.
type caller struct {
	api
	sid, token string
}

func (c caller) request(method, path, contentType, body string) *http.Request {
	c.t.Helper()
	request := c.api.request(method, path, contentType, body)
	if c.sid == "" {
		request.Header.Set("Authorization", "Bearer "+c.token)
	} else {
		request.SetBasicAuth(c.sid, c.token)
	}
	return request
}

func (c caller) send(method, path, contentType, body string) received {
	c.t.Helper()
	return c.do(c.request(method, path, contentType, body))
}

func (c caller) contacts() string { return strings.ReplaceAll(contacts, sid, c.sid) }

func (c caller) create() received {
	c.t.Helper()
	return c.send("POST", c.contacts(), formType, valid)
}

// list are the ids of the account's list.
func (c caller) list() (ids []string) {
	c.t.Helper()
	var page struct{ Contacts []struct{ Id string } }
	r := c.send("GET", c.contacts(), "", "")
	require.Equal(c.t, 200, r.StatusCode, "%s", r.Body)
	require.NoError(c.t, json.Unmarshal(r.Body, &page))
	for _, contact := range page.Contacts {
		ids = append(ids, contact.Id)
	}
	return ids
}

func (c caller) setFaults(query string, faults ...string) received {
	c.t.Helper()
	body, err := json.Marshal(map[string][]string{"faults": faults})
	require.NoError(c.t, err)
	return c.send("PUT", faultsPath+query, "application/json", strings.ReplaceAll(string(body), "null", "[]"))
}

// states are faults with how often they happened, as the caller sees them.
func (c caller) states(query string) (states []sandbox.FaultState) {
	c.t.Helper()
	var body struct{ Faults []sandbox.FaultState }
	r := c.send("GET", faultsPath+query, "", "")
	require.Equal(c.t, 200, r.StatusCode, "%s", r.Body)
	require.NoError(c.t, json.Unmarshal(r.Body, &body))
	return body.Faults
}

// requests are those that the caller sees.
func (c caller) requests(query string) []recordedRequest {
	c.t.Helper()
	var body struct{ Requests []recordedRequest }
	r := c.send("GET", requestsPath+query, "", "")
	require.Equal(c.t, 200, r.StatusCode, "%s", r.Body)
	require.NoError(c.t, json.Unmarshal(r.Body, &body))
	return body.Requests
}

// paths are those of the requests that the caller sees, the oldest first.
func (c caller) paths(query string) (paths []string) {
	c.t.Helper()
	for _, request := range c.requests(query) {
		paths = append([]string{request.Path}, paths...)
	}
	return paths
}

func add(t testing.TB, store sandbox.AccountStore, sid, token string) {
	t.Helper()
	account, err := sandbox.NewAccount(sid, token)
	require.NoError(t, err)
	require.NoError(t, store.AddAccount(t.Context(), account))
}

// twoAccounts is a sandbox with accounts IRa and IRb beside its own, and who has its control token.
func twoAccounts(t *testing.T, config sandbox.Config) (own, a, b, control caller) {
	t.Helper()
	if config.Store == nil {
		config.Store = sandbox.NewMemory()
	}
	config.ControlToken = controlToken
	add(t, config.Store, "IRa", "token-of-a")
	add(t, config.Store, "IRb", "token-of-b")
	api := start(t, config)
	return caller{api, sid, token}, caller{api, "IRa", "token-of-a"}, caller{api, "IRb", "token-of-b"}, caller{api, "", controlToken}
}

func TestAccountsSeeTheirOwnContactsOnly(t *testing.T) {
	for name, store := range map[string]sandbox.Store{"memory": sandbox.NewMemory(), "SQLite": openSQLite(t, filepath.Join(t.TempDir(), "contacts.db"))} {
		t.Run(name, func(t *testing.T) {
			own, a, b, _ := twoAccounts(t, sandbox.Config{Store: store})
			assert.Equal(t, own.contacts()+"/2750", own.create().Envelope.Uri)
			assert.Equal(t, a.contacts()+"/2751", a.create().Envelope.Uri)
			assert.Equal(t, b.contacts()+"/2752", b.create().Envelope.Uri)
			assert.Equal(t, []string{"2750"}, own.list())
			assert.Equal(t, []string{"2751"}, a.list())
			assert.Equal(t, []string{"2752"}, b.list())
			for _, c := range []struct{ method, body string }{{"GET", ""}, {"PUT", "Title=x"}, {"DELETE", ""}} {
				a.send(c.method, b.contacts()+"/2752", formType, c.body).requireError(t, 403)
				a.send(c.method, a.contacts()+"/2752", formType, c.body).requireError(t, 404)
			}
			a.send("POST", b.contacts(), formType, valid).requireError(t, 403)
			assert.Equal(t, []string{"2752"}, b.list())
			for _, wrong := range []caller{{a.api, "IRa", "token-of-b"}, {a.api, "IRa", token}, {a.api, sid, "token-of-a"}, {a.api, "IRc", "token-of-a"}, {a.api, "IRc", ""}} {
				wrong.create().requireError(t, 401)
			}
		})
	}
}

func TestAccountsSeeTheirOwnRequestsOnly(t *testing.T) {
	own, a, b, control := twoAccounts(t, sandbox.Config{})
	a.create()
	b.create()
	caller{a.api, "IRa", "wrong"}.send("GET", a.contacts()+"/1", "", "").requireError(t, 401)
	caller{a.api, "IRnobody", "wrong"}.send("GET", "/nowhere", "", "").requireError(t, 404)
	caller{a.api, "", "wrong"}.send("GET", b.contacts()+"/2", "", "").requireError(t, 401)
	own.create()

	assert.Equal(t, []string{a.contacts(), a.contacts() + "/1"}, a.paths(""), "with wrong tokens, too")
	assert.Equal(t, []string{b.contacts(), b.contacts() + "/2"}, b.paths(""), "without credentials, too")
	assert.Equal(t, []string{"/nowhere", own.contacts()}, own.paths(""), "and those of nobody")
	assert.Len(t, control.paths(""), 6)
	assert.Equal(t, a.paths(""), control.paths("?account=IRa"))
	assert.Equal(t, a.paths(""), a.paths("?account=IRa"))
	assert.Equal(t, 403, a.send("GET", requestsPath+"?account=IRb", "", "").StatusCode)
	assert.Equal(t, 400, control.send("GET", requestsPath+"?account=IRa&account=IRb", "", "").StatusCode)
	assert.Equal(t, 400, control.send("GET", requestsPath+"?account=", "", "").StatusCode)
	for id, want := range map[int][]int{1: {200, 404, 404, 200}, 2: {404, 200, 404, 200}, 4: {404, 404, 200, 200}, 6: {404, 404, 200, 200}} {
		for i, c := range []caller{a, b, own, control} {
			response, err := http.DefaultClient.Do(c.request("GET", requestsPath+"/"+strconv.Itoa(id), "", ""))
			require.NoError(t, err)
			response.Body.Close()
			assert.Equal(t, want[i], response.StatusCode, "%d %s", id, c.sid)
		}
	}
}

func TestTokenOfAnotherAccountIsNotRecorded(t *testing.T) {
	_, a, _, control := twoAccounts(t, sandbox.Config{})
	a.send("GET", a.contacts()+"?Title=token-of-b", "", "")
	body := string(control.send("GET", requestsPath, "", "").Body)
	assert.NotContains(t, body, "token-of-b")
	assert.Contains(t, body, "[token]")
}

func TestFaultsAreOfAnAccount(t *testing.T) {
	own, a, b, control := twoAccounts(t, sandbox.Config{Faults: []string{"code=503; times=1"}})
	status := func(c caller) int { return c.create().StatusCode }
	state := func(fault string, happened int64) []sandbox.FaultState {
		return []sandbox.FaultState{{Fault: fault, Happened: happened}}
	}
	assert.Equal(t, []int{503, 200, 503}, []int{status(a), status(a), status(b)}, "each account begins with it")
	assert.Equal(t, state("code=503; times=1", 1), a.states(""))
	assert.Equal(t, state("code=503; times=1", 0), own.states(""))
	assert.Equal(t, state("code=503; times=1", 2), control.states(""), "of all accounts")
	assert.Equal(t, state("code=503; times=1", 1), control.states("?account=IRb"))

	require.Equal(t, 200, a.setFaults("", "code=500").StatusCode)
	assert.Equal(t, []int{500, 200, 503, 200}, []int{status(a), status(b), status(own), status(own)}, "an account's own set is no other's")
	assert.Equal(t, state("code=500", 1), a.states(""))
	assert.Equal(t, state("code=503; times=1", 2+1), control.states(""))
	require.Equal(t, 200, b.send("DELETE", faultsPath, "", "").StatusCode)
	assert.Empty(t, b.states(""))

	require.Equal(t, 200, control.setFaults("", "code=501; times=1").StatusCode)
	assert.Equal(t, []int{501, 501, 200, 501}, []int{status(a), status(b), status(b), status(own)}, "that of all replaces each")
	require.Equal(t, 200, control.setFaults("?account=IRb", "code=502").StatusCode)
	assert.Equal(t, []int{200, 502}, []int{status(a), status(b)})
	assert.Equal(t, 403, a.setFaults("?account=IRb", "code=400").StatusCode)
	require.Equal(t, 200, control.send("DELETE", faultsPath, "", "").StatusCode)
	assert.Equal(t, []int{200, 200}, []int{status(a), status(b)})
}

func TestRequestsAreCountedForEachAccount(t *testing.T) {
	_, a, b, _ := twoAccounts(t, sandbox.Config{Faults: []string{"rate-limit=1; operation=listContacts"}})
	nobody := caller{a.api, "IRa", "wrong"}
	remaining := func(c caller) string { return c.create().Header.Get("X-RateLimit-Remaining") }
	assert.Equal(t, []string{"999", "998", "999", "999", "997"}, []string{remaining(a), remaining(a), remaining(b), remaining(nobody), remaining(a)},
		"a wrong token takes nothing from an account")
	var got []int
	for _, c := range []caller{a, b, a, b} {
		got = append(got, c.send("GET", c.contacts(), "", "").StatusCode)
	}
	assert.Equal(t, []int{200, 200, 429, 429}, got)
}

// What is random depends on the seed and on the account's own requests.
func TestRandomFaultsOfOneAccountDoNotDependOnOthers(t *testing.T) {
	_, a, b, control := twoAccounts(t, sandbox.Config{})
	pattern := func(callers ...caller) (pattern string) {
		control.setFaults("", "code=503; one-in=3; seed=7")
		for range 40 {
			for i, c := range callers {
				if status := c.create().StatusCode; i == 0 {
					pattern += strconv.Itoa(status)[:1]
				}
			}
		}
		return pattern
	}
	assert.Equal(t, pattern(a), pattern(a, b))
}

func TestBearerOfAnAccountsTokenUsesTheControlAPIOnly(t *testing.T) {
	own, a, _, _ := twoAccounts(t, sandbox.Config{})
	a.create()
	assert.Equal(t, []string{a.contacts()}, caller{a.api, "", "token-of-a"}.paths(""))
	assert.Empty(t, caller{a.api, "", token}.paths(""))
	assert.Equal(t, 401, caller{a.api, "", "token-of-a"}.send("GET", a.contacts(), "", "").StatusCode)
	assert.Equal(t, 401, caller{a.api, "", token}.send("GET", own.contacts(), "", "").StatusCode)
	assert.Equal(t, 401, caller{a.api, "", "token-of-nobody"}.send("GET", requestsPath, "", "").StatusCode)
}

// An account may have another token beside the one of Config.
func TestAccountOfConfigMayBeInTheStore(t *testing.T) {
	store := sandbox.NewMemory()
	add(t, store, sid, "another")
	api := start(t, sandbox.Config{Store: store})
	for _, token := range []string{token, "another"} {
		assert.Equal(t, 200, caller{api, sid, token}.create().StatusCode)
	}
	require.NoError(t, store.RemoveAccount(t.Context(), sid))
	assert.Equal(t, 401, caller{api, sid, "another"}.create().StatusCode)
	assert.Equal(t, 200, caller{api, sid, token}.create().StatusCode)
}

func TestAccountsChangeWithoutARestart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "contacts.db")
	file := filepath.Join(t.TempDir(), "accounts")
	for name, open := range map[string]func() (here sandbox.Config, there sandbox.AccountStore){
		"memory": func() (sandbox.Config, sandbox.AccountStore) {
			store := sandbox.NewMemory()
			return sandbox.Config{Store: store}, store
		},
		"SQLite": func() (sandbox.Config, sandbox.AccountStore) {
			return sandbox.Config{Store: openSQLite(t, path)}, openSQLite(t, path)
		},
		"file": func() (sandbox.Config, sandbox.AccountStore) {
			return sandbox.Config{Accounts: openAccountsFile(t, file)}, openAccountsFile(t, file)
		},
	} {
		t.Run(name, func(t *testing.T) {
			config, there := open()
			here := config.Accounts
			if here == nil {
				here = config.Store
			}
			api := start(t, config)
			a, anew := caller{api, "IRa", "token-of-a"}, caller{api, "IRa", "anew"}
			status := func(c caller) int { return c.create().StatusCode }
			require.Equal(t, 401, status(a))
			for range 3 {
				add(t, here, "IRa", "token-of-a")
				require.Equal(t, 200, status(a), "at once")
				require.NoError(t, here.RemoveAccount(t.Context(), "IRa"))
				require.Equal(t, 401, status(a), "at once")
			}
			// Another process tells nobody.
			add(t, there, "IRa", "token-of-a")
			require.Equal(t, 200, status(a), "at once, since it was not known before")
			require.NoError(t, there.RemoveAccount(t.Context(), "IRa"))
			add(t, there, "IRa", "anew")
			require.Equal(t, 200, status(anew), "at once")
			require.Equal(t, 401, status(a))
			require.NoError(t, there.RemoveAccount(t.Context(), "IRa"))
			assert.Eventually(t, func() bool { return status(anew) == 401 }, 10*time.Second, 50*time.Millisecond)
		})
	}
}

// brokenAccounts fails.
type brokenAccounts struct{ sandbox.AccountStore }

func (brokenAccounts) Accounts(context.Context) ([]sandbox.Account, <-chan struct{}, error) {
	return nil, nil, errors.New("the disk is on fire")
}

func TestAccountsThatCannotBeRead(t *testing.T) {
	api := start(t, sandbox.Config{Accounts: brokenAccounts{}})
	assert.Equal(t, 200, caller{api, sid, token}.create().StatusCode, "that of Config needs none")
	r := caller{api, "IRa", "x"}.create()
	r.requireError(t, 500)
	assert.NotContains(t, string(r.Body), "fire")
	assert.Equal(t, 500, caller{api, "", "x"}.send("GET", requestsPath, "", "").StatusCode)
}

func TestAccountsChangeWhileRequestsCome(t *testing.T) {
	store := openSQLite(t, filepath.Join(t.TempDir(), "contacts.db"))
	_, a, b, control := twoAccounts(t, sandbox.Config{Store: store})
	done := make(chan struct{})
	var group sync.WaitGroup
	for range 2 {
		group.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
					assert.Contains(t, []int{200, 401, 418}, a.create().StatusCode)
					assert.Contains(t, []int{200, 418}, b.create().StatusCode)
				}
			}
		})
	}
	for n := range 20 {
		assert.NoError(t, store.RemoveAccount(t.Context(), "IRa"))
		assert.Equal(t, 401, a.create().StatusCode)
		add(t, store, "IRa", "token-of-a")
		control.setFaults("", "code=418; times="+strconv.Itoa(n+1))
		b.setFaults("", "code=418; one-in=3")
		control.reset("?account=IRb")
		assert.Contains(t, []int{200, 418}, a.create().StatusCode)
	}
	close(done)
	group.Wait()
}

// An outage is told to all who wait for the same reading, and is over when it is over.
func TestAccountsThatCanBeReadAgain(t *testing.T) {
	const generated = "ABCDEFGHIJKLMNOPQRSTUVWXYZ" // has the form of those that the command makes
	store := &outage{Store: sandbox.NewMemory()}
	add(t, store, "IRa", "token-of-a")
	add(t, store, "IRb", generated)
	a := caller{start(t, sandbox.Config{Accounts: store}), "IRa", "token-of-a"}
	require.Equal(t, 200, a.create().StatusCode)
	store.away.Store(true)
	require.Eventually(t, func() bool { return a.create().StatusCode == 500 }, 10*time.Second, 20*time.Millisecond)
	own := caller{a.api, sid, token}
	own.send("GET", own.contacts()+"?Title="+generated, "", "")
	assert.NotContains(t, string(own.send("GET", requestsPath, "", "").Body), generated, "what is known of tokens is not forgotten")
	store.away.Store(false)
	assert.Equal(t, 200, a.create().StatusCode)
}

// outage is a store that is away now and then.
type outage struct {
	sandbox.Store
	away atomic.Bool
}

func (o *outage) Accounts(ctx context.Context) ([]sandbox.Account, <-chan struct{}, error) {
	if o.away.Load() {
		return nil, nil, errors.New("the database is away")
	}
	return o.Store.Accounts(ctx)
}
