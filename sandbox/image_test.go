package sandbox_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/contacts/sandbox"
)

func TestImages(t *testing.T) {
	a := start(t, sandbox.Config{})
	for _, c := range []struct{ content, contentType, name string }{
		{png, "image/png", "profile-image.png"},
		{jpeg, "image/jpeg", "profile-image.jpg"},
		{gif, "image/gif", "profile-image.gif"},
		{strings.Replace(gif, "89", "87", 1), "image/gif", "profile-image.gif"},
		{webp, "image/webp", "profile-image.webp"},
		{png + "\r\n--b \r\n\x00--" + strings.Repeat("\r\n--bb", 3000), "image/png", "profile-image.png"},
	} {
		r := a.post(strings.ReplaceAll(multipartType, "=b", "=boundary"),
			strings.ReplaceAll(parts(required(text("ProfileImageFile", "image.png"), file("image.png", "../<script>.html", "@@@"))...), "--b", "--boundary"))
		r.requireError(t, 400)
		r = a.post("multipart/form-data; boundary=boundary",
			strings.Replace(strings.ReplaceAll(parts(required(text("ProfileImageFile", "image.png"), file("image.png", "../<script>.html", "@@@"))...), "--b", "--boundary"), "@@@", c.content, 1))
		require.Equal(t, 200, r.StatusCode, "%s", r.Body)
		image := a.get(r.Envelope.Uri + "/ProfileImage")
		require.Equal(t, 200, image.StatusCode)
		assert.Equal(t, c.content, string(image.Body))
		assert.Equal(t, c.contentType, image.Header.Get("Content-Type"))
		assert.Equal(t, "nosniff", image.Header.Get("X-Content-Type-Options"))
		assert.Equal(t, `attachment; filename="`+c.name+`"`, image.Header.Get("Content-Disposition"))
		image.requireRateLimit(t)
		assert.Equal(t, 200, a.do(a.request("HEAD", r.Envelope.Uri+"/ProfileImage", "", "")).StatusCode)
		a.get(strings.Replace(r.Envelope.Uri, "1000", "1001", 1)+"/ProfileImage").requireError(t, 404)
	}
}

func TestProfileImageURL(t *testing.T) {
	a := start(t, sandbox.Config{})
	r := a.post(formType, valid+"&ProfileImageUrl=https://example.com/wile.png")
	require.Equal(t, 200, r.StatusCode)
	contact := a.contact(r.Envelope.Uri)
	assert.Equal(t, r.Envelope.Uri+"/ProfileImage", contact.ProfileImage)
	image := a.get(contact.ProfileImage)
	assert.Equal(t, 302, image.StatusCode)
	assert.Equal(t, "https://example.com/wile.png", image.Header.Get("Location"))

	for _, notAnAddress := range []string{"javascript:alert(1)", "wile.png", "//example.com/x", "https:", "%0d%0aX: y", "http://[::1"} {
		r := a.post(formType, valid+"&ProfileImageUrl="+notAnAddress)
		require.Equal(t, 200, r.StatusCode, "the page does not say what a URL is (D7)")
		a.get(r.Envelope.Uri+"/ProfileImage").requireError(t, 404)
	}
}
