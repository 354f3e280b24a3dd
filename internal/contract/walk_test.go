package contract_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"example.com/contacts/internal/contract"
)

// An object of OpenAPI, or a schema.
type object struct {
	Places   map[string]string // a path through the document, by a name
	Keywords map[string]yaml.Node
	// Documentation are keywords that are carried, but not into the model; Elsewhere are those that are
	// refused by another line.
	Documentation, Elsewhere map[string]places
}

// places are "all", or names of places.
type places []string

func (p *places) UnmarshalYAML(node *yaml.Node) error {
	if node.Value == "all" {
		*p = places{"all"}
		return nil
	}
	return node.Decode((*[]string)(p))
}

func (p places) has(name string) bool { return slices.Contains(p, "all") || slices.Contains(p, name) }

// A walk puts keywords into a document.
type walk struct {
	root    *yaml.Node
	lines   []string
	objects map[string]object
	before  string // the model of the document as it is
}

func newWalk(t *testing.T, version string) walk {
	source, err := os.ReadFile("testdata/walk/document.yaml")
	require.NoError(t, err)
	keywords, err := os.ReadFile("testdata/walk/keywords.yaml")
	require.NoError(t, err)
	document := strings.Replace(string(source), "3.1.0", version, 1)
	var root yaml.Node
	require.NoError(t, yaml.Unmarshal([]byte(document), &root))
	w := walk{root: root.Content[0], lines: strings.Split(document, "\n")}
	require.NoError(t, yaml.Unmarshal(keywords, &w.objects))
	w.before, err = model(document)
	require.NoError(t, err)
	return w
}

func model(source string) (string, error) {
	api, err := contract.Read(contract.Source{Name: "api.yaml", Content: []byte(source)})
	if err != nil {
		return "", err
	}
	out, err := json.Marshal(api)
	return string(out), err
}

// with is the document with a keyword at a place, and the line of it.
func (w walk) with(t *testing.T, place, keyword string, value yaml.Node) (source string, line int) {
	mapping := at(t, w.root, place)
	require.Equal(t, yaml.MappingNode, mapping.Kind)
	var plain any
	require.NoError(t, value.Decode(&plain))
	flow, err := json.Marshal(plain)
	require.NoError(t, err)
	text := fmt.Sprintf("%q: %s", keyword, flow)
	for i := 0; i < len(mapping.Content); i += 2 {
		if key := mapping.Content[i]; key.Value == keyword {
			text = w.lines[key.Line-1][:key.Column-1] + text
			return w.replace(key.Line-1, lastLine(mapping.Content[i+1]), text), key.Line
		}
	}
	last := lastLine(mapping)
	return w.replace(last, last, strings.Repeat(" ", mapping.Column-1)+text), last + 1
}

// replace is the document with a line in place of those from first to before.
func (w walk) replace(first, before int, line string) string {
	return strings.Join(slices.Concat(w.lines[:first], []string{line}, w.lines[before:]), "\n")
}

func at(t *testing.T, node *yaml.Node, place string) *yaml.Node {
	if place == "" {
		return node
	}
	for step := range strings.SplitSeq(place, "|") {
		var next *yaml.Node
		if i, err := strconv.Atoi(step); err == nil && node.Kind == yaml.SequenceNode {
			next = node.Content[i]
		}
		for i := 0; i < len(node.Content) && node.Kind == yaml.MappingNode; i += 2 {
			if node.Content[i].Value == step {
				next = node.Content[i+1]
			}
		}
		require.NotNil(t, next, "%s: %s", place, step)
		node = next
	}
	return node
}

func lastLine(node *yaml.Node) int {
	last := node.Line
	for _, child := range node.Content {
		last = max(last, lastLine(child))
	}
	return last
}

// each calls f for each keyword at each place of its objects.
func (w walk) each(f func(kind, name, place, keyword string, value yaml.Node)) {
	for _, kind := range slices.Sorted(maps.Keys(w.objects)) {
		o := w.objects[kind]
		for _, name := range slices.Sorted(maps.Keys(o.Places)) {
			for _, keyword := range slices.Sorted(maps.Keys(o.Keywords)) {
				f(kind, name, o.Places[name], keyword, o.Keywords[keyword])
			}
		}
	}
}

// Every keyword of OpenAPI and JSON Schema, in every place: it changes the model, or it is documentation,
// or it is refused where it stands.
func TestEveryKeywordIsCarriedOrRefused(t *testing.T) {
	for _, version := range []string{"3.1.0", "3.0.3"} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			w := newWalk(t, version)
			used := map[string]bool{}
			w.each(func(kind, name, place, keyword string, value yaml.Node) {
				source, line := w.with(t, place, keyword, value)
				what := fmt.Sprintf("%s: %s at %s", kind, keyword, name)
				after, err := model(source)
				var problems contract.Problems
				switch {
				case errors.As(err, &problems):
					if !slices.ContainsFunc(problems, func(p contract.Problem) bool { return p.Line == line }) {
						assert.True(t, w.objects[kind].Elsewhere[keyword].has(name), "%s, line %d, is refused elsewhere:\n%v", what, line, err)
						used["elsewhere: "+what] = true
					}
				case err != nil:
					t.Errorf("%s: %v", what, err)
				case after == w.before:
					assert.True(t, w.objects[kind].Documentation[keyword].has(name), "%s is skipped without a word", what)
					used["documentation: "+what] = true
				}
			})
			if version == "3.1.0" {
				assert.Empty(t, w.unused(used), "keywords.yaml lists too much")
			}
		})
	}
}

// unused are the exceptions of keywords.yaml that are none.
func (w walk) unused(used map[string]bool) (out []string) {
	w.each(func(kind, name, _, keyword string, _ yaml.Node) {
		for list, exceptions := range map[string]map[string]places{
			"documentation": w.objects[kind].Documentation, "elsewhere": w.objects[kind].Elsewhere,
		} {
			what := fmt.Sprintf("%s: %s: %s at %s", list, kind, keyword, name)
			if exceptions[keyword].has(name) && !used[what] {
				out = append(out, what)
			}
		}
	})
	return out
}

// A value of another shape than a keyword asks for is refused, or at least not taken for something else.
func TestValuesOfAnotherShapeAreRefused(t *testing.T) {
	t.Parallel()
	var shapes []yaml.Node
	require.NoError(t, yaml.Unmarshal([]byte(`[{a: [b]}, [[1]], words, -1.5, true, null]`), &shapes))
	free := []string{"example", "examples", "default", "x-vendor", "x-other", "value", "links", "additionalProperties"}
	w := newWalk(t, "3.1.0")
	w.each(func(kind, name, place, keyword string, sample yaml.Node) {
		for _, value := range shapes {
			scalar := value.Kind == yaml.ScalarNode && sample.Kind == yaml.ScalarNode
			if slices.Contains(free, keyword) || kind == "schema of a response" || value.Kind == sample.Kind && (value.Tag == sample.Tag || sample.Tag == "!!str") {
				continue
			}
			source, _ := w.with(t, place, keyword, value)
			after, err := model(source)
			var problems contract.Problems
			if err != nil {
				require.ErrorAs(t, err, &problems, "%s: %s at %s", kind, keyword, name)
				for _, p := range problems {
					assert.Positive(t, p.Line)
				}
			} else if after == w.before && !scalar {
				assert.Fail(t, "skipped without a word", "%s: %s at %s as %s", kind, keyword, name, value.Tag)
			}
		}
	})
}
