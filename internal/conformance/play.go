package conformance

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.com/contacts/internal/contract"
)

const (
	outcomeInvalid = "invalid"
	outcomeValid   = "valid"
)

// A Player plays cases of a contract to one client.
type Player struct {
	API    contract.API
	Client Adapter
	// Launch starts the client once more, with variables in its environment, for the cases that have some. Nil: the
	// client does not read them, and these cases are skipped.
	Launch func(environment map[string]string) (*Program, error)

	server *server
	folder string // of the files of cases
	played int
}

// NewPlayer starts a server for a client. Files of cases are made in the folder.
func NewPlayer(api contract.API, client Adapter, folder string) (*Player, error) {
	s, err := newServer(folder)
	if err != nil {
		return nil, err
	}
	return &Player{API: api, Client: client, server: s, folder: folder}, nil
}

// Close ends the server.
func (p *Player) Close() error { return p.server.close() }

// Unexpected are the requests that no case asked for.
func (p *Player) Unexpected() []string {
	p.server.mu.Lock()
	defer p.server.mu.Unlock()
	return slices.Clone(p.server.unexpected)
}

// An AdapterError is that the adapter failed, so that no other case can be played.
type AdapterError struct{ Err error }

func (e *AdapterError) Error() string { return e.Err.Error() }
func (e *AdapterError) Unwrap() error { return e.Err }

// Play plays one case and returns what is wrong, or nil.
func (p *Player) Play(c *Case) error {
	op, err := operation(p.API, c.Call)
	if err != nil {
		return err
	}
	report, requests, err := p.perform(op, c)
	if err != nil {
		return err
	}
	return p.compare(op, c, report, requests)
}

func operation(api contract.API, id string) (contract.Operation, error) {
	for _, op := range api.Operations {
		if op.ID == id {
			return op, nil
		}
	}
	return contract.Operation{}, fmt.Errorf("the contract has no operation %q", id)
}

// perform asks the client, and returns its last report and all requests.
func (p *Player) perform(op contract.Operation, c *Case) (report Report, requests []received, err error) {
	if c.Environment != nil {
		stop, failed := p.launch(c)
		if failed != nil {
			return Report{}, nil, &AdapterError{failed}
		}
		defer func() { err = errors.Join(err, stop()) }()
	}
	request, err := p.request(op, c)
	if err != nil {
		return Report{}, nil, err
	}
	if err := p.validate(op, c, request); err != nil {
		return Report{}, nil, err
	}
	responses := []Respond{p.success(op)}
	if c.Respond != nil {
		responses = []Respond{*c.Respond}
		if c.Respond.Sequence != nil {
			responses = c.Respond.Sequence
		}
	}
	p.server.proxy.play(c.Proxy)
	p.server.play(&script{responses: responses, replace: strings.NewReplacer("{base}", p.server.url(), "{token}", c.token(),
		"{credentials}", credentials(c.account(), c.token()))})

	for i := range c.times() {
		if i > 0 {
			time.Sleep(time.Duration(c.PauseMs) * time.Millisecond)
		}
		if report, err = p.ask(c, request); err != nil {
			_, other := p.server.finish()
			return Report{}, nil, errors.Join(err, other)
		}
	}
	requests, err = p.server.finish()
	return report, requests, err
}

// launch puts a client with the environment of a case in the place of the other, until stop.
func (p *Player) launch(c *Case) (stop func() error, err error) {
	if p.Launch == nil {
		return nil, errors.New("there is nobody who starts the client with an environment")
	}
	environment := map[string]string{}
	for name, value := range c.Environment {
		environment[name] = p.server.addresses().Replace(value)
	}
	program, err := p.Launch(environment)
	if err != nil {
		return nil, err
	}
	other := p.Client
	p.Client = program
	return func() error {
		p.Client = other
		return program.Stop()
	}, nil
}

func (p *Player) ask(c *Case, request Request) (Report, error) {
	report, err := p.Client.Ask(request)
	if err != nil {
		return Report{}, &AdapterError{err}
	}
	return report, c.checkSecrets(report)
}

