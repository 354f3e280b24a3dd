package wrapper

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"

	"example.com/contacts/gen"
)

// An Image is an image file to upload with a contact. It is opened anew for each attempt to send it and
// is never held in memory.
type Image struct {
	name string
	open func() (io.ReadCloser, int64, error)
}

// ImageFromPath is the regular file at a path.
func ImageFromPath(path string) *Image {
	return &Image{open: func() (io.ReadCloser, int64, error) {
		file, err := os.Open(path)
		if err != nil {
			return nil, 0, err
		}
		info, err := file.Stat()
		if err == nil && !info.Mode().IsRegular() {
			err = fmt.Errorf("%s is not a regular file", path)
		}
		if err != nil {
			file.Close()
			return nil, 0, err
		}
		return file, info.Size(), nil
	}}
}

// ImageFromReaderAt is the first size bytes of r, which may be read several times, also at once.
func ImageFromReaderAt(r io.ReaderAt, size int64) *Image {
	return ImageFromOpener(func() (io.ReadCloser, error) {
		return io.NopCloser(io.NewSectionReader(r, 0, size)), nil
	}, size)
}

// ImageFromOpener is what open returns. It is called more than once, and each time must return the same
// size bytes from the beginning. Over plain HTTP the kernel may read them from an *os.File, past a Read
// method that hides it by embedding.
func ImageFromOpener(open func() (io.ReadCloser, error), size int64) *Image {
	return &Image{open: func() (io.ReadCloser, int64, error) {
		content, err := open()
		return content, size, err
	}}
}

// Named is the same image, sent as a part of this name in place of "profile-image." and the type of the
// content. The name must match ^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$ and must not be the name of a parameter
// in any case (FACTS D3).
func (i *Image) Named(name string) *Image {
	return &Image{name: name, open: i.open}
}

// A filePart is what a multipart body says of its file.
type filePart struct {
	name, contentType string
	size              int64
}

const (
	lettersAndDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	punctuation      = "._-"
)

// goodName tells whether a part may have a name that is not empty: it needs no escaping, is no parameter
// (FACTS D3), and can become none by a form's rules (FACTS F9).
func goodName(name string) bool {
	isName := func(parameter string) bool { return strings.EqualFold(parameter, name) }
	return len(name) <= 100 && strings.Trim(name, lettersAndDigits+punctuation) == "" &&
		strings.IndexByte(punctuation, name[0]) < 0 && !slices.ContainsFunc(gen.ContactUploadFields[:], isName)
}

// inspect chooses the part's name and type (FACTS D3). It finds at most one violation, and its cause if
// that is not in the violation itself.
func (i *Image) inspect() (filePart, []Violation, error) {
	violation := func(rule gen.Rule, message string) []Violation {
		return []Violation{{Field: "ProfileImageFile", Rule: rule, Message: "ProfileImageFile " + message}}
	}
	part := filePart{name: i.name}
	if i.name != "" && !goodName(i.name) {
		return part, violation(gen.RuleFileName, gen.MessageFileName), nil
	}
	beginning, err := i.peek(&part.size)
	if err != nil {
		part.name = cmp.Or(part.name, "profile-image.bin") // there is a file, though not one that can be sent
		return part, violation(gen.RuleNeedsFile, gen.MessageNeedsFile), err
	}
	extension := "bin"
	part.contentType = "application/octet-stream"
	switch detected := http.DetectContentType(beginning); detected {
	case "image/png", "image/gif", "image/webp":
		extension, part.contentType = strings.TrimPrefix(detected, "image/"), detected
	case "image/jpeg":
		extension, part.contentType = "jpg", detected
	}
	part.name = cmp.Or(part.name, "profile-image."+extension)
	return part, nil, nil
}

// peek reads the first bytes, as many as tell the type.
func (i *Image) peek(size *int64) ([]byte, error) {
	content, n, err := i.open()
	if err != nil {
		return nil, err
	}
	defer content.Close()
	*size = n
	if n <= 0 {
		return nil, errors.New("the file is empty")
	}
	beginning := make([]byte, min(n, 512))
	_, err = io.ReadFull(content, beginning)
	return beginning, err
}
