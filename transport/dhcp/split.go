package dhcp

import (
	"bytes"
	"encoding/binary"
)

// Options in the options field of a message, where long ones lie in pieces.

// Append4 appends an option of DHCPv4, its code and length before the content.
// Content of more than 255 bytes is split over several options of the code, as
// RFC 3396 has it.
func Append4(dst []byte, code byte, content []byte) []byte {
	for {
		n := min(len(content), maxValue)
		dst = append(append(dst, code, byte(n)), content[:n]...)
		content = content[n:]
		if len(content) == 0 {
			return dst
		}
	}
}

// Collect4 returns the content of an option in the options field of a DHCPv4
// message, joined where it is split (RFC 3396). Ok is false when it is not
// there. A field that is cut off is an *Error that wraps ErrLength, its offset
// and code the option's. Options that overload moved into the fields sname and
// file are for the caller to append. The content is a copy.
func Collect4(options []byte, code byte) (content []byte, ok bool, err error) {
	for at := 0; at < len(options); {
		switch c := options[at]; {
		case c == CodePad:
			at++
		case c == CodeEnd:
			return content, ok, nil
		case len(options)-at < 2 || int(options[at+1]) > len(options)-at-2:
			return nil, false, &Error{at, uint16(c), ErrLength, "the option is cut off"}
		default:
			n := int(options[at+1])
			if c == code {
				content, ok = append(content, options[at+2:at+2+n]...), true
			}
			at += 2 + n
		}
	}
	return content, ok, nil
}

// Append6 appends an option of DHCPv6, its code and length before the content,
// of which at most MaxLength bytes are allowed: more is ErrLength.
func Append6(dst []byte, code uint16, content []byte) ([]byte, error) {
	if len(content) > MaxLength {
		return dst, problem(code, ErrLength, "more than 65535 bytes")
	}
	dst = binary.BigEndian.AppendUint16(dst, code)
	return append(binary.BigEndian.AppendUint16(dst, uint16(len(content))), content...), nil
}

// Collect6 returns the contents of the options of a code in the options of a
// DHCPv6 message, each by itself and in order; nil when there is none. The
// error is as Collect4's. The contents are copies.
func Collect6(options []byte, code uint16) (contents [][]byte, err error) {
	for at := 0; at < len(options); {
		rest := options[at:]
		if len(rest) < 4 || int(binary.BigEndian.Uint16(rest[2:])) > len(rest)-4 {
			return nil, &Error{at, 0, ErrLength, "the option is cut off"}
		}
		n := int(binary.BigEndian.Uint16(rest[2:]))
		if binary.BigEndian.Uint16(rest) == code {
			contents = append(contents, append([]byte{}, rest[4:4+n]...))
		}
		at += 4 + n
	}
	return contents, nil
}

// Choose returns which of options 43 and 125 to read when a DHCPv4 server sent
// both: the one that the client asked for in option 55, whose content is
// requested, and 43 when it asked for neither or for both (TR-069 3.1). When
// one came, that one; 0 for none.
func Choose(requested []byte, has43, has125 bool) byte {
	switch {
	case has43 && has125:
		if bytes.IndexByte(requested, 125) >= 0 && bytes.IndexByte(requested, 43) < 0 {
			return 125
		}
		return 43
	case has43:
		return 43
	case has125:
		return 125
	}
	return 0
}
