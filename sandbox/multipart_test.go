package sandbox_test

import (
	"bytes"
	"maps"
	"mime/multipart"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/contacts/sandbox"
)

// The first bytes of images, and a few more.
const (
	png  = "\x89PNG\r\n\x1a\n..."
	jpeg = "\xff\xd8\xff\xe0..."
	gif  = "GIF89a..."
	webp = "RIFF\x00\x00\x00\x00WEBPVP8 ..."
)

const multipartType = "multipart/form-data; boundary=b"

// text and file are parts as curl's -F writes them, and parts a body of them.
func text(name, value string) string {
	return "Content-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value
}

func file(name, filename, content string) string {
	return "Content-Disposition: form-data; name=\"" + name + "\"; filename=\"" + filename + "\"\r\nContent-Type: image/png\r\n\r\n" + content
}

func parts(parts ...string) string {
	return "--b\r\n" + strings.Join(parts, "\r\n--b\r\n") + "\r\n--b--\r\n"
}

// required are the parts of the required parameters, with more.
func required(more ...string) []string {
	return append([]string{text("FirstName", "Wile"), text("LastName", "Coyote"), text("EmailAddress", "wile.coyote@example.com"), text("Accounts", "10000")}, more...)
}

func multipartOf(t testing.TB, form url.Values) (contentType, body string) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(form)) {
		require.NoError(t, w.WriteField(name, form.Get(name)))
	}
	require.NoError(t, w.Close())
	if len(form) == 0 {
		return multipartType, parts(text("Title", ""))
	}
	return w.FormDataContentType(), b.String()
}

func TestThePagesUploadExample(t *testing.T) {
	body := parts(required(text("Title", "Acme Partner Manager"), text("ProfileImageFile", "image.png"), file("image.jpg", "image.jpg", jpeg),
		text("WorkPhoneNumberCountry", "US"), text("WorkPhoneNumber", "8051234567"), text("Labels", "Main Contact,Acme Partner"))...)
	a := start(t, sandbox.Config{})
	r := a.post(multipartType, body)
	require.Equal(t, 200, r.StatusCode, "%s", r.Body)
	assert.Equal(t, contacts+"/2750", r.Envelope.Uri)
	contact := a.contact(r.Envelope.Uri)
	assert.Equal(t, "Acme Partner Manager", contact.Title)
	assert.Equal(t, []string{"Main Contact", "Acme Partner"}, contact.Labels)
	assert.Equal(t, contacts+"/2750/ProfileImage", contact.ProfileImage)
	assert.Equal(t, jpeg, string(a.get(contact.ProfileImage).Body))

	// D2: the names differ, which Strict refuses.
	a = start(t, sandbox.Config{Strict: true})
	r = a.post(multipartType, body)
	r.requireError(t, 400)
	assert.Equal(t, []string{"ProfileImageFile"}, r.fields())
	assert.NotContains(t, string(r.Body), "image.jpg")
	assert.Equal(t, 200, a.post(multipartType, strings.Replace(body, "image.png", "image.jpg", 1)).StatusCode)
}

