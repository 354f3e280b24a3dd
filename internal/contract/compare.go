package contract

import (
	"fmt"
	"math/big"
	"reflect"
	"slices"
	"strings"
)

// A Level says what a change of a contract means to those who use its clients.
type Level string

// The levels.
const (
	Breaking Level = "breaking" // what worked before is refused, or does not compile
	Addition Level = "addition" // more is possible than before
	Notice   Level = "notice"   // words, and what is good to know
)

// A Change is one difference between two contracts, as a sentence.
type Change struct {
	Level Level
	Text  string
}

func (c Change) String() string { return string(c.Level) + ": " + c.Text }

// Compare lists what changed from one contract to the next, the breaking changes first.
func Compare(before, after API) []Change {
	c := &comparison{before: before, after: after}
	c.api()
	slices.SortStableFunc(c.changes, func(a, b Change) int { return order(a.Level) - order(b.Level) })
	return c.changes
}

func order(l Level) int { return slices.Index([]Level{Breaking, Addition, Notice}, l) }

type comparison struct {
	before, after API
	changes       []Change
}

func (c *comparison) add(level Level, format string, args ...any) {
	change := Change{level, fmt.Sprintf(format, args...)}
	if !slices.Contains(c.changes, change) {
		c.changes = append(c.changes, change)
	}
}

func (c *comparison) api() {
	if c.before.Title != c.after.Title {
		c.add(Breaking, "the title %q became %q, after which clients are named", c.before.Title, c.after.Title)
	}
	if c.before.Server != c.after.Server {
		c.add(Breaking, "the server %s became %s", c.before.Server, c.after.Server)
	}
	if c.before.AccountName != c.after.AccountName {
		c.add(Breaking, "the account is no longer the path parameter %q but %q", c.before.AccountName, c.after.AccountName)
	}
	if b, a := c.before.ErrorFormat, c.after.ErrorFormat; b != nil && (a == nil || *a != *b) {
		c.add(Breaking, "errors are read from other members than before (x-error)")
	}
	for _, before := range c.before.Operations {
		i := slices.IndexFunc(c.after.Operations, func(o Operation) bool { return o.ID == before.ID })
		if i >= 0 {
			c.operation(before, c.after.Operations[i])
			continue
		}
		j := slices.IndexFunc(c.after.Operations, func(o Operation) bool { return o.Method == before.Method && o.Path == before.Path })
		if j >= 0 {
			c.add(Breaking, "the operation %s was renamed to %s", before.ID, c.after.Operations[j].ID)
		} else {
			c.add(Breaking, "the operation %s was removed", before.ID)
		}
	}
	for _, after := range c.after.Operations {
		if !slices.ContainsFunc(c.before.Operations, func(o Operation) bool { return o.ID == after.ID }) {
			c.add(Addition, "the operation %s was added: %s %s", after.ID, after.Method, after.Path)
		}
	}
	c.objects()
	c.enums()
}

func (c *comparison) operation(before, after Operation) {
	id := before.ID
	if before.Method != after.Method || pathWithoutNames(before.Path) != pathWithoutNames(after.Path) {
		c.add(Breaking, "%s is sent to %s %s, no longer to %s %s", id, after.Method, after.Path, before.Method, before.Path)
	}
	if b, a := names(before, InPath), names(after, InPath); !slices.Equal(b, a) {
		c.add(Breaking, "%s takes the path parameters %s, no longer %s, and they are told by their order",
			id, listed(a), listed(b))
	}
	for _, field := range before.Fields {
		i := slices.IndexFunc(after.Fields, func(f Field) bool { return f.Name == field.Name })
		switch {
		case i >= 0:
			c.field(id, field, after.Fields[i])
		case field.In != InPath:
			c.add(Breaking, "%s no longer has the parameter %s", id, field.Name)
		}
	}
	for _, field := range after.Fields {
		switch {
		case field.In == InPath || slices.ContainsFunc(before.Fields, func(f Field) bool { return f.Name == field.Name }):
		case field.Required:
			c.add(Breaking, "%s requires a new parameter, %s", id, field.Name)
		default:
			c.add(Addition, "%s has a new parameter, %s", id, field.Name)
			c.presence(id, Field{Name: field.Name}, field, true)
		}
	}
	c.wholeBody(id, before, after)
	c.response(id, before, after)
	if before.Retry != after.Retry {
		c.add(Notice, "%s may be sent again when it is in doubt: %s, no longer %s", id, after.Retry, before.Retry)
	}
	if !before.Deprecated && after.Deprecated {
		c.add(Notice, "%s is deprecated", id)
	}
}

