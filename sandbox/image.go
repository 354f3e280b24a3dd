package sandbox

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// imageType is the media type of an image that the API takes, by its first bytes, or "".
func imageType(image []byte) string {
	switch sniffed := http.DetectContentType(image); sniffed {
	case "image/png", "image/jpeg", "image/gif", "image/webp":
		return sniffed
	}
	return ""
}

// imageName is the name that an image is saved under: ours, never the one it came with (D3).
func imageName(image []byte) string {
	_, extension, _ := strings.Cut(imageType(image), "/")
	if extension == "jpeg" {
		extension = "jpg"
	}
	return "profile-image." + extension
}

// image is the image of a request, nil if there is none.
func (r *request) image() ([]byte, error) {
	files := r.files[imageFile]
	if len(files) == 0 {
		return nil, nil
	}
	if imageType(files[0].content) == "" {
		return nil, errorOf(imageFile, " must be a PNG, JPEG, GIF or WebP image.")
	}
	return files[0].content, nil
}

// getProfileImage responds with the bytes that were uploaded, as a file to be kept and not shown, since no more
// is known of them than their first bytes. With a ProfileImageUrl it is a redirect there: the sandbox fetches
// nothing.
func (s *Sandbox) getProfileImage(ctx context.Context, w http.ResponseWriter, r *request) error {
	record, err := s.find(ctx, r)
	if err != nil {
		return err
	}
	contact, err := parseObject(record.Contact)
	if err != nil {
		return storeFailed(err)
	}
	if contact.index(imageFile) < 0 {
		return redirect(w, contact.text(imageURL))
	}
	release, err := s.hold(ctx, s.maxBody)
	if err != nil {
		return err
	}
	defer release()
	content, err := s.store.Image(ctx, record.AccountSID, record.CampaignID, record.ID)
	if err != nil {
		return storeFailed(err)
	}
	writeImage(w, content)
	return nil
}

func writeImage(w http.ResponseWriter, content []byte) {
	h := w.Header()
	h.Set("Content-Type", imageType(content))
	h.Set("Content-Length", strconv.Itoa(len(content)))
	h.Set("Content-Disposition", `attachment; filename="`+imageName(content)+`"`)
	h.Set("X-Content-Type-Options", "nosniff")
	w.Write(content)
}

func redirect(w http.ResponseWriter, location string) error {
	u, err := url.Parse(location)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return &apiError{Status: http.StatusNotFound, Message: "This contact has no image."}
	}
	w.Header().Set("Location", u.String())
	respond(w, http.StatusFound, []byte("{}"))
	return nil
}
