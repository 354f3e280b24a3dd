package postgres_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/contacts/sandbox"
)

// A sandbox responds alike, wherever it keeps what it is sent, also to what PostgreSQL cannot hold as text.
func TestRespondsAsInMemory(t *testing.T) {
	config := sandbox.Config{AccountSID: "IRa", AuthToken: "secret", ControlToken: "control"}
	inMemory, err := sandbox.New(config)
	require.NoError(t, err)
	config.Store = openNew(t)
	inDatabase, err := sandbox.New(config)
	require.NoError(t, err)

	const contacts, form, lines = "/Advertisers/IRa/Campaigns/7/Contacts", "application/x-www-form-urlencoded", "application/jsonl"
	const required = "FirstName=Wile&LastName=Coyote&EmailAddress=wile.coyote@example.com&Accounts=10000"
	const contact = `"campaign":7,"parameters":{"FirstName":"Wile","LastName":"Coyote","EmailAddress":"wile.coyote@example.com","Accounts":["10000"]}}`
	for _, r := range []struct{ method, path, contentType, body string }{
		{"POST", contacts, form, required + "&Title=a%00b"},
		{"POST", contacts, form, required + "&Title=%ED%A0%80"},
		{"POST", contacts, form, required + "&Title=%FF"},
		{"POST", contacts, form, required + "&Title=%F0%9F%98%80%EF%BF%BF"},
		{"GET", contacts + "/2750", "", ""},
		{"GET", contacts + "?Title=a%00b", "", ""},
		{"GET", contacts + "?AccountId=a%00b", "", ""},
		{"PUT", contacts + "/2750", form, "Title=%00"},
		{"GET", contacts + "/%00", "", ""},
		{"GET", contacts + "/9223372036854775807", "", ""},
		{"GET", contacts + "/9223372036854775808", "", ""},
		{"GET", contacts + "/-1", "", ""},
		{"GET", "/Advertisers/a%00b/Campaigns/7/Contacts", "", ""},
		{"GET", "/Advertisers/IRa/Campaigns/9223372036854775807/Contacts", "", ""},
		{"GET", "/Advertisers/IRa/Campaigns/9223372036854775808/Contacts", "", ""},
		{"GET", "/_sandbox/export?account=a%00b", "", ""},
		{"GET", "/_sandbox/export?account=%FF", "", ""},
		{"POST", "/_sandbox/reset?account=a%00b", "", ""},
		{"PUT", "/_sandbox/faults?account=a%00b", "application/json", `{"faults":["delay=1ms"]}`},
		{"GET", "/_sandbox/faults?account=a%00b", "", ""},
		{"DELETE", "/_sandbox/faults?account=%FF", "", ""},
		{"PUT", "/_sandbox/faults", "application/json", `{"faults":["refuse-account=\"a\u0000b\""]}`},
		{"PUT", "/_sandbox/faults", "application/json", `{"faults":["refuse-account=ÿ"]}`},
		{"DELETE", "/_sandbox/faults", "", ""},
		{"POST", "/_sandbox/load", lines, `{"id":1,"account":"IRa",` + contact},
		{"POST", "/_sandbox/load", lines, `{"id":2,"account":"a\u0000b",` + contact},
		{"POST", "/_sandbox/load", lines, `{"id":3,"account":"IRa",` + strings.Replace(contact, "Wile", `a\u0000b`, 1)},
		{"POST", "/_sandbox/load", lines, `{"id":4,"account":"IRa","listedFrom":"0001-01-01T00:00:00Z",` + contact},
		{"POST", "/_sandbox/load", lines, `{"id":5,"account":"IRa","listedFrom":"9999-12-31T23:59:59.999999Z",` + contact},
		{"POST", "/_sandbox/load", lines, `{"id":6,"account":"IRa","listedFrom":"0000-01-01T00:00:00Z",` + contact},
		{"GET", "/_sandbox/export", "", ""},
		{"GET", contacts, "", ""},
	} {
		send := func(handler http.Handler) *httptest.ResponseRecorder {
			request := httptest.NewRequest(r.method, r.path, strings.NewReader(r.body))
			request.Host = "localhost"
			request.Header.Set("Content-Type", r.contentType)
			request.SetBasicAuth("IRa", "secret")
			if strings.HasPrefix(r.path, "/_sandbox/") {
				request.Header.Set("Authorization", "Bearer control")
			}
			recorder := httptest.NewRecorder()
			handler.ServeHTTP(recorder, request)
			return recorder
		}
		want, got := send(inMemory), send(inDatabase)
		assert.Equal(t, want.Code, got.Code, "%v: %s", r, got.Body)
		assert.Less(t, got.Code, 500, "%v", r)
		assert.Equal(t, want.Body.String(), got.Body.String(), "%v", r)
	}
}
