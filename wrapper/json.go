package wrapper

import (
	"encoding/json"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// jsonText is the type of members that may be anything: JSON as it came.
type jsonText = json.RawMessage

// A scanner goes through JSON that is known to be valid.
type scanner struct {
	text string
	at   int
}

// scan makes a scanner of one JSON object. It returns nil if the text is no such thing.
func scan(text []byte) *scanner {
	s := &scanner{text: string(text)}
	if s.peek() != '{' || !json.Valid(text) {
		return nil
	}
	return s
}

// peek is the first byte of what comes next; 0 at the end.
func (s *scanner) peek() byte {
	for ; s.at < len(s.text); s.at++ {
		switch b := s.text[s.at]; b {
		case ' ', '\t', '\r', '\n', ',', ':':
		default:
			return b
		}
	}
	return 0
}

// each calls f for each item of the list or member of the object that comes next; name is empty in a list. f
// must read the value.
func (s *scanner) each(f func(name string)) {
	end := byte(']')
	if s.peek() == '{' {
		end = '}'
	}
	s.at++
	for s.peek() != end {
		name := ""
		if end == '}' {
			name = s.string(false)
			s.peek()
		}
		f(name)
	}
	s.at++
}

// raw is the value that comes next, as it is written.
func (s *scanner) raw() string {
	switch s.peek() {
	case '{', '[':
		begin := s.at
		for depth := 0; ; s.at++ {
			switch s.text[s.at] {
			case '{', '[':
				depth++
			case '}', ']':
				depth--
				if depth == 0 {
					s.at++
					return s.text[begin:s.at]
				}
			case '"':
				s.skipString()
				s.at--
			}
		}
	case '"':
		begin := s.at
		s.skipString()
		return s.text[begin:s.at]
	}
	begin := s.at
	for s.at < len(s.text) && strings.IndexByte(" \t\r\n,:]}", s.text[s.at]) < 0 {
		s.at++
	}
	return s.text[begin:s.at]
}

func (s *scanner) skipString() {
	for s.at++; s.text[s.at] != '"'; s.at++ {
		if s.text[s.at] == '\\' {
			s.at++
		}
	}
	s.at++
}

// string is the string that comes next. Half of a surrogate pair becomes U+FFFD, or stays, as no UTF-8.
func (s *scanner) string(keepHalves bool) string {
	begin := s.at + 1
	s.skipString()
	text := s.text[begin : s.at-1]
	if strings.IndexByte(text, '\\') < 0 {
		return text
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' {
			b.WriteByte(text[i])
			continue
		}
		i++
		if text[i] != 'u' {
			b.WriteByte("\b\f\n\r\t\"\\/"[strings.IndexByte("bfnrt\"\\/", text[i])])
			continue
		}
		r := unit(text[i+1:])
		i += 4
		if utf16.IsSurrogate(r) {
			if strings.HasPrefix(text[i+1:], `\u`) {
				if whole := utf16.DecodeRune(r, unit(text[i+3:])); whole != utf8.RuneError {
					b.WriteRune(whole)
					i += 6
					continue
				}
			}
			if keepHalves {
				b.Write([]byte{0xed, 0x80 | byte(r>>6&0x3f), 0x80 | byte(r&0x3f)})
				continue
			}
		}
		b.WriteRune(r) // half of a pair: U+FFFD
	}
	return b.String()
}

func unit(hex string) rune {
	n, _ := strconv.ParseUint(hex[:4], 16, 16)
	return rune(n)
}

// decodeObject reads an object, to the letter of the contract. Member i goes into field i.
func decodeObject(text []byte, object *Object, into reflect.Value) bool {
	s := scan(text)
	return s != nil && s.object(object, into)
}

func (s *scanner) object(object *Object, into reflect.Value) bool {
	if s.peek() != '{' {
		s.raw()
		return false
	}
	ok := true
	seen := make([]bool, len(object.Members))
	s.each(func(name string) {
		i := object.index(name)
		if i < 0 || s.peek() == 'n' {
			s.raw()
			return
		}
		seen[i] = true
		ok = s.value(&object.Members[i].Type, into.Field(i)) && ok
	})
	for i := range object.Members {
		member := &object.Members[i]
		if member.Required && member.LastSegmentOf == "" && !seen[i] {
			return false
		}
		if member.LastSegmentOf != "" {
			source := object.index(member.LastSegmentOf)
			id := lastSegment(into.Field(source).String())
			if id == "" && object.Members[source].Required {
				return false
			}
			into.Field(i).SetString(id)
		}
	}
	return ok
}

