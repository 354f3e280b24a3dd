package wrapper

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"time"
)

// run performs an operation whose success returns a T. Path and input are pointers to the types of the
// operation; input is nil if it has none.
func run[T any](ctx context.Context, c *Client, o *Operation, path, input any, options []CallOption) (T, error) {
	var response, none T
	if err := c.perform(ctx, o, path, input, &response, options); err != nil {
		return none, err
	}
	return response, nil
}

// runAny is run for who does not know the operation.
func runAny[T any](ctx context.Context, c *Client, o *Operation, path, input any, options []CallOption) (any, error) {
	response, err := run[T](ctx, c, o, path, input, options)
	if err != nil {
		return nil, err
	}
	return response, nil
}

// nothing is the response of an operation that returns none.
type nothing struct{}

// A performance is one call.
type performance struct {
	client    *Client
	operation *Operation
	settings  callSettings
	path      any
	checker   checker
	request   outgoing
	response  any // a pointer to what a success fills
	attempts  int
	inDoubt   error // of an earlier attempt
	status    int
}

func (c *Client) perform(ctx context.Context, o *Operation, path, input, response any, options []CallOption) error {
	p := &performance{client: c, operation: o, path: path, response: response}
	if err := c.apply(options, &p.settings); err != nil {
		return err
	}
	if ctx == nil {
		return &UsageError{"context", "must not be nil"}
	}
	if p.settings.info != nil {
		*p.settings.info = ResponseInfo{}
	}
	begin := time.Now()
	violations, err := p.prepare(ctx, path, input)
	if err == nil {
		err = p.send(ctx)
	}
	outcome := p.outcome(err)
	if outcome == "" { // a mistake in the arguments
		return err
	}
	if p.settings.info != nil {
		p.settings.info.Outcome, p.settings.info.Attempts = outcome, p.attempts
	}
	c.observeResult(ctx, Result{Operation: o.ID, Outcome: outcome, Attempts: p.attempts, Duration: time.Since(begin), Violations: violations})
	return err
}

// apply finds the settings of one call.
func (c *Client) apply(options []CallOption, settings *callSettings) error {
	switch {
	case c == nil || c.api == nil:
		return &UsageError{"client", "must be made with New"}
	case c.closed.Load():
		return &UsageError{"client", "is closed"}
	}
	*settings = c.settings.calls
	for _, option := range options {
		if option == nil {
			return errNilOption
		}
		if err := option.applyCall(settings); err != nil {
			return err
		}
	}
	return settings.check()
}

func (p *performance) outcome(err error) Outcome {
	if err == nil {
		return p.operation.Done
	}
	return OutcomeOf(err)
}

// prepare checks an input and makes the request. It returns the violations, also those that are not refused.
func (p *performance) prepare(ctx context.Context, path, input any) ([]Violation, error) {
	c := &p.checker
	c.strict = p.settings.rules != RulesOff
	p.operation.check(c, path, input)
	violations := c.violations
	if len(violations) > 0 && errors.As(c.unreadable, new(*UsageError)) {
		return nil, c.unreadable
	}
	if len(violations) > 0 && p.settings.rules == RulesWarn {
		p.client.warn(ctx, p.operation, violations)
		*c = checker{looks: c.looks}
		p.operation.check(c, path, input)
	}
	if len(c.violations) > 0 {
		return violations, &InvalidError{OperationID: p.operation.ID, Violations: c.violations, Err: c.unreadable}
	}
	p.request = encode(p.operation, input, c.looks)
	return violations, nil
}

const maxRetryDelay = 30 * time.Second

// send makes attempts until one tells enough, or none is left.
func (p *performance) send(ctx context.Context) error {
	for delay := 250 * time.Millisecond; ; {
		begin := time.Now()
		p.attempts++
		err := p.attempt(ctx)
		wait, again := p.again(ctx, err, &delay)
		p.client.observeAttempt(ctx, p.operation, Attempt{
			Number: p.attempts, Status: p.status, Outcome: p.outcome(err), Duration: time.Since(begin), Wait: wait,
		})
		if OutcomeOf(err) == OutcomeInDoubt {
			p.inDoubt = err
		}
		if again {
			timer := time.NewTimer(wait)
			select {
			case <-timer.C:
				continue
			case <-ctx.Done():
				timer.Stop()
			}
		}
		if OutcomeOf(err) == OutcomeNotSent && p.inDoubt != nil {
			return p.inDoubt // an attempt before may have acted
		}
		return err
	}
}

