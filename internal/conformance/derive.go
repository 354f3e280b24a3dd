package conformance

import (
	"errors"
	"fmt"
	"slices"

	"example.com/contacts/internal/contract"
)

// Derived are cases that follow from a contract.
type Derived struct {
	Cases []Case
	// Unreachable are rules that no input can break without breaking another that goes before.
	Unreachable []string
}

// Derive makes cases for all that a contract says of requests: for each operation its fullest and its
// smallest input, in both encodings, and for each field and each rule an input that breaks it, and a valid
// variant that differs in that field only. The oracle must agree about each of them.
func Derive(api contract.API, oracle *Oracle) (Derived, error) {
	var all Derived
	var wrong []error
	for _, op := range api.Operations {
		for _, files := range []bool{false, true} {
			if files && !takesFiles(op) {
				continue
			}
			d := &derivation{rules: rules{api, op}, oracle: oracle, files: files, group: "derived-" + op.ID}
			if files {
				d.group += "-files"
			}
			if err := d.derive(); err != nil {
				wrong = append(wrong, err)
			}
			all.Cases = append(all.Cases, d.cases...)
			all.Unreachable = append(all.Unreachable, d.unreachable...)
		}
	}
	return all, errors.Join(wrong...)
}

func takesFiles(op contract.Operation) bool {
	return slices.ContainsFunc(op.Fields, func(f contract.Field) bool { return f.Kind == contract.KindFile })
}

type derivation struct {
	rules
	oracle      *Oracle
	files       bool
	group       string
	cases       []Case
	unreachable []string
}

func (d *derivation) derive() error {
	for _, input := range []struct {
		name string
		all  bool
	}{{"fullest", true}, {"smallest", false}} {
		c, err := d.compose(choice{files: d.files, all: input.all})
		if err != nil {
			return err
		}
		if err := d.sent(input.name, c); err != nil {
			return err
		}
	}
	var wrong []error
	for _, f := range d.op.Fields {
		if !d.files && f.Kind == contract.KindFile {
			continue
		}
		wrong = append(wrong, d.field(f))
	}
	for _, rule := range d.op.Disjoint {
		wrong = append(wrong, d.disjoint(rule))
	}
	if d.op.NotEmpty != nil {
		wrong = append(wrong, d.notEmptyBody(*d.op.NotEmpty))
	}
	return errors.Join(append(wrong, d.unknown())...)
}

// sent adds a case that is sent and compared field by field.
func (d *derivation) sent(name string, c *Case) error {
	c.Group, c.Name, c.Sent = d.group, name, &Sent{}
	if broken := d.violations(c); len(broken) > 0 {
		return fmt.Errorf("%s: %v", c.ID(), broken)
	}
	if err := d.oracle.Check(d.op, c, expect(d.api, d.op, c).encoding); err != nil {
		return fmt.Errorf("%s is not valid by the contract's schemas: %w", c.ID(), err)
	}
	d.cases = append(d.cases, *c)
	return nil
}

// A pair is a case that breaks one rule, and its valid variant.
type pair struct{ bad, good *Case }

// add adds the first pair of which the first breaks the rule, and nothing else.
func (d *derivation) add(name string, want Violation, inSchema bool, pairs []pair) error {
	for _, p := range pairs {
		p.bad.Files = d.filesOf(p.bad)
		p.good.Files = d.filesOf(p.good)
		if !slices.Equal(d.violations(p.bad), []Violation{want}) || len(d.violations(p.good)) > 0 {
			continue
		}
		p.bad.Group, p.bad.Name, p.bad.ValidVariant, p.bad.Rejected = d.group, name, name+"-valid", []Violation{want}
		if err := checkVariantFields(p.bad, p.good); err != nil {
			return fmt.Errorf("%s: %w", p.bad.ID(), err)
		}
		if inSchema && d.oracle.Check(d.op, p.bad, expect(d.api, d.op, p.good).encoding) == nil {
			return fmt.Errorf("%s: by the contract's schemas nothing is wrong with %v %v", p.bad.ID(), p.bad.Path, p.bad.Input)
		}
		d.cases = append(d.cases, *p.bad)
		return d.sent(name+"-valid", p.good)
	}
	d.unreachable = append(d.unreachable, d.group+"/"+name)
	return nil
}

