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

// barFrom is the size of the smallest image whose upload is worth a bar.
const barFrom = 5 << 20

// A progress shows how much of an image was read to be sent. The zero value shows nothing.
type progress struct {
	mu     sync.Mutex
	bar    *progressbar.ProgressBar // nil: not shown, or at its end
	w      io.Writer
	opened int
}

// image is the file at a path; its upload is shown if it is large and w is a terminal.
func (p *progress) image(path string, w io.Writer) *wrapper.Image {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() || info.Size() <= barFrom || !isTerminal(w) {
		return wrapper.ImageFromPath(path)
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
	return wrapper.ImageFromOpener(func() (io.ReadCloser, error) {
		file, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		p.begin()
		return &watchedFile{file, p}, nil
	}, info.Size())
}

// begin takes the bar back to its start: each attempt reads the file anew.
func (p *progress) begin() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.opened++
	if p.bar != nil {
		p.bar.Reset()
	}
}

func (p *progress) add(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	// The first time it is opened, the file is only checked.
	if p.bar != nil && p.opened > 1 {
		p.bar.Add(n)
	}
}

// end leaves the bar as it is, and what is printed next below it.
func (p *progress) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar != nil && p.opened > 1 {
		fmt.Fprintln(p.w)
	}
	p.bar = nil
}

// A watchedFile shows no more of its file than this, so that nothing copies it unseen.
type watchedFile struct {
	io.ReadCloser
	progress *progress
}

func (f *watchedFile) Read(b []byte) (int, error) {
	n, err := f.ReadCloser.Read(b)
	f.progress.add(n)
	return n, err
}

func isTerminal(w io.Writer) bool {
	file, is := w.(*os.File)
	return is && term.IsTerminal(int(file.Fd()))
}
