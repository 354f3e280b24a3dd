package sandbox

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

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
	wrong     []wrapper.FieldError
	count     int
	text      strings.Builder
	single    []string // the values of those that have one, in one piece of memory
}

// keep returns the bytes as a string. The strings of one request lie in one piece of memory.
func (p *parameters) keep(value []byte) string {
	begin := p.text.Len()
	p.text.Write(value)
	return p.text.String()[begin:]
}

// name returns a parameter's name as a string, without allocating for those of the contract.
func (p *parameters) name(name []byte) string {
	for i := range p.operation.Fields {
		if known := p.operation.Fields[i].Name; known == string(name) {
			return known
		}
	}
	return string(name)
}

// add takes one parameter as it came, and notes what is wrong with it.
func (p *parameters) add(in wrapper.In, name, value string) {
	field := p.operation.Field(name)
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
	if !strings.ContainsAny(list, delimiter+"\t\n\v\f\r ") {
		return list
	}
	items := strings.Split(list, delimiter)
	for i, item := range items {
		items[i] = strings.TrimSpace(item)
	}
	return strings.Join(slices.DeleteFunc(items, func(item string) bool { return item == "" }), delimiter)
}

var errTooMany = malformed("The request has more than " + strconv.Itoa(maxParameters) + " parameters. Send those of the documentation.")

// addError notes what is wrong with a parameter, in a sentence that begins with its name.
func (p *parameters) addError(name, says string) {
	if name = displayName(name); !mentions(p.wrong, name) {
		p.wrong = append(p.wrong, wrapper.FieldError{Field: name, Message: name + says})
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
// returns the values of the parameters in their types, or all that is wrong.
func (p *parameters) check() (wrapper.Draft, error) {
	received := make(map[string][]wrapper.ReceivedFile, len(p.files))
	for name, parts := range p.files {
		for _, part := range parts {
			received[name] = append(received[name], wrapper.ReceivedFile{Name: part.name, Size: int64(len(part.content))})
		}
	}
	values, violations := p.operation.CheckWire(p.values, received)
	before := p.wrong
	for _, v := range violations {
		// Of a request that has another fault it cannot be said that it has no parameter.
		if !mentions(before, v.Field) && (v.Field != "" || len(before) == 0) {
			p.wrong = append(p.wrong, wrapper.FieldError{Field: v.Field, Message: v.Message})
		}
	}
	if len(p.wrong) == 0 {
		return values, nil
	}
	slices.SortStableFunc(p.wrong, func(a, b wrapper.FieldError) int { return p.position(a.Field) - p.position(b.Field) })
	if field := p.operation.Field(p.wrong[0].Field); field != nil && field.In == wrapper.InPath {
		return nil, noPath(p.wrong[0].Message)
	}
	return nil, &apiError{Status: http.StatusBadRequest, Message: countWrong(p.wrong), Errors: p.wrong}
}

// position is a parameter's place in the contract; unknown ones come last.
func (p *parameters) position(name string) int {
	i := slices.IndexFunc(p.operation.Fields, func(field wrapper.Field) bool { return field.Name == name })
	if i < 0 && name != "" {
		return len(p.operation.Fields)
	}
	return i
}

func mentions(errors []wrapper.FieldError, field string) bool {
	return slices.ContainsFunc(errors, func(e wrapper.FieldError) bool { return e.Field == field })
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
				p.add(wrapper.InHeader, field.Name, value)
			}
		}
	}
}
