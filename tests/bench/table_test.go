package bench

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

const preface = `# Results

Written by ` + "`make bench`" + `, which measures anew and replaces this file.

Each row is the median of the ratios of several rounds. In each round the two things that a row compares
are measured one after the other, so that whatever else the machine does meets both alike. A ratio of
rates above 1 says that ours is faster; a ratio of times, below 1. Where the other side is a number, the
ratio is what was measured divided by it. Absolute times depend on the machine, and are not kept.

| what | against | ratio | must reach | |
|---|---|---|---|---|
`

// BenchmarkTable measures all rows, prints them and writes RESULTS.md. One run is a whole measurement: use
// -benchtime 1x.
func BenchmarkTable(b *testing.B) {
	for b.Loop() {
		var table strings.Builder
		for _, measure := range []func(testing.TB) []Row{inProcessRows, loopbackRows, uploadRows, rulesRows, sandboxRows, postgresRows, processRows, pageRows, cliRows} {
			for _, row := range measure(b) {
				verdict := "missed"
				if row.reached(b) {
					verdict = "reached"
				}
				line := fmt.Sprintf("| %s | %s | %.2f | %s | %s |\n", row.What, row.Against, row.Ratio, row.Want, verdict)
				fmt.Print(line)
				table.WriteString(line)
			}
		}
		must(b, os.WriteFile("RESULTS.md", []byte(preface+table.String()), 0o644))
	}
}

func (r Row) reached(tb testing.TB) bool {
	var limit float64
	var sign string
	_, err := fmt.Sscan(r.Want, &sign, &limit)
	must(tb, err)
	if sign == "<=" {
		return r.Ratio <= limit
	}
	return r.Ratio >= limit
}

func BenchmarkClient(b *testing.B) {
	for b.Loop() {
		for _, row := range append(inProcessRows(b), append(loopbackRows(b), append(rulesRows(b), uploadRows(b)...)...)...) {
			fmt.Printf("%+v\n", row)
		}
	}
}

// ratio is the median of the ratios of each round, whose two measurements stood side by side.
func ratio(of, to []float64) float64 {
	ratios := make([]float64, len(of))
	for i := range of {
		ratios[i] = of[i] / to[i]
	}
	return median(ratios)
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}
