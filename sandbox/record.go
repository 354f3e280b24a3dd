package sandbox

import (
	"bytes"
	"encoding/binary"
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
	maxRecordedText   = 16 << 10 // of the parameters of one request, and of what is wrong with them
	maxRecordedBody   = 4 << 10  // of one response
	maxRecordedHeader = 1 << 10  // of one header, and of the path
)

// recordedHeaders are those of a request that are kept. Credentials are not among them.
var recordedHeaders = [...]string{"Accept", "Content-Type", "Expect", "Prefer", "User-Agent"}

// An exchange is a request on its way: the ResponseWriter that notes what is sent.
type exchange struct {
	http.ResponseWriter
	began      time.Time
	operation  *wrapper.Operation // nil: none was found
	account    string
	token      string // that the request brought, right or wrong
	denied     error  // the credentials are wrong
	plan       *plan
	values     map[string][]string
	parts      []recordedPart
	violations []wrapper.Violation
	status     int    // of the response; 0: none was sent
	body       []byte // at most maxRecordedBody
	bodySize   int
	record     record

	encoding   string // of the body that was read
	created    int    // contacts
	storeError error
}

// A recordedPart is one of multipart/form-data that is no text.
type recordedPart struct {
	name, field string // field is the parameter that it is the file of
	isFile      bool
	size        int
	contentType string
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
	if room := maxRecordedBody - len(x.body); room > 0 {
		x.body = append(x.body, b[:min(room, len(b))]...)
	}
}

