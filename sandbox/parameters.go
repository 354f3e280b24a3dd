package sandbox

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"example.com/contacts/wrapper"
)

const (
	maxParameters = 200      // of one request, files counted
	maxText       = 64 << 10 // bytes of one text parameter, as it is on the wire
	maxName       = 100      // bytes of a name that is said back
)

// parameters are those of one request as they came, and what is wrong with them.
type parameters struct {
	operation *wrapper.Operation
	values    map[string][]string
	parts     []filePart            // of multipart/form-data, that may be files
	files     map[string][]filePart // by the parameter's name
	wrong     []wrapper.Violation
	count     int
	text      strings.Builder
	single    []string // the values of those that have one, in one piece of memory
}

var parametersPool = sync.Pool{New: func() any { return &parameters{values: map[string][]string{}} }}

// newParameters are those of a request that has not been read. They may be recycled once the request has ended.
func newParameters(operation *wrapper.Operation) *parameters {
	p := parametersPool.Get().(*parameters)
	p.operation = operation
	return p
}

// recycle keeps the memory of few parameters for the next request.
func (p *parameters) recycle() {
	if len(p.values) > len(p.operation.Fields) {
		return
	}
	clear(p.values)
	clear(p.single)
	*p = parameters{values: p.values, single: p.single[:0]}
	parametersPool.Put(p)
}

// keep returns the bytes as a string. The strings of one request lie in one piece of memory.
func (p *parameters) keep(value []byte) string {
	begin := p.text.Len()
	p.text.Write(value)
	return p.text.String()[begin:]
}

// field finds the field of a name, nil if there is none, without allocating for those of the contract.
func (p *parameters) field(name []byte) (*wrapper.Field, string) {
	for i := range p.operation.Fields {
		if field := &p.operation.Fields[i]; field.Name == string(name) {
			return field, field.Name
		}
	}
	return nil, string(name)
}

// add takes one parameter as it came, and notes what is wrong with it.
func (p *parameters) add(in wrapper.In, name, value string) {
	p.addTo(p.operation.Field(name), in, name, value)
}

// addTo is add for who knows the field; nil if there is none.
func (p *parameters) addTo(field *wrapper.Field, in wrapper.In, name, value string) {
	isList := field != nil && field.List != nil
	if isList && field.List.Delimiter != "" {
		value = tidy(value, field.List.Delimiter)
	}
	switch {
	case value == "": // D1
	case name == "":
		p.addError(name, "There is a value without a name. Write Name=value.")
	case field == nil:
		name = displayName(name)
		p.values[name] = append(p.values[name], value)
	case field.In != in:
		p.addError(name, " is in the "+string(in)+" of the request. Its place is the "+string(field.In)+".")
	case field.File != nil && !field.File.NamedPart:
		p.addError(name, " is a file. Send it as a part of multipart/form-data, with a filename.")
	case len(p.values[name]) == 0:
		p.single = append(p.single, value)
		last := len(p.single)
		p.values[name] = p.single[last-1 : last : last]
	case !isList:
		p.addError(name, " is given more than once. Give it once.")
	case field.List.Delimiter != "":
		p.addError(name, " is given more than once. Give it once, its items separated by "+strconv.Quote(field.List.Delimiter)+".")
	default:
		p.values[name] = append(p.values[name], value)
	}
}

// tidy trims the items of a list of white space, and leaves out those that are empty.
func tidy(list, delimiter string) string {
	if !strings.Contains(list, delimiter) && !strings.ContainsAny(list, "\t\n\v\f\r ") {
		return list
	}
	items := strings.Split(list, delimiter)
	for i, item := range items {
		items[i] = strings.TrimSpace(item)
	}
	return strings.Join(slices.DeleteFunc(items, func(item string) bool { return item == "" }), delimiter)
}

var errTooMany = malformed("The request has more than " + strconv.Itoa(maxParameters) + " parameters. Send those of the documentation.")

// ruleOfServer is the rule of what the server refuses by itself, and not by a rule of the contract.
const ruleOfServer wrapper.RuleKind = "server"

// addError notes what is wrong with a parameter, in a sentence that begins with its name.
func (p *parameters) addError(name, says string) {
	if name = displayName(name); !mentions(p.wrong, name) {
		p.wrong = append(p.wrong, wrapper.Violation{Field: name, Rule: ruleOfServer, Message: name + says})
	}
}

