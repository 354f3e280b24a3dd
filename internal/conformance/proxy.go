package conformance

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

// A proxy leads to one server, whatever it is asked for, by CONNECT or SOCKS 5; or it does what a case says.
type proxy struct {
	listener net.Listener
	target   string // the server's address

	mu      sync.Mutex
	respond Respond
	asked   []string // for what
}

func newProxy(target string) (*proxy, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &proxy{listener: listener, target: target}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go p.serve(conn.(*net.TCPConn))
		}
	}()
	return p, nil
}

// play says what the proxy does from now on; by default it leads to the server.
func (p *proxy) play(respond *Respond) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.respond, p.asked = Respond{Status: http.StatusOK}, nil
	if respond != nil {
		p.respond = *respond
	}
}

func (p *proxy) ask(target string) Respond {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked = append(p.asked, target)
	return p.respond
}

// leads tells whether a proxy does its work.
func (r Respond) leads() bool { return r.Status == http.StatusOK && r.Cut == nil && r.Close == "" }

func (p *proxy) serve(conn *net.TCPConn) {
	defer conn.Close()
	reader := bufio.NewReader(conn)
	first, err := reader.Peek(1)
	switch {
	case err != nil:
	case first[0] == socks5:
		p.serveSOCKS(conn, reader)
	default:
		request, err := http.ReadRequest(reader)
		if err != nil {
			return
		}
		respond := p.ask(request.Method + " " + request.RequestURI)
		if request.Method != http.MethodConnect || !respond.leads() {
			respond.send(conn, conn, nil)
			return
		}
		if _, err := conn.Write([]byte("HTTP/1.1 200 Connection established\r\n\r\n")); err == nil {
			p.lead(conn, reader)
		}
	}
}

// RFC 1928.
const (
	socks5         = 5
	socksPassword  = 2
	socksDone      = 0
	socksForbidden = 2
	socksName      = 3
	socksIPv6      = 4
)

func (p *proxy) serveSOCKS(conn *net.TCPConn, reader *bufio.Reader) {
	greeting, err := readBytes(reader, 2)
	if err != nil {
		return
	}
	methods, err := readBytes(reader, int(greeting[1]))
	if err != nil || !acceptSOCKS(conn, reader, methods) {
		return
	}
	head, err := readBytes(reader, 4)
	if err != nil {
		return
	}
	size := net.IPv4len
	switch head[3] {
	case socksIPv6:
		size = net.IPv6len
	case socksName:
		length, err := reader.ReadByte()
		if err != nil {
			return
		}
		size = int(length)
	}
	target, err := readBytes(reader, size+2)
	if err != nil {
		return
	}
	host, port := string(target[:size]), int(target[size])<<8|int(target[size+1])
	if head[3] != socksName {
		host = net.IP(target[:size]).String()
	}
	reply := byte(socksDone)
	if !p.ask("SOCKS " + net.JoinHostPort(host, strconv.Itoa(port))).leads() {
		reply = socksForbidden
	}
	if _, err := conn.Write([]byte{socks5, reply, 0, 1, 0, 0, 0, 0, 0, 0}); err == nil && reply == socksDone {
		p.lead(conn, reader)
	}
}

// acceptSOCKS takes any password (RFC 1929), or none.
func acceptSOCKS(conn io.Writer, reader io.Reader, methods []byte) bool {
	if !bytes.Contains(methods, []byte{socksPassword}) {
		_, err := conn.Write([]byte{socks5, 0})
		return err == nil
	}
	if _, err := conn.Write([]byte{socks5, socksPassword}); err != nil {
		return false
	}
	size := 1 // of what comes before a length
	for range 2 {
		head, err := readBytes(reader, size+1)
		if err != nil {
			return false
		}
		if _, err := readBytes(reader, int(head[size])); err != nil {
			return false
		}
		size = 0
	}
	_, err := conn.Write([]byte{1, 0})
	return err == nil
}

func readBytes(r io.Reader, n int) ([]byte, error) {
	bytes := make([]byte, n)
	_, err := io.ReadFull(r, bytes)
	return bytes, err
}

// lead copies both ways until one side ends.
func (p *proxy) lead(conn *net.TCPConn, reader io.Reader) {
	server, err := net.Dial("tcp", p.target)
	if err != nil {
		return
	}
	defer server.Close()
	go func() {
		io.Copy(server, reader)
		server.(*net.TCPConn).CloseWrite()
	}()
	io.Copy(conn, server)
}

// checkProxied returns an error unless the proxy was asked as often as a case says.
func (p *Player) checkProxied(want *int) error {
	if want == nil {
		return nil
	}
	p.server.proxy.mu.Lock()
	defer p.server.proxy.mu.Unlock()
	if got := p.server.proxy.asked; len(got) != *want {
		return fmt.Errorf("the proxy was asked %d times (%s), want %d", len(got), strings.Join(got, ", "), *want)
	}
	return nil
}
