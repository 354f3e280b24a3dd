package sandbox_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/contacts/sandbox"
	"example.com/contacts/sandbox/programs"
	"example.com/contacts/wrapper"
)

const programsPath = "/_sandbox/programs/"

func TestControlWritesProgramsOfEachOperation(t *testing.T) {
	a := start(t, sandbox.Config{})
	for _, o := range wrapper.Operations {
		parameters := map[string]any{}
		for _, field := range o.Fields {
			if field.Required && field.Example != "" {
				parameters[field.Name] = field.Example
			}
		}
		body, err := json.Marshal(map[string]any{"parameters": parameters, "encoding": nil})
		require.NoError(t, err)
		r := a.do(a.request("POST", programsPath+o.ID, "application/json", string(body)))
		require.Equal(t, 200, r.StatusCode, "%s", r.Body)
		var written struct{ Programs []programs.Program }
		require.NoError(t, json.Unmarshal(r.Body, &written))
		var titles []string
		for _, p := range written.Programs {
			titles = append(titles, p.Title)
			assert.NotContains(t, p.Program, token)
		}
		assert.Equal(t, []string{"Go", "TypeScript", "Python", "Java", "Rust", "curl"}, titles)
	}
}

func TestControlSaysWhyThereIsNoProgram(t *testing.T) {
	a := start(t, sandbox.Config{})
	for _, c := range []struct {
		operation, body string
		status          int
		says            string
	}{
		{"frob", `{"parameters":{}}`, 404, "The contract has no operation of this name."},
		{"getContact", `{}`, 400, "parameters must be an object, and encoding a text."},
		{"getContact", `{"parameters":{},"encoding":1}`, 400, "parameters must be an object, and encoding a text."},
		{"getContact", `{"parameters":{},"language":"go"}`, 400, `There is no member "language".`},
		{"getContact", `{"parameters":{"ContactId":{}}}`, 400, "ContactId must be a text, a number, true, false, or a list of these."},
		{"getContact", `{"parameters":{"ContactId":[[1]]}}`, 400, "ContactId must be a text, a number, true, false, or a list of these."},
		{"getContact", `{"parameters":{"ContactId":"1"}}`, 400, "CampaignId is required."},
		{"getContact", `{"parameters":{"ContactId":"\ud800","CampaignId":1}}`, 400, "ContactId must be well-formed Unicode text."},
		{"getContact", `{"parameters":{"CampaignId":true,"ContactId":"1"}}`, 400, "CampaignId must be a whole number."},
		{"getContact", `{"parameters":{"CampaignId":1,"ContactId":"1"},"encoding":"` + formType + `"}`, 400, "getContact has no body. Leave encoding out."},
		{"getContact", `{"parameters":{"CampaignId":1,"ContactId":"1","<script>":1}}`, 400, "<script> is not a parameter of getContact."},
	} {
		r := a.do(a.request("POST", programsPath+c.operation, "application/json", c.body))
		assert.Equal(t, c.status, r.StatusCode, c.body)
		says := r.Envelope.Message
		for _, e := range r.Envelope.Errors {
			says += " " + e.Message
		}
		assert.Contains(t, says, c.says, c.body)
	}
	assert.Equal(t, 405, a.get(programsPath+"getContact").StatusCode)
	stranger := a.request("POST", programsPath+"getContact", "application/json", `{}`)
	stranger.Header.Del("Authorization")
	assert.Equal(t, 401, a.do(stranger).StatusCode)
}

func TestControlWritesTheCurlOfARequest(t *testing.T) {
	a := start(t, sandbox.Config{})
	a.get(contacts + "?Title=a%20b&x=`id`")
	var p programs.Program
	require.NoError(t, json.Unmarshal(a.get(requestsPath+"/1/curl").Body, &p))
	assert.Equal(t, "curl", p.Language)
	assert.Contains(t, p.Program, `"$CONTACTS_BASE_URL`+contacts+`?Title=a%20b&x=%60id%60"`)
	assert.Contains(t, p.Program, `-u "$CONTACTS_ACCOUNT:$CONTACTS_TOKEN"`)
	assert.NotContains(t, strings.ToLower(p.Program), "authorization")
	assert.Equal(t, 404, a.get(requestsPath+"/7/curl").StatusCode)
	assert.Equal(t, 400, a.get(requestsPath+"/1/curl?x=1").StatusCode)
}
