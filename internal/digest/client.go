package digest

// NOTE: the end that answers. All of its state is the challenge in force and
// what was done with it; Learn judges and adopts, Authorization answers. The
// verdict needs no word from the caller about success: a second answer to the
// same nonce with no challenge between the two says that the first was taken.

import (
	"encoding/hex"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"golang.org/x/net/http/httpguts"
)

// A Client answers the digest challenges of one origin with one user. It serves
// one request at a time, as CWMP has it, and is not safe for concurrent use.
// Username and Password may be changed between requests, as when a list of
// credentials is tried in order. Use a new Client for another origin: what one
// learned must not go to another. See TR-069 section 3.4.5 and RFC 7616
// section 3.4.
type Client struct {
	// Username is sent as it is, in UTF-8. Empty is an empty name.
	Username string
	// Password is never sent. Empty is an empty password.
	Password string

	// RequireAuth passes over every digest that does not offer qop=auth, so
	// that a man in the middle cannot take the client nonce out of the answer
	// by taking qop out of the challenge. Zero answers these as well.
	RequireAuth bool
	// Algorithms are those that may be answered. Nil means all four.
	Algorithms []Algorithm
	// Rand is the source of client nonces, 16 bytes each. Nil means
	// crypto/rand, which also steps in if Rand fails.
	Rand io.Reader

	now     offer
	nc      uint32 // uses of now's nonce
	cnonce  string // empty: to be drawn
	worked  bool   // an answer to now was taken
	pending bool   // an answer went out since the last Learn
	sent    [2]string
	rounds  int // answers to fresh nonces in a row that were not taken
	past    []use
}

// An offer is a challenge that can be answered, and how.
type offer struct {
	Challenge // Nonce is empty if there is none
	algorithm Algorithm
	qop       QOP
}

// A use is how often a nonce that is no longer in force was answered.
type use struct {
	nonce string
	nc    uint32
}

const (
	// remembered is how many nonces past a Client knows, so that one that
	// comes back is not counted from 1 again.
	remembered = 64
	// maxRounds is how many answers to fresh nonces may fail in a row.
	maxRounds = 2
)

// A Verdict says what a challenge means for the request that it answers.
type Verdict uint8

// The verdicts.
const (
	// Retry: send the request again with Authorization.
	Retry Verdict = iota + 1
	// Denied: these credentials are wrong, sending them again is of no use.
	Denied
	// Endless: the server calls every fresh nonce stale or changes its realm
	// each time; going on would only feed it digests.
	Endless
)

// String names the verdict.
func (v Verdict) String() string {
	names := [...]string{Retry: "retry", Denied: "denied", Endless: "endless"}
	if v == 0 || int(v) >= len(names) {
		return fmt.Sprintf("verdict %d", uint8(v))
	}
	return names[v]
}

// Learn takes the challenges of a 401, chooses the strongest digest among them
// and says whether to go on. SHA-256 goes before MD5, then qop=auth before
// auth-int before none, then a plain algorithm before -sess, then the order of
// the header. A -sess algorithm needs a qop.
//
// The credentials are called wrong if they stood in the refused request, are
// still the same, and the server neither called the nonce stale nor had taken
// it before. Otherwise the challenge is one to answer: a server may challenge
// anew at any time (TR-069 section 3.4.4), also without stale. So a request
// that is to go out bare although the Client is Ready must come after Forget;
// else its challenge is taken for the answer to the last credentials.
//
// The challenge is adopted whatever the verdict. Without one to adopt the error
// is a *Refusal of ErrUnsupported or ErrPolicy, and nothing changes.
func (c *Client) Learn(offers []Challenge) (Verdict, error) {
	best, err := c.choose(offers)
	if err != nil {
		return 0, err
	}
	v := c.judge(&best)
	c.adopt(best)
	return v, nil
}

// judge compares a challenge with the answer that it follows.
func (c *Client) judge(o *offer) Verdict {
	switch {
	case !c.pending || c.sent != [2]string{c.Username, c.Password}:
		c.rounds = 0
		return Retry
	case c.worked && o.Nonce != c.now.Nonce:
		c.rounds = 0
		return Retry
	case !o.Stale && o.Realm == c.now.Realm:
		return Denied
	}
	if c.rounds++; c.rounds >= maxRounds {
		return Endless
	}
	return Retry
}

// adopt puts a challenge in force. A nonce that was answered before is counted
// on, with a new client nonce if another was in force meanwhile.
func (c *Client) adopt(o offer) {
	if o.Nonce != c.now.Nonce {
		c.retire()
		c.cnonce = ""
		c.nc = 0
		if i := slices.IndexFunc(c.past, func(u use) bool { return u.nonce == o.Nonce }); i >= 0 {
			c.nc = c.past[i].nc
			c.past = slices.Delete(c.past, i, i+1)
		}
	}
	c.now, c.worked, c.pending = o, false, false
}

// retire remembers the nonce in force, if it was ever answered.
func (c *Client) retire() {
	if c.nc == 0 {
		return
	}
	if len(c.past) == remembered {
		c.past = slices.Delete(c.past, 0, 1)
	}
	c.past = append(c.past, use{c.now.Nonce, c.nc})
}

