package conformance

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"example.com/contacts/internal/contract"
)

// Agree plays a case to several clients, and returns an error if they do not all do the same.
func Agree(c *Case, names []string, players []*Player) error {
	var first behaviour
	for i, p := range players {
		got, err := p.behave(c)
		if err != nil {
			return fmt.Errorf("%s: %w on %s", names[i], err, describe(c))
		}
		if i == 0 {
			first = got
			continue
		}
		if wait := got.waitMs; math.Abs(wait-first.waitMs) <= 2000 {
			got.waitMs = first.waitMs
		}
		if !reflect.DeepEqual(first, got) {
			return fmt.Errorf("%s and %s differ on %s:\n%+v\n%+v", names[0], names[i], describe(c), first, got)
		}
	}
	return nil
}

func describe(c *Case) string {
	text, err := json.Marshal(c)
	if err != nil {
		return c.ID()
	}
	return string(text)
}

// behaviour is what is compared between clients.
type behaviour struct {
	outcome    string
	violations []Violation
	status     int
	message    string
	errors     []FieldError
	waitMs     float64
	response   map[string]any
	bytes      Bytes
	requests   []string
}

func (p *Player) behave(c *Case) (behaviour, error) {
	op, err := operation(p.API, c.Call)
	if err != nil {
		return behaviour{}, err
	}
	report, requests, err := p.perform(op, c)
	if err != nil {
		return behaviour{}, err
	}
	if report.Outcome == "" {
		return behaviour{}, errors.New("the report has no outcome")
	}
	out := behaviour{
		outcome: report.Outcome, violations: slices.Concat([]Violation{}, report.Violations), status: report.Status, message: report.Message,
		errors: slices.Concat([]FieldError{}, report.Errors), waitMs: report.WaitMs, response: p.object(op.Response.Object, decodeMembers(report.Response)),
	}
	if report.Bytes != nil {
		out.bytes = *report.Bytes
	}
	for i, r := range requests {
		if i > 0 && op.Method == http.MethodGet { // some HTTP libraries send a GET again over another connection
			break
		}
		out.requests = append(out.requests, r.comparable(op))
	}
	return out, nil
}

// comparable is a request without what may differ from one client to another.
func (r *received) comparable(op contract.Operation) string {
	contentType, boundary, _ := strings.Cut(r.header.Get("Content-Type"), "boundary=")
	body := string(r.body)
	if boundary != "" {
		body = strings.ReplaceAll(body, strings.Trim(boundary, `"`), "boundary")
	}
	head := r.method + " " + r.target + " " + strings.TrimSpace(contentType)
	for _, f := range op.Fields {
		if f.In == contract.InHeader {
			head += fmt.Sprintf(" %s: %q", f.Name, r.header.Values(f.Name))
		}
	}
	return head + "\n" + body
}
