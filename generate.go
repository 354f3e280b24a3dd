// Package contacts holds the contract of the Contacts API and the instructions that generate code from
// it: `go generate ./...` writes package gen.
//
// It is not the client. Import example.com/contacts/wrapper for that.
package contacts

import _ "embed"

//go:generate go run github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen --config oapi-codegen.yaml openapi.yaml
//go:generate go run ./internal/contractgen/cmd openapi.yaml go gen

// Contract is openapi.yaml, byte for byte.
//
//go:embed openapi.yaml
var Contract []byte
