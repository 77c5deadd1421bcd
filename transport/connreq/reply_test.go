package connreq

// NOTE: the lenient reader of replies: what real CPEs send and net/http refuses.

import (
	"bufio"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// orange is what a real device answers: LF alone, a folded challenge, and the end of
// the connection in place of a blank line.
const orange = "HTTP/1.1 401 Unauthorized\nServer: x\nWWW-Authenticate: Digest realm=\"cpe\",\n nonce=\"abc\",\n qop=\"auth\"\nConnection: close\n"

func TestReplyThatNetHTTPRefuses(t *testing.T) {
	_, err := http.ReadResponse(bufio.NewReader(strings.NewReader(orange)), nil)
	assert.Error(t, err)
	f, ok := parseReply(orange, false)
	assert.True(t, ok)
	assert.Equal(t, replyFields{status: 401, challenges: []string{`Digest realm="cpe", nonce="abc", qop="auth"`}, version: "HTTP/1.1", closes: true, length: -1}, f)
}

func TestParseReply(t *testing.T) {
	tests := map[string]struct {
		text string
		cut  bool
		want replyFields
		ok   bool
	}{
		"status alone":       {"HTTP/1.1 200", false, replyFields{status: 200, version: "HTTP/1.1", length: -1}, true},
		"case and blanks":    {"http/1.0   204   \r\nx", false, replyFields{status: 204, version: "HTTP/1.0", length: 0}, true},
		"no reason":          {"HTTP/1.1 503\r\n\r\n", false, replyFields{status: 503, version: "HTTP/1.1", length: -1}, true},
		"blank before colon": {"HTTP/1.1 200 OK\r\nContent-Length : 7\r\n", false, replyFields{status: 200, version: "HTTP/1.1", length: 7}, true},
		"several challenges": {"HTTP/1.1 401 X\r\nwww-authenticate: a\r\nWWW-AUTHENTICATE:b\r\n", false, replyFields{status: 401, version: "HTTP/1.1", challenges: []string{"a", "b"}, length: -1}, true},
		"a field cut off":    {"HTTP/1.1 401 X\r\nwww-authenticate: Digest rea", true, replyFields{status: 401, version: "HTTP/1.1", length: -1}, true},
		"the length twice":   {"HTTP/1.1 401 X\r\nContent-Length: 7\r\nContent-Length: 7\r\n", false, replyFields{status: 401, version: "HTTP/1.1", length: 7}, true},
		"no length":          {"HTTP/1.1 401 X\r\nContent-Length: -7\r\n", false, replyFields{status: 401, version: "HTTP/1.1", closes: true, length: -1}, true},
		"folded at first":    {"HTTP/1.1 401 X\r\n www-authenticate: a\r\n", false, replyFields{status: 401, version: "HTTP/1.1", length: -1}, true},
		"a status cut off":   {"HTTP/1.1 401 X", true, replyFields{length: -1}, false},
		"no status":          {"HTTP/1.1 OK\r\n", false, replyFields{length: -1}, false},
		"a short status":     {"HTTP/1.1 20 OK\r\n", false, replyFields{length: -1}, false},
		"a low status":       {"HTTP/1.1 099 OK\r\n", false, replyFields{version: "HTTP/1.1", status: 99, length: -1}, false},
		"a status in words":  {"HTTP/1.1 2x0 OK\r\n", false, replyFields{version: "HTTP/1.1", length: -1}, false},
		"no HTTP":            {"HTML 200 OK\r\n", false, replyFields{length: -1}, false},
		"short":              {"HTTP 200 OK\r\n", false, replyFields{length: -1}, false},
		"nothing":            {"", false, replyFields{length: -1}, false},
	}
	for name, tt := range tests {
		f, ok := parseReply(tt.text, tt.cut)
		assert.Equal(t, tt.ok, ok, name)
		assert.Equal(t, tt.want, f, name)
	}
}

// At most 4 KiB are read, whatever comes; a status in them counts.
func TestReplyIsCut(t *testing.T) {
	bubble(t, "a head without end", func(t *testing.T) {
		c := newCPE(t, "HTTP/1.1 200 OK\r\n"+strings.Repeat("X: y\r\n", 1<<20))
		got, err := c.send(t, Sender{}, right)
		assert.NoError(t, err)
		assert.Equal(t, Accepted, got.Result)
	})
	bubble(t, "a line without end", func(t *testing.T) {
		c := newCPE(t, "HTTP/1.1 200 "+strings.Repeat("x", 1<<20))
		_, err := c.send(t, Sender{}, right)
		assert.ErrorIs(t, err, ErrNotHTTP)
	})
	bubble(t, "informational ones without end", func(t *testing.T) {
		c := newCPE(t, strings.Repeat("HTTP/1.1 100 Continue\r\n\r\n", 1<<16))
		got, err := c.send(t, Sender{}, right)
		assert.Error(t, err)
		assert.Equal(t, Refused, got.Result)
	})
	bubble(t, "line ends without end", func(t *testing.T) {
		c := newCPE(t, strings.Repeat("\r\n", 1<<16))
		_, err := c.send(t, Sender{}, right)
		assert.ErrorIs(t, err, ErrNotHTTP)
	})
}
