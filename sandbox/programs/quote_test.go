package programs

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// everything holds each character of the first planes that ends literals, words and lines, or cannot be seen, between
// others that can.
func everything() string {
	var b strings.Builder
	for r := rune(1); r < 0x3100; r++ {
		b.WriteRune(r)
	}
	for r := rune(0xfe00); r <= 0xffff; r++ {
		b.WriteRune(r)
	}
	b.WriteString("😀\U000e0001\U0010ffff''\n\n\r\n\\\r\n\t\x01")
	return b.String()
}

func TestAWordOfAShellMeansItsText(t *testing.T) {
	for _, text := range []string{everything(), "", "'", "''", "\n", "\r", "a\n", "-n", "POST", "\\", "\x01'\x02", "\u202e\u202e", "$(id)`id`$HOME!!"} {
		for _, shell := range []string{"sh", "bash"} {
			out, err := exec.Command(shell, "-c", "printf %s "+quoteShell(text)).Output()
			require.NoError(t, err)
			assert.Equal(t, text, string(out), shell)
		}
	}
}

// What cannot be seen is escaped, so that a program is what it seems to be.
func TestLiteralsShowWhatTheyHold(t *testing.T) {
	for name, quote := range map[string]func(string) string{"python": quotePython, "braced": quoteBraced, "java": quoteJava, "shell": quoteShell} {
		for _, r := range "\r\t\x00\x1b\x7f\u0085\u00a0\u00ad\u200b\u200e\u202a\u202e\u2028\u2066\ufeff\U000e0001" {
			assert.NotContains(t, quote("a"+string(r)+"b"), string(r), "%s: %U", name, r)
		}
	}
	assert.Equal(t, `"\"\\\n\r\t\u001b\u202e\U000e0001é😀"`, quotePython("\"\\\n\r\t\x1b\u202e\U000e0001é😀"))
	assert.Equal(t, `"\"\\\n\r\t\u{1b}\u{202e}\u{e0001}é😀"`, quoteBraced("\"\\\n\r\t\x1b\u202e\U000e0001é😀"))
	// javac reads \u000a and \u0022 as a line feed and a quotation mark before it looks for literals.
	assert.Equal(t, `"\"\\\n\r\t\u001b\u007f\u0085\u202e\ud83d\ude00\\u0022"`, quoteJava("\"\\\n\r\t\x1b\x7f\u0085\u202e😀\\u0022"))
}
