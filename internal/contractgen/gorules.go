package contractgen

import (
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"example.com/contacts/internal/contract"
)

// rules writes the statements that check an operation's fields.
func (v *goAPI) rules(o *goOperation) error {
	bodyBegins := false
	for i, field := range o.Operation.Fields {
		name, in := field.Names.Go, "path"
		if field.In != contract.InPath {
			name, in = o.InputFields[i-len(o.Path)].Names.Go, "in"
		}
		if field.In == contract.InBody && !bodyBegins && o.NotEmpty != nil {
			bodyBegins = true
			o.InputRules = append(o.InputRules, "\tbefore := len(c.violations)")
		}
		statement, err := v.check(o, i, field, in+"."+name)
		if err != nil {
			return fmt.Errorf("%s: %s: %w", o.ID, field.Name, err)
		}
		if statement == "" {
			continue
		}
		if field.In == contract.InPath {
			o.PathRules = append(o.PathRules, statement)
		} else {
			o.InputRules = append(o.InputRules, statement)
		}
	}
	if o.NotEmpty != nil {
		absent := []string{"c.strict", "len(c.violations) == before"}
		for _, f := range o.InputFields {
			if f.In == contract.InBody {
				absent = append(absent, isAbsent(f.Field, "in."+f.Names.Go))
			}
		}
		o.InputRules = append(o.InputRules, fmt.Sprintf("\tif %s {\n\t\tc.brokenFirst(&%sNotEmpty)\n\t}", strings.Join(absent, " && "), o.Var))
	}
	o.HasRules = len(o.PathRules)+len(o.InputRules) > 0
	return nil
}

func isAbsent(f contract.Field, value string) string {
	switch {
	case f.List != nil:
		return "len(" + value + ") == 0"
	case f.Kind == contract.KindString:
		return value + ` == ""`
	}
	return value + " == nil"
}

func isPresent(f contract.Field, value string) string {
	switch {
	case f.List != nil:
		return "len(" + value + ") > 0"
	case f.Kind == contract.KindString:
		return value + ` != ""`
	}
	return value + " != nil"
}

// named is a field of the input by its name on the wire.
func (o *goOperation) named(name string) (contract.Field, string, error) {
	for _, f := range o.InputFields {
		if f.Name == name {
			return f.Field, "in." + f.Names.Go, nil
		}
	}
	return contract.Field{}, "", fmt.Errorf("a rule names %s, which is no parameter", name)
}

// check is a switch whose cases are the field's rules in their order.
func (v *goAPI) check(o *goOperation, index int, field contract.Field, value string) (string, error) {
	var b strings.Builder
	broken := func(condition, list string, i int) {
		fmt.Fprintf(&b, "\tcase %s:\n\t\tc.broken(&%sFields[%d].%s[%d])\n", condition, o.Var, index, list, i)
	}
	for i, rule := range field.Presence {
		condition, err := o.presence(field, rule, value)
		if err != nil {
			return "", err
		}
		if field.In != contract.InPath {
			condition = "c.strict && " + condition
		}
		broken(condition, "Presence", i)
	}
	var rules strings.Builder
	presence := b.String()
	b.Reset()
	one := value // the value itself
	if field.List == nil && (field.Kind == contract.KindInteger || field.Kind == contract.KindNumber || field.Kind == contract.KindBoolean) {
		one = "*" + value
	}
	if field.Kind == contract.KindNumber {
		condition := "!isFinite(" + one + ")"
		if field.List != nil {
			condition = "slices.ContainsFunc(" + value + ", func(n float64) bool { return !isFinite(n) })"
		}
		fmt.Fprintf(&b, "\tcase %s:\n\t\tc.wrongType(&%sFields[%d])\n", condition, o.Var, index)
	}
	for i, rule := range field.Value {
		conditions, err := v.valueRule(o, field, rule, one)
		if err != nil {
			return "", err
		}
		for _, condition := range conditions {
			broken(condition, "Value", i)
		}
	}
	if len(field.Item) > 0 {
		items, err := v.itemRules(o, index, field, value)
		if err != nil {
			return "", err
		}
		b.WriteString(items)
	}
	rules.WriteString(presence)
	if b.Len() > 0 && field.In != contract.InPath { // whose absence has been a case already
		fmt.Fprintf(&rules, "\tcase %s:\n", isAbsent(field, value))
	}
	rules.WriteString(b.String())
	var out strings.Builder
	for i, rule := range o.Disjoint {
		if rule.Field != field.Name {
			continue
		}
		_, other, err := o.named(rule.With[0])
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&out, "\tif c.strict && len(c.violations) == had%d && share(%s, %s) {\n\t\tc.broken(&%sDisjoint[%d])\n\t}\n", index, value, other, o.Var, i)
	}
	if rules.Len() == 0 && out.Len() == 0 {
		return "", nil
	}
	head := ""
	if out.Len() > 0 {
		head = fmt.Sprintf("\thad%d := len(c.violations)\n", index)
	}
	if rules.Len() > 0 {
		head += "\tswitch {\n" + rules.String() + "\t}\n"
	}
	return strings.TrimSuffix(head+out.String(), "\n"), nil
}

