package sandbox_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"example.com/contacts/sandbox"
	"example.com/contacts/wrapper"
)

type modelOperation struct {
	ID, Method, Path, Summary, Documentation, Accept, Retry string
	Deprecated                                              bool
	Fields                                                  []modelField
	Rules                                                   []modelRule
	Encodings                                               []string
	Response                                                *struct {
		Object, Documentation, Member string
		Members                       []modelMember
		Done, Queued, Refused         []string
		Requires                      map[string][]string
	}
	Example   json.RawMessage
	Responses []struct {
		Status, Description, Type string
		Example                   json.RawMessage
	}
}

type modelField struct {
	Name, In, Type, Format, Default, Example, Documentation string
	List                                                    *struct{ Delimiter string }
	File                                                    *struct {
		NamedPart bool
		BaseName  string
	}
	Required, Deprecated bool
	Enum, Excludes       []string
	Rules                []modelRule
}

type modelRule struct{ Rule, Message string }

type modelMember struct {
	Name, Type, Format, Object, Documentation string
	Required, Deprecated                      bool
	Items                                     *struct{ Type, Format, Object string }
}

func (c caller) model() (operations []modelOperation, objects map[string]struct {
	Documentation string
	Members       []modelMember
}, text string) {
	c.t.Helper()
	response, text := c.bytes("/_sandbox/model")
	require.Equal(c.t, 200, response.StatusCode, text)
	var model struct {
		Operations []modelOperation
		Objects    map[string]struct {
			Documentation string
			Members       []modelMember
		}
	}
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.DisallowUnknownFields()
	require.NoError(c.t, decoder.Decode(&model))
	return model.Operations, model.Objects, text
}

// The model says of each operation and of each field what the contract says.
func TestModelHasTheWholeContract(t *testing.T) {
	own, a, _, control := twoAccounts(t, sandbox.Config{})
	operations, objects, text := own.model()
	require.Len(t, operations, len(wrapper.Operations))
	for i, o := range wrapper.Operations {
		got := operations[i]
		assert.Equal(t, []string{o.ID, o.Method, o.Path, o.Summary, o.Doc, o.Response.Accept, string(o.Retry)},
			[]string{got.ID, got.Method, got.Path, got.Summary, got.Documentation, got.Accept, got.Retry})
		require.Len(t, got.Fields, len(o.Fields))
		for j, f := range o.Fields {
			field := got.Fields[j]
			assert.Equal(t, []string{f.Name, string(f.In), string(f.Kind), f.Format, f.Default, f.Example, f.Doc},
				[]string{field.Name, field.In, field.Type, field.Format, field.Default, field.Example, field.Documentation})
			assert.Equal(t, []bool{f.Required, f.Deprecated, f.List != nil, f.File != nil, f.Enum != nil},
				[]bool{field.Required, field.Deprecated, field.List != nil, field.File != nil, field.Enum != nil})
			if f.List != nil {
				assert.Equal(t, f.List.Delimiter, field.List.Delimiter)
			}
			if f.Enum != nil {
				assert.Equal(t, f.Enum.Values, field.Enum)
			}
			var rules []modelRule
			for _, list := range [][]wrapper.Rule{f.Presence, f.Value, f.Item} {
				for _, rule := range list {
					if rule.Check != "unicode" {
						rules = append(rules, modelRule{string(rule.Kind), rule.Message})
					}
				}
			}
			assert.ElementsMatch(t, rules, field.Rules)
		}
		if o.Response.Object != nil {
			assert.Equal(t, o.Response.Object.Name, got.Response.Object)
			assert.Equal(t, objects[o.Response.Object.Name].Members, got.Response.Members)
		}
		assert.NotEmpty(t, got.Responses)
		for _, r := range got.Responses {
			assert.NotEmpty(t, r.Description)
		}
	}

	create := operations[0]
	require.Equal(t, "createContact", create.ID)
	assert.Equal(t, []string{formType, "multipart/form-data"}, create.Encodings)
	assert.Equal(t, "Status", create.Response.Member)
	assert.Equal(t, map[string][]string{"OK": {"Uri"}}, create.Response.Requires)
	assert.JSONEq(t, `{"CampaignId":1000,"FirstName":"Wile","LastName":"Coyote","EmailAddress":"wile.coyote@example.com","Accounts":["10000"],"Title":"Acme Partner Manager",
		"WorkPhoneNumberCountry":"US","WorkPhoneNumber":"8051234567","CellphoneNumberCountry":"US","CellphoneNumber":"8059876543","Labels":["Main Contact","Acme Partner"]}`, string(create.Example))
	assert.Equal(t, "200", create.Responses[0].Status)
	assert.JSONEq(t, `{"Status":"OK","Uri":"/Advertisers/IRsandbox/Campaigns/1000/Contacts/2750"}`, string(create.Responses[0].Example))
	for _, f := range create.Fields {
		if f.Name == "ProfileImageUrl" || f.Name == "ProfileImageFile" {
			assert.Equal(t, f.File != nil, f.File != nil && f.File.NamedPart)
			assert.Equal(t, f.Excludes != nil, strings.Contains(fmt.Sprint(f.Rules), "exclusive"), f.Name)
		}
	}
	assert.Contains(t, objects, "Account", "an object of a list in an object")
	assert.Equal(t, "object", memberOf(objects["Contact"].Members, "Accounts").Items.Type)
	assert.Equal(t, "Account", memberOf(objects["Contact"].Members, "Accounts").Items.Object)

	_, _, ofA := a.model()
	assert.Equal(t, strings.ReplaceAll(text, sid, "IRa"), ofA, "examples are of the caller's account")
	_, _, ofAll := control.model()
	assert.Equal(t, strings.ReplaceAll(text, sid, "<AccountSID>"), ofAll)
	response, _ := own.bytes("/_sandbox/model?x")
	assert.Equal(t, 400, response.StatusCode)
}

