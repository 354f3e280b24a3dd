package sandbox_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/contacts/sandbox"
)

// misbehaving is a sandbox with faults, and how many contacts it has.
func misbehaving(t *testing.T, faults ...string) (address string, count func() int, box *sandbox.Sandbox) {
	t.Helper()
	store := sandbox.NewMemory()
	box, err := sandbox.New(sandbox.Config{AccountSID: sid, AuthToken: token, Store: store, Faults: faults})
	require.NoError(t, err)
	address = serveOn(t, box.Server())
	return address, func() int {
		records, err := store.Page(t.Context(), sid, 0, 1000)
		require.NoError(t, err)
		return len(records)
	}, box
}

// raw is all that comes on a connection after one request, until it is closed, or nothing more comes for a while.
func raw(t *testing.T, address, request string) (bytes string, closed bool) {
	t.Helper()
	connection, _ := dial(t, address)
	defer connection.Close()
	_, err := io.WriteString(connection, request)
	require.NoError(t, err)
	buffer := make([]byte, 4096)
	for {
		n, err := connection.Read(buffer)
		bytes += string(buffer[:n])
		if err != nil {
			return bytes, !errors.Is(err, os.ErrDeadlineExceeded)
		}
		require.NoError(t, connection.SetReadDeadline(time.Now().Add(100*time.Millisecond)))
	}
}

// post is a whole create, with more lines of header.
func post(more string) string {
	return head(fmt.Sprint("Content-Length: ", len(valid)), more) + valid
}

func get(path, more string) string {
	return "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic SVJzYW5kYm94OnNlY3JldA==\r\n" + more + "\r\n"
}

// split parses a whole response, and returns what is behind it.
func split(t *testing.T, bytes string) (r received, rest string) {
	t.Helper()
	reader := bufio.NewReader(strings.NewReader(bytes))
	r = readResponse(t, reader)
	if strings.HasPrefix(string(r.Body), "{") {
		require.NoError(t, json.Unmarshal(r.Body, &r.Envelope))
	}
	behind, err := io.ReadAll(reader)
	require.NoError(t, err)
	return r, string(behind)
}

