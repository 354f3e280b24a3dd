package conformance

import (
	"encoding/json"
	"math/rand/v2"
	"strings"

	"example.com/contacts/gen"
)

// pieces are what random texts are made of: what encoders, counters of characters, patterns and parsers
// are known to get wrong.
var pieces = []string{
	"a", "Z", "7", "US", "us", "wile", "example.com", "@", "@", ",", " ", "+", "%", "%41", "&", "=", ";", "~", "*", "-", "_", ".", "/", "\\", "\"", "'",
	"\n", "\r\n", "\t", "\v", "\f", "\x00", "\x1f", "\x7f", "é", "e\u0301", "ß", "\u00a0", "\u0085", "\u2028", "\ufeff", "\ufffd", "山田", "😀", "👩\u200d👧", "\U0010ffff",
	strings.Repeat("x", 120), strings.Repeat("😀", 120), strings.Repeat("é", 130),
}

func randomText(r *rand.Rand) string {
	var b strings.Builder
	for range r.IntN(5) {
		b.WriteString(pieces[r.IntN(len(pieces))])
	}
	return b.String()
}

func randomContact(r *rand.Rand) contact {
	c := contact{}
	for field, value := range base("ContactForm") {
		if r.IntN(8) > 0 {
			c[field] = value
		}
	}
	for _, field := range gen.ContactFormFields {
		if r.IntN(4) > 0 {
			continue
		}
		switch {
		case field == "Accounts" || field == "Labels":
			list := []any{}
			for range r.IntN(4) {
				list = append(list, randomText(r))
			}
			c[field] = list
		case strings.HasSuffix(field, "Country") && r.IntN(2) == 0:
			c[field] = string([]byte{byte('A' + r.IntN(26)), byte('A' + r.IntN(26))})
		default:
			c[field] = randomText(r)
		}
	}
	return c
}

// randomAnswer is an answer of a server in any state of health.
func randomAnswer(r *rand.Rand) respond {
	statuses := []int{200, 200, 200, 201, 202, 206, 302, 400, 401, 402, 404, 408, 429, 500, 502, 503, 200 + r.IntN(400)}
	status := statuses[r.IntN(len(statuses))]
	for status == 204 || status == 205 || status == 304 { // these have no body
		status = 200
	}
	body := map[string]any{}
	for name, values := range map[string][]any{
		"Status":    {"OK", "OK", "OK", "ERROR", "QUEUED", "ok", "", nil, 1, true, []any{"OK"}},
		"Uri":       {"/Contacts/2750", "/Contacts/2750", "/a/M1", "/a/", "2750", "", nil, 2750, "/a/é", "/a/b c", "//-"},
		"QueuedUri": {"/queue/1", "", nil, 7},
		"Message":   {"no", "é😀", "", nil, 1, []any{}},
		"Errors":    {[]any{}, nil, []any{map[string]any{"Field": "Title", "Message": "too long"}}, []any{map[string]any{"Message": "m"}}, "x", []any{1}, map[string]any{}, []any{map[string]any{"Field": 1}}},
		"Other":     {1.5, nil, map[string]any{"Status": "OK"}},
	} {
		if r.IntN(3) > 0 {
			body[name] = values[min(r.IntN(len(values)), r.IntN(len(values)))]
		}
	}
	text, err := json.Marshal(body)
	if err != nil {
		panic(err)
	}
	switch r.IntN(12) {
	case 0: // one byte changed
		text[r.IntN(len(text))] = byte(' ' + r.IntN(95))
	case 1: // cut short, with a length that says so
		text = text[:r.IntN(len(text))]
	case 2:
		text = append(text, pieces[r.IntN(len(pieces))]...)
	}
	return respond{Status: status, BodyBase64: text}
}
