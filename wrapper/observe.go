package wrapper

import (
	"context"
	"log/slog"
	"net/http"
	"time"
)

// An Attempt is one attempt to send a request. It holds no value of the request or the response.
type Attempt struct {
	Operation string // its ID
	Method    string
	Path      string // the template
	Number    int    // from 1
	Status    int    // 0: no response
	Outcome   Outcome
	Duration  time.Duration
	Wait      time.Duration // until the next attempt; 0: there is none
}

// A Result is what became of a call.
type Result struct {
	Operation  string // its ID
	Outcome    Outcome
	Attempts   int // 0: nothing was sent
	Duration   time.Duration
	Violations []Violation // also those that were only warned of
}

// A ResponseInfo is what a response says beside its body, and its body as it came.
type ResponseInfo struct {
	Outcome  Outcome // of the call
	Attempts int
	Status   int // of the last response; 0: there was none
	Header   http.Header
	Body     []byte // nil for content that is streamed
	// The rate limit of the account; nil where the response does not tell.
	Limit     *int64
	Remaining *int64
	Reset     *time.Duration // until the limit is renewed
}

func (c *Client) observeAttempt(ctx context.Context, o *Operation, a Attempt) {
	defer keepOutcome()
	a.Operation, a.Method, a.Path = o.ID, o.Method, o.Path
	if c.settings.logger.Enabled(ctx, slog.LevelDebug) {
		c.settings.logger.LogAttrs(ctx, slog.LevelDebug, "attempt",
			slog.String("operation", a.Operation),
			slog.String("method", a.Method),
			slog.String("path", a.Path),
			slog.Int("number", a.Number),
			slog.Int("status", a.Status),
			slog.String("outcome", string(a.Outcome)),
			slog.Duration("duration", a.Duration),
			slog.Duration("wait", a.Wait))
	}
	if c.settings.onAttempt != nil {
		c.settings.onAttempt(ctx, a)
	}
}

func (c *Client) observeResult(ctx context.Context, r Result) {
	defer keepOutcome()
	if c.settings.logger.Enabled(ctx, slog.LevelDebug) {
		c.settings.logger.LogAttrs(ctx, slog.LevelDebug, "outcome",
			slog.String("operation", r.Operation),
			slog.String("outcome", string(r.Outcome)),
			slog.Int("attempts", r.Attempts),
			slog.Duration("duration", r.Duration))
	}
	if c.settings.onOutcome != nil {
		c.settings.onOutcome(ctx, r)
	}
}

func (c *Client) warn(ctx context.Context, o *Operation, violations []Violation) {
	defer keepOutcome()
	for _, v := range violations {
		c.settings.logger.LogAttrs(ctx, slog.LevelWarn, "violation",
			slog.String("operation", o.ID), slog.String("field", v.Field), slog.String("rule", string(v.Rule)))
	}
}

// keepOutcome goes on after a hook or a logger that panicked: what is known of the request must reach the
// caller.
func keepOutcome() { _ = recover() }
