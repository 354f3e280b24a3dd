package conformance

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	mimemultipart "mime/multipart"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"example.com/contacts/internal/contract"
	"example.com/contacts/tests/vectors/schema"
)

// A reference is a client that reads the model while it runs: the runner is tried on it, and what the
// runner must see is broken in it.
type reference struct {
	api       contract.API
	transport map[string]*http.Transport
}

func newReference(api contract.API) *reference {
	return &reference{api: api, transport: map[string]*http.Transport{}}
}

func (r *reference) Ask(request Request) (Report, error) {
	line, err := json.Marshal(request)
	if err != nil {
		return Report{}, err
	}
	if err := schema.CheckRequest(line); err != nil {
		return Report{}, err
	}
	decoder := json.NewDecoder(bytes.NewReader(line))
	decoder.UseNumber()
	var asked Request
	if err := decoder.Decode(&asked); err != nil {
		return Report{}, err
	}
	report := r.perform(asked)
	report["id"] = asked.ID
	if line, err = json.Marshal(report); err != nil {
		return Report{}, err
	}
	return readReport(line, request.ID)
}

// fields are those of a report.
type fields map[string]any

func (r *reference) perform(asked Request) fields {
	op, err := operation(r.api, asked.Call)
	if err != nil || !goodBase(asked.BaseURL) || !goodAccount(asked.Account) {
		return fields{"outcome": "misconfigured"}
	}
	c := &Case{Call: asked.Call, Path: asked.Path, Input: asked.Input, Account: &asked.Account, Token: asked.Token}
	c.Files = onDisk(op, asked.Input)
	broken := rules{r.api, op}.violations(c)
	if asked.Validate {
		broken = slices.DeleteFunc(broken, func(v Violation) bool {
			f, ok := fieldOf(op, v.Field)
			return v.Rule != contract.Unknown && ok && f.In == contract.InPath
		})
	} else if asked.Options.Rules != "enforce" {
		broken = slices.DeleteFunc(broken, func(v Violation) bool { return !always(op, c, v) })
	}
	switch {
	case len(broken) > 0:
		return fields{"outcome": outcomeInvalid, "violations": broken}
	case asked.Validate:
		return fields{"outcome": outcomeValid}
	case asked.Pages:
		return r.pages(op, asked, c)
	}
	return r.call(op, asked, c)
}

// always tells whether a violation is refused in every mode.
func always(op contract.Operation, c *Case, v Violation) bool {
	f, _ := fieldOf(op, v.Field)
	switch v.Rule {
	case contract.ListItem:
		return slices.ContainsFunc(items(c.value(f)), func(item any) bool {
			text := wireText(f.Kind, item)
			return text == "" || f.List.Delimiter != "" && strings.Contains(text, f.List.Delimiter)
		})
	case contract.FileName, contract.NeedsFile, contract.WrongType, contract.Unknown:
		return true
	case contract.Required:
		return f.In == contract.InPath
	case contract.Format:
		return slices.ContainsFunc(f.Value, func(rule contract.Rule) bool { return rule.Check != "" && rule.Message == v.Message })
	}
	return false
}

func onDisk(op contract.Operation, input Values) []File {
	var files []File
	for _, f := range op.Fields {
		if f.Kind != contract.KindFile || !present(input[f.Name]) {
			continue
		}
		for _, item := range items(input[f.Name]) {
			file, _ := item.(map[string]any)
			path, _ := file["Path"].(string)
			info, err := os.Stat(path)
			if err != nil || !info.Mode().IsRegular() {
				continue
			}
			content, _ := os.ReadFile(path)
			files = append(files, File{Name: path, Base64: content})
		}
	}
	return files
}

var basePattern = regexp.MustCompile(`^(https?)://(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+)(:[0-9]{1,5})?(/(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})*)?$`)
var loopback = regexp.MustCompile(`^127(\.(0|[1-9][0-9]{0,2})){3}$`)

func goodBase(base string) bool {
	match := basePattern.FindStringSubmatch(base)
	if match == nil {
		return false
	}
	port, _ := strconv.Atoi(strings.TrimPrefix(match[3], ":"))
	_, err := url.Parse(base)
	return err == nil && port <= 65535 && (match[1] == "https" || match[2] == "localhost" || match[2] == "[::1]" || loopback.MatchString(match[2]))
}

func goodAccount(account string) bool {
	return account != "" && account != "." && account != ".." && !strings.ContainsFunc(account, func(r rune) bool { return r == ':' || r < 0x20 || r == 0x7f })
}

