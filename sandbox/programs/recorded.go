package programs

import (
	"fmt"
	"net/url"
	"strings"
)

// A Recorded is a request as the control API shows it.
type Recorded struct {
	Method     string            `json:"method"`
	Path       string            `json:"path"`
	Target     string            `json:"target"` // of the request line; empty: the path
	Headers    map[string]string `json:"headers"`
	Encoding   string            `json:"encoding"`
	Length     int64             `json:"length"` // of the body; -1: it was not said
	Parameters []struct {
		Name  string `json:"name"`
		In    string `json:"in"` // empty: the contract does not have it
		Value string `json:"value"`
		Cut   bool   `json:"cut"`
	} `json:"parameters"`
	Parts []struct {
		Name string `json:"name"`
	} `json:"parts"`
}

// What a server does depends on these headers, too. Those of the body are curl's.
var copiedHeaders = []string{"Accept", "Prefer"}

// Curl is the command that sends a recorded request again, as far as the record holds it; a comment says what it does not
// hold. The credentials are variables. A file is one in the current folder that has the name of its part.
func (a *API) Curl(r Recorded) Program {
	if r.Target == "" {
		r.Target = r.Path
	}
	path, query, hasQuery := strings.Cut(r.Target, "?")
	out := request{method: r.Method, multipart: r.Encoding == MultipartType, hasBody: r.Length > 0}
	const kept = "/%:@,;*()'+&=?"
	out.url = a.variable("BASE_URL") + escape(path, kept)
	if hasQuery {
		out.url += "?" + escape(query, kept)
	}
	for _, name := range copiedHeaders {
		if value := r.Headers[name]; value != "" {
			out.headers = append(out.headers, pair{name, value})
		}
	}
	inQuery, _ := url.ParseQuery(query)
	isForm := r.Encoding == FormType || r.Encoding == MultipartType
	for _, p := range r.Parameters {
		switch {
		case p.In == "path" || p.In == "query" || p.In == "" && (!isForm || inQuery.Has(p.Name)):
			continue // they are in the URL
		case p.In == "header":
			out.headers = append(out.headers, pair{p.Name, p.Value})
		default:
			out.body = append(out.body, pair{p.Name, p.Value})
		}
		if p.Cut {
			out.comments = append(out.comments, "The record has not the whole of "+inComment(p.Name)+".")
		}
	}
	for _, p := range r.Parts {
		out.files = append(out.files, upload{part: p.Name, path: p.Name, name: p.Name})
	}
	if r.Length != 0 && len(out.body)+len(out.files) == 0 {
		out.comments = append(out.comments, "The record has not the body of the request.")
		if r.Encoding != "" && !isForm {
			out.headers = append(out.headers, pair{"Content-Type", r.Encoding})
		}
	}
	return Program{"curl", "curl", out.command(a)}
}

// inComment is text in a comment, which ends with its line.
func inComment(text string) string { return fmt.Sprintf("%+q", text) }
