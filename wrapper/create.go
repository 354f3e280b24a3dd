package wrapper

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// Created is a contact that was created.
type Created struct {
	Uri string // the contact, as a path without a host (FACTS F2); GetContact takes it
	Id  string // the last segment of Uri
}

// A longer wait is for the caller to decide about.
const longestWait = 30 * time.Second

// CreateContact checks a contact, and creates it if it breaks no rule. The error is nil if, and only if,
// the contact was created; otherwise it is an *InvalidError, *NotSentError, *RefusedError, *QueuedError or
// *InDoubtError.
//
// A request that was not sent, or was refused with 429, is sent again as WithRetries says, in the time
// that ctx leaves.
func (c *Client) CreateContact(ctx context.Context, campaignID int64, contact Contact) (Created, error) {
	body, err := contact.encode()
	if err != nil {
		return Created{}, err
	}
	var pauses *backoff.ExponentialBackOff
	for attempt := 1; ; attempt++ {
		begin := time.Now()
		created, status, err := c.create(ctx, campaignID, body)
		if c.logger.Enabled(ctx, slog.LevelDebug) {
			c.logger.LogAttrs(ctx, slog.LevelDebug, "create contact",
				slog.String("method", http.MethodPost),
				slog.String("path", "/Advertisers/{AccountSID}/Campaigns/{CampaignId}/Contacts"),
				slog.Int("status", status),
				slog.String("outcome", string(OutcomeOf(err))),
				slog.Duration("duration", time.Since(begin)),
				slog.Int("attempt", attempt))
		}
		if err == nil || attempt > c.retries {
			return created, err
		}

		var wait time.Duration
		var notSent *NotSentError
		var refused *RefusedError
		switch {
		case errors.As(err, &notSent):
			if pauses == nil {
				pauses = &backoff.ExponentialBackOff{
					InitialInterval: 250 * time.Millisecond, Multiplier: 2, RandomizationFactor: 0.5, MaxInterval: longestWait,
				}
			}
			wait = pauses.NextBackOff()
		case errors.As(err, &refused) && 0 < refused.RetryAfter && refused.RetryAfter <= longestWait:
			// A little later than asked, so that many callers do not come back at once.
			wait = refused.RetryAfter + time.Duration(rand.Float64()*0.1*float64(refused.RetryAfter))
		default:
			return created, err
		}
		if deadline, has := ctx.Deadline(); has && time.Until(deadline) < wait {
			return created, err
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return created, err
		}
	}
}

// create makes one attempt. The status is 0 if there was none.
func (c *Client) create(ctx context.Context, campaignID int64, body encoding) (Created, int, error) {
	if err := ctx.Err(); err != nil {
		return Created{}, 0, &NotSentError{Err: err}
	}
	content, err := body.open()
	if err != nil {
		return Created{}, 0, &NotSentError{Err: err}
	}
	answer, err := c.receive(c.api.CreateContactWithBody(ctx, c.accountSID, campaignID, body.contentType, content, body.attach))
	if err != nil {
		return Created{}, 0, err
	}
	created, err := c.judge(answer)
	return created, answer.status, err
}

// attach says what http.NewRequest cannot know of a body: how long it is, and how to read it once more if
// a connection turns out to be closed before a byte was written.
func (e encoding) attach(_ context.Context, request *http.Request) error {
	request.ContentLength = e.length
	request.GetBody = e.open
	return nil
}