func (r *reference) pages(op contract.Operation, asked Request, c *Case) fields {
	all := []any{}
	for number := 0; ; number++ {
		report := r.call(op, asked, c.atPage(op, number))
		if report["outcome"] != op.Done {
			report["items"] = all
			return report
		}
		response := report["response"].(map[string]any)
		list, _ := response[op.Pages.Items].([]any)
		all = append(all, list...)
		page, _ := strconv.Atoi(wireText(contract.KindInteger, c.atPage(op, number).Input[op.Pages.Page]))
		total, err := strconv.Atoi(fmt.Sprint(response[op.Pages.TotalPages]))
		known := op.Pages.TotalPages != "" && err == nil && total >= 0
		if known && page >= total || !known && len(list) == 0 {
			return fields{"outcome": op.Done, "items": all}
		}
	}
}

func (r *reference) call(op contract.Operation, asked Request, c *Case) fields {
	doubted := false
	for attempt := 0; ; attempt++ {
		report, doubt := r.attempt(op, asked, c), false
		outcome, _ := report["outcome"].(string)
		if outcome == "not_sent" && doubted {
			report["outcome"] = "in_doubt"
		}
		if outcome == "refused" && report["status"] == 404 && op.Method == http.MethodDelete && doubted {
			return fields{"outcome": op.Done}
		}
		wait := 50 * time.Millisecond
		again := outcome == "not_sent"
		if ms, has := report["waitMs"].(float64); has && outcome == "refused" && ms <= 30_000 {
			again, wait = true, time.Duration(ms)*time.Millisecond
		}
		if outcome == "in_doubt" {
			doubt, again = true, op.Retry != contract.RetryNever
		}
		doubted = doubted || doubt
		if !again || attempt >= asked.Options.Retries {
			return report
		}
		time.Sleep(wait)
	}
}

func (r *reference) attempt(op contract.Operation, asked Request, c *Case) fields {
	base, _ := url.Parse(asked.BaseURL)
	c.BasePath = ""
	e := expect(r.api, op, c)
	contentType, body := encode(e, c)
	ctx, cancel := context.WithTimeout(context.Background(), time.Duration(asked.Options.TimeoutMs)*time.Millisecond)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, e.method, base.Scheme+"://"+base.Host, bytes.NewReader(body))
	if err != nil {
		return fields{"outcome": "misconfigured"}
	}
	request.URL.RawPath = strings.TrimSuffix(base.EscapedPath(), "/") + e.path
	request.URL.Path, _ = url.PathUnescape(request.URL.RawPath)
	request.URL.RawQuery = joinPairs(e.query, escape)
	for _, header := range e.headers {
		request.Header.Set(header[0], header[1])
	}
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	if e.encoding == noBody && !hasBody(e.method) {
		request.Body, request.ContentLength = nil, 0
	}
	request.Header.Set("User-Agent", "reference-go/1.0.0")
	request.SetBasicAuth(asked.Account, asked.Token)
	transport := r.transport[asked.BaseURL]
	if transport == nil {
		transport = &http.Transport{MaxResponseHeaderBytes: 64 << 10, DisableCompression: true}
		r.transport[asked.BaseURL] = transport
	}
	outcome := "not_sent"
	trace := &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { outcome = "in_doubt" }}
	response, err := transport.RoundTrip(request.WithContext(httptrace.WithClientTrace(ctx, trace)))
	if err != nil {
		return fields{"outcome": outcome}
	}
	defer response.Body.Close()
	if response.StatusCode == http.StatusSwitchingProtocols {
		return fields{"outcome": "in_doubt"}
	}
	limit := int64(1 << 20)
	if op.Response.Bytes {
		limit = 1 << 30
	}
	content, err := io.ReadAll(io.LimitReader(response.Body, limit+1))
	return r.classify(op, asked, response, content, err != nil || int64(len(content)) > limit)
}

