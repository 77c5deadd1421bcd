package digest

// NOTE: reading WWW-Authenticate. Every challenge of every value is returned,
// in the order of the header, so that a caller can see what else was offered;
// the choice among digests is the Client's.

import (
	"slices"
	"strings"
)

// The schemes that this package reads, for [Challenge.Is] and [Credentials.Is].
const (
	// SchemeDigest is the scheme of RFC 7616.
	SchemeDigest = "Digest"
	// SchemeBasic is the scheme of RFC 7617: it is recognised, not answered.
	SchemeBasic = "Basic"
)

// A Challenge is one challenge of a WWW-Authenticate header. Its texts are the
// values with quoting undone. For a scheme other than digest only Scheme and
// Realm are filled. See RFC 7616 section 3.3.
type Challenge struct {
	// Scheme is the scheme as written; compare with Is.
	Scheme string
	// Realm is empty if a scheme other than digest has none.
	Realm string
	// Nonce is never empty in a digest.
	Nonce string
	// Opaque is to be returned as it is; HasOpaque tells an empty one, which
	// is returned too, from none.
	Opaque string
	// HasOpaque is false if the challenge has no opaque.
	HasOpaque bool
	// Algorithm is the name as written, empty if none is: MD5 is meant then.
	// See ParseAlgorithm.
	Algorithm string
	// QOP are the qualities offered, as written; none means the form of
	// RFC 2069.
	QOP []string
	// Stale says that the credentials were right and only the nonce too old.
	Stale bool
}

// Is compares the scheme, without case.
func (c Challenge) Is(scheme string) bool { return strings.EqualFold(c.Scheme, scheme) }

// ParseChallenges reads the values of WWW-Authenticate: any number of schemes
// in any number of values. Directives that it does not know are left out. No
// values are no challenges and no error. An error is a *SyntaxError, and then
// no challenge is returned: one that was cut out of a broken header may not be
// what the server meant.
func ParseChallenges(values []string) ([]Challenge, error) {
	if err := bounded(values); err != nil {
		return nil, err
	}
	var all []Challenge
	for i, v := range values {
		p := &scanner{s: v, value: i}
		for p.separators(); !p.done(); p.separators() {
			if len(all) == MaxChallenges {
				return nil, p.tooMuch(p.pos, "too many challenges")
			}
			c, err := p.challenge()
			if err != nil {
				return nil, err
			}
			all = append(all, c)
		}
	}
	return all, nil
}

// bounded checks the size of the values together.
func bounded(values []string) error {
	left := MaxHeader
	for i, v := range values {
		if len(v) > left {
			p := &scanner{value: i}
			return p.tooMuch(left, "the header is too long")
		}
		left -= len(v)
	}
	return nil
}

// challenge reads one challenge.
func (p *scanner) challenge() (Challenge, error) {
	start := p.pos
	c := Challenge{Scheme: p.token()}
	if c.Scheme == "" {
		return c, p.malformed(start, "a scheme is expected")
	}
	if p.opaqueData(c.Scheme) {
		return c, nil
	}
	ps, err := p.params()
	if err != nil {
		return c, err
	}
	c.Realm, _ = ps.get("realm")
	if !c.Is(SchemeDigest) {
		return c, nil
	}
	for _, name := range []string{"realm", "nonce"} {
		if _, ok := ps.get(name); !ok {
			return c, p.malformed(start, "a digest challenge has no "+name)
		}
	}
	c.read(ps)
	if c.Nonce == "" {
		return c, p.malformed(start, "the nonce is empty")
	}
	return c, nil
}

// opaqueData steps over the token68 of a scheme that we do not answer. Digest
// and basic have none, and "realm=" alone would look like one.
func (p *scanner) opaqueData(scheme string) bool {
	if strings.EqualFold(scheme, SchemeDigest) || strings.EqualFold(scheme, SchemeBasic) {
		return false
	}
	p.spaces()
	_, ok := p.token68()
	return ok
}

// read takes what a digest has beyond its realm.
func (c *Challenge) read(ps params) {
	c.Nonce, _ = ps.get("nonce")
	c.Opaque, c.HasOpaque = ps.get("opaque")
	c.Algorithm, _ = ps.get("algorithm")
	stale, _ := ps.get("stale")
	c.Stale = strings.EqualFold(stale, "true")
	qop, _ := ps.get("qop")
	for word := range strings.SplitSeq(qop, ",") {
		if word = strings.TrimSpace(word); word != "" {
			c.QOP = append(c.QOP, word)
		}
	}
}

// offers reports whether a quality is in the challenge.
func (c *Challenge) offers(q QOP) bool {
	return slices.ContainsFunc(c.QOP, func(s string) bool { return strings.EqualFold(s, q.String()) })
}
