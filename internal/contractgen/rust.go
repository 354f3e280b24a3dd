package contractgen

import (
	"fmt"
	"maps"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"text/template"

	"example.com/contacts/internal/contract"
)

type rust struct{}

// Generated are the files of src that depend on the contract.
func (rust) Generated(api contract.API, pkg Package) ([]File, error) {
	crate, err := newRustCrate(api, pkg)
	if err != nil {
		return nil, err
	}
	names := []string{"lib.rs", "generated/mod.rs", "generated/operations.rs", "generated/client.rs", "generated/blocking.rs"}
	if len(api.Enums) > 0 {
		names = append(names, "generated/enums.rs")
	}
	if crate.HasInputs {
		names = append(names, "generated/inputs.rs")
	}
	if len(api.Objects) > 0 {
		names = append(names, "generated/objects.rs")
	}
	var files []File
	for _, name := range names {
		content, err := crate.render(strings.TrimPrefix(name, "generated/"))
		if err != nil {
			return nil, err
		}
		files = append(files, File{Path: "src/" + name, Content: content})
	}
	return files, nil
}

func (c rustCrate) render(name string) ([]byte, error) {
	return renderTemplate("rust", name+".tmpl", c, template.FuncMap{
		"rs":             rustString,
		"code":           rustCode,
		"mdLine":         func(s string) string { return rustText(strings.Join(strings.Fields(s), " ")) },
		"doc":            rustDoc,
		"enumValues":     rustEnumValues,
		"fieldDoc":       rustFieldDoc,
		"inputType":      c.inputType,
		"argumentType":   c.argumentType,
		"assigned":       rustAssigned,
		"reader":         rustReader,
		"optional":       func(m contract.Member) bool { return !m.Required },
		"memberType":     c.memberType,
		"memberReader":   rustMemberReader,
		"ruleKind":       rustPascal,
		"rules":          c.rules,
		"texts":          rustTexts,
		"method":         rustOneOf("method", map[string]string{"GET": "Get", "POST": "Post", "PUT": "Put", "DELETE": "Delete", "PATCH": "Patch"}),
		"place":          rustOneOf("place", map[contract.In]string{contract.InPath: "Path", contract.InQuery: "Query", contract.InHeader: "Header", contract.InBody: "Body"}),
		"kind":           rustOneOf("kind of field", map[contract.Kind]string{contract.KindString: "Text", contract.KindInteger: "Integer", contract.KindNumber: "Number", contract.KindBoolean: "Boolean", contract.KindFile: "File"}),
		"repeatable":     rustOneOf("kind of retry", map[contract.Retry]string{contract.RetryNever: "false", contract.RetryIdempotent: "true", contract.RetrySafe: "true"}),
		"done":           rustOneOf("outcome", map[string]string{"created": "Created", "updated": "Updated", "deleted": "Deleted", "found": "Found"}),
		"methodDoc":      rustMethodDoc,
		"pagesDoc":       func(o rustOperation) string { return rustOperationDoc(o, "Reads the items of all pages") },
		"allowArguments": rustAllowArguments,
		"parameters":     rustParameters,
		"arguments":      rustArguments,
		"result":         func(o rustOperation) string { return o.Result },
		"erased":         rustErased,
		"valuesOf":       func(o rustOperation) string { return rustValues(o, "Value::scalar(&%s)", "input") },
		"draftValues":    func(o rustOperation) string { return rustValues(o, "Value::scalar(&%s)", "&input") },
		"optionalValues": func(o rustOperation) string {
			return strings.TrimPrefix(rustValues(o, "Value::from(&%s)", "&input"), "vec!")
		},
		"draftPattern":   rustDraftPattern,
		"draftArguments": rustDraftArguments,
		"draftTuple":     rustDraftTuple,
		"draftResult":    rustDraftResult,
		"ownedPathType":  func(f rustPathField) (string, error) { return rustPathType(f, "String") },
	})
}

// rustOneOf renders a value of a closed set.
func rustOneOf[T comparable](what string, values map[T]string) func(T) (string, error) {
	return func(value T) (string, error) {
		if text, known := values[value]; known {
			return text, nil
		}
		return "", fmt.Errorf("rust has no %s %v", what, value)
	}
}

