package sandbox_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/contacts/gen"
	"example.com/contacts/sandbox"
	"example.com/contacts/wrapper"
)

const (
	sid      = "IRsandbox"
	token    = "secret"
	contacts = "/Advertisers/IRsandbox/Campaigns/1000/Contacts"
	formType = "application/x-www-form-urlencoded"
)

// valid is a body with the required parameters.
const valid = "FirstName=Wile&LastName=Coyote&EmailAddress=wile.coyote@example.com&Accounts=10000"

// api is a sandbox behind a real listener.
type api struct {
	*httptest.Server
	t testing.TB
}

func start(t testing.TB, config sandbox.Config) api {
	config.AccountSID, config.AuthToken = sid, token
	handler, err := sandbox.New(config)
	require.NoError(t, err)
	return apiOf(t, handler)
}

func apiOf(t testing.TB, handler *sandbox.Sandbox) api {
	server := httptest.NewUnstartedServer(nil)
	server.Config = handler.Server()
	server.Start()
	t.Cleanup(server.Close)
	return api{server, t}
}

// received is a response, and its body as an envelope: that of F3, or of a create.
type received struct {
	*http.Response
	Body     []byte
	Envelope struct {
		Status, Uri, Message string
		Errors               []wrapper.FieldError
	}
}

func (a api) do(request *http.Request) received {
	a.t.Helper()
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Do(request)
	require.NoError(a.t, err)
	body, err := io.ReadAll(response.Body)
	require.NoError(a.t, err)
	require.NoError(a.t, response.Body.Close())
	r := received{Response: response, Body: body}
	if response.Header.Get("Content-Type") == "application/json" && request.Method != http.MethodHead {
		require.NoError(a.t, json.Unmarshal(body, &r.Envelope), "%s", body)
	}
	return r
}

// request is one with the right credentials.
func (a api) request(method, path, contentType, body string) *http.Request {
	a.t.Helper()
	request, err := http.NewRequest(method, a.URL+path, strings.NewReader(body))
	require.NoError(a.t, err)
	request.SetBasicAuth(sid, token)
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	return request
}

func (a api) post(contentType, body string) received {
	a.t.Helper()
	return a.do(a.request("POST", contacts, contentType, body))
}

// send sends a form, or no body.
func (a api) send(method, path, form string) received {
	a.t.Helper()
	contentType := ""
	if form != "" {
		contentType = formType
	}
	return a.do(a.request(method, path, contentType, form))
}

func (a api) get(path string) received {
	a.t.Helper()
	return a.do(a.request("GET", path, "", ""))
}

func (a api) contact(uri string) gen.Contact {
	a.t.Helper()
	r := a.get(uri)
	require.Equal(a.t, 200, r.StatusCode, "%s", r.Body)
	var contact gen.Contact
	decoder := json.NewDecoder(bytes.NewReader(r.Body))
	decoder.DisallowUnknownFields()
	require.NoError(a.t, decoder.Decode(&contact))
	return contact
}

// requireError checks the envelope of an error, and that the headers of F4 are there.
func (r received) requireError(t testing.TB, status int) {
	t.Helper()
	require.Equal(t, status, r.StatusCode, "%s", r.Body)
	assert.Equal(t, "application/json", r.Header.Get("Content-Type"))
	assert.Equal(t, "ERROR", r.Envelope.Status, "%s", r.Body)
	assert.NotEmpty(t, r.Envelope.Message)
	r.requireRateLimit(t)
	for _, e := range r.Envelope.Errors {
		assert.NotEmpty(t, e.Message)
		assert.True(t, strings.HasPrefix(e.Message, e.Field), "the message %q begins with its field", e.Message)
	}
}

func (r received) requireRateLimit(t testing.TB) {
	t.Helper()
	assert.Equal(t, "1000", r.Header.Get("X-RateLimit-Limit"))
	assert.NotEmpty(t, r.Header.Get("X-RateLimit-Remaining"))
	assert.NotEmpty(t, r.Header.Get("X-RateLimit-Reset"))
}

// fields are the fields at fault, in order.
func (r received) fields() []string {
	var fields []string
	for _, e := range r.Envelope.Errors {
		fields = append(fields, e.Field)
	}
	return fields
}

