package hostile

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A hostileRequest is one of requests/, as README.md says how it is written.
type hostileRequest struct {
	name      string
	why       string
	responses []expectation
	open      bool // the connection, after them
	creates   int
	steps     []step
}

// An expectation is what a response must be.
type expectation struct {
	status      int
	plain, head bool
	words       string
}

// A step is something that the sender does.
type step struct {
	kind  string // send, endless, drip, response, shut
	text  string
	times int // of send
}

// readRequests reads a file of requests.
func readRequests(path string) ([]hostileRequest, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	_, rest, found := strings.Cut("\n"+string(content), "\n=== ")
	if !found {
		return nil, fmt.Errorf("%s has no request", path)
	}
	var requests []hostileRequest
	for text := range strings.SplitSeq(rest, "\n=== ") {
		request, err := parseRequest(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %s: %w", path, request.name, err)
		}
		requests = append(requests, request)
	}
	return requests, nil
}

func parseRequest(text string) (r hostileRequest, err error) {
	r.name, text, _ = strings.Cut(strings.TrimRight(text, "\n"), "\n")
	ends := ""
	for {
		line, rest, _ := strings.Cut(text, "\n")
		if why, is := strings.CutPrefix(line, "# "); is {
			r.why += why + " "
		} else if expected, is := strings.CutPrefix(line, "> "); !is {
			break
		} else if expected == "open" || expected == "closed" {
			ends = expected
		} else if count, is := strings.CutPrefix(expected, "creates "); is {
			if r.creates, err = strconv.Atoi(count); err != nil {
				return r, err
			}
		} else if e, err := parseExpectation(expected); err != nil {
			return r, err
		} else {
			r.responses = append(r.responses, e)
		}
		text = rest
	}
	if r.why == "" || ends == "" {
		return r, fmt.Errorf("it needs a line of # that says why, and one that says > open or > closed")
	}
	r.open = ends == "open"
	r.steps, err = parseSteps(text)
	return r, err
}

func parseExpectation(text string) (e expectation, err error) {
	status, words, _ := strings.Cut(text, " ")
	if e.status, err = strconv.Atoi(status); err != nil {
		return e, fmt.Errorf("> %s: there must be a status, open, closed or creates", text)
	}
	switch first, rest, _ := strings.Cut(words, " "); first {
	case "plain":
		e.plain, e.words = true, rest
	case "head":
		e.head, e.words = true, rest
	default:
		e.words = words
	}
	return e, nil
}

const (
	contacts      = "/Advertisers/IRsandbox/Campaigns/1000/Contacts"
	authorization = "Host: sandbox\r\nAuthorization: Basic SVJzYW5kYm94OnNlY3JldA=="
	form          = "FirstName=Wile&LastName=Coyote&EmailAddress=wile.coyote@example.com&Accounts=10000"
)

// names are what stands in braces for something longer.
var names = map[string]string{
	"auth":     authorization,
	"create":   "POST " + contacts + " HTTP/1.1\r\n" + authorization,
	"get":      "GET " + contacts + " HTTP/1.1\r\n" + authorization,
	"contacts": contacts,
	"form":     form,
	"parts":    part("FirstName", "Wile") + part("LastName", "Coyote") + part("EmailAddress", "wile.coyote@example.com") + strings.TrimSuffix(part("Accounts", "10000"), "\r\n"),
	"end":      "\r\n",
	"png":      "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
	"gif":      "GIF89a\x01\x00\x01\x00",
	"jpeg":     "\xff\xd8\xff\xe0\x00\x10JFIF\x00",
	"webp":     "RIFF\x24\x00\x00\x00WEBPVP8 ",
}

func part(name, value string) string {
	return "--b\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n"
}

