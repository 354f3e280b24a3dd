package wrapper

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"iter"
	"reflect"
	"slices"
	"strconv"
	"unicode/utf8"
)

// A Draft is data from outside, such as JSON: parameters under their names on the wire. Its values are
// those of encoding/json, or of the input types: string, float64, json.Number, int64, bool, *File, and lists of
// these. Nil is absent, and so is what is empty.
type Draft map[string]any

// ParseDraft reads a draft from JSON. A name that is there twice is a violation, and so will be a text with half of a
// surrogate pair. The error says that the text is not one JSON object.
func ParseDraft(text []byte) (Draft, []Violation, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	if begin, _ := decoder.Token(); begin != json.Delim('{') || !json.Valid(text) {
		return nil, nil, errors.New("this is not one JSON object")
	}
	draft, violations := Draft{}, []Violation(nil)
	for decoder.More() {
		var value jsonText
		token, err := decoder.Token()
		if err := errors.Join(err, decoder.Decode(&value)); err != nil {
			return nil, nil, err
		}
		name := token.(string)
		if _, twice := draft[name]; twice {
			violations = append(violations, Violation{Field: name, Rule: RuleDuplicate, Message: name + " must not be given twice."})
		}
		draft[name] = draftValue(value)
	}
	return draft, violations, nil
}

// wholePairs matches a JSON string without half of a surrogate pair, which encoding/json reads as U+FFFD.
var wholePairs = compiled(`^(?:[^\\]|\\[^u]|\\u(?i:[0-9a-ce-f]...|d[0-7]..|d[89ab]..\\ud[c-f]..))*$`)

// draftValue is a value as encoding/json gives it; of a text that is no Unicode, one that none can take for some.
func draftValue(text jsonText) any {
	switch text[0] {
	case '"':
		if !utf8.Valid(text) || !wholePairs().Match(text) {
			return "\xff"
		}
		return unquote(text)
	case '[':
		var items []jsonText
		_ = json.Unmarshal(text, &items) // it is valid
		list := make([]any, len(items))
		for i, item := range items {
			list[i] = draftValue(item)
		}
		return list
	case '{':
		var members map[string]jsonText
		_ = json.Unmarshal(text, &members)
		object := map[string]any{}
		for name, member := range members {
			object[name] = draftValue(member)
		}
		return object
	case 'n':
		return nil
	case 't', 'f':
		return text[0] == 't'
	}
	return json.Number(text)
}

// Call performs an operation by its ID, with drafts of its path and of its input. It returns the response: a
// struct of the operation's type, a *ByteStream, or nil.
func (c *Client) Call(ctx context.Context, operationID string, path, input Draft, options ...CallOption) (any, error) {
	o, at, in, err := c.fill(operationID, path, input, options)
	if err != nil {
		return nil, err
	}
	response, err := o.call(ctx, c, o, at, in, options)
	if _, isNothing := response.(nothing); isNothing {
		return nil, err
	}
	return response, err
}

// CallPages performs an operation by its ID and goes through the items of all pages.
func (c *Client) CallPages(ctx context.Context, operationID string, path, input Draft, options ...CallOption) iter.Seq2[any, error] {
	return func(yield func(any, error) bool) {
		o, at, in, err := c.fill(operationID, path, input, options)
		if err == nil && o.pages == nil {
			err = &UsageError{"operation", operationID + " has no pages"}
		}
		if err != nil {
			yield(nil, err)
			return
		}
		o.pages(ctx, c, o, at, in, options)(yield)
	}
}

func (c *Client) fill(operationID string, path, input Draft, options []CallOption) (o *Operation, at, in any, err error) {
	var settings callSettings
	if err := c.apply(options, &settings); err != nil {
		return nil, nil, nil, err
	}
	o = OperationByID(operationID)
	if o == nil {
		return nil, nil, nil, &UsageError{"operation", "there is no " + strconv.Quote(operationID)}
	}
	f := o.filling(path, input)
	if len(f.wrong) > 0 || len(f.unknown) > 0 {
		violations, unreadable := f.violations(settings.rules != RulesOff, true)
		if errors.As(unreadable, new(*UsageError)) {
			return nil, nil, nil, unreadable
		}
		return nil, nil, nil, &InvalidError{OperationID: o.ID, Violations: violations, Err: unreadable}
	}
	return o, f.path, f.input, nil
}

// CheckDraft checks drafts of the path and of the input: types, names and rules. A path that is nil is not
// checked.
func (o *Operation) CheckDraft(path, input Draft) []Violation {
	violations, _ := o.filling(path, input).violations(true, path != nil)
	return violations
}

// ParseText reads one value, or one item of a list, from text: a string, int64, float64 or bool. It returns
// false if the text is not of the field's kind.
func (f *Field) ParseText(text string) (any, bool) {
	switch f.Kind {
	case KindString:
		return text, true
	case KindInteger:
		n, ok := wholeText(text)
		return n, ok
	case KindNumber:
		n, ok := number(text)
		return n, ok
	case KindBoolean:
		return text == "true", text == "true" || text == "false"
	}
	return nil, false
}

