package sandbox

import (
	"bytes"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// A heldResponse is one that nobody has seen yet.
type heldResponse struct {
	w      http.ResponseWriter
	header http.Header
	status int
	body   []byte
}

func newHeldResponse(w http.ResponseWriter) *heldResponse {
	return &heldResponse{w: w, header: w.Header().Clone(), status: http.StatusOK}
}

func (h *heldResponse) Header() http.Header         { return h.header }
func (h *heldResponse) WriteHeader(status int)      { h.status = status }
func (h *heldResponse) Unwrap() http.ResponseWriter { return h.w }
func (h *heldResponse) Write(b []byte) (int, error) {
	h.body = append(h.body, b...)
	return len(b), nil
}

func (h *heldResponse) sendHeader() {
	if len(h.body) > 0 {
		h.header.Set("Content-Length", strconv.Itoa(len(h.body)))
	}
	maps.Copy(h.w.Header(), h.header)
	h.w.WriteHeader(h.status)
}

func (h *heldResponse) send() {
	h.sendHeader()
	h.w.Write(h.body)
}

// sendHalf sends the header, and half of the body.
func (h *heldResponse) sendHalf() {
	h.sendHeader()
	h.w.Write(h.body[:len(h.body)/2])
	http.NewResponseController(h.w).Flush()
}

// surplusTime is how long a connection with surplus bytes is kept, for a client that uses it again.
const surplusTime = 5 * time.Second

// sendWithSurplus sends the response and bytes behind it, in one piece unless they come later, so that no client can
// be quicker than they are. It takes what comes after without responding.
func (h *heldResponse) sendWithSurplus(x *exchange, r *http.Request, account string, f *fault) {
	connection, buffered, err := http.NewResponseController(x).Hijack()
	if err != nil {
		slog.Error("sandbox: surplus bytes need HTTP/1.1", "err", err)
		h.send()
		return
	}
	x.sent(h.status, h.body)
	maps.Copy(x.Header(), h.header)
	h.header.Set("Date", time.Now().UTC().Format(http.TimeFormat))
	response := http.Response{
		StatusCode: h.status, ProtoMajor: 1, ProtoMinor: 1, Request: r,
		Header: h.header, ContentLength: int64(len(h.body)), Body: io.NopCloser(bytes.NewReader(h.body)),
	}
	body := `{"Status":"OK","Uri":"/Advertisers/` + account + `/Campaigns/` + strconv.Itoa(SystemCampaign) + `/Contacts/1"}`
	second := "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + strconv.Itoa(len(body)) + "\r\n\r\n" + body
	surplus := strings.Repeat(second, int(f.number)/len(second)+1)[:f.number]
	after := f.parameters["after"].duration
	connection.SetDeadline(time.Now().Add(after + surplusTime))
	var all bytes.Buffer
	_ = response.Write(&all)
	if after == 0 {
		all.WriteString(surplus)
	}
	connection.Write(all.Bytes())
	go func() {
		if after > 0 {
			time.Sleep(after)
			io.WriteString(connection, surplus)
		}
		io.Copy(io.Discard, buffered)
		connection.Close()
	}()
}

// respondCode responds with the status of a fault, and a body as the API or as something in front of it has.
func respondCode(w http.ResponseWriter, f *fault) {
	status := int(f.number)
	title := strings.TrimSpace(f.text + " " + http.StatusText(status))
	h := w.Header()
	switch status {
	case http.StatusTooManyRequests:
		h.Set("X-Ratelimit-Remaining", "0")
		h.Set("X-Ratelimit-Reset", "1")
		h.Set(retryAfter, "1")
	case http.StatusServiceUnavailable:
		h.Set(retryAfter, "1")
	}
	contentType, body := "application/json", ""
	message := "The sandbox was told to respond with " + title + "."
	switch f.parameters["body"].text {
	case "html":
		contentType, body = "text/html; charset=utf-8", "<html><head><title>"+title+"</title></head><body><h1>"+title+"</h1></body></html>\n"
	case "xml":
		contentType, body = "application/xml", `<?xml version="1.0" encoding="UTF-8"?><ImpactRadiusResponse><Status>ERROR</Status><Message>`+message+"</Message></ImpactRadiusResponse>\n"
	default:
		body = string(appendEnvelope(nil, &apiError{Message: message}))
	}
	if status == http.StatusNoContent || status == http.StatusNotModified {
		w.WriteHeader(status)
		return
	}
	h.Set("Content-Type", contentType)
	w.WriteHeader(status)
	io.WriteString(w, body)
}
