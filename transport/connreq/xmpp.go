package connreq

// NOTE: connection requests over XMPP (TR-069 Annex K). doc.go draws the stanzas;
// xmpp.go has the stanza, xmpp_codec.go reads and writes it, xmpp_jid.go says who may
// send one, xmpp_listener.go is the device's end and xmpp_sender.go the ACS's. Stanzas
// are read at soap.Standard, without comments that count, processing
// instructions or a DOCTYPE (RFC 6120 11.1).

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/cwmp-go/cwmp/soap"
)

// The names of the protocol.
const (
	// XMPPNamespace is that of connectionRequest. See cwmp-xmppConnReq-1-0.xsd.
	XMPPNamespace = "urn:broadband-forum-org:cwmp:xmppConnReq-1-0"

	xmppConditions = "urn:ietf:params:xml:ns:xmpp-stanzas" // RFC 6120 8.3.2
)

// The bounds of XMPP connection requests.
const (
	// XMPPMaxStanza is the length of a stanza in bytes, read or written.
	XMPPMaxStanza = 8 << 10
	// XMPPMaxAllowed is the number of entries of ConnReqAllowedJabberIDs.
	XMPPMaxAllowed = 32
	// XMPPMaxEntry is the length of each in characters.
	XMPPMaxEntry = 256
	// XMPPTimeout is how long XMPPSend waits for an answer, and how long a
	// listener for its answer to be written.
	XMPPTimeout = 30 * time.Second
	// xmppMaxJID is the length of a JID in bytes (RFC 7622 3.1).
	xmppMaxJID = 3071
)

// The types of an IQ stanza. See RFC 6120 8.2.3.
const (
	XMPPGet    = "get"    // a request; the type of connection requests
	XMPPSet    = "set"    // a request too, and taken as such
	XMPPReply  = "result" // the good answer
	XMPPFailed = "error"  // the bad one
)

// The conditions that this package writes. See RFC 6120 8.3.3.
const (
	XMPPServiceUnavailable = "service-unavailable"
	XMPPNotAuthorized      = "not-authorized"
)

// What an *XMPPError wraps, besides the sentinels of package soap for XML
// that is not well-formed or exceeds a bound.
var (
	// ErrXMPPOther says that a stanza is no IQ.
	ErrXMPPOther = errors.New("connreq: not an iq stanza")
	// ErrXMPPStanza says that an IQ breaks the rules of RFC 6120 8.2.3, so that
	// it cannot be answered.
	ErrXMPPStanza = errors.New("connreq: bad iq stanza")
	// ErrXMPPJID says that an address is no JID of RFC 7622, or is too long.
	ErrXMPPJID = errors.New("connreq: bad JID")
)

// An XMPPError says what is wrong with a stanza and where. It holds nothing of
// the credentials.
type XMPPError struct {
	Offset int64  // in the stanza, in bytes; -1 when writing
	Err    error  // one of the sentinels above, or an error of package soap
	Reason string // what is wrong, in words; may be empty
}

// Error gives the reason and the offset, which an error of package soap has in
// its own text.
func (e *XMPPError) Error() string { return xmppMessage(e.Offset, e.Err, e.Reason) }

func xmppMessage(at int64, err error, words ...string) string {
	text := err.Error()
	for _, w := range words {
		if w != "" {
			text += ": " + w
		}
	}
	if _, placed := errors.AsType[*soap.SyntaxError](err); placed || at < 0 {
		return text
	}
	return fmt.Sprintf("%s at offset %d", text, at)
}

// Unwrap gives Err.
func (e *XMPPError) Unwrap() error { return e.Err }

// An XMPPConn is the program's XMPP connection, logged in and with TLS. A method
// ends with an error when the context ends.
type XMPPConn interface {
	// ReadStanza gives the next stanza, as one XML element. Prefixes that the
	// stream has declared have to be declared in it. The bytes are not kept.
	ReadStanza(ctx context.Context) ([]byte, error)

	// WriteStanza sends one. It is in no namespace, that is, in the stream's
	// default one, jabber:client. It must not keep the bytes.
	WriteStanza(ctx context.Context, stanza []byte) error
}

// An XMPPPassword is ConnectionRequestPassword. Whatever prints it gets "***".
type XMPPPassword string

const xmppRedacted = "***"

// String returns "***".
func (XMPPPassword) String() string { return xmppRedacted }

// Format prints "***" whatever the verb.
func (XMPPPassword) Format(f fmt.State, _ rune) { io.WriteString(f, xmppRedacted) }

// LogValue gives slog "***".
func (XMPPPassword) LogValue() slog.Value { return slog.StringValue(xmppRedacted) }

// MarshalJSON returns "***" as a JSON string.
func (XMPPPassword) MarshalJSON() ([]byte, error) { return json.Marshal(xmppRedacted) }

// XMPPCredentials are what a connection request has for a proof.
type XMPPCredentials struct {
	Username string       // ConnectionRequestUsername
	Password XMPPPassword // ConnectionRequestPassword
}

// An XMPPStanza is an IQ stanza as far as it matters here: a connection request,
// the answer to one, or something else that needs an answer.
type XMPPStanza struct {
	Type string // XMPPGet, XMPPSet, XMPPReply or XMPPFailed
	ID   string // ties an answer to its request; never empty
	From string // the sender's JID; empty: not said, which a server means for itself
	To   string // the receiver's; empty: not said

	// Request has the credentials of a connectionRequest. Nil: there is none, or
	// none that the schema allows. A failure may have that of its request.
	Request *XMPPCredentials

	// Condition is the name of the error, as XMPPNotAuthorized. It goes with
	// XMPPFailed alone, and is not empty there when written.
	Condition string
}