// Each fault, as a flag or an option sets it and as a request prefers it: what is on the socket, and what became
// of the contact.
func TestFaultOnTheSocket(t *testing.T) {
	for _, c := range []struct {
		fault   string
		created int
		closed  bool
		check   func(t *testing.T, bytes string)
	}{
		{"drop=before-commit", 0, true, func(t *testing.T, bytes string) { assert.Empty(t, bytes) }},
		{"drop=after-commit", 1, true, func(t *testing.T, bytes string) { assert.Empty(t, bytes) }},
		{"drop=mid-response", 1, true, func(t *testing.T, bytes string) {
			header, body, found := strings.Cut(bytes, "\r\n\r\n")
			require.True(t, found)
			assert.True(t, strings.HasPrefix(header, "HTTP/1.1 200 OK\r\n"))
			whole := `{"Status":"OK","Uri":"/Advertisers/IRsandbox/Campaigns/1000/Contacts/2750"}`
			assert.Contains(t, header, fmt.Sprint("\r\nContent-Length: ", len(whole)), "it promises more than it sends")
			assert.Equal(t, whole[:len(whole)/2], body)
		}},
		{"code=503", 0, false, isCode(503, "application/json", `{"Status":"ERROR","Message":"The sandbox was told to respond with 503 Service Unavailable."}`)},
		{"code=402; body=envelope", 0, false, isCode(402, "application/json", `{"Status":"ERROR",`)},
		{"code=502; body=html", 0, false, isCode(502, "text/html; charset=utf-8", "<html><head><title>502 Bad Gateway</title>")},
		{"code=500; body=xml; after-commit", 1, false, isCode(500, "application/xml", `<?xml version="1.0" encoding="UTF-8"?><`)},
		{"code=429", 0, false, func(t *testing.T, bytes string) {
			isCode(429, "application/json", `{"Status":"ERROR",`)(t, bytes)
			assert.Contains(t, bytes, "\r\nRetry-After: 1\r\n")
			assert.Contains(t, bytes, "\r\nX-Ratelimit-Remaining: 0\r\n")
		}},
		{"code=204", 0, false, func(t *testing.T, bytes string) {
			assert.True(t, strings.HasPrefix(bytes, "HTTP/1.1 204 No Content\r\n"))
			assert.True(t, strings.HasSuffix(bytes, "\r\n\r\n"))
		}},
		{"code=299", 0, false, isCode(299, "application/json", `{"Status":"ERROR","Message":"The sandbox was told to respond with 299."}`)},
		{"status=ERROR", 0, false, isCode(200, "application/json", `{"Status":"ERROR","Message":"`)},
		{"status=QUEUED", 1, false, isCode(200, "application/json", `{"Status":"QUEUED","QueuedUri":"/Advertisers/IRsandbox/APISubmissions/A-`)},
		{"surplus=30", 1, false, func(t *testing.T, bytes string) {
			r, behind := split(t, bytes)
			assert.Equal(t, contacts+"/2750", r.Envelope.Uri)
			assert.Equal(t, "HTTP/1.1 200 OK\r\nContent-Type:", behind)
		}},
		{"surplus=500", 1, false, func(t *testing.T, bytes string) {
			_, behind := split(t, bytes)
			assert.Len(t, behind, 500)
			second, _ := split(t, behind)
			assert.Equal(t, contacts+"/1", second.Envelope.Uri, "a whole response of a contact that nobody created")
		}},
		{"delay=120ms", 1, false, isCode(200, "application/json", `{"Status":"OK",`)},
		{"refuse-account=10000", 0, false, func(t *testing.T, bytes string) {
			r, _ := split(t, bytes)
			r.requireError(t, 400)
			assert.Equal(t, []string{"Accounts"}, r.fields())
		}},
	} {
		for _, way := range []string{"set", "preferred"} {
			t.Run(way+" "+c.fault, func(t *testing.T) {
				t.Parallel()
				var address string
				var count func() int
				header := ""
				if way == "set" {
					address, count, _ = misbehaving(t, c.fault)
				} else {
					address, count, _ = misbehaving(t)
					header = "Prefer: " + c.fault + "\r\n"
				}
				begin := time.Now()
				bytes, closed := raw(t, address, post(header))
				c.check(t, bytes)
				assert.Equal(t, c.closed, closed)
				assert.Equal(t, c.created, count())
				if strings.HasPrefix(c.fault, "delay=") {
					assert.GreaterOrEqual(t, time.Since(begin), 120*time.Millisecond)
				}
				if bytes != "" {
					assert.Contains(t, bytes, "\r\nSandbox-Fault: "+c.fault+"\r\n")
					assert.Equal(t, way == "preferred", strings.Contains(bytes, "\r\nPreference-Applied: "+c.fault+"\r\n"))
				}
				if way == "preferred" {
					assertBehaves(t, address)
				}
			})
		}
	}
}

func isCode(status int, contentType, body string) func(*testing.T, string) {
	return func(t *testing.T, bytes string) {
		t.Helper()
		r, behind := split(t, bytes)
		assert.Equal(t, status, r.StatusCode)
		assert.Equal(t, contentType, r.Header.Get("Content-Type"))
		assert.True(t, strings.HasPrefix(string(r.Body), body), "%s", r.Body)
		assert.Empty(t, behind)
	}
}

// assertBehaves creates a contact in the usual way.
func assertBehaves(t *testing.T, address string) {
	t.Helper()
	bytes, closed := raw(t, address, post(""))
	assert.False(t, closed)
	isCode(200, "application/json", `{"Status":"OK","Uri":"/Advertisers/IRsandbox/Campaigns/1000/Contacts/`)(t, bytes)
	for _, header := range []string{"Sandbox-Fault", "Preference-Applied", "Vary"} {
		assert.NotContains(t, bytes, header)
	}
}

func TestNothingMisbehavesWhenNothingIsSet(t *testing.T) {
	address, count, box := misbehaving(t)
	assert.Empty(t, box.Faults())
	assertBehaves(t, address)
	require.NoError(t, box.SetFaults("code=500"))
	require.NoError(t, box.SetFaults())
	for range 3 {
		assertBehaves(t, address)
	}
	// What other servers understand is nothing to this one.
	bytes, _ := raw(t, address, post("Prefer: return=minimal, respond-async, wait=10, code, =, example=x\r\n"))
	isCode(200, "application/json", `{"Status":"OK"`)(t, bytes)
	assert.NotContains(t, bytes, "Sandbox-Fault")
	assert.Equal(t, 5, count())
}

