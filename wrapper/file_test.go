package wrapper_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math"
	"mime"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/contacts/wrapper"
)

// A part is one of a multipart body, as Go's own reader reads it.
type part struct {
	name, fileName, contentType, content string
}

// uploads serves creates and keeps the parts of the last.
func uploads(t *testing.T) (*httptest.Server, *[]part) {
	parts := new([]part)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		*parts = nil
		reader, err := r.MultipartReader()
		if !assert.NoError(t, err) {
			return
		}
		for {
			p, err := reader.NextRawPart()
			if err == io.EOF {
				break
			}
			if !assert.NoError(t, err) {
				return
			}
			content, err := io.ReadAll(p)
			assert.NoError(t, err)
			_, disposition, err := mime.ParseMediaType(p.Header.Get("Content-Disposition"))
			assert.NoError(t, err)
			*parts = append(*parts, part{disposition["name"], disposition["filename"], p.Header.Get("Content-Type"), string(content)})
		}
		rest, err := io.ReadAll(r.Body)
		assert.NoError(t, err)
		assert.Empty(t, rest, "nothing follows the last boundary")
		io.WriteString(w, created)
	}))
	t.Cleanup(server.Close)
	return server, parts
}

var (
	png  = "\x89PNG\r\n\x1a\n…"
	jpeg = "\xff\xd8\xff…"
	webp = "RIFF\x01\x02\x03\x04WEBPVP8 …"
)

func TestUpload(t *testing.T) {
	server, parts := uploads(t)
	client := clientOf(t, server.URL)
	for _, test := range []struct{ content, fileName, contentType string }{
		{png, "profile-image.png", "image/png"},
		{jpeg, "profile-image.jpg", "image/jpeg"},
		{"GIF87a…", "profile-image.gif", "image/gif"},
		{"GIF89a…", "profile-image.gif", "image/gif"},
		{webp, "profile-image.webp", "image/webp"},
		{"<html>", "profile-image.bin", "application/octet-stream"},
		{"BM bitmap", "profile-image.bin", "application/octet-stream"},
		{"x", "profile-image.bin", "application/octet-stream"},
		{"\r\n--boundary--\r\n", "profile-image.bin", "application/octet-stream"},
		{strings.Repeat("long\x00", 100_000), "profile-image.bin", "application/octet-stream"},
	} {
		path := filepath.Join(t.TempDir(), "Holiday in Ö.tiff")
		require.NoError(t, os.WriteFile(path, []byte(test.content), 0o600))
		size := int64(len(test.content))
		for from, image := range map[string]*wrapper.File{
			"path":     wrapper.FileFromPath(path),
			"readerAt": wrapper.FileFromReaderAt(strings.NewReader(test.content), size),
			"opener": wrapper.FileFromOpener(func() (io.ReadCloser, error) {
				return io.NopCloser(strings.NewReader(test.content)), nil
			}, size),
		} {
			for _, name := range []string{"", "a", "Wile.E_Coyote-1.png"} {
				input := wile()
				input.Labels = []string{"Main Contact", "Acme"}
				input.ProfileImageFile = image
				want := test.fileName
				if name != "" {
					input.ProfileImageFile, want = image.Named(name), name
				}
				_, err := client.CreateContact(t.Context(), 1000, input)
				require.NoError(t, err, from)
				assert.Equal(t, []part{
					{name: "FirstName", content: "Wile"},
					{name: "LastName", content: "Coyote"},
					{name: "EmailAddress", content: "wile.coyote@example.com"},
					{name: "Accounts", content: "10000"},
					{name: "ProfileImageFile", content: want},
					{name: "Labels", content: "Main Contact,Acme"},
					{name: want, fileName: want, contentType: test.contentType, content: test.content},
				}, *parts, from)
			}
		}
	}
}

