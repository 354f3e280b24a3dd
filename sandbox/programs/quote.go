package programs

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
)

// escaped are the characters that every language here escapes with one letter. Java must: it reads \u000a as the end of a line
// before it looks for literals.
var escaped = map[rune]string{'"': `\"`, '\\': `\\`, '\n': `\n`, '\r': `\r`, '\t': `\t`}

// quoted is a string literal between double quotes. escape writes what cannot be seen: control characters, and those that
// change the direction of text, with which a program would not be what it seems.
func quoted(text string, seen func(rune) bool, escape func(rune) string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range text {
		switch short, is := escaped[r]; {
		case is:
			b.WriteString(short)
		case seen(r):
			b.WriteRune(r)
		default:
			b.WriteString(escape(r))
		}
	}
	b.WriteByte('"')
	return b.String()
}

func quotePython(text string) string {
	return quoted(text, strconv.IsPrint, func(r rune) string {
		if r > 0xffff {
			return fmt.Sprintf(`\U%08x`, r)
		}
		return fmt.Sprintf(`\u%04x`, r)
	})
}

// quoteBraced is for TypeScript and Rust.
func quoteBraced(text string) string {
	return quoted(text, strconv.IsPrint, func(r rune) string { return fmt.Sprintf(`\u{%x}`, r) })
}

// quoteJava writes ASCII alone: how javac reads anything else is up to the machine.
func quoteJava(text string) string {
	seen := func(r rune) bool { return ' ' <= r && r <= '~' }
	return quoted(text, seen, func(r rune) string {
		var b strings.Builder
		for _, unit := range utf16.Encode([]rune{r}) {
			fmt.Fprintf(&b, `\u%04x`, unit)
		}
		return b.String()
	})
}

// quoteShell is a word of every POSIX shell. A line feed stands in it as it is; what else cannot be seen is made by printf.
func quoteShell(text string) string {
	if text != "" && strings.Trim(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" {
		return text // a method
	}
	var b strings.Builder
	inQuotes := false
	quotes := func(wanted bool) {
		if wanted != inQuotes {
			b.WriteByte('\'')
			inQuotes = wanted
		}
	}
	runes := []rune(text)
	for i := 0; i < len(runes); i++ {
		switch r := runes[i]; {
		case r == '\'':
			quotes(false)
			b.WriteString(`\'`)
		case isShown(r):
			quotes(true)
			b.WriteRune(r)
		default:
			quotes(false)
			b.WriteString(`"$(printf '`)
			for ; i < len(runes) && !isShown(runes[i]); i++ {
				for _, octet := range []byte(string(runes[i])) {
					fmt.Fprintf(&b, `\%03o`, octet)
				}
			}
			i--
			b.WriteString(`')"`)
		}
	}
	quotes(false)
	if b.Len() == 0 {
		return "''"
	}
	return b.String()
}

func isShown(r rune) bool { return r == '\n' || strconv.IsPrint(r) }
