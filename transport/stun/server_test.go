package stun_test

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/cwmp-go/cwmp/transport/stun"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// secrets knows one user.
func secrets(name string) (stun.Secret, bool) { return stun.NewSecret("secret"), name == "cpe-1" }

// ask has a server handle a request and reads its answer.
func ask(t *testing.T, s *stun.Server, b []byte) (stun.Reply, *stun.Message) {
	t.Helper()
	r, ok := s.Handle(publicAddr, serverAddr, b)
	require.True(t, ok)
	assert.LessOrEqual(t, len(r.Data), 164)
	return r, parse(t, r.Data)
}

// TestServerAnswers is RFC 3489 8.1: a plain request.
func TestServerAnswers(t *testing.T) {
	r, m := ask(t, &stun.Server{}, unhex(t, golden[0].hex))
	assert.Equal(t, serverAddr, r.From)
	assert.Equal(t, publicAddr, r.To)
	assert.Equal(t, &stun.Message{Type: stun.BindingResponse, ID: transactionID, MappedAddress: publicAddr,
		SourceAddress: serverAddr, ChangedAddress: serverAddr}, m)
}

// TestServerNewerClients: a request of RFC 5389 is known by its ID, and its
// answer has the address in that form, too. The bytes are by hand: 9c41^2112,
// cb007107^2112a442.
func TestServerNewerClients(t *testing.T) {
	r, m := ask(t, &stun.Server{}, unhex(t, "0001 0000 2112a442 000102030405060708090a0b"))
	assert.Equal(t, publicAddr, m.XORMappedAddress)
	assert.Equal(t, publicAddr, m.MappedAddress)
	assert.Contains(t, string(r.Data), string(unhex(t, "0020 0008 0001 bd53 ea12d545")))
}

// TestServerLongest: the largest answer there is, by IPv6 and signed.
func TestServerLongest(t *testing.T) {
	from, at := netip.MustParseAddrPort("[2001:db8::7]:1"), netip.MustParseAddrPort("[2001:db8::1]:3478")
	m := &stun.Message{Type: 1, Username: "cpe-1", ResponseAddress: netip.MustParseAddrPort("[2001:db8::7]:2")}
	copy(m.ID[:], "\x21\x12\xa4\x42")
	r, ok := (&stun.Server{Secret: secrets}).Handle(from, at, write(t, m, "secret"))
	require.True(t, ok)
	assert.Len(t, r.Data, 164)
	require.NoError(t, stun.Verify(r.Data, stun.NewSecret("secret")))
	assert.Equal(t, from, parse(t, r.Data).XORMappedAddress)
}

// TestServerTable1 is table 1 of RFC 3489 8.1.
func TestServerTable1(t *testing.T) {
	s := &stun.Server{Other: netip.MustParseAddrPort("198.51.100.2:3479")}
	for flags, from := range map[[2]bool]string{
		{}:            "198.51.100.1:3478",
		{true, false}: "198.51.100.2:3478",
		{false, true}: "198.51.100.1:3479",
		{true, true}:  "198.51.100.2:3479",
	} {
		r, m := ask(t, s, write(t, &stun.Message{Type: stun.BindingRequest, ChangeRequest: true, ChangeIP: flags[0], ChangePort: flags[1]}))
		assert.Equal(t, from, r.From.String())
		assert.Equal(t, r.From, m.SourceAddress)
		assert.Equal(t, s.Other, m.ChangedAddress)
	}
}

// TestServerChecks: each response code of RFC 3489 8.1, and who may not be
// answered elsewhere.
func TestServerChecks(t *testing.T) {
	binding := stun.Message{Type: stun.BindingRequest, ConnectionRequestBinding: true}
	change := stun.Message{Type: stun.BindingRequest, ConnectionRequestBinding: true, BindingChange: true}
	named := func(name string) []byte {
		return write(t, &stun.Message{Type: stun.BindingRequest, Username: name}, "secret")
	}
	elsewhere := func(to string) []byte {
		return write(t, &stun.Message{Type: stun.BindingRequest, ResponseAddress: netip.MustParseAddrPort(to)})
	}
	everyone := func(string) (stun.Secret, bool) { return stun.NewSecret("another"), true }
	for name, c := range map[string]struct {
		s    stun.Server
		b    []byte
		code int
	}{
		"nobody has to sign":        {stun.Server{Secret: secrets}, write(t, &change), 0},
		"a keep-alive need not":     {stun.Server{Secret: secrets, Demand: stun.DemandChange}, write(t, &binding), 0},
		"a change has to":           {stun.Server{Secret: secrets, Demand: stun.DemandChange}, write(t, &change), 401},
		"all have to":               {stun.Server{Secret: secrets, Demand: stun.DemandAll}, write(t, &binding), 401},
		"signed":                    {stun.Server{Secret: secrets, Demand: stun.DemandAll}, named("cpe-1"), 0},
		"padded with spaces":        {stun.Server{Secret: secrets, Demand: stun.DemandAll}, named("cpe-1   "), 0},
		"no name":                   {stun.Server{Secret: secrets}, named(""), 432},
		"unknown name":              {stun.Server{Secret: secrets}, named("cpe-2"), 430},
		"unknown name with a space": {stun.Server{Secret: secrets}, named("cpe-2 "), 430},
		"only spaces":               {stun.Server{Secret: secrets}, named("    "), 430},
		"nobody is known":           {stun.Server{}, named("cpe-1"), 430},
		"wrong password":            {stun.Server{Secret: everyone}, named("cpe-1"), 431},
		"unknown attribute":         {stun.Server{}, write(t, &stun.Message{Type: 1, Others: []stun.Attribute{{Type: 0x7000}}}), 420},
		"optional attribute":        {stun.Server{}, write(t, &stun.Message{Type: 1, Others: []stun.Attribute{{Type: 0x9000}}}), 0},
		"no other socket":           {stun.Server{}, write(t, &stun.Message{Type: 1, ChangePort: true}), 420},
		"malformed":                 {stun.Server{}, unhex(t, "0001 0004"+id+"0006 0004"), 400},
		"another port":              {stun.Server{}, elsewhere("203.0.113.7:9"), 0},
		"another host":              {stun.Server{}, elsewhere("203.0.113.8:40001"), 400},
		"another host, allowed":     {stun.Server{AnyResponseAddress: true}, elsewhere("203.0.113.8:40001"), 0},
		"port 0":                    {stun.Server{AnyResponseAddress: true}, elsewhere("203.0.113.7:0"), 400},
		"no host":                   {stun.Server{AnyResponseAddress: true}, elsewhere("0.0.0.0:9"), 400},
	} {
		r, m := ask(t, &c.s, c.b)
		assert.Equal(t, c.code, m.ErrorCode, name)
		if c.code != 0 {
			assert.Equal(t, stun.BindingErrorResponse, m.Type, name)
			assert.Equal(t, publicAddr, r.To, name)
			assert.NotEmpty(t, m.Reason, name)
			continue
		}
		assert.Equal(t, stun.BindingResponse, m.Type, name)
		assert.Equal(t, parse(t, c.b).Integrity, m.Integrity, name)
		if m.Integrity {
			require.NoError(t, stun.Verify(r.Data, stun.NewSecret("secret")), name)
		}
	}
}

