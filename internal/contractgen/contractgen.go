// Package contractgen renders clients from the model of a contract: in each language the types, the rules,
// the documentation, one method for each operation, and a table of the fields.
package contractgen

import (
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"example.com/contacts/internal/contract"
)

// A File is one that a client consists of. Its path is relative to the folder of the client, with slashes.
type File struct {
	Path    string
	Content []byte
	Mode    fs.FileMode // 0: 0644
}

// A language renders the files of a client.
type language interface {
	// Generated are the files that depend on the contract.
	Generated(api contract.API, pkg Package) ([]File, error)
	// Standalone are the others: the runtime, a manifest, and an adapter for the conformance runner.
	Standalone(api contract.API, pkg Package) ([]File, error)
}

// Languages are the names of all languages, sorted.
func Languages() []string { return slices.Sorted(maps.Keys(languages)) }

// Programs is what can be rendered beside the languages: what the sandbox writes programs in all of them from.
const Programs = "programs"

// Render makes the files of a client, or of Programs.
func Render(api contract.API, pkg Package, name string, standalone bool) ([]File, error) {
	language, known := languages[name]
	if name == Programs {
		language, known, standalone = programTable{}, true, false
	}
	if !known {
		return nil, fmt.Errorf("there is no language %q; the languages are %s", name, strings.Join(Languages(), ", "))
	}
	if err := pkg.Check(); err != nil {
		return nil, err
	}
	if err := knownWords(api); err != nil {
		return nil, err
	}
	files, err := language.Generated(api, pkg)
	if err != nil || !standalone {
		return files, err
	}
	others, err := language.Standalone(api, pkg)
	if err != nil {
		return nil, err
	}
	if err := setManifest(name, others, api, pkg); err != nil {
		return nil, err
	}
	license, err := sources("LICENSE", "LICENSE") // of the runtime
	return slices.Concat(files, others, license), err
}
