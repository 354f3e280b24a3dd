package sandbox_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/contacts/sandbox"
)

type recordedRequest struct {
	ID                             int64
	Time                           time.Time
	Seconds                        float64
	Pinned                         bool
	Account, User, Operation       string
	Method, Path, Target, Protocol string
	Headers                        map[string]string
	Encoding                       string
	Length                         int64
	Parameters                     []struct {
		Name, In, Value string
		Cut             bool
	}
	Parts           []recordedPart
	Violations      []struct{ Field, Rule, Message string }
	Faults, Ignored []string
	Status          int
	Response        *struct {
		Headers map[string]string
		Body    string
		Size    int
		Cut     bool
	}
}

type recordedPart struct {
	Name, Parameter string
	File            bool
	Size            int
	Type            string
	Kept            bool
}

// values are the parameters as name=value.
func (r recordedRequest) values() (values []string) {
	for _, p := range r.Parameters {
		values = append(values, p.In+" "+p.Name+"="+p.Value)
	}
	return values
}

func (a api) requests(query string) []recordedRequest {
	a.t.Helper()
	r := a.get(requestsPath + query)
	require.Equal(a.t, 200, r.StatusCode, "%s", r.Body)
	var body struct{ Requests []recordedRequest }
	decoder := json.NewDecoder(strings.NewReader(string(r.Body)))
	decoder.DisallowUnknownFields()
	require.NoError(a.t, decoder.Decode(&body))
	return body.Requests
}

// one is the response of the control API for one request.
func (a api) one(id int) (status int, body []byte) {
	a.t.Helper()
	response, err := http.DefaultClient.Do(a.request("GET", fmt.Sprint(requestsPath, "/", id), "", ""))
	require.NoError(a.t, err)
	defer response.Body.Close()
	body, err = io.ReadAll(response.Body)
	require.NoError(a.t, err)
	return response.StatusCode, body
}

func TestRecordOfAForm(t *testing.T) {
	a := start(t, sandbox.Config{})
	begin := time.Now()
	request := a.request("POST", contacts, formType+"; charset=utf-8", valid+"&Title=&Labels=Main+Contact,,%22A%26B%22")
	request.Header.Set("User-Agent", "test")
	sent := a.do(request)
	got := a.requests("")
	require.Len(t, got, 1)
	r := got[0]
	assert.Equal(t, int64(1), r.ID)
	assert.WithinDuration(t, begin, r.Time, 5*time.Second)
	assert.Positive(t, r.Seconds)
	assert.Equal(t, []string{sid, "createContact", "POST", contacts, formType}, []string{r.Account, r.Operation, r.Method, r.Path, r.Encoding})
	host := strings.TrimPrefix(a.URL, "http://")
	assert.Equal(t, map[string]string{"Host": host, "Accept-Encoding": "gzip", "Content-Type": formType + "; charset=utf-8", "User-Agent": "test"}, r.Headers)
	assert.Equal(t, []string{"", "HTTP/1.1"}, []string{r.Target, r.Protocol})
	assert.Equal(t, request.ContentLength, r.Length)
	assert.Equal(t, []string{"path CampaignId=1000", "body FirstName=Wile", "body LastName=Coyote", "body EmailAddress=wile.coyote@example.com",
		"body Accounts=10000", `body Labels=Main Contact,"A&B"`}, r.values())
	assert.Empty(t, r.Violations)
	assert.Equal(t, 200, r.Status)
	assert.Equal(t, string(sent.Body), r.Response.Body)
	assert.Equal(t, len(sent.Body), r.Response.Size)
	assert.Equal(t, "999", r.Response.Headers["X-Ratelimit-Remaining"])

	status, one := a.one(1)
	assert.Equal(t, 200, status)
	var same recordedRequest
	require.NoError(t, json.Unmarshal(one, &same))
	assert.Equal(t, r, same)
}

func TestRecordOfAnUpload(t *testing.T) {
	a := start(t, sandbox.Config{})
	image := png + strings.Repeat("x", 100_000)
	a.post(multipartType, parts(required(text("ProfileImageFile", "a.png"), file("a.png", "a.png", image))...))
	a.post(multipartType, parts(required(text("ProfileImageFile", "a.png"), file("b.png", "b.png", "no image"), text("Unheard", "x"))...))
	got := a.requests("")
	assert.Equal(t, "multipart/form-data", got[1].Encoding)
	assert.Contains(t, got[1].values(), "body ProfileImageFile=a.png")
	assert.Equal(t, []recordedPart{{"a.png", "ProfileImageFile", true, len(image), "image/png", true}}, got[1].Parts)
	assert.Equal(t, []recordedPart{
		{"b.png", "ProfileImageFile", true, len("no image"), "text/plain; charset=utf-8", true},
		{"Unheard", "", false, 1, "text/plain; charset=utf-8", true},
	}, got[0].Parts)
}

