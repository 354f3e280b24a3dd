package sandbox

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/contacts/wrapper"
)

// What the sandbox does by hand, the contract has.
func TestBehavioursAreOperations(t *testing.T) {
	s, err := New(Config{AccountSID: "IRsandbox", AuthToken: "secret"})
	require.NoError(t, err)
	for id := range s.behaviours {
		assert.NotNil(t, wrapper.OperationByID(id), id)
	}
}

// An operation that the sandbox does not know responds by the contract's example, once its parameters are right.
func TestUnknownOperationsRespondByExample(t *testing.T) {
	s, err := New(Config{AccountSID: "IRsandbox", AuthToken: "secret"})
	require.NoError(t, err)
	clear(s.behaviours)
	for _, o := range wrapper.Operations {
		form, path := "", strings.ReplaceAll(o.Path, "{AccountSID}", "IRsandbox")
		for _, field := range o.Fields {
			path = strings.ReplaceAll(path, "{"+field.Name+"}", field.Example)
			if field.In == wrapper.InBody && field.Required {
				form += "&" + field.Name + "=" + field.Example
			}
		}
		if o.NotEmpty != nil {
			form += "&Title=x"
		}
		send := func(form string) *httptest.ResponseRecorder {
			request := httptest.NewRequest(o.Method, path, strings.NewReader(form))
			request.SetBasicAuth("IRsandbox", "secret")
			request.Header.Set("Content-Type", formType)
			recorder := httptest.NewRecorder()
			s.ServeHTTP(recorder, request)
			return recorder
		}
		response := send(form)
		if o.Response.Bytes {
			assert.Equal(t, 501, response.Code, "there is no example")
			continue
		}
		assert.Equal(t, 200, response.Code, "%s: %s", o.ID, response.Body)
		assert.NotContains(t, response.Body.String(), "<AccountSID>")
		if o.ID == "createContact" {
			assert.JSONEq(t, `{"Status":"OK","Uri":"/Advertisers/IRsandbox/Campaigns/1000/Contacts/2750"}`, response.Body.String())
		}
		if o.Body != nil {
			assert.Equal(t, 400, send(form+"&Unheard=of").Code)
		}
	}
}

func TestExamplesKeepTheirTypes(t *testing.T) {
	status, contentType, example, err := exampleOf("GET", wrapper.OperationByID("getContact").Path)
	require.NoError(t, err)
	assert.Equal(t, 200, status)
	assert.Equal(t, "application/json", contentType)
	assert.True(t, strings.HasPrefix(example, `{"Id":"2750",`), example)
	assert.Contains(t, example, `"Editable":true`)
}
