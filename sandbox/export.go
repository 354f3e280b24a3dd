package sandbox

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"
)

const (
	contactLines = "application/jsonl" // the media type of an export
	exportPage   = 100                 // contacts that are read at once
	exportWrite  = 30 * time.Second    // how long a reader may take for one of them
)

// getExport responds with all contacts of an account, or of all if the request acts for all, one a line.
func (c *control) getExport(w http.ResponseWriter, r *http.Request) {
	if err := takesNoQuery(r); err != nil {
		respondError(w, err)
		return
	}
	account := callerOf(r)
	page, err := c.sandbox.store.Page(r.Context(), account, 0, exportPage)
	if err != nil {
		respondError(w, storeFailed(err))
		return
	}
	w.Header().Set("Content-Type", contactLines)
	for len(page) > 0 {
		for i := range page {
			_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(exportWrite))
			if err = c.sandbox.exportContact(r.Context(), w, page[i], account == ""); err != nil {
				break
			}
		}
		if err == nil {
			page, err = c.sandbox.store.Page(r.Context(), account, page[len(page)-1].ID, exportPage)
		}
		if err != nil {
			slog.Error("sandbox: an export failed", "err", err)
			panic(http.ErrAbortHandler) // so that its reader sees that it is not whole
		}
	}
}

// exportContact writes the line of a contact, unless it was removed meanwhile.
func (s *Sandbox) exportContact(ctx context.Context, w http.ResponseWriter, record Record, withAccount bool) error {
	release, err := s.readImage(ctx, &record)
	if errors.Is(err, ErrNotFound) { // somebody has changed it
		if record, err = s.store.Get(ctx, record.AccountSID, record.CampaignID, record.ID); errors.Is(err, ErrNotFound) {
			return nil
		} else if err == nil {
			release, err = s.readImage(ctx, &record)
		}
	}
	if err != nil {
		return err
	}
	defer release()
	line, err := lineOfContact(&record, withAccount)
	if err == nil {
		_, err = w.Write(line)
	}
	return err
}

// readImage adds the image to a record that has one. Memory is kept for it until release is called.
func (s *Sandbox) readImage(ctx context.Context, record *Record) (release func(), err error) {
	contact, err := parseObject(record.Contact)
	if err != nil || contact.index(imageFile) < 0 {
		return func() {}, err
	}
	if release, err = s.hold(ctx, s.maxBody); err != nil {
		return nil, err
	}
	if record.Image, err = s.store.Image(ctx, record.AccountSID, record.CampaignID, record.ID); err != nil {
		release()
		return nil, err
	}
	return release, nil
}
