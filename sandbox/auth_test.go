package sandbox_test

import (
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/contacts/sandbox"
)

// unread is a body that fails the test if it is read.
type unread struct{ t *testing.T }

func (u unread) Read([]byte) (int, error) {
	u.t.Error("the body was read")
	return 0, io.EOF
}

func TestCredentials(t *testing.T) {
	basic := func(s string) []string { return []string{"Basic " + base64.StdEncoding.EncodeToString([]byte(s))} }
	good := basic(sid + ":" + token)
	other := "/Advertisers/IRother/Campaigns/1000/Contacts"
	for _, c := range []struct {
		name          string
		authorization []string
		path          string
		status        int
	}{
		{"good", good, contacts, 200},
		{"good, scheme in lower case", []string{"basic " + good[0][len("Basic "):]}, contacts, 200},
		{"none", nil, contacts, 401},
		{"another scheme", []string{"Bearer " + token}, contacts, 401},
		{"not base64", []string{"Basic !"}, contacts, 401},
		{"no colon", basic(sid), contacts, 401},
		{"empty", basic(":"), contacts, 401},
		{"wrong token", basic(sid + ":wrong"), contacts, 401},
		{"token with more", basic(sid + ":" + token + "x"), contacts, 401},
		{"token with less", basic(sid + ":secre"), contacts, 401},
		{"token in upper case", basic(sid + ":SECRET"), contacts, 401},
		{"wrong user", basic("IRother:" + token), contacts, 401},
		{"wrong user on its own path", basic("IRother:" + token), other, 401},
		{"twice", append(good, good...), contacts, 401},
		{"another account's path", good, other, 403},
		{"another account's path, wrong token", basic(sid + ":wrong"), other, 401},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := start(t, sandbox.Config{})
			request := a.request("POST", c.path, formType, valid)
			request.Header["Authorization"] = c.authorization
			r := a.do(request)
			assert.Equal(t, c.status, r.StatusCode)
			if c.status == 200 {
				return
			}
			r.requireError(t, c.status)
			assert.Equal(t, c.status == 401, r.Header.Get("WWW-Authenticate") == `Basic realm="contacts", charset="UTF-8"`)

			for _, path := range []string{c.path + "/2750", c.path + "/2750/ProfileImage"} {
				request = a.request("GET", path, "", "")
				request.Header["Authorization"] = c.authorization
				a.do(request).requireError(t, c.status)
			}
		})
	}
}

func TestNothingOfABodyIsReadWithoutCredentials(t *testing.T) {
	handler, err := sandbox.New(sandbox.Config{AccountSID: sid, AuthToken: token})
	require.NoError(t, err)
	for _, authorized := range []bool{false, true} {
		request, err := http.NewRequest("POST", "http://sandbox/Advertisers/IRother/Campaigns/1000/Contacts", unread{t})
		require.NoError(t, err)
		request.Header.Set("Content-Type", formType)
		if authorized {
			request.SetBasicAuth(sid, token)
		}
		recorder := &discard{header: http.Header{}}
		handler.ServeHTTP(recorder, request)
		assert.Equal(t, map[bool]int{false: 401, true: 403}[authorized], recorder.status)
	}
}

// discard is a ResponseWriter whose connection is gone.
type discard struct {
	header http.Header
	status int
}

func (d *discard) Header() http.Header       { return d.header }
func (d *discard) WriteHeader(status int)    { d.status = status }
func (d *discard) Write([]byte) (int, error) { return 0, errors.New("the connection is gone") }
