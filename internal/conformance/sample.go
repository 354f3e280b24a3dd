package conformance

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"example.com/contacts/internal/contract"
)

const (
	photoName  = "photo.png"
	absentName = "absent.png"
)

// fits tells whether an item breaks no rule of a field.
func (r rules) fits(f contract.Field, item any) bool {
	if !hasKind(f.Kind, item) {
		return false
	}
	single := f
	if f.List != nil {
		for _, rule := range f.Value {
			if rule.Kind == contract.ListItem && !canBeItem(f, wireText(f.Kind, item)) {
				return false
			}
		}
		single.Value = f.Item
	}
	if f.Kind == contract.KindFile {
		return true
	}
	for _, rule := range single.Value {
		if r.breaksText(single, rule, wireText(f.Kind, item)) {
			return false
		}
	}
	return true
}

// sampleItem is a value for a field, or for an item of a list.
func (r rules) sampleItem(f contract.Field) (any, error) {
	for _, candidate := range r.candidates(f) {
		if r.fits(f, candidate) {
			return candidate, nil
		}
	}
	return nil, fmt.Errorf("%s: no valid value of %s can be derived from its rules: add an example to the contract", r.op.ID, f.Name)
}

func (r rules) candidates(f contract.Field) []any {
	var out []any
	texts := []string{f.Example}
	for _, rule := range append(append([]contract.Rule{}, f.Value...), f.Item...) {
		switch {
		case rule.Enum != "":
			texts = append(texts, enumValues(r.api, rule.Enum)...)
		case rule.Limit != "":
			texts = append(texts, shift(rule.Limit, "0"), shift(rule.Limit, "1"), shift(rule.Limit, "-1"), shift(rule.Limit, "0.5"), shift(rule.Limit, "-0.5"))
		case rule.Kind == contract.TooShort:
			texts = append(texts, strings.Repeat("a", rule.Length))
		}
	}
	texts = append(texts, "text", "a", "1", "2026-02-28", "2026-02-28T12:30:00Z", "123e4567-e89b-12d3-a456-426614174000", "https://example.com/a")
	switch f.Kind {
	case contract.KindString:
		for _, text := range texts {
			if text != "" {
				out = append(out, text)
			}
		}
	case contract.KindInteger, contract.KindNumber:
		for _, text := range texts {
			if sameNumber(text, text) {
				out = append(out, json.Number(text))
			}
		}
	case contract.KindBoolean:
		out = append(out, f.Example != "false", false)
	case contract.KindFile:
		out = append(out, map[string]any{"Path": photoName})
	}
	return out
}

// sample is a value for a field: for a list, of as few items as its rules allow.
func (r rules) sample(f contract.Field) (any, error) {
	if f.List == nil {
		return r.sampleItem(f)
	}
	n := 1
	for _, rule := range f.Value {
		if rule.Kind == contract.TooFew {
			n = max(n, rule.Length)
		}
	}
	list := r.distinct(f, n)
	if len(list) < n {
		if _, err := r.sampleItem(f); err != nil {
			return nil, err
		}
		return nil, fmt.Errorf("%s: %d different items of %s cannot be derived: add an example to the contract", r.op.ID, n, f.Name)
	}
	return list, nil
}

// distinct are up to n different items for a list.
func (r rules) distinct(f contract.Field, n int) []any {
	first, err := r.sampleItem(f)
	if err != nil {
		return nil
	}
	list := []any{first}
	seen := map[string]bool{wireText(f.Kind, first): true}
	add := func(item any) {
		text := wireText(f.Kind, item)
		if f.Kind == contract.KindFile || !seen[text] && r.fits(f, item) {
			seen[text] = true
			list = append(list, item)
		}
	}
	for _, candidate := range r.candidates(f) {
		if len(list) < n {
			add(candidate)
		}
	}
	for i := 0; len(list) < n && i < 20*n+1000; i++ {
		switch f.Kind {
		case contract.KindString:
			text, digits := []rune(first.(string)), []rune(strconv.Itoa(i))
			for _, candidate := range []string{
				string(text[:max(0, len(text)-len(digits))]) + string(digits), string(text) + string(digits), string(digits) + string(text),
				string(digits) + string(text[min(len(text), len(digits)):]),
			} {
				if len(list) < n {
					add(candidate)
				}
			}
		case contract.KindInteger, contract.KindNumber:
			add(json.Number(shift(string(first.(json.Number)), strconv.Itoa(i))))
		case contract.KindFile:
			add(map[string]any{"Path": photoName})
		default:
			return list
		}
	}
	return list
}

// shift is the sum of two decimal numbers.
func shift(number, by string) string {
	sum := rational(number)
	sum.Add(sum, rational(by))
	if sum.IsInt() {
		return sum.Num().String()
	}
	return strings.TrimRight(sum.FloatString(10), "0")
}
