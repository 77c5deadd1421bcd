package stun

import (
	"net/netip"
)

// NOTE: the server's end, as RFC 3489 8.1 and TR-069 Annex G have it. Handle is a
// function of the request alone; serve.go is the shell around it. The checks are
// in the RFC's order: integrity, then attributes, then what is asked for.

// A Demand says which Binding Requests have to be signed.
type Demand uint8

// The demands on a client.
const (
	// DemandNothing asks for no integrity. A request that has it is checked all
	// the same.
	DemandNothing Demand = iota
	// DemandChange asks for it in requests with BINDING-CHANGE, those that an ACS
	// acts on. Keep-alives stay short.
	DemandChange
	// DemandAll asks for it in every request.
	DemandAll
)

// A Server answers Binding Requests. The zero value answers everybody and
// knows nobody. It is for concurrent use as far as its functions are.
type Server struct {
	// Secret gives the password of a user. It is asked with the name as sent and
	// then, if that is not known, without spaces at the end, with which some
	// clients pad. Nil: no user is known, and a signed request is refused.
	Secret func(username string) (Secret, bool)

	// Demand says who has to sign. Zero: DemandNothing.
	Demand Demand

	// Other is the address and port, both of them others, of the sockets that
	// CHANGE-REQUEST chooses; see Reply.From. Annex G makes no use of it. Zero: none,
	// and a request that wants a change is answered with 420.
	Other netip.AddrPort

	// AnyResponseAddress lets a response be sent to any address that
	// RESPONSE-ADDRESS says. False: only to another port of the address that the
	// request came from, which is what timer discovery needs, for a server that
	// sends anywhere is a reflector for attacks (RFC 3489 11.2.11); others are
	// answered with 400.
	AnyResponseAddress bool

	// Bound is told of each request with CONNECTION-REQUEST-BINDING that was
	// answered with success. It should not block. Nil: nobody is told.
	Bound func(Binding)
}

// A Binding is where a device awaits UDP connection requests. They have to come
// from the address and port that the device's own requests went to, or the
// gateway may not let them through (TR-069 Annex G).
type Binding struct {
	Mapped        netip.AddrPort // where the request came from
	Username      string         // what the device calls itself; empty: nothing
	Authenticated bool           // the request was signed with Username's password
	Changed       bool           // the device says that the binding is new
}

// A Reply is a datagram to be sent.
type Reply struct {
	From netip.AddrPort // by which of the server's sockets: the one that was asked, unless Other is set
	To   netip.AddrPort // to where
	Data []byte         // the caller's to keep
}

// An inquiry is a request and what the checks have found of it.
type inquiry struct {
	*Message
	raw           []byte
	from, at      netip.AddrPort
	authenticated bool
	password      Secret
	form          form
}

// checks are run in order until one gives a response code.
var checks = []func(s *Server, q *inquiry) int{
	(*Server).checkIntegrity, (*Server).checkAttributes, (*Server).checkResponseAddress,
}

// Handle answers a request that came from one address to another. ok is false
// if there is nothing to answer: b is no STUN message, or it is no request. A reply
// has at most 164 bytes.
func (s *Server) Handle(from, at netip.AddrPort, b []byte) (reply Reply, ok bool) {
	from, at = unmap(from), unmap(at)
	m, err := header(b)
	switch {
	case err != nil || !from.IsValid():
		return Reply{}, false
	case m.Type == SharedSecretRequest: // RFC 3489 8.2: never over UDP
		return failure(Reply{From: at, To: from}, m, SharedSecretErrorResponse, CodeUseTLS), true
	case m.Type != BindingRequest:
		return Reply{}, false
	}
	reply = Reply{From: at, To: from}
	full, err := Parse(b)
	if err != nil {
		return failure(reply, m, BindingErrorResponse, CodeBadRequest), true
	}
	q := &inquiry{Message: full, raw: b, from: from, at: at}
	for _, check := range checks {
		if code := check(s, q); code != 0 {
			return failure(reply, full, BindingErrorResponse, code), true
		}
	}
	s.report(q)
	return s.success(q), true
}

