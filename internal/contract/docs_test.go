package contract_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/contacts/internal/contract"
)

var fence = regexp.MustCompile("(?ms)^```(\\w+) ?(\\w*)\n(.*?)^```\n")

func page(t *testing.T) string {
	content, err := os.ReadFile("../../docs/contract.md")
	require.NoError(t, err)
	return string(content)
}

// vendors is a document that the page's overlay is for.
var vendors = strings.Replace(operation(`
parameters:
  - {name: Account, in: path, required: true, schema: {type: string}}
requestBody:
  content:
    application/x-www-form-urlencoded:
      schema: {$ref: '#/components/schemas/Thing'}`[1:]), "/things", "/{Account}/things", 1) +
	"components: {schemas: {Thing: {properties: {Phone: {type: string}, Country: {type: string}}}}}\n"

// Each YAML block of the page is read; a text block behind it lists violations of its rules.
func TestTheExamplesOfTheDocumentation(t *testing.T) {
	var sentences []string
	checked := 0
	for _, block := range fence.FindAllStringSubmatch(page(t), -1) {
		language, kind, text := block[1], block[2], block[3]
		var api contract.API
		var err error
		switch language + " " + kind {
		case "yaml ":
			api, err = read(body("application/x-www-form-urlencoded", text))
		case "yaml multipart":
			api, err = read(body("multipart/form-data", text))
		case "yaml operation":
			api, err = read(operation(text))
		case "yaml document":
			api, err = read(text)
		case "yaml overlay":
			_, err = read(vendors, text)
		case "yaml refused":
			refusedAt(t, body("application/x-www-form-urlencoded", text))
			continue
		case "text ":
			for line := range strings.Lines(text) {
				assert.Contains(t, sentences, strings.TrimSuffix(line, "\n"))
				checked++
			}
			continue
		case "sh ":
			continue
		default:
			t.Errorf("a block of an unknown kind: %s %s", language, kind)
		}
		require.NoError(t, err, text)
		sentences = nil
		for _, op := range api.Operations {
			rules := slices.Clone(op.Disjoint)
			for _, field := range op.Fields {
				rules = slices.Concat(rules, field.Presence, field.Value, field.Item)
			}
			for _, rule := range rules {
				sentences = append(sentences, rule.Field+" "+rule.Kind+": "+rule.Message)
			}
		}
	}
	assert.Greater(t, checked, 15)
}

func TestTheDocumentationNamesEveryRuleFormatAndKey(t *testing.T) {
	text := page(t)
	for _, kind := range contract.Kinds {
		assert.Contains(t, text, "| `"+kind.Name+"` | "+kind.Doc+" |")
	}
	for name, mustBe := range contract.Formats() {
		assert.Contains(t, text, "| `"+name+"` | "+mustBe+" |")
	}
	for _, key := range contract.Extensions() {
		assert.Contains(t, text, "| `"+key)
	}
}
