package sandbox_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/contacts/sandbox"
)

func TestFormIsStrict(t *testing.T) {
	a := start(t, sandbox.Config{})
	many := strings.Builder{}
	for i := range 201 {
		many.WriteString("&p" + strconv.Itoa(i) + "=1")
	}
	for _, c := range []struct {
		name, body string
		fields     []string // at fault
		says       string
	}{
		{"% at the end", valid + "&Title=100%", []string{"Title"}, "%25"},
		{"% and one digit", valid + "&Title=%4", []string{"Title"}, "%25"},
		{"% and no digits", valid + "&Title=%zz", []string{"Title"}, "%25"},
		{"% in a name", valid + "&Ti%tle=x", nil, "%25"},
		{"two bad escapes", "FirstName=%&LastName=%&EmailAddress=a@b&Accounts=1", []string{"FirstName", "LastName"}, "%25"},
		{"semicolon", valid + "&Title=a;b", []string{"Title"}, "%3B"},
		{"semicolon in a name", valid + "&a;b=c", nil, "%3B"},
		{"not UTF-8, escaped", valid + "&Title=%ff", []string{"Title"}, "Unicode"},
		{"not UTF-8, as it is", valid + "&Title=\xff", []string{"Title"}, "Unicode"},
		{"name not UTF-8", valid + "&%ff=x", []string{"\uFFFD"}, "not a parameter"},
		{"repeated", valid + "&FirstName=x", []string{"FirstName"}, "more than once"},
		{"repeated thrice", valid + "&FirstName=x&FirstName=y", []string{"FirstName"}, "more than once"},
		{"repeated, the same value", valid + "&LastName=Coyote", []string{"LastName"}, "more than once"},
		{"repeated list", valid + "&Accounts=10001", []string{"Accounts"}, "separated by"},
		{"repeated, escaped name", valid + "&First%4eame=x", []string{"FirstName"}, "more than once"},
		{"unknown", valid + "&Tittle=x", []string{"Tittle"}, "not a parameter"},
		{"unknown in another case", valid + "&title=x", []string{"title"}, "not a parameter"},
		{"unknown without a value, beside one", valid + "&Nothing=&Something=1", []string{"Something"}, "not a parameter"},
		{"name with a blank", valid + "&+Title=x", []string{" Title"}, "not a parameter"},
		{"_method", valid + "&_method=PUT", []string{"_method"}, "not a parameter"},
		{"_method, escaped", valid + "&%5fmethod=DELETE", []string{"_method"}, "not a parameter"},
		{"_x", valid + "&_x=1", []string{"_x"}, "not a parameter"},
		{"a[", valid + "&a[=1&Accounts[0]=2&FirstName[]=3", []string{"Accounts[0]", "FirstName[]", "a["}, "not a parameter"},
		{"no name", valid + "&=x", []string{""}, "without a name"},
		{"ProfileImageFile", valid + "&ProfileImageFile=image.png", []string{"ProfileImageFile"}, "multipart/form-data"},
		{"long name", valid + "&" + strings.Repeat("n", 2000) + "=x", []string{strings.Repeat("n", 100) + "…"}, "not a parameter"},
		{"too many", valid + many.String(), nil, "200"},
		{"too many empty ones", strings.Repeat("&", 200) + valid, nil, "200"},
		{"text over 64 KiB", valid + "&Title=" + strings.Repeat("x", 64<<10), nil, "64 KiB"},
		{"JSON", `{"FirstName":"Wile"}`, nil, ""},
		{"nothing", "", []string{"FirstName", "LastName", "EmailAddress", "Accounts"}, "required"},
		{"all at once, in the contract's order", "x=1&Labels=%&FirstName=a&FirstName=b&WorkPhoneNumber=1",
			[]string{"FirstName", "LastName", "EmailAddress", "Accounts", "WorkPhoneNumberCountry", "Labels", "x"}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := a.post(formType, c.body)
			r.requireError(t, 400)
			if c.fields != nil {
				assert.Equal(t, c.fields, r.fields())
			}
			assert.Contains(t, string(r.Body), c.says)
			assert.Less(t, len(r.Body), 16<<10)
		})
	}
	assert.Equal(t, contacts+"/2750", a.post(formType, valid).Envelope.Uri, "none of them was created, and the server lives on")
}

