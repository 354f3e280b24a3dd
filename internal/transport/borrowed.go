package transport

import (
	"context"
	"net/http"
	"net/http/httptrace"
)

// Borrowed sends by the client of somebody else, with its cookies, its timeout and its proxies. Redirects
// are not followed.
type Borrowed struct {
	client  http.Client
	timeout Timeout
	traced  bool // by an *http.Transport, which tells whether it has a connection
}

// Borrow makes a sender of a client, which it does not change.
func Borrow(client *http.Client, timeout Timeout) *Borrowed {
	b := &Borrowed{client: *client, timeout: timeout}
	b.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	if b.client.Transport == nil {
		b.client.Transport = http.DefaultTransport
	}
	_, b.traced = b.client.Transport.(*http.Transport)
	return b
}

// Do sends a request and returns when the header of the answer has come. Its body must be closed. The error
// is an *UnwrittenError if it is known that there was no connection: by an *http.Transport, and if it is not
// of a protocol that was registered with it.
func (b *Borrowed) Do(request *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithTimeout(request.Context(), b.timeout(request.ContentLength))
	var asked, given bool
	if b.traced {
		ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
			GetConn: func(string) { asked = true },
			GotConn: func(httptrace.GotConnInfo) { given = true },
		})
	}
	response, err := b.client.Do(request.WithContext(ctx))
	if err != nil {
		cancel()
		if asked && !given {
			return nil, &UnwrittenError{err}
		}
		return nil, err
	}
	response.Body = &body{response.Body, cancel}
	return response, nil
}
