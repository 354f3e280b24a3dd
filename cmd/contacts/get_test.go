package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestGet(t *testing.T) {
	const found = `{"Id":"M1","Uri":"/Advertisers/IRtest/Campaigns/1000/Contacts/M1","FirstName":"<Wile>"}`
	server := serve(t, answer(200, found))
	for _, name := range []string{"M1", "/Advertisers/IRtest/Campaigns/1000/Contacts/M1"} {
		r := outcome(t, command(t, credentials(server.URL), "get", name))
		assert.Equal(t, 0, r.code, r.stderr)
		assert.Empty(t, r.stderr)
		assert.JSONEq(t, found, r.stdout)
		assert.Contains(t, r.stdout, "\n  \"FirstName\": \"<Wile>\",\n")
		assert.Equal(t, r, outcome(t, command(t, credentials(server.URL), "get", name, "--output=json")))
	}
	require.Len(t, server.seen(), 4)
	for _, request := range server.seen() {
		assert.Equal(t, "GET", request.method)
		assert.Equal(t, "/Advertisers/IRtest/Campaigns/1000/Contacts/M1", request.path)
	}
	// The Uri says which campaign.
	assert.Equal(t, 0, outcome(t, command(t, credentials(server.URL)[:3], "get", "/Advertisers/IRtest/Campaigns/7/Contacts/M1")).code)
}

func TestGetFails(t *testing.T) {
	get := func(address string) (result, map[string]any) {
		r := outcome(t, command(t, credentials(address), "get", "1", "--output=json"))
		return r, decoded(t, r.stdout)
	}
	r, object := get(serve(t, answer(404, `{"Status":"ERROR","Message":"There is none."}`)).URL)
	assert.Equal(t, 3, r.code)
	assert.Contains(t, r.stderr, "contacts: refused, nothing was changed: status 404: There is none.\nCheck the campaign, the contact's id")
	assert.Equal(t, map[string]any{"Outcome": "refused", "HttpStatus": 404., "Message": "There is none."}, object)

	r, object = get("http://127.0.0.1:1")
	assert.Equal(t, 5, r.code)
	assert.Equal(t, "not_sent", object["Outcome"])

	for _, server := range []*recorder{serve(t, answer(503, "")), serve(t, reset), serve(t, answer(200, "{}"))} {
		r, object = get(server.URL)
		assert.Equal(t, 1, r.code)
		assert.Contains(t, r.stderr, "contacts: no contact came back: ")
		assert.Contains(t, r.stderr, "safe to run the command again")
		assert.Equal(t, "failed", object["Outcome"])
	}
}
