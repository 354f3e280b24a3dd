package sandbox

import (
	"encoding/json"
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

// imageParameters are those of a stored contact that become its ProfileImage.
type imageParameters struct {
	ProfileImageFile string
	ProfileImageUrl  string
}

// getImage is GET on the ProfileImage of a contact: the bytes that were uploaded, as a file to be kept and
// not shown, since we know no more of them than their first bytes. With a ProfileImageUrl it is a
// redirect there: the sandbox fetches nothing.
func (s *Sandbox) getImage(w http.ResponseWriter, r *http.Request) {
	accountSID := r.PathValue("AccountSID")
	if !s.admit(w, r, accountSID) {
		return
	}
	campaignID, err := strconv.ParseInt(r.PathValue("CampaignId"), 10, 64)
	if err != nil {
		refuse(w, errNoContact)
		return
	}
	record, id, err := s.find(r, accountSID, campaignID, r.PathValue("ContactId"))
	if err != nil {
		refuse(w, err)
		return
	}
	var image imageParameters
	if err := json.Unmarshal([]byte(record.Contact), &image); err != nil {
		refuse(w, storeFailed(err))
		return
	}
	if image.ProfileImageFile == "" {
		redirect(w, image.ProfileImageUrl)
		return
	}
	content, err := s.store.Image(r.Context(), accountSID, campaignID, id)
	if err != nil {
		refuse(w, notFound(err))
		return
	}
	h := w.Header()
	h.Set("Content-Type", imageType(content))
	h.Set("Content-Length", strconv.Itoa(len(content)))
	h.Set("Content-Disposition", `attachment; filename="`+imageName(content)+`"`)
	h.Set("X-Content-Type-Options", "nosniff")
	w.Write(content)
}

func redirect(w http.ResponseWriter, location string) {
	u, err := url.Parse(location)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		refuse(w, &refusal{Status: http.StatusNotFound, Message: "This contact has no image."})
		return
	}
	w.Header().Set("Location", u.String())
	answer(w, http.StatusFound, []byte("{}"))
}
