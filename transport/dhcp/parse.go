package dhcp

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Options say how to read. The zero value is strict.
type Options struct {
	// Lenient accepts deviations that real servers send and notes each as a
	// Diagnostic. False: they are errors.
	Lenient bool

	// Code1 takes sub-option 1 of an option 125 for the ACS URL, as some
	// servers send it, if it is an absolute http or https URL, no sub-option 11
	// is there, and none of 4 to 6, by which TR-069 Annex F's gateways are told.
	// False: 1 is one of the unknown sub-options.
	Code1 bool

	// Skip are codes of CodeProvisioningCode to CodeRetryMultiplier whose values
	// are not read but kept among the unknown sub-options, for a client that
	// lets DHCP set no such thing. Nil: all are read.
	Skip []uint16

	// VendorClass is what the client has announced in option 60. An answer to
	// another class than IsCWMP's is refused with ErrClass, or noted when
	// Lenient, for other vendors' options 43 have other content. Empty: it is
	// not asked.
	VendorClass string
}

// ParseOption43 reads the content of a DHCPv4 option 43, in TR-069's and in
// Comware's form. No sub-option 1 is no error: URL is empty. The error is an
// *Error, and the ACS that comes with it is zero; the diagnostics are those up
// to it. b is not kept.
func ParseOption43(b []byte, o Options) (ACS, []Diagnostic, error) {
	p := parser{Options: o, width: 1}
	return p.done(p.option43(b))
}

// A parser collects what the sub-options say.
type parser struct {
	Options
	width int    // of a code and of a length, in bytes
	shift uint16 // from a field's number to its code
	start int    // where the sub-options begin in the content
	acs   ACS
	seen  [CodeRetryMultiplier + 1]bool
	diags []Diagnostic
}

// fields are the sub-options known. Each returns a nil error, or
// the reason with ErrURL or ErrValue.
var fields = [...]func(p *parser, at int, text string) (string, error){
	CodeURL:              (*parser).url,
	CodeProvisioningCode: (*parser).provisioningCode,
	CodeRetryMinimumWait: (*parser).minimumWait,
	CodeRetryMultiplier:  (*parser).multiplier,
}

func (p *parser) done(err error) (ACS, []Diagnostic, error) {
	if err != nil {
		return ACS{}, p.diags, err
	}
	return p.acs, p.diags, nil
}

func (p *parser) note(d Deviation, at int, code uint16) {
	p.diags = append(p.diags, Diagnostic{d, at, code})
}

// deviate notes d when lenient and fails when strict.
func (p *parser) deviate(d Deviation, at int, code uint16, err error, reason string) error {
	if !p.Lenient {
		return &Error{at, code, err, reason}
	}
	p.note(d, at, code)
	return nil
}

func (p *parser) option43(b []byte) error {
	if err := p.admit(b); err != nil {
		return err
	}
	if bare(b) {
		return p.bare(b)
	}
	return p.list(b)
}

// admit looks at an option before its sub-options.
func (p *parser) admit(b []byte) error {
	if len(b) > MaxLength {
		return &Error{0, 0, ErrLength, fmt.Sprintf("%d bytes, at most %d", len(b), MaxLength)}
	}
	if p.VendorClass == "" || IsCWMP(p.VendorClass) {
		return nil
	}
	return p.deviate(OtherClass, 0, 0, ErrClass, "an answer to somebody else")
}

// list reads sub-options.
func (p *parser) list(b []byte) error {
	for at := 0; at < len(b); {
		switch code := b[at]; {
		case p.width == 1 && code == CodePad:
			at++
		case p.width == 1 && code == CodeEnd:
			p.end(b[at+1:], p.start+at)
			return nil
		default:
			n, err := p.next(b, at)
			if err != nil {
				return err
			}
			at += n
		}
	}
	return nil
}

// bare reads a URL, perhaps with credentials, that fills the whole option.
func (p *parser) bare(b []byte) error {
	if err := p.deviate(BareURL, 0, 0, ErrBareURL, "the option starts as a URL"); err != nil {
		return err
	}
	if len(b) > maxValue {
		return &Error{0, 0, ErrLength, "a bare URL of more than 255 bytes"}
	}
	return p.known(0, CodeURL, b)
}

