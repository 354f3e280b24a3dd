package wrapper

import (
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func kinds(violations []Violation) (out []string) {
	for _, v := range violations {
		out = append(out, v.Field+" "+string(v.Rule))
	}
	return out
}

func TestParseDraft(t *testing.T) {
	draft, violations, err := ParseDraft([]byte(`{"FirstName":"\ud83d","LastName":"\ud83d\ude00","Accounts":["1"],"Title":null,"X":{"a":[1.50,true]},"Title":"b"}`))
	require.NoError(t, err)
	assert.Equal(t, Draft{
		"FirstName": "\xff", "LastName": "😀", "Accounts": []any{"1"}, "Title": "b",
		"X": map[string]any{"a": []any{json.Number("1.50"), true}},
	}, draft)
	assert.Equal(t, []Violation{{"Title", RuleDuplicate, "Title must not be given twice."}}, violations)
	for _, text := range []string{"", "[]", "null", `"a"`, `{"a":1} {}`, `{"a":1,}`, `{a:1}`, "\xef\xbb\xbf{}"} {
		_, _, err := ParseDraft([]byte(text))
		assert.Error(t, err, text)
	}
}

func TestDraftsAreChecked(t *testing.T) {
	create := OperationByID("createContact")
	good := Draft{"FirstName": "a", "LastName": "b", "EmailAddress": "a@b", "Accounts": []string{"1"}, "Title": nil}
	assert.Empty(t, create.CheckDraft(Draft{"CampaignId": 5.0}, good))
	assert.Equal(t, []string{"CampaignId required"}, kinds(create.CheckDraft(Draft{}, good)))
	assert.Equal(t, []string{"CampaignId type"}, kinds(create.CheckDraft(Draft{"CampaignId": "1"}, good)), "a text is no number")

	assert.Equal(t, []string{"FirstName type", "LastName required", "Accounts type", "ProfileImageFile type", "CampaignId unknown", "FrstName unknown", "firstName unknown"},
		kinds(create.CheckDraft(nil, Draft{
			"FirstName": 5, "EmailAddress": "a@b", "Accounts": []any{"1", 2}, "ProfileImageFile": "a.png", "firstName": "x", "FrstName": nil, "CampaignId": 1,
		})))
	// A value of another type is there, as far as other parameters go.
	assert.Equal(t, []string{"WorkPhoneNumber type", "WorkPhoneNumberCountry required_with"},
		kinds(OperationByID("updateContact").CheckDraft(nil, Draft{"WorkPhoneNumber": true})))
	assert.Equal(t, []string{"ProfileImageUrl exclusive", "ProfileImageFile type"},
		kinds(OperationByID("updateContact").CheckDraft(nil, Draft{"ProfileImageUrl": "x", "ProfileImageFile": 1})))
	assert.Equal(t, []string{"ProfileImageFile needs_file"}, kinds(OperationByID("updateContact").CheckDraft(nil, Draft{"ProfileImageFile": &File{}})), "a name without its file")
	assert.Equal(t, []string{"ProfileImageFile type"}, kinds(OperationByID("updateContact").CheckDraft(nil, Draft{"ProfileImageFile": []*File{{}, {}}})))
	assert.Equal(t, []string{"FirstName format"}, kinds(OperationByID("updateContact").CheckDraft(nil, Draft{"FirstName": "\xed\xa0\xbd"})))
}

// A draft gives what the input of its values would give.
func TestWhatADraftAccepts(t *testing.T) {
	for _, test := range []struct {
		kind  Kind
		list  bool
		given any
		want  string // empty: refused
	}{
		{KindString, false, "a", `"a"`}, {KindString, false, json.Number("1"), ""}, {KindString, false, []byte("a"), ""}, {KindString, false, 'a', ""},
		{KindInteger, false, 5, "5"}, {KindInteger, false, int32(5), "5"}, {KindInteger, false, 5.0, "5"}, {KindInteger, false, 5.5, ""},
		{KindInteger, false, math.NaN(), ""}, {KindInteger, false, 1e19, ""}, {KindInteger, false, json.Number("5.0"), "5"}, {KindInteger, false, "5", ""}, {KindInteger, false, true, ""},
		{KindNumber, false, 5, "5"}, {KindNumber, false, 0.5, "0.5"}, {KindNumber, false, json.Number("5e-1"), "0.5"}, {KindNumber, false, math.Inf(1), ""}, {KindNumber, false, "1", ""},
		{KindBoolean, false, true, "true"}, {KindBoolean, false, "true", ""}, {KindBoolean, false, 1, ""},
		{KindString, true, []string{"a"}, `["a"]`}, {KindString, true, []any{"a"}, `["a"]`}, {KindString, true, "a", ""}, {KindString, true, []any{nil}, ""}, {KindString, true, []any{[]any{}}, ""},
		{KindInteger, true, []int{1, 2}, "[1,2]"}, {KindInteger, true, []any{json.Number("1"), 2.0}, "[1,2]"}, {KindInteger, true, []any{"1"}, ""},
	} {
		types := map[Kind]reflect.Type{KindString: reflect.TypeFor[string](), KindInteger: reflect.TypeFor[*int64](), KindNumber: reflect.TypeFor[*float64](), KindBoolean: reflect.TypeFor[*bool]()}
		field, into := &Field{Kind: test.kind}, types[test.kind]
		if test.list {
			field.List = &ListForm{}
			if into.Kind() == reflect.Pointer {
				into = into.Elem()
			}
			into = reflect.SliceOf(into)
		}
		value := reflect.New(into).Elem()
		ok := field.set(value, test.given)
		assert.Equal(t, test.want != "", ok, "%v %v %T %v", test.kind, test.list, test.given, test.given)
		if ok {
			got, err := json.Marshal(value.Interface())
			require.NoError(t, err)
			assert.Equal(t, test.want, string(got))
		}
	}
}

func TestParseText(t *testing.T) {
	for _, test := range []struct {
		kind Kind
		text string
		want any
	}{
		{KindString, " a", " a"}, {KindInteger, "-5", int64(-5)}, {KindInteger, "5.0", nil}, {KindInteger, "", nil}, {KindNumber, "1.5", 1.5}, {KindNumber, "x", nil},
		{KindBoolean, "true", true}, {KindBoolean, "yes", nil}, {KindFile, "a.png", nil},
	} {
		got, ok := (&Field{Kind: test.kind}).ParseText(test.text)
		assert.Equal(t, test.want != nil, ok, test.text)
		if ok {
			assert.Equal(t, test.want, got)
		}
	}
}

func TestCallsByName(t *testing.T) {
	client, err := New("IRsandbox", "secret-token", WithBaseURL("http://127.0.0.1:1"), WithRetries(0))
	require.NoError(t, err)
	_, err = client.Call(t.Context(), "makeCoffee", nil, nil)
	var usage *UsageError
	require.ErrorAs(t, err, &usage)
	for _, err := range client.CallPages(t.Context(), "getContact", Draft{"CampaignId": 1, "ContactId": "1"}, nil) {
		require.ErrorAs(t, err, &usage)
	}
	_, err = client.Call(t.Context(), "createContact", Draft{"CampaignId": 1}, Draft{"FirstName": 5, "LastName": strings.Repeat("x", 256)})
	var invalid *InvalidError
	require.ErrorAs(t, err, &invalid)
	assert.Equal(t, []string{"FirstName type", "LastName too_long", "EmailAddress required", "Accounts required"}, kinds(invalid.Violations))
	_, err = client.Call(t.Context(), "createContact", Draft{"CampaignId": 1}, Draft{"FirstName": 5, "LastName": strings.Repeat("x", 256)}, WithRules(RulesOff))
	require.ErrorAs(t, err, &invalid)
	assert.Equal(t, []string{"FirstName type"}, kinds(invalid.Violations), "the mode is that of the call")
	_, err = client.Call(t.Context(), "getContact", Draft{"CampaignId": 1}, nil)
	require.ErrorAs(t, err, &invalid)
	assert.Equal(t, []string{"ContactId required"}, kinds(invalid.Violations))
	_, err = client.Call(t.Context(), "deleteContact", Draft{"CampaignId": 1, "ContactId": "1"}, nil)
	var notSent *NotSentError
	assert.True(t, errors.As(err, &notSent), "%v", err)
}
