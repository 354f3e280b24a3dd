package sandbox

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	ownToken     = "T0ken-that-nobody-may-see"
	controlToken = `a "second" one\ for control`
	otherToken   = "ABCDEFGHIJKLMNOPQRSTUVWX23" // as crypto/rand.Text makes them
	chosenToken  = "chosen-by-a-person"
)

func testSecrets() secrets {
	s := newSecrets("IRsandbox", ownToken, controlToken)
	s.digests = tokenDigests{sha256.Sum256([]byte(otherToken)): {}, sha256.Sum256([]byte(chosenToken)): {}}
	return s
}

func TestRedact(t *testing.T) {
	encoded := base64.StdEncoding.EncodeToString([]byte("IRother:" + otherToken))
	escaped, err := json.Marshal(controlToken)
	require.NoError(t, err)
	for text, want := range map[string]string{
		"":                              "",
		"Wile E. Coyote":                "Wile E. Coyote",
		ownToken:                        "[token]",
		"x" + ownToken + ownToken + "y": "x[token][token]y",
		"says " + controlToken + ".":    "says [token].",
		string(escaped):                 `"[token]"`,
		"Basic " + base64.StdEncoding.EncodeToString([]byte("IRsandbox:"+ownToken)): "Basic [token]",
		"x" + otherToken + "y":                       "x[token]y",
		"A" + otherToken + "Z" + otherToken:          "A[token]Z[token]",
		otherToken[1:]:                               otherToken[1:],
		strings.Repeat("A", 300):                     strings.Repeat("A", 300),
		strings.Repeat("A", 300) + otherToken:        strings.Repeat("A", 300) + "[token]",
		"Basic " + encoded:                           "Basic [token]==",
		"xx" + encoded:                               "[token]==",
		"a=" + chosenToken + ";b":                    "a=[token];b",
		chosenToken:                                  "[token]",
		"x" + ownToken[:10] + "… is not a parameter": "x[token]… is not a parameter",
		"x" + controlToken[:5] + "…":                 "x[token]…",
		"x" + otherToken[:20] + "…":                  "x[token]…",
		"Wile… A… " + ownToken[:3] + "…":             "Wile… A… " + ownToken[:3] + "…",
		"\xff" + ownToken + "\xff" + otherToken + "\xff " + chosenToken: "\xff[token]\xff[token]\xff [token]",
		"/Advertisers/IRsandbox/Campaigns/1000/Contacts":                "/Advertisers/IRsandbox/Campaigns/1000/Contacts",
	} {
		got, whole := testSecrets().redact(text, 1000)
		assert.Equal(t, want, got, "%q", text)
		assert.True(t, whole)
	}
}

// A long text of the characters of tokens costs little, and hides what it may hold.
func TestRedactGivesUp(t *testing.T) {
	got := testSecrets().all("x" + strings.Repeat("ABCDEFGHIJKLMNOP", 5000) + otherToken + "y")
	assert.Equal(t, "x"+strings.Repeat("ABCDEFGHIJKLMNOP", maxLooks/16)+"[token]y", got)
	assert.Equal(t, strings.Repeat("A", 1<<20), testSecrets().all(strings.Repeat("A", 1<<20)))
}

func TestSecretInAPart(t *testing.T) {
	for content, want := range map[string]bool{
		"": false, "Wile": false, "\x89PNG\xff": false, "\xff" + ownToken: true, "\xff" + otherToken: true,
		"my " + chosenToken: true, "\xff " + chosenToken: false,
	} {
		assert.Equal(t, want, testSecrets().in(content), "%q", content)
	}
}

// Wherever a long text is cut, no beginning of a token is left.
func TestRedactCutsNoTokenInTwo(t *testing.T) {
	s := testSecrets()
	for _, token := range []string{ownToken, controlToken, otherToken, base64.StdEncoding.EncodeToString([]byte("IRother:" + otherToken))} {
		for before := range 600 {
			got, whole := s.redact(strings.Repeat("-", before)+token+strings.Repeat("é", 600), 100)
			require.False(t, whole)
			require.LessOrEqual(t, len(got), 100)
			require.True(t, utf8.ValidString(got), got)
			require.NotContains(t, got, token[:3])
			got, _ = s.redact(strings.Repeat("-", before)+token, 100)
			require.NotContains(t, got, token[:3])
		}
		got, _ := s.redact(strings.Repeat(token, 100), 100)
		require.NotContains(t, got, token[:3])
	}
	got, whole := s.redact("Wile", 3)
	assert.Equal(t, "Wil", got)
	assert.False(t, whole)
	got, _ = s.redact("Wile", -1)
	assert.Empty(t, got)
}

// What a client took for its token may be right elsewhere. A short one is a word like others.
func TestSecretsOfARequest(t *testing.T) {
	s := testSecrets()
	assert.Equal(t, s.known, s.ofRequest("x", ownToken, false).known)
	assert.Equal(t, s.known, s.ofRequest("x", otherToken, false).known)
	wrong := s.ofRequest("dXNlcjptaXN0eXBlZA==", "mistyped", true)
	assert.Equal(t, "[token] [token] x", wrong.all("dXNlcjptaXN0eXBlZA== mistyped x"))
	assert.Equal(t, "it is a test", s.ofRequest("dXNlcjp0ZXN0", "test", true).all("it is a test"))
	assert.Equal(t, "it is a [token]", s.ofRequest("dXNlcjp0ZXN0", "test", false).all("it is a test"))
}

