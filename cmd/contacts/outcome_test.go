package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var ports = regexp.MustCompile(`:\d{4,5}\b`)

func reset(w http.ResponseWriter, _ *http.Request) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		panic(err)
	}
	conn.(*net.TCPConn).SetLinger(0)
	conn.Close()
}

// Each outcome: its exit code, what people read, and what programs read.
func TestOutcomes(t *testing.T) {
	uri := "/Advertisers/IRtest/Campaigns/1000/Contacts/2750"
	for _, c := range []struct {
		name    string
		respond http.HandlerFunc // nil: nothing listens
		code    int
		says    []string
		json    map[string]any
	}{
		{"created", respond(200, createdBody), 0, nil,
			map[string]any{"Outcome": "created", "Response": map[string]any{"Status": "OK", "Uri": uri, "ContactId": "2750"}}},
		{"created with 201", respond(201, createdBody), 0, nil,
			map[string]any{"Outcome": "created", "Response": map[string]any{"Status": "OK", "Uri": uri, "ContactId": "2750"}}},
		{"queued", respond(200, `{"Status":"QUEUED","QueuedUri":"/q/1"}`), 1, []string{"contacts: queued: ", "Do not send it again", "/q/1"},
			map[string]any{"Outcome": "queued", "Response": map[string]any{"Status": "QUEUED", "QueuedUri": "/q/1"}}},
		{"queued without a place to ask", respond(200, `{"Status":"QUEUED"}`), 1, []string{"contacts: queued: "},
			map[string]any{"Outcome": "queued", "Response": map[string]any{"Status": "QUEUED"}}},
		{"refused, with parameters", respond(400, `{"Status":"ERROR","Message":"No.","Errors":[{"Field":"LastName","Message":"Too short."},{"Field":"X","Message":"Odd."},{"Message":"Else."}]}`), 3,
			[]string{"contacts: refused, nothing was changed: status 400: No.\n", "\n--last-name: Too short.\n", "\nX: Odd.\n", "\nElse.\n"},
			map[string]any{"Outcome": "refused", "HttpStatus": 400., "Message": "No.", "Errors": []any{
				map[string]any{"Field": "LastName", "Message": "Too short."}, map[string]any{"Field": "X", "Message": "Odd."}, map[string]any{"Field": "", "Message": "Else."}}}},
		{"refused in a 200", respond(200, `{"Status":"ERROR","Message":"No."}`), 3, []string{"status 200: No.", "change what it names"},
			map[string]any{"Outcome": "refused", "HttpStatus": 200., "Message": "No."}},
		{"wrong credentials", respond(401, ``), 3, []string{"status 401\n", "CONTACTS_ACCOUNT"},
			map[string]any{"Outcome": "refused", "HttpStatus": 401.}},
		{"no access", respond(403, ``), 3, []string{"status 403\n", "may do this"},
			map[string]any{"Outcome": "refused", "HttpStatus": 403.}},
		{"no such campaign", respond(404, `<html>`), 3, []string{"status 404\n", "Check --campaign-id and --base-url."},
			map[string]any{"Outcome": "refused", "HttpStatus": 404.}},
		{"too many", respond(429, `{"Status":"ERROR","Message":"Slow."}`, "Retry-After", "90"), 3, []string{"status 429: Slow.", "again in 90 seconds"},
			map[string]any{"Outcome": "refused", "HttpStatus": 429., "Message": "Slow.", "RetryAfterSeconds": 90.}},
		{"server error", respond(503, `<html>`), 4, []string{"contacts: in doubt: ", "status 503", "carried out twice", "contacts list --campaign-id 1000\n"},
			map[string]any{"Outcome": "in_doubt", "HttpStatus": 503., "Reason": "the response does not tell what became of the request"}},
		{"payment required", respond(402, `{"Status":"ERROR","Message":"Pay."}`), 4, []string{"contacts: in doubt: ", "status 402: Pay."},
			map[string]any{"Outcome": "in_doubt", "HttpStatus": 402., "Message": "Pay.", "Reason": "the response does not tell what became of the request"}},
		{"redirect", respond(307, ``, "Location", "/elsewhere"), 4, []string{"contacts: in doubt: ", "status 307"}, nil},
		{"reset", reset, 4, []string{"contacts: in doubt: ", "Look before you run the command again"}, nil},
		{"a response that repeats the token", respond(400, `{"Status":"ERROR","Message":"`+testToken+`"}`), 3, []string{"[redacted]"}, nil},
		{"a response that steers the terminal", respond(400, `{"Status":"ERROR","Message":"a\u001b[2Jb\r\u009bc","Errors":[{"Field":"\u001b]0;x\u0007","Message":"\u0008"}]}`), 3, []string{"a [2Jb  c"}, nil},
		{"nothing listens", nil, 5, []string{"contacts: not sent, nothing was changed: ", "safe to run the command again"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			address := "http://127.0.0.1:1" // tcpmux, which nothing serves
			var server *recorder
			if c.respond != nil {
				server = serve(t, c.respond)
				address = server.URL
			}

			text := outcome(t, command(t, credentials(address), with(wile, "create")...))
			asJSON := outcome(t, command(t, credentials(address), with(wile, "create", "--output", "json")...))

			assert.Equal(t, c.code, text.code)
			assert.Equal(t, c.code, asJSON.code)
			assert.Equal(t, ports.ReplaceAllString(text.stderr, ""), ports.ReplaceAllString(asJSON.stderr, ""), "the words are the same")
			for _, words := range c.says {
				assert.Contains(t, text.stderr, words)
			}
			assert.NotContains(t, text.stderr, "wile.coyote", "no personal value is printed")
			assert.NotRegexp(t, "[\x00-\x09\x0b-\x1f\x7f\u0080-\u009f]", text.stderr)
			if c.code == 0 {
				assert.Equal(t, `{"Status":"OK","Uri":"`+uri+`","ContactId":"2750"}`+"\n", text.stdout)
				assert.Empty(t, text.stderr)
			} else {
				assert.Empty(t, text.stdout)
				assert.True(t, strings.HasPrefix(text.stderr, "contacts: "), text.stderr)
			}
			object := decoded(t, asJSON.stdout)
			assert.NotEmpty(t, object["Outcome"])
			if c.json != nil {
				assert.Equal(t, c.json, object)
			}
			if server != nil {
				assert.Len(t, server.seen(), 2, "one request for each command")
			}
		})
	}
}

