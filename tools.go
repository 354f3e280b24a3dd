//go:build tools

// This file pins the versions of the generators in go.mod; it is in no build.
package contacts

import _ "github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen"
