// Package contract is the model of an OpenAPI document: its operations, their parameters, rules,
// responses and documentation, as code for any language needs them.
//
// All that is generated, and the command line, come from it. What it cannot carry in full it refuses, with the file and the
// line.
package contract

import "go.yaml.in/yaml/v3"

// An API is what a document says.
type API struct {
	Title       string
	Version     string
	Doc         string
	Server      string // the base URL of the first server; empty if there is none
	Operations  []Operation
	Objects     []Object     // of responses, in the order of their first use
	Enums       []Enum       // of request fields, in the order of their first use
	ErrorFormat *ErrorFormat `json:",omitempty"`
	AccountName string       // the name of the path parameter that is the account; empty if there is none
}

// An Operation is one method of one path.
type Operation struct {
	ID         string
	Names      Names
	Method     string // in capitals
	Path       string // a template: /orders/{OrderId}
	Summary    string
	Doc        string
	Deprecated bool

	// Fields are all that a caller gives: in the path (in the order of the template, without the account),
	// in the query, in headers, and in the body.
	Fields []Field
	Body   *Body `json:",omitempty"`
	// Disjoint are pairs of list fields that cannot hold the same item.
	Disjoint []Rule `json:",omitempty"`
	// NotEmpty is the rule that at least one field of the body is given; nil if none need be.
	NotEmpty *Rule `json:",omitempty"`

	Response Response
	Retry    Retry
	Done     string // the outcome of a success: created, updated, deleted or found
	Pages    *Pages `json:",omitempty"`

	at *yaml.Node
}

// A Body says how the fields of a body are encoded.
type Body struct {
	Required bool // a request without any field still has a body
	// Form and Multipart tell which encodings the operation takes. With both, a request is multipart if
	// it has a file.
	Form, Multipart bool
}

// A Retry tells whether a request that is in doubt may be sent again.
type Retry string

// The values of Retry.
const (
	RetryNever      Retry = "never"      // it may act twice
	RetryIdempotent Retry = "idempotent" // PUT, DELETE: it acts once, however often it is sent
	RetrySafe       Retry = "safe"       // GET: it does not act
)

// In is where a field goes.
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

// The kinds. File is for request fields; Object, List, JSON and Bytes are for responses.
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

// A Field is one parameter of a request.
//
// A field that is empty (no text, no items, null) is absent. Its rules are checked in order: Presence
// first, then, if it is there, Value, and Item for each item of a list. The first that is broken is the
// field's violation.
type Field struct {
	Name       string // on the wire
	Names      Names
	In         In
	Kind       Kind // of a list: of its items
	List       *List
	File       *File
	Format     string // as documented; rules hold what is enforced of it
	Enum       string // the name of its Enum; empty if there is none
	Required   bool
	Presence   []Rule // required, required_with, required_if, exclusive
	Value      []Rule // of a list: of the list as a whole
	Item       []Rule // of each item of a list
	Default    string // what the server takes if it is absent; for documentation
	Example    string // a valid value, or a valid item; empty if the contract has none
	Doc        string
	Deprecated bool
	Line       int `json:"-"`
	at         *yaml.Node
}

// A List says how the items of a list are sent.
type List struct {
	Delimiter string // between the items of one value; empty: each item is a value of its own
}

// A File says how a file is sent, in a part of a multipart body.
type File struct {
	// NamedPart: the field is a text parameter whose value is the name of the file's part. Otherwise the
	// part has the field's name.
	NamedPart bool
	// BaseName is the file's name without its extension, if the caller gives none.
	BaseName string
}

// A Rule is one thing that must hold. The members after Message belong to some kinds only.
type Rule struct {
	Field   string // the field at fault when the rule is broken
	Kind    string // what a violation calls it
	Message string // the same English sentence in every language

	// With are names of fields. required: it need not be there if one of these is; required_with: any of
	// these; exclusive: all of these together.
	With    []string   `json:",omitempty"`
	When    *Condition `json:",omitempty"` // required_if
	Length  int        `json:",omitempty"` // too_short, too_long: code points; too_few, too_many: items
	Limit   string     `json:",omitempty"` // too_small, too_large: a decimal number
	Open    bool       `json:",omitempty"` // too_small, too_large: the limit itself is refused
	Joined  bool       `json:",omitempty"` // too_long: of a list, joined with its delimiter
	Pattern string     `json:",omitempty"` // format; a portable regular expression
	Check   string     `json:",omitempty"` // format: a check that is no pattern: unicode, segment, header
	Enum    string     `json:",omitempty"` // one_of: the name of the Enum
}

// A Condition holds if a field has a value.
type Condition struct {
	Field string
	Value string // as it is on the wire
}