func TestImageThatCannotBeUsed(t *testing.T) {
	folder := t.TempDir()
	empty := filepath.Join(folder, "empty.png")
	require.NoError(t, os.WriteFile(empty, nil, 0o600))
	broken := errors.New("broken")
	for name, test := range map[string]struct {
		image *wrapper.File
		rule  string
		cause error
	}{
		"not there":           {wrapper.FileFromPath(filepath.Join(folder, "none")), "needs_file", os.ErrNotExist},
		"a folder":            {wrapper.FileFromPath(folder), "needs_file", nil},
		"empty":               {wrapper.FileFromPath(empty), "needs_file", nil},
		"empty reader":        {wrapper.FileFromReaderAt(strings.NewReader(""), 0), "needs_file", nil},
		"shorter than said":   {wrapper.FileFromReaderAt(strings.NewReader("x"), 2), "needs_file", io.ErrUnexpectedEOF},
		"cannot be opened":    {wrapper.FileFromOpener(func() (io.ReadCloser, error) { return nil, broken }, 1), "needs_file", broken},
		"cannot be read":      {wrapper.FileFromOpener(func() (io.ReadCloser, error) { return io.NopCloser(failing{broken}), nil }, 1), "needs_file", broken},
		"a parameter's name":  {wrapper.FileFromReaderAt(strings.NewReader(png), 8).Named("accounts"), "file_name", nil},
		"a leading underline": {wrapper.FileFromReaderAt(strings.NewReader(png), 8).Named("_method"), "file_name", nil},
		"a quote":             {wrapper.FileFromReaderAt(strings.NewReader(png), 8).Named(`a"b`), "file_name", nil},
		"a newline":           {wrapper.FileFromReaderAt(strings.NewReader(png), 8).Named("a\n"), "file_name", nil},
		"a name too long":     {wrapper.FileFromReaderAt(strings.NewReader(png), 8).Named(strings.Repeat("a", 101)), "file_name", nil},
	} {
		t.Run(name, func(t *testing.T) {
			input := wile()
			input.ProfileImageFile = test.image
			violations := input.Validate()
			require.Len(t, violations, 1)
			assert.Equal(t, "ProfileImageFile", violations[0].Field)
			assert.EqualValues(t, test.rule, violations[0].Rule)
			_, err := clientOf(t, "http://127.0.0.1:1").CreateContact(t.Context(), 1000, input)
			var invalid *wrapper.InvalidError
			require.ErrorAs(t, err, &invalid)
			assert.Equal(t, violations, invalid.Violations)
			if test.cause != nil {
				assert.ErrorIs(t, err, test.cause)
			}
		})
	}
}

// A file that cannot be one is a mistake of the program, and not of its input.
func TestAFileOfWrongArgumentsIsAUsageError(t *testing.T) {
	open := func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("x")), nil }
	client := clientOf(t, "http://127.0.0.1:1", wrapper.WithOnOutcome(func(context.Context, wrapper.Result) { t.Error("it has no outcome") }))
	for name, file := range map[string]*wrapper.File{
		"a size below 0, of a reader":  wrapper.FileFromReaderAt(strings.NewReader("x"), -1),
		"a size below 0, of an opener": wrapper.FileFromOpener(open, -1),
		"a size below 0, with a name":  wrapper.FileFromOpener(open, math.MinInt64).Named("a.png"),
		"a reader that is nil":         wrapper.FileFromReaderAt(nil, 1),
		"an opener that is nil":        wrapper.FileFromOpener(nil, 1),
	} {
		t.Run(name, func(t *testing.T) {
			input := wile()
			input.ProfileImageFile = file
			assert.Equal(t, wrapper.RuleNeedsFile, input.Validate()[0].Rule)
			for _, mode := range []wrapper.RulesMode{wrapper.RulesEnforce, wrapper.RulesWarn, wrapper.RulesOff} {
				_, err := client.CreateContact(t.Context(), 1000, input, wrapper.WithRules(mode))
				var usage *wrapper.UsageError
				require.ErrorAs(t, err, &usage)
				assert.Equal(t, "file", usage.Argument)
				_, err = client.Call(t.Context(), "createContact", wrapper.Draft{"CampaignId": 1}, wrapper.Draft{"FirstName": 5, "ProfileImageFile": file})
				require.ErrorAs(t, err, &usage)
			}
		})
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// A file may change, or go, after it was checked and before it is sent.
func TestImageThatChangesAfterTheCheck(t *testing.T) {
	const size = 100_000
	whole := strings.Repeat("x", size)
	var complete atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if body, err := io.ReadAll(r.Body); err == nil && int64(len(body)) == r.ContentLength {
			complete.Add(1)
			assert.Equal(t, size, bytes.Count(body, []byte("x")))
			io.WriteString(w, created)
		}
	}))
	defer server.Close()
	gone := errors.New("gone")
	for name, test := range map[string]struct {
		later    func() (io.ReadCloser, error)
		outcomes []wrapper.Outcome
	}{
		"gone":     {func() (io.ReadCloser, error) { return nil, gone }, []wrapper.Outcome{wrapper.OutcomeNotSent}},
		"empty":    {text(""), []wrapper.Outcome{wrapper.OutcomeNotSent, wrapper.OutcomeInDoubt}},
		"shorter":  {text(whole[1:]), []wrapper.Outcome{wrapper.OutcomeInDoubt}},
		"breaking": {func() (io.ReadCloser, error) { return io.NopCloser(failing{gone}), nil }, []wrapper.Outcome{wrapper.OutcomeNotSent, wrapper.OutcomeInDoubt}},
		"longer":   {text(whole + "xxx"), []wrapper.Outcome{wrapper.OutcomeCreated}},
		// The kernel reads these.
		"empty file":   {file(t, ""), []wrapper.Outcome{wrapper.OutcomeNotSent, wrapper.OutcomeInDoubt}},
		"shorter file": {file(t, whole[1:]), []wrapper.Outcome{wrapper.OutcomeInDoubt}},
		"longer file":  {file(t, whole+"xxx"), []wrapper.Outcome{wrapper.OutcomeCreated}},
	} {
		t.Run(name, func(t *testing.T) {
			complete.Store(0)
			opened := 0
			input := wile()
			input.FirstName = "Ralph"
			input.EmailAddress = "ralph@home"
			input.ProfileImageFile = wrapper.FileFromOpener(func() (io.ReadCloser, error) {
				if opened++; opened > 1 { // for the check
					return test.later()
				}
				return text(whole)()
			}, size)
			_, err := clientOf(t, server.URL).CreateContact(t.Context(), 1000, input)
			outcome := outcomeOf(err)
			assert.Contains(t, test.outcomes, outcome, "%v", err)
			assert.Equal(t, outcome == wrapper.OutcomeCreated, complete.Load() == 1, "created is what the server has read in full")
		})
	}
}

