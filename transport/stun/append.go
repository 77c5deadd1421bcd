package stun

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/binary"
	"fmt"
	"strings"
)

// Append appends the message to dst, without MESSAGE-INTEGRITY. The error is
// an *Error; dst is returned unchanged with it.
func (m *Message) Append(dst []byte) ([]byte, error) { return m.append(dst, nil) }

// AppendSigned is Append with MESSAGE-INTEGRITY as the last attribute, in the
// form of RFC 3489 11.2.8.
func (m *Message) AppendSigned(dst []byte, password Secret) ([]byte, error) {
	return m.append(dst, func(b []byte) []byte { return sign(b, password, padded64) })
}

// append writes header and attributes and has sign write the rest.
func (m *Message) append(dst []byte, sign func([]byte) []byte) ([]byte, error) {
	if err := m.check(); err != nil {
		return dst, err
	}
	b := binary.BigEndian.AppendUint16(nil, uint16(m.Type))
	b = append(append(b, 0, 0), m.ID[:]...)
	for _, r := range rows {
		if v, ok := r.put(m); ok {
			b = appendAttribute(b, r.typ, v)
		}
	}
	for _, a := range m.Others {
		b = appendAttribute(b, a.Type, a.Value)
	}
	if sign != nil {
		b = sign(b)
	}
	if len(b) > MaxMessage {
		return dst, &Error{-1, 0, ErrLimit, fmt.Sprintf("%d bytes, at most %d", len(b), MaxMessage)}
	}
	setLength(b)
	if _, err := Parse(b); err != nil {
		return dst, err // Others that stand twice, or among the fields
	}
	return append(dst, b...), nil
}

// check refuses what the form cannot express.
func (m *Message) check() error {
	switch {
	case types[m.Type] == "":
		return &Error{-1, 0, ErrType, m.Type.String()}
	case len(m.Username) > MaxUsername:
		return &Error{-1, AttrUsername, ErrLimit, fmt.Sprintf("more than %d bytes", MaxUsername)}
	case len(m.Password.Reveal()) > MaxUsername:
		return &Error{-1, AttrPassword, ErrLimit, fmt.Sprintf("more than %d bytes", MaxUsername)}
	case strings.HasSuffix(m.Username, "\x00"):
		return &Error{-1, AttrUsername, ErrValue, "a NUL at the end is padding"}
	case strings.HasSuffix(m.Password.Reveal(), "\x00"):
		return &Error{-1, AttrPassword, ErrValue, "a NUL at the end is padding"}
	case m.ErrorCode != 0 && (m.ErrorCode < 100 || m.ErrorCode > 699):
		return &Error{-1, AttrErrorCode, ErrValue, "a response code is 100 to 699"}
	}
	return m.checkOthers()
}

func (m *Message) checkOthers() error {
	for _, a := range m.Others {
		if _, known := rowOf[a.Type]; known || a.Type == AttrMessageIntegrity {
			return &Error{-1, a.Type, ErrValue, "has a field of its own"}
		}
		if len(a.Value) > MaxMessage {
			return &Error{-1, a.Type, ErrLimit, "longer than a message"}
		}
	}
	return nil
}

// appendAttribute pads behind the value where that is not a multiple of 4, as
// can only be among Others.
func appendAttribute(b []byte, t AttrType, v []byte) []byte {
	b = binary.BigEndian.AppendUint16(b, uint16(t))
	b = binary.BigEndian.AppendUint16(b, uint16(len(v)))
	b = append(b, v...)
	return append(b, make([]byte, -len(v)&3)...)
}

func setLength(b []byte) { binary.BigEndian.PutUint16(b[2:], uint16(len(b)-headerLength)) }

// integrityLength is that of a SHA-1.
const integrityLength = sha1.Size

// A form says what of a message the HMAC is over.
type form uint8

const (
	padded64 form = iota // with zeros to a multiple of 64 bytes, RFC 3489 11.2.8
	plain                // as it is, RFC 5389 15.4 and many a server that claims RFC 3489
)

// sign appends MESSAGE-INTEGRITY to a message. The header's length counts it.
func sign(b []byte, password Secret, f form) []byte {
	at := len(b)
	b = appendAttribute(b, AttrMessageIntegrity, make([]byte, integrityLength))
	setLength(b)
	copy(b[at+4:], hash(b[:at], password, f))
	return b
}

// hash is the HMAC over a message up to MESSAGE-INTEGRITY.
func hash(b []byte, password Secret, f form) []byte {
	h := hmac.New(sha1.New, []byte(password.Reveal()))
	h.Write(b)
	if f == padded64 {
		h.Write(make([]byte, -len(b)&63))
	}
	return h.Sum(nil)
}

// Verify says whether the MESSAGE-INTEGRITY of a whole message is that of the
// password. It takes the form of RFC 3489 and that of RFC 5389, in constant
// time. The error is an *Error; it is ErrIntegrity if the attribute is absent
// or wrong, and what Parse says if b is no message.
func Verify(b []byte, password Secret) error {
	_, err := verify(b, password)
	return err
}

// verify tells the form, too, so that an answer can have the same.
func verify(b []byte, password Secret) (form, error) {
	if _, err := Parse(b); err != nil {
		return padded64, err
	}
	for at, a := range attributes(b) {
		if a.Type != AttrMessageIntegrity {
			continue
		}
		text := bytes.Clone(b[:at])
		binary.BigEndian.PutUint16(text[2:], uint16(at+4+integrityLength-headerLength)) // without a FINGERPRINT
		for _, f := range []form{padded64, plain} {
			if hmac.Equal(a.Value, hash(text, password, f)) {
				return f, nil
			}
		}
		return padded64, &Error{at, a.Type, ErrIntegrity, "not of this password"}
	}
	return padded64, &Error{len(b), AttrMessageIntegrity, ErrIntegrity, "absent"}
}
