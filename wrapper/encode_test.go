package wrapper

import (
	"bytes"
	"io"
	"mime"
	"mime/multipart"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/contacts/gen"
)

// fieldsOf is a body with these three values, and what it must be read back as.
func fieldsOf(first, title, phone string) (gen.ContactUpload, [][2]string) {
	var want [][2]string
	for _, pair := range [][2]string{{"FirstName", first}, {"Title", title}, {"WorkPhoneNumber", phone}} {
		if pair[1] != "" {
			want = append(want, pair)
		}
	}
	return gen.ContactUpload{FirstName: first, Title: title, WorkPhoneNumber: phone}, want
}

var values = []string{"", "Wile", "a b", "+~*&=%;,#?/\\", "é\u00a0🌵\U0010ffff", "\x00\r\n\x7f\xff\xfe", "--\r\n--boundary--", "%41", "name=\"x\""}

// What is written as a form, Go's reader reads back alike.
func FuzzForm(f *testing.F) {
	for i := range values {
		f.Add(values[i], values[(i+1)%len(values)], values[(i+2)%len(values)])
	}
	f.Fuzz(func(t *testing.T, first, title, phone string) {
		body, want := fieldsOf(first, title, phone)
		var form []byte
		for name, value := range body.Fields() {
			form = appendField(form, name, value)
		}
		encoded := formEncoding(form)
		content, err := encoded.open()
		require.NoError(t, err)
		written, err := io.ReadAll(content)
		require.NoError(t, err)
		assert.EqualValues(t, len(written), encoded.length)
		assert.Empty(t, strings.Trim(string(written), "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~+%&="))

		var got [][2]string
		for pair := range strings.SplitSeq(string(written), "&") {
			if name, value, is := strings.Cut(pair, "="); is {
				value, err := url.QueryUnescape(value)
				require.NoError(t, err)
				got = append(got, [2]string{name, value})
			}
		}
		assert.Equal(t, want, got)
		parsed, err := url.ParseQuery(string(written))
		require.NoError(t, err)
		assert.Len(t, parsed, len(want))
	})
}

// What is written as multipart, Go's reader reads back alike, and as often as it is opened.
func FuzzMultipart(f *testing.F) {
	for i := range values {
		f.Add(values[i], values[(i+1)%len(values)], values[(i+2)%len(values)], []byte(values[i]))
	}
	f.Fuzz(func(t *testing.T, first, title, phone string, content []byte) {
		body, want := fieldsOf(first, title, phone)
		part := filePart{name: "profile-image.png", contentType: "image/png", size: int64(len(content))}
		encoded := multipartEncoding(body.Fields(), part, ImageFromReaderAt(bytes.NewReader(content), part.size))
		var before []byte
		for range 2 {
			opened, err := encoded.open()
			require.NoError(t, err)
			written, err := io.ReadAll(opened)
			require.NoError(t, err)
			require.NoError(t, opened.Close())
			assert.EqualValues(t, len(written), encoded.length)
			if before != nil {
				assert.Equal(t, before, written)
			}
			before = written
		}

		_, parameters, err := mime.ParseMediaType(encoded.contentType)
		require.NoError(t, err)
		assert.GreaterOrEqual(t, len(parameters["boundary"]), 30)
		reader := multipart.NewReader(bytes.NewReader(before), parameters["boundary"])
		var got [][2]string
		for {
			p, err := reader.NextRawPart()
			if err == io.EOF {
				break
			}
			require.NoError(t, err)
			value, err := io.ReadAll(p)
			require.NoError(t, err)
			if p.FileName() != "" {
				assert.Equal(t, "profile-image.png", p.FormName())
				assert.Equal(t, "profile-image.png", p.FileName())
				assert.Equal(t, "image/png", p.Header.Get("Content-Type"))
				assert.Equal(t, string(content), string(value))
				continue
			}
			assert.Len(t, p.Header, 1)
			got = append(got, [2]string{p.FormName(), string(value)})
		}
		assert.Equal(t, want, got)
	})
}

func TestBoundariesDiffer(t *testing.T) {
	seen := map[string]bool{}
	for range 100 {
		encoded := multipartEncoding(func(func(string, string) bool) {}, filePart{}, nil)
		assert.False(t, seen[encoded.contentType])
		seen[encoded.contentType] = true
	}
}
