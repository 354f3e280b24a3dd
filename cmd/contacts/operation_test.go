package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestGet(t *testing.T) {
	const found = `{"Id":"M1","Uri":"/Advertisers/IRtest/Campaigns/1000/Contacts/M1","FirstName":"<Wile>","Nickname":"W"}`
	server := serve(t, respond(200, found))
	for _, name := range []string{"M1", "/Advertisers/IRtest/Campaigns/1000/Contacts/M1"} {
		r := outcome(t, command(t, credentials(server.URL), "get", name))
		assert.Equal(t, 0, r.code, r.stderr)
		assert.Empty(t, r.stderr)
		assert.JSONEq(t, found, r.stdout, "with a member that the contract does not know")
		assert.Contains(t, r.stdout, "\n  \"FirstName\": \"<Wile>\",\n")
		r = outcome(t, command(t, credentials(server.URL), "get", name, "--output=json"))
		assert.Equal(t, "found", decoded(t, r.stdout)["Outcome"])
	}
	require.Len(t, server.seen(), 4)
	for _, request := range server.seen() {
		assert.Equal(t, "GET", request.method)
		assert.Equal(t, "/Advertisers/IRtest/Campaigns/1000/Contacts/M1", request.path)
	}
	// The Uri says which campaign.
	assert.Equal(t, 0, outcome(t, command(t, credentials(server.URL)[:3], "get", "/Advertisers/IRtest/Campaigns/7/Contacts/M1")).code)
	assert.Equal(t, 0, outcome(t, command(t, credentials(server.URL), "get", "/Advertisers/IRtest/Campaigns/7/Contacts/M1")).code)
	assert.Equal(t, "/Advertisers/IRtest/Campaigns/7/Contacts/M1", server.seen()[5].path)
}

// A response cannot steer the terminal.
func TestControlCharactersAreEscaped(t *testing.T) {
	server := serve(t, respond(200, "{\"Id\":\"\u009b2J\u202e\U000e0001\x7f\"}"))
	r := outcome(t, command(t, credentials(server.URL), "get", "1"))
	assert.Equal(t, "{\n  \"Id\": \"\\u009b2J\\u202e\\udb40\\udc01\\u007f\"\n}\n", r.stdout)
}

func TestGetFails(t *testing.T) {
	get := func(address string) (result, map[string]any) {
		r := outcome(t, command(t, credentials(address), "get", "1", "--output=json"))
		return r, decoded(t, r.stdout)
	}
	r, object := get(serve(t, respond(404, `{"Status":"ERROR","Message":"There is none."}`)).URL)
	assert.Equal(t, 3, r.code)
	assert.Contains(t, r.stderr, "contacts: refused, nothing was changed: status 404: There is none.\nCheck --campaign-id, CONTACT-ID and --base-url.")
	assert.Equal(t, map[string]any{"Outcome": "refused", "HttpStatus": 404., "Message": "There is none."}, object)

	r, object = get("http://127.0.0.1:1")
	assert.Equal(t, 5, r.code)
	assert.Equal(t, "not_sent", object["Outcome"])

	for _, server := range []*recorder{serve(t, respond(503, "")), serve(t, reset), serve(t, respond(200, "{}"))} {
		r, object = get(server.URL)
		assert.Equal(t, 4, r.code)
		assert.Contains(t, r.stderr, "contacts: no result came back: ")
		assert.Contains(t, r.stderr, "safe to run the command again")
		assert.Equal(t, "in_doubt", object["Outcome"])
	}
}

func TestUpdateAndDelete(t *testing.T) {
	server := serve(t, respond(200, `{"Status":"OK","Uri":"/u"}`))
	r := outcome(t, command(t, credentials(server.URL), "update", "2750", "--title=Boss", "--labels-add=A", "--labels-add=B"))
	assert.Equal(t, result{0, `{"Status":"OK","Uri":"/u"}` + "\n", ""}, r)
	assert.Equal(t, "PUT", server.seen()[0].method)
	assert.Equal(t, "/Advertisers/IRtest/Campaigns/1000/Contacts/2750", server.seen()[0].path)
	assert.Equal(t, "Title=Boss&LabelsAdd=A%2CB", string(server.seen()[0].body))

	server = serve(t, respond(200, `{"Status":"DELETED"}`))
	r = outcome(t, command(t, credentials(server.URL), "delete", "2750", "--output=json"))
	assert.Equal(t, result{0, `{"Outcome":"deleted","Response":{"Status":"DELETED"}}` + "\n", ""}, r)
	assert.Equal(t, "DELETE", server.seen()[0].method)

	for _, args := range [][]string{{"update", "1", "--title=x"}, {"delete", "1"}} {
		r = outcome(t, command(t, credentials(serve(t, respond(503, "")).URL), args...))
		assert.Equal(t, 4, r.code)
		assert.Contains(t, r.stderr, "It is safe to run the command again")
	}
}

// pages responds with pages of contacts.
func pages(count int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		page := r.URL.Query().Get("Page")
		respond(200, fmt.Sprintf(`{"@page":"%[1]s","@numpages":"%[2]d","Contacts":[{"Id":"%[1]sa","Nickname":"W","FirstName":"Zoë 水"},{"Id":"%[1]sb","Labels":["x"]}]}`, page, count))(w, r)
	}
}

