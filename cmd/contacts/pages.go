package main

import (
	"encoding/json"
	"fmt"
	"iter"
	"os"

	"golang.org/x/term"

	"example.com/contacts/wrapper"
)

// allPages prints the items of all pages, each page when it is there.
func (in *invocation) allPages(client *connection, draft wrapper.Draft) error {
	items, failed := in.items(client, draft)
	if err := in.printItems(items); err != nil {
		return err
	}
	if err := failed(); err != nil {
		return in.failed(err)
	}
	return nil
}

// items goes through the items of all pages. Each is as it came, with members that the contract does not know.
// Afterwards failed tells what ended it.
func (in *invocation) items(client *connection, draft wrapper.Draft) (items iter.Seq[json.RawMessage], failed func() error) {
	var failure error
	return func(yield func(json.RawMessage) bool) {
		var info wrapper.ResponseInfo
		page := func() []json.RawMessage { // the items that the last response has left
			raw := list(info.Body, in.operation.Pages.Items)
			info.Body = nil
			return raw
		}
		var left []json.RawMessage
		for item, err := range client.CallPages(in.Context(), in.operation.ID, in.path, draft, wrapper.WithInfo(&info)) {
			if failure = err; err != nil {
				return
			}
			if info.Body != nil {
				left = page()
			}
			raw, err := json.Marshal(item)
			if len(left) > 0 {
				raw, left = compact(left[0]), left[1:]
			} else if failure = err; err != nil {
				return
			}
			if !yield(raw) {
				return
			}
		}
	}, func() error { return failure }
}

// list is the list that a member of a response is.
func list(body []byte, member string) (items []json.RawMessage) {
	members := map[string]json.RawMessage{}
	if json.Unmarshal(body, &members) == nil {
		_ = json.Unmarshal(members[member], &items)
	}
	return items
}

func rawItems(body []byte, member string) iter.Seq[json.RawMessage] {
	return func(yield func(json.RawMessage) bool) {
		for _, item := range list(body, member) {
			if !yield(compact(item)) {
				return
			}
		}
	}
}

// printItems prints items as lines of JSON, or as a table on a terminal.
func (in *invocation) printItems(items iter.Seq[json.RawMessage]) error {
	out := in.OutOrStdout()
	var err error
	if in.out.format == "text" && isTerminal(out) {
		width, _, sizeErr := term.GetSize(int(out.(*os.File).Fd()))
		if sizeErr != nil || width <= 0 {
			width = 80
		}
		err = newTable(out, width, itemMembers(in.operation)).print(items)
	} else {
		for item := range items {
			if _, err = out.Write(append(item, '\n')); err != nil {
				break
			}
		}
	}
	if err == nil || isClosed(err) {
		return nil
	}
	return fmt.Errorf("the result cannot be written: %w", err)
}

// itemMembers are the members of an item that fit into a column.
func itemMembers(o *wrapper.Operation) (names []string) {
	for _, member := range o.Response.Object.Members {
		if member.Name != o.Pages.Items || member.Type.Item == nil || member.Type.Item.Object == nil {
			continue
		}
		for _, member := range member.Type.Item.Object.Members {
			switch member.Type.Kind {
			case wrapper.KindString, wrapper.KindInteger, wrapper.KindNumber, wrapper.KindBoolean:
				names = append(names, member.Name)
			}
		}
	}
	return names
}
