package conformance

import (
	"encoding/json"
	"maps"
	"math/rand/v2"
	"slices"
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
	all := base("ContactForm")
	for _, field := range gen.ContactFormFields {
		if value, has := all[field]; has && r.IntN(8) > 0 {
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

// choose gives about half of the names one of their values, the first more often than the last.
func choose(r *rand.Rand, body map[string]any, values map[string][]any) {
	for _, name := range slices.Sorted(maps.Keys(values)) { // in an order that is the same with the same seed
		if of := values[name]; r.IntN(2) == 0 {
			body[name] = of[min(r.IntN(len(of)), r.IntN(len(of)))]
		}
	}
}

// randomAnswer is an answer of a server in any state of health.
func randomAnswer(r *rand.Rand) respond {
	statuses := []int{200, 200, 200, 201, 202, 206, 302, 400, 401, 402, 404, 408, 429, 500, 502, 503, 200 + r.IntN(400)}
	status := statuses[r.IntN(len(statuses))]
	for status == 204 || status == 205 || status == 304 { // these have no body
		status = 200
	}
	body := map[string]any{}
	choose(r, body, map[string][]any{
		"Status":    {"OK", "OK", "OK", "ERROR", "QUEUED", "ok", "", nil, 1, true, []any{"OK"}},
		"Uri":       {"/Contacts/2750", "/Contacts/2750", "/a/M1", "/a/", "2750", "", nil, 2750, "/a/é", "/a/b c", "//-"},
		"QueuedUri": {"/queue/1", "", nil, 7},
		"Message":   {"no", "é😀", "", nil, 1, []any{}},
		"Errors":    {[]any{}, nil, []any{map[string]any{"Field": "Title", "Message": "too long"}}, []any{map[string]any{"Message": "m"}}, []any{map[string]any{"field": "Title", "Message": "m"}}, "x", []any{1}, []any{nil}, map[string]any{}, []any{map[string]any{"Field": 1}}},
		"Other":     {1.5, nil, map[string]any{"Status": "OK"}},
		"status":    {"OK", 1},
		"MESSAGE":   {"m", 1},
	})
	text, err := json.Marshal(body)
	if err != nil {
		panic(err)
	}
	return cut(r, respond{Status: status, Headers: randomWait(r), BodyBase64: spoilt(r, text)})
}

// cut closes the connection now and then before the answer is at its end.
func cut(r *rand.Rand, answer respond) respond {
	if r.IntN(5) == 0 {
		whole := len(answer.wire(strings.NewReplacer()))
		at := r.IntN(whole)
		answer.Cut, answer.Close = &at, "fin"
	}
	return answer
}

// spoilt is now and then a little less, or more, than a text, or the same in other words.
func spoilt(r *rand.Rand, text []byte) []byte {
	switch r.IntN(12) {
	case 0: // one byte changed
		text[r.IntN(len(text))] = byte(' ' + r.IntN(95))
	case 1: // cut short, with a length that says so
		text = text[:r.IntN(len(text))]
	case 2:
		text = append(text, pieces[r.IntN(len(pieces))]...)
	case 3: // the same, written in another way
		escapes := strings.NewReplacer(`"Status"`, `"\u0053tatus"`, `"Id"`, `"\u0049d"`, "é", `\u00e9`, "/", `\/`)
		text = []byte(escapes.Replace(string(text)))
	}
	return text
}

// randomWait are headers that may name a wait.
func randomWait(r *rand.Rand) map[string]string {
	values := []string{
		"", "0", "1", "90", "3661", "0007", "+5", "-5", "1.5", "1e2", "0x10", "5 6", "5,6", "\t7\t", "999999999999999", "1000000000000000", "{now+90}", "{nowms+90}", "{now-90}",
		"{date+90}", "{date-90}", "Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 2094 08:49:37 GMT", "Mon, 06 Nov 2094 08:49:37 GMT", "Saturday, 06-Nov-94 08:49:37 GMT", "never",
	}
	headers := map[string]string{}
	for _, name := range []string{"Retry-After", "X-RateLimit-Reset", "x-ratelimit-reset-hour", "RateLimit-Reset", "X-RateLimit-Remaining"} {
		if r.IntN(3) == 0 {
			headers[name] = values[r.IntN(len(values))]
		}
	}
	return headers
}

// randomFound is an answer to the question for a contact.
func randomFound(r *rand.Rand) respond {
	body := map[string]any{"Id": "2750", "Uri": "/Contacts/2750"}
	choose(r, body, map[string][]any{
		"Id":                     {"2750", "M1", "", nil, 2750, true},
		"FirstName":              {"Wile", "é😀", "", nil, 1, []any{}},
		"EmailAddress":           {"a@b", nil, map[string]any{}},
		"ProfileImage":           {"/Contacts/2750/ProfileImage", nil, false},
		"WorkPhoneNumberCountry": {"US", "XX", "", nil, 1},
		"Editable":               {true, false, nil, "true", 1},
		"Labels":                 {[]any{"a", "b"}, []any{}, nil, "a", []any{1}, []any{nil}, map[string]any{}},
		"Accounts": {
			[]any{map[string]any{"Id": "10000", "Name": "Acme"}}, []any{map[string]any{"Id": "10000"}}, []any{}, nil, "10000", []any{"10000"},
			[]any{map[string]any{"Id": 10000}}, []any{map[string]any{"Id": "1", "Name": nil}}, []any{map[string]any{"id": "1"}}, []any{map[string]any{"Id": "1", "name": 1}}, []any{map[string]any{}}, []any{nil}, map[string]any{},
		},
		"Other":    {1.5, nil, map[string]any{"Id": 1}, []any{[]any{}}},
		"lastname": {"Coyote", 1},
	})
	text, err := json.Marshal(body)
	if err != nil {
		panic(err)
	}
	statuses := []int{200, 200, 200, 200, 200, 201, 302, 404, 429, 500}
	return cut(r, respond{Status: statuses[r.IntN(len(statuses))], Headers: randomWait(r), BodyBase64: spoilt(r, text)})
}

// randomImage begins like an image, or almost.
func randomImage(r *rand.Rand) *image {
	heads := []string{"\x89PNG\r\n\x1a\n", "\xff\xd8\xff", "GIF87a", "GIF89a", "RIFF....WEBPVP", "RIFF....WEBP", "BM", "<svg>", "", "\x00"}
	content := []byte(heads[r.IntN(len(heads))])
	if r.IntN(4) == 0 && len(content) > 0 {
		content[r.IntN(len(content))]++
	}
	for range r.IntN(40) {
		content = append(content, byte(r.IntN(256)))
	}
	return &image{File: "photo", Base64: content}
}

// randomFile is the parameter for it, with or without a name for its part.
func randomFile(r *rand.Rand) map[string]any {
	file := map[string]any{"Path": "photo"}
	names := []string{"photo.png", "a", "0_-.x", ".png", "_method", "Labels", "labels", "LABELS", "a b", "é.png", "a/b", "a\"b", "a\r\nb", strings.Repeat("a", 100), strings.Repeat("a", 101)}
	if r.IntN(2) == 0 {
		file["Name"] = names[r.IntN(len(names))]
	}
	return file
}
