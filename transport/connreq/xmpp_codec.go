package connreq

import (
	"bytes"
	"errors"
	"slices"
	"strconv"

	"github.com/cwmp-go/cwmp/soap"
)

// NOTE: an IQ has at most one payload and one error. Stanzas are read by
// package soap's Decoder with bounds that a connection request is far below, and
// written by its Encoder, which refuses what XML cannot carry.

// xmppConfig is how stanzas are read.
var xmppConfig = soap.Config{
	Limits:   soap.Limits{MaxBytes: XMPPMaxStanza, MaxText: XMPPMaxStanza, MaxAttrs: 16, MaxNamespaces: 16, MaxName: 256},
	Level:    soap.Standard,
	RefusePI: true,
}

// ParseXMPP reads an IQ stanza. The error is an *XMPPError: ErrXMPPOther for
// another kind of stanza, which needs no answer from here, ErrXMPPStanza for an
// IQ without id or of no type, and soap's for bad XML. b is not kept.
func ParseXMPP(b []byte) (*XMPPStanza, error) {
	d := soap.NewDecoderBytes(b, xmppConfig)
	s := new(XMPPStanza)
	if !d.NextChild(0) {
		return nil, xmppError(d, d.End())
	}
	if _, local := d.Name(); string(local) != "iq" || !xmppStream[string(d.URI())] {
		return nil, xmppError(d, ErrXMPPOther)
	}
	for name, field := range map[string]*string{"type": &s.Type, "id": &s.ID, "from": &s.From, "to": &s.To} {
		v, _ := d.Attr(soap.NSNone, name)
		*field = string(v)
	}
	if s.ID == "" || !xmppTypes[s.Type] {
		return nil, xmppError(d, ErrXMPPStanza)
	}
	s.children(d)
	if err := d.End(); err != nil {
		return nil, xmppError(d, err)
	}
	return s, nil
}

// xmppStream are the namespaces that an IQ can be in (RFC 6120 4.8.3).
var xmppStream = map[string]bool{"": true, "jabber:client": true, "jabber:server": true}

var xmppTypes = map[string]bool{XMPPGet: true, XMPPSet: true, XMPPReply: true, XMPPFailed: true}

// xmppError places an error.
func xmppError(d *soap.Decoder, err error) error {
	at := d.Offset()
	if syntax, ok := errors.AsType[*soap.SyntaxError](err); ok {
		at = syntax.Offset
	}
	return &XMPPError{at, err, ""}
}

// children reads payload and error. What is neither is checked and skipped.
func (s *XMPPStanza) children(d *soap.Decoder) {
	payloads := 0
	for depth := d.Depth(); d.NextChild(depth); {
		_, local := d.Name()
		switch uri := string(d.URI()); {
		case string(local) == "error" && xmppStream[uri]:
			s.condition(d)
			continue
		case string(local) == "connectionRequest" && uri == XMPPNamespace:
			s.Request = xmppRequest(d)
		}
		if payloads++; payloads > 1 {
			s.Request = nil // RFC 6120 8.2.3: exactly one
		}
	}
}

// condition reads the name of an error. Anything but text is a condition,
// whatever its namespace: devices have been seen to write their own.
func (s *XMPPStanza) condition(d *soap.Decoder) {
	for depth := d.Depth(); d.NextChild(depth); {
		if _, local := d.Name(); s.Condition == "" && string(local) != "text" && s.Type == XMPPFailed {
			s.Condition = string(local)
		}
	}
}

// xmppRequest reads the credentials: one username and one password, or it is no
// request of the schema.
func xmppRequest(d *soap.Decoder) *XMPPCredentials {
	var username, password []string
	for depth := d.Depth(); d.NextChild(depth); {
		_, local := d.Name()
		switch name := string(local); {
		case string(d.URI()) != XMPPNamespace:
			return nil
		case name == "username":
			username = append(username, string(d.Content()))
		case name == "password":
			password = append(password, string(d.Content()))
		default:
			return nil
		}
	}
	if len(username) != 1 || len(password) != 1 {
		return nil
	}
	return &XMPPCredentials{username[0], XMPPPassword(password[0])}
}

// Append appends the stanza to dst. The error is an *XMPPError, and dst is
// returned unchanged with it: ErrXMPPStanza for what RFC 6120 does not allow,
// soap.ErrChar for texts that XML cannot carry, soap.ErrLimit beyond XMPPMaxStanza.
func (s *XMPPStanza) Append(dst []byte) ([]byte, error) {
	if s.ID == "" || !xmppTypes[s.Type] || (s.Type == XMPPFailed) != (s.Condition != "") {
		return dst, &XMPPError{-1, ErrXMPPStanza, "id, type or condition is missing, or one is there that does not belong"}
	}
	b, err := s.encode()
	switch {
	case err != nil:
		return dst, &XMPPError{-1, err, ""}
	case len(b) > XMPPMaxStanza:
		return dst, &XMPPError{-1, soap.ErrLimit, "longer than " + strconv.Itoa(XMPPMaxStanza) + " bytes"}
	}
	return append(dst, b...), nil
}

func (s *XMPPStanza) encode() ([]byte, error) {
	request, err := s.request()
	if err != nil {
		return nil, err
	}
	condition, err := xmppElement(xmppConditions, s.Condition, func(*soap.Encoder) {})
	if err != nil {
		return nil, err
	}
	var e soap.Encoder
	e.Start(soap.NSNone, "iq")
	for _, a := range [][2]string{{"from", s.From}, {"to", s.To}, {"id", s.ID}, {"type", s.Type}} {
		if a[1] != "" {
			e.Attr(soap.NSNone, a[0], a[1])
		}
	}
	if s.Request != nil {
		e.Raw(request)
	}
	if s.Condition != "" {
		code := xmppCode(s.Condition)
		e.Start(soap.NSNone, "error")
		e.Attr(soap.NSNone, "code", code[0])
		e.Attr(soap.NSNone, "type", code[1])
		e.Raw(condition)
		e.End()
	}
	e.End()
	return e.Bytes()
}

func (s *XMPPStanza) request() (soap.Raw, error) {
	if s.Request == nil {
		return soap.Raw{}, nil
	}
	return xmppElement(XMPPNamespace, "connectionRequest", func(e *soap.Encoder) {
		e.Leaf(soap.NSNone, "username", s.Request.Username)
		e.Leaf(soap.NSNone, "password", string(s.Request.Password))
	})
}

// xmppCode gives the number of an error, from before RFC 6120, which devices
// and ACSs still look at, and its type.
func xmppCode(condition string) [2]string {
	if condition == XMPPNotAuthorized {
		return [2]string{"401", "auth"}
	}
	return [2]string{"503", "cancel"}
}

// xmppElement makes an element with all that is in it in a namespace that soap's
// table has not: as one of no namespace, with a default namespace put into its
// start tag. Without a name it is none.
func xmppElement(uri, local string, content func(*soap.Encoder)) (soap.Raw, error) {
	if local == "" {
		return soap.Raw{}, nil
	}
	var e soap.Encoder
	e.Start(soap.NSNone, local)
	content(&e)
	e.End()
	b, err := e.Bytes()
	if err != nil {
		return soap.Raw{}, err
	}
	return soap.Raw{Space: uri, Local: local, XML: xmppDeclare(b, local, uri)}, nil
}

// xmppDeclare puts a default namespace into the start tag of an element that
// has this name and nothing in it yet.
func xmppDeclare(b []byte, local, uri string) []byte {
	at := bytes.Index(b, []byte("<"+local)) + len(local) + 1
	return slices.Concat(b[:at], []byte(` xmlns="`+uri+`"`), b[at:])
}
