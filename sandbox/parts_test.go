package sandbox

import (
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Wherever a boundary falls in the buffer, and however the bytes come in, the content is what was sent.
func TestPartsAtEachPlaceOfTheBuffer(t *testing.T) {
	const head = "Content-Disposition: form-data; name=\"x\"\r\n\r\n"
	for _, size := range []int{partWindow, partBuffer} {
		for n := size - len(head) - 40; n < size+40; n++ {
			content := strings.Repeat("\r\n--", n/4+1)[:n]
			body := "--b\r\n" + head + content + "\r\n--b\r\n" + head + "second\r\n--b--"
			all, err := readParts([]byte(body))
			require.Equal(t, io.EOF, err)
			require.Len(t, all, 2)
			require.Equal(t, content, string(all[0].content))
			require.Equal(t, "second", string(all[1].content))
		}
	}
	p := newParts(iotest.OneByteReader(strings.NewReader("--b\r\n"+head+"first\r\n--bb\r\n--b--\r\n")), "b", 0)
	require.NoError(t, p.next())
	_, _, err := disposition(p)
	require.NoError(t, err)
	content, more, err := p.content(100)
	require.NoError(t, err)
	assert.False(t, more)
	assert.Equal(t, "first\r\n--bb", string(content))
	assert.Equal(t, io.EOF, p.next())
}

func TestContentOverItsLimit(t *testing.T) {
	for content, more := range map[string]bool{"": false, "1234": false, "12345": true, "\r\n--": false, "\r\n--bb": true, "123\r\n--bb": true} {
		p := newParts(strings.NewReader("--b\r\n\r\n"+content+"\r\n--b--"), "b", 0)
		require.NoError(t, p.next())
		_, _, err := p.header()
		require.NoError(t, err)
		got, isMore, err := p.content(4)
		require.NoError(t, err)
		assert.Equal(t, more, isMore, "%q", content)
		assert.Equal(t, content[:min(4, len(content))], string(got))
		assert.Equal(t, io.EOF, p.next())
	}
}
