package sandbox

import (
	"bytes"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"example.com/contacts/wrapper"
)

// What is kept of requests. What is longer is cut.
const (
	maxRecords        = 1000
	maxRecordedBytes  = 8 << 20  // of all
	maxRecordedText   = 16 << 10 // of the parameters of one request
	maxRecordedBody   = 4 << 10  // of one response
	maxRecordedHeader = 1 << 10  // of one header, and of the path
)

// recordedHeaders are those of a request that are kept. Credentials are not among them.
var recordedHeaders = [...]string{"Accept", "Content-Type", "Expect", "Prefer", "User-Agent"}

// A recorded is a request and its response. It is made to cost little: what it holds was made for the request, and
// is written as JSON only if somebody looks. It never holds the token.
type recorded struct {
	id                    int64
	began                 time.Time
	duration              time.Duration
	account, method, path string
	operation             *wrapper.Operation // nil: none was found
	headers               [len(recordedHeaders)]string
	length                int64 // of the body; -1 if it was not said
	values                map[string][]string
	parts                 []recordedPart
	violations            []wrapper.Violation
	faults, ignored       []string
	status                int // of the response; 0: none was sent
	header                http.Header
	body                  []byte // at most maxRecordedBody
	bodySize              int
	size                  int // of all this in memory, nearly
}

// A recordedPart is one of multipart/form-data that is no text.
type recordedPart struct {
	name, field string // field is the parameter that it is the file of
	isFile      bool
	size        int
	contentType string
}

// An exchange is a request on its way: the ResponseWriter that notes what is sent.
type exchange struct {
	http.ResponseWriter
	recorded
	plan  *plan
	token string // that the request brought, right or wrong
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
	if x.status == 0 {
		x.status = http.StatusOK
	}
	x.bodySize += len(b)
	if room := maxRecordedBody - len(x.body); room > 0 {
		x.body = append(x.body, b[:min(room, len(b))]...)
	}
	return x.ResponseWriter.Write(b)
}

// take notes the parameters of a request, of which uploads hold nothing any more afterwards.
func (x *exchange) take(p *parameters) {
	for _, part := range p.parts {
		recorded := recordedPart{part.name, "", part.isFile, len(part.content), http.DetectContentType(part.content)}
		for name, files := range p.files {
			if slices.ContainsFunc(files, func(file filePart) bool { return file.name == part.name }) {
				recorded.field = name
			}
		}
		recorded.name = cut(x.redact(part.name), maxRecordedHeader)
		x.parts = append(x.parts, recorded)
		x.size += len(recorded.name) + 100
	}
	size, hasToken := 0, false
	for name, values := range p.values {
		hasToken = hasToken || x.token != "" && strings.Contains(name, x.token)
		for _, value := range values {
			size += len(value) + 50
			hasToken = hasToken || x.token != "" && strings.Contains(value, x.token)
		}
	}
	x.values = p.values
	if size > maxRecordedText || p.text.Len() > maxRecordedText || hasToken {
		x.values, size = x.cutValues(p.values), min(size, maxRecordedText)
	}
	x.size += size
}

// cutValues is a copy of values without the token, and of a bounded length.
func (x *exchange) cutValues(values map[string][]string) map[string][]string {
	room, short := maxRecordedText, map[string][]string{}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		for _, value := range values[name] {
			if room -= 50; room <= 0 {
				return short
			}
			value = cut(x.redact(value), room)
			room -= len(value)
			short[x.redact(name)] = append(short[x.redact(name)], value)
		}
	}
	return short
}

const redacted = "[token]"

// redact takes the token that the request brought out of a text.
func (x *exchange) redact(text string) string {
	if x.token == "" {
		return text
	}
	return strings.ReplaceAll(text, x.token, redacted)
}

// cut is a text of at most n bytes and a sign that there was more.
func cut(text string, n int) string {
	if len(text) <= n {
		return text
	}
	return strings.ToValidUTF8(strings.Clone(text[:n]), "") + "…"
}

// note takes the violations of an error that a request is refused with.
func (x *exchange) note(err error) {
	if e, is := err.(*apiError); is {
		for _, violation := range e.Errors {
			violation.Field, violation.Message = x.redact(violation.Field), x.redact(violation.Message)
			x.violations = append(x.violations, violation)
			x.size += len(violation.Field) + len(violation.Message)
		}
	}
}

