package sandbox

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.com/contacts/wrapper"
)

// The parameters that are kept in another form than they came in.
const (
	accounts  = "Accounts"
	imageFile = "ProfileImageFile"
	imageURL  = "ProfileImageUrl"
)

// createContact responds once the store has the contact.
func (s *Sandbox) createContact(ctx context.Context, w http.ResponseWriter, r *request) error {
	image, err := r.image()
	if err != nil {
		return err
	}
	buffer := buffers.Get().(*[]byte)
	*buffer = r.appendContact((*buffer)[:0])
	record := Record{AccountSID: r.account, CampaignID: r.campaign(), Contact: string(*buffer), Image: image}
	buffers.Put(buffer)
	if r.listAfter > 0 {
		record.ListedFrom = time.Now().Add(r.listAfter).UTC().Truncate(time.Microsecond)
	}
	if record.ID, err = s.store.Create(ctx, record); err != nil {
		return storeFailed(err)
	}
	r.exchange.created++
	respondUri(w, &record)
	return nil
}

// getContact responds with the contact of F8. ProfileImage is a path of the sandbox, whether the image came as
// a file or as a ProfileImageUrl.
func (s *Sandbox) getContact(ctx context.Context, w http.ResponseWriter, r *request) error {
	record, err := s.find(ctx, r)
	if err != nil {
		return err
	}
	body, err := appendRecord(nil, &record)
	if err != nil {
		return storeFailed(err)
	}
	respond(w, http.StatusOK, body)
	return nil
}

// deleteContact removes a contact that a user made.
func (s *Sandbox) deleteContact(ctx context.Context, w http.ResponseWriter, r *request) error {
	err := s.change(ctx, r, func(record *Record) (Change, error) {
		if record.System {
			return Keep, errorOf("ContactId", " is of a contact that the system made, which cannot be deleted.") // D12
		}
		return Remove, nil
	})
	if err == nil {
		respond(w, http.StatusOK, []byte(`{"Status":"DELETED"}`))
	}
	return err
}

func (r *request) campaign() int64 { return r.value("CampaignId").(int64) }

// contactID is the number of a contact in the store, and whether the system made it, from its id.
func (r *request) contactID() (id int64, system bool, err error) {
	return parseContactID(r.value("ContactId").(string))
}

func parseContactID(contactID string) (id int64, system bool, err error) {
	text, system := strings.CutPrefix(contactID, "M")
	id, err = strconv.ParseInt(text, 10, 64)
	if err != nil || strconv.FormatInt(id, 10) != text {
		return 0, false, errNoContact
	}
	return id, system, nil
}

var errNoContact = &apiError{Status: http.StatusNotFound, Message: "There is no such contact in this campaign. Use the Uri that its create returned."}

// find reads the contact of the request's path from the store.
func (s *Sandbox) find(ctx context.Context, r *request) (Record, error) {
	id, system, err := r.contactID()
	if err != nil {
		return Record{}, err
	}
	record, err := s.store.Get(ctx, r.account, r.campaign(), id)
	if err != nil {
		return Record{}, storeFailed(err)
	}
	if record.System != system {
		return Record{}, errNoContact
	}
	return record, nil
}

// change changes the contact of the request's path.
func (s *Sandbox) change(ctx context.Context, r *request, change func(*Record) (Change, error)) error {
	id, system, err := r.contactID()
	if err != nil {
		return err
	}
	err = s.store.Change(ctx, r.account, r.campaign(), id, func(record *Record) (Change, error) {
		if record.System != system {
			return Keep, errNoContact
		}
		return change(record)
	})
	if err != nil {
		return storeFailed(err)
	}
	return nil
}

// appendContact appends the parameters as the JSON of Record.Contact.
func (r *request) appendContact(b []byte) []byte {
	b = append(b, '{')
	for i := range r.operation.Fields {
		field := &r.operation.Fields[i]
		value := r.values[i]
		if files := r.files[field.Name]; len(files) > 0 {
			value = files[0].name
		}
		if value == nil || field.In != wrapper.InBody {
			continue
		}
		b = separate(b)
		b = appendString(b, field.Name)
		b = append(b, ':')
		b = appendValue(b, field.Name, value)
	}
	return append(b, '}')
}

// appendValue appends the value of a parameter as JSON. An account is kept with its name.
func appendValue(b []byte, name string, value any) []byte {
	switch value := value.(type) {
	case string:
		return appendString(b, value)
	case []string:
		b = append(b, '[')
		for _, item := range value {
			b = separate(b)
			if name == accounts {
				b = appendAccount(b, item)
			} else {
				b = appendString(b, item)
			}
		}
		return append(b, ']')
	}
	encoded, err := json.Marshal(value)
	if err != nil {
		return append(b, "null"...)
	}
	return append(b, encoded...)
}

func appendAccount(b []byte, id string) []byte {
	b = append(b, `{"Id":`...)
	b = appendString(b, id)
	b = append(b, `,"Name":"Account `...)
	b = appendEscaped(b, id)
	return append(b, `"}`...)
}

// appendRecord appends the contact of F8, with every parameter that was kept.
func appendRecord(b []byte, record *Record) ([]byte, error) {
	contact, err := parseObject(record.Contact)
	if err != nil {
		return nil, err
	}
	hasImage := contact.index(imageFile) >= 0 || contact.index(imageURL) >= 0
	contact.remove(imageFile, imageURL)
	uri := appendURI(nil, record)
	quoted := func(text []byte) json.RawMessage { return appendString(nil, string(text)) }
	contact = slices.Insert(contact, 0, member{"Id", quoted(appendID(nil, record))})
	if hasImage {
		contact.set("ProfileImage", quoted(append(slices.Clip(uri), "/ProfileImage"...)))
	}
	contact.set("Editable", json.RawMessage(strconv.FormatBool(!record.System)))
	contact.set("Uri", quoted(uri))
	return contact.appendTo(b), nil
}

// addSystemContacts makes those that SystemCampaign lacks.
func (s *Sandbox) addSystemContacts() error {
	if s.system == 0 {
		return nil
	}
	return s.store.AddSystem(context.Background(), s.account, SystemCampaign, s.system, systemContact)
}

// systemContact is a contact without a title, which may be null (F13).
func systemContact(n int) string {
	return fmt.Sprintf(`{"FirstName":"System","LastName":"Contact %[1]d","EmailAddress":"system.%[1]d@example.com","Title":null,`+
		`"Accounts":%[2]s}`, n, appendValue(nil, accounts, []string{"10000"}))
}
