package contract

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// match reads the table as the generated code of every language does.
func (d DFA) match(s string) bool {
	state := d.Start
	for i := range len(s) {
		state = int(d.Next[state+int(d.Class[s[i]])])
	}
	return d.Next[state] == 1
}

// alphabet is few characters, so that random text often matches random patterns.
var alphabet = []rune("ab@.-]^\\ \t\n\x00\x7f\u0080é🌵\U0010ffff\ufffd")

func literal(c rune, inClass bool) string {
	switch {
	case c < 0x20 || c > 0x7e:
		return fmt.Sprintf(`\x%02X`, c)
	case strings.ContainsRune(`\^$.*+?()[]{}|/`, c), inClass && c == '-':
		return `\` + string(c)
	}
	return string(c)
}

func portable() *rapid.Generator[string] {
	ascii := rapid.SampledFrom([]rune("ab@.-]^\\ \t\n\x00\x7f"))
	class := rapid.Custom(func(t *rapid.T) string {
		items := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) string {
			from, to := ascii.Draw(t, "from"), ascii.Draw(t, "to")
			if from > to || !rapid.Bool().Draw(t, "range") {
				return literal(from, true)
			}
			return literal(from, true) + "-" + literal(to, true)
		}), 1, 4).Draw(t, "items")
		return "[" + rapid.SampledFrom([]string{"", "^"}).Draw(t, "negated") + strings.Join(items, "") + "]"
	})
	var group func(depth int) *rapid.Generator[string]
	group = func(depth int) *rapid.Generator[string] {
		atoms := []*rapid.Generator[string]{class, rapid.Map(ascii, func(c rune) string { return literal(c, false) })}
		if depth > 0 {
			atoms = append(atoms, rapid.Custom(func(t *rapid.T) string {
				open := rapid.SampledFrom([]string{"(", "(?:"}).Draw(t, "open")
				return open + strings.Join(rapid.SliceOfN(group(depth-1), 1, 3).Draw(t, "alternatives"), "|") + ")"
			}))
		}
		return rapid.Custom(func(t *rapid.T) string {
			var b strings.Builder
			for range rapid.IntRange(0, 4).Draw(t, "atoms") {
				b.WriteString(rapid.OneOf(atoms...).Draw(t, "atom"))
				b.WriteString(rapid.SampledFrom([]string{"", "", "?", "*", "+", "{2}", "{1,}", "{0,2}"}).Draw(t, "quantifier"))
			}
			return b.String()
		})
	}
	return rapid.Map(group(1), func(inner string) string { return "^" + inner + "$" })
}

// matching makes text, and more often than chance text that a pattern matches.
func matching(pattern string) *rapid.Generator[string] {
	random := rapid.StringOfN(rapid.SampledFrom(alphabet), 0, 12, -1)
	return rapid.OneOf(random, rapid.StringMatching(pattern), rapid.Custom(func(t *rapid.T) string {
		return rapid.StringMatching(pattern).Draw(t, "match") + rapid.SampledFrom([]string{"\n", "\r\n", " ", "a"}).Draw(t, "more")
	}))
}

func TestTableAgreesWithRegexp(t *testing.T) {
	matched := map[bool]int{}
	rapid.Check(t, func(t *rapid.T) {
		pattern := portable().Draw(t, "pattern")
		require.NoError(t, checkPortable(pattern), pattern)
		dfa, err := CompilePattern(pattern)
		if err != nil {
			t.Skip(err) // too many states; another test has them
		}
		reference := regexp.MustCompile(pattern)
		for range 20 {
			text := matching(pattern).Draw(t, "text")
			want := reference.MatchString(text)
			matched[want]++
			require.Equal(t, want, dfa.match(text), "%s on %q", pattern, text)
		}
	})
	require.Greater(t, matched[true], 100, "matches")
	require.Greater(t, matched[false], 100, "and others")
}

// The classes of a table are those of the pattern: one for each way in which characters are told apart.
func TestTableHasNoMoreClassesThanItNeeds(t *testing.T) {
	dfa, err := CompilePattern(`^[a-y]+@z$`)
	require.NoError(t, err)
	require.Equal(t, 1+4+1, dfa.Start, "the end, four classes, and the bytes that change nothing")
	require.Equal(t, dfa.Class['a'], dfa.Class['y'])
	require.Equal(t, dfa.Class['!'], dfa.Class["é"[0]])
	require.NotEqual(t, dfa.Class["é"[0]], dfa.Class["é"[1]])
}