func encode(e expected, c *Case) (string, []byte) {
	switch e.encoding {
	case form:
		return string(form), []byte(joinPairs(e.pairs, escapeForm))
	case multipart:
		var body bytes.Buffer
		writer := mimemultipart.NewWriter(&body)
		for _, part := range e.parts {
			header := textproto.MIMEHeader{"Content-Disposition": {`form-data; name="` + quoteName(part.Name) + `"`}}
			content := []byte(part.Value)
			if part.Filename != "" {
				header["Content-Disposition"][0] += `; filename="` + quoteName(part.Filename) + `"`
				header.Set("Content-Type", part.ContentType)
				for _, f := range c.Files {
					if digest(f.content()) == part.SHA256 {
						content = f.content()
					}
				}
			}
			w, _ := writer.CreatePart(header)
			w.Write(content)
		}
		writer.Close()
		return writer.FormDataContentType(), body.Bytes()
	}
	return "", nil
}

func quoteName(name string) string {
	return strings.NewReplacer(`"`, "%22", "\r", "%0D", "\n", "%0A").Replace(name)
}

func (r *reference) classify(op contract.Operation, asked Request, response *http.Response, body []byte, unreadable bool) fields {
	status := response.StatusCode
	report := fields{"outcome": "in_doubt", "status": status, "info": info(response)}
	r.addError(report, asked, body, unreadable)
	if status >= 400 && status < 500 && status != 402 && status != 408 {
		report["outcome"] = "refused"
		if status == 429 {
			report["waitMs"] = wait(response.Header) * 1000
		}
	}
	if status < 200 || status > 299 {
		return report
	}
	if op.Response.Bytes && !unreadable {
		return fields{"outcome": op.Done, "info": info(response),
			"bytes": Bytes{SHA256: digest(body), Length: int64(len(body)), ContentType: response.Header.Get("Content-Type")}}
	}
	if op.Response.Object == "" && !unreadable {
		return fields{"outcome": op.Done, "info": info(response)}
	}
	object, ok := r.read(op.Response.Object, body, unreadable)
	if !ok {
		return report
	}
	outcome := op.Response.Outcome
	value := ""
	if outcome != nil {
		value, _ = object[outcome.Member].(string)
	}
	for _, name := range requiresOf(outcome, value) {
		if !present(object[name]) {
			return report
		}
		for _, m := range r.membersOf(op.Response.Object) {
			if m.LastSegmentOf == name && object[m.Name] == nil {
				return report
			}
		}
	}
	switch {
	case outcome == nil, slices.Contains(outcome.Done, value):
		return fields{"outcome": op.Done, "response": object, "info": info(response)}
	case slices.Contains(outcome.Queued, value):
		return fields{"outcome": "queued", "response": object}
	case slices.Contains(outcome.Refused, value):
		report["outcome"] = "refused"
	}
	return report
}

func requiresOf(o *contract.Outcome, value string) []string {
	if o == nil {
		return nil
	}
	return o.Requires[value]
}

func (r *reference) membersOf(object string) []contract.Member {
	return members(r.api, object)
}

// addError reads what a server says is wrong.
func (r *reference) addError(report fields, asked Request, body []byte, unreadable bool) {
	report["message"], report["errors"] = "", []FieldError{}
	format := r.api.ErrorFormat
	if format == nil {
		return
	}
	object, ok := strictObject(body, unreadable)
	if !ok {
		return
	}
	message, ok := text(object[format.Message])
	list, isList := object[format.Errors].([]any)
	if !ok || object[format.Errors] != nil && !isList || !r.statusIsText(object) {
		return
	}
	all := []FieldError{}
	for _, item := range list {
		object, isObject := item.(map[string]any)
		field, ok := text(object[format.Field])
		says, ok2 := text(object[format.Message])
		if !isObject || !ok || !ok2 {
			return
		}
		all = append(all, FieldError{redact(asked, field), redact(asked, says)})
	}
	report["message"], report["errors"] = redact(asked, message), all
}

// statusIsText is a stand-in for the type of the members of an error that are not reported.
func (r *reference) statusIsText(object map[string]any) bool {
	_, ok := text(object["Status"])
	return ok
}

func redact(asked Request, says string) string {
	says = strings.ReplaceAll(says, credentials(asked.Account, asked.Token), "[redacted]")
	if utf8.RuneCountInString(asked.Token) >= 8 {
		says = strings.ReplaceAll(says, asked.Token, "[redacted]")
	}
	return says
}

func text(value any) (string, bool) {
	if value == nil {
		return "", true
	}
	s, ok := value.(string)
	return s, ok
}

