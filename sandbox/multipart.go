package sandbox

import (
	"io"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"example.com/contacts/wrapper"
)

// A filePart is a part of a multipart/form-data body that is, or may be, a file.
type filePart struct {
	name    string
	isFile  bool // it has a file name
	content []byte
}

// readMultipart reads a multipart/form-data body of a length, if that is known, one part at a time.
func (p *parameters) readMultipart(r io.Reader, boundary string, length int64, strict bool) error {
	parts := newParts(r, boundary, length)
	for {
		if err := parts.next(); err == io.EOF {
			p.claimFiles(strict)
			return nil
		} else if err != nil {
			return err
		}
		if p.count++; p.count > maxParameters {
			return errTooMany
		}
		if err := p.addPart(parts); err != nil {
			return err
		}
	}
}

// addPart takes one part: a text, or what may be a file.
func (p *parameters) addPart(part *parts) error {
	name, isFile, err := disposition(part)
	if err != nil {
		return err
	}
	if isFile || p.operation.Field(name) == nil && p.namedParts() != nil {
		content, _, err := part.content(math.MaxInt) // the whole body has a limit
		p.parts = append(p.parts, filePart{name, isFile, content})
		return err
	}
	value, more, err := part.content(maxText)
	switch {
	case err != nil:
		return err
	case more:
		p.addError(name, " has more than 64 KiB, which is more than any text may have. A part with a file needs a filename.")
	default:
		p.add(wrapper.InBody, name, string(value))
	}
	return nil
}

// disposition reads the header of a part: its name, and whether it has a file name.
func disposition(part *parts) (name string, isFile bool, err error) {
	values, encodings, err := part.header()
	if err != nil {
		return "", false, err
	}
	for _, encoding := range encodings {
		switch strings.ToLower(trimBlanks(encoding)) {
		case "7bit", "8bit", "binary":
		default:
			return "", false, malformed("A part has a Content-Transfer-Encoding. Send its bytes as they are, without one.")
		}
	}
	if len(values) != 1 {
		return "", false, malformed("Each part needs one Content-Disposition: form-data; name=\"…\".")
	}
	value, ok := parseHeader(values[0])
	if !ok || value.essence != "form-data" {
		return "", false, malformed("A part has a Content-Disposition that cannot be read. Write form-data; name=\"…\", and filename=\"…\" for a file, each once, in UTF-8, without name* or filename* (RFC 7578).")
	}
	name = value.parameters["name"]
	if name == "" || !utf8.ValidString(name) {
		return "", false, malformed("A part has no name in UTF-8. Write Content-Disposition: form-data; name=\"…\".")
	}
	_, isFile = value.parameters["filename"]
	return name, isFile, nil
}

// namedParts are the fields whose values are names of parts.
func (p *parameters) namedParts() (fields []*wrapper.Field) {
	for i := range p.operation.Fields {
		if field := &p.operation.Fields[i]; field.File != nil && field.File.NamedPart {
			fields = append(fields, field)
		}
	}
	return fields
}

// claimFiles gives each file to its field.
func (p *parameters) claimFiles(strict bool) {
	p.files = map[string][]filePart{}
	var loose []filePart // named by the value of a field, or by nothing
	for _, part := range p.parts {
		switch field := p.operation.Field(part.name); {
		case field != nil && field.File != nil && !field.File.NamedPart:
			if p.files[field.Name] = append(p.files[field.Name], part); field.List == nil && len(p.files[field.Name]) > 1 {
				p.addError(field.Name, " takes one file. Send one.")
			}
		case field != nil && field.File != nil:
			p.addError(part.name, " must be a text that holds the name of another part, and the file in that part: "+
				part.name+"=image.png, and a part image.png.")
		case !part.isFile && p.isReserved(part.name):
			p.addUnknown(part)
		case p.isReserved(part.name):
			p.addError(part.name, " is a part with a filename. Send it as a text, without one, and give the part with the file another name.")
		default:
			loose = append(loose, part)
		}
	}
	named := p.namedParts()
	for _, field := range named {
		loose = p.claimNamed(field, loose, !strict && len(named) == 1)
	}
	for _, part := range loose {
		switch {
		case !part.isFile || len(named) == 0:
			p.addUnknown(part)
		case p.values[named[0].Name] == nil:
			p.addError(named[0].Name, " must be there beside a part with a file, and hold the name of that part.")
		case p.files[named[0].Name] == nil:
			p.addError(named[0].Name, " must hold the name of the part with the file; the two differ.") // D2
		default:
			p.addError(named[0].Name, " takes one file. Send one part with a filename.")
		}
	}
}

// addUnknown leaves it to the rules to say that there is no such parameter. An empty one is absent (D1).
func (p *parameters) addUnknown(part filePart) {
	if len(part.content) > 0 {
		p.values[displayName(part.name)] = []string{""}
	}
}

// claimNamed gives a field the part that its value names, or else, if that is lenient, the one that is a file
// (D2). It returns the parts that are left.
func (p *parameters) claimNamed(field *wrapper.Field, loose []filePart, lenient bool) []filePart {
	if len(p.values[field.Name]) == 0 {
		return loose
	}
	isFile := func(part filePart) bool { return part.isFile }
	i := slices.IndexFunc(loose, func(part filePart) bool { return part.name == p.values[field.Name][0] })
	if i < 0 && lenient {
		i = slices.IndexFunc(loose, isFile)
	}
	if i < 0 {
		return loose
	}
	p.files[field.Name] = []filePart{loose[i]}
	return slices.Delete(loose, i, i+1)
}

// isReserved says whether a part with a file cannot have this name (D3, F9).
func (p *parameters) isReserved(name string) bool {
	return strings.HasPrefix(name, "_") || slices.ContainsFunc(p.operation.Fields, func(field wrapper.Field) bool {
		return strings.EqualFold(field.Name, name)
	})
}
