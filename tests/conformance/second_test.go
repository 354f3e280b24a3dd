package conformance

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"example.com/contacts/internal/conformance"
	"example.com/contacts/internal/contractgen"
	"example.com/contacts/tests/conformance/clients"
)

// A guide is docs/your-own-contract.md, followed to the letter in a folder of a team's own.
type guide struct {
	folder, bin string
}

// A block of the guide is a command, the output of the one before, or a file.
type block struct{ kind, name, text string }

var fenced = regexp.MustCompile("(?ms)^```([a-z]+)(?: ([a-z.]+))?\n(.*?)^```$")

func readGuide(t *testing.T) []block {
	page, err := os.ReadFile(filepath.Join(root, "docs", "your-own-contract.md"))
	require.NoError(t, err)
	var blocks []block
	for _, found := range fenced.FindAllStringSubmatch(string(page), -1) {
		blocks = append(blocks, block{found[1], found[2], found[3]})
	}
	return blocks
}

func newGuide(t *testing.T, contract string) guide {
	t.Helper()
	folder, err := filepath.Abs(filepath.Join(root, ".cache", "your-own-contract"))
	require.NoError(t, err)
	require.NoError(t, os.RemoveAll(folder))
	require.NoError(t, os.MkdirAll(folder, 0o755))
	source, err := os.ReadFile(filepath.Join(root, contract))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(folder, "openapi.yaml"), source, 0o600))
	// Links, not copies, of what Rust has compiled already.
	for _, part := range []string{"deps", "build", ".fingerprint"} {
		from, err := filepath.Abs(filepath.Join(root, "clients/rust/target/debug", part))
		require.NoError(t, err)
		if _, err := os.Stat(from); err != nil {
			continue
		}
		to := filepath.Join(folder, "clients/rust/target/debug", part)
		require.NoError(t, os.MkdirAll(filepath.Dir(to), 0o755))
		clients.Run(t, folder, nil, "cp", "-al", from, to)
	}
	return guide{folder, t.TempDir()}
}

// follow runs a command of the guide, and returns what it prints.
func (g guide) follow(t *testing.T, b block) string {
	t.Helper()
	shell := exec.CommandContext(t.Context(), "sh", "-e", "-c", b.text)
	shell.Dir = g.folder
	if b.name == "install" {
		shell.Dir = root
	}
	shell.Env = append(os.Environ(), "GOBIN="+g.bin, "PATH="+g.bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	var stdout, stderr bytes.Buffer
	shell.Stdout, shell.Stderr = &stdout, &stderr
	require.NoError(t, shell.Run(), "%s\n%s%s", b.text, stdout.Bytes(), stderr.Bytes())
	return stdout.String()
}

// Another API altogether is generated, built and held to its contract, command by command as the guide says.
// Not one line of a runtime knows of it.
func TestTheGuideLeadsToFiveClientsOfAnotherContract(t *testing.T) {
	const contract = "tests/shop/openapi.yaml"
	g, blocks := newGuide(t, contract), readGuide(t)
	var languagesSeen []string
	for i, b := range blocks {
		switch {
		case b.kind == "text":
		case b.kind != "sh":
			require.NotEmpty(t, b.name, "a file has a name: %s", b.text)
			require.NoError(t, os.WriteFile(filepath.Join(g.folder, b.name), []byte(b.text), 0o600))
		case slices.Contains(contractgen.Languages(), b.name) && !slices.Contains(clients.Languages(), b.name):
		default:
			if b.name != "" && b.name != "install" && !slices.Contains(languagesSeen, b.name) {
				languagesSeen = append(languagesSeen, b.name)
			}
			printed := g.follow(t, b)
			if i+1 < len(blocks) && blocks[i+1].kind == "text" {
				require.Equal(t, blocks[i+1].text, printed, b.text)
			}
		}
	}
	require.ElementsMatch(t, clients.Languages(), languagesSeen)

	api, all := cases(t, contract, "tests/shop/vectors", filepath.Join(g.folder, "rules.yaml"))
	var columns []conformance.Column
	for _, language := range clients.Languages() {
		adapter := filepath.Join(g.folder, "clients", language, "tests", "adapter")
		if language == "go" {
			adapter = filepath.Join(g.folder, "clients/go/adapter/adapter")
		}
		t.Run(language, func(t *testing.T) {
			columns = append(columns, play(t, api, all, clients.Client{Name: language, Command: []string{adapter}}))
		})
	}
	record(t, api, columns)
}

func TestGeneratedGoPassesVet(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "shop")
	clients.Run(t, root, nil, "go", "run", "./internal/contractgen/cmd/contractgen", "generate", "tests/shop/openapi.yaml",
		"--standalone", "--package", "shop", "--out", "go="+folder)
	clients.Run(t, folder, nil, "go", "vet", "./...")
}
