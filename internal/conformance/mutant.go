package conformance

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// A Mutant is a client with one fault, which the runner must see. A run that lets it pass proves nothing.
type Mutant struct {
	Name   string
	before func(*Request)
	after  func(Request, *Report)
}

// Mutants are the faults that a run is tried on.
var Mutants = []Mutant{
	{Name: "drops a parameter", before: func(r *Request) {
		if names := slices.Sorted(maps.Keys(r.Input)); len(names) > 1 {
			delete(r.Input, names[len(names)-1])
		}
	}},
	{Name: "drops an item of a list", before: func(r *Request) { alter(r.Input, func(list []any) any { return list[:len(list)-1] }) }},
	{Name: "changes the order of a list", before: func(r *Request) {
		alter(r.Input, func(list []any) any {
			reversed := slices.Clone(list)
			slices.Reverse(reversed)
			return reversed
		})
	}},
	{Name: "trims texts", before: func(r *Request) { alter(r.Input, func(text string) any { return strings.TrimSpace(text) }) }},
	{Name: "rounds numbers", before: func(r *Request) {
		alter(r.Input, func(number json.Number) any {
			whole, _, _ := strings.Cut(number.String(), ".")
			return json.Number(whole)
		})
	}},
	{Name: "gives a file another name", before: func(r *Request) {
		alter(r.Input, func(file map[string]any) any { return map[string]any{"Path": file["Path"], "Name": "other.png"} })
	}},
	{Name: "has no rules", before: func(r *Request) { r.Options.Rules = "off" }},
	{Name: "has no mode without rules", before: func(r *Request) { r.Options.Rules = "enforce" }},
	{Name: "has no rule for one parameter", after: func(_ Request, report *Report) {
		if len(report.Violations) > 0 {
			report.Violations = report.Violations[1:]
		}
	}},
	{Name: "reorders violations", after: func(_ Request, report *Report) { slices.Reverse(report.Violations) }},
	{Name: "changes a word of a violation", after: func(_ Request, report *Report) {
		for i := range report.Violations {
			report.Violations[i].Message = strings.ToLower(report.Violations[i].Message)
		}
	}},
	{Name: "rejects everything", after: func(_ Request, report *Report) { report.Outcome = outcomeInvalid }},
	outcome("claims not sent", "in_doubt", "not_sent"),
	outcome("claims in doubt", "not_sent", "in_doubt"),
	outcome("claims refused", "in_doubt", "refused"),
	outcome("takes a refusal for doubt", "refused", "in_doubt"),
	{Name: "claims success", after: func(r Request, report *Report) {
		if report.Outcome == "in_doubt" {
			report.Outcome = "found"
		}
	}},
	{Name: "drops a member of a response", after: func(_ Request, report *Report) {
		for _, name := range slices.Sorted(maps.Keys(report.Response)) {
			delete(report.Response, name)
			return
		}
	}},
	{Name: "drops an item of a page", after: func(_ Request, report *Report) { report.Items = report.Items[:max(0, len(report.Items)-1)] }},
	{Name: "drops the words of an error", after: func(_ Request, report *Report) { report.Message, report.Errors = "", nil }},
	{Name: "waits too little", after: func(_ Request, report *Report) { report.WaitMs /= 10 }},
	{Name: "does not try again", before: func(r *Request) { r.Options.Retries = 0 }},
	{Name: "tries again too often", before: func(r *Request) { r.Options.Retries++ }},
	{Name: "prints the token", after: func(r Request, report *Report) { report.line = append(report.line, r.Token...) }},
	{Name: "prints the credentials", after: func(r Request, report *Report) {
		report.line = append(report.line, credentials(r.Account, r.Token)...)
	}},
	{Name: "sends something else", after: func(r Request, _ *Report) {
		response, err := http.Post(r.BaseURL+"/elsewhere", "text/plain", strings.NewReader(""))
		if err == nil {
			response.Body.Close()
		}
	}},
}

func outcome(name, from, to string) Mutant {
	return Mutant{Name: name, after: func(_ Request, report *Report) {
		if report.Outcome == from {
			report.Outcome = to
		}
	}}
}

// alter changes all values of a type.
func alter[T any](input Values, to func(T) any) {
	for name, value := range input {
		switch of := value.(type) {
		case T:
			if list, isList := value.([]any); !isList || len(list) > 1 {
				input[name] = to(of)
			}
		case []any:
			list := []any{}
			for _, item := range of {
				if one, ok := item.(T); ok {
					item = to(one)
				}
				list = append(list, item)
			}
			input[name] = list
		}
	}
}

// mutated is an adapter with a fault.
type mutated struct {
	Adapter
	mutant Mutant
}

func (m mutated) Ask(request Request) (Report, error) {
	if m.mutant.before != nil {
		request.Path, request.Input = maps.Clone(request.Path), maps.Clone(request.Input)
		m.mutant.before(&request)
	}
	report, err := m.Adapter.Ask(request)
	if m.mutant.after != nil {
		m.mutant.after(request, &report)
	}
	return report, err
}

// isQuick tells whether a case waits for nothing.
func (c *Case) isQuick() bool {
	large := slices.ContainsFunc(c.Files, func(f File) bool { return f.Size > 0 })
	return !c.Slow && c.PauseMs == 0 && c.Options.TimeoutMs == 0 && c.Options.Retries == 0 && !large
}

// Detect plays cases to a client with a fault until one fails, the quick ones first, and returns its name;
// it is an error if none does.
func (p *Player) Detect(m Mutant, cases []Case) (string, error) {
	sound, unexpected := p.Client, len(p.Unexpected())
	p.Client = mutated{sound, m}
	defer func() { p.Client = sound }()
	for _, quick := range []bool{true, false} {
		for i := range cases {
			if cases[i].Slow || cases[i].Environment != nil || cases[i].isQuick() != quick {
				continue
			}
			if p.Play(&cases[i]) != nil || len(p.Unexpected()) > unexpected {
				return cases[i].ID(), nil
			}
		}
	}
	return "", fmt.Errorf("no case fails with a client that %s", m.Name)
}
