package wrapper

import (
	"context"
	"io"
	"iter"
	"net/http"
)

// An Operation is what the contract says of one method of one path. Operations lists them all.
//
// The tables are for programs that know no operation by name: command lines, servers, tests. They must not
// be changed.
type Operation struct {
	ID         string // as in the contract
	Kebab      string // create-thing: a name for a command
	Method     string
	Path       string // a template: /things/{ThingId}
	Summary    string
	Doc        string
	Deprecated bool

	// Fields are in the order of the contract: of the path without the account, of the query, of headers,
	// of the body.
	Fields   []Field
	Body     *Body  // nil: the request has none
	NotEmpty *Rule  // at least one field of the body must be there; nil: none need be
	Disjoint []Rule // pairs of lists that must not hold the same item

	Response Response
	Retry    Retry
	Done     Outcome // of a success
	Pages    *Pages  // nil: the response is not one of several pages

	// What is generated for each operation. Path and input are pointers to types of its own.
	newPath  func() any
	newInput func() any // nil: nothing but a path
	check    func(c *checker, path, input any)
	send     func(ctx context.Context, c *Client, path any, r *outgoing, body io.Reader) (*http.Response, error)
	call     func(ctx context.Context, c *Client, o *Operation, path, input any, options []CallOption) (any, error)
	pages    func(ctx context.Context, c *Client, o *Operation, path, input any, options []CallOption) iter.Seq2[any, error]
}

// OperationByID finds an operation; nil if there is none.
func OperationByID(id string) *Operation {
	for i := range Operations {
		if Operations[i].ID == id {
			return &Operations[i]
		}
	}
	return nil
}

// Field finds a field by its name on the wire; nil if there is none.
func (o *Operation) Field(name string) *Field {
	for i := range o.Fields {
		if o.Fields[i].Name == name {
			return &o.Fields[i]
		}
	}
	return nil
}

// A Body tells how the fields of a body are encoded.
type Body struct {
	Required bool // there is a body even if it has no field
	// Form and Multipart are the encodings that the operation accepts. With both, a request is multipart if
	// it has a file.
	Form, Multipart bool
}

// Retry tells whether a request that is in doubt may be sent again.
type Retry string

// The values of Retry.
const (
	RetryNever      Retry = "never"      // it may act twice
	RetryIdempotent Retry = "idempotent" // it acts once, however often it is sent
	RetrySafe       Retry = "safe"       // it does not act
)

// In tells where a field goes.
type In string

// The values of In.
const (
	InPath   In = "path"
	InQuery  In = "query"
	InHeader In = "header"
	InBody   In = "body"
)

// Kind is a type of values.
type Kind string

// The kinds. Files are in requests only; objects, lists and JSON in responses only.
const (
	KindString  Kind = "string"
	KindInteger Kind = "integer" // of 64 bits
	KindNumber  Kind = "number"  // a double
	KindBoolean Kind = "boolean"
	KindFile    Kind = "file"
	KindObject  Kind = "object"
	KindList    Kind = "list"
	KindJSON    Kind = "json" // anything
)

// A Field is a parameter of a request. One that is empty is absent.
type Field struct {
	Name       string // on the wire
	Kebab      string // a name for a flag
	In         In
	Kind       Kind      // of a list: of its items
	List       *ListForm // nil: one value
	File       *FileForm // nil: no file
	Format     string
	Enum       *Enum // nil: any value
	Required   bool
	Presence   []Rule // checked first
	Value      []Rule // if it is there; of a list: of the list as a whole
	Item       []Rule // of each item of a list
	WrongType  string // what a violation says of a value of another type
	Default    string // what the server takes if it is absent
	Example    string // a valid value, or a valid item; may be empty
	Doc        string
	Deprecated bool
}

// A ListForm tells how the items of a list are sent.
type ListForm struct {
	Delimiter string // between the items of one value; empty: each item is a value of its own
}

// A FileForm tells how a file is sent.
type FileForm struct {
	NamedPart bool   // the field is text, the name of the file's part; otherwise the part has the field's name
	BaseName  string // of the file, without extension, if the caller gives no name
}

// An Enum is a list of values, as they are on the wire.
type Enum struct {
	Name   string
	Doc    string
	Values []string
}

// A RuleKind is a kind of rule. Its values do not change from one version to the next.
type RuleKind string

// A Rule is one thing that must hold. The members after Message belong to some kinds only.
type Rule struct {
	Field   string // the field at fault when the rule is broken
	Kind    RuleKind
	Message string

	With      []string // required_with: any of these; exclusive: all of these together
	WhenField string   // required_if: it is required when this field
	WhenValue string   // has this value
	Length    int      // too_short, too_long: code points; too_few, too_many: items
	Limit     string   // too_small, too_large: a decimal number
	Open      bool     // too_small, too_large: the limit itself is refused
	Joined    bool     // too_long: of a list, joined with its delimiter
	Pattern   string   // format: a regular expression for the whole text
	Check     string   // format: a check that is no pattern: unicode, segment, header
	Enum      *Enum    // one_of
}

// A Response is what a success returns: an object, bytes, or nothing.
type Response struct {
	Object  *Object // nil: no object
	Bytes   bool    // content to be streamed
	Accept  string
	Outcome *OutcomeMember // nil: every 2xx is a success
}

// An OutcomeMember is a member of a response whose value tells what became of a request. Any other value is
// in doubt.
type OutcomeMember struct {
	Member   string
	Done     []string
	Queued   []string
	Refused  []string
	Requires map[string][]string // members that must be there, by the value of Member
}

// An Object is a type of responses.
type Object struct {
	Name    string
	Doc     string
	Members []Member
}

// A Member is one member of an Object. One that is null is absent.
type Member struct {
	Name          string // on the wire
	Type          Type
	Required      bool
	LastSegmentOf string // the member from whose last path segment this one is read; it is not on the wire
	Doc           string
	Deprecated    bool
}

// A Type is the type of a Member.
type Type struct {
	Kind   Kind
	Object *Object // of KindObject
	Item   *Type   // of KindList
	Format string
}

// Pages tells how the pages of a list follow one another.
type Pages struct {
	Page       string // the field that is the number of a page, from 1
	Items      string // the member of the response that is the list
	TotalPages string // the member that says how many pages there are; empty: the last page is empty
}
