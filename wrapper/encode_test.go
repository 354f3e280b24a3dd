package wrapper

import (
	"bytes"
	"io"
	"math"
	"mime"
	"mime/multipart"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// inputOf is an input with these three values, and what it must be read back as.
func inputOf(first, title, phone string) (*CreateContactInput, [][2]string) {
	var want [][2]string
	for _, pair := range [][2]string{{"FirstName", first}, {"Title", title}, {"WorkPhoneNumber", phone}} {
		if pair[1] != "" {
			want = append(want, pair)
		}
	}
	return &CreateContactInput{FirstName: first, Title: title, WorkPhoneNumber: phone}, want
}

var values = []string{"", "Wile", "a b", "+~*&=%;,#?/\\", "é\u00a0🌵\U0010ffff", "\x00\r\n\x7f\xff\xfe", "--\r\n--boundary--", "%41", "name=\"x\""}

func bodyOf(t *testing.T, r outgoing) []byte {
	content, err := r.open()
	require.NoError(t, err)
	written, err := io.ReadAll(content)
	require.NoError(t, err)
	require.NoError(t, content.Close())
	assert.EqualValues(t, len(written), r.length)
	return written
}

// What is written as a form, Go's reader reads back alike.
func FuzzForm(f *testing.F) {
	for i := range values {
		f.Add(values[i], values[(i+1)%len(values)], values[(i+2)%len(values)])
	}
	f.Fuzz(func(t *testing.T, first, title, phone string) {
		input, want := inputOf(first, title, phone)
		encoded := encode(OperationByID("createContact"), input, nil)
		assert.Equal(t, "application/x-www-form-urlencoded", encoded.contentType)
		written := bodyOf(t, encoded)
		assert.Empty(t, strings.Trim(string(written), lettersAndDigits+"-_.~+%&="))

		var got [][2]string
		for pair := range strings.SplitSeq(string(written), "&") {
			if name, value, is := strings.Cut(pair, "="); is {
				value, err := url.QueryUnescape(value)
				require.NoError(t, err)
				got = append(got, [2]string{name, value})
			}
		}
		assert.Equal(t, want, got)
	})
}

// looksAt is what a check keeps of files.
func looksAt(files ...*File) map[*File]look {
	c := checker{}
	for _, file := range files {
		c.unusable(file)
	}
	return c.looks
}

// What is written as multipart, Go's reader reads back alike, and as often as it is opened.
func FuzzMultipart(f *testing.F) {
	for i := range values {
		f.Add(values[i], values[(i+1)%len(values)], values[(i+2)%len(values)], []byte(values[i]+"x"))
	}
	f.Fuzz(func(t *testing.T, first, title, phone string, content []byte) {
		if len(content) == 0 {
			return
		}
		input, want := inputOf(first, title, phone)
		input.ProfileImageFile = FileFromBytes(content).Named("a.png")
		encoded := encode(OperationByID("createContact"), input, looksAt(input.ProfileImageFile))
		before := bodyOf(t, encoded)
		assert.Equal(t, before, bodyOf(t, encoded))
		upload, err := encoded.open()
		require.NoError(t, err)
		var copied bytes.Buffer
		_, err = upload.(io.WriterTo).WriteTo(&copied)
		require.NoError(t, err)
		assert.Equal(t, before, copied.Bytes())

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
				assert.Equal(t, "a.png", p.FormName())
				assert.Equal(t, "a.png", p.FileName())
				assert.Equal(t, string(content), string(value))
				continue
			}
			assert.Len(t, p.Header, 1)
			got = append(got, [2]string{p.FormName(), string(value)})
		}
		want = append(want, [2]string{"ProfileImageFile", "a.png"})
		assert.ElementsMatch(t, want, got)
	})
}

func TestBoundariesDiffer(t *testing.T) {
	seen := map[string]bool{}
	for range 100 {
		image := FileFromBytes([]byte("x"))
		encoded := encode(OperationByID("createContact"), &CreateContactInput{ProfileImageFile: image}, looksAt(image))
		assert.False(t, seen[encoded.contentType])
		seen[encoded.contentType] = true
	}
}

