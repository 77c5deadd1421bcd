package stun

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"strconv"
	"strings"
)

// NOTE: one row an attribute reads and writes it. Values are laid out so that
// their length is a multiple of 4, which RFC 3489 demands of every attribute
// of variable length; it knows no padding outside of the value.

// An AttrType is the type of an attribute. Those up to 0x7fff are mandatory
// to understand. See RFC 3489 11.2.
type AttrType uint16

// The attribute types of RFC 3489 11.2, TR-069 Annex G and, where servers send
// them to anybody, RFC 5389.
const (
	AttrMappedAddress            AttrType = 0x0001
	AttrResponseAddress          AttrType = 0x0002
	AttrChangeRequest            AttrType = 0x0003
	AttrSourceAddress            AttrType = 0x0004
	AttrChangedAddress           AttrType = 0x0005
	AttrUsername                 AttrType = 0x0006
	AttrPassword                 AttrType = 0x0007
	AttrMessageIntegrity         AttrType = 0x0008
	AttrErrorCode                AttrType = 0x0009
	AttrUnknownAttributes        AttrType = 0x000a
	AttrReflectedFrom            AttrType = 0x000b
	AttrXORMappedAddress         AttrType = 0x0020 // RFC 5389
	AttrFingerprint              AttrType = 0x8028 // RFC 5389; kept in Others, not checked
	AttrConnectionRequestBinding AttrType = 0xc001 // TR-069 Annex G
	AttrBindingChange            AttrType = 0xc002 // TR-069 Annex G

	attrRealm AttrType = 0x0014
	attrNonce AttrType = 0x0015
)

// ConnectionRequestBindingValue is the value of CONNECTION-REQUEST-BINDING; its
// last byte is a space, for the length.
const ConnectionRequestBindingValue = "dslforum.org/TR-111 "

// String gives the standard's name, or the number of a type without field.
func (t AttrType) String() string {
	if i, ok := rowOf[t]; ok {
		return rows[i].name
	}
	if t == AttrMessageIntegrity {
		return "MESSAGE-INTEGRITY"
	}
	return "0x" + strconv.FormatUint(1<<16|uint64(t), 16)[1:]
}

// A row is one attribute. get returns what is wrong with a value, "" for
// nothing; put returns nil and false when the message has no such attribute.
type row struct {
	typ  AttrType
	name string
	get  func(m *Message, v []byte) string
	put  func(m *Message) ([]byte, bool)
}

// rows are in the order in which they are written.
var rows = []row{
	address(AttrMappedAddress, "MAPPED-ADDRESS", func(m *Message) *netip.AddrPort { return &m.MappedAddress }),
	address(AttrResponseAddress, "RESPONSE-ADDRESS", func(m *Message) *netip.AddrPort { return &m.ResponseAddress }),
	{AttrChangeRequest, "CHANGE-REQUEST", getChange, putChange},
	address(AttrSourceAddress, "SOURCE-ADDRESS", func(m *Message) *netip.AddrPort { return &m.SourceAddress }),
	address(AttrChangedAddress, "CHANGED-ADDRESS", func(m *Message) *netip.AddrPort { return &m.ChangedAddress }),
	{AttrConnectionRequestBinding, "CONNECTION-REQUEST-BINDING", getBinding, putBinding},
	{AttrBindingChange, "BINDING-CHANGE", getBindingChange, putBindingChange},
	{AttrUsername, "USERNAME", getUsername, putUsername},
	{AttrPassword, "PASSWORD", getPassword, putPassword},
	{AttrErrorCode, "ERROR-CODE", getErrorCode, putErrorCode},
	{AttrUnknownAttributes, "UNKNOWN-ATTRIBUTES", getUnknown, putUnknown},
	address(AttrReflectedFrom, "REFLECTED-FROM", func(m *Message) *netip.AddrPort { return &m.ReflectedFrom }),
	{AttrXORMappedAddress, "XOR-MAPPED-ADDRESS", getXOR, putXOR},
}

// rowOf finds a type's row.
var rowOf = func() map[AttrType]int {
	index := map[AttrType]int{}
	for i, r := range rows {
		index[r.typ] = i
	}
	return index
}()

// address makes the row of an attribute that holds an address.
func address(t AttrType, name string, field func(*Message) *netip.AddrPort) row {
	return row{t, name,
		func(m *Message, v []byte) string { return getAddress(field(m), v) },
		func(m *Message) ([]byte, bool) { return putAddress(*field(m)) },
	}
}

// getAddress reads the form of RFC 3489 11.2.1, with RFC 5389's family for IPv6.
func getAddress(to *netip.AddrPort, v []byte) string {
	if len(v) != 8 && len(v) != 20 {
		return "an address has 8 or 20 bytes"
	}
	if want := byte(1 + len(v)/20); v[1] != want {
		return "family and length do not agree"
	}
	ip, _ := netip.AddrFromSlice(v[4:])
	*to = netip.AddrPortFrom(ip.Unmap(), binary.BigEndian.Uint16(v[2:]))
	return ""
}

