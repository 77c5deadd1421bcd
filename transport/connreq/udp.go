package connreq

// NOTE: the codec of Annex G's datagram. It is one HTTP GET whose query carries the
// request; all that counts is in the request line. The signature covers the four
// values with nothing between them, so that the same bytes can be cut elsewhere: "ts"
// and "id" of 1120673700 and 1234 sign like 11206737001 and 234. A ts of exactly ten
// digits leaves one way to cut where it matters.

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// The bounds on a UDP connection request.
const (
	// MaxDatagram is the most bytes of a datagram.
	MaxDatagram = 2 << 10
	// MaxUDPValue is the most bytes of one value of its query, decoded.
	MaxUDPValue = 512
	// maxPairs is the most values of a query; those without a name of Annex G are
	// ignored.
	maxPairs = 16
)

// The first and the last ts of ten digits: in 2001 and in 2286.
const (
	minTS = 1_000_000_000
	maxTS = 9_999_999_999
)

// A UDPRequest is the content of a UDP connection request. See TR-069 Annex G.
type UDPRequest struct {
	// Host is UDPConnectionRequestAddress: host and port, the port left out if it
	// is 80.
	Host string
	// TS is when it was made, in seconds since 1970, of ten digits.
	TS int64
	// ID tells messages apart: an unsigned number in the standard, any text of 1 to
	// 512 bytes here.
	ID string
	// Username is ConnectionRequestUsername.
	Username string
	// CNonce is the sender's random text.
	CNonce string
	// Signature is what Parse found; Append makes its own.
	Signature [sha1.Size]byte
}

// Append writes the datagram, signed with ConnectionRequestPassword. The error wraps
// [ErrMalformed]: a Host that no request line can carry, a TS that has not ten
// digits, an empty ID, or a bound passed.
func (r UDPRequest) Append(dst []byte, password string) ([]byte, error) {
	if err := r.check(); err != nil {
		return dst, err
	}
	begin := len(dst)
	sum := r.sign(password)
	dst = fmt.Appendf(dst, "GET http://%s?ts=%d&id=%s&un=%s&cn=%s&sig=%X HTTP/1.1\r\nHost: %s\r\n\r\n",
		r.Host, r.TS, url.QueryEscape(r.ID), url.QueryEscape(r.Username), url.QueryEscape(r.CNonce), sum, r.Host)
	if len(dst)-begin > MaxDatagram {
		return dst[:begin], malformed("over 2 KiB")
	}
	return dst, nil
}

// check applies the rules that a reader applies.
func (r *UDPRequest) check() error {
	switch {
	case r.Host == "" || !isVisible(r.Host) || strings.ContainsAny(r.Host, "/?#@"):
		return malformed("the host")
	case r.TS < minTS || r.TS > maxTS:
		return malformed("ts has not ten digits")
	case r.ID == "":
		return malformed("no id")
	case max(len(r.ID), len(r.Username), len(r.CNonce)) > MaxUDPValue:
		return malformed("a value is too long")
	}
	return nil
}

// sign computes HMAC-SHA1 over ts, id, un and cn. Annex G.
func (r *UDPRequest) sign(password string) []byte {
	h := hmac.New(sha1.New, []byte(password))
	h.Write(strconv.AppendInt(nil, r.TS, 10))
	h.Write([]byte(r.ID + r.Username + r.CNonce))
	return h.Sum(nil)
}

// Signed reports, in constant time, whether the Signature is right.
func (r UDPRequest) Signed(password string) bool {
	return hmac.Equal(r.Signature[:], r.sign(password))
}

// IsUDPRequest reports whether a datagram looks like a connection request, for a
// socket that gets STUN too: a STUN message never begins with a letter.
func IsUDPRequest(b []byte) bool { return len(b) >= 4 && string(b[:4]) == "GET " }

// ParseUDPRequest reads a datagram. It proves nothing: see [UDPRequest.Signed], and
// [UDPReceiver] for all of what a CPE checks. The error wraps [ErrMalformed].
func ParseUDPRequest(b []byte) (UDPRequest, error) {
	var r UDPRequest
	if len(b) > MaxDatagram {
		return r, malformed("over 2 KiB")
	}
	line, fields, _ := strings.Cut(string(b), "\n")
	if err := noBody(fields); err != nil {
		return r, err
	}
	target, ok := cutAround(strings.TrimSuffix(line, "\r"), "GET ", " HTTP/1.1")
	if !ok || !isVisible(target) {
		return r, malformed("the request line")
	}
	scheme, rest, ok := strings.Cut(target, "://")
	if !ok || !strings.EqualFold(scheme, "http") {
		return r, malformed("not an http URL")
	}
	host, query, _ := strings.Cut(rest, "?")
	r.Host = strings.TrimSuffix(host, "/")
	if err := r.query(query); err != nil {
		return UDPRequest{}, err
	}
	if err := r.check(); err != nil {
		return UDPRequest{}, err
	}
	return r, nil
}

// cutAround cuts a text out between its beginning and its end.
func cutAround(s, begin, end string) (string, bool) {
	s, ok := strings.CutPrefix(s, begin)
	if !ok {
		return "", false
	}
	return strings.CutSuffix(s, end)
}

// noBody checks what stands behind the request line: header fields, whatever they
// say, and no body. The blank line may be missing.
func noBody(fields string) error {
	for fields != "" {
		line, rest, _ := strings.Cut(fields, "\n")
		line = strings.TrimSuffix(line, "\r")
		name, value, ok := strings.Cut(line, ":")
		switch {
		case line == "" && rest == "":
			return nil
		case !ok || !isToken(name):
			return malformed("a header field, or a body")
		case strings.EqualFold(name, "Content-Length") && strings.Trim(value, " \t0") != "":
			return malformed("a body is announced")
		}
		fields = rest
	}
	return nil
}

// udpNames are Annex G's values, each of which stands once; others are ignored.
var udpNames = [...]string{"ts", "id", "un", "cn", "sig"}

// query reads the values.
func (r *UDPRequest) query(query string) error {
	var values [len(udpNames)]string
	var seen [len(udpNames)]bool
	n := 0
	for pair := range strings.SplitSeq(query, "&") {
		if n++; n > maxPairs {
			return malformed("too many values")
		}
		name, text, _ := strings.Cut(pair, "=")
		i := slices.Index(udpNames[:], name)
		if i < 0 {
			continue
		}
		value, err := url.QueryUnescape(text)
		switch {
		case err != nil:
			return malformed("an escape in the query")
		case seen[i]:
			return malformed("a value stands twice")
		}
		values[i], seen[i] = value, true
	}
	if i := slices.Index(seen[:], false); i >= 0 {
		return malformed("no " + udpNames[i])
	}
	r.ID, r.Username, r.CNonce = values[1], values[2], values[3]
	return r.numbers(values[0], values[4])
}

// numbers reads ts and sig.
func (r *UDPRequest) numbers(ts, sig string) error {
	n, err := strconv.ParseUint(ts, 10, 63)
	if err != nil || ts[0] == '0' {
		return malformed("ts is no number")
	}
	sum, err := hex.DecodeString(sig)
	if err != nil || len(sum) != sha1.Size {
		return malformed("sig is no HMAC-SHA1")
	}
	r.TS = int64(n)
	copy(r.Signature[:], sum)
	return nil
}

// malformed says what is wrong with a datagram, in constant words.
func malformed(what string) error { return fmt.Errorf("%w: %s", ErrMalformed, what) }
