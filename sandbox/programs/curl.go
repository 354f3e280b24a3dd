package programs

import (
	"fmt"
	"strings"
)

// A request is one that curl sends.
type request struct {
	method    string
	url       string // begins with a variable, and is escaped
	headers   []pair // but for the credentials
	query     []pair
	multipart bool     // the encoding of the body
	body      []pair   // text
	files     []upload // of a body that is multipart
	hasBody   bool     // even if it is empty
	comments  []string // what is not in the command
}

type pair struct{ name, value string }

type upload struct{ part, path, name string }

// curl is the command that makes a request with these arguments.
func (a *API) curl(o *Operation, arguments []argument, multipart bool) string {
	r := request{method: o.Method, multipart: multipart, hasBody: o.Body}
	segments := map[string]string{}
	for _, arg := range arguments {
		values := arg.Items
		if arg.List != nil && arg.List.Delimiter != "" {
			values = []string{strings.Join(values, arg.List.Delimiter)}
		}
		for i, value := range values {
			switch {
			case arg.In == "path":
				segments[arg.Name] = value
			case arg.In == "query":
				r.query = append(r.query, pair{arg.Name, value})
			case arg.In == "header":
				r.headers = append(r.headers, pair{arg.Name, value})
			case arg.Kind != "file":
				r.body = append(r.body, pair{arg.Name, value})
			default:
				file := upload{arg.Name, value, arg.fileName(i, value)}
				if arg.File.NamedPart {
					r.body = append(r.body, pair{arg.Name, file.name})
					file.part = file.name
				}
				r.files = append(r.files, file)
			}
		}
	}
	r.headers = append([]pair{{"Accept", o.Accept}}, r.headers...)
	r.url = a.variable("BASE_URL")
	for piece := range strings.SplitAfterSeq(o.Path, "}") {
		literal, name, is := strings.Cut(strings.TrimSuffix(piece, "}"), "{")
		r.url += escape(literal, "/")
		switch {
		case is && name == a.Account:
			r.url += a.variable("ACCOUNT")
		case is:
			r.url += escape(segments[name], "")
		}
	}
	return r.command(a)
}

func (a *API) variable(name string) string { return "$" + a.environment() + "_" + name }

// command is the request as words of a shell.
func (r request) command(a *API) string {
	words := []string{"curl -sS --fail-with-body", `-u "` + a.variable("ACCOUNT") + ":" + a.variable("TOKEN") + `"`}
	add := func(option, text string) { words = append(words, option+" "+quoteShell(text)) }
	hasBody := r.hasBody || len(r.body) > 0 || len(r.files) > 0
	switch {
	case r.method == "HEAD":
		words = append(words, "--head")
	case r.method == "GET" && !hasBody, r.method == "POST" && hasBody:
	default:
		add("-X", r.method)
	}
	url := r.url
	if hasBody { // -G would take the body for the query
		separator := "?"
		for _, q := range r.query {
			url += separator + escape(q.name, "") + "=" + escape(q.value, "")
			separator = "&"
		}
	}
	if strings.Contains(r.url, "/.") {
		words = append(words, "--path-as-is")
	}
	words = append(words, `"`+url+`"`)
	for _, h := range r.headers {
		add("-H", h.name+": "+h.value)
	}
	if len(r.query) > 0 && !hasBody {
		words = append(words, "-G")
		for _, q := range r.query {
			add("--data-urlencode", escape(q.name, "")+"="+q.value)
		}
	}
	for _, text := range r.body {
		switch {
		case !r.multipart:
			add("--data-urlencode", escape(text.name, "")+"="+text.value)
		case strings.Contains(text.name, "="):
			r.comments = append(r.comments, "Without a parameter: curl cannot send a part whose name has an equals sign.")
		default:
			add("--form-string", text.name+"="+text.value)
		}
	}
	for _, file := range r.files {
		path := file.path
		if path == "-" { // which is standard input
			path = "./-"
		}
		add("-F", fmt.Sprintf("%s=@%s;filename=%s", file.part, quoteForm(path), quoteForm(file.name)))
	}
	if hasBody && len(r.body)+len(r.files) == 0 {
		add("-d", "")
	}
	var comments string
	for _, comment := range r.comments {
		comments += "# " + comment + "\n"
	}
	return comments + strings.Join(words, " \\\n  ") + "\n"
}

// quoteForm is a value between quotes, as curl reads it in a form: without them a comma or a semicolon would end it.
func quoteForm(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
}

// escape is text in a URL, in which it means itself, also between the double quotes of a shell.
func escape(text, kept string) string {
	var b strings.Builder
	for _, octet := range []byte(text) {
		if strings.IndexByte("-._~"+kept, octet) >= 0 || '0' <= octet && octet <= '9' || 'a' <= octet|0x20 && octet|0x20 <= 'z' {
			b.WriteByte(octet)
		} else {
			fmt.Fprintf(&b, "%%%02X", octet)
		}
	}
	return b.String()
}