// A rustCrate is what the templates are given.
type rustCrate struct {
	contract.API
	Package    Package
	Operations []rustOperation
	Patterns   []rustPattern
	HasInputs  bool
	HasFiles   bool
	EnvPrefix  string
	// Has tells which types of the runtime are used: an import that is not used is a warning.
	Has map[string]bool
	// The names to import.
	EnumNames, ClientTypes, BlockingTypes, ContentItems, DraftItems, BlockingItems []string
}

type rustOperation struct {
	contract.Operation
	InputName      string
	MethodName     string
	PathFields     []rustPathField
	Input          []contract.Field
	Required       []contract.Field // of Input
	InputFiles     bool
	SegmentSources []string
	Result         string // the type that it returns
	PageField      string
	PageItem       string
	PageItems      string
	PageTotal      string
}

type rustPathField struct {
	contract.Field
	Argument string
}

type rustPattern struct {
	Source, Name string
	Class, Next  []string
	Start        int
}

func newRustCrate(api contract.API, pkg Package) (rustCrate, error) {
	api = withRustNames(api)
	c := rustCrate{API: api, Package: pkg, EnvPrefix: strings.ToUpper(strings.ReplaceAll(pkg.Name, "-", "_"))}
	c.Has = map[string]bool{}
	for _, name := range []string{"Body", "Bytes", "Check", "Disjoint", "Field", "File", "Pages", "Path", "Telling", "Total"} {
		c.Has[name] = false
	}
	enums, types, blocking := map[string]bool{}, map[string]bool{}, map[string]bool{}
	content, draft, blockingItems := map[string]bool{"Content": true}, map[string]bool{"Reader": true}, map[string]bool{"Client": true}
	for _, operation := range api.Operations {
		o, err := newRustOperation(api, operation)
		if err != nil {
			return c, err
		}
		c.Operations = append(c.Operations, o)
		for _, field := range operation.Fields {
			if err := c.addPatterns(field); err != nil {
				return c, err
			}
			c.Has["Field"] = true
			c.Has["File"] = c.Has["File"] || field.File != nil
			for _, rules := range [][]contract.Rule{field.Presence, field.Value, field.Item} {
				c.Has["Check"] = c.Has["Check"] || slices.ContainsFunc(rules, isRustRule)
			}
			if isRustEnum(field) && field.In != contract.InPath {
				enums[rustEnumName(api, field.Enum)] = true
			}
		}
		c.Has["Body"] = c.Has["Body"] || operation.Body != nil
		c.Has["Disjoint"] = c.Has["Disjoint"] || len(operation.Disjoint) > 0
		c.Has["Telling"] = c.Has["Telling"] || operation.Response.Outcome != nil
		c.Has["Path"] = c.Has["Path"] || len(o.PathFields) > 0
		if o.Input != nil {
			c.HasInputs, types[o.InputName], blocking[o.InputName] = true, true, true
			c.HasFiles = c.HasFiles || o.InputFiles
			draft["Input"], draft["values"] = true, true
		}
		switch {
		case operation.Response.Object != "":
			types[o.Result], blocking[o.Result] = true, true
			content["json"] = true
		case operation.Response.Bytes:
			c.Has["Bytes"], blockingItems["ByteStream"] = true, true
		}
		if operation.Pages != nil {
			c.Has["Pages"], blockingItems["Pages"] = true, true
			c.Has["Total"] = c.Has["Total"] || operation.Pages.TotalPages != ""
			types[o.PageItem], blocking[o.PageItem] = true, true
		}
	}
	if err := c.checkTypes(); err != nil {
		return c, err
	}
	sorted := func(set map[string]bool) []string { return slices.Sorted(maps.Keys(set)) }
	c.EnumNames, c.ClientTypes, c.BlockingTypes = sorted(enums), sorted(types), sorted(blocking)
	c.ContentItems, c.DraftItems, c.BlockingItems = sorted(content), sorted(draft), sorted(blockingItems)
	return c, nil
}

