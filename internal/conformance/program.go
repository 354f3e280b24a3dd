package conformance

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"

	"example.com/contacts/tests/vectors/schema"
)

// A Program is an adapter that runs as a program of its own.
type Program struct {
	command  *exec.Cmd
	in       io.WriteCloser
	lines    chan []byte
	patience time.Duration
}

// Start runs the program of an adapter, with arguments. Its standard error goes to ours. The variables of an
// environment that is not nil stand in the place of those for proxies and certificates that we have.
func Start(words []string, environment map[string]string) (*Program, error) {
	command := exec.Command(words[0], words[1:]...)
	command.Stderr = os.Stderr
	if environment != nil {
		command.Env = slices.DeleteFunc(os.Environ(), func(variable string) bool {
			name, _, _ := strings.Cut(variable, "=")
			return slices.Contains(connecting, strings.ToUpper(name))
		})
		for name, value := range environment {
			command.Env = append(command.Env, name+"="+value)
		}
	}
	in, err := command.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("the adapter cannot be started: %w", err)
	}
	p := &Program{command: command, in: in, lines: make(chan []byte), patience: 90 * time.Second}
	go func() {
		defer close(p.lines)
		scanner := bufio.NewScanner(out)
		scanner.Buffer(nil, 64<<20)
		for scanner.Scan() {
			p.lines <- append([]byte(nil), scanner.Bytes()...)
		}
	}()
	return p, nil
}

var connecting = []string{"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR"}

// PID is the program's process.
func (p *Program) PID() int { return p.command.Process.Pid }

// Ask writes a line to the program and reads one.
func (p *Program) Ask(r Request) (Report, error) {
	line, err := json.Marshal(r)
	if err != nil {
		return Report{}, err
	}
	if _, err := p.in.Write(append(line, '\n')); err != nil {
		return Report{}, fmt.Errorf("the adapter does not take its input: %w", err)
	}
	select {
	case line, open := <-p.lines:
		if !open {
			return Report{}, errors.New("the adapter has ended without a report")
		}
		return readReport(line, r.ID)
	case <-time.After(p.patience):
		p.command.Process.Kill()
		return Report{}, fmt.Errorf("the adapter has not reported in %v", p.patience)
	}
}

func readReport(line []byte, id string) (Report, error) {
	report := Report{line: line}
	if err := schema.CheckReport(line); err != nil {
		return Report{}, fmt.Errorf("the adapter reported %q, which does not fit the protocol: %w", line, err)
	}
	if err := json.Unmarshal(line, &report); err != nil {
		return Report{}, fmt.Errorf("the adapter reported %q: %w", line, err)
	}
	if report.ID != id {
		return Report{}, fmt.Errorf("the adapter reported on %q when asked for %q", report.ID, id)
	}
	return report, nil
}

// Stop ends the program: it must end by itself at the end of its input, with 0.
func (p *Program) Stop() error {
	p.in.Close()
	killer := time.AfterFunc(p.patience, func() { p.command.Process.Kill() })
	defer killer.Stop()
	for range p.lines {
	}
	return p.command.Wait()
}
