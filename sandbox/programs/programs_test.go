package programs

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// widgets is an API with what the contract of this repository does not have.
func widgets(t *testing.T) *API {
	t.Helper()
	api, err := Read([]byte(`{
		"Package": "widgets", "JavaClient": "WidgetsClient", "Account": "Owner", "Enums": {"Size": ["S", "L"]},
		"Operations": [{
			"ID": "send", "Method": "POST", "Path": "/{Owner}/w$/{Id}", "Accept": "text/x", "Form": true, "Multipart": true, "Body": true,
			"Result": "nothing", "Done": "updated", "Names": {"Go": "Send", "TypeScript": "send", "Python": "send", "Java": "send", "Rust": "send"},
			"Input": {"Go": "SendInput", "TypeScript": "SendInput", "Python": "SendInput", "Java": "SendInput", "Rust": "SendInput"},
			"Fields": [
				{"Name": "Id", "In": "path", "Kind": "integer", "Required": true, "GoType": "int64", "Says": {"required": "Id!", "type": "Id?"}},
				{"Name": "q[]", "In": "query", "Kind": "string", "List": {}, "GoType": "[]string", "Names": {"Go": "Q"}},
				{"Name": "X-Note", "In": "header", "Kind": "string", "Names": {"Go": "Note"}},
				{"Name": "size", "In": "body", "Kind": "string", "Enum": "Size", "Says": {"one_of": "size!"}, "Names": {"Go": "Size"}},
				{"Name": "a=b", "In": "body", "Kind": "number", "GoType": "*float64", "Names": {"Go": "AB"}},
				{"Name": "on", "In": "body", "Kind": "boolean", "GoType": "*bool", "Names": {"Go": "On"}},
				{"Name": "ids", "In": "body", "Kind": "integer", "List": {"Delimiter": "|"}, "GoType": "[]int64", "Names": {"Go": "IDs"}},
				{"Name": "words", "In": "body", "Kind": "string", "List": {"Delimiter": ","}, "GoType": "[]string", "Names": {"Go": "Words"}, "Says": {"list_item": "words!"}},
				{"Name": "photos", "In": "body", "Kind": "file", "List": {}, "File": {"BaseName": "photo"}, "GoType": "[]*wrapper.File", "Names": {"Go": "Photos"}}
			]
		}]
	}`))
	require.NoError(t, err)
	return api
}

func written(t *testing.T, values Values, encoding string) map[string]string {
	t.Helper()
	api := widgets(t)
	list, err := api.Programs(api.Operation("send"), values, encoding)
	require.NoError(t, err)
	texts := map[string]string{}
	for _, p := range list {
		texts[p.Language] = p.Program
	}
	return texts
}

func TestNoProgramIsMadeOfWhatItCannotSend(t *testing.T) {
	for _, c := range []struct {
		name     string
		values   Values
		encoding string
		want     []Violation
	}{
		{"nothing", Values{"Id": {""}}, "", []Violation{{"Id", "required", "Id!"}}},
		{"no number", Values{"Id": {"1.5"}}, "", []Violation{{"Id", "type", "Id?"}}},
		{"a number of more than 64 bits", Values{"Id": {"9223372036854775808"}}, "", []Violation{{"Id", "type", "Id?"}}},
		{"two of one", Values{"Id": {"1", "2"}}, "", []Violation{{"Id", "type", "Id?"}}},
		{"not a value of the list", Values{"Id": {"1"}, "size": {"M"}}, "", []Violation{{"size", "one_of", "size!"}}},
		{"an item that would be two", Values{"Id": {"1"}, "words": {"a", "b,c"}}, "", []Violation{{"words", "list_item", "words!"}}},
		{"an item with a blank", Values{"Id": {"1"}, "words": {"a "}}, "", []Violation{{"words", "list_item", "words!"}}},
		{"NUL", Values{"Id": {"1"}, "q[]": {"a\x00"}}, "", []Violation{{"q[]", "format", "q[] holds U+0000, which a program cannot send. Take it out."}}},
		{"no Unicode", Values{"Id": {"1"}, "q[]": {"\xff"}}, "", []Violation{{"q[]", "format", "q[] must be well-formed Unicode text."}}},
		{"a header within a header", Values{"Id": {"1"}, "X-Note": {"a\r\nX-Other: b"}}, "", []Violation{{"X-Note", "format", "X-Note is sent in a header, which cannot hold control characters. Take them out."}}},
		{"unknown, and in order", Values{"Zed": {"1"}, "And": nil, "Id": nil}, "", []Violation{
			{"Id", "required", "Id!"}, {"And", "unknown", "And is not a parameter of send."}, {"Zed", "unknown", "Zed is not a parameter of send."},
		}},
		{"another encoding", Values{"Id": {"1"}}, "application/json", []Violation{{"encoding", "one_of", "encoding must be application/x-www-form-urlencoded or multipart/form-data."}}},
		{"a file in a form", Values{"Id": {"1"}, "photos": {"a.png"}}, FormType, []Violation{
			{"photos", "format", "photos is a file, which needs multipart/form-data. Change encoding, or leave the file out."},
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			api := widgets(t)
			_, err := api.Programs(api.Operation("send"), c.values, c.encoding)
			var wrong *InvalidError
			require.ErrorAs(t, err, &wrong)
			assert.Equal(t, c.want, wrong.Violations)
		})
	}
}

