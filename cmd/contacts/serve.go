package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"example.com/contacts/sandbox"
	"example.com/contacts/sandbox/metrics"
	"example.com/contacts/sandbox/postgres"
)

// served is a sandbox as a server of its own.
type served struct {
	addr, db, account, tokenFile string
	accountsFile                 string
	controlTokenFile, output     string
	strict                       bool
	systemContacts               int
	faults, controlHosts         []string
	metricsAddr                  string
	logging                      logging
	shutdownDelay                time.Duration
}

// run serves until the context ends.
func (s *served) run(ctx context.Context, stdout, stderr io.Writer) error {
	if err := (&output{s.output}).check(); err != nil {
		return err
	}
	logger, err := s.logging.logger(stderr)
	if err != nil {
		return err
	}
	address, err := s.address()
	if err != nil {
		return err
	}
	token, err := s.token(ctx)
	if err != nil {
		return err
	}
	store, kept, err := s.openStore(ctx)
	if err != nil {
		return err
	}
	defer store.Close()
	measures := metrics.New()
	box, err := s.newSandbox(ctx, token, store, s.observers(logger, measures))
	if err != nil {
		return err
	}
	measures.Watch(box)
	metricsURL, closeMetrics, err := s.serveMetrics(measures)
	if err != nil {
		return err
	}
	defer closeMetrics()
	listener, err := net.ListenTCP("tcp", address)
	if err != nil {
		return fmt.Errorf("cannot listen: %w; choose another address with --addr (127.0.0.1:0 is any free port)", err)
	}

	server := box.Server()
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	if !address.IP.IsLoopback() {
		logger.Warn("other machines can reach the sandbox, and what it is sent, the token too, is not encrypted", "address", listener.Addr())
	}
	ready := greeting{base: baseURL(listener.Addr().(*net.TCPAddr)), kept: kept, account: s.account, token: token, metrics: metricsURL}
	for _, state := range box.Faults() {
		ready.faults = append(ready.faults, state.Fault) // with the seeds that nobody chose
	}
	if err := ready.print(stdout, s.output); err != nil {
		return errors.Join(err, server.Close())
	}

	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	box.Drain()
	time.Sleep(s.shutdownDelay) // a second Ctrl-C ends the process
	if err := shutDown(server); err != nil {
		return err
	}
	if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return store.Close()
}

// address is resolved once, so that the address that is checked is the one that is listened on.
func (s *served) address() (*net.TCPAddr, error) {
	address, err := net.ResolveTCPAddr("tcp", s.addr)
	if err != nil {
		return nil, usagef("--addr: %v; it must have the form 127.0.0.1:8080", err)
	}
	if s.tokenFile == "" && !address.IP.IsLoopback() {
		return nil, usagef("--addr %s can be reached from other machines: choose the token with --auth-token-file", s.addr)
	}
	return address, nil
}

// A token is one that somebody chose, or a random one.
type token struct{ secret, file string }

func (s *served) token(ctx context.Context) (token, error) {
	if s.tokenFile == "" {
		return token{secret: rand.Text()}, nil
	}
	secret, err := readToken(ctx, "--auth-token-file", s.tokenFile)
	if err != nil {
		return token{}, err
	}
	file, err := filepath.Abs(s.tokenFile)
	return token{secret, file}, err
}

// openStore also says where contacts are kept.
func (s *served) openStore(ctx context.Context) (store sandbox.Store, kept string, err error) {
	switch {
	case s.db == "":
		return sandbox.NewMemory(), "in memory until it ends", nil
	case isPostgres(s.db):
		database, err := postgres.Open(ctx, s.db)
		if err != nil {
			return nil, "", err
		}
		return database, "in " + database.String(), nil
	}
	store, err = sandbox.OpenSQLite(s.db)
	return store, "in " + s.db, err
}

// isPostgres tells the address of a database from the name of a file.
func isPostgres(db string) bool {
	return strings.HasPrefix(db, "postgres://") || strings.HasPrefix(db, "postgresql://")
}

// observers are told of each request; nil if none is.
func (s *served) observers(logger *slog.Logger, m *metrics.Metrics) func(sandbox.Observation) {
	if !s.logging.requests && s.metricsAddr == "" {
		return nil
	}
	return func(o sandbox.Observation) {
		if s.logging.requests {
			logRequest(logger, o)
		}
		if s.metricsAddr != "" {
			m.Observe(o)
		}
	}
}

func (s *served) newSandbox(ctx context.Context, token token, store sandbox.Store, observe func(sandbox.Observation)) (*sandbox.Sandbox, error) {
	config := sandbox.Config{
		AccountSID: s.account, AuthToken: token.secret, Store: store, Strict: s.strict, SystemContacts: s.systemContacts,
		Faults: s.faults, ControlHosts: s.controlHosts, Observe: observe,
	}
	if s.controlTokenFile != "" {
		var err error
		if config.ControlToken, err = readToken(ctx, "--control-token-file", s.controlTokenFile); err != nil {
			return nil, err
		}
	}
	if s.accountsFile != "" {
		if _, err := os.Stat(s.accountsFile); err != nil {
			return nil, usagef("--accounts-file: %v; make it with contacts sandbox account add", err)
		}
		var err error
		if config.Accounts, err = sandbox.OpenAccountsFile(s.accountsFile); err != nil {
			return nil, usagef("--accounts-file: %s", strings.TrimPrefix(err.Error(), "sandbox: "))
		}
	}
	box, err := sandbox.New(config)
	if err != nil {
		return nil, usagef("%v", err)
	}
	return box, nil
}

// shutDown lets requests under way end, for a while.
func shutDown(server *http.Server) error {
	grace, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := server.Shutdown(grace); err != nil {
		return server.Close()
	}
	return nil
}
