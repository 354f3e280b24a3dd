package main

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// startServed runs `contacts sandbox` with a token that somebody chose, and returns how to end it, with all that it logged.
func startServed(t *testing.T, args ...string) (ready readyLine, cmd *exec.Cmd, end func() (log string)) {
	t.Helper()
	cmd = command(t, nil, append([]string{"sandbox", "--addr=127.0.0.1:0", "--output=json", "--auth-token-file=token"}, args...)...)
	require.NoError(t, os.WriteFile(filepath.Join(cmd.Dir, "token"), []byte(testToken), 0o600))
	var log strings.Builder
	cmd.Stderr = &log
	ready = readLine(t, cmd)
	return ready, cmd, func() string {
		require.NoError(t, cmd.Process.Signal(os.Interrupt))
		require.NoError(t, cmd.Wait())
		return log.String()
	}
}

// sendRaw sends bytes, and returns what comes back until the connection ends.
func sendRaw(t *testing.T, baseURL, request string) string {
	t.Helper()
	connection, err := net.Dial("tcp", strings.TrimPrefix(baseURL, "http://"))
	require.NoError(t, err)
	defer connection.Close()
	require.NoError(t, connection.SetDeadline(time.Now().Add(30*time.Second)))
	_, err = io.WriteString(connection, request)
	require.NoError(t, err)
	require.NoError(t, connection.(*net.TCPConn).CloseWrite())
	response, _ := io.ReadAll(connection) // one that is cut is a response, too
	return string(response)
}

const sandboxContacts = "/Advertisers/" + sandboxAccount + "/Campaigns/1000/Contacts"

func TestLogOfRequests(t *testing.T) {
	authorization := "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte(sandboxAccount+":"+testToken)) + "\r\n"
	const form = "FirstName=Wile&LastName=Coyote&EmailAddress=wile.coyote@example.com&Accounts=4711"
	post := "POST " + sandboxContacts + " HTTP/1.1\r\nHost: localhost\r\n" + authorization +
		"Connection: close\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 81\r\n"
	require.Len(t, form, 81)
	ready, _, end := startServed(t, "--log-requests", "--log-format=json", "--db=contacts.db")
	assert.Contains(t, sendRaw(t, ready.URL, post+"\r\n"+form), "/2750")
	assert.Contains(t, sendRaw(t, ready.URL, post+"Prefer: code=429; body=html, delay=1ms\r\n\r\n"+form), " 429 ")
	assert.Empty(t, sendRaw(t, ready.URL, post+"Prefer: drop=after-commit\r\n\r\n"+form))
	log := end()

	var lines []map[string]any
	for line := range strings.Lines(log) {
		var fields map[string]any
		require.NoError(t, json.Unmarshal([]byte(line), &fields), line)
		assert.NotEmpty(t, fields["time"])
		assert.Positive(t, fields["seconds"])
		delete(fields, "time")
		delete(fields, "seconds")
		lines = append(lines, fields)
	}
	line := func(status float64, fault string) map[string]any {
		return map[string]any{"level": "INFO", "msg": "request", "operation": "createContact", "method": "POST",
			"status": status, "encoding": "urlencoded", "fault": fault}
	}
	assert.Equal(t, []map[string]any{line(200, ""), line(429, "code,delay"), line(0, "drop")}, lines)
}

