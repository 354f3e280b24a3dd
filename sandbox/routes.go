package sandbox

import (
	"fmt"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"

	"example.com/contacts/wrapper"
)

// A route is an operation as the ServeMux knows it.
type route struct {
	operation *wrapper.Operation
	path      string            // a pattern of ServeMux
	wildcards map[string]string // of the path, by the parameter's name
}

// newRoute makes a path of the contract a pattern: a wildcard must be an identifier, and a parameter need not
// be one. The account is no parameter of the operation.
func newRoute(o *wrapper.Operation) *route {
	r := &route{operation: o, wildcards: map[string]string{}}
	rest := o.Path
	for {
		before, after, found := strings.Cut(rest, "{")
		r.path += before
		if !found {
			return r
		}
		name, after, _ := strings.Cut(after, "}")
		wildcard := "account"
		if o.Field(name) != nil {
			wildcard = fmt.Sprint("p", len(r.wildcards))
			r.wildcards[name] = wildcard
		}
		r.path += "{" + wildcard + "}"
		rest = after
	}
}

// routes is a ServeMux with the operations of the contract, and with its errors in the envelope of F3.
type routes struct {
	mux      http.ServeMux
	noPath   error
	accounts []string // what stands before the account in paths
}

func newRoutes(s *Sandbox, operations []wrapper.Operation) *routes {
	routes := &routes{}
	methods := map[string][]string{} // of each path
	var paths []string
	for i := range operations {
		route := newRoute(&operations[i])
		if path := route.operation.Path; !slices.Contains(paths, path) {
			paths = append(paths, path)
		}
		if before, _, has := strings.Cut(route.path, "{account}"); has && !slices.Contains(routes.accounts, before) {
			routes.accounts = append(routes.accounts, before)
		}
		method := route.operation.Method
		methods[route.path] = append(methods[route.path], method)
		if method == http.MethodGet {
			methods[route.path] = append(methods[route.path], http.MethodHead)
		}
		routes.mux.HandleFunc(method+" "+route.path, func(w http.ResponseWriter, r *http.Request) { s.serve(w.(*exchange), r, route) })
	}
	for path, methods := range methods {
		slices.Sort(methods)
		allow := strings.Join(methods, ", ")
		routes.mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Allow", allow)
			respondError(w, &apiError{
				Status:  http.StatusMethodNotAllowed,
				Message: "This method is not allowed here; use " + allow + ".",
			})
		})
	}
	routes.noPath = noPath("The paths are " + strings.Join(paths, ", ") + ".")
	routes.mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { respondError(w, routes.noPath) })
	return routes
}

func (t *routes) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !isClean(r.URL) {
		respondError(w, t.noPath)
		return
	}
	t.mux.ServeHTTP(w, r)
}

// accountOf is the account that a path names, also one that is no path of the contract; or "".
func (t *routes) accountOf(path string) string {
	for _, before := range t.accounts {
		if rest, has := strings.CutPrefix(path, before); has {
			account, _, _ := strings.Cut(rest, "/")
			return account
		}
	}
	return ""
}

// isClean tells whether a ServeMux takes a path as it is. It redirects any other. A client that follows would send its
// POST elsewhere, or as a GET.
func isClean(u *url.URL) bool {
	p := u.EscapedPath()
	return p != "" && p[0] == '/' && path.Clean(p) == p
}

// noPath is the error of a path that is wrong.
func noPath(says string) error {
	return &apiError{Status: http.StatusNotFound, Message: "There is nothing under this path. " + says}
}
