package bench

import (
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"testing"
)

// BenchmarkPage prints the rows of the sandbox's page. One run of it is a whole measurement: use -benchtime 1x.
func BenchmarkPage(b *testing.B) {
	for b.Loop() {
		for _, row := range pageRows(b) {
			fmt.Printf("%-60s %-40s %5.2f  %s\n", row.What, row.Against, row.Ratio, row.Want)
		}
	}
}

// pageRows measures the page: its bytes, and how soon after a click on its link one can use it, in Chromium.
func pageRows(tb testing.TB) []Row {
	box := startSandbox(tb, buildContacts(tb))
	defer box.stop()
	bytes := 0
	must(tb, fs.WalkDir(os.DirFS("../../sandbox/page"), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		request, err := http.NewRequest(http.MethodGet, box.URL+"/_sandbox/page/"+name, nil)
		must(tb, err)
		request.Header.Set("Accept-Encoding", "gzip")
		response, err := http.DefaultTransport.RoundTrip(request)
		must(tb, err)
		n, err := io.Copy(io.Discard, response.Body)
		must(tb, err)
		bytes += int(n)
		return response.Body.Close()
	}))
	rows := []Row{{"the sandbox's page, all of its bytes, gzipped", "60 kB", float64(bytes) / 60_000, "<= 1"}}

	if _, err := os.Stat("../browser/node_modules/ready"); err != nil {
		tb.Log("SKIPPED: how soon the page can be used, which needs make -C tests/browser setup")
		return rows
	}
	loads := exec.Command("node", "usable.js", box.URL, box.Token)
	loads.Dir = "../browser"
	loads.Stderr = os.Stderr
	out, err := loads.Output()
	must(tb, err)
	var took []float64 // milliseconds
	must(tb, json.Unmarshal(out, &took))
	tb.Logf("the page has %d bytes, gzipped, and can be used after %.0f ms", bytes, median(took))
	return append(rows, Row{"the sandbox's page, from its address to its use, on loopback", "300 ms", median(took) / 300, "<= 1"})
}
