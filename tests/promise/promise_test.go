// Package promise holds the project to its word: who changes openapi.yaml, and nothing else, and runs
// `make generate`, has the change in every language, on the command line, in the sandbox and in the tests.
package promise

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/contacts/internal/contractgen"
)

var all = flag.Bool("all", false, "make each change alone, and run all tests of all languages with it")

// inCopy is set in a copy of the repository that this test made: its tests need not make more.
const inCopy = "CONTACTS_PROMISE"

// An edit is a change of openapi.yaml: what is replaced, and by what.
type edit struct{ name, old, new string }

var edits = []edit{
	{"a rule", `        Title:
          description: The contact's job title.
          type: string
          maxLength: 255
`, `        Title:
          description: The contact's job title.
          type: string
          maxLength: 100
`},
	{"a parameter", `        Title:
          description: The contact's job title.
`, `        Nickname:
          description: What friends call the contact.
          type: string
          maxLength: 30
          examples: [Coy]
        Title:
          description: The contact's job title.
`},
	{"an operation", `
components:
`, `
  /Advertisers/{AccountSID}/Campaigns/{CampaignId}/Notes:
    parameters:
      - $ref: '#/components/parameters/AccountSID'
      - $ref: '#/components/parameters/CampaignId'
    post:
      operationId: createNote
      summary: Create a note
      parameters:
        - name: Silent
          in: query
          description: Whether nobody is told.
          schema: {type: boolean}
        - name: Priority
          in: query
          description: How soon the note must be read, from 1 to 5.
          schema: {type: integer, minimum: 1, maximum: 5}
      requestBody:
        required: true
        content:
          application/x-www-form-urlencoded:
            schema:
              type: object
              required: [Text]
              properties:
                Text: {type: string, maxLength: 20, description: The note., examples: [Call back]}
                Readers: {type: array, items: {type: string, examples: [Bo]}, description: Who may read the note.}
      responses:
        "200":
          description: The note was created.
          content:
            application/json:
              schema: {$ref: '#/components/schemas/CreatedNote'}
              example: {NoteId: "77"}
        "400": {$ref: '#/components/responses/BadRequest'}
        "401": {$ref: '#/components/responses/Unauthorized'}
        "403": {$ref: '#/components/responses/Forbidden'}
        "404": {$ref: '#/components/responses/NotFound'}
        "405": {$ref: '#/components/responses/MethodNotAllowed'}
        "413": {$ref: '#/components/responses/ContentTooLarge'}
        "415": {$ref: '#/components/responses/UnsupportedMediaType'}

components:
`},
	{"an operation", `
  schemas:
`, `
  schemas:
    CreatedNote:
      description: A note that was created.
      type: object
      required: [NoteId]
      properties:
        NoteId: {type: string, description: The note's id.}

`},
}

// languages are those of LANGS, or all.
func languages() []string {
	if list := os.Getenv("LANGS"); list != "" {
		return strings.Fields(list)
	}
	return contractgen.Languages()
}

const root = "../.."

func run(t *testing.T, folder string, command ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), command[0], command[1:]...)
	cmd.Dir = folder
	cmd.Env = append(os.Environ(), inCopy+"=1")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	require.NoError(t, err, "%s\n%s%s", strings.Join(command, " "), out, stderr.Bytes())
	return string(out)
}

// copyOf is the repository in a folder of its own, with what the clients have installed and built.
func copyOf(t *testing.T, name string) string {
	t.Helper()
	folder, err := filepath.Abs(filepath.Join(root, ".cache", "promise", strings.ReplaceAll(name, " ", "-")))
	require.NoError(t, err)
	require.NoError(t, os.RemoveAll(folder))
	for _, path := range strings.Split(strings.TrimSuffix(run(t, root, "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"), "\x00"), "\x00") {
		content, err := os.ReadFile(filepath.Join(root, path))
		if os.IsNotExist(err) {
			continue // removed, and not yet committed
		}
		require.NoError(t, err)
		info, err := os.Stat(filepath.Join(root, path))
		require.NoError(t, err)
		target := filepath.Join(folder, path)
		require.NoError(t, os.MkdirAll(filepath.Dir(target), 0o755))
		require.NoError(t, os.WriteFile(target, content, info.Mode().Perm()))
	}
	// Links, not copies: nothing there depends on the contract.
	for _, installed := range []string{
		"clients/typescript/node_modules", "clients/rust/target/debug/deps", "clients/rust/target/debug/build", "clients/rust/target/debug/.fingerprint",
	} {
		from, to := filepath.Join(root, installed), filepath.Join(folder, installed)
		if _, err := os.Stat(from); err == nil {
			require.NoError(t, os.MkdirAll(filepath.Dir(to), 0o755))
			run(t, ".", "cp", "-al", from, to)
		}
	}
	return folder
}

// change edits the contract of a copy, and nothing else, and generates.
func change(t *testing.T, folder string, edits ...edit) {
	t.Helper()
	path := filepath.Join(folder, "openapi.yaml")
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	text := string(content)
	for _, e := range edits {
		require.Contains(t, text, e.old, e.name)
		text = strings.Replace(text, e.old, e.new, 1)
	}
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	before := snapshot(t, folder)
	run(t, folder, "make", "generate")
	for name, content := range snapshot(t, folder) {
		if before[name] != content {
			assert.Contains(t, content[:min(len(content), 300)], "Code generated by ", "%s is no generated file", name)
		}
	}
}

