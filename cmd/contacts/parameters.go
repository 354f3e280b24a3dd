package main

import (
	"slices"
	"strconv"
	"strings"

	"example.com/contacts/wrapper"
)

// sentence describes a parameter in the contract's words, with its rules.
func sentence(o *wrapper.Operation, field *wrapper.Field) string {
	doc := strings.TrimSuffix(strings.Join(strings.Fields(flagsFor(o, field.Doc)), " "), ".")
	rules := append(presence(o, field), values(field)...)
	if field.List != nil {
		rules = append(rules, "repeat the flag for more")
	}
	if field.Default != "" {
		rules = append(rules, field.Default+" by default")
	}
	if field.Deprecated {
		rules = append(rules, "deprecated")
	}
	return strings.Join(slices.DeleteFunc(append([]string{doc}, rules...), func(s string) bool { return s == "" }), "; ")
}

// flagsFor puts flags in the place of the parameters that a text names in backquotes.
func flagsFor(o *wrapper.Operation, text string) string {
	parts := strings.Split(text, "`")
	for i := 1; i < len(parts); i += 2 {
		if field := o.Field(parts[i]); field != nil {
			parts[i] = "--" + flagName(field)
		}
	}
	return strings.Join(parts, "")
}

// presence says when a parameter must, or must not, be there.
func presence(o *wrapper.Operation, field *wrapper.Field) (words []string) {
	flags := func(names []string, conjunction string) string {
		list := make([]string, len(names))
		for i, name := range names {
			list[i] = "--" + flagName(o.Field(name))
		}
		return strings.Join(list, conjunction)
	}
	for _, rule := range field.Presence {
		switch {
		case field.In == wrapper.InPath:
		case rule.Kind == wrapper.RuleRequired && len(rule.With) == 0:
			words = append(words, "required")
		case rule.Kind == wrapper.RuleRequired:
			words = append(words, "required unless there is "+flags(rule.With, " or "))
		case rule.Kind == wrapper.RuleRequiredWith:
			words = append(words, "required with "+flags(rule.With, " or "))
		case rule.Kind == wrapper.RuleRequiredIf:
			words = append(words, "required if "+flags([]string{rule.WhenField}, "")+" is "+rule.WhenValue)
		case rule.Kind == wrapper.RuleExclusive:
			words = append(words, "not together with "+flags(rule.With, " and "))
		}
	}
	for _, other := range o.Fields {
		for _, rule := range other.Presence {
			switch {
			case !slices.Contains(rule.With, field.Name):
			case rule.Kind == wrapper.RuleRequiredWith:
				words = append(words, "needs --"+flagName(&other))
			case rule.Kind == wrapper.RuleExclusive && len(rule.With) == 1:
				words = append(words, "not together with --"+flagName(&other))
			}
		}
	}
	for _, rule := range o.Disjoint {
		if rule.Field == field.Name || slices.Contains(rule.With, field.Name) {
			other := slices.DeleteFunc(append([]string{rule.Field}, rule.With...), func(name string) bool { return name == field.Name })
			words = append(words, "no item of "+flags(other, " or "))
		}
	}
	return words
}

// values says what a value must be.
func values(field *wrapper.Field) (words []string) {
	add := func(rules []wrapper.Rule, each string) {
		for _, rule := range rules {
			switch rule.Kind {
			case wrapper.RuleTooShort, wrapper.RuleTooLong, wrapper.RuleTooFew, wrapper.RuleTooMany, wrapper.RuleTooSmall, wrapper.RuleTooLarge,
				wrapper.RuleDuplicate, wrapper.RuleOneOf, wrapper.RuleFormat:
				if rule.Check == "" {
					words = append(words, each+predicate(rule.Message))
				}
			}
			if rule.Joined {
				words[len(words)-1] += " in all"
			}
		}
	}
	add(field.Value, "")
	each := ""
	if field.List != nil {
		each = "each "
	}
	add(field.Item, each)
	return words
}

// predicate is what must be, from the sentence of a rule.
func predicate(message string) string {
	_, words, found := strings.Cut(strings.TrimSuffix(message, "."), " must ")
	if !found {
		return message
	}
	for _, verb := range []string{"be ", "have "} {
		words = strings.TrimPrefix(words, verb)
	}
	return words
}

// A fieldValue is the value of a parameter's flag.
type fieldValue struct {
	field *wrapper.Field
	all   []string
	last  string
}

func (v *fieldValue) Set(text string) error {
	v.all, v.last = append(v.all, text), text
	return nil
}

func (v *fieldValue) String() string { return "" }

// Type is what the help shows for the value.
func (v *fieldValue) Type() string {
	switch {
	case v.field.Kind == wrapper.KindBoolean && v.field.List == nil:
		return "bool"
	case v.field.Kind == wrapper.KindInteger, v.field.Kind == wrapper.KindNumber:
		return "NUMBER"
	case v.field.Kind == wrapper.KindFile:
		return "FILE"
	case v.field.Enum != nil:
		return "VALUE"
	}
	return "TEXT"
}

// value is the value for a draft. What is not of the parameter's type stays text, which the rules refuse.
func (v *fieldValue) value() any {
	if v.field.List == nil {
		return parse(v.field, v.last)
	}
	list := make([]any, 0, len(v.all))
	for _, text := range v.all {
		list = append(list, parse(v.field, text))
	}
	return list
}

// count says how many there are.
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return strconv.Itoa(n) + " " + thing + "s"
}