func TestViolations(t *testing.T) {
	server := serve(t, respond(200, createdBody))
	args := []string{"create", "--first-name", "", "--email-address", "x", "--accounts", "1,2", "--labels", " a",
		"--work-phone-number", "1", "--cellphone-number-country", "UK", "--profile-image-file", "missing.png"}

	r := outcome(t, command(t, credentials(server.URL), args...))
	assert.Equal(t, 6, r.code)
	assert.Empty(t, r.stdout)
	lines := strings.Split(strings.TrimSpace(r.stderr), "\n")
	require.Len(t, lines, 9, r.stderr)
	assert.Equal(t, "contacts: the input breaks 8 rules; nothing was sent", lines[0])
	for i, flag := range []string{"--first-name", "--last-name", "--email-address", "--accounts", "--profile-image-file",
		"--work-phone-number-country", "--cellphone-number-country", "--labels"} {
		assert.True(t, strings.HasPrefix(lines[i+1], flag+": "), lines[i+1])
	}
	assert.Equal(t, "--first-name: FirstName is required.", lines[1])
	assert.Contains(t, lines[5], "missing.png: ", "why the file cannot be used")

	r = outcome(t, command(t, credentials(server.URL), with(args, "--output=json")...))
	assert.Equal(t, 6, r.code)
	object := decoded(t, r.stdout)
	assert.Equal(t, "invalid", object["Outcome"])
	require.Len(t, object["Violations"], 8)
	assert.Equal(t, map[string]any{"Field": "FirstName", "Rule": "required", "Message": "FirstName is required."}, object["Violations"].([]any)[0])

	r = outcome(t, command(t, credentials(server.URL), with(wile, "create", "--title", strings.Repeat("x", longest(t, "Title")+1))...))
	assert.Equal(t, 6, r.code)
	assert.Contains(t, r.stderr, "contacts: the input breaks 1 rule; nothing was sent\n--title: ")

	assert.Empty(t, server.seen())
}