// What the contract of this repository does not have: lists of each kind, files in a list, headers, names that
// need escaping.
func TestEncodingsOfEachKind(t *testing.T) {
	type input struct {
		Filter  string
		Flags   []bool
		Source  string
		Number  *float64
		Sizes   []int64
		Tags    []string
		Odd     string
		Yes     *bool
		Files   []*File
		Another *File
	}
	o := &Operation{
		Body: &Body{Required: true, Form: true, Multipart: true},
		Fields: []Field{
			{Name: "filter[a b]", In: InQuery, Kind: KindString},
			{Name: "flags", In: InQuery, Kind: KindBoolean, List: &ListForm{Delimiter: ","}},
			{Name: "X-source", In: InHeader, Kind: KindString},
			{Name: "number", In: InBody, Kind: KindNumber},
			{Name: "sizes", In: InBody, Kind: KindInteger, List: &ListForm{Delimiter: "|"}},
			{Name: "tags", In: InBody, Kind: KindString, List: &ListForm{}},
			{Name: "odd \"name\"\r\n", In: InBody, Kind: KindString},
			{Name: "yes", In: InBody, Kind: KindBoolean},
			{Name: "files", In: InBody, Kind: KindFile, List: &ListForm{}, File: &FileForm{BaseName: "picture"}},
			{Name: "another", In: InBody, Kind: KindFile, File: &FileForm{BaseName: "other"}},
		},
	}
	in := input{
		Filter: "é &", Flags: []bool{true, false}, Source: "me", Number: new(1e21), Sizes: []int64{1, -2}, Tags: []string{"a", "b c"},
		Odd: "x", Yes: new(false),
	}
	encoded := encode(o, &in, nil)
	assert.Equal(t, "filter%5Ba%20b%5D=%C3%A9%20%26&flags=true%2Cfalse", encoded.query)
	assert.Equal(t, [][2]string{{"X-Source", "me"}}, encoded.headers)
	assert.Equal(t, "number=1000000000000000000000&sizes=1%7C-2&tags=a&tags=b+c&odd+%22name%22%0D%0A=x&yes=false", string(bodyOf(t, encoded)))

	in.Files, in.Another = []*File{FileFromBytes([]byte("GIF89a")), FileFromBytes([]byte("x")).Named("y")}, FileFromBytes([]byte("z"))
	encoded = encode(o, &in, looksAt(append(in.Files, in.Another)...))
	written := string(bodyOf(t, encoded))
	boundary := written[:strings.Index(written, "\r\n")]
	var heads []string
	for part := range strings.SplitSeq(written, boundary) {
		if head, _, is := strings.Cut(part, "\r\n\r\n"); is {
			heads = append(heads, strings.TrimPrefix(strings.ReplaceAll(head, "\r\n", " | "), " | Content-Disposition: form-data; "))
		}
	}
	assert.Equal(t, []string{
		`name="number"`, `name="sizes"`, `name="tags"`, `name="tags"`, `name="odd %22name%22%0D%0A"`, `name="yes"`,
		`name="files"; filename="picture-1.gif" | Content-Type: image/gif`,
		`name="files"; filename="y" | Content-Type: application/octet-stream`,
		`name="another"; filename="other.bin" | Content-Type: application/octet-stream`,
	}, heads)
}

func TestABodyWithoutFields(t *testing.T) {
	fields := []Field{{Name: "a", In: InBody, Kind: KindString}}
	for body, contentType := range map[*Body]string{
		{Required: true, Form: true}:      "application/x-www-form-urlencoded",
		{Required: true, Multipart: true}: "application/x-www-form-urlencoded",
		{Form: true}:                      "",
		nil:                               "",
	} {
		encoded := encode(&Operation{Body: body, Fields: fields}, &struct{ A string }{}, nil)
		assert.Equal(t, contentType, encoded.contentType)
		assert.Empty(t, bodyOf(t, encoded))
	}
	encoded := encode(&Operation{Body: &Body{Multipart: true}, Fields: fields}, &struct{ A string }{"x"}, nil)
	assert.Contains(t, encoded.contentType, "multipart/form-data")
}

func FuzzNumber(f *testing.F) {
	for _, seed := range []float64{0, math.Copysign(0, -1), 1, -1.5, 1e21, 1e-7, math.MaxFloat64, math.SmallestNonzeroFloat64, 0.1 + 0.2} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, n float64) {
		if !isFinite(n) {
			return
		}
		text := wireText(reflect.ValueOf(n))
		assert.Empty(t, strings.Trim(text, "-0123456789."))
		assert.False(t, strings.HasSuffix(text, ".0") || text == "-0")
		back, err := strconv.ParseFloat(text, 64)
		require.NoError(t, err)
		assert.Equal(t, math.Abs(n), math.Abs(back))
	})
}

// By Read, as a custom client reads, and by WriteTo, as the client's own transport does.
func TestAnUploadThatShrinksFails(t *testing.T) {
	for name, read := range map[string]func(*upload) error{
		"Read":    func(u *upload) error { _, err := io.Copy(io.Discard, struct{ io.Reader }{u}); return err },
		"WriteTo": func(u *upload) error { _, err := u.WriteTo(io.Discard); return err },
	} {
		u, err := openUpload([]section{{text: []byte("head")}, {file: FileFromBytes([]byte("xx")), length: 3}, {text: []byte("tail")}})
		require.NoError(t, err)
		assert.ErrorIs(t, read(u), errShrunk, name)
		for _, test := range []struct {
			read func([]byte) (int, error)
			want error
		}{
			{func([]byte) (int, error) { panic("a reader of the caller's") }, errPanicked},
			{func(p []byte) (int, error) { return len(p) + 1, nil }, errBadReader},
			{func([]byte) (int, error) { return -1, nil }, errBadReader},
			{func([]byte) (int, error) { return 0, io.ErrNoProgress }, io.ErrNoProgress},
		} {
			u, err := openUpload([]section{{file: FileFromOpener(func() (io.ReadCloser, error) { return io.NopCloser(readerFunc(test.read)), nil }, 1), length: 1}})
			require.NoError(t, err)
			assert.ErrorIs(t, read(u), test.want, name)
			assert.NoError(t, u.Close())
			assert.ErrorIs(t, read(u), errClosed, "what was given up is not read on")
		}
	}
}
