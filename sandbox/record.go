package sandbox

import (
	"bytes"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"example.com/contacts/wrapper"
)

// What is recorded of one request. What is longer is cut.
const (
	maxRecordedText   = 16 << 10 // of the parameters, and of what is wrong with them
	maxRecordedBody   = 4 << 10  // of the response
	maxRecordedHeader = 1 << 10  // of one header, of the path and of other short texts
	maxKeptPart       = 1 << 20  // of the bytes of one part; a part that is longer is not kept
	maxNotedBody      = 5 << 10  // of the response, before secrets are taken out
)

// recordedHeaders are those of a request that are recorded. Credentials are not among them.
var recordedHeaders = [...]string{
	"Accept", "Accept-Encoding", "Accept-Language", "Content-Encoding", "Content-Type", "Expect", "Origin", "Prefer", "User-Agent",
}

// An exchange is a request on its way: the ResponseWriter that notes what is sent.
type exchange struct {
	http.ResponseWriter
	began      time.Time
	operation  *wrapper.Operation // nil: none was found
	account    string             // whose it is; empty: nobody's
	user       string             // that the request brought, as the token, right or wrong
	token      string
	denied     error // the credentials are wrong
	plan       *plan
	values     map[string][]string
	parts      []recordedPart
	violations []wrapper.Violation
	status     int    // of the response; 0: none was sent
	body       []byte // at most maxNotedBody
	bodySize   int
	json       []byte

	parameters *parameters
	encoding   string // of the body that was read
	created    int    // contacts
	storeError error
}

// A recordedPart is one of multipart/form-data that is no text.
type recordedPart struct {
	name, field string // field is the parameter that it is the file of
	isFile      bool
	contentType string
	content     []byte
}

// Unwrap is for http.ResponseController.
func (x *exchange) Unwrap() http.ResponseWriter { return x.ResponseWriter }

func (x *exchange) WriteHeader(status int) {
	if x.status == 0 {
		x.status = status
	}
	x.ResponseWriter.WriteHeader(status)
}

func (x *exchange) Write(b []byte) (int, error) {
	x.sent(http.StatusOK, b)
	return x.ResponseWriter.Write(b)
}

// sent notes what is sent, with the status unless there is one already.
func (x *exchange) sent(status int, b []byte) {
	if x.status == 0 {
		x.status = status
	}
	x.bodySize += len(b)
	if room := maxNotedBody - len(x.body); room > 0 {
		x.body = append(x.body, b[:min(room, len(b))]...)
	}
}

// take notes the parameters of a request, and its parts.
func (x *exchange) take(p *parameters) {
	x.values = p.values
	for _, part := range p.parts {
		recorded := recordedPart{part.name, "", part.isFile, http.DetectContentType(part.content), part.content}
		for name, files := range p.files {
			if slices.ContainsFunc(files, func(file filePart) bool { return file.name == part.name }) {
				recorded.field = name
			}
		}
		x.parts = append(x.parts, recorded)
	}
}

// note takes what is known of an error that a request ends with.
func (x *exchange) note(err error) {
	if e, is := err.(*apiError); is {
		x.violations, x.storeError = e.Errors, e.cause
	}
}

// A recorder makes records of requests.
type recorder struct {
	log       RequestLog
	secrets   secrets
	digests   func() tokenDigests // of the tokens of other accounts
	exchanges sync.Pool
}

func newRecorder(log RequestLog, secrets secrets, digests func() tokenDigests) *recorder {
	return &recorder{log: log, secrets: secrets, digests: digests, exchanges: sync.Pool{New: func() any { return new(exchange) }}}
}

// begin begins to record a request.
func (c *recorder) begin(w http.ResponseWriter) *exchange {
	x := c.exchanges.Get().(*exchange)
	x.ResponseWriter, x.began = w, time.Now()
	return x
}

// end keeps a request, whose handler has returned or panicked.
func (c *recorder) end(x *exchange, r *http.Request) {
	_, credentials, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	w := recordWriter{json: x.json[:0], secrets: c.secrets.ofRequest(credentials, x.token, x.denied != nil)}
	w.secrets.digests = c.digests()
	w.exchange(x, r)
	c.log.Keep(RequestRecord{Account: x.account, Status: x.status, JSON: w.json, Parts: w.kept})
	*x = exchange{body: x.body[:0], json: w.json}
	c.exchanges.Put(x)
}

