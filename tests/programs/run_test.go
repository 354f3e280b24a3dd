package programs

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"example.com/contacts/tests/conformance/clients"
)

// A way is how the programs of a language are run: it takes all of them, makes them ready at once, and returns the command
// of each.
type way func(t *testing.T, programs []string) [][]string

// ways use the clients of this repository as they were built.
var ways = map[string]way{"go": runGo, "typescript": runTypeScript, "python": runPython, "java": runJava, "rust": runRust, "curl": runCurl}

const root = "../.."

func absolute(t *testing.T, path ...string) string {
	t.Helper()
	abs, err := filepath.Abs(filepath.Join(append([]string{root}, path...)...))
	require.NoError(t, err)
	return abs
}

func write(t *testing.T, folder, name, text string) string {
	t.Helper()
	path := filepath.Join(folder, name)
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

func runGo(t *testing.T, programs []string) (commands [][]string) {
	folder := t.TempDir()
	for i, text := range programs {
		program := filepath.Join(folder, fmt.Sprint("program", i))
		clients.Run(t, root, nil, "go", "build", "-o", program, write(t, folder, fmt.Sprintf("%d/main.go", i), text))
		commands = append(commands, []string{program})
	}
	return commands
}

// runTypeScript has tsc check all programs, strictly.
func runTypeScript(t *testing.T, programs []string) (commands [][]string) {
	return typescriptWith(t, absolute(t, "clients/typescript"), "contacts", programs)
}

func typescriptWith(t *testing.T, client, name string, programs []string) (commands [][]string) {
	folder := t.TempDir()
	modules := filepath.Join(folder, "node_modules")
	require.NoError(t, os.MkdirAll(filepath.Join(modules, "@example"), 0o755))
	require.NoError(t, os.Symlink(client, filepath.Join(modules, "@example", name)))
	require.NoError(t, os.Symlink(absolute(t, "clients/typescript/node_modules/@types"), filepath.Join(modules, "@types")))
	write(t, folder, "tsconfig.json", `{
		"compilerOptions": {"target": "ES2022", "module": "NodeNext", "strict": true, "exactOptionalPropertyTypes": true, "types": ["node"]},
		"include": ["*.mts"]
	}`)
	for i, text := range programs {
		write(t, folder, fmt.Sprintf("call%d.mts", i), text)
		commands = append(commands, []string{"node", filepath.Join(folder, fmt.Sprintf("call%d.mjs", i))})
	}
	clients.Run(t, folder, nil, absolute(t, "clients/typescript/node_modules/.bin/tsc"))
	return commands
}

func runPython(t *testing.T, programs []string) (commands [][]string) {
	folder := t.TempDir()
	for i, text := range programs {
		commands = append(commands, []string{absolute(t, "clients/python/.venv/bin/python"), write(t, folder, fmt.Sprintf("call%d.py", i), text)})
	}
	return commands
}

func runJava(t *testing.T, programs []string) (commands [][]string) {
	folder := t.TempDir()
	path := absolute(t, "clients/java/target/classes") + string(os.PathListSeparator) + absolute(t, "clients/java/target/lib") + "/*"
	for i, text := range programs {
		source := write(t, folder, fmt.Sprintf("%d/Main.java", i), text)
		commands = append(commands, []string{"java", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", path, source})
	}
	return commands
}

// runRust builds the programs as those of one crate, with what the client's own build has compiled.
func runRust(t *testing.T, programs []string) (commands [][]string) {
	folder := absolute(t, ".cache/programs/rust")
	require.NoError(t, os.RemoveAll(filepath.Join(folder, "src")))
	for i, text := range programs {
		write(t, folder, fmt.Sprintf("src/bin/call%d.rs", i), text)
		commands = append(commands, []string{filepath.Join(rustTarget(t), "debug", fmt.Sprint("call", i))})
	}
	write(t, folder, "Cargo.toml", `[package]
name = "programs"
edition = "2024"

[dependencies]
campaign-contacts = { path = "../../../clients/rust", features = ["blocking"] }
tokio = { version = "1", features = ["macros", "rt-multi-thread"] }

[profile.dev]
debug = false
`)
	lock, err := os.ReadFile(filepath.Join(root, "clients/rust/Cargo.lock"))
	require.NoError(t, err, "has the client been built? `make build` does")
	write(t, folder, "Cargo.lock", string(lock))
	clients.Run(t, folder, []string{"CARGO_TARGET_DIR=" + rustTarget(t)}, "cargo", "build", "--quiet", "--bins")
	return commands
}

func rustTarget(t *testing.T) string {
	if folder := os.Getenv("CARGO_TARGET_DIR"); folder != "" {
		return folder
	}
	return absolute(t, "clients/rust/target")
}

func runCurl(t *testing.T, programs []string) (commands [][]string) {
	folder := t.TempDir()
	for i, text := range programs {
		commands = append(commands, []string{"sh", write(t, folder, fmt.Sprintf("call%d.sh", i), text)})
	}
	return commands
}

// A result is what a program did.
type result struct {
	code           int
	stdout, stderr []byte
}

// run runs a program with the variables of an account.
func run(t *testing.T, command []string, prefix, url, account, token string) result {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), command[0], command[1:]...)
	cmd.Dir = t.TempDir()
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "CONTACTS_") && !strings.HasPrefix(variable, "LC_ALL=") {
			cmd.Env = append(cmd.Env, variable)
		}
	}
	// The names of files are no ASCII, for which Java needs a locale.
	cmd.Env = append(cmd.Env, "LC_ALL=C.UTF-8", prefix+"_BASE_URL="+url, prefix+"_ACCOUNT="+account, prefix+"_TOKEN="+token)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); err != nil {
		require.ErrorAs(t, err, &exit)
	}
	return result{cmd.ProcessState.ExitCode(), stdout.Bytes(), stderr.Bytes()}
}
