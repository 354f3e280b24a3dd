package sandbox

import (
	"log/slog"
	"net/http"
	"strconv"
	"sync"
	"time"
	"unicode/utf8"

	"example.com/contacts/gen"
)

// A refusal is an answer that is an error: its status, and what its envelope says (F3).
type refusal struct {
	Status  int
	Message string
	Errors  []gen.FieldError
	cause   error // for the log
}

func (r *refusal) Error() string { return r.Message }

// malformed is the refusal of a body that cannot be read.
func malformed(message string) error {
	return &refusal{Status: http.StatusBadRequest, Message: message}
}

// linger is how long a connection is kept on which a body comes that nobody will read.
const linger = 500 * time.Millisecond

// refuse answers with an error, which is a *refusal.
func refuse(w http.ResponseWriter, err error) {
	refused, ok := err.(*refusal)
	if !ok {
		refused = &refusal{Status: http.StatusInternalServerError, Message: "The sandbox failed; see its log.", cause: err}
	}
	if refused.cause != nil {
		slog.Error("sandbox: a request failed", "status", refused.Status, "err", refused.cause)
	}
	switch refused.Status {
	case http.StatusUnauthorized:
		w.Header().Set("WWW-Authenticate", `Basic realm="contacts", charset="UTF-8"`)
	case http.StatusRequestEntityTooLarge:
		// Who is still sending gets the answer, and a moment to read it; then the connection is closed.
		w.Header().Set("Connection", "close")
		_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(linger))
	}
	buffer := buffers.Get().(*[]byte)
	*buffer = appendEnvelope((*buffer)[:0], refused)
	answer(w, refused.Status, *buffer)
	buffers.Put(buffer)
}

// appendEnvelope appends the envelope of F3.
func appendEnvelope(b []byte, refused *refusal) []byte {
	b = append(b, `{"Status":"ERROR","Message":`...)
	b = appendString(b, refused.Message)
	if len(refused.Errors) > 0 {
		b = append(b, `,"Errors":[`...)
		for _, e := range refused.Errors {
			b = separate(b)
			b = append(b, '{')
			if e.Field != "" {
				b = append(b, `"Field":`...)
				b = appendString(b, e.Field)
				b = append(b, ',')
			}
			b = append(b, `"Message":`...)
			b = appendString(b, e.Message)
			b = append(b, '}')
		}
		b = append(b, ']')
	}
	return append(b, '}')
}

var contentJSON = []string{"application/json"}

func answer(w http.ResponseWriter, status int, body []byte) {
	w.Header()["Content-Type"] = contentJSON
	w.WriteHeader(status)
	w.Write(body)
}

// buffers are for answers and records that live no longer than their request.
var buffers = sync.Pool{New: func() any { b := make([]byte, 0, 2048); return &b }}

func answerCreated(w http.ResponseWriter, accountSID string, campaignID, id int64) {
	buffer := buffers.Get().(*[]byte)
	*buffer = append((*buffer)[:0], `{"Status":"OK","Uri":"`...)
	*buffer = appendURI(*buffer, accountSID, campaignID, id)
	*buffer = append(*buffer, `"}`...)
	answer(w, http.StatusOK, *buffer)
	buffers.Put(buffer)
}

// appendURI appends the path of a contact. An AccountSID needs no escapes: see newCredentials.
func appendURI(b []byte, accountSID string, campaignID, id int64) []byte {
	b = append(b, "/Advertisers/"...)
	b = append(b, accountSID...)
	b = append(b, "/Campaigns/"...)
	b = strconv.AppendInt(b, campaignID, 10)
	b = append(b, "/Contacts/"...)
	return strconv.AppendInt(b, id, 10)
}

// appendString appends a string as JSON.
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	b = appendEscaped(b, s)
	return append(b, '"')
}

// appendEscaped appends what stands between the quotes of a JSON string. What is not UTF-8 becomes U+FFFD.
func appendEscaped(b []byte, s string) []byte {
	begin := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' && c < utf8.RuneSelf {
			i++
			continue
		}
		size := 1
		if c >= utf8.RuneSelf {
			var r rune
			if r, size = utf8.DecodeRuneInString(s[i:]); r != utf8.RuneError || size > 1 {
				i += size
				continue
			}
		}
		b = append(b, s[begin:i]...)
		switch {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c < ' ':
			const digits = "0123456789abcdef"
			b = append(b, '\\', 'u', '0', '0', digits[c>>4], digits[c&15])
		default:
			b = append(b, "\uFFFD"...)
		}
		i += size
		begin = i
	}
	return append(b, s[begin:]...)
}
