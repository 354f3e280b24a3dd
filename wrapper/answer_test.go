package wrapper

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/contacts/gen"
)

func judgeOf(t testing.TB, status int, body string) (Created, error) {
	client, err := New("IRsandbox", "secret-token")
	require.NoError(t, err)
	return client.judge(answer{status: status, header: http.Header{}, body: []byte(body)})
}

// The names of JSON have a case, but encoding/json does not care.
func TestNamesOfAnotherCase(t *testing.T) {
	for body, outcome := range map[string]Outcome{
		`{"Status":"OK","Uri":"/a/1"}`:                                      OutcomeCreated,
		`{"status":"OK","Uri":"/a/1"}`:                                      OutcomeInDoubt,
		`{"STATUS":"OK","Uri":"/a/1"}`:                                      OutcomeInDoubt,
		`{"Status":"OK","uri":"/a/1"}`:                                      OutcomeInDoubt,
		`{"Status":"OK","Uri":"/a/1","status":"ERROR"}`:                     OutcomeCreated,
		`{"status":"ERROR","Status":"OK","URI":1,"Uri":"/a/1"}`:             OutcomeCreated,
		`{"Status":"OK","Uri":"/a/1","errors":"none","MESSAGE":{}}`:         OutcomeCreated,
		`{"ſtatus":"ERROR","Status":"OK","Uri":"/a/1"}`:                     OutcomeCreated,
		`{"status":"QUEUED"}`:                                               OutcomeInDoubt,
		`{"Status":"QUEUED","queueduri":["/q"],"queuedUri":"/q"}`:           OutcomeQueued,
		`{"Status":"OK","Uri":"/a/1","Errors":[{"FIELD":"x","message":1}]}`: OutcomeCreated,
		`{"Status":"OK","Uri":"/a/1","Errors":[{"Field":"x","Message":1}]}`: OutcomeInDoubt,
		`{"Status":"OK","Uri":"/a/1","Errors":[null]}`:                      OutcomeInDoubt,
	} {
		_, err := judgeOf(t, 200, body)
		assert.Equal(t, outcome, OutcomeOf(err), body)
	}
}

// texts are the members of an object that are text; of one that comes twice, the last that is text.
func texts(body []byte) map[string]string {
	out := map[string]string{}
	decoder := json.NewDecoder(bytes.NewReader(body))
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

// Whatever comes back, created is said only of an answer that says so, and every error is of one of the types.
func FuzzAnswer(f *testing.F) {
	for _, seed := range []string{
		createdAnswer, ``, `{}`, `null`, `[]`, `{"Status":"OK"}`, `{"Status":"OK","Uri":"/"}`, `{"Status":"QUEUED","QueuedUri":"/q"}`,
		`{"Status":"ERROR","Message":"no","Errors":[{"Field":"Title","Message":"too long"},null]}`, `<html>`,
		`{"status":"OK","uri":"/a/1"}`, `{"Status":"OK","Uri":"/a/1"} x`, "\xef\xbb\xbf" + createdAnswer, `{"Status":"OK","Uri":"/a/\u0031"}`,
		`{"Status":"OK","Status":null,"Uri":"/a/1"}`,
	} {
		for _, status := range []int{0, 199, 200, 201, 204, 302, 400, 402, 408, 429, 500} {
			f.Add(status, []byte(seed))
		}
	}
	client, err := New("IRsandbox", "secret-token")
	require.NoError(f, err)
	id := regexp.MustCompile(`/[A-Za-z0-9_-]+$`)
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		a := answer{status: status, header: http.Header{}, body: body}
		if !utf8.Valid(body) {
			a.body, a.err = nil, errors.New("the answer is not UTF-8") // as exchange does
		}
		created, err := client.judge(a)

		says := texts(a.body)
		uri := says["Uri"]
		success := status >= 200 && status <= 299
		outcome := OutcomeOf(err)
		assert.NotEmpty(t, outcome)
		assert.NotEqual(t, OutcomeInvalid, outcome)
		assert.NotEqual(t, OutcomeNotSent, outcome)
		switch outcome {
		case OutcomeCreated:
			assert.True(t, success && says["Status"] == "OK" && id.MatchString(uri))
			assert.Equal(t, uri, created.Uri)
			assert.Equal(t, id.FindString(uri), "/"+created.Id)
		case OutcomeQueued:
			assert.True(t, success && says["Status"] == "QUEUED")
		case OutcomeRefused:
			assert.True(t, success && says["Status"] == "ERROR" || status >= 400 && status <= 499 && status != 402 && status != 408)
		}
		if outcome != OutcomeCreated {
			assert.Zero(t, created)
			assert.NotEmpty(t, err.Error())
		}
	})
}

// The lists of names in capitals must have all that the contract names.
func TestEveryNameOfAnotherCaseIsAnother(t *testing.T) {
	other := func(of any) string { // each name in lower case, with a value that fits none
		var members []string
		for field := range reflect.TypeOf(of).Fields() {
			name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			members = append(members, strings.ToLower(strconv.Quote(name))+":{}")
		}
		return strings.Join(members, ",")
	}
	_, err := decode(answer{body: []byte(`{"Errors":[{` + other(gen.FieldError{}) + `}],` + other(gen.CreateContactAnswer{}) + `}`)})
	assert.NoError(t, err)
	contact, err := decodeContact(answer{body: []byte(`{"Id":"1","Accounts":[{"Id":"2",` + other(gen.Account{}) + `}],` + other(gen.Contact{}) + `}`)})
	assert.NoError(t, err)
	assert.Equal(t, gen.Contact{Id: "1", Accounts: []gen.Account{{Id: "2"}}}, contact)
}
