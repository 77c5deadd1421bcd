package stun_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha1"
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/cwmp-go/cwmp/transport/stun"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// NOTE: bytes in these tests are written by hand from RFC 3489 11 and TR-069
// Annex G, or are RFC 5769's, so that they do not come from the code under test.

const id = "00010203 04050607 08090a0b 0c0d0e0f"

var transactionID = stun.TransactionID{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}

// golden are messages in both forms. CPE-239 of the conformance checks: the
// classic header, 0xC001 with the 20 bytes, 0xC002 only on a change.
var golden = []struct {
	name string
	m    stun.Message
	hex  string
}{
	{"binding request", stun.Message{Type: stun.BindingRequest}, "0001 0000" + id},
	{"connection request binding", stun.Message{Type: stun.BindingRequest, ConnectionRequestBinding: true},
		"0001 0018" + id + "c001 0014 64736c66 6f72756d 2e6f7267 2f54522d 31313120"},
	{"binding change", stun.Message{Type: stun.BindingRequest, ConnectionRequestBinding: true, BindingChange: true},
		"0001 001c" + id + "c001 0014 64736c66 6f72756d 2e6f7267 2f54522d 31313120 c002 0000"},
	{"timer discovery", stun.Message{Type: stun.BindingRequest, ResponseAddress: publicAddr},
		"0001 000c" + id + "0002 0008 0001 9c41 cb007107"},
	{"change request", stun.Message{Type: stun.BindingRequest, ChangeRequest: true, ChangeIP: true, ChangePort: true},
		"0001 0008" + id + "0003 0004 00000006"},
	{"no change request", stun.Message{Type: stun.BindingRequest, ChangeRequest: true}, "0001 0008" + id + "0003 0004 00000000"},
	{"user name is padded", stun.Message{Type: stun.BindingRequest, Username: "cpe-1"}, "0001 000c" + id + "0006 0008 6370652d 31000000"},
	{"response", stun.Message{Type: stun.BindingResponse, MappedAddress: publicAddr, SourceAddress: serverAddr,
		ChangedAddress: serverAddr, ReflectedFrom: otherAddr},
		"0101 0030" + id + "0001 0008 0001 9c41 cb007107 0004 0008 0001 0d96 c6336401 0005 0008 0001 0d96 c6336401 000b 0008 0001 9c42 cb007107"},
	{"IPv6", stun.Message{Type: stun.BindingResponse, MappedAddress: netip.MustParseAddrPort("[2001:db8::1]:80")},
		"0101 0018" + id + "0001 0014 0002 0050 20010db8 00000000 00000000 00000001"},
	{"exclusive or", stun.Message{Type: stun.BindingResponse, XORMappedAddress: publicAddr}, "0101 000c" + id + "0020 0008 0001 9c40 cb017304"},
	{"error", stun.Message{Type: stun.BindingErrorResponse, ErrorCode: 401, Reason: "Unauthorized"},
		"0111 0014" + id + "0009 0010 00000401 556e6175 74686f72 697a6564"},
	{"phrase is padded", stun.Message{Type: stun.BindingErrorResponse, ErrorCode: 699, Reason: "no"}, "0111 000c" + id + "0009 0008 00000663 6e6f2020"},
	{"one unknown attribute", stun.Message{Type: stun.BindingErrorResponse, ErrorCode: 420, UnknownAttributes: []stun.AttrType{0x7fff}},
		"0111 0010" + id + "0009 0004 00000414 000a 0004 7fff7fff"},
	{"two of them", stun.Message{Type: stun.BindingErrorResponse, ErrorCode: 420, UnknownAttributes: []stun.AttrType{1, 2}},
		"0111 0010" + id + "0009 0004 00000414 000a 0004 00010002"},
	{"shared secret", stun.Message{Type: stun.SharedSecretResponse, Username: "user", Password: stun.NewSecret("pw")},
		"0102 0010" + id + "0006 0004 75736572 0007 0004 70770000"},
	{"others", stun.Message{Type: stun.BindingResponse, Others: []stun.Attribute{{Type: 0x8022, Value: []byte("abcde")}}},
		"0101 000c" + id + "8022 0005 61626364 65000000"},
}