func TestThePagesFormExample(t *testing.T) {
	a := start(t, sandbox.Config{})
	// As curl's -d sends them: not encoded, with the empty ProfileImageUrl (D1).
	body := "FirstName=Wile&LastName=Coyote&EmailAddress=wile.coyote@example.com&Accounts=10000&Title=Acme Partner Manager" +
		"&ProfileImageUrl=&WorkPhoneNumberCountry=US&WorkPhoneNumber=8051234567&CellphoneNumberCountry=US" +
		"&CellphoneNumber=8059876543&Labels=Main Contact,Acme Partner"
	r := a.post(formType, body)
	require.Equal(t, 200, r.StatusCode, "%s", r.Body)
	assert.JSONEq(t, `{"Status":"OK","Uri":"/Advertisers/IRsandbox/Campaigns/1000/Contacts/2750"}`, string(r.Body))
	r.requireRateLimit(t)

	assert.Equal(t, gen.Contact{
		ID:                     "2750",
		FirstName:              "Wile",
		LastName:               "Coyote",
		EmailAddress:           "wile.coyote@example.com",
		Title:                  "Acme Partner Manager",
		WorkPhoneNumberCountry: "US",
		WorkPhoneNumber:        "8051234567",
		CellphoneNumberCountry: "US",
		CellphoneNumber:        "8059876543",
		Editable:               new(true),
		Labels:                 []string{"Main Contact", "Acme Partner"},
		Accounts:               []gen.Account{{ID: "10000", Name: "Account 10000"}},
		URI:                    "/Advertisers/IRsandbox/Campaigns/1000/Contacts/2750",
	}, a.contact(r.Envelope.Uri))
}

func TestIDsCountUpOverAllCampaigns(t *testing.T) {
	a := start(t, sandbox.Config{})
	assert.Equal(t, contacts+"/2750", a.post(formType, valid).Envelope.Uri)
	a.post(formType, "FirstName=alone").requireError(t, 400) // takes no id
	r := a.do(a.request("POST", "/Advertisers/IRsandbox/Campaigns/9007199254740993/Contacts", formType, valid))
	assert.Equal(t, "/Advertisers/IRsandbox/Campaigns/9007199254740993/Contacts/2751", r.Envelope.Uri)
	assert.Equal(t, "2751", a.contact(r.Envelope.Uri).ID)
	a.get(contacts+"/2751").requireError(t, 404) // of another campaign
}

func TestGetContactThatIsNotThere(t *testing.T) {
	a := start(t, sandbox.Config{})
	require.Equal(t, 200, a.post(formType, valid).StatusCode)
	for _, id := range []string{"2751", "2749", "0", "-1", "02750", "+2750", "M2750", "x", "9223372036854775808", "2750%20", "%2e%2e"} {
		t.Run(id, func(t *testing.T) {
			a.get(contacts+"/"+id).requireError(t, 404)
			a.get(contacts+"/"+id+"/ProfileImage").requireError(t, 404)
		})
	}
	a.get(contacts+"/2750/ProfileImage").requireError(t, 404)
	assert.Equal(t, 200, a.do(a.request("HEAD", contacts+"/2750", "", "")).StatusCode)
}

func TestNewSaysWhatIsWrongWithItsConfig(t *testing.T) {
	for _, c := range []struct {
		name   string
		config sandbox.Config
		says   string
	}{
		{"no sid", sandbox.Config{AuthToken: token}, "AccountSID"},
		{"sid with colon", sandbox.Config{AccountSID: "a:b", AuthToken: token}, "AccountSID"},
		{"sid with slash", sandbox.Config{AccountSID: "a/b", AuthToken: token}, "AccountSID"},
		{"sid of dots", sandbox.Config{AccountSID: "..", AuthToken: token}, "AccountSID"},
		{"no token", sandbox.Config{AccountSID: sid}, "AuthToken"},
		{"token with line end", sandbox.Config{AccountSID: sid, AuthToken: "secret\n"}, "AuthToken"},
		{"negative limit", sandbox.Config{AccountSID: sid, AuthToken: token, MaxBody: -1}, "MaxBody"},
		{"negative number of contacts", sandbox.Config{AccountSID: sid, AuthToken: token, SystemContacts: -1}, "SystemContacts"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := sandbox.New(c.config)
			require.ErrorContains(t, err, c.says)
			assert.NotContains(t, err.Error(), token)
		})
	}
}

func TestRateLimitCountsDownAndRefusesNothing(t *testing.T) {
	a := start(t, sandbox.Config{})
	for i := range 1003 {
		r := a.get("/nowhere")
		require.Equal(t, 404, r.StatusCode)
		switch i {
		case 0:
			assert.Equal(t, "999", r.Header.Get("X-RateLimit-Remaining"))
			assert.Equal(t, "3600", r.Header.Get("X-RateLimit-Reset"))
		case 998:
			assert.Equal(t, "1", r.Header.Get("X-RateLimit-Remaining"))
		case 999, 1002:
			assert.Equal(t, "0", r.Header.Get("X-RateLimit-Remaining"))
		}
	}
}

// brokenStore fails as its errors say.
type brokenStore struct {
	sandbox.Store
	err error
}

func (s brokenStore) Create(context.Context, sandbox.Record) (int64, error) { return 0, s.err }
func (s brokenStore) Get(context.Context, string, int64, int64) (sandbox.Record, error) {
	return sandbox.Record{}, s.err
}
func (s brokenStore) List(context.Context, string, int64, time.Time) ([]sandbox.Record, error) {
	return nil, s.err
}
func (s brokenStore) Change(context.Context, string, int64, int64, func(*sandbox.Record) (sandbox.Change, error)) error {
	return s.err
}

