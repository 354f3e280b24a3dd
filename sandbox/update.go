package sandbox

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"example.com/contacts/wrapper"
)

// updateContact changes what is given, and leaves the rest as it is (F10).
func (s *Sandbox) updateContact(ctx context.Context, w http.ResponseWriter, r *request) error {
	image, err := r.image()
	if err != nil {
		return err
	}
	var updated Record
	err = s.change(ctx, r, func(record *Record) (Change, error) {
		if err := r.mayUpdate(record); err != nil {
			return Keep, err
		}
		contact, err := parseObject(record.Contact)
		if err != nil {
			return Keep, err
		}
		for i := range r.operation.Fields {
			if field := &r.operation.Fields[i]; field.In == wrapper.InBody {
				r.update(&contact, field)
			}
		}
		record.Contact = string(contact.appendTo(nil))
		switch {
		case image != nil:
			record.Image = image
		case r.value(imageURL) != nil:
			record.Image = []byte{}
		}
		updated = *record
		return Keep, nil
	})
	if err != nil {
		return err
	}
	respondUri(w, &updated)
	return nil
}

// mayUpdate refuses changes of a contact that the system made, but for its title and its labels (D12).
func (r *request) mayUpdate(record *Record) error {
	if !record.System {
		return nil
	}
	var errs []wrapper.Violation
	for i, field := range r.operation.Fields {
		allowed := field.Name == "Title" || strings.HasPrefix(field.Name, "Labels")
		if field.In == wrapper.InBody && r.values[i] != nil && !allowed {
			errs = append(errs, wrapper.Violation{Field: field.Name, Rule: ruleOfServer, Message: field.Name + " cannot be changed, because the system made this contact."})
		}
	}
	if errs == nil {
		return nil
	}
	return &apiError{Status: http.StatusBadRequest, Message: countWrong(errs), Errors: errs}
}

// update changes one member of a contact, if its parameter is there. A list is a set that items are added to
// and removed from (D13).
func (r *request) update(contact *object, field *wrapper.Field) {
	if files := r.files[field.Name]; len(files) > 0 {
		contact.remove(imageURL)
		contact.set(field.Name, appendValue(nil, field.Name, files[0].name))
		return
	}
	value := r.value(field.Name)
	if value == nil {
		return
	}
	items, isList := value.([]string)
	name, adds := strings.CutSuffix(field.Name, "Add")
	name, removes := strings.CutSuffix(name, "Remove")
	switch {
	case isList && adds:
		contact.addItems(name, items)
	case isList && removes:
		contact.removeItems(name, items)
	default:
		if field.Name == imageURL {
			contact.remove(imageFile)
		}
		contact.set(field.Name, appendValue(nil, field.Name, value))
	}
}

// items are those of a list, in JSON, and as text: of an account, its id.
func (o object) items(name string) (raw []json.RawMessage, texts []string) {
	_ = json.Unmarshal(o.get(name), &raw)
	for _, item := range raw {
		text := ""
		if json.Unmarshal(item, &text) != nil {
			var account struct{ Id string }
			_ = json.Unmarshal(item, &account)
			text = account.Id
		}
		texts = append(texts, text)
	}
	return raw, texts
}

func (o *object) addItems(name string, items []string) {
	_, has := o.items(name)
	for _, item := range items {
		if !slices.Contains(has, item) {
			has = append(has, item)
		}
	}
	o.set(name, appendValue(nil, name, has))
}

func (o *object) removeItems(name string, items []string) {
	_, has := o.items(name)
	if has == nil {
		return
	}
	has = slices.DeleteFunc(has, func(item string) bool { return slices.Contains(items, item) })
	o.set(name, appendValue(nil, name, has))
}
