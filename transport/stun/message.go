package stun

import (
	"net/netip"
	"strconv"
)

// NOTE: a message is a plain struct with a field for each attribute that
// RFC 3489 and TR-069 Annex G know. attribute.go has the one table that reads
// and writes them; what the table does not know is kept in Others.

// The bounds of a message. They hold for reading and for writing.
const (
	// MaxMessage is the length of a whole message in bytes. The longest that
	// Annex G can lead to has less than 1,200.
	MaxMessage = 2048
	// MaxAttributes is the number of attributes in a message.
	MaxAttributes = 32
	// MaxUsername is the length of USERNAME and PASSWORD in bytes, padding
	// included: the data model's 256 characters of UTF-8.
	MaxUsername = 1024
	// headerLength is that of RFC 3489 11.1.
	headerLength = 20
)

// A Type is a message type. See RFC 3489 11.1.
type Type uint16

// The message types.
const (
	BindingRequest            Type = 0x0001
	BindingResponse           Type = 0x0101
	BindingErrorResponse      Type = 0x0111
	SharedSecretRequest       Type = 0x0002 // only ever over TLS; here a server answers 433
	SharedSecretResponse      Type = 0x0102
	SharedSecretErrorResponse Type = 0x0112
)

var types = map[Type]string{
	BindingRequest: "Binding Request", BindingResponse: "Binding Response", BindingErrorResponse: "Binding Error Response",
	SharedSecretRequest: "Shared Secret Request", SharedSecretResponse: "Shared Secret Response",
	SharedSecretErrorResponse: "Shared Secret Error Response",
}

// String gives the standard's name, or the number of a type that it has not.
func (t Type) String() string {
	if s, ok := types[t]; ok {
		return s
	}
	return "Type(0x" + strconv.FormatUint(uint64(t), 16) + ")"
}

// A TransactionID ties a response to its request. It is 128 random bits, and
// the whole of what protects an exchange without integrity. RFC 5389 has made
// a constant of the first 32.
type TransactionID [16]byte

// A Message is one STUN message. An address is absent when it is not valid.
// The zero Message is no message: Type is missing.
type Message struct {
	// Type says what the message is.
	Type Type
	// ID is the transaction.
	ID TransactionID

	// MappedAddress is where the server saw the request come from. Responses
	// have it. RFC 3489 11.2.1.
	MappedAddress netip.AddrPort
	// ResponseAddress is where the response is to go instead of back; timer
	// discovery uses it. RFC 3489 11.2.2.
	ResponseAddress netip.AddrPort
	// SourceAddress is where the response came from. RFC 3489 11.2.5.
	SourceAddress netip.AddrPort
	// ChangedAddress is the server's other address and port. RFC 3489 11.2.3.
	ChangedAddress netip.AddrPort
	// ReflectedFrom is who sent the request, in a response that went elsewhere.
	// RFC 3489 11.2.11.
	ReflectedFrom netip.AddrPort
	// XORMappedAddress is MappedAddress as RFC 5389 15.2 writes it, with the
	// transaction ID over it so that no gateway rewrites it.
	XORMappedAddress netip.AddrPort

	// ChangeRequest says that CHANGE-REQUEST is there, ChangeIP and ChangePort are
	// its flags; either of them is enough to have it written. RFC 3489 11.2.4.
	ChangeRequest, ChangeIP, ChangePort bool

	// Username names the secret of MESSAGE-INTEGRITY, without the NULs that pad
	// it. Empty: absent. RFC 3489 11.2.6.
	Username string
	// Password is that of a Shared Secret Response, without padding. Zero:
	// absent. RFC 3489 11.2.7.
	Password Secret

	// ErrorCode is 100 to 699. Zero: absent. RFC 3489 11.2.9.
	ErrorCode int
	// Reason is the phrase that comes with ErrorCode, without the spaces that
	// pad it. It is for humans and may hold anything.
	Reason string
	// UnknownAttributes lists what a server did not understand; it comes with
	// ErrorCode 420. Nil: absent. RFC 3489 11.2.10.
	UnknownAttributes []AttrType

	// ConnectionRequestBinding says that the request comes from the address on
	// which UDP connection requests are awaited. TR-069 Annex G.
	ConnectionRequestBinding bool
	// BindingChange says that the binding is another than before. It goes with
	// ConnectionRequestBinding alone. TR-069 Annex G.
	BindingChange bool

	// Integrity says that MESSAGE-INTEGRITY was there. Parse sets it, unchecked;
	// see Verify. Append ignores it.
	Integrity bool

	// Others are the attributes that have no field, in their order. Append writes
	// them behind the rest.
	Others []Attribute
}

// An Attribute is one that a Message has no field for.
type Attribute struct {
	Type  AttrType
	Value []byte // without padding
}

// Mapped gives MappedAddress or, where a newer server has sent that alone,
// XORMappedAddress. It is not valid when there is neither.
func (m *Message) Mapped() netip.AddrPort {
	if m.MappedAddress.IsValid() {
		return m.MappedAddress
	}
	return m.XORMappedAddress
}

// NotUnderstood lists the mandatory attributes, those up to 0x7fff, that have
// no field, for which RFC 3489 11.2 forbids to act on the message. REALM and
// NONCE of RFC 5389 are not among them: newer servers challenge with them,
// and they change nothing of what else is said.
func (m *Message) NotUnderstood() []AttrType {
	var types []AttrType
	for _, a := range m.Others {
		if a.Type <= 0x7fff && a.Type != attrRealm && a.Type != attrNonce {
			types = append(types, a.Type)
		}
	}
	return types
}

// IsMessage says whether a datagram can be a STUN message rather than a UDP
// connection request: it has a header's length and begins with two zero bits,
// as no text does.
func IsMessage(b []byte) bool { return len(b) >= headerLength && b[0]&0xc0 == 0 }