// Whatever is sent, the log tells nothing of persons, credentials and addresses.
func TestLogHasNoPersonalData(t *testing.T) {
	ready, _, end := startServed(t, "--log-requests", "--log-level=debug", "--db=contacts.db")
	authorization := "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte(sandboxAccount+":"+testToken)) + "\r\n"
	wrong := "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte("Coyote:"+testToken)) + "\r\n"
	body := func(contentType, text string) string {
		return "Content-Type: " + contentType + "\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked(text)
	}
	const form, parts = "application/x-www-form-urlencoded", "multipart/form-data; boundary=Coyote"
	const part = "--Coyote\r\nContent-Disposition: form-data; name=\"Coyote\"; filename=\"Coyote\"\r\n\r\nCoyote\r\n--Coyote--"
	for _, request := range []string{
		"POST " + sandboxContacts + " HTTP/1.1\r\n" + authorization + body(form, "FirstName=Coyote&LastName=Coyote&EmailAddress=Coyote@example.com&Accounts=4711"),
		"POST " + sandboxContacts + " HTTP/1.1\r\n" + authorization + body(form, "Coyote=Coyote&FirstName=%00Coyote&FirstName=Coyote;Coyote"),
		"POST " + sandboxContacts + " HTTP/1.1\r\n" + authorization + body(form, "FirstName=Coyote%"),
		"POST " + sandboxContacts + " HTTP/1.1\r\n" + authorization + body(parts, part),
		"POST " + sandboxContacts + " HTTP/1.1\r\n" + authorization + body(parts, "Coyote"),
		"POST " + sandboxContacts + " HTTP/1.1\r\n" + authorization + body("Coyote/Coyote; charset=Coyote", "Coyote"),
		"POST " + sandboxContacts + " HTTP/1.1\r\n" + wrong + body(form, "FirstName=Coyote"),
		"POST " + sandboxContacts + " HTTP/1.1\r\n" + authorization + "Prefer: code=503; body=Coyote, Coyote=Coyote, refuse-account=Coyote\r\n" + body(form, "FirstName=Coyote"),
		"GET " + sandboxContacts + "?Coyote=Coyote;Coyote HTTP/1.1\r\n" + authorization + "\r\n",
		"GET " + sandboxContacts + "/2750 HTTP/1.1\r\n" + authorization + "Coyote: Coyote\r\nX-Forwarded-For: 192.0.2.4\r\n\r\n",
		"GET " + sandboxContacts + "/Coyote HTTP/1.1\r\n" + authorization + "\r\n",
		"GET /Advertisers/Coyote/Campaigns/Coyote/Contacts HTTP/1.1\r\n" + authorization + "\r\n",
		"GET /%43oyote/../Coyote HTTP/1.1\r\n" + authorization + "\r\n",
		"COYOTE " + sandboxContacts + " HTTP/1.1\r\n" + authorization + "\r\n",
		"Coyote " + sandboxContacts + " HTTP/9.9\r\n\r\n",
		"Coyote\r\n\r\n",
		"POST " + sandboxContacts + " HTTP/1.1\r\nContent-Length: Coyote\r\n\r\nCoyote",
		"POST " + sandboxContacts + " HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nCoyote",
		"POST " + sandboxContacts + " HTTP/1.1\r\n" + authorization + "Content-Length: 100\r\nContent-Type: " + form + "\r\n\r\nCoyote",
		"GET /_sandbox/requests/Coyote?Coyote=Coyote HTTP/1.1\r\n" + authorization + "\r\n",
		"PUT /_sandbox/faults HTTP/1.1\r\n" + authorization + body("application/json", `{"faults": ["Coyote=Coyote"]}`),
	} {
		request = strings.Replace(request, " HTTP/1.1\r\n", " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n", 1)
		assert.True(t, strings.HasPrefix(sendRaw(t, ready.URL, request), "HTTP/1."), request)
	}
	log := end()
	assert.Contains(t, log, `msg=request operation=createContact method=POST status=200 `)
	assert.Contains(t, log, `msg=request operation="" method=OTHER status=405 `)
	assert.GreaterOrEqual(t, strings.Count(log, "msg=request "), 14)
	noToken(t, log)
	log = regexp.MustCompile(`(time|seconds)=\S+`).ReplaceAllString(log, "") // numbers that may look like an id
	assert.NotContains(t, strings.ToLower(log), "coyote")
	for _, personal := range []string{"4711", "2750", "1000", "Advertisers", sandboxAccount, "127.0.0.1", "192.0.2.4", "localhost"} {
		assert.NotContains(t, log, personal)
	}
}

// chunked is a body of one chunk.
func chunked(text string) string {
	const digits = "0123456789abcdef"
	return string([]byte{digits[len(text)>>8], digits[len(text)>>4&15], digits[len(text)&15]}) + "\r\n" + text + "\r\n0\r\n\r\n"
}

func TestLogLevel(t *testing.T) {
	ready, _, end := startServed(t, "--log-requests", "--log-level=error", "--fault=delay=1ms")
	assert.Contains(t, sendRaw(t, ready.URL, "GET /nothing HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"), " 404 ")
	assert.Empty(t, end())
}