// again tells whether there is another attempt, and when.
func (p *performance) again(ctx context.Context, err error, delay *time.Duration) (wait time.Duration, again bool) {
	if err == nil || p.attempts > p.settings.retries {
		return 0, false
	}
	var refused *RefusedError
	switch outcome := OutcomeOf(err); {
	case outcome == OutcomeNotSent, outcome == OutcomeInDoubt && p.operation.Retry != RetryNever:
		wait = time.Duration(float64(*delay) * (0.5 + rand.Float64()))
		*delay = min(2**delay, maxRetryDelay)
	case errors.As(err, &refused) && 0 < refused.RetryAfter && refused.RetryAfter <= maxRetryDelay:
		// A little later than asked, so that many callers do not come back at once.
		wait = refused.RetryAfter + time.Duration(rand.Float64()*0.1*float64(refused.RetryAfter))
	default:
		return 0, false
	}
	if deadline, has := ctx.Deadline(); has && time.Until(deadline) < wait || ctx.Err() != nil {
		return 0, false
	}
	return wait, true
}

// attempt sends the request once and tells what became of it.
func (p *performance) attempt(ctx context.Context) error {
	p.status = 0
	if err := ctx.Err(); err != nil {
		return p.notSent(err)
	}
	content, err := p.request.open()
	if err != nil {
		return p.notSent(err)
	}
	ctx, cancel := context.WithTimeout(ctx, p.settings.timeout+time.Duration(min(p.request.length>>17, maxUploadSeconds))*time.Second)
	upload, isUpload := content.(*upload)
	if isUpload {
		// net/http waits for a reader that does not return.
		defer context.AfterFunc(ctx, func() { upload.Close() })()
	}
	w, ctx := p.client.watchWrites(ctx)
	response, err := p.sendOnce(ctx, content)
	if err != nil && isUpload && ctx.Err() != nil {
		err = ctx.Err() // and not that the file was closed
	}
	if err != nil {
		cancel()
		content.Close() // a caller's transport need not have done it
		if !w.nothingWritten() {
			return p.inDoubtOf(err)
		}
		if own := p.client.own; w.conn == nil && own != nil && own.proxy != nil {
			err = &localError{"no way to the server through the proxy " + own.proxy.Host, p.client.cause(err)}
		}
		return p.notSent(p.client.cause(err))
	}
	return p.receive(response, cancel)
}

// maxUploadSeconds is more than any upload takes.
const maxUploadSeconds = 1 << 30

func (p *performance) notSent(err error) error {
	return &NotSentError{OperationID: p.operation.ID, Err: err}
}

func (p *performance) inDoubtOf(err error) error {
	return &InDoubtError{OperationID: p.operation.ID, ErrorResponse: ErrorResponse{Status: p.status}, Err: p.client.cause(err)}
}

// sendOnce makes an error of a panic in what the caller gave, such as a transport.
func (p *performance) sendOnce(ctx context.Context, content io.ReadCloser) (response *http.Response, err error) {
	defer catch(&err)
	return p.operation.send(ctx, p.client, p.path, &p.request, content)
}

// receive reads a response, and tells what it says.
func (p *performance) receive(response *http.Response, cancel context.CancelFunc) error {
	p.status = response.StatusCode
	if p.settings.info != nil {
		p.settings.info.read(response)
	}
	if p.operation.Response.Bytes && isSuccess(response.StatusCode) {
		*p.response.(**ByteStream) = p.stream(response, cancel)
		return nil
	}
	defer cancel()
	defer closeQuietly(response.Body)
	return p.classify(readBody(response))
}

func isSuccess(status int) bool {
	return status >= http.StatusOK && status < http.StatusMultipleChoices
}
