package tests

import (
	"context"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/contacts/gen"
	"example.com/contacts/tests/plain"
)

type recorder struct{ requests []*http.Request }

func (r *recorder) Do(request *http.Request) (*http.Response, error) {
	r.requests = append(r.requests, request)
	return nil, http.ErrUseLastResponse
}

// Our template of the client and oapi-codegen's own must send the same.
func TestTheGeneratedClientSendsWhatOapiCodegensOwnSends(t *testing.T) {
	ctx := context.WithValue(t.Context(), http.ServerContextKey, "the caller's")
	for _, base := range []string{
		"https://api.example.com", "https://api.example.com/", "http://127.0.0.1:8080/base/path", "http://[::1]/a%2Fb/%C3%A9/",
	} {
		for _, account := range []string{"IRsandbox", "a/b c?#%é", "$&+=@:", "%2F"} {
			const form = "FirstName=Wile"
			ours, theirs := &recorder{}, &recorder{}
			ourClient, err := gen.NewClient(base, gen.WithHTTPClient(ours), gen.WithRequestEditorFn(edit("first")))
			require.NoError(t, err)
			theirClient, err := plain.NewClient(base, plain.WithHTTPClient(theirs), plain.WithRequestEditorFn(edit("first")))
			require.NoError(t, err)

			ourClient.CreateContactWithBody(ctx, account, -1<<63, "text/plain", strings.NewReader(form), edit("second"))
			theirClient.CreateContactWithBody(ctx, account, -1<<63, "text/plain", strings.NewReader(form), edit("second"))
			ourClient.GetContact(ctx, account, 1000, "M/1")
			theirClient.GetContact(ctx, account, 1000, "M/1")

			require.Len(t, ours.requests, 2)
			require.Len(t, theirs.requests, 2)
			for i, our := range ours.requests {
				their := theirs.requests[i]
				assert.Equal(t, their.Method, our.Method)
				assert.Equal(t, their.URL.Scheme+their.URL.Host+their.URL.Path, our.URL.Scheme+our.URL.Host+our.URL.Path)
				assert.Equal(t, strings.Count(their.URL.EscapedPath(), "/"), strings.Count(our.URL.EscapedPath(), "/"))
				assert.Equal(t, their.Host, our.Host)
				assert.Equal(t, their.Header, our.Header)
				assert.Equal(t, their.ContentLength, our.ContentLength)
				assert.Equal(t, "the caller's", our.Context().Value(http.ServerContextKey))
			}
			body, err := io.ReadAll(ours.requests[0].Body)
			require.NoError(t, err)
			assert.Equal(t, form, string(body))
		}
	}
}

func edit(value string) func(context.Context, *http.Request) error {
	return func(_ context.Context, request *http.Request) error {
		request.Header.Add("X-Edited", value)
		return nil
	}
}

// A contract that the template does not know must not become a client that leaves something out.
func TestTheClientsTemplateRefusesWhatItDoesNotKnow(t *testing.T) {
	folder := copyOfTheModule(t)
	for _, parameters := range []string{
		"{name: AccountSID, in: path, required: true, schema: {type: number}}",
		"{name: AccountSID, in: path, required: true, schema: {type: string}}, {name: Page, in: query, schema: {type: integer}}",
		"{name: AccountSID, in: path, required: true, schema: {type: string}}, {name: X-Trace, in: header, schema: {type: string}}",
	} {
		contract := `{openapi: 3.1.0, info: {title: t, version: "1"}, paths: {"/Advertisers/{AccountSID}": {
			get: {operationId: getAdvertiser, parameters: [` + parameters + `], responses: {"200": {description: d}}}}}}`
		require.NoError(t, os.WriteFile(filepath.Join(folder, "openapi.yaml"), []byte(contract), 0o600))
		cmd := exec.Command("go", "generate", "-run", "oapi-codegen", ".")
		cmd.Dir = folder
		out, err := cmd.CombinedOutput()
		require.Error(t, err, parameters)
		assert.Contains(t, string(out), "NotKnownHere")
	}
}
