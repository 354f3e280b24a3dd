package conformance

import (
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"

	"example.com/contacts/internal/contract"
)

// A change is a value that breaks a rule, and one that does not.
type change struct{ bad, good any }

// breaking are values that may break a rule of a field, and valid ones beside them.
func (r rules) breaking(f contract.Field, rule contract.Rule) []change {
	value, err := r.sample(f)
	if err != nil {
		return nil
	}
	switch rule.Kind {
	case contract.TooFew:
		return []change{{r.distinct(f, rule.Length-1), value}}
	case contract.TooMany:
		return []change{{r.distinct(f, rule.Length+1), r.distinct(f, rule.Length)}}
	case contract.Duplicate:
		first := items(value)[0]
		return []change{{[]any{first, first}, r.distinct(f, 2)}, {[]any{first, first}, value}}
	case contract.TooLong:
		if rule.Joined {
			return r.tooLongJoined(f, rule)
		}
	}
	var out []change
	for _, c := range r.breakingItem(f, rule, items(value)[0]) {
		out = append(out, change{r.replace(f, value, c.bad), r.replace(f, value, c.good)})
	}
	return out
}

// replace puts an item in place of the first of a list; of what is no list, it is the value.
func (r rules) replace(f contract.Field, value, item any) any {
	if f.List == nil {
		return item
	}
	return append([]any{item}, items(value)[1:]...)
}

func (r rules) breakingItem(f contract.Field, rule contract.Rule, item any) []change {
	var out []change
	bad := func(values ...string) []change {
		for _, value := range values {
			out = append(out, change{valueOf(f, value), item})
		}
		return out
	}
	text := wireText(f.Kind, item)
	switch rule.Kind {
	case contract.TooShort:
		return r.ofLengths(f, text, rule.Length-1, rule.Length)
	case contract.TooLong:
		return r.ofLengths(f, text, rule.Length+1, rule.Length)
	case contract.TooSmall:
		return r.beyond(f, rule, item, "-1", "-0.5")
	case contract.TooLarge:
		return r.beyond(f, rule, item, "1", "0.5")
	case contract.OneOf:
		return bad(strings.ToLower(text), strings.ToUpper(text), text+"x", "x", "99999")
	case contract.ListItem:
		if f.List.Delimiter != "" {
			return bad("a"+f.List.Delimiter+"b", text+f.List.Delimiter+text, " "+text)
		}
		return bad("")
	case contract.FileName:
		return []change{{map[string]any{"Path": photoName, "Name": "_" + photoName}, map[string]any{"Path": photoName, "Name": photoName}}}
	case contract.NeedsFile:
		return []change{{map[string]any{"Path": absentName}, map[string]any{"Path": photoName}}}
	case contract.Format:
		switch rule.Check {
		case "segment":
			return bad("..", ".")
		case "header":
			return bad("a\nb", "é", " a")
		}
		return bad(text+"\n", text+" ", strings.ToUpper(text), strings.ToLower(text), "x", "1", "-", "!", text+text, "2026-02-30")
	}
	return nil
}

// manyUnits has other lengths in bytes, in UTF-16 units, normalized, and as a reader counts, than in code points.
const manyUnits = "😀e\u0301\u0301é👩\u200d👧"

// ofLengths are texts of two lengths, made from one that is valid.
func (r rules) ofLengths(f contract.Field, text string, bad, good int) []change {
	var out []change
	first, _ := utf8.DecodeRuneInString(text)
	last, _ := utf8.DecodeLastRuneInString(text)
	for _, filler := range []string{manyUnits, string(first), string(last), "x", "a", "A", "0"} {
		for _, resize := range []func(string, string, int) string{padFront, padBack} {
			out = append(out, change{resize(text, filler, bad), resize(text, filler, good)})
		}
	}
	return out
}

func padFront(text, filler string, n int) string {
	runes := []rune(text)
	if len(runes) > n {
		return string(runes[len(runes)-n:])
	}
	return fill(filler, n-len(runes)) + text
}

func padBack(text, filler string, n int) string {
	runes := []rune(text)
	if len(runes) > n {
		return string(runes[:n])
	}
	return text + fill(filler, n-len(runes))
}

// fill is a text of n code points.
func fill(filler string, n int) string {
	runes := []rune(filler)
	return string(slices.Repeat(runes, n/len(runes)+1)[:n])
}

func (r rules) beyond(f contract.Field, rule contract.Rule, item any, steps ...string) []change {
	var out []change
	for _, step := range steps {
		inside := shift(rule.Limit, strings.TrimPrefix("-"+step, "--"))
		switch {
		case rule.Open:
			out = append(out, change{json.Number(rule.Limit), json.Number(inside)}, change{json.Number(rule.Limit), item})
		default:
			out = append(out, change{json.Number(shift(rule.Limit, step)), json.Number(rule.Limit)})
		}
	}
	return out
}

// tooLongJoined are lists that are at the limit when they are joined, and just beyond it.
func (r rules) tooLongJoined(f contract.Field, rule contract.Rule) []change {
	var out []change
	for n := 1; n <= 20; n++ {
		list := r.distinct(f, n)
		if len(list) < n {
			break
		}
		last := wireText(f.Kind, list[n-1])
		joined := utf8.RuneCountInString(texts(f, list)[0][1])
		size := utf8.RuneCountInString(last) + rule.Length - joined
		if size < 1 {
			break
		}
		if f.Kind != contract.KindString {
			if longer := r.distinct(f, n+1); len(longer) > n {
				out = append(out, change{longer, list})
			}
			continue
		}
		for _, c := range r.ofLengths(f, last, size+1, size) {
			out = append(out, change{append(append([]any{}, list[:n-1]...), c.bad), append(append([]any{}, list[:n-1]...), c.good)})
		}
	}
	// many items, each as long as it may be
	for _, length := range []int{5, 10, 12, 20, 50} {
		if list := r.longItems(f, rule.Length, length); list != nil {
			out = append(out, change{list, list[:len(list)-1]})
		}
	}
	return out
}

// longItems are as few items of a length as are too long when they are joined.
func (r rules) longItems(f contract.Field, limit, length int) []any {
	if f.Kind != contract.KindString {
		return nil
	}
	var list []any
	for _, item := range r.distinct(f, limit/length+2) {
		list = append(list, padFront(item.(string), "x", length))
		if utf8.RuneCountInString(texts(f, list)[0][1]) > limit {
			return list
		}
	}
	return nil
}

// valueOf is the value of a field, or of an item of it, that is a text on the wire.
func valueOf(f contract.Field, text string) any {
	switch f.Kind {
	case contract.KindInteger, contract.KindNumber:
		if sameNumber(text, text) {
			return json.Number(text)
		}
	case contract.KindBoolean:
		return text == "true"
	}
	return text
}

// wrongTypes are values that JSON has, of other types than a field.
func wrongTypes(f contract.Field) []any {
	var out []any
	switch f.Kind {
	case contract.KindString:
		out = []any{json.Number("5"), true, map[string]any{}}
	case contract.KindInteger:
		out = []any{"x", json.Number("1.5"), true}
	case contract.KindNumber:
		out = []any{"x", "1.5", true}
	case contract.KindBoolean:
		out = []any{"true", json.Number("1")}
	case contract.KindFile:
		out = []any{json.Number("5"), true}
	}
	if f.List == nil {
		return append(out, []any{"x"})
	}
	lists := []any{}
	for _, item := range out {
		lists = append(lists, []any{item})
	}
	return append(lists, "x", map[string]any{})
}
