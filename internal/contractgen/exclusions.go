package contractgen

import (
	"fmt"
	"slices"
	"strings"
)

// NewExclusions lists the parameters that the contract revision forbids to be given together, and base did
// not, a line each: the one narrowing of a request body that oasdiff does not see.
func NewExclusions(base, revision Contract) []string {
	var lines []string
	for _, body := range revision.Bodies {
		i := slices.IndexFunc(base.Bodies, func(b Body) bool { return b.Name == body.Name })
		if i < 0 {
			continue
		}
		before := exclusions(base.Bodies[i])
		for _, together := range exclusions(body) {
			if !slices.ContainsFunc(before, func(fewer []string) bool { return isSubset(fewer, together) }) {
				lines = append(lines, fmt.Sprintf("in %s the parameters %s can no longer be given together [request-body-exclusion-added]",
					body.Name, strings.Join(together, ", ")))
			}
		}
	}
	return lines
}

func exclusions(body Body) (sets [][]string) {
	for _, field := range body.Fields {
		for _, rule := range field.Presence {
			if rule.Kind == Exclusive {
				sets = append(sets, append([]string{rule.Field}, rule.With...))
			}
		}
	}
	return sets
}

func isSubset(of, set []string) bool {
	return !slices.ContainsFunc(of, func(element string) bool { return !slices.Contains(set, element) })
}