// A recordWriter writes the JSON of one request. It never holds a token.
type recordWriter struct {
	json    []byte
	kept    [][]byte // of the parts
	secrets secrets
}

// name begins a member.
func (w *recordWriter) name(name string) {
	w.json = append(append(append(separate(w.json), '"'), name...), `":`...)
}

func (w *recordWriter) begin(bracket byte) { w.json = append(w.json, bracket) }
func (w *recordWriter) end(bracket byte)   { w.json = append(w.json, bracket) }

// item begins an object in a list.
func (w *recordWriter) item() { w.json = append(separate(w.json), '{') }

func (w *recordWriter) number(name string, n int64) {
	w.name(name)
	w.json = strconv.AppendInt(w.json, n, 10)
}

func (w *recordWriter) truth(name string) {
	w.name(name)
	w.json = append(w.json, "true"...)
}

// word is a member whose value is a word of ours.
func (w *recordWriter) word(name, value string) {
	w.name(name)
	w.json = appendString(w.json, value)
}

// text is a member whose value is of at most n bytes, and whether it was cut.
func (w *recordWriter) text(name, value string, n int) (whole bool) {
	w.name(name)
	return w.value(value, n)
}

func (w *recordWriter) value(value string, n int) (whole bool) {
	short, whole := w.secrets.redact(value, n)
	w.json = appendEscaped(append(w.json, '"'), short)
	if !whole {
		w.json = append(w.json, cut...)
	}
	w.json = append(w.json, '"')
	return whole
}

// exchange writes all that is known of a request.
func (w *recordWriter) exchange(x *exchange, r *http.Request) {
	w.begin('{')
	w.name("time")
	w.json = append(w.json, '"')
	w.json = x.began.UTC().AppendFormat(w.json, time.RFC3339Nano)
	w.json = append(w.json, '"')
	w.name("seconds")
	w.json = strconv.AppendFloat(w.json, time.Since(x.began).Seconds(), 'f', -1, 64)
	if x.account != "" {
		w.text("account", x.account, maxRecordedHeader)
	}
	if x.user != "" && x.user != x.account {
		w.text("user", x.user, maxRecordedHeader)
	}
	if x.operation != nil {
		w.word("operation", x.operation.ID)
	}
	w.text("method", r.Method, maxRecordedHeader)
	w.text("path", r.URL.Path, maxRecordedHeader)
	if r.RequestURI != r.URL.Path {
		w.text("target", w.target(r.RequestURI), maxRecordedHeader)
	}
	w.text("protocol", r.Proto, maxRecordedHeader)
	w.requestHeaders(r)
	w.number("length", r.ContentLength)
	room := maxRecordedText
	w.parameters(x, &room)
	w.parts(x, &room)
	w.violations(x, &room)
	if x.plan != nil {
		w.texts("faults", x.plan.happened)
		w.texts("ignored", x.plan.ignored)
	}
	w.number("status", int64(x.status))
	if x.status != 0 {
		w.response(x)
	}
	w.end('}')
}

// target is the target of a request line as it came, unless it has a secret in its escapes.
func (w *recordWriter) target(target string) string {
	// What is recorded of it is far shorter, also when it is without escapes and tokens.
	target = target[:min(len(target), 16*maxRecordedHeader)]
	if plain := plainTarget(target); plain != target && w.secrets.all(plain) != plain {
		return plain
	}
	return target
}

