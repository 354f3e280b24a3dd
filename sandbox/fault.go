package sandbox

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.com/contacts/wrapper"
)

// A FaultKind is one way in which a sandbox can misbehave. FaultKinds lists them.
//
// A fault is one text, the same as a flag, in the control API, in Go and in a Prefer header: its name, its value,
// and its parameters, as in
//
//	drop=after-commit; times=1
//	delay=200ms; jitter=100ms; one-in=100; seed=7
//	code=503; body=html; operation=createContact
//
// Every kind takes the parameters of CommonFaultParameters, too. A Prefer header is for one request, and takes none
// of these.
type FaultKind struct {
	// Name is what the fault is called.
	Name string `json:"name"`
	// Value is what may follow the name and =, such as "before-commit | after-commit". Parameters are the same
	// for each parameter of its own, with its name.
	Value      string   `json:"value"`
	Parameters []string `json:"parameters,omitempty"`
	// Description says what happens.
	Description string `json:"description"`
	// Prefer says that a Prefer header can ask for it.
	Prefer bool `json:"prefer"`
}

// FaultKinds lists what SetFaults, Config.Faults and the control API take.
func FaultKinds() []FaultKind {
	var kinds []FaultKind
	for i := range faultKinds {
		k := &faultKinds[i]
		kinds = append(kinds, FaultKind{k.value.name, k.value.form(), forms(k.parameters), k.description, !k.lasting})
	}
	return kinds
}

// A FaultParameter is one that every kind of fault takes.
type FaultParameter struct {
	Name        string `json:"name"`
	Value       string `json:"value"`
	Description string `json:"description"`
}

// CommonFaultParameters are those that every kind of fault takes.
func CommonFaultParameters() []FaultParameter {
	return []FaultParameter{
		{"times", commonParameters[0].form(), "it happens that often, and then no more"},
		{"one-in", commonParameters[1].form(), "it happens to one of that many requests, at random"},
		{"seed", commonParameters[2].form(), "what is random is the same each time, for the same requests in the same order"},
		{"operation", commonParameters[3].form(), "it happens to this operation of the contract only"},
	}
}

func forms(settings []setting) (forms []string) {
	for i := range settings {
		form := settings[i].name
		if value := settings[i].form(); value != "" {
			form += "=" + value
		}
		forms = append(forms, form)
	}
	return forms
}

type faultKind struct {
	value       setting // under the fault's own name
	parameters  []setting
	lasting     bool // it is about more than one request
	description string
}

// The faults, in the order in which documentation lists them.
var faultKinds = []faultKind{
	{value: oneOf("drop", "before-commit", "after-commit", "mid-response"),
		description: "the connection is cut: before anything is changed, after it, or after half of the response's body"},
	{value: integer("code", 200, 599), parameters: []setting{oneOf("body", "envelope", "html", "xml"), bare("after-commit")},
		description: "the response has this status, and nothing is changed, unless after-commit is given"},
	{value: oneOf("status", "ERROR", "QUEUED"),
		description: "the response is a 200 whose Status is ERROR, and nothing is changed; or QUEUED, and it is done"},
	{value: period("delay", time.Minute), parameters: []setting{period("jitter", time.Minute)},
		description: "the request waits, by up to jitter longer, before it is carried out"},
	{value: integer("surplus", 1, 64<<10), parameters: []setting{period("after", time.Minute)},
		description: "that many bytes follow the response, at once or later: a second response, of a contact that nobody created"},
	{value: integer("rate-limit", 0, 1_000_000), lasting: true,
		parameters:  []setting{period("per", time.Hour), oneOf("headers", "x-ratelimit", "x-ratelimit-unix", "x-ratelimit-hour", "ratelimit-reset", "retry-after", "all")},
		description: "429 after that many requests of an account in an hour, or in another time; headers says which tell the wait"},
	{value: period("list-after", 10*time.Minute),
		description: "a new contact is in the list only after that time; it can be read at once"},
	{value: integer("appear", 1, 100), parameters: []setting{bare("system")},
		description: "that many contacts that nobody here created appear in the campaign just before the request is carried out; with system, such as the system makes"},
	{value: anyText("refuse-account", "ACCOUNT"),
		description: "a partner account that the request names is refused with 400"},
	{value: integer("page-size", 1, 20_000),
		description: "a page of a list has no more than that many items, whatever PageSize asks for"},
	{value: oneOf("handling", "strict", "lenient"),
		description: "whether a file part must be named as ProfileImageFile says; --strict is the same for all requests"},
}

// The parameters of every fault.
var commonParameters = []setting{
	integer("times", 1, math.MaxInt32),
	integer("one-in", 1, math.MaxInt32),
	integer("seed", 0, math.MaxInt64),
	{name: "operation", words: operationIDs(), text: "OPERATION"},
}

func operationIDs() (ids []string) {
	for i := range wrapper.Operations {
		ids = append(ids, wrapper.Operations[i].ID)
	}
	return ids
}

// A setting is the value of a fault, or a parameter of it, of one of these forms.
type setting struct {
	name     string
	words    []string      // one of them
	min, max int64         // or a whole number
	longest  time.Duration // or a time above zero
	text     string        // or any text; a name for the value
}

