// Package programs runs what package sandbox/programs writes: each call of each operation, in each language, against a
// sandbox, whose record of the request is compared with the values, parameter by parameter. LANGS="go python" limits it
// to some languages; the clients must have been built.
package programs

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/contacts/internal/contract"
	"example.com/contacts/sandbox"
	"example.com/contacts/sandbox/programs"
	"example.com/contacts/tests/conformance/clients"
	"example.com/contacts/wrapper"
)

const account, token = "IRprograms", "a-token-of-programs"

// A recorded is what the control API tells of a request.
type recorded struct {
	ID         int
	Operation  string
	Method     string
	Path       string
	Encoding   string
	Headers    map[string]string
	Parameters []parameter
	Parts      []part
	Status     int
}

// newSandbox has the first contact, which the examples of the contract name, with all that one can have.
func newSandbox(t *testing.T, all []call) (url string) {
	t.Helper()
	api, err := sandbox.New(sandbox.Config{AccountSID: account, AuthToken: token})
	require.NoError(t, err)
	server := httptest.NewServer(api)
	t.Cleanup(server.Close)
	client, err := wrapper.New(account, token, wrapper.WithBaseURL(server.URL))
	require.NoError(t, err)
	defer client.Close()
	first := firstOf(all)
	path, input := wrapper.Draft{}, wrapper.Draft{}
	for _, field := range wrapper.OperationByID(first.operation.ID).Fields {
		draft := input
		if field.In == wrapper.InPath {
			draft = path
		}
		var items []any
		for _, text := range first.values[field.Name] {
			item, _ := field.ParseText(text)
			if field.Kind == wrapper.KindFile {
				item = wrapper.FileFromPath(text)
			}
			items = append(items, item)
		}
		if field.List != nil {
			draft[field.Name] = items
		} else if len(items) > 0 {
			draft[field.Name] = items[0]
		}
	}
	_, err = client.Call(context.Background(), first.operation.ID, path, input)
	require.NoError(t, err)
	return server.URL
}

// firstOf is the call that makes the first contact.
func firstOf(all []call) call {
	return all[slices.IndexFunc(all, func(c call) bool { return c.operation.Done == "created" && c.file != nil })]
}

func control(t *testing.T, method, url, body string, into any) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	require.NoError(t, err)
	request.SetBasicAuth(account, token)
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	require.NoError(t, json.NewDecoder(response.Body).Decode(into))
	require.Equal(t, http.StatusOK, response.StatusCode, "%v", into)
}

// ask has the control API write the programs of a call.
func ask(t *testing.T, url string, c call) map[string]string {
	t.Helper()
	body, err := json.Marshal(map[string]any{"parameters": c.values, "encoding": c.encoding})
	require.NoError(t, err)
	if c.encoding == "" {
		body, err = json.Marshal(map[string]any{"parameters": c.values})
		require.NoError(t, err)
	}
	var written struct{ Programs []programs.Program }
	control(t, "POST", url+"/_sandbox/programs/"+c.operation.ID, string(body), &written)
	texts := map[string]string{}
	for _, p := range written.Programs {
		texts[p.Language] = p.Program
	}
	return texts
}

// languages are those of LANGS, or all, and curl.
func languages() []string { return append(clients.Languages(), "curl") }

func TestEachProgramSendsItsValues(t *testing.T) {
	api, _, oracle := read(t, root+"/openapi.yaml", "contacts")
	all := calls(t, api, oracle)
	for _, language := range languages() {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			own := all
			if language == "curl" { // which alone can send a multipart body without a file
				own = slices.Concat(all, inMultipart(all))
			}
			url := newSandbox(t, all)
			var texts []string
			for _, c := range own {
				texts = append(texts, ask(t, url, c)[language])
			}
			commands := here(t).ready(t, language, texts)
			for i, c := range own {
				t.Run(c.name, func(t *testing.T) { play(t, language, newSandbox(t, all), firstOf(all).file, c, texts[i], commands[i]) })
			}
		})
	}
}

