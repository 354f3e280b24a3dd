// Package foreign holds the sandbox to what HTTP clients send that nobody here wrote. Each program creates a contact,
// updates it and reads it, with an image, in both encodings, and this test compares what the sandbox kept.
package foreign

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/contacts/sandbox"
)

// A program is one that uses a client.
type program struct {
	language string // of LANGS; empty: always
	source   string
	command  func(t *testing.T, source string) []string
	formOnly bool
}

var programs = map[string]program{
	"curl":            {"", "curl.sh", shell, false},
	"wget":            {"", "wget.sh", shell, true},
	"Python requests": {"python", "python/with_requests.py", python, false},
	"Python httpx":    {"python", "python/with_httpx.py", python, false},
	"Node fetch":      {"typescript", "node/fetch.mjs", node, false},
	"Node axios":      {"typescript", "node/axios.mjs", node, false},
	"Java HttpClient": {"java", "java/JavaHttpClient.java", java, false},
	"Java OkHttp":     {"java", "java/OkHttp.java", java, false},
	"Rust reqwest":    {"rust", "rust/src/main.rs", rust, false},
}

// shared are what several programs use.
var shared = []string{"python/scenario.py", "node/contact.mjs"}

// The images have in them what could be taken for the end of a part.
var (
	image      = []byte("\x89PNG\r\n\x1a\n\x00\r\n--\r\n------WebKitFormBoundaryWile\xff" + strings.Repeat("\r\n-\x00", 20_000))
	otherImage = []byte("GIF89a\x01\x00\x01\x00\r\n--\r\n" + strings.Repeat("\xfe\n", 10_000))
)

func TestForeignClients(t *testing.T) {
	for name, program := range programs {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if languages := os.Getenv("LANGS"); program.language != "" && languages != "" && !slices.Contains(strings.Fields(languages), program.language) {
				t.Skip("SKIPPED: LANGS leaves " + program.language + " out")
			}
			command := program.command(t, program.source)
			for _, encoding := range []string{"form", "multipart"} {
				if encoding == "form" || !program.formOnly {
					t.Run(encoding, func(t *testing.T) { check(t, command, encoding) })
				}
			}
		})
	}
}

// check runs a program against a sandbox of its own.
func check(t *testing.T, command []string, encoding string) {
	api, err := sandbox.New(sandbox.Config{AccountSID: "IRforeign", AuthToken: "Token: 100 %", Strict: true})
	require.NoError(t, err)
	server := httptest.NewServer(api)
	defer server.Close()
	folder := t.TempDir()
	files := []string{filepath.Join(folder, "first.png"), filepath.Join(folder, "second.gif"), filepath.Join(folder, "read")}
	require.NoError(t, os.WriteFile(files[0], image, 0o600))
	require.NoError(t, os.WriteFile(files[1], otherImage, 0o600))

	cmd := exec.CommandContext(t.Context(), command[0], append(command[1:], append([]string{encoding}, files...)...)...)
	cmd.Env = append(os.Environ(), "CONTACTS_BASE_URL="+server.URL, "CONTACTS_ACCOUNT=IRforeign", "CONTACTS_TOKEN=Token: 100 %", "LC_ALL=C.UTF-8", "no_proxy=*")
	cmd.WaitDelay = 10 * time.Second
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	require.NoError(t, err, "%s%s", out, &stderr)

	const uri = "/Advertisers/IRforeign/Campaigns/1000/Contacts/2750"
	want := map[string]any{
		"Id": "2750", "Uri": uri, "Editable": true,
		"FirstName": "Wíle 🐺", "LastName": "Coyote & Söhne + 100 %", "EmailAddress": "wile.coyote@example.com",
		"Title": "Präsident 社長", "Labels": []any{"Główny", "重要", "新"},
		"Accounts": []any{
			map[string]any{"Id": "10000", "Name": "Account 10000"}, map[string]any{"Id": "10001", "Name": "Account 10001"},
		},
		"ProfileImage": uri + "/ProfileImage",
	}
	assert.Equal(t, want, parse(t, get(t, server.URL+uri)), "what the sandbox keeps")
	assert.Equal(t, want, parse(t, out), "what the program read")
	if encoding == "multipart" {
		assert.Equal(t, otherImage, get(t, server.URL+uri+"/ProfileImage"), "the image that the sandbox keeps")
		read, err := os.ReadFile(files[2])
		require.NoError(t, err)
		assert.Equal(t, otherImage, read, "the image that the program read")
	} else {
		assert.Equal(t, "https://example.com/ü?a=b&c=d", location(t, server.URL+uri+"/ProfileImage"))
	}
	created := create(t, server.URL)
	assert.Equal(t, encoding == "multipart", created["ProfileImageFile"] == "image.png", "%v", created)
	assert.Equal(t, `Директор "ACME"; 部長`, created["Title"])
}

// create is what the sandbox was sent to create the contact, before it was updated.
func create(t *testing.T, base string) map[string]any {
	var list struct {
		Requests []struct {
			Parameters []struct{ Name, Value string }
			Parts      []struct {
				Name string
				Size int
			}
		}
	}
	require.NoError(t, json.Unmarshal(get(t, base+"/_sandbox/requests?text=createContact"), &list))
	require.Len(t, list.Requests, 1)
	values := map[string]any{}
	for _, parameter := range list.Requests[0].Parameters {
		values[parameter.Name] = parameter.Value
	}
	for _, part := range list.Requests[0].Parts {
		assert.Equal(t, len(image), part.Size)
	}
	return values
}

