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
	"sync/atomic"
)

// A File is a file to upload. It is opened anew for each attempt to send it and is never held in memory.
type File struct {
	name  string
	open  func() (io.ReadCloser, int64, error)
	usage error // what is wrong with the arguments that it was made of
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
	if r == nil {
		return FileFromOpener(nil, size)
	}
	return FileFromOpener(func() (io.ReadCloser, error) {
		return io.NopCloser(io.NewSectionReader(r, 0, size)), nil
	}, size)
}

// FileFromOpener is the first size bytes of what open returns. It is called more than once, and each time
// must return the same bytes from the beginning. When the time is over, what it returned is closed while it is read.
//
// A call with a file whose size is negative, or that was made of nil, returns a *UsageError.
func FileFromOpener(open func() (io.ReadCloser, error), size int64) *File {
	switch {
	case open == nil:
		return &File{usage: &UsageError{"file", "must not be made of nil"}}
	case size < 0:
		return &File{usage: &UsageError{"file", "must not have a negative size"}}
	}
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
	named := *f
	named.name = name
	return &named
}

const maxFile = 1 << 50 // bytes, so that the length of a request is a number of 64 bits

// A look is what is seen of a file before it is sent.
type look struct {
	size                   int64
	contentType, extension string
	err                    error
}

// look reads the first bytes, as many as tell the type.
func (f *File) look() (l look) {
	defer catch(&l.err)
	switch {
	case f != nil && f.usage != nil:
		return look{err: f.usage}
	case f == nil || f.open == nil:
		return look{err: errors.New("there is no file")}
	}
	content, size, err := f.open()
	if err != nil {
		return look{err: err}
	}
	defer content.Close()
	switch {
	case size <= 0:
		return look{err: errors.New("the file is empty")}
	case size > maxFile:
		return look{err: errors.New("the file is too large")}
	}
	beginning := make([]byte, min(size, 512))
	if _, err = io.ReadFull(content, beginning); err != nil {
		return look{err: err}
	}
	switch detected := http.DetectContentType(beginning); detected {
	case "image/png", "image/gif", "image/webp":
		return look{size, detected, strings.TrimPrefix(detected, "image/"), nil}
	case "image/jpeg":
		return look{size, detected, "jpg", nil}
	}
	return look{size, "application/octet-stream", "bin", nil}
}

// A part is what a multipart body says of a file.
type part struct {
	file                        *File
	name, fileName, contentType string
	size                        int64
}

// partsOf are the parts of a field's files.
func partsOf(field *Field, value reflect.Value, looks map[*File]look) (parts []part) {
	files, isList := value.Interface().([]*File)
	if !isList {
		files = []*File{value.Interface().(*File)}
	}
	for i, file := range files {
		seen := looks[file]
		p := part{file: file, name: field.Name, fileName: file.name, contentType: seen.contentType, size: seen.size}
		if p.fileName == "" {
			p.fileName = field.File.BaseName
			if isList {
				p.fileName += "-" + strconv.Itoa(i+1)
			}
			p.fileName += "." + seen.extension
		}
		if field.File.NamedPart {
			p.name = p.fileName
		}
		parts = append(parts, p)
	}
	return parts
}

var (
	errShrunk    = &localError{"a file is shorter than it was before", nil}
	errBadReader = &localError{"a reader says that it read more than there was room for", nil}
	errClosed    = &localError{"the request was given up", nil}
	errPanicked  = &localError{"a panic in what the caller gave to send", nil}
)

// An upload is the body of a multipart request, one section after the other.
type upload struct {
	io.Reader
	files  []io.Closer
	closed atomic.Bool
}

func openUpload(sections []section) (u *upload, err error) {
	u = &upload{}
	defer func() {
		if err != nil {
			u.Close()
		}
	}()
	defer catch(&err)
	var readers []io.Reader
	for _, s := range sections {
		if s.file == nil {
			readers = append(readers, bytes.NewReader(s.text))
			continue
		}
		content, _, err := s.file.open()
		if err != nil {
			return u, err
		}
		u.files = append(u.files, content)
		file := &io.LimitedReader{R: content, N: s.length}
		if _, is := content.(*os.File); !is { // which the kernel can copy
			file.R = &guardedReader{content, u}
		}
		readers = append(readers, file, fileEnd{file})
	}
	u.Reader = io.MultiReader(readers...)
	return u, nil
}

// WriteTo gives w each section by itself, so that the kernel can copy a file.
func (u *upload) WriteTo(w io.Writer) (int64, error) { return io.Copy(w, u.Reader) }

// Close may come while a section is read. That a file cannot be closed does not matter: it was read.
func (u *upload) Close() error {
	if !u.closed.Swap(true) {
		for _, file := range u.files {
			closeQuietly(file)
		}
	}
	return nil
}

func closeQuietly(file io.Closer) {
	defer keepOutcome()
	file.Close()
}

// A fileEnd follows a file. If the file is shorter than it was, nothing comes after it, so that the server cannot take
// it for whole.
type fileEnd struct{ file *io.LimitedReader }

func (e fileEnd) Read([]byte) (int, error) {
	if e.file.N > 0 {
		return 0, errShrunk
	}
	return 0, io.EOF
}

// A guardedReader may be a caller's.
type guardedReader struct {
	io.Reader
	upload *upload
}

func (r *guardedReader) Read(p []byte) (n int, err error) {
	defer catch(&err)
	if r.upload.closed.Load() {
		return 0, errClosed
	}
	n, err = r.Reader.Read(p)
	switch {
	case n < 0 || n > len(p):
		return 0, errBadReader
	case err != nil && err != io.EOF:
		return n, &localError{"a file cannot be read", err}
	}
	return n, err
}

// catch makes an error of a panic in a reader of the caller's: it would end the program, as net/http reads in
// a goroutine of its own.
func catch(err *error) {
	if recover() != nil {
		*err = errPanicked
	}
}
