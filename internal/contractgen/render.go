package contractgen

import (
	"bytes"
	"embed"
	"fmt"
	"go/format"
	"maps"
	"slices"
	"strconv"
	"strings"
	"text/template"
)

//go:embed templates
var templates embed.FS

// A language is how one language's file is rendered.
type language struct {
	file   string                              // its name in the folder of generated code
	finish func(source []byte) ([]byte, error) // formats the source; nil: as the template has it
}

var languages = map[string]language{
	"go":         {file: "rules.gen.go", finish: format.Source},
	"java":       {file: "Rules.java"},
	"python":     {file: "rules.py"},
	"rust":       {file: "rules.rs"},
	"typescript": {file: "rules.ts"},
}

// Languages are the names that Render takes, sorted.
func Languages() []string { return slices.Sorted(maps.Keys(languages)) }

// Render makes the file that holds a language's fields and rules of a contract.
func Render(contract Contract, languageName string) (file string, source []byte, err error) {
	language, known := languages[languageName]
	if !known {
		return "", nil, fmt.Errorf("contractgen knows the languages %s, not %q", strings.Join(Languages(), ", "), languageName)
	}
	patterns := distinctPatterns(contract)
	name := languageName + ".tmpl"
	tmpl, err := template.New(name).Funcs(template.FuncMap{
		"quote":        strconv.Quote,
		"upper":        strings.ToUpper,
		"snake":        snake,
		"compile":      compile,
		"patterns":     func() []string { return patterns },
		"patternIndex": func(pattern string) int { return slices.Index(patterns, pattern) },
		"identifier": func(kind string) string {
			words := strings.Split(kind, "_")
			for i, word := range words {
				words[i] = strings.ToUpper(word[:1]) + word[1:]
			}
			return strings.Join(words, "")
		},
	}).ParseFS(templates, "templates/"+name)
	if err != nil {
		return "", nil, err
	}
	var out bytes.Buffer
	if err := tmpl.Execute(&out, struct {
		Contract
		WrapperRules any
	}{contract, WrapperRules}); err != nil {
		return "", nil, err
	}
	source = out.Bytes()
	if language.finish != nil {
		source, err = language.finish(source)
	}
	return language.file, source, err
}

// snake turns ProfileImageUrl into profile_image_url, and AccountSID into account_sid.
func snake(name string) string {
	isUpper := func(i int) bool { return name[i] >= 'A' && name[i] <= 'Z' }
	var out strings.Builder
	for i := range len(name) {
		if i > 0 && isUpper(i) && (!isUpper(i-1) || i+1 < len(name) && !isUpper(i+1)) {
			out.WriteByte('_')
		}
		out.WriteByte(name[i])
	}
	return strings.ToLower(out.String())
}

// distinctPatterns are in the order of their first use.
func distinctPatterns(contract Contract) []string {
	var out []string
	for _, body := range contract.Bodies {
		for _, field := range body.Fields {
			for _, rule := range field.Value {
				if rule.Pattern != "" && !slices.Contains(out, rule.Pattern) {
					out = append(out, rule.Pattern)
				}
			}
		}
	}
	return out
}
