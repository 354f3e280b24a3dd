package main

import (
	"bufio"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// started runs `contacts sandbox` until the test ends, and returns what it printed, and how to end it.
func started(t *testing.T, cmd *exec.Cmd) (greeting string, end func() result) {
	t.Helper()
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { cmd.Process.Kill() })
	lines := bufio.NewScanner(stdout)
	for lines.Scan() {
		greeting += lines.Text() + "\n"
		if strings.HasPrefix(lines.Text(), "  --data-urlencode") && !strings.HasSuffix(lines.Text(), `\`) { // the last line
			break
		}
	}
	require.NotEmpty(t, greeting)
	return greeting, func() result {
		require.NoError(t, cmd.Process.Signal(os.Interrupt))
		rest, err := io.ReadAll(stdout)
		require.NoError(t, err)
		cmd.Wait()
		return result{cmd.ProcessState.ExitCode(), string(rest), stderr.String()}
	}
}

// pasted is what a shell makes of a text.
func pasted(t *testing.T, text string, env ...string) string {
	t.Helper()
	for _, program := range []string{"sh", "curl"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip(program + " is not installed")
		}
	}
	cmd := exec.Command("sh", "-e")
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH")}, env...)
	cmd.Stdin = strings.NewReader(text)
	cmd.Dir = t.TempDir()
	out, err := cmd.Output()
	require.NoError(t, err)
	return string(out)
}

const (
	first  = `{"Status":"OK","Uri":"/Advertisers/IRsandbox/Campaigns/1000/Contacts/2750"}`
	second = `{"Status":"OK","Uri":"/Advertisers/IRsandbox/Campaigns/1000/Contacts/2751","ContactId":"2751"}` + "\n"
)

// createLine is `contacts create`, for a shell that runs this test binary as it.
func createLine(t *testing.T) string {
	self, err := os.Executable()
	require.NoError(t, err)
	return "CONTACTS_TEST_AS_COMMAND=1 " + quote(self) + " create " + strings.Join(wile, " ") + "\n"
}

func TestWhatTheSandboxPrintsWorksWhenPasted(t *testing.T) {
	greeting, end := started(t, command(t, nil, "sandbox", "--addr=127.0.0.1:0"))
	assert.Contains(t, greeting, "in memory")
	assert.Equal(t, first+second, strings.ReplaceAll(pasted(t, greeting+"echo\n"+createLine(t)), "}\n{", "}{"))
	assert.Equal(t, result{0, "", ""}, end())
}

// A token that somebody chose is used, and not printed.
func TestSandboxWithATokenFile(t *testing.T) {
	cmd := command(t, nil, "sandbox", "--addr=127.0.0.1:0", "--auth-token-file=my 'token'", "--account=IRother", "--db=contacts.db")
	require.NoError(t, os.WriteFile(filepath.Join(cmd.Dir, "my 'token'"), []byte(testToken+"\n"), 0o600))
	greeting, end := started(t, cmd)
	noToken(t, greeting)
	assert.Contains(t, greeting, "in contacts.db")
	out := pasted(t, greeting+"echo\n"+createLine(t))
	assert.Contains(t, out, strings.ReplaceAll(first, sandboxAccount, "IRother"))
	assert.Contains(t, out, strings.ReplaceAll(second, sandboxAccount, "IRother"))
	noToken(t, out)
	assert.Equal(t, result{0, "", ""}, end())

	again := command(t, nil, cmd.Args[1:]...)
	again.Dir = cmd.Dir
	greeting, end = started(t, again)
	assert.Contains(t, pasted(t, greeting), "/2752", "the file kept the first two")
	end()
}

func TestSandboxForOtherMachines(t *testing.T) {
	cmd := command(t, nil, "sandbox", "--addr=0.0.0.0:0", "--auth-token-file=token")
	require.NoError(t, os.WriteFile(filepath.Join(cmd.Dir, "token"), []byte(testToken), 0o600))
	greeting, end := started(t, cmd)
	assert.Contains(t, greeting, "CONTACTS_BASE_URL=http://127.0.0.1:", "an address that can be sent to")
	assert.Contains(t, pasted(t, greeting), first, "what it prints works on this machine")
	r := end()
	assert.Equal(t, 0, r.code)
	assert.Contains(t, r.stderr, `level=WARN msg="other machines can reach the sandbox,`)
	noToken(t, greeting+r.stderr)
}

func TestSandboxOnAPortInUse(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	r := outcome(t, command(t, nil, "sandbox", "--addr", listener.Addr().String()))
	assert.Equal(t, 1, r.code)
	assert.Empty(t, r.stdout)
	assert.Regexp(t, `^contacts: cannot listen: .*`+listener.Addr().String()+`.* in use; choose another address with --addr`, r.stderr)
}

// The page's own example of an upload names the part otherwise than ProfileImageFile does (D2 of docs/api-facts.md).
func TestStrictSandbox(t *testing.T) {
	for strict, status := range map[string]string{"--strict=false": "200", "--strict": "400"} {
		greeting, end := started(t, command(t, nil, "sandbox", "--addr=127.0.0.1:0", strict))
		var export string
		for line := range strings.Lines(greeting) {
			if strings.HasPrefix(line, "export ") {
				export = line
			}
		}
		got := pasted(t, export+`printf '\211PNG\r\n\032\nx' > image.jpg
curl -s -o /dev/null -w '%{http_code}' "$CONTACTS_BASE_URL/Advertisers/$CONTACTS_ACCOUNT/Campaigns/1000/Contacts" \
  -u "$CONTACTS_ACCOUNT:$CONTACTS_TOKEN" -F FirstName=Wile -F LastName=Coyote -F EmailAddress=wile.coyote@example.com \
  -F Accounts=10000 -F ProfileImageFile=image.png -F image.jpg=@image.jpg`)
		assert.Equal(t, status, got, strict)
		end()
	}
}

func TestSystemContacts(t *testing.T) {
	greeting, end := started(t, command(t, nil, "sandbox", "--addr=127.0.0.1:0", "--system-contacts=2"))
	self, err := os.Executable()
	require.NoError(t, err)
	out := pasted(t, exported(greeting)+"CONTACTS_TEST_AS_COMMAND=1 "+quote(self)+" list")
	assert.Equal(t, 2, strings.Count(out, `{"Id":"M`))
	end()
}

// exported is the line of a greeting that sets a shell's variables.
func exported(greeting string) string {
	return greeting[strings.Index(greeting, "export "):strings.Index(greeting, "\n\n")] + "\n"
}

func TestSandboxThatMisbehavesSaysSo(t *testing.T) {
	greeting, end := started(t, command(t, nil, "sandbox", "--addr=127.0.0.1:0", "--fault=code=503; body=html; times=1", "--fault", "delay=1ms; jitter=1ms"))
	assert.Contains(t, greeting, "\n# It misbehaves: code=503; body=html; times=1\n")
	assert.Regexp(t, `\n# It misbehaves: delay=1ms; jitter=1ms; seed=\d+\n`, greeting)
	out := pasted(t, exported(greeting)+`for n in 1 2; do
  curl -s -o /dev/null -w '%{http_code}\n' -u "$CONTACTS_ACCOUNT:$CONTACTS_TOKEN" "$CONTACTS_BASE_URL/Advertisers/IRsandbox/Campaigns/1/Contacts"
done
curl -s -X DELETE -u "$CONTACTS_ACCOUNT:$CONTACTS_TOKEN" "$CONTACTS_BASE_URL/_sandbox/faults"`)
	assert.Equal(t, "503\n200\n{\"faults\":[]}\n", out)
	r := end()
	assert.Contains(t, r.stderr, "it misbehaves")
	assert.Contains(t, r.stderr, "it behaves again")
}

func TestReadyLineOfTheSandbox(t *testing.T) {
	cmd := command(t, nil, "sandbox", "--addr=127.0.0.1:0", "--output=json", "--account=IRother", "--fault=delay=1ms")
	ready := readLine(t, cmd)
	assert.Equal(t, []string{"delay=1ms"}, ready.Faults)
	get := func(path, user, password, bearer string) int {
		request, err := http.NewRequest("GET", ready.URL+path, nil)
		require.NoError(t, err)
		request.SetBasicAuth(user, password)
		if bearer != "" {
			request.Header.Set("Authorization", "Bearer "+bearer)
		}
		response, err := http.DefaultClient.Do(request)
		require.NoError(t, err)
		response.Body.Close()
		return response.StatusCode
	}
	assert.Equal(t, 200, get("/Advertisers/IRother/Campaigns/1/Contacts", ready.Account, ready.Token, ""))

	// A token that somebody chose is not printed.
	cmd = command(t, nil, "sandbox", "--addr=127.0.0.1:0", "--output=json", "--auth-token-file=token", "--control-token-file=control", "--control-host=sandbox.team.example")
	require.NoError(t, os.WriteFile(filepath.Join(cmd.Dir, "token"), []byte(testToken), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(cmd.Dir, "control"), []byte("a-token-for-control\n"), 0o600))
	ready = readLine(t, cmd)
	assert.Equal(t, readyLine{URL: ready.URL, Account: sandboxAccount}, ready)
	assert.Equal(t, 200, get("/_sandbox/faults", "", "", "a-token-for-control"))
	assert.Equal(t, 200, get("/_sandbox/faults", sandboxAccount, testToken, ""))
	assert.Equal(t, 200, get("/_sandbox/faults", "", "", testToken))
	assert.Equal(t, 401, get("/_sandbox/faults", "", "", "another"))
	request, err := http.NewRequest("GET", ready.URL+"/_sandbox/faults", nil)
	require.NoError(t, err)
	request.Host = "sandbox.team.example"
	request.SetBasicAuth(sandboxAccount, testToken)
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	response.Body.Close()
	assert.Equal(t, 200, response.StatusCode)
}

// readLine starts a sandbox, until the test ends, and reads what it prints.
func readLine(t *testing.T, cmd *exec.Cmd) (ready readyLine) {
	t.Helper()
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	decoder := json.NewDecoder(stdout)
	decoder.DisallowUnknownFields()
	require.NoError(t, decoder.Decode(&ready))
	return ready
}

func TestWrongFlagsOfTheSandbox(t *testing.T) {
	for _, c := range []struct{ flag, says string }{
		{"--fault=drip=1", `there is no fault "drip"; there are drop, code,`},
		{"--fault=drop=now", "the fault drop must be before-commit, after-commit or mid-response"},
		{"--output=yaml", `--output must be text or json, not "yaml"`},
		{"--log-format=xml", `--log-format must be text or json, not "xml"`},
		{"--log-level=loud", `--log-level must be debug, info, warn or error, not "loud"`},
		{"--log-level=info+2", "--log-level must be"},
		{"--metrics-addr=0.0.0.0:0", "--metrics-addr 0.0.0.0:0 can be reached from other machines"},
		{"--metrics-addr=9464", "--metrics-addr: "},
		{"--control-token-file=missing", "--control-token-file: "},
		{"--control-token-file=/dev/null", "--control-token-file: /dev/null is empty"},
	} {
		r := outcome(t, command(t, nil, "sandbox", "--addr=127.0.0.1:0", c.flag))
		assert.Equal(t, 6, r.code, c.flag)
		assert.Contains(t, r.stderr, c.says)
		assert.NotContains(t, r.stderr, "--auth-token-file")
	}
}

func TestCompletionOfFaults(t *testing.T) {
	r := outcome(t, command(t, nil, "__complete", "sandbox", "--fault", ""))
	assert.True(t, strings.HasPrefix(r.stdout, "drop=\ncode=\n"), r.stdout)
	assert.True(t, strings.HasSuffix(r.stdout, ":6\n"), "neither files nor a blank behind it: "+r.stdout)
}

// The examples of the help work when they are pasted.
func TestExamplesOfTheHelp(t *testing.T) {
	self, err := os.Executable()
	require.NoError(t, err)
	cache := "XDG_CACHE_HOME=" + t.TempDir()
	define := "contacts() { CONTACTS_TEST_AS_COMMAND=1 " + quote(self) + ` "$@"; }` + "\n"
	assert.Contains(t, pasted(t, define+newRoot().Example, cache), `"ContactId":"2750"`)
	for _, name := range []string{"create", "list", "update", "check", "get", "delete"} {
		cmd, _, err := newRoot().Find([]string{name})
		require.NoError(t, err)
		example, _, _ := strings.Cut(cmd.Example, "\n\n") // the rest needs an image
		pasted(t, define+example, cache)
	}
	check, _, err := newRoot().Find([]string{"check"})
	require.NoError(t, err)
	for _, cmd := range check.Commands() {
		pasted(t, define+cmd.Example)
	}
}

// --sandbox is the whole API in the process of the command.
func TestEmbeddedSandbox(t *testing.T) {
	cache := t.TempDir()
	env := []string{"XDG_CACHE_HOME=" + cache}
	if folder, err := os.UserCacheDir(); err != nil || !strings.Contains(folder, ".cache") {
		t.Skip("the cache folder is not at XDG_CACHE_HOME here")
	}
	folder := filepath.Join(cache, "contacts")
	note := "contacts: this is the sandbox, not the API: the contacts stay in " + filepath.Join(folder, "sandbox.db") + "\n"

	r := outcome(t, command(t, env, with(wile, "create", "--sandbox")...))
	assert.Equal(t, result{0, strings.TrimSuffix(first, "}") + `,"ContactId":"2750"}` + "\n", note}, r)
	info, err := os.Stat(folder)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o700), info.Mode().Perm())

	// It neither needs nor uses what is meant for the API.
	server := serve(t, respond(200, createdBody))
	r = outcome(t, command(t, with(credentials(server.URL)[:3], env...), with(wile, "create", "--sandbox")...))
	assert.Equal(t, result{0, second, note}, r)
	assert.Empty(t, server.seen())

	for _, name := range []string{"2751", "/Advertisers/IRsandbox/Campaigns/1000/Contacts/2751"} {
		r = outcome(t, command(t, env, "get", "--sandbox", name))
		assert.Equal(t, 0, r.code, r.stderr)
		assert.Contains(t, r.stdout, `"FirstName": "Wile"`)
	}
	assert.Equal(t, 3, outcome(t, command(t, env, "get", "--sandbox", "--campaign-id=7", "2751")).code)

	other := filepath.Join(t.TempDir(), "other.db")
	r = outcome(t, command(t, env, with(wile, "create", "--sandbox="+other)...))
	assert.Contains(t, r.stdout, "/2750")
	assert.Contains(t, r.stderr, other)

	r = outcome(t, command(t, env, with(wile, "create", "--sandbox="+cache)...))
	assert.Equal(t, 1, r.code, "a folder is no store")
	assert.True(t, strings.HasPrefix(r.stderr, "contacts: "), r.stderr)
}

func TestEmbeddedSandboxesShareAStore(t *testing.T) {
	db := filepath.Join(t.TempDir(), "shared.db")
	var mu sync.Mutex
	ids := map[any]bool{}
	var all sync.WaitGroup
	for range 6 {
		cmd := command(t, nil, with(wile, "create", "--sandbox="+db)...)
		all.Go(func() {
			var out strings.Builder
			cmd.Stdout, cmd.Stderr = &out, &out
			err := cmd.Run()
			mu.Lock()
			defer mu.Unlock()
			if assert.NoError(t, err, out.String()) {
				ids[out.String()] = true
			}
		})
	}
	all.Wait()
	assert.Len(t, ids, 6)
}