func TestWhatMisbehavesIsLogged(t *testing.T) {
	var log strings.Builder
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	t.Cleanup(func() { slog.SetDefault(before) })
	_, _, box := misbehaving(t)
	assert.Empty(t, log.String())
	require.NoError(t, box.SetFaults("code=500; one-in=2; seed=1"))
	assert.Contains(t, log.String(), `level=WARN msg="sandbox: it misbehaves" faults="[code=500; one-in=2; seed=1]"`)
	require.NoError(t, box.SetFaults())
	assert.Contains(t, log.String(), `level=WARN msg="sandbox: it behaves again"`)
}

func TestTimesOneInAndSeed(t *testing.T) {
	address, count, box := misbehaving(t, "drop=after-commit; times=1", "code=500; operation=listContacts")
	bytes, closed := raw(t, address, post(""))
	assert.Empty(t, bytes)
	assert.True(t, closed)
	assertBehaves(t, address)
	assert.Equal(t, 2, count())
	bytes, _ = raw(t, address, get(contacts, ""))
	isCode(500, "application/json", "{")(t, bytes)
	assert.Equal(t, []sandbox.FaultState{{"drop=after-commit; times=1", 1}, {"code=500; operation=listContacts", 1}}, box.Faults())

	pattern := func(faults ...string) (pattern string) {
		require.NoError(t, box.SetFaults(faults...))
		a := apiOf(t, box)
		for range 200 {
			pattern += map[int]string{200: ".", 503: "x"}[a.get(contacts).StatusCode]
		}
		return pattern
	}
	first := pattern("code=503; one-in=10; seed=7")
	assert.InDelta(t, 20, strings.Count(first, "x"), 15)
	assert.Equal(t, first, pattern("code=503; one-in=10; seed=7"))
	assert.NotEqual(t, first, pattern("code=503; one-in=10; seed=8"))
	unknown := pattern("code=503; one-in=10")
	repeat := box.Faults()[0].Fault
	assert.Regexp(t, `^code=503; one-in=10; seed=\d+$`, repeat, "a seed that nobody chose is said")
	assert.Equal(t, unknown, pattern(repeat))
}

// A fault happens to what would be carried out: a request that is refused in any case does not use it up.
func TestRefusedRequestsUseUpNoFault(t *testing.T) {
	_, _, box := misbehaving(t, "code=503; times=1")
	a := apiOf(t, box)
	a.post(formType, "FirstName=alone").requireError(t, 400)
	a.get("/nowhere").requireError(t, 404)
	request := a.request("GET", contacts, "", "")
	request.SetBasicAuth(sid, "wrong")
	request.Header.Set("Prefer", "delay=1m")
	a.do(request).requireError(t, 401)
	assert.Zero(t, box.Faults()[0].Happened)
	assert.Equal(t, 503, a.get(contacts).StatusCode)
	assert.Equal(t, 200, a.get(contacts).StatusCode)
}

func TestOfFaultsThatEndARequestTheFirstHappens(t *testing.T) {
	_, _, box := misbehaving(t, "code=500", "status=ERROR", "delay=1ms", "delay=2ms")
	a := apiOf(t, box)
	request := a.request("GET", contacts, "", "")
	request.Header.Add("Prefer", `code=404; body="html", code=405`)
	request.Header.Add("Prefer", "Delay=3ms;;jitter=1ms , code=406, delay=4ms")
	r := a.do(request)
	assert.Equal(t, 404, r.StatusCode)
	assert.Equal(t, []string{"code=404; body=html", "delay=3ms; jitter=1ms", "delay=1ms", "delay=2ms"}, r.Header.Values("Sandbox-Fault"))
	assert.Equal(t, []string{"code=404; body=html", "delay=3ms; jitter=1ms"}, r.Header.Values("Preference-Applied"))
}

