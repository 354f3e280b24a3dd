package programs

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"example.com/contacts/internal/conformance"
	"example.com/contacts/internal/contract"
	"example.com/contacts/internal/contractgen"
	"example.com/contacts/sandbox/programs"
)

// A call is one that programs make: an operation with values.
type call struct {
	name      string
	operation contract.Operation
	values    programs.Values
	encoding  string // of curl; empty: as the clients do
	file      []byte // what is in each file
	invalid   bool   // a rule forbids it
}

// read reads a contract, and what programs need of it.
func read(t *testing.T, path, name string) (contract.API, *programs.API, *conformance.Oracle) {
	t.Helper()
	source, err := os.ReadFile(path)
	require.NoError(t, err)
	api, err := contract.Read(contract.Source{Name: path, Content: source})
	require.NoError(t, err)
	oracle, err := conformance.NewOracle(source)
	require.NoError(t, err)
	files, err := contractgen.Render(api, contractgen.Package{Name: name, Version: "0.1.0"}, contractgen.Programs, false)
	require.NoError(t, err)
	table, err := programs.Read(files[0].Content)
	require.NoError(t, err)
	return api, table, oracle
}

// calls are those of each operation: with all that it can be given, in each encoding; with as little as it can be given;
// and the same with hostile values wherever the contract lets them be. So a new operation has its calls, too. One call has a
// text that is too long.
func calls(t *testing.T, api contract.API, oracle *conformance.Oracle) []call {
	t.Helper()
	derived, err := conformance.Derive(api, oracle)
	require.NoError(t, err)
	var all []call
	for _, c := range derived.Cases {
		tooLong := len(c.Rejected) == 1 && c.Rejected[0].Rule == contract.TooLong && len(c.Files) == 0 &&
			!slices.ContainsFunc(all, func(c call) bool { return c.invalid })
		if !tooLong && c.Name != "fullest" && (c.Name != "smallest" || len(c.Files) > 0) {
			continue
		}
		i := slices.IndexFunc(api.Operations, func(o contract.Operation) bool { return o.ID == c.Call })
		base := call{name: c.Call, operation: api.Operations[i], values: programs.Values{}}
		folder := t.TempDir()
		if len(c.Files) > 0 {
			base.file = c.Files[0].Base64
			base.name += " with a file"
		}
		for _, values := range []conformance.Values{c.Path, c.Input} {
			for name, value := range values {
				base.values[name] = texts(t, folder, value)
			}
		}
		if tooLong {
			base.name, base.invalid = base.name+" that is invalid", true
			all = append(all, base)
			continue
		}
		plain, hostile := base, base
		if c.Name == "smallest" {
			plain.name += " with little"
			hostile.name += " with a hostile path"
			hostile.values = spoilt(api, base, func(f contract.Field) bool { return f.In == contract.InPath }, folder)
		} else {
			hostile.name += " with hostile values"
			hostile.values = spoilt(api, base, func(f contract.Field) bool { return f.In != contract.InPath }, folder)
		}
		for _, one := range []call{plain, hostile} {
			same := func(other call) bool {
				return other.operation.ID == one.operation.ID && fmt.Sprint(other.values) == fmt.Sprint(one.values)
			}
			if !slices.ContainsFunc(all, same) {
				one.write(t)
				all = append(all, one)
			}
		}
	}
	require.NotEmpty(t, all)
	return all
}

func texts(t *testing.T, folder string, value any) []string {
	switch v := value.(type) {
	case string:
		return []string{v}
	case json.Number:
		return []string{v.String()}
	case bool:
		return []string{fmt.Sprint(v)}
	case map[string]any:
		return []string{filepath.Join(folder, v["Path"].(string))}
	case []any:
		var list []string
		for _, item := range v {
			list = append(list, texts(t, folder, item)...)
		}
		return list
	}
	t.Fatalf("a value %v", value)
	return nil
}

// write makes the files of a call.
func (c *call) write(t *testing.T) {
	for _, f := range c.operation.Fields {
		if f.Kind == contract.KindFile {
			for _, path := range c.values[f.Name] {
				require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
				require.NoError(t, os.WriteFile(path, c.file, 0o600))
			}
		}
	}
}

// hostiles are what literals, shells, forms and eyes take for something else. Of each field the first that its rules allow
// is taken, beginning with another one each time.
var hostiles = []string{
	"\"\"\"'''`$HOME $(id) ${CONTACTS_TOKEN} \\ \\n \\u0022 %41 %s %n {{.}} {a} [b] &lt; & ; | < > ! # * ? ~ = + , // */ \\\n\r\n\t\x01\x1b\x7f\u0085\u00a0é e\u0301 \u202e\u2066\u200d\ufeff\u2028 ١٢٣ שלום 山田 😀 👩\u200d👧 \U0010ffff \\",
	"@/etc/passwd", "</etc/passwd;type=text/html", "-rf --", "'; echo broken; '", "ends with a line feed\n", "\r", "\\", "\"", "'", "\u202e",
	"\"'`$HOME\\\\${x}$(id)é😀\u202e#;&=+%41|<>@x.y",
	"it's; \"q\" \\ `id` $HOME & %41", // printable ASCII
}

