package contract

import "strings"

// TypeName is a name of the wire as the name of a type in TypeScript, Python, Java and Rust.
func TypeName(name string) string { return pascal(words(name)) }

// SnakeName is a name of the wire in lower case, its words joined by underscores.
func SnakeName(name string) string { return strings.Join(words(name), "_") }
