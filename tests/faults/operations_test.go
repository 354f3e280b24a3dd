package faults

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"example.com/contacts/internal/conformance"
)

// An operation is a call that is made again and again, each time with another campaign: its id.
type operation struct {
	name, call, method string
	done, doneStatus   string // the outcome, and the word in the response for it
	path, input        conformance.Values
	isContent          bool          // the response is no JSON
	more               time.Duration // than the timeout, which an upload may take
}

var (
	newContact = conformance.Values{"FirstName": "Wile", "LastName": "Coyote", "EmailAddress": "wile@example.com", "Accounts": []any{"1"}}
	form       = &operation{name: "create", call: "createContact", method: http.MethodPost, done: "created", doneStatus: "OK", input: newContact}
	upload     = &operation{name: "create with an upload", call: "createContact", method: http.MethodPost, done: "created", doneStatus: "OK", input: with(newContact, image(0))}
	update     = &operation{name: "update", call: "updateContact", method: http.MethodPut, done: "updated", doneStatus: "OK",
		path: conformance.Values{"ContactId": "2750"}, input: conformance.Values{"Title": "Boss"}}
	remove = &operation{name: "delete", call: "deleteContact", method: http.MethodDelete, done: "deleted", doneStatus: "DELETED",
		path: conformance.Values{"ContactId": "2750"}}
	get      = &operation{name: "get", call: "getContact", method: http.MethodGet, done: "found", path: conformance.Values{"ContactId": "2750"}}
	download = &operation{name: "get an image", call: "getProfileImage", method: http.MethodGet, done: "found",
		path: conformance.Values{"ContactId": "2750"}, isContent: true}
	// An upload that does not fit into the buffers of a connection. It has a second more for each 128 KiB.
	large = &operation{name: "create with a large upload", call: "createContact", method: http.MethodPost, done: "created", doneStatus: "OK",
		input: with(newContact, image(4<<20)), more: 32 * time.Second}

	operations = []*operation{form, upload, update, remove, get, download}
)

func with(values conformance.Values, more conformance.Values) conformance.Values {
	out := conformance.Values{}
	for _, from := range []conformance.Values{values, more} {
		for name, value := range from {
			out[name] = value
		}
	}
	return out
}

var folder = sync.OnceValue(func() string {
	folder, err := os.MkdirTemp("", "faults-")
	if err != nil {
		panic(err)
	}
	return folder
})

// image is a file of a size, or a small one.
func image(size int) conformance.Values {
	path := filepath.Join(folder(), fmt.Sprintf("%d.gif", size))
	if err := os.WriteFile(path, append([]byte("GIF89a\x01\x00\x01\x00"), make([]byte, size)...), 0o600); err != nil {
		panic(err)
	}
	return conformance.Values{"ProfileImageFile": map[string]any{"Path": path}}
}

// response is the success of a call: its id is in the body. The server repeats what must not be printed.
func (op *operation) response(id int64, f framing) response {
	body := fmt.Sprintf(`{"Status":%q,"Uri":"/Contacts/%d","Message":"%d"}`, op.doneStatus, id, id)
	if op.method == http.MethodGet {
		body = fmt.Sprintf(`{"Id":"%d","Title":"Boss"}`, id)
	}
	headers := []string{"X-Echo: " + secret}
	if op.isContent {
		body, headers = fmt.Sprintf("GIF89a of %d", id), append(headers, "Content-Type: image/gif")
	}
	return response{headers: headers, body: body, framing: f}
}

func (op *operation) success(id int64) []byte { return op.response(id, length).wire() }

func (op *operation) refusal(id int64) response {
	return response{status: 400, headers: []string{"X-Echo: " + secret}, body: fmt.Sprintf(`{"Status":"ERROR","Message":"%d","Errors":[]}`, id)}
}