// take notes the parameters of a request, and of its files all but the bytes.
func (x *exchange) take(p *parameters) {
	x.values = p.values
	for _, part := range p.parts {
		recorded := recordedPart{part.name, "", part.isFile, len(part.content), http.DetectContentType(part.content)}
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

// A record is a request and its response in one piece of memory: numbers, texts and lists, one after another, as
// exchange.write writes them and control.view reads them. So a thousand of them cost the garbage collector
// nothing, and JSON is made only if somebody looks. It never holds the token.
type record []byte

func (r *record) number(n int64) { *r = binary.AppendVarint(*r, n) }

// more precedes each item of a list, and says at its end that there is none.
func (r *record) more(is bool) {
	if is {
		*r = append(*r, 1)
	} else {
		*r = append(*r, 0)
	}
}

// text writes at most n bytes of a text, and a sign if there were more.
func (r *record) text(text string, n int) {
	if len(text) > n {
		text = strings.ToValidUTF8(text[:max(n, 0)], "") + "…"
	}
	*r = append(binary.AppendUvarint(*r, uint64(len(text))), text...)
}

func (r *record) readNumber() int64 {
	n, size := binary.Varint(*r)
	*r = (*r)[size:]
	return n
}

func (r *record) readMore() bool {
	is := (*r)[0] == 1
	*r = (*r)[1:]
	return is
}

func (r *record) readText() string {
	n, size := binary.Uvarint(*r)
	end := size + int(n)
	text := string((*r)[size:end])
	*r = (*r)[end:]
	return text
}

const redacted = "[token]"

// text writes a text without the token that the request brought.
func (x *exchange) text(text string, n int) {
	if x.token != "" && strings.Contains(text, x.token) {
		text = strings.ReplaceAll(text, x.token, redacted)
	}
	x.record.text(text, n)
}

func (x *exchange) texts(texts []string) {
	for _, text := range texts {
		x.record.more(true)
		x.text(text, maxRecordedHeader)
	}
	x.record.more(false)
}

// write writes all that is known of a request, whose handler has returned or panicked.
func (x *exchange) write(r *http.Request) {
	w := &x.record
	w.number(x.began.UnixNano())
	w.number(int64(time.Since(x.began)))
	x.text(x.account, maxRecordedHeader)
	x.text(r.Method, maxRecordedHeader)
	x.text(r.URL.Path, maxRecordedHeader)
	operation := ""
	if x.operation != nil {
		operation = x.operation.ID
	}
	w.text(operation, len(operation))
	for _, name := range recordedHeaders {
		switch values := r.Header[name]; len(values) {
		case 0:
			w.text("", 0)
		case 1:
			x.text(values[0], maxRecordedHeader)
		default:
			x.text(strings.Join(values, ", "), maxRecordedHeader)
		}
	}
	w.number(r.ContentLength)

	room := maxRecordedText
	for name, values := range x.values {
		for _, value := range values {
			if room -= len(name); room > 0 {
				w.more(true)
				x.text(name, maxRecordedHeader)
				x.text(value, room)
				room -= len(value)
			}
		}
	}
	w.more(false)
	for _, part := range x.parts {
		if room -= len(part.name); room > 0 {
			w.more(true)
			x.text(part.name, maxRecordedHeader)
			w.text(part.field, maxRecordedHeader)
			w.more(part.isFile)
			w.number(int64(part.size))
			w.text(part.contentType, maxRecordedHeader)
		}
	}
	w.more(false)
	for _, violation := range x.violations {
		if room -= len(violation.Message); room > 0 {
			w.more(true)
			x.text(violation.Field, maxRecordedHeader)
			w.text(string(violation.Rule), maxRecordedHeader)
			x.text(violation.Message, maxRecordedHeader)
		}
	}
	w.more(false)
	var happened, ignored []string
	if x.plan != nil {
		happened, ignored = x.plan.happened, x.plan.ignored
	}
	x.texts(happened)
	x.texts(ignored)

	w.number(int64(x.status))
	for name, values := range x.Header() {
		w.more(true)
		w.text(name, maxRecordedHeader)
		x.text(strings.Join(values, ", "), maxRecordedHeader)
	}
	w.more(false)
	if x.token != "" && bytes.Contains(x.body, []byte(x.token)) {
		x.body = bytes.ReplaceAll(x.body, []byte(x.token), []byte(redacted))
	}
	*w = append(binary.AppendUvarint(*w, uint64(len(x.body))), x.body...)
	w.number(int64(x.bodySize))
}

// A recorder keeps the last requests, in a ring: the one with id n is at n % maxRecords.
type recorder struct {
	exchanges sync.Pool
	mu        sync.Mutex
	ring      [maxRecords]record
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
	x.write(r)
	free := c.keep(x.record)
	*x = exchange{body: x.body[:0], record: free[:0]}
	c.exchanges.Put(x)
}

// keep takes a record. It returns the memory of one that is not kept any more.
func (c *recorder) keep(r record) (free record) {
	c.mu.Lock()
	defer c.mu.Unlock()
	id := c.next
	c.next++
	if id-c.oldest == maxRecords {
		free = c.drop()
	}
	c.ring[id%maxRecords] = r
	for c.bytes += cap(r); c.bytes > maxRecordedBytes && c.oldest < id; {
		c.drop()
	}
	for w := range c.watchers {
		select {
		case w.news <- struct{}{}:
		default: // it was told already
		}
	}
	return free
}

// drop forgets the oldest request, and returns its memory.
func (c *recorder) drop() (free record) {
	oldest := &c.ring[c.oldest%maxRecords]
	free, *oldest = *oldest, nil
	c.bytes -= cap(free)
	c.oldest++
	return free
}

// after returns copies of the requests that came after the one of an id, and the id of the first of them.
func (c *recorder) after(id int64) (first int64, requests []record) {
	c.mu.Lock()
	defer c.mu.Unlock()
	first = max(id+1, c.oldest)
	for n := first; n < c.next; n++ {
		requests = append(requests, slices.Clone(c.ring[n%maxRecords]))
	}
	return first, requests
}

// get returns a copy of the request of an id, if it is kept.
func (c *recorder) get(id int64) (r record, is bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if id < c.oldest || id >= c.next {
		return nil, false
	}
	return slices.Clone(c.ring[id%maxRecords]), true
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
