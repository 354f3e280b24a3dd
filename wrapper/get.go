package wrapper

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"example.com/contacts/gen"
)

// GetContact reads the contact at a Uri, as CreateContact returns it:
// /Advertisers/{AccountSID}/Campaigns/{CampaignId}/Contacts/{ContactId} (FACTS F7). A contact that names no
// Uri has this one. The error is a *RefusedError (404 if there is no such contact), a *NotSentError, an
// *UnavailableError or an *InvalidUriError.
func (c *Client) GetContact(ctx context.Context, uri string) (gen.Contact, error) {
	accountSID, campaignID, contactID, err := parseUri(uri)
	if err != nil {
		return gen.Contact{}, err
	}
	a, err := c.receive(c.api.GetContact(ctx, accountSID, campaignID, contactID))
	var doubt *InDoubtError
	if errors.As(err, &doubt) { // reading changes nothing
		return gen.Contact{}, &UnavailableError{Err: doubt.Err}
	}
	if err != nil {
		return gen.Contact{}, err
	}

	said, unreadable := decode(a)
	if a.status >= 400 && a.status < 500 {
		return gen.Contact{}, c.refused(a, said)
	}
	if a.status == http.StatusOK {
		contact, err := decodeContact(a)
		if err == nil {
			contact.Uri = cmp.Or(contact.Uri, uri)
			return contact, nil
		}
		unreadable = err
	}
	return gen.Contact{}, &UnavailableError{Reply: c.reply(a.status, said), Err: unreadable}
}

var errNoContact = errors.New("the answer is no contact")

// decodeContact reads a contact: all of it, or nothing.
func decodeContact(a answer) (gen.Contact, error) {
	if a.err != nil {
		return gen.Contact{}, a.err
	}
	var decoded struct { // as in decode
		ID, URI, FIRSTNAME, LASTNAME, EMAILADDRESS, TITLE, PROFILEIMAGE, WORKPHONENUMBERCOUNTRY, WORKPHONENUMBER,
		CELLPHONENUMBERCOUNTRY, CELLPHONENUMBER, EDITABLE, LABELS, ACCOUNTS any

		gen.Contact
		Labels   []*string
		Accounts []*struct {
			ID, NAME any
			gen.Account
		}
	}
	err := json.Unmarshal(a.body, &decoded)
	if err != nil || decoded.Id == "" || slices.Contains(decoded.Labels, nil) {
		return gen.Contact{}, errNoContact
	}
	contact := decoded.Contact
	for _, label := range decoded.Labels {
		contact.Labels = append(contact.Labels, *label)
	}
	for _, account := range decoded.Accounts {
		if account == nil || account.Id == "" {
			return gen.Contact{}, errNoContact
		}
		contact.Accounts = append(contact.Accounts, account.Account)
	}
	return contact, nil
}

var uriForm = compiled(`^/Advertisers/([^/]+)/Campaigns/(-?[0-9]+)/Contacts/([A-Za-z0-9_-]+)$`)

func parseUri(uri string) (accountSID string, campaignID int64, contactID string, err error) {
	parts := uriForm().FindStringSubmatch(uri)
	if parts == nil {
		return "", 0, "", &InvalidUriError{uri}
	}
	accountSID, err = url.PathUnescape(parts[1])
	campaignID, numErr := strconv.ParseInt(parts[2], 10, 64)
	if err != nil || numErr != nil || !isSegment(accountSID) {
		return "", 0, "", &InvalidUriError{uri}
	}
	return accountSID, campaignID, parts[3], nil
}
