package conformance

import (
	"encoding/json"

	"example.com/contacts/internal/contract"
)

// photo is the content of files that no case is about.
var photo = []byte("\x89PNG\r\n\x1a\nand the rest")

const lastSegment = "2750"

// success is a response with which an operation is done, made from the contract.
func (p *Player) success(op contract.Operation) Respond {
	switch {
	case op.Response.Bytes:
		return Respond{Status: 200, Headers: map[string]string{"Content-Type": "image/png"}, BodyBase64: photo}
	case op.Response.Object == "":
		return Respond{Status: 204}
	}
	body, err := json.Marshal(p.successBody(op))
	if err != nil {
		panic(err)
	}
	return Respond{Status: 200, Headers: map[string]string{"Content-Type": "application/json"}, Body: string(body)}
}

func (p *Player) successBody(op contract.Operation) map[string]any {
	body := p.example(op.Response.Object, 0)
	if outcome := op.Response.Outcome; outcome != nil {
		body[outcome.Member] = outcome.Done[0]
		for _, name := range outcome.Requires[outcome.Done[0]] {
			if body[name] == nil {
				body[name] = p.exampleOf(p.member(op.Response.Object, name).Type, 1)
			}
		}
	}
	for _, member := range members(p.API, op.Response.Object) {
		if source := member.LastSegmentOf; source != "" && body[source] != nil {
			body[source] = "/path/" + lastSegment
		}
		delete(body, derivedName(member))
	}
	return body
}

func derivedName(m contract.Member) string {
	if m.LastSegmentOf != "" {
		return m.Name
	}
	return ""
}

// done is what a client reports of a success.
func (p *Player) done(op contract.Operation) *Then {
	then := &Then{Outcome: op.Done}
	if op.Response.Bytes {
		then.Bytes = &Bytes{SHA256: digest(photo), Length: int64(len(photo)), ContentType: "image/png"}
	}
	if op.Response.Object != "" {
		text, err := json.Marshal(p.successBody(op))
		if err != nil {
			panic(err)
		}
		then.Response = decodeJSON(text).(map[string]any)
		for _, member := range members(p.API, op.Response.Object) {
			if member.LastSegmentOf != "" && then.Response[member.LastSegmentOf] != nil {
				then.Response[member.Name] = lastSegment
			}
		}
	}
	return then
}

func members(api contract.API, object string) []contract.Member {
	for _, o := range api.Objects {
		if o.Name == object {
			return o.Members
		}
	}
	return nil
}

func (p *Player) member(object, name string) contract.Member {
	for _, m := range members(p.API, object) {
		if m.Name == name {
			return m
		}
	}
	return contract.Member{Type: contract.Type{Kind: contract.KindString}}
}

// example is an object with every member; nested objects have their required members only, from the
// third level on.
func (p *Player) example(object string, depth int) map[string]any {
	out := map[string]any{}
	for _, member := range members(p.API, object) {
		if member.LastSegmentOf == "" && (member.Required || depth < 2) {
			out[member.Name] = p.exampleOf(member.Type, depth+1)
		}
	}
	return out
}

func (p *Player) exampleOf(t contract.Type, depth int) any {
	switch t.Kind {
	case contract.KindInteger:
		return 5
	case contract.KindNumber:
		return 19.5
	case contract.KindBoolean:
		return true
	case contract.KindObject:
		return p.example(t.Object, depth)
	case contract.KindList:
		return []any{p.exampleOf(*t.Item, depth)}
	case contract.KindJSON:
		return map[string]any{"any": []any{"thing", 1}}
	}
	return "text"
}
