package faults

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/contacts/internal/conformance"
)

// A wrong client is caught, and one that is right is not.
func TestTheSuiteSeesWrongClients(t *testing.T) {
	t.Parallel()
	require.Empty(t, firstFailure(t, sound))
	for _, f := range []fault{
		claimsNotSent, sendsLater, sendsCreatesAgain, believesTheStatus, readsWhatIsLeft, takes404ForDeleted, printsTheToken,
		isNeverCertain, isLate, mixesUpResponses, keepsTheConnection, sendsCancelled, isNotCancelled,
	} {
		t.Run(string(f), func(t *testing.T) {
			failure := firstFailure(t, f)
			require.NotEmpty(t, failure)
			t.Logf("%.300s", failure)
		})
	}
}

// firstFailure plays a short suite to a client until something is wrong.
func firstFailure(t *testing.T, f fault) (failure string) {
	p := &player{fault: f}
	s := newSuite(t, p)
	defer p.drop()
	s.fail = func(format string, args ...any) { panic(failed(fmt.Sprintf(format, args...))) }
	defer func() {
		if f, is := recover().(failed); is {
			failure = string(f)
		}
	}()
	for i, op := range operations {
		for _, end := range []end{fin, rst} {
			s.cut(ask{op: op}, end, true, i, 97)
		}
		s.call(ask{op: op, retries: 1, what: "a cut, and a retry"}, turn{request: whole, end: fin, response: nothing}, turn{request: whole})
		s.call(ask{op: op, what: "there is nothing"}, turn{request: whole, response: func(int64) []byte { return notFound }, refuses: true})
		for _, later := range []time.Duration{0, time.Millisecond} {
			s.surplus(op, firstResponses(op)[0], surpluses(op)[0], later)
		}
	}
	for n := range uint64(200) {
		s.mutated(n, n%20 == 19)
	}
	for n := range uint64(4 * len(moments)) {
		s.cancelled(rand.New(rand.NewPCG(*seed, n)), n)
	}
	s.noneFollows()
	return ""
}

type failed string

// A fault is what is wrong with a player.
type fault string

const (
	sound              fault = ""
	claimsNotSent      fault = "claims not sent after it has written"
	sendsLater         fault = "sends after it has claimed not sent"
	sendsCreatesAgain  fault = "sends a create again that is in doubt"
	believesTheStatus  fault = "takes a status for a success"
	readsWhatIsLeft    fault = "takes bytes that are left for a response"
	takes404ForDeleted fault = "takes each 404 for deleted"
	printsTheToken     fault = "prints the token"
	isNeverCertain     fault = "is never certain"
	isLate             fault = "waits longer than its timeout"
	mixesUpResponses   fault = "reports the response to the call before"
	keepsTheConnection fault = "uses the connection of a call again that was cancelled"
	sendsCancelled     fault = "sends a call again that was cancelled"
	isNotCancelled     fault = "takes no notice of a cancellation"
)

// A player is a small client of our own, in this process.
type player struct {
	fault  fault
	conn   net.Conn
	reader *bufio.Reader
	last   map[string]json.RawMessage
	end    time.Time // when the call is cancelled; zero: never
}

func (p *player) drop() {
	if p.conn != nil {
		p.conn.Close()
		p.conn = nil
	}
}

func (p *player) Ask(r conformance.Request) (conformance.Report, error) {
	op := form
	for _, o := range operations {
		if o.call == r.Call {
			op = o
		}
	}
	if p.fault == sendsLater {
		go func() {
			time.Sleep(50 * time.Millisecond)
			(&player{}).attempt(op, r, false)
		}()
		return conformance.Report{Outcome: "not_sent"}, nil
	}
	p.end = time.Time{}
	if r.CancelMs > 0 && p.fault != isNotCancelled {
		p.end = time.Now().Add(time.Duration(r.CancelMs * float64(time.Millisecond)))
	}
	doubt := false
	for attempt := 0; ; attempt++ {
		report := p.attempt(op, r, doubt)
		doubt = report.Outcome == "in_doubt"
		if p.isCancelled() && p.fault == sendsCancelled {
			time.AfterFunc(50*time.Millisecond, func() { (&player{}).attempt(op, r, false) })
		}
		if attempt < r.Options.Retries && doubt && !p.isCancelled() && (op.method != http.MethodPost || p.fault == sendsCreatesAgain) {
			continue
		}
		switch {
		case p.fault == claimsNotSent && doubt:
			report.Outcome = "not_sent"
		case p.fault == isNeverCertain:
			report.Outcome = "in_doubt"
		case p.fault == printsTheToken && doubt:
			report.Printed = r.Token
		case p.fault == mixesUpResponses:
			report.Response, p.last = p.last, report.Response
		}
		return report, nil
	}
}