// A target is as it came, unless its escapes hide a token.
func TestTargetWithoutToken(t *testing.T) {
	w := recordWriter{secrets: testSecrets()}
	for target, want := range map[string]string{
		"/a?b=c+d%20%41%zz%":                                      "/a?b=c+d%20%41%zz%",
		"/a?b=%54%30ken-that-nobody-may-see&c=%20":                "/a?b=[token]&c= ",
		"/T0ken%2Dthat-nobody%2dmay-see":                          "/[token]",
		"/a?a+%22second%22+one%5C+for+control":                    "/a?[token]",
		"/a?t=%41BCDEFGHIJKLMNOPQRSTUVWX23":                       "/a?t=[token]",
		"/a?t=" + ownToken:                                        "/a?t=[token]",
		"/a?%20" + ownToken:                                       "/a? [token]",
		"/a?" + strings.Repeat("x", 5000) + "T0ken%2Dthat-nobody": "/a?" + strings.Repeat("x", maxRecordedHeader-3),
	} {
		got, _ := w.secrets.redact(w.target(target), maxRecordedHeader)
		assert.Equal(t, want, got)
	}
}

// A body of which only the beginning was noted may end within a token.
func TestResponseThatIsCutWithinAToken(t *testing.T) {
	long := strings.Repeat("0123456789", 300)
	w := recordWriter{json: []byte("{"), secrets: newSecrets("IRsandbox", long, "")}
	x := &exchange{ResponseWriter: httptest.NewRecorder()}
	x.sent(200, []byte(strings.Repeat("-", 3000)+long))
	w.response(x)
	assert.NotContains(t, string(w.json), "0123456789")
	assert.Contains(t, string(w.json), `"cut":true,"size":6000`)
}

// FuzzRecord: whatever comes, wherever a token is put, the record is JSON in UTF-8, of a bounded size, without the token.
func FuzzRecord(f *testing.F) {
	marks := strings.NewReplacer(
		"{1}", ownToken, "{2}", controlToken, "{3}", otherToken,
		"{4}", base64.StdEncoding.EncodeToString([]byte("IRother:"+otherToken)),
		"{5}", base64.StdEncoding.EncodeToString([]byte("IRsandbox:"+ownToken)), "{long}", strings.Repeat("x", 90), "{longer}", strings.Repeat("é\x00", 2000),
	)
	store := NewMemory()
	other, err := NewAccount("IRother", otherToken)
	require.NoError(f, err)
	require.NoError(f, store.AddAccount(f.Context(), other))
	log := NewRequestLog()
	s, err := New(Config{AccountSID: "IRsandbox", AuthToken: ownToken, ControlToken: controlToken, Store: store, Requests: log})
	require.NoError(f, err)

	const contacts = "/Advertisers/IRsandbox/Campaigns/1000/Contacts"
	multipart := "--b\r\nContent-Disposition: form-data; name=\"%\"; filename=\"%\"\r\n\r\n%\r\n--b--"
	for _, mark := range []string{"", "{1}", "{2}", "{3}", "{4}", "{5}", "x{1}y", "{long}{1}", "{longer}{1}", "{long}{3}", "\xff{1}\x00\"\\<", "\u2028{2}"} {
		f.Add(mark, contacts, mark, mark, mark, mark, "IRsandbox", ownToken)
		f.Add("POST", contacts, "", mark, formType, "FirstName="+mark+"&"+mark+"=x&Title="+mark, "IRsandbox", ownToken)
		f.Add("POST", contacts, "", mark, multipartType+"; boundary=b", strings.ReplaceAll(multipart, "%", mark), "IRother", otherToken)
		f.Add("PUT", "/"+mark+"/"+contacts, mark+"="+mark, mark, mark, mark, mark, mark)
		f.Add("GET", contacts+"/"+mark, "Title="+mark, mark, mark, mark, "IRother", otherToken)
		f.Add("GET", "/Advertisers/"+mark+"/Campaigns/1/Contacts", mark, mark, mark, mark, "", "")
	}
	f.Fuzz(func(t *testing.T, method, path, query, header, contentType, body, user, password string) {
		r := httptest.NewRequest("GET", "/", strings.NewReader(marks.Replace(body)))
		r.Method = marks.Replace(method)
		r.URL = &url.URL{Path: marks.Replace(path), RawQuery: marks.Replace(query)}
		r.RequestURI = r.URL.RequestURI()
		r.Host = marks.Replace(header)
		r.Header["Content-Type"] = []string{marks.Replace(contentType)}
		for _, name := range []string{"Prefer", "User-Agent", "Accept"} {
			r.Header[name] = []string{marks.Replace(header), name}
		}
		r.SetBasicAuth(marks.Replace(user), marks.Replace(password))
		before, err := log.Last(t.Context())
		require.NoError(t, err)
		func() {
			defer func() { _ = recover() }() // a fault that Prefer asks for ends the connection
			s.ServeHTTP(httptest.NewRecorder(), r)
		}()
		list, err := log.List(t.Context(), RequestQuery{After: before, Status: -1})
		require.NoError(t, err)
		require.Len(t, list, 1)
		text := string(list[0].appendTo(nil))
		require.True(t, json.Valid([]byte(text)), text)
		require.True(t, utf8.ValidString(text), "%q", text)
		require.Less(t, len(text), 256<<10)
		for n := range 9 {
			part, err := log.Part(t.Context(), nil, list[0].ID, n)
			if err == nil {
				text += string(part)
			}
		}
		for _, token := range []string{ownToken[:12], controlToken[:12], string(appendEscaped(nil, controlToken))[:12], otherToken[:12],
			base64.StdEncoding.EncodeToString([]byte("IRother:" + otherToken))[:20]} {
			require.NotContains(t, text, token)
		}
	})
}
