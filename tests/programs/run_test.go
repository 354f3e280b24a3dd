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

// built is where the clients of a contract are, ready for programs. A language that is not built is empty.
type built struct {
	name       string // of the packages
	folder     string // of Go's module
	typescript string // the folder of the package
	python     string // what PYTHONPATH must hold; empty: it is installed
	java       string // the class path
	rust       string // the folder of the crate
	crate      string // its name
}

// here are the clients of this repository, as `make build` makes them.
func here(t *testing.T) built {
	return built{
		name: "contacts", folder: absolute(t), typescript: absolute(t, "clients/typescript"),
		java: absolute(t, "clients/java/target/classes") + javaLibraries(t),
		rust: absolute(t, "clients/rust"), crate: "campaign-contacts",
	}
}

func javaLibraries(t *testing.T) string {
	return string(os.PathListSeparator) + absolute(t, "clients/java/target/lib") + "/*"
}

// ready makes the programs of a language ready at once, and returns the command of each.
func (b built) ready(t *testing.T, language string, programs []string) [][]string {
	t.Helper()
	return map[string]func(*testing.T, []string) [][]string{
		"go": b.readyGo, "typescript": b.readyTypeScript, "python": b.readyPython, "java": b.readyJava, "rust": b.readyRust, "curl": b.readyCurl,
	}[language](t, programs)
}

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

func (b built) readyGo(t *testing.T, programs []string) (commands [][]string) {
	folder := t.TempDir()
	for i, text := range programs {
		program := filepath.Join(folder, fmt.Sprint("program", i))
		clients.Run(t, b.folder, nil, "go", "build", "-ldflags=-w", "-o", program, write(t, folder, fmt.Sprintf("%d/main.go", i), text))
		commands = append(commands, []string{program})
	}
	return commands
}

// readyTypeScript has tsc check all programs, strictly.
func (b built) readyTypeScript(t *testing.T, programs []string) (commands [][]string) {
	folder := t.TempDir()
	modules := filepath.Join(folder, "node_modules")
	require.NoError(t, os.MkdirAll(filepath.Join(modules, "@example"), 0o755))
	require.NoError(t, os.Symlink(b.typescript, filepath.Join(modules, "@example", b.name)))
	require.NoError(t, os.Symlink(absolute(t, "clients/typescript/node_modules/@types"), filepath.Join(modules, "@types")))
	write(t, folder, "tsconfig.json", `{
		"compilerOptions": {"target": "ES2022", "module": "NodeNext", "strict": true, "exactOptionalPropertyTypes": true, "types": ["node"]},
		"include": ["*.mts"]
	}`)
	for i, text := range programs {
		write(t, folder, fmt.Sprintf("call%d.mts", i), text)
		commands = append(commands, []string{"node", filepath.Join(folder, fmt.Sprintf("call%d.mjs", i))})
	}
	clients.Run(t, folder, nil, tsc(t))
	return commands
}

func tsc(t *testing.T) string { return absolute(t, "clients/typescript/node_modules/.bin/tsc") }

func (b built) readyPython(t *testing.T, programs []string) (commands [][]string) {
	folder := t.TempDir()
	for i, text := range programs {
		program := write(t, folder, fmt.Sprintf("call%d.py", i), text)
		commands = append(commands, []string{"env", "PYTHONPATH=" + b.python, absolute(t, "clients/python/.venv/bin/python"), program})
	}
	return commands
}

// compileJava compiles the Main.java of each folder of a folder by itself, which is what `java Main.java` does, but in one
// process.
const compileJava = `
public class Compile {
  public static void main(String[] folders) {
    var compiler = javax.tools.ToolProvider.getSystemJavaCompiler();
    for (String folder : folders) {
      if (compiler.run(null, null, null, "-proc:none", "-cp", System.getProperty("java.class.path"), "-d", folder, folder + "/Main.java") != 0) {
        System.exit(1);
      }
    }
  }
}`

func (b built) readyJava(t *testing.T, programs []string) (commands [][]string) {
	folder := t.TempDir()
	compile := []string{"java", "-cp", b.java, write(t, folder, "Compile.java", compileJava)}
	for i, text := range programs {
		own := filepath.Dir(write(t, folder, fmt.Sprintf("%d/Main.java", i), text))
		compile = append(compile, own)
		path := own + string(os.PathListSeparator) + b.java
		commands = append(commands, []string{"java", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", path, "Main"})
	}
	clients.Run(t, folder, nil, compile...)
	return commands
}

// readyRust builds the programs as those of one crate, with what the client's own build has compiled.
func (b built) readyRust(t *testing.T, programs []string) (commands [][]string) {
	folder := absolute(t, ".cache/programs", b.name)
	require.NoError(t, os.RemoveAll(filepath.Join(folder, "src")))
	target := os.Getenv("CARGO_TARGET_DIR")
	if target == "" {
		target = absolute(t, "clients/rust/target")
	}
	for i, text := range programs {
		name := fmt.Sprintf("%s-call%d", b.name, i)
		write(t, folder, "src/bin/"+name+".rs", text)
		commands = append(commands, []string{filepath.Join(target, "debug", name)})
	}
	write(t, folder, "Cargo.toml", fmt.Sprintf(`[package]
name = "%s-programs"
edition = "2024"

[dependencies]
%s = { path = %q, features = ["blocking"] }
tokio = { version = "1", features = ["macros", "rt-multi-thread"] }

[profile.dev]
debug = false
`, b.name, b.crate, b.rust))
	lock, err := os.ReadFile(filepath.Join(root, "clients/rust/Cargo.lock"))
	require.NoError(t, err, "has the client been built? `make build` does")
	write(t, folder, "Cargo.lock", string(lock))
	clients.Run(t, folder, []string{"CARGO_TARGET_DIR=" + target}, "cargo", "build", "--quiet", "--bins")
	return commands
}

func (b built) readyCurl(t *testing.T, programs []string) (commands [][]string) {
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
