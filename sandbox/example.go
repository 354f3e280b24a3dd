package sandbox

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"example.com/contacts"
)

// respondExample responds with the contract's example of a success: the sandbox does not know what the
// operation does.
func respondExample(w http.ResponseWriter, r *request) error {
	status, contentType, example, err := exampleOf(r.operation.Method, r.operation.Path)
	if err != nil {
		return &apiError{
			Status:  http.StatusNotImplemented,
			Message: "The sandbox does not know what " + r.operation.ID + " does, and " + err.Error() + ".",
		}
	}
	if contentType == "" {
		w.WriteHeader(status)
		return nil
	}
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(status)
	w.Write([]byte(strings.ReplaceAll(example, "<AccountSID>", r.account)))
	return nil
}

var contract = sync.OnceValues(func() (*yaml.Node, error) {
	var document yaml.Node
	err := yaml.Unmarshal(contacts.Contract, &document)
	return &document, err
})

var errNoExample = errors.New("the contract has no example of its response")

// exampleOf finds the first response of an operation that is a success. Its example is JSON, or the text itself
// for another type of content. contentType is empty if the response has no content.
func exampleOf(method, path string) (status int, contentType, example string, err error) {
	document, err := contract()
	if err != nil {
		return 0, "", "", err
	}
	root := document.Content[0]
	responses := value(root, "paths", path, strings.ToLower(method), "responses")
	for i := 0; responses != nil && i+1 < len(responses.Content); i += 2 {
		status, err = strconv.Atoi(responses.Content[i].Value)
		if err != nil || status < 200 || status > 299 {
			continue
		}
		response := follow(root, responses.Content[i+1])
		content := value(response, "content")
		if content == nil || len(content.Content) == 0 {
			return status, "", "", nil
		}
		contentType = content.Content[0].Value
		node := exampleIn(root, content.Content[1])
		if node == nil {
			break
		}
		if node.Kind == yaml.ScalarNode && !strings.HasSuffix(contentType, "json") {
			return status, contentType, node.Value, nil
		}
		return status, contentType, string(appendNode(nil, node)), nil
	}
	return 0, "", "", errNoExample
}

// exampleIn is the first example of a media type; nil if there is none.
func exampleIn(root, media *yaml.Node) *yaml.Node {
	if node := value(media, "example"); node != nil {
		return node
	}
	if examples := value(media, "examples"); examples != nil && len(examples.Content) > 1 {
		return value(follow(root, examples.Content[1]), "value")
	}
	return nil
}

// value goes down through mappings, from key to key; nil if one of them is not there.
func value(node *yaml.Node, keys ...string) *yaml.Node {
	for _, key := range keys {
		var found *yaml.Node
		for i := 0; node != nil && node.Kind == yaml.MappingNode && i+1 < len(node.Content); i += 2 {
			if node.Content[i].Value == key {
				found = node.Content[i+1]
			}
		}
		node = found
	}
	return node
}

// follow goes along a reference to a component of the document.
func follow(root, node *yaml.Node) *yaml.Node {
	if ref := value(node, "$ref"); ref != nil {
		return value(root, strings.Split(strings.TrimPrefix(ref.Value, "#/"), "/")...)
	}
	return node
}

// appendNode appends YAML as JSON, its members in the order in which they are written.
func appendNode(b []byte, node *yaml.Node) []byte {
	switch node.Kind {
	case yaml.MappingNode:
		b = append(b, '{')
		for i := 0; i+1 < len(node.Content); i += 2 {
			b = separate(b)
			b = appendString(b, node.Content[i].Value)
			b = append(b, ':')
			b = appendNode(b, node.Content[i+1])
		}
		return append(b, '}')
	case yaml.SequenceNode:
		b = append(b, '[')
		for _, item := range node.Content {
			b = separate(b)
			b = appendNode(b, item)
		}
		return append(b, ']')
	}
	switch node.Tag {
	case "!!int", "!!float", "!!bool", "!!null":
		var plain any
		if node.Decode(&plain) == nil {
			return appendValue(b, "", plain)
		}
	}
	return appendString(b, node.Value)
}
