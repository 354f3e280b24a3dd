package contractgen

import (
	"bytes"
	"embed"
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/template"

	"example.com/contacts/internal/contract"
)

//go:embed all:templates
var templates embed.FS

// renderTemplate executes templates/<folder>/<name>; it may use the other templates of the folder.
func renderTemplate(folder, name string, data any, funcs template.FuncMap) ([]byte, error) {
	all := template.FuncMap{
		"quote": quote,
		"lower": strings.ToLower,
		"upper": strings.ToUpper,
		"join":  strings.Join,
		"has":   func(list []string, item string) bool { return slices.Contains(list, item) },
		// fail is for a kind that a template does not know.
		"fail":      func(format string, args ...any) (string, error) { return "", fmt.Errorf(format, args...) },
		"wrongType": contract.WrongTypeMessage,
	}
	maps.Copy(all, funcs)
	t, err := template.New(name).Funcs(all).Option("missingkey=error").ParseFS(templates, "templates/"+folder+"/*.tmpl")
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := t.ExecuteTemplate(&out, name, data); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// quote is a string literal that means the same in Go, TypeScript, Python, Java and JSON.
func quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r < 0x20 || r == 0x7f || r == 0x2028 || r == 0x2029:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
