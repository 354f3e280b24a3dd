package sandbox_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/contacts/sandbox"
)

const (
	faultsPath   = "/_sandbox/faults"
	requestsPath = "/_sandbox/requests"
)

// faults are those that the control API says are set.
func (r received) faults(t *testing.T) (faults []string) {
	t.Helper()
	require.Equal(t, 200, r.StatusCode, "%s", r.Body)
	var body struct{ Faults []sandbox.FaultState }
	require.NoError(t, json.Unmarshal(r.Body, &body))
	for _, state := range body.Faults {
		faults = append(faults, state.Fault)
	}
	return faults
}

func TestControlSetsFaults(t *testing.T) {
	a := start(t, sandbox.Config{})
	assert.Empty(t, a.get(faultsPath).faults(t))
	put := func(body string) received { return a.do(a.request("PUT", faultsPath, "application/json", body)) }
	assert.Equal(t, []string{"code=503; times=1", "delay=1ms"}, put(`{"faults": ["code=503;times=1", "delay=1ms"]}`).faults(t))
	assert.Equal(t, 503, a.get(contacts).StatusCode)
	assert.Equal(t, 200, a.get(contacts).StatusCode)

	r := a.get(faultsPath)
	assert.Equal(t, "no-store", r.Header.Get("Cache-Control"))
	assert.JSONEq(t, `{"faults":[{"fault":"code=503; times=1","happened":1},{"fault":"delay=1ms","happened":2}]}`, string(r.Body))
	var all struct {
		Kinds      []sandbox.FaultKind
		Parameters []sandbox.FaultParameter
	}
	require.NoError(t, json.Unmarshal(a.get(faultsPath+"/kinds").Body, &all))
	assert.Equal(t, sandbox.FaultKinds(), all.Kinds)
	assert.Equal(t, sandbox.CommonFaultParameters(), all.Parameters)

	assert.Equal(t, []string{"code=500"}, put(`{"faults":["code=500"]}`).faults(t), "PUT replaces all")
	assert.Equal(t, []string{"code=500"}, a.get(faultsPath).faults(t), "the control API does not misbehave")
	assert.Empty(t, a.send("DELETE", faultsPath, "").faults(t))
	assert.Equal(t, 200, a.get(contacts).StatusCode)
	assert.Empty(t, put(`{"faults":[]}`).faults(t))
}

func TestControlIsStrict(t *testing.T) {
	a := start(t, sandbox.Config{Faults: []string{"delay=1ms"}})
	for _, c := range []struct {
		method, path, contentType, body string
		status                          int
		says                            string
	}{
		{"PUT", faultsPath, formType, "faults=x", 415, "The Content-Type must be application/json."},
		{"PUT", faultsPath, "", `{"faults":[]}`, 415, "The Content-Type must be application/json."},
		{"PUT", faultsPath, "application/json", ``, 400, "The body is not one JSON object."},
		{"PUT", faultsPath, "application/json", `[]`, 400, "The body is not one JSON object."},
		{"PUT", faultsPath, "application/json", `{"faults":[]} x`, 400, "The body is not one JSON object."},
		{"PUT", faultsPath, "application/json", `{}`, 400, "faults must be a list of texts."},
		{"PUT", faultsPath, "application/json", `{"faults":"code=500"}`, 400, "faults must be a list of texts."},
		{"PUT", faultsPath, "application/json", `{"faults":[1]}`, 400, "faults must be a list of texts."},
		{"PUT", faultsPath, "application/json", `{"faults":null}`, 400, "faults must be a list of texts."},
		{"PUT", faultsPath, "application/json", `{"Faults":[]}`, 400, `There is no member "Faults".`},
		{"PUT", faultsPath, "application/json", `{"faults":[],"<script>":1}`, 400, `There is no member "<script>".`},
		{"PUT", faultsPath, "application/json", `{"faults":[],"faults":[]}`, 400, "faults must not be given twice."},
		{"PUT", faultsPath, "application/json", `{"faults":["drip=1"]}`, 400, `There is no fault "drip"; there are drop, code,`},
		{"PUT", faultsPath, "application/json", `{"faults":["` + strings.Repeat("x", 64<<10) + `"]}`, 413, "The body is larger than 65536 bytes"},
		{"PUT", faultsPath + "?x=1", "application/json", `{"faults":[]}`, 400, "This path takes no query."},
		{"DELETE", faultsPath + "?all", "", "", 400, "This path takes no query."},
		{"POST", faultsPath, "application/json", `{"faults":[]}`, 405, "This method is not allowed here; use DELETE, GET, PUT."},
		{"PUT", faultsPath + "/kinds", "application/json", "{}", 405, "This method is not allowed here; use GET."},
		{"GET", faultsPath + "/kinds?x", "", "", 400, "This path takes no query."},
		{"DELETE", requestsPath, "", "", 405, "This method is not allowed here; use GET."},
		{"GET", requestsPath + "?page=5", "", "", 400, `The query has "page". It takes status=404,`},
		{"GET", requestsPath + "?status=200&status=404", "", "", 400, `The query has "status" twice.`},
		{"GET", requestsPath + "?limit=0", "", "", 400, "limit must be a whole number from 1."},
		{"GET", requestsPath + "?before=x", "", "", 400, "before must be the id of a request."},
		{"GET", requestsPath + "?status=ok", "", "", 400, "status must be three digits, such as 404, or 4xx."},
		{"GET", requestsPath + "?status=4x4", "", "", 400, "status must be three digits, such as 404, or 4xx."},
		{"GET", requestsPath + "/1", "", "", 404, "There is no such request"},
		{"GET", requestsPath + "/x", "", "", 404, "There is no such request"},
		{"GET", "/_sandbox/", "", "", 404, "There is nothing under this path."},
		{"GET", "/_sandbox/nothing", "", "", 404, "There is nothing under this path."},
	} {
		r := a.do(a.request(c.method, c.path, c.contentType, c.body))
		assert.Equal(t, c.status, r.StatusCode, "%s %s %s", c.method, c.path, c.body)
		assert.Equal(t, "ERROR", r.Envelope.Status)
		assert.Contains(t, r.Envelope.Message, c.says)
	}
	assert.Equal(t, []string{"delay=1ms"}, a.get(faultsPath).faults(t), "nothing of it changed anything")
}

