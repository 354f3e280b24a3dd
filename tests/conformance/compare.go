package conformance

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"math"
	"mime"
	"mime/multipart"
	"net/url"
	"reflect"
	"slices"
	"strings"
)

// compare returns what is wrong with what a client did, or nil.
func (c *testCase) compare(answer response, seen []captured, expand func(string) string) error {
	switch {
	case c.Rejected != nil:
		if answer.Outcome != "invalid" || !reflect.DeepEqual(answer.Violations, c.Rejected) {
			return fmt.Errorf("want violations %v\n got %s %v", c.Rejected, answer.Outcome, answer.Violations)
		}
		return compareCount(0, seen)
	case c.Sent != nil:
		if answer.Outcome != "created" || answer.ContactID != "2750" {
			return fmt.Errorf("want created, 2750; got %s", answer.line)
		}
		if err := compareCount(1, seen); err != nil {
			return err
		}
		return c.Sent.compare(seen[0], expand)
	default:
		want := 1
		if c.Then.Requests != nil {
			want = *c.Then.Requests
		}
		if err := compareCount(want, seen); err != nil {
			return err
		}
		return c.Then.compare(answer, expand)
	}
}

func compareCount(want int, seen []captured) error {
	if len(seen) != want {
		return fmt.Errorf("the server saw %d requests, want %d", len(seen), want)
	}
	return nil
}

func (s *sent) compare(got captured, expand func(string) string) error {
	if got.method != "POST" || got.chunked || got.header.Get("Content-Length") == "" && len(got.body) > 0 && got.chunked {
		return fmt.Errorf("want a POST with a Content-Length, got %s, chunked: %v", got.method, got.chunked)
	}
	if want := expand(s.Path); s.Path != "" && want != got.uri {
		return fmt.Errorf("want the path %s\n          got %s", want, got.uri)
	}
	for name, want := range s.Headers {
		if values := got.header.Values(name); !slices.Equal(values, []string{expand(want)}) {
			return fmt.Errorf("want the header %s: %s; got %q", name, expand(want), values)
		}
	}
	for _, name := range append(s.NoHeaders, "Idempotency-Key", "X-Idempotency-Key", "Expect") {
		if values := got.header.Values(name); len(values) > 0 {
			return fmt.Errorf("want no header %s, got %q", name, values)
		}
	}
	if s.Body != "" && s.Body != string(got.body) {
		return fmt.Errorf("want the body %s\n          got %s", s.Body, got.body)
	}
	if s.Pairs != nil {
		pairs, err := decodePairs(got)
		if err != nil || !reflect.DeepEqual(pairs, s.Pairs) {
			return fmt.Errorf("want %q\n got %q (%v)", s.Pairs, pairs, err)
		}
	}
	if s.Parts != nil {
		parts, err := decodeParts(got)
		if err != nil || !reflect.DeepEqual(parts, s.Parts) {
			return fmt.Errorf("want %q\n got %q (%v)", s.Parts, parts, err)
		}
	}
	return nil
}

func decodePairs(got captured) ([][2]string, error) {
	if contentType := got.header.Get("Content-Type"); contentType != "application/x-www-form-urlencoded" {
		return nil, fmt.Errorf("the Content-Type is %q", contentType)
	}
	var pairs [][2]string
	for _, pair := range strings.Split(string(got.body), "&") {
		name, value, _ := strings.Cut(pair, "=")
		decoded, err := url.QueryUnescape(value)
		if err != nil {
			return nil, err
		}
		pairs = append(pairs, [2]string{name, decoded})
	}
	return pairs, nil
}

func decodeParts(got captured) ([]part, error) {
	mediaType, params, err := mime.ParseMediaType(got.header.Get("Content-Type"))
	if err != nil || mediaType != "multipart/form-data" {
		return nil, fmt.Errorf("the Content-Type is %q: %w", got.header.Get("Content-Type"), err)
	}
	if boundary := params["boundary"]; len(boundary) < 30 || len(boundary) > 70 {
		return nil, fmt.Errorf("the boundary %q is too easy to hit, or too long for RFC 2046", boundary)
	}
	var parts []part
	reader := multipart.NewReader(bytes.NewReader(got.body), params["boundary"])
	for {
		p, err := reader.NextRawPart()
		if err == io.EOF {
			return parts, nil
		}
		if err != nil {
			return nil, err
		}
		content, err := io.ReadAll(p)
		if err != nil {
			return nil, err
		}
		out := part{Name: p.FormName(), Filename: p.FileName(), ContentType: p.Header.Get("Content-Type"), Value: string(content)}
		disposition := fmt.Sprintf(`form-data; name="%s"`, out.Name)
		headers := 1
		if out.Filename != "" {
			sum := sha256.Sum256(content)
			out.Value, out.SHA256 = "", hex.EncodeToString(sum[:])
			disposition += fmt.Sprintf(`; filename="%s"`, out.Filename)
			headers = 2
		}
		if len(p.Header) != headers || p.Header.Get("Content-Disposition") != disposition {
			return nil, fmt.Errorf("the part has the headers %v; want Content-Disposition: %s", p.Header, disposition)
		}
		parts = append(parts, out)
	}
}

func (t *then) compare(answer response, expand func(string) string) error {
	wrong := func(what string, want, got any) error {
		return fmt.Errorf("want the %s %v, got %v: %s", what, want, got, answer.line)
	}
	switch {
	case answer.Outcome != t.Outcome:
		return wrong("outcome", t.Outcome, answer.Outcome)
	case t.URI != nil && answer.URI != expand(*t.URI):
		return wrong("uri", expand(*t.URI), answer.URI)
	case t.ID != nil && answer.ContactID != *t.ID:
		return wrong("id", *t.ID, answer.ContactID)
	case t.Status != nil && answer.Status != *t.Status:
		return wrong("status", *t.Status, answer.Status)
	case t.Message != nil && answer.Message != *t.Message:
		return wrong("message", *t.Message, answer.Message)
	case t.Errors != nil && !slices.Equal(answer.Errors, *t.Errors):
		return wrong("errors", *t.Errors, answer.Errors)
	case t.WaitSeconds != nil && math.Abs(answer.WaitMs/1000-*t.WaitSeconds) > 2,
		t.WaitSeconds != nil && *t.WaitSeconds == 0 && answer.WaitMs != 0:
		return wrong("wait in seconds", *t.WaitSeconds, answer.WaitMs/1000)
	}
	return nil
}
