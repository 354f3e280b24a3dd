// Package schema holds the JSON Schemas of the vectors and of the adapters' protocol.
package schema

import (
	"bytes"
	_ "embed"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Vectors is the schema of a file of vectors.
//
//go:embed vectors.schema.json
var Vectors []byte

// Protocol is the schema of the lines between the runner and an adapter.
//
//go:embed protocol.schema.json
var Protocol []byte

var (
	vectors = compile(Vectors, "")
	request = compile(Protocol, "#/$defs/request")
	report  = compile(Protocol, "#/$defs/report")
)

// CheckVectors returns what is wrong with a file of vectors, or nil.
func CheckVectors(source []byte) error { return check(vectors, source) }

// CheckRequest returns what is wrong with a line to an adapter, or nil.
func CheckRequest(line []byte) error { return check(request, line) }

// CheckReport returns what is wrong with a line from an adapter, or nil.
func CheckReport(line []byte) error { return check(report, line) }

const resource = "schema:///document"

func compile(source []byte, fragment string) func() (*jsonschema.Schema, error) {
	return sync.OnceValues(func() (*jsonschema.Schema, error) {
		document, err := jsonschema.UnmarshalJSON(bytes.NewReader(source))
		if err != nil {
			return nil, err
		}
		compiler := jsonschema.NewCompiler()
		if err := compiler.AddResource(resource, document); err != nil {
			return nil, err
		}
		return compiler.Compile(resource + fragment)
	})
}

func check(compiled func() (*jsonschema.Schema, error), source []byte) error {
	schema, err := compiled()
	if err != nil {
		return err
	}
	instance, err := jsonschema.UnmarshalJSON(bytes.NewReader(source))
	if err != nil {
		return err
	}
	return schema.Validate(instance)
}
