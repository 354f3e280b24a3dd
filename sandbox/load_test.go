package sandbox_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/contacts/sandbox"
)

const (
	exportPath = "/_sandbox/export"
	loadPath   = "/_sandbox/load"
	resetPath  = "/_sandbox/reset"
	lineType   = "application/jsonl"
)

// export is what the caller exports.
func (c caller) export(query string) string {
	c.t.Helper()
	r := c.send("GET", exportPath+query, "", "")
	require.Equal(c.t, 200, r.StatusCode, "%s", r.Body)
	assert.Equal(c.t, lineType, r.Header.Get("Content-Type"))
	return string(r.Body)
}

func (c caller) load(lines string) received {
	c.t.Helper()
	return c.send("POST", loadPath, lineType, lines)
}

func (c caller) reset(query string) string {
	c.t.Helper()
	r := c.send("POST", resetPath+query, "", "")
	require.Equal(c.t, 200, r.StatusCode, "%s", r.Body)
	return string(r.Body)
}

// everything is each contact of the account's list as it is read, with its image.
func (c caller) everything() (all []string) {
	c.t.Helper()
	for _, id := range c.list() {
		r := c.send("GET", c.contacts()+"/"+id, "", "")
		require.Equal(c.t, 200, r.StatusCode)
		all = append(all, string(r.Body))
		image := c.send("GET", c.contacts()+"/"+id+"/ProfileImage", "", "")
		all = append(all, fmt.Sprint(image.StatusCode, image.Header.Get("Location"), string(image.Body)))
	}
	return all
}

// fill creates contacts of every kind that there are.
func (c caller) fill() {
	c.t.Helper()
	create := func(contentType, body string) string {
		r := c.send("POST", c.contacts(), contentType, body)
		require.Equal(c.t, 200, r.StatusCode, "%s", r.Body)
		return r.Envelope.Uri
	}
	create(formType, valid)
	create(multipartType, parts(required(text("Title", "<&\"\u2028🙂"), text("Labels", "a,b"), text("ProfileImageFile", "i.png"), file("i.png", "i.png", png+"\x00\xff"))...))
	create(formType, valid+"&ProfileImageUrl=https%3A%2F%2Fexample.com%2Fa.png&WorkPhoneNumber=555&WorkPhoneNumberCountry=US")
	uri := create(formType, valid+"&Title=x")
	require.Equal(c.t, 200, c.send("PUT", uri, formType, "AccountsRemove=10000&LabelsAdd="+strings.Repeat("x", 200)+"&Title=y").StatusCode)
	require.Equal(c.t, 200, c.send("PUT", uri, formType, "LabelsAdd="+strings.Repeat("y", 200)).StatusCode)
	request := c.request("GET", c.contacts(), "", "")
	request.Header.Set("Prefer", "appear=1; system")
	require.Equal(c.t, 200, c.do(request).StatusCode)
	request = c.request("POST", c.contacts(), formType, valid)
	request.Header.Set("Prefer", "list-after=10m")
	require.Equal(c.t, 200, c.do(request).StatusCode)
}

// What was exported and loaded is what it was, whatever there was, and may be loaded into another account.
func TestLoadOfAnExport(t *testing.T) {
	for name, open := range map[string]func(t *testing.T) sandbox.Store{
		"memory": func(*testing.T) sandbox.Store { return sandbox.NewMemory() },
		"SQLite": func(t *testing.T) sandbox.Store { return openSQLite(t, filepath.Join(t.TempDir(), "contacts.db")) },
	} {
		t.Run(name, func(t *testing.T) {
			_, a, b, control := twoAccounts(t, sandbox.Config{Store: open(t)})
			a.fill()
			b.create()
			exported, of, before := a.export(""), control.export(""), a.everything()
			require.Len(t, before, 10, "five are listed, and one is not yet")
			assert.Equal(t, 6, strings.Count(exported, "\n"))
			assert.NotContains(t, exported, "IRa")
			assert.Equal(t, 7, strings.Count(of, `{"account":"IR`))
			assert.Equal(t, exported, strings.ReplaceAll(control.export("?account=IRa"), `"account":"IRa",`, ""))

			r := a.load(exported)
			r.requireConflict(t, "Line 1: the id 2750 is taken. Nothing was loaded.")
			assert.JSONEq(t, `{"removed":6}`, a.reset(""))
			assert.Empty(t, a.list())
			assert.Equal(t, []string{"2756"}, b.list())
			assert.JSONEq(t, `{"loaded":6}`, string(a.load(exported).Body))
			assert.Equal(t, before, a.everything())
			assert.Equal(t, exported, a.export(""))
			assert.Equal(t, b.contacts()+"/2757", b.create().Envelope.Uri, "ids go on")

			assert.JSONEq(t, `{"removed":8}`, control.reset(""))
			assert.Empty(t, control.export(""))
			assert.JSONEq(t, `{"loaded":7}`, string(control.load(of).Body))
			assert.Equal(t, of, control.export(""))
			assert.Equal(t, before, a.everything())

			// Into another sandbox, and another account.
			other := caller{start(t, sandbox.Config{Store: open(t)}), sid, token}
			assert.JSONEq(t, `{"loaded":6}`, string(other.load(exported).Body))
			assert.Equal(t, strings.Split(strings.ReplaceAll(strings.Join(before, "\n"), "IRa", sid), "\n"), strings.Split(strings.Join(other.everything(), "\n"), "\n"))
			assert.Equal(t, contacts+"/2756", other.create().Envelope.Uri)
		})
	}
}

