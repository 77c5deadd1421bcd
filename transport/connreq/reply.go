package connreq

// NOTE: the reader of what CPEs answer, some of which net/http refuses: lines that end
// with LF alone, folded fields, blanks before a colon, no blank line before the end of
// the connection or before silence. A reply is what has come when its end is seen, or
// nothing comes any more, or 4 KiB are there. Only the status and what a challenge
// needs is looked at; a body is at most stepped over.

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"time"
)

const (
	// MaxReply is the most bytes of a reply that are read, its body included.
	MaxReply = 4 << 10
	// quiet is how long a CPE may pause inside of a reply; what has come then is
	// all of it.
	quiet = 2 * time.Second
)

// A reply is what is read of an HTTP response.
type reply struct {
	status     int
	challenges []string // values of WWW-Authenticate
	next       bool     // another request may follow on the connection
}

// A replyReader reads one reply of a connection.
type replyReader struct {
	conn  net.Conn
	until time.Time // no read waits longer
	buf   [MaxReply]byte
	n     int
}

// read reads a reply, after any informational ones. The error wraps ErrNoReply,
// ErrNotHTTP, or the connection's.
func (r *replyReader) read() (reply, error) {
	for from := 0; ; {
		begin, end, whole, err := r.head(from)
		if err != nil {
			return reply{}, err
		}
		f, ok := parseReply(string(r.buf[begin:end]), end == MaxReply && !whole)
		switch {
		case !ok:
			return reply{}, ErrNotHTTP
		case f.status < 200 && whole:
			from = end // 100 Continue and its like
			continue
		}
		return reply{f.status, f.challenges, whole && f.keeps() && r.skip(end, f.length)}, nil
	}
}

// head reads up to the end of a head, and returns where it begins and ends, and
// whether its blank line was seen.
func (r *replyReader) head(from int) (begin, end int, whole bool, err error) {
	for {
		for from < r.n && (r.buf[from] == '\r' || r.buf[from] == '\n') {
			from++
		}
		if end := headEnd(r.buf[from:r.n], 0); end > 0 {
			return from, from + end, true, nil
		}
		if r.n == MaxReply {
			return from, r.n, false, nil
		}
		begun := bytes.IndexByte(r.buf[from:r.n], '\n') >= 0
		switch err := r.more(begun); {
		case err == nil:
		case errors.Is(err, os.ErrDeadlineExceeded) && !begun:
			return 0, 0, false, err
		case r.n > from:
			return from, r.n, false, nil
		default:
			return 0, 0, false, fmt.Errorf("%w: %w", ErrNoReply, err)
		}
	}
}

// more reads once. Begun says that a part of the reply is there, so that silence is
// its end.
func (r *replyReader) more(begun bool) error {
	until := r.until
	if begun {
		until = earlier(until, time.Now().Add(quiet))
	}
	r.conn.SetReadDeadline(until)
	n, err := r.conn.Read(r.buf[r.n:])
	r.n += n
	if n > 0 {
		return nil
	}
	return err
}

// skip steps over a body and reports whether it ended where the reply says, within
// bounds.
func (r *replyReader) skip(end, length int) bool {
	if length > MaxReply-end {
		return false
	}
	for r.n < end+length {
		if r.more(true) != nil {
			return false
		}
	}
	return r.n == end+length
}

// The fields of a reply's head that are looked at.
type replyFields struct {
	status     int
	challenges []string
	version    string
	closes     bool
	length     int // of the body; negative if it is not known
}

// keeps reports whether the connection goes on after the reply.
func (f *replyFields) keeps() bool { return f.version == "HTTP/1.1" && !f.closes && f.length >= 0 }

// parseReply reads a head as far as it goes. If it was cut off, its last line counts
// for nothing. It reports false if there is no status line.
func parseReply(text string, cut bool) (replyFields, bool) {
	f := replyFields{length: -1}
	lines := strings.Split(text, "\n")
	if cut {
		lines = lines[:len(lines)-1]
	}
	var ok bool
	for i, line := range unfold(lines) {
		if i > 0 {
			f.field(line)
		} else if f.version, f.status, ok = statusLine(line); !ok {
			return f, false
		}
	}
	if f.status == statusNoContent {
		f.length = 0
	}
	return f, ok
}

// unfold takes line ends away and joins folded fields: RFC 9112 section 5.2.
func unfold(lines []string) []string {
	var all []string
	for i, line := range lines {
		line = strings.TrimRight(line, "\r")
		if i > 1 && line != "" && (line[0] == ' ' || line[0] == '\t') {
			all[len(all)-1] += " " + strings.Trim(line, " \t")
			continue
		}
		all = append(all, line)
	}
	return all
}

// statusLine reads the line that every response begins with.
func statusLine(line string) (version string, status int, ok bool) {
	words := strings.Fields(line)
	if len(words) < 2 || len(words[1]) != 3 || len(words[0]) < 5 || !strings.EqualFold(words[0][:5], "HTTP/") {
		return "", 0, false
	}
	status, err := strconv.Atoi(words[1])
	return strings.ToUpper(words[0]), status, err == nil && status >= 100
}

// field reads one header field; what is none is passed over.
func (f *replyFields) field(line string) {
	name, value, _ := strings.Cut(line, ":")
	value = strings.Trim(value, " \t")
	switch strings.ToLower(strings.TrimRight(name, " \t")) {
	case "www-authenticate":
		f.challenges = append(f.challenges, value)
	case "connection":
		f.closes = f.closes || hasWord(value, "close")
	case "transfer-encoding":
		f.closes = true // where its body ends is not looked for
	case "content-length":
		n, err := strconv.ParseUint(value, 10, 31)
		if err != nil || f.length >= 0 && f.length != int(n) {
			f.closes = true
			return
		}
		f.length = int(n)
	}
}