func snapshot(t *testing.T, folder string) map[string]string {
	t.Helper()
	files := map[string]string{}
	require.NoError(t, filepath.WalkDir(folder, func(path string, entry os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if slices.Contains([]string{"node_modules", "target", ".venv", "build", "dist", ".cache"}, entry.Name()) {
				return filepath.SkipDir
			}
			return nil
		}
		content, err := os.ReadFile(path)
		files[path] = string(content)
		return err
	}))
	return files
}

func adapterOf(language string) []string {
	if language == "go" {
		return []string{"go", "run", "./tests/conformance/adapter"}
	}
	return []string{"clients/" + language + "/tests/adapter"}
}

// knownFailures is the file of a language's known failures, which is made in the copy.
func knownFailures(t *testing.T, folder, language string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(folder, "tests/conformance/known-failures.json"))
	require.NoError(t, err)
	var known map[string]map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(content, &known))
	own := known["Contacts"][language]
	if own == nil {
		own = json.RawMessage("{}")
	}
	path := filepath.Join(folder, ".cache", "known-failures-"+language+".json")
	require.NoError(t, os.WriteFile(path, own, 0o600))
	return path
}

// All three at once: each language is built, holds to all vectors, and to the cases that follow from the
// changed contract; the command line and the sandbox have what is new.
func TestTheContractIsAllThatIsEdited(t *testing.T) {
	if os.Getenv(inCopy) != "" {
		t.Skip("SKIPPED: this is the copy that the test made")
	}
	folder := copyOf(t, "all at once")
	change(t, folder, edits...)
	run(t, folder, "make", "build")

	for _, language := range languages() {
		t.Run(language, func(t *testing.T) {
			report := filepath.Join(folder, ".cache", language+".json")
			require.NoError(t, os.MkdirAll(filepath.Dir(report), 0o755))
			run(t, folder, "go", "run", "./cmd/conformance", "run", "--contract", "openapi.yaml", "--vectors", "tests/vectors",
				"--adapter", strings.Join(adapterOf(language), " "), "--report", report, "--known-failures", knownFailures(t, folder, language))
			content, err := os.ReadFile(report)
			require.NoError(t, err)
			for _, name := range []string{"Nickname", "createNote", "Priority", "Readers"} {
				assert.Contains(t, string(content), name, "no case speaks of it")
			}
		})
	}

	t.Run("programs", func(t *testing.T) {
		run(t, folder, "go", "test", "-count=1", "-timeout", "30m", "./tests/programs")
	})

	t.Run("command line and sandbox", func(t *testing.T) {
		program := filepath.Join(folder, ".cache", "contacts")
		run(t, folder, "go", "build", "-o", program, "./cmd/contacts")
		help := run(t, folder, program, "create", "--help")
		assert.Contains(t, help, "--nickname")
		assert.Contains(t, help, "What friends call the contact")

		required := []string{"--first-name", "Wile", "--last-name", "Coyote", "--email-address", "wile@example.com", "--accounts", "10000"}
		database := filepath.Join(folder, ".cache", "sandbox.db")
		created := run(t, folder, append([]string{program, "create", "--sandbox=" + database, "--nickname", "Coy"}, required...)...)
		var result struct{ ContactId string }
		require.NoError(t, json.Unmarshal([]byte(created), &result), created)
		assert.Contains(t, run(t, folder, program, "get", "--sandbox="+database, result.ContactId), `"Nickname": "Coy"`)

		long := exec.CommandContext(t.Context(), program, append([]string{"create", "--sandbox", "--title", strings.Repeat("x", 101)}, required...)...)
		out, err := long.CombinedOutput()
		assert.Error(t, err)
		assert.Contains(t, string(out), "Title must have at most 100 characters.")

		note := run(t, folder, program, "create-note", "--sandbox", "--silent", "--priority", "2", "--text", "Call back", "--readers", "Bo")
		assert.Contains(t, note, `"77"`)
	})
}

// Each alone, with all tests: slow, so only with -all.
func TestEachChangeAlone(t *testing.T) {
	if !*all {
		t.Skip("SKIPPED: it takes long; run `make promise`")
	}
	for _, name := range []string{"a rule", "a parameter", "an operation"} {
		t.Run(name, func(t *testing.T) {
			folder := copyOf(t, name)
			var own []edit
			for _, e := range edits {
				if e.name == name {
					own = append(own, e)
				}
			}
			change(t, folder, own...)
			breaking := exec.CommandContext(t.Context(), "make", "breaking")
			breaking.Dir = folder
			out, err := breaking.CombinedOutput()
			if name == "a rule" { // the gate says that a shorter length breaks callers; all else holds to it
				assert.Error(t, err)
				assert.Contains(t, string(out), "breaking: createContact: Title: Title must have at most 100 characters.")
			} else {
				assert.NoError(t, err, string(out))
			}
			run(t, folder, "make", "test", "--assume-old=breaking")
		})
	}
}
