package sandbox_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"

	"example.com/contacts/sandbox"
)

// A test of your own mounts the API in httptest.
func ExampleNew() {
	api, err := sandbox.New(sandbox.Config{AccountSID: "IRsandbox", AuthToken: "secret"})
	if err != nil {
		panic(err)
	}
	server := httptest.NewServer(api)
	defer server.Close()

	form := url.Values{
		"FirstName":    {"Wile"},
		"LastName":     {"Coyote"},
		"EmailAddress": {"wile.coyote@example.com"},
		"Accounts":     {"10000"},
	}
	request, err := http.NewRequest("POST", server.URL+"/Advertisers/IRsandbox/Campaigns/1000/Contacts", strings.NewReader(form.Encode()))
	if err != nil {
		panic(err)
	}
	request.SetBasicAuth("IRsandbox", "secret")
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		panic(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		panic(err)
	}
	fmt.Println(response.StatusCode, string(body))
	// Output: 200 {"Status":"OK","Uri":"/Advertisers/IRsandbox/Campaigns/1000/Contacts/2750"}
}
