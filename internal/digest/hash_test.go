package digest

// NOTE: the arithmetic against the examples of the RFCs, then both ends against
// an oracle that is written from the RFC's formulas and shares no code.

import (
	"crypto/md5"
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// The examples of RFC 2069 section 2.4 (as its erratum corrects it), RFC 2617
// section 3.5 and RFC 7616 section 3.9.1, and the inputs of the last with the
// algorithms and qualities that it does not show, computed by others.
func TestResponseVectors(t *testing.T) {
	old := answer{
		username: "Mufasa", realm: "testrealm@host.com", password: "Circle Of Life",
		nonce: "dcd98b7102dd2f0e8b11d0f600bfb0c093", nc: "00000001", cnonce: "0a4f113b",
		method: "GET", uri: "/dir/index.html",
	}
	young := answer{
		username: "Mufasa", realm: "http-auth@example.org", password: "Circle of Life",
		nonce: "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", nc: "00000001",
		cnonce: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
		method: "GET", uri: "/dir/index.html",
	}
	tests := []struct {
		name   string
		in     answer
		change func(*answer)
		want   string
	}{
		{"RFC 2069", old, func(a *answer) { a.password = "CircleOfLife" }, "1949323746fe6a43ef61f9606e7febea"},
		{"RFC 2617", old, func(a *answer) { a.qop = QOPAuth }, "6629fae49393a05397450978507c4ef1"},
		{"RFC 7616 MD5", young, func(a *answer) { a.qop = QOPAuth }, "8ca523f5e9506fed4657c9700eebdbec"},
		{"RFC 7616 SHA-256", young, func(a *answer) { a.qop, a.algorithm = QOPAuth, SHA256 },
			"753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"},
		{"MD5-sess", young, func(a *answer) { a.qop, a.algorithm = QOPAuth, MD5Sess }, "e783283f46242139c486a698fec7211d"},
		{"SHA-256-sess", young, func(a *answer) { a.qop, a.algorithm = QOPAuth, SHA256Sess },
			"2fd51b3a77ad75bad6afad6003e818d767133c46d9e2749e7f5232ae1ea3efd7"},
		{"SHA-256 without qop", young, func(a *answer) { a.algorithm = SHA256 },
			"a1306b0595a6c7fe96c448631fb5cfbd5107bd1fe1da729d978dd7446b812363"},
		{"MD5 auth-int", young, func(a *answer) { a.qop, a.body = QOPAuthInt, []byte("hello") },
			"1707eaf5c6ed1a8f6ff2e49286b06bc2"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := tt.in
			tt.change(&a)
			assert.Equal(t, tt.want, a.response())
		})
	}
}

// oracle is RFC 7616 section 3.4.1 to 3.4.3 once more.
func oracle(algorithm, qop, user, realm, password, nonce, nc, cnonce, method, uri, body string) string {
	h := func(s string) string {
		if strings.HasPrefix(algorithm, "SHA-256") {
			return fmt.Sprintf("%x", sha256.Sum256([]byte(s)))
		}
		return fmt.Sprintf("%x", md5.Sum([]byte(s)))
	}
	a1 := user + ":" + realm + ":" + password
	if strings.HasSuffix(algorithm, "-sess") {
		a1 = h(a1) + ":" + nonce + ":" + cnonce
	}
	a2 := method + ":" + uri
	if qop == "auth-int" {
		a2 += ":" + h(body)
	}
	if qop == "" {
		return h(h(a1) + ":" + nonce + ":" + h(a2))
	}
	return h(h(a1) + ":" + nonce + ":" + nc + ":" + cnonce + ":" + qop + ":" + h(a2))
}

func TestResponseMatchesOracle(t *testing.T) {
	for algorithm := MD5; algorithm <= SHA256Sess; algorithm++ {
		for qop := QOPNone; qop <= QOPAuthInt; qop++ {
			a := answer{
				algorithm: algorithm, qop: qop,
				username: "001122-CPE-é", realm: `two "words"`, password: "p:w",
				nonce: "n", nc: "0000002a", cnonce: "c", method: "POST", uri: "/acs?x=1,2", body: []byte("<soap/>"),
			}
			want := oracle(algorithm.String(), qop.String(), a.username, a.realm, a.password,
				a.nonce, a.nc, a.cnonce, a.method, a.uri, string(a.body))
			assert.Equal(t, want, a.response(), "%v %v", algorithm, qop)
		}
	}
}

func TestNames(t *testing.T) {
	for name, want := range map[string]Algorithm{
		"": MD5, "md5": MD5, "MD5-SESS": MD5Sess, "sha-256": SHA256, "SHA-256-sess": SHA256Sess,
	} {
		got, ok := ParseAlgorithm(name)
		assert.True(t, ok, name)
		assert.Equal(t, want, got, name)
	}
	for _, name := range []string{"SHA-512-256", "MD4", " MD5", "MD5,SHA-256"} {
		_, ok := ParseAlgorithm(name)
		assert.False(t, ok, name)
	}
	assert.Empty(t, Algorithm(9).String())
	assert.Empty(t, QOP(9).String())
	assert.Equal(t, "retry denied endless", fmt.Sprint(Retry)+" "+fmt.Sprint(Denied)+" "+fmt.Sprint(Endless))
	assert.Equal(t, "verdict 0 verdict 9", Verdict(0).String()+" "+Verdict(9).String())
}
