package sandbox

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"example.com/contacts/wrapper"
)

// listContacts responds with one page of those contacts that all filters fit. All that it says of the pages
// is text (F7).
func (s *Sandbox) listContacts(ctx context.Context, w http.ResponseWriter, r *request) error {
	records, err := s.store.List(ctx, r.account, r.campaign(), time.Now())
	if err != nil {
		return storeFailed(err)
	}
	var found []Record
	for _, record := range records {
		if fits, err := r.fits(&record); err != nil {
			return storeFailed(err)
		} else if fits {
			found = append(found, record)
		}
	}
	page, size := r.number("Page"), r.number("PageSize")
	if r.pageSize > 0 {
		size = min(size, r.pageSize)
	}
	total := int64(len(found))
	pages := max(1, (total+size-1)/size)
	begin := total
	if page <= pages {
		begin = (page - 1) * size
	}
	next := ""
	if page < pages {
		next = r.pageURI(page + 1)
	}

	b := []byte(`{`)
	for _, m := range []struct{ name, value string }{
		{"@page", strconv.FormatInt(page, 10)},
		{"@numpages", strconv.FormatInt(pages, 10)},
		{"@pagesize", strconv.FormatInt(size, 10)},
		{"@total", strconv.FormatInt(total, 10)},
		{"@uri", r.url.EscapedPath()},
		{"@nextpageuri", next},
	} {
		b = separate(b)
		b = appendString(b, m.name)
		b = append(b, ':')
		b = appendString(b, m.value)
	}
	b = append(b, `,"Contacts":[`...)
	for i := range found[begin:min(total, begin+size)] {
		b = separate(b)
		if b, err = appendRecord(b, &found[begin+int64(i)]); err != nil {
			return storeFailed(err)
		}
	}
	respond(w, http.StatusOK, append(b, `]}`...))
	return nil
}

// fits tells whether a contact is one that all filters of a list ask for. A filter that the contract gains has
// the name of the member that it asks for.
func (r *request) fits(record *Record) (bool, error) {
	contact, err := parseObject(record.Contact)
	if err != nil {
		return false, err
	}
	for i, field := range r.operation.Fields {
		value := r.values[i]
		if field.In != wrapper.InQuery || value == nil || field.Name == "Page" || field.Name == "PageSize" {
			continue
		}
		if field.Name == "AccountId" {
			if _, ids := contact.items(accounts); !slices.Contains(ids, value.(string)) {
				return false, nil
			}
			continue
		}
		if want := appendValue(nil, field.Name, value); string(contact.get(field.Name)) != string(want) {
			return false, nil
		}
	}
	return true, nil
}

// pageURI is the path of another page of the same list.
func (r *request) pageURI(page int64) string {
	query := url.Values{}
	for i, field := range r.operation.Fields {
		if value := r.values[i]; value != nil && field.In == wrapper.InQuery {
			text, isText := value.(string)
			if !isText {
				encoded, _ := json.Marshal(value)
				text = string(encoded)
			}
			query.Set(field.Name, text)
		}
	}
	query.Set("Page", strconv.FormatInt(page, 10))
	return r.url.EscapedPath() + "?" + query.Encode()
}