func (x *exchange) redactAll(texts []string) (redacted []string) {
	for _, text := range texts {
		redacted = append(redacted, x.redact(text))
	}
	return redacted
}

// A recorder keeps the last requests, in a ring: the one with id n is at n % maxRecords.
type recorder struct {
	exchanges sync.Pool
	mu        sync.Mutex
	ring      [maxRecords]recorded
	oldest    int64 // id of the oldest that is kept
	next      int64 // id of the next one
	bytes     int
	watchers  map[*watcher]bool
}

// A watcher is told when there are new requests, and when it must end.
type watcher struct{ news, end chan struct{} }

func newRecorder() *recorder {
	return &recorder{
		exchanges: sync.Pool{New: func() any { return new(exchange) }},
		oldest:    1, next: 1, watchers: map[*watcher]bool{},
	}
}

// begin begins to record a request.
func (c *recorder) begin(w http.ResponseWriter) *exchange {
	x := c.exchanges.Get().(*exchange)
	x.ResponseWriter, x.began = w, time.Now()
	return x
}

// end keeps a request, whose handler has returned or panicked.
func (c *recorder) end(x *exchange, r *http.Request) {
	x.duration = time.Since(x.began)
	if x.operation == nil {
		x.account, x.token, _ = r.BasicAuth()
	}
	x.account, x.method, x.path = cut(x.account, maxRecordedHeader), x.redact(cut(r.Method, maxRecordedHeader)), x.redact(r.URL.Path)
	if len(r.RequestURI) > maxRecordedHeader {
		x.path = cut(strings.Clone(x.path), maxRecordedHeader)
	}
	for i, name := range recordedHeaders {
		if values := r.Header[name]; values != nil {
			x.headers[i] = cut(x.redact(strings.Join(values, ", ")), maxRecordedHeader)
			x.size += len(x.headers[i])
		}
	}
	if x.token != "" && bytes.Contains(x.body, []byte(x.token)) {
		x.body = []byte(x.redact(string(x.body)))
	}
	if x.plan != nil {
		x.faults, x.ignored = x.redactAll(x.plan.happened), x.redactAll(x.plan.ignored)
	}
	x.length, x.header = r.ContentLength, x.Header()
	for name, values := range x.header {
		if x.token != "" && strings.Contains(values[0], x.token) {
			x.header = maps.Clone(x.header)
			x.header[name] = x.redactAll(values)
		}
	}
	x.size += len(x.account) + len(x.path) + len(x.body) + 1000
	c.keep(&x.recorded)
	*x = exchange{}
	c.exchanges.Put(x)
}

func (c *recorder) keep(r *recorded) {
	c.mu.Lock()
	defer c.mu.Unlock()
	r.id = c.next
	c.next++
	if r.id-c.oldest == maxRecords {
		c.drop()
	}
	c.ring[r.id%maxRecords] = *r
	for c.bytes += r.size; c.bytes > maxRecordedBytes && c.oldest < r.id; {
		c.drop()
	}
	for w := range c.watchers {
		select {
		case w.news <- struct{}{}:
		default: // it was told already
		}
	}
}

// drop forgets the oldest request.
func (c *recorder) drop() {
	oldest := &c.ring[c.oldest%maxRecords]
	c.bytes -= oldest.size
	*oldest = recorded{}
	c.oldest++
}

// after returns the requests that came after the one of an id, in their order.
func (c *recorder) after(id int64) (requests []recorded) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for n := max(id+1, c.oldest); n < c.next; n++ {
		requests = append(requests, c.ring[n%maxRecords])
	}
	return requests
}

// last is the id of the last request.
func (c *recorder) last() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.next - 1
}

func (c *recorder) watch() *watcher {
	c.mu.Lock()
	defer c.mu.Unlock()
	w := &watcher{make(chan struct{}, 1), make(chan struct{})}
	c.watchers[w] = true
	return w
}

func (c *recorder) unwatch(w *watcher) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.watchers, w)
}

// endWatchers ends all streams, so that a server can shut down.
func (c *recorder) endWatchers() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for w := range c.watchers {
		close(w.end)
		delete(c.watchers, w)
	}
}
