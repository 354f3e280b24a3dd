package sandbox

import (
	"iter"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"example.com/contacts/gen"
)

const (
	maxParameters = 32       // of one request, the file part counted
	maxText       = 64 << 10 // bytes of one text parameter, as it is on the wire
	maxName       = 100      // bytes of a name that we say back
)

// body is what the generated code knows of a request body.
type body interface {
	SetField(name, value string) bool
	Fields() iter.Seq2[string, string]
	Violations() []gen.Violation
}

// knownNames has the name of every parameter of either encoding.
var knownNames = func() map[string]string {
	names := map[string]string{}
	for _, name := range gen.ContactFormFields {
		names[name] = name
	}
	for _, name := range gen.ContactUploadFields {
		names[name] = name
	}
	return names
}()

// name returns a parameter's name as a string, without allocating for those of the contract.
func parameterName(name []byte) string {
	if known, ok := knownNames[string(name)]; ok {
		return known
	}
	return string(name)
}

// parameters are those of one request: the body that they make, and all that is wrong with them.
type parameters struct {
	body  body
	seen  []string // the names in use
	wrong []gen.FieldError
	file  filePart // of multipart/form-data
	text  strings.Builder
}

// keep returns the bytes as a string. The strings of one request lie in one piece of memory.
func (p *parameters) keep(value []byte) string {
	begin := p.text.Len()
	p.text.Write(value)
	return p.text.String()[begin:]
}

// put takes one parameter as it came, and collects what is wrong with it.
func (p *parameters) put(name, value string) {
	if value == "" || isList(name) && !hasItem(value) {
		return // D1: empty means absent, and a list without an item is empty
	}
	for _, seen := range p.seen {
		if seen == name {
			if isList(name) {
				p.blame(name, " is given more than once. Give it once, its items separated by commas.")
			} else {
				p.blame(name, " is given more than once. Give it once.")
			}
			return
		}
	}
	p.seen = append(p.seen, name)
	if !p.body.SetField(name, value) {
		p.unknown(name)
	}
}

var errTooMany = malformed("The body has more than " + strconv.Itoa(maxParameters) + " parameters. Send those of the documentation, each once.")

// unknown refuses the name of no parameter of this encoding.
func (p *parameters) unknown(name string) {
	_, known := knownNames[name]
	switch {
	case name == "":
		p.blame(name, "There is a value without a name. Write Name=value.")
	case known:
		p.blame(name, " needs Content-Type: multipart/form-data, and a part with the file, under the name that ProfileImageFile holds.")
	default:
		p.blame(name, " is not a parameter of this request. Leave it out, or correct its spelling.")
	}
}

// blame collects an error of a parameter, in a sentence that begins with its name.
func (p *parameters) blame(name, says string) {
	if name = shown(name); mentions(p.wrong, name) {
		return
	}
	p.wrong = append(p.wrong, gen.FieldError{Field: name, Message: name + says})
}

// shown is a name, cut to a length that may be said back.
func shown(name string) string {
	if len(name) > maxName {
		name = name[:maxName] + "…"
	}
	return strings.ToValidUTF8(name, "\uFFFD")
}

// check adds the rules of the contract that are broken, for parameters with which nothing else is wrong,
// and returns the refusal if anything is.
func (p *parameters) check() error {
	before := p.wrong
	for _, violation := range p.body.Violations() {
		if !mentions(before, violation.Field) {
			p.wrong = append(p.wrong, gen.FieldError{Field: violation.Field, Message: violation.Message})
		}
	}
	if len(p.wrong) == 0 {
		return nil
	}
	slices.SortStableFunc(p.wrong, func(a, b gen.FieldError) int { return position(a.Field) - position(b.Field) })
	are := strconv.Itoa(len(p.wrong)) + " parameters are"
	if len(p.wrong) == 1 {
		are = "1 parameter is"
	}
	return &refusal{
		Status:  http.StatusBadRequest,
		Message: "The contact was not created because " + are + " wrong.",
		Errors:  p.wrong,
	}
}

// position is a parameter's place in the contract; unknown ones come last.
func position(field string) int {
	for i, name := range gen.ContactUploadFields {
		if name == field {
			return i
		}
	}
	return len(gen.ContactUploadFields)
}

func mentions(errors []gen.FieldError, field string) bool {
	for i := range errors {
		if errors[i].Field == field {
			return true
		}
	}
	return false
}

// appendContact appends the parameters as the JSON of Record.Contact.
func (p *parameters) appendContact(b []byte) []byte {
	b = append(b, '{')
	for name, value := range p.body.Fields() {
		if len(b) > 1 {
			b = append(b, ',')
		}
		b = appendString(b, name)
		b = append(b, ':')
		switch name {
		case "Accounts":
			b = append(b, '[')
			for item := range items(value) {
				b = separate(b)
				b = append(b, `{"Id":`...)
				b = appendString(b, item)
				b = append(b, `,"Name":"Account `...)
				b = appendEscaped(b, item)
				b = append(b, `"}`...)
			}
			b = append(b, ']')
		case "Labels":
			b = append(b, '[')
			for item := range items(value) {
				b = separate(b)
				b = appendString(b, item)
			}
			b = append(b, ']')
		default:
			b = appendString(b, value)
		}
	}
	return append(b, '}')
}

func separate(b []byte) []byte {
	if b[len(b)-1] != '[' {
		b = append(b, ',')
	}
	return b
}

func isList(name string) bool { return name == "Accounts" || name == "Labels" }

// items goes through the items of a list as the page writes it, separated by commas. A comma cannot be
// escaped (D4).
func items(list string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for list != "" {
			var item string
			item, list, _ = strings.Cut(list, ",")
			if item = strings.TrimSpace(item); item != "" && !yield(item) {
				return
			}
		}
	}
}

func hasItem(list string) bool {
	for range items(list) {
		return true
	}
	return false
}

// checkQuery refuses a query: no operation of ours has one, and a parameter there is a mistake, or _method (F9).
func checkQuery(u *url.URL) error {
	if u.RawQuery == "" {
		return nil
	}
	p := &parameters{}
	for pair := range strings.SplitSeq(u.RawQuery, "&") {
		name, value, _ := strings.Cut(pair, "=")
		if value == "" {
			continue // D1
		}
		if len(p.wrong) == maxParameters {
			return errTooMany
		}
		if unescaped, err := url.QueryUnescape(name); err == nil {
			name = unescaped
		}
		p.blame(name, " is in the query, which this request does not have. Parameters go in the body.")
	}
	if p.wrong == nil {
		return nil
	}
	return &refusal{Status: http.StatusBadRequest, Message: "The query of the URL is not empty. Leave it out.", Errors: p.wrong}
}
