package conformance

import (
	"fmt"
	"maps"
	"slices"

	"example.com/contacts/internal/contract"
)

// A choice says which fields an input has to have.
type choice struct {
	must   []string       // these
	values map[string]any // and these, with these values
	avoid  []string       // not these
	files  bool           // a file, if the operation takes one
	all    bool           // every other field that can be there, too
}

func (r rules) filesAndOthers() (files, others []contract.Field) {
	for _, f := range r.op.Fields {
		if f.Kind == contract.KindFile {
			files = append(files, f)
		} else {
			others = append(others, f)
		}
	}
	return files, others
}

// compose makes a case whose input breaks no rule.
func (r rules) compose(want choice) (*Case, error) {
	c := &Case{Call: r.op.ID, Path: Values{}, Input: Values{}}
	for _, f := range r.op.Fields {
		if f.In == contract.InPath || slices.Contains(want.must, f.Name) || want.values[f.Name] != nil {
			if err := r.give(c, f, want); err != nil {
				return nil, err
			}
		}
	}
	if err := r.complete(c, want); err != nil {
		return nil, err
	}
	hasFile := slices.ContainsFunc(r.op.Fields, func(f contract.Field) bool { return f.Kind == contract.KindFile && present(c.Input[f.Name]) })
	// Files first: another field may exclude them.
	files, others := r.filesAndOthers()
	for _, f := range append(files, others...) {
		isFile := f.Kind == contract.KindFile
		if present(c.value(f)) || !(want.all && !isFile || want.files && isFile) || isFile && hasFile && !want.all {
			continue
		}
		with := *c
		with.Input = maps.Clone(c.Input)
		if r.give(&with, f, want) == nil && r.complete(&with, want) == nil {
			*c = with
			hasFile = hasFile || isFile
		}
	}
	if r.usesFile(c) {
		c.Files = []File{{Name: photoName, Base64: photo}}
	}
	if want.files && !hasFile {
		return nil, fmt.Errorf("%s: no file can be given", r.op.ID)
	}
	return c, nil
}

func (r rules) usesFile(c *Case) bool {
	return slices.ContainsFunc(r.op.Fields, func(f contract.Field) bool { return f.Kind == contract.KindFile && present(c.Input[f.Name]) })
}

func (r rules) give(c *Case, f contract.Field, want choice) error {
	if slices.Contains(want.avoid, f.Name) {
		return fmt.Errorf("%s is to be avoided", f.Name)
	}
	value := want.values[f.Name]
	if value == nil {
		var err error
		if value, err = r.sample(f); err != nil {
			return err
		}
	}
	if f.In == contract.InPath {
		c.Path[f.Name] = value
	} else {
		c.Input[f.Name] = value
	}
	return nil
}

// complete gives the fields that others need, and returns an error if a rule stays broken.
func (r rules) complete(c *Case, want choice) error {
	for range len(r.op.Fields) + 1 {
		with := *c
		with.Files = []File{{Name: photoName, Base64: photo}}
		broken := r.violations(&with)
		if len(broken) == 0 {
			return nil
		}
		given := false
		for _, v := range broken {
			f, _ := fieldOf(r.op, v.Field)
			missing := v.Rule == contract.Required || v.Rule == contract.RequiredWith || v.Rule == contract.RequiredIf
			if v.Field == "" {
				f, missing = r.first(want)
			}
			if !missing {
				continue
			}
			if err := r.give(c, f, want); err != nil {
				return err
			}
			given = true
		}
		if !given {
			return fmt.Errorf("%s: %s", r.op.ID, broken[0].Message)
		}
	}
	return fmt.Errorf("%s: no input fits its rules", r.op.ID)
}

// first is a field of the body that can be given alone.
func (r rules) first(want choice) (contract.Field, bool) {
	for _, f := range r.op.Fields {
		if f.In == contract.InBody && (f.Kind == contract.KindFile) == want.files && !slices.Contains(want.avoid, f.Name) {
			return f, true
		}
	}
	return contract.Field{}, false
}
