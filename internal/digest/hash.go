package digest

// NOTE: the arithmetic of RFC 7616 section 3.4, once for both ends. MD5 is what
// TR-069 makes mandatory (section 3.4.5); it is no recommendation.

import (
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
	"strings"
)

// An Algorithm is a hash and how the session enters it. The zero value is MD5,
// as it is for a challenge that names none. See RFC 7616 section 3.3.
type Algorithm uint8

// The algorithms that both ends know. SHA-512-256 is left out: no CWMP peer is
// known to offer it.
const (
	// MD5 is mandatory for both ends: TR-069 section 3.4.5.
	MD5 Algorithm = iota
	// MD5Sess is MD5 with a key for each nonce and cnonce.
	MD5Sess
	// SHA256 is the one to prefer where both ends have it.
	SHA256
	// SHA256Sess is SHA256 with a key for each nonce and cnonce.
	SHA256Sess
)

// A suite is what an Algorithm stands for.
type suite struct {
	name     string
	new      func() hash.Hash
	sess     bool
	strength int // of the hash, for the choice among offers
}

var suites = [...]suite{
	MD5:        {name: "MD5", new: md5.New, strength: 1},
	MD5Sess:    {name: "MD5-sess", new: md5.New, strength: 1, sess: true},
	SHA256:     {name: "SHA-256", new: sha256.New, strength: 2},
	SHA256Sess: {name: "SHA-256-sess", new: sha256.New, strength: 2, sess: true},
}

// ParseAlgorithm finds an algorithm by its name, without case. The empty name
// is MD5. It reports false for one that this package does not know.
func ParseAlgorithm(name string) (Algorithm, bool) {
	for i, s := range suites {
		if name == "" || strings.EqualFold(name, s.name) {
			return Algorithm(i), true
		}
	}
	return 0, false
}

// String is the name in RFC 7616; empty for a value that is none of the four.
func (a Algorithm) String() string {
	if int(a) >= len(suites) {
		return ""
	}
	return suites[a].name
}

// A QOP is a quality of protection. See RFC 7616 section 3.3.
type QOP uint8

// The qualities of protection.
const (
	// QOPNone is the form of RFC 2069: no count and no client nonce. A server
	// accepts each nonce once in it.
	QOPNone QOP = iota
	// QOPAuth protects method and uri and counts the uses of a nonce.
	QOPAuth
	// QOPAuthInt protects the body too.
	QOPAuthInt
)

var qops = [...]string{QOPNone: "", QOPAuth: "auth", QOPAuthInt: "auth-int"}

// parseQOP finds a quality by its name, without case; the empty name is
// QOPNone.
func parseQOP(name string) (QOP, bool) {
	for i, s := range qops {
		if strings.EqualFold(name, s) {
			return QOP(i), true
		}
	}
	return 0, false
}

// String is the name in RFC 7616; empty for QOPNone and for a value that is
// none of the three.
func (q QOP) String() string {
	if int(q) >= len(qops) {
		return ""
	}
	return qops[q]
}

// An answer is all that enters a response.
type answer struct {
	algorithm                 Algorithm
	qop                       QOP
	username, realm, password string
	nonce, nc, cnonce         string
	method, uri               string
	body                      []byte // with QOPAuthInt only
}

// response computes the digest. RFC 7616 section 3.4.1 to 3.4.3.
func (a *answer) response() string {
	s := &suites[a.algorithm]
	a1 := s.sum(a.username, a.realm, a.password)
	if s.sess {
		a1 = s.sum(a1, a.nonce, a.cnonce)
	}
	a2 := s.sum(a.method, a.uri)
	if a.qop == QOPAuthInt {
		a2 = s.sum(a.method, a.uri, s.sum(string(a.body)))
	}
	if a.qop == QOPNone {
		return s.sum(a1, a.nonce, a2)
	}
	return s.sum(a1, a.nonce, a.nc, a.cnonce, a.qop.String(), a2)
}

// sum hashes texts with colons between them, into lower-case hexadecimal.
func (s *suite) sum(texts ...string) string {
	h := s.new()
	for i, t := range texts {
		if i > 0 {
			io.WriteString(h, ":")
		}
		io.WriteString(h, t)
	}
	return hex.EncodeToString(h.Sum(nil))
}
