package connreq

// NOTE: lightweight notification over UDP (TR-069 Annex M). doc.go draws the datagram;
// notify.go has the message, notify_body.go the XML, notify_datagram.go the head and
// the signature, notify_mark.go the freshness.

import (
	"errors"

	"github.com/cwmp-go/cwmp/rpc"
)

// NotificationNamespace is that of the message. See
// cwmp-UDPLightweightNotification-1-0.xsd.
const NotificationNamespace = "urn:broadband-forum-org:cwmp:lwnotif-1-0"

// The bounds of notifications.
const (
	// NotificationPort is where they go unless UDPLightweightNotificationPort says
	// otherwise.
	NotificationPort = 7547
	// NotificationMaxDatagram is the length of a datagram in bytes: what UDP over
	// IPv4 carries. Gateways drop what does not fit their links, so a device
	// should stay below 1,400.
	NotificationMaxDatagram = 65507
	// NotificationMaxHead is the length of the head in bytes.
	NotificationMaxHead = 4096
	// NotificationMaxParams is the number of parameters.
	NotificationMaxParams = 1000
	// NotificationMaxNonce is the length of CN in characters, which the schema leaves
	// open.
	NotificationMaxNonce = 256

	notifyMaxHeaders = 32
)

// What a *NotificationError wraps, besides the sentinels of package soap for XML
// that is not well-formed or exceeds a bound.
var (
	// ErrNotificationHead says that a datagram's head is not one of HTTP with a
	// body of the length it says.
	ErrNotificationHead = errors.New("connreq: bad head of a notification")
	// ErrNotificationBody says that the body is not what the schema says.
	ErrNotificationBody = errors.New("connreq: bad notification")
	// ErrNotificationUser says that nobody is known by the username.
	ErrNotificationUser = errors.New("connreq: notification of an unknown user")
	// ErrNotificationSignature says that the signature is absent or wrong.
	ErrNotificationSignature = errors.New("connreq: bad signature of a notification")
	// ErrNotificationStale says that a notification is not newer than what was
	// accepted before.
	ErrNotificationStale = errors.New("connreq: notification was seen before, or is old")
	// ErrNotificationAhead says that its time is more than an hour ahead.
	ErrNotificationAhead = errors.New("connreq: notification from the future")
)

// A NotificationError says what is wrong with a notification and where. It holds
// no value of it.
type NotificationError struct {
	Offset int64  // in the head, or in the body for an error about that; -1 when writing
	Field  string // the element or the header; empty for the whole
	Err    error  // one of the sentinels, or an error of package soap
	Reason string // what is wrong, in words; may be empty
}

// Error names the field, the reason and the offset.
func (e *NotificationError) Error() string { return xmppMessage(e.Offset, e.Err, e.Field, e.Reason) }

// Unwrap gives Err.
func (e *NotificationError) Unwrap() error { return e.Err }

// A Notification is the message. All fields are there in every message, but some
// may be empty.
type Notification struct {
	// TS is when the device made it, in seconds since 1970, from 0 to 2147483647
	// (the schema has 32 bits).
	TS int64
	// UN is ManagementServer.Username, at most 256 characters.
	UN string
	// CN is a random string, at most NotificationMaxNonce characters; crypto/rand's Text
	// is one.
	CN string
	// OUI is six hexadecimal digits in upper case.
	OUI string
	// ProductClass has at most 64 characters.
	ProductClass string
	// SerialNumber has at most 64 characters.
	SerialNumber string
	// Params are the parameters with their values; one at least, and at most
	// NotificationMaxParams. A name has at most 256 characters. A type is empty, which
	// is written as xsd:string, or one of xsd's under that prefix.
	Params []rpc.ParameterValue
}