func text(content string) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(content)), nil }
}

func file(t *testing.T, content string) func() (io.ReadCloser, error) {
	path := filepath.Join(t.TempDir(), "image")
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	return func() (io.ReadCloser, error) { return os.Open(path) }
}

// An openCount counts what is open of an image.
type openCount struct {
	io.Reader
	open   *atomic.Int64
	closed atomic.Bool
}

func (o *openCount) Close() error {
	if !o.closed.Swap(true) {
		o.open.Add(-1)
	}
	return nil
}

func TestImagesAreClosed(t *testing.T) {
	nobody := httptest.NewServer(nil)
	nobody.Close()
	dropping := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	defer dropping.Close()
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	for name, test := range map[string]struct {
		ctx     context.Context
		url     string
		outcome wrapper.Outcome
	}{
		"created":    {t.Context(), answer(t, 200, created).URL, wrapper.OutcomeCreated},
		"refused":    {t.Context(), answer(t, 400, "").URL, wrapper.OutcomeRefused},
		"not sent":   {t.Context(), nobody.URL, wrapper.OutcomeNotSent},
		"in doubt":   {t.Context(), dropping.URL, wrapper.OutcomeInDoubt},
		"given up":   {cancelled, nobody.URL, wrapper.OutcomeNotSent},
		"validation": {nil, "", wrapper.OutcomeCreated},
	} {
		t.Run(name, func(t *testing.T) {
			const size = 1 << 20
			var open, opened atomic.Int64
			input := wile()
			input.ProfileImageFile = wrapper.FileFromOpener(func() (io.ReadCloser, error) {
				open.Add(1)
				opened.Add(1)
				return &openCount{Reader: io.LimitReader(zeros{}, size), open: &open}, nil
			}, size)
			var err error
			if test.ctx == nil {
				assert.Empty(t, input.Validate())
			} else {
				_, err = clientOf(t, test.url).CreateContact(test.ctx, 1000, input)
			}
			assert.Equal(t, test.outcome, outcomeOf(err), "%v", err)
			assert.Positive(t, opened.Load())
			// The transport may close a body after it has returned.
			assert.Eventually(t, func() bool { return open.Load() == 0 }, 10*time.Second, time.Millisecond, "what was opened is closed")
		})
	}
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) {
	clear(b)
	return len(b), nil
}