func TestWhatIsEmptyIsLeftOut(t *testing.T) {
	for language, text := range written(t, Values{"Id": {"7"}, "size": {""}, "words": {"", "x", ""}}, "") {
		assert.NotContains(t, text, "size", language)
		assert.Contains(t, text, "x", language)
	}
}

func TestCurlEncodesEachPlace(t *testing.T) {
	form := written(t, Values{"Id": {"-7"}, "q[]": {"a b", "&"}, "X-Note": {"it's"}, "a=b": {"19.50"}, "on": {"false"}, "ids": {"1", "02"}}, "")
	assert.Equal(t, `curl -sS --fail-with-body \
  -u "$WIDGETS_ACCOUNT:$WIDGETS_TOKEN" \
  "$WIDGETS_BASE_URL/$WIDGETS_ACCOUNT/w%24/-7?q%5B%5D=a%20b&q%5B%5D=%26" \
  -H 'Accept: text/x' \
  -H 'X-Note: it'\''s' \
  --data-urlencode 'a%3Db=19.5' \
  --data-urlencode 'on=false' \
  --data-urlencode 'ids=1|2'
`, form["curl"])
	assert.Contains(t, form["go"], "new(19.5)")
	assert.Contains(t, form["go"], "new(false)")
	assert.Contains(t, form["go"], "[]int64{1, 2}")

	parts := written(t, Values{"Id": {"7"}, "a=b": {"1"}, "photos": {`/tmp/a "b";c.JPEG`, "-"}}, "")
	assert.Equal(t, `# Without a parameter: curl cannot send a part whose name has an equals sign.
curl -sS --fail-with-body \
  -u "$WIDGETS_ACCOUNT:$WIDGETS_TOKEN" \
  "$WIDGETS_BASE_URL/$WIDGETS_ACCOUNT/w%24/7" \
  -H 'Accept: text/x' \
  -F 'photos=@"/tmp/a \"b\";c.JPEG";filename="photo-1.jpeg"' \
  -F 'photos=@"./-";filename="photo-2.bin"'
`, parts["curl"])

	assert.Contains(t, written(t, Values{"Id": {"7"}}, "")["curl"], "-d ''\n", "there is a body")
}

func TestNoCredentialIsInAProgram(t *testing.T) {
	for language, text := range written(t, Values{"Id": {"7"}}, "") {
		assert.Contains(t, text, "WIDGETS_TOKEN", language)
		assert.NotContains(t, text, "Authorization", language)
	}
}

func TestTheContractsTableIsRead(t *testing.T) {
	require.NotEmpty(t, Contract().Operations)
	for _, o := range Contract().Operations {
		assert.True(t, strings.HasPrefix(o.Path, "/"))
	}
	assert.Nil(t, Contract().Operation("nothing"))
}

func TestARecordedRequestIsSentAgain(t *testing.T) {
	for _, c := range []struct{ name, record, want string }{
		{"a query as it came", `{"method": "GET", "path": "/a b", "target": "/a%20b?x=%41&x=+&$(id)=` + "`" + `\"", "headers": {"Accept": "*/*", "Prefer": "code=503", "User-Agent": "x"},
			"parameters": [{"name": "x", "in": "query", "value": "A"}, {"name": "y", "value": "z"}], "length": 0}`, `curl -sS --fail-with-body \
  -u "$WIDGETS_ACCOUNT:$WIDGETS_TOKEN" \
  "$WIDGETS_BASE_URL/a%20b?x=%41&x=+&%24(id)=%60%22" \
  -H 'Accept: */*' \
  -H 'Prefer: code=503'
`},
		{"a form, with what is unknown, and what is in the query", `{"method": "PUT", "path": "/a", "target": "/a?q=1&u=2", "encoding": "application/x-www-form-urlencoded", "length": 9,
			"parameters": [{"name": "q", "in": "query", "value": "1"}, {"name": "b", "in": "body", "value": "it's"}, {"name": "u", "value": "2"}, {"name": "v", "value": "3"}]}`,
			`curl -sS --fail-with-body \
  -u "$WIDGETS_ACCOUNT:$WIDGETS_TOKEN" \
  -X PUT \
  "$WIDGETS_BASE_URL/a?q=1&u=2" \
  --data-urlencode 'b=it'\''s' \
  --data-urlencode 'v=3'
`},
		{"files, and what is cut", `{"method": "POST", "path": "/a", "encoding": "multipart/form-data", "length": -1,
			"parameters": [{"name": "a\nb", "value": "long…", "cut": true}], "parts": [{"name": "photo \"1\".png"}]}`,
			`# The record has not the whole of "a\nb".
curl -sS --fail-with-body \
  -u "$WIDGETS_ACCOUNT:$WIDGETS_TOKEN" \
  "$WIDGETS_BASE_URL/a" \
  --form-string 'a
b=long…' \
  -F 'photo "1".png=@"photo \"1\".png";filename="photo \"1\".png"'
`},
		{"a body that is none of a form", `{"method": "P'T", "path": "/../a", "encoding": "text/plain", "length": 5}`, `# The record has not the body of the request.
curl -sS --fail-with-body \
  -u "$WIDGETS_ACCOUNT:$WIDGETS_TOKEN" \
  -X 'P'\''T' \
  --path-as-is \
  "$WIDGETS_BASE_URL/../a" \
  -H 'Content-Type: text/plain' \
  -d ''
`},
	} {
		t.Run(c.name, func(t *testing.T) {
			var r Recorded
			require.NoError(t, json.Unmarshal([]byte(c.record), &r))
			assert.Equal(t, c.want, widgets(t).Curl(r).Program)
		})
	}
}
