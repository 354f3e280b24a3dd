package wrapper

import (
	"bytes"
	"context"
	"crypto/rand"
	"io"
	"iter"
	"net/http"
	"reflect"
	"strconv"
	"strings"
)

// An outgoing is a request, but for its path: what is the same in each attempt to send it.
type outgoing struct {
	operation   *Operation
	accept      [1]string // lies in the request's header
	query       string
	headers     [][2]string
	contentType string // empty: no body
	length      int64
	form        []byte    // the body, if it is urlencoded
	sections    []section // of the body, if it is multipart
}

// A section is a part of a body: text, or a file.
type section struct {
	text   []byte
	file   *File
	length int64 // of the file
}

// encode makes the request of an input that has been checked, and whose files were looked at.
func encode(o *Operation, input any, looks map[*File]look) outgoing {
	r := outgoing{operation: o, accept: [1]string{o.Response.Accept}}
	if input == nil {
		return r
	}
	hasFile, hasBody := false, false
	var query []byte
	for field, value := range present(o, input) {
		switch field.In {
		case InQuery:
			eachText(field, value, func(text string) { query = appendPair(query, field.Name, text, "%20") })
		case InHeader:
			eachText(field, value, func(text string) { r.headers = append(r.headers, [2]string{http.CanonicalHeaderKey(field.Name), text}) })
		case InBody:
			hasBody = true
			hasFile = hasFile || field.File != nil
		}
	}
	r.query = string(query)
	switch {
	case o.Body == nil, !hasBody && !o.Body.Required:
		return r
	case hasFile, hasBody && !o.Body.Form:
		r.multipart(input, looks)
		return r
	}
	body := make([]byte, 0, 512)
	for field, value := range present(o, input) {
		if field.In == InBody {
			eachText(field, value, func(text string) { body = appendPair(body, field.Name, text, "+") })
		}
	}
	r.contentType, r.length, r.form = "application/x-www-form-urlencoded", int64(len(body)), body
	return r
}

// present goes through the fields of an input that are there.
func present(o *Operation, input any) iter.Seq2[*Field, reflect.Value] {
	return func(yield func(*Field, reflect.Value) bool) {
		values := reflect.ValueOf(input).Elem()
		fields := o.Fields[len(o.Fields)-values.NumField():] // those of the path go before
		for i := range fields {
			if value := values.Field(i); !isAbsent(value) && !yield(&fields[i], value) {
				return
			}
		}
	}
}

// isAbsent tells whether a field of an input, or a member of a response, is not there.
func isAbsent(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.String, reflect.Slice:
		return v.Len() == 0
	case reflect.Pointer:
		return v.IsNil()
	}
	return false
}

// eachText calls f with the values of a field as they are on the wire.
func eachText(field *Field, value reflect.Value, f func(string)) {
	if field.List == nil {
		f(wireText(value))
		return
	}
	texts := make([]string, value.Len())
	for i := range texts {
		texts[i] = wireText(value.Index(i))
	}
	if field.List.Delimiter != "" {
		f(strings.Join(texts, field.List.Delimiter))
		return
	}
	for _, text := range texts {
		f(text)
	}
}

// wireText is one value as it is on the wire.
func wireText(v reflect.Value) string {
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	switch v.Kind() {
	case reflect.Int64:
		return strconv.FormatInt(v.Int(), 10)
	case reflect.Float64:
		return numberText(v.Float())
	case reflect.Bool:
		return strconv.FormatBool(v.Bool())
	}
	return v.String()
}

// numberText is the shortest decimal that reads back as the same number, without an exponent.
func numberText(n float64) string {
	if n == 0 {
		return "0" // also for -0
	}
	return strconv.FormatFloat(n, 'f', -1, 64)
}

const lettersAndDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

// unreserved are the bytes that a form and a query hold as they are.
var unreserved = func() (is [256]bool) {
	for _, b := range []byte(lettersAndDigits + "-_.~") {
		is[b] = true
	}
	return is
}()

// appendPair writes one more name and value of a form or a query.
func appendPair(to []byte, name, value, blank string) []byte {
	if len(to) > 0 {
		to = append(to, '&')
	}
	return appendEscaped(append(appendEscaped(to, name, blank), '='), value, blank)
}

func appendEscaped(to []byte, text, blank string) []byte {
	written := 0
	for i := range len(text) {
		b := text[i]
		if unreserved[b] {
			continue
		}
		to = append(to, text[written:i]...)
		written = i + 1
		if b == ' ' {
			to = append(to, blank...)
		} else {
			to = append(to, '%', "0123456789ABCDEF"[b>>4], "0123456789ABCDEF"[b&15])
		}
	}
	return append(to, text[written:]...)
}

// quotedName writes a name into a Content-Disposition.
var quotedName = strings.NewReplacer(`"`, "%22", "\r", "%0D", "\n", "%0A")

// multipart writes the fields, and then the files, as RFC 7578 says.
func (r *outgoing) multipart(input any, looks map[*File]look) {
	boundary := rand.Text() + rand.Text()
	var text bytes.Buffer
	begin := func(name, rest string) {
		text.WriteString("--" + boundary + "\r\nContent-Disposition: form-data; name=\"" + quotedName.Replace(name) + `"` + rest + "\r\n\r\n")
	}
	var files []part
	for field, value := range present(r.operation, input) {
		if field.In != InBody {
			continue
		}
		if field.File != nil {
			parts := partsOf(field, value, looks)
			files = append(files, parts...)
			if !field.File.NamedPart {
				continue
			}
			value = reflect.ValueOf(parts[0].name)
		}
		eachText(field, value, func(value string) {
			begin(field.Name, "")
			text.WriteString(value + "\r\n")
		})
	}
	flush := func() {
		r.sections = append(r.sections, section{text: bytes.Clone(text.Bytes())})
		r.length += int64(text.Len())
		text.Reset()
	}
	for _, file := range files {
		begin(file.name, `; filename="`+file.fileName+"\"\r\nContent-Type: "+file.contentType)
		flush()
		r.sections = append(r.sections, section{file: file.file, length: file.size})
		r.length += file.size
		text.WriteString("\r\n")
	}
	text.WriteString("--" + boundary + "--\r\n")
	flush()
	r.contentType = "multipart/form-data; boundary=" + boundary
}

// open makes the body of one attempt; http.NoBody if there is none.
func (r *outgoing) open() (io.ReadCloser, error) {
	if r.length == 0 {
		return http.NoBody, nil
	}
	if r.form != nil {
		// Of this type net/http knows that it need not flush the header before it reads.
		return io.NopCloser(bytes.NewReader(r.form)), nil
	}
	return openUpload(r.sections)
}

// edit gives a request what it needs beside the generated client's own.
func (r *outgoing) edit(c *Client) func(context.Context, *http.Request) error {
	return func(_ context.Context, request *http.Request) error {
		request.Header["Accept"] = r.accept[:]
		c.sign(request.Header)
		for _, header := range r.headers {
			request.Header[header[0]] = []string{header[1]}
		}
		request.ContentLength = r.length
		if r.length > 0 {
			request.GetBody = r.open
		}
		return nil
	}
}
