package bench

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.com/contacts/sandbox"
)

const (
	sandboxConnections = 64
	sandboxRounds      = 31
	sandboxRound       = 150 * time.Millisecond
)

// BenchmarkSandbox prints the rows of the sandbox. One run of it is a whole measurement: use -benchtime 1x.
func BenchmarkSandbox(b *testing.B) {
	for b.Loop() {
		for _, row := range sandboxRows(b) {
			fmt.Printf("%-60s %-40s %5.2f  %s\n", row.What, row.Against, row.Ratio, row.Want)
		}
	}
}

// sandboxRows measures creates a second over 64 keep-alive connections on loopback: of a bare handler; of the sandbox
// without a store, with one, and with one that commits each create by itself; and of Prism.
func sandboxRows(tb testing.TB) []Row {
	prism := startPrism(tb) // first: it takes longer than a sandbox waits for the first request of a connection
	durable := openBenchStore(tb)
	names := []string{"bare", "no store", "durable", "commit for each"}
	targets := []*loadTarget{
		newLoadTarget(tb, &http.Server{Handler: http.HandlerFunc(bareHandler)}),
		newLoadTarget(tb, newSandboxServer(tb, &noStore{Store: sandbox.NewMemory()})),
		newLoadTarget(tb, newSandboxServer(tb, durable)),
		newLoadTarget(tb, newSandboxServer(tb, &oneByOne{Store: openBenchStore(tb)})),
	}
	if prism != "" {
		names, targets = append(names, "Prism"), append(targets, dialTarget(tb, prism, sandboxConnections, createRequest("secret", prismBody)))
	}
	for _, target := range targets {
		target.creates(tb, 2*sandboxRound) // warm up
	}
	rates := make([][]float64, len(targets))
	for range sandboxRounds {
		for i, target := range targets {
			rates[i] = append(rates[i], target.creates(tb, sandboxRound))
		}
	}
	for i, name := range names {
		tb.Logf("sandbox, %-16s %7.0f creates/s (median)", name+":", median(rates[i]))
	}
	rows := []Row{
		{"sandbox, 64 connections, urlencoded create, no store", "bare net/http handler", ratio(rates[1], rates[0]), ">= 0.55"},
		{"sandbox durable (FULL, group commit)", "the same without a store", ratio(rates[2], rates[1]), ">= 0.6"},
		{"sandbox durable (FULL, group commit)", "a commit for each create", ratio(rates[2], rates[3]), ">= 4"},
		{"sandbox durable, requests recorded", "bare net/http handler without any of it", ratio(rates[2], rates[0]), ">= 0.5"},
	}
	if len(targets) > 4 {
		rows = append(rows, Row{"sandbox durable, requests recorded", "Prism " + prismVersion + ", silent, same contract", ratio(rates[2], rates[4]), ">= 8"})
	}
	return rows
}

// bareHandler does what no handler can do without: it reads the request and answers it.
func bareHandler(w http.ResponseWriter, r *http.Request) {
	io.Copy(io.Discard, r.Body)
	w.Header().Set("Content-Type", "application/json")
	io.WriteString(w, `{"Status":"OK","Uri":"/Advertisers/IRsandbox/Campaigns/1000/Contacts/2750"}`)
}

func newSandboxServer(tb testing.TB, store sandbox.Store) *http.Server {
	handler, err := sandbox.New(sandbox.Config{AccountSID: "IRsandbox", AuthToken: "secret", Store: store})
	if err != nil {
		tb.Fatal(err)
	}
	return handler.Server()
}

func openBenchStore(tb testing.TB) sandbox.Store {
	store, err := sandbox.OpenSQLite(filepath.Join(tb.TempDir(), "contacts.db"))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { store.Close() })
	return store
}

// noStore counts creates and keeps nothing.
type noStore struct {
	sandbox.Store
	id atomic.Int64
}