// end notes what follows the end mark and is not padding.
func (p *parser) end(rest []byte, at int) {
	if len(bytes.Trim(rest, "\x00\xff")) > 0 {
		p.note(AfterEnd, at, CodeEnd)
	}
}

// next reads the sub-option at b[at:] and returns its length.
func (p *parser) next(b []byte, at int) (int, error) {
	rest, where := b[at:], p.start+at
	code := uint16(rest[0])
	if len(rest) < 2*p.width {
		return len(rest), p.deviate(NoLength, where, code, ErrLength, "no length byte")
	}
	n, value := int(rest[1]), rest[2*p.width:]
	if p.width == 2 {
		code, n = binary.BigEndian.Uint16(rest), int(binary.BigEndian.Uint16(rest[2:]))
	}
	if n > len(value) {
		reason := fmt.Sprintf("length %d, %d bytes left", n, len(value))
		if err := p.deviate(Clamped, where, code, ErrLength, reason); err != nil {
			return 0, err
		}
		n = len(value)
	}
	return 2*p.width + n, p.sub(where, code, value[:n])
}

func (p *parser) sub(at int, code uint16, value []byte) error {
	field := code - p.shift
	if field < CodeURL || field > CodeRetryMultiplier || code < p.shift || field > CodeURL && slices.Contains(p.Skip, field) {
		p.acs.Unknown = append(p.acs.Unknown, SubOption{code, bytes.Clone(value)})
		return nil
	}
	if p.seen[field] {
		return p.deviate(Duplicate, at, code, ErrDuplicate, "the first is at a lower offset")
	}
	p.seen[field] = true
	return p.known(at, code, value)
}

func (p *parser) known(at int, code uint16, value []byte) error {
	text := string(bytes.TrimRight(value, "\x00"))
	if len(text) < len(value) {
		p.note(TrailingNUL, at, code)
	}
	reason, err := fields[code-p.shift](p, at, text)
	if err == nil {
		return nil
	}
	if code-p.shift == CodeURL {
		return &Error{at, code, err, reason}
	}
	return p.deviate(BadValue, at, code, err, reason)
}

// url splits sub-option 1: one token is TR-069's, three are Comware's.
func (p *parser) url(at int, text string) (string, error) {
	parts := strings.SplitN(text, " ", 3)
	if reason := checkURL(parts[0]); reason != "" {
		return reason, ErrURL
	}
	if reason := checkText(text); reason != "" {
		return reason, ErrValue
	}
	p.acs.URL = parts[0]
	for i, part := range parts[1:] {
		p.credential(i, part)
		if part == "" {
			p.note(EmptyField, at, CodeURL+p.shift)
		}
	}
	if strings.Contains(p.acs.Password.Reveal(), " ") {
		p.note(PasswordSpace, at, CodeURL+p.shift)
	}
	return "", nil
}

func (p *parser) credential(i int, text string) {
	if i == 0 {
		p.acs.Username, p.acs.HasUsername = text, true
		return
	}
	p.acs.Password, p.acs.HasPassword = NewSecret(text), true
}

func (p *parser) provisioningCode(_ int, text string) (string, error) {
	if reason := checkCode(text); reason != "" {
		return reason, ErrValue
	}
	p.acs.ProvisioningCode, p.acs.HasProvisioningCode = text, true
	return "", nil
}

func (p *parser) minimumWait(_ int, text string) (string, error) {
	return decimal(text, 1, &p.acs.RetryMinimumWait)
}

func (p *parser) multiplier(_ int, text string) (string, error) {
	return decimal(text, minMultiplier, &p.acs.RetryMultiplier)
}

// decimal reads ASCII digits, low to 65535.
func decimal(text string, low uint16, to *uint16) (string, error) {
	n, err := strconv.ParseUint(text, 10, 16)
	if err != nil || uint16(n) < low {
		return fmt.Sprintf("need a decimal number from %d to 65535", low), ErrValue
	}
	*to = uint16(n)
	return "", nil
}