// pathWithoutNames is a path without the names of its parameters.
func pathWithoutNames(path string) string { return pathParameter.ReplaceAllString(path, "{}") }

func names(op Operation, in In) []string {
	var out []string
	for _, field := range op.Fields {
		if field.In == in {
			out = append(out, field.Name)
		}
	}
	return out
}

func listed(names []string) string {
	if len(names) == 0 {
		return "(none)"
	}
	return strings.Join(names, ", ")
}

func (c *comparison) wholeBody(id string, before, after Operation) {
	if b, a := before.Body, after.Body; b != nil && a != nil {
		if b.Form && !a.Form || b.Multipart && !a.Multipart {
			c.add(Breaking, "%s no longer takes one of its encodings", id)
		}
		if !b.Form && a.Form || !b.Multipart && a.Multipart {
			c.add(Addition, "%s takes one more encoding", id)
		}
	}
	if before.NotEmpty == nil && after.NotEmpty != nil {
		c.add(Breaking, "%s requires at least one parameter", id)
	}
	if before.NotEmpty != nil && after.NotEmpty == nil {
		c.add(Addition, "%s no longer requires a parameter", id)
	}
	in := func(rules []Rule, rule Rule) bool {
		return slices.ContainsFunc(rules, func(r Rule) bool { return r.Field == rule.Field && slices.Equal(r.With, rule.With) })
	}
	for _, rule := range after.Disjoint {
		if !in(before.Disjoint, rule) {
			c.add(Breaking, "%s: %s", id, rule.Message)
		}
	}
	for _, rule := range before.Disjoint {
		if !in(after.Disjoint, rule) {
			c.add(Addition, "%s: no longer holds: %s", id, rule.Message)
		}
	}
}

func (c *comparison) field(id string, before, after Field) {
	what := id + ": " + before.Name
	delimiter := func(f Field) string {
		if f.List == nil {
			return "no list"
		}
		return "list joined by " + quoted(f.List.Delimiter)
	}
	switch {
	case before.In != after.In:
		c.add(Breaking, "%s is sent in the %s, no longer in the %s", what, after.In, before.In)
	case before.Kind != after.Kind:
		c.add(Breaking, "%s is of type %s, no longer %s", what, after.Kind, before.Kind)
		return
	case (before.List == nil) != (after.List == nil) || before.List != nil && *before.List != *after.List:
		c.add(Breaking, "%s is sent as %s, no longer as %s", what, delimiter(after), delimiter(before))
		return
	case before.File != nil && before.File.NamedPart != after.File.NamedPart:
		c.add(Breaking, "%s names its part in another way", what)
	case before.Enum != "" && after.Enum == "":
		c.add(Breaking, "%s accepts any value, and so is of another type in typed languages", what)
	}
	if !before.Deprecated && after.Deprecated {
		c.add(Notice, "%s is deprecated", what)
	}
	if before.Default != after.Default {
		c.add(Notice, "%s: the server's default is %s, no longer %s", what, quoted(after.Default), quoted(before.Default))
	}
	c.presence(id, before, after, false)
	c.values(what, before.Value, after.Value)
	c.values(what, before.Item, after.Item)
}

func quoted(s string) string {
	if s == "" {
		return "none"
	}
	return fmt.Sprintf("%q", s)
}

