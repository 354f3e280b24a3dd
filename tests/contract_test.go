package tests

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
	"golang.org/x/text/language"

	"example.com/contacts"
	"example.com/contacts/gen"
)

// contractDocument is openapi.yaml as JSON has it.
func contractDocument(t testing.TB) map[string]any {
	var document any
	require.NoError(t, yaml.Unmarshal(contacts.Contract, &document))
	marshalled, err := json.Marshal(document)
	require.NoError(t, err)
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(marshalled))
	require.NoError(t, err)
	return value.(map[string]any)
}

func countryCodes(document map[string]any) (codes []string) {
	components := document["components"].(map[string]any)["schemas"].(map[string]any)
	for _, code := range components["CountryCode"].(map[string]any)["enum"].([]any) {
		codes = append(codes, code.(string))
	}
	return codes
}

// schemas compiles the schemas of the contract, by a validator that has nothing to do with our generator.
func schemas(t testing.TB, document map[string]any, formats bool) func(pointer string) *jsonschema.Schema {
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft2020)
	if formats {
		compiler.AssertFormat()
	}
	require.NoError(t, compiler.AddResource("openapi.yaml", document))
	return func(pointer string) *jsonschema.Schema {
		schema, err := compiler.Compile("openapi.yaml#" + (&url.URL{Fragment: pointer}).EscapedFragment())
		require.NoError(t, err)
		return schema
	}
}

// An example stands somewhere in the contract, and must be valid against the schema at a pointer.
type example struct {
	at, schema string
	value      any
}

func pointerToken(name string) string {
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
}

// examplesIn finds those of media types, parameters and headers, which stand beside a schema, and those of
// schemas, which stand inside.
func examplesIn(node any, at string) (found []example) {
	switch node := node.(type) {
	case []any:
		for i, item := range node {
			found = append(found, examplesIn(item, fmt.Sprintf("%s/%d", at, i))...)
		}
	case map[string]any:
		_, beside := node["schema"]
		isSchema := !beside && (node["type"] != nil || node["$ref"] != nil)
		for _, name := range slices.Sorted(maps.Keys(node)) {
			here := at + "/" + pointerToken(name)
			switch value := node[name]; {
			case name == "example" && beside:
				found = append(found, example{here, at + "/schema", value})
			case name == "examples" && beside:
				for name, one := range value.(map[string]any) {
					found = append(found, example{here + "/" + name, at + "/schema", one.(map[string]any)["value"]})
				}
			case name == "examples" && isSchema:
				for i, one := range value.([]any) {
					found = append(found, example{fmt.Sprintf("%s/%d", here, i), at, one})
				}
			case name == "example" && isSchema:
				found = append(found, example{here, at, value})
			default:
				found = append(found, examplesIn(value, here)...)
			}
		}
	}
	return found
}

// withoutEmpty drops the parameters of a request that are present but empty (FACTS D1).
func withoutEmpty(value any) any {
	if object, is := value.(map[string]any); is {
		object = maps.Clone(object)
		maps.DeleteFunc(object, func(_ string, v any) bool { return v == "" })
		return object
	}
	return value
}

func TestExamplesAreValid(t *testing.T) {
	document := contractDocument(t)
	schemaAt := schemas(t, document, true)
	found := examplesIn(document, "")
	written := bytes.Count(contacts.Contract, []byte(" example: ")) + bytes.Count(contacts.Contract, []byte(" example:\n")) +
		bytes.Count(contacts.Contract, []byte(" examples: ["))
	assert.GreaterOrEqual(t, len(found), written, "no example was passed over")
	for _, example := range found {
		assert.NoError(t, schemaAt(example.schema).Validate(withoutEmpty(example.value)), example.at)
	}
}

