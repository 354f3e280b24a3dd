package sandbox

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
)

// controlPath begins the paths of the control API, which are no paths of the API.
const controlPath = "/_sandbox/"

// control is the API by which tests and pages see what a sandbox was sent, and make it misbehave. Its errors are
// the envelope of the API.
type control struct {
	sandbox *Sandbox
	token   *[sha256.Size]byte // nil: there is none
	hosts   []string
	sites   *http.CrossOriginProtection
	mux     http.ServeMux
	ended   chan struct{} // closed when streams must end
	end     func()
}

func newControl(s *Sandbox, token string, hosts []string) *control {
	c := &control{sandbox: s, hosts: hosts, sites: http.NewCrossOriginProtection(), ended: make(chan struct{})}
	c.end = sync.OnceFunc(func() { close(c.ended) })
	if token != "" {
		digest := sha256.Sum256([]byte(token))
		c.token = &digest
	}
	for path, methods := range map[string]map[string]http.HandlerFunc{
		"model":                {"GET": c.getModel},
		"check/{operation}":    {"POST": c.postCheck},
		"reset":                {"POST": c.postReset},
		"export":               {"GET": c.getExport},
		"load":                 {"POST": c.postLoad},
		"faults":               {"GET": c.getFaults, "PUT": c.putFaults, "DELETE": c.deleteFaults},
		"faults/kinds":         {"GET": c.getKinds},
		"programs/{operation}": {"POST": c.postPrograms},
		"requests":             {"GET": c.getRequests},
		"requests/{id}":        {"GET": c.getRequest},
		"requests/{id}/curl":   {"GET": c.getCurl},
		"requests/{id}/pin":    {"PUT": c.pin(true), "DELETE": c.pin(false)},

		"requests/{id}/parts/{n}": {"GET": c.getPart},

		"account":                            {"GET": c.getAccount},
		"contacts":                           {"GET": c.listContacts},
		"contacts/{account}/{campaign}/{id}": {"GET": c.getContact},
		"contacts/{account}/{campaign}/{id}/image": {"GET": c.getContactImage},
	} {
		var allowed []string
		for method, handler := range methods {
			c.mux.HandleFunc(method+" "+controlPath+path, handler)
			allowed = append(allowed, method)
		}
		slices.Sort(allowed)
		c.mux.HandleFunc(controlPath+path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Allow", strings.Join(allowed, ", "))
			respondError(w, &apiError{Status: http.StatusMethodNotAllowed, Message: "This method is not allowed here; use " + strings.Join(allowed, ", ") + "."})
		})
	}
	c.mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		respondError(w, &apiError{Status: http.StatusNotFound, Message: "There is nothing under this path. The control API has model, check, programs, requests, faults, faults/kinds, reset, export and load under " + controlPath + "."})
	})
	return c
}

func (c *control) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if isPage(r) {
		c.servePage(w, r)
		return
	}
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	account, err := c.authorize(r)
	if err != nil {
		respondError(w, err)
		return
	}
	c.mux.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), callerKey{}, account)))
}

type callerKey struct{}

// callerOf is the account that a request of the control API acts for; "": all.
func callerOf(r *http.Request) string { return r.Context().Value(callerKey{}).(string) }

// authorize refuses requests that a web page of somebody else made, and those without credentials. It returns the
// account that a request acts for; "": all.
func (c *control) authorize(r *http.Request) (account string, err error) {
	if !c.isOwnHost(r.Host) {
		return "", errForeignHost
	}
	// Check lets a GET pass, which tells here what no other site may know.
	unsafe := *r
	unsafe.Method = http.MethodPost
	if c.sites.Check(&unsafe) != nil {
		return "", &apiError{Status: http.StatusForbidden, Message: "This request comes from another web site, which cannot use the control API."}
	}
	account, err = c.authenticate(r)
	if err != nil {
		return "", err
	}
	return narrow(r, account)
}

// authenticate is Basic of an account, or Bearer of an account's token or of the control token, which is for all.
func (c *control) authenticate(r *http.Request) (account string, err error) {
	token, isBearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	switch {
	case !isBearer:
		account, _, err = c.sandbox.accounts.authenticate(r)
		return account, err
	case len(r.Header["Authorization"]) != 1:
		return "", errUnauthorized
	case c.isToken(token):
		return "", nil
	}
	return c.sandbox.accounts.accountOfToken(r.Context(), token)
}

