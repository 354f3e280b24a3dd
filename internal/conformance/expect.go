package conformance

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"example.com/contacts/internal/contract"
)

// expected is the request that an operation and an input make.
type expected struct {
	method, path string
	query        [][2]string
	headers      [][2]string
	encoding     encoding
	pairs        [][2]string
	parts        []Part
}

type encoding string

const (
	noBody    encoding = "no body"
	form      encoding = "application/x-www-form-urlencoded"
	multipart encoding = "multipart/form-data"
)

const headerAccept = "Accept"

func expect(api contract.API, op contract.Operation, c *Case) expected {
	e := expected{method: op.Method, encoding: noBody, path: strings.TrimSuffix(c.BasePath, "/") + pathOf(api, op, c)}
	if op.Response.Accept != "" {
		e.headers = append(e.headers, [2]string{headerAccept, op.Response.Accept})
	}
	hasFile := false
	var body []contract.Field
	for _, f := range op.Fields {
		value := c.Input[f.Name]
		if f.In == contract.InPath || !present(value) {
			continue
		}
		switch f.In {
		case contract.InQuery:
			e.query = append(e.query, texts(f, value)...)
		case contract.InHeader:
			e.headers = append(e.headers, texts(f, value)...)
		case contract.InBody:
			body = append(body, f)
			hasFile = hasFile || f.Kind == contract.KindFile
		}
	}
	if op.Body == nil || len(body) == 0 && !op.Body.Required {
		return e
	}
	if hasFile || !op.Body.Form {
		e.encoding = multipart
		e.parts = partsOf(body, c)
		return e
	}
	e.encoding = form
	for _, f := range body {
		e.pairs = append(e.pairs, texts(f, c.Input[f.Name])...)
	}
	return e
}

func pathOf(api contract.API, op contract.Operation, c *Case) string {
	path := op.Path
	if api.AccountName != "" {
		path = strings.ReplaceAll(path, "{"+api.AccountName+"}", escape(c.account()))
	}
	for _, f := range op.Fields {
		if f.In == contract.InPath {
			path = strings.ReplaceAll(path, "{"+f.Name+"}", escape(wireText(f.Kind, c.Path[f.Name])))
		}
	}
	return path
}

// texts are the pairs of a field: one, or one for each item of a list that is not joined.
func texts(f contract.Field, value any) [][2]string {
	var out []string
	for _, item := range items(value) {
		out = append(out, wireText(f.Kind, item))
	}
	if f.List != nil && f.List.Delimiter != "" {
		out = []string{strings.Join(out, f.List.Delimiter)}
	}
	var pairs [][2]string
	for _, text := range out {
		pairs = append(pairs, [2]string{f.Name, text})
	}
	return pairs
}

func partsOf(fields []contract.Field, c *Case) []Part {
	var parts, files []Part
	for _, f := range fields {
		value := c.Input[f.Name]
		if f.Kind != contract.KindFile {
			for _, pair := range texts(f, value) {
				parts = append(parts, Part{Name: pair[0], Value: pair[1]})
			}
			continue
		}
		for i, item := range items(value) {
			file, _ := find(c.Files, item)
			content := file.content()
			extension, mediaType := sniff(content)
			name := givenName(item)
			if name == "" {
				name = f.File.BaseName + "." + extension
				if f.List != nil {
					name = fmt.Sprintf("%s-%d.%s", f.File.BaseName, i+1, extension)
				}
			}
			part := Part{Name: f.Name, Filename: name, ContentType: mediaType, SHA256: digest(content)}
			if f.File.NamedPart {
				parts = append(parts, Part{Name: f.Name, Value: name})
				part.Name = name
			}
			files = append(files, part)
		}
	}
	return append(parts, files...)
}

func digest(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}