var (
	lineEnd = regexp.MustCompile(`(\\*)\n`)
	element = regexp.MustCompile(`\\x[0-9A-Fa-f]{2}|\\.|\{[^{}]*\}|[^\\{]+`)
	plain   = map[byte]string{'r': "\r", 'n': "\n", 't': "\t", '0': "\x00", '\\': `\`, '{': "{"}
)

// parseSteps reads the request itself.
func parseSteps(text string) (steps []step, err error) {
	// An odd number of \ before the end of a line leaves the line without one.
	text = lineEnd.ReplaceAllStringFunc(text, func(end string) string {
		slashes := end[:len(end)-1]
		if len(slashes)%2 == 1 {
			return slashes[1:]
		}
		return slashes + `\r\n`
	})
	read := 0
	for _, at := range element.FindAllStringIndex(text, -1) {
		if at[0] != read {
			break
		}
		read = at[1]
		s, err := parseElement(text[at[0]:at[1]])
		if err != nil {
			return nil, err
		}
		if last := len(steps) - 1; last >= 0 && s.kind == "send" && s.times == 1 && steps[last].kind == "send" && steps[last].times == 1 {
			steps[last].text += s.text
		} else {
			steps = append(steps, s)
		}
	}
	if read != len(text) {
		return nil, fmt.Errorf("%.20q cannot be read", text[read:])
	}
	return withLength(steps), nil
}

func parseElement(text string) (step, error) {
	send := step{kind: "send", times: 1}
	switch {
	case strings.HasPrefix(text, `\x`):
		n, err := strconv.ParseUint(text[2:], 16, 8)
		send.text = string([]byte{byte(n)})
		return send, err
	case text[0] == '\\':
		unescaped, known := plain[text[1]]
		if send.text = unescaped; !known {
			return send, fmt.Errorf("there is no %s", text)
		}
		return send, nil
	case text[0] != '{':
		send.text = text
		return send, nil
	}
	inner := text[1 : len(text)-1]
	if times, repeated, found := strings.Cut(inner, "*"); found {
		steps, err := parseSteps(repeated)
		if err != nil || len(steps) != 1 {
			return send, fmt.Errorf("%s cannot be read", text)
		}
		if times == "endless" || times == "drip" {
			return step{kind: times, text: steps[0].text}, nil
		}
		send.text = steps[0].text
		send.times, err = strconv.Atoi(times)
		return send, err
	}
	if inner == "response" || inner == "shut" {
		return step{kind: inner}, nil
	}
	if inner == "length" {
		send.text = lengthMark
		return send, nil
	}
	value, known := names[inner]
	if send.text = value; !known {
		return send, fmt.Errorf("there is no %s", text)
	}
	return send, nil
}

// lengthMark stands for {length} until all is read.
const lengthMark = "\x00length\x00"

func withLength(steps []step) []step {
	length, inBody := 0, false
	for _, s := range steps {
		if s.kind != "send" {
			continue
		}
		if inBody {
			length += len(s.text) * s.times
		} else if _, body, found := strings.Cut(s.text, "\r\n\r\n"); found {
			inBody = true
			length += len(body)
		}
	}
	for i := range steps {
		steps[i].text = strings.Replace(steps[i].text, lengthMark, strconv.Itoa(length), 1)
	}
	return steps
}

func TestNotation(t *testing.T) {
	r, err := parseRequest("name\n# Why.\n> 200\n> 400 plain no good\n> creates 2\n> open\nGET / HTTP/1.1\nContent-Length: {length}\n\na\\\nb\\xff\\{\\\\{3*\\n}\nc{shut}\n\n")
	require.NoError(t, err)
	assert.Equal(t, hostileRequest{
		name: "name", why: "Why. ", responses: []expectation{{status: 200}, {status: 400, plain: true, words: "no good"}}, open: true, creates: 2,
		steps: []step{
			{"send", "GET / HTTP/1.1\r\nContent-Length: 11\r\n\r\nab\xff{\\", 1},
			{"send", "\n", 3},
			{"send", "\r\nc", 1},
			{kind: "shut"},
		},
	}, r)
	for _, wrong := range []string{
		"name\n> open\nGET", "name\n# Why.\nGET", "name\n# Why.\n> opne\nGET", "name\n# Why.\n> creates x\n> open\n", "name\n# Why.\n> open\n{what}",
		"name\n# Why.\n> open\n{x*y}", "name\n# Why.\n> open\n{1*{png}}", "name\n# Why.\n> open\n\\q", "name\n# Why.\n> open\n{",
	} {
		_, err := parseRequest(wrong)
		assert.Error(t, err, wrong)
	}
}

// The files are what README.md promises: each request has a name of its own, and there are 200 at least.
func TestThereAre200Requests(t *testing.T) {
	files, err := filepath.Glob("requests/*.txt")
	require.NoError(t, err)
	count := 0
	for _, file := range files {
		requests, err := readRequests(file)
		require.NoError(t, err)
		seen := map[string]bool{}
		for _, r := range requests {
			require.False(t, seen[r.name], "%s has %s twice", file, r.name)
			seen[r.name] = true
			count++
		}
	}
	t.Log(count, "requests")
	assert.GreaterOrEqual(t, count, 200)
}
