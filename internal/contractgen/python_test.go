package contractgen

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/contacts/internal/contract"
)

const oneOperation = `openapi: 3.1.0
info: {title: Bins, version: "1"}
servers: [{url: https://api.example.com}]
paths:
  /bins:
    `

// What a module imports, it uses; and no contract needs everything.
func TestPythonModulesImportWhatTheyUse(t *testing.T) {
	statement := regexp.MustCompile(`(?m)^(?:from (?:\S+) )?import (?:\(([^)]*)\)|(.+))$`)
	for name, operation := range map[string]string{
		"no type":    `delete: {operationId: emptyBins, responses: {"204": {description: done}}}`,
		"an input":   `delete: {operationId: emptyBins, parameters: [{name: id, in: query, schema: {type: string}}], responses: {"204": {description: done}}}`,
		"no JSON":    `get: {operationId: showBins, responses: {"200": {description: a picture, content: {image/png: {}}}}}`,
		"everything": "",
	} {
		t.Run(name, func(t *testing.T) {
			api := readContract(t, "../../openapi.yaml")
			if operation != "" {
				var err error
				api, err = contract.Read(contract.Source{Name: "bins.yaml", Content: []byte(oneOperation + operation)})
				require.NoError(t, err)
			}
			files, err := Render(api, somePackage, "python", false)
			require.NoError(t, err)
			for _, file := range files {
				source := string(file.Content)
				rest := statement.ReplaceAllString(source, "")
				for _, found := range statement.FindAllStringSubmatch(source, -1) {
					names := strings.FieldsFunc(found[1]+found[2], func(r rune) bool { return r == ',' || r == '\n' })
					assert.NotEmpty(t, names, "%s: %s", file.Path, found[0])
					for _, name := range names {
						words := strings.Fields(name)
						if len(words) == 0 || words[0] == "annotations" {
							continue
						}
						assert.Regexp(t, `\b`+words[len(words)-1]+`\b`, rest, "%s imports %s", file.Path, name)
					}
				}
			}
		})
	}
}
