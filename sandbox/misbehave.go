package sandbox

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.com/contacts/wrapper"
)

// A plan is what goes wrong with one request. Without any it is nil.
type plan struct {
	ctx        context.Context
	account    string
	header     http.Header // of the response
	err        error       // of the State
	candidates []*activeFault
	happened   []string
	ignored    []string // preferences that cannot be followed, and why

	limited bool // by rate-limit
	delay   time.Duration
	end     *fault // drop, code, status or refuse-account: how it ends
	appear  []*fault
	surplus *fault
}

// newPlan looks for what may happen to a request that is authorized.
func (m *misbehaviour) newPlan(r *http.Request, h http.Header, o *wrapper.Operation, account string) (*plan, error) {
	set, err := m.faults(r.Context(), account)
	if err != nil {
		return nil, storeFailed(err)
	}
	prefer := r.Header["Prefer"]
	if len(set) == 0 && prefer == nil {
		return nil, nil
	}
	p := &plan{ctx: context.WithoutCancel(r.Context()), account: account, header: h}
	p.prefer(strings.Join(prefer, ", "))
	p.candidates = append(p.candidates, set...)
	p.candidates = slices.DeleteFunc(p.candidates, func(f *activeFault) bool {
		only := f.parameters["operation"].text
		return only != "" && only != o.ID
	})
	p.limit()
	return p, nil
}

// happens decides whether a fault happens, and with what jitter.
func (p *plan) happens(f *activeFault) (happens bool, jitter time.Duration) {
	happens, jitter, err := f.happens(p.ctx, p.account)
	if err != nil {
		p.err = err
	}
	return happens, jitter
}

// prefer takes the faults that a request asks for. RFC 7240 has a server ignore what it does not know, and all
// but the first of one name.
func (p *plan) prefer(header string) {
	preferences, ok := parsePreferences(header)
	if !ok {
		p.ignored = append(p.ignored, "the header Prefer cannot be read")
	}
	seen := map[string]bool{}
	for _, preference := range preferences {
		if seen[preference.name] {
			continue
		}
		seen[preference.name] = true
		f, err := newPreferred(preference)
		switch {
		case err != nil:
			p.ignored = append(p.ignored, err.Error())
		case f != nil:
			p.candidates = append(p.candidates, &activeFault{fault: f, displayText: f.String(), preferred: true})
		}
	}
}

// note makes it visible that a fault happens.
func (p *plan) note(f *activeFault) {
	p.happened = append(p.happened, f.displayText)
	p.header.Add("Sandbox-Fault", f.displayText)
	if f.preferred {
		p.header.Add("Preference-Applied", f.displayText)
	}
}

// limit counts a request, whether or not it is refused for something else.
func (p *plan) limit() {
	for _, f := range p.candidates {
		if f.name() != "rate-limit" {
			continue
		}
		length := time.Hour
		if f.has("per") {
			length = f.parameters["per"].duration
		}
		now := time.Now()
		window, err := f.state.Count(p.ctx, f.of(p.account), now, f.number, length)
		if err != nil {
			p.err = err
			return
		}
		writeLimit(p.header, f.parameters["headers"].text, f.number, now, window)
		if window.Within || p.limited {
			continue
		}
		if p.limited, _ = p.happens(f); p.limited {
			p.note(f)
		}
	}
}

// strict tells whether a part must be named as its parameter says.
func (p *plan) strict(otherwise bool) bool {
	if p == nil {
		return otherwise
	}
	for _, f := range p.candidates {
		if f.name() != "handling" {
			continue
		}
		if happens, _ := p.happens(f); happens {
			p.note(f)
			return f.text == "strict"
		}
	}
	return otherwise
}

// choose decides which of the candidates happen to a request that would be carried out.
func (p *plan) choose(r *request) {
	for _, f := range p.candidates {
		if !f.concerns(r) || f.ends() && p.end != nil {
			continue
		}
		happens, jitter := p.happens(f)
		if !happens {
			continue
		}
		p.note(f)
		switch f.name() {
		case "delay":
			p.delay += f.duration + jitter
		case "surplus":
			p.surplus = f.fault
		case "list-after":
			r.listAfter = f.duration
		case "appear":
			p.appear = append(p.appear, f.fault)
		case "page-size":
			r.pageSize = f.number
		default:
			p.end = f.fault
		}
	}
}

