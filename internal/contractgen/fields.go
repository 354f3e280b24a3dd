package contractgen

import (
	"fmt"
	"slices"
	"strings"

	"example.com/contacts/internal/contract"
)

// pathFields are the fields of an operation that are in its path.
func pathFields(op contract.Operation) []contract.Field {
	return fieldsWhere(op, func(f contract.Field) bool { return f.In == contract.InPath })
}

// inputFields are the others, which make the input.
func inputFields(op contract.Operation) []contract.Field {
	return fieldsWhere(op, func(f contract.Field) bool { return f.In != contract.InPath })
}

func fieldsWhere(op contract.Operation, holds func(contract.Field) bool) (out []contract.Field) {
	for _, field := range op.Fields {
		if holds(field) {
			out = append(out, field)
		}
	}
	return out
}

func enumOf(api contract.API, name string) contract.Enum {
	return api.Enums[slices.IndexFunc(api.Enums, func(e contract.Enum) bool { return e.Name == name })]
}

func objectOf(api contract.API, name string) contract.Object {
	return api.Objects[slices.IndexFunc(api.Objects, func(o contract.Object) bool { return o.Name == name })]
}

// typeName is an operation's id with a capital.
func typeName(id string) string { return contract.TypeName(id) }

// patternsOf are the patterns of all rules, by first use.
func patternsOf(api contract.API) (out []string) {
	for _, op := range api.Operations {
		for _, field := range op.Fields {
			for _, rule := range slices.Concat(field.Value, field.Item) {
				if rule.Pattern != "" && !slices.Contains(out, rule.Pattern) {
					out = append(out, rule.Pattern)
				}
			}
		}
	}
	return out
}

// methodDoc is what the contract says of an operation.
func methodDoc(op contract.Operation) string {
	summary := op.Summary
	if summary == "" {
		summary = op.Method + " " + op.Path
	}
	if !strings.HasSuffix(summary, ".") {
		summary += "."
	}
	if op.Doc == "" {
		return summary
	}
	return summary + "\n\n" + op.Doc
}

// fieldWords is what the contract says of a field, with its rules in words.
func fieldWords(field contract.Field) string {
	var sentences []string
	if field.Doc != "" {
		doc := field.Doc
		if !strings.HasSuffix(doc, ".") {
			doc += "."
		}
		sentences = append(sentences, doc)
	}
	for _, rule := range slices.Concat(field.Presence, field.Value, field.Item) {
		if rule.Check == "" && rule.Kind != contract.FileName && rule.Kind != contract.NeedsFile {
			sentences = append(sentences, rule.Message)
		}
	}
	if field.Default != "" {
		sentences = append(sentences, fmt.Sprintf("The server's default is %s.", field.Default))
	}
	if len(sentences) == 0 {
		return field.Name
	}
	return strings.Join(sentences, "\n")
}
