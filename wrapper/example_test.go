package wrapper_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"time"

	"example.com/contacts/wrapper"
)

// api stands in for the API, so that the examples run. A program leaves WithBaseURL out.
func api() *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		const uri = "/Advertisers/IRsandbox/Campaigns/1000/Contacts"
		contact := map[string]any{"Id": "2750", "FirstName": "Wile", "LastName": "Coyote", "Labels": []string{"Main Contact"}}
		response := map[string]any{"Status": "OK", "Uri": uri + "/2750"}
		switch {
		case r.Method == http.MethodDelete:
			response = map[string]any{"Status": "DELETED"}
		case r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/ProfileImage"):
			w.Header().Set("Content-Type", "image/png")
			w.Write(pixel)
			return
		case r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/Contacts"):
			response = map[string]any{"Contacts": []any{contact}, "@numpages": "2"}
		case r.Method == http.MethodGet:
			response = contact
		}
		w.Header().Set("X-RateLimit-Remaining", "998")
		json.NewEncoder(w).Encode(response)
	}))
}

func Example() {
	server := api()
	defer server.Close()

	client, err := wrapper.New("IRsandbox", "secret", wrapper.WithBaseURL(server.URL))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.Close()
	created, err := client.CreateContact(context.Background(), 1000, wrapper.CreateContactInput{
		FirstName:              "Wile",
		LastName:               "Coyote",
		EmailAddress:           "wile.coyote@example.com",
		Accounts:               []string{"10000"},
		WorkPhoneNumber:        "8051234567",
		WorkPhoneNumberCountry: "US",
		Labels:                 []string{"Main Contact"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	contact, err := client.GetContact(context.Background(), 1000, created.ContactID)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(contact.FirstName, contact.LastName, contact.Labels)
	// Output: Wile Coyote [Main Contact]
}

func ExampleClient_ListContacts() {
	server := api()
	defer server.Close()
	client, err := wrapper.New("IRsandbox", "secret", wrapper.WithBaseURL(server.URL))
	if err != nil {
		fmt.Println(err)
		return
	}
	for contact, err := range client.ListContacts(context.Background(), 1000, wrapper.ListContactsInput{PageSize: new(int64(1))}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(contact.ID)
	}
	// Output:
	// 2750
	// 2750
}

func ExampleClient_UpdateContact() {
	server := api()
	defer server.Close()
	client, err := wrapper.New("IRsandbox", "secret", wrapper.WithBaseURL(server.URL))
	if err != nil {
		fmt.Println(err)
		return
	}
	// Whatever becomes of an attempt, the update may be sent again: for up to ten seconds in all.
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	updated, err := client.UpdateContact(ctx, 1000, "2750", wrapper.UpdateContactInput{LabelsAdd: []string{"Priority"}}, wrapper.WithRetries(5))
	fmt.Println(updated.Status, err)
	// Output: OK <nil>
}

func ExampleByteStream_SaveTo() {
	server := api()
	defer server.Close()
	folder, _ := os.MkdirTemp("", "example")
	defer os.RemoveAll(folder)
	client, err := wrapper.New("IRsandbox", "secret", wrapper.WithBaseURL(server.URL))
	if err != nil {
		fmt.Println(err)
		return
	}
	image, err := client.GetProfileImage(context.Background(), 1000, "2750")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(image.ContentType, image.Length)
	fmt.Println(image.SaveTo(filepath.Join(folder, "wile.png")))
	// Output:
	// image/png 67
	// <nil>
}

func ExampleWithInfo() {
	server := api()
	defer server.Close()
	client, err := wrapper.New("IRsandbox", "secret", wrapper.WithBaseURL(server.URL))
	if err != nil {
		fmt.Println(err)
		return
	}
	var info wrapper.ResponseInfo
	_, err = client.DeleteContact(context.Background(), 1000, "2750", wrapper.WithInfo(&info))
	fmt.Println(err, info.Outcome, info.Status, *info.Remaining)
	// Output: <nil> deleted 200 998
}

func ExampleFileFromPath() {
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
	created, err := client.CreateContact(context.Background(), 1000, wrapper.CreateContactInput{
		FirstName:        "Wile",
		LastName:         "Coyote",
		EmailAddress:     "wile.coyote@example.com",
		Accounts:         []string{"10000"},
		ProfileImageFile: wrapper.FileFromPath(path),
	})
	fmt.Println(created.ContactID, err)
	// Output: 2750 <nil>
}

func ExampleFileFromOpener() {
	server := api()
	defer server.Close()
	client, err := wrapper.New("IRsandbox", "secret", wrapper.WithBaseURL(server.URL))
	if err != nil {
		fmt.Println(err)
		return
	}

	// An image that is not a file, such as an object in a store. It is opened for the check, and for each
	// attempt to send it.
	open := func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(pixel)), nil }
	created, err := client.CreateContact(context.Background(), 1000, wrapper.CreateContactInput{
		FirstName:        "Wile",
		LastName:         "Coyote",
		EmailAddress:     "wile.coyote@example.com",
		Accounts:         []string{"10000"},
		ProfileImageFile: wrapper.FileFromOpener(open, int64(len(pixel))).Named("wile.png"),
	})
	fmt.Println(created.ContactID, err)
	// Output: 2750 <nil>
}

func ExampleCreateContactInput_Validate() {
	input := wrapper.CreateContactInput{
		FirstName:       "Wile",
		EmailAddress:    "wile.coyote",
		Accounts:        []string{"10000", "10,001"},
		WorkPhoneNumber: "8051234567",
	}
	for _, violation := range input.Validate() {
		fmt.Printf("%-24s%s\n", violation.Field, violation.Rule)
	}
	// Output:
	// LastName                required
	// EmailAddress            format
	// Accounts                list_item
	// WorkPhoneNumberCountry  required_with
}

func ExampleParseDraft() {
	draft, violations, err := wrapper.ParseDraft([]byte(`{"FirstName": "Wile", "LastName": 5, "FrstName": "Willy"}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, violation := range append(violations, wrapper.OperationByID("createContact").CheckDraft(nil, draft)...) {
		fmt.Println(violation.Message)
	}
	// Output:
	// LastName must be text.
	// EmailAddress is required.
	// Accounts is required.
	// FrstName is not a parameter of createContact.
}

func ExampleClient_Call() {
	server := api()
	defer server.Close()
	client, err := wrapper.New("IRsandbox", "secret", wrapper.WithBaseURL(server.URL))
	if err != nil {
		fmt.Println(err)
		return
	}
	// For programs that know operations by name only. The response has the type of the method GetContact.
	response, err := client.Call(context.Background(), "getContact", wrapper.Draft{"CampaignId": 1000, "ContactId": "2750"}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(response.(wrapper.Contact).LastName)
	// Output: Coyote
}

// What to do after each outcome.
func ExampleError() {
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
	created, err := client.CreateContact(context.Background(), 1000, wrapper.CreateContactInput{
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
		fmt.Println("created:", created.URI)
	case errors.As(err, &invalid):
		fmt.Println("change it:", invalid.Violations)
	case errors.As(err, &notSent):
		fmt.Println("send it again:", notSent.Err)
	case errors.As(err, &refused) && refused.RetryAfter > 0:
		fmt.Println("send it again in", refused.RetryAfter)
	case errors.As(err, &refused):
		fmt.Println("change it:", refused.Message, refused.Errors)
	case errors.As(err, &queued):
		fmt.Println("it will be created:", queued.Body.(wrapper.CreatedContact).QueuedURI)
	case errors.As(err, &inDoubt):
		fmt.Println("look whether it is there before you send it again:", inDoubt)
	}
	// Output: send it again in 10m0s
}

func ExampleWithHTTPClient() {
	server := api()
	defer server.Close()

	// A transport of one's own, for tracing, say, or another pool of connections.
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
	deleted, err := client.DeleteContact(context.Background(), 1000, "2750")
	fmt.Println(deleted.Status, err)
	// Output: DELETED <nil>
}

// pixel is a PNG image of one pixel.
var pixel = []byte("\x89PNG\r\n\x1a\n" +
	"\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x00\x00\x00\x00\x3a\x7e\x9b\x55" +
	"\x00\x00\x00\nIDAT\x78\x9c\x63\x60\x00\x00\x00\x02\x00\x01\x48\xaf\xa4\x71" +
	"\x00\x00\x00\x00IEND\xae\x42\x60\x82")
