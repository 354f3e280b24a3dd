package sandbox

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.com/contacts/wrapper"
)

// A requestView is a request as the control API shows it.
type requestView struct {
	ID         int64             `json:"id"`
	Time       time.Time         `json:"time"`
	Seconds    float64           `json:"seconds"` // how long it took
	Account    string            `json:"account,omitempty"`
	Operation  string            `json:"operation,omitempty"`
	Method     string            `json:"method"`
	Path       string            `json:"path"`
	Headers    map[string]string `json:"headers"`
	Encoding   string            `json:"encoding,omitempty"`
	Length     int64             `json:"length"` // of the body; -1 if it was not said
	Parameters []parameterView   `json:"parameters"`
	Parts      []partView        `json:"parts,omitempty"`
	Violations []violationView   `json:"violations,omitempty"`
	Faults     []string          `json:"faults,omitempty"`
	Ignored    []string          `json:"ignored,omitempty"` // preferences
	Status     int               `json:"status"`            // 0: there was no response
	Response   *responseView     `json:"response,omitempty"`
}

type parameterView struct {
	Name  string `json:"name"`
	In    string `json:"in,omitempty"` // empty: it is unknown
	Value string `json:"value"`
}

type partView struct {
	Name      string `json:"name"`
	Parameter string `json:"parameter,omitempty"`
	File      bool   `json:"file"` // it has a filename
	Size      int    `json:"size"`
	Type      string `json:"type"`
}

type violationView struct {
	Field   string           `json:"field,omitempty"`
	Rule    wrapper.RuleKind `json:"rule"`
	Message string           `json:"message"`
}

type responseView struct {
	Headers map[string]string `json:"headers"`
	Body    string            `json:"body"`
	Size    int               `json:"size"` // of the body, which is cut if it is long
}

// view is a request without its token, wherever a client put it.
func (c *control) view(r *recorded) requestView {
	v := requestView{
		ID: r.id, Time: r.began.UTC(), Seconds: r.duration.Seconds(), Account: c.redact(r.account), Method: c.redact(r.method),
		Path: c.redact(r.path), Headers: map[string]string{}, Length: r.length, Parameters: []parameterView{},
		Faults: c.redactAll(r.faults), Ignored: c.redactAll(r.ignored), Status: r.status,
	}
	for i, name := range recordedHeaders {
		if r.headers[i] != "" {
			v.Headers[name] = c.redact(r.headers[i])
		}
	}
	v.Encoding, _, _ = mime.ParseMediaType(v.Headers["Content-Type"])
	for _, part := range r.parts {
		v.Parts = append(v.Parts, partView{c.redact(part.name), part.field, part.isFile, part.size, part.contentType})
	}
	for _, violation := range r.violations {
		v.Violations = append(v.Violations, violationView{c.redact(violation.Field), violation.Rule, c.redact(violation.Message)})
	}
	if r.operation != nil {
		v.Operation = r.operation.ID
		v.Parameters = c.viewParameters(r)
	}
	if r.status != 0 {
		v.Response = &responseView{map[string]string{}, c.redact(string(r.body)), r.bodySize}
		for name, values := range r.header {
			v.Response.Headers[name] = c.redact(strings.Join(values, ", "))
		}
	}
	return v
}

// viewParameters are in the order of the contract; those that it does not have come last.
func (c *control) viewParameters(r *recorded) []parameterView {
	list := []parameterView{}
	for name, values := range r.values {
		in := wrapper.In("")
		if field := r.operation.Field(name); field != nil {
			in = field.In
		}
		for _, value := range values {
			list = append(list, parameterView{c.redact(name), string(in), c.redact(value)})
		}
	}
	p := parameters{operation: r.operation}
	slices.SortStableFunc(list, func(a, b parameterView) int {
		return cmp.Or(p.position(a.Name)-p.position(b.Name), strings.Compare(a.Name, b.Name))
	})
	return list
}

// redact hides the words of a text that are a token of the sandbox. A request that was not authorized by it may
// hold it.
func (c *control) redact(text string) string {
	words := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" \t\"'/=,;:&?<>(){}[]\\", r) })
	for _, word := range append(words, text) {
		if c.sandbox.credentials.isToken(word) || c.isToken(word) {
			text = strings.ReplaceAll(text, word, redacted)
		}
	}
	return text
}

