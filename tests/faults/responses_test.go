package faults

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http/httputil"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// A response is one that a server sends; the zero value is an empty 200.
type response struct {
	status  int
	headers []string
	body    string
	framing framing
}

// A framing is the way in which a response says where it ends.
type framing int

const (
	length framing = iota
	chunked
	toTheEnd // of the connection
)

func (f framing) String() string { return [...]string{"Content-Length", "chunked", "close"}[f] }

func (r response) wire() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "HTTP/1.1 %d Text\r\n", max(r.status, 200))
	for _, header := range r.headers {
		fmt.Fprintf(&b, "%s\r\n", header)
	}
	switch half := len(r.body) / 2; r.framing {
	case length:
		fmt.Fprintf(&b, "Content-Length: %d\r\n\r\n%s", len(r.body), r.body)
	case chunked:
		fmt.Fprintf(&b, "Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n%x\r\n%s\r\n0\r\n\r\n", half, r.body[:half], len(r.body)-half, r.body[half:])
	case toTheEnd:
		fmt.Fprintf(&b, "Connection: close\r\n\r\n%s", r.body)
	}
	return b.Bytes()
}

// A reading is what a response says to a client that reads it as the norm asks: done, refused, queued, or
// nothing that is certain. A client may always be more careful.
type reading struct {
	outcome string
	body    map[string]any
	content []byte
	lenient bool // the norm leaves open whether it can be read at all
}

var (
	statusLine = regexp.MustCompile(`^HTTP/1\.[01] ([0-9]{3})( .*)?$`)
	oddStatus  = regexp.MustCompile(`^ *HTTP/(?:\S*[ \t]+|....)([0-9]{3})`) // which some libraries take
	control    = regexp.MustCompile("[\x00-\x08\x0a-\x1f\x7f]")
	headerLine = regexp.MustCompile("^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*$")
	digits     = regexp.MustCompile(`^[0-9]{1,18}$`)
	lastOfPath = regexp.MustCompile(`/([A-Za-z0-9_-]+)$`)
)

// read reads a response to an operation, with the interim ones before it.
func (op *operation) read(wire []byte, end end) reading {
	inDoubt := reading{outcome: "in_doubt"}
	trimmed := bytes.TrimLeft(wire, "\r\n") // as some libraries do
	lenient := len(trimmed) < len(wire)
	wire = trimmed
	for {
		head, rest, found := cutHead(wire)
		if !found {
			return inDoubt
		}
		lines := strings.Split(strings.ReplaceAll(head, "\r\n", "\n"), "\n")
		lenient = lenient || strings.Count(head, "\n") != strings.Count(head, "\r\n") || strings.Count(head, "\r") != strings.Count(head, "\r\n")
		match := statusLine.FindStringSubmatch(lines[0])
		if match == nil {
			match, lenient = oddStatus.FindStringSubmatch(lines[0]), true
		}
		if match == nil {
			return inDoubt
		}
		status, _ := strconv.Atoi(match[1])
		if status >= 100 && status < 200 && status != 101 {
			wire = rest
			continue
		}
		headers := map[string][]string{}
		for _, line := range lines[1:] {
			if match := headerLine.FindStringSubmatch(line); match != nil && utf8.ValidString(line) && !control.MatchString(line) {
				name := strings.ToLower(match[1])
				headers[name] = append(headers[name], match[2])
			} else {
				lenient = true
			}
		}
		r := op.classify(status, headers, rest, end)
		r.lenient = r.lenient || lenient || !strings.HasPrefix(lines[0], "HTTP/1.1") && len(headers["transfer-encoding"]) > 0
		return r
	}
}

func cutHead(wire []byte) (head string, rest []byte, found bool) {
	at := regexp.MustCompile(`\r?\n\r?\n`).FindIndex(wire)
	if at == nil {
		return "", nil, false
	}
	return string(wire[:at[0]]), wire[at[1]:], true
}

func (op *operation) classify(status int, headers map[string][]string, rest []byte, end end) reading {
	switch {
	case status == 404 && op.method == "DELETE":
		return reading{outcome: "refused", lenient: true} // or deleted, by an earlier attempt
	case status >= 400 && status < 500 && status != 402 && status != 408:
		content, complete, lenient := body(status, headers, rest, end)
		r := reading{outcome: "refused", lenient: lenient}
		if complete {
			r.body = object(content)
		}
		return r
	case status < 200 || status >= 300:
		return reading{outcome: "in_doubt"}
	}
	content, complete, lenient := body(status, headers, rest, end)
	said := object(content)
	if op.isContent && complete {
		return reading{outcome: op.done, content: content, lenient: lenient}
	}
	if !complete || said == nil {
		return reading{outcome: "in_doubt", lenient: lenient}
	}
	r := reading{outcome: "in_doubt", body: said, lenient: lenient}
	switch {
	case op.method == "GET":
		if _, isText := said["Id"].(string); isText {
			r.outcome = op.done
		}
	case said["Status"] == op.doneStatus:
		if uri, _ := said["Uri"].(string); op.method != "POST" || lastOfPath.MatchString(uri) {
			r.outcome = op.done
		}
	case said["Status"] == "QUEUED":
		r.outcome = "queued"
	case said["Status"] == "ERROR":
		r.outcome = "refused"
	}
	return r
}

// body is the content of a response, and whether it is complete.
func body(status int, headers map[string][]string, rest []byte, end end) (content []byte, complete, lenient bool) {
	lengths, codings := headers["content-length"], headers["transfer-encoding"]
	lenient = len(headers["content-encoding"]) > 0
	switch {
	case status == 204 || status == 304:
		return nil, true, lenient
	case len(codings) == 1 && strings.EqualFold(codings[0], "chunked"):
		content, err := io.ReadAll(httputil.NewChunkedReader(bytes.NewReader(rest)))
		lenient = lenient || len(lengths) > 0
		if errors.Is(err, io.ErrUnexpectedEOF) {
			return nil, false, lenient
		}
		// Libraries differ in what they take for the end of a chunk, and of the last one.
		return content, err == nil, lenient || err != nil || !bytes.HasSuffix(rest, []byte("0\r\n\r\n"))
	case len(codings) > 0:
		return rest, true, true
	case len(lengths) == 0:
		return rest, end != rst || object(rest) != nil, lenient
	case len(lengths) > 1 && len(slices.Compact(lengths)) == 1: // RFC 9110, 8.6 leaves it open
		lenient = true
	case len(lengths) > 1 || !digits.MatchString(lengths[0]):
		return nil, false, lenient
	}
	n, _ := strconv.Atoi(lengths[0])
	return rest[:min(n, len(rest))], n <= len(rest), lenient
}

func object(content []byte) map[string]any {
	decoder := json.NewDecoder(bytes.NewReader(content))
	decoder.UseNumber()
	var said map[string]any
	if !utf8.Valid(content) || decoder.Decode(&said) != nil {
		return nil
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil
	}
	return said
}

// Each framing tells where a response ends: one that is cut says nothing.
func TestAResponseWithoutItsLastByteSaysNothing(t *testing.T) {
	for _, op := range operations {
		for _, f := range []framing{length, chunked, toTheEnd} {
			wire := op.response(7, f).wire()
			require.Equal(t, op.done, op.read(wire, fin).outcome)
			last := len(wire) // from which on it may be complete
			if f == chunked {
				last -= len("\r\n")
			}
			for cut := range last {
				require.Equal(t, reading{outcome: "in_doubt"}, op.read(wire[:cut], rst), "%s %v %q", op.name, f, wire[:cut])
			}
		}
	}
}
