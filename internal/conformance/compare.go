package conformance

import (
	"fmt"
	"math"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"example.com/contacts/internal/contract"
)

// compare returns what is wrong with what a client did, or nil.
func (p *Player) compare(op contract.Operation, c *Case, report Report, requests []received) error {
	then := c.Then
	switch {
	case c.Rejected != nil:
		if report.Outcome != outcomeInvalid || !slices.Equal(report.Violations, c.Rejected) {
			return fmt.Errorf("want the violations %v\n     got %s %v", c.Rejected, report.Outcome, report.Violations)
		}
		return compareCount("requests", 0, len(requests))
	case c.Sent != nil:
		then = p.done(op)
		then.Sent = []Sent{*c.Sent}
	}
	want := c.times()
	if len(then.Sent) > 0 {
		want = len(then.Sent) * c.times()
	}
	if then.Requests != nil {
		want = *then.Requests
	}
	if err := compareCount("requests", want, len(requests)); err != nil {
		return err
	}
	if then.Connections != nil {
		connections := map[int]bool{}
		for _, r := range requests {
			connections[r.connection] = true
		}
		if err := compareCount("connections", *then.Connections, len(connections)); err != nil {
			return err
		}
	}
	if err := p.checkProxied(then.Proxied); err != nil {
		return err
	}
	for i, r := range requests {
		sent := Sent{}
		if len(then.Sent) > 0 {
			sent = then.Sent[min(i, len(then.Sent)-1)]
		}
		if err := p.compareRequest(op, c, sent, r, i); err != nil {
			return fmt.Errorf("request %d: %w", i+1, err)
		}
	}
	return p.compareReport(op, then, report)
}

func compareCount(of string, want, got int) error {
	if want != got {
		return fmt.Errorf("the server saw %d %s, want %d", got, of, want)
	}
	return nil
}

var userAgent = regexp.MustCompile(`^[A-Za-z0-9_.-]+-[a-z]+/[0-9]+\.[0-9]+\S*$`)

// neverSent are headers that no request has.
var neverSent = []string{"Idempotency-Key", "X-Idempotency-Key", "Expect", "Transfer-Encoding", "Cookie", "Upgrade", "Content-Encoding"}

func (p *Player) compareRequest(op contract.Operation, c *Case, sent Sent, got received, number int) error {
	want := expect(p.API, op, c)
	if c.Pages && op.Pages != nil && sent.Query == nil && sent.RawQuery == nil {
		want.query = expect(p.API, op, c.atPage(op, number)).query
	}
	if err := got.checkHead(want, sent, c); err != nil {
		return err
	}
	for _, name := range append(slices.Clone(neverSent), sent.Without...) {
		if values := got.header.Values(name); len(values) > 0 {
			return fmt.Errorf("want no header %s; got %q", name, values)
		}
	}
	headers := append(want.headers, [2]string{"Authorization", "Basic " + credentials(c.account(), c.token())})
	for name, value := range sent.Headers {
		headers = append(headers, [2]string{name, value})
	}
	for _, header := range headers {
		if values := got.header.Values(header[0]); !slices.Equal(values, []string{header[1]}) {
			return fmt.Errorf("want the header %s: %s; got %q", header[0], header[1], values)
		}
	}
	for _, f := range op.Fields {
		if f.In == contract.InHeader && !present(c.Input[f.Name]) && len(got.header.Values(f.Name)) > 0 {
			return fmt.Errorf("want no header %s; got %q", f.Name, got.header.Values(f.Name))
		}
	}
	if values := got.header.Values("User-Agent"); len(values) != 1 || !userAgent.MatchString(values[0]) {
		return fmt.Errorf("want a User-Agent such as shop-go/1.2.3; got %q", values)
	}
	return got.compareBody(want, sent)
}

// checkHead compares method, path and query.
func (r *received) checkHead(want expected, sent Sent, c *Case) error {
	if r.method != want.method || r.chunked {
		return fmt.Errorf("want a %s that is not chunked; got %s, chunked: %v", want.method, r.method, r.chunked)
	}
	path, query := r.path()
	if sent.Path != nil {
		want.path = *sent.Path
	}
	if path != want.path {
		return fmt.Errorf("want the path %s\n          got %s", want.path, path)
	}
	rawQuery := joinPairs(want.query, escape)
	if sent.Query != nil {
		rawQuery = joinPairs(*sent.Query, escape)
	}
	if sent.RawQuery != nil {
		rawQuery = *sent.RawQuery
	}
	if query != rawQuery {
		return fmt.Errorf("want the query %s\n           got %s", rawQuery, query)
	}
	return nil
}