func (r received) requireConflict(t *testing.T, message string) {
	t.Helper()
	require.Equal(t, 409, r.StatusCode, "%s", r.Body)
	assert.Equal(t, message, r.Envelope.Message)
}

func TestExportOfMoreThanOnePage(t *testing.T) {
	own, _, _, control := twoAccounts(t, sandbox.Config{})
	var lines strings.Builder
	for id := 1; id <= 250; id++ {
		fmt.Fprintf(&lines, `{"campaign":%d,"id":%d,"parameters":{"FirstName":"n%d"}}`+"\n", id%7, id, id)
	}
	require.Equal(t, 200, own.load(lines.String()).StatusCode)
	assert.Equal(t, lines.String(), own.export(""))
	assert.Equal(t, strings.ReplaceAll(lines.String(), `{"campaign`, `{"account":"IRsandbox","campaign`), control.export(""))
}

// What a person writes is checked by the contract's rules, for each value by itself.
func TestLoadSaysWhatIsWrong(t *testing.T) {
	own, _, _, control := twoAccounts(t, sandbox.Config{})
	own.create()
	good := `{"campaign":1000,"id":1,"parameters":{"FirstName":"Wile"}}`
	image := base64.StdEncoding.EncodeToString([]byte(png))
	for line, says := range map[string]string{
		`x`:                                     "it must be one JSON object",
		`[]`:                                    "it must be one JSON object",
		good + good:                             "it must be one JSON object",
		`{"campaign":1,"id":2,"id":3}`:          "id must not be given twice",
		`{"Campaign":1,"id":2,"parameters":{}}`: `there is no member "Campaign"; there are account, campaign,`,
		`{"id":2,"parameters":{}}`:              "campaign is missing",
		`{"campaign":1,"parameters":{}}`:        "id is missing",
		`{"campaign":1,"id":2}`:                 "parameters is missing",
		`{"campaign":1,"id":"2","parameters":{}}`:                                              "id must be a whole number",
		`{"campaign":1,"id":2.5,"parameters":{}}`:                                              "id must be a whole number",
		`{"campaign":1,"id":0,"parameters":{}}`:                                                "id must be from 1 to 999999999999999",
		`{"campaign":1,"id":1e15,"parameters":{}}`:                                             "id must be",
		`{"campaign":1,"id":1,"parameters":{}}`:                                                "the id 1 is in line 1, too",
		`{"campaign":1,"id":2,"parameters":[]}`:                                                "parameters must be an object",
		`{"campaign":1,"id":2,"parameters":{"A":1}}`:                                           "parameters: A is not a parameter",
		`{"campaign":1,"id":2,"parameters":{"FirstName":1}}`:                                   "parameters: FirstName must be text",
		`{"campaign":1,"id":2,"parameters":{"FirstName":"a","FirstName":"b"}}`:                 "parameters: FirstName must not be given twice",
		`{"campaign":1,"id":2,"parameters":{"FirstName":"\ud800"}}`:                            "parameters: FirstName ",
		`{"campaign":1,"id":2,"parameters":{"EmailAddress":"wile"}}`:                           "parameters: EmailAddress must",
		`{"campaign":1,"id":2,"parameters":{"Accounts":"10000"}}`:                              "parameters: Accounts must be a list",
		`{"campaign":1,"id":2,"parameters":{"Accounts":["1,2"]}}`:                              "parameters: Accounts",
		`{"campaign":1,"id":2,"parameters":{"Title":"` + strings.Repeat("x", 256) + `"}}`:      "parameters: Title must",
		`{"campaign":1,"id":2,"parameters":{"WorkPhoneNumberCountry":"UK"}}`:                   "parameters: WorkPhoneNumberCountry must",
		`{"campaign":1,"id":2,"parameters":{"ProfileImageFile":"a.png"}}`:                      "image: ProfileImageFile of the parameters names it; give both, or neither",
		`{"campaign":1,"id":2,"parameters":{},"image":"` + image + `"}`:                        "image: ProfileImageFile of the parameters names it; give both, or neither",
		`{"campaign":1,"id":2,"parameters":{"ProfileImageFile":true},"image":"` + image + `"}`: "parameters: ProfileImageFile must be the name of the image",
		`{"campaign":1,"id":2,"parameters":{"ProfileImageFile":"a.png"},"image":"!"}`:          "image must be in base64",
		`{"campaign":1,"id":2,"parameters":{"ProfileImageFile":"a.png"},"image":"eA=="}`:       "image must be a PNG, JPEG, GIF or WebP image",
		`{"campaign":1,"id":2,"parameters":{},"system":"yes"}`:                                 "system must be true or false",
		`{"campaign":1,"id":2,"parameters":{},"listedFrom":"soon"}`:                            "listedFrom must be a time such as",
		`{"account":"IRa","campaign":1,"id":2,"parameters":{}}`:                                "account is another one than that of the credentials; leave it out",
	} {
		r := own.load(good + "\n\n" + line + "\n")
		assert.Equal(t, 400, r.StatusCode, line)
		assert.Equal(t, "ERROR", r.Envelope.Status)
		assert.Contains(t, r.Envelope.Message, "Line 3: "+says, line)
		assert.Contains(t, r.Envelope.Message, ". Nothing was loaded.", line)
	}
	assert.Equal(t, "Line 1: account is missing; name it in each line, or load for one account. Nothing was loaded.", control.load(good).Envelope.Message)
	assert.Contains(t, control.load(strings.Replace(good, "{", `{"account":"a/b",`, 1)).Envelope.Message, "Line 1: account: AccountSID must be")
	own.load(good+"\n"+strings.Replace(good, `:1,`, `:2750,`, 1)).requireConflict(t, "Line 2: the id 2750 is taken. Nothing was loaded.")
	assert.Equal(t, []string{"2750"}, own.list(), "nothing of it was loaded")
	assert.Equal(t, 200, control.send("POST", loadPath+"?account=IRa", lineType, good).StatusCode)

	for _, c := range []struct {
		method, path, contentType, body string
		status                          int
	}{
		{"POST", loadPath, "application/json", good, 415},
		{"POST", loadPath, "", good, 415},
		{"POST", loadPath + "?x", lineType, good, 400},
		{"GET", loadPath, "", "", 405},
		{"POST", resetPath, "", "x", 400},
		{"POST", resetPath + "?x", "", "", 400},
		{"GET", resetPath, "", "", 405},
		{"GET", exportPath + "?x", "", "", 400},
		{"POST", exportPath, "", "", 405},
	} {
		assert.Equal(t, c.status, own.send(c.method, c.path, c.contentType, c.body).StatusCode, "%s %s", c.method, c.path)
	}
	assert.JSONEq(t, `{"loaded":0}`, string(own.load("\n\n").Body))
	assert.JSONEq(t, `{"loaded":1}`, string(own.load(`{"campaign":1,"id":77,"parameters":{"Title":"","FirstName":"n"}}`).Body), "without a line break")
	assert.Equal(t, `{"campaign":1,"id":77,"parameters":{"FirstName":"n"}}`+"\n", strings.Split(own.export(""), "\n")[0]+"\n")
}

