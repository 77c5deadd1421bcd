package connreq

import "context"

// An XMPPListener is the device's end. It answers connection requests that come
// over an XMPP connection and tells the program of those that it accepts; it starts
// no session itself. It is for concurrent use if its functions are.
type XMPPListener struct {
	// Allowed is ConnReqAllowedJabberIDs; see ParseXMPPAllowed. Nil: everybody.
	Allowed []XMPPJID

	// Credentials are ConnectionRequestUsername and ConnectionRequestPassword.
	// Either of them empty: nobody is let in.
	Credentials XMPPCredentials

	// Admit says whether one more request is within the rate limit. It is asked
	// after everything else was in order, so that nobody uses the limit up who has
	// no credentials. It is for the bucket that all kinds of connection request
	// share, and for a device that is shutting down. Nil: it always is.
	Admit func() bool

	// Accepted is told who has woken the device, when the answer is on its way. The
	// program begins one session with "6 CONNECTION REQUEST" within 30 s, or after
	// the session that is running, however often it is told. It should not block.
	// Nil: nobody is told.
	Accepted func(from string)

	// Other takes stanzas that are no connection request and says whether it has
	// dealt with them. If not, an IQ that is a request is answered with
	// service-unavailable, as it has to be (RFC 6120 8.4). The bytes are valid
	// until it returns. Nil: it deals with none.
	Other func(stanza []byte) bool
}

// Answer decides on one stanza. The answer is nil for what needs none: what is no
// IQ, is malformed, or is an answer itself. accepted says that it was a connection
// request in order; the caller sends the answer first and begins the session
// after it.
func (l *XMPPListener) Answer(stanza []byte) (answer []byte, accepted bool) {
	s, err := ParseXMPP(stanza)
	if err != nil {
		return nil, false
	}
	return l.answer(s)
}

func (l *XMPPListener) answer(s *XMPPStanza) (answer []byte, accepted bool) {
	if s.Type != XMPPGet && s.Type != XMPPSet {
		return nil, false
	}
	a := XMPPStanza{Type: XMPPReply, ID: s.ID, From: s.To, To: s.From}
	if a.Condition = l.condition(s); a.Condition != "" {
		a.Type, a.Request = XMPPFailed, s.Request
	}
	answer, err := a.Append(nil)
	if err != nil { // with the request in it, it is too long
		a.Request = nil
		answer, err = a.Append(nil)
	}
	return answer, err == nil && a.Condition == ""
}

// condition runs the checks of Annex K in order. Empty: accepted.
func (l *XMPPListener) condition(s *XMPPStanza) string {
	switch {
	case s.Request == nil, !xmppAllowed(l.Allowed, s.From):
		return XMPPServiceUnavailable
	case !xmppSame(l.Credentials, *s.Request):
		return XMPPNotAuthorized
	case l.Admit != nil && !l.Admit():
		return XMPPServiceUnavailable
	}
	return ""
}

// Serve answers what comes over a connection until the context ends or the
// connection fails, and returns that error. A stanza that cannot be read is
// skipped. Each answer has XMPPTimeout to be written.
func (l *XMPPListener) Serve(ctx context.Context, conn XMPPConn) error {
	for {
		stanza, err := conn.ReadStanza(ctx)
		if err != nil {
			return err
		}
		if err := l.serve(ctx, conn, stanza); err != nil {
			return err
		}
	}
}

func (l *XMPPListener) serve(ctx context.Context, conn XMPPConn, stanza []byte) error {
	s, bad := ParseXMPP(stanza)
	if (bad != nil || s.Request == nil) && l.Other != nil && l.Other(stanza) || bad != nil {
		return nil
	}
	answer, accepted := l.answer(s)
	if len(answer) == 0 {
		return nil
	}
	if err := xmppWrite(ctx, conn, answer); err != nil {
		return err
	}
	if accepted && l.Accepted != nil {
		l.Accepted(s.From)
	}
	return nil
}

func xmppWrite(ctx context.Context, conn XMPPConn, stanza []byte) error {
	ctx, cancel := context.WithTimeout(ctx, XMPPTimeout)
	defer cancel()
	return conn.WriteStanza(ctx, stanza)
}
