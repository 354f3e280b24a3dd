// Package tests holds the suites that span packages: the page's own commands, the contract against an
// independent validator, faults on the wire, and what generated code and imports must look like.
package tests

import (
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"example.com/contacts/sandbox"
)

// The two commands of the API's page, as it was saved.
const (
	pageForm = `curl '<AccountSID>/Campaigns/1000/Contacts' \
  -X POST \
  -u '<AccountSID>:<AuthToken>' \
  -H 'Accept: application/json' \
  -H 'Content-Type: application/x-www-form-urlencoded' \
  -d 'FirstName=Wile' \
  -d 'LastName=Coyote' \
  -d '[email protected]' \
  -d 'Accounts=10000' \
  -d 'Title=Acme Partner Manager' \
  -d 'ProfileImageUrl=' \
  -d 'WorkPhoneNumberCountry=US' \
  -d 'WorkPhoneNumber=8051234567'\
  -d 'CellphoneNumberCountry=US' \
  -d 'CellphoneNumber=8059876543' \
  -d 'Labels=Main Contact,Acme Partner'`
	pageUpload = `curl '<AccountSID>/Campaigns/1000/Contacts' \
  -X POST \
  -u '<AccountSID>:<AuthToken>' \
  -H 'Accept: application/json' \
  -H 'Content-Type: multipart/form-data' \
  -F 'FirstName=Wile' \
  -F 'LastName=Coyote' \
  -F '[email protected]' \
  -F 'Accounts=10000' \
  -F 'Title=Acme Partner Manager' \
  -F 'ProfileImageFile=image.png' \
  -F 'image.jpg=@"/path/to/an/image.jpg"' \
  -F 'WorkPhoneNumberCountry=US' \
  -F 'WorkPhoneNumber=8051234567'\
  -F 'CellphoneNumberCountry=US' \
  -F 'CellphoneNumber=8059876543' \
  -F 'Labels=Main Contact,Acme Partner'`
)

// TestPageCommands runs the page's commands by the real curl. Filled in is only what was lost when the
// page was saved, or stands for the reader's own: the host, the credentials, the e-mail address and the
// path of the file.
func TestPageCommands(t *testing.T) {
	curl, err := exec.LookPath("curl")
	require.NoError(t, err, "this test needs curl: apt-get install curl")

	run := func(t *testing.T, command string, strict bool) string {
		api, err := sandbox.New(sandbox.Config{AccountSID: "IRsandbox", AuthToken: "secret", Strict: strict})
		require.NoError(t, err)
		server := httptest.NewServer(api)
		defer server.Close()
		image := filepath.Join(t.TempDir(), "image.jpg")
		require.NoError(t, os.WriteFile(image, []byte("\xff\xd8\xff\xe0 and the rest of a JPEG"), 0o600))
		command = strings.NewReplacer(
			"curl '<AccountSID>", curl+" -sS '"+server.URL+"/Advertisers/IRsandbox",
			"<AccountSID>:<AuthToken>", "IRsandbox:secret",
			"[email protected]", "EmailAddress=wile.coyote@example.com",
			"/path/to/an/image.jpg", image,
		).Replace(command)
		shell := exec.Command("sh", "-c", command)
		shell.Stderr = os.Stderr
		out, err := shell.Output()
		require.NoError(t, err)
		return string(out)
	}

	const response = `{"Status": "OK", "Uri": "/Advertisers/IRsandbox/Campaigns/1000/Contacts/2750"}`
	require.JSONEq(t, response, run(t, pageForm, false))
	require.JSONEq(t, response, run(t, pageUpload, false))
	require.JSONEq(t, response, run(t, pageForm, true))
	require.Contains(t, run(t, pageUpload, true), "ProfileImageFile", "D2: the page names its part by a slip")
}
