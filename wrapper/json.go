package wrapper

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// jsonText is JSON as it came: one value, of a member that may be anything.
type jsonText = json.RawMessage

// decodeObject reads one object of UTF-8, to the letter of the contract. Member i goes into field i.
func decodeObject(text []byte, object *Object, into reflect.Value) bool {
	var members map[string]jsonText // into a struct encoding/json takes names of another case, too
	if json.Unmarshal(text, &members) != nil || members == nil {
		return false
	}
	for i := range object.Members {
		member := &object.Members[i]
		switch value := members[member.Name]; {
		case member.LastSegmentOf != "": // not of the wire
		case isNull(value):
			if member.Required {
				return false
			}
		case !decode(value, &member.Type, into.Field(i)):
			return false
		}
	}
	for i := range object.Members {
		if from := object.Members[i].LastSegmentOf; from != "" {
			source := slices.IndexFunc(object.Members, func(m Member) bool { return m.Name == from })
			id := lastSegment(into.Field(source).String())
			if id == "" && object.Members[source].Required {
				return false
			}
			into.Field(i).SetString(id)
		}
	}
	return true
}

func isNull(text jsonText) bool { return len(text) == 0 || text[0] == 'n' }

// decode reads a value that is not null. It returns false if the value is of another type.
func decode(text jsonText, t *Type, into reflect.Value) bool {
	isText := text[0] == '"'
	switch t.Kind {
	case KindString:
		if isText {
			into.SetString(unquote(text))
		}
		return isText
	case KindInteger, KindNumber, KindBoolean:
		if isText {
			return setScalar(t.Kind, unquote(text), true, into)
		}
		return setScalar(t.Kind, string(text), false, into)
	case KindObject:
		if into.Kind() == reflect.Pointer {
			into.Set(reflect.New(into.Type().Elem()))
			into = into.Elem()
		}
		return decodeObject(text, t.Object, into)
	case KindList:
		var items []jsonText
		if json.Unmarshal(text, &items) != nil {
			return false
		}
		into.Set(reflect.MakeSlice(into.Type(), len(items), len(items)))
		for i, item := range items {
			if isNull(item) || !decode(item, t.Item, into.Index(i)) {
				return false
			}
		}
		return true
	case KindJSON:
		into.SetBytes(text)
		return true
	}
	return false
}

// unquote is the text of a JSON string. Half of a surrogate pair becomes U+FFFD.
func unquote(text jsonText) string {
	if bytes.IndexByte(text, '\\') < 0 {
		return string(text[1 : len(text)-1])
	}
	var unquoted string
	_ = json.Unmarshal(text, &unquoted)
	return unquoted
}

// setScalar sets a number or a boolean, or a pointer to one.
func setScalar(kind Kind, text string, quoted bool, into reflect.Value) bool {
	into = scalar(into)
	switch kind {
	case KindInteger:
		n, ok := wholeNumber(text)
		if quoted {
			n, ok = wholeText(text)
		}
		into.SetInt(n)
		return ok
	case KindNumber:
		n, ok := number(text)
		into.SetFloat(n)
		return ok
	}
	into.SetBool(text == "true")
	return text == "true" || text == "false"
}

// scalar is what a value is set in: what a pointer points to.
func scalar(into reflect.Value) reflect.Value {
	if into.Kind() == reflect.Pointer {
		into.Set(reflect.New(into.Type().Elem()))
		return into.Elem()
	}
	return into
}

func wholeText(text string) (int64, bool) {
	if unsigned := strings.TrimPrefix(text, "-"); unsigned == "" || len(unsigned) > 19 || strings.Trim(unsigned, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil
}

// wholeNumber reads a JSON number without a fraction, such as 5, 5.0 or 5e0, if it has 64 bits.
func wholeNumber(text string) (int64, bool) {
	if !isNumber(text) {
		return 0, false
	}
	mantissa, exponent, _ := strings.Cut(strings.ToLower(text), "e")
	whole, fraction, _ := strings.Cut(mantissa, ".")
	digits := strings.TrimRight(whole+fraction, "0")
	if strings.Trim(digits, "-0") == "" {
		return 0, true
	}
	scale, err := strconv.Atoi(exponent)
	if err != nil && exponent != "" {
		return 0, false // it has more digits than any number of 64 bits
	}
	zeros := len(whole) + scale - len(digits)
	if zeros < 0 || zeros > 19 {
		return 0, false
	}
	n, err := strconv.ParseInt(digits+strings.Repeat("0", zeros), 10, 64)
	return n, err == nil
}

func number(text string) (float64, bool) {
	if !isNumber(text) {
		return 0, false
	}
	n, err := strconv.ParseFloat(text, 64)
	return n, err == nil
}

// isNumber tells whether text is a number of JSON.
func isNumber(text string) bool {
	return strings.Trim(text, "-+.eE0123456789") == "" && json.Valid([]byte(text))
}

// lastSegment is what follows the last slash, or empty if that can be no name.
func lastSegment(path string) string {
	slash := strings.LastIndexByte(path, '/')
	segment := path[slash+1:]
	if slash < 0 || strings.Trim(segment, lettersAndDigits+"_-") != "" {
		return ""
	}
	return segment
}

// member is the value of a member of a decoded object.
func (o *Object) member(decoded reflect.Value, name string) reflect.Value {
	return decoded.Field(slices.IndexFunc(o.Members, func(m Member) bool { return m.Name == name }))
}

// An errorWords is what the contract's error format reads from a response, in the form of an object.
type errorWords struct {
	Message string
	Errors  []FieldError
}

// decodeError reads the words of an error: all of them, or none.
func decodeError(text []byte) (said errorWords) {
	if !decodeObject(text, &errorObject, reflect.ValueOf(&said).Elem()) {
		return errorWords{}
	}
	return said
}
