package connreq

import (
	"context"
	"crypto/rand"
)

// An XMPPOutcome is what a device, or its server, has made of a connection
// request.
type XMPPOutcome string

// The outcomes of a connection request over XMPP.
const (
	// XMPPAccepted: the device begins a session; its Inform is the proof.
	XMPPAccepted XMPPOutcome = "accepted"
	// XMPPBusy: service-unavailable. The device has had too many requests, does
	// not allow the sender, or does not know connection requests; a server says the
	// same of a device that is not connected (RFC 6121 8.5.3).
	XMPPBusy XMPPOutcome = "busy"
	// XMPPOffline: nobody has answered, or a server says that there is nobody.
	XMPPOffline XMPPOutcome = "offline"
	// XMPPRefused: not-authorized, which has been seen as "not-autorized", and
	// every other condition.
	XMPPRefused XMPPOutcome = "refused"
)

// xmppOutcomes are those of the conditions of RFC 6120 8.3.3 that say something
// else than XMPPRefused.
var xmppOutcomes = map[string]XMPPOutcome{
	XMPPServiceUnavailable:    XMPPBusy,
	"resource-constraint":     XMPPBusy,
	"internal-server-error":   XMPPBusy,
	"recipient-unavailable":   XMPPOffline,
	"item-not-found":          XMPPOffline,
	"gone":                    XMPPOffline,
	"remote-server-not-found": XMPPOffline,
	"remote-server-timeout":   XMPPOffline,
}

// XMPPSend is the ACS's end: it sends a connection request from one JID to another
// and waits for the answer to it, for as long as the context allows and XMPPTimeout
// at most. An answer counts if it has the request's random id and comes from the
// JID that the request went to. Other stanzas that the connection gives meanwhile
// are dropped, so a program that awaits some hands over a connection that gives
// none but the answer.
//
// No answer in time is XMPPOffline without an error. An error is that of the
// connection, an *XMPPError about the request, or the context's.
func XMPPSend(ctx context.Context, conn XMPPConn, from, to string, c XMPPCredentials) (XMPPOutcome, error) {
	request := XMPPStanza{Type: XMPPGet, ID: rand.Text(), From: from, To: to, Request: &c}
	receiver, err := ParseXMPPJID(to)
	if err != nil {
		return XMPPRefused, err
	}
	b, err := request.Append(nil)
	if err != nil {
		return XMPPRefused, err
	}
	waiting, cancel := context.WithTimeout(ctx, XMPPTimeout)
	defer cancel()
	if err := conn.WriteStanza(waiting, b); err != nil {
		return XMPPOffline, err
	}
	for {
		b, err := conn.ReadStanza(waiting)
		switch {
		case err != nil && waiting.Err() != nil:
			return XMPPOffline, context.Cause(ctx)
		case err != nil:
			return XMPPOffline, err
		}
		if outcome, ok := xmppAnswer(b, request.ID, receiver); ok {
			return outcome, nil
		}
	}
}

// xmppAnswer says what a stanza answers to a request, if it does.
func xmppAnswer(b []byte, id string, receiver XMPPJID) (XMPPOutcome, bool) {
	s, err := ParseXMPP(b)
	if err != nil || s.ID != id || s.Type != XMPPReply && s.Type != XMPPFailed {
		return "", false
	}
	if from, err := ParseXMPPJID(s.From); err != nil || !receiver.Allows(from) {
		return "", false
	}
	if s.Type == XMPPReply {
		return XMPPAccepted, true
	}
	if outcome, ok := xmppOutcomes[s.Condition]; ok {
		return outcome, true
	}
	return XMPPRefused, true
}