func TestLoadIsBounded(t *testing.T) {
	own, _, _, _ := twoAccounts(t, sandbox.Config{})
	send := func(body io.Reader, length int64) received {
		request := own.request("POST", loadPath, lineType, "")
		request.Body, request.ContentLength = io.NopCloser(body), length
		return own.do(request)
	}
	const most = 64 << 20
	unwritten, writer := io.Pipe()
	defer writer.Close()
	var many strings.Builder
	for id := 1; id <= 100_001; id++ {
		fmt.Fprintf(&many, `{"campaign":1,"id":%d,"parameters":{}}`+"\n", id)
	}
	for _, r := range []received{send(unwritten, most+1), send(bytes.NewReader(bytes.Repeat([]byte("x"), most+1)), -1), own.load(many.String())} {
		assert.Equal(t, 413, r.StatusCode)
		assert.Contains(t, r.Envelope.Message, "Load the lines in several parts.")
	}
	assert.Equal(t, 200, own.create().StatusCode)
	assert.Equal(t, []string{"2750"}, own.list())
}

// A load that comes slowly holds up no other request but a load.
func TestLoadsComeOneAfterAnother(t *testing.T) {
	own, _, _, _ := twoAccounts(t, sandbox.Config{})
	slow, writer := io.Pipe()
	first := make(chan received)
	go func() {
		request := own.request("POST", loadPath, lineType, "")
		request.Body, request.ContentLength = slow, -1
		first <- own.do(request)
	}()
	line := func(id int) string { return fmt.Sprintf(`{"campaign":1000,"id":%d,"parameters":{}}`+"\n", id) }
	io.WriteString(writer, line(1)) // it returns once the load is being sent
	large := parts(required(text("ProfileImageFile", "i"), file("i", "i", png+strings.Repeat("x", 8<<20)))...)
	assert.Equal(t, 200, own.send("POST", contacts, multipartType, large).StatusCode)
	second := make(chan received)
	go func() { second <- own.load(line(2)) }()
	writer.Close()
	assert.JSONEq(t, `{"loaded":1}`, string((<-first).Body))
	assert.JSONEq(t, `{"loaded":1}`, string((<-second).Body))
	assert.Equal(t, []string{"1", "2", "2750"}, own.list())
}

