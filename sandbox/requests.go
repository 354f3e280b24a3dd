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
	Status     int64             `json:"status"`            // 0: there was no response
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
	Size      int64  `json:"size"`
	Type      string `json:"type"`
}

type violationView struct {
	Field   string `json:"field,omitempty"`
	Rule    string `json:"rule"`
	Message string `json:"message"`
}

type responseView struct {
	Headers map[string]string `json:"headers"`
	Body    string            `json:"body"`
	Size    int64             `json:"size"` // of the body, which is cut if it is long
}

// view reads a record. Words that are a token of the sandbox are hidden wherever a client put them.
func (c *control) view(id int64, r record) requestView {
	text := func() string { return c.redact(r.readText()) }
	texts := func() (list []string) {
		for r.readMore() {
			list = append(list, text())
		}
		return list
	}
	v := requestView{ID: id, Headers: map[string]string{}, Parameters: []parameterView{}}
	v.Time = time.Unix(0, r.readNumber()).UTC()
	v.Seconds = time.Duration(r.readNumber()).Seconds()
	v.Account, v.Method, v.Path, v.Operation = text(), text(), text(), r.readText()
	for _, name := range recordedHeaders {
		if value := text(); value != "" {
			v.Headers[name] = value
		}
	}
	v.Encoding, _, _ = mime.ParseMediaType(v.Headers["Content-Type"])
	v.Length = r.readNumber()
	for r.readMore() {
		v.Parameters = append(v.Parameters, parameterView{Name: text(), Value: text()})
	}
	if operation := wrapper.OperationByID(v.Operation); operation != nil {
		order(v.Parameters, operation)
	}
	for r.readMore() {
		v.Parts = append(v.Parts, partView{text(), r.readText(), r.readMore(), r.readNumber(), r.readText()})
	}
	for r.readMore() {
		v.Violations = append(v.Violations, violationView{text(), r.readText(), text()})
	}
	v.Faults, v.Ignored = texts(), texts()
	v.Status = r.readNumber()
	response := &responseView{Headers: map[string]string{}}
	for r.readMore() {
		response.Headers[r.readText()] = text()
	}
	if response.Body, response.Size = text(), r.readNumber(); v.Status != 0 {
		v.Response = response
	}
	return v
}

// order puts parameters in the order of the contract, those that it does not have last.
func order(parameters []parameterView, operation *wrapper.Operation) {
	position := func(v parameterView) int {
		return slices.IndexFunc(operation.Fields, func(field wrapper.Field) bool { return field.Name == v.Name })
	}
	for i := range parameters {
		if field := operation.Field(parameters[i].Name); field != nil {
			parameters[i].In = string(field.In)
		}
	}
	slices.SortStableFunc(parameters, func(a, b parameterView) int {
		return cmp.Or(cmp.Compare(uint(position(a)), uint(position(b))), strings.Compare(a.Name, b.Name))
	})
}

// redact hides the words of a text that are a token of the sandbox. A request that was not authorized by it may
// hold it.
func (c *control) redact(text string) string {
	words := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" \t\"'/=,;:&?<>(){}[]\\", r) })
	for _, word := range append(words, text) {
		if c.sandbox.accounts.isToken(word) || c.isToken(word) {
			text = strings.ReplaceAll(text, word, redacted)
		}
	}
	return text
}

// A filter chooses among requests.
type filter struct {
	reader string // the account that sees its own requests only; empty: all
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
	f = filter{callerOf(r), query.Get("status"), strings.ToLower(query.Get("text"))}
	if digits := strings.TrimSuffix(f.status, "xx"); query.Has("status") && (len(f.status) != 3 || strings.Trim(digits, "0123456789") != "") {
		return f, malformed("status must be three digits, such as 404, or 4xx.")
	}
	return f, nil
}

// write returns the JSON of a request, or nil if the filter leaves it out.
func (c *control) write(id int64, r record, f filter) []byte {
	v := c.view(id, r)
	if !c.sandbox.accounts.maySee(f.reader, v.Account) {
		return nil
	}
	status := fmt.Sprintf("%03d", v.Status)
	if f.status != "" && f.status != status && f.status != status[:1]+"xx" {
		return nil
	}
	var b bytes.Buffer
	writeJSON(&b, v)
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
	first, records := c.sandbox.record.after(0)
	for i, r := range slices.Backward(records) {
		if written := c.write(first+int64(i), r, f); written != nil {
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
	record, is := c.sandbox.record.get(id)
	view := requestView{}
	if is {
		view = c.view(id, record)
		is = c.sandbox.accounts.maySee(callerOf(r), view.Account)
	}
	if err == nil && (parseErr != nil || !is) {
		err = &apiError{Status: http.StatusNotFound, Message: "There is no such request, or it is not one of the last " + strconv.Itoa(maxRecords) + "."}
	}
	if err != nil {
		respondError(w, err)
		return
	}
	respondJSON(w, view)
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
	c.sandbox.streams.Add(1)
	defer c.sandbox.streams.Add(-1)
	last, err := strconv.ParseInt(r.Header.Get("Last-Event-ID"), 10, 64)
	if newest := c.sandbox.record.last(); err != nil {
		last = newest
	} else if last > newest {
		last = 0 // it is of a sandbox that was here before
	}
	controller := http.NewResponseController(w)
	w.Header().Set("Content-Type", "text/event-stream")
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for {
		event := []byte(":\n\n") // a comment, so that both ends know that the other is there
		first, records := c.sandbox.record.after(last)
		for i, r := range records {
			last = first + int64(i)
			if written := c.write(last, r, f); written != nil {
				event = fmt.Appendf(event, "id: %d\nevent: request\ndata: %s\n\n", last, written)
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