func newRustOperation(api contract.API, operation contract.Operation) (rustOperation, error) {
	o := rustOperation{Operation: operation, MethodName: operation.Names.Rust, InputName: rustPascal(operation.Names.Rust) + "Input"}
	for _, field := range operation.Fields {
		if field.In == contract.InPath {
			if field.List != nil || field.Kind == contract.KindFile {
				return o, fmt.Errorf("%s: Rust has no parameter of a path that is a list or a file: %s", operation.ID, field.Name)
			}
			argument := field.Names.Rust
			if slices.Contains([]string{"input", "draft", "path", "page", "client", "operation"}, argument) {
				argument += "_"
			}
			o.PathFields = append(o.PathFields, rustPathField{field, argument})
			continue
		}
		o.Input = append(o.Input, field)
		if field.Required {
			o.Required = append(o.Required, field)
		}
		o.InputFiles = o.InputFiles || field.File != nil
	}
	o.Result = "()"
	if operation.Response.Bytes {
		o.Result = "ByteStream"
	}
	if object := rustObject(api, operation.Response.Object); object != nil {
		o.Result = object.Names.Rust
		for _, member := range object.Members {
			if member.LastSegmentOf != "" {
				o.SegmentSources = append(o.SegmentSources, member.LastSegmentOf)
			}
		}
	}
	if operation.Pages == nil {
		return o, nil
	}
	o.MethodName += "_page"
	for _, field := range o.Input {
		if field.Name == operation.Pages.Page {
			o.PageField = field.Names.Rust
		}
	}
	for _, member := range rustObject(api, operation.Response.Object).Members {
		switch member.Name {
		case operation.Pages.Items:
			o.PageItem = rustObject(api, operation.Pages.ItemObject).Names.Rust
			o.PageItems = "page." + member.Names.Rust
			if !member.Required {
				o.PageItems += ".unwrap_or_default()"
			}
		case operation.Pages.TotalPages:
			o.PageTotal = member.Names.Rust
		}
	}
	return o, nil
}

var (
	// The client's own methods, and the runtime's types that a contract may have a type of the same name as.
	rustMethods = strings.Fields("with call call_pages check from_env builder_from_env")
	rustTypes   = strings.Fields("CallError Cause ClientBuilder Content Method Place")
)

// withRustNames gives what is called like a part of the runtime another name.
func withRustNames(api contract.API) contract.API {
	api.Objects, api.Enums, api.Operations = slices.Clone(api.Objects), slices.Clone(api.Enums), slices.Clone(api.Operations)
	another := func(name *string, taken []string, end string) {
		if slices.Contains(taken, *name) {
			*name += end
		}
	}
	for i := range api.Objects {
		another(&api.Objects[i].Names.Rust, rustTypes, "Object")
	}
	for i := range api.Enums {
		another(&api.Enums[i].Names.Rust, rustTypes, "Object")
	}
	for i := range api.Operations {
		another(&api.Operations[i].Names.Rust, rustMethods, "_")
	}
	return api
}

// checkTypes refuses two types of one name.
func (c rustCrate) checkTypes() error {
	seen := map[string]bool{}
	var names []string
	for _, object := range c.Objects {
		names = append(names, object.Names.Rust)
	}
	for _, enum := range c.Enums {
		names = append(names, enum.Names.Rust)
	}
	for _, operation := range c.Operations {
		if operation.Input != nil {
			names = append(names, operation.InputName)
		}
	}
	for _, name := range names {
		if seen[name] {
			return fmt.Errorf("rust has two types %s; rename a schema or an operation", name)
		}
		seen[name] = true
	}
	return nil
}

func rustObject(api contract.API, name string) *contract.Object {
	for i, object := range api.Objects {
		if object.Name == name {
			return &api.Objects[i]
		}
	}
	return nil
}

func rustEnumName(api contract.API, name string) string {
	for _, enum := range api.Enums {
		if enum.Name == name {
			return enum.Names.Rust
		}
	}
	return name
}

// sortedValues are those of an enum in the order of their bytes, as a search by halves needs them.
func (c rustCrate) sortedValues(name string) string {
	for _, enum := range c.Enums {
		if enum.Name == name && !slices.IsSorted(enum.Values) {
			return "&" + rustTexts(slices.Sorted(slices.Values(enum.Values)))
		}
	}
	return "super::" + rustEnumName(c.API, name) + "::ALL"
}

func (c *rustCrate) addPatterns(field contract.Field) error {
	for _, rule := range slices.Concat(field.Value, field.Item) {
		known := slices.ContainsFunc(c.Patterns, func(p rustPattern) bool { return p.Source == rule.Pattern })
		if rule.Pattern == "" || known {
			continue
		}
		dfa, err := contract.CompilePattern(rule.Pattern)
		if err != nil {
			return fmt.Errorf("%s: the pattern cannot be a table of Rust: %w", field.Name, err)
		}
		c.Patterns = append(c.Patterns, rustPattern{
			Source: rule.Pattern, Name: fmt.Sprintf("PATTERN_%d", len(c.Patterns)), Start: dfa.Start,
			Class: rustNumbers(dfa.Class[:]), Next: rustNumbers(dfa.Next),
		})
	}
	return nil
}

