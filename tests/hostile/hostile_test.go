// Package hostile sends the sandbox what no proper client sends. README.md says how.
package hostile

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"runtime/metrics"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/contacts/sandbox"
)

// maxHeld is what a request may make the process hold, of which a body may have 10 MiB.
const maxHeld = 64 << 20

func TestHostileRequests(t *testing.T) {
	// What is written to temporary files would be here.
	temporary := t.TempDir()
	t.Setenv("TMPDIR", temporary)
	files, err := filepath.Glob("requests/*.txt")
	require.NoError(t, err)
	log := listenToLog(t)
	for _, file := range files {
		kind := strings.TrimSuffix(filepath.Base(file), ".txt")
		t.Run(kind, func(t *testing.T) {
			requests, err := readRequests(file)
			require.NoError(t, err)
			address := listen(t, kind == "slow", log)
			before := left(temporary)
			before.Goroutines++ // of a request's test
			for _, r := range requests {
				t.Run(r.name, func(t *testing.T) {
					had := count(t, address)
					held := watchMemory()
					stop := beProper(address)
					talk(t, address, r)
					rounds, err := stop()
					assert.NoError(t, err, "the proper client")
					assert.Positive(t, rounds)
					most := held()
					t.Log(most>>20, "MiB held")
					assert.Less(t, most, uint64(maxHeld), "bytes held")
					assert.Equal(t, r.creates, count(t, address)-had, "contacts created")
					assert.Equal(t, before, leftAfter(temporary, before))
					if t.Failed() {
						t.Log(r.why)
					}
				})
			}
		})
	}
	log.requireNothingPersonal(t)
}

// listen serves a sandbox, one that is impatient or not, and lets its requests be logged.
func listen(t *testing.T, impatient bool, log *log) (address string) {
	handler, err := sandbox.New(sandbox.Config{AccountSID: "IRsandbox", AuthToken: "secret", ControlToken: "control", ControlHosts: []string{"sandbox", "sandbox.example"}, Observe: log.observe})
	require.NoError(t, err)
	server := handler.Server()
	if impatient {
		server.ReadHeaderTimeout, server.ReadTimeout = time.Second, time.Second
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	go server.Serve(listener)
	t.Cleanup(func() { server.Close() })
	return listener.Addr().String()
}

// talk sends a request over a connection of its own, and checks what comes back.
func talk(t *testing.T, address string, r hostileRequest) {
	connection, err := net.Dial("tcp", address)
	require.NoError(t, err)
	defer connection.Close()
	require.NoError(t, connection.SetDeadline(time.Now().Add(60*time.Second)))
	responses := bufio.NewReader(connection)

	goOn, sent := make(chan struct{}, len(r.responses)), make(chan struct{})
	go func() {
		defer close(sent)
		send(connection.(*net.TCPConn), r.steps, goOn)
	}()
	for i, want := range r.responses {
		if err := readResponse(responses, want); err != nil {
			t.Errorf("response %d: %v", i+1, err)
			connection.Close()
			break
		}
		goOn <- struct{}{}
	}
	if !t.Failed() && r.open {
		<-sent
		_, err = io.WriteString(connection, names["get"]+"\r\n\r\n")
		assert.NoError(t, err)
		assert.NoError(t, readResponse(responses, expectation{status: 200, words: `"@total"`}), "the connection is not open")
	} else if !t.Failed() {
		rest, err := io.ReadAll(responses)
		assert.True(t, err == nil || errors.Is(err, syscall.ECONNRESET), "the connection is not closed: %v", err)
		assert.Empty(t, string(rest), "after the last response")
	}
	close(goOn)
	connection.Close()
	<-sent
}

// send takes the steps of a sender, until the server closes the connection.
func send(connection *net.TCPConn, steps []step, goOn <-chan struct{}) {
	for _, s := range steps {
		var err error
		switch s.kind {
		case "send":
			err = sendTimes(connection, s.text, s.times)
		case "endless":
			for err == nil {
				err = sendTimes(connection, s.text, 1+64<<10/len(s.text))
			}
		case "drip":
			for err == nil {
				time.Sleep(20 * time.Millisecond) // it is slow
				_, err = io.WriteString(connection, s.text)
			}
		case "response":
			<-goOn
		case "shut":
			err = connection.CloseWrite()
		}
		if err != nil {
			return
		}
	}
}

// sendTimes sends a text so many times, in pieces.
func sendTimes(w io.Writer, text string, times int) error {
	piece := strings.Repeat(text, min(times, 1+64<<10/max(len(text), 1)))
	for rest := times * len(text); rest > 0; rest -= len(piece) {
		if _, err := io.WriteString(w, piece[:min(rest, len(piece))]); err != nil {
			return err
		}
	}
	return nil
}

// readResponse reads a response, and says what is wrong with it.
func readResponse(r *bufio.Reader, want expectation) error {
	var request *http.Request
	if want.head {
		request = &http.Request{Method: http.MethodHead}
	}
	response, err := http.ReadResponse(r, request)
	if err != nil {
		return fmt.Errorf("there is none, but for %d: %w", want.status, err)
	}
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode != want.status || !strings.Contains(string(body), want.words) {
		return fmt.Errorf("it is %d %.300s, and not %d %s", response.StatusCode, body, want.status, want.words)
	}
	if want.head || want.status < 200 {
		return nil
	}
	mediaType := response.Header.Get("Content-Type")
	if want.plain {
		if len(body) > 0 && !strings.HasPrefix(mediaType, "text/plain") {
			return fmt.Errorf("the Content-Type is %q, and not that of plain text", mediaType)
		}
		return nil
	}
	if mediaType == "application/json" && response.Header.Get("X-RateLimit-Limit") == "" && response.Header.Get("X-Content-Type-Options") != "nosniff" {
		return fmt.Errorf("a browser may take a response of the control API for HTML")
	}
	var envelope struct {
		Status, Message string
		Errors          []struct{ Field, Message string }
	}
	if want.status >= 400 {
		if mediaType != "application/json" || json.Unmarshal(body, &envelope) != nil || envelope.Status != "ERROR" || envelope.Message == "" {
			return fmt.Errorf("%s %s is not the envelope", mediaType, body)
		}
	}
	if strings.Contains(string(body), "secret") {
		return fmt.Errorf("the body has the token: %s", body)
	}
	return nil
}

// count is how many contacts there are.
func count(t *testing.T, address string) (count int) {
	client, response := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}, struct {
		Total int `json:"@total,string"`
	}{}
	require.NoError(t, call(client, "GET", "http://"+address+contacts, "", &response))
	return response.Total
}