func oneOf(name string, words ...string) setting { return setting{name: name, words: words} }

func integer(name string, min, max int64) setting { return setting{name: name, min: min, max: max} }

func period(name string, longest time.Duration) setting {
	return setting{name: name, longest: longest}
}

func anyText(name, form string) setting { return setting{name: name, text: form} }

func bare(name string) setting { return setting{name: name} }

// form is how the value is written; empty if there is none.
func (s *setting) form() string {
	switch {
	case s.text != "":
		return s.text
	case s.max > 0:
		return "N"
	case s.longest > 0:
		return "TIME"
	}
	return strings.Join(s.words, " | ")
}

// A given is a value that a fault was given.
type given struct {
	text     string
	number   int64
	duration time.Duration
}

// parse reads the value of a setting, or says what it must be.
func (s *setting) parse(text string) (v given, must string) {
	v.text = text
	var err error
	switch {
	case s.words != nil:
		if !slices.Contains(s.words, text) {
			must = "be " + strings.Join(s.words[:len(s.words)-1], ", ") + " or " + s.words[len(s.words)-1]
		}
	case s.max > 0:
		if v.number, err = strconv.ParseInt(text, 10, 64); err != nil || v.number < s.min || v.number > s.max {
			must = fmt.Sprintf("be a whole number from %d to %d", s.min, s.max)
		}
	case s.longest > 0:
		if v.duration, err = time.ParseDuration(text); err != nil || v.duration <= 0 || v.duration > s.longest {
			must = "be a time such as 200ms or 2s, of at most " + s.longest.String()
		}
	case s.text != "":
		if text == "" {
			must = "have a value"
		}
	case text != "":
		must = "have no value"
	}
	return v, must
}

// A fault is one that is set, or that a request asks for.
type fault struct {
	kind *faultKind
	given
	parameters map[string]given
}

func (f *fault) name() string { return f.kind.value.name }

// has tells whether a parameter is given.
func (f *fault) has(name string) bool {
	_, has := f.parameters[name]
	return has
}

// String is the fault as one would write it, its parameters in the order of documentation.
func (f *fault) String() string {
	p := preference{name: f.name(), value: f.text}
	for _, s := range f.kind.settings() {
		if v, has := f.parameters[s.name]; has {
			p.parameters = append(p.parameters, parameter{s.name, v.text})
		}
	}
	return p.String()
}

func (k *faultKind) settings() []setting { return slices.Concat(k.parameters, commonParameters) }

// parseFault reads one fault.
func parseFault(text string) (*fault, error) {
	list, ok := parsePreferences(text)
	switch {
	case !ok:
		return nil, fmt.Errorf("the fault %q cannot be read; write NAME=VALUE; PARAMETER=VALUE", text)
	case len(list) == 0:
		return nil, errors.New("a fault is empty; write NAME=VALUE, such as drop=after-commit")
	case len(list) > 1:
		return nil, fmt.Errorf("%q is %d faults; give each by itself, and separate parameters by semicolons", text, len(list))
	}
	f, err := newFault(list[0])
	if f == nil && err == nil {
		return nil, fmt.Errorf("there is no fault %q; there are %s", list[0].name, strings.Join(faultNames(), ", "))
	}
	return f, err
}

// newFault makes a preference a fault. Both results are nil if there is no fault of its name.
func newFault(p preference) (*fault, error) {
	i := slices.IndexFunc(faultKinds, func(kind faultKind) bool { return kind.value.name == p.name })
	if i < 0 {
		return nil, nil
	}
	f := &fault{kind: &faultKinds[i], parameters: map[string]given{}}
	var must string
	if f.given, must = f.kind.value.parse(p.value); must != "" {
		return nil, fmt.Errorf("the fault %s must %s, not %q", p.name, must, p.value)
	}
	settings := f.kind.settings()
	for _, parameter := range p.parameters {
		i := slices.IndexFunc(settings, func(s setting) bool { return s.name == parameter.name })
		switch {
		case i < 0:
			return nil, fmt.Errorf("the fault %s has no parameter %q; it has %s", p.name, parameter.name, strings.Join(forms(settings), ", "))
		case f.has(parameter.name):
			return nil, fmt.Errorf("the fault %s has its parameter %s twice; give it once", p.name, parameter.name)
		}
		v, must := settings[i].parse(parameter.value)
		if must != "" {
			return nil, fmt.Errorf("the parameter %s of the fault %s must %s, not %q", parameter.name, p.name, must, parameter.value)
		}
		f.parameters[parameter.name] = v
	}
	return f, nil
}

func faultNames() (names []string) {
	for i := range faultKinds {
		names = append(names, faultKinds[i].value.name)
	}
	return names
}

// newPreferred makes a preference a fault of one request.
func newPreferred(p preference) (*fault, error) {
	f, err := newFault(p)
	if f == nil {
		return nil, err
	}
	if f.kind.lasting {
		return nil, fmt.Errorf("the fault %s is about more than one request; set it for all", p.name)
	}
	for i := range commonParameters {
		if f.has(commonParameters[i].name) {
			return nil, fmt.Errorf("the parameter %s is about more than one request; leave it out of Prefer", commonParameters[i].name)
		}
	}
	return f, nil
}