// presence compares the rules about which parameters are there. A rule that concerns a new parameter alone
// refuses nothing that was possible before.
func (c *comparison) presence(id string, before, after Field, isNew bool) {
	for _, rule := range after.Presence {
		if slices.ContainsFunc(before.Presence, func(old Rule) bool { return implies(old, rule) }) {
			continue
		}
		if isNew && rule.Kind == Exclusive {
			continue
		}
		c.add(Breaking, "%s: %s", id, rule.Message)
	}
	for _, old := range before.Presence {
		if !slices.ContainsFunc(after.Presence, func(rule Rule) bool { return implies(rule, old) }) {
			c.add(Addition, "%s: no longer holds: %s", id, old.Message)
		}
	}
}

// implies tells whether what a rule refuses, another of the same field refuses, too.
func implies(rule, other Rule) bool {
	switch {
	case rule.Kind == Required && len(rule.With) == 0:
		return other.Kind != Exclusive
	case rule.Kind != other.Kind:
		return false
	case rule.Kind == Required:
		return subset(rule.With, other.With)
	case rule.Kind == RequiredWith:
		return subset(other.With, rule.With)
	case rule.Kind == Exclusive:
		return subset(rule.With, other.With)
	}
	return *rule.When == *other.When
}

func subset(a, b []string) bool {
	return !slices.ContainsFunc(a, func(s string) bool { return !slices.Contains(b, s) })
}

// values compares the rules about a value.
func (c *comparison) values(what string, before, after []Rule) {
	for _, rule := range after {
		old := slices.IndexFunc(before, func(r Rule) bool {
			return r.Kind == rule.Kind && r.Check == rule.Check && r.Joined == rule.Joined && rule.Pattern == ""
		})
		switch {
		case rule.Pattern != "":
			c.pattern(what, before, rule)
		case rule.Kind == OneOf:
			if old < 0 {
				c.add(Breaking, "%s: %s", what, rule.Message)
			}
		case old < 0 || tighter(before[old], rule):
			c.add(Breaking, "%s: %s", what, rule.Message)
		case tighter(rule, before[old]):
			c.add(Addition, "%s: %s", what, rule.Message)
		}
		if old >= 0 && before[old].Message != rule.Message && !tighter(before[old], rule) && !tighter(rule, before[old]) {
			c.add(Notice, "%s: the words %q became %q", what, before[old].Message, rule.Message)
		}
	}
	for _, old := range before {
		gone := !slices.ContainsFunc(after, func(r Rule) bool {
			return r.Kind == old.Kind && r.Check == old.Check && (r.Pattern == "") == (old.Pattern == "")
		})
		if gone && old.Kind != OneOf {
			c.add(Addition, "%s: no longer holds: %s", what, old.Message)
		}
	}
}

// pattern compares a pattern with those before: one that accepts all that one of them accepted is looser.
func (c *comparison) pattern(what string, before []Rule, rule Rule) {
	for _, old := range before {
		if old.Pattern == "" {
			continue
		}
		if old.Pattern == rule.Pattern {
			if old.Message != rule.Message {
				c.add(Notice, "%s: the words %q became %q", what, old.Message, rule.Message)
			}
			return
		}
		if accepts(rule.Pattern, old.Pattern) {
			c.add(Addition, "%s: %s", what, rule.Message)
			return
		}
	}
	c.add(Breaking, "%s: %s", what, rule.Message)
}

// accepts tells whether a pattern matches each text that another matches. It walks both tables at once.
func accepts(pattern, other string) bool {
	a, errA := CompilePattern(pattern)
	b, errB := CompilePattern(other)
	if errA != nil || errB != nil {
		return false
	}
	type state struct{ a, b int }
	start := state{a.Start, b.Start}
	seen, queue := map[state]bool{start: true}, []state{start}
	for len(queue) > 0 {
		s := queue[0]
		queue = queue[1:]
		if b.Next[s.b] == 1 && a.Next[s.a] != 1 {
			return false
		}
		for c := range 256 {
			next := state{int(a.Next[s.a+int(a.Class[c])]), int(b.Next[s.b+int(b.Class[c])])}
			if !seen[next] {
				seen[next] = true
				queue = append(queue, next)
			}
		}
	}
	return true
}