func (p *player) isCancelled() bool { return !p.end.IsZero() && time.Now().After(p.end) }

func (p *player) attempt(op *operation, r conformance.Request, doubt bool) conformance.Report {
	response, body, wrote, err := p.exchange(op, r)
	if errors.Is(err, os.ErrDeadlineExceeded) && p.fault == isLate {
		time.Sleep(5 * time.Second)
	}
	var said map[string]json.RawMessage
	switch {
	case !wrote:
		return conformance.Report{Outcome: "not_sent"}
	case response == nil || err != nil && p.fault != believesTheStatus:
		if p.fault != keepsTheConnection || !p.isCancelled() {
			p.drop()
		}
		return conformance.Report{Outcome: "in_doubt"}
	case response.StatusCode == http.StatusNotFound && op == remove && (doubt || p.fault == takes404ForDeleted):
		return conformance.Report{Outcome: op.done}
	case response.StatusCode/100 == 4 && response.StatusCode != 402 && response.StatusCode != 408:
		return conformance.Report{Outcome: "refused"}
	case response.StatusCode/100 == 2 && p.fault == believesTheStatus:
		return conformance.Report{Outcome: op.done}
	case response.StatusCode/100 == 2 && op.isContent:
		digest := sha256.Sum256(body)
		return conformance.Report{Outcome: op.done, Bytes: &conformance.Bytes{SHA256: hex.EncodeToString(digest[:])}}
	case response.StatusCode/100 != 2 || json.Unmarshal(body, &said) != nil:
		return conformance.Report{Outcome: "in_doubt"}
	}
	return conformance.Report{Outcome: op.read([]byte(fmt.Sprintf("HTTP/1.1 200 OK\r\n\r\n%s", body)), fin).outcome, Response: said}
}

// exchange sends a request over the connection that there is, or a new one, and reads the response to it.
func (p *player) exchange(op *operation, r conformance.Request) (response *http.Response, content []byte, wrote bool, err error) {
	if p.conn != nil && p.fault != readsWhatIsLeft && p.hasBytes() {
		p.drop()
	}
	if p.conn == nil {
		conn, err := net.Dial("tcp", strings.TrimPrefix(r.BaseURL, "http://"))
		if err != nil {
			return nil, nil, false, err
		}
		p.conn, p.reader = conn, bufio.NewReader(conn)
	}
	end := time.Now().Add(time.Duration(r.Options.TimeoutMs) * time.Millisecond)
	if !p.end.IsZero() {
		end = p.end
	}
	p.conn.SetDeadline(end)
	fields := url.Values{}
	for name, value := range r.Input {
		fields.Set(name, fmt.Sprint(value))
	}
	body := fields.Encode()
	_, err = fmt.Fprintf(p.conn, "%s /Campaigns/%v/Contacts HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n%s", op.method, r.Path["CampaignId"], len(body), body)
	if err != nil {
		return nil, nil, true, err
	}
	for {
		if response, err = http.ReadResponse(p.reader, nil); err != nil {
			return nil, nil, true, err
		}
		if response.StatusCode/100 == 1 && response.StatusCode != http.StatusSwitchingProtocols {
			continue
		}
		content, err = io.ReadAll(response.Body)
		if response.Close || p.reader.Buffered() > 0 && p.fault != readsWhatIsLeft {
			p.drop()
		}
		return response, content, true, err
	}
}

// hasBytes tells whether something came, or the connection ended, since the last response.
func (p *player) hasBytes() bool {
	p.conn.SetDeadline(time.Now().Add(time.Millisecond))
	_, err := p.reader.Peek(1)
	return !errors.Is(err, os.ErrDeadlineExceeded)
}
