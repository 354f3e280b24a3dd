package faults

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"time"
)

// Responses that no server should send: whatever a client makes of one, it claims no more than the response says,
// and the next call is not harmed.
func TestMutatedResponses(t *testing.T) {
	forEachClient(t, func(t *testing.T, s *suite) {
		for n := range uint64(part(250, 10_000)) {
			s.mutated(n, n%10 == 9)
		}
	})
}

func (s *suite) mutated(n uint64, open bool) {
	random := rand.New(rand.NewPCG(*seed, n))
	op := pick(random, operations)
	base := pick(random, bases(op))
	change := rand.New(rand.NewPCG(*seed, n)).Uint64() // the same for each attempt
	mutate := func(id int64) []byte {
		return mutation(rand.New(rand.NewPCG(change, 0)), base(id))
	}
	a := ask{op: op, what: fmt.Sprintf("-seed %d, mutation %d", *seed, n)}
	t := turn{request: whole, response: mutate, end: fin}
	if open { // as the connection stays open, a client may have to wait for the rest
		a.timeout, t.end = 300*time.Millisecond, keep
	}
	s.call(a, t)
	a.what += ", then another call"
	s.warm(a)
}

// bases are the responses that are changed.
func bases(op *operation) []func(int64) []byte {
	of := func(status int, f framing, headers ...string) func(int64) []byte {
		return func(id int64) []byte {
			r := op.response(id, f)
			if status >= 400 {
				r = op.refusal(id)
				r.framing = f
			}
			r.status, r.headers = status, append(r.headers, headers...)
			return r.wire()
		}
	}
	interim := func(id int64) []byte {
		return append([]byte("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"), op.success(id)...)
	}
	trailer := func(id int64) []byte {
		return bytes.Replace(of(200, chunked)(id), []byte("0\r\n\r\n"), []byte("0;echo="+token+"\r\nX-Echo: "+secret+"\r\n\r\n"), 1)
	}
	limits := []string{"X-RateLimit-Limit: 1000", "X-RateLimit-Remaining: 998", "X-RateLimit-Reset: 90", "Content-Type: application/json"}
	return []func(int64) []byte{
		of(200, length), of(200, length, limits...), of(200, chunked), of(201, chunked, limits...), of(200, toTheEnd),
		of(400, length), of(403, chunked), of(500, length), of(503, chunked, "Retry-After: 7"), interim, trailer,
	}
}

func pick[T any](random *rand.Rand, of []T) T { return of[random.IntN(len(of))] }

var (
	lengths = []string{"", "abc", "-1", "+75", "0x4b", "75, 75", "075", "7 5", "75;", "1e2", "0", "1", "76", "100000", "9223372036854775807", "9223372036854775808",
		"18446744073709551616", "99999999999999999999999999", "\t75", "７５", "75\x00"}
	sizes  = []string{"", "0", "-1", "+4", "0x4", "4 ", " 4", "4;", "4;a=\"b\"", "4;a=\"\r\n", "zz", "ffffffff", "ffffffffffffffff", "10000000000000000", "00000000000000000004", "4\n", "4\r"}
	firsts = []string{"HTTP/1.0 200 OK", "HTTP/1.1 200", "HTTP/1.1 200 ", "HTTP/1.1  200 OK", "HTTP/1.1 20 OK", "HTTP/1.1 2000 OK", "HTTP/1.1 +20 OK", "HTTP/2 200 OK", "HTTP/2.0 200 OK",
		"HTTP/0.9 200 OK", "HTTP/1.1 200 " + token, "http/1.1 200 OK", "ICY 200 OK", "HTTP/1.1\t200 OK", " HTTP/1.1 200 OK", "", "\r\nHTTP/1.1 200 OK", "HTTP/1.1 200 \xff\xfe\x00",
		"HTTP/1.1 100 Continue", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade", "HTTP/1.1 199 No", "HTTP/1.1 099 No", "HTTP/1.1 000 No",
		"HTTP/1.1 202 Accepted", "HTTP/1.1 204 No Content", "HTTP/1.1 205 Reset Content", "HTTP/1.1 206 Partial Content", "HTTP/1.1 226 IM Used", "HTTP/1.1 299 Odd",
		"HTTP/1.1 301 Moved\r\nLocation: /elsewhere", "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/", "HTTP/1.1 304 Not Modified", "HTTP/1.1 307 Again\r\nLocation: ://", "HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=\"" + token + "\"",
		"HTTP/1.1 402 Pay", "HTTP/1.1 404 Gone", "HTTP/1.1 407 No\r\nProxy-Authenticate: Basic", "HTTP/1.1 408 Slow", "HTTP/1.1 413 Much", "HTTP/1.1 417 No", "HTTP/1.1 426 No\r\nUpgrade: h2c", "HTTP/1.1 429 Wait\r\nRetry-After: 1",
		"HTTP/1.1 499 Odd", "HTTP/1.1 500 No", "HTTP/1.1 599 No", "HTTP/1.1 600 No", "HTTP/1.1 999 No", "HTTP/1.1 200 " + strings.Repeat("x", 70_000)}
	extras = []string{"Content-Length: 75", "Content-Length: 1", "content-length: 76", "Transfer-Encoding: chunked", "Transfer-Encoding: identity", "Transfer-Encoding: gzip, chunked", "Transfer-Encoding: chunked, chunked",
		"Transfer-Encoding: xchunked", "transfer-encoding:\tchunked", "Transfer-Encoding : chunked", "Content-Encoding: gzip", "Content-Encoding: br", "Content-Encoding: deflate", "Content-Encoding: nothing", "Content-Type: \x00", "Content-Type: text/html; charset=utf-16",
		"Content-Type: application/json; charset=\"" + token, "Connection: upgrade", "Upgrade: h2c", "Connection: close", "Connection: keep-alive, close", "Keep-Alive: timeout=-1", "Trailer: X-Echo", "Location: http://[::1", "Set-Cookie: a=" + token,
		"Retry-After: -1", "Retry-After: 99999999999999999999", "X-RateLimit-Reset: NaN", "X-RateLimit-Remaining: 1e9", "no colon", ": no name", " folded", "\tfolded", "X-Space : x", "X-Nul: \x00", "X-CR: a\rb", "X-Latin: \xe9", "X-Token: " + token,
		"X-Long: " + strings.Repeat("x", 70_000), strings.Repeat("X-Many: x\r\n", 300) + "X-Last: x"}
	bodies = []string{"", "null", "[]", "{}", "{", "\"OK\"", "\ufeff{\"Status\":\"OK\",\"Uri\":\"/a/1\"}", `{"Status":"OK"}`, `{"Status":"OK","Uri":null}`, `{"Status":"OK","Uri":"/a/"}`, `{"Status":"OK","Uri":5}`, `{"Status":"ok","Uri":"/a/1"}`,
		`{"status":"OK","Uri":"/a/1"}`, `{"Status":"ERROR"}`, `{"Status":"QUEUED","QueuedUri":"/a/1"}`, `{"Status":"DELETED"}`, `{"Status":1,"Uri":"/a/1"}`, `{"Status":"OK","Uri":"/a/1"} x`, `{"Status":"OK","Uri":"/a/1",}`, `{'Status':'OK','Uri':'/a/1'}`,
		`{"Status":"OK","Uri":"/a/1","Errors":{}}`, `{"Status":"OK","Uri":"/a/1","Message":[]}`, "{\"Status\":\"OK\",\"Uri\":\"/a/\xff1\"}", `{"Status":"ERROR","Message":"` + token + `"}`, `{"Id":5}`, `{"Id":null}`, `{"Id":"1","Accounts":[null]}`, `{"Id":"1","Editable":"yes"}`,
		`{"Id":"1","X":` + strings.Repeat("[", 5000) + strings.Repeat("]", 5000) + `}`, `{"Id":"1","X":` + strings.Repeat("[", 5000), `{"Id":"1","X":1e999999}`, `{"Id":"1","X":` + strings.Repeat("9", 5000) + `}`, `{"Id":"\ud800"}`, `{"Id":"1","X":NaN}`, "{\"Id\":\"1\",\"X\":\"\x01\"}",
		"<html>" + token + "</html>", strings.Repeat(" ", 1<<20) + `{"Id":"1"}`}
)