func TestStoreThatFails(t *testing.T) {
	for _, c := range []struct {
		err    error
		status int
	}{
		{errors.New("the disk is full"), 500},
		{sandbox.ErrClosed, 503},
		{context.Canceled, 503},
	} {
		a := start(t, sandbox.Config{Store: brokenStore{sandbox.NewMemory(), c.err}})
		for _, r := range []received{
			a.post(formType, valid), a.get(contacts), a.get(contacts + "/2750"),
			a.send("PUT", contacts+"/2750", "Title=x"), a.send("DELETE", contacts+"/2750", ""),
		} {
			r.requireError(t, c.status)
			assert.NotContains(t, string(r.Body), c.err.Error())
		}
	}
}

// longest is how many characters a parameter of a create may have.
func longest(t testing.TB, name string) int {
	t.Helper()
	field := wrapper.OperationByID("createContact").Field(name)
	for _, rule := range append(field.Value, field.Item...) {
		if rule.Kind == wrapper.RuleTooLong {
			return rule.Length
		}
	}
	t.Fatal("the contract does not limit the length of " + name)
	return 0
}

// The sandbox says of the parameters what the contract's rules say.
func TestErrorsAreTheContractsViolations(t *testing.T) {
	a := start(t, sandbox.Config{})
	create := wrapper.OperationByID("createContact")
	for _, c := range []struct {
		name string
		form url.Values
	}{
		{"nothing", url.Values{}},
		{"empty", url.Values{"FirstName": {""}, "Title": {""}}},
		{"e-mail", url.Values{"FirstName": {"a"}, "LastName": {"b"}, "EmailAddress": {"a@b@c"}, "Accounts": {"1"}}},
		{"all too long", tooLong(create)},
		{"countries", url.Values{"WorkPhoneNumberCountry": {"UK"}, "CellphoneNumberCountry": {"us"}}},
		{"numbers", url.Values{"WorkPhoneNumber": {"1"}, "CellphoneNumber": {"2"}}},
		{"not UTF-8", url.Values{"FirstName": {"\xff"}, "LastName": {"\xc3\x28"}, "Title": {"\xed\xa0\x80"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			draft := wrapper.Draft{}
			for name, values := range c.form {
				draft[name] = values[0]
				if create.Field(name).List != nil {
					draft[name] = values
				}
			}
			var want []wrapper.FieldError
			for _, violation := range create.CheckDraft(nil, draft) {
				want = append(want, wrapper.FieldError{Field: violation.Field, Message: violation.Message})
			}
			require.NotEmpty(t, want)
			r := a.post(formType, c.form.Encode())
			r.requireError(t, 400)
			assert.Equal(t, want, r.Envelope.Errors)
			r = a.post(multipartOf(t, c.form))
			r.requireError(t, 400)
			assert.Equal(t, want, r.Envelope.Errors)
		})
	}
	// The valid variant: as many characters as there may be are not too many.
	title := strings.Repeat("𝄞", longest(t, "Title"))
	r := a.post(formType, valid+"&Title="+url.QueryEscape(title))
	require.Equal(t, 200, r.StatusCode, "%s", r.Body)
	assert.Equal(t, title, a.contact(r.Envelope.Uri).Title)
}

// tooLong has one character too many in each parameter that has a limit.
func tooLong(o *wrapper.Operation) url.Values {
	form := url.Values{}
	for _, field := range o.Fields {
		for _, rule := range append(field.Value, field.Item...) {
			if rule.Kind == wrapper.RuleTooLong && field.In == wrapper.InBody {
				form.Set(field.Name, strings.Repeat("𝄞", rule.Length+1))
			}
		}
	}
	return form
}

func TestListsAreSplitOnCommas(t *testing.T) {
	a := start(t, sandbox.Config{})
	r := a.post(formType, "FirstName=a&LastName=b&EmailAddress=a@b&Accounts=+10000+,,10001,&Labels=+x+y+,%22z%5C,")
	require.Equal(t, 200, r.StatusCode, "%s", r.Body)
	contact := a.contact(r.Envelope.Uri)
	assert.Equal(t, []gen.Account{{ID: "10000", Name: "Account 10000"}, {ID: "10001", Name: "Account 10001"}}, contact.Accounts)
	assert.Equal(t, []string{"x y", `"z\`}, contact.Labels)

	r = a.post(formType, "FirstName=a&LastName=b&EmailAddress=a@b&Accounts=+,+,&Labels=,")
	r.requireError(t, 400)
	assert.Equal(t, []wrapper.FieldError{{Field: "Accounts", Message: "Accounts is required."}}, r.Envelope.Errors)
}
