package conformance

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"
)

// A request is what an adapter is asked to do.
type request struct {
	ID         string  `json:"id"`
	Call       string  `json:"call"`
	BaseURL    string  `json:"baseUrl"`
	AccountSID string  `json:"accountSid"`
	AuthToken  string  `json:"authToken"`
	CampaignID string  `json:"campaignId"`
	URI        string  `json:"uri,omitempty"`
	Options    options `json:"options"`
	Contact    contact `json:"contact,omitempty"`
}

// A response is what a client reports, through its adapter.
type response struct {
	ID         string          `json:"id"`
	Outcome    string          `json:"outcome"`
	Violations []violation     `json:"violations"`
	Status     int             `json:"status"`
	Message    string          `json:"message"`
	Errors     []fieldError    `json:"errors"`
	WaitMs     float64         `json:"waitMs"`
	URI        string          `json:"uri"`
	ContactID  string          `json:"contactId"`
	Contact    json.RawMessage `json:"contact"`
	Printed    string          `json:"printed"`

	line []byte
}

// An asker answers requests: an adapter, or one that a gate has broken.
type asker interface {
	ask(request) (response, error)
}

// An adapter is the program of one client.
type adapter struct {
	command *exec.Cmd
	in      io.WriteCloser
	lines   chan []byte
}

const longestAnswer = 60 * time.Second

func startAdapter(program string) (*adapter, error) {
	command := exec.Command(program)
	command.Stderr = os.Stderr
	in, err := command.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("%w (has the client been built? `make build` does)", err)
	}
	a := &adapter{command: command, in: in, lines: make(chan []byte)}
	go func() {
		defer close(a.lines)
		scanner := bufio.NewScanner(out)
		scanner.Buffer(nil, 64<<20)
		for scanner.Scan() {
			a.lines <- append([]byte(nil), scanner.Bytes()...)
		}
	}()
	return a, nil
}

func (a *adapter) ask(r request) (response, error) {
	line, err := json.Marshal(r)
	if err != nil {
		return response{}, err
	}
	if _, err := a.in.Write(append(line, '\n')); err != nil {
		return response{}, fmt.Errorf("the adapter does not take its input: %w", err)
	}
	select {
	case line, open := <-a.lines:
		if !open {
			return response{}, errors.New("the adapter has ended without an answer")
		}
		out := response{line: line}
		if err := json.Unmarshal(line, &out); err != nil {
			return response{}, fmt.Errorf("the adapter answered %q: %w", line, err)
		}
		if out.ID != r.ID {
			return response{}, fmt.Errorf("the adapter answered %q when asked %q", out.ID, r.ID)
		}
		return out, nil
	case <-time.After(longestAnswer):
		a.command.Process.Kill()
		return response{}, fmt.Errorf("the adapter has not answered in %v", longestAnswer)
	}
}

// stop ends the adapter; it must end by itself, with 0.
func (a *adapter) stop() error {
	a.in.Close()
	killer := time.AfterFunc(longestAnswer, func() { a.command.Process.Kill() })
	defer killer.Stop()
	for range a.lines {
	}
	return a.command.Wait()
}
