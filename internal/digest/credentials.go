package digest

// NOTE: reading Authorization. The reader is as lenient as the one of
// challenges, because clients quote qop, nc and algorithm or leave the quotes
// of the others away; what it demands is what the digest cannot be checked
// without.

import (
	"encoding/base64"
	"strconv"
	"strings"
)

// Credentials are the content of an Authorization header. Its texts are the
// values with quoting undone. Formatting one with package fmt or encoding/json
// never shows the password or the response. See RFC 7616 section 3.4.
type Credentials struct {
	// Scheme is the scheme as written; compare with Is. For one other than
	// digest and basic nothing else is filled.
	Scheme string
	// Username is the user, of digest and basic.
	Username string
	// Password is basic's; a digest has none.
	Password string `json:"-"`

	// Realm, Nonce and Opaque are the challenge's, returned.
	Realm, Nonce, Opaque string
	// URI is the target of the request as the client sees it.
	URI string
	// Algorithm is the name as written; empty means MD5.
	Algorithm string
	// QOP is the quality chosen; empty means the form of RFC 2069.
	QOP string
	// NC is the nonce count as written, which is how it is hashed.
	NC string
	// Count is the value of NC, from 1; 0 without QOP.
	Count uint32
	// CNonce is the client's nonce.
	CNonce string
	// Response is the digest, in hexadecimal.
	Response string `json:"-"`
}

// Is compares the scheme, without case.
func (c Credentials) Is(scheme string) bool { return strings.EqualFold(c.Scheme, scheme) }

// String names the scheme and the user and nothing else.
func (c Credentials) String() string {
	return "digest.Credentials{" + strconv.Quote(c.Scheme) + " " + strconv.Quote(c.Username) + "}"
}

// GoString is String: %#v shows no more than %v.
func (c Credentials) GoString() string { return c.String() }

// A field is one directive of digest credentials.
type field struct {
	name   string
	of     func(*Credentials) *string
	always bool // no digest is complete without
	qop    bool // needed with qop
}

// fields are the directives that are read; others are ignored.
var fields = []field{
	{name: "username", of: func(c *Credentials) *string { return &c.Username }, always: true},
	{name: "realm", of: func(c *Credentials) *string { return &c.Realm }, always: true},
	{name: "nonce", of: func(c *Credentials) *string { return &c.Nonce }, always: true},
	{name: "uri", of: func(c *Credentials) *string { return &c.URI }, always: true},
	{name: "response", of: func(c *Credentials) *string { return &c.Response }, always: true},
	{name: "opaque", of: func(c *Credentials) *string { return &c.Opaque }},
	{name: "algorithm", of: func(c *Credentials) *string { return &c.Algorithm }},
	{name: "qop", of: func(c *Credentials) *string { return &c.QOP }},
	{name: "cnonce", of: func(c *Credentials) *string { return &c.CNonce }, qop: true},
	{name: "nc", of: func(c *Credentials) *string { return &c.NC }, qop: true},
}

// ParseCredentials reads the value of Authorization. An error is a
// *SyntaxError. Digest credentials that are returned have username, realm,
// nonce, uri and response, and with qop also cnonce and a count.
func ParseCredentials(value string) (Credentials, error) {
	if err := bounded([]string{value}); err != nil {
		return Credentials{}, err
	}
	p := &scanner{s: value}
	p.spaces()
	c := Credentials{Scheme: p.token()}
	var err error
	switch {
	case c.Scheme == "":
		err = p.malformed(p.pos, "a scheme is expected")
	case c.Is(SchemeDigest):
		err = p.digest(&c)
	case c.Is(SchemeBasic):
		err = p.basic(&c)
	}
	if err != nil {
		return Credentials{}, err
	}
	return c, nil
}

// digest reads the directives of digest credentials.
func (p *scanner) digest(c *Credentials) error {
	ps, err := p.params()
	if err != nil {
		return err
	}
	if !p.done() {
		return p.malformed(p.pos, "a directive is expected")
	}
	qop, _ := ps.get("qop")
	for _, f := range fields {
		v, ok := ps.get(f.name)
		if !ok && (f.always || f.qop && qop != "") {
			return p.malformed(p.pos, "the credentials have no "+f.name)
		}
		*f.of(c) = v
	}
	return p.count(c)
}

// count reads the nonce count: up to 8 hexadecimal digits, not zero.
func (p *scanner) count(c *Credentials) error {
	if c.QOP == "" {
		return nil
	}
	n, err := strconv.ParseUint(c.NC, 16, 32)
	if err != nil || n == 0 || len(c.NC) > 8 {
		return p.malformed(p.pos, "nc is no count")
	}
	c.Count = uint32(n)
	return nil
}

// basic reads user and password. RFC 7617 section 2.
func (p *scanner) basic(c *Credentials) error {
	p.spaces()
	start := p.pos
	raw, ok := p.token68()
	if !ok || !p.done() {
		return p.malformed(start, "basic credentials are one token")
	}
	plain, err := base64.StdEncoding.DecodeString(raw)
	if err != nil {
		return p.malformed(start, "basic credentials are not base64")
	}
	c.Username, c.Password, ok = strings.Cut(string(plain), ":")
	if !ok || !quotable(string(plain)) {
		return p.malformed(start, "basic credentials are no user and password")
	}
	if max(len(c.Username), len(c.Password)) > MaxValue {
		return p.tooMuch(start, "a value is too long")
	}
	return nil
}
