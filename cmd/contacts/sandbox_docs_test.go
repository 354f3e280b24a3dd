package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/contacts/sandbox"
)

// page is a file of docs/, and its blocks of code by their language.
func page(t *testing.T, name string) (text string, blocks map[string][]string) {
	t.Helper()
	content, err := os.ReadFile("../../docs/" + name)
	require.NoError(t, err)
	blocks = map[string][]string{}
	parts := strings.Split(string(content), "```")
	for i := 1; i < len(parts); i += 2 {
		language, code, _ := strings.Cut(parts[i], "\n")
		blocks[language] = append(blocks[language], code)
	}
	return string(content), blocks
}

// runProgram runs a program of the page, with `contacts` on its path.
func runProgram(t *testing.T, code, file, interpreter string, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath(interpreter); err != nil {
		t.Skip("SKIPPED: " + interpreter + " is not installed")
	}
	self, err := os.Executable()
	require.NoError(t, err)
	folder := t.TempDir()
	script := "#!/bin/sh\nCONTACTS_TEST_AS_COMMAND=1 exec " + quote(self) + ` "$@"` + "\n"
	require.NoError(t, os.WriteFile(filepath.Join(folder, "contacts"), []byte(script), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(folder, file), []byte(code), 0o644))
	cmd := exec.CommandContext(t.Context(), interpreter, append(args, file)...)
	cmd.Dir = folder
	cmd.Env = append(os.Environ(), "PATH="+folder+string(os.PathListSeparator)+os.Getenv("PATH"))
	cmd.WaitDelay = 10 * time.Second
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	require.NoError(t, err, "%s%s", out, &stderr)
	return string(out)
}

func TestShellOfTheSandboxPage(t *testing.T) {
	_, blocks := page(t, "sandbox.md")
	require.Len(t, blocks["sh"], 8)
	out := runProgram(t, strings.Join(blocks["sh"], "\n"), "page.sh", "sh", "-e")
	assert.Equal(t, "no response\n\"@total\":\"1\"\n"+
		"HTTP/1.1 503 Service Unavailable\r\nPreference-Applied: code=503; body=html\r\nPreference-Applied: delay=50ms\r\n"+
		`{"faults":[{"fault":"code=503; one-in=100; seed=7","happened":0},{"fault":"delay=20ms","happened":0}]}`+"\n1\n"+`{"faults":[]}`+"\n"+
		"\"pinned\":true\n\"id\":\"createContact\",\"method\":\"POST\"\n"+
		`{"field":"WorkPhoneNumberCountry","rule":"required_with","message":"WorkPhoneNumberCountry is required when WorkPhoneNumber is given."}`+"\n"+
		`"title":"Go"`+"\n"+`"title":"TypeScript"`+"\n"+`"title":"Python"`+"\n"+`"title":"Java"`+"\n"+`"title":"Rust"`+"\n"+`"title":"curl"`+"\n"+
		"Removed 2 contacts.\nLoaded 2 contacts.\n"+
		"\"@total\":\"0\"\nIRteam\nThe account IRteam in accounts.txt was removed. Its contacts stay, for an account of that name.\n", out)
}

func TestPythonOfTheSandboxPage(t *testing.T) {
	_, blocks := page(t, "sandbox.md")
	require.Len(t, blocks["python"], 1)
	runProgram(t, blocks["python"][0], "page.py", "python3")
}

func TestNodeOfTheSandboxPage(t *testing.T) {
	_, blocks := page(t, "sandbox.md")
	require.Len(t, blocks["javascript"], 1)
	runProgram(t, blocks["javascript"][0], "page.mjs", "node")
}

// Go's program of the page is an Example, which `go test` runs.
func TestGoOfTheSandboxPage(t *testing.T) {
	_, blocks := page(t, "sandbox.md")
	require.Len(t, blocks["go"], 1)
	example, err := os.ReadFile("../../sandbox/example_fault_test.go")
	require.NoError(t, err)
	assert.Contains(t, string(example), "func ExampleSandbox_SetFaults() {\n"+blocks["go"][0]+"}\n")
}

func TestSandboxPageListsEachFault(t *testing.T) {
	text, _ := page(t, "sandbox.md")
	text = strings.Join(strings.Fields(text), " ")
	for _, kind := range sandbox.FaultKinds() {
		form := strings.Join(append([]string{kind.Name + "=" + kind.Value}, kind.Parameters...), "; ")
		assert.Contains(t, text, "- `"+form+"`: "+kind.Description+".")
		assert.Equal(t, kind.Name != "rate-limit", kind.Prefer)
	}
	for _, parameter := range sandbox.CommonFaultParameters() {
		assert.Contains(t, text, "- `"+parameter.Name+"="+parameter.Value+"`: "+parameter.Description+".")
	}
}

// The line that the page shows is one that can be loaded.
func TestLineOfTheSandboxPage(t *testing.T) {
	_, blocks := page(t, "sandbox.md")
	require.Len(t, blocks["json"], 1)
	ready := readLine(t, command(t, nil, "sandbox", "--addr=127.0.0.1:0", "--output=json"))
	load := command(t, ready.of(), "sandbox", "load", "-")
	load.Stdin = strings.NewReader(blocks["json"][0])
	assert.Equal(t, result{0, "Loaded 1 contact.\n", ""}, outcome(t, load))
	assert.Equal(t, result{0, blocks["json"][0], ""}, outcome(t, command(t, ready.of(), "sandbox", "export")))
}
