package contractgen

import (
	"fmt"
	"slices"

	"example.com/contacts/internal/contract"
)

// knownWords fails on a word of the model that the runtimes do not know. The kinds of values are for the
// languages: each renders them in its own way.
func knownWords(api contract.API) error {
	for _, op := range api.Operations {
		if err := oneOf(op.ID+": retry", op.Retry, contract.RetryNever, contract.RetryIdempotent, contract.RetrySafe); err != nil {
			return err
		}
		if err := oneOf(op.ID+": outcome", op.Done, "created", "updated", "deleted", "found"); err != nil {
			return err
		}
		rules := slices.Clone(op.Disjoint)
		if op.NotEmpty != nil {
			rules = append(rules, *op.NotEmpty)
		}
		for _, field := range op.Fields {
			if err := oneOf(op.ID+": place of "+field.Name, field.In, contract.InPath, contract.InQuery, contract.InHeader, contract.InBody); err != nil {
				return err
			}
			rules = slices.Concat(rules, field.Presence, field.Value, field.Item)
		}
		for _, rule := range rules {
			if !slices.ContainsFunc(contract.Kinds, func(kind struct{ Name, Doc string }) bool { return kind.Name == rule.Kind }) {
				return fmt.Errorf("%s: there is no rule %q", op.ID, rule.Kind)
			}
			if err := oneOf(op.ID+": check", rule.Check, "", "unicode", "segment", "header"); err != nil {
				return err
			}
		}
	}
	return nil
}

func oneOf[T ~string](what string, value T, values ...T) error {
	if !slices.Contains(values, value) {
		return fmt.Errorf("%s: there is no %q", what, value)
	}
	return nil
}