func memberOf(members []modelMember, name string) modelMember {
	for _, member := range members {
		if member.Name == name {
			return member
		}
	}
	return modelMember{}
}

// violations are those that the control API says of parameters in JSON.
func (a api) violations(operation, parameters string) (violations []string) {
	a.t.Helper()
	r := a.do(a.request("POST", "/_sandbox/check/"+operation, "application/json", `{"parameters":`+parameters+`}`))
	require.Equal(a.t, 200, r.StatusCode, "%s", r.Body)
	require.NotContains(a.t, string(r.Body), "null")
	var body struct {
		Violations []struct{ Field, Rule, Message string }
	}
	require.NoError(a.t, json.Unmarshal(r.Body, &body))
	for _, v := range body.Violations {
		violations = append(violations, v.Field+" "+v.Rule)
	}
	return violations
}

func TestModelExamplesKeepTheRules(t *testing.T) {
	own, _, _, _ := twoAccounts(t, sandbox.Config{})
	operations, _, _ := own.model()
	for _, o := range operations {
		assert.Empty(t, own.violations(o.ID, string(o.Example)), o.ID)
		for _, f := range o.Fields {
			if f.Example == "" {
				continue
			}
			example, err := json.Marshal(map[string]string{f.Name: f.Example})
			require.NoError(t, err)
			for _, v := range own.violations(o.ID, string(example)) {
				assert.NotEqual(t, f.Name, strings.Fields(v)[0], "%s: the example of a field keeps its own rules", o.ID)
			}
		}
	}
}

