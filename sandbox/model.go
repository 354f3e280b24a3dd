package sandbox

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"example.com/contacts/wrapper"
)

// A modelView is the contract as the control API tells it: all that forms and a reference are made of.
type modelView struct {
	Operations []operationView `json:"operations"`
	// Objects are the types of responses, by their names.
	Objects map[string]objectView `json:"objects"`
}

type operationView struct {
	ID            string         `json:"id"`
	Method        string         `json:"method"`
	Path          string         `json:"path"` // a template; what is no field in it is the account
	Summary       string         `json:"summary"`
	Documentation string         `json:"documentation"`
	Deprecated    bool           `json:"deprecated,omitempty"`
	Fields        []fieldView    `json:"fields"`
	Rules         []ruleView     `json:"rules"`     // that are about more than one field, or none
	Encodings     []string       `json:"encodings"` // of the body
	Accept        string         `json:"accept,omitempty"`
	Response      *outcomeView   `json:"response,omitempty"` // to a success that is an object
	Retry         wrapper.Retry  `json:"retry"`
	Example       wrapper.Draft  `json:"example"` // parameters of a request
	Responses     []responseView `json:"responses"`
}

type fieldView struct {
	Name          string       `json:"name"`
	In            wrapper.In   `json:"in"`
	Type          wrapper.Kind `json:"type"` // of a list: of its items
	Format        string       `json:"format,omitempty"`
	List          *listView    `json:"list,omitempty"`
	File          *fileView    `json:"file,omitempty"`
	Required      bool         `json:"required"`
	Enum          []string     `json:"enum,omitempty"`
	Default       string       `json:"default,omitempty"`
	Example       string       `json:"example,omitempty"`
	Documentation string       `json:"documentation"`
	Deprecated    bool         `json:"deprecated,omitempty"`
	Rules         []ruleView   `json:"rules"`
	Excludes      []string     `json:"excludes,omitempty"` // fields that cannot be beside it
}

type listView struct {
	Delimiter string `json:"delimiter"` // empty: each item is a value of its own
}

type fileView struct {
	NamedPart bool   `json:"namedPart"` // the field is a text, the name of the part with the file
	BaseName  string `json:"baseName"`  // of the file, without extension, if it has no name
}

type ruleView struct {
	Rule    wrapper.RuleKind `json:"rule"`
	Message string           `json:"message"`
}

type outcomeView struct {
	objectView
	Object   string              `json:"object"`
	Member   string              `json:"member,omitempty"` // whose value tells what became of the request
	Done     []string            `json:"done,omitempty"`   // these values of it
	Queued   []string            `json:"queued,omitempty"`
	Refused  []string            `json:"refused,omitempty"`
	Requires map[string][]string `json:"requires,omitempty"` // members that are there, by the value
}

type objectView struct {
	Documentation string       `json:"documentation"`
	Members       []memberView `json:"members"`
}

type memberView struct {
	typeView
	Name          string `json:"name"`
	Required      bool   `json:"required"`
	Documentation string `json:"documentation"`
	Deprecated    bool   `json:"deprecated,omitempty"`
}

type typeView struct {
	Type   wrapper.Kind `json:"type"`
	Format string       `json:"format,omitempty"`
	Object string       `json:"object,omitempty"` // its name
	Items  *typeView    `json:"items,omitempty"`  // of a list
}

type responseView struct {
	Status      string          `json:"status"`
	Description string          `json:"description"`
	Type        string          `json:"type,omitempty"` // of its content
	Example     json.RawMessage `json:"example,omitempty"`
}

// getModel responds with the contract, its examples with the account of the caller.
func (c *control) getModel(w http.ResponseWriter, r *http.Request) {
	err := takesNoQuery(r)
	var model string
	if err == nil {
		model, err = modelJSON()
	}
	if err != nil {
		respondError(w, err)
		return
	}
	if account := callerOf(r); account != "" {
		model = strings.ReplaceAll(model, "<AccountSID>", account)
	}
	respond(w, http.StatusOK, []byte(model))
}

var modelJSON = sync.OnceValues(func() (string, error) {
	document, err := contract()
	if err != nil {
		return "", err
	}
	model := modelView{Objects: map[string]objectView{}}
	for i := range wrapper.Operations {
		model.Operations = append(model.Operations, model.operation(document.Content[0], &wrapper.Operations[i]))
	}
	var b bytes.Buffer
	writeJSON(&b, model)
	return b.String(), nil
})

