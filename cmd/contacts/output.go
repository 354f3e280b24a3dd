package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"
	"unicode"
	"unicode/utf8"

	"github.com/spf13/cobra"
)

// An output is where a command's result goes: JSON to standard output, words to standard error.
type output struct{ format string }

func (o *output) addFlags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&o.format, "output", "text", "`FORMAT`: text, or json to have every outcome on standard output")
	must(cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions([]string{"json", "text"}, cobra.ShellCompDirectiveNoFileComp)))
}

func (o *output) check() error {
	if o.format != "text" && o.format != "json" {
		return usagef("--output must be text or json, not %q", o.format)
	}
	return nil
}

// isClosed tells whether whoever read the output has gone, as head does when it has enough.
func isClosed(err error) bool { return errors.Is(err, syscall.EPIPE) || errors.Is(err, fs.ErrClosed) }

// compact is JSON on one line, without what could steer a terminal; nil if it is no object.
func compact(text []byte) json.RawMessage {
	var b bytes.Buffer
	if json.Compact(&b, text) != nil || !bytes.HasPrefix(b.Bytes(), []byte("{")) {
		return nil
	}
	return escaped(b.Bytes())
}

// escaped is JSON with escapes for what is not printed.
func escaped(text []byte) json.RawMessage {
	clean := make(json.RawMessage, 0, len(text))
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		switch {
		case r < utf8.RuneSelf && r != 0x7f || unicode.IsPrint(r): // JSON has no other control characters below
			clean = append(clean, text[i:i+size]...)
		case r > 0xffff:
			high, low := (r-0x10000)>>10, (r-0x10000)&0x3ff
			clean = fmt.Appendf(clean, `\u%04x\u%04x`, 0xd800+high, 0xdc00+low)
		default:
			clean = fmt.Appendf(clean, `\u%04x`, r)
		}
		i += size
	}
	return clean
}

func indented(object json.RawMessage) []byte {
	var b bytes.Buffer
	must(json.Indent(&b, object, "", "  "))
	b.WriteByte('\n')
	return b.Bytes()
}

// plain keeps what came from outside from steering a terminal.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, text)
}