// value reads what comes next. It reads on even if it is of another type.
func (s *scanner) value(t *Type, into reflect.Value) bool {
	first := s.peek()
	isText := first == '"'
	switch t.Kind {
	case KindString:
		if isText {
			into.SetString(s.string(false))
			return true
		}
	case KindInteger, KindNumber, KindBoolean:
		text := s.raw()
		if isText {
			text = text[1 : len(text)-1]
		}
		return setScalar(t.Kind, text, isText, into)
	case KindObject:
		if into.Kind() == reflect.Pointer {
			into.Set(reflect.New(into.Type().Elem()))
			into = into.Elem()
		}
		return s.object(t.Object, into)
	case KindList:
		if first == '[' {
			return s.list(t, into)
		}
	case KindJSON:
		into.SetBytes([]byte(s.raw()))
		return true
	}
	s.raw()
	return false
}

func (s *scanner) list(t *Type, into reflect.Value) bool {
	ok := true
	into.Set(reflect.MakeSlice(into.Type(), 0, 4))
	s.each(func(string) {
		if s.peek() == 'n' {
			s.raw()
			ok = false
			return
		}
		item := reflect.New(into.Type().Elem()).Elem()
		ok = s.value(t.Item, item) && ok
		into.Set(reflect.Append(into, item))
	})
	return ok
}

// setScalar sets a number or a boolean, or a pointer to one.
func setScalar(kind Kind, text string, quoted bool, into reflect.Value) bool {
	if into.Kind() == reflect.Pointer {
		into.Set(reflect.New(into.Type().Elem()))
		into = into.Elem()
	}
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

func wholeText(text string) (int64, bool) {
	if unsigned := strings.TrimPrefix(text, "-"); unsigned == "" || len(unsigned) > 19 || strings.Trim(unsigned, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil
}

// wholeNumber reads a JSON number without a fraction, such as 5, 5.0 or 5e0, if it has 64 bits.
func wholeNumber(text string) (int64, bool) {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil && text[0] != '+' {
		return n, true
	}
	if !isNumber(text) {
		return 0, false
	}
	mantissa, exponent, _ := strings.Cut(strings.ToLower(text), "e")
	whole, fraction, _ := strings.Cut(mantissa, ".")
	scale := 0
	if exponent != "" {
		var err error
		if scale, err = strconv.Atoi(exponent); err != nil {
			scale = 1 << 20 // more than any number of 64 bits has
		}
	}
	significant := strings.TrimRight(whole+fraction, "0")
	if strings.Trim(significant, "-0") == "" {
		return 0, true
	}
	zeros := len(whole) + scale - len(significant)
	if zeros < 0 || zeros > 19 {
		return 0, false
	}
	n, err := strconv.ParseInt(significant+strings.Repeat("0", zeros), 10, 64)
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
	return text != "" && strings.IndexByte("-0123456789", text[0]) >= 0 && json.Valid([]byte(text)) && strings.TrimSpace(text) == text
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

func (o *Object) index(name string) int {
	for i := range o.Members {
		if o.Members[i].Name == name && o.Members[i].LastSegmentOf == "" {
			return i
		}
	}
	return -1
}

// member is the value of a member of a decoded object.
func (o *Object) member(decoded reflect.Value, name string) reflect.Value {
	for i := range o.Members {
		if o.Members[i].Name == name {
			return decoded.Field(i)
		}
	}
	panic("the contract has no member " + name)
}

// An errorWords is what the contract's error format reads from a response, in the form of an object.
type errorWords struct {
	Message string
	Errors  []FieldError
}

// decodeError reads the words of an error: all of them, or none.
func decodeError(text []byte) (said errorWords) {
	into := reflect.ValueOf(&said).Elem()
	if !decodeObject(text, &errorObject, into) {
		into.SetZero()
	}
	return said
}
