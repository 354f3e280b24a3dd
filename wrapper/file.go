package wrapper

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"reflect"
	"strconv"
	"strings"
)

// A File is a file to upload. It is opened anew for each attempt to send it and is never held in memory.
type File struct {
	name string
	open func() (io.ReadCloser, int64, error)
}

// FileFromPath is the regular file at a path. Its name is not sent.
func FileFromPath(path string) *File {
	return &File{open: func() (io.ReadCloser, int64, error) { return openRegular(path) }}
}

// openRegular does not wait for a FIFO's writer, as os.Open does.
func openRegular(path string) (io.ReadCloser, int64, error) {
	isRegular := func(info os.FileInfo, err error) error {
		if err == nil && !info.Mode().IsRegular() {
			return fmt.Errorf("%s is not a regular file", path)
		}
		return err
	}
	if err := isRegular(os.Stat(path)); err != nil {
		return nil, 0, err
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, 0, err
	}
	info, err := file.Stat()
	if err := isRegular(info, err); err != nil {
		file.Close()
		return nil, 0, err
	}
	return file, info.Size(), nil
}

// FileFromBytes is a file with this content.
func FileFromBytes(content []byte) *File {
	return FileFromReaderAt(bytes.NewReader(content), int64(len(content)))
}

// FileFromReaderAt is the first size bytes of r, which may be read several times, also at once.
func FileFromReaderAt(r io.ReaderAt, size int64) *File {
	return FileFromOpener(func() (io.ReadCloser, error) {
		return io.NopCloser(io.NewSectionReader(r, 0, size)), nil
	}, size)
}

// FileFromOpener is the first size bytes of what open returns. It is called more than once, and each time
// must return the same bytes from the beginning.
func FileFromOpener(open func() (io.ReadCloser, error), size int64) *File {
	return &File{open: func() (io.ReadCloser, int64, error) {
		content, err := open()
		return content, size, err
	}}
}

// Named is the same file under a name that the server sees. The name must match
// ^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$, and, where it names the part, must not be the name of a parameter.
func (f *File) Named(name string) *File {
	if f == nil {
		return nil
	}
	return &File{name: name, open: f.open}
}

var errEmptyFile = errors.New("the file is empty")

// look reads the first bytes, as many as tell the type.
func (f *File) look() (size int64, contentType, extension string, err error) {
	if f == nil || f.open == nil {
		return 0, "", "", errors.New("there is no file")
	}
	content, size, err := f.open()
	if err != nil {
		return 0, "", "", err
	}
	defer content.Close()
	if size <= 0 {
		return 0, "", "", errEmptyFile
	}
	beginning := make([]byte, min(size, 512))
	if _, err = io.ReadFull(content, beginning); err != nil {
		return 0, "", "", err
	}
	switch detected := http.DetectContentType(beginning); detected {
	case "image/png", "image/gif", "image/webp":
		return size, detected, strings.TrimPrefix(detected, "image/"), nil
	case "image/jpeg":
		return size, detected, "jpg", nil
	}
	return size, "application/octet-stream", "bin", nil
}

// A part is what a multipart body says of a file.
type part struct {
	file                        *File
	name, fileName, contentType string
	size                        int64
}

// partsOf are the parts of a field's files.
func partsOf(field *Field, value reflect.Value) ([]part, error) {
	files, isList := value.Interface().([]*File)
	if !isList {
		files = []*File{value.Interface().(*File)}
	}
	var parts []part
	for i, file := range files {
		size, contentType, extension, err := file.look()
		if err != nil {
			return nil, err
		}
		p := part{file: file, name: field.Name, fileName: file.name, contentType: contentType, size: size}
		if p.fileName == "" {
			p.fileName = field.File.BaseName
			if isList {
				p.fileName += "-" + strconv.Itoa(i+1)
			}
			p.fileName += "." + extension
		}
		if field.File.NamedPart {
			p.name = p.fileName
		}
		parts = append(parts, p)
	}
	return parts, nil
}

var (
	errShrunk   = errors.New("a file is shorter than it was before")
	errPanicked = errors.New("a panic in what the caller gave to send")
)

// An upload is the body of a multipart request, one section after the other.
type upload struct {
	sections []source
	closed   bool
}

// A source is a section that is open. It must have left more bytes.
type source struct {
	io.Reader
	io.Closer
	left int64
}

func openUpload(sections []section) (*upload, error) {
	u := &upload{}
	for _, s := range sections {
		if s.file == nil {
			u.sections = append(u.sections, source{bytes.NewReader(s.text), nil, int64(len(s.text))})
			continue
		}
		content, _, err := s.file.open()
		if err != nil {
			u.Close()
			return nil, err
		}
		u.sections = append(u.sections, source{content, content, s.length})
	}
	return u, nil
}

func (u *upload) Close() error {
	var errs []error
	if !u.closed {
		u.closed = true
		for _, s := range u.sections {
			if s.Closer != nil {
				errs = append(errs, s.Close())
			}
		}
	}
	return errors.Join(errs...)
}

// next is the section that has bytes left; nil at the end.
func (u *upload) next() *source {
	for i := range u.sections {
		if u.sections[i].left > 0 {
			return &u.sections[i]
		}
	}
	return nil
}

func (u *upload) Read(p []byte) (n int, err error) {
	defer catch(&err)
	s := u.next()
	if s == nil {
		return 0, io.EOF
	}
	n, err = s.Reader.Read(p[:min(int64(len(p)), s.left)])
	s.left -= int64(n)
	if err == io.EOF {
		err = nil
		if s.left > 0 {
			err = errShrunk // and no boundary follows, so that the server cannot take it for whole
		}
	}
	return n, err
}

// WriteTo gives w each section by itself, so that the kernel can copy a file.
func (u *upload) WriteTo(w io.Writer) (written int64, err error) {
	defer catch(&err)
	for s := u.next(); s != nil; s = u.next() {
		n, err := io.Copy(w, io.LimitReader(s.Reader, s.left))
		written += n
		s.left -= n
		if err == nil && s.left > 0 {
			err = errShrunk
		}
		if err != nil {
			return written, err
		}
	}
	return written, nil
}

// catch makes an error of a panic in a reader of the caller's: it would end the program, as net/http reads in
// a goroutine of its own.
func catch(err *error) {
	if recover() != nil {
		*err = errPanicked
	}
}
