package conformance

import (
	"bytes"
	"fmt"
	"io"
	"mime"
	mimemultipart "mime/multipart"
	"strconv"
	"strings"
)

// path and query of the target, as they are on the wire.
func (r *received) path() (path, query string) {
	path, query, _ = strings.Cut(r.target, "?")
	return path, query
}

// checkBody returns what is wrong with the way a body is sent, or nil.
func (r *received) checkBody(want encoding) error {
	if r.early {
		return nil
	}
	contentType, length := r.header.Values("Content-Type"), r.header.Get("Content-Length")
	switch want {
	case noBody:
		if len(contentType) > 0 || len(r.body) > 0 {
			return fmt.Errorf("want no body; got %q with the Content-Type %q", r.body, contentType)
		}
		if hasBody(r.method) && length != "0" {
			return fmt.Errorf("want Content-Length: 0; got %q", length)
		}
		return nil
	case form:
		if len(contentType) != 1 || contentType[0] != string(form) {
			return fmt.Errorf("want the Content-Type %s; got %q", form, contentType)
		}
	case multipart:
		if mediaType, _, err := mime.ParseMediaType(strings.Join(contentType, "|")); err != nil || mediaType != string(multipart) {
			return fmt.Errorf("want the Content-Type %s; got %q", multipart, contentType)
		}
	}
	if length != strconv.Itoa(len(r.body)) {
		return fmt.Errorf("want Content-Length: %d; got %q", len(r.body), length)
	}
	return nil
}

// decodeParts reads a multipart body.
func (r *received) decodeParts() ([]Part, error) {
	_, params, err := mime.ParseMediaType(r.header.Get("Content-Type"))
	if err != nil {
		return nil, err
	}
	if boundary := params["boundary"]; len(boundary) < 30 || len(boundary) > 70 {
		return nil, fmt.Errorf("the boundary %q is too easy to hit, or too long for RFC 2046", boundary)
	}
	var parts []Part
	reader := mimemultipart.NewReader(bytes.NewReader(r.body), params["boundary"])
	for {
		p, err := reader.NextRawPart()
		if err == io.EOF {
			return parts, nil
		}
		if err != nil {
			return nil, err
		}
		content, err := io.ReadAll(p)
		if err != nil {
			return nil, err
		}
		part, err := decodePart(p, content)
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
	}
}

var unescapeName = strings.NewReplacer("%22", `"`, "%0D", "\r", "%0A", "\n")

// decodePart accepts the one way to write a part's header, so that no server reads it in another way.
func decodePart(p *mimemultipart.Part, content []byte) (Part, error) {
	disposition := p.Header.Get("Content-Disposition")
	name, rest, ok := strings.Cut(strings.TrimPrefix(disposition, `form-data; name="`), `"`)
	part := Part{Name: unescapeName.Replace(name), Value: string(content)}
	headers := 1
	if rest != "" {
		filename, found := strings.CutPrefix(rest, `; filename="`)
		ok = ok && found && strings.HasSuffix(filename, `"`)
		part = Part{Name: part.Name, Filename: unescapeName.Replace(strings.TrimSuffix(filename, `"`)),
			ContentType: p.Header.Get("Content-Type"), SHA256: digest(content)}
		headers = 2
	}
	if !ok || len(p.Header) != headers || !strings.HasPrefix(disposition, `form-data; name="`) {
		return Part{}, fmt.Errorf("a part has the headers %v; want Content-Disposition: form-data with a name, and for a file a filename and a Content-Type, and no other", p.Header)
	}
	return part, nil
}
