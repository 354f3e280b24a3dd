package conformance

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

const (
	accountSID = "IRsandbox"
	token      = "to:ken/that+must=never&be%seen"
)

// A run plays cases to one client.
type run struct {
	client asker
	server *server
	folder string // for images
	next   int    // the campaign of the next case
}

func newRun(client asker, folder string) (*run, error) {
	s, err := newServer()
	if err != nil {
		return nil, err
	}
	return &run{client: client, server: s, folder: folder, next: 1000}, nil
}

// play plays one case, and returns what is wrong.
func (r *run) play(c *testCase) error {
	_, _, err := r.playAll(c)
	return err
}

func (r *run) playAll(c *testCase) (response, []captured, error) {
	campaign := c.CampaignID
	if campaign == "" {
		r.next++
		campaign = strconv.Itoa(r.next)
	}
	account := c.AccountSID
	if account == "" {
		account = accountSID
	}
	replacer := strings.NewReplacer("{campaign}", campaign, "{base}", r.server.url(), "{token}", token,
		"{credentials}", credentials(account, token))

	ask := request{
		ID: c.id(), Call: c.Call, BaseURL: r.server.url() + c.BasePath, AccountSID: account, AuthToken: token,
		CampaignID: campaign, URI: replacer.Replace(c.URI), Options: c.Options, Contact: contact{},
	}
	if ask.Call == "" {
		ask.Call = "create"
	}
	if ask.Options == (options{}) {
		ask.Options.TimeoutMs = 10_000
	}
	for field, value := range c.Contact {
		ask.Contact[field] = value
	}
	if err := r.image(c, ask.Contact); err != nil {
		return response{}, nil, err
	}
	answers := []respond{{Status: 200, Body: `{"Status":"OK","Uri":"/Advertisers/IRsandbox/Campaigns/1000/Contacts/2750"}`}}
	if c.Respond != nil {
		answers = []respond{*c.Respond}
		if c.Respond.Sequence != nil {
			answers = c.Respond.Sequence
		}
		if c.Respond.Refuse {
			ask.BaseURL = r.server.dead
		}
	}
	if c.BaseURL != nil {
		ask.BaseURL = *c.BaseURL
	}
	r.server.play(campaign, &script{answers: answers, replace: replacer})

	answer, err := r.client.ask(ask)
	if err != nil {
		return response{}, nil, err
	}
	seen := r.server.seen(campaign)
	for _, secret := range []string{token, credentials(account, token)} {
		if bytes.Contains(answer.line, []byte(secret)) {
			return response{}, nil, fmt.Errorf("the token is in what the client prints: %s", answer.line)
		}
	}
	return answer, seen, c.compare(answer, seen, replacer.Replace)
}

// image writes the case's file, and puts its path into the contact.
func (r *run) image(c *testCase, out contact) error {
	file, has := c.Contact["ProfileImageFile"].(map[string]any)
	if !has {
		return nil
	}
	folder := filepath.Join(r.folder, strconv.Itoa(r.next))
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	if c.Image != nil {
		if err := os.WriteFile(filepath.Join(folder, c.Image.File), c.Image.Base64, 0o600); err != nil {
			return err
		}
	}
	absolute := map[string]any{"Path": filepath.Join(folder, file["Path"].(string))}
	if name, has := file["Name"]; has {
		absolute["Name"] = name
	}
	out["ProfileImageFile"] = absolute
	return nil
}

// strays are the requests that no case asked for.
func (r *run) strays() []string {
	r.server.mu.Lock()
	defer r.server.mu.Unlock()
	return r.server.strays
}
