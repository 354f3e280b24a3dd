package conformance

import (
	"net/http"
	"strings"
)

// A broken asker is a client with one fault, for the tests that the runner sees it.
type broken struct {
	asker
	before func(*request)
	after  func(request, *response)
}

func (b broken) ask(r request) (response, error) {
	if b.before != nil {
		fields := contact{}
		for field, value := range r.Contact {
			fields[field] = value
		}
		r.Contact = fields
		b.before(&r)
	}
	answer, err := b.asker.ask(r)
	if b.after != nil {
		b.after(r, &answer)
	}
	return answer, err
}

// faults are ways in which a client can be broken, and for each a case that must show it.
var faults = map[string]struct {
	broken
	shownBy string
}{
	"drops a field": {shownBy: "presence/page", broken: broken{before: func(r *request) { delete(r.Contact, "Title") }}},
	"adds a field":  {shownBy: "presence/required-only", broken: broken{before: func(r *request) { r.Contact["Title"] = "x" }}},
	"follows a redirect": {shownBy: "outcomes/redirect-307", broken: broken{after: func(r request, _ *response) {
		if response, err := http.Post(r.BaseURL+"/elsewhere", "text/plain", strings.NewReader("")); err == nil {
			response.Body.Close()
		}
	}}},
	"sends twice": {shownBy: "presence/page", broken: broken{after: func(r request, _ *response) {
		if response, err := http.Post(r.BaseURL+"/Advertisers/x/Campaigns/"+r.CampaignID+"/Contacts", "text/plain", strings.NewReader("")); err == nil {
			response.Body.Close()
		}
	}}},
	"claims not sent": {shownBy: "outcomes/no-answer-fin", broken: broken{after: func(_ request, a *response) {
		if a.Outcome == "in_doubt" {
			a.Outcome = "not_sent"
		}
	}}},
	"claims created": {shownBy: "outcomes/in-doubt-502-html", broken: broken{after: func(_ request, a *response) {
		if a.Outcome == "in_doubt" {
			a.Outcome = "created"
		}
	}}},
	"rejects everything": {shownBy: "presence/required-only", broken: broken{after: func(_ request, a *response) { a.Outcome = "invalid" }}},
	"rejects nothing":    {shownBy: "presence/no-FirstName", broken: broken{before: func(r *request) { r.Contact["FirstName"] = "Wile" }}},
	"changes a word": {shownBy: "presence/no-FirstName", broken: broken{after: func(_ request, a *response) {
		for i := range a.Violations {
			a.Violations[i].Message = strings.ToLower(a.Violations[i].Message)
		}
	}}},
	"prints the token": {shownBy: "presence/page", broken: broken{after: func(r request, a *response) { a.line = append(a.line, r.AuthToken...) }}},
	"waits too little": {shownBy: "waits/retry-after", broken: broken{after: func(_ request, a *response) { a.WaitMs = 1000 }}},
}
