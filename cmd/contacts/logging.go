package main

import (
	"context"
	"io"
	"log/slog"
	"strings"

	"example.com/contacts/sandbox"
)

// logging is how the sandbox logs. No line of it has a name, a value, an id of a contact, a credential or an address.
type logging struct {
	format, level string
	requests      bool
}

// logger writes to w. What the sandbox and net/http log goes there, too.
func (l *logging) logger(w io.Writer) (*slog.Logger, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(l.level)); err != nil || strings.ContainsAny(l.level, "+-") {
		return nil, usagef("--log-level must be debug, info, warn or error, not %q", l.level)
	}
	options := &slog.HandlerOptions{Level: level}
	var logger *slog.Logger
	switch l.format {
	case "text":
		logger = slog.New(slog.NewTextHandler(w, options))
	case "json":
		logger = slog.New(slog.NewJSONHandler(w, options))
	default:
		return nil, usagef("--log-format must be text or json, not %q", l.format)
	}
	slog.SetDefault(logger)
	return logger, nil
}

// logRequest logs one line for a request.
func logRequest(logger *slog.Logger, o sandbox.Observation) {
	logger.LogAttrs(context.Background(), slog.LevelInfo, "request",
		slog.String("operation", o.Operation),
		slog.String("method", o.Method),
		slog.Int("status", o.Status),
		slog.Float64("seconds", o.Duration.Seconds()),
		slog.String("encoding", o.Encoding),
		slog.String("fault", strings.Join(o.Faults, ",")))
}