func checkVariantFields(bad, good *Case) error {
	if want := bad.Rejected[0].Field; want != "" && !slices.Equal(differences(bad, good), []string{want}) {
		return fmt.Errorf("differs from its valid variant in %v", differences(bad, good))
	}
	return nil
}

func (d *derivation) filesOf(c *Case) []File {
	if d.usesFile(c) {
		return []File{{Name: photoName, Base64: photo}}
	}
	return nil
}

func (d *derivation) field(f contract.Field) error {
	var wrong []error
	for i, rule := range f.Presence {
		name := fmt.Sprintf("%s-%s-%d", f.Name, rule.Kind, i)
		switch rule.Kind {
		case contract.Required:
			wrong = append(wrong, d.absent(name, f, rule, choice{must: []string{f.Name}, files: true}))
		case contract.RequiredWith:
			for _, other := range rule.With {
				wrong = append(wrong, d.absent(name+"-"+other, f, rule, choice{must: []string{f.Name, other}, files: true}))
			}
		case contract.RequiredIf:
			other, _ := fieldOf(d.op, rule.When.Field)
			wrong = append(wrong, d.absent(name, f, rule, choice{must: []string{f.Name}, values: map[string]any{other.Name: valueOf(other, rule.When.Value)}, files: true}))
		case contract.Exclusive:
			wrong = append(wrong, d.beside(name, f, rule))
		default:
			wrong = append(wrong, fmt.Errorf("%s: no case is known for the rule %s", f.Name, rule.Kind))
		}
	}
	bases, err := d.bases(choice{must: []string{f.Name}, files: true})
	if err != nil {
		return errors.Join(append(wrong, d.incompatible(f, err))...)
	}
	for i, rule := range f.Value {
		wrong = append(wrong, d.value(fmt.Sprintf("%s-%s-%d", f.Name, rule.Kind, i), f, rule, bases))
	}
	for i, rule := range f.Item {
		wrong = append(wrong, d.value(fmt.Sprintf("%s-item-%s-%d", f.Name, rule.Kind, i), f, rule, bases))
	}
	for i, value := range wrongTypes(f) {
		name := fmt.Sprintf("%s-%s-%d", f.Name, contract.WrongType, i)
		var pairs []pair
		for _, base := range bases {
			pairs = append(pairs, pair{bad: with(base, f, value), good: with(base, f, base.value(f))})
		}
		wrong = append(wrong, d.add(name, Violation{f.Name, contract.WrongType, contract.WrongTypeMessage(f)}, f.Kind != contract.KindFile, pairs))
	}
	return errors.Join(wrong...)
}

// value breaks a rule for the value of a field, or for an item of it.
func (d *derivation) value(name string, f contract.Field, rule contract.Rule, bases []*Case) error {
	if isBeyondJSON(f, rule) {
		return nil
	}
	var pairs []pair
	for _, base := range bases {
		for _, v := range d.breaking(f, rule) {
			pairs = append(pairs, pair{bad: with(base, f, v.bad), good: with(base, f, v.good)})
		}
	}
	return d.add(name, violationOf(rule), inSchema(rule), pairs)
}

// incompatible is nil for a field that cannot be there beside a file: its cases are those without files.
func (d *derivation) incompatible(f contract.Field, err error) error {
	if _, sampleErr := d.sample(f); sampleErr != nil || !d.files {
		return err
	}
	return nil
}

// bases are valid inputs, the fullest before the smallest, with a file if the choice and these cases are
// with files.
func (d *derivation) bases(want choice) ([]*Case, error) {
	var bases []*Case
	var err error
	for _, all := range []bool{true, false} {
		want.files, want.all = want.files && d.files, all
		base, e := d.compose(want)
		if e != nil {
			err = e
			continue
		}
		bases = append(bases, base)
	}
	if len(bases) > 0 {
		return bases, nil
	}
	return nil, err
}