// A signal during the send is not the end of what the command has to say, also one that comes again, as SIGHUP does
// when a terminal closes.
func TestSignals(t *testing.T) {
	for _, signals := range [][]syscall.Signal{
		{syscall.SIGINT}, {syscall.SIGTERM}, {syscall.SIGHUP}, {syscall.SIGQUIT},
		{syscall.SIGHUP, syscall.SIGHUP, syscall.SIGHUP}, {syscall.SIGTERM, syscall.SIGTERM}, {syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP},
	} {
		for _, created := range []bool{true, false} {
			t.Run(fmt.Sprint(signals, created), func(t *testing.T) {
				t.Parallel()
				arrived := make(chan struct{})
				server := serve(t, func(w http.ResponseWriter, r *http.Request) {
					if created { // and there is more to come
						w.Header().Set("Content-Length", "1000")
						io.WriteString(w, createdBody)
						w.(http.Flusher).Flush()
					}
					close(arrived)
					<-r.Context().Done()
				})
				cmd := command(t, credentials(server.URL), with(wile, "create", "--output=json")...)
				r := outcome(t, cmd, func() {
					<-arrived
					for _, s := range signals {
						cmd.Process.Signal(s)
						time.Sleep(time.Millisecond)
					}
				})
				assert.Equal(t, 4, r.code)
				assert.Contains(t, r.stderr, "contacts: in doubt: ")
				assert.Equal(t, "in_doubt", decoded(t, r.stdout)["Outcome"])
			})
		}
	}
}

// A signal before anything was sent is told apart from one after.
func TestSignalsBeforeTheSend(t *testing.T) {
	for _, s := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT} {
		t.Run(s.String(), func(t *testing.T) {
			t.Parallel()
			listener, err := net.Listen("tcp", "127.0.0.1:0")
			require.NoError(t, err)
			defer listener.Close()
			cmd := command(t, credentials("https://"+listener.Addr().String()), with(wile, "create", "--output=json")...)
			r := outcome(t, cmd, func() {
				conn, err := listener.Accept() // and no TLS
				if err == nil {
					conn.Read(make([]byte, 1))
					cmd.Process.Signal(s)
					time.Sleep(5 * time.Second)
					conn.Close()
				}
			})
			assert.Equal(t, 5, r.code)
			assert.Contains(t, r.stderr, "contacts: not sent, nothing was changed: ")
			assert.Equal(t, "not_sent", decoded(t, r.stdout)["Outcome"])
		})
	}
}

// The exit code tells the outcome if all else is gone, or that something is not as it should be.
func TestAllOutputIsGone(t *testing.T) {
	for status, code := range map[int]int{200: 1, 400: 3, 503: 4} {
		for name, open := range map[string]func(t *testing.T) *os.File{"a full disk": fullDisk, "a closed pipe": closedPipe} {
			for _, format := range []string{"text", "json"} {
				server := serve(t, respond(status, createdBody))
				cmd := command(t, credentials(server.URL), with(wile, "create", "--verbose", "--output", format)...)
				cmd.Stdout, cmd.Stderr = open(t), open(t)
				cmd.Run()
				assert.Equal(t, code, cmd.ProcessState.ExitCode(), "%s %s %d", name, format, status)
			}
		}
	}
}

