package sandbox

import (
	"errors"
	"net/http"
	"path"
	"slices"
	"strings"

	"example.com/contacts/gen"
)

// routes is the generated routing and what a ServeMux lacks: its own errors in the envelope of F3.
type routes struct {
	*http.ServeMux
	methods map[string][]string // of each path, in the order of the contract
}

const imagePattern = "GET /Advertisers/{AccountSID}/Campaigns/{CampaignId}/Contacts/{ContactId}/ProfileImage"

func newRoutes(s *Sandbox) *routes {
	routes := &routes{ServeMux: http.NewServeMux(), methods: map[string][]string{}}
	gen.HandlerWithOptions(s, gen.StdHTTPServerOptions{BaseRouter: routes, ErrorHandlerFunc: refusePath})
	routes.HandleFunc(imagePattern, s.getImage)
	for path, methods := range routes.methods {
		allow := strings.Join(methods, ", ")
		routes.ServeMux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Allow", allow)
			refuse(w, &refusal{
				Status:  http.StatusMethodNotAllowed,
				Message: "This method is not allowed here; use " + allow + ".",
			})
		})
	}
	routes.ServeMux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { refuse(w, errNoPath) })
	return routes
}

// HandleFunc is called by the generated code for each operation of the contract.
func (t *routes) HandleFunc(pattern string, handler func(http.ResponseWriter, *http.Request)) {
	method, path, _ := strings.Cut(pattern, " ")
	methods := append(t.methods[path], method)
	if method == http.MethodGet {
		methods = append(methods, http.MethodHead)
	}
	slices.Sort(methods)
	t.methods[path] = methods
	t.ServeMux.HandleFunc(pattern, handler)
}

func (t *routes) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	// A ServeMux redirects a path that is not clean. A client that follows would send its POST elsewhere, or as a GET.
	if p := r.URL.EscapedPath(); p == "" || p[0] != '/' || path.Clean(p) != p {
		refuse(w, errNoPath)
		return
	}
	t.ServeMux.ServeHTTP(w, r)
}

var errNoPath = &refusal{
	Status:  http.StatusNotFound,
	Message: "There is nothing under this path. Contacts are under /Advertisers/{AccountSID}/Campaigns/{CampaignId}/Contacts.",
}

// refusePath answers what the generated code cannot bind: a CampaignId that is no integer.
func refusePath(w http.ResponseWriter, _ *http.Request, err error) {
	refused := *errNoPath
	if format := (*gen.InvalidParamFormatError)(nil); errors.As(err, &format) {
		refused.Message = "There is nothing under this path: its " + format.ParamName + " does not have the right form."
		if format.ParamName == "CampaignId" {
			refused.Message = "There is nothing under this path: CampaignId must be an integer of 64 bits."
		}
	}
	refuse(w, &refused)
}