// absent breaks a rule by leaving its field out.
func (d *derivation) absent(name string, f contract.Field, rule contract.Rule, want choice) error {
	bases, err := d.bases(want)
	if err != nil {
		return d.incompatible(f, err)
	}
	var pairs []pair
	for _, base := range bases {
		pairs = append(pairs, pair{bad: with(base, f, nil), good: with(base, f, base.value(f))})
	}
	return d.add(name, violationOf(rule), true, pairs)
}

// beside breaks a rule by giving its field beside others.
func (d *derivation) beside(name string, f contract.Field, rule contract.Rule) error {
	value, err := d.sample(f)
	if err != nil {
		return err
	}
	must := rule.With
	var pairs []pair
	for range 3 { // the field may need others, which the valid variant has, too
		bases, err := d.bases(choice{must: must, avoid: []string{f.Name}, files: f.Kind != contract.KindFile})
		if err != nil {
			return d.incompatible(f, err)
		}
		for _, base := range bases {
			bad := with(base, f, value)
			bad.Files = d.filesOf(bad)
			pairs = append(pairs, pair{bad: bad, good: with(base, f, nil)})
			for _, v := range d.violations(bad) {
				if v.Rule == contract.RequiredWith || v.Rule == contract.RequiredIf {
					must = append(slices.Clone(must), v.Field)
				}
			}
		}
	}
	return d.add(name, violationOf(rule), true, pairs)
}

func (d *derivation) disjoint(rule contract.Rule) error {
	f, _ := fieldOf(d.op, rule.Field)
	for i, other := range rule.With {
		bases, err := d.bases(choice{must: []string{f.Name, other}, files: true})
		if err != nil {
			return d.incompatible(f, err)
		}
		var pairs []pair
		for _, base := range bases {
			pairs = append(pairs, pair{bad: with(base, f, base.Input[other]), good: with(base, f, base.Input[f.Name])})
		}
		if err := d.add(fmt.Sprintf("%s-disjoint-%d", f.Name, i), violationOf(rule), false, pairs); err != nil {
			return err
		}
	}
	return nil
}

func (d *derivation) notEmptyBody(rule contract.Rule) error {
	if d.files {
		return nil
	}
	bases, err := d.bases(choice{files: true})
	if err != nil {
		return err
	}
	var pairs []pair
	for _, base := range bases {
		bad := base.clone()
		for _, f := range d.op.Fields {
			if f.In == contract.InBody {
				delete(bad.Input, f.Name)
			}
		}
		pairs = append(pairs, pair{bad: bad, good: base})
	}
	return d.add("nothing", violationOf(rule), true, pairs)
}

// unknown gives a parameter that there is not.
func (d *derivation) unknown() error {
	if d.files {
		return nil
	}
	const name = "no_such_parameter"
	bases, err := d.bases(choice{files: true})
	if err != nil {
		return err
	}
	nobody := contract.Field{In: contract.InQuery, Name: name}
	var pairs []pair
	for _, base := range bases {
		pairs = append(pairs, pair{bad: with(base, nobody, "x"), good: with(base, nobody, nil)})
	}
	return d.add(contract.Unknown, Violation{name, contract.Unknown, contract.UnknownMessage(name, d.op.ID)}, false, pairs)
}

func violationOf(rule contract.Rule) Violation { return Violation{rule.Field, rule.Kind, rule.Message} }

// isBeyondJSON tells whether no value from JSON can break a rule: JSON has no text that is no Unicode, and the
// text of a number has no delimiter.
func isBeyondJSON(f contract.Field, rule contract.Rule) bool {
	return rule.Check == "unicode" || rule.Kind == contract.ListItem && f.Kind != contract.KindString
}

// inSchema tells whether JSON Schema has words for a rule.
func inSchema(rule contract.Rule) bool {
	return !rule.Joined && rule.Check == "" && !slices.Contains([]string{contract.ListItem, contract.FileName, contract.NeedsFile}, rule.Kind)
}

// with is a case with another value of one field; nil takes it away.
func with(c *Case, f contract.Field, value any) *Case {
	out := c.clone()
	to := out.Input
	if f.In == contract.InPath {
		to = out.Path
	}
	if value == nil {
		delete(to, f.Name)
	} else {
		to[f.Name] = value
	}
	return out
}
