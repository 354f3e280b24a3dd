package main

import (
	"bytes"
	"io"
	"mime"
	"mime/multipart"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/contacts/gen"
)

func TestTheTableIsTheContract(t *testing.T) {
	var names []string
	for _, p := range parameters {
		names = append(names, p.name)
		assert.True(t, (p.text == nil) != (p.list == nil), p.name)
	}
	assert.Equal(t, gen.ContactUploadFields[:], names)
}

func TestFlagNames(t *testing.T) {
	var flags []string
	for _, p := range parameters {
		flags = append(flags, p.flag())
	}
	assert.Equal(t, []string{"first-name", "last-name", "email-address", "accounts", "title", "profile-image-url", "profile-image-file",
		"work-phone-number", "work-phone-number-country", "cellphone-number", "cellphone-number-country", "labels"}, flags)
}

const wholeJSON = `{"FirstName": "Wile ~ & =", "LastName": "Coyote", "EmailAddress": "wile.coyote@example.com",
	"Accounts": ["10000", "10001"], "Title": "Ünïcödé 🏜", "WorkPhoneNumber": "8051234567", "WorkPhoneNumberCountry": "US",
	"CellphoneNumber": "8059876543", "CellphoneNumberCountry": "CA", "Labels": ["Main Contact", "Acme Partner"], `

var wholeFlags = []string{"--first-name", "Wile ~ & =", "--last-name", "Coyote", "--email-address", "wile.coyote@example.com",
	"--accounts", "10000", "--accounts", "10001", "--title", "Ünïcödé 🏜", "--work-phone-number", "8051234567",
	"--work-phone-number-country", "US", "--cellphone-number", "8059876543", "--cellphone-number-country", "CA",
	"--labels", "Main Contact", "--labels", "Acme Partner"}

var whole = url.Values{
	"FirstName": {"Wile ~ & ="}, "LastName": {"Coyote"}, "EmailAddress": {"wile.coyote@example.com"}, "Accounts": {"10000,10001"},
	"Title": {"Ünïcödé 🏜"}, "WorkPhoneNumber": {"8051234567"}, "WorkPhoneNumberCountry": {"US"},
	"CellphoneNumber": {"8059876543"}, "CellphoneNumberCountry": {"CA"}, "Labels": {"Main Contact,Acme Partner"},
}

// Every parameter reaches the server, by flags, from a file, from standard input; with and without an image.
func TestParametersAreSent(t *testing.T) {
	const png = "\x89PNG\r\n\x1a\nand so on"
	for _, c := range []struct {
		name, imageFlag, imageMember string
	}{
		{"with a URL", "--profile-image-url=https://example.com/wile.png", `"ProfileImageUrl": "https://example.com/wile.png"}`},
		{"with a file", "--profile-image-file=wile.png", `"ProfileImageFile": "wile.png"}`},
		{"without an image", "--title=Ünïcödé 🏜", `"ProfileImageUrl": null, "ProfileImageFile": ""}`},
	} {
		for _, way := range []string{"flags", "file", "standard input"} {
			t.Run(c.name+", by "+way, func(t *testing.T) {
				t.Parallel()
				server := serve(t, answer(200, createdAnswer))
				cmd := command(t, credentials(server.URL), "create")
				require.NoError(t, os.WriteFile(filepath.Join(cmd.Dir, "wile.png"), []byte(png), 0o600))
				switch way {
				case "flags":
					cmd.Args = append(append(cmd.Args, wholeFlags...), c.imageFlag)
				case "file":
					// A byte order mark, as some editors write it.
					require.NoError(t, os.WriteFile(filepath.Join(cmd.Dir, "wile.json"), []byte("\xef\xbb\xbf"+wholeJSON+c.imageMember+"\n"), 0o600))
					cmd.Args = append(cmd.Args, "--json", "wile.json")
				default:
					cmd.Stdin = strings.NewReader(wholeJSON + c.imageMember)
					cmd.Args = append(cmd.Args, "--json=-")
				}
				r := outcome(t, cmd)
				require.Equal(t, 0, r.code, r.stderr)

				require.Len(t, server.seen(), 1)
				request := server.seen()[0]
				assert.Equal(t, "POST", request.method)
				assert.Equal(t, "/Advertisers/IRtest/Campaigns/1000/Contacts", request.path)
				assert.Equal(t, testAccount, request.user)
				assert.Equal(t, testToken, request.token)

				if c.name != "with a file" {
					form, err := url.ParseQuery(string(request.body))
					require.NoError(t, err)
					if c.name == "with a URL" {
						assert.Equal(t, "https://example.com/wile.png", form.Get("ProfileImageUrl"))
						form.Del("ProfileImageUrl")
					}
					assert.Equal(t, whole, form)
					return
				}
				_, params, err := mime.ParseMediaType(request.contentType)
				require.NoError(t, err)
				form, err := multipart.NewReader(bytes.NewReader(request.body), params["boundary"]).ReadForm(1 << 20)
				require.NoError(t, err)
				name := form.Value["ProfileImageFile"]
				require.Len(t, name, 1)
				delete(form.Value, "ProfileImageFile")
				assert.Equal(t, whole, url.Values(form.Value))
				require.Len(t, form.File[name[0]], 1)
				file, err := form.File[name[0]][0].Open()
				require.NoError(t, err)
				content, err := io.ReadAll(file)
				require.NoError(t, err)
				assert.Equal(t, png, string(content))
			})
		}
	}
}

