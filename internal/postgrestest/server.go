package postgrestest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// A Server is a PostgreSQL of a test's own, on a free port, with a private folder. It keeps what was committed, also when
// it is killed: fsync is on.
type Server struct {
	bin, folder, password string
	port                  int
	process               *exec.Cmd
	ended                 chan struct{} // closed when the process has ended
	guard                 *exec.Cmd     // stops the process and removes the folder, once its input is closed
	input                 io.Closer
}

var errMissing = errors.New("PostgreSQL is missing; install it (Debian: apt-get install postgresql), or name a server with PGHOST, PGUSER and PGPASSWORD")

// Start starts a server for one test, which may kill it, and stops it at the end of the test. With -short the test is
// skipped.
func Start(tb testing.TB) *Server {
	tb.Helper()
	skipIfShort(tb)
	s, err := start()
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if tb.Failed() {
			log, _ := os.ReadFile(s.log())
			tb.Logf("the log of PostgreSQL:\n%s", log)
		}
		s.stop()
	})
	return s
}

// Address is that of a database of the server which every server has.
func (s *Server) Address() string { return s.address("postgres") }

func (s *Server) address(database string) string {
	u := url.URL{Scheme: "postgres", User: url.UserPassword("postgres", s.password), Host: "127.0.0.1:" + strconv.Itoa(s.port), Path: "/" + database}
	return u.String()
}

// Kill ends all processes of the server at once, as a crash does: nothing is finished, told to clients, or written.
func (s *Server) Kill(tb testing.TB) {
	tb.Helper()
	if err := s.process.Process.Signal(immediately); err != nil {
		tb.Fatal(err)
	}
	<-s.ended
}

// Restart starts a server that was killed, on the same port, with what it had committed.
func (s *Server) Restart(tb testing.TB) {
	tb.Helper()
	if err := s.run(); err != nil {
		tb.Fatal(err)
	}
}

// start makes a server and starts it.
func start() (*Server, error) {
	bin, err := findBin()
	if err != nil {
		return nil, err
	}
	s := &Server{bin: bin, password: rand.Text()}
	if s.folder, err = os.MkdirTemp("", "contacts-postgres-"); err != nil {
		return nil, err
	}
	if err := s.startGuard(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(s.folder))
	}
	err = s.makeCluster()
	if err == nil {
		s.port, err = freePort()
	}
	if err == nil {
		err = s.run()
	}
	if err != nil {
		s.stop()
		return nil, err
	}
	return s, nil
}

// findBin finds the folder of the newest PostgreSQL.
func findBin() (string, error) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	version := func(path string) int {
		n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path))))
		return n
	}
	slices.SortFunc(found, func(a, b string) int { return version(b) - version(a) })
	if len(found) == 0 {
		path, err := exec.LookPath("postgres")
		if err != nil {
			return "", errMissing
		}
		found = []string{path}
	}
	return filepath.Dir(found[0]), nil
}

func freePort() (int, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port, nil
}

func (s *Server) data() string { return filepath.Join(s.folder, "data") }
func (s *Server) log() string  { return filepath.Join(s.folder, "log") }

func (s *Server) makeCluster() error {
	file := filepath.Join(s.folder, "password")
	if err := os.WriteFile(file, []byte(s.password), 0o600); err != nil {
		return err
	}
	if err := giveAway(s.folder, file); err != nil {
		return err
	}
	initdb := s.command("initdb", "--pgdata", s.data(), "--username=postgres", "--pwfile="+file, "--auth=scram-sha-256",
		"--encoding=UTF8", "--locale=C", "--no-sync")
	if out, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, out)
	}
	return nil
}

// command is a program of PostgreSQL as an ordinary user: it refuses root.
func (s *Server) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(s.bin, name), args...)
	cmd.Dir = s.folder
	becomeOrdinary(cmd)
	return cmd
}

// run starts the server and returns when it takes connections.
func (s *Server) run() error {
	log, err := os.OpenFile(s.log(), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	s.process = s.command("postgres", "-D", s.data(), "-p", strconv.Itoa(s.port), "-k", s.folder,
		"-c", "listen_addresses=127.0.0.1", "-c", "shared_buffers=32MB", "-c", "max_connections=100")
	s.process.Stdout, s.process.Stderr = log, log
	if err := s.process.Start(); err != nil {
		return err
	}
	s.ended = make(chan struct{})
	go func() {
		s.process.Wait()
		close(s.ended)
	}()
	if !s.isReady() {
		text, _ := os.ReadFile(s.log())
		return fmt.Errorf("PostgreSQL does not start. Its log:\n%s", text)
	}
	return nil
}

// isReady waits until the server takes connections, or has ended.
func (s *Server) isReady() bool {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	for ctx.Err() == nil {
		conn, err := pgx.Connect(ctx, s.Address())
		if err == nil {
			return conn.Close(ctx) == nil
		}
		select {
		case <-s.ended:
			return false
		case <-time.After(20 * time.Millisecond):
		}
	}
	return false
}

// startGuard starts a process that stops the server and removes its folder when this process is gone, however it ended: then
// the guard's input closes.
func (s *Server) startGuard() (err error) {
	const script = `cat; "$1"/pg_ctl stop --pgdata="$2"/data --mode=immediate; rm -rf "$2"`
	s.guard = exec.Command("/bin/sh", "-c", script, "sh", s.bin, s.folder)
	if s.input, err = s.guard.StdinPipe(); err != nil {
		return err
	}
	becomeOrdinary(s.guard)
	if err := s.guard.Start(); err != nil {
		return fmt.Errorf("cannot start the process that stops PostgreSQL: %w", err)
	}
	return nil
}

func (s *Server) stop() {
	s.input.Close()
	s.guard.Wait()
	if s.ended != nil {
		<-s.ended
	}
}
