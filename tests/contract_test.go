package tests

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
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
	"example.com/contacts/gen/server"
	"example.com/contacts/sandbox"
	"example.com/contacts/wrapper"
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

// schemas compiles the schemas of the contract, for a validator that shares no code with the generator.
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

// withoutParts drops the parameters of a request that are present but empty (docs/api-facts.md), and the parts that
// others name: they are no properties.
func withoutParts(value any) any {
	if object, is := value.(map[string]any); is {
		object = maps.Clone(object)
		maps.DeleteFunc(object, func(name string, v any) bool { return v == "" || name == object["ProfileImageFile"] })
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
		assert.NoError(t, schemaAt(example.schema).Validate(withoutParts(example.value)), example.at)
	}
}

func TestExamplesThatAreWrongAreFound(t *testing.T) {
	document := contractDocument(t)
	schemaAt := schemas(t, document, true)
	schema := schemaAt("/components/schemas/NewContact")
	for _, test := range []struct{ parameter, value string }{
		{"EmailAddress", "wile@ex@ample"},
		{"EmailAddress", "wile@.example"}, // the pattern takes it, the format does not
		{"WorkPhoneNumberCountry", "UK"},
		{"ProfileImageUrl", "https://example.com/both.png"},
		{"Accounts", "1"},
		{"Unheard", "of"},
	} {
		value := map[string]any{"FirstName": "W", "LastName": "C", "EmailAddress": "w@example.com", "Accounts": []any{"1"}, "ProfileImageFile": "a.png"}
		require.NoError(t, schema.Validate(value))
		value[test.parameter] = test.value
		assert.Error(t, schema.Validate(value), test.parameter)
	}
}

// The thirteen parameters of the API's page: twelve with names, and the part that ProfileImageFile names.
func TestTheContractHasTheParametersOfThePage(t *testing.T) {
	required := []string{"FirstName", "LastName", "EmailAddress", "Accounts"}
	optional := []string{"Title", "ProfileImageUrl", "ProfileImageFile", "WorkPhoneNumber", "WorkPhoneNumberCountry", "CellphoneNumber", "CellphoneNumberCountry", "Labels"}
	create := wrapper.OperationByID("createContact")
	assert.Equal(t, "POST", create.Method)
	assert.Equal(t, "/Advertisers/{AccountSID}/Campaigns/{CampaignId}/Contacts", create.Path)
	for _, name := range slices.Concat(required, optional) {
		field := create.Field(name)
		if !assert.NotNil(t, field, name) {
			continue
		}
		assert.Equal(t, wrapper.InBody, field.In)
		assert.Equal(t, slices.Contains(required, name), field.Required, name)
		assert.NotEmpty(t, field.Doc, name)
		limited := slices.ContainsFunc(field.Value, func(rule wrapper.Rule) bool { return rule.Kind == wrapper.RuleTooLong })
		assert.Equal(t, field.Enum == nil && field.File == nil, limited, "%s: F6", name)
		assert.Equal(t, name == "Accounts" || name == "Labels", field.List != nil, name)
		if field.List != nil {
			assert.Equal(t, ",", field.List.Delimiter)
		}
	}
	assert.True(t, create.Field("ProfileImageFile").File.NamedPart)

	schema := contractDocument(t)["components"].(map[string]any)["schemas"].(map[string]any)["NewContact"].(map[string]any)
	assert.ElementsMatch(t, required, schema["required"])
	assert.Equal(t, map[string]any{
		"WorkPhoneNumber": []any{"WorkPhoneNumberCountry"}, "CellphoneNumber": []any{"CellphoneNumberCountry"},
	}, schema["dependentRequired"], "the page: required by")
	assert.Equal(t, map[string]any{"required": []any{"ProfileImageUrl", "ProfileImageFile"}}, schema["not"])
}

// A route of the generated server is a route of the sandbox, and the other way round.
func TestTheSandboxHasTheRoutesOfTheGeneratedServer(t *testing.T) {
	api, err := sandbox.New(sandbox.Config{AccountSID: "IRsandbox", AuthToken: "secret"})
	require.NoError(t, err)
	routes := &patterns{}
	server.HandlerWithOptions(nil, server.StdHTTPServerOptions{BaseRouter: routes})
	assert.Len(t, *routes, len(wrapper.Operations))
	for _, pattern := range *routes {
		method, path, _ := strings.Cut(pattern, " ")
		for _, other := range []string{method, "BREW"} {
			recorder := httptest.NewRecorder()
			api.ServeHTTP(recorder, httptest.NewRequest(other, strings.NewReplacer("{", "", "}", "").Replace(path), nil))
			assert.Equal(t, map[bool]int{true: 401, false: 405}[other == method], recorder.Code, "%s %s", other, path)
		}
	}
}

type patterns []string

func (p *patterns) HandleFunc(pattern string, _ func(http.ResponseWriter, *http.Request)) {
	*p = append(*p, pattern)
}
func (p *patterns) ServeHTTP(http.ResponseWriter, *http.Request) {}

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