func TestRecordOfViolations(t *testing.T) {
	a := start(t, sandbox.Config{SystemContacts: 1})
	a.post(formType, "LastName="+strings.Repeat("x", 256)+"&Title=a&Title=b&Unheard=of&WorkPhoneNumber=1&EmailAddress=a@b&Accounts=1")
	r := a.requests("")[0]
	var got []string
	for _, v := range r.Violations {
		got = append(got, v.Field+" "+v.Rule)
		assert.True(t, strings.HasPrefix(v.Message, v.Field), v.Message)
	}
	assert.ElementsMatch(t, []string{"FirstName required", "LastName too_long", "Title server", "WorkPhoneNumberCountry required_with", "Unheard unknown"}, got)
	assert.Contains(t, r.values(), " Unheard=of")
	assert.Equal(t, 400, r.Status)

	a.send("PUT", contacts+"/M2750", "FirstName=x")
	assert.Equal(t, "FirstName", a.requests("")[0].Violations[0].Field)
}

func TestRecordOfFaults(t *testing.T) {
	a := start(t, sandbox.Config{})
	for _, prefer := range []string{"drop=after-commit", "drop=mid-response", "status=QUEUED, delay=1ms", "surplus=9"} {
		request := a.request("POST", contacts, formType, valid)
		request.Header.Set("Prefer", prefer)
		response, err := http.DefaultTransport.RoundTrip(request)
		if err == nil {
			io.ReadAll(response.Body)
			response.Body.Close()
		}
	}
	var got []recordedRequest
	require.Eventually(t, func() bool { got = a.requests(""); return len(got) == 4 }, time.Second, time.Millisecond)
	assert.Equal(t, []string{"drop=after-commit"}, got[3].Faults)
	assert.Zero(t, got[3].Status)
	assert.Nil(t, got[3].Response)
	assert.Equal(t, []string{"drop=mid-response"}, got[2].Faults)
	assert.Equal(t, `{"Status":"OK","Uri":"/Advertisers/IR`, got[2].Response.Body)
	assert.Equal(t, "status=QUEUED, delay=1ms", got[1].Headers["Prefer"])
	assert.Equal(t, []string{"status=QUEUED", "delay=1ms"}, got[1].Faults)
	assert.Equal(t, `{"Status":"OK","Uri":"/Advertisers/IRsandbox/Campaigns/1000/Contacts/2753"}`, got[0].Response.Body)
}

// Wherever a client puts the token, nobody reads it in the record.
func TestRecordNeverHoldsTheToken(t *testing.T) {
	const secret, control = "T0ken-that-nobody-may-see", "A-second-one-for-control"
	box, err := sandbox.New(sandbox.Config{AccountSID: sid, AuthToken: secret, ControlToken: control})
	require.NoError(t, err)
	a := apiOf(t, box)
	places := []func(string) *http.Request{
		func(s string) *http.Request { return a.request("POST", contacts, formType, valid+"&Title=my+"+s) },
		func(s string) *http.Request { return a.request("POST", contacts, formType, valid+"&Title="+s) },
		func(s string) *http.Request { return a.request("POST", contacts, formType, valid+"&"+s+"=1") },
		func(s string) *http.Request { return a.request("POST", contacts, formType, s) },
		func(s string) *http.Request {
			return a.request("POST", contacts, multipartType, parts(required(text("ProfileImageFile", s), file(s, s, png))...))
		},
		func(s string) *http.Request {
			return a.request("POST", contacts, multipartType, parts(required(text("Title", s), text(s, "x"))...))
		},
		func(s string) *http.Request { return a.request("GET", contacts+"?Title="+s, "", "") },
		func(s string) *http.Request { return a.request("GET", contacts+"?"+s, "", "") },
		func(s string) *http.Request { return a.request("GET", contacts+"/"+s, "", "") },
		func(s string) *http.Request { return a.request("GET", "/"+s, "", "") },
		func(s string) *http.Request {
			return a.request("GET", "/Advertisers/"+s+"/Campaigns/1/Contacts", "", "")
		},
		func(s string) *http.Request {
			r := a.request("GET", contacts, "", "")
			r.Header.Set("User-Agent", s)
			return r
		},
		func(s string) *http.Request {
			r := a.request("POST", contacts, s, "")
			r.Header.Set("Prefer", "code="+s)
			return r
		},
		func(s string) *http.Request { return a.request(s, contacts, "", "") },
	}
	sent := 0
	for _, value := range []string{secret, control} {
		for _, place := range places {
			for _, authorize := range []func(*http.Request){
				func(r *http.Request) { r.SetBasicAuth(sid, secret) },
				func(r *http.Request) { r.SetBasicAuth(secret, sid) },
				func(r *http.Request) { r.Header.Del("Authorization") },
				func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+secret) },
			} {
				request := place(value)
				authorize(request)
				a.do(request)
				sent++
			}
		}
	}
	// In the middle of a word it is found by the request's own credentials.
	for _, place := range places {
		request := place("x" + secret + "y")
		request.SetBasicAuth(sid, secret)
		a.do(request)
		sent++
	}
	request := a.request("GET", requestsPath, "", "")
	request.SetBasicAuth(sid, secret)
	got := a.do(request)
	require.Equal(t, 200, got.StatusCode)
	assert.Equal(t, sent, strings.Count(string(got.Body), `"id":`))
	for _, r := range strings.Split(string(got.Body), "\n") {
		assert.NotContains(t, r, secret)
		assert.NotContains(t, r, control)
	}
	assert.Contains(t, string(got.Body), "[token]")
}

