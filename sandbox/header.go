package sandbox

import "strings"

// A headerValue is a value such as form-data; name="Title". mime.ParseMediaType would read some that
// we do not want: it decodes name*, joins name*0 and name*1, and takes a parameter twice if both are equal.
type headerValue struct {
	essence    string            // in lower case
	parameters map[string]string // names in lower case
}

// parseHeader reads a value strictly. It returns false if it is malformed, has a parameter twice, or
// one of RFC 2231 (with a *).
func parseHeader(s string) (headerValue, bool) {
	essence, rest, _ := strings.Cut(s, ";")
	v := headerValue{essence: strings.ToLower(trimBlanks(essence)), parameters: map[string]string{}}
	for rest = trimBlanks(rest); rest != ""; {
		name, after, found := strings.Cut(rest, "=")
		name = strings.ToLower(name)
		if _, twice := v.parameters[name]; !found || twice || !isToken(name) || strings.Contains(name, "*") {
			return v, false
		}
		value, after, ok := parameterValue(after)
		if !ok {
			return v, false
		}
		v.parameters[name] = value
		if after = trimBlanks(after); after != "" && after[0] != ';' {
			return v, false
		}
		rest = trimBlanks(strings.TrimPrefix(after, ";"))
	}
	return v, true
}

// parameterValue reads a token or a quoted string from the beginning of s.
func parameterValue(s string) (value, after string, ok bool) {
	if !strings.HasPrefix(s, `"`) {
		end := strings.IndexFunc(s, func(r rune) bool { return !isTokenRune(r) })
		if end < 0 {
			end = len(s)
		}
		return s[:end], s[end:], end > 0
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '"':
			return b.String(), s[i+1:], true
		case c == '\\' && i+1 < len(s) && strings.IndexByte(specials, s[i+1]) >= 0:
			// Before any other character it stands for itself: some senders do not escape a path of Windows.
			i++
			c = s[i]
		case c < ' ' && c != '\t' || c == 0x7F:
			return "", "", false
		}
		b.WriteByte(c)
	}
	return "", "", false
}

// specials are the characters of RFC 2045 that no token has.
const specials = `()<>@,;:\"/[]?=`

func isToken(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return !isTokenRune(r) })
}

func isTokenRune(r rune) bool { return ' ' < r && r < 0x7F && !strings.ContainsRune(specials, r) }

func trimBlanks(s string) string { return strings.Trim(s, " \t") }
