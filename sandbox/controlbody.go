package sandbox

import (
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"

	"example.com/contacts/wrapper"
)

// maxControlBody is the largest body of a request of the control API, in bytes.
const maxControlBody = 64 << 10

// readObject reads a body that is one JSON object with some of these members, and no others. form tells how it looks.
func readObject(w http.ResponseWriter, r *http.Request, form string, members ...string) (wrapper.Draft, error) {
	if err := takesNoQuery(r); err != nil {
		return nil, err
	}
	if mediaType, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || mediaType != "application/json" {
		return nil, &apiError{Status: http.StatusUnsupportedMediaType, Message: "The Content-Type must be application/json. " + form}
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxControlBody))
	if err != nil {
		return nil, unreadable(err, maxControlBody)
	}
	object, violations, err := wrapper.ParseDraft(body)
	if err != nil {
		return nil, malformed("The body is not one JSON object. " + form)
	}
	if len(violations) > 0 {
		return nil, malformed(violations[0].Message + " " + form)
	}
	for name := range object {
		if !slices.Contains(members, name) {
			return nil, malformed(fmt.Sprintf("There is no member %q. %s", displayName(name), form))
		}
	}
	return object, nil
}