func TestRecordIsBounded(t *testing.T) {
	a := start(t, sandbox.Config{Store: &forgetful{Store: sandbox.NewMemory()}})
	for range 1010 {
		a.get("/nowhere")
	}
	got := a.requests("")
	assert.Len(t, got, 1000)
	assert.EqualValues(t, 1010, got[0].ID)
	assert.EqualValues(t, 11, got[999].ID)
	for id, want := range map[int]int{10: 404, 11: 200, 1010: 200, 1011: 404} {
		status, _ := a.one(id)
		assert.Equal(t, want, status, id)
	}

	// Of long ones there are fewer, and each is cut.
	for range 600 {
		a.post(formType, valid+"&Title="+strings.Repeat("é", 15_000)+"&Unheard="+strings.Repeat("y", 60_000))
	}
	r := a.get(requestsPath)
	assert.Less(t, len(r.Body), 20<<20)
	got = a.requests("?text=Unheard")
	assert.Less(t, len(got), 600)
	assert.Greater(t, len(got), 300)
	total := 0
	for _, value := range got[0].values() {
		total += len(value)
		assert.NotContains(t, value, "\uFFFD")
	}
	assert.Less(t, total, 17<<10)
	assert.Contains(t, strings.Join(got[0].values(), " "), "…")

	for range 1010 {
		a.get("/nowhere")
	}
	assert.Len(t, a.requests(""), 1000, "what the long ones took is free again")

	path := "/" + strings.Repeat("p", 50_000)
	a.get(path)
	assert.Less(t, len(a.requests("")[0].Path), 2000)
}

func TestRecordFilters(t *testing.T) {
	a := start(t, sandbox.Config{})
	a.post(formType, valid+"&Title=Genius+of+Ac%22me")
	a.post(formType, "FirstName=x")
	a.get("/nowhere")
	a.get(contacts + "?Title=none")
	ids := func(query string) (ids []int64) {
		for _, r := range a.requests(query) {
			ids = append(ids, r.ID)
		}
		return ids
	}
	assert.Equal(t, []int64{4, 3, 2, 1}, ids(""))
	assert.Equal(t, []int64{3}, ids("?status=404"))
	assert.Equal(t, []int64{3, 2}, ids("?status=4xx"))
	assert.Empty(t, ids("?status=5xx"))
	assert.Equal(t, []int64{1}, ids("?text=GENIUS"))
	assert.Equal(t, []int64{1}, ids("?text=ac%22ME"), "which JSON has in escapes")
	assert.Equal(t, []int64{4, 1}, ids("?text=title"))
	assert.Equal(t, []int64{4}, ids("?status=200&text=listcontacts"))
}

// An eventReader reads server-sent events.
type eventReader struct {
	t testing.TB
	*bufio.Reader
}