func (s *noStore) Create(context.Context, sandbox.Record) (int64, error) { return s.id.Add(1), nil }

// oneByOne lets one create at a time reach its store, so that each is a transaction of its own.
type oneByOne struct {
	sandbox.Store
	mu sync.Mutex
}

func (s *oneByOne) Create(ctx context.Context, record sandbox.Record) (int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.Store.Create(ctx, record)
}

// loadTarget is a server on loopback and the connections to it, kept open from one round to the next.
type loadTarget struct {
	connections []net.Conn
	request     []byte // a create
}

// newLoadTarget serves in this process.
func newLoadTarget(tb testing.TB, server *http.Server) *loadTarget {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	go server.Serve(listener)
	tb.Cleanup(func() { server.Close() })
	return dialTarget(tb, listener.Addr().String(), sandboxConnections, createRequest("secret", createBody))
}

// dialTarget connects to a server that is there.
func dialTarget(tb testing.TB, address string, connections int, request []byte) *loadTarget {
	t := &loadTarget{request: request}
	for range connections {
		connection, err := net.Dial("tcp", address)
		if err != nil {
			tb.Fatal(err)
		}
		tb.Cleanup(func() { connection.Close() })
		t.connections = append(t.connections, connection)
	}
	return t
}

// createBody is that of the first request of the API's page, as curl writes it.
const createBody = "FirstName=Wile&LastName=Coyote&EmailAddress=wile.coyote@example.com&Accounts=10000&Title=Acme Partner Manager" +
	"&ProfileImageUrl=&WorkPhoneNumberCountry=US&WorkPhoneNumber=8051234567&CellphoneNumberCountry=US" +
	"&CellphoneNumber=8059876543&Labels=Main Contact,Acme Partner"

func createRequest(token, body string) []byte {
	return []byte("POST /Advertisers/IRsandbox/Campaigns/1000/Contacts HTTP/1.1\r\nHost: 127.0.0.1\r\n" +
		"Authorization: " + basic(token) + "\r\nUser-Agent: bench\r\nAccept: application/json\r\n" +
		"Content-Length: " + strconv.Itoa(len(body)) + "\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n" + body)
}

func basic(token string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte("IRsandbox:"+token))
}

// creates returns how many creates a second the target answers. The client does as little as it can, as it
// shares the machine with the server.
func (t *loadTarget) creates(tb testing.TB, duration time.Duration) float64 {
	var answered atomic.Int64
	var group sync.WaitGroup
	begin := time.Now()
	for _, connection := range t.connections {
		group.Go(func() {
			answers := bufio.NewReader(connection)
			n := int64(0)
			for time.Since(begin) < duration {
				if _, err := connection.Write(t.request); err != nil {
					tb.Error(err)
					return
				}
				if err := readAnswer(answers); err != nil {
					tb.Error(err)
					return
				}
				n++
			}
			answered.Add(n)
		})
	}
	group.Wait()
	return float64(answered.Load()) / time.Since(begin).Seconds()
}

var (
	okLine       = []byte("HTTP/1.1 200 OK\r\n")
	lengthHeader = []byte("Content-Length: ")
	statusOK     = []byte(`{"Status":"OK",`)
)

func readAnswer(r *bufio.Reader) error {
	line, err := r.ReadSlice('\n')
	if err != nil {
		return err
	}
	if !bytes.Equal(line, okLine) {
		return fmt.Errorf("the answer is %q", line)
	}
	length := 0
	for len(line) > 2 {
		if line, err = r.ReadSlice('\n'); err != nil {
			return err
		}
		if value, ok := bytes.CutPrefix(line, lengthHeader); ok {
			for _, digit := range value[:len(value)-2] {
				length = length*10 + int(digit-'0')
			}
		}
	}
	body, err := r.Peek(length)
	if err == nil && !bytes.HasPrefix(body, statusOK) {
		err = fmt.Errorf("the answer is %q", body)
	}
	r.Discard(length)
	return err
}