// displayName is a name, cut to a length that may be said back.
func displayName(name string) string {
	if len(name) > maxName {
		name = name[:maxName] + "…"
	}
	return strings.ToValidUTF8(name, "\uFFFD")
}

// check adds the rules of the contract that are broken, for parameters with which nothing else is wrong. It
// returns the values of the parameters in their types, in the order of the fields, or all that is wrong.
func (p *parameters) check() ([]any, error) {
	values, unknown := p.typed()
	before := p.wrong
	for _, v := range p.operation.CheckValues(values, unknown) {
		// Of a request that has another fault it cannot be said that it has no parameter.
		if !mentions(before, v.Field) && (v.Field != "" || len(before) == 0) {
			p.wrong = append(p.wrong, v)
		}
	}
	if len(p.wrong) == 0 {
		return values, nil
	}
	slices.SortStableFunc(p.wrong, func(a, b wrapper.Violation) int { return p.position(a.Field) - p.position(b.Field) })
	if field := p.operation.Field(p.wrong[0].Field); field != nil && field.In == wrapper.InPath && p.wrong[0].Rule != ruleOfServer {
		return nil, noPath(p.wrong[0].Message)
	}
	return nil, &apiError{Status: http.StatusBadRequest, Message: countWrong(p.wrong), Errors: p.wrong}
}

// typed are the parameters in their types, in the order of the fields, and the names of those for which there is none.
func (p *parameters) typed() (values []any, unknown []string) {
	values = make([]any, len(p.operation.Fields))
	known := 0
	for i := range p.operation.Fields {
		field := &p.operation.Fields[i]
		texts, given := p.values[field.Name]
		if given {
			known++
		}
		switch files := p.files[field.Name]; {
		case field.File != nil && (given || files != nil):
			values[i] = filesOf(field, files)
		case given:
			values[i] = typed(field, texts)
		}
	}
	if known < len(p.values) {
		for name := range p.values {
			if p.operation.Field(name) == nil {
				unknown = append(unknown, name)
			}
		}
		slices.Sort(unknown)
	}
	return values, unknown
}

// typed is the value of a parameter. What is not of its type stays text, which the rules refuse.
func typed(field *wrapper.Field, texts []string) any {
	if field.List == nil {
		return typedItem(field, texts[0])
	}
	if field.List.Delimiter != "" {
		texts = strings.Split(texts[0], field.List.Delimiter)
	}
	if field.Kind == wrapper.KindString {
		return texts
	}
	items := make([]any, len(texts))
	for i, text := range texts {
		items[i] = typedItem(field, text)
	}
	return items
}

func typedItem(field *wrapper.Field, text string) any {
	if value, is := field.ParseText(text); is {
		return value
	}
	return text
}

// filesOf are the files of a parameter; without any, its name is that of a part that is not there.
func filesOf(field *wrapper.Field, parts []filePart) any {
	files := []*wrapper.File{}
	for _, part := range parts {
		files = append(files, wrapper.FileFromBytes(part.content))
	}
	if len(files) == 0 {
		files = append(files, &wrapper.File{})
	}
	if field.List == nil && len(files) == 1 {
		return files[0]
	}
	return files
}

// position is a parameter's place in the contract; unknown ones come last.
func (p *parameters) position(name string) int {
	i := slices.IndexFunc(p.operation.Fields, func(field wrapper.Field) bool { return field.Name == name })
	if i < 0 && name != "" {
		return len(p.operation.Fields)
	}
	return i
}

func mentions(violations []wrapper.Violation, field string) bool {
	return slices.ContainsFunc(violations, func(e wrapper.Violation) bool { return e.Field == field })
}

// readQuery reads the query of a URL.
func (p *parameters) readQuery(query string) error {
	for query != "" {
		var pair string
		pair, query, _ = strings.Cut(query, "&")
		if p.count++; p.count > maxParameters {
			return errTooMany
		}
		if err := p.addPair(wrapper.InQuery, []byte(pair)); err != nil {
			return err
		}
	}
	return nil
}

// readHeader takes the parameters that the contract has in headers.
func (p *parameters) readHeader(header http.Header) {
	for i := range p.operation.Fields {
		if field := &p.operation.Fields[i]; field.In == wrapper.InHeader {
			for _, value := range header.Values(field.Name) {
				p.addTo(field, wrapper.InHeader, field.Name, value)
			}
		}
	}
}