func (c *control) redactAll(texts []string) (redacted []string) {
	for _, text := range texts {
		redacted = append(redacted, c.redact(text))
	}
	return redacted
}

// A filter chooses among requests.
type filter struct {
	status string // 404, or 4xx; empty: all
	text   string // that the JSON of a request holds, in any case; empty: all
}

func readFilter(r *http.Request) (f filter, err error) {
	query := r.URL.Query()
	for name, values := range query {
		if name != "status" && name != "text" || len(values) > 1 {
			return f, malformed(fmt.Sprintf("The query has %q, or has it twice. It takes status=404, status=4xx and text=WORDS.", displayName(name)))
		}
	}
	f = filter{query.Get("status"), strings.ToLower(query.Get("text"))}
	if digits := strings.TrimSuffix(f.status, "xx"); query.Has("status") && (len(f.status) != 3 || strings.Trim(digits, "0123456789") != "") {
		return f, malformed("status must be three digits, such as 404, or 4xx.")
	}
	return f, nil
}

// write returns the JSON of a request, or nil if the filter leaves it out.
func (c *control) write(r *recorded, f filter) []byte {
	status := fmt.Sprintf("%03d", r.status)
	if f.status != "" && f.status != status && f.status != status[:1]+"xx" {
		return nil
	}
	var b bytes.Buffer
	writeJSON(&b, c.view(r))
	if !strings.Contains(strings.ToLower(b.String()), f.text) {
		return nil
	}
	return bytes.TrimSpace(b.Bytes())
}

// getRequests responds with the requests, the newest first; or, to Accept: text/event-stream, with those to come.
func (c *control) getRequests(w http.ResponseWriter, r *http.Request) {
	f, err := readFilter(r)
	if err != nil {
		respondError(w, err)
		return
	}
	if mediaType, _, _ := mime.ParseMediaType(r.Header.Get("Accept")); mediaType == "text/event-stream" {
		c.stream(w, r, f)
		return
	}
	var list [][]byte
	for _, recorded := range slices.Backward(c.sandbox.record.after(0)) {
		if written := c.write(&recorded, f); written != nil {
			list = append(list, written)
		}
	}
	w.Header()["Content-Type"] = contentJSON
	io.WriteString(w, `{"requests":[`)
	w.Write(bytes.Join(list, []byte(",\n")))
	io.WriteString(w, "]}\n")
}

func (c *control) getRequest(w http.ResponseWriter, r *http.Request) {
	err := takesNoQuery(r)
	id, parseErr := strconv.ParseInt(r.PathValue("id"), 10, 64)
	requests := c.sandbox.record.after(id - 1)
	if err == nil && (parseErr != nil || len(requests) == 0 || requests[0].id != id) {
		err = &apiError{Status: http.StatusNotFound, Message: "There is no such request, or it is not one of the last " + strconv.Itoa(maxRecords) + "."}
	}
	if err != nil {
		respondError(w, err)
		return
	}
	respondJSON(w, c.view(&requests[0]))
}

const (
	heartbeat   = 15 * time.Second // of a stream without news
	streamWrite = 10 * time.Second // how long a reader may take
)

// stream sends each new request as a server-sent event, until the client or the server ends it. A client that
// names the last one it has gets what came since.
func (c *control) stream(w http.ResponseWriter, r *http.Request, f filter) {
	watcher := c.sandbox.record.watch()
	defer c.sandbox.record.unwatch(watcher)
	last, err := strconv.ParseInt(r.Header.Get("Last-Event-ID"), 10, 64)
	if err != nil {
		last = c.sandbox.record.last()
	}
	// The server's deadlines are for requests that end.
	controller := http.NewResponseController(w)
	_ = controller.SetReadDeadline(time.Time{})
	w.Header().Set("Content-Type", "text/event-stream")
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for {
		event := []byte(":\n\n") // a comment, so that both ends know that the other is there
		for _, recorded := range c.sandbox.record.after(last) {
			last = recorded.id
			if written := c.write(&recorded, f); written != nil {
				event = fmt.Appendf(event, "id: %d\nevent: request\ndata: %s\n\n", recorded.id, written)
			}
		}
		_ = controller.SetWriteDeadline(time.Now().Add(streamWrite))
		if _, err := w.Write(event); err != nil || controller.Flush() != nil {
			return
		}
		select {
		case <-watcher.news:
		case <-beat.C:
		case <-watcher.end:
			return
		case <-r.Context().Done():
			return
		}
	}
}
