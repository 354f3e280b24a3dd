package bench

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const clientsPreface = `# Results of the other clients

Written by ` + "`make bench-clients`" + `, which measures anew and replaces this file.

- create: 32 callers on loopback; the rate, divided by that of the bare HTTP library that sends the same bytes.
- upload: 1 GiB; the peak of the memory, in MiB, above that of the idle process (Java: of the heap in use).
- rules: a valid contact; the time of a check, in ns.
- size: of the program for a browser, minified and gzipped, in kB: one that creates contacts, and all of it.

| language | what | measured | must reach | |
|---|---|---|---|---|
`

// A measure is one line of what a client's own benchmark prints: one of the values is there.
type measure struct {
	What  string   `json:"what"`
	Ratio *float64 `json:"ratio"`
	Peak  *float64 `json:"peak_mib_above_idle"`
	Nanos *float64 `json:"ns"`
	Kilo  *float64 `json:"kb"`
}

// goals are what each client must reach. TypeScript has sizes as well.
func goals(language string) map[string]string {
	all := map[string]string{"create": ">= 0.85", "upload": "<= 64", "rules": "<= 1000"}
	switch language {
	case "python":
		all["rules"] = "<= 10000"
	case "typescript":
		all["size create"], all["size all"] = "<= 9", "<= 14"
	}
	return all
}

// BenchmarkClients runs the benchmark of each client that LANGS names, and writes CLIENTS.md.
func BenchmarkClients(b *testing.B) {
	for b.Loop() {
		server := answering(b)
		file := filepath.Join(b.TempDir(), "image.bin")
		must(b, writeUpload(file))
		var table strings.Builder
		for _, language := range strings.Fields(os.Getenv("LANGS")) {
			if language == "go" { // has a table of its own
				continue
			}
			for _, row := range clientRows(b, language, server, file) {
				verdict := "missed"
				if row.reached(b) {
					verdict = "reached"
				}
				line := fmt.Sprintf("| %s | %s | %.4g | %s | %s |\n", language, row.What, row.Ratio, row.Want, verdict)
				fmt.Print(line)
				table.WriteString(line)
			}
		}
		must(b, os.WriteFile("CLIENTS.md", []byte(clientsPreface+table.String()), 0o644))
	}
}

func clientRows(tb testing.TB, language, server, file string) []Row {
	command := exec.Command("make", "--no-print-directory", "-C", "../../clients/"+language, "bench")
	command.Env = append(os.Environ(), "CONTACTS_BENCH_URL="+server, "CONTACTS_BENCH_FILE="+file)
	command.Stderr = os.Stderr
	out, err := command.Output()
	must(tb, err)
	want := goals(language)
	var rows []Row
	for line := range bytes.Lines(out) {
		var m measure
		must(tb, json.Unmarshal(line, &m))
		row := Row{What: m.What, Want: want[m.What]}
		for _, value := range []*float64{m.Ratio, m.Peak, m.Nanos, m.Kilo} {
			if value != nil {
				row.Ratio = *value
			}
		}
		if row.Want == "" || row.Ratio == 0 {
			tb.Fatalf("%s: no measure that is asked for: %s", language, line)
		}
		delete(want, m.What)
		rows = append(rows, row)
	}
	if len(want) > 0 {
		tb.Fatalf("%s did not measure %v", language, want)
	}
	return rows
}
