package conformance

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"example.com/contacts/internal/conformance"
)

// Another API altogether is generated, built and held to its vectors. Not one line of a runtime knows of it.
func TestASecondContract(t *testing.T) {
	api, all := cases(t, "tests/shop/openapi.yaml", "tests/shop/vectors")
	var columns []conformance.Column
	for _, language := range languages() {
		t.Run(language, func(t *testing.T) {
			folder, err := filepath.Abs(filepath.Join(root, ".cache", "shop", language))
			require.NoError(t, err)
			require.NoError(t, os.RemoveAll(folder))
			run(t, root, nil, "go", "run", "./internal/contractgen/cmd/contractgen", "generate", "tests/shop/openapi.yaml",
				"--standalone", "--package", "shop", "--out", language+"="+folder)
			columns = append(columns, play(t, api, all, client{language, builds[language](t, folder)}))
		})
	}
	record(t, api, columns)
}

// builds make the client in a folder with what the client of this repository has installed, and return the
// command of its adapter.
var builds = map[string]func(t *testing.T, folder string) []string{
	"go": func(t *testing.T, folder string) []string {
		binary := filepath.Join(t.TempDir(), "adapter")
		run(t, folder, nil, "go", "build", "-mod=mod", "-o", binary, "./adapter")
		run(t, folder, nil, "go", "vet", "./...")
		return []string{binary}
	},
	"typescript": func(t *testing.T, folder string) []string {
		modules, err := filepath.Abs(filepath.Join(root, "clients/typescript/node_modules"))
		require.NoError(t, err)
		require.NoError(t, os.Symlink(modules, filepath.Join(folder, "node_modules")))
		run(t, folder, nil, "node_modules/.bin/tsc")
		run(t, folder, nil, "node_modules/.bin/tsc", "--project", "tsconfig.tests.json")
		return []string{filepath.Join(folder, "tests/adapter")}
	},
	"python": func(t *testing.T, folder string) []string {
		bin, err := filepath.Abs(filepath.Join(root, "clients/python/.venv/bin"))
		require.NoError(t, err)
		run(t, folder, nil, filepath.Join(bin, "mypy"))
		return []string{"env", "PYTHONPATH=" + filepath.Join(folder, "src"), filepath.Join(bin, "python"), filepath.Join(folder, "tests/adapter.py")}
	},
	"java": func(t *testing.T, folder string) []string {
		libraries, err := filepath.Abs(filepath.Join(root, "clients/java/target/lib"))
		require.NoError(t, err)
		require.NoError(t, os.MkdirAll(filepath.Join(folder, "target/test-classes"), 0o755))
		require.NoError(t, os.Symlink(libraries, filepath.Join(folder, "target/lib")))
		run(t, folder, nil, "sh", "-c", `javac -Xlint:all -Werror -d target/classes -cp 'target/lib/*' $(find src/main src/generated -name '*.java')`)
		run(t, folder, nil, "sh", "-c", `javac -d target/test-classes -cp 'target/classes:target/lib/*' $(find src/test -name '*.java')`)
		return []string{filepath.Join(folder, "tests/adapter")}
	},
	"rust": func(t *testing.T, folder string) []string {
		// Links, not copies, of what is compiled already.
		for _, part := range []string{"deps", "build", ".fingerprint"} {
			from, err := filepath.Abs(filepath.Join(root, "clients/rust/target/debug", part))
			require.NoError(t, err)
			to := filepath.Join(folder, "target/debug", part)
			require.NoError(t, os.MkdirAll(filepath.Dir(to), 0o755))
			run(t, folder, nil, "cp", "-al", from, to)
		}
		run(t, folder, []string{"RUSTFLAGS="}, "cargo", "build", "--quiet", "--example", "shop-adapter")
		return []string{filepath.Join(folder, "target/debug/examples/shop-adapter")}
	},
}
