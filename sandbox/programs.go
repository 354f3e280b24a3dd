package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"example.com/contacts/sandbox/programs"
	"example.com/contacts/wrapper"
)

// postPrograms responds with a call of an operation as a program in each language.
func (c *control) postPrograms(w http.ResponseWriter, r *http.Request) {
	list, err := c.programs(w, r)
	if err != nil {
		respondError(w, err)
		return
	}
	respondJSON(w, struct {
		Programs []programs.Program `json:"programs"`
	}{list})
}

func (c *control) programs(w http.ResponseWriter, r *http.Request) ([]programs.Program, error) {
	const form = `Send {"parameters": {"Name": "value"}, "encoding": "` + programs.FormType + `"}; encoding may be left out.`
	api := programs.Contract()
	operation := api.Operation(r.PathValue("operation"))
	if operation == nil {
		return nil, &apiError{Status: http.StatusNotFound, Message: "The contract has no operation of this name."}
	}
	body, err := readObject(w, r, form, "parameters", "encoding")
	if err != nil {
		return nil, err
	}
	encoding, isText := body["encoding"].(string)
	parameters, isObject := body["parameters"].(map[string]any)
	if !isObject || body["encoding"] != nil && !isText {
		return nil, malformed("parameters must be an object, and encoding a text. " + form)
	}
	values := programs.Values{}
	for name, value := range parameters {
		if values[name], isText = texts(value); !isText {
			return nil, malformed(fmt.Sprintf("%s must be a text, a number, true, false, or a list of these.", displayName(name)))
		}
	}
	list, err := api.Programs(operation, values, encoding)
	if wrong := (*programs.InvalidError)(nil); errors.As(err, &wrong) {
		e := &apiError{Status: http.StatusBadRequest, Message: "No program can be made of these parameters."}
		for _, v := range wrong.Violations {
			e.Errors = append(e.Errors, wrapper.Violation{Field: displayName(v.Field), Rule: wrapper.RuleKind(v.Rule), Message: v.Message})
		}
		return nil, e
	}
	return list, err
}

// getCurl responds with the command that sends a recorded request again.
func (c *control) getCurl(w http.ResponseWriter, r *http.Request) {
	record, err := c.requestOf(r)
	var recorded programs.Recorded
	if err == nil {
		err = json.Unmarshal(record.JSON, &recorded)
	}
	if err != nil {
		respondError(w, err)
		return
	}
	respondJSON(w, programs.Contract().Curl(recorded))
}

// texts are the values of a parameter as they are written. It returns false if a value is none of a form.
func texts(value any) (list []string, is bool) {
	switch v := value.(type) {
	case nil:
		return nil, true
	case string:
		return []string{v}, true
	case json.Number:
		return []string{v.String()}, true
	case bool:
		return []string{fmt.Sprint(v)}, true
	case []any:
		for _, item := range v {
			one, is := texts(item)
			if _, isList := item.([]any); isList || !is {
				return nil, false
			}
			list = append(list, one...)
		}
		return list, true
	}
	return nil, false
}
