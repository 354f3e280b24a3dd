package conformance

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
)

// A server answers each case as its script says, down to the byte, and keeps what it saw.
type server struct {
	listener net.Listener
	dead     string // an address at which nothing listens

	mu      sync.Mutex
	scripts map[string]*script // by campaign
	strays  []string           // requests that belong to no case
}

type script struct {
	answers  []respond // the last serves all that follow
	replace  *strings.Replacer
	captured []captured
}

// captured is one request as it came over the wire.
type captured struct {
	method, uri string
	header      http.Header
	chunked     bool
	body        []byte
}

func newServer() (*server, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	unused, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	unused.Close()
	s := &server{listener: listener, dead: "http://" + unused.Addr().String(), scripts: map[string]*script{}}
	go s.accept()
	return s, nil
}

func (s *server) url() string { return "http://" + s.listener.Addr().String() }

func (s *server) play(campaign string, sc *script) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.scripts[campaign] = sc
}

// seen is what has come for a campaign so far.
func (s *server) seen(campaign string) []captured {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]captured(nil), s.scripts[campaign].captured...)
}

func (s *server) accept() {
	for {
		conn, err := s.listener.Accept()
		if err != nil {
			return
		}
		go s.serve(conn.(*net.TCPConn))
	}
}

var campaignInPath = regexp.MustCompile(`/Campaigns/([0-9]+)/`)

func (s *server) serve(conn *net.TCPConn) {
	defer conn.Close()
	reader := bufio.NewReader(conn)
	for {
		request, err := http.ReadRequest(reader)
		if err != nil {
			return
		}
		body, err := io.ReadAll(request.Body)
		if err != nil {
			return
		}
		answer, replace := s.record(captured{
			method: request.Method, uri: request.RequestURI, header: request.Header, chunked: len(request.TransferEncoding) > 0, body: body,
		})
		wire := answer.wire(replace)
		if answer.Cut == nil {
			if _, err := conn.Write(wire); err != nil {
				return
			}
			continue
		}
		cut := *answer.Cut
		if cut < 0 {
			cut += len(wire)
		}
		conn.Write(wire[:cut])
		switch answer.Close {
		case "rst":
			conn.SetLinger(0)
		case "never":
			io.Copy(io.Discard, conn)
		}
		return
	}
}

func (s *server) record(c captured) (respond, *strings.Replacer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var sc *script
	if match := campaignInPath.FindStringSubmatch(c.uri); match != nil {
		sc = s.scripts[match[1]]
	}
	if sc == nil {
		s.strays = append(s.strays, c.method+" "+c.uri)
		return respond{Status: 404}, strings.NewReplacer()
	}
	answer := sc.answers[min(len(sc.captured), len(sc.answers)-1)]
	sc.captured = append(sc.captured, c)
	return answer, sc.replace
}

var future = regexp.MustCompile(`\{(now|nowms|date)([+-][0-9]+)\}`)

// wire is the whole answer.
func (r *respond) wire(replace *strings.Replacer) []byte {
	body := []byte(replace.Replace(r.Body))
	if r.BodyBase64 != nil {
		body = r.BodyBase64
	}
	body = bytes.Repeat(body, max(r.Repeat, 1))
	body = append(body, bytes.Repeat([]byte(" "), max(0, r.Pad-len(body)))...)

	var out bytes.Buffer
	fmt.Fprintf(&out, "HTTP/1.1 %d Text\r\n", r.Status)
	measured := r.Status == 204 || r.Status == 304
	for name, value := range r.Headers {
		value = future.ReplaceAllStringFunc(value, func(match string) string {
			parts := future.FindStringSubmatch(match)
			seconds, _ := strconv.Atoi(parts[2])
			at := time.Now().Add(time.Duration(seconds) * time.Second)
			switch parts[1] {
			case "now":
				return strconv.FormatInt(at.Unix(), 10)
			case "nowms":
				return strconv.FormatInt(at.UnixMilli(), 10)
			}
			return at.UTC().Format(http.TimeFormat)
		})
		fmt.Fprintf(&out, "%s: %s\r\n", name, replace.Replace(value))
		measured = measured || name == "Transfer-Encoding" || name == "Content-Length"
	}
	if !measured {
		fmt.Fprintf(&out, "Content-Length: %d\r\n", len(body))
	}
	out.WriteString("\r\n")
	out.Write(body)
	return out.Bytes()
}

func credentials(accountSID, token string) string {
	return base64.StdEncoding.EncodeToString([]byte(accountSID + ":" + token))
}