// hostilePath is a name that shells, forms and other systems read in their own way.
const hostilePath = "dir; x,y/@it's \"odd\" $HOME `id` \\n é😀;type=text.PNG"

// spoilt are the values of a call with hostile ones in place of those that may be anything.
func spoilt(api contract.API, c call, chosen func(contract.Field) bool, folder string) programs.Values {
	out := programs.Values{}
	n := 0
	for _, f := range c.operation.Fields {
		for _, item := range c.values[f.Name] {
			switch {
			case !chosen(f):
			case f.Kind == contract.KindFile:
				item = filepath.Join(folder, hostilePath)
			case f.Kind == contract.KindInteger:
				item = hostileOf(f, 0, []string{"9223372036854775807", "-9223372036854775808", "9007199254740993"}, item)
			case f.Kind == contract.KindNumber:
				item = hostileOf(f, 0, []string{"1e21", "0.30000000000000004", "5e-324"}, item)
			case f.Kind == contract.KindString:
				item = hostileOf(f, n, hostiles, item)
				n++
			}
			out[f.Name] = append(out[f.Name], item)
		}
		if plain := c.values[f.Name]; f.List != nil && len(plain) > 0 && chosen(f) && hasRoom(f, append(slices.Clone(out[f.Name]), plain[0])) {
			out[f.Name] = append(out[f.Name], plain[0])
		}
	}
	return out
}

// hasRoom tells whether the rules about a list as a whole let it have these items.
func hasRoom(f contract.Field, items []string) bool {
	for _, rule := range f.Value {
		if rule.Kind == contract.TooMany && len(items) > rule.Length ||
			rule.Kind == contract.Duplicate && len(slices.Compact(slices.Sorted(slices.Values(items)))) < len(items) ||
			rule.Joined && utf8.RuneCountInString(strings.Join(items, f.List.Delimiter)) > rule.Length {
			return false
		}
	}
	return true
}

func hostileOf(f contract.Field, begin int, texts []string, otherwise string) string {
	for n := range texts {
		if text := texts[(begin+n)%len(texts)]; fits(f, text) {
			return text
		}
	}
	return otherwise
}

// fits tells whether the rules about an item let it be.
func fits(f contract.Field, text string) bool {
	if f.List != nil && (f.List.Delimiter != "" && strings.Contains(text, f.List.Delimiter) || strings.TrimSpace(text) != text) {
		return false
	}
	if f.In == contract.InPath && strings.Trim(text, "\r\n") == "" {
		return false // RFC 9112 has no such target, and servers differ
	}
	for _, rule := range slices.Concat(f.Value, f.Item) {
		x, _ := json.Number(text).Float64()
		limit, _ := json.Number(rule.Limit).Float64()
		isPrintable := !strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' }) && strings.TrimSpace(text) == text
		switch {
		case rule.Kind == contract.TooLong && utf8.RuneCountInString(text) > rule.Length,
			rule.Kind == contract.TooShort && utf8.RuneCountInString(text) < rule.Length,
			rule.Kind == contract.TooSmall && (x < limit || x == limit && rule.Open),
			rule.Kind == contract.TooLarge && (x > limit || x == limit && rule.Open),
			rule.Kind == contract.OneOf,
			rule.Pattern != "" && !regexp.MustCompile(rule.Pattern).MatchString(text),
			rule.Check == "header" && !isPrintable:
			return false
		}
	}
	return true
}

// A parameter is one as a server decodes it.
type parameter struct{ Name, In, Value string }

// sent are the parameters that a call sends, in the contract's order; the value of a file that names its part is the name
// that the part has.
func (c *call) sent(extension string) (parameters []parameter, files []part) {
	for _, f := range c.operation.Fields {
		items := slices.Clone(c.values[f.Name])
		for i := range items {
			switch f.Kind {
			case contract.KindFile:
				name := f.File.BaseName
				if f.List != nil {
					name += fmt.Sprintf("-%d", i+1)
				}
				items[i] = name + "." + extension
				file := part{Name: f.Name, Parameter: f.Name, File: true, Size: len(c.file)}
				if f.File.NamedPart {
					file.Name = items[i]
				}
				files = append(files, file)
			case contract.KindNumber:
				items[i] = decimal(items[i])
			}
		}
		switch {
		case f.Kind == contract.KindFile && !f.File.NamedPart:
			continue
		case f.List != nil && f.List.Delimiter != "" && len(items) > 0:
			items = []string{strings.Join(items, f.List.Delimiter)}
		}
		for _, item := range items {
			parameters = append(parameters, parameter{f.Name, string(f.In), item})
		}
	}
	return parameters, files
}

// decimal is a number as it is on the wire.
func decimal(text string) string {
	known := map[string]string{"1e21": "1000000000000000000000", "5e-324": "0." + strings.Repeat("0", 323) + "5"}
	if plain, is := known[text]; is {
		return plain
	}
	return text
}

// A part is a file in a multipart body.
type part struct {
	Name      string `json:"name"`
	Parameter string `json:"parameter"`
	File      bool   `json:"file"`
	Size      int    `json:"size"`
}
