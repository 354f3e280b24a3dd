package soak

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"mime/multipart"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"time"
)

const (
	account = "IRsoak"
	token   = "secret"
	kept    = 50 // contacts of a worker; it deletes what is more
)

// errInDoubt is a request without a response that tells what became of it.
var errInDoubt = errors.New("in doubt")

// A worker creates, reads, updates and deletes the contacts of a campaign of its own, one request after another, and knows
// what the sandbox confirmed.
type worker struct {
	client   *http.Client
	base     string
	campaign int
	random   *rand.Rand
	titles   map[string]string // of contacts that are there, by their Uri; they have an image if their title ends with it
	deleted  []string          // that are not
	requests int
	doubts   int
}

func (w *worker) contacts() string {
	return fmt.Sprintf("/Advertisers/%s/Campaigns/%d/Contacts", account, w.campaign)
}

// work works until a moment, or until the server is gone.
func (w *worker) work(until time.Time) error {
	for time.Now().Before(until) {
		if err := w.turn(); err != nil && !errors.Is(err, errInDoubt) {
			return err
		}
	}
	return nil
}

func (w *worker) turn() error {
	uri, err := w.create()
	if err != nil {
		return err
	}
	if err := w.check(uri); err != nil {
		return err
	}
	if w.random.IntN(2) == 0 {
		title := fmt.Sprint("changed ", w.requests)
		delete(w.titles, uri) // it is one or the other until the response is there
		if err := w.send("PUT", uri, form("Title", title), nil); err != nil {
			return err
		}
		w.titles[uri] = title
		if err := w.check(uri); err != nil {
			return err
		}
	}
	for uri := range w.titles {
		if len(w.titles) <= kept {
			return nil
		}
		delete(w.titles, uri)
		if err := w.send("DELETE", uri, nil, nil); err != nil {
			return err
		}
		w.deleted = append(w.deleted, uri)
	}
	return nil
}

const withImage = " with an image"

func (w *worker) create() (uri string, err error) {
	title := fmt.Sprint("created ", w.requests)
	values := []string{"FirstName", "Wile", "LastName", "Coyote", "EmailAddress", "wile@example.com", "Accounts", "10000", "Title", title}
	body := form(values...)
	if w.random.IntN(4) == 0 {
		title += withImage
		values[len(values)-1] = title
		body = upload(values, image(title))
	}
	var created struct{ Uri string }
	if err := w.send("POST", w.contacts(), body, &created); err != nil {
		return "", err
	}
	w.titles[created.Uri] = title
	return created.Uri, nil
}

// image is one that only one contact has.
func image(title string) []byte {
	return append([]byte("GIF89a"+title), bytes.Repeat([]byte("x"), 20_000)...)
}

// check checks that a contact is what it was confirmed to be.
func (w *worker) check(uri string) error {
	want := w.titles[uri]
	var contact struct{ Title string }
	if err := w.send("GET", uri, nil, &contact); err != nil {
		return err
	}
	if contact.Title != want {
		return fmt.Errorf("the title of %s is %q, and not %q", uri, contact.Title, want)
	}
	if strings.HasSuffix(want, withImage) {
		var content []byte
		if err := w.send("GET", uri+"/ProfileImage", nil, &content); err != nil {
			return err
		}
		if !bytes.Equal(content, image(want)) {
			return fmt.Errorf("the image of %s is another", uri)
		}
	}
	return nil
}

// checkAll checks that all that was confirmed is so, after whatever happened to the server.
func (w *worker) checkAll() error {
	for uri := range w.titles {
		if err := again(func() error { return w.check(uri) }); err != nil {
			return fmt.Errorf("%s was confirmed: %w", uri, err)
		}
	}
	for _, uri := range w.deleted {
		err := again(func() error { return w.send("GET", uri, nil, nil) })
		if e := (statusError{}); !errors.As(err, &e) || e.status != http.StatusNotFound {
			return fmt.Errorf("that %s is deleted was confirmed: %w", uri, err)
		}
	}
	return nil
}

// clean deletes what the campaign has, also what is there without a confirmation.
func (w *worker) clean() error {
	for {
		var page struct{ Contacts []struct{ Uri string } }
		if err := again(func() error { return w.send("GET", w.contacts()+"?PageSize=20000", nil, &page) }); err != nil {
			return err
		}
		if len(page.Contacts) == 0 {
			w.titles, w.deleted = map[string]string{}, nil
			return nil
		}
		for _, contact := range page.Contacts {
			err := again(func() error { return w.send("DELETE", contact.Uri, nil, nil) })
			if e := (statusError{}); err != nil && !(errors.As(err, &e) && e.status == http.StatusNotFound) {
				return err
			}
		}
	}
}

// again does what may be done again until it is no longer in doubt.
func again(do func() error) (err error) {
	for range 20 {
		if err = do(); !errors.Is(err, errInDoubt) {
			return err
		}
	}
	return err
}

type statusError struct {
	status int
	body   string
}

func (e statusError) Error() string { return fmt.Sprintf("the response is %d %s", e.status, e.body) }

// send sends a request, and reads the response into what is there for it: JSON, or bytes.
func (w *worker) send(method, path string, body *encoded, into any) error {
	w.requests++
	var reader io.Reader
	if body != nil {
		reader = bytes.NewReader(body.content)
	}
	request, err := http.NewRequest(method, w.base+path, reader)
	if err != nil {
		return err
	}
	request.SetBasicAuth(account, token)
	if body != nil {
		request.Header.Set("Content-Type", body.contentType)
	}
	response, err := w.client.Do(request)
	if err != nil {
		return w.doubt(err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	switch {
	case err != nil:
		return w.doubt(err)
	case response.StatusCode != http.StatusOK && response.Header.Get("Sandbox-Fault") != "":
		w.doubts++
		return errInDoubt
	case response.StatusCode != http.StatusOK:
		return statusError{response.StatusCode, string(content)}
	}
	if target, is := into.(*[]byte); is {
		*target = content
		return nil
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(content, into)
}

// doubt is the error of a connection that ended: by a fault, or since the server is gone.
func (w *worker) doubt(err error) error {
	if errors.Is(err, syscall.ECONNREFUSED) {
		return errGone
	}
	var netErr net.Error
	if errors.As(err, &netErr) && netErr.Timeout() {
		return err
	}
	w.doubts++
	return errInDoubt
}

// errGone is the error of a server that does not listen any more.
var errGone = errors.New("the server is gone")

// An encoded body is one in one of the two encodings.
type encoded struct {
	contentType string
	content     []byte
}

func form(values ...string) *encoded {
	body := url.Values{}
	for i := 0; i < len(values); i += 2 {
		body.Set(values[i], values[i+1])
	}
	return &encoded{"application/x-www-form-urlencoded", []byte(body.Encode())}
}

func upload(values []string, image []byte) *encoded {
	var body bytes.Buffer
	parts := multipart.NewWriter(&body)
	for i := 0; i < len(values); i += 2 {
		_ = parts.WriteField(values[i], values[i+1]) // a Buffer takes all
	}
	_ = parts.WriteField("ProfileImageFile", "image.gif")
	part, _ := parts.CreateFormFile("image.gif", "image.gif")
	_, _ = part.Write(image)
	_ = parts.Close()
	return &encoded{parts.FormDataContentType(), body.Bytes()}
}
