package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"example.com/contacts/wrapper"
)

// An invocation is one run of the command of an operation.
type invocation struct {
	*cobra.Command
	operation *wrapper.Operation
	input     *input
	at        *pathInput
	to        destination
	out       output
	save      string           // of content: the file to save it in
	contents  []*contentOption // of a thing: other content of it to save
	path      wrapper.Draft
}

func newOperation(o *wrapper.Operation) *cobra.Command {
	in := &invocation{operation: o, input: newInput(o), at: newPathInput(o)}
	in.Command = &cobra.Command{
		Use:               commandName(o) + in.at.usage(),
		Short:             o.Summary,
		Long:              description(o),
		Example:           examples(o, commandName(o)),
		Args:              in.at.checkCount,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE:              func(_ *cobra.Command, args []string) error { return in.run(args) },
	}
	if o.Deprecated {
		in.Deprecated = "the API will not have it for ever"
	}
	in.Flags().SortFlags = false
	in.input.addFlags(in.Command)
	in.at.addFlags(in.Command)
	if o.Response.Bytes {
		in.Flags().StringVar(&in.save, "save", "-", "save the content in `FILE`; - is standard output")
	}
	in.contents = contentOptions(o)
	for _, content := range in.contents {
		in.Flags().StringVar(&content.file, content.noun, "", "save its "+content.noun+" in `FILE`, too")
	}
	in.to.addFlags(in.Command)
	in.out.addFlags(in.Command)
	return in.Command
}

func (in *invocation) run(args []string) error {
	if err := in.out.check(); err != nil {
		return err
	}
	bar := &progress{}
	draft, twice, err := in.input.read(in.Command, func(path string) *wrapper.File { return bar.file(path, in.ErrOrStderr()) })
	if err != nil {
		return err
	}
	path, missing, err := in.at.read(args, in.to.account(), in.to.sandbox.used)
	if err != nil {
		return err
	}
	in.path = path
	client, err := in.to.connect(in.Command, missing)
	if err != nil {
		return err
	}
	defer client.close()
	if len(twice) > 0 {
		return in.failed(&wrapper.InvalidError{OperationID: in.operation.ID, Violations: append(in.operation.CheckDraft(path, draft), twice...)})
	}
	if in.operation.Response.Bytes {
		return in.saveContent(client, in.operation, draft, in.save)
	}
	if pages := in.operation.Pages; pages != nil && draft[pages.Page] == nil {
		return in.allPages(client, draft)
	}
	var info wrapper.ResponseInfo
	response, err := client.Call(in.Context(), in.operation.ID, path, draft, wrapper.WithInfo(&info))
	bar.end()
	if err != nil {
		return in.failed(err)
	}
	if err := in.succeeded(response, &info); err != nil {
		return err
	}
	for _, content := range in.contents {
		if content.file != "" {
			if err := in.saveContent(client, content.operation, nil, content.file); err != nil {
				return err
			}
		}
	}
	return nil
}

// succeeded prints the response of a success.
func (in *invocation) succeeded(response any, info *wrapper.ResponseInfo) error {
	o := in.operation
	body := responseJSON(o.Response.Object, response, info.Body)
	if pages := o.Pages; pages != nil { // one of them
		return in.printItems(rawItems(info.Body, pages.Items))
	}
	if in.out.format == "json" {
		return in.print(report{Outcome: string(o.Done), Response: body}.line(), body)
	}
	if body == nil {
		return nil
	}
	if o.Retry == wrapper.RetrySafe {
		return in.print(indented(body), body)
	}
	return in.print(append(slices.Clone(body), '\n'), body)
}

// print prints the result of a success. If nobody reads it any more, that is no failure of a request that only
// reads; for others, standard error has to say what is known.
func (in *invocation) print(text, body []byte) error {
	_, err := in.OutOrStdout().Write(text)
	switch {
	case err == nil, isClosed(err) && in.operation.Retry == wrapper.RetrySafe:
		return nil
	case in.operation.Retry == wrapper.RetrySafe:
		return fmt.Errorf("the result cannot be written: %w", err)
	}
	return fmt.Errorf("the request was carried out (%s), do not send it again: %s; but the result cannot be written: %w", in.operation.Done, body, err)
}

// failed prints what is known after a request that did not succeed, and returns it as a failure.
func (in *invocation) failed(err error) error {
	if in.Context().Err() != nil && errors.Is(err, context.Canceled) && wrapper.OutcomeOf(err) == "" {
		return err
	}
	r, f := in.explain(err)
	if in.out.format == "json" && r.Outcome != "" {
		if _, err := in.OutOrStdout().Write(r.line()); err != nil {
			f.message += fmt.Sprintf("\nThe result cannot be written: %v", err)
		}
	}
	return f
}

