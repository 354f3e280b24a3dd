package soak

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/contacts/sandbox"
)

// serveVariable in its environment makes the test binary a sandbox: with a database, or in memory.
const serveVariable = "SOAK_TEST_SERVE"

const inMemory = "memory"

// faults happen to one request of a hundred, and others wait.
var faults = []string{
	"drop=before-commit; one-in=500", "drop=after-commit; one-in=500", "drop=mid-response; one-in=500",
	"code=503; one-in=500", "code=502; body=html; after-commit; one-in=500", "delay=5ms; jitter=10ms; one-in=500",
}

func TestMain(m *testing.M) {
	if path := os.Getenv(serveVariable); path != "" {
		panic(serve(path))
	}
	os.Exit(m.Run())
}

func serve(path string) error {
	store := sandbox.NewMemory()
	if path != inMemory {
		var err error
		if store, err = sandbox.OpenSQLite(path); err != nil {
			return err
		}
	}
	api, err := sandbox.New(sandbox.Config{AccountSID: account, AuthToken: token, Store: store, Faults: faults})
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	heldListener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	go http.Serve(heldListener, http.HandlerFunc(serveHeld))
	fmt.Printf("http://%s http://%s\n", listener.Addr(), heldListener.Addr())
	return api.Server().Serve(listener)
}

// held is what the process of a sandbox holds.
type held struct{ Goroutines, Descriptors, HeapKiB, ResidentKiB int }

func serveHeld(w http.ResponseWriter, _ *http.Request) {
	debug.FreeOSMemory()
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	h := held{Goroutines: runtime.NumGoroutine(), HeapKiB: int(memory.HeapAlloc >> 10)}
	descriptors, _ := os.ReadDir("/proc/self/fd") // of Linux
	h.Descriptors = len(descriptors)
	status, _ := os.ReadFile("/proc/self/status")
	if _, resident, found := strings.Cut(string(status), "VmRSS:"); found {
		h.ResidentKiB, _ = strconv.Atoi(strings.Fields(resident)[0])
	}
	json.NewEncoder(w).Encode(h)
}

// fits tells whether it is no more than before, but for what a garbage collector or a cache may keep.
func (h held) fits(before held) bool {
	return h.Goroutines <= before.Goroutines+2 && h.Descriptors <= before.Descriptors+2 &&
		h.HeapKiB <= before.HeapKiB+16<<10 && h.ResidentKiB <= before.ResidentKiB+48<<10
}

// A server is a sandbox in a process of its own.
type server struct {
	process       *exec.Cmd
	base, heldURL string
}

func start(t *testing.T, path string) *server {
	s := &server{process: exec.Command(os.Args[0])}
	s.process.Env = append(os.Environ(), serveVariable+"="+path)
	s.process.Stderr = os.Stderr
	output, err := s.process.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, s.process.Start())
	t.Cleanup(s.kill)
	line, err := bufio.NewReader(output).ReadString('\n')
	require.NoError(t, err)
	_, err = fmt.Sscan(line, &s.base, &s.heldURL)
	require.NoError(t, err)
	return s
}

// kill is kill -9.
func (s *server) kill() {
	_ = s.process.Process.Kill()
	_ = s.process.Wait()
}

// heldAfter is what the process holds once nothing is under way, or what it still holds after ten seconds.
func (s *server) heldAfter(t *testing.T, fits func(held) bool) (h held) {
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 10 * time.Second}
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(100 * time.Millisecond) {
		response, err := client.Get(s.heldURL)
		require.NoError(t, err)
		require.NoError(t, json.NewDecoder(response.Body).Decode(&h))
		response.Body.Close()
		if fits(h) || time.Now().After(end) {
			return h
		}
	}
}
