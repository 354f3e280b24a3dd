package sandbox

import (
	"context"
	"net/http"
)

// postReset responds with how many contacts were removed.
func (c *control) postReset(w http.ResponseWriter, r *http.Request) {
	removed, err := int64(0), takesNothing(r)
	if err == nil {
		removed, err = c.sandbox.reset(context.WithoutCancel(r.Context()), callerOf(r))
	}
	if err != nil {
		respondError(w, err)
		return
	}
	respondJSON(w, struct {
		Removed int64 `json:"removed"`
	}{removed})
}

// reset makes an account, or all if it is "", as it was when the sandbox began: without contacts but those of
// Config.SystemContacts, and with the faults that all accounts begin with.
func (s *Sandbox) reset(ctx context.Context, account string) (removed int64, err error) {
	if err = s.state.ResetFaults(ctx, account); err == nil {
		removed, err = s.store.Reset(ctx, account)
	}
	if err == nil && (account == "" || account == s.account) {
		err = s.addSystemContacts()
	}
	if err != nil {
		return 0, storeFailed(err)
	}
	return removed, nil
}

func takesNothing(r *http.Request) error {
	if r.ContentLength != 0 {
		return malformed("This request takes no body. Leave it out.")
	}
	return takesNoQuery(r)
}