// RFC 7240: what cannot be followed is ignored, and not named in Preference-Applied.
func TestPreferencesThatCannotBeFollowedAreIgnored(t *testing.T) {
	_, _, box := misbehaving(t)
	a := apiOf(t, box)
	for _, prefer := range []string{
		"code=99", "code=600", "code=abc", "code", `code="503`, "drop=aftercommit", "delay=2", "delay=2h", "delay=-1s", "code=503; times=1", "code=503; one-in=2",
		"code=503; body=pdf", "code=503; body=xml; body=xml", "code=503 x", "rate-limit=0", "code=503; after-commit=1", "code==503", ";", "handling=strict; x=y",
	} {
		request := a.request("GET", contacts, "", "")
		request.Header.Set("Prefer", prefer)
		r := a.do(request)
		assert.Equal(t, 200, r.StatusCode, prefer)
		assert.Empty(t, r.Header.Values("Preference-Applied"), prefer)
		assert.Empty(t, r.Header.Values("Sandbox-Fault"), prefer)
	}
	var last struct{ Requests []struct{ Ignored []string } }
	require.NoError(t, json.Unmarshal(a.get("/_sandbox/requests?status=200").Body, &last))
	assert.Equal(t, []string{`the fault handling has no parameter "x"; it has times=N, one-in=N, seed=N, operation=OPERATION`},
		last.Requests[0].Ignored, "the record says why")
}

func TestSurplusThatComesLater(t *testing.T) {
	address, _, _ := misbehaving(t, "surplus=9; after=150ms")
	connection, responses := dial(t, address)
	_, err := io.WriteString(connection, post(""))
	require.NoError(t, err)
	assert.Equal(t, 200, readResponse(t, responses).StatusCode)
	begin := time.Now()
	behind := make([]byte, 9)
	_, err = io.ReadFull(responses, behind)
	require.NoError(t, err)
	assert.Equal(t, "HTTP/1.1 ", string(behind))
	assert.Greater(t, time.Since(begin), 100*time.Millisecond)
}

func TestRateLimitFaultByEachSpelling(t *testing.T) {
	for spelling, want := range map[string][]string{
		"":                           {"X-Ratelimit-Limit", "X-Ratelimit-Remaining", "X-Ratelimit-Reset"},
		"; headers=x-ratelimit":      {"X-Ratelimit-Limit", "X-Ratelimit-Remaining", "X-Ratelimit-Reset"},
		"; headers=x-ratelimit-unix": {"X-Ratelimit-Limit", "X-Ratelimit-Remaining", "X-Ratelimit-Reset"},
		"; headers=x-ratelimit-hour": {"X-Ratelimit-Limit-Hour", "X-Ratelimit-Remaining-Hour", "X-Ratelimit-Reset-Hour"},
		"; headers=ratelimit-reset":  {"Ratelimit-Reset"},
		"; headers=retry-after":      {"Retry-After"},
		"; headers=all": {"Ratelimit-Reset", "Retry-After", "X-Ratelimit-Limit", "X-Ratelimit-Limit-Hour", "X-Ratelimit-Remaining",
			"X-Ratelimit-Remaining-Hour", "X-Ratelimit-Reset", "X-Ratelimit-Reset-Hour"},
	} {
		_, count, box := misbehaving(t, "rate-limit=2"+spelling)
		a := apiOf(t, box)
		for n := range 4 {
			r := a.post(formType, valid)
			var names []string
			for name, values := range r.Header {
				if !strings.Contains(name, "limit") && !strings.Contains(name, "Limit") && name != "Retry-After" {
					continue
				}
				names = append(names, name)
				switch {
				case strings.Contains(name, "-Limit-") || strings.HasSuffix(name, "-Limit"):
					assert.Equal(t, "2", values[0])
				case strings.Contains(name, "Remaining"):
					assert.Equal(t, fmt.Sprint(max(0, 1-n)), values[0])
				case strings.HasSuffix(spelling, "unix"):
					assert.InDelta(t, time.Now().Add(time.Hour).Unix(), number(t, values[0]), 5)
				default:
					assert.InDelta(t, 3600, number(t, values[0]), 5, name)
				}
			}
			if n < 2 {
				assert.Equal(t, 200, r.StatusCode)
				continue
			}
			assert.ElementsMatch(t, want, names, spelling)
			assert.Equal(t, 429, r.StatusCode)
			assert.Equal(t, "ERROR", r.Envelope.Status)
			assert.Equal(t, "rate-limit=2"+spelling, r.Header.Get("Sandbox-Fault"))
		}
		assert.Equal(t, 2, count())
	}
}

