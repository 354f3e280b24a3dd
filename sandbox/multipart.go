package sandbox

import (
	"io"
	"math"
	"strings"
	"unicode/utf8"
)

// filePart is the part of a multipart/form-data body that has a file name: the image (D2).
type filePart struct {
	name  string
	image []byte
	files int // how many such parts there are
}

// readMultipart reads a multipart/form-data body, one part at a time.
func readMultipart(r io.Reader, boundary string, p *parameters, strict bool) error {
	parts := newParts(r, boundary)
	for n := 0; ; n++ {
		if err := parts.next(); err == io.EOF {
			p.checkFile(strict)
			return nil
		} else if err != nil {
			return err
		}
		if n == maxParameters {
			return errTooMany
		}
		if err := p.putPart(parts); err != nil {
			return err
		}
	}
}

// putPart takes one part, a text or the file.
func (p *parameters) putPart(part *parts) error {
	name, isFile, err := disposition(part)
	if err != nil {
		return err
	}
	if isFile {
		return p.putFile(name, part)
	}
	value, more, err := part.content(maxText)
	switch {
	case err != nil:
		return err
	case more:
		p.blame(name, " has more than 64 KiB. A text has at most 255 characters; a part with a file needs a filename.")
	default:
		p.put(name, string(value))
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

// putFile takes the part with the image.
func (p *parameters) putFile(name string, part *parts) error {
	if p.file.files++; p.file.files > 1 {
		p.blame("ProfileImageFile", " takes one file. Send one part with a filename.")
		_, _, err := part.content(0)
		return err
	}
	p.file.name = name
	switch {
	case name == "ProfileImageFile":
		p.blame(name, " must be a text that holds the name of another part, and the file in that part: ProfileImageFile=image.png, and a part image.png.")
	case isReserved(name):
		p.blame(name, " is a part with a filename. Send it as a text, without one, and give the part with the image another name.")
	}
	image, _, err := part.content(math.MaxInt) // the whole body has a limit
	p.file.image = image
	return err
}

// isReserved says whether a part with a file cannot have this name (D3, F9).
func isReserved(name string) bool {
	if strings.HasPrefix(name, "_") {
		return true
	}
	for known := range knownNames {
		if strings.EqualFold(known, name) {
			return true
		}
	}
	return false
}

// checkFile checks what the contract cannot say of ProfileImageFile: that its file is there, under its
// name, and is an image.
func (p *parameters) checkFile(strict bool) {
	const field = "ProfileImageFile"
	if mentions(p.wrong, field) {
		return
	}
	var holds string
	for name, value := range p.body.Fields() {
		if name == field {
			holds = value
		}
	}
	if p.file.files == 0 {
		if holds != "" {
			p.blame(field, " needs a part with the file, under the name that it holds, with a filename.")
		}
		return
	}
	switch {
	case len(p.file.image) == 0:
		p.blame(field, " has an empty file. Send the bytes of the image.")
	case imageType(p.file.image) == "":
		p.blame(field, " must be a PNG, JPEG, GIF or WebP image.")
	case holds == "":
		p.blame(field, " must be there beside a part with a file, and hold the name of that part.")
	case strict && holds != p.file.name:
		p.blame(field, " must hold the name of the part with the file; the two differ.") // D2
	}
}