func TestControlNeedsCredentials(t *testing.T) {
	for _, c := range []struct {
		control, authorization string
		status                 int
	}{
		{"", "Basic SVJzYW5kYm94OnNlY3JldA==", 200},
		{"control", "Basic SVJzYW5kYm94OnNlY3JldA==", 200},
		{"control", "Bearer control", 200},
		{"control", "Bearer secret", 200},
		{"", "Bearer secret", 200},
		{"control", "Bearer secre", 401},
		{"control", "Bearer ", 401},
		{"control", "control", 401},
		{"", "Bearer ", 401},
		{"", "", 401},
		{"control", "Basic SVJzYW5kYm94OmNvbnRyb2w=", 401}, // IRsandbox:control
	} {
		a := start(t, sandbox.Config{ControlToken: c.control})
		for _, path := range []string{faultsPath, requestsPath, requestsPath + "/1", "/_sandbox/x"} {
			request := a.request("GET", path, "", "")
			request.Header.Set("Authorization", c.authorization)
			r := a.do(request)
			if c.status == 200 {
				assert.NotEqual(t, 401, r.StatusCode, c.authorization)
			} else {
				assert.Equal(t, 401, r.StatusCode, c.authorization)
			}
		}
		// It opens the control API, and nothing else.
		request := a.request("GET", contacts, "", "")
		request.Header.Set("Authorization", "Bearer control")
		assert.Equal(t, 401, a.do(request).StatusCode)
	}
}

// A web page can name a host of its own that leads to this machine, and can send a request to any.
func TestControlRefusesOtherSites(t *testing.T) {
	a := start(t, sandbox.Config{ControlHosts: []string{"sandbox.team.example"}})
	for _, method := range []string{"GET", "PUT", "DELETE"} {
		for host, admitted := range map[string]bool{
			"": true, "127.0.0.1": true, "127.0.0.1:1": true, "[::1]:80": true, "localhost:8080": true, "LocalHost.": true, "page.localhost": true, "192.0.2.1": true,
			"sandbox.team.example": true, "SANDBOX.team.example:8080": true,
			"evil.example": false, "localhost.evil.example": false, "127.0.0.1.evil.example": false, "notlocalhost": false, "team.example": false,
		} {
			request := a.request(method, faultsPath, "application/json", `{"faults":[]}`)
			request.Host = host
			assert.Equal(t, map[bool]int{true: 200, false: 403}[admitted], a.do(request).StatusCode, "%s %s", method, host)
		}
		for _, c := range []struct {
			name, value string
			status      int
		}{
			{"Sec-Fetch-Site", "same-origin", 200},
			{"Sec-Fetch-Site", "none", 200},
			{"Sec-Fetch-Site", "same-site", 403},
			{"Sec-Fetch-Site", "cross-site", 403},
			{"Origin", a.URL, 200},
			{"Origin", "http://evil.example", 403},
			{"Origin", "null", 403},
		} {
			request := a.request(method, faultsPath, "application/json", `{"faults":[]}`)
			request.Header.Set(c.name, c.value)
			r := a.do(request)
			assert.Equal(t, c.status, r.StatusCode, "%s %s: %s", method, c.name, c.value)
			assert.Empty(t, r.Header.Get("Access-Control-Allow-Origin"))
		}
	}
	// The API itself is what it was.
	request := a.request("GET", contacts, "", "")
	request.Host = "evil.example"
	assert.Equal(t, http.StatusOK, a.do(request).StatusCode)
}

func TestControlIsNeitherCountedNorRecorded(t *testing.T) {
	a := start(t, sandbox.Config{})
	for range 5 {
		r := a.get(requestsPath)
		assert.JSONEq(t, `{"requests":[]}`, string(r.Body))
		assert.Empty(t, r.Header.Get("X-RateLimit-Limit"))
	}
	assert.Equal(t, "999", a.get(contacts).Header.Get("X-RateLimit-Remaining"))
}
