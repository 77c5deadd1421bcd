package transport_test

import (
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/transport"
)

// NOTE: SEC-33: requests that two readers may understand differently. Each is followed
// on its connection by what a second request would be in one of the readings; it must
// not become one. net/http reads them; what it lets through is written down here.

// evil is the request that is smuggled.
const evil = "POST /evil HTTP/1.1\r\nHost: acs.test\r\nX: y\r\nContent-Length: 0\r\n\r\n"

// A smuggled is a first request with evil in its body, or behind it.
type smuggled struct {
	name, text string
	// taken: the first request is read, in one way only.
	taken bool
}

// with is a POST with header lines and what follows the header.
func with(rest string, lines ...string) string {
	return "POST / HTTP/1.1\r\nHost: acs.test\r\n" + strings.Join(lines, "\r\n") + "\r\n\r\n" + rest
}

// refusedLines are header lines that make a request one to refuse, with evil behind it.
var refusedLines = []string{
	"Content-Length: 3\r\nContent-Length: 4", "Content-Length: 0\r\nContent-Length: 70", "Content-Length: 3, 4", "Content-Length: 0, 0",
	"Content-Length: -1", "Content-Length: +5", "Content-Length: 0x5", "Content-Length: 5 5", "Content-Length: 1e1", "Content-Length: 5;",
	"Content-Length: ", "Content-Length: 99999999999999999999", "Content-Length: \v5", "Content-Length: 5\x00", "Content-Length: ５",
	"Transfer-Encoding: identity", "Transfer-Encoding: gzip", "Transfer-Encoding: gzip, chunked", "Transfer-Encoding: chunked, identity",
	"Transfer-Encoding: chunked, chunked", "Transfer-Encoding: x", "Transfer-Encoding: \"chunked\"", "Transfer-Encoding: chunked;q=1",
	"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
	"Transfer-Encoding: \x0bchunked", "Transfer-Encoding: ,chunked", "Transfer-Encoding: chunked,",
	"Transfer-Encoding : chunked", "Transfer-Encoding\t: chunked", "Content-Length : 5", " Content-Length: 5", "\tTransfer-Encoding: chunked",
	"Content-Length\x00: 5", "Content-Length", ": 5", "Content Length: 5", "X: a\x00b", "X: a\rContent-Length: 5", "Transfer-Encoding:\r\n chunked, x",
	"Host: other.test",
}

// otherwise are whole requests.
var otherwise = []smuggled{
	{"no version", "POST /\r\n\r\n" + evil, false},
	{"version 3", "POST / HTTP/3.0\r\nHost: a\r\n\r\n" + evil, false},
	{"version of letters", "POST / HTTP/1.x\r\nHost: a\r\n\r\n" + evil, false},
	{"lower case version", "POST / http/1.1\r\nHost: a\r\n\r\n" + evil, false},
	{"two blanks", "POST  / HTTP/1.1\r\nHost: a\r\n\r\n" + evil, false},
	{"blank before", " POST / HTTP/1.1\r\nHost: a\r\n\r\n" + evil, false},
	{"empty line before", "\r\n\r\nPOST / HTTP/1.1\r\nHost: a\r\n\r\n" + evil, false},
	{"no host", "POST / HTTP/1.1\r\nContent-Length: 0\r\n\r\n" + evil, false},
	{"method that is no token", "PO(ST / HTTP/1.1\r\nHost: a\r\n\r\n" + evil, false},
	{"target with a control character", "POST /\x01 HTTP/1.1\r\nHost: a\r\n\r\n" + evil, false},
	{"length covers it", with(evil, "Content-Length: 64"), true},
	{"the same length twice covers it", with(evil, "Content-Length: 64", "Content-Length: 64"), true},
	{"chunk covers it", with("40\r\n"+evil+"\r\n0\r\n\r\n", "Transfer-Encoding: chunked"), true},
	{"chunk and a length", with("40\r\n"+evil+"\r\n0\r\n\r\n", "Transfer-Encoding: chunked", "Content-Length: 3"), true},
	{"length and a chunk", with("40\r\n"+evil+"\r\n0\r\n\r\n", "Content-Length: 3", "Transfer-Encoding: chunked"), true},
	{"chunk in capitals", with("40\r\n"+evil+"\r\n0\r\n\r\n", "Transfer-Encoding: CHUNKED"), true},
	{"chunked in HTTP/1.0", "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + evil, true},
	{"chunk without its end", with("40\r\n"+evil, "Transfer-Encoding: chunked"), true},
	{"chunk size of letters", with("xx\r\n"+evil, "Transfer-Encoding: chunked"), true},
	{"negative chunk size", with("-1\r\n"+evil, "Transfer-Encoding: chunked"), true},
	{"huge chunk size", with("fffffffffffffffff\r\n"+evil, "Transfer-Encoding: chunked"), true},
	{"bare line feed in chunks", with("0\n\n"+evil, "Transfer-Encoding: chunked"), true},
	{"quoted line end in an extension", with("1;x=\"\r\n\"\r\nx\r\n0\r\n\r\n"+evil, "Transfer-Encoding: chunked"), true},
	{"length in the trailer", with("1\r\nx\r\n0\r\nContent-Length: 64\r\n\r\n", "Transfer-Encoding: chunked"), true},
	{"chunk longer than it says", with("1\r\nxyz\r\n0\r\n\r\n"+evil, "Transfer-Encoding: chunked"), true},
}

// arrived runs a connection that says a text and returns the paths of the requests that
// came to the ACS, and what it answered.
func arrived(t *testing.T, text string) (paths []string, answer string) {
	var mu sync.Mutex
	acs := &transport.Server{}
	n := newNetwork(cut{})
	n.serve(t, "acs.test:80", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		paths = append(paths, r.URL.Path)
		mu.Unlock()
		acs.ServeHTTP(w, r)
	}), nil)
	conn, err := n.Dial(t.Context(), "tcp", "acs.test:80")
	require.NoError(t, err)
	defer conn.Close()
	io.WriteString(conn, text)
	all, _ := io.ReadAll(conn)
	pass(time.Minute)
	mu.Lock()
	defer mu.Unlock()
	return paths, string(all)
}

// Of a length and chunks net/http believes the chunks, as RFC 9112 section 6.3 has it,
// and keeps the connection, which it should not. It does not tell a handler, so that a
// proxy in front has to refuse such a request. Without a session's cookie and an Authorization of its own the second request is a stranger's.
func TestSEC33LengthAndChunks(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		paths, _ := arrived(t, with("0\r\n\r\n"+evil, "Content-Length: 69", "Transfer-Encoding: chunked"))
		assert.Equal(t, []string{"/", "/evil"}, paths)
	})
}

func TestSEC33Smuggling(t *testing.T) {
	require.Len(t, evil, 64)
	all := otherwise
	for _, lines := range refusedLines {
		all = append(all, smuggled{lines, with(evil, lines), false})
	}
	require.GreaterOrEqual(t, len(all), 50)
	for _, s := range all {
		bubble(t, s.name, func(t *testing.T) {
			paths, answer := arrived(t, s.text)
			if !s.taken {
				assert.Empty(t, paths)
				assert.Regexp(t, `^HTTP/1\.1 (400|501|505) `, answer)
				assert.Equal(t, 1, strings.Count(answer, "HTTP/1.1 "), "one answer, and the end of the connection")
				return
			}
			assert.Equal(t, []string{"/"}, paths)
		})
	}
}
