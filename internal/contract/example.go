package contract

import (
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// example gives a field a value that its rules accept: the first of the contract's examples that is one, or
// one that is made from the rules.
func (r *reader) example(field *Field, examples []*yaml.Node) {
	if field.Kind == KindFile {
		return
	}
	var candidates []string
	for _, example := range examples {
		items := []*yaml.Node{example}
		if example.Kind == yaml.SequenceNode {
			items = example.Content
		}
		for _, item := range items {
			if value, ok := wireText(field.Kind, item); ok {
				candidates = append(candidates, value)
			} else if value := text(item); field.Kind == KindString && value != "" {
				candidates = append(candidates, value) // a text that is not quoted
			}
		}
	}
	if field.Example != "" {
		candidates = append(candidates, field.Example)
	}
	candidates = append(candidates, r.made(field)...)
	field.Example = ""
	if i := slices.IndexFunc(candidates, func(value string) bool { return r.accepts(field, value) }); i >= 0 {
		field.Example = candidates[i]
	}
}

const longestExample = 1000

// made are values that the rules may accept.
func (r *reader) made(field *Field) []string {
	if field.Enum != "" {
		return r.enumOf(field.Enum).Values
	}
	if field.Kind == KindBoolean {
		return []string{"true"}
	}
	rules := slices.Concat(field.Value, field.Item)
	if field.Kind == KindString {
		example := strings.Join(words(field.Name), "-")
		for _, rule := range rules {
			if rule.Kind == TooShort && len(example) < rule.Length && rule.Length <= longestExample {
				example += strings.Repeat("x", rule.Length-len(example))
			}
		}
		for _, rule := range rules {
			if rule.Kind == TooLong && len(example) > rule.Length {
				example = example[:rule.Length]
			}
		}
		return []string{example, strings.ReplaceAll(example, "-", "x"), formats[field.Format].example}
	}
	one := big.NewRat(1, 1)
	numbers := []*big.Rat{one, new(big.Rat)}
	for _, rule := range rules {
		if limit, ok := new(big.Rat).SetString(rule.Limit); ok {
			numbers = append(numbers, limit, new(big.Rat).Add(limit, one), new(big.Rat).Sub(limit, one))
			for _, other := range slices.Clone(numbers) {
				numbers = append(numbers, new(big.Rat).Quo(new(big.Rat).Add(limit, other), big.NewRat(2, 1)))
			}
		}
	}
	var out []string
	for _, number := range numbers {
		if field.Kind == KindNumber {
			f, _ := number.Float64()
			out = append(out, strconv.FormatFloat(f, 'f', -1, 64))
		} else if number.IsInt() {
			out = append(out, number.Num().String())
		}
	}
	return out
}

// accepts tells whether a value, or an item of a list, keeps the rules about it.
func (r *reader) accepts(field *Field, value string) bool {
	rules := field.Value
	if field.List != nil {
		rules = field.Item
		if field.List.Delimiter != "" && (strings.Contains(value, field.List.Delimiter) || strings.TrimSpace(value) != value) {
			return false
		}
		for _, rule := range field.Value {
			if rule.Joined && utf8.RuneCountInString(value) > rule.Length {
				return false
			}
		}
	}
	return value != "" && !slices.ContainsFunc(rules, func(rule Rule) bool { return r.breaks(rule, value) })
}

func (r *reader) breaks(rule Rule, value string) bool {
	length := utf8.RuneCountInString(value)
	compare := func() int {
		x, _ := new(big.Rat).SetString(value)
		y, _ := new(big.Rat).SetString(rule.Limit)
		return x.Cmp(y)
	}
	switch {
	case rule.Kind == TooShort:
		return length < rule.Length
	case rule.Kind == TooLong:
		return length > rule.Length
	case rule.Kind == TooSmall:
		return compare() < 0 || rule.Open && compare() == 0
	case rule.Kind == TooLarge:
		return compare() > 0 || rule.Open && compare() == 0
	case rule.Kind == OneOf:
		return !slices.Contains(r.enumOf(rule.Enum).Values, value)
	case rule.Check == "segment":
		return value == "." || value == ".."
	case rule.Check == "header":
		return strings.TrimSpace(value) != value || strings.ContainsFunc(value, func(c rune) bool { return c < 0x20 || c > 0x7e })
	case rule.Check == "unicode":
		return !utf8.ValidString(value)
	case rule.Pattern != "":
		pattern, err := regexp.Compile(rule.Pattern)
		return err != nil || !pattern.MatchString(value)
	}
	return false
}
