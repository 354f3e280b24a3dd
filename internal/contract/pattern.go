package contract

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"
)

var quantifier = regexp.MustCompile(`^\{[0-9]+(,[0-9]*)?\}`)

// checkPortable accepts a pattern if it means the same in Go, JavaScript (flag u), Python, Java and
// Rust: anchored at both ends; ASCII literals and classes; the quantifiers ? * + {m} {m,} {m,n}; groups
// and, inside of them, alternatives.
func checkPortable(pattern string) error {
	inner, front := strings.CutPrefix(pattern, "^")
	inner, back := strings.CutSuffix(inner, "$")
	if !front || !back {
		return errors.New("must begin with ^ and end with $")
	}
	depth, inClass, classStart, quantifiable := 0, false, 0, false
	for i := 0; i < len(inner); i++ {
		c := inner[i]
		next := byte(0)
		if i+1 < len(inner) {
			next = inner[i+1]
		}
		switch {
		case c < 0x20 || c > 0x7e:
			return errors.New("must be written in printable ASCII; write a control character as \\xHH")
		case c == '\\':
			width, err := escape(inner[i:], inClass)
			if err != nil {
				return err
			}
			i += width - 1
			quantifiable = true
		case inClass:
			switch {
			case c == ']' && i == classStart:
				return errors.New("has an empty class")
			case c == ']':
				inClass, quantifiable = false, true
			case c == '[':
				return errors.New(`must write \[ for a [ inside of a class`)
			case c == next && strings.ContainsRune("&-~|", rune(c)):
				return fmt.Errorf("has %c%c inside a class, an operator in some languages", c, c)
			}
		case c == '[':
			inClass, classStart = true, i+1
			if next == '^' {
				i++
				classStart++
			}
		case c == '(':
			depth++
			quantifiable = false
			if next == '?' {
				if !strings.HasPrefix(inner[i:], "(?:") {
					return errors.New("has a group of a kind that not every language knows; use (?: or (")
				}
				i += 2
			}
		case c == ')':
			depth--
			quantifiable = true
		case c == '|':
			if depth == 0 {
				return errors.New("has alternatives outside a group, so that ^ and $ hold for one of them only")
			}
			quantifiable = false
		case c == '?' || c == '*' || c == '+' || c == '{':
			if !quantifiable {
				return fmt.Errorf("has a %c that follows nothing that can be repeated", c)
			}
			if c == '{' {
				counted := quantifier.FindString(inner[i:])
				if counted == "" {
					return errors.New("has a { that is not a quantifier {m}, {m,} or {m,n}")
				}
				i += len(counted) - 1
			}
			quantifiable = false
		case strings.ContainsRune(`.^$]}`, rune(c)):
			return fmt.Errorf(`has a bare %c; write \%c`, c, c)
		default:
			quantifiable = true
		}
	}
	_, err := syntax.Parse(pattern, syntax.Perl)
	return err
}

// escape measures the escape at the beginning of s.
func escape(s string, inClass bool) (int, error) {
	var hex byte
	if n, _ := fmt.Sscanf(s, `\x%02x`, &hex); n == 1 && len(s) >= 4 {
		if hex > 0x7f {
			return 0, fmt.Errorf(`has %s, which is not ASCII`, s[:4])
		}
		return 4, nil
	}
	if len(s) > 1 && (strings.IndexByte(`\^$.*+?()[]{}|/`, s[1]) >= 0 || inClass && s[1] == '-') {
		return 2, nil
	}
	return 0, fmt.Errorf(`has the escape %q, which is not the same in every language; use a class, or \xHH`, s[:min(2, len(s))])
}
