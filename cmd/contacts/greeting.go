package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
)

// A greeting is what the sandbox prints once it listens.
type greeting struct {
	base, kept, account, metrics string
	token                        token
	faults                       []string
}

func (g *greeting) print(w io.Writer, format string) error {
	if format == "text" {
		return g.printLines(w)
	}
	ready := readyLine{URL: g.base, Account: g.account, Faults: g.faults, Metrics: g.metrics}
	if g.token.file == "" {
		ready.Token = g.token.secret
	}
	return json.NewEncoder(w).Encode(ready)
}

// A readyLine is what a test that started the sandbox reads.
type readyLine struct {
	URL     string   `json:"url"`
	Account string   `json:"account"`
	Token   string   `json:"token,omitempty"` // not one that somebody chose
	Faults  []string `json:"faults,omitempty"`
	Metrics string   `json:"metrics,omitempty"` // their URL
}

// printLines prints how to use the sandbox, as lines for a shell.
func (g *greeting) printLines(w io.Writer) error {
	token := quote(g.token.secret)
	if g.token.file != "" {
		token = `"$(cat ` + quote(g.token.file) + `)"` // a secret that somebody chose is not printed
	}
	var b strings.Builder
	fmt.Fprintf(&b, "# The sandbox listens on %s and keeps contacts %s.\n# Its page, %s/ in a browser, asks for the token. To use it from a shell:\n", g.base, g.kept, g.base)
	for _, fault := range g.faults {
		fmt.Fprintf(&b, "# It misbehaves: %s\n", fault)
	}
	if g.metrics != "" {
		fmt.Fprintf(&b, "# Metrics are at %s\n", g.metrics)
	}
	fmt.Fprintf(&b, "export %s=%s %s=%s %s=%s", baseURLVariable, g.base, accountVariable, g.account, tokenVariable, token)
	o := firstForm()
	for _, parameter := range pathParameters(o) {
		fmt.Fprintf(&b, " %s=%s", parameter.variable(), shellWord(parameter.Example))
	}
	fmt.Fprintf(&b, "\n\n# To send a request with curl:\ncurl %s \\\n  -u %s:%s \\\n  -H 'Accept: application/json'", g.base+examplePath(o, g.account), g.account, token)
	for _, field := range exampleFields(o) {
		fmt.Fprintf(&b, " \\\n  --data-urlencode %s", shellWord(field.Name+"="+field.Example))
	}
	b.WriteString("\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// baseURL is one by which this machine reaches an address.
func baseURL(address *net.TCPAddr) string {
	host := address.IP
	if host.IsUnspecified() {
		host = net.IPv4(127, 0, 0, 1)
	}
	return "http://" + net.JoinHostPort(host.String(), strconv.Itoa(address.Port))
}

// quote makes one word of a text, for a shell.
func quote(text string) string {
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}