// choose finds the offer to answer.
func (c *Client) choose(offers []Challenge) (offer, error) {
	var best offer
	err := refuse(ErrUnsupported, "no digest that can be answered is offered")
	for _, ch := range offers {
		o, ok := answerable(ch)
		switch {
		case !ok:
		case !c.allows(&o):
			err = refuse(ErrPolicy, "no digest that may be answered is offered")
		case best.Nonce == "" || slices.Compare(o.rank(), best.rank()) > 0:
			best = o
		}
	}
	if best.Nonce == "" {
		return best, err
	}
	return best, nil
}

// answerable says how a challenge is answered, if it can be.
func answerable(ch Challenge) (offer, bool) {
	a, known := ParseAlgorithm(ch.Algorithm)
	if !known || !ch.Is(SchemeDigest) || ch.Nonce == "" {
		return offer{}, false
	}
	o := offer{Challenge: ch, algorithm: a}
	switch {
	case ch.offers(QOPAuth):
		o.qop = QOPAuth
	case ch.offers(QOPAuthInt):
		o.qop = QOPAuthInt
	case len(ch.QOP) > 0 || suites[a].sess:
		return o, false
	}
	return o, true
}

// allows applies the Client's policy.
func (c *Client) allows(o *offer) bool {
	if c.RequireAuth && o.qop != QOPAuth {
		return false
	}
	return c.Algorithms == nil || slices.Contains(c.Algorithms, o.algorithm)
}

// rank is what offers are compared by, the weightiest first.
func (o *offer) rank() []int {
	s := &suites[o.algorithm]
	protection := [...]int{QOPNone: 0, QOPAuthInt: 1, QOPAuth: 2}[o.qop]
	plain := 1
	if s.sess {
		plain = 0
	}
	return []int{s.strength, protection, plain}
}

// Ready reports whether there is a challenge to answer. Requests before that
// go out bare.
func (c *Client) Ready() bool { return c.now.Nonce != "" }

// Algorithm is the algorithm in force; MD5 if the Client is not Ready.
func (c *Client) Algorithm() Algorithm { return c.now.algorithm }

// QOP is the quality in force; QOPNone if the Client is not Ready.
func (c *Client) QOP() QOP { return c.now.qop }

// Authorization makes the header value for one request: the method, the request
// target as it will stand in the request line, and the body as it will be sent,
// content coding included, which counts with auth-int alone. Each call is one
// use of the nonce, also if the request then fails. The error is a *Refusal of
// ErrNoChallenge or ErrUnsendable.
func (c *Client) Authorization(method, uri string, body []byte) (string, error) {
	switch {
	case !c.Ready():
		return "", refuse(ErrNoChallenge, "")
	case c.nc == math.MaxUint32:
		return "", refuse(ErrNoChallenge, "the nonce is used up")
	case method == "" || strings.ContainsFunc(method, func(r rune) bool { return !httpguts.IsTokenRune(r) }):
		return "", refuse(ErrUnsendable, "the method is no token")
	case !quotable(c.Username) || !quotable(uri) || uri == "":
		return "", refuse(ErrUnsendable, "control character in username or uri, or no uri")
	}
	if c.cnonce == "" {
		var b [16]byte
		random(c.Rand, b[:])
		c.cnonce = hex.EncodeToString(b[:])
	}
	c.nc++
	c.worked = c.worked || c.pending
	c.pending = true
	c.sent = [2]string{c.Username, c.Password}
	return c.header(method, uri, body), nil
}

// header writes credentials. RFC 7616 section 3.4 says what is quoted: real
// servers refuse quotes around algorithm, qop and nc.
func (c *Client) header(method, uri string, body []byte) string {
	a := answer{
		algorithm: c.now.algorithm, qop: c.now.qop,
		username: c.Username, realm: c.now.Realm, password: c.Password,
		nonce: c.now.Nonce, nc: fmt.Sprintf("%08x", c.nc), cnonce: c.cnonce,
		method: method, uri: uri, body: body,
	}
	var b strings.Builder
	fmt.Fprintf(&b, "Digest username=%s, realm=%s, nonce=%s, uri=%s, response=%s",
		quote(a.username), quote(a.realm), quote(a.nonce), quote(a.uri), quote(a.response()))
	if c.now.Algorithm != "" {
		b.WriteString(", algorithm=" + c.now.Algorithm)
	}
	if c.now.HasOpaque {
		b.WriteString(", opaque=" + quote(c.now.Opaque))
	}
	if a.qop != QOPNone {
		fmt.Fprintf(&b, ", qop=%s, nc=%s, cnonce=%s", a.qop, a.nc, quote(a.cnonce))
	}
	return b.String()
}

// Reconnected says that a new connection was opened: the next answer has a new
// client nonce, as TR-069 section 3.4.5 asks, and goes on counting. With a
// -sess algorithm nothing changes, because its key is made of the client nonce
// once for all uses of a nonce.
func (c *Client) Reconnected() {
	if !suites[c.now.algorithm].sess {
		c.cnonce = ""
	}
}

// Forget drops the challenge in force: the next request goes out bare. The
// counts of nonces past are kept.
func (c *Client) Forget() {
	c.retire()
	c.now, c.nc, c.cnonce = offer{}, 0, ""
	c.worked, c.pending, c.rounds = false, false, 0
}

// String names no secret: a Client may be printed.
func (c Client) String() string { return fmt.Sprintf("digest.Client{%q}", c.Username) }

// GoString is String: %#v shows no more than %v.
func (c Client) GoString() string { return c.String() }
