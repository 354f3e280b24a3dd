package sandbox_test

import (
	"context"
	"fmt"
	"net/http/httptest"

	"example.com/contacts/sandbox"
	"example.com/contacts/wrapper"
)

// A second account, which sees nothing of the first.
func ExampleNewAccount() {
	store := sandbox.NewMemory()
	account, err := sandbox.NewAccount("IRteam", "another secret")
	if err != nil {
		panic(err)
	}
	if err := store.AddAccount(context.Background(), account); err != nil {
		panic(err)
	}
	api, err := sandbox.New(sandbox.Config{AccountSID: "IRsandbox", AuthToken: "secret", Store: store})
	if err != nil {
		panic(err)
	}
	server := httptest.NewServer(api)
	defer server.Close()

	for _, credentials := range [][2]string{{"IRsandbox", "secret"}, {"IRteam", "another secret"}} {
		client, err := wrapper.New(credentials[0], credentials[1], wrapper.WithBaseURL(server.URL))
		if err != nil {
			panic(err)
		}
		defer client.Close()
		created, err := client.CreateContact(context.Background(), 1000, wile)
		if err != nil {
			panic(err)
		}
		ids := []string{}
		for contact, err := range client.ListContacts(context.Background(), 1000, wrapper.ListContactsInput{}) {
			if err != nil {
				panic(err)
			}
			ids = append(ids, contact.ID)
		}
		fmt.Println(created.ContactID, ids)
	}
	// Output:
	// 2750 [2750]
	// 2751 [2751]
}
