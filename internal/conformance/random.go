package conformance

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"

	"example.com/contacts/internal/contract"
)

// A Randomizer makes random cases of a contract; the same seed makes the same cases.
type Randomizer struct {
	api    contract.API
	random *rand.Rand
}

// NewRandomizer starts a sequence of random cases.
func NewRandomizer(api contract.API, seed uint64) *Randomizer {
	return &Randomizer{api: api, random: rand.New(rand.NewPCG(seed, 0))}
}

// Input is a case with a random input, to which the server responds well.
func (z *Randomizer) Input() Case {
	op := z.api.Operations[z.random.IntN(len(z.api.Operations))]
	c := z.base(op)
	c.Group, c.Name = "random", "input"
	for _, f := range op.Fields {
		if z.random.IntN(4) == 0 {
			*c = *with(c, f, z.value(f))
		}
	}
	c.Files = []File{{Name: photoName, Base64: z.content()}}
	c.Respond, c.Then = nil, nil
	return *c
}

// Response is a case to which the server responds in any state of health.
func (z *Randomizer) Response() Case {
	op := z.api.Operations[z.random.IntN(len(z.api.Operations))]
	c := z.base(op)
	c.Group, c.Name = "random", "response"
	respond := z.respond(op)
	c.Respond = &respond
	return *c
}

func (z *Randomizer) base(op contract.Operation) *Case {
	for range 10 {
		var avoid []string
		for _, f := range op.Fields {
			if f.In != contract.InPath && z.random.IntN(8) == 0 && len(f.Presence) == 0 {
				avoid = append(avoid, f.Name)
			}
		}
		files := takesFiles(op) && z.random.IntN(3) == 0
		if c, err := (rules{z.api, op}).compose(choice{avoid: avoid, files: files, all: z.random.IntN(3) > 0}); err == nil {
			return c
		}
	}
	return &Case{Call: op.ID, Path: Values{}, Input: Values{}}
}

// pieces are what random texts are made of: what encoders, counters of characters, patterns and parsers
// are known to get wrong.
var pieces = []string{
	"a", "Z", "7", "US", "us", "wile", "example.com", "@", "@", ",", "|", " ", "+", "%", "%41", "&", "=", ";", "~", "*", "-", "_", ".", "..", "/", "\\", "\"", "'",
	"\n", "\r\n", "\t", "\v", "\f", "\x00", "\x1f", "\x7f", "é", "e\u0301", "ß", "\u00a0", "\u0085", "\u2028", "\ufeff", "\ufffd", "山田", "😀", "👩\u200d👧", "\U0010ffff",
	"2026-02-28", "2026-02-29", "T12:30:00Z", "https://", strings.Repeat("x", 120), strings.Repeat("😀", 120), strings.Repeat("é", 130),
}

func (z *Randomizer) text() string {
	var b strings.Builder
	for range z.random.IntN(5) {
		b.WriteString(pick(z.random, pieces))
	}
	return b.String()
}

func pick[T any](r *rand.Rand, of []T) T { return of[r.IntN(len(of))] }

var (
	integers = []string{"0", "1", "-1", "5", "100", "101", "20000", "20001", "2147483647", "2147483648", "9007199254740991", "5.0", "1e2"}
	numbers  = []string{"0", "-0", "0.1", "-0.5", "19.5", "5.0", "1e-7", "1e21", "123456789.125", "9999.99", "10000", "100", "0.30000000000000004", "9007199254740993", "1e300", "5e-324"}
)

func (z *Randomizer) value(f contract.Field) any {
	switch n := z.random.IntN(12); {
	case n == 0 && f.In != contract.InPath:
		return nil
	case n == 1:
		return pick(z.random, wrongTypes(f))
	case n == 2:
		if value, err := (rules{z.api, contract.Operation{Fields: []contract.Field{f}}}).sample(f); err == nil {
			return value
		}
	}
	if f.List == nil {
		return z.item(f)
	}
	list := []any{}
	for range z.random.IntN(5) {
		list = append(list, z.item(f))
	}
	return list
}

func (z *Randomizer) item(f contract.Field) any {
	switch f.Kind {
	case contract.KindInteger:
		return json.Number(pick(z.random, integers))
	case contract.KindNumber:
		return json.Number(pick(z.random, numbers))
	case contract.KindBoolean:
		return z.random.IntN(2) == 0
	case contract.KindFile:
		file := map[string]any{"Path": pick(z.random, []string{photoName, photoName, photoName, absentName})}
		names := []string{"photo.png", "a", "0_-.x", ".png", "_method", f.Name, strings.ToUpper(f.Name), "a b", "é.png", "a/b", "a\"b", "a\r\nb", strings.Repeat("a", 100), strings.Repeat("a", 101)}
		if z.random.IntN(2) == 0 {
			file["Name"] = pick(z.random, names)
		}
		return file
	}
	if f.Enum != "" && z.random.IntN(2) == 0 {
		return pick(z.random, enumValues(z.api, f.Enum))
	}
	return z.text()
}

// content begins like an image, or almost.
func (z *Randomizer) content() []byte {
	content := []byte(pick(z.random, []string{"\x89PNG\r\n\x1a\n", "\xff\xd8\xff", "GIF87a", "GIF89a", "RIFF....WEBPVP", "RIFF....WEBP", "BM", "<svg>", "", "\x00"}))
	if z.random.IntN(4) == 0 && len(content) > 0 {
		content[z.random.IntN(len(content))]++
	}
	for range z.random.IntN(40) {
		content = append(content, byte(z.random.IntN(256)))
	}
	return content
}