func TestCheckReadsAForm(t *testing.T) {
	a := start(t, sandbox.Config{})
	const required = `"CampaignId":"1000","FirstName":"Wile","LastName":"Coyote","EmailAddress":"a@b.example","Accounts":"10000"`
	for parameters, want := range map[string][]string{
		`{}`:                 {"CampaignId required", "FirstName required", "LastName required", "EmailAddress required", "Accounts required"},
		`{` + required + `}`: nil,
		`{` + required + `,"Title":"","Unheard":"","Labels":[],"ProfileImageFile":"","WorkPhoneNumberCountry":null}`: nil,
		`{` + required + `,"Unheard":"of"}`:                                                           {"Unheard unknown"},
		`{` + strings.Replace(required, `"1000"`, `1000`, 1) + `}`:                                    nil,
		`{` + strings.Replace(required, `"1000"`, `"a thousand"`, 1) + `}`:                            {"CampaignId type"},
		`{` + strings.Replace(required, `"1000"`, `1.5`, 1) + `}`:                                     {"CampaignId type"},
		`{` + strings.Replace(required, `"Wile"`, `5`, 1) + `}`:                                       nil,
		`{` + strings.Replace(required, `"Wile"`, `true`, 1) + `}`:                                    nil,
		`{` + strings.Replace(required, `"Wile"`, `["Wile"]`, 1) + `}`:                                {"FirstName type"},
		`{` + strings.Replace(required, `"Wile"`, `{}`, 1) + `}`:                                      {"FirstName type"},
		`{` + required + `,"Labels":" a ,, b,"}`:                                                      nil,
		`{` + required + `,"Labels":","}`:                                                             nil,
		`{` + required + `,"Labels":["a","b"]}`:                                                       nil,
		`{` + required + `,"Labels":["a,b"]}`:                                                         {"Labels list_item"},
		`{` + required + `,"Labels":[""]}`:                                                            {"Labels list_item"},
		`{` + required + `,"Labels":[["a"]]}`:                                                         {"Labels type"},
		`{` + required + `,"Labels":"` + strings.Repeat("x", 256) + `"}`:                              {"Labels too_long"},
		`{` + required + `,"WorkPhoneNumber":"1"}`:                                                    {"WorkPhoneNumberCountry required_with"},
		`{` + required + `,"WorkPhoneNumberCountry":"UK"}`:                                            {"WorkPhoneNumberCountry one_of"},
		`{` + required + `,"ProfileImageFile":"a.png"}`:                                               nil,
		`{` + required + `,"ProfileImageFile":{"name":"a.png","size":5}}`:                             nil,
		`{` + required + `,"ProfileImageFile":{"name":"a.png","size":0}}`:                             {"ProfileImageFile needs_file"},
		`{` + required + `,"ProfileImageFile":5}`:                                                     {"ProfileImageFile type"},
		`{` + required + `,"ProfileImageFile":["a.png"]}`:                                             {"ProfileImageFile type"},
		`{` + required + `,"ProfileImageFile":"a.png","ProfileImageUrl":"https://example.com/a.png"}`: {"ProfileImageUrl exclusive"},
		`{` + required + `,"Title":"\ud800"}`:                                                         {"Title format"},
	} {
		assert.Equal(t, want, a.violations("createContact", parameters), parameters)
	}
	assert.Equal(t, []string{" required"}, a.violations("updateContact", `{"CampaignId":"1","ContactId":"2750"}`))
	assert.Equal(t, []string{"LabelsAdd exclusive"}, a.violations("updateContact", `{"CampaignId":"1","ContactId":"2750","LabelsAdd":"a,b","LabelsRemove":"b"}`))
	assert.Equal(t, []string{"Page too_small"}, a.violations("listContacts", `{"CampaignId":"1","Page":"0"}`))
	assert.Empty(t, a.requests(""), "nothing was sent")

	for _, c := range []struct {
		method, path, contentType, body string
		status                          int
		says                            string
	}{
		{"POST", "/check/createThing", "application/json", `{"parameters":{}}`, 404, "no operation of this name"},
		{"POST", "/check/createContact", formType, "FirstName=x", 415, `Send {"parameters"`},
		{"POST", "/check/createContact", "application/json", "{}", 400, `Send {"parameters"`},
		{"POST", "/check/createContact", "application/json", `{"parameters":[]}`, 400, `Send {"parameters"`},
		{"POST", "/check/createContact", "application/json", `{"parameters":{},"x":1}`, 400, `There is no member "x"`},
		{"POST", "/check/createContact?x", "application/json", `{"parameters":{}}`, 400, "takes no query"},
		{"GET", "/check/createContact", "", "", 405, "use POST"},
		{"POST", "/model", "application/json", "{}", 405, "use GET"},
	} {
		r := a.do(a.request(c.method, "/_sandbox"+c.path, c.contentType, c.body))
		assert.Equal(t, c.status, r.StatusCode, c.path)
		assert.Contains(t, r.Envelope.Message, c.says)
	}
}

// Of a form's texts the check says what the response to that form says.
func TestCheckSaysWhatTheResponseSays(t *testing.T) {
	box, err := sandbox.New(sandbox.Config{AccountSID: sid, AuthToken: token})
	require.NoError(t, err)
	send := func(method, path, contentType, body string) *httptest.ResponseRecorder {
		request := httptest.NewRequest(method, path, strings.NewReader(body))
		request.Host = "localhost"
		request.SetBasicAuth(sid, token)
		request.Header.Set("Content-Type", contentType)
		response := httptest.NewRecorder()
		box.ServeHTTP(response, request)
		return response
	}
	operation := wrapper.OperationByID("createContact")
	values := rapid.OneOf(rapid.SampledFrom([]string{"", " ", "US", "UK", "1", "a@b.example", "a,b", " a ,", "https://example.com/x.png", strings.Repeat("é", 256)}), rapid.String())
	rapid.Check(t, func(t *rapid.T) {
		parameters, form := map[string]string{"CampaignId": "1000"}, url.Values{}
		for _, field := range operation.Fields {
			if field.In == wrapper.InBody && field.File == nil && rapid.Bool().Draw(t, field.Name+" is there") {
				value := values.Draw(t, field.Name)
				parameters[field.Name] = value
				form.Set(field.Name, value)
			}
		}
		body, err := json.Marshal(map[string]any{"parameters": parameters})
		require.NoError(t, err)
		var checked struct{ Violations []wrapper.FieldError }
		response := send("POST", "/_sandbox/check/createContact", "application/json", string(body))
		require.Equal(t, 200, response.Code)
		require.NoError(t, json.Unmarshal(response.Body.Bytes(), &checked))
		var sent struct{ Errors []wrapper.FieldError }
		response = send("POST", contacts, formType, form.Encode())
		require.NoError(t, json.Unmarshal(response.Body.Bytes(), &sent))
		assert.ElementsMatch(t, sent.Errors, checked.Violations)
		assert.Equal(t, response.Code == http.StatusOK, len(checked.Violations) == 0)
	})
}
