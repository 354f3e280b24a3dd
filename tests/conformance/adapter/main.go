// Command adapter speaks the runner's protocol for the Go client; see tests/vectors/README.md.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"

	"example.com/contacts/gen"
	"example.com/contacts/wrapper"
)

type request struct {
	ID         string `json:"id"`
	Call       string `json:"call"`
	BaseURL    string `json:"baseUrl"`
	AccountSID string `json:"accountSid"`
	AuthToken  string `json:"authToken"`
	CampaignID string `json:"campaignId"`
	URI        string `json:"uri"`
	Options    struct {
		MaxRetries int `json:"maxRetries"`
		TimeoutMs  int `json:"timeoutMs"`
	} `json:"options"`
	Contact contact `json:"contact"`
}

// A contact is a wrapper.Contact, but for the form of its image file.
type contact struct {
	FirstName, LastName, EmailAddress       string
	Accounts                                []string
	Title, ProfileImageUrl                  string
	ProfileImageFile                        *struct{ Path, Name string }
	WorkPhoneNumber, WorkPhoneNumberCountry string
	CellphoneNumber, CellphoneNumberCountry string
	Labels                                  []string
}

type response struct {
	ID         string               `json:"id"`
	Outcome    string               `json:"outcome"`
	Violations []wrapper.Violation  `json:"violations,omitempty"`
	Status     int                  `json:"status,omitempty"`
	Message    string               `json:"message,omitempty"`
	Errors     []wrapper.FieldError `json:"errors,omitempty"`
	WaitMs     int64                `json:"waitMs,omitempty"`
	URI        string               `json:"uri,omitempty"`
	ContactID  string               `json:"contactId,omitempty"`
	Contact    *gen.Contact         `json:"contact,omitempty"`
	Printed    string               `json:"printed"`
}

func main() {
	clients := map[string]*wrapper.Client{}
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 16<<20)
	out := json.NewEncoder(os.Stdout)
	for in.Scan() {
		var r request
		if err := json.Unmarshal(in.Bytes(), &r); err != nil {
			fmt.Fprintln(os.Stderr, "adapter:", err)
			os.Exit(1)
		}
		key := fmt.Sprint(r.BaseURL, r.AccountSID, r.AuthToken, r.Options)
		client, err := clients[key], error(nil)
		if client == nil {
			client, err = wrapper.New(r.AccountSID, r.AuthToken, wrapper.WithBaseURL(r.BaseURL),
				wrapper.WithRetries(r.Options.MaxRetries), wrapper.WithTimeout(time.Duration(r.Options.TimeoutMs)*time.Millisecond))
			clients[key] = client
		}
		answer := response{Outcome: "misconfigured"}
		if err == nil {
			answer, err = perform(client, r)
		}
		answer.ID = r.ID
		printedError, _ := json.Marshal(err)
		answer.Printed = fmt.Sprintf("%v %+v %#v %v %+v %#v %s", client, client, client, err, err, err, printedError)
		if err := out.Encode(answer); err != nil {
			fmt.Fprintln(os.Stderr, "adapter:", err)
			os.Exit(1)
		}
	}
}

func perform(client *wrapper.Client, r request) (response, error) {
	campaign, err := strconv.ParseInt(r.CampaignID, 10, 64)
	if err != nil {
		return response{Outcome: "misconfigured"}, err
	}
	switch r.Call {
	case "validate":
		c := r.Contact.wrap()
		if err := c.Validate(); err != nil {
			return report(err), err
		}
		return response{Outcome: "valid"}, nil
	case "get":
		found, err := client.GetContact(context.Background(), r.URI)
		if err != nil {
			return report(err), err
		}
		return response{Outcome: "found", Contact: &found}, nil
	default:
		created, err := client.CreateContact(context.Background(), campaign, r.Contact.wrap())
		answer := report(err)
		answer.URI += created.Uri
		answer.ContactID = created.Id
		return answer, err
	}
}

func (c *contact) wrap() wrapper.Contact {
	out := wrapper.Contact{
		FirstName: c.FirstName, LastName: c.LastName, EmailAddress: c.EmailAddress, Accounts: c.Accounts,
		Title: c.Title, ProfileImageUrl: c.ProfileImageUrl,
		WorkPhoneNumber: c.WorkPhoneNumber, WorkPhoneNumberCountry: wrapper.CountryCode(c.WorkPhoneNumberCountry),
		CellphoneNumber: c.CellphoneNumber, CellphoneNumberCountry: wrapper.CountryCode(c.CellphoneNumberCountry),
		Labels: c.Labels,
	}
	if c.ProfileImageFile != nil {
		out.ProfileImageFile = wrapper.ImageFromPath(c.ProfileImageFile.Path)
		if c.ProfileImageFile.Name != "" {
			out.ProfileImageFile = out.ProfileImageFile.Named(c.ProfileImageFile.Name)
		}
	}
	return out
}

func report(err error) response {
	answer := response{Outcome: string(wrapper.OutcomeOf(err))}
	var reply wrapper.Reply
	var invalid *wrapper.InvalidError
	var queued *wrapper.QueuedError
	var refused *wrapper.RefusedError
	var doubt *wrapper.InDoubtError
	var unavailable *wrapper.UnavailableError
	var invalidUri *wrapper.InvalidUriError
	switch {
	case errors.As(err, &invalid):
		answer.Violations = invalid.Violations
	case errors.As(err, &queued):
		answer.URI = queued.QueuedUri
	case errors.As(err, &refused):
		reply = refused.Reply
		answer.WaitMs = refused.RetryAfter.Milliseconds()
	case errors.As(err, &doubt):
		reply = doubt.Reply
	case errors.As(err, &invalidUri):
		answer.Outcome = "misconfigured"
	case errors.As(err, &unavailable):
		answer.Outcome, reply = "failed", unavailable.Reply
	}
	answer.Status, answer.Message, answer.Errors = reply.Status, reply.Message, reply.Errors
	return answer
}
