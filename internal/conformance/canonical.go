package conformance

import (
	"bytes"
	"encoding/json"
	"math/big"

	"example.com/contacts/internal/contract"
)

// object is a response as all languages can report it: members that are empty are left out, as some
// languages have no way to tell them from absent ones.
func (p *Player) object(name string, members map[string]any) map[string]any {
	types := map[string]contract.Type{}
	for _, object := range p.API.Objects {
		if object.Name == name {
			for _, member := range object.Members {
				types[member.Name] = member.Type
			}
		}
	}
	out := map[string]any{}
	for member, value := range members {
		memberType, known := types[member]
		if !known {
			memberType.Kind = contract.KindJSON
		}
		canonical := p.canonical(memberType, value)
		if list, isList := canonical.([]any); canonical == nil || canonical == "" || isList && len(list) == 0 {
			continue
		}
		out[member] = canonical
	}
	return out
}

func (p *Player) canonical(t contract.Type, value any) any {
	switch value := value.(type) {
	case json.Number:
		return number(value.String())
	case string:
		if t.Kind == contract.KindInteger || t.Kind == contract.KindNumber { // 64 bits are more than some JSON writers have
			return number(value)
		}
		return value
	case []any:
		out := []any{}
		for _, item := range value {
			itemType := contract.Type{Kind: contract.KindJSON}
			if t.Item != nil {
				itemType = *t.Item
			}
			out = append(out, p.canonical(itemType, item))
		}
		return out
	case map[string]any:
		if t.Kind == contract.KindObject {
			return p.object(t.Object, value)
		}
		out := map[string]any{}
		for name, member := range value {
			out[name] = p.canonical(contract.Type{Kind: contract.KindJSON}, member)
		}
		return out
	}
	return value
}

// A number compares equal to another however it is written.
type numeric string

func number(text string) any {
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		return text
	}
	return numeric(r.RatString())
}

func decodeMembers(members map[string]json.RawMessage) map[string]any {
	out := map[string]any{}
	for name, raw := range members {
		out[name] = decodeJSON(raw)
	}
	return out
}

func decodeItems(items []json.RawMessage) []any {
	out := []any{}
	for _, raw := range items {
		out = append(out, decodeJSON(raw))
	}
	return out
}

// decodeJSON keeps numbers as they are written.
func decodeJSON(text []byte) any {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil
	}
	return value
}
