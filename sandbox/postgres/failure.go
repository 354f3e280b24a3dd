package postgres

import (
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"example.com/contacts/sandbox"
)

// SQLSTATEs.
const (
	uniqueViolation     = "23505"
	foreignKeyViolation = "23503"
)

// A refusedError is the error of whoever changes a record, and none of the database.
type refusedError struct{ error }

// failure is an error of queries, as a store says it.
func failure(err error) error {
	var refused *refusedError
	var failed *pgconn.PgError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &refused):
		return refused.error
	case errors.Is(err, pgx.ErrNoRows):
		return sandbox.ErrNotFound
	case pgconn.SafeToRetry(err): // nothing was sent
		return fmt.Errorf("%w: %w", sandbox.ErrUnavailable, err)
	case !errors.As(err, &failed), failed.SeverityUnlocalized != "ERROR":
		// The connection is gone, and with it the answer.
		return &inDoubtError{err}
	case isPassing(failed.Code):
		return fmt.Errorf("%w: %w", sandbox.ErrUnavailable, err)
	}
	return err
}

// isPassing tells of an error, after which nothing was changed, whether the database may work again later: it has no
// resources (class 53), an operator intervened (57), it is a standby (25006), or it could not put two changes in a row (40).
func isPassing(code string) bool {
	for _, prefix := range []string{"40", "53", "57", "25006"} {
		if strings.HasPrefix(code, prefix) {
			return true
		}
	}
	return false
}

// An inDoubtError is the loss of the connection during queries.
type inDoubtError struct{ cause error }

func (e *inDoubtError) Error() string { return sandbox.ErrInDoubt.Error() + ": " + e.cause.Error() }

func (e *inDoubtError) Is(target error) bool { return target == sandbox.ErrInDoubt }

func (e *inDoubtError) Unwrap() error { return e.cause }