// A person can end the command at once, with an exit code that stands for no outcome.
func TestASecondInterruptEndsTheCommand(t *testing.T) {
	for _, s := range []syscall.Signal{syscall.SIGINT, syscall.SIGQUIT} {
		cmd := command(t, nil, "sandbox", "--addr=127.0.0.1:0")
		stdout, err := cmd.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, cmd.Start())
		line, err := bufio.NewReader(stdout).ReadString('\n')
		require.NoError(t, err)
		_, address, _ := strings.Cut(line, "http://")
		address, _, _ = strings.Cut(address, " ")
		busy, err := net.Dial("tcp", address) // for which the sandbox waits before it ends
		require.NoError(t, err)
		defer busy.Close()
		io.WriteString(busy, "POST / HTTP/1.1\r\n")
		time.Sleep(100 * time.Millisecond)
		cmd.Process.Signal(s)
		time.Sleep(100 * time.Millisecond)
		cmd.Process.Signal(s)
		begin := time.Now()
		cmd.Wait()
		assert.Less(t, time.Since(begin), 3*time.Second, "it does not wait any longer")
		assert.NotContains(t, []int{0, 3, 4, 5, 6}, cmd.ProcessState.ExitCode())
	}
}

// A result that cannot be written must not look like a contact that was not created.
func TestStandardOutputIsGone(t *testing.T) {
	for name, open := range map[string]func(t *testing.T) *os.File{"a full disk": fullDisk, "a closed pipe": closedPipe} {
		t.Run(name, func(t *testing.T) {
			for _, format := range []string{"text", "json"} {
				server := serve(t, respond(200, createdBody))
				cmd := command(t, credentials(server.URL), with(wile, "create", "--output", format)...)
				cmd.Stdout = open(t)
				r := outcome(t, cmd)
				assert.Equal(t, 1, r.code)
				assert.Contains(t, r.stderr, "contacts: the request was carried out (created), do not send it again: ")
				assert.Contains(t, r.stderr, "/Advertisers/IRtest/Campaigns/1000/Contacts/2750")

				server = serve(t, respond(503, ""))
				cmd = command(t, credentials(server.URL), with(wile, "create", "--output", format)...)
				cmd.Stdout = open(t)
				r = outcome(t, cmd)
				assert.Equal(t, 4, r.code)
				assert.Contains(t, r.stderr, "contacts: in doubt: ")
			}
		})
	}
}

// The exit code tells the outcome, even if nothing else can.
func TestStandardErrorIsGone(t *testing.T) {
	for status, code := range map[int]int{200: 0, 400: 3, 503: 4} {
		server := serve(t, respond(status, createdBody))
		cmd := command(t, credentials(server.URL), with(wile, "create", "--output=json", "--verbose")...)
		var stdout bytes.Buffer
		cmd.Stdout, cmd.Stderr = &stdout, closedPipe(t)
		cmd.Run()
		assert.Equal(t, code, cmd.ProcessState.ExitCode())
		assert.NotEmpty(t, decoded(t, stdout.String())["Outcome"])
	}
}

func fullDisk(t *testing.T) *os.File {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("there is no /dev/full")
	}
	t.Cleanup(func() { full.Close() })
	return full
}

// closedPipe is a pipe that nobody reads.
func closedPipe(t *testing.T) *os.File {
	reader, writer, err := os.Pipe()
	require.NoError(t, err)
	require.NoError(t, reader.Close())
	t.Cleanup(func() { writer.Close() })
	return writer
}

func TestVerbose(t *testing.T) {
	server := serve(t, respond(200, createdBody))
	r := outcome(t, command(t, credentials(server.URL), with(wile, "create", "--verbose")...))
	assert.Equal(t, 0, r.code)
	assert.Contains(t, r.stderr, "outcome=created")
	assert.NotContains(t, r.stderr, "Coyote")
}