// failure goes back the way the request came (RFC 3489 8.1), unsigned.
func failure(r Reply, m *Message, t Type, code int) Reply {
	answer := Message{Type: t, ID: m.ID, ErrorCode: code, Reason: reasons[code]}
	if code == CodeUnknownAttribute {
		answer.UnknownAttributes = m.NotUnderstood()
		if len(answer.UnknownAttributes) == 0 {
			answer.UnknownAttributes = []AttrType{AttrChangeRequest}
		}
	}
	r.Data, _ = answer.Append(nil) // what a Message with an ErrorCode of ours cannot refuse
	return r
}

func (s *Server) checkIntegrity(q *inquiry) int {
	switch {
	case !q.Integrity && (s.Demand == DemandAll || s.Demand == DemandChange && q.BindingChange):
		return CodeUnauthorized
	case !q.Integrity:
		return 0
	case q.Username == "":
		return CodeMissingUsername
	}
	var known bool
	if q.password, known = s.secret(q.Message); !known {
		return CodeStaleCredentials
	}
	f, err := verify(q.raw, q.password)
	if err != nil {
		return CodeIntegrityFailure
	}
	q.authenticated, q.form = true, f
	return 0
}

// secret finds a user, and corrects the name if it was padded with spaces.
func (s *Server) secret(m *Message) (Secret, bool) {
	if s.Secret == nil {
		return Secret{}, false
	}
	if password, ok := s.Secret(m.Username); ok {
		return password, true
	}
	trimmed := m.Username
	for len(trimmed) > 0 && trimmed[len(trimmed)-1] == ' ' {
		trimmed = trimmed[:len(trimmed)-1]
	}
	if trimmed == m.Username || trimmed == "" {
		return Secret{}, false
	}
	m.Username = trimmed
	return s.Secret(trimmed)
}

func (s *Server) checkAttributes(q *inquiry) int {
	if len(q.NotUnderstood()) > 0 || (q.ChangeIP || q.ChangePort) && !s.Other.IsValid() {
		return CodeUnknownAttribute
	}
	return 0
}

func (s *Server) checkResponseAddress(q *inquiry) int {
	to := unmap(q.ResponseAddress)
	if !q.ResponseAddress.IsValid() || usable(to) && (s.AnyResponseAddress || to.Addr() == q.from.Addr()) {
		return 0
	}
	return CodeBadRequest
}

func (s *Server) report(q *inquiry) {
	if s.Bound != nil && q.ConnectionRequestBinding {
		s.Bound(Binding{q.from, q.Username, q.authenticated, q.BindingChange})
	}
}

// magicCookie is what a transaction ID of RFC 5389 begins with. Those who send it
// look for XOR-MAPPED-ADDRESS, which nobody else has to know.
var magicCookie = [4]byte{0x21, 0x12, 0xa4, 0x42}

// success is RFC 3489 8.1 and its table 1.
func (s *Server) success(q *inquiry) Reply {
	other := unmap(s.Other)
	if !s.Other.IsValid() {
		other = q.at
	}
	r := Reply{From: q.at, To: q.from}
	if q.ChangeIP {
		r.From = netip.AddrPortFrom(other.Addr(), r.From.Port())
	}
	if q.ChangePort {
		r.From = netip.AddrPortFrom(r.From.Addr(), other.Port())
	}
	answer := Message{Type: BindingResponse, ID: q.ID, MappedAddress: q.from, SourceAddress: r.From, ChangedAddress: other}
	if [4]byte(q.ID[:4]) == magicCookie {
		answer.XORMappedAddress = q.from
	}
	if q.ResponseAddress.IsValid() {
		r.To, answer.ReflectedFrom = unmap(q.ResponseAddress), q.from
	}
	var signature func([]byte) []byte
	if q.authenticated {
		signature = func(b []byte) []byte { return sign(b, q.password, q.form) }
	}
	r.Data, _ = answer.append(nil, signature) // addresses alone: nothing to refuse
	return r
}