func TestGolden(t *testing.T) {
	for _, g := range golden {
		t.Run(g.name, func(t *testing.T) {
			g.m.ID = transactionID
			assert.Equal(t, unhex(t, g.hex), write(t, &g.m))
			assert.Equal(t, &g.m, parse(t, unhex(t, g.hex)))
		})
	}
}

// TestVector is the response of RFC 5769 2.2: another author's HMAC, with the
// address and the fingerprint of newer servers.
func TestVector(t *testing.T) {
	b := unhex(t, `0101003c 2112a442 b7e7a701 bc34d686 fa87dfae 8022000b 74657374 20766563 746f7220
		00200008 0001a147 e112a643 00080014 2b91f599 fd9e90c3 8c7489f9 2af9ba53 f06be7d7 80280004 c07d4c96`)
	m := parse(t, b)
	assert.Equal(t, netip.MustParseAddrPort("192.0.2.1:32853"), m.Mapped())
	assert.True(t, m.Integrity)
	assert.Empty(t, m.NotUnderstood())
	require.NoError(t, stun.Verify(b, stun.NewSecret("VOkJxbRl1RmTxUk/WvJxBt")))
	require.ErrorIs(t, stun.Verify(b, stun.NewSecret("VOkJxbRl1RmTxUk/WvJxBu")), stun.ErrIntegrity)
}

// TestIntegrity computes RFC 3489 11.2.8 by hand: the text up to the
// attribute, with the whole length in the header, and zeros up to 64.
func TestIntegrity(t *testing.T) {
	for _, name := range []string{"u", "cpe-1", strings.Repeat("x", 8), strings.Repeat("x", 36), strings.Repeat("x", 40), strings.Repeat("x", 256)} {
		m := stun.Message{Type: stun.BindingRequest, ID: transactionID, Username: name, ConnectionRequestBinding: true}
		b := write(t, &m, "secret")
		text := b[:len(b)-24]
		padded := append(bytes.Clone(text), make([]byte, 64)...)
		h := hmac.New(sha1.New, []byte("secret"))
		h.Write(padded[:(len(text)+63)/64*64])
		assert.Equal(t, append([]byte{0, 8, 0, 20}, h.Sum(nil)...), b[len(text):], name)
		require.NoError(t, stun.Verify(b, stun.NewSecret("secret")))
		require.ErrorIs(t, stun.Verify(b, stun.NewSecret("Secret")), stun.ErrIntegrity)
		b[len(text)-1] ^= 1
		require.Error(t, stun.Verify(b, stun.NewSecret("secret")))
	}
	b := write(t, &stun.Message{Type: stun.BindingRequest})
	require.ErrorIs(t, stun.Verify(b, stun.Secret{}), stun.ErrIntegrity, "absent")
	require.ErrorIs(t, stun.Verify(b[:10], stun.Secret{}), stun.ErrLength)
}

