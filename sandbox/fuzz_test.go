package sandbox

import (
	"bytes"
	"encoding/json"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"example.com/contacts/wrapper"
)

// responseTo sends a body through the whole handler.
func responseTo(t *testing.T, contentType string, body []byte) *httptest.ResponseRecorder {
	s, err := New(Config{AccountSID: "IRsandbox", AuthToken: "secret"})
	require.NoError(t, err)
	request := httptest.NewRequest("POST", "/Advertisers/IRsandbox/Campaigns/1000/Contacts", bytes.NewReader(body))
	request.SetBasicAuth("IRsandbox", "secret")
	request.Header.Set("Content-Type", contentType)
	recorder := httptest.NewRecorder()
	s.ServeHTTP(recorder, request)
	var response struct{ Status string }
	require.NoError(t, json.Unmarshal(recorder.Body.Bytes(), &response))
	require.Equal(t, map[int]string{200: "OK", 400: "ERROR"}[recorder.Code], response.Status)
	return recorder
}

// FuzzForm: no body makes the reader panic, and of one that is accepted Go's own reader reads the same.
func FuzzForm(f *testing.F) {
	for _, seed := range []string{
		"FirstName=Wile&LastName=Coyote&EmailAddress=wile.coyote@example.com&Accounts=10000&Title=Acme Partner Manager&ProfileImageUrl=&Labels=Main Contact,Acme Partner",
		"FirstName=a+b%20c&LastName=%F0%9D%84%9E&EmailAddress=a%40b&Accounts=1,,+2,&Labels=,",
		"", "&", "&&&&", "=", "==", "=&=", "%", "%%", "%4", "%zz=%zz", "a", "a=;", "a;b=c", "\x00=\x00", "\xff=\xff", "%ff=%ff",
		"FirstName=a&FirstName=b", "First%4eame=a&FirstName=", "_method=PUT", "a[=1", "a[9999999]=1", "a[b][c]=1",
		"ProfileImageFile=x", strings.Repeat("a&", 40), strings.Repeat("x", 70000), "Title=" + strings.Repeat("%41", 300),
		"FirstName=a&LastName=b&EmailAddress=a@b&Accounts=1&Title=\"\\\n\x7f\u2028",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		recorder := responseTo(t, formType, data)
		p := createParameters()
		err := p.readForm(bytes.NewReader(data))
		var checked []any
		if err == nil {
			checked, err = p.check()
		}
		require.Equal(t, recorder.Code == http.StatusOK, err == nil)
		if err != nil {
			return
		}
		values, err := url.ParseQuery(string(data))
		require.NoError(t, err)
		read := wrapper.Draft{"CampaignId": int64(1000)}
		for name, given := range values {
			field := p.operation.Field(name)
			for _, value := range given {
				if field != nil && field.List != nil {
					value = tidy(value, field.List.Delimiter)
				}
				if value == "" {
					continue
				}
				require.NotContains(t, read, name)
				read[name] = value
				if field != nil && field.List != nil {
					read[name] = strings.Split(value, field.List.Delimiter)
				}
			}
		}
		require.Equal(t, read, draftOf(p.operation, checked))
		requireStored(t, read, p.operation)
	})
}

// createParameters are those of a create that has no body yet.
func createParameters() *parameters {
	p := newParameters(wrapper.OperationByID("createContact"))
	p.add(wrapper.InPath, "CampaignId", "1000")
	return p
}

