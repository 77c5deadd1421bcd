package stun

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"iter"
)

// Parse reads a message. It accepts what RFC 3489 allows and, of newer servers,
// attributes with padding behind the value. A message that is too long, that
// ends elsewhere than its header says, or has an attribute twice is refused. The
// error is an *Error. b is not kept.
func Parse(b []byte) (*Message, error) {
	m, err := header(b)
	if err != nil {
		return nil, err
	}
	seen := map[AttrType]bool{}
	for at, a := range attributes(b) {
		switch {
		case len(seen) == MaxAttributes:
			return nil, &Error{at, a.Type, ErrLimit, fmt.Sprintf("more than %d attributes", MaxAttributes)}
		case a.Value == nil:
			return nil, &Error{at, a.Type, ErrLength, "runs past the end of the message"}
		case seen[a.Type]:
			return nil, &Error{at, a.Type, ErrDuplicate, "the first is at a lower offset"}
		case m.Integrity && a.Type != AttrFingerprint:
			return nil, &Error{at, a.Type, ErrOrder, "nothing may follow"}
		}
		seen[a.Type] = true
		if err := m.take(at, a); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// header reads the first 20 bytes.
func header(b []byte) (*Message, error) {
	switch {
	case len(b) > MaxMessage:
		return nil, &Error{0, 0, ErrLimit, fmt.Sprintf("%d bytes, at most %d", len(b), MaxMessage)}
	case len(b) < headerLength:
		return nil, &Error{0, 0, ErrLength, "shorter than a header"}
	}
	m := &Message{Type: Type(binary.BigEndian.Uint16(b)), ID: TransactionID(b[4:headerLength])}
	if _, ok := types[m.Type]; !ok {
		return nil, &Error{0, 0, ErrType, m.Type.String()}
	}
	if n := int(binary.BigEndian.Uint16(b[2:])); n != len(b)-headerLength {
		return nil, &Error{2, 0, ErrLength, fmt.Sprintf("says %d bytes, %d follow", n, len(b)-headerLength)}
	}
	return m, nil
}

// attributes walks over a message's attributes and their offsets. The value of
// one that does not fit is nil, and is the last. Values are padded to a multiple
// of 4 if the message is (RFC 5389 15); a message of RFC 3489 of another length
// has a value that breaks the rule, and no padding.
func attributes(b []byte) iter.Seq2[int, Attribute] {
	pad := 3
	if len(b)%4 != 0 {
		pad = 0
	}
	return func(yield func(int, Attribute) bool) {
		for at := headerLength; at < len(b); {
			a, n := attribute(b[at:])
			if !yield(at, a) || a.Value == nil {
				return
			}
			at += (n + pad) &^ pad
		}
	}
}

// attribute cuts one attribute off and gives the length of it.
func attribute(b []byte) (a Attribute, n int) {
	if len(b) < 4 {
		return a, 0
	}
	a.Type, n = AttrType(binary.BigEndian.Uint16(b)), 4+int(binary.BigEndian.Uint16(b[2:]))
	if n <= len(b) {
		a.Value = b[4:n:n]
	}
	return a, n
}

// take puts an attribute into its field.
func (m *Message) take(at int, a Attribute) error {
	i, known := rowOf[a.Type]
	switch {
	case a.Type == AttrMessageIntegrity:
		m.Integrity = true
		if len(a.Value) != integrityLength {
			return &Error{at, a.Type, ErrLength, "an HMAC-SHA1 has 20 bytes"}
		}
	case !known:
		m.Others = append(m.Others, Attribute{a.Type, bytes.Clone(a.Value)})
	case (a.Type == AttrUsername || a.Type == AttrPassword) && len(a.Value) > MaxUsername:
		return &Error{at, a.Type, ErrLimit, fmt.Sprintf("more than %d bytes", MaxUsername)}
	default:
		if reason := rows[i].get(m, a.Value); reason != "" {
			return &Error{at, a.Type, ErrValue, reason}
		}
	}
	return nil
}
