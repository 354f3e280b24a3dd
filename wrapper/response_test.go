package wrapper

import (
	"encoding/json"
	"net/http"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// classified tells what became of a create with this response.
func classified(t testing.TB, status int, body string) (CreatedContact, error) {
	client, err := New("IRsandbox", "secret-token")
	require.NoError(t, err)
	var created CreatedContact
	p := &performance{client: client, operation: OperationByID("createContact"), response: &created}
	a := answer{status: status, header: http.Header{}, body: []byte(body)}
	if !utf8.ValidString(body) {
		a.body, a.err = nil, errNoUTF8 // as readBody does
	}
	return created, p.classify(a)
}

// The fields of each type of package gen must be the members of its table, in their order: the reader goes by
// their place.
func TestTypesAreAsTheirTablesSay(t *testing.T) {
	for _, object := range []struct {
		table *Object
		value any
	}{
		{&objectCreatedContact, CreatedContact{}}, {&objectUpdatedContact, UpdatedContact{}}, {&objectDeletedContact, DeletedContact{}},
		{&objectContact, Contact{}}, {&objectContactPage, ContactPage{}}, {&objectAccount, Account{}}, {&objectFieldErrorObject, FieldErrorObject{}},
	} {
		var names []string
		for field := range reflect.TypeOf(object.value).Fields() {
			name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			names = append(names, name)
		}
		var members []string
		for _, member := range object.table.Members {
			members = append(members, member.Name)
		}
		assert.Equal(t, members, names, object.table.Name)
	}
}

func TestInputsAreAsTheirTablesSay(t *testing.T) {
	for i := range Operations {
		o := &Operations[i]
		count := reflect.TypeOf(o.newPath()).Elem().NumField()
		if o.newInput != nil {
			count += reflect.TypeOf(o.newInput()).Elem().NumField()
		}
		assert.Len(t, o.Fields, count, o.ID)
	}
}

// The members of JSON have a case.
func TestNamesOfAnotherCase(t *testing.T) {
	for body, outcome := range map[string]Outcome{
		`{"Status":"OK","Uri":"/a/1"}`:                                      OutcomeCreated,
		`{"status":"OK","Uri":"/a/1"}`:                                      OutcomeInDoubt,
		`{"Status":"OK","uri":"/a/1"}`:                                      OutcomeInDoubt,
		`{"Status":"OK","Uri":"/a/1","status":"ERROR"}`:                     OutcomeCreated,
		`{"status":"ERROR","Status":"OK","URI":1,"Uri":"/a/1"}`:             OutcomeCreated,
		`{"Status":"OK","Uri":"/a/1","errors":"none","MESSAGE":{}}`:         OutcomeCreated,
		`{"ſtatus":"ERROR","Status":"OK","Uri":"/a/1"}`:                     OutcomeCreated,
		`{"Status":"QUEUED","queueduri":["/q"],"queuedUri":"/q"}`:           OutcomeQueued,
		`{"Status":"OK","Uri":"/a/1","Errors":[{"Field":"x","Message":1}]}`: OutcomeInDoubt,
		`{"Status":"OK","Uri":"/a/1","Errors":[null]}`:                      OutcomeInDoubt,
	} {
		_, err := classified(t, 200, body)
		assert.Equal(t, outcome, outcomeOf(err), body)
	}
}

// texts are the members of an object that are text; of one that comes twice, the last that is text.
func texts(body string) map[string]string {
	out := map[string]string{}
	decoder := json.NewDecoder(strings.NewReader(body))
	if begin, _ := decoder.Token(); begin != json.Delim('{') {
		return out
	}
	for decoder.More() {
		name, err := decoder.Token()
		var value any
		if err != nil || decoder.Decode(&value) != nil {
			break
		}
		if text, is := value.(string); is {
			out[name.(string)] = text
		}
	}
	return out
}

// Whatever comes back, created is said only of a response that says so, and every error is of one of the types.
func FuzzResponse(f *testing.F) {
	for _, seed := range []string{
		createdBody, ``, `{}`, `null`, `[]`, `{"Status":"OK"}`, `{"Status":"OK","Uri":"/"}`, `{"Status":"QUEUED","QueuedUri":"/q"}`,
		`{"Status":"ERROR","Message":"no","Errors":[{"Field":"Title","Message":"too long"},null]}`, `<html>`,
		`{"status":"OK","uri":"/a/1"}`, `{"Status":"OK","Uri":"/a/1"} x`, "\xef\xbb\xbf" + createdBody, `{"Status":"OK","Uri":"/a/\u0031"}`,
		`{"Status":"OK","Status":null,"Uri":"/a/1"}`,
	} {
		for _, status := range []int{0, 199, 200, 201, 204, 302, 400, 402, 408, 429, 500} {
			f.Add(status, seed)
		}
	}
	id := regexp.MustCompile(`/[A-Za-z0-9_-]+$`)
	f.Fuzz(func(t *testing.T, status int, body string) {
		_, err := classified(t, status, body)
		says := texts(body)
		uri := says["Uri"]
		success := status >= 200 && status <= 299
		outcome := outcomeOf(err)
		assert.NotEmpty(t, outcome)
		assert.NotEqual(t, OutcomeInvalid, outcome)
		assert.NotEqual(t, OutcomeNotSent, outcome)
		switch outcome {
		case OutcomeCreated:
			assert.True(t, success && says["Status"] == "OK" && id.MatchString(uri))
		case OutcomeQueued:
			assert.True(t, success && says["Status"] == "QUEUED")
		case OutcomeRefused:
			assert.True(t, success && says["Status"] == "ERROR" || status >= 400 && status <= 499 && status != 402 && status != 408)
		}
		if outcome != OutcomeCreated {
			assert.NotEmpty(t, err.Error())
		}
	})
}

// Every type of a member, in each form that a response may have.
func TestTheReader(t *testing.T) {
	inner := &Object{Name: "inner", Members: []Member{{Name: "n", Type: Type{Kind: KindInteger}, Required: true}}}
	object := &Object{Members: []Member{
		{Name: "text", Type: Type{Kind: KindString}},
		{Name: "whole", Type: Type{Kind: KindInteger}},
		{Name: "number", Type: Type{Kind: KindNumber}},
		{Name: "yes", Type: Type{Kind: KindBoolean}},
		{Name: "list", Type: Type{Kind: KindList, Item: &Type{Kind: KindString}}},
		{Name: "wholes", Type: Type{Kind: KindList, Item: &Type{Kind: KindInteger}}},
		{Name: "inner", Type: Type{Kind: KindObject, Object: inner}},
		{Name: "inners", Type: Type{Kind: KindList, Item: &Type{Kind: KindObject, Object: inner}}},
		{Name: "any", Type: Type{Kind: KindJSON}},
		{Name: "link", Type: Type{Kind: KindString}},
		{Name: "id", Type: Type{Kind: KindString}, LastSegmentOf: "link"},
	}}
	type innerType struct {
		N int64 `json:"n"`
	}
	type objectType struct {
		Text   string          `json:"text,omitempty"`
		Whole  *int64          `json:"whole,omitempty"`
		Number *float64        `json:"number,omitempty"`
		Yes    *bool           `json:"yes,omitempty"`
		List   []string        `json:"list,omitempty"`
		Wholes []int64         `json:"wholes,omitempty"`
		Inner  *innerType      `json:"inner,omitempty"`
		Inners []innerType     `json:"inners,omitempty"`
		Any    json.RawMessage `json:"any,omitempty"`
		Link   string          `json:"link,omitempty"`
		ID     string          `json:"id,omitempty"`
	}
	for body, want := range map[string]string{
		`{}`:                                  `{}`,
		` { "text" : "a" , "x" : [ { } ] } `:  `{"text":"a"}`,
		`{"text":null,"whole":null}`:          `{}`,
		`{"text":"\ud83d\ude00\ud83d\"\\\/"}`: `{"text":"😀�\"\\/"}`,
		`{"text":"\udc00\ud83dx\b\f\n\r\t"}`:  `{"text":"��x\b\f\n\r\t"}`,
		`{"whole":5}`:                         `{"whole":5}`,
		`{"whole":5.0}`:                       `{"whole":5}`,
		`{"whole":50e-1}`:                     `{"whole":5}`,
		`{"whole":-0.0}`:                      `{"whole":0}`,
		`{"whole":1e3}`:                       `{"whole":1000}`,
		`{"whole":9223372036854775807}`:       `{"whole":9223372036854775807}`,
		`{"whole":"-9223372036854775808"}`:    `{"whole":-9223372036854775808}`,
		`{"whole":0e99999999999999999999}`:    `{"whole":0}`,
		`{"number":19.5}`:                     `{"number":19.5}`,
		`{"number":"1e2"}`:                    `{"number":100}`,
		`{"yes":true}`:                        `{"yes":true}`,
		`{"yes":"false"}`:                     `{"yes":false}`,
		`{"list":["a",""],"wholes":["1",2]}`:  `{"list":["a",""],"wholes":[1,2]}`,
		`{"inner":{"n":1},"inners":[{"n":2,"m":[{"n":"x"}]}]}`: `{"inner":{"n":1},"inners":[{"n":2}]}`,
		`{"any": {"a" : [1.50, "}\""]} }`:                      `{"any":{"a":[1.50,"}\""]}}`,
		`{"link":"/a/b-_1"}`:                                   `{"link":"/a/b-_1","id":"b-_1"}`,
		`{"link":"/a/b.1","id":"not of the wire"}`:             `{"link":"/a/b.1"}`,

		``: "", `[]`: "", `{"text":1}`: "", `{"text":["a"]}`: "", `{"whole":5.5}`: "", `{"whole":"5.0"}`: "", `{"whole":"+5"}`: "", `{"whole":""}`: "",
		`{"whole":9223372036854775808}`: "", `{"whole":1e99999999999999999999}`: "", `{"whole":true}`: "", `{"whole":"12345678901234567890"}`: "",
		`{"number":"x"}`: "", `{"number":" 1"}`: "", `{"number":"null"}`: "", `{"number":1e999}`: "", `{"yes":1}`: "", `{"yes":"True"}`: "",
		`{"list":"a"}`: "", `{"list":["a",null]}`: "", `{"list":[1]}`: "", `{"inner":{}}`: "", `{"inner":[]}`: "", `{"inners":[[]]}`: "", `{"inners":{}}`: "",
		`{"text":"a"}{}`: "", `{"text":"a",}`: "", `{'text':"a"}`: "", `{"whole":01}`: "", "{\"text\":\"\n\"}": "", `{"text":"a"`: "",
	} {
		var into objectType
		ok := decodeObject([]byte(body), object, reflect.ValueOf(&into).Elem())
		assert.Equal(t, want != "", ok, body)
		if ok {
			got, err := json.Marshal(into)
			require.NoError(t, err)
			assert.JSONEq(t, want, string(got), body)
		}
	}
}

func TestRequiredSourceOfALastSegment(t *testing.T) {
	object := &Object{Members: []Member{{Name: "link", Type: Type{Kind: KindString}, Required: true}, {Name: "id", LastSegmentOf: "link"}}}
	for link, ok := range map[string]bool{"/a/1": true, "/a/": false, "a": false, "/a/é": false} {
		var into struct{ Link, ID string }
		text, _ := json.Marshal(map[string]string{"link": link})
		assert.Equal(t, ok, decodeObject(text, object, reflect.ValueOf(&into).Elem()), link)
	}
}

func FuzzReader(f *testing.F) {
	f.Add(`{"Id":"1","Labels":["a"],"Accounts":[{"Id":"1","Name":"\ud83d"}],"Editable":"true","x":{"y":[1,2,{}]}}`)
	f.Fuzz(func(t *testing.T, text string) {
		var contact Contact
		if decodeObject([]byte(text), &objectContact, reflect.ValueOf(&contact).Elem()) {
			assert.True(t, json.Valid([]byte(text)))
			assert.True(t, utf8.ValidString(contact.FirstName) || !utf8.ValidString(text))
		}
		draft, _, err := ParseDraft([]byte(text))
		var object map[string]any
		assert.Equal(t, json.Unmarshal([]byte(text), &object) == nil && object != nil, err == nil)
		assert.Len(t, draft, len(object))
	})
}
