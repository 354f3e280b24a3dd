package sandbox_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/contacts/gen"
	"example.com/contacts/sandbox"
	"example.com/contacts/wrapper"
)

func (a api) page(query string) gen.ContactPage {
	a.t.Helper()
	r := a.get(contacts + query)
	require.Equal(a.t, 200, r.StatusCode, "%s", r.Body)
	var page gen.ContactPage
	require.NoError(a.t, json.Unmarshal(r.Body, &page))
	return page
}

func ids(page gen.ContactPage) (ids []string) {
	for _, contact := range page.Contacts {
		ids = append(ids, contact.ID)
	}
	return ids
}

func TestListHasPages(t *testing.T) {
	a := start(t, sandbox.Config{})
	page := a.page("")
	assert.Equal(t, gen.ContactPage{Page: "1", Numpages: "1", Pagesize: "100", Total: "0", URI: contacts, Contacts: []gen.Contact{}}, page)
	assert.Contains(t, string(a.get(contacts).Body), `"@nextpageuri":"","Contacts":[]}`)

	for i := range 5 {
		require.Equal(t, 200, a.post(formType, fmt.Sprintf("%s&Title=T%d", valid, i)).StatusCode)
	}
	require.Equal(t, 200, a.do(a.request("POST", strings.Replace(contacts, "1000", "7", 1), formType, valid)).StatusCode)

	page = a.page("?PageSize=2")
	assert.Equal(t, []string{"2750", "2751"}, ids(page))
	assert.Equal(t, []string{"1", "3", "2", "5"}, []string{page.Page, page.Numpages, page.Pagesize, page.Total})
	assert.Equal(t, a.contact(contacts+"/2750"), page.Contacts[0], "as it is alone")
	var all []string
	for next := page.URI + "?PageSize=2"; next != ""; next = page.Nextpageuri {
		page = a.page(strings.TrimPrefix(next, contacts))
		all = append(all, ids(page)...)
	}
	assert.Equal(t, []string{"2750", "2751", "2752", "2753", "2754"}, all)
	assert.Empty(t, a.page("?Page=4&PageSize=2").Contacts)
	assert.Len(t, a.page("?Page=&PageSize=").Contacts, 5, "an empty parameter is absent")

	for query, field := range map[string]string{
		"?Page=0": "Page", "?Page=x": "Page", "?Page=1.5": "Page", "?PageSize=0": "PageSize", "?Page=1&Page=2": "Page",
		"?Page=99999999999999999999": "Page", "?Titel=x": "Titel", "?_method=DELETE": "_method", "?FirstName=Wile": "FirstName",
	} {
		r := a.get(contacts + query)
		r.requireError(t, 400)
		assert.Equal(t, []string{field}, r.fields())
	}
	assert.Empty(t, a.page("?Page=9223372036854775807&PageSize=1").Contacts)
}

func TestListHasFilters(t *testing.T) {
	a := start(t, sandbox.Config{})
	for _, more := range []string{"&Title=Boss", "&Title=boss", "&Accounts=10000,10001", "&Title=Boss&Accounts=10002"} {
		form, err := url.ParseQuery(valid + more)
		require.NoError(t, err)
		if accounts := form["Accounts"]; len(accounts) > 1 {
			form.Set("Accounts", accounts[1])
		}
		require.Equal(t, 200, a.post(formType, form.Encode()).StatusCode)
	}
	for query, want := range map[string][]string{
		"?Title=Boss":                 {"2750", "2753"},
		"?AccountId=10000":            {"2750", "2751", "2752"},
		"?AccountId=10001":            {"2752"},
		"?Title=Boss&AccountId=10002": {"2753"},
		"?Title=Boss&AccountId=10001": nil,
		"?AccountId=1000":             nil,
		"?Title=":                     {"2750", "2751", "2752", "2753"},
	} {
		assert.Equal(t, want, ids(a.page(query)), query)
	}
	page := a.page("?Title=Boss&PageSize=1")
	assert.Equal(t, "2", page.Total)
	assert.Equal(t, []string{"2753"}, ids(a.page(strings.TrimPrefix(page.Nextpageuri, contacts))), "the next page keeps the filters")
}

