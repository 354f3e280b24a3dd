package sandbox_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/contacts/sandbox"
)

// bytes is the response to a GET, and its body as it is.
func (c caller) bytes(path string) (*http.Response, string) {
	c.t.Helper()
	response, err := http.DefaultClient.Do(c.request("GET", path, "", ""))
	require.NoError(c.t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(c.t, err)
	return response, string(body)
}

// Only an image may be shown, whatever its sender says that it is.
func TestPartOfARequest(t *testing.T) {
	_, a, b, control := twoAccounts(t, sandbox.Config{})
	const html = "<html><script>alert(1)</script>"
	const svg = `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`
	contents := []string{png, jpeg, gif, webp, html, svg, "BM bitmap", "", "my token-of-b", png + strings.Repeat("x", 1<<20-len(png)), png + strings.Repeat("x", 1<<20)}
	var all []string
	for i, content := range contents {
		all = append(all, file(fmt.Sprint("f", i), "image.png", content))
	}
	a.send("POST", a.contacts(), multipartType, parts(required(all...)...))

	var kept []bool
	for _, part := range a.requests("")[0].Parts {
		kept = append(kept, part.Kept)
	}
	assert.Equal(t, []bool{true, true, true, true, true, true, true, false, false, true, false}, kept)
	for n, content := range contents {
		response, body := a.bytes(fmt.Sprint(requestsPath, "/1/parts/", n))
		assert.Equal(t, "no-store", response.Header.Get("Cache-Control"))
		assert.Equal(t, "nosniff", response.Header.Get("X-Content-Type-Options"))
		if !kept[n] {
			assert.Equal(t, 404, response.StatusCode)
			assert.Contains(t, body, "There is no such part, or its bytes are not kept.")
			continue
		}
		require.Equal(t, 200, response.StatusCode)
		assert.Equal(t, content, body)
		assert.Equal(t, "default-src 'none'; sandbox", response.Header.Get("Content-Security-Policy"))
		wantType, wantDisposition := "application/octet-stream", "attachment"
		if isImage := n < 4 || n > 8; isImage {
			wantType, wantDisposition = []string{"image/png", "image/jpeg", "image/gif", "image/webp"}[n%9%4], ""
		}
		assert.Equal(t, wantType, response.Header.Get("Content-Type"), content)
		assert.Equal(t, wantDisposition, response.Header.Get("Content-Disposition"))
	}
	for path, status := range map[string]int{"/1/parts/11": 404, "/1/parts/-1": 404, "/1/parts/x": 404, "/2/parts/0": 404, "/1/parts/0?x": 400} {
		response, _ := a.bytes(requestsPath + path)
		assert.Equal(t, status, response.StatusCode, path)
	}
	response, _ := b.bytes(requestsPath + "/1/parts/0")
	assert.Equal(t, 404, response.StatusCode, "it is another account's")
	response, _ = control.bytes(requestsPath + "/1/parts/0")
	assert.Equal(t, 200, response.StatusCode)
}

func TestPinnedRequestStays(t *testing.T) {
	_, a, b, control := twoAccounts(t, sandbox.Config{})
	pin := func(c caller, method string, id int, status int) {
		t.Helper()
		response, err := http.DefaultClient.Do(c.request(method, fmt.Sprint(requestsPath, "/", id, "/pin"), "", ""))
		require.NoError(t, err)
		response.Body.Close()
		assert.Equal(t, status, response.StatusCode)
	}
	a.create()
	b.create()
	pin(a, "PUT", 1, 204)
	pin(a, "PUT", 1, 204)
	pin(a, "PUT", 2, 404)
	pin(b, "DELETE", 1, 404)
	pin(control, "PUT", 2, 204)
	pin(a, "PUT", 3, 404)
	pin(a, "PUT", 0, 404)
	pin(a, "POST", 1, 405)
	for range 1000 {
		a.send("GET", "/nowhere", "", "")
	}
	pinned := a.requests("?text=createContact")
	require.Len(t, pinned, 1)
	assert.EqualValues(t, 1, pinned[0].ID)
	assert.True(t, pinned[0].Pinned)
	assert.False(t, a.requests("?limit=1")[0].Pinned)
	assert.Len(t, b.requests(""), 1)
	pin(a, "DELETE", 1, 204)
	assert.Empty(t, a.requests("?text=createContact"))
	pin(a, "DELETE", 1, 404)

	for id := 3; id < 3+99; id++ {
		pin(a, "PUT", id, 204)
	}
	pin(a, "PUT", 500, 409)
}

func TestRequestsHavePages(t *testing.T) {
	a := start(t, sandbox.Config{})
	for range 5 {
		a.get(contacts)
	}
	a.get("/nowhere")
	ids := func(query string) (ids []int64) {
		for _, r := range a.requests(query) {
			ids = append(ids, r.ID)
		}
		return ids
	}
	assert.Equal(t, []int64{6, 5}, ids("?limit=2"))
	assert.Equal(t, []int64{4, 3}, ids("?limit=2&before=5"))
	assert.Equal(t, []int64{2, 1}, ids("?before=3&status=200&limit=100"))
	assert.Empty(t, ids("?before=1"))
}

// What came is seen as it came.
func TestRecordOfTheRequestLine(t *testing.T) {
	a := start(t, sandbox.Config{})
	raw(t, strings.TrimPrefix(a.URL, "http://"), "POST /Advertisers/%49Rsandbox/Nowhere?x=%41+b&%zz HTTP/1.0\r\nHost: api.example\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\nX-Secret: s\r\nCookie: s\r\nContent-Length: 2\r\n\r\n{}")
	r := a.requests("")[0]
	assert.Equal(t, []string{"POST", "/Advertisers/IRsandbox/Nowhere", "/Advertisers/%49Rsandbox/Nowhere?x=%41+b&%zz", "HTTP/1.0"}, []string{r.Method, r.Path, r.Target, r.Protocol})
	assert.Equal(t, map[string]string{"Host": "api.example", "Content-Type": "application/json", "Content-Encoding": "gzip"}, r.Headers)
	assert.EqualValues(t, 2, r.Length)
	assert.Equal(t, sid, r.Account, "its path names the account")
	assert.Empty(t, r.Encoding)
	assert.Empty(t, r.User)
	assert.Equal(t, 404, r.Status)

	request := a.request("GET", contacts, "", "")
	request.SetBasicAuth("IRother", "mistyped")
	a.do(request)
	r = a.requests("")[0]
	assert.Equal(t, []string{sid, "IRother"}, []string{r.Account, r.User})
}

// A text that the response cuts says so.
func TestRecordSaysWhatIsCut(t *testing.T) {
	a := start(t, sandbox.Config{})
	a.post(formType, valid+"&Title="+strings.Repeat("x", 20<<10))
	r := a.requests("")[0]
	for _, p := range r.Parameters {
		assert.Equal(t, p.Name == "Title", p.Cut, p.Name)
	}
	assert.False(t, r.Response.Cut)
	for range 20 {
		a.post(formType, valid+"&Labels="+strings.Repeat("l", 200))
	}
	page := a.get(contacts)
	r = a.requests("")[0]
	assert.True(t, r.Response.Cut)
	assert.Equal(t, len(page.Body), r.Response.Size)
	assert.True(t, strings.HasSuffix(r.Response.Body, "…"))
	assert.True(t, strings.HasPrefix(string(page.Body), strings.TrimSuffix(r.Response.Body, "…")))
	assert.Greater(t, len(r.Response.Body), 3<<10)
}