func TestExamplesThatAreWrongAreFound(t *testing.T) {
	document := contractDocument(t)
	schemaAt := schemas(t, document, true)
	for _, test := range []struct{ schema, parameter, value string }{
		{"/components/schemas/ContactForm", "EmailAddress", "wile@ex@ample"},
		{"/components/schemas/ContactForm", "EmailAddress", "wile@.example"}, // the pattern takes it, the format does not
		{"/components/schemas/ContactForm", "WorkPhoneNumberCountry", "UK"},
		{"/components/schemas/ContactUpload", "ProfileImageUrl", "https://example.com/both.png"},
		{"/components/schemas/ContactForm", "Unheard", "of"},
	} {
		value := map[string]any{"FirstName": "W", "LastName": "C", "EmailAddress": "w@example.com", "Accounts": "1"}
		if strings.HasSuffix(test.schema, "Upload") {
			value["ProfileImageFile"] = "a.png"
		}
		require.NoError(t, schemaAt(test.schema).Validate(value))
		value[test.parameter] = test.value
		assert.Error(t, schemaAt(test.schema).Validate(value), test.parameter)
	}
}

// The thirteen parameters of the API's page: twelve with names, and the part that ProfileImageFile names.
func TestTheContractHasTheParametersOfThePage(t *testing.T) {
	required := []string{"FirstName", "LastName", "EmailAddress", "Accounts"}
	optional := []string{"Title", "ProfileImageUrl", "ProfileImageFile", "WorkPhoneNumber", "WorkPhoneNumberCountry", "CellphoneNumber", "CellphoneNumberCountry", "Labels"}
	all := slices.Concat(required, optional)
	assert.ElementsMatch(t, all, gen.ContactUploadFields)
	assert.ElementsMatch(t, slices.DeleteFunc(slices.Clone(all), func(name string) bool { return name == "ProfileImageFile" }), gen.ContactFormFields)

	components := contractDocument(t)["components"].(map[string]any)["schemas"].(map[string]any)
	for _, name := range []string{"ContactForm", "ContactUpload"} {
		body := components[name].(map[string]any)
		assert.ElementsMatch(t, required, body["required"])
		assert.Equal(t, map[string]any{
			"WorkPhoneNumber": []any{"WorkPhoneNumberCountry"}, "CellphoneNumber": []any{"CellphoneNumberCountry"},
		}, body["dependentRequired"], "the page: required by")
		for parameter := range body["properties"].(map[string]any) {
			schema := components[parameter].(map[string]any)
			assert.NotEmpty(t, schema["description"], parameter)
			assert.Equal(t, schema["$ref"] == nil, schema["maxLength"] != nil, "%s: F6", parameter)
		}
	}
	upload := components["ContactUpload"].(map[string]any)
	assert.Equal(t, map[string]any{"required": []any{"ProfileImageUrl", "ProfileImageFile"}}, upload["not"])
	assert.Equal(t, map[string]any{"$ref": "#/components/schemas/ImagePart"}, upload["additionalProperties"])
	assert.Equal(t, false, components["ContactForm"].(map[string]any)["additionalProperties"])
}

// The codes are those of ISO 3166-1, as an independent list has them.
func TestTheContractHasTheCountriesOfISO3166(t *testing.T) {
	// The list of golang.org/x/text keeps those that are no longer assigned, and Kosovo's, which is not yet.
	notAssigned := []string{"AN", "CS", "NT", "SU", "XK", "YU"}
	var assigned []string
	for a := 'A'; a <= 'Z'; a++ {
		for b := 'A'; b <= 'Z'; b++ {
			code := string([]rune{a, b})
			region, err := language.ParseRegion(code)
			if err == nil && region.IsCountry() && region.Canonicalize() == region && region.M49() != 0 && !slices.Contains(notAssigned, code) {
				assigned = append(assigned, code)
			}
		}
	}
	codes := countryCodes(contractDocument(t))
	assert.Len(t, codes, 249)
	assert.Equal(t, assigned, codes, "in the order of the alphabet")
	for _, code := range codes {
		assert.True(t, gen.CountryCode(code).Valid())
	}
}

func TestEveryStatusIsInTheContract(t *testing.T) {
	operations := contractDocument(t)["paths"].(map[string]any)
	create := operations["/Advertisers/{AccountSID}/Campaigns/{CampaignId}/Contacts"].(map[string]any)["post"].(map[string]any)
	assert.ElementsMatch(t, []string{
		"200", "201", "400", "401", "402", "403", "404", "405", "413", "415", "429", "500", "502", "503", "504",
	}, slices.Collect(maps.Keys(create["responses"].(map[string]any))), "F3")
	assert.Len(t, create["requestBody"].(map[string]any)["content"], 2)
}
