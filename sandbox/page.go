package sandbox

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"

	"example.com/contacts"
)

// pagePath begins the paths of the page's files. The page itself is at the root of the host.
const pagePath = controlPath + "page/"

//go:embed page
var pageFiles embed.FS

// pagePolicy lets the page run its own files and talk to its own sandbox, and nothing else: no inline script or style,
// no other host, no frame around it, and no text that becomes HTML.
var pagePolicy = strings.Join([]string{
	"default-src 'none'",
	"script-src 'self'",
	"style-src 'self'",
	"img-src 'self' blob:",
	"connect-src 'self'",
	"form-action 'none'",
	"base-uri 'none'",
	"frame-ancestors 'none'",
	"require-trusted-types-for 'script'",
	"trusted-types 'none'",
}, "; ")

// isPage tells whether a request is for the page. Its files hold no secret, and need no credentials.
func isPage(r *http.Request) bool {
	isRead := r.Method == http.MethodGet || r.Method == http.MethodHead
	return isRead && r.URL.Path == "/" || strings.HasPrefix(r.URL.Path, pagePath)
}

// servePage responds with a file of the page, under the names that the control API has.
func (c *control) servePage(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", pagePolicy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-cache")
	if !c.isOwnHost(r.Host) {
		respondError(w, errForeignHost)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		h.Set("Allow", "GET, HEAD")
		respondError(w, &apiError{Status: http.StatusMethodNotAllowed, Message: "This method is not allowed here; use GET or HEAD."})
		return
	}
	name := "index.html"
	if r.URL.Path != "/" {
		name = strings.TrimPrefix(r.URL.Path, pagePath)
	}
	file, is := pageContents()[name]
	if !is {
		respondError(w, &apiError{Status: http.StatusNotFound, Message: "The page has no such file. It begins at /."})
		return
	}
	h.Set("Content-Type", file.contentType)
	h.Set("ETag", file.tag)
	h.Set("Vary", "Accept-Encoding")
	if r.Header.Get("If-None-Match") == file.tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	content := file.content
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		content = file.gzipped
	}
	h.Set("Content-Length", strconv.Itoa(len(content)))
	w.Write(content)
}

// A pageFile is a file as it is sent.
type pageFile struct {
	contentType, tag string
	content, gzipped []byte
}

// pageContents are the files of the page by their path below pagePath, and the contract.
var pageContents = sync.OnceValue(func() map[string]pageFile {
	files := map[string]pageFile{}
	_ = fs.WalkDir(pageFiles, "page", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := pageFiles.ReadFile(name)
		files[strings.TrimPrefix(name, "page/")] = newPageFile(name, content)
		return err
	})
	files["openapi.yaml"] = newPageFile("openapi.yaml", contacts.Contract)
	return files
})

func newPageFile(name string, content []byte) pageFile {
	var zipped bytes.Buffer
	z, _ := gzip.NewWriterLevel(&zipped, gzip.BestCompression)
	z.Write(content)
	z.Close()
	// The types that a system knows differ from one to the next.
	contentType := map[string]string{
		".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8",
		".svg": "image/svg+xml", ".yaml": "text/plain; charset=utf-8",
	}[path.Ext(name)]
	return pageFile{contentType, fmt.Sprintf(`"%x"`, sha256.Sum256(content)), content, zipped.Bytes()}
}
