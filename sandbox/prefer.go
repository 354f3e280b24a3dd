package sandbox

import "strings"

// A preference is one of a Prefer header (RFC 7240): name=value; parameter=value. Names are in lower case.
type preference struct {
	name, value string
	parameters  []parameter
}

type parameter struct{ name, value string }

// parsePreferences reads a list of preferences, separated by commas. It returns false if it is malformed.
func parsePreferences(text string) (list []preference, ok bool) {
	for rest := trimBlanks(text); rest != ""; {
		var pair parameter
		if pair, rest, ok = parsePair(rest); !ok {
			return nil, false
		}
		p := preference{name: pair.name, value: pair.value}
		for strings.HasPrefix(rest, ";") {
			if rest = trimBlanks(rest[1:]); rest == "" || rest[0] == ';' || rest[0] == ',' {
				continue // RFC 7240 allows a semicolon without a parameter
			}
			if pair, rest, ok = parsePair(rest); !ok {
				return nil, false
			}
			p.parameters = append(p.parameters, pair)
		}
		if rest != "" && rest[0] != ',' {
			return nil, false
		}
		list = append(list, p)
		rest = strings.TrimLeft(rest, ", \t")
	}
	return list, true
}

// parsePair reads a name, and a value if there is one, from the beginning of a text.
func parsePair(text string) (pair parameter, rest string, ok bool) {
	end := strings.IndexFunc(text, func(r rune) bool { return !isTokenRune(r) })
	if end < 0 {
		end = len(text)
	}
	pair.name, rest = strings.ToLower(text[:end]), trimBlanks(text[end:])
	if strings.HasPrefix(rest, "=") {
		if pair.value, rest, ok = parameterValue(trimBlanks(rest[1:])); !ok {
			return pair, "", false
		}
	}
	return pair, trimBlanks(rest), pair.name != ""
}

// String is the preference as it is in a header.
func (p preference) String() string {
	var b strings.Builder
	p.pair().appendTo(&b)
	for _, pair := range p.parameters {
		b.WriteString("; ")
		pair.appendTo(&b)
	}
	return b.String()
}

func (p preference) pair() parameter { return parameter{p.name, p.value} }

func (p parameter) appendTo(b *strings.Builder) {
	b.WriteString(p.name)
	switch {
	case p.value == "":
	case isToken(p.value):
		b.WriteString("=" + p.value)
	default:
		b.WriteString(`="` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(p.value) + `"`)
	}
}