var (
	lengthHeader = regexp.MustCompile(`(?i)Content-Length: *[^\r\n]*`)
	chunkSize    = regexp.MustCompile(`\r\n[0-9a-f]+\r\n`)
)

// mutation changes a response, in one way or in several.
func mutation(random *rand.Rand, wire []byte) []byte {
	for range 1 + random.IntN(4)/3 {
		wire = mutateOnce(random, wire)
	}
	return wire
}

func mutateOnce(random *rand.Rand, wire []byte) []byte {
	at := func() int { return random.IntN(len(wire) + 1) }
	line := func(text string) []byte {
		return bytes.Replace(wire, []byte("\r\n"), []byte("\r\n"+text+"\r\n"), 1)
	}
	switch random.IntN(12) {
	case 0, 1: // bytes are flipped
		wire = bytes.Clone(wire)
		for range 1 + random.IntN(3) {
			wire[random.IntN(len(wire))] ^= byte(1 << random.IntN(8))
		}
		return wire
	case 2: // a stretch is left out
		from, to := at(), at()
		return append(bytes.Clone(wire[:min(from, to)]), wire[max(from, to):]...)
	case 3: // a stretch is doubled
		from, to := at(), at()
		return append(bytes.Clone(wire[:max(from, to)]), wire[min(from, to):]...)
	case 4: // something is put in
		i := at()
		return append(append(bytes.Clone(wire[:i]), pick(random, []string{"\r\n", "\n", "\x00", "\xff", " ", ":", "\r\n\r\n", "0\r\n\r\n", token})...), wire[i:]...)
	case 5:
		return wire[:at()]
	case 6: // the length is another
		return lengthHeader.ReplaceAllLiteral(wire, []byte("Content-Length: "+pick(random, lengths)))
	case 7: // a chunk's size is another
		n, i := random.IntN(3), -1
		return chunkSize.ReplaceAllFunc(wire, func(old []byte) []byte {
			if i++; i != n {
				return old
			}
			return []byte("\r\n" + pick(random, sizes) + "\r\n")
		})
	case 8: // the status line is another
		_, rest, _ := bytes.Cut(wire, []byte("\r\n"))
		return append([]byte(pick(random, firsts)+"\r\n"), rest...)
	case 9: // there are more headers
		return line(pick(random, extras))
	case 10: // a header is there twice
		head, _, _ := bytes.Cut(wire, []byte("\r\n\r\n"))
		lines := strings.Split(string(head), "\r\n")
		return line(pick(random, lines[min(1, len(lines)-1):]))
	default: // the body is another, with its right length
		head, _, found := bytes.Cut(wire, []byte("\r\n\r\n"))
		body := pick(random, bodies)
		if !found || bytes.Contains(head, []byte("chunked")) {
			return line("X-Body: " + fmt.Sprint(len(body)))
		}
		head = lengthHeader.ReplaceAllLiteral(head, []byte(fmt.Sprintf("Content-Length: %d", len(body))))
		return append(append(bytes.Clone(head), "\r\n\r\n"...), body...)
	}
}
