package wrapper

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A network connects a client to a server by pipes. It takes no time, so that a test can run in a synctest
// bubble, where waits and timeouts take none either.
type network struct {
	client *Client
	dials  atomic.Int64
	// wrap, if it is set, makes something of the client's end of each connection.
	wrap func(net.Conn) net.Conn

	accept chan net.Conn
	done   chan struct{}
}

var errUnreachable = errors.New("the network is unreachable")

// connect makes a client with the transport that clients have, but for how it dials. A nil handler is a
// server that cannot be reached.
func connect(t *testing.T, handler http.Handler, options ...Option) *network {
	client, err := New("IRsandbox", "secret-token", append([]Option{WithBaseURL("http://localhost")}, options...)...)
	require.NoError(t, err)
	n := &network{client: client, accept: make(chan net.Conn), done: make(chan struct{})}
	client.own.dialer = func(context.Context, string, string) (net.Conn, error) {
		n.dials.Add(1)
		if handler == nil {
			return nil, &net.OpError{Op: "dial", Err: errUnreachable}
		}
		near, far := net.Pipe()
		n.accept <- far
		if n.wrap != nil {
			near = n.wrap(near)
		}
		return near, nil
	}
	server := &http.Server{Handler: handler, IdleTimeout: 5 * time.Second}
	served := make(chan struct{})
	go func() {
		defer close(served)
		server.Serve(n)
	}()
	t.Cleanup(func() {
		client.Close()
		server.Close()
		<-served
	})
	return n
}

func (n *network) Accept() (net.Conn, error) {
	select {
	case conn := <-n.accept:
		return conn, nil
	case <-n.done:
		return nil, net.ErrClosed
	}
}

func (n *network) Close() error {
	select {
	case <-n.done:
	default:
		close(n.done)
	}
	return nil
}

func (n *network) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)} }

// wile is a valid input.
func wile() CreateContactInput {
	return CreateContactInput{FirstName: "Wile", LastName: "Coyote", EmailAddress: "wile.coyote@example.com", Accounts: []string{"10000"}}
}

// outcomeOf is the outcome of a create.
func outcomeOf(err error) Outcome {
	if err == nil {
		return OutcomeCreated
	}
	return OutcomeOf(err)
}

const createdBody = `{"Status":"OK","Uri":"/Advertisers/IRsandbox/Campaigns/1000/Contacts/2750"}`
