package dhcp

import (
	"bytes"
	"encoding/binary"
	"fmt"
)

// The options that carry their sub-options under an enterprise number, so
// that several vendors can share one: 125 of DHCPv4 (RFC 3925 4) and 17 of
// DHCPv6 (RFC 8415 21.17).

// header is the length of an enterprise number.
const header = 4

// ParseOption125 reads the content of a DHCPv4 option 125: the sub-options 11
// to 14 under Enterprise. Other enterprises are passed over, and without this
// one the ACS says nothing. An enterprise that comes twice, which RFC 3925
// leaves undefined, is an error, or the first counts when Lenient. Results
// are as those of ParseOption43.
func ParseOption125(b []byte, o Options) (ACS, []Diagnostic, error) {
	p := parser{Options: o, width: 1, shift: shift125}
	return p.done(p.option125(b))
}

func (p *parser) option125(b []byte) error {
	if err := p.admit(b); err != nil {
		return err
	}
	found := false
	for at := 0; at < len(b); {
		n, data, err := p.enterprise(b, at)
		if err != nil {
			return err
		}
		ours := n > header && binary.BigEndian.Uint32(b[at:]) == Enterprise
		p.start = at + header + 1
		at += n
		if !ours {
			continue
		}
		if found {
			err = p.deviate(Duplicate, p.start-header-1, 0, ErrDuplicate, "the enterprise is there already")
		} else {
			err = p.list(data)
		}
		if err != nil {
			return err
		}
		found = true
	}
	return p.code1()
}

// enterprise reads one enterprise's header and returns the length of it all
// and the data.
func (p *parser) enterprise(b []byte, at int) (int, []byte, error) {
	rest := b[at:]
	if len(rest) <= header {
		return len(rest), nil, p.deviate(NoLength, at, 0, ErrLength, "no room for an enterprise number and a length")
	}
	n, data := int(rest[header]), rest[header+1:]
	if n > len(data) {
		reason := fmt.Sprintf("length %d, %d bytes left", n, len(data))
		if err := p.deviate(Clamped, at, 0, ErrLength, reason); err != nil {
			return 0, nil, err
		}
		n = len(data)
	}
	return header + 1 + n, data[:n], nil
}

// code1 takes sub-option 1 for the URL, where Options.Code1 allows it.
func (p *parser) code1() error {
	if !p.Code1 || p.acs.URL != "" {
		return nil
	}
	url := -1
	for i, s := range p.acs.Unknown {
		switch {
		case s.Code >= 4 && s.Code <= 6:
			return nil
		case s.Code == CodeURL && url < 0:
			url = i
		}
	}
	if url < 0 {
		return nil
	}
	value := p.acs.Unknown[url].Value
	text := string(bytes.TrimRight(value, "\x00"))
	if checkURL(text) != "" {
		return nil
	}
	p.note(Code1, 0, CodeURL)
	p.acs.URL = text
	p.acs.Unknown = append(p.acs.Unknown[:url:url], p.acs.Unknown[url+1:]...)
	if len(p.acs.Unknown) == 0 {
		p.acs.Unknown = nil
	}
	return nil
}

// ParseOption17 reads the DHCPv6 options 17 of a message, each content by
// itself: they stay apart by enterprise number and are not joined as DHCPv4's
// are. The sub-options 1 to 4 under Enterprise count, their codes and lengths
// two bytes wide; offsets are those in the content they are in. Two contents of
// this enterprise are an error (RFC 8415 21.17), or the first counts when
// Lenient. Results are as those of ParseOption43.
func ParseOption17(o Options, contents ...[]byte) (ACS, []Diagnostic, error) {
	p := parser{Options: o, width: 2, start: header}
	found := false
	for _, b := range contents {
		err := p.admit(b)
		switch {
		case err != nil:
		case len(b) < header:
			err = p.deviate(NoLength, 0, 0, ErrLength, "no room for an enterprise number")
		case binary.BigEndian.Uint32(b) != Enterprise:
		case found:
			err = p.deviate(Duplicate, 0, 0, ErrDuplicate, "the enterprise is there already")
		default:
			found, err = true, p.list(b[header:])
		}
		if err != nil {
			return p.done(err)
		}
	}
	return p.done(nil)
}

// AppendOption125 appends the content of an option 125 that says what a says,
// under Enterprise: as AppendOption43, with the codes 11 to 14. All of it has to
// fit into 255 bytes.
func AppendOption125(dst []byte, a ACS) ([]byte, error) {
	w := writer{width: 1, shift: shift125}
	w.acs(a)
	if len(w.b) > maxValue {
		w.check(problem(0, ErrLength, "more than 255 bytes for one enterprise"))
	}
	if w.err != nil {
		return dst, w.err
	}
	dst = binary.BigEndian.AppendUint32(dst, Enterprise)
	return append(append(dst, byte(len(w.b))), w.b...), nil
}

// AppendOption17 appends the content of a DHCPv6 option 17 that says what a
// says, under Enterprise: as AppendOption43, two bytes wide. All of it has to
// fit into 65535 bytes.
func AppendOption17(dst []byte, a ACS) ([]byte, error) {
	w := writer{width: 2}
	w.acs(a)
	if len(w.b) > MaxLength-header {
		w.check(problem(0, ErrLength, "more than 65535 bytes"))
	}
	if w.err != nil {
		return dst, w.err
	}
	return append(binary.BigEndian.AppendUint32(dst, Enterprise), w.b...), nil
}
