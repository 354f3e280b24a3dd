package wrapper

import (
	"context"
	"errors"
	"io"
	"net/http"
	"unicode/utf8"

	"example.com/contacts/gen"
	"example.com/contacts/internal/transport"
)

// headers makes the editor that gives each request what it needs beside the generated client's own.
func headers(credentials string) gen.RequestEditorFn {
	accept := []string{"application/json"} // without it the API answers in XML (FACTS F3)
	authorization := []string{"Basic " + credentials}
	userAgent := []string{"contacts-go"}
	return func(_ context.Context, request *http.Request) error {
		request.Header["Accept"] = accept
		request.Header["Authorization"] = authorization
		request.Header["User-Agent"] = userAgent
		return nil
	}
}

// An answer is what a server sent back. Its body is nil if it cannot be read (and err says why), is too
// long or is not UTF-8.
type answer struct {
	status int
	header http.Header
	body   []byte
	err    error
}

const longestAnswer = 1 << 20

// receive reads what comes back for a request that was sent. The error is a *NotSentError or an
// *InDoubtError.
func (c *Client) receive(response *http.Response, err error) (answer, error) {
	var unwritten *transport.UnwrittenError
	switch {
	case errors.As(err, &unwritten):
		return answer{}, &NotSentError{Err: c.clean(unwritten.Err)}
	case err != nil:
		return answer{}, &InDoubtError{Err: c.clean(err)}
	}
	defer response.Body.Close()
	a := answer{status: response.StatusCode, header: response.Header}
	body, err := readAll(response)
	switch {
	case err != nil:
		a.err = err
	case len(body) > longestAnswer:
		a.err = errors.New("the answer is longer than 1 MiB")
	case !utf8.Valid(body):
		a.err = errors.New("the answer is not UTF-8")
	default:
		a.body = body
	}
	return a, nil
}

// clean keeps the credentials out of an error that quotes what a server sent.
func (c *Client) clean(err error) error {
	if text := err.Error(); c.redact(text) != text {
		return errors.New(c.redact(text))
	}
	return err
}

// readAll reads one byte more than the longest answer, at most.
func readAll(response *http.Response) ([]byte, error) {
	if n := response.ContentLength; 0 <= n && n <= longestAnswer {
		body := make([]byte, n)
		_, err := io.ReadFull(response.Body, body)
		return body, err
	}
	return io.ReadAll(io.LimitReader(response.Body, longestAnswer+1))
}
