package main

import (
	"net"
	"net/http"
	"os"
	"regexp"
	"strings"
	"syscall"
	"testing"

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
		name   string
		answer http.HandlerFunc // nil: nothing listens
		code   int
		says   []string
		json   map[string]any
	}{
		{"created", answer(200, createdAnswer), 0, nil,
			map[string]any{"Outcome": "created", "Status": "OK", "Uri": uri, "Id": "2750"}},
		{"created with 201", answer(201, createdAnswer), 0, nil,
			map[string]any{"Outcome": "created", "Status": "OK", "Uri": uri, "Id": "2750"}},
		{"queued", answer(200, `{"Status":"QUEUED","QueuedUri":"/q/1"}`), 1, []string{"contacts: queued: ", "Do not send it again", "/q/1"},
			map[string]any{"Outcome": "queued", "QueuedUri": "/q/1"}},
		{"queued without a place to ask", answer(200, `{"Status":"QUEUED"}`), 1, []string{"contacts: queued: "},
			map[string]any{"Outcome": "queued"}},
		{"refused, with parameters", answer(400, `{"Status":"ERROR","Message":"No.","Errors":[{"Field":"LastName","Message":"Too short."},{"Field":"X","Message":"Odd."},{"Message":"Else."}]}`), 3,
			[]string{"contacts: refused, nothing was changed: status 400: No.\n", "\n--last-name: Too short.\n", "\nX: Odd.\n", "\nElse.\n"},
			map[string]any{"Outcome": "refused", "HttpStatus": 400., "Message": "No.", "Errors": []any{
				map[string]any{"Field": "LastName", "Message": "Too short."}, map[string]any{"Field": "X", "Message": "Odd."}, map[string]any{"Field": "", "Message": "Else."}}}},
		{"refused in a 200", answer(200, `{"Status":"ERROR","Message":"No."}`), 3, []string{"status 200: No.", "change what it names"},
			map[string]any{"Outcome": "refused", "HttpStatus": 200., "Message": "No."}},
		{"wrong credentials", answer(401, ``), 3, []string{"status 401\n", "CONTACTS_ACCOUNT_SID"},
			map[string]any{"Outcome": "refused", "HttpStatus": 401.}},
		{"no access", answer(403, ``), 3, []string{"status 403\n", "may do this"},
			map[string]any{"Outcome": "refused", "HttpStatus": 403.}},
		{"no such campaign", answer(404, `<html>`), 3, []string{"status 404\n", "Check the campaign"},
			map[string]any{"Outcome": "refused", "HttpStatus": 404.}},
		{"too many", answer(429, `{"Status":"ERROR","Message":"Slow."}`, "Retry-After", "90"), 3, []string{"status 429: Slow.", "again in 90 seconds"},
			map[string]any{"Outcome": "refused", "HttpStatus": 429., "Message": "Slow.", "RetryAfterSeconds": 90.}},
		{"server error", answer(503, `<html>`), 4, []string{"contacts: in doubt: ", "status 503", "campaign 1000", "e-mail address"},
			map[string]any{"Outcome": "in_doubt", "HttpStatus": 503., "Reason": "the answer is not the JSON that the contract promises"}},
		{"payment required", answer(402, `{"Status":"ERROR","Message":"Pay."}`), 4, []string{"contacts: in doubt: ", "status 402: Pay."},
			map[string]any{"Outcome": "in_doubt", "HttpStatus": 402., "Message": "Pay.", "Reason": "the answer does not tell whether the contact was created"}},
		{"redirect", answer(307, ``, "Location", "/elsewhere"), 4, []string{"contacts: in doubt: ", "status 307"}, nil},
		{"reset", reset, 4, []string{"contacts: in doubt: ", "Look first whether campaign 1000"}, nil},
		{"an answer that repeats the token", answer(400, `{"Status":"ERROR","Message":"`+testToken+`"}`), 3, []string{"[redacted]"}, nil},
		{"an answer that steers the terminal", answer(400, `{"Status":"ERROR","Message":"a\u001b[2Jb\r\u009bc","Errors":[{"Field":"\u001b]0;x\u0007","Message":"\u0008"}]}`), 3, []string{"a [2Jb  c"}, nil},
		{"nothing listens", nil, 5, []string{"contacts: not sent, nothing was changed: ", "safe to run the command again"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			address := "http://127.0.0.1:1" // tcpmux, which nothing serves
			var server *recorder
			if c.answer != nil {
				server = serve(t, c.answer)
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
				assert.Equal(t, `{"Status":"OK","Uri":"`+uri+`","Id":"2750"}`+"\n", text.stdout)
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
	server := serve(t, answer(200, createdAnswer))
	args := []string{"create", "--first-name", "", "--email-address", "x", "--accounts", "1,2", "--labels", " a",
		"--work-phone-number", "1", "--cellphone-number-country", "UK", "--profile-image-file", "missing.png"}

	r := outcome(t, command(t, credentials(server.URL), args...))
	assert.Equal(t, 2, r.code)
	assert.Empty(t, r.stdout)
	lines := strings.Split(strings.TrimSpace(r.stderr), "\n")
	require.Len(t, lines, 9, r.stderr)
	assert.Equal(t, "contacts: the contact breaks 8 rules; nothing was sent", lines[0])
	for i, flag := range []string{"--first-name", "--last-name", "--email-address", "--accounts", "--profile-image-file",
		"--work-phone-number-country", "--cellphone-number-country", "--labels"} {
		assert.True(t, strings.HasPrefix(lines[i+1], flag+": "), lines[i+1])
	}
	assert.Equal(t, "--first-name: FirstName is required.", lines[1])
	assert.Contains(t, lines[5], "missing.png: ", "why the file cannot be used")

	r = outcome(t, command(t, credentials(server.URL), with(args, "--output=json")...))
	assert.Equal(t, 2, r.code)
	object := decoded(t, r.stdout)
	assert.Equal(t, "invalid", object["Outcome"])
	require.Len(t, object["Violations"], 8)
	assert.Equal(t, map[string]any{"Field": "FirstName", "Rule": "required", "Message": "FirstName is required."}, object["Violations"].([]any)[0])

	r = outcome(t, command(t, credentials(server.URL), with(wile, "create", "--title", strings.Repeat("x", 256))...))
	assert.Equal(t, 2, r.code)
	assert.Contains(t, r.stderr, "contacts: the contact breaks 1 rule; nothing was sent\n--title: ")

	assert.Empty(t, server.seen())
}

// An interrupt during the send is not the end of what the command has to say.
func TestInterrupt(t *testing.T) {
	arrived := make(chan struct{})
	server := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		close(arrived)
		<-r.Context().Done()
	})
	cmd := command(t, credentials(server.URL), with(wile, "create", "--output=json")...)
	go func() {
		<-arrived
		cmd.Process.Signal(os.Interrupt)
	}()
	r := outcome(t, cmd)
	assert.Equal(t, 4, r.code)
	assert.Contains(t, r.stderr, "contacts: in doubt: ")
	assert.Equal(t, "in_doubt", decoded(t, r.stdout)["Outcome"])
}

// A result that cannot be written must not look like a contact that was not created.
func TestFullDisk(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("there is no /dev/full")
	}
	defer full.Close()
	server := serve(t, answer(200, createdAnswer))
	cmd := command(t, credentials(server.URL), with(wile, "create")...)
	cmd.Stdout = full
	r := outcome(t, cmd)
	assert.Equal(t, 1, r.code)
	assert.Contains(t, r.stderr, "contacts: the contact was created, do not send it again: /Advertisers/IRtest/Campaigns/1000/Contacts/2750")
	assert.Contains(t, r.stderr, syscall.ENOSPC.Error())
}

func TestVerbose(t *testing.T) {
	server := serve(t, answer(200, createdAnswer))
	r := outcome(t, command(t, credentials(server.URL), with(wile, "create", "--verbose")...))
	assert.Equal(t, 0, r.code)
	assert.Contains(t, r.stderr, "outcome=created")
	assert.NotContains(t, r.stderr, "Coyote")
}
