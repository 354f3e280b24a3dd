package contract

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/speakeasy-api/openapi/overlay"
	"go.yaml.in/yaml/v3"
	old "gopkg.in/yaml.v3"
)

// load parses a document and applies overlays to it. files names the file of each node that an overlay
// put in.
func load(source Source, overlays []Source) (root *yaml.Node, files map[*yaml.Node]string, err error) {
	root, err = parse(source)
	if err != nil || len(overlays) == 0 {
		return root, nil, err
	}
	d := document{file: source.Name}
	if d.plain(root); len(d.problems) > 0 { // the library cannot follow an alias of a copy
		return nil, nil, d.problems
	}
	a := applier{sources: append([]Source{source}, overlays...)}
	a.document = a.toOld(root, 0)
	for i := range overlays {
		a.apply(i + 1)
	}
	if len(a.problems) > 0 {
		return nil, nil, a.problems
	}
	files = map[*yaml.Node]string{}
	return a.fromOld(a.document, files), files, nil
}

// An applier applies overlays by a library, which knows the nodes of the older of two packages that parse
// YAML alike. It copies nodes with their comments, but without their lines, and a scalar's value without its
// type; so each node says in a comment where it is from.
type applier struct {
	sources  []Source
	document *old.Node
	origins  []origin
	problems Problems
}

// An origin is a node of one of the sources.
type origin struct {
	source int
	node   *yaml.Node
}

// apply applies the actions of an overlay, one by one: each may fail, and each sees the values of those
// before it.
func (a *applier) apply(source int) {
	file := a.sources[source]
	root, err := parse(file)
	if err != nil {
		var problems Problems
		errors.As(err, &problems)
		a.problems = append(a.problems, problems...)
		return
	}
	d := document{file: file.Name}
	o, actions := d.overlay(root)
	if len(d.problems) > 0 {
		a.problems = append(a.problems, d.problems...)
		return
	}
	for i, at := range actions {
		if update := get(at, "update"); update != nil {
			o.Actions[i].Update = *a.toOld(update, source)
			a.markValues(&o.Actions[i].Update)
		}
		if err := applyOne(o, o.Actions[i], a.document); err != nil {
			line := cmp.Or(get(at, "target"), at).Line
			a.problems = append(a.problems, Problem{file.Name, line, fmt.Sprintf("the action cannot be applied: %v", err)})
		}
		a.restoreValues(a.document)
	}
}

// applyOne applies an action strictly: one whose target is not there is an error, not a rule that is lost.
func applyOne(o *overlay.Overlay, action overlay.Action, document *old.Node) (err error) {
	defer func() {
		if p := recover(); p != nil { // the library's
			err = fmt.Errorf("%v", p)
		}
	}()
	one := *o
	one.Actions = []overlay.Action{action}
	_, err = one.ApplyToStrict(document)
	return err
}

// overlay reads an Overlay document; the nodes are those of its actions.
func (d *document) overlay(root *yaml.Node) (*overlay.Overlay, []*yaml.Node) {
	d.plain(root)
	d.known(root, "the overlay", "overlay", "info", "extends", "actions", "x-speakeasy-jsonpath")
	d.known(get(root, "info"), "info", "title", "version", "description")
	version := text(get(root, "overlay"))
	if !slices.Contains([]string{"1.0.0", "1.1.0"}, version) {
		d.refuse(root, "the overlay must say `overlay: 1.0.0`")
	}
	actions := get(root, "actions")
	if actions == nil || actions.Kind != yaml.SequenceNode || len(actions.Content) == 0 {
		d.refuse(cmp.Or(actions, root), "the overlay must have a list of actions")
		return nil, nil
	}
	o := &overlay.Overlay{Version: version, JSONPathVersion: overlay.JSONPathRFC9535} // as the specification says
	if at := get(root, "x-speakeasy-jsonpath"); at != nil {
		o.JSONPathVersion = text(at)
	}
	for _, action := range actions.Content {
		keys := []string{"target", "description", "update", "remove"}
		if version == "1.1.0" {
			keys = append(keys, "copy")
		}
		d.known(action, "an action", keys...)
		remove, update, from := get(action, "remove"), get(action, "update"), get(action, "copy")
		said := 0
		for _, node := range []*yaml.Node{update, from} {
			if node != nil {
				said++
			}
		}
		if isTrue(remove) {
			said++
		} else if remove != nil && !isFalse(remove) {
			d.refuse(remove, "an action: remove must be true or false")
		}
		if text(get(action, "target")) == "" || said != 1 {
			d.refuse(action, "an action must have a target, and one of %s", strings.Join(keys[2:], " and "))
		}
		o.Actions = append(o.Actions, overlay.Action{Target: text(get(action, "target")), Remove: isTrue(remove), Copy: text(from)})
	}
	return o, actions.Content
}

const (
	originFormat = "origin %d"
	valueFormat  = "\x00value %d"
)

func (a *applier) toOld(node *yaml.Node, source int) *old.Node {
	out := &old.Node{Kind: old.Kind(node.Kind), Style: old.Style(node.Style), Tag: node.Tag, Value: node.Value, Line: node.Line,
		Column: node.Column, LineComment: fmt.Sprintf(originFormat, len(a.origins))}
	a.origins = append(a.origins, origin{source, node})
	for _, child := range node.Content {
		out.Content = append(out.Content, a.toOld(child, source))
	}
	return out
}

// markValues puts the place of a scalar into its value.
func (a *applier) markValues(node *old.Node) {
	if node.Kind == old.ScalarNode {
		var i int
		fmt.Sscanf(node.LineComment, originFormat, &i)
		node.Value = fmt.Sprintf(valueFormat, i)
	}
	for i, child := range node.Content {
		if node.Kind != old.MappingNode || i%2 == 1 {
			a.markValues(child)
		}
	}
}

// restoreValues puts the scalars back whose place is in their value.
func (a *applier) restoreValues(node *old.Node) {
	var i int
	if n, _ := fmt.Sscanf(node.Value, valueFormat, &i); n == 1 && node.Kind == old.ScalarNode {
		from := a.origins[i].node
		node.Value, node.Tag, node.Style = from.Value, from.Tag, old.Style(from.Style)
		node.LineComment = fmt.Sprintf(originFormat, i)
	}
	for _, child := range node.Content {
		a.restoreValues(child)
	}
}

func (a *applier) fromOld(node *old.Node, files map[*yaml.Node]string) *yaml.Node {
	out := &yaml.Node{Kind: yaml.Kind(node.Kind), Style: yaml.Style(node.Style), Tag: node.Tag, Value: node.Value}
	var i int
	if n, _ := fmt.Sscanf(node.LineComment, originFormat, &i); n == 1 {
		from := a.origins[i]
		out.Line, out.Column = from.node.Line, from.node.Column
		if from.source > 0 {
			files[out] = a.sources[from.source].Name
		}
	}
	for _, child := range node.Content {
		out.Content = append(out.Content, a.fromOld(child, files))
	}
	return out
}