func parse(t *testing.T, text []byte) (value map[string]any) {
	require.NoError(t, json.Unmarshal(text, &value), "%s", text)
	return value
}

func request(t *testing.T, url string) *http.Response {
	request, err := http.NewRequestWithContext(t.Context(), "GET", url, nil)
	require.NoError(t, err)
	request.SetBasicAuth("IRforeign", "Token: 100 %")
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Do(request)
	require.NoError(t, err)
	return response
}

func get(t *testing.T, url string) []byte {
	response := request(t, url)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, response.StatusCode, "%s", body)
	return body
}

func location(t *testing.T, url string) string {
	response := request(t, url)
	defer response.Body.Close()
	location, err := response.Location()
	require.NoError(t, err)
	return location.Scheme + "://" + location.Host + location.Path + "?" + location.RawQuery
}

// Each program of the folders is run, or is a part of others.
func TestEveryProgramIsRun(t *testing.T) {
	var sources []string
	for _, pattern := range []string{"*.sh", "*/*.py", "*/*.mjs", "*/*.java", "*/*/*.rs"} {
		found, err := filepath.Glob(pattern)
		require.NoError(t, err)
		for _, source := range found {
			if !strings.Contains(source, "node_modules") {
				sources = append(sources, source)
			}
		}
	}
	listed := slices.Clone(shared)
	for _, program := range programs {
		listed = append(listed, program.source)
	}
	assert.ElementsMatch(t, sources, listed)
}

func shell(t *testing.T, source string) []string {
	tool := strings.TrimSuffix(source, ".sh")
	if _, err := exec.LookPath(tool); err != nil {
		t.Skip("SKIPPED: " + tool + " is not installed")
	}
	return []string{"sh", source}
}

func python(t *testing.T, source string) []string {
	folder := install(t, "python", []string{"requirements.txt"}, func(folder string) [][]string {
		return [][]string{
			{"python3", "-m", "venv", "--clear", folder},
			{filepath.Join(folder, "bin", "pip"), "install", "--quiet", "--disable-pip-version-check", "--requirement", "requirements.txt"},
		}
	})
	return []string{filepath.Join(folder, "bin", "python"), source}
}

// node runs a copy, beside which Node finds the packages.
func node(t *testing.T, source string) []string {
	manifests := []string{"package.json", "package-lock.json", ".npmrc", "axios.mjs", "contact.mjs", "fetch.mjs"}
	folder := install(t, "node", manifests, func(folder string) [][]string {
		return [][]string{
			append(append([]string{"cp"}, manifests...), folder),
			{"npm", "ci", "--prefer-offline", "--silent", "--prefix", folder},
		}
	})
	return []string{"node", filepath.Join(folder, filepath.Base(source))}
}

func java(t *testing.T, source string) []string {
	folder := install(t, "java-"+strings.TrimSuffix(filepath.Base(source), ".java"), []string{"pom.xml", filepath.Base(source)}, func(folder string) [][]string {
		return [][]string{
			{"mvn", "-q", "-B", "-ntp", "dependency:copy-dependencies", "-DincludeScope=runtime", "-DoutputDirectory=" + filepath.Join(folder, "lib")},
			{"javac", "-encoding", "UTF-8", "-cp", filepath.Join(folder, "lib", "*"), "-d", folder, filepath.Base(source)},
		}
	})
	return []string{"java", "-cp", folder + string(os.PathListSeparator) + filepath.Join(folder, "lib", "*"), strings.TrimSuffix(filepath.Base(source), ".java")}
}

// rust shares what is built with the Rust client.
func rust(t *testing.T, _ string) []string {
	target, err := filepath.Abs("../../clients/rust/target")
	require.NoError(t, err)
	run(t, "rust", []string{"cargo", "build", "--quiet", "--target-dir", target})
	return []string{filepath.Join(target, "debug", "foreign")}
}

var installing sync.Map // a mutex for each name: programs that run at once share what is installed

// install runs commands in the folder of a language, unless they were run for the same manifests before. What they
// install is in a folder of its own.
func install(t *testing.T, name string, manifests []string, commands func(folder string) [][]string) (folder string) {
	mutex, _ := installing.LoadOrStore(name, &sync.Mutex{})
	mutex.(*sync.Mutex).Lock()
	defer mutex.(*sync.Mutex).Unlock()
	folder, err := filepath.Abs(filepath.Join("../../.cache/foreign", name))
	require.NoError(t, err)
	language, _, _ := strings.Cut(name, "-")
	var content []byte
	for _, manifest := range manifests {
		text, err := os.ReadFile(filepath.Join(language, manifest))
		require.NoError(t, err)
		content = append(content, text...)
	}
	ready := filepath.Join(folder, "ready")
	if before, err := os.ReadFile(ready); err == nil && bytes.Equal(before, content) {
		return folder
	}
	require.NoError(t, os.RemoveAll(folder))
	require.NoError(t, os.MkdirAll(folder, 0o755))
	for _, command := range commands(folder) {
		run(t, language, command)
	}
	require.NoError(t, os.WriteFile(ready, content, 0o600))
	return folder
}

func run(t *testing.T, folder string, command []string) {
	cmd := exec.CommandContext(t.Context(), command[0], command[1:]...)
	cmd.Dir = folder
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s\n%s", strings.Join(command, " "), out)
}
