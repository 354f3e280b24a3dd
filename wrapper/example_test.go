package wrapper_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"time"

	"example.com/contacts/sandbox"
	"example.com/contacts/wrapper"
)

// api is the API in this process, so that the examples run. A program leaves WithBaseURL out.
func api() *httptest.Server {
	handler, err := sandbox.New(sandbox.Config{AccountSID: "IRsandbox", AuthToken: "secret"})
	if err != nil {
		panic(err)
	}
	return httptest.NewServer(handler)
}

func Example() {
	server := api()
	defer server.Close()

	client, err := wrapper.New("IRsandbox", "secret", wrapper.WithBaseURL(server.URL))
	if err != nil {
		fmt.Println(err)
		return
	}
	created, err := client.CreateContact(context.Background(), 1000, wrapper.Contact{
		FirstName:              "Wile",
		LastName:               "Coyote",
		EmailAddress:           "wile.coyote@example.com",
		Accounts:               []string{"10000"},
		Title:                  "Acme Partner Manager",
		WorkPhoneNumber:        "8051234567",
		WorkPhoneNumberCountry: "US",
		Labels:                 []string{"Main Contact", "Acme Partner"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	contact, err := client.GetContact(context.Background(), created.Uri)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(contact.FirstName, contact.LastName, contact.Labels)
	// Output: Wile Coyote [Main Contact Acme Partner]
}

func ExampleImageFromPath() {
	server := api()
	defer server.Close()
	folder, _ := os.MkdirTemp("", "example")
	defer os.RemoveAll(folder)
	path := filepath.Join(folder, "wile.png")
	os.WriteFile(path, pixel, 0o600)

	client, err := wrapper.New("IRsandbox", "secret", wrapper.WithBaseURL(server.URL))
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = client.CreateContact(context.Background(), 1000, wrapper.Contact{
		FirstName:        "Wile",
		LastName:         "Coyote",
		EmailAddress:     "wile.coyote@example.com",
		Accounts:         []string{"10000"},
		ProfileImageFile: wrapper.ImageFromPath(path),
	})
	fmt.Println(wrapper.OutcomeOf(err))
	// Output: created
}

func ExampleImageFromOpener() {
	server := api()
	defer server.Close()
	client, err := wrapper.New("IRsandbox", "secret", wrapper.WithBaseURL(server.URL))
	if err != nil {
		fmt.Println(err)
		return
	}

	// An image that is not a file, such as an object in a store: it is opened once for the check and once
	// for each attempt to send it.
	open := func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(pixel)), nil }
	_, err = client.CreateContact(context.Background(), 1000, wrapper.Contact{
		FirstName:        "Wile",
		LastName:         "Coyote",
		EmailAddress:     "wile.coyote@example.com",
		Accounts:         []string{"10000"},
		ProfileImageFile: wrapper.ImageFromOpener(open, int64(len(pixel))).Named("wile.png"),
	})
	fmt.Println(wrapper.OutcomeOf(err))
	// Output: created
}

func ExampleContact_Validate() {
	contact := wrapper.Contact{
		FirstName:       "Wile",
		EmailAddress:    "wile.coyote",
		Accounts:        []string{"10000", "10,001"},
		WorkPhoneNumber: "8051234567",
	}
	var invalid *wrapper.InvalidError
	if errors.As(contact.Validate(), &invalid) {
		for _, violation := range invalid.Violations {
			fmt.Printf("%-24s%s\n", violation.Field, violation.Rule)
		}
	}
	// Output:
	// LastName                required
	// EmailAddress            format
	// Accounts                list_item
	// WorkPhoneNumberCountry  required_with
}

func ExampleClient_CreateContact_outcomes() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "600")
		w.WriteHeader(http.StatusTooManyRequests)
		io.WriteString(w, `{"Status": "ERROR", "Message": "The limit of 1000 requests an hour is used up."}`)
	}))
	defer server.Close()
	client, err := wrapper.New("IRsandbox", "secret", wrapper.WithBaseURL(server.URL))
	if err != nil {
		fmt.Println(err)
		return
	}
	created, err := client.CreateContact(context.Background(), 1000, wrapper.Contact{
		FirstName: "Wile", LastName: "Coyote", EmailAddress: "wile.coyote@example.com", Accounts: []string{"10000"},
	})

	var (
		invalid *wrapper.InvalidError
		notSent *wrapper.NotSentError
		refused *wrapper.RefusedError
		queued  *wrapper.QueuedError
		inDoubt *wrapper.InDoubtError
	)
	switch {
	case err == nil:
		fmt.Println("created:", created.Uri)
	case errors.As(err, &invalid):
		fmt.Println("change it:", invalid.Violations)
	case errors.As(err, &notSent):
		fmt.Println("send it again:", notSent.Err)
	case errors.As(err, &refused) && refused.RetryAfter > 0:
		fmt.Println("send it again in", refused.RetryAfter)
	case errors.As(err, &refused):
		fmt.Println("change it:", refused.Message, refused.Errors)
	case errors.As(err, &queued):
		fmt.Println("it will be created:", queued.QueuedUri)
	case errors.As(err, &inDoubt):
		fmt.Println("look whether it is there before you send it again:", inDoubt)
	}
	// Output: send it again in 10m0s
}

func ExampleWithHTTPClient() {
	server := api()
	defer server.Close()

	// A transport of one's own, for a proxy, say, or another pool of connections.
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = 64
	client, err := wrapper.New("IRsandbox", "secret",
		wrapper.WithBaseURL(server.URL),
		wrapper.WithHTTPClient(&http.Client{Transport: transport}),
		wrapper.WithTimeout(30*time.Second))
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = client.CreateContact(context.Background(), 1000, wrapper.Contact{
		FirstName: "Wile", LastName: "Coyote", EmailAddress: "wile.coyote@example.com", Accounts: []string{"10000"},
	})
	fmt.Println(wrapper.OutcomeOf(err))
	// Output: created
}

// pixel is a PNG image of one pixel.
var pixel = []byte("\x89PNG\r\n\x1a\n" +
	"\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x00\x00\x00\x00\x3a\x7e\x9b\x55" +
	"\x00\x00\x00\nIDAT\x78\x9c\x63\x60\x00\x00\x00\x02\x00\x01\x48\xaf\xa4\x71" +
	"\x00\x00\x00\x00IEND\xae\x42\x60\x82")
