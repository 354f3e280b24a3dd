package contractgen

import (
	"fmt"
	"strings"
)

// The sentences of the violations that a contract can state. Each is made here, once, and stands as a
// literal in every language's code.

func requiredWithMessage(field string, with []string) string {
	return fmt.Sprintf("%s is required when %s is given.", field, join(with, "or"))
}

func exclusiveMessage(field string, others []string) string {
	return fmt.Sprintf("%s cannot be used together with %s.", field, join(others, "and"))
}

func tooShortMessage(field string, n int) string {
	return fmt.Sprintf("%s must have at least %s.", field, characters(n))
}

func tooLongMessage(field string, n int) string {
	return fmt.Sprintf("%s must have at most %s.", field, characters(n))
}

func formatMessage(field, mustBe, pattern string) string {
	if mustBe == "" {
		return fmt.Sprintf("%s must match the pattern %s.", field, pattern)
	}
	return fmt.Sprintf("%s must be %s.", field, mustBe)
}

func oneOfMessage(field, mustBe string, enum Enum) string {
	switch {
	case mustBe != "":
		return fmt.Sprintf("%s must be %s.", field, mustBe)
	case len(enum.Values) <= 10:
		return fmt.Sprintf("%s must be %s.", field, join(enum.Values, "or"))
	default:
		return fmt.Sprintf("%s must be one of the %d values of %s.", field, len(enum.Values), enum.Name)
	}
}

// WrapperRules are the rules that a contract cannot state. Each language's wrapper checks them by hand
// and takes the sentence from here; it begins with the field's name, which the wrapper puts before it.
var WrapperRules = []struct{ Name, Kind, Predicate string }{
	{"ListItem", "list_item", "has an item that is empty, holds a comma, or begins or ends with white space; a comma cannot be escaped."},
	{"NeedsFile", "needs_file", "needs a file that exists, can be read and is not empty."},
	{"FileName", "file_name", "must name its part with 1 to 100 of A-Z a-z 0-9 . _ -, the first a letter or a digit, and not with the name of a parameter."},
}

func characters(n int) string {
	if n == 1 {
		return "1 character"
	}
	return fmt.Sprintf("%d characters", n)
}

func join(names []string, conjunction string) string {
	if len(names) == 1 {
		return names[0]
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " " + conjunction + " " + names[last]
}