// A response that breaks off cannot be taken for a whole one.
func TestExportThatFailsBreaksOff(t *testing.T) {
	store := &brokenPages{Store: sandbox.NewMemory()}
	own := caller{start(t, sandbox.Config{Store: store}), sid, token}
	for range 3 {
		own.create()
	}
	response, err := http.DefaultClient.Do(own.request("GET", exportPath, "", ""))
	if err == nil { // the beginning was sent already
		_, err = io.ReadAll(response.Body)
		response.Body.Close()
	}
	assert.Error(t, err)

	store.broken.Store(true)
	assert.Equal(t, 500, own.send("GET", exportPath, "", "").StatusCode)
}

// brokenPages fails at the second page, or at the first.
type brokenPages struct {
	sandbox.Store
	broken atomic.Bool
}

func (s *brokenPages) Page(ctx context.Context, sid string, above int64, limit int) ([]sandbox.Record, error) {
	if s.broken.Load() || above > 0 {
		return nil, errors.New("the disk is on fire")
	}
	return s.Store.Page(ctx, sid, above, limit)
}

// An account is as it was when the sandbox began.
func TestReset(t *testing.T) {
	own, a, _, control := twoAccounts(t, sandbox.Config{SystemContacts: 2, Faults: []string{"code=503; times=1; operation=createContact"}})
	assert.Equal(t, []string{"M2750", "M2751"}, own.list())
	for _, c := range []caller{own, a} {
		require.Equal(t, 503, c.create().StatusCode)
		require.Equal(t, 200, c.create().StatusCode)
	}
	own.setFaults("", "code=500")
	assert.JSONEq(t, `{"removed":3}`, own.reset(""))
	assert.Equal(t, []string{"M2754", "M2755"}, own.list())
	assert.Equal(t, []sandbox.FaultState{{Fault: "code=503; times=1; operation=createContact"}}, own.states(""))
	assert.Equal(t, 503, own.create().StatusCode)
	assert.Equal(t, 200, a.create().StatusCode, "another account stays as it is")
	assert.Len(t, a.list(), 2)
	assert.JSONEq(t, `{"removed":2}`, control.reset("?account=IRa"))
	assert.Equal(t, 503, a.create().StatusCode)
	assert.JSONEq(t, `{"removed":2}`, control.reset(""))
	assert.Equal(t, []string{"M2757", "M2758"}, own.list())
}

func TestLineOfAContact(t *testing.T) {
	own, _, _, _ := twoAccounts(t, sandbox.Config{})
	own.send("POST", own.contacts(), multipartType, parts(required(text("Title", "a & b <c>"), text("ProfileImageFile", "i.png"), file("i.png", "i.png", png))...))
	var line struct {
		Campaign, ID int
		Parameters   map[string]any
		Image        []byte
	}
	exported := own.export("")
	require.NoError(t, json.Unmarshal([]byte(exported), &line))
	assert.Equal(t, 1000, line.Campaign)
	assert.Equal(t, 2750, line.ID)
	assert.Equal(t, []any{"10000"}, line.Parameters["Accounts"])
	assert.Equal(t, png, string(line.Image))
	assert.Contains(t, exported, `"Title":"a & b <c>"`)
}