// narrow takes account=SID from the query of a request, by which the control token acts for one account.
func narrow(r *http.Request, account string) (string, error) {
	query := r.URL.Query()
	values, has := query["account"]
	if !has {
		return account, nil
	}
	if len(values) != 1 || values[0] == "" {
		return "", malformed("account must be given once, as account=SID.")
	}
	if err := checkSID(values[0]); err != nil {
		return "", malformed("account: " + err.Error() + ".")
	}
	if account != "" && account != values[0] {
		return "", errForbidden
	}
	query.Del("account")
	narrowed := *r.URL
	narrowed.RawQuery = query.Encode()
	r.URL = &narrowed
	return values[0], nil
}

var errForeignHost = &apiError{
	Status:  http.StatusForbidden,
	Message: "The control API does not have this name. Use localhost or an IP address, or allow the name with --control-host.",
}

func (c *control) isToken(text string) bool {
	digest := sha256.Sum256([]byte(text))
	return c.token != nil && subtle.ConstantTimeCompare(digest[:], c.token[:]) == 1
}

// isOwnHost tells whether a Host is one that no web site can choose for itself, or one of those allowed.
func (c *control) isOwnHost(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.ToLower(strings.TrimSuffix(strings.Trim(host, "[]"), "."))
	_, err := netip.ParseAddr(host)
	return err == nil || host == "localhost" || strings.HasSuffix(host, ".localhost") ||
		slices.ContainsFunc(c.hosts, func(own string) bool { return strings.EqualFold(own, host) })
}

// respondJSON responds with a value.
func respondJSON(w http.ResponseWriter, value any) {
	w.Header()["Content-Type"] = contentJSON
	writeJSON(w, value)
}

func writeJSON(w io.Writer, value any) {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(value) // who does not take it is gone
}

func (c *control) getFaults(w http.ResponseWriter, r *http.Request) {
	if err := takesNoQuery(r); err != nil {
		respondError(w, err)
		return
	}
	c.respondFaults(w, r)
}

func (c *control) respondFaults(w http.ResponseWriter, r *http.Request) {
	states, err := c.sandbox.misbehaviour.states(r.Context(), callerOf(r))
	if err != nil {
		respondError(w, storeFailed(err))
		return
	}
	respondJSON(w, struct {
		Faults []FaultState `json:"faults"`
	}{states})
}

func (c *control) getKinds(w http.ResponseWriter, r *http.Request) {
	if err := takesNoQuery(r); err != nil {
		respondError(w, err)
		return
	}
	respondJSON(w, struct {
		Kinds      []FaultKind      `json:"kinds"`
		Parameters []FaultParameter `json:"parameters"`
	}{FaultKinds(), CommonFaultParameters()})
}

func (c *control) deleteFaults(w http.ResponseWriter, r *http.Request) {
	err := takesNoQuery(r)
	if err == nil {
		err = c.setFaults(r, nil)
	}
	if err != nil {
		respondError(w, err)
		return
	}
	c.respondFaults(w, r)
}

func (c *control) putFaults(w http.ResponseWriter, r *http.Request) {
	faults, err := readFaults(w, r)
	if err == nil {
		err = c.setFaults(r, faults)
	}
	if err != nil {
		respondError(w, err)
		return
	}
	c.respondFaults(w, r)
}

func (c *control) setFaults(r *http.Request, faults []string) error {
	err := c.sandbox.misbehaviour.set(r.Context(), callerOf(r), faults)
	if wrong := (faultError{}); errors.As(err, &wrong) {
		return malformed(sentence(strings.TrimPrefix(wrong.Error(), "sandbox: ")))
	}
	if err != nil {
		return storeFailed(err)
	}
	return nil
}

// sentence makes a sentence of an error.
func sentence(text string) string { return strings.ToUpper(text[:1]) + text[1:] + "." }

func takesNoQuery(r *http.Request) error {
	if r.URL.RawQuery != "" {
		return malformed("This path takes no query. Leave it out.")
	}
	return nil
}

// readFaults reads {"faults": ["…"]}, and nothing else.
func readFaults(w http.ResponseWriter, r *http.Request) ([]string, error) {
	const form = `Send {"faults": ["drop=after-commit; times=1"]}.`
	draft, err := readObject(w, r, form, "faults")
	if err != nil {
		return nil, err
	}
	items, isList := draft["faults"].([]any)
	if !isList {
		return nil, malformed("faults must be a list of texts. " + form)
	}
	faults := []string{}
	for _, item := range items {
		text, isText := item.(string)
		if !isText {
			return nil, malformed("faults must be a list of texts. " + form)
		}
		faults = append(faults, text)
	}
	return faults, nil
}

// getAccount responds with the account that a caller acts for; "" is all, of the control token.
func (c *control) getAccount(w http.ResponseWriter, r *http.Request) {
	if err := takesNoQuery(r); err != nil {
		respondError(w, err)
		return
	}
	respondJSON(w, struct {
		Account string `json:"account"`
	}{callerOf(r)})
}
