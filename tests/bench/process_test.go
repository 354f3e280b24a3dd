package bench

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// BenchmarkProcess prints the rows of the sandbox as a process. One run of it is a whole measurement: use -benchtime 1x.
func BenchmarkProcess(b *testing.B) {
	for b.Loop() {
		for _, row := range processRows(b) {
			fmt.Printf("%-60s %-40s %5.2f  %s\n", row.What, row.Against, row.Ratio, row.Want)
		}
	}
}

// processRows measures `contacts sandbox`, which keeps contacts in a file: how soon it responds, and its memory.
func processRows(tb testing.TB) []Row {
	contacts := buildContacts(tb)
	creates := 1_000_000
	if testing.Short() {
		creates /= 100
	}
	const starts, uploads, upload = 21, 80, 10 << 20

	var took []float64 // milliseconds
	for range starts {
		begin := time.Now()
		box := startSandbox(tb, contacts, "--db", filepath.Join(tb.TempDir(), "contacts.db"))
		must(tb, box.target(tb, 1).send(1))
		took = append(took, float64(time.Since(begin))/float64(time.Millisecond))
		box.stop()
	}

	box := startSandbox(tb, contacts, "--db", filepath.Join(tb.TempDir(), "contacts.db"))
	target := box.target(tb, sandboxConnections)
	must(tb, target.send(1))
	idle := box.memory(tb, "VmRSS:")
	begin := time.Now()
	must(tb, target.send(creates))
	rate := float64(creates) / time.Since(begin).Seconds()
	after := box.memory(tb, "VmRSS:")
	box.stop()

	box = startSandbox(tb, contacts, "--db", filepath.Join(tb.TempDir(), "contacts.db"))
	created := box.upload(tb, uploads, upload)
	peak := box.memory(tb, "VmHWM:")
	box.stop()

	tb.Logf("from start to first response %.0f ms; %.0f MiB idle, %.0f after %d creates at %.0f/s, %.0f with %d uploads of 10 MiB, of which %d were created",
		median(took), idle, after, creates, rate, peak, uploads, created)
	return []Row{
		{"contacts sandbox, from start to first response", "150 ms", median(took) / 150, "<= 1"},
		{"contacts sandbox, memory, idle", "40 MiB", idle / 40, "<= 1"},
		{fmt.Sprintf("contacts sandbox, memory after %d creates", creates), "120 MiB", after / 120, "<= 1"},
		{fmt.Sprintf("contacts sandbox, peak memory, %d uploads of 10 MiB at once", uploads), "200 MiB", peak / 200, "<= 1"},
	}
}

// buildContacts builds the command line.
func buildContacts(tb testing.TB) (file string) {
	file = filepath.Join(tb.TempDir(), "contacts")
	if out, err := exec.Command("go", "build", "-o", file, "example.com/contacts/cmd/contacts").CombinedOutput(); err != nil {
		tb.Fatalf("%v\n%s", err, out)
	}
	return file
}

// A box is a sandbox in a process of its own.
type box struct {
	URL, Token string
	command    *exec.Cmd
}

// startSandbox returns once the sandbox listens.
func startSandbox(tb testing.TB, contacts string, args ...string) *box {
	b := &box{command: exec.Command(contacts, append([]string{"sandbox", "--addr", "127.0.0.1:0", "--output", "json"}, args...)...)}
	b.command.Stderr = os.Stderr
	stdout, err := b.command.StdoutPipe()
	must(tb, err)
	must(tb, b.command.Start())
	tb.Cleanup(b.stop)
	must(tb, json.NewDecoder(stdout).Decode(b))
	go io.Copy(io.Discard, stdout)
	return b
}

func (b *box) stop() {
	b.command.Process.Kill()
	b.command.Wait()
}

func (b *box) address() string { return strings.TrimPrefix(b.URL, "http://") }

// target sends creates over so many connections.
func (b *box) target(tb testing.TB, connections int) *loadTarget {
	return dialTarget(tb, b.address(), connections, createRequest(b.Token, createBody))
}

// memory reads a line of the process's status, in MiB.
func (b *box) memory(tb testing.TB, line string) float64 {
	kib, err := memory(strconv.Itoa(b.command.Process.Pid), line)
	must(tb, err)
	return float64(kib) / 1024
}

// send sends so many creates.
func (t *loadTarget) send(creates int) error {
	var left atomic.Int64
	left.Store(int64(creates))
	var all sync.WaitGroup
	failed := make(chan error, len(t.connections))
	for _, connection := range t.connections {
		all.Go(func() {
			answers := bufio.NewReader(connection)
			for left.Add(-1) >= 0 {
				if _, err := connection.Write(t.request); err != nil {
					failed <- err
					return
				}
				if err := readAnswer(answers); err != nil {
					failed <- err
					return
				}
			}
		})
	}
	all.Wait()
	close(failed)
	return <-failed
}

// upload sends uploads of so many bytes, all at once, and returns how many contacts were created. The sandbox may
// refuse others with 503, as it does when too many wait.
func (b *box) upload(tb testing.TB, uploads, size int) (created int64) {
	const boundary = "bench"
	var head strings.Builder
	for _, pair := range append(pageForm, [2]string{"ProfileImageFile", "image"}) {
		fmt.Fprintf(&head, "--%s\r\nContent-Disposition: form-data; name=%q\r\n\r\n%s\r\n", boundary, pair[0], pair[1])
	}
	fmt.Fprintf(&head, "--%s\r\nContent-Disposition: form-data; name=\"image\"; filename=\"image.png\"\r\n\r\n\x89PNG\r\n\x1a\n", boundary)
	tail := "\r\n--" + boundary + "--\r\n"
	body := head.String() + strings.Repeat("x", size-head.Len()-len(tail)) + tail
	header := "POST /Advertisers/IRsandbox/Campaigns/1000/Contacts HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: " + basic(b.Token) +
		"\r\nContent-Type: multipart/form-data; boundary=" + boundary + "\r\nContent-Length: " + strconv.Itoa(len(body)) + "\r\n\r\n"
	var all sync.WaitGroup
	var ok atomic.Int64
	for range uploads {
		all.Go(func() {
			connection, err := net.Dial("tcp", b.address())
			if err != nil {
				tb.Error(err)
				return
			}
			defer connection.Close()
			go io.WriteString(connection, header+body)
			line, err := bufio.NewReader(connection).ReadString('\n')
			switch {
			case err != nil:
				tb.Error(err)
			case line == "HTTP/1.1 200 OK\r\n":
				ok.Add(1)
			case line != "HTTP/1.1 503 Service Unavailable\r\n":
				tb.Errorf("the answer is %q", line)
			}
		})
	}
	all.Wait()
	return ok.Load()
}
