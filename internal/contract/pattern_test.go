package contract

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestPortablePatterns(t *testing.T) {
	for _, pattern := range []string{
		`^$`, `^a$`, `^[a-z]+$`, `^[^@,\x09-\x0D\x20]+@[^@,\x09-\x0D\x20]+$`, `^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$`,
		`^(a|b)$`, `^(?:a|b)+c?$`, `^a{2}$`, `^a{2,}$`, `^a{2,3}$`, `^a*b?$`, `^\.\*\+\?\(\)\[\]\{\}\|\^\$\\\/$`,
		`^[\]\[\\\^\-]$`, `^[-a]$`, `^[a-]$`, `^[.*+?(){}|$]$`, `^(|a)$`, `^a b$`, `^\x7F$`, `^"'#<>=!%&,:;@_~-$`, `^[&-~]$`, `^((a)(b))*$`, `^\\$`,
	} {
		assert.NoError(t, checkPortable(pattern), pattern)
	}
	for pattern, says := range map[string]string{
		// ends
		``: "begin with ^", `a`: "begin with ^", `^a`: "end with $", `a$`: "begin with ^", `^a\$`: "escape", `^`: "end with $",
		`^a|b$`: "alternatives outside a group", `^a^b$`: "bare ^", `^a$b$`: "bare $", `^(^a)$`: "bare ^", `(^a$)`: "begin with ^",
		// what differs from one language to the next
		`^.$`: "bare .", `^\d$`: "escape", `^\w$`: "escape", `^\s$`: "escape", `^\S$`: "escape", `^a\b$`: "escape", `^\Aa\z$`: "escape",
		`^\n$`: "escape", `^\t$`: "escape", `^\u0041$`: "escape", `^\x{41}$`: "escape", `^\x4$`: "escape", `^\p{L}$`: "escape", `^\pL$`: "escape",
		`^\Q.\E$`: "escape", `^(a)\1$`: "escape", `^\a$`: "escape", `^\-$`: "escape", `^\ $`: "escape", `^\@$`: "escape", `^\e$`: "escape",
		`^(?i)a$`: "group", `^(?i:a)$`: "group", `^(?=a)a$`: "group", `^(?!b)a$`: "group", `^(?<=a)b$`: "group", `^(?<n>a)$`: "group", `^(?P<n>a)$`: "group",
		`^(?>a)$`: "group", `^(?#a)$`: "group",
		`^a*?$`: "follows nothing", `^a++$`: "follows nothing", `^a{2}?$`: "follows nothing", `^a{2}{3}$`: "follows nothing",
		`^*$`: "follows nothing", `^(*a)$`: "follows nothing", `^(a|*)$`: "follows nothing", `^(?:?)$`: "follows nothing", `^{2}$`: "follows nothing",
		`^a{$`: "not a quantifier", `^a{,2}$`: "not a quantifier", `^a{x}$`: "not a quantifier", `^a{}$`: "not a quantifier", `^a{1,2,3}$`: "not a quantifier",
		`^a{1,,2}$`: "not a quantifier", `^a}$`: "bare }", `^a]$`: "bare ]",
		`^[]$`: "empty class", `^[]a]$`: "empty class", `^[^]$`: "empty class", `^[[:alpha:]]$`: "class", `^[a[b]]$`: "class",
		`^[a&&b]$`: "operator", `^[a--b]$`: "operator", `^[a~~b]$`: "operator", `^[\d]$`: "escape", `^[\w-]$`: "escape", `^[\b]$`: "escape",
		// what no language knows, or is not ASCII
		`^(a$`: "", `^a)$`: "", `^[a$`: "", `^[b-a]$`: "", `^a{3,2}$`: "", `^a{1001}$`: "", `^a)|(b$`: "",
		`^é$`: "ASCII", `^[à-ü]$`: "ASCII", "^\t$": "ASCII", "^a\n$": "ASCII", `^\xE9$`: "ASCII", `^\x80$`: "ASCII", `^[\x00-\xFF]$`: "ASCII",
	} {
		assert.ErrorContains(t, checkPortable(pattern), says, "%s", pattern)
	}
}

// A pattern may be as long as it likes, but not its table.
func TestTablesHaveALimit(t *testing.T) {
	dfa, err := CompilePattern("^" + strings.Repeat("(a|b)", 1000) + "$")
	assert.NoError(t, err)
	assert.Len(t, dfa.Next, 1002*dfa.Start)
	for _, pattern := range []string{`^(a|b)*a(a|b){14}$`, `^(a|b)*a(a|b){30}$`, `^` + strings.Repeat("(a{1000}b{1000}c{1000}d{1000}e{1000})", 2) + `$`} {
		assert.NoError(t, checkPortable(pattern))
		_, err := CompilePattern(pattern)
		assert.ErrorContains(t, err, "65536 entries", pattern)
	}
}
