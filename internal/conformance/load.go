package conformance

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"example.com/contacts/internal/contract"
	"example.com/contacts/tests/vectors/schema"
)

// Load reads all vectors of a folder, and refuses those that do not fit their schema or the contract, and
// those that prove nothing.
func Load(folder string, api contract.API) ([]Case, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*.json"))
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("%s: there is no file *.json", folder)
	}
	var cases []Case
	var wrong []error
	for _, file := range files {
		group, err := loadGroup(file)
		if err == nil {
			err = checkGroup(api, group)
		}
		if err != nil {
			wrong = append(wrong, fmt.Errorf("%s: %w", file, err))
		}
		cases = append(cases, group...)
	}
	return cases, errors.Join(wrong...)
}

func loadGroup(file string) ([]Case, error) {
	source, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	if err := schema.CheckVectors(source); err != nil {
		return nil, err
	}
	var group struct {
		Cases []Case `json:"cases"`
	}
	decoder := json.NewDecoder(bytes.NewReader(source))
	decoder.UseNumber()
	if err := decoder.Decode(&group); err != nil {
		return nil, err
	}
	for i := range group.Cases {
		group.Cases[i].Group = strings.TrimSuffix(filepath.Base(file), ".json")
	}
	return group.Cases, nil
}

func checkGroup(api contract.API, cases []Case) error {
	byName := map[string]*Case{}
	var wrong []error
	for i := range cases {
		if byName[cases[i].Name] != nil {
			wrong = append(wrong, fmt.Errorf("%s: there are two cases of this name", cases[i].Name))
		}
		byName[cases[i].Name] = &cases[i]
	}
	for i := range cases {
		if err := checkCase(api, &cases[i], byName); err != nil {
			wrong = append(wrong, fmt.Errorf("%s: %w", cases[i].Name, err))
		}
	}
	return errors.Join(wrong...)
}

func checkCase(api contract.API, c *Case, group map[string]*Case) error {
	op, err := operation(api, c.Call)
	if err != nil {
		return err
	}
	expectations := 0
	for _, has := range []bool{c.Rejected != nil, c.Sent != nil, c.Then != nil} {
		if has {
			expectations++
		}
	}
	switch {
	case expectations != 1:
		return errors.New("a case has exactly one of rejected, sent and then")
	case c.Rejected != nil && len(c.Rejected) == 0:
		return errors.New("rejected is empty; a case that the rules accept has sent")
	case (c.Then != nil) != (c.Respond != nil || c.BaseURL != nil):
		return errors.New("then goes together with respond or baseUrl")
	case c.Pages && (op.Pages == nil || c.Then == nil || c.Then.Items == nil && c.Then.Outcome == op.Done):
		return errors.New("pages is for an operation with pages, and a case that ends well says which items there are")
	case c.ValidVariant != "" && c.Rejected == nil:
		return errors.New("validVariant goes together with rejected")
	case c.Rejected != nil:
		return checkVariant(op, c, group[c.ValidVariant])
	}
	return checkOutcome(op, c)
}

// checkOutcome refuses outcomes that the operation cannot have.
func checkOutcome(op contract.Operation, c *Case) error {
	if c.Then == nil {
		return nil
	}
	known := []string{"not_sent", "refused", "queued", "in_doubt", "misconfigured", op.Done}
	if !slices.Contains(known, c.Then.Outcome) {
		return fmt.Errorf("the outcome of %s is one of %s", op.ID, strings.Join(known, ", "))
	}
	return nil
}

// checkVariant sees to it that nothing but the fields at fault is what the client rejects.
func checkVariant(op contract.Operation, c, variant *Case) error {
	if variant == nil || variant.Rejected != nil || variant.Call != c.Call || variant.Sent == nil && variant.Then.Outcome != op.Done {
		return fmt.Errorf("its valid variant %q is no case of this group in which %s is sent and done", c.ValidVariant, c.Call)
	}
	different := differences(c, variant)
	var atFault []string
	for _, v := range c.Rejected {
		if v.Field == "" { // the body as a whole
			return nil
		}
		atFault = append(atFault, v.Field)
	}
	// Not the same names: a field that is missing may be mended by taking away another.
	if len(different) != len(atFault) {
		return fmt.Errorf("it rejects %v, but differs from its valid variant in %v", atFault, different)
	}
	return nil
}

// differences are the names of the parameters in which two cases are not the same.
func differences(a, b *Case) []string {
	fields := map[string]bool{}
	for _, values := range [][2]Values{{a.Path, b.Path}, {a.Input, b.Input}} {
		for _, of := range values {
			for name := range of {
				if !reflect.DeepEqual(values[0][name], values[1][name]) || has(values[0], name) != has(values[1], name) || !sameFiles(a, b, values[0][name]) {
					fields[name] = true
				}
			}
		}
	}
	return slices.Sorted(maps.Keys(fields))
}

func has(values Values, name string) bool { _, is := values[name]; return is }

func sameFiles(a, b *Case, value any) bool {
	for _, item := range items(value) {
		if file, isFile := item.(map[string]any); isFile && file["Path"] != nil {
			of, inA := find(a.Files, item)
			other, inB := find(b.Files, item)
			if inA != inB || !reflect.DeepEqual(of, other) {
				return false
			}
		}
	}
	return true
}