func (o *goOperation) presence(field contract.Field, rule contract.Rule, value string) (string, error) {
	var others []string
	for _, name := range rule.With {
		other, at, err := o.named(name)
		if err != nil {
			return "", err
		}
		others = append(others, isPresent(other, at))
	}
	absent, present := isAbsent(field, value), isPresent(field, value)
	switch rule.Kind {
	case contract.Required:
		if len(others) > 0 { // unless one of them is there
			return absent + " && !(" + strings.Join(others, " || ") + ")", nil
		}
		return absent, nil
	case contract.RequiredWith:
		return absent + " && (" + strings.Join(others, " || ") + ")", nil
	case contract.RequiredIf:
		other, at, err := o.named(rule.When.Field)
		if err != nil {
			return "", err
		}
		return absent + " && " + equals(other, at, rule.When.Value), nil
	case contract.Exclusive:
		return present + " && " + strings.Join(others, " && "), nil
	}
	return "", fmt.Errorf("there is no rule of presence %q", rule.Kind)
}

// equals compares a field with a value of the wire.
func equals(f contract.Field, at, value string) string {
	switch f.Kind {
	case contract.KindString:
		return at + " == " + quote(value)
	case contract.KindBoolean:
		return at + " != nil && strconv.FormatBool(*" + at + ") == " + quote(value)
	case contract.KindInteger:
		return at + " != nil && strconv.FormatInt(*" + at + ", 10) == " + quote(value)
	}
	return at + " != nil && numberText(*" + at + ") == " + quote(value)
}

// valueRule is when a rule of the whole value is broken. What cannot be sent is broken in every mode.
func (v *goAPI) valueRule(o *goOperation, field contract.Field, rule contract.Rule, value string) ([]string, error) {
	soft := func(condition string, err error) ([]string, error) { return []string{"c.strict && " + condition}, err }
	switch rule.Kind {
	case contract.TooFew:
		return soft(fmt.Sprintf("len(%s) < %d", value, rule.Length), nil)
	case contract.TooMany:
		return soft(fmt.Sprintf("len(%s) > %d", value, rule.Length), nil)
	case contract.Duplicate:
		return soft(fmt.Sprintf("hasDuplicate(%s)", value), nil)
	case contract.ListItem:
		if field.Kind != contract.KindString {
			return nil, nil // a number is never empty and holds no delimiter
		}
		if field.List.Delimiter == "" {
			return []string{fmt.Sprintf("hasEmpty(%s)", value)}, nil
		}
		return []string{fmt.Sprintf("hasDelimiter(%s, %s) || c.strict && hasBlanks(%s)", value, quote(field.List.Delimiter), value)}, nil
	case contract.TooLong:
		if rule.Joined {
			return soft(v.joined(field, rule, value))
		}
	case contract.FileName, contract.NeedsFile:
		return v.fileRule(o, field, rule, value)
	}
	condition, hard, err := v.one(field, rule, value)
	if hard {
		return []string{condition}, err
	}
	return soft(condition, err)
}

func (v *goAPI) joined(field contract.Field, rule contract.Rule, value string) (string, error) {
	if field.Kind == contract.KindString {
		return fmt.Sprintf("tooLongJoined(%s, %d)", value, rule.Length), nil
	}
	return fmt.Sprintf("tooLongJoined(wireTexts(%s), %d)", value, rule.Length), nil
}

