package sandbox

import (
	"context"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// visible are the accounts whose requests a caller sees; nil: all.
func (c *control) visible(r *http.Request) []string { return c.sandbox.accounts.visibleTo(callerOf(r)) }

// readQuery reads which requests are asked for.
func (c *control) readQuery(r *http.Request) (q RequestQuery, err error) {
	q = RequestQuery{Accounts: c.visible(r), Status: -1}
	for name, values := range r.URL.Query() {
		if len(values) > 1 {
			return q, malformed(fmt.Sprintf("The query has %q twice. Give it once.", displayName(name)))
		}
		value := values[0]
		switch name {
		case "status":
			digits := strings.TrimSuffix(value, "xx")
			if len(value) != 3 || strings.Trim(digits, "0123456789") != "" {
				return q, malformed("status must be three digits, such as 404, or 4xx.")
			}
			q.Status, _ = strconv.Atoi(digits)
		case "text":
			q.Text = strings.ToLower(string(appendEscaped(nil, value)))
		case "before":
			if q.Before, err = strconv.ParseInt(value, 10, 64); err != nil || q.Before < 1 {
				return q, malformed("before must be the id of a request.")
			}
		case "limit":
			if q.Limit, err = strconv.Atoi(value); err != nil || q.Limit < 1 {
				return q, malformed("limit must be a whole number from 1.")
			}
		default:
			return q, malformed(fmt.Sprintf("The query has %q. It takes status=404, status=4xx, text=WORDS, before=ID and limit=NUMBER.", displayName(name)))
		}
	}
	return q, nil
}

// getRequests responds with the requests, the newest first; or, to Accept: text/event-stream, with those to come.
func (c *control) getRequests(w http.ResponseWriter, r *http.Request) {
	q, err := c.readQuery(r)
	if err != nil {
		respondError(w, err)
		return
	}
	if mediaType, _, _ := mime.ParseMediaType(r.Header.Get("Accept")); mediaType == "text/event-stream" {
		c.stream(w, r, q)
		return
	}
	list, err := c.sandbox.record.log.List(r.Context(), q)
	if err != nil {
		respondError(w, storeFailed(err))
		return
	}
	body := []byte(`{"requests":[`)
	for i, record := range list {
		if i > 0 {
			body = append(body, ",\n"...)
		}
		body = record.appendTo(body)
	}
	w.Header()["Content-Type"] = contentJSON
	w.Write(append(body, "]}\n"...))
}

func (c *control) getRequest(w http.ResponseWriter, r *http.Request) {
	record, err := c.requestOf(r)
	if err != nil {
		respondError(w, err)
		return
	}
	w.Header()["Content-Type"] = contentJSON
	w.Write(append(record.appendTo(nil), '\n'))
}

// requestOf is the recorded request that a path names.
func (c *control) requestOf(r *http.Request) (RequestRecord, error) {
	if err := takesNoQuery(r); err != nil {
		return RequestRecord{}, err
	}
	record, err := c.sandbox.record.log.Get(r.Context(), c.visible(r), idOf(r))
	if err != nil {
		return RequestRecord{}, requestFailed(err)
	}
	return record, nil
}

// idOf is the id in the path of a request; 0, which no request has, if it is none.
func idOf(r *http.Request) int64 {
	id, _ := strconv.ParseInt(r.PathValue("id"), 10, 64)
	return id
}

// requestFailed is the error of a response for an error of the log.
func requestFailed(err error) error {
	switch {
	case errors.Is(err, ErrNotFound):
		return &apiError{Status: http.StatusNotFound, Message: "There is no such request, or it is not one of the last."}
	case errors.Is(err, ErrTooManyPinned):
		return &apiError{Status: http.StatusConflict, Message: "Too many requests are pinned, or their parts are too large. Unpin some first."}
	}
	return storeFailed(err)
}

// pin pins a request, or ends that.
func (c *control) pin(pinned bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		err := takesNoQuery(r)
		if err == nil {
			err = c.sandbox.record.log.Pin(r.Context(), c.visible(r), idOf(r), pinned)
		}
		if err != nil {
			respondError(w, requestFailed(err))
			return
		}
		w.WriteHeader(http.StatusNoContent)
	}
}

// getPart responds with the bytes of a part. Only an image is of its own type, and may be shown: what else came may do
// harm in a browser.
func (c *control) getPart(w http.ResponseWriter, r *http.Request) {
	err := takesNoQuery(r)
	var content []byte
	if err == nil {
		n, parseErr := strconv.Atoi(r.PathValue("n"))
		if content, err = c.sandbox.record.log.Part(r.Context(), c.visible(r), idOf(r), n); parseErr != nil || errors.Is(err, ErrNotFound) {
			err = &apiError{Status: http.StatusNotFound, Message: "There is no such part, or its bytes are not kept."}
		}
	}
	if err != nil {
		respondError(w, requestFailed(err))
		return
	}
	h := w.Header()
	h.Set("Content-Type", imageType(content))
	if imageType(content) == "" {
		h.Set("Content-Type", "application/octet-stream")
		h.Set("Content-Disposition", "attachment")
	}
	h.Set("Content-Length", strconv.Itoa(len(content)))
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	w.Write(content)
}

const (
	heartbeat   = 15 * time.Second // of a stream without news
	streamWrite = 10 * time.Second // how long a reader may take
)

// stream sends each new request as a server-sent event, until the client or the server ends it. A client that
// names the last one it has gets what came since.
func (c *control) stream(w http.ResponseWriter, r *http.Request, q RequestQuery) {
	c.sandbox.streams.Add(1)
	defer c.sandbox.streams.Add(-1)
	log, ctx := c.sandbox.record.log, r.Context()
	news, stop := log.Watch()
	defer stop()
	newest, err := log.Last(ctx)
	if err != nil {
		respondError(w, storeFailed(err))
		return
	}
	if q.After, err = strconv.ParseInt(r.Header.Get("Last-Event-ID"), 10, 64); err != nil {
		q.After = newest
	} else if q.After > newest {
		q.After = 0 // it is of a sandbox that was here before
	}
	controller := http.NewResponseController(w)
	w.Header().Set("Content-Type", "text/event-stream")
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for {
		events, err := eventsOf(ctx, log, &q)
		if err != nil {
			return
		}
		_ = controller.SetWriteDeadline(time.Now().Add(streamWrite))
		if _, err := w.Write(events); err != nil || controller.Flush() != nil {
			return
		}
		select {
		case <-news:
		case <-beat.C:
		case <-c.ended:
			return
		case <-ctx.Done():
			return
		}
	}
}

// eventsOf are the requests after the last that the client has, or else a comment, so that both ends know that the
// other is there.
func eventsOf(ctx context.Context, log RequestLog, q *RequestQuery) ([]byte, error) {
	newest, err := log.Last(ctx)
	if err != nil {
		return nil, err
	}
	if newest <= q.After {
		return []byte(":\n\n"), nil
	}
	q.Before = newest + 1
	list, err := log.List(ctx, *q)
	if err != nil {
		return nil, err
	}
	events := []byte(":\n\n")
	for _, record := range slices.Backward(list) {
		events = fmt.Appendf(events, "id: %d\nevent: request\ndata: ", record.ID)
		events = append(record.appendTo(events), "\n\n"...)
	}
	q.After = newest
	return events, nil
}