func number(t *testing.T, text string) (n int64) {
	t.Helper()
	_, err := fmt.Sscan(text, &n)
	require.NoError(t, err)
	return n
}

func TestRateLimitCountsAndRefusesWhatIsWrongToo(t *testing.T) {
	_, _, box := misbehaving(t, "rate-limit=1")
	a := apiOf(t, box)
	request := a.request("GET", contacts, "", "")
	request.SetBasicAuth(sid, "wrong")
	a.do(request).requireError(t, 401)
	r := a.post(formType, "FirstName=alone")
	assert.Equal(t, 400, r.StatusCode)
	assert.Empty(t, r.Header.Get("Sandbox-Fault"))
	for _, body := range []string{"FirstName=alone", valid} {
		r = a.post(formType, body)
		assert.Equal(t, 429, r.StatusCode)
		assert.Equal(t, "rate-limit=1", r.Header.Get("Sandbox-Fault"))
	}
}

// A delay may be longer than the server's own times for a request.
func TestDelayOutlivesTheServersTimeouts(t *testing.T) {
	_, count, box := misbehaving(t, "delay=500ms")
	server := box.Server()
	server.ReadTimeout, server.WriteTimeout = 200*time.Millisecond, 200*time.Millisecond
	begin := time.Now()
	connection, responses := dial(t, serveOn(t, server))
	_, err := io.WriteString(connection, post(""))
	require.NoError(t, err)
	assert.Equal(t, 200, readResponse(t, responses).StatusCode)
	assert.GreaterOrEqual(t, time.Since(begin), 500*time.Millisecond)
	assert.Equal(t, 1, count())
}

func TestRateLimitEndsWithItsTime(t *testing.T) {
	_, _, box := misbehaving(t, "rate-limit=1; per=300ms")
	a := apiOf(t, box)
	assert.Equal(t, 200, a.get(contacts).StatusCode)
	r := a.get(contacts)
	assert.Equal(t, 429, r.StatusCode)
	assert.Equal(t, "1", r.Header.Get("X-RateLimit-Reset"))
	time.Sleep(300 * time.Millisecond)
	assert.Equal(t, 200, a.get(contacts).StatusCode)
}

// list are the contacts of the list, and what it says of its pages.
func (a api) list(query string) (ids []string, pages map[string]any) {
	a.t.Helper()
	r := a.get(contacts + query)
	require.Equal(a.t, 200, r.StatusCode, "%s", r.Body)
	require.NoError(a.t, json.Unmarshal(r.Body, &pages))
	for _, contact := range pages["Contacts"].([]any) {
		ids = append(ids, contact.(map[string]any)["Id"].(string))
	}
	return ids, pages
}

func TestListAfter(t *testing.T) {
	_, _, box := misbehaving(t, "list-after=300ms; times=1")
	a := apiOf(t, box)
	uri := a.post(formType, valid).Envelope.Uri
	a.post(formType, valid)
	ids, _ := a.list("")
	assert.Equal(t, []string{"2751"}, ids)
	assert.Equal(t, "2750", a.contact(uri).ID, "it can be read")
	assert.Eventually(t, func() bool { ids, _ := a.list(""); return len(ids) == 2 }, 2*time.Second, 20*time.Millisecond)
}

func TestContactsAppearByThemselves(t *testing.T) {
	_, _, box := misbehaving(t, "appear=2; times=1", "appear=1; system; times=1")
	a := apiOf(t, box)
	for range 2 {
		ids, _ := a.list("")
		assert.Equal(t, []string{"2750", "2751", "M2752"}, ids)
	}
	contact := a.contact(contacts + "/M2752")
	assert.False(t, *contact.Editable)
	assert.Equal(t, "Somebody", contact.FirstName)
}

