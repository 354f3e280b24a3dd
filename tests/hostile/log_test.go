package hostile

import (
	"bytes"
	"log/slog"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/contacts/sandbox"
)

// personal is what of the requests must not be in a log, in lower case.
var personal = []string{"wile", "coyote", "example.com", "irsandbox", "secret", "control", "advertisers", "127.0.0.1", "localhost"}

// A log is what the sandbox tells its log, and observers of requests. It keeps the lines with something personal.
type log struct {
	mu    sync.Mutex
	lines int
	wrong []string
}

func (l *log) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines++
	lower := bytes.ToLower(line)
	if slices.ContainsFunc(personal, func(word string) bool { return bytes.Contains(lower, []byte(word)) }) && len(l.wrong) < 10 {
		l.wrong = append(l.wrong, string(line))
	}
	return len(line), nil
}

func (l *log) observe(o sandbox.Observation) { slog.Info("request", "observation", o) }

// listenToLog takes the log until the test ends.
func listenToLog(t *testing.T) *log {
	l := &log{}
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(l, &slog.HandlerOptions{Level: slog.LevelDebug})))
	t.Cleanup(func() { slog.SetDefault(before) })
	return l
}

func (l *log) requireNothingPersonal(t *testing.T) {
	l.mu.Lock()
	defer l.mu.Unlock()
	assert.Greater(t, l.lines, 200)
	assert.Empty(t, l.wrong)
}
