package sandbox_test

import (
	"compress/gzip"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	contract "example.com/contacts"
	"example.com/contacts/sandbox"
	"example.com/contacts/wrapper"
)

func getPage(t *testing.T, method, path string, header ...string) *http.Response {
	t.Helper()
	box, err := sandbox.New(sandbox.Config{AccountSID: "IRsandbox", AuthToken: "secret", ControlHosts: []string{"sandbox.example"}})
	require.NoError(t, err)
	request := httptest.NewRequest(method, path, nil)
	request.Host = "localhost:8080"
	for i := 0; i < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
		if header[i] == "Host" {
			request.Host = header[i+1]
		}
	}
	recorder := httptest.NewRecorder()
	box.ServeHTTP(recorder, request)
	return recorder.Result()
}

func TestPageNeedsNoCredentials(t *testing.T) {
	for path, contentType := range map[string]string{
		"/": "text/html; charset=utf-8", "/_sandbox/page/app.js": "text/javascript; charset=utf-8",
		"/_sandbox/page/style.css": "text/css; charset=utf-8", "/_sandbox/page/icon.svg": "image/svg+xml",
	} {
		response := getPage(t, "GET", path)
		assert.Equal(t, 200, response.StatusCode, path)
		assert.Equal(t, contentType, response.Header.Get("Content-Type"))
		assert.Equal(t, "nosniff", response.Header.Get("X-Content-Type-Options"))
		assert.Empty(t, response.Header["Set-Cookie"])
		assert.Empty(t, response.Header["X-Ratelimit-Limit"], "it is no request of the API")
		assert.Contains(t, response.Header.Get("Content-Security-Policy"), "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "+
			"connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'")
	}
}

func TestPageIsReachedByItsOwnNamesOnly(t *testing.T) {
	for host, status := range map[string]int{
		"127.0.0.1:8080": 200, "[::1]:8080": 200, "localhost": 200, "sandbox.example": 200,
		"evil.example": 403, "localhost.evil.example": 403, "127.0.0.1.evil.example": 403, "": 403,
	} {
		assert.Equal(t, status, getPage(t, "GET", "/", "Host", host).StatusCode, host)
		assert.Equal(t, status, getPage(t, "GET", "/_sandbox/page/app.js", "Host", host).StatusCode, host)
	}
}

func TestPageFiles(t *testing.T) {
	for _, c := range []struct {
		method, path string
		status       int
	}{
		{"HEAD", "/", 200}, {"POST", "/_sandbox/page/app.js", 405}, {"PUT", "/", 404},
		{"GET", "/_sandbox/page/", 404}, {"GET", "/_sandbox/page/views", 404}, {"GET", "/_sandbox/page/../page.go", 404}, {"GET", "/_sandbox/page//", 404}, {"GET", "/index.html", 404},
	} {
		assert.Equal(t, c.status, getPage(t, c.method, c.path).StatusCode, "%s %s", c.method, c.path)
	}
	text, err := io.ReadAll(getPage(t, "GET", "/_sandbox/page/openapi.yaml").Body)
	require.NoError(t, err)
	assert.Equal(t, contract.Contract, text)
}

func TestPageIsCompressedAndValidated(t *testing.T) {
	plain, err := io.ReadAll(getPage(t, "GET", "/").Body)
	require.NoError(t, err)
	response := getPage(t, "GET", "/", "Accept-Encoding", "gzip, br")
	assert.Equal(t, "gzip", response.Header.Get("Content-Encoding"))
	unzipped, err := gzip.NewReader(response.Body)
	require.NoError(t, err)
	text, err := io.ReadAll(unzipped)
	require.NoError(t, err)
	assert.Equal(t, string(plain), string(text))
	assert.Equal(t, 304, getPage(t, "GET", "/", "If-None-Match", response.Header.Get("ETag")).StatusCode)
}

// maxPage is how many bytes all files of the page have together, gzipped.
const maxPage = 60_000

func TestPageIsSmall(t *testing.T) {
	total := 0
	require.NoError(t, fs.WalkDir(os.DirFS("page"), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := io.ReadAll(getPage(t, "GET", "/_sandbox/page/"+name, "Accept-Encoding", "gzip").Body)
		total += len(content)
		return err
	}))
	t.Logf("the page has %d bytes, gzipped", total)
	assert.Greater(t, total, 5_000)
	assert.Less(t, total, maxPage)
}

// What makes HTML or code of text, or is no use under the page's policy.
var unsafe = regexp.MustCompile(`innerHTML|outerHTML|insertAdjacentHTML|document\.write|setHTML|DOMParser|createContextualFragment|\beval\b|new Function|\sstyle=|https?://`)

func TestPageMakesNoHTMLOfText(t *testing.T) {
	require.NoError(t, fs.WalkDir(os.DirFS("page"), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile("page/" + name)
		text := strings.ReplaceAll(string(content), `xmlns="http://www.w3.org/2000/svg"`, "")
		assert.Empty(t, unsafe.FindAllString(text, -1), name)
		return err
	}))
	assert.True(t, unsafe.MatchString(`element.innerHTML = text`))
}

// The contract says what parameters there are. A parameter that is added is on the page without an edit.
func TestPageNamesNoParameter(t *testing.T) {
	require.NoError(t, fs.WalkDir(os.DirFS("page"), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile("page/" + name)
		for _, operation := range wrapper.Operations {
			for _, field := range operation.Fields {
				if field.Name != "Page" && field.Name != "Title" {
					assert.NotContains(t, string(content), field.Name, name)
				}
			}
			assert.NotContains(t, string(content), operation.ID, name)
		}
		return err
	}))
}

func TestPageLoadsAllModulesAtOnce(t *testing.T) {
	index, err := os.ReadFile("page/index.html")
	require.NoError(t, err)
	require.NoError(t, fs.WalkDir(os.DirFS("page"), ".", func(name string, entry fs.DirEntry, err error) error {
		if strings.HasSuffix(name, ".js") {
			assert.Contains(t, string(index), `="/_sandbox/page/`+name+`"`)
		}
		return err
	}))
}