// refusals are messages that have to be refused, and where.
var refusals = []struct {
	name, hex string
	err       error
	offset    int
	attr      stun.AttrType
}{
	{"empty", "", stun.ErrLength, 0, 0},
	{"half a header", "0001 0000 00010203", stun.ErrLength, 0, 0},
	{"a type of RFC 5389", "0011 0000" + id, stun.ErrType, 0, 0},
	{"too short for its header", "0001 0004" + id, stun.ErrLength, 2, 0},
	{"too long for its header", "0001 0000" + id + "c002 0000", stun.ErrLength, 2, 0},
	{"half an attribute header", "0001 0002" + id + "c002", stun.ErrLength, 20, 0},
	{"attribute past the end", "0001 0004" + id + "0006 0004", stun.ErrLength, 20, stun.AttrUsername},
	{"huge attribute", "0001 0004" + id + "0006 ffff", stun.ErrLength, 20, stun.AttrUsername},
	{"attribute twice", "0001 0008" + id + "c002 0000 c002 0000", stun.ErrDuplicate, 24, stun.AttrBindingChange},
	{"unknown attribute twice", "0001 0008" + id + "7000 0000 7000 0000", stun.ErrDuplicate, 24, 0x7000},
	{"behind integrity", "0001 001c" + id + "0008 0014 00000000 00000000 00000000 00000000 00000000 c002 0000",
		stun.ErrOrder, 44, stun.AttrBindingChange},
	{"short integrity", "0001 0008" + id + "0008 0004 00000000", stun.ErrLength, 20, stun.AttrMessageIntegrity},
	{"short address", "0001 0008" + id + "0002 0004 00010000", stun.ErrValue, 20, stun.AttrResponseAddress},
	{"family", "0001 000c" + id + "0002 0008 0002 9c41 cb007107", stun.ErrValue, 20, stun.AttrResponseAddress},
	{"family of RFC 5389's form", "0101 000c" + id + "0020 0008 0002 9c41 cb007107", stun.ErrValue, 20, stun.AttrXORMappedAddress},
	{"address of nothing", "0101 0004" + id + "0020 0000", stun.ErrValue, 20, stun.AttrXORMappedAddress},
	{"flags", "0001 0004" + id + "0003 0000", stun.ErrValue, 20, stun.AttrChangeRequest},
	{"another binding text", "0001 0008" + id + "c001 0004 64736c66", stun.ErrValue, 20, stun.AttrConnectionRequestBinding},
	{"change with a value", "0001 0008" + id + "c002 0004 00000000", stun.ErrValue, 20, stun.AttrBindingChange},
	{"short code", "0111 0004" + id + "0009 0000", stun.ErrValue, 20, stun.AttrErrorCode},
	{"class 0", "0111 0008" + id + "0009 0004 00000001", stun.ErrValue, 20, stun.AttrErrorCode},
	{"class 7", "0111 0008" + id + "0009 0004 00000701", stun.ErrValue, 20, stun.AttrErrorCode},
	{"number 100", "0111 0008" + id + "0009 0004 00000464", stun.ErrValue, 20, stun.AttrErrorCode},
	{"empty list", "0111 0004" + id + "000a 0000", stun.ErrValue, 20, stun.AttrUnknownAttributes},
	{"odd list", "0111 0008" + id + "000a 0003 00000000", stun.ErrValue, 20, stun.AttrUnknownAttributes},
	{"long user name", "0001 0408" + id + "0006 0404" + strings.Repeat("61", 0x404), stun.ErrLimit, 20, stun.AttrUsername},
	{"long message", "0001 07f0" + id + "8000 07ec" + strings.Repeat("61", 0x7ec), stun.ErrLimit, 0, 0},
	{"many attributes", "0001 0084" + id + manyAttributes(33), stun.ErrLimit, 20 + 32*4, 0x8020},
}

func manyAttributes(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "%04x0000", 0x8000+i)
	}
	return b.String()
}

func TestRefusals(t *testing.T) {
	for _, r := range refusals {
		t.Run(r.name, func(t *testing.T) {
			m, err := stun.Parse(unhex(t, r.hex))
			var e *stun.Error
			require.ErrorAs(t, err, &e)
			assert.Nil(t, m)
			require.ErrorIs(t, err, r.err)
			assert.Equal(t, r.offset, e.Offset)
			assert.Equal(t, r.attr, e.Attr)
			assert.Contains(t, err.Error(), fmt.Sprintf("at offset %d", r.offset))
		})
	}
	assert.Len(t, parse(t, unhex(t, "0001 0080"+id+manyAttributes(32))).Others, 32, "one less is allowed")
}

