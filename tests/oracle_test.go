package tests

import (
	"flag"
	"iter"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/contacts/gen"
)

var (
	oracleSeed     = flag.Uint64("oracle.seed", rand.Uint64(), "where the random contacts begin")
	oracleContacts = flag.Int("oracle.contacts", 100_000, "how many of them there are")
)

type body interface {
	SetField(name, value string) bool
	Fields() iter.Seq2[string, string]
	Violations() []gen.Violation
}

// The rules that we generate, and a validator that reads the contract itself, agree on every contact.
func TestRulesAgreeWithTheContract(t *testing.T) {
	t.Logf("again with -args -oracle.seed=%d", *oracleSeed)
	document := contractDocument(t)
	schemaAt := schemas(t, document, false)
	random := contactMaker{rand.New(rand.NewPCG(*oracleSeed, 0)), countryCodes(document)}
	form, upload := schemaAt("/components/schemas/ContactForm"), schemaAt("/components/schemas/ContactUpload")

	verdicts, rules := map[bool]int{}, map[gen.Rule]int{}
	for range *oracleContacts {
		var contact body = new(gen.ContactForm)
		names, schema := gen.ContactFormFields[:], form
		if random.IntN(2) == 0 {
			contact, names, schema = new(gen.ContactUpload), gen.ContactUploadFields[:], upload
		}
		random.fill(contact, names)
		violations := contact.Violations()
		verdicts[len(violations) == 0]++
		for _, violation := range violations {
			rules[violation.Rule]++
		}
		require.Equal(t, valid(schema, contact), len(violations) == 0, "%#v: %v", contact, violations)
	}
	t.Log(verdicts, rules)
	for _, verdict := range []bool{true, false} {
		assert.Greater(t, verdicts[verdict], *oracleContacts/4, "both verdicts must be common")
	}
	for _, rule := range []gen.Rule{gen.RuleRequired, gen.RuleRequiredWith, gen.RuleExclusive, gen.RuleTooLong, gen.RuleFormat, gen.RuleOneOf} {
		assert.Greater(t, rules[rule], *oracleContacts/100, "%s must be common", rule)
	}
}

// valid is what the contract's schema says of a contact, without the parameters that are empty (FACTS D1).
func valid(schema *jsonschema.Schema, contact body) bool {
	object := map[string]any{}
	for name, value := range contact.Fields() {
		object[name] = value
	}
	return schema.Validate(object) == nil
}

// Each country's code, and each other pair of letters, is judged alike.
func TestCountriesAgreeWithTheContract(t *testing.T) {
	schema := schemas(t, contractDocument(t), false)("/components/schemas/ContactForm")
	assigned := 0
	for _, a := range "ABCDEFGHIJKLMNOPQRSTUVWXYZaé1 " {
		for _, b := range "ABCDEFGHIJKLMNOPQRSTUVWXYZaé1 " {
			contact := &gen.ContactForm{FirstName: "W", LastName: "C", EmailAddress: "w@c", Accounts: "1", WorkPhoneNumberCountry: gen.CountryCode([]rune{a, b})}
			good := len(contact.Violations()) == 0
			require.Equal(t, valid(schema, contact), good, "%c%c", a, b)
			if good {
				assigned++
			}
		}
	}
	assert.Equal(t, 249, assigned)
}

// A contactMaker makes contacts that are at the edge of the rules, on either side.
type contactMaker struct {
	*rand.Rand
	countries []string
}

func pick[T any](m contactMaker, from ...T) T { return from[m.IntN(len(from))] }

// fill gives a contact a valid value for most of its parameters, and a few that may not be.
func (m contactMaker) fill(contact body, names []string) {
	doubtful := pick(m, 0, 0, 1, 1, 2, 4)
	value := ""
	for _, name := range names {
		needed := name == "FirstName" || name == "LastName" || name == "EmailAddress" || name == "Accounts" ||
			strings.HasSuffix(name, "Country") && value != "" && m.IntN(10) > 0 // the number was before it
		value = ""
		if needed || m.IntN(5) < 2 {
			value = m.value(name, m.IntN(len(names)) < doubtful)
		}
		contact.SetField(name, value)
	}
}

func (m contactMaker) value(name string, doubtful bool) string {
	switch {
	case doubtful && m.IntN(4) == 0:
		return ""
	case name == "EmailAddress" && !doubtful:
		return m.text(pick(m, 1, 2, 100), "@,") + "@" + m.text(pick(m, 1, 2, 154), "@,")
	case name == "EmailAddress":
		return m.email()
	case strings.HasSuffix(name, "Country") && !doubtful:
		return pick(m, m.countries...)
	case strings.HasSuffix(name, "Country"):
		return pick(m, "us", "Us", "USA", "U", "UK", "XX", "XK", "ZZ", "AA", "NO", "ON", " US", "US ", "US\n", "US\x00", "ÅX", "ＵＳ", "U\u200bS", m.text(2, ""))
	case doubtful:
		return m.text(pick(m, 254, 255, 256, 257, 300, 1000), "")
	}
	return m.text(pick(m, 1, 2, 10, 50, 254, 255), "")
}

// letters take one to four bytes of UTF-8, one or two units of UTF-16.
var letters = []rune("aZ09.-_+!~#%&=;:'\"\\/<>é߿\u0800水\ufffd\uffff\U00010000🌵\U0010ffff\u0301\u200d")

// text is as many characters as asked for, without white space and without those that are unwanted.
func (m contactMaker) text(length int, unwanted string) string {
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

// email is one with something put in, or a few things in a row.
func (m contactMaker) email() string {
	switch m.IntN(3) {
	case 0:
		address := m.text(pick(m, 1, 3), "@,") + "@" + m.text(pick(m, 1, 3), "@,")
		at := m.IntN(len([]rune(address)) + 1)
		return string([]rune(address)[:at]) + pick(m, edges...) + string([]rune(address)[at:])
	case 1:
		var b strings.Builder
		for range m.IntN(5) {
			b.WriteString(pick(m, edges...))
		}
		return b.String()
	}
	return "w@" + m.text(pick(m, 252, 253, 254, 255), "@,")
}