func call(client *http.Client, method, url, body string, into any) error {
	request, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		return err
	}
	request.SetBasicAuth("IRsandbox", "secret")
	if body != "" {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s %s: %s", method, url, response.Status)
	}
	return json.NewDecoder(response.Body).Decode(into)
}

// beProper creates, reads and deletes contacts of another campaign until it is stopped. It then says how often it did, and
// whether something went wrong.
func beProper(address string) (stop func() (rounds int, err error)) {
	ended, done := make(chan struct{}), make(chan struct{})
	rounds, err := 0, error(nil)
	transport := &http.Transport{}
	go func() {
		defer close(done)
		client := &http.Client{Transport: transport, Timeout: 30 * time.Second}
		for ; err == nil; rounds++ {
			err = round(client, "http://"+address, fmt.Sprint("Wile ", rounds))
			select {
			case <-ended:
				rounds++
				return
			default:
			}
		}
	}()
	return func() (int, error) {
		close(ended)
		<-done
		transport.CloseIdleConnections()
		return rounds, err
	}
}

func round(client *http.Client, base, name string) error {
	var created, deleted struct{ Status, Uri string }
	var contact struct{ FirstName string }
	body := strings.Replace(form, "Wile", strings.ReplaceAll(name, " ", "+"), 1)
	if err := call(client, "POST", base+strings.Replace(contacts, "1000", "2000", 1), body, &created); err != nil {
		return err
	}
	if err := call(client, "GET", base+created.Uri, "", &contact); err != nil {
		return err
	}
	if contact.FirstName != name {
		return fmt.Errorf("%s has the first name %q, and not %q", created.Uri, contact.FirstName, name)
	}
	return call(client, "DELETE", base+created.Uri, "", &deleted)
}

// watchMemory watches what the process holds beyond what it holds now; the function that it returns ends that and says
// the most.
func watchMemory() (most func() uint64) {
	runtime.GC()
	before := heap()
	ended, result := make(chan struct{}), make(chan uint64)
	go func() {
		highest := before
		for {
			highest = max(highest, heap())
			select {
			case <-ended:
				result <- highest - before
				return
			case <-time.After(2 * time.Millisecond):
			}
		}
	}()
	return func() uint64 {
		close(ended)
		return <-result
	}
}

func heap() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

// A remainder is what a request may leave behind, and must not.
type remainder struct{ Goroutines, Descriptors, TemporaryFiles int }

// leftAfter is what is left once all that ends has ended.
func leftAfter(temporary string, before remainder) remainder {
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end) && left(temporary) != before; {
		time.Sleep(time.Millisecond)
	}
	return left(temporary)
}

func left(temporary string) remainder {
	descriptors, _ := os.ReadDir("/proc/self/fd") // of Linux
	files, _ := os.ReadDir(temporary)
	return remainder{runtime.NumGoroutine(), len(descriptors), len(files)}
}