// CheckValues is CheckDraft for who has the values in the order of Fields, nil where there is none, and the names
// that are none of the operation's.
func (o *Operation) CheckValues(values []any, unknown []string) []Violation {
	f := o.filled(values)
	f.unknown = unknown
	violations, _ := f.violations(true, true)
	return violations
}

// A filling is an input that is filled from outside.
type filling struct {
	operation   *Operation
	path, input any
	wrong       map[string]bool // of another type
	unknown     []string
}

// filled is filled with values in the order of the fields.
func (o *Operation) filled(values []any) *filling {
	f := &filling{operation: o, path: o.newPath()}
	path, input := reflect.ValueOf(f.path).Elem(), reflect.Value{}
	if o.newInput != nil {
		f.input = o.newInput()
		input = reflect.ValueOf(f.input).Elem()
	}
	for i, given := range values {
		if given == nil {
			continue
		}
		into := path
		if n := path.NumField(); i < n {
			into = path.Field(i)
		} else {
			into = input.Field(i - n)
		}
		if field := &o.Fields[i]; !field.set(into, given) {
			f.refuse(field, into)
		}
	}
	return f
}

func (o *Operation) filling(path, input Draft) *filling {
	values := make([]any, len(o.Fields))
	for i := range o.Fields {
		field, from := &o.Fields[i], input
		if field.In == InPath {
			from = path
		}
		values[i] = from[field.Name]
	}
	f := o.filled(values)
	unknown := func(draft Draft, inPath bool) {
		for name := range draft {
			if field := o.Field(name); field == nil || (field.In == InPath) != inPath {
				f.unknown = append(f.unknown, name)
			}
		}
	}
	unknown(path, true)
	unknown(input, false)
	slices.Sort(f.unknown)
	return f
}

// refuse keeps in mind that a field has another type. For the rules of other fields it is there.
func (f *filling) refuse(field *Field, value reflect.Value) {
	if f.wrong == nil {
		f.wrong = map[string]bool{}
	}
	f.wrong[field.Name] = true
	switch value.Kind() {
	case reflect.String:
		value.SetString("\x00")
	case reflect.Slice:
		value.Set(reflect.MakeSlice(value.Type(), 1, 1))
	case reflect.Pointer:
		value.Set(reflect.New(value.Type().Elem()))
	}
}

// violations are those of the types and of the rules, in the contract's order, one for each parameter.
func (f *filling) violations(strict, withPath bool) (out []Violation, unreadable error) {
	c := checker{strict: strict}
	path := f.path
	if !withPath {
		path = nil
	}
	f.operation.check(&c, path, f.input)
	if len(c.violations) == 0 && len(f.wrong) == 0 && len(f.unknown) == 0 {
		return nil, c.unreadable
	}
	take := func(name string) {
		for _, v := range c.violations {
			if v.Field == name {
				out = append(out, v)
			}
		}
	}
	take("")
	for i := range f.operation.Fields {
		if field := &f.operation.Fields[i]; f.wrong[field.Name] {
			out = append(out, Violation{Field: field.Name, Rule: RuleType, Message: field.WrongType})
		} else {
			take(field.Name)
		}
	}
	for _, name := range f.unknown {
		out = append(out, Violation{Field: name, Rule: RuleUnknown, Message: name + " is not a parameter of " + f.operation.ID + "."})
	}
	return out, c.unreadable
}

// set gives a field of an input a value from outside. It returns false if the value is of another type.
func (f *Field) set(into reflect.Value, given any) bool {
	if f.List == nil {
		return f.setOne(into, given)
	}
	if texts, is := given.([]string); is && f.Kind == KindString {
		items := reflect.MakeSlice(into.Type(), len(texts), len(texts))
		for i, text := range texts {
			items.Index(i).SetString(text)
		}
		into.Set(items)
		return true
	}
	list := reflect.ValueOf(given)
	if list.Kind() != reflect.Slice {
		return false
	}
	items := reflect.MakeSlice(into.Type(), list.Len(), list.Len())
	for i := range list.Len() {
		if !f.setOne(items.Index(i), list.Index(i).Interface()) {
			return false
		}
	}
	into.Set(items)
	return true
}

func (f *Field) setOne(into reflect.Value, given any) bool {
	number, isNumber := given.(json.Number)
	whole, isWhole := given.(int64)
	switch {
	case f.Kind == KindFile:
		file, is := given.(*File)
		if is {
			into.Set(reflect.ValueOf(file))
		}
		return is && file != nil
	case f.Kind == KindString:
		text := reflect.ValueOf(given)
		if isNumber || text.Kind() != reflect.String {
			return false
		}
		into.SetString(text.String())
		return true
	case isNumber:
		return setScalar(f.Kind, string(number), false, into)
	case f.Kind == KindInteger && isWhole:
		scalar(into).SetInt(whole)
		return true
	}
	text, err := json.Marshal(given)
	return err == nil && setScalar(f.Kind, string(text), false, into)
}
