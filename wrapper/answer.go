package wrapper

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"

	"example.com/contacts/gen"
)

// judge tells from an answer what became of a create.
func (c *Client) judge(a answer) (Created, error) {
	decoded, err := decode(a)
	success := a.status >= 200 && a.status < 300
	id := idOf(decoded.Uri)
	switch {
	case success && decoded.Status == "OK" && id != "":
		return Created{Uri: decoded.Uri, Id: id}, nil
	case success && decoded.Status == "QUEUED":
		return Created{}, &QueuedError{QueuedUri: c.redact(decoded.QueuedUri)}
	case success && decoded.Status == "ERROR", isRefusal(a.status):
		return Created{}, c.refused(a, decoded)
	default:
		return Created{}, &InDoubtError{Reply: c.reply(a.status, decoded), Err: err}
	}
}

// isRefusal tells whether a status says that the server did not act. 402 does not (FACTS D9), and 408 may
// come from a gateway that has passed the request on.
func isRefusal(status int) bool {
	return status >= 400 && status < 500 && status != http.StatusPaymentRequired && status != http.StatusRequestTimeout
}

// decode reads the body of an answer: all of it, or nothing.
func decode(a answer) (gen.CreateContactAnswer, error) {
	if a.err != nil {
		return gen.CreateContactAnswer{}, a.err
	}
	var decoded struct {
		// A name of another case is another name. encoding/json gives its value to the first field that
		// fits in any case, if none fits to the letter: to one of these, which nobody reads.
		STATUS, URI, QUEUEDURI, MESSAGE, ERRORS any

		gen.CreateContactAnswer
		Errors []*struct { // nil: null, which is no object
			FIELD, MESSAGE any
			gen.FieldError
		}
	}
	err := json.Unmarshal(a.body, &decoded)
	if err != nil || slices.Contains(decoded.Errors, nil) {
		// Not the error itself: it may quote the answer.
		return gen.CreateContactAnswer{}, errors.New("the answer is not the JSON that the contract promises")
	}
	for _, e := range decoded.Errors {
		decoded.CreateContactAnswer.Errors = append(decoded.CreateContactAnswer.Errors, e.FieldError)
	}
	return decoded.CreateContactAnswer, nil
}

func (c *Client) refused(a answer, said gen.CreateContactAnswer) *RefusedError {
	refused := &RefusedError{Reply: c.reply(a.status, said)}
	if a.status == http.StatusTooManyRequests {
		refused.RetryAfter = retryAfter(a.header)
	}
	return refused
}

func (c *Client) reply(status int, said gen.CreateContactAnswer) Reply {
	reply := Reply{Status: status, Message: c.redact(said.Message)}
	for _, e := range said.Errors {
		reply.Errors = append(reply.Errors, FieldError{Field: c.redact(e.Field), Message: c.redact(e.Message)})
	}
	return reply
}

// idOf is the last segment of a Uri (FACTS F2), or empty if there is none that can be one.
func idOf(uri string) string {
	slash := strings.LastIndexByte(uri, '/')
	id := uri[slash+1:]
	isNoIdRune := func(r rune) bool {
		return !(r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '_' || r == '-')
	}
	if slash < 0 || strings.ContainsFunc(id, isNoIdRune) {
		return ""
	}
	return id
}
