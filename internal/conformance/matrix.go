package conformance

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A Column is the results of one client.
type Column struct {
	Name    string
	Results []Result
	Known   map[string]string
}

// Matrix renders in Markdown how many cases of each group each client passed.
func Matrix(title, intro string, columns []Column) string {
	var b strings.Builder
	fmt.Fprintf(&b, "## %s\n\n%s\n\n| group |", title, intro)
	groups := map[string]bool{}
	for _, column := range columns {
		fmt.Fprintf(&b, " %s |", column.Name)
		for _, r := range column.Results {
			groups[r.Group] = true
		}
	}
	b.WriteString("\n|---|" + strings.Repeat("---|", len(columns)) + "\n")
	for _, group := range slices.Sorted(maps.Keys(groups)) {
		fmt.Fprintf(&b, "| %s |", group)
		for _, column := range columns {
			of := slices.DeleteFunc(slices.Clone(column.Results), func(r Result) bool { return r.Group != group })
			fmt.Fprintf(&b, " %d/%d |", Count(of, Passed), len(of))
		}
		b.WriteString("\n")
	}
	b.WriteString("| **all** |")
	for _, column := range columns {
		fmt.Fprintf(&b, " %d/%d |", Count(column.Results, Passed), len(column.Results))
	}
	b.WriteString("\n\nKnown failures:")
	none := true
	for _, column := range columns {
		for _, id := range slices.Sorted(maps.Keys(column.Known)) {
			fmt.Fprintf(&b, "\n- %s, %s: %s", column.Name, id, column.Known[id])
			none = false
		}
	}
	if none {
		b.WriteString(" none.")
	}
	skipped := map[string]bool{}
	for _, column := range columns {
		for _, r := range column.Results {
			if r.Verdict == Skipped {
				skipped[r.ID+" ("+r.Reason+")"] = true
			}
		}
	}
	if len(skipped) > 0 {
		b.WriteString("\n\nSkipped:\n- " + strings.Join(slices.Sorted(maps.Keys(skipped)), "\n- "))
	}
	b.WriteString("\n")
	return b.String()
}
