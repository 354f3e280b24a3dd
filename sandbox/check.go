package sandbox

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"

	"example.com/contacts/wrapper"
)

// postCheck responds with the rules of an operation that parameters break. Nothing is sent.
func (c *control) postCheck(w http.ResponseWriter, r *http.Request) {
	violations, err := check(w, r)
	if err != nil {
		respondError(w, err)
		return
	}
	type view struct {
		Field   string           `json:"field"` // empty: of no field alone
		Rule    wrapper.RuleKind `json:"rule"`
		Message string           `json:"message"`
	}
	list := []view{}
	for _, v := range violations {
		list = append(list, view{v.Field, v.Rule, v.Message})
	}
	respondJSON(w, struct {
		Violations []view `json:"violations"`
	}{list})
}

func check(w http.ResponseWriter, r *http.Request) ([]wrapper.Violation, error) {
	const form = `Send {"parameters": {"Name": "value"}}.`
	operation := wrapper.OperationByID(r.PathValue("operation"))
	if operation == nil {
		return nil, &apiError{Status: http.StatusNotFound, Message: "The contract has no operation of this name."}
	}
	body, err := readObject(w, r, form, "parameters")
	if err != nil {
		return nil, err
	}
	parameters, isObject := body["parameters"].(map[string]any)
	if !isObject {
		return nil, malformed("parameters must be an object. " + form)
	}
	values := make([]any, len(operation.Fields))
	for i := range operation.Fields {
		field := &operation.Fields[i]
		values[i] = formValue(field, parameters[field.Name])
	}
	var unknown []string
	for name, value := range parameters {
		if operation.Field(name) == nil && value != nil && value != "" {
			unknown = append(unknown, displayName(name))
		}
	}
	slices.Sort(unknown)
	return operation.CheckValues(values, unknown), nil
}

// formValue is a parameter in its type, read as it would be if a form held it: an empty one is absent, a number is its
// digits, and a list may be one text. What has no form stays as it is, which the rules refuse.
func formValue(field *wrapper.Field, given any) any {
	if field.File != nil {
		return formFiles(field, given)
	}
	if items, isList := given.([]any); isList && field.List != nil {
		list := make([]any, len(items))
		for i, item := range items {
			if list[i] = item; isScalar(item) {
				list[i] = typedItem(field, formText(item))
			}
		}
		return absentIfEmpty(list)
	}
	if !isScalar(given) {
		return given
	}
	text := formText(given)
	if field.List != nil && field.List.Delimiter != "" {
		text = tidy(text, field.List.Delimiter)
	}
	if text == "" {
		return nil
	}
	return typed(field, []string{text})
}

func isScalar(given any) bool {
	switch given.(type) {
	case string, json.Number, bool:
		return true
	}
	return false
}

func formText(given any) string {
	switch v := given.(type) {
	case json.Number:
		return v.String()
	case bool:
		return strconv.FormatBool(v)
	}
	text, _ := given.(string)
	return text
}

func absentIfEmpty(list []any) any {
	if len(list) == 0 {
		return nil
	}
	return list
}

// formFiles are the files of a parameter, of which only the names came, or {"name": …, "size": …}.
func formFiles(field *wrapper.Field, given any) any {
	if items, isList := given.([]any); isList && field.List != nil {
		files := make([]any, len(items))
		for i, item := range items {
			files[i] = formFile(item)
		}
		return absentIfEmpty(files)
	}
	file := formFile(given)
	if file == nil || field.List == nil {
		return file
	}
	return []any{file}
}

func formFile(given any) any {
	switch v := given.(type) {
	case string:
		if v == "" {
			return nil
		}
		return wrapper.FileFromBytes([]byte("x"))
	case map[string]any:
		if size, is := v["size"].(json.Number); is && size == "0" {
			return wrapper.FileFromBytes(nil)
		}
		if _, is := v["name"].(string); is {
			return wrapper.FileFromBytes([]byte("x"))
		}
	}
	return given
}
