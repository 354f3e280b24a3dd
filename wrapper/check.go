package wrapper

import (
	"math"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"
)

// A checker collects what is wrong with an input. If it is not strict, only what cannot be sent counts.
type checker struct {
	strict     bool
	violations []Violation
	looks      map[*File]look
	unreadable error // why a file cannot be read
}

func (c *checker) broken(rule *Rule) {
	c.violations = append(c.violations, Violation{Field: rule.Field, Rule: rule.Kind, Message: rule.Message})
}

// brokenFirst puts a violation before all others.
func (c *checker) brokenFirst(rule *Rule) {
	c.broken(rule)
	last := len(c.violations) - 1
	c.violations = slices.Insert(c.violations[:last], 0, c.violations[last])
}

func (c *checker) wrongType(field *Field) {
	c.violations = append(c.violations, Violation{Field: field.Name, Rule: RuleType, Message: field.WrongType})
}

// wellFormed is utf8.ValidString, but for the time that it takes for short ASCII.
func wellFormed(s string) bool {
	var all byte
	rest := s
	for ; len(rest) >= 4; rest = rest[4:] {
		all |= rest[0] | rest[1] | rest[2] | rest[3]
	}
	for i := range len(rest) {
		all |= rest[i]
	}
	return all < utf8.RuneSelf || utf8.ValidString(s)
}

func tooShort(s string, n int) bool { return utf8.RuneCountInString(s) < n }

func tooLong(s string, n int) bool { return len(s) > n && utf8.RuneCountInString(s) > n }

// tooLongJoined tells whether the items have too many code points with the delimiters between them.
func tooLongJoined[T ~string](items []T, n int) bool {
	length := len(items) - 1
	for _, item := range items {
		length += utf8.RuneCountInString(string(item))
	}
	return length > n
}

// isHeader tells whether text can be the value of a header.
func isHeader(s string) bool {
	return strings.Trim(s, " ") == s && !strings.ContainsFunc(s, func(r rune) bool { return r < 0x20 || r > 0x7e })
}

func isFinite(n float64) bool { return !math.IsNaN(n) && !math.IsInf(n, 0) }

func hasEmpty[T ~string](items []T) bool { return slices.Contains(items, "") }

// hasDelimiter tells whether an item would be read as more than one, or as none.
func hasDelimiter[T ~string](items []T, delimiter string) bool {
	return slices.ContainsFunc(items, func(item T) bool { return item == "" || strings.Contains(string(item), delimiter) })
}

// hasBlanks tells whether an item begins or ends with white space.
func hasBlanks[T ~string](items []T) bool {
	for _, item := range items {
		if item != "" && (isBlank(item[0]) || isBlank(item[len(item)-1])) {
			return true
		}
	}
	return false
}

func isBlank(b byte) bool { return b == ' ' || '\t' <= b && b <= '\r' }

func hasDuplicate[T comparable](items []T) bool {
	for i, item := range items {
		if slices.Contains(items[:i], item) {
			return true
		}
	}
	return false
}

// wireTexts are the items of a list as they are on the wire.
func wireTexts[T any](items []T) []string {
	texts := make([]string, len(items))
	for i := range items {
		texts[i] = wireText(reflect.ValueOf(items[i]))
	}
	return texts
}

// has tells whether a value of the wire is one of an enum's.
func (e *Enum) has(text string) bool { return slices.Contains(e.Values, text) }

func share[T comparable](a, b []T) bool {
	return slices.ContainsFunc(a, func(item T) bool { return slices.Contains(b, item) })
}

const punctuation = "._-"

// badName tells whether the caller's name of a file cannot be sent. It must be none of the names that are
// taken, in any case.
func (f *File) badName(taken ...string) bool {
	if f == nil || f.name == "" {
		return false
	}
	return len(f.name) > 100 || strings.Trim(f.name, lettersAndDigits+punctuation) != "" || strings.IndexByte(punctuation, f.name[0]) >= 0 ||
		slices.ContainsFunc(taken, func(name string) bool { return strings.EqualFold(name, f.name) })
}

// unusable tells whether a file is not there, cannot be read, or is empty. What it sees is kept for the request.
func (c *checker) unusable(f *File) bool {
	seen, has := c.looks[f]
	if !has {
		if c.looks == nil {
			c.looks = map[*File]look{}
		}
		seen = f.look()
		c.looks[f] = seen
	}
	if c.unreadable == nil {
		c.unreadable = seen.err
	}
	return seen.err != nil
}

// A pattern is a regular expression as a table that reads well-formed UTF-8. A state is where its row begins
// in next; from there, a byte b leads to next[state+class[b]]. The first state is start, and next[state] is 1
// if the text may end there.
type pattern struct {
	class [256]uint8
	start uint16
	next  []uint16
}

func (p *pattern) match(s string) bool {
	state := p.start
	for i := range len(s) {
		// Most characters lead to where they come from. With this branch none has to wait for the one before.
		if next := p.next[state+uint16(p.class[s[i]])]; next != state {
			state = next
		}
	}
	return p.next[state] == 1
}
