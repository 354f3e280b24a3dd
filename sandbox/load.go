package sandbox

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
)

// What is loaded is held in memory, of one load at a time.
const (
	maxLoad         = 64 << 20 // bytes
	maxLoadContacts = 100_000
)

// postLoad keeps all contacts of an export, or none of them, and responds with how many they are.
func (c *control) postLoad(w http.ResponseWriter, r *http.Request) {
	loaded, err := c.sandbox.load(w, r)
	if err != nil {
		respondError(w, err)
		return
	}
	respondJSON(w, struct {
		Loaded int `json:"loaded"`
	}{loaded})
}

func (s *Sandbox) load(w http.ResponseWriter, r *http.Request) (loaded int, err error) {
	if err := takesNoQuery(r); err != nil {
		return 0, err
	}
	if mediaType, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || mediaType != contactLines {
		return 0, &apiError{Status: http.StatusUnsupportedMediaType, Message: "The Content-Type must be " + contactLines + ". Send what an export gave, one contact a line."}
	}
	if r.ContentLength > maxLoad {
		return 0, errLoadTooLarge
	}
	ctx, cancel := context.WithTimeout(r.Context(), reserveTime)
	defer cancel()
	if s.loading.Acquire(ctx, 1) != nil {
		return 0, &apiError{Status: http.StatusServiceUnavailable, Message: "Another load is under way. Send again later. Nothing was loaded."}
	}
	defer s.loading.Release(1)
	records, lines, err := readContactLines(http.MaxBytesReader(w, r.Body, maxLoad), callerOf(r))
	if err != nil {
		return 0, err
	}
	err = s.store.Load(context.WithoutCancel(r.Context()), records)
	if taken := (*TakenError)(nil); errors.As(err, &taken) {
		return 0, &apiError{Status: http.StatusConflict, Message: fmt.Sprintf("Line %d: the id %d is taken. Nothing was loaded.", lines[taken.ID], taken.ID)}
	}
	if err != nil {
		return 0, storeFailed(err)
	}
	return len(records), nil
}

var errLoadTooLarge = &apiError{Status: http.StatusRequestEntityTooLarge, Message: fmt.Sprintf("The body has more than %d bytes, or %d contacts. Load the lines in several parts. Nothing was loaded.", maxLoad, maxLoadContacts)}

// readContactLines reads lines for an account, or for those that they name if it is "". It also returns the line of
// each id.
func readContactLines(body io.Reader, account string) (records []Record, lines map[int64]int, err error) {
	reader := bufio.NewReaderSize(body, 64<<10)
	lines = map[int64]int{}
	for n := 1; ; n++ {
		line, err := reader.ReadBytes('\n')
		if err != nil && err != io.EOF {
			if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
				return nil, nil, errLoadTooLarge
			}
			return nil, nil, unreadable(err, maxLoad)
		}
		if line := bytes.TrimSpace(line); len(line) > 0 {
			if len(records) == maxLoadContacts {
				return nil, nil, errLoadTooLarge
			}
			record, wrong := readContactLine(line, account)
			if wrong == nil && lines[record.ID] > 0 {
				wrong = fmt.Errorf("the id %d is in line %d, too", record.ID, lines[record.ID])
			}
			if wrong != nil {
				return nil, nil, malformed(fmt.Sprintf("Line %d: %v. Nothing was loaded.", n, wrong))
			}
			records = append(records, *record)
			lines[record.ID] = n
		}
		if err == io.EOF {
			return records, lines, nil
		}
	}
}