func strictObject(body []byte, unreadable bool) (map[string]any, bool) {
	if unreadable || !utf8.Valid(body) {
		return nil, false
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var object map[string]any
	if decoder.Decode(&object) != nil || object == nil {
		return nil, false
	}
	_, err := decoder.Token()
	return object, err == io.EOF
}

func (r *reference) read(name string, body []byte, unreadable bool) (map[string]any, bool) {
	object, ok := strictObject(body, unreadable)
	if !ok {
		return nil, false
	}
	return r.object(name, object)
}

var lastOfPath = regexp.MustCompile(`\A[\s\S]*/([A-Za-z0-9_-]+)\z`)

func (r *reference) object(name string, raw map[string]any) (map[string]any, bool) {
	out := map[string]any{}
	for _, m := range r.membersOf(name) {
		if m.LastSegmentOf != "" {
			if source, _ := raw[m.LastSegmentOf].(string); lastOfPath.MatchString(source) {
				out[m.Name] = lastOfPath.FindStringSubmatch(source)[1]
			}
			continue
		}
		if raw[m.Name] == nil {
			if m.Required {
				return nil, false
			}
			continue
		}
		value, ok := r.typed(m.Type, raw[m.Name])
		if !ok {
			return nil, false
		}
		out[m.Name] = value
	}
	return out, true
}

var numberText = regexp.MustCompile(`\A-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?\z`)
var integerText = regexp.MustCompile(`\A-?[0-9]{1,19}\z`)

func (r *reference) typed(t contract.Type, raw any) (any, bool) {
	switch t.Kind {
	case contract.KindJSON:
		return raw, true
	case contract.KindString:
		s, ok := raw.(string)
		return s, ok
	case contract.KindBoolean:
		if raw == "true" || raw == "false" {
			return raw == "true", true
		}
		b, ok := raw.(bool)
		return b, ok
	case contract.KindInteger:
		if s, ok := raw.(string); ok && integerText.MatchString(s) {
			raw = json.Number(s)
		}
		n, ok := raw.(json.Number)
		whole, fits := wholeNumber(n)
		return json.Number(whole), ok && fits
	case contract.KindNumber:
		if s, ok := raw.(string); ok && numberText.MatchString(s) {
			raw = json.Number(s)
		}
		n, ok := raw.(json.Number)
		return n, ok
	case contract.KindObject:
		object, ok := raw.(map[string]any)
		if !ok {
			return nil, false
		}
		return r.object(t.Object, object)
	case contract.KindList:
		list, ok := raw.([]any)
		out := []any{}
		for _, item := range list {
			if item == nil {
				return nil, false
			}
			value, fits := r.typed(*t.Item, item)
			ok = ok && fits
			out = append(out, value)
		}
		return out, ok
	}
	return nil, false
}

var waitHeaders = []string{"Retry-After", "X-RateLimit-Reset", "X-RateLimit-Reset-Hour", "RateLimit-Reset"}
var digitsOnly = regexp.MustCompile(`^[0-9]{1,15}$`)

func seconds(value string, dates bool) (float64, bool) {
	value = strings.TrimSpace(value)
	if digitsOnly.MatchString(value) {
		n, _ := strconv.ParseFloat(value, 64)
		switch {
		case n >= 1e12:
			return time.Until(time.UnixMilli(int64(n))).Seconds(), true
		case n >= 1e9:
			return time.Until(time.Unix(int64(n), 0)).Seconds(), true
		}
		return n, true
	}
	at, err := time.Parse(http.TimeFormat, value)
	if dates && err == nil && at.Format(http.TimeFormat) == value {
		return time.Until(at).Seconds(), true
	}
	return 0, false
}

func wait(header http.Header) float64 {
	for i, name := range waitHeaders {
		if n, ok := seconds(header.Get(name), i == 0); ok {
			return min(max(n, 1), 3660)
		}
	}
	return 60
}

func info(response *http.Response) map[string]any {
	out := map[string]any{"status": response.StatusCode}
	for name, headers := range map[string][]string{
		"limit":        {"X-RateLimit-Limit", "X-RateLimit-Limit-Hour", "RateLimit-Limit"},
		"remaining":    {"X-RateLimit-Remaining", "X-RateLimit-Remaining-Hour", "RateLimit-Remaining"},
		"resetSeconds": waitHeaders[1:],
	} {
		for _, header := range headers {
			value := strings.TrimSpace(response.Header.Get(header))
			if n, ok := seconds(value, false); ok && out[name] == nil {
				out[name] = n
				if name != "resetSeconds" {
					whole, _ := wholeNumber(json.Number(value))
					out[name] = json.Number(whole)
				}
			}
		}
	}
	return out
}
