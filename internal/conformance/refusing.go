package conformance

import (
	"errors"
	"net"
)

// A RefusingAddress is one at which nothing listens, and nobody can: it is the near end of a connection.
type RefusingAddress struct {
	listener net.Listener
	conn     net.Conn
}

// NewRefusingAddress holds an address until Close.
func NewRefusingAddress() (*RefusingAddress, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	// A local address that is bound, unlike one that connect chooses, is never that of another connection, such as
	// one to itself.
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)}}
	conn, err := dialer.Dial("tcp", listener.Addr().String())
	if err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	return &RefusingAddress{listener, conn}, nil
}

func (a *RefusingAddress) String() string { return a.conn.LocalAddr().String() }

// Close gives the address back.
func (a *RefusingAddress) Close() error {
	return errors.Join(a.conn.Close(), a.listener.Close())
}
