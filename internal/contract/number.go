package contract

import (
	"math"
	"math/big"
	"regexp"
	"slices"
	"strconv"

	"go.yaml.in/yaml/v3"
)

// limits reads the bounds of a number. An integer of 32 bits is bounded by them, too.
func (r *reader) limits(what, subject string, kind Kind, s *schema, add func(Rule)) {
	for _, side := range []struct {
		keyword, exclusive, rule string
		message                  func(string, string, bool) string
		int32                    string
	}{
		{"minimum", "exclusiveMinimum", TooSmall, tooSmallMessage, strconv.Itoa(math.MinInt32)},
		{"maximum", "exclusiveMaximum", TooLarge, tooLargeMessage, strconv.Itoa(math.MaxInt32)},
	} {
		limit, open := s.keywords[side.keyword], false
		if exclusive := s.keywords[side.exclusive]; exclusive != nil {
			switch {
			case r.old && exclusive.Tag == "!!bool":
				open = isTrue(exclusive)
				if limit == nil {
					r.refuse(exclusive, "%s: %s needs a %s beside it in OpenAPI 3.0", what, side.exclusive, side.keyword)
				}
			case r.old || exclusive.Tag == "!!bool":
				r.refuse(exclusive, "%s: %s is a number in OpenAPI 3.1 and a boolean in 3.0", what, side.exclusive)
			case limit != nil:
				r.refuse(exclusive, "%s: give %s or %s, not both", what, side.keyword, side.exclusive)
			default:
				limit, open = exclusive, true
			}
		}
		switch {
		case limit != nil:
			value, ok := plainNumber(kind, limit)
			if !ok {
				r.refuse(limit, "%s: %s must be %s, not %s", what, side.keyword, plainNumbers(kind), limit.Value)
				continue
			}
			add(Rule{Kind: side.rule, Limit: value, Open: open, Message: side.message(subject, value, open)})
		case kind == KindInteger && text(s.keywords["format"]) == "int32":
			add(Rule{Kind: side.rule, Limit: side.int32, Message: side.message(subject, side.int32, false)})
		}
	}
}

// decimal is a number that YAML 1.1, YAML 1.2 and JSON read alike.
var decimal = regexp.MustCompile(`^-?(0|[1-9][0-9]{0,40})(\.[0-9]{1,40})?([eE][+-]?[0-9]{1,3})?$`)

// plainNumber is a number as it is on the wire, if each language holds it exactly: in 64 bits, or as the
// double whose shortest form it is.
func plainNumber(kind Kind, node *yaml.Node) (string, bool) {
	if node.Kind != yaml.ScalarNode || node.Tag != "!!int" && node.Tag != "!!float" || !decimal.MatchString(node.Value) {
		return "", false
	}
	if kind == KindInteger {
		n, err := strconv.ParseInt(node.Value, 10, 64)
		return strconv.FormatInt(n, 10), err == nil
	}
	f, err := strconv.ParseFloat(node.Value, 64)
	shortest := strconv.FormatFloat(f, 'f', -1, 64)
	exact, _ := new(big.Rat).SetString(node.Value)
	back, _ := new(big.Rat).SetString(shortest)
	if err != nil || exact.Cmp(back) != 0 {
		return "", false
	}
	if f == 0 {
		shortest = "0"
	}
	return shortest, true
}

func plainNumbers(kind Kind) string {
	if kind == KindInteger {
		return "a whole number of 64 bits, in decimal digits without a fraction"
	}
	return "a decimal number that a double holds"
}

// whole reads a keyword that is a count.
func (r *reader) whole(what string, s *schema, keyword string) (int, bool) {
	node := s.keywords[keyword]
	if node == nil {
		return 0, false
	}
	n, err := strconv.Atoi(node.Value)
	if err != nil || n < 0 || n > math.MaxInt32 || node.Tag != "!!int" || strconv.Itoa(n) != node.Value {
		r.refuse(node, "%s: %s must be a whole number from 0 to %d, not %q", what, keyword, math.MaxInt32, node.Value)
		return 0, false
	}
	return n, true
}

// contradictions refuses rules that no value can keep.
func (r *reader) contradictions(what string, s *schema, rules []Rule) {
	find := func(kind string) *Rule {
		i := slices.IndexFunc(rules, func(rule Rule) bool { return rule.Kind == kind && !rule.Joined })
		if i < 0 {
			return nil
		}
		return &rules[i]
	}
	for _, pair := range [][2]string{{TooShort, TooLong}, {TooFew, TooMany}} {
		low, high := find(pair[0]), find(pair[1])
		if high != nil && (high.Length == 0 || low != nil && low.Length > high.Length) {
			r.refuse(s.at, "%s: no value can keep all of its rules: %s", what, high.Message)
		}
	}
	if low, high := find(TooSmall), find(TooLarge); low != nil && high != nil {
		x, _ := new(big.Rat).SetString(low.Limit)
		y, _ := new(big.Rat).SetString(high.Limit)
		if order := x.Cmp(y); order > 0 || order == 0 && (low.Open || high.Open) {
			r.refuse(s.at, "%s: no value can keep all of its rules: %s", what, high.Message)
		}
	}
}
