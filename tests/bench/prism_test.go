package bench

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// prismVersion is that of @stoplight/prism-cli in the npm registry.
const prismVersion = "5.16.0"

// prismBody is createBody without Labels, of which Prism refuses more than one.
var prismBody, _, _ = strings.Cut(createBody, "&Labels=")

// startPrism starts Prism with the contract, and returns its address; "" where it cannot be installed.
func startPrism(tb testing.TB) (address string) {
	folder, err := filepath.Abs("../../.cache/prism-" + prismVersion)
	must(tb, err)
	program := filepath.Join(folder, "node_modules", ".bin", "prism")
	if _, err := os.Stat(program); err != nil {
		must(tb, os.MkdirAll(folder, 0o755))
		install := exec.Command("npm", "install", "--prefix", folder, "--no-package-lock", "--no-audit", "--no-fund", "@stoplight/prism-cli@"+prismVersion)
		if out, err := install.CombinedOutput(); err != nil {
			tb.Logf("SKIPPED: the rows of Prism, which npm does not install: %v\n%s", err, out)
			return ""
		}
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(tb, err)
	address = listener.Addr().String()
	must(tb, listener.Close())
	_, port, err := net.SplitHostPort(address)
	must(tb, err)
	prism := exec.Command(program, "mock", "--host", "127.0.0.1", "--port", port, "--verboseLevel", "silent", "../../openapi.yaml")
	must(tb, prism.Start())
	tb.Cleanup(func() {
		prism.Process.Kill()
		prism.Wait()
	})
	for begin := time.Now(); time.Since(begin) < time.Minute; time.Sleep(10 * time.Millisecond) {
		if connection, err := net.Dial("tcp", address); err == nil {
			connection.Close()
			return address
		}
	}
	tb.Fatal("Prism does not listen")
	return ""
}
