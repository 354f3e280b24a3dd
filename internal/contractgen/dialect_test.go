package contractgen_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/contacts/internal/contractgen"
)

func TestDerive30LosesNothing(t *testing.T) {
	contract, err := os.ReadFile("../../openapi.yaml")
	require.NoError(t, err)
	derived, err := contractgen.Derive30("openapi.yaml", contract)
	require.NoError(t, err)

	loader := openapi3.NewLoader()
	old, err := loader.LoadFromData(derived)
	require.NoError(t, err)
	assert.Equal(t, "3.0.3", old.OpenAPI)
	require.NoError(t, old.Validate(loader.Context, openapi3.AllowExtraSiblingFields("description")))

	before, after := inventory(t, contract), inventory(t, derived)
	for _, line := range []string{
		"schema ContactForm.WorkPhoneNumber",
		"schema ContactUpload.ProfileImageFile",
		"schema ContactUpload dependentRequired map[CellphoneNumber:[CellphoneNumberCountry] WorkPhoneNumber:[WorkPhoneNumberCountry]]",
		"schema CountryCode enum ZW",
		"POST /Advertisers/{AccountSID}/Campaigns/{CampaignId}/Contacts takes multipart/form-data ContactUpload",
		"POST /Advertisers/{AccountSID}/Campaigns/{CampaignId}/Contacts answers 429 Retry-After",
	} {
		require.Contains(t, before, line, "the inventory itself must be complete")
	}
	assert.Empty(t, missing(before, after), "lost")
	assert.Empty(t, missing(after, before), "added")
}

func TestDerive30Refuses(t *testing.T) {
	for keyword, says := range map[string]string{
		"const: a":              `"const"`,
		"type: [string, null]":  "several types",
		"patternProperties: {}": `"patternProperties"`,
	} {
		document := "openapi: 3.1.0\ncomponents:\n  schemas:\n    A:\n      " + keyword + "\n"
		_, err := contractgen.Derive30("a.yaml", []byte(document))
		if assert.Error(t, err, keyword) {
			assert.Contains(t, err.Error(), "a.yaml:5: ")
			assert.Contains(t, err.Error(), says)
		}
	}
}

// inventory lists, one a line, all that a document has a name for: operations, parameters, bodies, answers,
// schemas, their properties and rules. It knows both spellings of what Derive30 sets aside.
func inventory(t *testing.T, document []byte) []string {
	doc, err := openapi3.NewLoader().LoadFromData(document)
	require.NoError(t, err)
	var lines []string
	add := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }

	refName := func(ref *openapi3.SchemaRef) string { return strings.TrimPrefix(ref.Ref, "#/components/schemas/") }
	content := func(prefix string, content openapi3.Content) {
		for mediaType, media := range content {
			add("%s %s %s", prefix, mediaType, refName(media.Schema))
		}
	}
	for path, item := range doc.Paths.Map() {
		for method, operation := range item.Operations() {
			name := method + " " + path
			add("%s is %s", name, operation.OperationID)
			for _, parameter := range append(slices.Clone(item.Parameters), operation.Parameters...) {
				add("%s has %s in %s", name, parameter.Value.Name, parameter.Value.In)
			}
			if operation.RequestBody != nil {
				content(name+" takes", operation.RequestBody.Value.Content)
			}
			for status, response := range operation.Responses.Map() {
				add("%s answers %s", name, status)
				content(name+" answers "+status, response.Value.Content)
				for header := range response.Value.Headers {
					add("%s answers %s %s", name, status, header)
				}
			}
		}
	}
	for name := range doc.Components.SecuritySchemes {
		add("security %s", name)
	}
	for name, ref := range doc.Components.Schemas {
		schema := ref.Value
		add("schema %s %s", name, refName(ref))
		if ref.Ref == "" {
			add("schema %s type %v pattern %q min %d", name, schema.Type, schema.Pattern, schema.MinLength)
			if schema.MaxLength != nil {
				add("schema %s max %d", name, *schema.MaxLength)
			}
		}
		for _, value := range schema.Enum {
			add("schema %s enum %v", name, value)
		}
		for _, property := range schema.Required {
			add("schema %s requires %s", name, property)
		}
		for property, value := range schema.Properties {
			add("schema %s.%s", name, property)
			add("schema %s.%s is %s %v", name, property, refName(value), value.Value.Type)
		}
		if schema.Not != nil {
			add("schema %s not %v", name, schema.Not.Value.Required)
		}
		if dependent := schema.DependentRequired; dependent != nil {
			add("schema %s dependentRequired %v", name, dependent)
		} else if dependent := schema.Extensions["x-dependentRequired"]; dependent != nil {
			add("schema %s dependentRequired %v", name, dependent)
		}
		if additional := schema.AdditionalProperties; additional.Schema != nil {
			add("schema %s has other parts: %s", name, refName(additional.Schema))
		} else if additional, ok := schema.Extensions["x-additionalProperties"].(map[string]any); ok {
			add("schema %s has other parts: %s", name, strings.TrimPrefix(additional["$ref"].(string), "#/components/schemas/"))
		}
	}
	slices.Sort(lines)
	return slices.Compact(lines)
}

// missing are the lines of a that b lacks.
func missing(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(line string) bool { return slices.Contains(b, line) })
}
