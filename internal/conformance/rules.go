package conformance

import (
	"encoding/json"
	"maps"
	"math/big"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"example.com/contacts/internal/contract"
)

// rules are the rules of an operation as the runner reads them, so that a derived case breaks what it
// says, and nothing else.
type rules struct {
	api contract.API
	op  contract.Operation
}

// violations of an input, in order.
func (r rules) violations(c *Case) []Violation {
	var out []Violation
	wrong := map[string]bool{}
	add := func(field string, kind, message string) {
		wrong[field] = true
		out = append(out, Violation{field, kind, message})
	}
	for _, f := range r.op.Fields {
		value := c.value(f)
		if present(value) && !hasType(f, value) {
			add(f.Name, contract.WrongType, contract.WrongTypeMessage(f))
			continue
		}
		if rule := r.broken(c, f, value); rule != nil {
			add(rule.Field, rule.Kind, rule.Message)
			continue
		}
		for _, rule := range r.op.Disjoint {
			if rule.Field == f.Name && !wrong[f.Name] && slices.ContainsFunc(rule.With, func(other string) bool { return shareItem(value, c.Input[other]) }) {
				add(rule.Field, rule.Kind, rule.Message)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.Input)) {
		if !slices.ContainsFunc(r.op.Fields, func(f contract.Field) bool { return f.Name == name && f.In != contract.InPath }) {
			out = append(out, Violation{name, contract.Unknown, contract.UnknownMessage(name, r.op.ID)})
		}
	}
	return r.notEmpty(c, wrong, out)
}

// notEmpty puts the rule that a body has a field before all others, if nothing else about the body is
// wrong.
func (r rules) notEmpty(c *Case, wrong map[string]bool, out []Violation) []Violation {
	if r.op.NotEmpty == nil {
		return out
	}
	for _, f := range r.op.Fields {
		if f.In == contract.InBody && (present(c.Input[f.Name]) || wrong[f.Name]) {
			return out
		}
	}
	return append([]Violation{{r.op.NotEmpty.Field, r.op.NotEmpty.Kind, r.op.NotEmpty.Message}}, out...)
}

// broken is the first rule of a field that is broken, or nil.
func (r rules) broken(c *Case, f contract.Field, value any) *contract.Rule {
	has := func(name string) bool { return present(c.named(r.op, name)) }
	for i, rule := range f.Presence {
		isBroken := false
		switch rule.Kind {
		case contract.Required:
			isBroken = !present(value)
		case contract.RequiredWith:
			isBroken = !present(value) && slices.ContainsFunc(rule.With, has)
		case contract.RequiredIf:
			isBroken = !present(value) && r.holds(c, rule.When)
		case contract.Exclusive:
			isBroken = present(value) && !slices.ContainsFunc(rule.With, func(name string) bool { return !has(name) })
		default:
			panic("unknown presence rule " + rule.Kind)
		}
		if isBroken {
			return &f.Presence[i]
		}
	}
	if !present(value) {
		return nil
	}
	for i, rule := range f.Value {
		if r.breaksValue(c, f, rule, value) {
			return &f.Value[i]
		}
	}
	for _, item := range items(value) {
		for i, rule := range f.Item {
			if r.breaksText(f, rule, wireText(f.Kind, item)) {
				return &f.Item[i]
			}
		}
	}
	return nil
}

func (r rules) holds(c *Case, when *contract.Condition) bool {
	for _, f := range r.op.Fields {
		if f.Name == when.Field {
			value := c.value(f)
			return present(value) && wireText(f.Kind, value) == when.Value
		}
	}
	return false
}

func (r rules) breaksValue(c *Case, f contract.Field, rule contract.Rule, value any) bool {
	list := items(value)
	switch rule.Kind {
	case contract.TooFew:
		return len(list) < rule.Length
	case contract.TooMany:
		return len(list) > rule.Length
	case contract.Duplicate:
		seen := map[string]bool{}
		for _, item := range list {
			text := wireText(f.Kind, item)
			if seen[text] {
				return true
			}
			seen[text] = true
		}
		return false
	case contract.ListItem:
		return slices.ContainsFunc(list, func(item any) bool { return !canBeItem(f, wireText(f.Kind, item)) })
	case contract.FileName:
		return slices.ContainsFunc(list, func(item any) bool { return !r.canBeName(f, item) })
	case contract.NeedsFile:
		return slices.ContainsFunc(list, func(item any) bool {
			file, found := find(c.Files, item)
			return !found || file.FIFO || len(file.content()) == 0
		})
	case contract.TooLong:
		if rule.Joined {
			return utf8.RuneCountInString(texts(f, value)[0][1]) > rule.Length
		}
	}
	return slices.ContainsFunc(list, func(item any) bool { return r.breaksText(f, rule, wireText(f.Kind, item)) })
}

func (r rules) breaksText(f contract.Field, rule contract.Rule, text string) bool {
	switch rule.Kind {
	case contract.TooShort:
		return utf8.RuneCountInString(text) < rule.Length
	case contract.TooLong:
		return utf8.RuneCountInString(text) > rule.Length
	case contract.TooSmall, contract.TooLarge:
		value, limit := rational(text), rational(rule.Limit)
		order := value.Cmp(limit)
		return order == 0 && rule.Open || rule.Kind == contract.TooSmall && order < 0 || rule.Kind == contract.TooLarge && order > 0
	case contract.OneOf:
		return !slices.Contains(enumValues(r.api, rule.Enum), text)
	case contract.Format:
		switch rule.Check {
		case "":
			return !regexp.MustCompile(`\A(?:` + strings.TrimSuffix(strings.TrimPrefix(rule.Pattern, "^"), "$") + `)\z`).MatchString(text)
		case "unicode":
			return !utf8.ValidString(text)
		case "segment":
			return text == "" || text == "." || text == ".."
		case "header":
			return strings.TrimSpace(text) != text || strings.ContainsFunc(text, func(r rune) bool { return r < 0x20 || r > 0x7e })
		}
		panic("unknown check " + rule.Check)
	}
	panic("unknown rule " + rule.Kind)
}

func canBeItem(f contract.Field, text string) bool {
	if text == "" || f.List.Delimiter == "" {
		return text != ""
	}
	const blanks = "\t\n\v\f\r "
	return strings.Trim(text, blanks) == text && !strings.Contains(text, f.List.Delimiter)
}

var fileName = regexp.MustCompile(`\A[A-Za-z0-9][A-Za-z0-9._-]{0,99}\z`)

func (r rules) canBeName(f contract.Field, item any) bool {
	name := givenName(item)
	if name == "" {
		return true
	}
	isField := slices.ContainsFunc(r.op.Fields, func(other contract.Field) bool {
		return other.In == contract.InBody && strings.EqualFold(other.Name, name)
	})
	return fileName.MatchString(name) && !(f.File.NamedPart && isField)
}

func shareItem(a, b any) bool {
	return present(a) && present(b) && slices.ContainsFunc(items(a), func(item any) bool { return slices.Contains(items(b), item) })
}

func rational(text string) *big.Rat {
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		panic("no number: " + text)
	}
	return r
}

func enumValues(api contract.API, name string) []string {
	for _, enum := range api.Enums {
		if enum.Name == name {
			return enum.Values
		}
	}
	panic("unknown enum " + name)
}

// value is what a case gives to a field.
func (c *Case) value(f contract.Field) any {
	if f.In != contract.InPath {
		return c.Input[f.Name]
	}
	if text, ok := c.Path[f.Name].(string); ok && isDigits(f, text) {
		return json.Number(text)
	}
	return c.Path[f.Name]
}

func (c *Case) named(op contract.Operation, name string) any {
	for _, f := range op.Fields {
		if f.Name == name {
			return c.value(f)
		}
	}
	return nil
}
