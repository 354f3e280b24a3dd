package conformance

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// wire is the whole response.
func (r Respond) wire(replace *strings.Replacer) []byte {
	body := []byte(replace.Replace(r.Body))
	if r.BodyBase64 != nil {
		body = r.BodyBase64
	}
	body = bytes.Repeat(body, max(r.Repeat, 1))
	body = append(body, bytes.Repeat([]byte(" "), max(0, r.Pad-len(body)))...)

	var out bytes.Buffer
	for _, status := range r.Interim {
		fmt.Fprintf(&out, "HTTP/1.1 %d Text\r\n\r\n", status)
	}
	begin := out.Len()
	fmt.Fprintf(&out, "HTTP/1.1 %d Text\r\n", r.Status)
	measured := r.Status < 200 || r.Status == http.StatusNoContent || r.Status == http.StatusNotModified
	for _, name := range slices.Sorted(maps.Keys(r.Headers)) {
		fmt.Fprintf(&out, "%s: %s\r\n", name, replace.Replace(atTime(r.Headers[name])))
		measured = measured || name == "Transfer-Encoding" || name == "Content-Length"
	}
	for i := range r.HeaderCount {
		fmt.Fprintf(&out, "X-Field-%d: x\r\n", i)
	}
	if !measured {
		fmt.Fprintf(&out, "Content-Length: %d\r\n", len(body))
	}
	if missing := r.HeaderBytes - (out.Len() - begin) - len("X-Pad: \r\n\r\n"); missing > 0 {
		fmt.Fprintf(&out, "X-Pad: %s\r\n", strings.Repeat("x", missing))
	}
	out.WriteString("\r\n")
	out.Write(body)
	return out.Bytes()
}

var moment = regexp.MustCompile(`\{(now|nowms|date)([+-][0-9]+)\}`)

// atTime puts moments in place of {now+90}, {nowms+90} and {date+90}.
func atTime(text string) string {
	return moment.ReplaceAllStringFunc(text, func(match string) string {
		parts := moment.FindStringSubmatch(match)
		seconds, _ := strconv.Atoi(parts[2])
		at := time.Now().Add(time.Duration(seconds) * time.Second)
		switch parts[1] {
		case "now":
			return strconv.FormatInt(at.Unix(), 10)
		case "nowms":
			return strconv.FormatInt(at.UnixMilli(), 10)
		}
		return at.UTC().Format(http.TimeFormat)
	})
}

func credentials(account, token string) string {
	return base64.StdEncoding.EncodeToString([]byte(account + ":" + token))
}
