package conformance

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"example.com/contacts/internal/contractgen"
)

// An oracle says whether a JSON Schema validator accepts the values of a request body. It shares no code
// with contractgen.
type oracle func(body string, values map[string]string) error

// base is a contact that breaks no rule and has every parameter that can be there beside the others.
func base(body string) contact {
	c := contact{
		"FirstName": "Wile", "LastName": "Coyote", "EmailAddress": "wile.coyote@example.com", "Accounts": []any{"10000"},
		"Title": "Acme Partner Manager", "WorkPhoneNumber": "8051234567", "WorkPhoneNumberCountry": "US",
		"CellphoneNumber": "8059876543", "CellphoneNumberCountry": "US", "Labels": []any{"Main Contact"},
	}
	if body == "ContactUpload" {
		c["ProfileImageFile"] = map[string]any{"Path": "photo.png", "Name": "photo.png"}
	}
	return c
}

// values are a contact as the contract's schemas see it.
func values(c contact) map[string]string {
	out := map[string]string{}
	for field, value := range c {
		switch value := value.(type) {
		case string:
			out[field] = value
		case []any:
			var items []string
			for _, item := range value {
				items = append(items, item.(string))
			}
			out[field] = strings.Join(items, ",")
		case map[string]any:
			out[field], _ = value["Name"].(string)
		}
	}
	return out
}

// derive makes cases for each rule of the contract: one that breaks it, and a sibling that does not. A
// rule that breaks nothing, or a sibling that is not valid, by the oracle's word, is an error.
func derive(contract contractgen.Contract, valid oracle) ([]testCase, error) {
	var cases []testCase
	for _, body := range contract.Bodies {
		group := "contract-" + body.Name
		for _, field := range body.Fields {
			rules := field.Presence
			// A field that excludes the file can only be sent in the other body; its values are tested there.
			if !slices.ContainsFunc(rules, func(r contractgen.Rule) bool { return r.Kind == contractgen.Exclusive }) {
				rules = append(slices.Clone(rules), field.Value...)
			}
			for i, rule := range rules {
				good, bad, err := examples(body.Name, field.Name, rule)
				if err != nil {
					return nil, err
				}
				if bad == nil {
					continue
				}
				name := fmt.Sprintf("%s-%s-%d", field.Name, rule.Kind, i)
				if err := valid(body.Name, values(good)); err != nil {
					return nil, fmt.Errorf("%s/%s: the sibling is not valid: %w", group, name, err)
				}
				if valid(body.Name, values(bad)) == nil {
					return nil, fmt.Errorf("%s/%s: by the contract's schema nothing is wrong with %v", group, name, bad)
				}
				broken := testCase{Group: group, Name: name, Contact: bad, Sibling: name + "-mended",
					Rejected: []violation{{Field: rule.Field, Rule: rule.Kind, Message: rule.Message}}}
				mended := testCase{Group: group, Name: name + "-mended", Contact: good, Sent: &sent{}}
				if body.Name == "ContactUpload" {
					broken.Image, mended.Image = photo(), photo()
				}
				cases = append(cases, broken, mended)
			}
		}
	}
	return cases, nil
}

// examples are two contacts that differ in one field: the second breaks a rule and the first does not.
// The second is nil if no JSON text can break the rule.
func examples(body, field string, rule contractgen.Rule) (good, bad contact, err error) {
	good, bad = base(body), base(body)
	text := values(good)[field]
	set := func(c contact, value string) {
		switch c[field].(type) {
		case []any:
			c[field] = []any{value}
		case map[string]any:
			c[field] = map[string]any{"Path": "photo.png", "Name": value}
		default:
			c[field] = value
		}
	}
	ofLength := func(n int) string {
		if have := utf8.RuneCountInString(text); have > n {
			return string([]rune(text)[have-n:])
		}
		filler := "😀"
		if field == "ProfileImageFile" {
			filler = "x"
		}
		return strings.Repeat(filler, n-utf8.RuneCountInString(text)) + text
	}
	switch rule.Kind {
	case contractgen.Required, contractgen.RequiredWith:
		delete(bad, field)
	case contractgen.Exclusive:
		bad[field] = "https://example.com/wile.png"
	case contractgen.TooShort:
		set(good, ofLength(rule.Length))
		set(bad, ofLength(rule.Length-1))
	case contractgen.TooLong:
		set(bad, ofLength(rule.Length+1))
		if field == "ProfileImageFile" { // the wrapper's own rule for its name is stricter
			return good, bad, nil
		}
		set(good, ofLength(rule.Length))
	case contractgen.OneOf:
		set(bad, strings.ToLower(rule.Enum.Values[0]))
	case contractgen.Format:
		if rule.Pattern == "" {
			return good, nil, nil
		}
		pattern := regexp.MustCompile(rule.Pattern)
		for _, candidate := range []string{text + "\n", text + " ", strings.ToUpper(text), "x", "1", text + text} {
			if !pattern.MatchString(candidate) {
				set(bad, candidate)
				return good, bad, nil
			}
		}
		return nil, nil, fmt.Errorf("%s.%s: no example breaks the pattern %s; add one to derive.go", body, field, rule.Pattern)
	default:
		return nil, nil, fmt.Errorf("%s.%s: derive.go knows no examples for the rule %s", body, field, rule.Kind)
	}
	if maps.EqualFunc(good, bad, func(a, b any) bool { return fmt.Sprint(a) == fmt.Sprint(b) }) {
		return nil, nil, fmt.Errorf("%s.%s: the examples for %s do not differ", body, field, rule.Kind)
	}
	return good, bad, nil
}
