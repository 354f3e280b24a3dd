package sandbox

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// contactsPage is how many contacts the control API lists at once.
const contactsPage = 25

// A contactView is a contact as the control API shows it: of any campaign, and also if the API does not list it yet.
type contactView struct {
	Account  string          `json:"account"`
	Campaign int64           `json:"campaign"`
	ID       string          `json:"id"`
	Image    bool            `json:"image"` // one was uploaded
	Contact  json.RawMessage `json:"contact"`
}

func viewContact(record *Record) (contactView, error) {
	contact, err := appendRecord(nil, record)
	if err != nil {
		return contactView{}, err
	}
	kept, err := parseObject(record.Contact)
	return contactView{record.AccountSID, record.CampaignID, string(appendID(nil, record)), kept.index(imageFile) >= 0, contact}, err
}

// listContacts responds with the newest contacts that hold a text, or have it as their id, below an id if one is given. older is what below must
// be for the next ones; 0 if there are none.
func (c *control) listContacts(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	for name, values := range query {
		if name != "text" && name != "below" || len(values) > 1 {
			respondError(w, malformed(fmt.Sprintf("The query has %q, or has it twice. It takes text=WORDS and below=ID.", displayName(name))))
			return
		}
	}
	below := int64(0)
	if query.Has("below") {
		var err error
		if below, err = strconv.ParseInt(query.Get("below"), 10, 64); err != nil || below < 1 {
			respondError(w, malformed("below must be the number of a contact."))
			return
		}
	}
	text := string(appendEscaped(nil, strings.ToLower(query.Get("text")))) // as it is in the JSON of a contact
	found, older, err := c.newest(r.Context(), callerOf(r), text, below)
	if err != nil {
		respondError(w, storeFailed(err))
		return
	}
	respondJSON(w, struct {
		Contacts []contactView `json:"contacts"`
		Older    int64         `json:"older"`
	}{found, older})
}

func (c *control) newest(ctx context.Context, account, text string, below int64) (found []contactView, older int64, err error) {
	found = []contactView{}
	last := below
	for {
		records, err := c.sandbox.store.Newest(ctx, account, last, 10*contactsPage)
		if err != nil || len(records) == 0 {
			return found, 0, err
		}
		for i := range records {
			record := &records[i]
			if !strings.Contains(strings.ToLower(record.Contact), text) && strings.ToLower(string(appendID(nil, record))) != text {
				continue
			}
			if len(found) == contactsPage {
				return found, last, nil
			}
			view, err := viewContact(record)
			if err != nil {
				return nil, 0, err
			}
			found, last = append(found, view), record.ID
		}
		last = records[len(records)-1].ID
	}
}

// findContact is the contact of a path {account}/{campaign}/{id} without a query, if the caller may see it.
func (c *control) findContact(r *http.Request) (Record, error) {
	if err := takesNoQuery(r); err != nil {
		return Record{}, err
	}
	account := r.PathValue("account")
	if caller := callerOf(r); caller != "" && caller != account {
		return Record{}, errForbidden
	}
	campaign, err := strconv.ParseInt(r.PathValue("campaign"), 10, 64)
	if err != nil {
		return Record{}, errNoContact
	}
	id, system, err := parseContactID(r.PathValue("id"))
	if err != nil {
		return Record{}, err
	}
	record, err := c.sandbox.store.Get(r.Context(), account, campaign, id)
	if err == nil && record.System != system {
		err = errNoContact
	}
	if err != nil {
		return Record{}, storeFailed(err)
	}
	return record, nil
}

func (c *control) getContact(w http.ResponseWriter, r *http.Request) {
	record, err := c.findContact(r)
	if err != nil {
		respondError(w, err)
		return
	}
	view, err := viewContact(&record)
	if err != nil {
		respondError(w, storeFailed(err))
		return
	}
	respondJSON(w, view)
}

// getContactImage responds with the image that was uploaded.
func (c *control) getContactImage(w http.ResponseWriter, r *http.Request) {
	record, err := c.findContact(r)
	if err != nil {
		respondError(w, err)
		return
	}
	release, err := c.sandbox.hold(r.Context(), c.sandbox.maxBody)
	if err != nil {
		respondError(w, err)
		return
	}
	defer release()
	content, err := c.sandbox.store.Image(r.Context(), record.AccountSID, record.CampaignID, record.ID)
	if err != nil {
		respondError(w, storeFailed(err))
		return
	}
	writeImage(w, content)
}
