package digest

// NOTE: the tokenizer for both headers. A scanner walks one header value by
// byte offsets and never looks at a byte twice except to step back over the
// name of the next scheme. The only ambiguity of the grammar is the comma,
// which parts directives and challenges alike: a token with "=" behind it is a
// directive, a token without opens the next challenge. What real peers do
// beyond the grammar and is accepted here: values with or without quotes as
// they like, blanks inside a value without quotes, a qop list without quotes.

import (
	"strings"

	"golang.org/x/net/http/httpguts"
)

// The bounds on a header. A header at the bound is read; past it the error is
// [ErrLimit].
const (
	// MaxHeader is the most bytes that all values given to one call may have
	// together.
	MaxHeader = 8 << 10
	// MaxChallenges is the most challenges in one call.
	MaxChallenges = 16
	// MaxDirectives is the most directives in one challenge or in credentials.
	MaxDirectives = 16
	// MaxValue is the most bytes of one directive's value, quoting removed.
	MaxValue = 512
)

// A scanner reads one header value.
type scanner struct {
	s     string
	pos   int
	value int // index of the header value, for errors
}

// A param is one directive.
type param struct {
	name, value string
	quoted      bool
}

// params are the directives of one scheme, at most MaxDirectives of them.
type params []param

// get finds a directive; names are compared without case.
func (ps params) get(name string) (string, bool) {
	for _, p := range ps {
		if strings.EqualFold(p.name, name) {
			return p.value, true
		}
	}
	return "", false
}

// extendQOP joins a token to a qop list that was begun without quotes:
// qop=auth,auth-int reads as two challenges otherwise.
func (ps params) extendQOP(token string) bool {
	if _, known := parseQOP(token); !known || token == "" || len(ps) == 0 {
		return false
	}
	last := &ps[len(ps)-1]
	if last.quoted || !strings.EqualFold(last.name, "qop") || len(last.value)+1+len(token) > MaxValue {
		return false
	}
	last.value += "," + token
	return true
}

// malformed makes an error at an offset.
func (p *scanner) malformed(at int, reason string) error {
	return &SyntaxError{Value: p.value, Offset: at, Reason: reason, Err: ErrMalformed}
}

// tooMuch makes an error for a bound.
func (p *scanner) tooMuch(at int, reason string) error {
	return &SyntaxError{Value: p.value, Offset: at, Reason: reason, Err: ErrLimit}
}

// done reports whether the value is read to its end.
func (p *scanner) done() bool { return p.pos >= len(p.s) }

// accept steps over one byte if it is c.
func (p *scanner) accept(c byte) bool {
	if p.done() || p.s[p.pos] != c {
		return false
	}
	p.pos++
	return true
}

// spaces steps over blanks.
func (p *scanner) spaces() {
	for p.accept(' ') || p.accept('\t') {
	}
}

// separators steps over blanks and commas and reports whether it saw a comma.
// Empty list elements are legal: RFC 9110 section 5.6.1.
func (p *scanner) separators() bool {
	comma := false
	for p.spaces(); p.accept(','); p.spaces() {
		comma = true
	}
	return comma
}

// token reads a token; it is empty if none stands here. RFC 9110 section 5.6.2.
func (p *scanner) token() string {
	start := p.pos
	for !p.done() && httpguts.IsTokenRune(rune(p.s[p.pos])) {
		p.pos++
	}
	return p.s[start:p.pos]
}

// token68 reads the other form of a scheme's data, up to a comma or the end,
// and steps back if there is none. RFC 9110 section 11.2.
func (p *scanner) token68() (string, bool) {
	start := p.pos
	for !p.done() && isToken68(p.s[p.pos]) {
		p.pos++
	}
	if p.pos == start {
		return "", false
	}
	for p.accept('=') {
	}
	end := p.pos
	p.spaces()
	if !p.done() && p.s[p.pos] != ',' {
		p.pos = start
		return "", false
	}
	return p.s[start:end], true
}

// isToken68 reports whether a byte is one of the 68.
func isToken68(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-._~+/", c) >= 0
}

// params reads the directives of a scheme, up to the next scheme or the end.
func (p *scanner) params() (params, error) {
	var ps params
	for comma := p.separators(); !p.done(); comma = p.separators() {
		if len(ps) > 0 && !comma {
			return nil, p.malformed(p.pos, "a comma is expected")
		}
		start := p.pos
		name := p.token()
		p.spaces()
		switch {
		case name != "" && p.accept('='):
		case ps.extendQOP(name):
			continue
		case name == "" || !comma:
			return nil, p.malformed(start, "a directive is expected")
		default: // the next scheme
			p.pos = start
			return ps, nil
		}
		if len(ps) == MaxDirectives {
			return nil, p.tooMuch(start, "too many directives")
		}
		if _, twice := ps.get(name); twice {
			return nil, p.malformed(start, "a directive stands twice")
		}
		d, err := p.directive(name)
		if err != nil {
			return nil, err
		}
		ps = append(ps, d)
	}
	return ps, nil
}

// directive reads the value behind a directive's equals sign.
func (p *scanner) directive(name string) (param, error) {
	p.spaces()
	if p.accept('"') {
		v, err := p.quoted()
		return param{name, v, true}, err
	}
	v, err := p.bare()
	return param{name, v, false}, err
}

// quoted reads a quoted-string whose opening quote is read, and undoes its
// quoted-pairs. RFC 9110 section 5.6.4.
func (p *scanner) quoted() (string, error) {
	start := p.pos - 1
	var b strings.Builder
	for ; !p.done(); p.pos++ {
		if p.accept('"') {
			return b.String(), nil
		}
		if p.accept('\\') && p.done() {
			break
		}
		c := p.s[p.pos]
		if isControl(c) {
			return "", p.malformed(p.pos, "a control character in a value")
		}
		if b.Len() == MaxValue {
			return "", p.tooMuch(p.pos, "a value is too long")
		}
		b.WriteByte(c)
	}
	return "", p.malformed(start, "a quoted value has no end")
}

// bare reads a value without quotes: all up to a comma or the end, less the
// blanks behind it. It is wider than a token, because a nonce in base64 and a
// realm of two words come without quotes from real devices.
func (p *scanner) bare() (string, error) {
	start := p.pos
	for ; !p.done() && p.s[p.pos] != ','; p.pos++ {
		if c := p.s[p.pos]; isControl(c) || c == '"' {
			return "", p.malformed(p.pos, "a character that needs quotes")
		}
	}
	v := strings.TrimRight(p.s[start:p.pos], " \t")
	if len(v) > MaxValue {
		return "", p.tooMuch(start+MaxValue, "a value is too long")
	}
	return v, nil
}

// isControl reports whether a byte may stand in no header value.
func isControl(c byte) bool { return c < ' ' && c != '\t' || c == 0x7f }

// quotable reports whether a text can stand in a quoted-string.
func quotable(s string) bool {
	for i := range len(s) {
		if isControl(s[i]) {
			return false
		}
	}
	return true
}

// escapes turns a text into the inside of a quoted-string.
var escapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

// quote makes a quoted-string of a text that is quotable.
func quote(s string) string { return `"` + escapes.Replace(s) + `"` }