// FuzzMultipart: no body makes the reader panic, and of one that is accepted Go's own reader reads the same.
func FuzzMultipart(f *testing.F) {
	good := "--b\r\nContent-Disposition: form-data; name=\"FirstName\"\r\n\r\nWile\r\n" +
		"--b\r\nContent-Disposition: form-data; name=\"LastName\"\r\n\r\nCoyote\r\n" +
		"--b\r\nContent-Disposition: form-data; name=\"EmailAddress\"\r\n\r\na@b\r\n" +
		"--b\r\nContent-Disposition: form-data; name=\"Accounts\"\r\n\r\n1,2\r\n" +
		"--b\r\nContent-Disposition: form-data; name=\"ProfileImageFile\"\r\n\r\ni\r\n" +
		"--b\r\nContent-Disposition: form-data; name=\"i\"; filename=\"i.png\"\r\nContent-Type: image/png\r\n\r\n\x89PNG\r\n\x1a\n\r\n--b--\r\n"
	for _, seed := range []string{
		good, strings.TrimSuffix(good, "\r\n"), strings.TrimSuffix(good, "--\r\n"), good + good, "x\r\n" + good,
		strings.ReplaceAll(good, "\r\n", "\n"), strings.Replace(good, "Wile", "\r\n--bb\r\n--", 1), strings.Replace(good, "Wile", "", 1),
		strings.Replace(good, "Wile", "--b", 1), strings.Replace(good, "Wile", "\r\n--b ", 1), strings.Replace(good, "Wile", "\r\n--b\r", 1),
		strings.Replace(good, "Wile\r\n", "", 1), strings.Replace(good, "\"FirstName\"", "FirstName", 1),
		strings.Replace(good, "name=\"FirstName\"", "name*=UTF-8''FirstName", 1), strings.Replace(good, "\"FirstName\"", "\"First\\Name\"", 1),
		strings.Replace(good, "\"FirstName\"", "\"First\\\"Name\"", 1), strings.Replace(good, "\"i.png\"", "\"\"", 1),
		strings.Replace(good, "Content-Type", "Content-Disposition", 1), strings.Replace(good, "image/png", "x\r\n y", 1),
		strings.Replace(good, "Content-Type: image/png", "Content-Transfer-Encoding: quoted-printable", 1),
		strings.Replace(good, "Wile", strings.Repeat("\r\n--bx", 2000), 1), strings.Replace(good, "Wile", strings.Repeat("x", 70000), 1),
		"", "--b", "--b\r\n", "--b--", "--b--\r\n", "--b\r\n\r\n", "--b\r\n\r\n\r\n--b--", "--b\r\n:\r\n\r\n\r\n--b--",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		responseTo(t, multipartType+"; boundary=b", data)
		ours, err := readParts(data)
		if err != io.EOF {
			return
		}
		theirs := multipart.NewReader(bytes.NewReader(data), "b")
		for _, part := range ours {
			read, err := theirs.NextRawPart()
			require.NoError(t, err)
			require.Equal(t, part.name, read.FormName())
			_, parameters, err := mime.ParseMediaType(read.Header.Get("Content-Disposition"))
			require.NoError(t, err)
			_, isFile := parameters["filename"]
			require.Equal(t, part.isFile, isFile)
			content, err := io.ReadAll(read)
			require.NoError(t, err)
			require.Equal(t, string(part.content), string(content))
		}
		_, err = theirs.NextRawPart()
		require.Equal(t, io.EOF, err)
	})
}

type readPart struct {
	name    string
	isFile  bool
	content []byte
}

// readParts reads the parts of a body up to its end, io.EOF, or to what is wrong with it.
func readParts(data []byte) (all []readPart, err error) {
	p := newParts(bytes.NewReader(data), "b", 0)
	for {
		if err := p.next(); err != nil {
			return all, err
		}
		var part readPart
		if part.name, part.isFile, err = disposition(p); err != nil {
			return all, err
		}
		if part.content, _, err = p.content(len(data)); err != nil {
			return all, err
		}
		all = append(all, part)
	}
}

// draftOf are values under their names, but for files.
func draftOf(o *wrapper.Operation, values []any) wrapper.Draft {
	draft := wrapper.Draft{}
	for i, value := range values {
		if _, isFile := value.(*wrapper.File); !isFile && value != nil {
			draft[o.Fields[i].Name] = value
		}
	}
	return draft
}

// requireStored checks the JSON that is stored of the parameters.
func requireStored(t *testing.T, draft wrapper.Draft, o *wrapper.Operation) {
	r := &request{operation: o}
	for _, field := range o.Fields {
		r.values = append(r.values, draft[field.Name])
	}
	var stored map[string]any
	require.NoError(t, json.Unmarshal(r.appendContact(nil), &stored))
	require.Len(t, stored, len(draft)-1, "all but the campaign")
	for name, value := range draft {
		if text, isText := value.(string); isText {
			require.Equal(t, text, stored[name])
		}
	}
}

// FuzzHeader: what is read of a header value is what Go's own reader reads.
func FuzzHeader(f *testing.F) {
	for _, seed := range []string{
		`form-data; name="Title"`, `form-data; name=Title; filename="a\b.png"`, `form-data;name="a\"b\\c";filename=""`, `form-data; name*=x''y`,
		`multipart/form-data; boundary=b`, `multipart/form-data; boundary="a b";`, `x; a=b; a=b`, `x;;`, `;`, ``, `x; a="`, `x; a=b c=d`, `x; A=1; b="\(\,"`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		ours, ok := parseHeader(value)
		if !ok {
			return
		}
		_, theirs, err := mime.ParseMediaType(value)
		if err != nil {
			return // Go is particular about the essence, which callers compare anyway
		}
		require.Equal(t, theirs, ours.parameters)
	})
}