// description is the long help of an operation.
func description(o *wrapper.Operation) string {
	var b strings.Builder
	b.WriteString(wrapped(flagsFor(o, strings.TrimSpace(strings.TrimSuffix(o.Summary, ".")+".\n\n"+o.Doc))))
	b.WriteString("\n\n")
	in := newInput(o)
	if o.Body != nil {
		b.WriteString(wrapped("The input is checked against the API's rules first. If it breaks one, nothing is sent, and each violation is "+
			"reported with the flag to change. An empty value counts as absent.") + "\n\n")
	}
	if len(in.fields()) > 0 {
		files := ""
		for _, field := range in.fields() {
			if field.Kind == wrapper.KindFile {
				files = " A file is its path, as seen from the working folder."
			}
		}
		b.WriteString(wrapped("In place of flags, --json takes one object with the API's names."+files) + "\n\n")
	}
	b.WriteString(wrapped(printed(o)))
	if o.Retry == wrapper.RetryNever {
		b.WriteString("\n\n" + wrapped("A request that was not sent is tried again twice, and so is one that was refused with 429 and a wait of at most 30 "+
			"seconds. What is in doubt is never sent again, because the API would carry it out twice."))
	}
	return b.String()
}

// printed says what goes to standard output.
func printed(o *wrapper.Operation) string {
	text := "A success is one line of JSON on standard output: the API's response. Everything else is words on standard error. " +
		"With --output json, standard output has one line of JSON for every outcome, told apart by its Outcome: " + string(o.Done) +
		" (Response), invalid (Violations), refused, in_doubt and not_sent (HttpStatus, Message, Errors, RetryAfterSeconds, Reason) or " +
		"queued (Response). What is not known is absent."
	switch {
	case o.Response.Bytes:
		text = "The content goes to standard output, or with --save to a file, which is there only if all of the content came."
	case o.Pages != nil:
		text = "Each item is one line of JSON on standard output, or of a table if that is a terminal. With --output json it is always JSON, " +
			"and a failure ends it with a line that has an Outcome."
	case o.Retry == wrapper.RetrySafe:
		text = "What is found is JSON on standard output; with --output json, one line with an Outcome, also for a failure."
	}
	return text
}

// examples are command lines for the help of an operation.
func examples(o *wrapper.Operation, command string) string {
	for _, parameter := range pathParameters(o) {
		if parameter.argument {
			command += " " + shellWord(parameter.Example)
		}
	}
	lines := "  # In a sandbox on this machine, without an account:\n" + exampleLine(o, command+" --sandbox")
	for _, content := range contentOptions(o) {
		lines += "\n\n" + exampleLine(o, command+" --sandbox --"+content.noun+" "+content.noun)
	}
	if o.Pages != nil {
		lines += "\n  " + program + " " + command + " --sandbox | head"
	}
	return lines
}

// wrapped breaks text into lines of at most 80 characters. Empty lines stay.
func wrapped(text string) string {
	var paragraphs []string
	for paragraph := range strings.SplitSeq(text, "\n\n") {
		line, lines := "", []string(nil)
		for _, word := range strings.Fields(paragraph) {
			if line != "" && len(line)+1+len(word) > 80 {
				lines, line = append(lines, line), ""
			}
			line = strings.TrimSpace(line + " " + word)
		}
		paragraphs = append(paragraphs, strings.Join(append(lines, line), "\n"))
	}
	return strings.Join(paragraphs, "\n\n")
}

// responseJSON is a response as it came, with the members that are derived from it. Members that the contract
// does not know stay.
func responseJSON(object *wrapper.Object, response any, body []byte) json.RawMessage {
	if object == nil {
		return nil
	}
	typed, err := json.Marshal(response)
	if err != nil {
		return nil
	}
	compacted := compact(body)
	if compacted == nil { // a DELETE whose repetition found nothing
		return typed
	}
	members := map[string]json.RawMessage{}
	_ = json.Unmarshal(typed, &members)
	for _, member := range object.Members {
		if value, has := members[member.Name]; has && member.LastSegmentOf != "" {
			name, _ := json.Marshal(member.Name)
			separator := ","
			if len(compacted) == len("{}") {
				separator = ""
			}
			compacted = slices.Concat(compacted[:len(compacted)-1], []byte(separator), name, []byte(":"), value, []byte("}"))
		}
	}
	return compacted
}