// validate asks for the rules alone, where a case is about the input. The path is no part of it.
func (p *Player) validate(op contract.Operation, c *Case, request Request) error {
	isInput := func(f contract.Field) bool { return f.In != contract.InPath }
	if c.Rejected == nil && c.Sent == nil || c.Options.Rules != "" || !slices.ContainsFunc(op.Fields, isInput) {
		return nil
	}
	want := slices.DeleteFunc(slices.Clone(c.Rejected), func(v Violation) bool {
		return v.Rule != contract.Unknown && slices.ContainsFunc(op.Fields, func(f contract.Field) bool { return f.Name == v.Field && !isInput(f) })
	})
	outcome := outcomeValid
	if len(want) > 0 {
		outcome = outcomeInvalid
	}
	request.Validate = true
	report, err := p.ask(c, request)
	if err != nil {
		return err
	}
	if report.Outcome != outcome || !slices.Equal(report.Violations, want) {
		return fmt.Errorf("validate: want %s %v\n              got %s %v", outcome, want, report.Outcome, report.Violations)
	}
	return nil
}

// request is what the adapter is asked.
func (p *Player) request(op contract.Operation, c *Case) (Request, error) {
	r := Request{
		ID: c.ID(), Call: c.Call, Pages: c.Pages, BaseURL: p.server.url() + c.BasePath, Account: c.account(), Token: c.token(),
		Options: c.Options, Path: Values{}, Input: Values{},
	}
	if r.Options.TimeoutMs == 0 {
		r.Options.TimeoutMs = 10_000
	}
	if r.Options.Rules == "" {
		r.Options.Rules = "enforce"
	}
	if c.Respond != nil && c.Respond.Refuse {
		r.BaseURL = "http://" + p.server.refusing.String()
	}
	if c.BaseURL != nil {
		r.BaseURL = p.server.addresses().Replace(*c.BaseURL)
	}
	folder, err := p.files(c)
	if err != nil {
		return Request{}, err
	}
	for name, value := range c.Path {
		r.Path[name] = asText(value)
	}
	for name, value := range c.Input {
		r.Input[name] = inFolder(folder, value)
	}
	return r, nil
}

// largest is the largest integer that a double holds with its neighbours.
var largest = big.NewRat(1<<53, 1)

// asText makes text of a number that JSON readers with doubles lose digits of.
func asText(value any) any {
	number, ok := value.(json.Number)
	if !ok {
		return value
	}
	r, ok := new(big.Rat).SetString(number.String())
	if ok && r.IsInt() && new(big.Rat).Abs(r).Cmp(largest) > 0 {
		return number.String()
	}
	return value
}

// files makes the files of a case, in a folder of its own.
func (p *Player) files(c *Case) (string, error) {
	p.played++
	folder := filepath.Join(p.folder, strconv.Itoa(p.played))
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return "", err
	}
	for _, f := range c.Files {
		path := filepath.Join(folder, f.Name)
		if f.FIFO {
			if err := makeFIFO(path); err != nil {
				return "", err
			}
			continue
		}
		if err := os.WriteFile(path, f.content(), 0o600); err != nil {
			return "", err
		}
	}
	return folder, nil
}

// inFolder makes the paths of files absolute.
func inFolder(folder string, value any) any {
	switch value := value.(type) {
	case []any:
		out := []any{}
		for _, item := range value {
			out = append(out, inFolder(folder, item))
		}
		return out
	case map[string]any:
		path, ok := value["Path"].(string)
		if !ok {
			return value
		}
		out := map[string]any{"Path": filepath.Join(folder, path)}
		if name, has := value["Name"]; has {
			out["Name"] = name
		}
		return out
	}
	return value
}

// atPage is the case with the number of a page, counted from its first.
func (c *Case) atPage(op contract.Operation, number int) *Case {
	first := 1
	if text := wireText(contract.KindInteger, c.Input[op.Pages.Page]); text != "" {
		first, _ = strconv.Atoi(text)
	}
	at := c.clone()
	if at.Input == nil {
		at.Input = Values{}
	}
	at.Input[op.Pages.Page] = jsonInt(first + number)
	return at
}