// concerns tells whether a fault can be seen in the response to a request.
func (f *fault) concerns(r *request) bool {
	switch f.name() {
	case "rate-limit", "handling": // they were asked for before
		return false
	case "status":
		return f.text == "ERROR" || r.operation.Response.Outcome != nil && len(r.operation.Response.Outcome.Queued) > 0
	case "list-after":
		return r.operation.ID == "createContact"
	case "page-size":
		return r.operation.Pages != nil
	case "appear":
		return r.operation.Field("CampaignId") != nil
	case "refuse-account":
		return r.accountField(f.text) != ""
	}
	return true
}

// accountField is the parameter that names a partner account, or "".
func (r *request) accountField(id string) string {
	for i, field := range r.operation.Fields {
		ids, _ := r.values[i].([]string)
		if field.In == wrapper.InBody && strings.HasPrefix(field.Name, accounts) && slices.Contains(ids, id) {
			return field.Name
		}
	}
	return ""
}

// delayedWrite is how long the response to a delayed request may take, beside the delay.
const delayedWrite = 30 * time.Second

var errLimited = &apiError{Status: http.StatusTooManyRequests, Message: "There were too many requests. Send again later."}

// misbehave responds to a request that has a plan.
func (s *Sandbox) misbehave(x *exchange, r *http.Request, request *request) error {
	p := x.plan
	p.choose(request)
	if p.err != nil {
		return storeFailed(p.err)
	}
	if p.delay > 0 {
		_ = http.NewResponseController(x).SetWriteDeadline(time.Now().Add(p.delay + delayedWrite))
		// Whoever goes away meanwhile has sent the request all the same.
		select {
		case <-time.After(p.delay):
		case <-r.Context().Done():
		}
	}
	for _, f := range p.appear {
		if err := s.appear(request, f); err != nil {
			return storeFailed(err)
		}
	}
	if p.end == nil && p.surplus == nil {
		return s.carryOut(x, r, request)
	}
	held := newHeldResponse(x)
	if p.commits() {
		if err := s.carryOut(held, r, request); err != nil {
			x.note(err)
			respondError(held, err)
		}
	}
	if p.end != nil {
		held = p.end.replace(held, request)
	}
	if p.end != nil && p.end.name() == "drop" {
		if p.end.text == "mid-response" && r.Method != http.MethodHead && len(held.body) > 0 {
			held.sendHalf()
		}
		panic(http.ErrAbortHandler)
	}
	if p.surplus != nil {
		held.sendWithSurplus(x, r, request.account, p.surplus)
	} else {
		held.send()
	}
	return nil
}

// appear creates the contacts of somebody else.
func (s *Sandbox) appear(r *request, f *fault) error {
	for range f.number {
		n := s.appeared.Add(1)
		record := Record{AccountSID: r.account, CampaignID: r.campaign(), System: f.has("system")}
		record.Contact = fmt.Sprintf(`{"FirstName":"Somebody","LastName":"Else %[1]d","EmailAddress":"somebody.else.%[1]d@example.com","Accounts":%[2]s}`,
			n, appendValue(nil, accounts, []string{"10000"}))
		if _, err := s.store.Create(context.Background(), record); err != nil {
			return err
		}
	}
	return nil
}

// commits tells whether the request is carried out, whatever its response says.
func (p *plan) commits() bool {
	switch end := p.end; {
	case end == nil:
		return true
	case end.name() == "drop":
		return end.text != "before-commit"
	case end.name() == "code":
		return end.has("after-commit")
	}
	return p.end.text == "QUEUED"
}

// replace is the response of a fault in place of the one that would be sent.
func (f *fault) replace(held *heldResponse, r *request) *heldResponse {
	instead := newHeldResponse(held.w)
	switch f.name() {
	case "code":
		respondCode(instead, f)
	case "refuse-account":
		respondError(instead, errorOf(r.accountField(f.text), " has "+f.text+", which is not an account of yours."))
	case "status":
		if f.text == "ERROR" {
			respond(instead, http.StatusOK, appendEnvelope(nil, &apiError{Message: "The sandbox was told to refuse this request. Nothing was changed."}))
			break
		}
		if held.status != http.StatusOK {
			return held
		}
		respond(instead, http.StatusOK, []byte(`{"Status":"QUEUED","QueuedUri":"/Advertisers/`+r.account+`/APISubmissions/A-`+strconv.FormatUint(rand.Uint64(), 36)+`"}`))
	default:
		return held
	}
	return instead
}
