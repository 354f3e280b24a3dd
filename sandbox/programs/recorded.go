package programs

import (
	"fmt"
	"slices"
	"strings"
)

// A Recorded is a request as the control API shows it.
type Recorded struct {
	Method     string            `json:"method"`
	Path       string            `json:"path"`
	Headers    map[string]string `json:"headers"`
	Encoding   string            `json:"encoding"`
	Length     int64             `json:"length"`
	Parameters []struct {
		Name  string `json:"name"`
		In    string `json:"in"`
		Value string `json:"value"`
	} `json:"parameters"`
	Parts []struct {
		Name string `json:"name"`
		File bool   `json:"file"`
		Type string `json:"type"`
	} `json:"parts"`
}

// What a server does depends on these headers. curl makes those of the body.
var copiedHeaders = []string{"Accept", "Prefer"}

// Curl is the command that sends a recorded request again, as far as the record holds it. The credentials are
// variables. A file is one of the name that its part has.
func (a *API) Curl(r Recorded) Program {
	out := request{method: r.Method, url: a.variable("BASE_URL") + escape(r.Path, "/"), multipart: r.Encoding == MultipartType}
	for _, name := range copiedHeaders {
		if value := r.Headers[name]; value != "" {
			out.headers = append(out.headers, pair{name, value})
		}
	}
	hasForm := r.Encoding == FormType || r.Encoding == MultipartType
	var cut []string
	for _, p := range r.Parameters {
		value := pair{p.Name, p.Value}
		switch {
		case p.In == "path":
		case p.In == "header":
			out.headers = append(out.headers, value)
		case p.In == "query" || p.In == "" && !hasForm:
			out.query = append(out.query, value)
		default:
			out.body = append(out.body, value)
		}
		if strings.HasSuffix(p.Value, "…") && !slices.Contains(cut, p.Name) {
			cut = append(cut, p.Name)
		}
	}
	for _, p := range r.Parts {
		out.files = append(out.files, upload{part: p.Name, path: p.Name, name: p.Name})
	}
	for _, name := range cut {
		out.comments = append(out.comments, fmt.Sprintf("The record may have cut %s.", printable(name)))
	}
	if r.Length != 0 && len(out.body)+len(out.files) == 0 {
		out.comments = append(out.comments, "Without the body: the record does not have it.")
		if r.Encoding != "" {
			out.headers = append(out.headers, pair{"Content-Type", r.Encoding})
		}
	}
	return Program{"curl", "curl", out.command(a)}
}

// printable is text of a comment, which ends with its line.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || !isShown(r) {
			return '?'
		}
		return r
	}, text)
}
