package conformance

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
)

// A matrix counts what became of each case, by language and group.
type matrix struct {
	mu     sync.Mutex
	counts map[string]map[string]*count
}

type count struct{ passed, failed, excused int }

func (m *matrix) add(language, group string, update func(*count)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.counts == nil {
		m.counts = map[string]map[string]*count{}
	}
	if m.counts[language] == nil {
		m.counts[language] = map[string]*count{}
	}
	if m.counts[language][group] == nil {
		m.counts[language][group] = &count{}
	}
	update(m.counts[language][group])
}

// census returns an error unless each language has a result for each case.
func (m *matrix) census(languages []string, cases []testCase) error {
	want := map[string]int{}
	for _, c := range cases {
		want[c.Group]++
	}
	for _, language := range languages {
		for group, n := range want {
			got := m.counts[language][group]
			if got == nil || got.passed+got.failed+got.excused != n {
				return fmt.Errorf("%s/%s: %d cases, but the results are %+v", language, group, n, got)
			}
		}
	}
	return nil
}

// markdown renders the matrix, and the excuses under it.
func (m *matrix) markdown(languages []string, cases []testCase, excuses map[string]map[string]string) string {
	var b strings.Builder
	b.WriteString("# Conformance\n\nWritten by `make conformance`. A cell holds the cases that passed, of those that there are.\n\n| group |")
	for _, language := range languages {
		fmt.Fprintf(&b, " %s |", language)
	}
	b.WriteString("\n|---|" + strings.Repeat("---|", len(languages)) + "\n")
	groups := map[string]int{}
	for _, c := range cases {
		groups[c.Group]++
	}
	for _, group := range slices.Sorted(maps.Keys(groups)) {
		fmt.Fprintf(&b, "| %s |", group)
		for _, language := range languages {
			fmt.Fprintf(&b, " %d/%d |", m.counts[language][group].passed, groups[group])
		}
		b.WriteString("\n")
	}
	b.WriteString("\n## Excused\n\n")
	none := true
	for _, language := range languages {
		for _, id := range slices.Sorted(maps.Keys(excuses[language])) {
			fmt.Fprintf(&b, "- %s, %s: %s\n", language, id, excuses[language][id])
			none = false
		}
	}
	if none {
		b.WriteString("None.\n")
	}
	return b.String()
}