func (v *goAPI) fileRule(o *goOperation, field contract.Field, rule contract.Rule, value string) ([]string, error) {
	call := "c.unusable(%s)"
	if rule.Kind == contract.FileName {
		var taken []string
		if field.File.NamedPart {
			for _, f := range o.InputFields {
				if f.In == contract.InBody {
					taken = append(taken, quote(f.Name))
				}
			}
		}
		call = "%s.badName(" + strings.Join(taken, ", ") + ")"
	}
	if field.List == nil {
		return []string{fmt.Sprintf(call, value)}, nil
	}
	return []string{fmt.Sprintf("slices.ContainsFunc(%s, func(f *File) bool { return "+call+" })", value, "f")}, nil
}

// itemRules go through the items; the first that is broken counts.
func (v *goAPI) itemRules(o *goOperation, index int, field contract.Field, value string) (string, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "\tdefault:\n\titems%d:\n\t\tfor _, item := range %s {\n\t\t\tswitch {\n", index, value)
	for i, rule := range field.Item {
		condition, hard, err := v.one(field, rule, "item")
		if err != nil {
			return "", err
		}
		if !hard {
			condition = "c.strict && " + condition
		}
		fmt.Fprintf(&b, "\t\t\tcase %s:\n\t\t\t\tc.broken(&%sFields[%d].Item[%d])\n\t\t\t\tbreak items%d\n", condition, o.Var, index, i, index)
	}
	b.WriteString("\t\t\t}\n\t\t}\n")
	return b.String(), nil
}

// one is when a rule of one value is broken.
func (v *goAPI) one(field contract.Field, rule contract.Rule, value string) (condition string, hard bool, err error) {
	text := value
	if field.Enum != "" && field.In != contract.InPath && v.isTyped(field.Enum) {
		text = "string(" + value + ")"
	}
	switch rule.Kind {
	case contract.TooShort:
		return fmt.Sprintf("tooShort(%s, %d)", text, rule.Length), false, nil
	case contract.TooLong:
		return fmt.Sprintf("tooLong(%s, %d)", text, rule.Length), false, nil
	case contract.TooSmall, contract.TooLarge:
		return limit(field.Kind, rule, value), false, nil
	case contract.OneOf:
		return v.noneOf(field, rule, value), false, nil
	case contract.Format:
		switch {
		case rule.Pattern != "":
			return fmt.Sprintf("!pattern%d.match(%s)", slices.Index(v.Patterns, rule.Pattern), text), false, nil
		case rule.Check == "unicode":
			return "!wellFormed(" + text + ")", true, nil
		case rule.Check == "segment":
			return "!isSegment(" + text + ")", true, nil
		case rule.Check == "header":
			return "!isHeader(" + text + ")", true, nil
		}
		return "", false, fmt.Errorf("there is no check %q", rule.Check)
	}
	return "", false, fmt.Errorf("there is no rule %q", rule.Kind)
}

func (v *goAPI) noneOf(field contract.Field, rule contract.Rule, value string) string {
	name := v.typeName(rule.Enum)
	switch {
	case field.Kind == contract.KindString && v.isTyped(rule.Enum):
		return fmt.Sprintf("!%s(%s).Valid()", name, value)
	case field.Kind == contract.KindString:
		return fmt.Sprintf("!enum%s.has(%s)", name, value)
	case field.Kind == contract.KindInteger:
		return fmt.Sprintf("!enum%s.has(strconv.FormatInt(%s, 10))", name, value)
	}
	return fmt.Sprintf("!enum%s.has(numberText(%s))", name, value)
}

// limit compares a number.
func limit(kind contract.Kind, rule contract.Rule, value string) string {
	small := rule.Kind == contract.TooSmall
	operator := map[bool]string{true: "<", false: ">"}[small]
	if rule.Open {
		operator += "="
	}
	if whole, ok := new(big.Int).SetString(rule.Limit, 10); ok && kind == contract.KindInteger && !whole.IsInt64() {
		// No number of 64 bits is so large, or so small.
		return strconv.FormatBool((whole.Sign() > 0) == small)
	}
	return value + " " + operator + " " + rule.Limit
}