func TestUpdateChangesWhatIsGiven(t *testing.T) {
	a := start(t, sandbox.Config{})
	uri := a.post(formType, valid+"&Title=Boss&Labels=One,Two&WorkPhoneNumber=1&WorkPhoneNumberCountry=US").Envelope.Uri
	want := a.contact(uri)
	for _, update := range []func(form string) received{
		func(form string) received { return a.send("PUT", uri, form) },
		func(form string) received {
			values, err := url.ParseQuery(form)
			require.NoError(t, err)
			contentType, body := multipartOf(t, values)
			return a.do(a.request("PUT", uri, contentType, body))
		},
	} {
		r := update("Title=Director&LabelsAdd=Three,One&LabelsRemove=Two&AccountsAdd=10001&AccountsRemove=10000,10009&LastName=")
		require.Equal(t, 200, r.StatusCode, "%s", r.Body)
		assert.JSONEq(t, `{"Status":"OK","Uri":"`+uri+`"}`, string(r.Body))
		want.Title, want.Labels = "Director", []string{"One", "Three"}
		want.Accounts = []gen.Account{{ID: "10001", Name: "Account 10001"}}
		assert.Equal(t, want, a.contact(uri))
	}

	r := a.send("PUT", uri, "CellphoneNumber=2")
	r.requireError(t, 400)
	assert.Equal(t, []string{"CellphoneNumberCountry"}, r.fields(), "also if the contact had one")
	r = a.send("PUT", uri, "LabelsAdd=A,B&LabelsRemove=B")
	r.requireError(t, 400)
	assert.Equal(t, []string{"LabelsAdd"}, r.fields())
	r = a.send("PUT", uri, "Title=")
	r.requireError(t, 400)
	assert.Equal(t, []wrapper.FieldError{{Message: "At least one parameter is required."}}, r.Envelope.Errors)
	r = a.send("PUT", uri, "Title=%")
	r.requireError(t, 400)
	assert.Equal(t, []string{"Title"}, r.fields())
	for _, form := range []string{"Labels=x", "Accounts=1", "_method=DELETE", "Editable=false"} {
		a.send("PUT", uri, form).requireError(t, 400)
	}
	assert.Equal(t, want, a.contact(uri), "what is refused changes nothing")
	for _, other := range []string{"2751", "M2750", "x"} {
		a.send("PUT", contacts+"/"+other, "Title=x").requireError(t, 404)
	}
	a.send("PUT", strings.Replace(uri, "1000", "7", 1), "Title=x").requireError(t, 404)
	a.send("PUT", uri, "").requireError(t, 415)
}

func TestUpdateReplacesTheImage(t *testing.T) {
	a := start(t, sandbox.Config{})
	uri := a.post(formType, valid).Envelope.Uri
	image := func() string { return string(a.get(uri + "/ProfileImage").Body) }
	upload := func(content string) received {
		return a.do(a.request("PUT", uri, multipartType, parts(text("ProfileImageFile", "i"), file("i", "i", content))))
	}
	a.get(uri+"/ProfileImage").requireError(t, 404)
	for _, content := range []string{png, jpeg} {
		require.Equal(t, 200, upload(content).StatusCode)
		assert.Equal(t, content, image())
		assert.Equal(t, uri+"/ProfileImage", a.contact(uri).ProfileImage)
	}
	r := upload("no image")
	r.requireError(t, 400)
	assert.Equal(t, []string{"ProfileImageFile"}, r.fields())
	require.Equal(t, 200, a.send("PUT", uri, "Title=x").StatusCode)
	assert.Equal(t, jpeg, image())

	require.Equal(t, 200, a.send("PUT", uri, "ProfileImageUrl=https://example.com/x.png").StatusCode)
	assert.Equal(t, "https://example.com/x.png", a.get(uri+"/ProfileImage").Header.Get("Location"))
	require.Equal(t, 200, upload(gif).StatusCode)
	assert.Equal(t, gif, image())
}