func (z *Randomizer) respond(op contract.Operation) Respond {
	statuses := []int{200, 200, 200, 200, 201, 202, 206, 302, 400, 401, 402, 404, 408, 429, 500, 502, 503, 200 + z.random.IntN(400)}
	respond := Respond{Status: pick(z.random, statuses), Headers: z.waits()}
	for respond.Status == 204 || respond.Status == 205 || respond.Status == 304 { // these have no body
		respond.Status = 200
	}
	body := map[string]any{}
	if op.Response.Object != "" && (respond.Status < 300 || z.random.IntN(4) == 0) {
		body = z.members(op.Response.Object, 0)
	}
	if outcome := op.Response.Outcome; outcome != nil && z.random.IntN(4) > 0 {
		body[outcome.Member] = pick(z.random, slices.Concat(outcome.Done, outcome.Done, outcome.Queued, outcome.Refused, []string{"", strings.ToLower(outcome.Done[0])}))
	}
	if format := z.api.ErrorFormat; format != nil && z.random.IntN(2) == 0 {
		body[format.Message] = pick(z.random, []any{"no", "é😀", "", nil, 1, []any{}})
		if format.Errors != "" {
			body[format.Errors] = pick(z.random, []any{
				[]any{}, nil, []any{map[string]any{format.Field: "Title", format.Message: "too long"}}, []any{map[string]any{format.Message: "m"}},
				"x", []any{1}, []any{nil}, map[string]any{}, []any{map[string]any{format.Field: 1}},
			})
		}
	}
	text, err := json.Marshal(body)
	if err != nil {
		panic(err)
	}
	respond.BodyBase64 = z.spoilt(text)
	if z.random.IntN(5) == 0 {
		at := z.random.IntN(len(respond.wire(strings.NewReplacer())))
		respond.Cut, respond.Close = &at, "fin"
	}
	return respond
}

// members are those of an object, most of them, and with the types that they should have, most of them.
func (z *Randomizer) members(object string, depth int) map[string]any {
	out := map[string]any{}
	for _, m := range members(z.api, object) {
		switch {
		case m.LastSegmentOf != "", !m.Required && z.random.IntN(2) == 0, z.random.IntN(20) == 0:
		case z.random.IntN(10) == 0:
			out[m.Name] = pick(z.random, []any{nil, "", 1, 1.5, true, "true", "5", []any{}, []any{nil}, map[string]any{}, map[string]any{"Id": 1}})
		default:
			out[m.Name] = z.typed(m.Type, depth)
		}
	}
	if z.random.IntN(4) == 0 {
		out[strings.ToUpper(pick(z.random, []string{"other", "status", object}))] = 1
	}
	return out
}

func (z *Randomizer) typed(t contract.Type, depth int) any {
	switch t.Kind {
	case contract.KindInteger:
		return pick(z.random, []any{5, "5", -1, json.Number("5.0"), json.Number("9223372036854775807"), "9223372036854775808"})
	case contract.KindNumber:
		return pick(z.random, []any{5, 19.5, "19.5", json.Number("1e3"), json.Number("0.1")})
	case contract.KindBoolean:
		return pick(z.random, []any{true, false, "true", "false"})
	case contract.KindObject:
		if depth > 3 {
			return map[string]any{}
		}
		return z.members(t.Object, depth+1)
	case contract.KindList:
		list := []any{}
		for range z.random.IntN(3) {
			list = append(list, z.typed(*t.Item, depth+1))
		}
		return list
	case contract.KindJSON:
		return pick(z.random, []any{1, "x", true, []any{1, nil}, map[string]any{"a": map[string]any{"b": 1.5}}})
	}
	return pick(z.random, []any{"text", "é😀", "/path/2750", "/path/2750", "/path/M1", "/path/", "2750", "/a/é", "/a/b c", "//-"})
}

// waits are headers that may name a wait.
func (z *Randomizer) waits() map[string]string {
	values := []string{
		"", "0", "1", "90", "3661", "0007", "+5", "-5", "1.5", "1e2", "0x10", "5 6", "5,6", "\t7\t", "999999999999999", "1000000000000000", "{now+90}", "{nowms+90}", "{now-90}",
		"{date+90}", "{date-90}", "Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 2094 08:49:37 GMT", "Mon, 06 Nov 2094 08:49:37 GMT", "Saturday, 06-Nov-94 08:49:37 GMT", "never",
	}
	headers := map[string]string{}
	for _, name := range []string{"Retry-After", "X-RateLimit-Reset", "x-ratelimit-reset-hour", "RateLimit-Reset", "X-RateLimit-Remaining"} {
		if z.random.IntN(3) == 0 {
			headers[name] = pick(z.random, values)
		}
	}
	return headers
}

// spoilt is now and then a little less, or more, than a text, or the same written in another way.
func (z *Randomizer) spoilt(text []byte) []byte {
	switch z.random.IntN(12) {
	case 0:
		text[z.random.IntN(len(text))] = byte(' ' + z.random.IntN(95))
	case 1:
		text = text[:z.random.IntN(len(text))]
	case 2:
		text = append(text, pick(z.random, pieces)...)
	case 3:
		text = []byte(strings.NewReplacer(`"Status"`, `"\u0053tatus"`, `"Id"`, `"\u0049d"`, "é", `\u00e9`, "/", `\/`).Replace(string(text)))
	}
	return text
}
