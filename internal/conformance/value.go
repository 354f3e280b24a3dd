package conformance

import (
	"encoding/json"
	"math/big"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"example.com/contacts/internal/contract"
)

// present tells whether a value counts as given: null, an empty text and an empty list do not.
func present(value any) bool {
	switch value := value.(type) {
	case nil:
		return false
	case string:
		return value != ""
	case []any:
		return len(value) > 0
	}
	return true
}

// items are the values of a field: those of a list, or the one.
func items(value any) []any {
	if list, ok := value.([]any); ok {
		return list
	}
	return []any{value}
}

// wireText is a value as it is sent.
func wireText(kind contract.Kind, value any) string {
	switch value := value.(type) {
	case string:
		return value
	case bool:
		return strconv.FormatBool(value)
	case json.Number:
		if kind == contract.KindInteger {
			if whole, ok := wholeNumber(value); ok {
				return whole
			}
		}
		number, err := value.Float64()
		if err != nil {
			return value.String()
		}
		if number == 0 { // -0, too
			return "0"
		}
		return strconv.FormatFloat(number, 'f', -1, 64)
	}
	return ""
}

// wholeNumber is a number without a fraction that fits into 64 bits, in decimal.
func wholeNumber(n json.Number) (string, bool) {
	rational, ok := new(big.Rat).SetString(n.String())
	if !ok || !rational.IsInt() || !rational.Num().IsInt64() {
		return "", false
	}
	return rational.Num().String(), true
}

// hasKind tells whether a value from JSON can be one of a kind.
func hasKind(kind contract.Kind, value any) bool {
	switch kind {
	case contract.KindString:
		_, ok := value.(string)
		return ok
	case contract.KindBoolean:
		_, ok := value.(bool)
		return ok
	case contract.KindInteger:
		number, ok := value.(json.Number)
		if !ok {
			return false
		}
		_, ok = wholeNumber(number)
		return ok
	case contract.KindNumber:
		_, ok := value.(json.Number)
		return ok
	case contract.KindFile:
		file, ok := value.(map[string]any)
		return ok && file["Path"] != nil
	}
	return false
}

// hasType tells whether a value that is given has the type of a field. A path field may be a whole
// number in text, as some JSON readers lose digits of large numbers.
func hasType(f contract.Field, value any) bool {
	_, isList := value.([]any)
	if isList != (f.List != nil) {
		return false
	}
	for _, item := range items(value) {
		if text, ok := item.(string); ok && isDigits(f, text) {
			continue
		}
		if !hasKind(f.Kind, item) {
			return false
		}
	}
	return true
}

var digits = regexp.MustCompile(`^-?[0-9]{1,19}$`)

// isDigits tells whether a text is given for a whole number in a path.
func isDigits(f contract.Field, text string) bool {
	return f.In == contract.InPath && f.Kind == contract.KindInteger && digits.MatchString(text) && hasKind(f.Kind, json.Number(text))
}

// find is the file of a case that a value of a file field points to.
func find(files []File, value any) (File, bool) {
	file, _ := value.(map[string]any)
	for _, f := range files {
		if f.Name == file["Path"] {
			return f, true
		}
	}
	return File{}, false
}

func givenName(value any) string {
	file, _ := value.(map[string]any)
	name, _ := file["Name"].(string)
	return name
}

// extension and media type of the content of a file.
func sniff(content []byte) (extension, mediaType string) {
	text := string(content)
	switch {
	case strings.HasPrefix(text, "\x89PNG\r\n\x1a\n"):
		return "png", "image/png"
	case strings.HasPrefix(text, "\xff\xd8\xff"):
		return "jpg", "image/jpeg"
	case strings.HasPrefix(text, "GIF87a"), strings.HasPrefix(text, "GIF89a"):
		return "gif", "image/gif"
	case len(text) >= 14 && strings.HasPrefix(text, "RIFF") && text[8:14] == "WEBPVP":
		return "webp", "image/webp"
	}
	return "bin", "application/octet-stream"
}

const hexadecimal = "0123456789ABCDEF"

// escape writes A-Z a-z 0-9 - _ . ~ as they are, any other byte as %XX.
func escape(text string) string {
	var b strings.Builder
	for i := range len(text) {
		c := text[i]
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-_.~", c) >= 0 {
			b.WriteByte(c)
		} else {
			b.WriteString("%" + string(hexadecimal[c>>4]) + string(hexadecimal[c&15]))
		}
	}
	return b.String()
}

// escapeForm is escape for a form, in which a blank is a plus.
func escapeForm(text string) string { return strings.ReplaceAll(escape(text), "%20", "+") }

func joinPairs(pairs [][2]string, escape func(string) string) string {
	var out []string
	for _, pair := range pairs {
		out = append(out, escape(pair[0])+"="+escape(pair[1]))
	}
	return strings.Join(out, "&")
}

func hasBody(method string) bool { return method != http.MethodGet && method != http.MethodDelete }

func jsonInt(n int) json.Number { return json.Number(strconv.Itoa(n)) }
