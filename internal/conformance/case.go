// Package conformance holds clients to a contract: it plays cases to the adapter of a client, and compares
// what its own server received, and what the client then reports, with what the contract and the case ask.
//
// It knows operations and fields from the model of the contract only.
package conformance

import (
	"maps"
	"math/big"
)

// Values are the parameters of a call under their wire names. Numbers are json.Number.
type Values map[string]any

// A Violation is a broken rule, as a client reports it.
type Violation struct{ Field, Rule, Message string }

// A FieldError is what a server says about one field.
type FieldError struct{ Field, Message string }

// A Case is one case of the vectors. tests/vectors/README.md says what its members mean.
type Case struct {
	Group       string `json:"-"`
	Name        string `json:"name,omitzero"`
	Description string `json:"description,omitzero"`

	Call     string  `json:"call,omitzero"`
	Path     Values  `json:"path,omitzero"`
	Input    Values  `json:"input,omitzero"`
	Files    []File  `json:"files,omitzero"`
	Pages    bool    `json:"pages,omitzero"`
	Options  Options `json:"options,omitzero"`
	Account  *string `json:"account,omitzero"`
	Token    string  `json:"token,omitzero"`
	BasePath string  `json:"basePath,omitzero"`
	BaseURL  *string `json:"baseUrl,omitzero"`
	Times    int     `json:"times,omitzero"`
	PauseMs  int     `json:"pauseMs,omitzero"`
	Slow     bool    `json:"slow,omitzero"`

	Environment map[string]string `json:"environment,omitzero"`
	Proxy       *Respond          `json:"proxy,omitzero"`

	Rejected     []Violation `json:"rejected,omitzero"`
	ValidVariant string      `json:"validVariant,omitzero"`
	Sent         *Sent       `json:"sent,omitzero"`
	Respond      *Respond    `json:"respond,omitzero"`
	Then         *Then       `json:"then,omitzero"`
}

// ID names a case among all cases.
func (c *Case) ID() string { return c.Group + "/" + c.Name }

// times is how often the call is made.
func (c *Case) times() int { return max(1, c.Times) }

// clone is a case with values of its own.
func (c *Case) clone() *Case {
	out := *c
	out.Path, out.Input = maps.Clone(c.Path), maps.Clone(c.Input)
	return &out
}

// A File is a file that exists while a case is played.
type File struct {
	Name   string `json:"name,omitzero"`
	Base64 []byte `json:"base64,omitzero"`
	Size   int    `json:"size,omitzero"` // filled up with zeros to as many bytes
	FIFO   bool   `json:"fifo,omitzero"`
}

func (f File) content() []byte {
	return append(append([]byte(nil), f.Base64...), make([]byte, max(0, f.Size-len(f.Base64)))...)
}

// Options are those of a client.
type Options struct {
	Retries   int    `json:"retries"`
	TimeoutMs int    `json:"timeoutMs"`
	Rules     string `json:"rules"`
}

// Sent is what a request must be. What it leaves out is taken from the contract and the input.
type Sent struct {
	Path     *string           `json:"path,omitzero"`
	Query    *[][2]string      `json:"query,omitzero"`
	RawQuery *string           `json:"rawQuery,omitzero"`
	Headers  map[string]string `json:"headers,omitzero"`
	Without  []string          `json:"without,omitzero"`
	Pairs    *[][2]string      `json:"pairs,omitzero"`
	Body     *string           `json:"body,omitzero"`
	Parts    *[]Part           `json:"parts,omitzero"`
}

// A Part is one part of a multipart body.
type Part struct {
	Name        string `json:"name,omitzero"`
	Value       string `json:"value,omitempty"`
	Filename    string `json:"filename,omitempty"`
	ContentType string `json:"contentType,omitempty"`
	SHA256      string `json:"sha256,omitempty"`
}

// Respond is what the server does with a request.
type Respond struct {
	Status      int               `json:"status,omitzero"`
	Headers     map[string]string `json:"headers,omitzero"`
	HeaderBytes int               `json:"headerBytes,omitzero"`
	HeaderCount int               `json:"headerCount,omitzero"`
	Body        string            `json:"body,omitzero"`
	BodyBase64  []byte            `json:"bodyBase64,omitzero"`
	Pad         int               `json:"pad,omitzero"`
	Repeat      int               `json:"repeat,omitzero"`
	Interim     []int             `json:"interim,omitzero"`
	Surplus     string            `json:"surplus,omitzero"`
	Cut         *int              `json:"cut,omitzero"`
	Close       string            `json:"close,omitzero"`
	CloseMs     int               `json:"closeMs,omitzero"`
	Early       bool              `json:"early,omitzero"`
	Refuse      bool              `json:"refuse,omitzero"`
	Sequence    []Respond         `json:"sequence,omitzero"`
}

// Then is what a client must report.
type Then struct {
	Outcome     string        `json:"outcome,omitzero"`
	Requests    *int          `json:"requests,omitzero"`
	Connections *int          `json:"connections,omitzero"`
	Proxied     *int          `json:"proxied,omitzero"`
	Status      *int          `json:"status,omitzero"`
	Message     *string       `json:"message,omitzero"`
	Errors      *[]FieldError `json:"errors,omitzero"`
	WaitSeconds *float64      `json:"waitSeconds,omitzero"`
	Response    Values        `json:"response,omitzero"`
	Items       *[]any        `json:"items,omitzero"`
	Bytes       *Bytes        `json:"bytes,omitzero"`
	Info        *Info         `json:"info,omitzero"`
	Sent        []Sent        `json:"sent,omitzero"`
}

// Bytes is content that a client streamed.
type Bytes struct {
	SHA256      string `json:"sha256"`
	Length      int64  `json:"length"`
	ContentType string `json:"contentType"`
}

// Info is what a client tells about a response beside its body.
type Info struct {
	Status       *int     `json:"status"`
	Limit        *int64   `json:"limit"`
	Remaining    *int64   `json:"remaining"`
	ResetSeconds *float64 `json:"resetSeconds"`
}

// sameNumber compares two numbers that are written in decimal.
func sameNumber(a, b string) bool {
	x, ok := new(big.Rat).SetString(a)
	y, ok2 := new(big.Rat).SetString(b)
	return ok && ok2 && x.Cmp(y) == 0
}
