package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"

	"example.com/contacts/sandbox"
	"example.com/contacts/wrapper"
)

// sandboxAccount is the AccountSID of a sandbox that is not given another.
const sandboxAccount = "IRsandbox"

// startEmbedded connects to a sandbox in this process, over loopback, so that a command does there what it
// does anywhere. Its contacts stay in file, or in the user's cache folder.
func startEmbedded(file string, stderr io.Writer, options []wrapper.Option) (*connection, error) {
	if file == "" {
		folder, err := os.UserCacheDir()
		if err != nil {
			return nil, fmt.Errorf("no place for the sandbox's contacts: %w; name a file with --sandbox=FILE", err)
		}
		folder = filepath.Join(folder, "contacts")
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return nil, fmt.Errorf("no place for the sandbox's contacts: %w; name a file with --sandbox=FILE", err)
		}
		file = filepath.Join(folder, "sandbox.db")
	}
	store, err := sandbox.OpenSQLite(file)
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, errors.Join(err, store.Close())
	}
	token := rand.Text()
	box, err := sandbox.New(sandbox.Config{AccountSID: sandboxAccount, AuthToken: token, Store: store})
	if err != nil {
		return nil, errors.Join(err, listener.Close(), store.Close())
	}
	server := box.Server()
	go server.Serve(listener)
	closeAll := func() {
		server.Close() // the one request has ended
		store.Close()
	}
	client, err := wrapper.New(sandboxAccount, token, append(options, wrapper.WithBaseURL("http://"+listener.Addr().String()))...)
	if err != nil {
		closeAll()
		return nil, err
	}
	fmt.Fprintf(stderr, "contacts: this is the sandbox, not the API: the contacts stay in %s\n", file)
	return &connection{client, closeAll}, nil
}