func TestList(t *testing.T) {
	server := serve(t, pages(3))
	var want string
	for page := range 3 {
		want += fmt.Sprintf(`{"Id":"%[1]da","Nickname":"W","FirstName":"Zoë 水"}`+"\n"+`{"Id":"%[1]db","Labels":["x"]}`+"\n", page+1)
	}
	for _, format := range []string{"text", "json"} {
		assert.Equal(t, result{0, want, ""}, outcome(t, command(t, credentials(server.URL), "list", "--output", format)))
	}
	r := outcome(t, command(t, credentials(server.URL), "list", "--title", "a b", "--page=2", "--page-size=2"))
	assert.Equal(t, 0, r.code)
	assert.Equal(t, 2, strings.Count(r.stdout, "\n"), "one page")
	seen := server.seen()
	assert.Equal(t, "Title=a%20b&Page=2&PageSize=2", seen[len(seen)-1].query)

	r = outcome(t, command(t, credentials(serve(t, respond(200, `{"@numpages":"1","Contacts":[]}`)).URL), "list"))
	assert.Equal(t, result{}, r)
}

// What was found before a failure is printed, and the failure is told.
func TestListFailsInTheMiddle(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("Page") == "2" {
			respond(403, `{"Status":"ERROR","Message":"No."}`)(w, r)
			return
		}
		pages(3)(w, r)
	})
	r := outcome(t, command(t, credentials(server.URL), "list", "--output=json"))
	assert.Equal(t, 3, r.code)
	assert.Equal(t, 3, strings.Count(r.stdout, "\n"))
	assert.True(t, strings.HasSuffix(r.stdout, `{"Outcome":"refused","HttpStatus":403,"Message":"No."}`+"\n"), r.stdout)
	assert.Contains(t, r.stderr, "contacts: refused")
}

// `contacts list | head` ends in silence.
func TestListIntoHead(t *testing.T) {
	cmd := command(t, credentials(serve(t, pages(100_000)).URL), "list")
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	require.NoError(t, cmd.Start())
	line, err := bufio.NewReader(stdout).ReadString('\n')
	require.NoError(t, err)
	assert.Contains(t, line, `"1a"`)
	require.NoError(t, stdout.Close())
	assert.NoError(t, cmd.Wait())
	assert.Empty(t, stderr.String())
}

func TestTable(t *testing.T) {
	rows := []json.RawMessage{
		json.RawMessage(`{"Id":"1","FirstName":"Zoë 水","Editable":true,"NoRoom":"` + strings.Repeat("x", 30) + `"}`),
		json.RawMessage(`{"Id":"2750","FirstName":"` + strings.Repeat("y", 40) + `\u001b[2J"}`),
		json.RawMessage(`{"Id":"3","FirstName":null,"Editable":"false"}`),
	}
	var out strings.Builder
	require.NoError(t, newTable(&out, 50, []string{"Id", "FirstName", "Empty", "Editable", "NoRoom"}).print(slices.Values(rows)))
	assert.Equal(t, "Id    FirstName                       Editable\n"+
		"1     Zoë 水                          true\n"+
		"2750  yyyyyyyyyyyyyyyyyyyyyyyyyyyyy…\n"+
		"3                                     false\n", out.String())

	out.Reset()
	many := slices.Repeat(rows[:1], firstRows+5)
	require.NoError(t, newTable(&out, 80, []string{"Id"}).print(slices.Values(append(many, json.RawMessage(`{"Id":"a long one"}`)))))
	assert.Equal(t, "Id\n"+strings.Repeat("1\n", firstRows+5)+"a…\n", out.String())
	out.Reset()
	require.NoError(t, newTable(&out, 80, []string{"Id"}).print(slices.Values(rows[:0])))
	assert.Empty(t, out.String())
}

func TestImages(t *testing.T) {
	const png = "\x89PNG\r\n\x1a\n\x00and so on"
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(r.URL.Path, "/ProfileImage") {
			respond(200, `{"Id":"1"}`)(w, r)
			return
		}
		respond(200, png, "Content-Type", "image/png")(w, r)
	})
	cmd := command(t, credentials(server.URL), "get", "1", "--image=out.png")
	r := outcome(t, cmd)
	assert.Equal(t, result{0, "{\n  \"Id\": \"1\"\n}\n", "contacts: saved in out.png\n"}, r)
	content, err := os.ReadFile(filepath.Join(cmd.Dir, "out.png"))
	require.NoError(t, err)
	assert.Equal(t, png, string(content))

	assert.Equal(t, result{0, png, ""}, outcome(t, command(t, credentials(server.URL), "get-profile-image", "1")))
	r = outcome(t, command(t, credentials(server.URL), "get-profile-image", "1", "--save=x.png", "--output=json"))
	assert.Equal(t, result{0, `{"Outcome":"found","File":"x.png","ContentType":"image/png"}` + "\n", ""}, r)

	r = outcome(t, command(t, credentials(server.URL), "get-profile-image", "1", "--save=no/such/folder/x.png"))
	assert.Equal(t, 1, r.code)
	cut := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		io.WriteString(w, png)
	})
	for _, file := range []string{"-", "x.png"} {
		cmd = command(t, credentials(cut.URL), "get-profile-image", "1", "--save="+file)
		r = outcome(t, cmd)
		assert.Equal(t, 4, r.code, r.stderr)
		assert.NoFileExists(t, filepath.Join(cmd.Dir, "x.png"))
	}
	missing := serve(t, respond(404, `{"Status":"ERROR","Message":"None."}`))
	assert.Equal(t, 3, outcome(t, command(t, credentials(missing.URL), "get-profile-image", "1")).code)
}

func TestFlagsOfContent(t *testing.T) {
	for name, want := range map[string]string{"ProfileImage": "image", "invoice": "invoice", "profile-image": "image", "CSV": "v", "x": "x"} {
		assert.Equal(t, want, lastWord(name))
	}
}
