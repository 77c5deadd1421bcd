package connreq

// NOTE: the codec of Annex G's datagram, by vectors that other programs made and by an
// HMAC written out here.

import (
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// vector was computed apart from this library: openssl dgst -sha1 -hmac password over
// 11206737001234CPE57689XTGRWIPC6D3IPXS3 gives its sig.
var vector = UDPRequest{
	Host: "10.1.1.1:8088", TS: 1120673700, ID: "1234", Username: "CPE57689", CNonce: "XTGRWIPC6D3IPXS3",
	Signature: [20]byte(unhex("F749EE6D9E3BC469FB709EAD2A75EE7535F58552")),
}

const vectorText = "GET http://10.1.1.1:8088?ts=1120673700&id=1234&un=CPE57689&cn=XTGRWIPC6D3IPXS3&sig=F749EE6D9E3BC469FB709EAD2A75EE7535F58552 HTTP/1.1\r\nHost: 10.1.1.1:8088\r\n\r\n"

func unhex(s string) []byte {
	b, err := hex.DecodeString(s)
	if err != nil {
		panic(err)
	}
	return b
}

// hmacSHA1 is RFC 2104 by hand, for keys up to a block.
func hmacSHA1(key, text string) [20]byte {
	block := make([]byte, 64)
	copy(block, key)
	inner, outer := make([]byte, 64), make([]byte, 64)
	for i, k := range block {
		inner[i], outer[i] = k^0x36, k^0x5c
	}
	in := sha1.Sum(append(inner, text...))
	return sha1.Sum(append(outer, in[:]...))
}

func TestUDPVector(t *testing.T) {
	b, err := UDPRequest{Host: vector.Host, TS: vector.TS, ID: vector.ID, Username: vector.Username, CNonce: vector.CNonce}.Append([]byte("x"), "password")
	require.NoError(t, err)
	assert.Equal(t, "x"+vectorText, string(b))
	got, err := ParseUDPRequest(b[1:])
	require.NoError(t, err)
	assert.Equal(t, vector, got)
	assert.True(t, got.Signed("password"))
	assert.False(t, got.Signed("Password"))
	assert.Equal(t, vector.Signature, hmacSHA1("password", "11206737001234CPE57689XTGRWIPC6D3IPXS3"))
	assert.True(t, IsUDPRequest(b[1:]))
	for _, other := range []string{"", "GET", "get http", "\x01\x01\x00\x20", "POST x"} {
		assert.False(t, IsUDPRequest([]byte(other)))
	}
}

// Any texts come through, and the signature covers them as they are, not as they are
// written.
func TestUDPRandom(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	text := func(least int) string {
		b := make([]byte, least+random.IntN(60))
		for i := range b {
			b[i] = byte(random.Uint32())
		}
		return string(b)
	}
	for range 2000 {
		want := UDPRequest{Host: "h:1", TS: minTS + random.Int64N(maxTS-minTS), ID: text(1), Username: text(0), CNonce: text(0)}
		b, err := want.Append(nil, "pass")
		require.NoError(t, err)
		want.Signature = hmacSHA1("pass", fmt.Sprint(want.TS)+want.ID+want.Username+want.CNonce)
		got, err := ParseUDPRequest(b)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
}

// What other senders write and means the same.
func TestUDPForms(t *testing.T) {
	line, _, _ := strings.Cut(vectorText, "\r\n")
	swap := strings.NewReplacer
	for name, text := range map[string]string{
		"sig in lower case":  swap("F749EE6D9E3BC469FB709EAD2A75EE7535F58552", strings.ToLower("F749EE6D9E3BC469FB709EAD2A75EE7535F58552")).Replace(vectorText),
		"scheme in capitals": swap("http://", "HTTP://").Replace(vectorText),
		"a slash":            swap("8088?", "8088/?").Replace(vectorText),
		"another order":      swap("ts=1120673700&id=1234&", "id=1234&ts=1120673700&").Replace(vectorText),
		"more values":        swap("&sig", "&x=%zz&x&sig").Replace(vectorText),
		"escapes":            swap("un=CPE", "un=%43%50%45").Replace(vectorText),
		"no fields":          line + "\r\n\r\n",
		"no blank line":      line + "\r\n",
		"the line alone":     line,
		"LF alone":           line + "\nHost: x\n\n",
		"a length of zero":   line + "\r\nContent-Length: 0\r\n\r\n",
	} {
		got, err := ParseUDPRequest([]byte(text))
		require.NoError(t, err, name)
		assert.Equal(t, vector, got, name)
	}
}

func TestUDPMalformed(t *testing.T) {
	line, _, _ := strings.Cut(vectorText, "\r\n")
	swap := func(old, new string) string { return strings.Replace(vectorText, old, new, 1) }
	long := strings.Repeat("x", MaxUDPValue)
	for name, text := range map[string]string{
		"nothing":             "",
		"another method":      swap("GET", "POST"),
		"another version":     swap("HTTP/1.1", "HTTP/1.0"),
		"no version":          swap(" HTTP/1.1", ""),
		"https":               swap("http", "https"),
		"no scheme":           swap("http://10.1.1.1:8088", "/"),
		"a path":              swap("8088?", "8088/x?"),
		"a user":              swap("10.1.1.1", "u@10.1.1.1"),
		"no host":             swap("10.1.1.1:8088", ""),
		"no ts":               swap("ts=1120673700&", ""),
		"no id":               swap("id=1234&", ""),
		"no un":               swap("un=CPE57689&", ""),
		"no cn":               swap("cn=XTGRWIPC6D3IPXS3&", ""),
		"no sig":              swap("sig=", "six="),
		"an empty id":         swap("id=1234", "id="),
		"an empty ts":         swap("ts=1120673700", "ts="),
		"ts twice":            swap("id=", "ts=1120673701&id="),
		"ts of nine digits":   swap("1120673700", "112067370"),
		"ts of 11 digits":     swap("1120673700", "11206737001"),
		"ts with a zero":      swap("1120673700", "01120673700"),
		"ts signed":           swap("1120673700", "%2B1120673700"),
		"ts negative":         swap("1120673700", "-1120673700"),
		"ts in hexadecimal":   swap("1120673700", "0x42cc1ae4"),
		"ts beyond 64 bits":   swap("1120673700", "99999999999999999999"),
		"sig of 39 digits":    swap("F58552", "F5855"),
		"sig of 42 digits":    swap("F58552", "F5855200"),
		"sig in other text":   swap("F58552", "F5855g"),
		"an escape":           swap("un=", "un=%4%"),
		"a blank":             swap("un=", "un= "),
		"a control":           swap("un=", "un=\x00"),
		"too many values":     swap("&sig", strings.Repeat("&", maxPairs)+"&sig"),
		"most values":         swap("&sig", manyValues(maxPairs-4)+"&sig"),
		"a value too long":    swap("un=", "un="+long),
		"a body":              vectorText + "x",
		"a body announced":    line + "\r\nContent-Length: 1\r\n\r\n",
		"no field":            line + "\r\nHost\r\n\r\n",
		"a folded field":      line + "\r\nX: y\r\n z\r\n\r\n",
		"a byte beyond 2 KiB": swap("Host: ", "X: "+strings.Repeat("x", MaxDatagram)+"\r\nHost: "),
	} {
		got, err := ParseUDPRequest([]byte(text))
		assert.ErrorIs(t, err, ErrMalformed, name)
		assert.Zero(t, got, name)
	}
}

// manyValues is a number of values without meaning.
func manyValues(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "&x%d=", i)
	}
	return b.String()
}