func TestPageSizeFault(t *testing.T) {
	_, _, box := misbehaving(t, "page-size=2")
	a := apiOf(t, box)
	for range 5 {
		a.post(formType, valid)
	}
	ids, pages := a.list("?PageSize=100&Page=3")
	assert.Equal(t, []string{"2754"}, ids)
	assert.Equal(t, "3", pages["@numpages"])
	assert.Equal(t, "2", pages["@pagesize"])
	ids, _ = a.list("?PageSize=1")
	assert.Len(t, ids, 1)
}

func TestHandlingIsStrictOrLenient(t *testing.T) {
	body := parts(required(text("ProfileImageFile", "a.png"), file("b.png", "b.png", png))...)
	for _, strict := range []bool{false, true} {
		box, err := sandbox.New(sandbox.Config{AccountSID: sid, AuthToken: token, Strict: strict})
		require.NoError(t, err)
		a := apiOf(t, box)
		for handling, status := range map[string]int{"": map[bool]int{false: 200, true: 400}[strict], "strict": 400, "lenient": 200} {
			request := a.request("POST", contacts, multipartType, body)
			if handling != "" {
				request.Header.Set("Prefer", "handling="+handling)
			}
			r := a.do(request)
			assert.Equal(t, status, r.StatusCode, handling)
			assert.Equal(t, strings.TrimSuffix("handling="+handling, "handling="), r.Header.Get("Preference-Applied"), handling)
		}
		require.NoError(t, box.SetFaults("handling=strict; times=1"))
		assert.Equal(t, 400, a.post(multipartType, body).StatusCode)
	}
}

// Nothing is left of what a dropped connection uploaded, and others go on.
func TestDroppedUploadsReleaseTheirMemory(t *testing.T) {
	box, err := sandbox.New(sandbox.Config{AccountSID: sid, AuthToken: token, Store: &forgetful{Store: sandbox.NewMemory()}, Faults: []string{"drop=after-commit; operation=createContact"}})
	require.NoError(t, err)
	a := apiOf(t, box)
	body := parts(required(text("ProfileImageFile", "i"), file("i", "i", png+strings.Repeat("x", 8<<20)))...)
	for range 12 { // more than are held at once
		_, err := http.DefaultClient.Do(a.request("POST", contacts, multipartType, body))
		require.Error(t, err)
	}
	require.NoError(t, box.SetFaults())
	assert.Equal(t, 200, a.post(multipartType, body).StatusCode)
}

func TestFaultsAreRefusedWithASentence(t *testing.T) {
	_, _, box := misbehaving(t, "delay=1ms")
	for fault, says := range map[string]string{
		"":                           "a fault is empty; write NAME=VALUE",
		"drip=x":                     `there is no fault "drip"; there are drop, code,`,
		"drop":                       `the fault drop must be before-commit, after-commit or mid-response, not ""`,
		"drop=now":                   `the fault drop must be before-commit, after-commit or mid-response, not "now"`,
		"code=1000":                  `the fault code must be a whole number from 200 to 599, not "1000"`,
		"delay=61s":                  `the fault delay must be a time such as 200ms or 2s, of at most 1m0s, not "61s"`,
		"code=500; tims=1":           `the fault code has no parameter "tims"; it has body=envelope | html | xml, after-commit, times=N`,
		"code=500; times=0":          `the parameter times of the fault code must be a whole number from 1 to`,
		"code=500; operation=create": `the parameter operation of the fault code must be createContact,`,
		"code=500; seed=1; seed=2":   "the fault code has its parameter seed twice; give it once",
		"code=500, delay=1s":         "is 2 faults; give each by itself",
		"code=500; body=\"x":         "cannot be read; write NAME=VALUE; PARAMETER=VALUE",
		"appear=1; system=yes":       `the parameter system of the fault appear must have no value, not "yes"`,
		"refuse-account":             `the fault refuse-account must have a value`,
	} {
		assert.ErrorContains(t, box.SetFaults("code=400", fault), says, fault)
	}
	assert.Equal(t, "delay=1ms", box.Faults()[0].Fault, "nothing has changed")
	_, err := sandbox.New(sandbox.Config{AccountSID: sid, AuthToken: token, Faults: []string{"x=1"}})
	assert.ErrorContains(t, err, `sandbox: there is no fault "x"`)
}

