package tests

import (
	"flag"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/contacts/wrapper"
)

var (
	oracleSeed   = flag.Uint64("oracle.seed", rand.Uint64(), "where the random inputs begin")
	oracleInputs = flag.Int("oracle.inputs", 50_000, "how many of them there are for each operation with a body")
)

// The generated rules, and a validator that reads the contract itself, agree on every input.
func TestRulesAgreeWithTheContract(t *testing.T) {
	t.Logf("again with -args -oracle.seed=%d", *oracleSeed)
	document := contractDocument(t)
	schemaAt := schemas(t, document, false)
	for i := range wrapper.Operations {
		o := &wrapper.Operations[i]
		if o.Body == nil || !o.Body.Multipart { // in which all parameters can be
			continue
		}
		t.Run(o.ID, func(t *testing.T) {
			schema := schemaAt("/paths/" + pointerToken(o.Path) + "/" + strings.ToLower(o.Method) + "/requestBody/content/multipart~1form-data/schema")
			random := inputMaker{rand.New(rand.NewPCG(*oracleSeed, 0))}
			verdicts, rules := map[bool]int{}, map[wrapper.RuleKind]int{}
			for range *oracleInputs {
				draft := random.draft(o)
				violations := o.CheckDraft(nil, draft)
				verdicts[len(violations) == 0]++
				for _, violation := range violations {
					rules[violation.Rule]++
				}
				require.Equal(t, valid(o, schema, draft), len(violations) == 0, "%#v: %v", draft, violations)
			}
			t.Log(verdicts, rules)
			for _, verdict := range []bool{true, false} {
				assert.Greater(t, verdicts[verdict], *oracleInputs/5, "both verdicts must be common")
			}
			for _, rule := range []wrapper.RuleKind{wrapper.RuleRequiredWith, wrapper.RuleExclusive, wrapper.RuleTooLong, wrapper.RuleFormat, wrapper.RuleOneOf} {
				assert.Greater(t, rules[rule], *oracleInputs/200, "%s must be common", rule)
			}
		})
	}
}

// valid is what the contract's schema says of an input, and of what no schema can say: a joined list, and lists
// that exclude one another. The lists of the test have no items that cannot be sent.
func valid(o *wrapper.Operation, schema *jsonschema.Schema, draft wrapper.Draft) bool {
	object := map[string]any{}
	for name, value := range draft {
		switch value := value.(type) {
		case *wrapper.File:
			object[name] = "a file"
		case []string:
			items := make([]any, len(value))
			for i, item := range value {
				items[i] = item
			}
			if limit, _ := longest(o.Field(name)); len(items) == 0 {
				continue
			} else if utf8.RuneCountInString(strings.Join(value, o.Field(name).List.Delimiter)) > limit {
				return false
			}
			object[name] = items
		case string:
			if value != "" { // an empty parameter is an absent one: docs/api-facts.md
				object[name] = value
			}
		}
	}
	for _, pair := range o.Disjoint {
		one, _ := draft[pair.Field].([]string)
		other, _ := draft[pair.With[0]].([]string)
		if slices.ContainsFunc(one, func(item string) bool { return slices.Contains(other, item) }) {
			return false
		}
	}
	return schema.Validate(object) == nil
}

// longest is how many characters a parameter may have.
func longest(field *wrapper.Field) (limit int, limited bool) {
	for _, rule := range slices.Concat(field.Value, field.Item) {
		if rule.Kind == wrapper.RuleTooLong {
			return rule.Length, true
		}
	}
	return 1 << 20, false
}

// Each country's code, and each other pair of letters, has the same verdict.
func TestCountriesAgreeWithTheContract(t *testing.T) {
	create := wrapper.OperationByID("createContact")
	schema := schemas(t, contractDocument(t), false)("/components/schemas/NewContact")
	assigned := 0
	for _, a := range "ABCDEFGHIJKLMNOPQRSTUVWXYZaé1 " {
		for _, b := range "ABCDEFGHIJKLMNOPQRSTUVWXYZaé1 " {
			draft := wrapper.Draft{"FirstName": "W", "LastName": "C", "EmailAddress": "w@c", "Accounts": []string{"1"}, "WorkPhoneNumberCountry": string([]rune{a, b})}
			good := len(create.CheckDraft(nil, draft)) == 0
			require.Equal(t, valid(create, schema, draft), good, "%c%c", a, b)
			if good {
				assigned++
			}
		}
	}
	assert.Equal(t, 249, assigned)
}

// An inputMaker makes inputs that are at the edge of the rules, on either side.
type inputMaker struct{ *rand.Rand }

func pick[T any](m inputMaker, from ...T) T { return from[m.IntN(len(from))] }

