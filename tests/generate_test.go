package tests

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// copyOfTheModule is what `go generate` and the client need, in a folder where a test may change it.
func copyOfTheModule(t *testing.T) string {
	folder := t.TempDir()
	for _, name := range []string{"go.mod", "go.sum", "openapi.yaml", "oapi-codegen.yaml", "generate.go", "tools.go"} {
		content, err := os.ReadFile(filepath.Join("..", name))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), content, 0o600))
	}
	for _, name := range []string{"gen", "internal", "wrapper"} {
		require.NoError(t, os.CopyFS(filepath.Join(folder, name), os.DirFS(filepath.Join("..", name))))
	}
	return folder
}

func run(t *testing.T, folder string, command ...string) string {
	cmd := exec.CommandContext(t.Context(), command[0], command[1:]...)
	cmd.Dir = folder
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s: %s", strings.Join(command, " "), out)
	return string(out)
}

// What CONTRIBUTING promises: to change a rule is to change openapi.yaml, and nothing else.
func TestARuleNeedsTheContractAlone(t *testing.T) {
	folder := copyOfTheModule(t)
	path := filepath.Join(folder, "openapi.yaml")
	contract, err := os.ReadFile(path)
	require.NoError(t, err)
	changed := string(contract)
	for _, change := range []struct {
		old, new string
		times    int
	}{
		{"        Title: {$ref: '#/components/schemas/Title'}\n", "        Title: {$ref: '#/components/schemas/Title'}\n        Nickname: {type: string, minLength: 2, pattern: '^[a-z]+$'}\n", 2},
		{"      dependentRequired:\n", "      dependentRequired:\n        Title: [Labels]\n", 2},
		{"    LastName:\n      description: The contact's last name. Required. 1 to 255 characters.\n      type: string\n      minLength: 1\n      maxLength: 255\n",
			"    LastName:\n      description: The contact's last name.\n      type: string\n      maxLength: 5\n", 1},
	} {
		require.Equal(t, change.times, strings.Count(changed, change.old), "%q", change.old)
		changed = strings.ReplaceAll(changed, change.old, change.new)
	}
	require.NoError(t, os.WriteFile(path, []byte(changed), 0o600))

	const program = `package main

import (
	"fmt"

	"example.com/contacts/gen"
	"example.com/contacts/wrapper"
)

func main() {
	contact := wrapper.Contact{FirstName: "Wile", LastName: "Coyote", EmailAddress: "wile@example.com", Accounts: []string{"1"}, Title: "Manager"}
	fmt.Println(contact.Validate())
	form := gen.ContactForm{FirstName: "Wile", LastName: "E", EmailAddress: "wile@example.com", Accounts: "1", Nickname: "W"}
	fmt.Println(form.Violations())
	form.Nickname = "Wile"
	fmt.Println(form.Violations())
	form.Nickname = "wile"
	for name, value := range form.Fields() {
		fmt.Print(name, "=", value, " ")
	}
	fmt.Println(len(form.Violations()))
}
`
	require.NoError(t, os.MkdirAll(filepath.Join(folder, "cmd/try"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "cmd/try/main.go"), []byte(program), 0o600))
	before := "the contact is invalid"
	out, err := exec.Command("go", "-C", folder, "run", "./cmd/try").CombinedOutput()
	require.Error(t, err, "the new field is not there before it is generated")
	require.NotContains(t, string(out), before)

	run(t, folder, "go", "generate", ".")
	assert.Equal(t, `the contact is invalid, nothing was sent: LastName must have at most 5 characters. Labels is required when Title is given.
[{Nickname too_short Nickname must have at least 2 characters.}]
[{Nickname format Nickname must match the pattern ^[a-z]+$.}]
FirstName=Wile LastName=E EmailAddress=wile@example.com Accounts=1 Nickname=wile 0
`, run(t, folder, "go", "run", "./cmd/try"))
}

// A rule that cannot be enforced stops the generation, and says where it stands.
func TestARuleThatCannotBeEnforcedIsRefused(t *testing.T) {
	folder := copyOfTheModule(t)
	path := filepath.Join(folder, "openapi.yaml")
	contract, err := os.ReadFile(path)
	require.NoError(t, err)
	before, after, found := strings.Cut(string(contract), "    Title:\n      description: The contact's job title. At most 255 characters.\n      type: string\n")
	require.True(t, found)
	require.NoError(t, os.WriteFile(path, []byte(before+"    Title:\n      type: string\n      const: Manager\n"+after), 0o600))
	cmd := exec.Command("go", "generate", "-run", "contractgen", ".")
	cmd.Dir = folder
	out, err := cmd.CombinedOutput()
	require.Error(t, err)
	assert.Contains(t, string(out), `contractgen cannot enforce the keyword "const"`)
	assert.Regexp(t, `openapi\.yaml:\d+: ContactForm\.Title`, string(out))
}
