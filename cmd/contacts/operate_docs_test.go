package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestShellOfTheOperatePage(t *testing.T) {
	_, blocks := page(t, "operate.md")
	require.Len(t, blocks["sh"], 4)
	out := runProgram(t, strings.Join(blocks["sh"], "\n")+"\nls -ld deploy/secrets | cut -c 1-10\nls deploy/secrets\nwc -l <deploy/secrets/pgpass", "page.sh", "sh", "-e")
	const ok = `{"Status":"OK"}`
	assert.Equal(t, ok+ok+`{"Status":"ERROR","Message":"There is nothing under this path.`, out[:len(ok+ok)+len(`{"Status":"ERROR","Message":"There is nothing under this path.`)])
	_, out, _ = strings.Cut(out, "}contacts_")
	assert.Equal(t, `sandbox_requests_total{method="GET",operation="",status="404"} 1`+"\n"+
		`"msg":"request","operation":"","method":"GET","status":404`+"\ndrwx------\npgpass\npostgres-password\ntoken\n1\n", out)
}

// The page names the files that there are, each metric, and each flag.
func TestOperatePageIsComplete(t *testing.T) {
	text, blocks := page(t, "operate.md")
	source, err := os.ReadFile("../../sandbox/metrics/metrics.go")
	require.NoError(t, err)
	for line := range strings.Lines(string(source)) {
		if _, name, is := strings.Cut(line, `Name: "`); is {
			assert.Contains(t, text, "| `"+strings.TrimSuffix(strings.TrimSpace(name), `",`)+"` |")
		}
	}
	for _, flag := range []string{"--metrics-addr", "--log-format", "--log-level", "--log-requests", "--shutdown-delay"} {
		assert.Contains(t, text, flag)
	}
	for _, word := range strings.Fields(strings.Join(blocks["console"], "")) {
		if strings.HasPrefix(word, "deploy/") {
			assert.FileExists(t, filepath.Join("../..", word))
		}
	}
}
