package connreq

// NOTE: the reader of requests: each bound at its limit and one past it, and what is
// refused however it comes in.

import (
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
)

// read reads the requests of a text until one fails.
func read(r io.Reader) (heads []head, err error) {
	h := headReader{conn: r}
	for {
		one, err := h.next()
		if err != nil {
			return heads, err
		}
		heads = append(heads, one)
	}
}

// Each text is read whole and byte by byte.
func TestHead(t *testing.T) {
	const ok = "GET /x HTTP/1.1\r\n"
	tests := map[string]struct {
		text string
		want error
	}{
		"plain":                 {ok + "\r\n", nil},
		"LF alone":              {"GET /x HTTP/1.1\nHost: x\n\n", nil},
		"line ends mixed":       {"GET /x HTTP/1.1\r\nHost: x\n\r\n", nil},
		"line ends before":      {"\r\n\n\r\n" + ok + "\r\n", nil},
		"most line ends before": {strings.Repeat("\r\n", maxBlank/2) + ok + "\r\n", nil},
		"one more":              {strings.Repeat("\n", maxBlank+1) + ok + "\r\n", statusErr(400)},
		"no value":              {ok + "X:\r\n\r\n", nil},
		"bytes above ASCII":     {ok + "X: \xff\tü\r\n\r\n", nil},
		"any method":            {"BREW /x HTTP/1.1\r\n\r\n", nil},
		"no end":                {ok, errEnded},
		"nothing":               {"", errEnded},
		"line ends":             {"\r\n\r\n\n", errEnded},
		"no words":              {"x\r\n\r\n", statusErr(400)},
		"no version":            {"GET /x\r\n\r\n", statusErr(400)},
		"HTTP 0.9":              {"GET /x HTTP/0.9\r\n\r\n", statusErr(505)},
		"HTTP 2":                {"PRI * HTTP/2.0\r\n\r\n", statusErr(505)},
		"another protocol":      {"GET /x RTSP/1.1\r\n\r\n", statusErr(400)},
		"two blanks":            {"GET  /x HTTP/1.1\r\n\r\n", statusErr(400)},
		"blank in the target":   {"GET /x y HTTP/1.1\r\n\r\n", statusErr(400)},
		"no target":             {"GET  HTTP/1.1\r\n\r\n", statusErr(400)},
		"target above ASCII":    {"GET /\xc3\xbc HTTP/1.1\r\n\r\n", statusErr(400)},
		"method no token":       {"G(T /x HTTP/1.1\r\n\r\n", statusErr(400)},
		"NUL":                   {ok + "X: \x00\r\n\r\n", statusErr(400)},
		"NUL in the line":       {"GET /\x00 HTTP/1.1\r\n\r\n", statusErr(400)},
		"CR alone":              {ok + "X: a\rY: b\r\n\r\n", statusErr(400)},
		"folded":                {ok + "X: a\r\n b\r\n\r\n", statusErr(400)},
		"no colon":              {ok + "X\r\n\r\n", statusErr(400)},
		"blank before colon":    {ok + "X : a\r\n\r\n", statusErr(400)},
		"two authorizations":    {ok + "Authorization: a\r\nAuthorization: b\r\n\r\n", statusErr(400)},
		"TLS":                   {"\x16\x03\x01\x00\xa5\n\n", statusErr(400)},
		"most fields":           {ok + strings.Repeat("X: a\r\n", MaxFields) + "\r\n", nil},
		"one field more":        {ok + strings.Repeat("X: a\r\n", MaxFields+1) + "\r\n", statusErr(431)},
		"longest line":          {ok + "X: " + strings.Repeat("a", MaxLine-3) + "\r\n\r\n", nil},
		"one byte longer":       {ok + "X: " + strings.Repeat("a", MaxLine-2) + "\r\n\r\n", statusErr(431)},
		"longest target":        {"GET /" + strings.Repeat("a", MaxLine-14) + " HTTP/1.1\r\n\r\n", nil},
		"a longer target":       {"GET /" + strings.Repeat("a", MaxLine-13) + " HTTP/1.1\r\n\r\n", statusErr(431)},
		"longest head":          {ok + strings.Repeat("X: "+strings.Repeat("a", 1018)+"\r\n", 7) + "Y: " + strings.Repeat("b", 1024-3-2-2-len(ok)+7) + "\r\n\r\n", nil},
		"one byte more":         {ok + strings.Repeat("X: "+strings.Repeat("a", 1018)+"\r\n", 7) + "Y: " + strings.Repeat("b", 1024-3-2-2-len(ok)+8) + "\r\n\r\n", statusErr(431)},
	}
	assert.Len(t, tests["longest head"].text, MaxHead)
	for name, tt := range tests {
		for way, r := range map[string]io.Reader{"whole": strings.NewReader(tt.text), "by byte": iotest.OneByteReader(strings.NewReader(tt.text)), "with the end": iotest.DataErrReader(strings.NewReader(tt.text))} {
			heads, err := read(r)
			if tt.want == nil {
				assert.Len(t, heads, 1, "%s, %s: %v", name, way, err)
				assert.Equal(t, errEnded, err)
				continue
			}
			assert.Equal(t, tt.want, err, "%s, %s", name, way)
			assert.Empty(t, heads)
		}
	}
}

// What is kept of a request, and that requests behind each other are kept apart.
func TestHeadFields(t *testing.T) {
	heads, err := read(strings.NewReader(
		"GET /a HTTP/1.1\r\nAUTHORIZATION:\t Digest x \r\nCookie: y\r\n\r\n" +
			"POST http://h/b HTTP/1.0\n\n" +
			"GET /c HTTP/1.1\r\ncontent-length: 00\r\nConnection: x\r\n\r\n"))
	assert.Equal(t, errEnded, err)
	assert.Equal(t, []head{
		{method: "GET", target: "/a", authorization: "Digest x"},
		{method: "POST", target: "http://h/b", last: true},
		{method: "GET", target: "/c"},
	}, heads)
}

func TestStatusErr(t *testing.T) {
	for status, reason := range reasons {
		assert.Equal(t, reason, statusErr(status).Error())
	}
}
