package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/contacts/wrapper"
)

// The tests run the command as a process of its own: this test binary, which TestMain then turns into it.
func TestMain(m *testing.M) {
	if os.Getenv("CONTACTS_TEST_AS_COMMAND") != "" {
		main()
	}
	os.Exit(m.Run())
}

const (
	testAccount = "IRtest"
	testToken   = "a-Secret-that-nobody-may-see"
)

// command is the process, with nothing of this process's environment that could change what it does.
func command(t *testing.T, env []string, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.Command(self, args...)
	cmd.Dir = t.TempDir()
	cmd.Env = append([]string{"CONTACTS_TEST_AS_COMMAND=1", "HOME=" + cmd.Dir, "PATH=" + os.Getenv("PATH")}, env...)
	return cmd
}

type result struct {
	code           int
	stdout, stderr string
}

// outcome runs a command to its end, and these functions once it has begun. Whatever it prints must not hold the token.
func outcome(t *testing.T, cmd *exec.Cmd, during ...func()) result {
	t.Helper()
	var stdout, stderr bytes.Buffer
	if cmd.Stdout == nil {
		cmd.Stdout = &stdout
	}
	cmd.Stderr = &stderr
	require.NoError(t, cmd.Start())
	for _, f := range during {
		go f()
	}
	err := cmd.Wait()
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		require.NoError(t, err)
	}
	r := result{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()}
	noToken(t, r.stdout+r.stderr)
	return r
}

func noToken(t *testing.T, text string) {
	t.Helper()
	assert.NotContains(t, text, testToken)
	assert.NotContains(t, text, base64.StdEncoding.EncodeToString([]byte(testAccount+":"+testToken)))
}

// credentials are the environment of a command that may send to a server.
func credentials(server string) []string {
	return []string{
		"CONTACTS_BASE_URL=" + server, "CONTACTS_ACCOUNT=" + testAccount,
		"CONTACTS_TOKEN=" + testToken, "CONTACTS_CAMPAIGN_ID=1000",
	}
}

// wile are the flags of a contact that breaks no rule.
var wile = []string{"--first-name=Wile", "--last-name=Coyote", "--email-address=wile.coyote@example.com", "--accounts=10000"}

// longest is how many characters a parameter of a create may have.
func longest(t *testing.T, name string) int {
	t.Helper()
	for _, rule := range wrapper.OperationByID("createContact").Field(name).Value {
		if rule.Kind == wrapper.RuleTooLong {
			return rule.Length
		}
	}
	t.Fatal("the contract does not limit the length of " + name)
	return 0
}

func with(args []string, more ...string) []string {
	return append(append([]string{}, args...), more...)
}

// A recorder is a server that keeps what it was sent.
type recorder struct {
	*httptest.Server
	mu       sync.Mutex
	requests []received
}

type received struct {
	method, path, query, contentType, user, token string
	body                                          []byte
}

const createdBody = `{"Status":"OK","Uri":"/Advertisers/IRtest/Campaigns/1000/Contacts/2750"}`

// serve records, and then responds.
func serve(t *testing.T, respond http.HandlerFunc) *recorder {
	r := &recorder{}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		body, err := io.ReadAll(request.Body)
		if err != nil {
			return // the command gave up
		}
		user, token, _ := request.BasicAuth()
		r.mu.Lock()
		r.requests = append(r.requests, received{request.Method, request.URL.Path, request.URL.RawQuery, request.Header.Get("Content-Type"), user, token, body})
		r.mu.Unlock()
		respond(w, request)
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *recorder) seen() []received {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.requests
}

func respond(status int, body string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}
}

// decoded reads the one line of JSON that a program finds on standard output.
func decoded(t *testing.T, stdout string) map[string]any {
	t.Helper()
	require.Equal(t, 1, strings.Count(stdout, "\n"), "one line: %q", stdout)
	var object map[string]any
	require.NoError(t, json.Unmarshal([]byte(stdout), &object))
	return object
}
