package wrapper

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"

	"example.com/contacts/gen"
)

// GetContact reads the contact at a Uri, as CreateContact returns it:
// /Advertisers/{AccountSID}/Campaigns/{CampaignId}/Contacts/{ContactId} (FACTS F7). A contact that names no
// Uri has this one. The error is a
// *RefusedError (404 if there is no such contact), a *NotSentError, an *UnavailableError or an
// *InvalidUriError.
func (c *Client) GetContact(ctx context.Context, uri string) (gen.Contact, error) {
	accountSID, campaignID, contactID, err := parseUri(uri)
	if err != nil {
		return gen.Contact{}, err
	}
	a, err := c.exchange(ctx, c.timeout, func(ctx context.Context) (*http.Response, error) {
		return c.api.GetContact(ctx, accountSID, campaignID, contactID)
	})
	var doubt *InDoubtError
	if errors.As(err, &doubt) { // reading changes nothing
		return gen.Contact{}, &UnavailableError{Err: doubt.Err}
	}
	if err != nil {
		return gen.Contact{}, err
	}

	var found struct {
		// As in decode: names are compared to the letter.
		ID, URI, FIRSTNAME, LASTNAME, EMAILADDRESS, TITLE, PROFILEIMAGE, WORKPHONENUMBERCOUNTRY, WORKPHONENUMBER,
		CELLPHONENUMBERCOUNTRY, CELLPHONENUMBER, EDITABLE, LABELS, ACCOUNTS any

		gen.Contact
	}
	if a.status == http.StatusOK && a.err == nil && json.Unmarshal(a.body, &found) == nil && hasIds(found.Contact) {
		found.Uri = cmp.Or(found.Uri, uri)
		return found.Contact, nil
	}
	decoded, err := decode(a)
	if a.status >= 400 && a.status < 500 {
		return gen.Contact{}, c.refused(a, decoded)
	}
	return gen.Contact{}, &UnavailableError{Reply: c.reply(a.status, decoded), Err: err}
}

func hasIds(contact gen.Contact) bool {
	return contact.Id != "" && !slices.ContainsFunc(contact.Accounts, func(a gen.Account) bool { return a.Id == "" })
}

var uriForm = regexp.MustCompile(`^/Advertisers/([^/]+)/Campaigns/(-?[0-9]+)/Contacts/([A-Za-z0-9_-]+)$`)

func parseUri(uri string) (accountSID string, campaignID int64, contactID string, err error) {
	parts := uriForm.FindStringSubmatch(uri)
	if parts == nil {
		return "", 0, "", &InvalidUriError{uri}
	}
	accountSID, err = url.PathUnescape(parts[1])
	campaignID, tooLarge := strconv.ParseInt(parts[2], 10, 64)
	if err != nil || tooLarge != nil || !isSegment(accountSID) {
		return "", 0, "", &InvalidUriError{uri}
	}
	return accountSID, campaignID, parts[3], nil
}