// draft gives an operation a valid value for most of its parameters, and a few that may not be.
func (m inputMaker) draft(o *wrapper.Operation) wrapper.Draft {
	draft := wrapper.Draft{}
	doubtful := pick(m, 0, 0, 1, 1, 2, 4)
	for i := range o.Fields {
		field := &o.Fields[i]
		needed := field.Required || m.IntN(10) > 0 && slices.ContainsFunc(field.Presence, func(rule wrapper.Rule) bool {
			return rule.Kind == wrapper.RuleRequiredWith && slices.ContainsFunc(rule.With, func(name string) bool { return draft[name] != nil })
		})
		if field.In == wrapper.InBody && (needed || m.IntN(5) < 2) {
			draft[field.Name] = m.value(field, m.IntN(len(o.Fields)) < doubtful)
		}
	}
	return draft
}

func (m inputMaker) value(field *wrapper.Field, doubtful bool) any {
	limit, limited := longest(field)
	if !limited {
		limit = 100
	}
	switch {
	case field.File != nil:
		return wrapper.FileFromBytes([]byte("a file"))
	case field.Kind != wrapper.KindString: // not at the edge of anything
		value, _ := field.ParseText(field.Example)
		return value
	case field.List != nil:
		return m.list(limit, doubtful)
	case doubtful && m.IntN(4) == 0:
		return ""
	case field.Enum != nil && !doubtful:
		return pick(m, field.Enum.Values...)
	case field.Enum != nil:
		return pick(m, "us", "Us", "USA", "U", "UK", "XX", "XK", "ZZ", "AA", "NO", "ON", " US", "US ", "US\n", "US\x00", "ÅX", "ＵＳ", "U\u200bS", m.text(2, ""))
	case strings.Contains(field.Example, "@") && !doubtful:
		return m.text(pick(m, 1, 2, limit/2), "@,") + "@" + m.text(pick(m, 1, 2, limit-limit/2-1), "@,")
	case strings.Contains(field.Example, "@"):
		return m.email(limit)
	case doubtful:
		return m.text(pick(m, limit-1, limit, limit+1, limit+2, 4*limit), "")
	}
	return m.text(pick(m, 1, 2, min(10, limit), limit-1, limit), "")
}

// list has up to three items. Few letters make it likely that two lists share one.
func (m inputMaker) list(limit int, doubtful bool) []string {
	var items []string
	left := limit
	if doubtful {
		left += m.IntN(5) - 2
	}
	for range m.IntN(4) {
		length := 1
		if m.IntN(4) == 0 {
			length = max(1, left)
		}
		items = append(items, m.text(length, ","))
		left -= length + 1
	}
	for !doubtful && utf8.RuneCountInString(strings.Join(items, ",")) > limit {
		items = items[1:]
	}
	return items
}

// letters take one to four bytes of UTF-8, one or two units of UTF-16.
var letters = []rune("aZ09.-_+!~#%&=;:'\"\\/<>é߿\u0800水\ufffd\uffff\U00010000🌵\U0010ffff\u0301\u200d")

// text is as many characters as asked for, without white space and without those that are unwanted.
func (m inputMaker) text(length int, unwanted string) string {
	alphabet := letters
	if m.IntN(2) == 0 {
		one := pick(m, letters...) // all of one width
		alphabet = []rune{one}
	}
	var b strings.Builder
	for range length {
		c := pick(m, alphabet...)
		if strings.ContainsRune(unwanted, c) {
			c = 'x'
		}
		b.WriteRune(c)
	}
	return b.String()
}

// Some white space is the pattern's, some is Unicode's only, and some is next to it.
var edges = []string{
	"@", "@", "@@", ",", "\t", "\n", "\v", "\f", "\r", " ", "\r\n", "\x08", "\x0e", "\x00", "\x1f", "!", "\x7f", "\u0080", "\u0085", "\u00a0",
	"\u1680", "\u2000", "\u2028", "\u2029", "\u202f", "\u3000", "\ufeff", "\u200b", "?", "A", "+", "-", "é", "🌵", "\U0010ffff",
}

// email is one with something put in, or a few things in a row, or one at the limit of its length.
func (m inputMaker) email(limit int) string {
	switch m.IntN(3) {
	case 0:
		address := []rune(m.text(pick(m, 1, 3), "@,") + "@" + m.text(pick(m, 1, 3), "@,"))
		at := m.IntN(len(address) + 1)
		return string(address[:at]) + pick(m, edges...) + string(address[at:])
	case 1:
		var b strings.Builder
		for range m.IntN(5) {
			b.WriteString(pick(m, edges...))
		}
		return b.String()
	}
	return "w@" + m.text(pick(m, limit-3, limit-2, limit-1, limit), "@,")
}
