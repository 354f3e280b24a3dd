package main

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"example.com/contacts/wrapper"
)

// barFrom is the size of the smallest file whose upload is worth a bar.
const barFrom = 5 << 20

// beginning is how much of a file is read to learn its type.
const beginning = 512

// A progress shows how much of a file was read to be sent. The zero value shows nothing.
type progress struct {
	mu      sync.Mutex
	bar     *progressbar.ProgressBar // nil: not visible, or at its end
	w       io.Writer
	visible bool
}

// file is the file at a path; its upload is visible if it is large and w is a terminal. Of several files, the
// last one's is.
func (p *progress) file(path string, w io.Writer) *wrapper.File {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() || info.Size() <= barFrom || !isTerminal(w) {
		return wrapper.FileFromPath(path)
	}
	p.w = w
	p.bar = progressbar.NewOptions64(info.Size(),
		progressbar.OptionSetWriter(w),
		progressbar.OptionSetDescription("uploading"),
		progressbar.OptionShowBytes(true),
		progressbar.OptionShowTotalBytes(true),
		progressbar.OptionSetWidth(30),
		progressbar.OptionThrottle(100*time.Millisecond),
	)
	return wrapper.FileFromOpener(func() (io.ReadCloser, error) {
		file, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		return &watchedFile{ReadCloser: file, progress: p}, nil
	}, info.Size())
}

// set shows how many bytes were read. An attempt that sends the file again begins at its start.
func (p *progress) set(read int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar != nil && read > beginning {
		p.visible = true
		p.bar.Set64(read)
	}
}

// end leaves the bar as it is, and what is printed next below it.
func (p *progress) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar != nil && p.visible {
		fmt.Fprintln(p.w)
	}
	p.bar = nil
}

// A watchedFile shows no more of its file than this, so that nothing copies it unseen.
type watchedFile struct {
	io.ReadCloser
	progress *progress
	read     int64
}

func (f *watchedFile) Read(b []byte) (int, error) {
	n, err := f.ReadCloser.Read(b)
	f.read += int64(n)
	f.progress.set(f.read)
	return n, err
}

func isTerminal(w io.Writer) bool {
	file, is := w.(*os.File)
	return is && term.IsTerminal(int(file.Fd()))
}