func (a api) stream(ctx context.Context, query, last string) eventReader {
	a.t.Helper()
	request := a.request("GET", requestsPath+query, "", "").WithContext(ctx)
	request.Header.Set("Accept", "text/event-stream")
	if last != "" {
		request.Header.Set("Last-Event-ID", last)
	}
	response, err := http.DefaultClient.Do(request)
	require.NoError(a.t, err)
	a.t.Cleanup(func() { response.Body.Close() })
	require.Equal(a.t, 200, response.StatusCode)
	require.Equal(a.t, "text/event-stream", response.Header.Get("Content-Type"))
	return eventReader{a.t, bufio.NewReader(response.Body)}
}

func (e eventReader) next() (r recordedRequest) {
	e.t.Helper()
	id, name := "", ""
	for {
		line, err := e.ReadString('\n')
		require.NoError(e.t, err)
		field, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		switch field {
		case "id":
			id = value
		case "event":
			name = value
		case "data":
			require.NoError(e.t, json.Unmarshal([]byte(value), &r))
			assert.Equal(e.t, "request", name)
			assert.Equal(e.t, fmt.Sprint(r.ID), id)
			return r
		}
	}
}

func TestStreamOfNewRequests(t *testing.T) {
	a := start(t, sandbox.Config{})
	a.get(contacts)
	all, wrong := a.stream(t.Context(), "", ""), a.stream(t.Context(), "?status=4xx", "")
	again := a.stream(t.Context(), "", "0")
	assert.EqualValues(t, 1, again.next().ID, "what came since the one that is named")
	assert.EqualValues(t, 1, a.stream(t.Context(), "", "500").next().ID, "what came since a sandbox ended that had more")
	a.post(formType, valid)
	a.get("/nowhere")
	assert.EqualValues(t, 2, all.next().ID)
	assert.EqualValues(t, 3, all.next().ID)
	assert.EqualValues(t, 3, wrong.next().ID)
	assert.EqualValues(t, 2, again.next().ID)
}

// A stream goes on when the time of other requests has passed, and ends with the server.
func TestStreamOutlivesTimeoutsAndEndsWithTheServer(t *testing.T) {
	box, err := sandbox.New(sandbox.Config{AccountSID: sid, AuthToken: token})
	require.NoError(t, err)
	server := box.Server()
	server.ReadTimeout, server.WriteTimeout = 200*time.Millisecond, 200*time.Millisecond
	address := serveOn(t, server)
	connection, events := dial(t, address)
	_, err = io.WriteString(connection, get(requestsPath, "Accept: text/event-stream\r\n"))
	require.NoError(t, err)
	response, err := http.ReadResponse(events, nil)
	require.NoError(t, err)
	time.Sleep(400 * time.Millisecond)
	raw(t, address, get(contacts, ""))
	assert.EqualValues(t, 1, eventReader{t, bufio.NewReader(response.Body)}.next().ID)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	assert.NoError(t, server.Shutdown(ctx))
}

// Who looks while others send sees whole requests, each once and in order.
func TestRecordWhileRequestsCome(t *testing.T) {
	a := start(t, sandbox.Config{})
	events := a.stream(t.Context(), "?text=createContact", "")
	const callers, each = 8, 25
	var group sync.WaitGroup
	for caller := range callers {
		group.Go(func() {
			for n := range each {
				name := fmt.Sprintf("%d-%d", caller, n)
				a.post(formType, valid+"&Title="+url.QueryEscape(name))
				if n%5 == 0 {
					assert.NotEmpty(t, a.requests("?text="+name))
				}
			}
		})
	}
	seen, before := map[string]bool{}, int64(0)
	for range callers * each {
		r := events.next()
		assert.Greater(t, r.ID, before)
		before = r.ID
		seen[r.Parameters[5].Value] = true
		assert.Equal(t, 200, r.Status)
	}
	group.Wait()
	assert.Len(t, seen, callers*each)
}

// Memory of records is used again. Who reads one has a copy.
func TestRecordIsReadWhileItIsOverwritten(t *testing.T) {
	box, err := sandbox.New(sandbox.Config{AccountSID: sid, AuthToken: token})
	require.NoError(t, err)
	a := apiOf(t, box)
	send := func(n int) {
		request := httptest.NewRequest("GET", contacts+"?Title="+strings.Repeat(string(rune('a'+n%26)), 1+n%200), nil)
		request.SetBasicAuth(sid, token)
		box.ServeHTTP(httptest.NewRecorder(), request)
	}
	for n := range 1000 {
		send(n)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for n := range 5000 {
			send(n)
		}
	}()
	for more := true; more; {
		select {
		case <-ended:
			more = false
		default:
		}
		for _, r := range a.requests("") {
			title := r.Parameters[1].Value
			require.Equal(t, strings.Repeat(title[:1], len(title)), title)
		}
	}
}
