package transport

import (
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"time"
)

// A connection counts the bytes that are written to it.
type connection struct {
	net.Conn
	written   atomic.Int64
	client    *http.ClientConn // what speaks HTTP over it
	idleSince time.Time
}

func (c *connection) Write(b []byte) (int, error) {
	n, err := c.Conn.Write(b)
	c.written.Add(int64(n))
	return n, err
}

// ReadFrom lets the kernel copy a file: net/http hands a body over in a LimitedReader, which would hide
// that it can write itself.
func (c *connection) ReadFrom(r io.Reader) (n int64, err error) {
	limited, is := r.(*io.LimitedReader)
	if !is {
		n, err = io.Copy(c.Conn, r)
	} else if whole, is := limited.R.(io.WriterTo); is {
		n, err = whole.WriteTo(c.Conn)
		limited.N -= n
	} else {
		n, err = io.Copy(c.Conn, limited)
	}
	c.written.Add(n)
	return n, err
}