// inMultipart are the calls without a file of operations that take multipart bodies.
func inMultipart(all []call) (out []call) {
	for _, c := range all {
		if c.file == nil && c.operation.Body != nil && c.operation.Body.Multipart {
			c.name, c.encoding = c.name+" in multipart", programs.MultipartType
			out = append(out, c)
		}
	}
	return out
}

// play runs a program, and compares what the sandbox saw with the values.
func play(t *testing.T, language, url string, image []byte, c call, text string, command []string) {
	assert.NotContains(t, text, token)
	done := run(t, command, "CONTACTS", url, account, token)
	var log struct{ Requests []recorded }
	control(t, "GET", url+"/_sandbox/requests", "", &log)
	if c.invalid && language != "curl" {
		assert.NotZero(t, done.code)
		assert.Contains(t, string(done.stderr), "invalid: ")
		assert.Len(t, log.Requests, 1, "nothing is sent; the first made the contact")
		return
	}
	require.Len(t, log.Requests, 2, "the first made the contact\n%s%s", done.stderr, text)
	got := log.Requests[0]

	parameters, files := c.sent("png")
	assert.Equal(t, c.operation.ID, got.Operation)
	assert.Equal(t, parameters, got.Parameters, text)
	assert.Equal(t, files, got.Parts)
	encoding := c.encoding
	if encoding == "" && c.operation.Body != nil {
		encoding = programs.FormType
		if files != nil {
			encoding = programs.MultipartType
		}
	}
	assert.Equal(t, encoding, got.Encoding)
	assert.Equal(t, c.operation.Response.Accept, got.Headers["Accept"])
	agent := "contacts-" + language + "/"
	if language == "curl" {
		agent = "curl/"
	}
	assert.True(t, strings.HasPrefix(got.Headers["User-Agent"], agent), got.Headers["User-Agent"])

	hasOtherPath := strings.Contains(c.name, " with a hostile path") && slices.ContainsFunc(c.operation.Fields, func(f contract.Field) bool {
		return f.In == contract.InPath && f.Kind == contract.KindString
	})
	switch {
	case c.invalid || hasOtherPath:
		assert.Contains(t, []int{http.StatusBadRequest, http.StatusNotFound}, got.Status)
		assert.NotZero(t, done.code)
		if language == "curl" {
			assert.Contains(t, string(done.stdout), `"Status":"ERROR"`)
		} else {
			assert.Contains(t, string(done.stderr), "refused: ")
		}
	default:
		assert.Equal(t, http.StatusOK, got.Status)
		assert.Zero(t, done.code, "%s", done.stderr)
		assert.NotEmpty(t, done.stdout)
		if c.operation.Response.Bytes {
			assert.Equal(t, image, done.stdout)
		}
	}
	if language == "curl" {
		sendAgain(t, url, c, got)
	}
}

// sendAgain runs the command that the control API writes of the recorded request, which must be recorded as the same.
func sendAgain(t *testing.T, url string, c call, first recorded) {
	var again programs.Program
	control(t, "GET", fmt.Sprintf("%s/_sandbox/requests/%d/curl", url, first.ID), "", &again)
	assert.NotContains(t, again.Program, token)
	folder := t.TempDir()
	for _, p := range first.Parts {
		write(t, folder, p.Name, string(c.file))
	}
	run(t, []string{"sh", "-c", "cd " + folder + " && . " + write(t, folder, "again.sh", again.Program)}, "CONTACTS", url, account, token)
	var second recorded
	control(t, "GET", fmt.Sprintf("%s/_sandbox/requests/%d", url, first.ID+1), "", &second)
	first.ID++
	first.Status, second.Status = 0, 0    // what is deleted is not there again
	delete(first.Headers, "Content-Type") // it has another boundary; the encoding is compared
	delete(second.Headers, "Content-Type")
	assert.Equal(t, first, second, again.Program)
}
