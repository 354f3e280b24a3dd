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
- upload: 1 GiB; the peak of the memory above that of the idle process (Java: of the heap in use).
- rules: a valid contact; the time of a check.
- create by openapi-fetch: its client as it is, and with our transport in place of fetch, to tell why the
  TypeScript client does not send through it. Neither checks a contact.

| language | what | measured | must reach | |
|---|---|---|---|---|
`

// measured is one line of what a client's own benchmark prints.
type measured struct {
	What  string  `json:"what"`
	Ratio float64 `json:"ratio"`               // of create
	Peak  float64 `json:"peak_mib_above_idle"` // of upload
	Nanos float64 `json:"ns"`                  // of rules
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
			command := exec.Command("make", "--no-print-directory", "-C", "../../clients/"+language, "bench")
			command.Env = append(os.Environ(), "CONTACTS_BENCH_URL="+server, "CONTACTS_BENCH_FILE="+file)
			command.Stderr = os.Stderr
			out, err := command.Output()
			must(b, err)
			rows := 0
			for _, line := range bytes.Split(bytes.TrimSpace(out), []byte("\n")) {
				var m measured
				must(b, json.Unmarshal(line, &m))
				row, required, err := m.row(language)
				must(b, err)
				fmt.Print(row)
				table.WriteString(row)
				if required {
					rows++
				}
			}
			if rows != 3 {
				b.Fatalf("%s: %d measures in place of 3", language, rows)
			}
		}
		must(b, os.WriteFile("CLIENTS.md", []byte(clientsPreface+table.String()), 0o644))
	}
}

// row is a line of the table, and whether it says what must be reached.
func (m measured) row(language string) (line string, required bool, err error) {
	limit := 1000.0 // ns
	if language == "python" {
		limit = 10_000
	}
	var value, want string
	var reached bool
	switch m.What {
	case "create":
		value, want, reached = fmt.Sprintf("%.2f", m.Ratio), ">= 0.85", m.Ratio >= 0.85
	case "upload":
		value, want, reached = fmt.Sprintf("%.1f MiB", m.Peak), "<= 64 MiB", m.Peak <= 64
	case "rules":
		value, want, reached = fmt.Sprintf("%.0f ns", m.Nanos), fmt.Sprintf("<= %.0f ns", limit), m.Nanos <= limit
	case "create by openapi-fetch", "create by openapi-fetch over our transport":
		return fmt.Sprintf("| %s | %s | %.2f | | |\n", language, m.What, m.Ratio), false, nil
	default:
		return "", false, fmt.Errorf("%s: an unknown measure %q", language, m.What)
	}
	verdict := "missed"
	if reached {
		verdict = "reached"
	}
	return fmt.Sprintf("| %s | %s | %s | %s | %s |\n", language, m.What, value, want, verdict), true, nil
}