func (m *modelView) operation(root *yaml.Node, o *wrapper.Operation) operationView {
	v := operationView{
		ID: o.ID, Method: o.Method, Path: o.Path, Summary: o.Summary, Documentation: o.Doc, Deprecated: o.Deprecated,
		Fields: []fieldView{}, Rules: []ruleView{}, Encodings: []string{}, Accept: o.Response.Accept, Retry: o.Retry,
	}
	for i := range o.Fields {
		v.Fields = append(v.Fields, newFieldView(&o.Fields[i]))
	}
	if o.NotEmpty != nil {
		v.Rules = append(v.Rules, ruleView{o.NotEmpty.Kind, o.NotEmpty.Message})
	}
	for _, rule := range o.Disjoint {
		v.Rules = append(v.Rules, ruleView{rule.Kind, rule.Message})
	}
	if o.Body != nil && o.Body.Form {
		v.Encodings = append(v.Encodings, formType)
	}
	if o.Body != nil && o.Body.Multipart {
		v.Encodings = append(v.Encodings, multipartType)
	}
	if object := o.Response.Object; object != nil {
		v.Response = &outcomeView{Object: object.Name, objectView: m.object(object)}
		if outcome := o.Response.Outcome; outcome != nil {
			v.Response.Member, v.Response.Requires = outcome.Member, outcome.Requires
			v.Response.Done, v.Response.Queued, v.Response.Refused = outcome.Done, outcome.Queued, outcome.Refused
		}
	}
	operation := value(root, "paths", o.Path, strings.ToLower(o.Method))
	v.Example = exampleRequest(root, operation, o)
	v.Responses = responsesOf(root, value(operation, "responses"))
	return v
}

func newFieldView(f *wrapper.Field) fieldView {
	v := fieldView{
		Name: f.Name, In: f.In, Type: f.Kind, Format: f.Format, Required: f.Required, Default: f.Default, Example: f.Example,
		Documentation: f.Doc, Deprecated: f.Deprecated, Rules: []ruleView{},
	}
	if f.List != nil {
		v.List = &listView{f.List.Delimiter}
	}
	if f.File != nil {
		v.File = &fileView{f.File.NamedPart, f.File.BaseName}
	}
	if f.Enum != nil {
		v.Enum = f.Enum.Values
	}
	for _, rules := range [][]wrapper.Rule{f.Presence, f.Value, f.Item} {
		for _, rule := range rules {
			if rule.Check == "unicode" {
				continue // it is no rule of the contract, and what comes as JSON keeps it
			}
			v.Rules = append(v.Rules, ruleView{rule.Kind, rule.Message})
			if rule.Kind == wrapper.RuleExclusive && len(rule.With) == 1 {
				v.Excludes = append(v.Excludes, rule.With...)
			}
		}
	}
	return v
}

// object is a type of responses. Those that it is made of go among the objects.
func (m *modelView) object(o *wrapper.Object) objectView {
	v := objectView{Documentation: o.Doc, Members: []memberView{}}
	if known, is := m.Objects[o.Name]; is {
		return known
	}
	m.Objects[o.Name] = v // it may hold itself
	for _, member := range o.Members {
		if member.LastSegmentOf == "" {
			v.Members = append(v.Members, memberView{m.typeOf(&member.Type), member.Name, member.Required, member.Doc, member.Deprecated})
		}
	}
	m.Objects[o.Name] = v
	return v
}

func (m *modelView) typeOf(t *wrapper.Type) typeView {
	v := typeView{Type: t.Kind, Format: t.Format}
	if t.Object != nil {
		v.Object = t.Object.Name
		m.object(t.Object)
	}
	if t.Item != nil {
		items := m.typeOf(t.Item)
		v.Items = &items
	}
	return v
}

// exampleRequest is the contract's example of a body, and what must be there beside it.
func exampleRequest(root, operation *yaml.Node, o *wrapper.Operation) wrapper.Draft {
	example := wrapper.Draft{}
	if content := value(operation, "requestBody", "content"); content != nil {
		body := map[string]any{}
		if node := exampleIn(root, content.Content[1]); node != nil {
			_ = json.Unmarshal(appendNode(nil, node), &body)
		}
		for name, value := range body {
			if o.Field(name) != nil && value != "" {
				example[name] = value
			}
		}
	}
	hasBody := len(example) > 0
	for i := range o.Fields {
		field := &o.Fields[i]
		if !field.Required || field.Example == "" || field.In == wrapper.InBody && hasBody {
			continue
		}
		if example[field.Name] = typedItem(field, field.Example); field.List != nil {
			example[field.Name] = []any{example[field.Name]}
		}
	}
	return example
}

// responsesOf are the responses of an operation, in the order of the contract.
func responsesOf(root, responses *yaml.Node) []responseView {
	list := []responseView{}
	for i := 0; responses != nil && i+1 < len(responses.Content); i += 2 {
		response := follow(root, responses.Content[i+1])
		v := responseView{Status: responses.Content[i].Value}
		if description := value(response, "description"); description != nil {
			v.Description = description.Value
		}
		if content := value(response, "content"); content != nil && len(content.Content) > 0 {
			v.Type = content.Content[0].Value
			if node := exampleIn(root, content.Content[1]); node != nil {
				v.Example = appendNode(nil, node)
			}
		}
		list = append(list, v)
	}
	return list
}
