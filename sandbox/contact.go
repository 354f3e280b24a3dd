package sandbox

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"

	"example.com/contacts/gen"
)

// find reads a contact from the store.
func (s *Sandbox) find(r *http.Request, accountSID string, campaignID int64, contactID string) (Record, int64, error) {
	id, err := contactNumber(contactID)
	if err != nil {
		return Record{}, 0, err
	}
	record, err := s.store.Get(r.Context(), accountSID, campaignID, id)
	if err != nil {
		return Record{}, 0, notFound(err)
	}
	return record, id, nil
}

// contactNumber is the id of a contact, as an Uri has it. One that the system made begins with M (F8); the
// sandbox makes none.
func contactNumber(contactID string) (int64, error) {
	id, err := strconv.ParseInt(contactID, 10, 64)
	if err != nil || strconv.FormatInt(id, 10) != contactID {
		return 0, errNoContact
	}
	return id, nil
}

var errNoContact = &refusal{Status: http.StatusNotFound, Message: "There is no such contact in this campaign. Use the Uri that its create answered."}

func notFound(err error) error {
	if errors.Is(err, ErrNotFound) {
		return errNoContact
	}
	return storeFailed(err)
}

// answerContact answers with the contact of F8.
func answerContact(w http.ResponseWriter, record Record, id int64) {
	var contact gen.Contact
	var image imageParameters
	if err := errors.Join(json.Unmarshal([]byte(record.Contact), &contact), json.Unmarshal([]byte(record.Contact), &image)); err != nil {
		refuse(w, storeFailed(err))
		return
	}
	uri := string(appendURI(nil, record.AccountSID, record.CampaignID, id))
	contact.Id = strconv.FormatInt(id, 10)
	contact.Uri = uri
	contact.Editable = true
	if image != (imageParameters{}) {
		contact.ProfileImage = uri + "/ProfileImage"
	}
	body, err := json.Marshal(contact)
	if err != nil {
		refuse(w, storeFailed(err))
		return
	}
	answer(w, http.StatusOK, body)
}
