package sandbox_test

import (
	"context"
	"fmt"
	"net/http/httptest"

	"example.com/contacts/sandbox"
	"example.com/contacts/wrapper"
)

// A test of your own sees what its program does when a create is carried out and its response is lost.
func ExampleSandbox_SetFaults() {
	api, err := sandbox.New(sandbox.Config{AccountSID: "IRsandbox", AuthToken: "secret"})
	if err != nil {
		panic(err)
	}
	server := httptest.NewServer(api)
	defer server.Close()
	client, err := wrapper.New("IRsandbox", "secret", wrapper.WithBaseURL(server.URL))
	if err != nil {
		panic(err)
	}
	defer client.Close()

	if err := api.SetFaults("drop=after-commit; times=1"); err != nil {
		panic(err)
	}
	_, err = client.CreateContact(context.Background(), 1000, wrapper.CreateContactInput{
		FirstName: "Wile", LastName: "Coyote", EmailAddress: "wile.coyote@example.com", Accounts: []string{"10000"},
	})
	fmt.Println(wrapper.OutcomeOf(err))
	for contact, err := range client.ListContacts(context.Background(), 1000, wrapper.ListContactsInput{}) {
		fmt.Println(contact.ID, err)
	}
	// Output:
	// in_doubt
	// 2750 <nil>
}