// rustNumbers are lines of numbers.
func rustNumbers[T uint8 | uint16](numbers []T) (lines []string) {
	for chunk := range slices.Chunk(numbers, 32) {
		var line strings.Builder
		for i, n := range chunk {
			if i > 0 {
				line.WriteByte(' ')
			}
			fmt.Fprintf(&line, "%d,", n)
		}
		lines = append(lines, line.String())
	}
	return lines
}

// isRustRule tells whether a rule can be broken: Rust's text is always well-formed.
func isRustRule(rule contract.Rule) bool { return rule.Check != "unicode" }

type rustRule struct{ Kind, Message, Check string }

func (c rustCrate) rules(field contract.Field, rules []contract.Rule) (out []rustRule, err error) {
	for _, rule := range rules {
		if !isRustRule(rule) {
			continue
		}
		check, err := c.check(field, rule)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", field.Name, err)
		}
		out = append(out, rustRule{rule.Kind, rule.Message, "Check::" + check})
	}
	return out, nil
}

func (c rustCrate) check(field contract.Field, rule contract.Rule) (string, error) {
	length := func(name string) (string, error) { return fmt.Sprintf("%s(%d)", name, rule.Length), nil }
	switch rule.Kind {
	case contract.Required:
		return "Required", nil
	case contract.RequiredWith:
		return "RequiredWith(&" + rustTexts(rule.With) + ")", nil
	case contract.RequiredIf:
		return fmt.Sprintf("RequiredIf(%s, %s)", rustString(rule.When.Field), rustString(rule.When.Value)), nil
	case contract.Exclusive:
		return "Exclusive(&" + rustTexts(rule.With) + ")", nil
	case contract.TooShort:
		return length("MinLength")
	case contract.TooLong:
		if rule.Joined {
			return length("MaxJoinedLength")
		}
		return length("MaxLength")
	case contract.TooFew:
		return length("MinItems")
	case contract.TooMany:
		return length("MaxItems")
	case contract.Duplicate:
		return "Unique", nil
	case contract.TooSmall, contract.TooLarge:
		return rustBound(field.Kind, rule)
	case contract.OneOf:
		return "OneOf(" + c.sortedValues(rule.Enum) + ")", nil
	case contract.ListItem:
		return "ListItem", nil
	case contract.FileName:
		return "FileName", nil
	case contract.NeedsFile:
		return "NeedsFile", nil
	case contract.Format:
		switch rule.Check {
		case "segment":
			return "Segment", nil
		case "header":
			return "Header", nil
		case "":
			i := slices.IndexFunc(c.Patterns, func(p rustPattern) bool { return p.Source == rule.Pattern })
			if i >= 0 {
				return "Pattern(&" + c.Patterns[i].Name + ")", nil
			}
		}
		return "", fmt.Errorf("rust has no check %q", rule.Check)
	}
	return "", fmt.Errorf("rust has no rule %q", rule.Kind)
}

// rustBound is a limit. Whole numbers are compared with the whole numbers that are allowed.
func rustBound(kind contract.Kind, rule contract.Rule) (string, error) {
	limit, ok := new(big.Rat).SetString(rule.Limit)
	if !ok {
		return "", fmt.Errorf("%q is no number", rule.Limit)
	}
	small := rule.Kind == contract.TooSmall
	switch kind {
	case contract.KindNumber:
		number, err := strconv.ParseFloat(rule.Limit, 64)
		if err != nil {
			return "", err
		}
		name := map[[2]bool]string{{true, false}: "MinNumber", {true, true}: "MoreThan", {false, false}: "MaxNumber", {false, true}: "LessThan"}
		return fmt.Sprintf("%s(%sf64)", name[[2]bool{small, rule.Open}], strconv.FormatFloat(number, 'f', -1, 64)), nil
	case contract.KindInteger:
		whole := new(big.Int).Div(limit.Num(), limit.Denom()) // rounded down
		one := big.NewInt(1)
		switch {
		case small && (!limit.IsInt() || rule.Open):
			whole.Add(whole, one)
		case !small && limit.IsInt() && rule.Open:
			whole.Sub(whole, one)
		}
		far := new(big.Int).Lsh(one, 64) // beyond every number of 64 bits
		if whole.CmpAbs(far) > 0 {
			whole.Mul(far, big.NewInt(int64(whole.Sign())))
		}
		return fmt.Sprintf("%s(%s)", map[bool]string{true: "MinInteger", false: "MaxInteger"}[small], whole), nil
	default:
		return "", fmt.Errorf("rust has no limit for a %s", kind)
	}
}

