package tests

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/contacts"
	"example.com/contacts/internal/contract"
	"example.com/contacts/internal/contractgen"
)

func readContract(t *testing.T) contract.API {
	t.Helper()
	api, err := contract.Read(contract.Source{Name: "openapi.yaml", Content: contacts.Contract})
	require.NoError(t, err)
	return api
}

// Generated code is that of the contract, and nobody has edited it.
func TestGeneratedFilesAreThoseOfTheContract(t *testing.T) {
	version, err := os.ReadFile("../VERSION")
	require.NoError(t, err)
	pkg := contractgen.Package{Name: "contacts", Version: strings.TrimSpace(string(version))}
	folders := map[string]string{contractgen.Programs: "../sandbox/programs", "go": ".."}
	for _, language := range append(contractgen.Languages(), contractgen.Programs) {
		folder, is := folders[language]
		if !is {
			folder = filepath.Join("..", "clients", language)
		}
		files, err := contractgen.Render(readContract(t), pkg, language, false)
		require.NoError(t, err)
		require.NotEmpty(t, files)
		for _, file := range files {
			content, err := os.ReadFile(filepath.Join(folder, filepath.FromSlash(file.Path)))
			require.NoError(t, err)
			assert.True(t, string(content) == string(file.Content), "%s: %s differs; run `make generate`", language, file.Path)
		}
	}
}

// The runtimes, but for the lines that name their package.
var runtimes = map[string]string{
	"wrapper":                                         "*.go",
	"clients/typescript/src/runtime":                  "*.ts",
	"clients/python/src/contacts/_runtime":            "*.py",
	"clients/java/src/main/java/com/example/contacts": "*.java",
	"clients/rust/src/runtime":                        "*.rs",
}

var packageLine = regexp.MustCompile(`(?m)^\s*(package|import|"example\.com/contacts).*$`)

// A runtime names no operation, no path and no type of the contract, and the word contact does not occur in it.
func TestRuntimesKnowNoContract(t *testing.T) {
	words := []string{"contact"}
	api := readContract(t)
	for _, op := range api.Operations {
		words = append(words, op.ID, op.Path)
	}
	for _, object := range api.Objects {
		if len(object.Name) > 8 { // shorter ones are words of English
			words = append(words, object.Name)
		}
	}
	for _, op := range api.Operations {
		for _, field := range op.Fields {
			if strings.ToLower(field.Name[1:]) != field.Name[1:] { // Title is a word of English
				words = append(words, field.Name, field.Names.Python)
			}
		}
	}
	for folder, pattern := range runtimes {
		read := 0
		require.NoError(t, filepath.WalkDir(filepath.Join("..", folder), func(path string, entry fs.DirEntry, err error) error {
			name := entry.Name()
			if isRuntime, _ := filepath.Match(pattern, name); err != nil || !isRuntime || strings.HasSuffix(name, "_test.go") || strings.HasSuffix(name, ".gen.go") {
				return err
			}
			content, err := os.ReadFile(path)
			require.NoError(t, err)
			text := packageLine.ReplaceAllString(string(content), "")
			for _, word := range words {
				if !isGeneral(word) {
					assert.NotContains(t, strings.ToLower(text), strings.ToLower(word), path)
				}
			}
			read++
			return nil
		}))
		assert.Greater(t, read, 5, folder)
	}
}

// isGeneral tells whether a name of the contract is a term that every runtime has, too.
func isGeneral(word string) bool {
	return word == "PageSize" || word == "page_size" || word == "FieldError"
}