func TestDelete(t *testing.T) {
	a := start(t, sandbox.Config{})
	uri := a.post(multipartType, parts(required(text("ProfileImageFile", "i"), file("i", "i", png))...)).Envelope.Uri
	a.send("DELETE", strings.Replace(uri, "1000", "7", 1), "").requireError(t, 404)
	a.send("DELETE", uri, "Title=x").requireError(t, 400)
	r := a.send("DELETE", uri, "")
	require.Equal(t, 200, r.StatusCode)
	assert.JSONEq(t, `{"Status":"DELETED"}`, string(r.Body))
	a.send("DELETE", uri, "").requireError(t, 404)
	a.get(uri).requireError(t, 404)
	a.get(uri+"/ProfileImage").requireError(t, 404)
	a.send("PUT", uri, "Title=x").requireError(t, 404)
	assert.Empty(t, a.page("").Contacts)
	assert.Equal(t, contacts+"/2751", a.post(formType, valid).Envelope.Uri)
}

func TestSystemContactsCanHardlyBeChanged(t *testing.T) {
	store := sandbox.NewMemory()
	a := start(t, sandbox.Config{Store: store, SystemContacts: 2})
	assert.Equal(t, []string{"M2750", "M2751"}, ids(a.page("")))
	uri := contacts + "/M2750"
	contact := a.contact(uri)
	assert.Equal(t, uri, contact.URI)
	assert.False(t, *contact.Editable)
	assert.Contains(t, string(a.get(uri).Body), `"Title":null`)
	a.get(contacts+"/2750").requireError(t, 404)

	r := a.send("PUT", uri, "Title=x&FirstName=a&LabelsAdd=b&AccountsAdd=1")
	r.requireError(t, 400)
	assert.Equal(t, []string{"FirstName", "AccountsAdd"}, r.fields())
	r = a.do(a.request("PUT", uri, multipartType, parts(text("ProfileImageFile", "i"), file("i", "i", png))))
	r.requireError(t, 400)
	assert.Equal(t, []string{"ProfileImageFile"}, r.fields())
	assert.Equal(t, contact, a.contact(uri))
	require.Equal(t, 200, a.send("PUT", uri, "Title=x&LabelsAdd=b").StatusCode)
	contact.Title, contact.Labels = "x", []string{"b"}
	assert.Equal(t, contact, a.contact(uri))
	require.Equal(t, 200, a.send("PUT", uri, "LabelsRemove=b").StatusCode)

	r = a.send("DELETE", uri, "")
	r.requireError(t, 400)
	assert.Equal(t, []string{"ContactId"}, r.fields())
	assert.Equal(t, 200, a.get(uri).StatusCode)

	assert.Len(t, start(t, sandbox.Config{Store: store, SystemContacts: 3}).page("").Contacts, 3, "those that are there count")
	assert.Len(t, start(t, sandbox.Config{Store: store, SystemContacts: 1}).page("").Contacts, 3)
}

// Each operation of the contract has a route, and takes the credentials, the method and the rules seriously.
func TestEveryOperationOfTheContract(t *testing.T) {
	a := start(t, sandbox.Config{})
	for _, o := range wrapper.Operations {
		path := o.Path
		for _, field := range o.Fields {
			path = strings.ReplaceAll(path, "{"+field.Name+"}", field.Example)
		}
		path = strings.NewReplacer("{AccountSID}", sid).Replace(path)
		request := a.request(o.Method, path, "", "")
		request.Header.Del("Authorization")
		a.do(request).requireError(t, 401)
		a.do(a.request("BREW", path, "", "")).requireError(t, 405)
		r := a.do(a.request(o.Method, path+"?Unheard=of", formType, ""))
		if o.Body == nil {
			r = a.do(a.request(o.Method, path+"?Unheard=of", "", ""))
		}
		r.requireError(t, 400)
		assert.Contains(t, string(r.Body), "Unheard is not a parameter of "+o.ID)
	}
}