// tighter tells whether the second rule refuses more than the first, of the same kind.
func tighter(before, after Rule) bool {
	switch after.Kind {
	case TooLong, TooMany:
		return after.Length < before.Length
	case TooShort, TooFew:
		return after.Length > before.Length
	case TooSmall, TooLarge:
		b, okB := new(big.Rat).SetString(before.Limit)
		a, okA := new(big.Rat).SetString(after.Limit)
		if !okA || !okB {
			return true
		}
		sign := a.Cmp(b)
		if after.Kind == TooLarge {
			sign = -sign
		}
		return sign > 0 || sign == 0 && after.Open && !before.Open
	}
	return false
}

func (c *comparison) response(id string, before, after Operation) {
	b, a := before.Response, after.Response
	switch {
	case b.Bytes != a.Bytes || (b.Object == "") != (a.Object == ""):
		c.add(Breaking, "%s returns something else", id)
	case b.Object != a.Object:
		c.add(Breaking, "%s returns the type %s, no longer %s", id, a.Object, b.Object)
	}
	switch {
	case reflect.DeepEqual(b.Outcome, a.Outcome):
	case b.Outcome != nil && a.Outcome != nil && b.Outcome.within(*a.Outcome):
		c.add(Addition, "%s has more values that tell what became of it (x-outcome)", id)
	default:
		c.add(Breaking, "%s tells in another way what became of it (x-outcome)", id)
	}
	if (before.Pages == nil) != (after.Pages == nil) || before.Pages != nil && *before.Pages != *after.Pages {
		c.add(Breaking, "%s has its pages in another way (x-pages)", id)
	}
}

// within tells whether each value means the same in another outcome.
func (o Outcome) within(other Outcome) bool {
	for value, members := range o.Requires {
		if !slices.Equal(members, other.Requires[value]) {
			return false
		}
	}
	return o.Member == other.Member && subset(o.Done, other.Done) && subset(o.Queued, other.Queued) && subset(o.Refused, other.Refused)
}

func (c *comparison) objects() {
	for _, before := range c.before.Objects {
		i := slices.IndexFunc(c.after.Objects, func(o Object) bool { return o.Name == before.Name })
		if i < 0 {
			c.add(Breaking, "the response type %s was removed or renamed", before.Name)
			continue
		}
		after := c.after.Objects[i]
		for _, member := range before.Members {
			j := slices.IndexFunc(after.Members, func(m Member) bool { return m.Name == member.Name })
			switch {
			case j < 0:
				c.add(Breaking, "%s no longer has the member %s", before.Name, member.Name)
			case !sameType(member.Type, after.Members[j].Type):
				c.add(Breaking, "%s: %s has another type", before.Name, member.Name)
			case member.Required != after.Members[j].Required:
				c.add(Breaking, "%s: %s is %s, and so of another type in typed languages", before.Name, member.Name,
					map[bool]string{true: "always there", false: "no longer always there"}[after.Members[j].Required])
			}
		}
		for _, member := range after.Members {
			if !slices.ContainsFunc(before.Members, func(m Member) bool { return m.Name == member.Name }) {
				c.add(Addition, "%s has a new member, %s", before.Name, member.Name)
			}
		}
	}
}

func sameType(a, b Type) bool {
	if a.Kind != b.Kind || a.Object != b.Object || (a.Item == nil) != (b.Item == nil) {
		return false
	}
	return a.Item == nil || sameType(*a.Item, *b.Item)
}

func (c *comparison) enums() {
	for _, before := range c.before.Enums {
		i := slices.IndexFunc(c.after.Enums, func(e Enum) bool { return e.Name == before.Name })
		if i < 0 {
			c.add(Breaking, "the list of values %s was removed or renamed", before.Name)
			continue
		}
		for _, value := range before.Values {
			if !slices.Contains(c.after.Enums[i].Values, value) {
				c.add(Breaking, "%s no longer has the value %s", before.Name, value)
			}
		}
		for _, value := range c.after.Enums[i].Values {
			if !slices.Contains(before.Values, value) {
				c.add(Addition, "%s has a new value, %s", before.Name, value)
			}
		}
	}
}
