package programs

import (
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/contacts/internal/contract"
	"example.com/contacts/internal/contractgen"
	"example.com/contacts/sandbox/programs"
	"example.com/contacts/tests/conformance/clients"
)

// buildShop generates the client of a language for the shop, and builds it with what the client of this repository has
// installed.
func buildShop(t *testing.T, api contract.API, language string) built {
	t.Helper()
	folder := absolute(t, ".cache/programs/shop-"+language) // where Rust builds it again only if it has changed
	if language != "curl" {
		files, err := contractgen.Render(api, contractgen.Package{Name: "shop", Version: "0.1.0"}, language, true)
		require.NoError(t, err)
		here, err := filepath.Abs(".")
		require.NoError(t, err)
		relative, err := filepath.Rel(here, folder)
		require.NoError(t, err)
		_, err = contractgen.Write(map[string][]contractgen.File{relative: files})
		require.NoError(t, err)
	}
	b := built{name: "shop", folder: folder, typescript: folder, python: filepath.Join(folder, "src"), rust: folder, crate: "shop"}
	switch language {
	case "typescript":
		if _, err := os.Lstat(filepath.Join(folder, "node_modules")); os.IsNotExist(err) {
			require.NoError(t, os.Symlink(absolute(t, "clients/typescript/node_modules"), filepath.Join(folder, "node_modules")))
		}
		clients.Run(t, folder, nil, tsc(t))
	case "java":
		classes := t.TempDir()
		command := []string{"javac", "-proc:none", "-d", classes, "-cp", absolute(t, "clients/java/target/lib") + "/*"}
		for _, pattern := range []string{"src/main/java/com/example/shop/*.java", "src/generated/java/com/example/shop/*.java"} {
			sources, err := filepath.Glob(filepath.Join(folder, pattern))
			require.NoError(t, err)
			require.NotEmpty(t, sources)
			command = append(command, sources...)
		}
		clients.Run(t, folder, nil, command...)
		b.java = classes + javaLibraries(t)
	}
	return b
}

// A shop keeps the last request.
type shop struct {
	operation  contract.Operation
	method     string
	path       string // as it came
	parameters []parameter
	parts      []part
	wrong      error
}

// ServeHTTP decodes a request as the contract says. It responds well where there is nothing to say, and else refuses.
func (s *shop) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.method, s.path, s.parameters, s.parts = r.Method, r.URL.EscapedPath(), nil, nil
	template, path := strings.Split(s.operation.Path, "/"), strings.Split(r.URL.EscapedPath(), "/")
	for i, segment := range template {
		if name, is := strings.CutPrefix(segment, "{"); is && i < len(path) {
			value, err := url.PathUnescape(path[i])
			s.add(err, strings.TrimSuffix(name, "}"), contract.InPath, value)
		}
	}
	s.addPairs(r.URL.RawQuery, contract.InQuery)
	for _, f := range s.operation.Fields {
		if values := r.Header.Values(f.Name); f.In == contract.InHeader && len(values) > 0 {
			s.add(nil, f.Name, contract.InHeader, values...)
		}
	}
	body, err := io.ReadAll(r.Body)
	s.wrong = err
	if mediaType, parameters, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); mediaType == programs.MultipartType {
		s.addParts(multipart.NewReader(strings.NewReader(string(body)), parameters["boundary"]))
	} else {
		s.addPairs(string(body), contract.InBody)
	}
	switch {
	case s.operation.Response.Bytes:
		w.Header().Set("Content-Type", "application/pdf")
		io.WriteString(w, "%PDF-\x00\xff")
	case s.operation.Response.Object == "":
		w.WriteHeader(http.StatusNoContent)
	default:
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusUnprocessableEntity)
		io.WriteString(w, `{"title": "The shop is closed."}`)
	}
}

func (s *shop) add(err error, name string, in contract.In, values ...string) {
	if err != nil {
		s.wrong = err
	}
	for _, value := range values {
		s.parameters = append(s.parameters, parameter{name, string(in), value})
	}
}

func (s *shop) addPairs(text string, in contract.In) {
	for pair := range strings.SplitSeq(text, "&") {
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		name, err := url.QueryUnescape(name)
		s.add(err, name, in)
		value, err = url.QueryUnescape(value)
		s.add(err, name, in, value)
	}
}

func (s *shop) addParts(reader *multipart.Reader) {
	for {
		next, err := reader.NextPart()
		if err == io.EOF {
			return
		}
		if err != nil {
			s.wrong = err
			return
		}
		content, err := io.ReadAll(next)
		if next.FileName() == "" {
			s.add(err, next.FormName(), contract.InBody, string(content))
		} else {
			s.parts = append(s.parts, part{Name: next.FormName(), Parameter: next.FormName(), File: true, Size: len(content)})
		}
	}
}

// The second contract has what this repository's has not: parameters in headers, queries beside bodies, repeated and
// delimited lists, numbers, booleans, lists of files, and results that are nothing. No line of the programs knows of it.
func TestProgramsCallAnotherContract(t *testing.T) {
	api, table, oracle := read(t, root+"/tests/shop/openapi.yaml", "shop")
	all := calls(t, api, oracle)
	for _, language := range languages() {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			b := buildShop(t, api, language)
			var texts []string
			for _, c := range all {
				list, err := table.Programs(table.Operation(c.operation.ID), c.values, "")
				require.NoError(t, err)
				i := slices.IndexFunc(list, func(p programs.Program) bool { return p.Language == language })
				texts = append(texts, list[i].Program)
			}
			commands := b.ready(t, language, texts)
			for i, c := range all {
				t.Run(c.name, func(t *testing.T) {
					s := &shop{operation: c.operation}
					server := httptest.NewServer(s)
					defer server.Close()
					done := run(t, commands[i], "SHOP", server.URL, "AC1", token)
					s.compare(t, api, c, texts[i], done)
				})
			}
		})
	}
}

func (s *shop) compare(t *testing.T, api contract.API, c call, text string, done result) {
	require.NoError(t, s.wrong)
	if c.invalid && !strings.HasPrefix(text, "curl") {
		assert.Contains(t, string(done.stderr), "invalid: ")
		assert.Empty(t, s.method, "nothing is sent")
		return
	}
	assert.Equal(t, c.operation.Method, s.method, "%s%s", done.stderr, text)
	parameters, files := c.sent("png")
	if strings.Contains(c.operation.Path, "{"+api.AccountName+"}") {
		parameters = append([]parameter{{api.AccountName, "path", "AC1"}}, parameters...)
	}
	assert.Equal(t, parameters, s.parameters, "%s%s", done.stderr, text)
	assert.Equal(t, files, s.parts)
	switch {
	case c.operation.Response.Bytes:
		assert.Equal(t, "%PDF-\x00\xff", string(done.stdout))
	case c.operation.Response.Object == "" && done.code == 0 && !strings.HasPrefix(text, "curl"):
		assert.Equal(t, c.operation.Done, strings.TrimSpace(string(done.stdout)))
	case c.operation.Response.Object != "":
		assert.NotZero(t, done.code)
		assert.Regexp(t, "refused: |The shop is closed", string(done.stdout)+string(done.stderr))
		return
	}
	assert.Zero(t, done.code, "%s", done.stderr)
}