// Each bound of what is read, at its limit; and what cannot be written.
func TestUDPBounds(t *testing.T) {
	fill := func(n int) string { return strings.Repeat("x", n) }
	good := UDPRequest{Host: "h", TS: minTS, ID: "1"}
	tests := []struct {
		change func(*UDPRequest)
		ok     bool
	}{
		{func(r *UDPRequest) {}, true},
		{func(r *UDPRequest) { r.TS = maxTS }, true},
		{func(r *UDPRequest) { r.TS = minTS - 1 }, false},
		{func(r *UDPRequest) { r.TS = maxTS + 1 }, false},
		{func(r *UDPRequest) { r.ID = fill(MaxUDPValue) }, true},
		{func(r *UDPRequest) { r.ID = fill(MaxUDPValue + 1) }, false},
		{func(r *UDPRequest) { r.ID = "" }, false},
		{func(r *UDPRequest) { r.Username = fill(MaxUDPValue + 1) }, false},
		{func(r *UDPRequest) { r.CNonce = fill(MaxUDPValue + 1) }, false},
		{func(r *UDPRequest) { r.Host = "" }, false},
		{func(r *UDPRequest) { r.Host = "a b" }, false},
		{func(r *UDPRequest) { r.Host = "a/b" }, false},
		{func(r *UDPRequest) { r.Host = "a\r\nX: y" }, false},
		{func(r *UDPRequest) { r.Username = strings.Repeat("\x00", MaxUDPValue); r.CNonce = r.Username }, false},
	}
	for i, tt := range tests {
		r := good
		tt.change(&r)
		b, err := r.Append([]byte("x"), "p")
		if !tt.ok {
			assert.ErrorIs(t, err, ErrMalformed, i)
			assert.Equal(t, "x", string(b))
			continue
		}
		require.NoError(t, err, i)
		_, err = ParseUDPRequest(b[1:])
		assert.NoError(t, err, i)
	}
	b, _ := good.Append(nil, "p")
	pad := string(b[:len(b)-2]) + "X: " + fill(MaxDatagram-len(b)-5) + "\r\n\r\n"
	_, err := ParseUDPRequest([]byte(pad))
	assert.Len(t, pad, MaxDatagram)
	assert.NoError(t, err)
	_, err = ParseUDPRequest([]byte(strings.Replace(string(b), "&un", manyValues(maxPairs-5)+"&un", 1)))
	assert.NoError(t, err, "the most values")
	_, err = url.Parse(strings.Fields(string(b))[1])
	assert.NoError(t, err)
}