func TestFormIsRead(t *testing.T) {
	a := start(t, sandbox.Config{})
	for escaped, title := range map[string]string{
		"a+b":                   "a b",
		"a%20b":                 "a b",
		"a b":                   "a b",
		"%2B+~*%26%3D%25%3B%2c": "+ ~*&=%;,",
		"a=b==c":                "a=b==c",
		"Zoë":                   "Zoë",
		"Zo%c3%ab":              "Zoë",
		"%F0%9D%84%9E":          "𝄞",
		"%22%5C%0A%00":          "\"\\\n\x00",
		"%3Cb%3E\u2028":         "<b>\u2028",
	} {
		r := a.post(formType, "&"+valid+"&&Title="+escaped+"&ProfileImageFile=&Labels")
		require.Equal(t, 200, r.StatusCode, "%s: %s", escaped, r.Body)
		assert.Equal(t, title, a.contact(r.Envelope.Uri).Title)
	}
}

func TestContentTypes(t *testing.T) {
	a := start(t, sandbox.Config{})
	const proper = "multipart/form-data; boundary=b"
	for _, c := range []struct {
		name         string
		contentTypes []string
		status       int
	}{
		{"form", []string{formType}, 200},
		{"form, in another case", []string{"Application/X-WWW-Form-URLEncoded"}, 200},
		{"form, charset", []string{formType + "; charset=UTF-8"}, 200},
		{"form, charset in quotes", []string{formType + `;charset="utf-8"`}, 200},
		{"form, another charset", []string{formType + "; charset=iso-8859-1"}, 415},
		{"form, charset twice", []string{formType + "; charset=utf-8; charset=utf-8"}, 400},
		{"form, cannot be read", []string{formType + "; charset"}, 400},
		{"two headers", []string{formType, formType}, 400},
		{"two in one", []string{formType + ", text/plain"}, 415},
		{"none", nil, 415},
		{"empty", []string{""}, 415},
		{"JSON", []string{"application/json"}, 415},
		{"text", []string{"text/plain"}, 415},
		{"nonsense", []string{";;"}, 415},
		{"nearly", []string{formType + "x"}, 415},
		{"multipart/mixed", []string{"multipart/mixed; boundary=b"}, 415},
		{"multipart, the body is a form", []string{proper}, 400},
		{"multipart, no boundary", []string{"multipart/form-data"}, 400},
		{"multipart, empty boundary", []string{`multipart/form-data; boundary=""`}, 400},
		{"multipart, the boundary twice", []string{proper + "; boundary=b"}, 400},
		{"multipart, two boundaries", []string{proper + "; boundary=c"}, 400},
		{"multipart, long boundary", []string{"multipart/form-data; boundary=" + strings.Repeat("b", 71)}, 400},
		{"multipart, boundary not allowed", []string{`multipart/form-data; boundary="b<"`}, 400},
		{"multipart, boundary ends with a blank", []string{`multipart/form-data; boundary="b "`}, 400},
	} {
		t.Run(c.name, func(t *testing.T) {
			request := a.request("POST", contacts, "", valid)
			request.Header["Content-Type"] = c.contentTypes
			r := a.do(request)
			assert.Equal(t, c.status, r.StatusCode, "%s", r.Body)
			if c.status != 200 {
				r.requireError(t, c.status)
			}
		})
	}
	request := a.request("POST", contacts, formType, valid)
	request.Header.Set("Content-Encoding", "gzip")
	a.do(request).requireError(t, 415)
}
