package main

import (
	"bytes"
	"fmt"
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

	"example.com/contacts/wrapper"
)

// Each operation is a command, and each parameter a flag of it, with the contract's words.
func TestEveryOperationAndEveryParameter(t *testing.T) {
	for i := range wrapper.Operations {
		o := &wrapper.Operations[i]
		cmd, _, err := newRoot().Find([]string{commandName(o)})
		require.NoError(t, err)
		require.Equal(t, commandName(o), cmd.Name())
		for _, field := range o.Fields {
			flag := cmd.Flags().Lookup(field.Kebab)
			if (pathParameter{&field, isPath(pathUntil(o, &field))}).argument && field.In == wrapper.InPath {
				assert.Nil(t, flag, field.Name)
				assert.Contains(t, cmd.Use, strings.ToUpper(field.Kebab))
				continue
			}
			if assert.NotNil(t, flag, field.Name) {
				first, _, _ := strings.Cut(field.Doc, "`")
				assert.True(t, strings.HasPrefix(flag.Usage, strings.TrimSuffix(first, ".")), flag.Usage)
			}
		}
	}
}

func TestCommandNames(t *testing.T) {
	var names []string
	for i := range wrapper.Operations {
		names = append(names, commandName(&wrapper.Operations[i]))
	}
	assert.Subset(t, names, []string{"create", "list", "get", "update", "delete", "get-profile-image"})
	assert.Equal(t, "create-note", withoutNoun("create-note"))
	assert.Equal(t, "check-contact", commandName(&wrapper.Operation{ID: "checkContact", Kebab: "check-contact"}), "there is another check")
	assert.Equal(t, "call-sandbox", commandName(&wrapper.Operation{ID: "sandbox", Kebab: "sandbox"}))
	assert.Equal(t, "create-contacts", commandName(&wrapper.Operation{ID: "createContacts", Kebab: "create-contacts"}), "there is another create")
	assert.Equal(t, "parameter-json", flagName(&wrapper.Field{Kebab: "json"}))
}

func TestHelpTellsTheRules(t *testing.T) {
	create := wrapper.OperationByID("createContact")
	for name, words := range map[string][]string{
		"FirstName":              {"required", fmt.Sprintf("at most %d characters", longest(t, "FirstName"))},
		"EmailAddress":           {"one e-mail address"},
		"Accounts":               {"required", "in all", "repeat the flag"},
		"ProfileImageUrl":        {"not together with --profile-image-file"},
		"ProfileImageFile":       {"not together with --profile-image-url"},
		"WorkPhoneNumber":        {"needs --work-phone-number-country"},
		"WorkPhoneNumberCountry": {"required with --work-phone-number;", "ISO 3166-1", "The country of --work-phone-number,"},
	} {
		for _, words := range words {
			assert.Contains(t, sentence(create, create.Field(name)), words)
		}
	}
	update := wrapper.OperationByID("updateContact")
	assert.Contains(t, sentence(update, update.Field("LabelsRemove")), "no item of --labels-add")
	list := wrapper.OperationByID("listContacts")
	assert.Contains(t, sentence(list, list.Field("PageSize")), "at least 1; at most 20000; 100 by default")
	for text, want := range map[*wrapper.Field]string{
		{Name: "A", Doc: "A.", Presence: []wrapper.Rule{{Kind: wrapper.RuleRequired, With: []string{"Title"}}}}:                                                                             "A; required unless there is --title",
		{Name: "A", Doc: "A.", Presence: []wrapper.Rule{{Kind: wrapper.RuleRequiredIf, WhenField: "Title", WhenValue: "x"}}}:                                                                "A; required if --title is x",
		{Name: "A", Doc: "A.", Deprecated: true, List: &wrapper.ListForm{}, Item: []wrapper.Rule{{Kind: wrapper.RuleTooShort, Message: "Each item of A must have at least 2 characters."}}}: "A; each at least 2 characters; repeat the flag for more; deprecated",
	} {
		assert.Equal(t, want, sentence(create, text))
	}
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
				server := serve(t, respond(200, createdBody))
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

// What is no JSON object has no outcome.
func TestWrongJSON(t *testing.T) {
	for _, c := range []struct{ name, text, says string }{
		{"a list", `[{}]`, "one JSON object"},
		{"text", `"a"`, "one JSON object"},
		{"nothing", ``, "line 1: "},
		{"cut in a member", "{\n\"Title\": \"a", "line 2: "},
		{"cut after a member", `{"Title": "a"`, "line 1: "},
		{"a comma too many", "{\"Title\": \"a\",\n}", "line 2: "},
		{"two objects", "{}\n{}", "line 2: "},
		{"something after", "{}\nx", "line 2: "},
		{"endless", "{" + strings.Repeat(" ", maxJSON), "more than"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			cmd := command(t, nil, "check", "create", "--json", "-", "--output=json")
			cmd.Stdin = strings.NewReader(c.text)
			r := outcome(t, cmd)
			assert.Equal(t, 6, r.code)
			assert.Empty(t, r.stdout)
			assert.True(t, strings.HasPrefix(r.stderr, "contacts: --json: "), r.stderr)
			assert.Contains(t, r.stderr, c.says)
			assert.Equal(t, 1, strings.Count(r.stderr, "\n"))
		})
	}
}