// TestLenient: deviations that lose nothing.
func TestLenient(t *testing.T) {
	m := parse(t, unhex(t, "0001 0017"+id+"c001 0013 64736c66 6f72756d 2e6f7267 2f54522d 313131"))
	assert.True(t, m.ConnectionRequestBinding, "the text without its space, and no padding")
	m = parse(t, unhex(t, "0001 000d"+id+"0006 0005 6370652d31 c002 0000"))
	assert.Equal(t, "cpe-1", m.Username)
	assert.True(t, m.BindingChange, "behind a value that is not padded")
	m = parse(t, unhex(t, "0102 0008"+id+"0007 0004 00000000"))
	assert.Empty(t, m.Password.Reveal())
	m = parse(t, unhex(t, "0101 000c"+id+"0001 0008 ff01 9c41 cb007107"))
	assert.Equal(t, publicAddr, m.MappedAddress, "the first byte is ignored")
}

// unwritable are messages that the form cannot express.
var unwritable = []struct {
	name string
	m    stun.Message
	err  error
}{
	{"no type", stun.Message{}, stun.ErrType},
	{"user name", stun.Message{Type: 1, Username: strings.Repeat("u", 1025)}, stun.ErrLimit},
	{"password", stun.Message{Type: 1, Password: stun.NewSecret(strings.Repeat("u", 1025))}, stun.ErrLimit},
	{"user name and NUL", stun.Message{Type: 1, Username: "u\x00"}, stun.ErrValue},
	{"password and NUL", stun.Message{Type: 1, Password: stun.NewSecret("u\x00")}, stun.ErrValue},
	{"code 99", stun.Message{Type: 1, ErrorCode: 99}, stun.ErrValue},
	{"code 700", stun.Message{Type: 1, ErrorCode: 700}, stun.ErrValue},
	{"field among others", stun.Message{Type: 1, Others: []stun.Attribute{{Type: stun.AttrUsername}}}, stun.ErrValue},
	{"integrity among others", stun.Message{Type: 1, Others: []stun.Attribute{{Type: stun.AttrMessageIntegrity}}}, stun.ErrValue},
	{"other twice", stun.Message{Type: 1, Others: []stun.Attribute{{Type: 9999}, {Type: 9999}}}, stun.ErrDuplicate},
	{"long other", stun.Message{Type: 1, Others: []stun.Attribute{{Type: 9999, Value: make([]byte, 1<<17)}}}, stun.ErrLimit},
	{"long phrase", stun.Message{Type: 1, ErrorCode: 400, Reason: strings.Repeat("u", 2048)}, stun.ErrLimit},
}

func TestUnwritable(t *testing.T) {
	for _, u := range unwritable {
		b, err := u.m.Append([]byte("dst"))
		require.ErrorIs(t, err, u.err, u.name)
		assert.Equal(t, "dst", string(b), u.name)
		_, err = u.m.AppendSigned(nil, stun.Secret{})
		require.ErrorIs(t, err, u.err, u.name)
	}
	b, err := (&stun.Message{Type: 1}).Append([]byte("dst"))
	require.NoError(t, err)
	assert.Equal(t, "dst\x00\x01", string(b[:5]), "it appends")
	_, err = (&stun.Message{}).Append(nil)
	assert.EqualError(t, err, "stun: unknown message type: header: Type(0x0)")
}

// TestIsMessage: a message is told from a connection request by its first byte.
func TestIsMessage(t *testing.T) {
	assert.True(t, stun.IsMessage(write(t, &stun.Message{Type: stun.BindingErrorResponse})))
	assert.False(t, stun.IsMessage([]byte("GET http://203.0.113.7:40001?ts=1 HTTP/1.1\r\n")))
	assert.False(t, stun.IsMessage(make([]byte, 19)))
}

func TestNames(t *testing.T) {
	assert.Equal(t, "Binding Request", stun.BindingRequest.String())
	assert.Equal(t, "Type(0xbad)", stun.Type(0xbad).String())
	assert.Equal(t, "MAPPED-ADDRESS", stun.AttrMappedAddress.String())
	assert.Equal(t, "MESSAGE-INTEGRITY", stun.AttrMessageIntegrity.String())
	assert.Equal(t, "0x8028", stun.AttrFingerprint.String())
	assert.Equal(t, "0x0bad", stun.AttrType(0xbad).String())
}