// rustTexts is a list of string literals.
func rustTexts(texts []string) string {
	quoted := make([]string, len(texts))
	for i, text := range texts {
		quoted[i] = rustString(text)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

// rustString is a string literal.
func rustString(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case strconv.IsPrint(r):
			b.WriteRune(r)
		default:
			fmt.Fprintf(&b, `\u{%x}`, r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// rustPascal turns create_contact into CreateContact.
func rustPascal(snake string) string {
	var b strings.Builder
	for word := range strings.SplitSeq(snake, "_") {
		if word != "" {
			b.WriteString(strings.ToUpper(word[:1]) + word[1:])
		}
	}
	return b.String()
}

type rustValue struct{ Name, Value string }

var rustNoName = regexp.MustCompile(`[^A-Z0-9]+`)

// rustEnumValues gives each value of an enum a name: TOO_LATE for too-late, VALUE_3 if there is none.
func rustEnumValues(enum contract.Enum) (values []rustValue) {
	taken := map[string]bool{"ALL": true}
	for i, value := range enum.Values {
		name := strings.Trim(rustNoName.ReplaceAllString(strings.ToUpper(rustSnake(value)), "_"), "_")
		if name != "" && name[0] >= '0' && name[0] <= '9' {
			name = "N" + name
		}
		if name == "" || taken[name] {
			name = fmt.Sprintf("VALUE_%d", i+1)
		}
		taken[name] = true
		values = append(values, rustValue{name, value})
	}
	return values
}

var rustHump = regexp.MustCompile(`([a-z0-9])([A-Z])`)

func rustSnake(text string) string { return rustHump.ReplaceAllString(text, "${1}_$2") }

// isRustEnum tells whether a field has a type of its own.
func isRustEnum(field contract.Field) bool {
	return field.Enum != "" && field.Kind == contract.KindString
}

func (c rustCrate) itemType(field contract.Field) (string, error) {
	if isRustEnum(field) {
		return rustEnumName(c.API, field.Enum), nil
	}
	return rustOneOf("kind of field", map[contract.Kind]string{
		contract.KindString: "String", contract.KindInteger: "i64", contract.KindNumber: "f64",
		contract.KindBoolean: "bool", contract.KindFile: "File",
	})(field.Kind)
}

func (c rustCrate) inputType(field contract.Field) (string, error) {
	item, err := c.itemType(field)
	switch {
	case field.List != nil:
		return "Vec<" + item + ">", err
	case item == "String":
		return item, err
	}
	return "Option<" + item + ">", err
}

func (c rustCrate) argumentType(field contract.Field) (string, error) {
	item, err := c.itemType(field)
	if field.Kind == contract.KindString {
		item = "impl Into<" + item + ">"
	}
	if field.List != nil {
		item = "impl IntoIterator<Item = " + item + ">"
	}
	return item, err
}

// rustAssigned turns an argument into the value of its field.
func rustAssigned(field contract.Field) (string, error) {
	name := field.Names.Rust
	converts := field.Kind == contract.KindString
	switch {
	case field.List != nil && converts:
		return name + ".into_iter().map(Into::into).collect()", nil
	case field.List != nil:
		return name + ".into_iter().collect()", nil
	case isRustEnum(field):
		return "Some(" + name + ".into())", nil
	case converts:
		return name + ".into()", nil
	}
	return "Some(" + name + ")", nil
}

// rustReader is the method that reads a field of a draft.
func rustReader(field contract.Field) string {
	switch {
	case field.Kind == contract.KindFile && field.List != nil:
		return "files"
	case field.Kind == contract.KindFile:
		return "file"
	case field.List != nil:
		return "many"
	case field.Kind == contract.KindString && !isRustEnum(field):
		return "text"
	}
	return "one"
}
