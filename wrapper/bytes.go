package wrapper

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
)

// A ByteStream is content of a response, read from the network as it is read. It must be closed. The timeout
// of the call holds until its end.
type ByteStream struct {
	ContentType string
	Length      int64 // -1: not known

	body   io.ReadCloser
	cancel context.CancelFunc
	failed func(error) error
}

func (p *performance) stream(response *http.Response, cancel context.CancelFunc) *ByteStream {
	return &ByteStream{
		ContentType: response.Header.Get("Content-Type"), Length: response.ContentLength, body: response.Body, cancel: cancel, failed: p.inDoubtOf,
	}
}

// Read reads content. Its error is io.EOF only if the content came whole; otherwise it is an *InDoubtError.
func (b *ByteStream) Read(p []byte) (int, error) {
	n, err := b.read(p)
	if err != nil && err != io.EOF {
		err = b.failed(err)
	}
	return n, err
}

func (b *ByteStream) read(p []byte) (n int, err error) {
	defer catch(&err) // the body may be that of a caller's transport
	return b.body.Read(p)
}

// Close ends the stream. What was not read is lost.
func (b *ByteStream) Close() (err error) {
	defer b.cancel()
	defer catch(&err)
	return b.body.Close()
}

// ReadAll reads the content to its end and closes the stream.
func (b *ByteStream) ReadAll() ([]byte, error) {
	defer b.Close()
	return io.ReadAll(b)
}

// SaveTo writes the content to a regular file and closes the stream. The file is there only if all of it came.
func (b *ByteStream) SaveTo(path string) error {
	defer b.Close()
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return &fs.PathError{Op: "save", Path: path, Err: errors.New("it is there, and is no regular file")}
	}
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return err
	}
	defer os.Remove(file.Name()) // unless it was renamed
	_, err = io.Copy(file, b)
	if closeErr := file.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return err
	}
	return os.Rename(file.Name(), path)
}