func TestFilePart(t *testing.T) {
	a := start(t, sandbox.Config{})
	names := text("ProfileImageFile", "image.png")
	image := file("image.png", "image.png", png)
	for _, c := range []struct {
		name  string
		parts []string
		says  string // "" if it is accepted
	}{
		{"named as ProfileImageFile says", []string{names, image}, ""},
		{"before ProfileImageFile", []string{image, names}, ""},
		{"no file at all", nil, ""},
		{"empty ProfileImageFile, no file", []string{text("ProfileImageFile", "")}, ""},
		{"empty filename", []string{names, file("image.png", "", png)}, ""},
		{"filename with UTF-8 and escapes", []string{names, file("image.png", `Zoë \"x\" C:\\y.png`, png)}, ""},
		{"file without ProfileImageFile", []string{image}, "must be there"},
		{"file with empty ProfileImageFile", []string{text("ProfileImageFile", ""), image}, "must be there"},
		{"without a filename", []string{names, text("image.png", png)}, ""},
		{"without a filename, before ProfileImageFile", []string{text("image.png", png), names}, ""},
		{"without a filename, under another name", []string{names, text("other.png", png)}, "other.png is not a parameter of createContact."},
		{"a text beside the file", []string{names, image, text("Tittle", "x")}, "Tittle is not a parameter of createContact."},
		{"an empty text beside the file", []string{names, image, text("Tittle", "")}, ""},
		{"ProfileImageFile without a file", []string{names}, "ProfileImageFile needs a file"},
		{"two files", []string{names, image, file("other.png", "other.png", png)}, "one file"},
		{"two files of one name", []string{names, image, image}, "one file"},
		{"empty file", []string{names, file("image.png", "image.png", "")}, "not empty"},
		{"empty file without ProfileImageFile", []string{file("image.png", "image.png", "")}, "must be there"},
		{"not an image", []string{names, file("image.png", "image.png", "<svg></svg>")}, "PNG, JPEG, GIF or WebP"},
		{"BMP", []string{names, file("image.png", "image.png", "BM......")}, "PNG, JPEG, GIF or WebP"},
		{"the file in ProfileImageFile", []string{file("ProfileImageFile", "image.png", png)}, "must be a text"},
		{"with a ProfileImageUrl", []string{names, image, text("ProfileImageUrl", "https://example.com/x.png")}, "ProfileImageUrl cannot be used together"},
		{"file in a parameter", []string{names, file("Title", "image.png", png)}, "Title is a part with a filename"},
		{"file in a parameter, another case", []string{names, file("accounts", "image.png", png)}, "accounts is a part with a filename"},
		{"file in _method", []string{names, file("_method", "image.png", png)}, "_method is a part with a filename"},
		{"ProfileImageFile twice", []string{names, names, image}, "more than once"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := a.post(multipartType, parts(required(c.parts...)...))
			if c.says == "" {
				assert.Equal(t, 200, r.StatusCode, "%s", r.Body)
				return
			}
			r.requireError(t, 400)
			assert.Contains(t, string(r.Body), c.says)
		})
	}
}

