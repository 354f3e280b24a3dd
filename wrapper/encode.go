package wrapper

import (
	"bytes"
	"crypto/rand"
	"io"
	"iter"
	"strings"
)

// An encoding is the body of a request: how long it is, and how to read it from its beginning.
type encoding struct {
	contentType string
	length      int64
	open        func() (io.ReadCloser, error)
}

// encode checks a contact and chooses its encoding: multipart if, and only if, there is a file.
func (c *Contact) encode() (encoding, error) {
	if c.ProfileImageFile == nil {
		form := c.form()
		if err := c.check(form.Violations(), nil, nil); err != nil {
			return encoding{}, err
		}
		body := make([]byte, 0, 512)
		for name, value := range form.Fields() { // here, and not behind a parameter, it allocates nothing
			body = appendField(body, name, value)
		}
		return formEncoding(body), nil
	}
	part, broken, cause := c.ProfileImageFile.inspect()
	upload := c.upload(part.name)
	if err := c.check(upload.Violations(), broken, cause); err != nil {
		return encoding{}, err
	}
	return multipartEncoding(upload.Fields(), part, c.ProfileImageFile), nil
}

func formEncoding(body []byte) encoding {
	return encoding{
		contentType: "application/x-www-form-urlencoded",
		length:      int64(len(body)),
		// Of this type net/http knows that it need not flush the header before it reads.
		open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil },
	}
}

// appendField writes one more field of a form.
func appendField(body []byte, name, value string) []byte {
	if len(body) > 0 {
		body = append(body, '&')
	}
	body = append(body, name...) // the contract's names need no escaping
	body = append(body, '=')
	written := 0
	for i := range len(value) {
		b := value[i]
		if unreserved[b] {
			continue
		}
		body = append(body, value[written:i]...)
		written = i + 1
		if b == ' ' {
			body = append(body, '+')
		} else {
			body = append(body, '%', "0123456789ABCDEF"[b>>4], "0123456789ABCDEF"[b&15])
		}
	}
	return append(body, value[written:]...)
}

// unreserved are the bytes that a form holds as they are.
var unreserved = func() (is [256]bool) {
	for _, b := range []byte(lettersAndDigits + "-_.~") {
		is[b] = true
	}
	return is
}()

// multipartEncoding writes the fields, and then the file, as RFC 7578 says. Nothing needs escaping: the
// names of the fields are the contract's, and that of the part has been checked.
func multipartEncoding(fields iter.Seq2[string, string], part filePart, image *Image) encoding {
	boundary := rand.Text() + rand.Text()
	var head bytes.Buffer
	begin := func(disposition string) {
		head.WriteString("--" + boundary + "\r\nContent-Disposition: form-data; " + disposition)
	}
	for name, value := range fields {
		begin(`name="` + name + "\"\r\n\r\n" + value + "\r\n")
	}
	begin(`name="` + part.name + `"; filename="` + part.name + "\"\r\nContent-Type: " + part.contentType + "\r\n\r\n")
	tail := "\r\n--" + boundary + "--\r\n"

	return encoding{
		contentType: "multipart/form-data; boundary=" + boundary,
		length:      int64(head.Len()) + part.size + int64(len(tail)),
		open: func() (io.ReadCloser, error) {
			file, _, err := image.open()
			if err != nil {
				return nil, err
			}
			return &upload{file, []io.Reader{bytes.NewReader(head.Bytes()), io.LimitReader(file, part.size), strings.NewReader(tail)}}, nil
		},
	}
}

// An upload is the body of a multipart request: what stands before the file, the file, and what follows.
type upload struct {
	file     io.Closer // nil: closed
	sections []io.Reader
}

func (u *upload) Close() error {
	if u.file == nil {
		return nil
	}
	err := u.file.Close()
	u.file = nil
	return err
}

func (u *upload) Read(p []byte) (int, error) {
	if len(u.sections) == 0 {
		return 0, io.EOF
	}
	n, err := u.sections[0].Read(p)
	if err == io.EOF {
		u.sections, err = u.sections[1:], nil
	}
	return n, err
}

// WriteTo gives w each section by itself, so that the kernel can copy the file.
func (u *upload) WriteTo(w io.Writer) (written int64, err error) {
	for ; err == nil && len(u.sections) > 0; u.sections = u.sections[1:] {
		var n int64
		n, err = io.Copy(w, u.sections[0])
		written += n
	}
	return written, err
}
