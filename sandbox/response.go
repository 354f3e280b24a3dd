package sandbox

import (
	"log/slog"
	"net/http"
	"strconv"
	"sync"
	"time"
	"unicode/utf8"

	"example.com/contacts/wrapper"
)

// An apiError is a response that is an error: its status, and what its envelope says (F3).
type apiError struct {
	Status  int
	Message string
	Errors  []wrapper.Violation
	cause   error // for the log
}

func (e *apiError) Error() string { return e.Message }

func malformed(message string) error {
	return &apiError{Status: http.StatusBadRequest, Message: message}
}

// linger is how long a connection is kept on which a body comes that nobody will read.
const linger = 500 * time.Millisecond

// respondError responds with an error. One that is no *apiError is a failure of the sandbox.
func respondError(w http.ResponseWriter, err error) {
	e, ok := err.(*apiError)
	if !ok {
		e = &apiError{Status: http.StatusInternalServerError, Message: "The sandbox failed; see its log.", cause: err}
	}
	if e.cause != nil {
		slog.Error("sandbox: a request failed", "status", e.Status, "err", e.cause)
	}
	switch e.Status {
	case http.StatusUnauthorized:
		w.Header().Set("WWW-Authenticate", `Basic realm="contacts", charset="UTF-8"`)
	case http.StatusServiceUnavailable:
		w.Header().Set("Retry-After", "1")
		closeSoon(w)
	case http.StatusRequestEntityTooLarge:
		closeSoon(w)
	}
	buffer := buffers.Get().(*[]byte)
	*buffer = appendEnvelope((*buffer)[:0], e)
	respond(w, e.Status, *buffer)
	buffers.Put(buffer)
}

// closeSoon closes the connection after the response. A client that is still sending gets a moment to read it.
func closeSoon(w http.ResponseWriter) {
	w.Header().Set("Connection", "close")
	waitNoLonger(w)
}

// waitNoLonger gives what has not been read of a body a moment to come: net/http waits for it, even if it was announced by
// Expect and never asked for.
func waitNoLonger(w http.ResponseWriter) {
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(linger))
}

// appendEnvelope appends the envelope of F3.
func appendEnvelope(b []byte, e *apiError) []byte {
	b = append(b, `{"Status":"ERROR","Message":`...)
	b = appendString(b, e.Message)
	if len(e.Errors) > 0 {
		b = append(b, `,"Errors":[`...)
		for _, e := range e.Errors {
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

func respond(w http.ResponseWriter, status int, body []byte) {
	w.Header()["Content-Type"] = contentJSON
	w.WriteHeader(status)
	w.Write(body)
}

// buffers are for responses and records that live no longer than their request.
var buffers = sync.Pool{New: func() any { b := make([]byte, 0, 2048); return &b }}

// respondUri responds that a contact was created or updated.
func respondUri(w http.ResponseWriter, record *Record) {
	buffer := buffers.Get().(*[]byte)
	*buffer = append((*buffer)[:0], `{"Status":"OK","Uri":"`...)
	*buffer = appendURI(*buffer, record)
	*buffer = append(*buffer, `"}`...)
	respond(w, http.StatusOK, *buffer)
	buffers.Put(buffer)
}

// appendURI appends the path of a contact. An AccountSID needs no escapes: see newCredentials.
func appendURI(b []byte, record *Record) []byte {
	b = append(b, "/Advertisers/"...)
	b = append(b, record.AccountSID...)
	b = append(b, "/Campaigns/"...)
	b = strconv.AppendInt(b, record.CampaignID, 10)
	b = append(b, "/Contacts/"...)
	return appendID(b, record)
}

// appendID appends the id of a contact. One that the system made begins with M (F8).
func appendID(b []byte, record *Record) []byte {
	if record.System {
		b = append(b, 'M')
	}
	return strconv.AppendInt(b, record.ID, 10)
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
		if isPlain[c] {
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

// isPlain tells which bytes stand for themselves in a JSON string.
var isPlain = func() (set [256]bool) {
	for c := byte(' '); c < utf8.RuneSelf; c++ {
		set[c] = c != '"' && c != '\\'
	}
	return set
}()

// separate appends a comma, unless a list or an object has just begun.
func separate(b []byte) []byte {
	if last := b[len(b)-1]; last != '[' && last != '{' {
		b = append(b, ',')
	}
	return b
}