func (r *received) compareBody(want expected, sent Sent) error {
	if r.early {
		return nil
	}
	switch {
	case sent.Parts != nil:
		want.encoding, want.parts = multipart, *sent.Parts
	case sent.Pairs != nil:
		want.encoding, want.pairs = form, *sent.Pairs
	case sent.Body != nil && *sent.Body != "":
		want.encoding = form
	}
	if err := r.checkBody(want.encoding); err != nil {
		return err
	}
	switch want.encoding {
	case form:
		body := joinPairs(want.pairs, escapeForm)
		if sent.Body != nil {
			body = *sent.Body
		}
		if body != string(r.body) {
			return fmt.Errorf("want the body %s\n          got %s", body, r.body)
		}
	case multipart:
		parts, err := r.decodeParts()
		if err != nil {
			return err
		}
		if !slices.Equal(parts, want.parts) {
			return fmt.Errorf("want the parts %+v\n           got %+v", want.parts, parts)
		}
	}
	return nil
}

func (p *Player) compareReport(op contract.Operation, then *Then, got Report) error {
	wrong := func(what string, want, got any, line []byte) error {
		return fmt.Errorf("want the %s %v; got %v: %s", what, want, got, line)
	}
	switch {
	case got.Outcome != then.Outcome:
		return wrong("outcome", then.Outcome, got.Outcome, got.line)
	case then.Status != nil && got.Status != *then.Status:
		return wrong("status", *then.Status, got.Status, got.line)
	case then.Message != nil && got.Message != *then.Message:
		return wrong("message", *then.Message, got.Message, got.line)
	case then.Errors != nil && !slices.Equal(got.Errors, *then.Errors):
		return wrong("errors", *then.Errors, got.Errors, got.line)
	case then.WaitSeconds != nil && (math.Abs(got.WaitMs/1000-*then.WaitSeconds) > 2 || *then.WaitSeconds == 0 && got.WaitMs != 0):
		return wrong("wait in seconds", *then.WaitSeconds, got.WaitMs/1000, got.line)
	}
	if then.Response != nil {
		want, have := p.object(op.Response.Object, map[string]any(then.Response)), p.object(op.Response.Object, decodeMembers(got.Response))
		if !reflect.DeepEqual(want, have) {
			return wrong("response", want, have, got.line)
		}
	}
	if then.Items != nil {
		item := contract.Type{Kind: contract.KindObject, Object: op.Pages.ItemObject}
		want := p.canonical(contract.Type{Kind: contract.KindList, Item: &item}, *then.Items)
		have := p.canonical(contract.Type{Kind: contract.KindList, Item: &item}, decodeItems(got.Items))
		if !reflect.DeepEqual(want, have) {
			return wrong("items", want, have, got.line)
		}
	}
	if then.Bytes != nil && (got.Bytes == nil || *got.Bytes != *then.Bytes) {
		return wrong("bytes", *then.Bytes, got.Bytes, got.line)
	}
	return compareInfo(then.Info, got)
}

func compareInfo(want *Info, got Report) error {
	if want == nil {
		return nil
	}
	if !sameOrFree(want.Status, got.Info.Status) || !sameOrFree(want.Limit, got.Info.Limit) || !sameOrFree(want.Remaining, got.Info.Remaining) ||
		want.ResetSeconds != nil && (got.Info.ResetSeconds == nil || math.Abs(*got.Info.ResetSeconds-*want.ResetSeconds) > 2) {
		return fmt.Errorf("the info is not as wanted: %s", got.line)
	}
	return nil
}

// sameOrFree tells whether a value is the one that is wanted, if one is.
func sameOrFree[T comparable](want, got *T) bool {
	return want == nil || got != nil && *want == *got
}

func (c *Case) account() string {
	if c.Account != nil {
		return *c.Account
	}
	return DefaultAccount
}

func (c *Case) token() string {
	if c.Token != "" {
		return c.Token
	}
	return DefaultToken
}

var proxyPassword = regexp.MustCompile(`://[^/@:]*:([^/@]+)@`)

// checkSecrets returns an error if a report holds what must not be printed. A token of fewer than 8
// characters cannot be told from words, and is looked for in its credentials only. The password of a proxy is no less
// a secret.
func (c *Case) checkSecrets(report Report) error {
	secrets := []string{credentials(c.account(), c.token())}
	if len([]rune(c.token())) >= 8 {
		secrets = append(secrets, c.token())
	}
	for _, value := range c.Environment {
		if match := proxyPassword.FindStringSubmatch(value); match != nil {
			secrets = append(secrets, match[1])
		}
	}
	for _, secret := range secrets {
		if strings.Contains(string(report.line), secret) {
			return fmt.Errorf("a secret is in what the client reports: %s", report.line)
		}
	}
	return nil
}
