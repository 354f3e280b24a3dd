package sandbox_test

import (
	"bufio"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/contacts/sandbox"
)

func TestPathsAndMethods(t *testing.T) {
	a := start(t, sandbox.Config{})
	require.Equal(t, 200, a.post(formType, valid).StatusCode)
	contact, image := contacts+"/2750", contacts+"/2750/ProfileImage"
	for _, c := range []struct {
		method, path string
		status       int
		allow        string
	}{
		{"POST", "/", 404, ""},
		{"OPTIONS", "*", 404, ""},
		{"GET", "/favicon.ico", 404, ""},
		{"GET", "/Advertisers", 404, ""},
		{"POST", "/advertisers/IRsandbox/campaigns/1000/contacts", 404, ""},
		{"POST", "/" + contacts, 404, ""},
		{"POST", contacts + "/", 404, ""},
		{"POST", "/x/.." + contacts, 404, ""},
		{"POST", "/." + contacts, 404, ""},
		{"POST", strings.Replace(contacts, "Campaigns/", "Campaigns//", 1), 404, ""},
		{"POST", strings.Replace(contacts, "IRsandbox", "", 1), 404, ""},
		{"POST", strings.Replace(contacts, "IRsandbox/", "IRsandbox%2F", 1), 404, ""},
		{"POST", strings.Replace(contacts, "1000", "abc", 1), 404, ""},
		{"POST", strings.Replace(contacts, "1000", "1e3", 1), 404, ""},
		{"POST", strings.Replace(contacts, "1000", "10.0", 1), 404, ""},
		{"POST", strings.Replace(contacts, "1000", "9223372036854775808", 1), 404, ""},
		{"GET", strings.Replace(contact, "1000", "abc", 1), 404, ""},
		{"GET", strings.Replace(image, "1000", "abc", 1), 404, ""},
		{"GET", contact + "/Nothing", 404, ""},
		{"POST", strings.Replace(contact, "1000", "abc", 1), 405, "DELETE, GET, HEAD, PUT"},
		{"DELETE", strings.Replace(contact, "1000", "abc", 1), 404, ""},
		{"PUT", strings.Replace(contact, "1000", "abc", 1), 404, ""},
		{"GET", contacts, 200, ""},
		{"HEAD", contacts, 200, ""},
		{"PUT", contacts, 405, "GET, HEAD, POST"},
		{"DELETE", contacts, 405, "GET, HEAD, POST"},
		{"PATCH", contacts, 405, "GET, HEAD, POST"},
		{"OPTIONS", contacts, 405, "GET, HEAD, POST"},
		{"CONNECT", contacts, 405, "GET, HEAD, POST"},
		{"BREW", contacts, 405, "GET, HEAD, POST"},
		{"POST", contact, 405, "DELETE, GET, HEAD, PUT"},
		{"POST", image, 405, "GET, HEAD"},
		{"GET", contact, 200, ""},
		{"HEAD", contact, 200, ""},
	} {
		t.Run(c.method+" "+c.path, func(t *testing.T) {
			r := a.raw(c.method + " " + c.path + " HTTP/1.1\r\nHost: sandbox\r\nAuthorization: Basic SVJzYW5kYm94OnNlY3JldA==\r\nContent-Length: 0\r\n\r\n")
			require.Equal(t, c.status, r.StatusCode, "%s", r.Body)
			assert.Equal(t, c.allow, r.Header.Get("Allow"))
			assert.Empty(t, r.Header.Get("Location"))
			assert.Equal(t, "application/json", r.Header.Get("Content-Type"))
			r.requireRateLimit(t)
			if c.status != 200 && c.method != "HEAD" {
				assert.Contains(t, string(r.Body), `{"Status":"ERROR","Message":"`)
			}
		})
	}
	r := a.do(a.request("POST", strings.Replace(contacts, "1000", "abc", 1), formType, valid))
	assert.Contains(t, r.Envelope.Message, "CampaignId")
}

// raw sends bytes as they are and reads one response.
func (a api) raw(request string) received {
	a.t.Helper()
	connection, err := net.Dial("tcp", a.Listener.Addr().String())
	require.NoError(a.t, err)
	defer connection.Close()
	_, err = connection.Write([]byte(request))
	require.NoError(a.t, err)
	method, _, _ := strings.Cut(request, " ")
	response, err := http.ReadResponse(bufio.NewReader(connection), &http.Request{Method: method})
	require.NoError(a.t, err)
	body := make([]byte, max(0, response.ContentLength))
	if method != "HEAD" {
		_, err = response.Body.Read(body)
		assert.True(a.t, err == nil || err.Error() == "EOF", "%v", err)
	}
	return received{Response: response, Body: body}
}

func TestQueryIsRefused(t *testing.T) {
	a := start(t, sandbox.Config{})
	for query, field := range map[string]string{
		"Title=x":              "Title",
		"_method=DELETE":       "_method",
		"%5Fmethod=PUT":        "_method",
		"FirstName=a&Unheard=": "FirstName",
		"a[9999999]=x":         "a[9999999]",
		"Tit%6ce=%zz":          "Title",
	} {
		r := a.do(a.request("POST", contacts+"?"+query, formType, valid))
		r.requireError(t, 400)
		assert.Equal(t, []string{field}, r.fields())
		a.do(a.request("GET", contacts+"/2750?"+query, "", "")).requireError(t, 400)
	}
	for _, query := range []string{"", "Title=", "&"} { // D1
		assert.Equal(t, 200, a.do(a.request("POST", contacts+"?"+query, formType, valid)).StatusCode)
	}
	a.do(a.request("POST", contacts+"?%zz=x", formType, valid)).requireError(t, 400)
	r := a.do(a.request("POST", contacts+"?"+strings.Repeat("a=b&", 40)+strings.Repeat("x", 200)+"=1", formType, valid))
	r.requireError(t, 400)
	assert.Less(t, len(r.Body), 8<<10)
}
