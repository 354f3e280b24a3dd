package conformance

import "encoding/json"

// Accounts and tokens of cases that name none.
const (
	DefaultAccount = "IRsandbox"
	DefaultToken   = "to:ken/that+must=never&be%seen"
)

// A Request is what an adapter is asked to do.
type Request struct {
	ID       string  `json:"id"`
	Call     string  `json:"call"`
	Validate bool    `json:"validate,omitempty"`
	Pages    bool    `json:"pages,omitempty"`
	CancelMs float64 `json:"cancelMs,omitempty"` // after which the call is cancelled; 0: never
	BaseURL  string  `json:"baseUrl"`
	Account  string  `json:"account"`
	Token    string  `json:"token"`
	Options  Options `json:"options"`
	Path     Values  `json:"path"`
	Input    Values  `json:"input"`
}

// A Report is what a client did, as its adapter tells it.
type Report struct {
	ID         string                     `json:"id"`
	Outcome    string                     `json:"outcome"`
	Violations []Violation                `json:"violations"`
	Status     int                        `json:"status"`
	Message    string                     `json:"message"`
	Errors     []FieldError               `json:"errors"`
	WaitMs     float64                    `json:"waitMs"`
	Response   map[string]json.RawMessage `json:"response"`
	Items      []json.RawMessage          `json:"items"`
	Bytes      *Bytes                     `json:"bytes"`
	Info       Info                       `json:"info"`
	Printed    string                     `json:"printed"`

	line []byte // as it came
}

// An Adapter speaks for a client.
type Adapter interface {
	Ask(Request) (Report, error)
}