func TestWrongJSON(t *testing.T) {
	for _, c := range []struct{ name, text, says string }{
		{"other case", "{\"FirstName\": \"a\",\n\"labels\": []}", `line 2: "labels" is not a parameter; write Labels`},
		{"a flag's name", `{"first-name": "a"}`, `line 1: "first-name" is not a parameter; write FirstName`},
		{"unknown", "{\n\n\"Nme\": \"a\"}", `line 3: "Nme" is not a parameter; the parameters are FirstName, LastName,`},
		{"twice", "{\"Title\": \"a\",\n\"Title\": \"b\"}", `line 2: Title is there twice`},
		{"text for a list", `{"Accounts": "10000"}`, `Accounts must be a list of strings`},
		{"numbers in a list", `{"Accounts": [10000]}`, `Accounts must be a list of strings`},
		{"a list for text", `{"Title": ["a"]}`, `Title must be a string`},
		{"a number", `{"WorkPhoneNumber": 8051234567}`, `WorkPhoneNumber must be a string`},
		{"an object for a file", `{"ProfileImageFile": {"Path": "x"}}`, `ProfileImageFile must be a string`},
		{"a list", `[{}]`, `it must be one object`},
		{"text", `"a"`, `it must be one object`},
		{"nothing", ``, `line 1: the JSON ends too early`},
		{"cut in a member", "{\n\"Title\": \"a", `line 2: the JSON ends too early`},
		{"cut after a member", `{"Title": "a"`, `the JSON ends too early`},
		{"a comma too many", "{\"Title\": \"a\",\n}", `line 2: invalid character '}'`},
		{"two objects", "{}\n{}", `line 2: there is something after the object`},
		{"something after", "{}\nx", `line 2: there is something after the object`},
		{"not UTF-8", "{\"Title\": \"\xff\"}", `the text is not UTF-8`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			cmd := command(t, nil, "check", "--json", "-", "--output=json")
			cmd.Stdin = strings.NewReader(c.text)
			r := outcome(t, cmd)
			assert.Equal(t, 2, r.code)
			assert.Empty(t, r.stdout)
			assert.True(t, strings.HasPrefix(r.stderr, "contacts: --json: standard input: "), r.stderr)
			assert.Contains(t, r.stderr, c.says)
			assert.Equal(t, 1, strings.Count(r.stderr, "\n"))
		})
	}
}

func TestJSONNamesMembers(t *testing.T) {
	cmd := command(t, nil, "check", "--json=-")
	cmd.Stdin = strings.NewReader(`{"FirstName": "Wile", "LastName": null, "EmailAddress": "", "Accounts": []}`)
	r := outcome(t, cmd)
	assert.Equal(t, 2, r.code)
	assert.Equal(t, `contacts: the contact breaks 3 rules; nothing was sent
"LastName": LastName is required.
"EmailAddress": EmailAddress is required.
"Accounts": Accounts is required.
`, r.stderr)
}

func TestCheck(t *testing.T) {
	server := serve(t, answer(200, createdAnswer))
	// The flags that say where to send are taken, and not used.
	r := outcome(t, command(t, credentials(server.URL), with(wile, "check", "--campaign=7", "--auth-token-file=missing", "--output=json")...))
	assert.Equal(t, 0, r.code, r.stderr)
	assert.Equal(t, `{"Outcome":"valid"}`+"\n", r.stdout)

	r = outcome(t, command(t, nil, with(wile, "check", "--sandbox")...))
	assert.Equal(t, result{0, "", "contacts: the contact breaks no rule; nothing was sent\n"}, r)

	r = outcome(t, command(t, nil, "check", "--first-name=Wile", "--output=json"))
	assert.Equal(t, 2, r.code)
	assert.Equal(t, "invalid", decoded(t, r.stdout)["Outcome"])
	assert.Empty(t, server.seen())
}
