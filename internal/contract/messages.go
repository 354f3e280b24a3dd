package contract

import (
	"fmt"
	"strings"
)

// The sentences of the violations. Each is made here, once, and stands as a literal in every language's
// code. subject is the name of a field, or "Each item of" it.

func requiredMessage(field string) string { return field + " is required." }

func requiredUnlessMessage(field string, files []string) string {
	return fmt.Sprintf("%s is required unless %s is given.", field, join(files, "or"))
}

func requiredWithMessage(field string, with []string) string {
	return fmt.Sprintf("%s is required when %s is given.", field, join(with, "or"))
}

func requiredIfMessage(field string, when Condition) string {
	return fmt.Sprintf("%s is required when %s is %s.", field, when.Field, when.Value)
}

func exclusiveMessage(field string, others []string) string {
	return fmt.Sprintf("%s cannot be used together with %s.", field, join(others, "and"))
}

func disjointMessage(field, other string) string {
	return fmt.Sprintf("%s cannot hold an item that %s holds, too.", field, other)
}

const notEmptyMessage = "At least one parameter is required."

func tooShortMessage(subject string, n int) string {
	return fmt.Sprintf("%s must have at least %s.", subject, count(n, "character"))
}

func tooLongMessage(subject string, n int) string {
	return fmt.Sprintf("%s must have at most %s.", subject, count(n, "character"))
}

func tooSmallMessage(subject, limit string, open bool) string {
	if open {
		return fmt.Sprintf("%s must be more than %s.", subject, limit)
	}
	return fmt.Sprintf("%s must be at least %s.", subject, limit)
}

func tooLargeMessage(subject, limit string, open bool) string {
	if open {
		return fmt.Sprintf("%s must be less than %s.", subject, limit)
	}
	return fmt.Sprintf("%s must be at most %s.", subject, limit)
}

func tooFewMessage(field string, n int) string {
	return fmt.Sprintf("%s must have at least %s.", field, count(n, "item"))
}

func tooManyMessage(field string, n int) string {
	return fmt.Sprintf("%s must have at most %s.", field, count(n, "item"))
}

func duplicateMessage(field string) string { return field + " must not hold an item twice." }

func unicodeMessage(subject string) string { return subject + " must be well-formed Unicode text." }

func segmentMessage(field string) string { return field + " must not be . or .. in a path." }

func headerMessage(subject string) string {
	return subject + " must be printable ASCII, and not begin or end with a space."
}

func formatMessage(subject, mustBe, pattern string) string {
	if mustBe == "" {
		return fmt.Sprintf("%s must match the pattern %s.", subject, pattern)
	}
	return fmt.Sprintf("%s must be %s.", subject, mustBe)
}

func oneOfMessage(subject, mustBe string, enum Enum) string {
	switch {
	case mustBe != "":
		return fmt.Sprintf("%s must be %s.", subject, mustBe)
	case len(enum.Values) <= 10:
		return fmt.Sprintf("%s must be %s.", subject, join(enum.Values, "or"))
	}
	return fmt.Sprintf("%s must be one of the %d values of %s.", subject, len(enum.Values), enum.Name)
}

func listItemMessage(field, delimiter string) string {
	if delimiter == "" {
		return field + " has an item that is empty."
	}
	name := map[string]string{",": "comma", " ": "space", "|": "vertical bar"}[delimiter]
	return fmt.Sprintf("%s has an item that is empty, holds a %s, or begins or ends with white space; a %s cannot be escaped.", field, name, name)
}

func needsFileMessage(field string) string {
	return field + " needs a file that exists, can be read and is not empty."
}

func fileNameMessage(field string, namedPart bool) string {
	sentence := field + " must name its file with 1 to 100 of A-Z a-z 0-9 . _ -, the first a letter or a digit"
	if namedPart {
		sentence += ", and not with the name of a parameter"
	}
	return sentence + "."
}

// WrongTypeMessage is the sentence for data from outside that has another type than the field.
func WrongTypeMessage(f Field) string {
	one, many := map[Kind]string{
		KindString: "text", KindInteger: "a whole number", KindNumber: "a number", KindBoolean: "true or false", KindFile: "a file",
	}[f.Kind], map[Kind]string{
		KindString: "texts", KindInteger: "whole numbers", KindNumber: "numbers", KindBoolean: "values that are true or false", KindFile: "files",
	}[f.Kind]
	if f.List != nil {
		return fmt.Sprintf("%s must be a list of %s.", f.Name, many)
	}
	return fmt.Sprintf("%s must be %s.", f.Name, one)
}

// UnknownMessage is the sentence for data from outside that has a name which the operation does not know.
func UnknownMessage(name, operation string) string {
	return fmt.Sprintf("%s is not a parameter of %s.", name, operation)
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func join(names []string, conjunction string) string {
	if len(names) == 1 {
		return names[0]
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " " + conjunction + " " + names[last]
}
