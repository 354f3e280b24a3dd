package programs

import (
	_ "embed"
	"encoding/json"
	"slices"
	"strings"
	"sync"
)

// An API is what programs need to know of a contract. The generator writes it from the same model as the clients.
type API struct {
	Comment    string // says that it is generated
	Package    string // the name of the clients' packages
	JavaClient string // the class of Java's client
	Account    string // the parameter of paths that is the account
	Operations []Operation
	Enums      map[string][]string
}

// An Operation is one that a program calls.
type Operation struct {
	ID        string
	Method    string
	Path      string // a template: /things/{ThingId}
	Accept    string
	Form      bool `json:",omitempty"` // the body may be application/x-www-form-urlencoded
	Multipart bool `json:",omitempty"` // or multipart/form-data
	Body      bool `json:",omitempty"` // there is one even without any field
	Result    Result
	Done      string // the outcome of a success
	Names     Names  // of the method that sends one request
	Input     Names  // the type of the input; empty if there is none
	Fields    []Field
}

// A Result is what a method returns.
type Result string

// The results.
const (
	Object  Result = "object"
	Bytes   Result = "bytes" // content to be streamed
	Nothing Result = "nothing"
)

// A Field is a parameter.
type Field struct {
	Name     string // on the wire
	In       string // path, query, header or body
	Kind     string // string, integer, number, boolean or file; of a list, of its items
	List     *List  `json:",omitempty"`
	File     *File  `json:",omitempty"`
	Enum     string `json:",omitempty"` // the name of a list of values
	Required bool   `json:",omitempty"`
	Names    Names
	GoType   string            // of the value that Go's method takes
	Says     map[string]string // what a violation of a rule says
}

// A List tells how the items of a list are sent.
type List struct {
	Delimiter string // between the items of one value; empty: each item is a value of its own
}

// A File tells how a file is sent.
type File struct {
	NamedPart bool   // the field is the name of the file's part; otherwise the part has the field's name
	BaseName  string // of the file, without extension
}

// Names are an identifier in each language.
type Names struct{ Go, TypeScript, Python, Java, Rust string }

//go:embed api.json
var contractJSON []byte

// Contract is the contract that this repository's clients are made from.
var Contract = sync.OnceValue(func() *API {
	api, err := Read(contractJSON)
	if err != nil {
		panic("sandbox/programs/api.json: " + err.Error() + "; run `make generate`")
	}
	return api
})

// Read reads what the generator wrote for a contract.
func Read(text []byte) (*API, error) {
	var api API
	if err := json.Unmarshal(text, &api); err != nil {
		return nil, err
	}
	return &api, nil
}

// Operation finds an operation; nil if there is none.
func (a *API) Operation(id string) *Operation {
	i := slices.IndexFunc(a.Operations, func(o Operation) bool { return o.ID == id })
	if i < 0 {
		return nil
	}
	return &a.Operations[i]
}

// environment begins the names of the variables that hold the account, the token and the server.
func (a *API) environment() string { return strings.ToUpper(a.Package) }
