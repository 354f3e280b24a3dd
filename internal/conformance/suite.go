package conformance

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
)

// A Verdict is what became of a case.
type Verdict string

// The verdicts. A known failure that passes has failed: it is known no longer.
const (
	Passed  Verdict = "passed"
	Failed  Verdict = "failed"
	Known   Verdict = "known failure"
	Skipped Verdict = "skipped"
)

// A Result is the verdict on one case.
type Result struct {
	ID      string  `json:"id"`
	Group   string  `json:"group"`
	Verdict Verdict `json:"verdict"`
	Reason  string  `json:"reason,omitempty"`
}

// A Plan says which cases are played, and which may fail.
type Plan struct {
	Filter *regexp.Regexp    // of the names of cases; nil plays all
	Slow   bool              // cases that take long are played, too
	Known  map[string]string // known failures: why, by the name of the case
}

// Run plays cases to a client and returns a result for each of them. It tells of each as soon as it has it.
func (p *Player) Run(cases []Case, plan Plan, tell func(Result)) ([]Result, error) {
	var results []Result
	for i := range cases {
		c := &cases[i]
		result, err := p.verdict(c, plan)
		if err != nil {
			return results, fmt.Errorf("%s: %w", c.ID(), err)
		}
		results = append(results, result)
		tell(result)
	}
	if requests := p.Unexpected(); len(requests) > 0 {
		return results, fmt.Errorf("requests that no case asked for: %q", requests)
	}
	return results, nil
}

// verdict plays a case as a plan says. The error is that of an adapter which failed.
func (p *Player) verdict(c *Case, plan Plan) (Result, error) {
	result := Result{ID: c.ID(), Group: c.Group, Verdict: Passed}
	switch {
	case plan.Filter != nil && !plan.Filter.MatchString(c.ID()):
		result.Verdict, result.Reason = Skipped, "filtered out"
		return result, nil
	case c.Slow && !plan.Slow:
		result.Verdict, result.Reason = Skipped, "slow"
		return result, nil
	case c.Environment != nil && p.Launch == nil:
		result.Verdict, result.Reason = Skipped, "the client does not read its environment"
		return result, nil
	}
	err := p.Play(c)
	var adapter *AdapterError
	if errors.As(err, &adapter) {
		return result, err
	}
	reason, known := plan.Known[c.ID()]
	switch {
	case known && err == nil:
		result.Verdict, result.Reason = Failed, "passes, although it is a known failure: "+reason
	case known:
		result.Verdict, result.Reason = Known, reason
	case err != nil:
		result.Verdict, result.Reason = Failed, err.Error()
	}
	return result, nil
}

// Census returns an error unless there is exactly one result for each case, and each known failure is one
// of the cases.
func Census(cases []Case, results []Result, known map[string]string) error {
	seen := map[string]int{}
	for _, r := range results {
		seen[r.ID]++
	}
	for i := range cases {
		if n := seen[cases[i].ID()]; n != 1 {
			return fmt.Errorf("%s has %d results", cases[i].ID(), n)
		}
	}
	if len(results) != len(cases) {
		return fmt.Errorf("there are %d results for %d cases", len(results), len(cases))
	}
	for id := range known {
		if !slices.ContainsFunc(cases, func(c Case) bool { return c.ID() == id }) {
			return fmt.Errorf("the known failure %s is no case", id)
		}
	}
	return nil
}

// Count is how many results have a verdict.
func Count(results []Result, v Verdict) int {
	n := 0
	for _, r := range results {
		if r.Verdict == v {
			n++
		}
	}
	return n
}