// What documentation and help list can be set as it is listed.
func TestFaultKindsAreWhatCanBeSet(t *testing.T) {
	_, _, box := misbehaving(t)
	example := strings.NewReplacer("=N", "=200", "=TIME", "=1s", "=ACCOUNT", "=1", "=OPERATION", "=createContact")
	for _, kind := range sandbox.FaultKinds() {
		assert.NotEmpty(t, kind.Description)
		for _, value := range strings.Split(kind.Value, " | ") {
			fault := kind.Name + "=" + value
			for _, parameter := range kind.Parameters {
				form, _, _ := strings.Cut(parameter, " | ")
				fault += "; " + form
			}
			for _, parameter := range sandbox.CommonFaultParameters() {
				form, _, _ := strings.Cut(parameter.Value, " | ")
				fault += "; " + parameter.Name + "=" + form
			}
			if kind.Name == "appear" {
				fault = strings.Replace(fault, "=N", "=1", 1)
			}
			fault = example.Replace(fault)
			require.NoError(t, box.SetFaults(fault))
			assert.Equal(t, fault, box.Faults()[0].Fault)
		}
	}
}

func TestFaultsLeaveNothingBehind(t *testing.T) {
	_, _, box := misbehaving(t)
	a := apiOf(t, box)
	before := runtime.NumGoroutine()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	for _, fault := range []string{"drop=before-commit", "drop=after-commit", "drop=mid-response", "surplus=500", "surplus=5; after=1ms", "delay=1ms", "code=503", "status=QUEUED"} {
		for range 25 {
			request := a.request("POST", contacts, formType, valid)
			request.Header.Set("Prefer", fault)
			if response, err := client.Do(request); err == nil {
				io.Copy(io.Discard, response.Body)
				response.Body.Close()
			}
		}
	}

	assert.Eventually(t, func() bool { return runtime.NumGoroutine() <= before+2 }, 5*time.Second, 10*time.Millisecond)
}

// A test may serve the sandbox by HTTP/2, where a connection carries more than one request.
func TestFaultsUnderHTTP2(t *testing.T) {
	_, count, box := misbehaving(t)
	server := httptest.NewUnstartedServer(box)
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(server.Close)
	a := api{server, t}
	for i, fault := range []string{"drop=after-commit", "drop=mid-response"} {
		request := a.request("POST", contacts, formType, valid)
		request.Header.Set("Prefer", fault)
		response, err := server.Client().Do(request)
		if err == nil {
			assert.Equal(t, 2, response.ProtoMajor)
			_, err = io.ReadAll(response.Body)
			response.Body.Close()
		}
		assert.Error(t, err, fault)
		assert.Equal(t, i+1, count())
	}
	request := a.request("POST", contacts, formType, valid)
	request.Header.Set("Prefer", "surplus=100")
	response, err := server.Client().Do(request)
	require.NoError(t, err)
	response.Body.Close()
	assert.Equal(t, 200, response.StatusCode, "there is nothing behind a response of HTTP/2")
}

// FuzzFault: no text makes the reader panic, and a fault that it takes is the same fault when it is shown.
func FuzzFault(f *testing.F) {
	for _, seed := range []string{"drop=after-commit; times=1", "delay=2s;;jitter=\"1s\"", `refuse-account="a\"b\\c,;="`, "code=503;body=xml ; after-commit", "x", "=", ";", ",", `a="`, "appear=1; system; one-in=2"} {
		f.Add(seed)
	}
	box, err := sandbox.New(sandbox.Config{AccountSID: sid, AuthToken: token})
	require.NoError(f, err)
	before := slog.Default()
	slog.SetDefault(slog.New(slog.DiscardHandler))
	f.Cleanup(func() { slog.SetDefault(before) })
	f.Fuzz(func(t *testing.T, fault string) {
		if box.SetFaults(fault) != nil {
			return
		}
		shown := box.Faults()[0].Fault
		require.NoError(t, box.SetFaults(shown))
		require.Equal(t, shown, box.Faults()[0].Fault)
	})
}