// plainTarget undoes the escapes of a target, and leaves what is none.
func plainTarget(target string) string {
	if !strings.ContainsAny(target, "%+") {
		return target
	}
	var b strings.Builder
	for i := 0; i < len(target); i++ {
		switch c := target[i]; {
		case c == '+':
			b.WriteByte(' ')
		case c == '%' && i+2 < len(target) && unhex[target[i+1]] >= 0 && unhex[target[i+2]] >= 0:
			b.WriteByte(byte(unhex[target[i+1]]<<4 | unhex[target[i+2]]))
			i += 2
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

func (w *recordWriter) requestHeaders(r *http.Request) {
	w.name("headers")
	w.begin('{')
	if r.Host != "" {
		w.text("Host", r.Host, maxRecordedHeader)
	}
	for _, name := range recordedHeaders {
		if values := r.Header[name]; len(values) > 0 {
			w.text(name, strings.Join(values, ", "), maxRecordedHeader)
		}
	}
	w.end('}')
	encoding := r.Header.Get("Content-Type")
	if encoding != formType {
		value, _ := parseHeader(encoding)
		encoding = value.essence
	}
	if encoding == formType || encoding == multipartType {
		w.word("encoding", encoding)
	}
}

// parameters are in the order of the contract, those that it does not have last.
func (w *recordWriter) parameters(x *exchange, room *int) {
	w.name("parameters")
	w.begin('[')
	known := 0
	if x.operation != nil {
		for i := range x.operation.Fields {
			field := &x.operation.Fields[i]
			if values := x.values[field.Name]; len(values) > 0 {
				known++
				w.parameter(field.Name, string(field.In), values, room)
			}
		}
	}
	if known < len(x.values) {
		var others []string
		for name := range x.values {
			if x.operation.Field(name) == nil {
				others = append(others, name)
			}
		}
		slices.Sort(others)
		for _, name := range others {
			w.parameter(name, "", x.values[name], room)
		}
	}
	w.end(']')
}

// parameter writes the values of one; in is empty if the contract does not have it.
func (w *recordWriter) parameter(name, in string, values []string, room *int) {
	for _, value := range values {
		if *room -= len(name); *room <= 0 {
			return
		}
		w.item()
		if in != "" {
			w.json = append(append(append(w.json, `"name":"`...), name...), `","in":"`...)
			w.json = append(append(w.json, in...), '"')
		} else {
			w.text("name", name, maxRecordedHeader)
		}
		if !w.text("value", value, *room) {
			w.truth("cut")
		}
		*room -= len(value)
		w.end('}')
	}
}

// keep keeps the bytes of the next part, unless they are many or hold a secret.
func (w *recordWriter) keep(content []byte) bool {
	w.kept = append(w.kept, nil)
	if len(content) == 0 || len(content) > maxKeptPart {
		return false
	}
	if w.secrets.in(string(content)) {
		return false
	}
	w.kept[len(w.kept)-1] = bytes.Clone(content)
	return true
}

func (w *recordWriter) parts(x *exchange, room *int) {
	if len(x.parts) == 0 {
		return
	}
	w.name("parts")
	w.begin('[')
	for _, part := range x.parts {
		if *room -= len(part.name); *room <= 0 {
			break
		}
		w.item()
		w.text("name", part.name, maxRecordedHeader)
		if part.field != "" {
			w.word("parameter", part.field)
		}
		w.name("file")
		w.json = strconv.AppendBool(w.json, part.isFile)
		w.number("size", int64(len(part.content)))
		w.word("type", part.contentType)
		if w.keep(part.content) {
			w.truth("kept")
		}
		w.end('}')
	}
	w.end(']')
}

func (w *recordWriter) violations(x *exchange, room *int) {
	if len(x.violations) == 0 {
		return
	}
	w.name("violations")
	w.begin('[')
	for _, violation := range x.violations {
		if *room -= len(violation.Message); *room <= 0 {
			break
		}
		w.item()
		if violation.Field != "" {
			w.text("field", violation.Field, maxRecordedHeader)
		}
		w.word("rule", string(violation.Rule))
		w.text("message", violation.Message, maxRecordedHeader)
		w.end('}')
	}
	w.end(']')
}

func (w *recordWriter) texts(name string, texts []string) {
	if len(texts) == 0 {
		return
	}
	w.name(name)
	w.begin('[')
	for _, text := range texts {
		w.json = separate(w.json)
		w.value(text, maxRecordedHeader)
	}
	w.end(']')
}

func (w *recordWriter) response(x *exchange) {
	w.name("response")
	w.begin('{')
	w.name("headers")
	w.begin('{')
	for name, values := range x.Header() {
		if len(values) == 1 {
			w.text(name, values[0], maxRecordedHeader)
		} else {
			w.text(name, strings.Join(values, ", "), maxRecordedHeader)
		}
	}
	w.end('}')
	n := maxRecordedBody
	if len(x.body) < x.bodySize {
		n = min(n, len(x.body)-w.secrets.longest()-1)
	}
	if !w.text("body", string(x.body), n) {
		w.truth("cut")
	}
	w.number("size", int64(x.bodySize))
	w.end('}')
}
