// Package plain is what oapi-codegen makes of the contract by itself: the client that package gen and the
// wrapper are compared with.
package plain

//go:generate go run github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen --config oapi-codegen.yaml ../../openapi.yaml
