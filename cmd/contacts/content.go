package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"slices"
	"strings"
	"unicode"

	"example.com/contacts/wrapper"
)

// A contentOption saves content that belongs to the thing that a command reads: the API has it one segment
// below the thing's path.
type contentOption struct {
	operation *wrapper.Operation
	noun      string // the last word of the segment: the name of the flag
	file      string
}

func contentOptions(o *wrapper.Operation) (options []*contentOption) {
	if o.Retry != wrapper.RetrySafe || o.Response.Object == nil || o.Pages != nil {
		return nil
	}
	for i := range wrapper.Operations {
		content := &wrapper.Operations[i]
		segment, below := strings.CutPrefix(content.Path, o.Path+"/")
		if !below || strings.ContainsAny(segment, "/{") || !content.Response.Bytes || content.Method != http.MethodGet {
			continue
		}
		word := lastWord(segment)
		taken := slices.Contains(ownFlags, word) ||
			slices.ContainsFunc(options, func(other *contentOption) bool { return other.noun == word }) ||
			slices.ContainsFunc(o.Fields, func(field wrapper.Field) bool { return flagName(&field) == word })
		if !taken {
			options = append(options, &contentOption{operation: content, noun: word})
		}
	}
	return options
}

// lastWord is the last word of a name such as ProfileImage or profile-image, in lower case.
func lastWord(name string) string {
	begin := strings.LastIndexFunc(name, func(r rune) bool { return unicode.IsUpper(r) || !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	if begin < 0 {
		begin = 0
	}
	return strings.ToLower(strings.TrimFunc(name[begin:], func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }))
}

// saveContent performs an operation that returns content, and saves it in a file, or prints it.
func (in *invocation) saveContent(client *connection, o *wrapper.Operation, draft wrapper.Draft, file string) error {
	out := in.OutOrStdout()
	if file == "-" {
		switch {
		case in.out.format == "json":
			return usagef("--output json needs a file for the content; give one with --save")
		case isTerminal(out):
			return usagef("the content is not for a terminal; give a file with --save, or redirect standard output")
		}
	}
	response, err := client.Call(in.Context(), o.ID, in.path, draft)
	if err != nil {
		return in.failed(err)
	}
	stream := response.(*wrapper.ByteStream)
	if file == "-" {
		return in.printContent(stream, out)
	}
	if err := stream.SaveTo(file); err != nil {
		if local := (*fs.PathError)(nil); errors.As(err, &local) || errors.As(err, new(*os.LinkError)) {
			return fmt.Errorf("the content cannot be saved: %w", err)
		}
		return in.failed(&wrapper.InDoubtError{OperationID: o.ID, Err: err})
	}
	if in.out.format == "json" && o == in.operation {
		return in.print(report{Outcome: string(o.Done), File: file, ContentType: stream.ContentType}.line(), nil)
	}
	fmt.Fprintf(in.ErrOrStderr(), "%s: saved in %s\n", program, plain(file))
	return nil
}

// A faultyWriter keeps the error of a write apart from that of a read.
type faultyWriter struct {
	io.Writer
	err error
}

func (w *faultyWriter) Write(b []byte) (n int, err error) {
	n, err = w.Writer.Write(b)
	w.err = err
	return n, err
}

func (in *invocation) printContent(stream *wrapper.ByteStream, out io.Writer) error {
	defer stream.Close()
	w := &faultyWriter{Writer: out}
	_, err := io.Copy(w, stream)
	switch {
	case err == nil, isClosed(w.err):
		return nil
	case w.err != nil:
		return fmt.Errorf("the content cannot be written: %w", w.err)
	}
	return in.failed(&wrapper.InDoubtError{OperationID: in.operation.ID, Err: err})
}