// A wrong type, an unknown name and half a surrogate pair are violations, before anything is sent.
func TestJSONHasViolations(t *testing.T) {
	server := serve(t, respond(200, createdBody))
	for _, c := range []struct{ name, text, rule string }{
		{"labels", `{"labels": []}`, "unknown"},
		{"first-name", `{"first-name": "a"}`, "unknown"},
		{"Title", `{"Title": "a", "Title": "b"}`, "duplicate"},
		{"Accounts", `{"Accounts": "10000"}`, "type"},
		{"Accounts", `{"Accounts": [10000]}`, "type"},
		{"Title", `{"Title": ["a"]}`, "type"},
		{"Title", `{"Title": "\ud83d"}`, "format"},
		{"Title", "{\"Title\": \"\xff\"}", "format"},
		{"WorkPhoneNumber", `{"WorkPhoneNumber": 8051234567}`, "type"},
		{"ProfileImageFile", `{"ProfileImageFile": {"Path": "x"}}`, "type"},
		{"ProfileImageFile", `{"ProfileImageFile": "missing.png"}`, "needs_file"},
	} {
		for _, args := range [][]string{{"create"}, {"check", "create"}} {
			cmd := command(t, credentials(server.URL), with(args, "--json", "-", "--output=json")...)
			cmd.Stdin = strings.NewReader(c.text)
			r := outcome(t, cmd)
			assert.Equal(t, 6, r.code)
			var rules []any
			for _, v := range decoded(t, r.stdout)["Violations"].([]any) {
				if v := v.(map[string]any); v["Field"] == c.name {
					rules = append(rules, v["Rule"])
				}
			}
			assert.Equal(t, []any{c.rule}, rules, c.text)
		}
	}
	assert.Empty(t, server.seen())
}

func TestJSONNamesMembers(t *testing.T) {
	cmd := command(t, nil, "check", "create", "--json=-")
	cmd.Stdin = strings.NewReader(`{"FirstName": "Wile", "LastName": null, "EmailAddress": "", "Accounts": []}`)
	r := outcome(t, cmd)
	assert.Equal(t, 6, r.code)
	assert.Equal(t, `contacts: the input breaks 3 rules; nothing was sent
"LastName": LastName is required.
"EmailAddress": EmailAddress is required.
"Accounts": Accounts is required.
`, r.stderr)
}

func TestCheck(t *testing.T) {
	server := serve(t, respond(200, createdBody))
	// The flags that say where to send are taken, and not used.
	r := outcome(t, command(t, credentials(server.URL), with(wile, "check", "create", "--campaign-id=7", "--auth-token-file=missing", "--output=json")...))
	assert.Equal(t, 0, r.code, r.stderr)
	assert.Equal(t, `{"Outcome":"valid"}`+"\n", r.stdout)

	r = outcome(t, command(t, nil, with(wile, "check", "create", "--sandbox")...))
	assert.Equal(t, result{0, "", "contacts: the input breaks no rule; nothing was sent\n"}, r)

	cmd := command(t, nil, with(wile, "check", "create", "--profile-image-file=/dev/zero")...)
	r = outcome(t, cmd)
	assert.Equal(t, 6, r.code)
	assert.Contains(t, r.stderr, "--profile-image-file: ", "and it does not wait for the end of it")

	r = outcome(t, command(t, nil, "check", "create", "--first-name=Wile", "--output=json"))
	assert.Equal(t, 6, r.code)
	assert.Equal(t, "invalid", decoded(t, r.stdout)["Outcome"])
	assert.Empty(t, server.seen())
}
