// Package contacts holds the contract of the Contacts API, and what clients are generated from: `go generate`
// writes all generated files, in all languages.
//
// It is not the client. Import example.com/contacts/wrapper for that.
package contacts

import "embed"

//go:generate make generate

// Contract is openapi.yaml, byte for byte.
//
//go:embed openapi.yaml
var Contract []byte

// Sources are the files that a client for another contract starts from, by their paths in this repository.
//
//go:embed go.mod go.sum oapi-codegen.yaml wrapper tests/conformance/adapter
//go:embed clients/typescript/src/runtime clients/typescript/tests/adapter clients/typescript/tests/adapter.ts
//go:embed clients/typescript/tsconfig.json clients/typescript/tsconfig.tests.json clients/typescript/package.json
//go:embed clients/java/src/main/java clients/java/src/test/java/com/example/contacts/Adapter.java clients/java/tests/adapter clients/java/pom.xml
//go:embed all:clients/java/.mvn
//go:embed all:clients/python/src/contacts/_runtime clients/python/src/contacts/py.typed clients/python/pyproject.toml
//go:embed clients/python/tests/adapter clients/python/tests/adapter-async clients/python/tests/adapter.py
//go:embed clients/rust/src/runtime clients/rust/tests/adapter clients/rust/tests/support/adapter.rs clients/rust/Cargo.toml
//go:embed LICENSE clients/rust/rustfmt.toml
var Sources embed.FS
