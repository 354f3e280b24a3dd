package sandbox_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/contacts/sandbox"
)

const contactsPath = "/_sandbox/contacts"

type contactsOfControl struct {
	Contacts []contactOfControl
	Older    int64
}

type contactOfControl struct {
	Account  string
	Campaign int64
	ID       string
	Image    bool
	Contact  map[string]any
}

// kept are the contacts that the control API shows to the caller.
func (c caller) kept(query string) (all contactsOfControl) {
	c.t.Helper()
	r := c.send("GET", contactsPath+query, "", "")
	require.Equal(c.t, 200, r.StatusCode, "%s", r.Body)
	require.NoError(c.t, json.Unmarshal(r.Body, &all))
	return all
}

func (a contactsOfControl) ids() (ids []string) {
	for _, contact := range a.Contacts {
		ids = append(ids, contact.ID)
	}
	return ids
}

func TestControlShowsContacts(t *testing.T) {
	a := start(t, sandbox.Config{SystemContacts: 1, Faults: []string{"list-after=10m", "code=503; operation=listContacts"}})
	own := caller{a, sid, token}
	require.Equal(t, 200, a.post(formType, valid).StatusCode)
	other := "/Advertisers/" + sid + "/Campaigns/2000/Contacts"
	require.Equal(t, 200, a.send("POST", other, "FirstName=Needle&LastName=Coyote&EmailAddress=x@example.com&Accounts=7").StatusCode)

	assert.Equal(t, []string{"2752", "2751", "M2750"}, own.kept("").ids(), "of all campaigns, and though the API does not list them")
	assert.Equal(t, []string{"2752"}, own.kept("?text=nEEdle").ids())
	assert.Equal(t, []string{"M2750"}, own.kept("?below=2751").ids())
	assert.Equal(t, []string{"M2750"}, own.kept("?text=m2750").ids())
	assert.Equal(t, []string{"2751"}, own.kept("?text=wile.coyote%40").ids())
	assert.Empty(t, own.kept("?text=nothing").Contacts)
	newest := own.kept("").Contacts[0]
	assert.Equal(t, sid, newest.Account)
	assert.EqualValues(t, 2000, newest.Campaign)
	assert.False(t, newest.Image)
	var got map[string]any
	require.NoError(t, json.Unmarshal(a.get(other+"/2752").Body, &got))
	assert.Equal(t, got, newest.Contact, "as the API itself gives it")

	var one contactOfControl
	require.NoError(t, json.Unmarshal(a.get(contactsPath+"/"+sid+"/2000/2752").Body, &one))
	assert.Equal(t, newest, one)
	for _, path := range []string{"/2000/2751", "/2000/M2752", "/2000/x", "/x/2752", "/2000/9", "/1000/2750", "/2000/2752/image"} {
		assert.Equal(t, 404, a.get(contactsPath+"/"+sid+path).StatusCode)
	}
	for _, query := range []string{"?below=0", "?below=x", "?below=1&below=2", "?page=1"} {
		assert.Equal(t, 400, a.get(contactsPath+query).StatusCode)
	}
}

func TestControlShowsContactsPageByPage(t *testing.T) {
	a := start(t, sandbox.Config{})
	own := caller{a, sid, token}
	const count = 60
	for i := range count {
		name := "Hay"
		if i%2 == 0 {
			name = "Needle"
		}
		require.Equal(t, 200, a.post(formType, fmt.Sprint(valid, "&Title=", name)).StatusCode)
	}
	for text, want := range map[string]int{"": count, "needle": count / 2} {
		var ids []string
		page := own.kept("?text=" + text)
		for ids = page.ids(); page.Older > 0; ids = append(ids, page.ids()...) {
			assert.Len(t, page.Contacts, 25)
			page = own.kept(fmt.Sprint("?text=", text, "&below=", page.Older))
		}
		assert.Len(t, ids, want)
		for i := range ids[1:] {
			assert.Less(t, ids[i+1], ids[i])
		}
	}
}

func TestControlShowsAnAccountItsOwnContacts(t *testing.T) {
	_, a, b, control := twoAccounts(t, sandbox.Config{})
	a.create()
	b.create()
	assert.Equal(t, []string{"2750"}, a.kept("").ids())
	assert.Equal(t, []string{"2751"}, b.kept("").ids())
	assert.Equal(t, []string{"2751", "2750"}, control.kept("").ids())
	assert.Equal(t, []string{"2750"}, control.kept("?account=IRa").ids())
	assert.Equal(t, 403, a.send("GET", contactsPath+"/IRb/1000/2751", "", "").StatusCode)
	assert.Equal(t, 200, control.send("GET", contactsPath+"/IRb/1000/2751", "", "").StatusCode)

	for caller, want := range map[caller]string{a: "IRa", b: "IRb", control: ""} {
		assert.JSONEq(t, `{"account":"`+want+`"}`, string(caller.send("GET", "/_sandbox/account", "", "").Body))
	}
}

func TestControlShowsTheImageOfAContact(t *testing.T) {
	a := start(t, sandbox.Config{})
	require.Equal(t, 200, a.post(multipartType, parts(required(text("ProfileImageFile", "image.png"), file("image.png", "image.png", png))...)).StatusCode)
	require.Equal(t, 200, a.post(formType, valid+"&ProfileImageUrl="+url.QueryEscape("https://example.com/x.png")).StatusCode)
	own := caller{a, sid, token}
	assert.False(t, own.kept("").Contacts[0].Image, "it is elsewhere")
	assert.True(t, own.kept("").Contacts[1].Image)
	r := a.get(contactsPath + "/" + sid + "/1000/2750/image")
	assert.Equal(t, png, string(r.Body))
	assert.Equal(t, "image/png", r.Header.Get("Content-Type"))
	assert.Equal(t, "nosniff", r.Header.Get("X-Content-Type-Options"))
	assert.Equal(t, 404, a.get(contactsPath+"/"+sid+"/1000/2751/image").StatusCode)
}
