// Package conformance holds the clients of all languages to one behaviour: it plays the vectors of
// tests/vectors, and random contacts and answers, to an adapter of each client, and compares what its own
// server saw, and what the client then reports.
package conformance

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
)

// A contact is the input of a case, under the API's names.
type contact map[string]any

type violation struct{ Field, Rule, Message string }

// A testCase is one case of the vectors; tests/vectors/README.md says what its members mean.
type testCase struct {
	Group string `json:"-"`
	Name  string `json:"name"`
	About string `json:"about"`

	Call       string  `json:"call"`
	AccountSID string  `json:"accountSid"`
	CampaignID string  `json:"campaignId"`
	BasePath   string  `json:"basePath"`
	BaseURL    *string `json:"baseUrl"`
	URI        string  `json:"uri"`
	Options    options `json:"options"`
	Contact    contact `json:"contact"`
	Image      *image  `json:"image"`

	Rejected []violation `json:"rejected"`
	Sibling  string      `json:"sibling"`
	Sent     *sent       `json:"sent"`
	Respond  *respond    `json:"respond"`
	Then     *then       `json:"then"`
}

type image struct {
	File   string `json:"file"`
	Base64 []byte `json:"base64"`
}

// photo is an image for cases that are not about images.
func photo() *image {
	return &image{File: "photo.png", Base64: []byte("\x89PNG\r\n\x1a\nand the rest")}
}

func (c *testCase) id() string { return c.Group + "/" + c.Name }

type options struct {
	MaxRetries int `json:"maxRetries"`
	TimeoutMs  int `json:"timeoutMs"`
}

type sent struct {
	Path      string            `json:"path"`
	Headers   map[string]string `json:"headers"`
	NoHeaders []string          `json:"noHeaders"`
	Pairs     [][2]string       `json:"pairs"`
	Body      string            `json:"body"`
	Parts     []part            `json:"parts"`
}

type part struct {
	Name        string `json:"name"`
	Value       string `json:"value"`
	Filename    string `json:"filename"`
	ContentType string `json:"contentType"`
	SHA256      string `json:"sha256"`
}

type respond struct {
	Status     int               `json:"status"`
	Headers    map[string]string `json:"headers"`
	Body       string            `json:"body"`
	BodyBase64 []byte            `json:"bodyBase64"`
	Pad        int               `json:"pad"`
	Repeat     int               `json:"repeat"`
	Cut        *int              `json:"cut"`
	Close      string            `json:"close"`
	Refuse     bool              `json:"refuse"`
	Sequence   []respond         `json:"sequence"`
}

type then struct {
	Outcome     string        `json:"outcome"`
	Requests    *int          `json:"requests"`
	URI         *string       `json:"uri"`
	ID          *string       `json:"id"`
	Status      *int          `json:"status"`
	Message     *string       `json:"message"`
	Errors      *[]fieldError `json:"errors"`
	WaitSeconds *float64      `json:"waitSeconds"`
}

type fieldError struct{ Field, Message string }

// load reads all vectors of a folder, and refuses those that prove nothing.
func load(folder string) ([]testCase, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*.json"))
	if err != nil {
		return nil, err
	}
	var cases []testCase
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		var group struct {
			About string     `json:"about"`
			Cases []testCase `json:"cases"`
		}
		decoder := json.NewDecoder(bytes.NewReader(source))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&group); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		for i := range group.Cases {
			group.Cases[i].Group = strings.TrimSuffix(filepath.Base(file), ".json")
		}
		if err := checkGroup(group.Cases); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		cases = append(cases, group.Cases...)
	}
	return cases, nil
}

func checkGroup(cases []testCase) error {
	byName := map[string]*testCase{}
	for i := range cases {
		c := &cases[i]
		if byName[c.Name] != nil {
			return fmt.Errorf("%s: there are two cases of this name", c.Name)
		}
		byName[c.Name] = c
	}
	for i := range cases {
		c := &cases[i]
		expectations := 0
		for _, has := range []bool{c.Rejected != nil, c.Sent != nil, c.Then != nil} {
			if has {
				expectations++
			}
		}
		switch {
		case expectations != 1:
			return fmt.Errorf("%s: a case has exactly one of rejected, sent and then", c.Name)
		case (c.Then != nil) != (c.Respond != nil || c.BaseURL != nil):
			return fmt.Errorf("%s: then goes together with respond or baseUrl", c.Name)
		case c.Rejected == nil:
			continue
		}
		sibling := byName[c.Sibling]
		if sibling == nil || sibling.Sent == nil {
			return fmt.Errorf("%s: its sibling %q is no case of this group that is sent", c.Name, c.Sibling)
		}
		if different := differences(c, sibling); len(different) != len(c.Rejected) {
			return fmt.Errorf("%s: it breaks %d rules but differs from its sibling in %v", c.Name, len(c.Rejected), different)
		}
	}
	return nil
}

// differences are the fields in which two inputs are not the same.
func differences(a, b *testCase) []string {
	fields := map[string]bool{}
	for _, c := range []contact{a.Contact, b.Contact} {
		for field := range c {
			if !reflect.DeepEqual(a.Contact[field], b.Contact[field]) {
				fields[field] = true
			}
		}
	}
	if a.Contact["ProfileImageFile"] != nil && !reflect.DeepEqual(a.Image, b.Image) {
		fields["ProfileImageFile"] = true
	}
	return slices.Sorted(maps.Keys(fields))
}
