package connreq

// NOTE: the reader of the port that the Internet attacks. It knows a request line
// and four header fields; of all others it checks the form and forgets them:
// cookies, bodies, codings and hosts are never looked into. One buffer of a fixed
// size holds all of a request, and every bound is checked before more is read.

import (
	"bytes"
	"errors"
	"io"
	"strings"

	"golang.org/x/net/http/httpguts"
)

// The bounds on a request. One at the bound is read; past it the answer is 431.
const (
	// MaxHead is the most bytes of a request up to the blank line that ends it.
	MaxHead = 8 << 10
	// MaxLine is the most bytes of one of its lines, the line end not counted.
	MaxLine = 4 << 10
	// MaxFields is the most header fields.
	MaxFields = 64
	// maxBlank is the most bytes of line ends before a request line.
	maxBlank = 64
)

// The statuses that a Listener answers with.
const (
	statusOK         = 200
	statusNoContent  = 204
	statusBad        = 400
	statusDenied     = 401
	statusNotFound   = 404
	statusMethod     = 405
	statusTooLarge   = 431
	statusBusy       = 503
	statusBadVersion = 505
)

var reasons = map[int]string{
	statusOK: "OK", statusNoContent: "No Content", statusBad: "Bad Request", statusDenied: "Unauthorized",
	statusNotFound: "Not Found", statusMethod: "Method Not Allowed", statusTooLarge: "Request Header Fields Too Large",
	statusBusy: "Service Unavailable", statusBadVersion: "HTTP Version Not Supported",
}

// A head is what is read of a request.
type head struct {
	method, target string
	authorization  string
	last           bool // the client closes, or sends more than we read
}

// A statusErr is a request that gets a status and no more.
type statusErr int

// Error names the status.
func (s statusErr) Error() string { return reasons[int(s)] }

var errEnded = errors.New("connection ended before a request was complete")

// A headReader cuts requests out of a connection, one after the other.
type headReader struct {
	conn io.Reader
	buf  [MaxHead]byte
	n    int // bytes in buf
}

// next reads one request. The error is a statusErr to answer with, or errEnded.
func (r *headReader) next() (head, error) {
	for from, blank := 0, 0; ; {
		if blank += r.skipBlank(); blank > maxBlank {
			return head{}, statusErr(statusBad)
		}
		if end := headEnd(r.buf[:r.n], from); end > 0 {
			h, err := parseHead(string(r.buf[:end]))
			r.n = copy(r.buf[:], r.buf[end:r.n])
			return h, err
		}
		if r.n == len(r.buf) {
			return head{}, statusErr(statusTooLarge)
		}
		from = max(r.n-2, 0)
		n, err := r.conn.Read(r.buf[r.n:])
		r.n += n
		if err != nil && n == 0 {
			return head{}, errEnded
		}
	}
}

// skipBlank drops line ends before a request line, which RFC 9112 section 2.2 asks
// for, and says how many bytes it dropped.
func (r *headReader) skipBlank() int {
	had := r.n
	if rest := bytes.TrimLeft(r.buf[:r.n], "\r\n"); len(rest) < r.n {
		r.n = copy(r.buf[:], rest)
	}
	return had - r.n
}

// headEnd finds the end of a head, behind its blank line; 0 if it is not there yet.
// A line may end with a bare LF. Nothing before from can be a blank line's LF.
func headEnd(b []byte, from int) int {
	for i := from; i < len(b); i++ {
		if b[i] != '\n' {
			continue
		}
		if i >= 1 && b[i-1] == '\n' || i >= 2 && b[i-1] == '\r' && b[i-2] == '\n' {
			return i + 1
		}
	}
	return 0
}

// parseHead reads a head with its blank line.
func parseHead(text string) (head, error) {
	var h head
	line, rest, err := cutLine(text)
	if err != nil {
		return h, err
	}
	if err := h.requestLine(line); err != nil {
		return h, err
	}
	for fields := 0; ; fields++ {
		if line, rest, err = cutLine(rest); err != nil {
			return h, err
		}
		switch {
		case line == "":
			return h, nil
		case fields == MaxFields:
			return h, statusErr(statusTooLarge)
		}
		if err := h.field(line); err != nil {
			return h, err
		}
	}
}

// cutLine takes the first line off a text that has one.
func cutLine(text string) (line, rest string, err error) {
	line, rest, _ = strings.Cut(text, "\n")
	line = strings.TrimSuffix(line, "\r")
	if len(line) > MaxLine {
		return "", "", statusErr(statusTooLarge)
	}
	for i := range len(line) {
		if c := line[i]; c < ' ' && c != '\t' || c == 0x7f {
			return "", "", statusErr(statusBad)
		}
	}
	return line, rest, nil
}

// requestLine reads the line that every request begins with. RFC 9112 section 3.
func (h *head) requestLine(line string) error {
	method, rest, _ := strings.Cut(line, " ")
	target, version, ok := strings.Cut(rest, " ")
	switch {
	case !ok || !isToken(method) || target == "" || !isVisible(target):
		return statusErr(statusBad)
	case version == "HTTP/1.0":
		h.last = true
	case version != "HTTP/1.1":
		return notVersion(version)
	}
	h.method, h.target = method, target
	return nil
}

// notVersion tells another version from what is none.
func notVersion(version string) error {
	if len(version) == len("HTTP/1.1") && strings.HasPrefix(version, "HTTP/") {
		return statusErr(statusBadVersion)
	}
	return statusErr(statusBad)
}

// field reads one header field. A folded one begins with a blank, which no name
// does: it is refused (RFC 9112 section 5.2).
func (h *head) field(line string) error {
	name, value, ok := strings.Cut(line, ":")
	if !ok || !isToken(name) {
		return statusErr(statusBad)
	}
	value = strings.Trim(value, " \t")
	switch strings.ToLower(name) {
	case "authorization":
		if h.authorization != "" {
			return statusErr(statusBad)
		}
		h.authorization = value
	case "content-length":
		h.last = h.last || strings.Trim(value, "0") != ""
	case "transfer-encoding":
		h.last = true
	case "connection":
		h.last = h.last || hasWord(value, "close")
	}
	return nil
}

// hasWord looks for a word in a list with commas, without case.
func hasWord(list, word string) bool {
	for w := range strings.SplitSeq(list, ",") {
		if strings.EqualFold(strings.Trim(w, " \t"), word) {
			return true
		}
	}
	return false
}

// isToken reports whether a text is a token: RFC 9110 section 5.6.2.
func isToken(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return !httpguts.IsTokenRune(r) })
}

// isVisible reports whether all bytes of a text are visible ASCII.
func isVisible(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] >= 0x7f {
			return false
		}
	}
	return true
}

// pathOf is the path of a request target, whether or not it is absolute, without
// its query.
func pathOf(target string) string {
	if i := strings.Index(target, "://"); i >= 0 && !strings.ContainsAny(target[:i], "/?*") {
		rest := target[i+len("://"):]
		slash := strings.IndexAny(rest, "/?")
		if slash < 0 {
			return "/"
		}
		target = rest[slash:]
	}
	path, _, _ := strings.Cut(target, "?")
	if path == "" {
		return "/"
	}
	return path
}