func TestMultipartIsStrict(t *testing.T) {
	a := start(t, sandbox.Config{})
	good := parts(required()...)
	disposition := func(header string) string { return parts(required(header + "\r\n\r\nx")...) }
	var many []string
	for i := range 197 {
		many = append(many, text("p"+strconv.Itoa(i), ""))
	}
	for _, c := range []struct {
		name, body, says string
	}{
		{"nothing", "", "does not begin"},
		{"another boundary", strings.ReplaceAll(good, "--b", "--c"), "does not begin"},
		{"a preamble", "hello\r\n" + good, "does not begin"},
		{"lines without CR", strings.ReplaceAll(good, "\r\n", "\n"), "does not begin"},
		{"no parts", "--b--\r\n", "does not begin"},
		{"no last boundary", strings.TrimSuffix(good, "--b--\r\n"), "ends too early"},
		{"a last boundary cut in two", strings.TrimSuffix(good, "-\r\n"), "ends too early"},
		{"cut in a value", good[:len(good)/2], ""},
		{"cut in a header", "--b\r\nContent-Disp", ""},
		{"name*", disposition(`Content-Disposition: form-data; name*=UTF-8''Title`), "without name*"},
		{"name* beside name", disposition(`Content-Disposition: form-data; name="Title"; name*=UTF-8''Labels`), "without name*"},
		{"filename*", disposition(`Content-Disposition: form-data; name="x"; filename*=UTF-8''x.png`), "without name*"},
		{"name*0", disposition(`Content-Disposition: form-data; name*0="Ti"; name*1="tle"`), "without name*"},
		{"name twice", disposition(`Content-Disposition: form-data; name="Title"; name="Labels"`), "cannot be read"},
		{"two dispositions", disposition("Content-Disposition: form-data; name=\"Title\"\r\nContent-Disposition: form-data; name=\"Labels\""), "one Content-Disposition"},
		{"no disposition", disposition("Content-Type: text/plain"), "one Content-Disposition"},
		{"no header", parts(required("\r\nx")...), "one Content-Disposition"},
		{"another disposition", disposition(`Content-Disposition: attachment; name="Title"`), "cannot be read"},
		{"no name", disposition(`Content-Disposition: form-data`), "no name"},
		{"name without quotes, with a blank", disposition(`Content-Disposition: form-data; name=a b`), "cannot be read"},
		{"name twice, the same", disposition(`Content-Disposition: form-data; name="Title"; name="Title"`), "cannot be read"},
		{"header over two lines", disposition("Content-Disposition: form-data;\r\n name=\"Title\""), "header that cannot be read"},
		{"header ended by LF", disposition("Content-Disposition: form-data; name=\"Title\"\nX: y"), "header that cannot be read"},
		{"header line over 8 KiB", disposition("X: " + strings.Repeat("x", 8<<10)), "8 KiB"},
		{"header line over 16 KiB", disposition("X: " + strings.Repeat("x", 16<<10)), "8 KiB"},
		{"header over 8 KiB", disposition(strings.Repeat("X: y\r\n", 2<<10) + "Y: z"), "8 KiB"},
		{"white space after a boundary", strings.ReplaceAll(good, "\r\n--b\r\n", "\r\n--b \r\n"), "white space"},
		{"no line end before a boundary", "--b\r\nContent-Disposition: form-data; name=\"Title\"\r\n\r\n--b--\r\n", "no content"},
		{"more after the last boundary", good + "--b\r\n", "goes on"},
		{"a second body", good + good, "goes on"},
		{"empty name", disposition(`Content-Disposition: form-data; name=""`), "no name"},
		{"name not UTF-8", disposition("Content-Disposition: form-data; name=\"\xff\""), "UTF-8"},
		{"name not closed", disposition(`Content-Disposition: form-data; name="Title`), "cannot be read"},
		{"malformed header", disposition("Content-Disposition form-data"), "header that cannot be read"},
		{"base64", disposition("Content-Disposition: form-data; name=\"Title\"\r\nContent-Transfer-Encoding: base64"), "Content-Transfer-Encoding"},
		{"quoted-printable", disposition("Content-Disposition: form-data; name=\"Title\"\r\nContent-Transfer-Encoding: quoted-printable"), "Content-Transfer-Encoding"},
		{"201 parts", parts(required(many...)...), "200"},
		{"a text over 64 KiB", parts(required(text("Title", strings.Repeat("x", 64<<10+1)))...), "64 KiB"},
		{"a text that is not UTF-8", parts(required(text("Title", "\xff"))...), "Title must be well-formed Unicode text."},
		{"repeated", parts(required(text("FirstName", "x"))...), "more than once"},
		{"unknown", parts(required(text("Tittle", "x"))...), "Tittle is not a parameter"},
		{"_method", parts(required(text("_method", "PUT"))...), "_method is not a parameter"},
		{"a[", parts(required(text("a[9999999]", "PUT"))...), "not a parameter"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := a.post(multipartType, c.body)
			r.requireError(t, 400)
			assert.Contains(t, string(r.Body), c.says)
		})
	}
	r := a.post(multipartType, parts(required(many[1:]...)...))
	assert.Equal(t, 200, r.StatusCode, "200 parts: %s", r.Body)
	r = a.post(multipartType, parts(required(text("Title", strings.Repeat("x", 64<<10)))...))
	r.requireError(t, 400)
	assert.Contains(t, string(r.Body), "Title must have at most", "64 KiB are read, and too long")
	assert.Equal(t, contacts+"/2751", a.post(formType, valid).Envelope.Uri, "one of them was created, and the server lives on")
}

// A body that is cut anywhere is no body.
func TestMultipartCutAtEachByte(t *testing.T) {
	a := start(t, sandbox.Config{})
	body := parts(required(text("ProfileImageFile", "image.png"), file("image.png", "image.png", png))...)
	for end := range len(body) - len("\r\n") {
		r := a.post(multipartType, body[:end])
		require.Equal(t, 400, r.StatusCode, "cut at %d: %s", end, r.Body)
	}
	assert.Equal(t, 200, a.post(multipartType, body[:len(body)-2]).StatusCode, "RFC 2046 has no CR LF after the last boundary")
}