// TestServerLists is RFC 3489 11.2.10.
func TestServerLists(t *testing.T) {
	_, m := ask(t, &stun.Server{}, write(t, &stun.Message{Type: 1, Others: []stun.Attribute{{Type: 0x7000}, {Type: 0x9000}, {Type: 0x7001}}}))
	assert.Equal(t, []stun.AttrType{0x7000, 0x7001}, m.UnknownAttributes)
	_, m = ask(t, &stun.Server{}, write(t, &stun.Message{Type: 1, ChangeIP: true}))
	assert.Equal(t, []stun.AttrType{stun.AttrChangeRequest}, m.UnknownAttributes)
}

// TestServerReflects is RFC 3489 8.1 with RESPONSE-ADDRESS, as timer
// discovery uses it.
func TestServerReflects(t *testing.T) {
	r, m := ask(t, &stun.Server{}, write(t, &stun.Message{Type: 1, ResponseAddress: otherAddr}))
	assert.Equal(t, otherAddr, r.To)
	assert.Equal(t, publicAddr, m.ReflectedFrom)
	assert.Equal(t, publicAddr, m.MappedAddress)
}

// TestServerSilent: what is no request has no answer, so that two servers do
// not answer each other for ever.
func TestServerSilent(t *testing.T) {
	s := &stun.Server{}
	for name, b := range map[string][]byte{
		"text":     []byte("GET / HTTP/1.1\r\n\r\n and more"),
		"nothing":  nil,
		"response": write(t, &stun.Message{Type: stun.BindingResponse, MappedAddress: publicAddr}),
		"error":    write(t, &stun.Message{Type: stun.BindingErrorResponse, ErrorCode: 400}),
		"length":   unhex(t, "0001 0004"+id),
		"long":     unhex(t, "0001 07f0"+id+"8000 07ec"+strings.Repeat("61", 0x7ec)),
	} {
		_, ok := s.Handle(publicAddr, serverAddr, b)
		assert.False(t, ok, name)
	}
	_, ok := s.Handle(netip.AddrPort{}, serverAddr, unhex(t, golden[0].hex))
	assert.False(t, ok)
	_, m := ask(t, s, write(t, &stun.Message{Type: stun.SharedSecretRequest}))
	assert.Equal(t, stun.SharedSecretErrorResponse, m.Type)
	assert.Equal(t, stun.CodeUseTLS, m.ErrorCode)
}

// TestServerReports: Bound hears of devices, and of nobody who was refused.
func TestServerReports(t *testing.T) {
	var got []stun.Binding
	s := &stun.Server{Secret: secrets, Demand: stun.DemandChange, Bound: func(b stun.Binding) { got = append(got, b) }}
	ask(t, s, write(t, &stun.Message{Type: 1}))
	ask(t, s, write(t, &stun.Message{Type: 1, ConnectionRequestBinding: true, BindingChange: true, Username: "cpe-1"}))
	assert.Empty(t, got)
	ask(t, s, write(t, &stun.Message{Type: 1, ConnectionRequestBinding: true, Username: "cpe-9"}))
	ask(t, s, write(t, &stun.Message{Type: 1, ConnectionRequestBinding: true, BindingChange: true, Username: "cpe-1 "}, "secret"))
	assert.Equal(t, []stun.Binding{
		{Mapped: publicAddr, Username: "cpe-9"},
		{Mapped: publicAddr, Username: "cpe-1", Authenticated: true, Changed: true},
	}, got)
}