// An Enum is a named list of values, as they are on the wire.
type Enum struct {
	Name   string
	Names  Names
	Doc    string
	Values []string
}

// A Response is what a success returns: an object, bytes, or nothing.
type Response struct {
	Object string // the name of an Object; empty if there is none
	Bytes  bool   // the body is content, to be streamed
	Accept string // the value of the header Accept
	// Outcome tells from the body of a 2xx what became of the request; nil: every 2xx is a success.
	Outcome *Outcome `json:",omitempty"`
}

// An Outcome is a member of a response whose value tells what became of a request. Any other value is in
// doubt.
type Outcome struct {
	Member   string
	Done     []string
	Queued   []string
	Refused  []string
	Requires map[string][]string // members that must be there, by the value of Member
}

// An Object is a type of responses.
type Object struct {
	Name    string
	Names   Names
	Doc     string
	Members []Member
}

// A Member is one member of an Object. A member that is null is absent.
type Member struct {
	Name       string // on the wire
	Names      Names
	Type       Type
	Required   bool
	Doc        string
	Deprecated bool
	// LastSegmentOf names the member from whose last path segment this one is read; it is not on the wire.
	LastSegmentOf string `json:",omitempty"`
	Line          int    `json:"-"`
	at            *yaml.Node
}

// A Type is the type of a Member.
type Type struct {
	Kind   Kind
	Object string // of KindObject: the name of the Object
	Item   *Type  // of KindList
	Format string // as documented
}

// An ErrorFormat tells where a response that is an error has its words.
type ErrorFormat struct {
	Message string // the member that says what is wrong
	Errors  string // the member that lists what is wrong with single fields; empty if there is none
	Field   string // of an item of Errors: the member with the field's name; its words are in Message
}

// Pages tells how the pages of a list follow one another.
type Pages struct {
	Page       string // the query field that is the number of a page, from 1
	Items      string // the member of the response that is the list
	ItemObject string // the Object of its items
	TotalPages string // the member that says how many pages there are; empty: the last page is empty
}

// Names are an identifier in each language's idiom. They are never reserved words.
type Names struct {
	Go         string // ProfileImageURL
	TypeScript string // profileImageUrl; of a type, ProfileImageUrl
	Python     string // profile_image_url; of a type, ProfileImageUrl
	Java       string // profileImageUrl; of a type, ProfileImageUrl
	Rust       string // profile_image_url; of a type, ProfileImageUrl
	Kebab      string // profile-image-url: flags, commands
}

// A kind of rule: what a violation calls it. The set is closed.
const (
	Required     = "required"      // it must be there
	RequiredWith = "required_with" // another field that is there needs it
	RequiredIf   = "required_if"   // the value of another field needs it
	Exclusive    = "exclusive"     // it cannot be there beside another
	TooShort     = "too_short"     // too few code points
	TooLong      = "too_long"      // too many code points
	TooSmall     = "too_small"     // the number is too small
	TooLarge     = "too_large"     // the number is too large
	TooFew       = "too_few"       // too few items
	TooMany      = "too_many"      // too many items
	Duplicate    = "duplicate"     // two items are the same
	Format       = "format"        // the value does not have the form asked for
	OneOf        = "one_of"        // the value is none of those listed
	ListItem     = "list_item"     // an item cannot be a part of a list
	NeedsFile    = "needs_file"    // the file is not there, cannot be read, or is empty
	FileName     = "file_name"     // the name given to the file's part cannot be one
	WrongType    = "type"          // data from outside: the value has another type
	Unknown      = "unknown"       // data from outside: there is no field of this name
)

// Kinds are all kinds of rules, with what they mean.
var Kinds = []struct{ Name, Doc string }{
	{Required, "the parameter must be there, and not empty"},
	{RequiredWith, "another parameter that is there needs this one"},
	{RequiredIf, "the value of another parameter needs this one"},
	{Exclusive, "this parameter cannot be there beside another"},
	{TooShort, "the value has too few Unicode code points"},
	{TooLong, "the value has too many Unicode code points"},
	{TooSmall, "the number is too small"},
	{TooLarge, "the number is too large"},
	{TooFew, "the list has too few items"},
	{TooMany, "the list has too many items"},
	{Duplicate, "the list holds an item twice"},
	{Format, "the value does not have the form asked for"},
	{OneOf, "the value is not one of those listed"},
	{ListItem, "an item cannot be sent as a part of the list"},
	{NeedsFile, "the file does not exist, cannot be read, or is empty"},
	{FileName, "the name given to the file cannot be sent"},
	{WrongType, "the value has the wrong type"},
	{Unknown, "the operation has no parameter of this name"},
}