func putAddress(a netip.AddrPort) ([]byte, bool) {
	if !a.IsValid() {
		return nil, false
	}
	ip := a.Addr().Unmap().AsSlice()
	v := []byte{0, byte(1 + len(ip)/16), byte(a.Port() >> 8), byte(a.Port())}
	return append(v, ip...), true
}

// getXOR reads an address with the transaction ID over it (RFC 5389 15.2).
func getXOR(m *Message, v []byte) string {
	plain := bytes.Clone(v)
	xor(plain, m.ID)
	return getAddress(&m.XORMappedAddress, plain)
}

func putXOR(m *Message) ([]byte, bool) {
	v, ok := putAddress(m.XORMappedAddress)
	xor(v, m.ID)
	return v, ok
}

// xor covers port and address; a value that is too short or too long is
// refused elsewhere.
func xor(v []byte, id TransactionID) {
	for i := 2; i < min(len(v), 4); i++ {
		v[i] ^= id[i-2]
	}
	for i := 4; i < min(len(v), 20); i++ {
		v[i] ^= id[i-4]
	}
}

// The flags of CHANGE-REQUEST.
const (
	flagChangeIP   = 4
	flagChangePort = 2
)

func getChange(m *Message, v []byte) string {
	if len(v) != 4 {
		return "flags have 4 bytes"
	}
	m.ChangeRequest, m.ChangeIP, m.ChangePort = true, v[3]&flagChangeIP != 0, v[3]&flagChangePort != 0
	return ""
}

func putChange(m *Message) ([]byte, bool) {
	var flags byte
	if m.ChangeIP {
		flags |= flagChangeIP
	}
	if m.ChangePort {
		flags |= flagChangePort
	}
	return []byte{0, 0, 0, flags}, m.ChangeRequest || flags != 0
}

// getBinding takes the text without the space at its end, too.
func getBinding(m *Message, v []byte) string {
	if strings.TrimRight(string(v), " \x00") != strings.TrimRight(ConnectionRequestBindingValue, " ") {
		return "not the text of TR-069 Annex G"
	}
	m.ConnectionRequestBinding = true
	return ""
}

func putBinding(m *Message) ([]byte, bool) {
	return []byte(ConnectionRequestBindingValue), m.ConnectionRequestBinding
}

func getBindingChange(m *Message, v []byte) string {
	if len(v) != 0 {
		return "BINDING-CHANGE has no value"
	}
	m.BindingChange = true
	return ""
}

func putBindingChange(m *Message) ([]byte, bool) { return nil, m.BindingChange }

func getUsername(m *Message, v []byte) string {
	m.Username = string(bytes.TrimRight(v, "\x00"))
	return ""
}

func putUsername(m *Message) ([]byte, bool) { return padded(m.Username, 0), m.Username != "" }

func getPassword(m *Message, v []byte) string {
	if text := string(bytes.TrimRight(v, "\x00")); text != "" {
		m.Password = NewSecret(text)
	}
	return ""
}

func putPassword(m *Message) ([]byte, bool) {
	text := m.Password.Reveal()
	return padded(text, 0), text != ""
}

// padded makes a value's length a multiple of 4.
func padded(text string, with byte) []byte {
	v := []byte(text)
	for len(v)%4 != 0 {
		v = append(v, with)
	}
	return v
}

func getErrorCode(m *Message, v []byte) string {
	if len(v) < 4 {
		return "a response code has 4 bytes"
	}
	class, number := v[2]&7, v[3]
	if class < 1 || class > 6 || number > 99 {
		return "a response code is 100 to 699"
	}
	m.ErrorCode = int(class)*100 + int(number)
	m.Reason = string(bytes.TrimRight(v[4:], " \x00"))
	return ""
}

func putErrorCode(m *Message) ([]byte, bool) {
	v := []byte{0, 0, byte(m.ErrorCode / 100), byte(m.ErrorCode % 100)}
	return append(v, padded(m.Reason, ' ')...), m.ErrorCode != 0
}

// getUnknown leaves out the last one where it repeats the one before: RFC 3489
// 11.2.10 has it so for the length.
func getUnknown(m *Message, v []byte) string {
	if len(v) == 0 || len(v)%2 != 0 {
		return "a list has 2 bytes for each attribute, and one at least"
	}
	for i := 0; i < len(v); i += 2 {
		m.UnknownAttributes = append(m.UnknownAttributes, AttrType(binary.BigEndian.Uint16(v[i:])))
	}
	if n := len(m.UnknownAttributes); n%2 == 0 && m.UnknownAttributes[n-1] == m.UnknownAttributes[n-2] {
		m.UnknownAttributes = m.UnknownAttributes[:n-1]
	}
	return ""
}

func putUnknown(m *Message) ([]byte, bool) {
	var v []byte
	for _, t := range m.UnknownAttributes {
		v = binary.BigEndian.AppendUint16(v, uint16(t))
	}
	if n := len(v); n%4 != 0 {
		v = append(v, v[n-2:]...)
	}
	return v, len(v) > 0
}
