package digest

// NOTE: both readers by table: what real peers send, each way in which a header
// can be broken, and each bound at its value and one past it.

import (
	"encoding/base64"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestParseChallenges(t *testing.T) {
	full := Challenge{
		Scheme: "Digest", Realm: "a, b", Nonce: "n==", Opaque: `o"p\q`, HasOpaque: true,
		Algorithm: "SHA-256", QOP: []string{"auth", "auth-int"}, Stale: true,
	}
	bare := Challenge{Scheme: "Digest", Realm: "My Device", Nonce: "n=="}
	tests := []struct {
		name   string
		values []string
		want   []Challenge
	}{
		{"none", nil, nil},
		{"empty elements", []string{"", " , ,\t"}, nil},
		{"all directives", []string{`Digest realm="a, b", nonce="n==", opaque="o\"p\\q", algorithm=SHA-256, qop="auth,auth-int", stale=true`}, []Challenge{full}},
		{"all quoted", []string{`Digest realm="a, b", nonce="n==", opaque="o\"p\\q", algorithm="SHA-256", qop=" auth ,, auth-int", stale="TRUE"`}, []Challenge{full}},
		{"names in capitals, odd blanks", []string{"  Digest ,REALM=\"a, b\",Nonce =\t\"n==\" ,OPAQUE= \"o\\\"p\\\\q\",Algorithm=SHA-256,QOP=\"auth,auth-int\",Stale=True,,"}, []Challenge{full}},
		{"RFC 2069", []string{`Digest realm="My Device", nonce="n=="`}, []Challenge{bare}},
		{"no quotes at all", []string{`Digest realm=My Device , nonce=n==`}, []Challenge{bare}},
		{"unknown directives", []string{`Digest realm="My Device", domain="/a /b", charset=UTF-8, nonce="n==", userhash=false`}, []Challenge{bare}},
		{"needless escape", []string{`Digest realm="\M\y Device", nonce="n=="`}, []Challenge{bare}},
		{"stale is false", []string{`Digest realm="My Device", nonce="n==", stale=false`}, []Challenge{bare}},
		{"empty qop", []string{`Digest realm="My Device", nonce="n==", qop=""`}, []Challenge{bare}},
		{"empty values", []string{`Digest realm=, nonce=x, opaque=""`}, []Challenge{{Scheme: "Digest", Nonce: "x", HasOpaque: true}}},
		{"bare qop list", []string{`Digest realm=r, qop=auth, auth-int , nonce=n`},
			[]Challenge{{Scheme: "Digest", Realm: "r", Nonce: "n", QOP: []string{"auth", "auth-int"}}}},
		{"bare qop list at the end", []string{`Digest realm=r, nonce=n, qop=auth,auth-int`},
			[]Challenge{{Scheme: "Digest", Realm: "r", Nonce: "n", QOP: []string{"auth", "auth-int"}}}},
		{"a list in quotes is whole", []string{`Digest realm=r, nonce=n, qop="auth", auth-int`},
			[]Challenge{{Scheme: "Digest", Realm: "r", Nonce: "n", QOP: []string{"auth"}}, {Scheme: "auth-int"}}},
		{"several in one value", []string{`Basic realm="x, Digest y", Digest realm="My Device", nonce="n==", Negotiate, NTLM abc==, Bearer a=b`},
			[]Challenge{{Scheme: "Basic", Realm: "x, Digest y"}, bare, {Scheme: "Negotiate"}, {Scheme: "NTLM"}, {Scheme: "Bearer"}}},
		{"several values", []string{`Negotiate abc= , basic`, `Digest realm="My Device", nonce="n=="`},
			[]Challenge{{Scheme: "Negotiate"}, {Scheme: "basic"}, bare}},
		{"unknown algorithm", []string{`Digest realm=r, nonce=n, algorithm=SHA-512-256`},
			[]Challenge{{Scheme: "Digest", Realm: "r", Nonce: "n", Algorithm: "SHA-512-256"}}},
		{"bytes past ASCII", []string{"Digest realm=\"caf\xc3\xa9\xff\", nonce=n"},
			[]Challenge{{Scheme: "Digest", Realm: "caf\xc3\xa9\xff", Nonce: "n"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ParseChallenges(tt.values)
			require.NoError(t, err)
			assert.Equal(t, tt.want, got)
		})
	}
}

// A broken is a header that does not parse: the offset and the reason.
type broken struct {
	in     string
	offset int
	reason string
}

// brokenAlike breaks challenges and credentials in one way.
var brokenAlike = []broken{
	{`=`, 0, "a scheme is expected"},
	{`"Digest"`, 0, "a scheme is expected"},
	{`Digest"x"`, 6, "a directive is expected"},
	{`Digest=x`, 6, "a directive is expected"},
	{`Digest realm`, 7, "a directive is expected"},
	{`Digest realm x=y`, 7, "a directive is expected"},
	{`Digest realm="x" nonce="y"`, 17, "a comma is expected"},
	{`Digest realm="x"y, nonce="y"`, 16, "a comma is expected"},
	{`Digest realm="x`, 13, "a quoted value has no end"},
	{`Digest realm="x\`, 13, "a quoted value has no end"},
	{`Digest realm="x\"`, 13, "a quoted value has no end"},
	{"Digest realm=\"x\ny\"", 15, "a control character in a value"},
	{"Digest realm=\"x\\\x00\"", 16, "a control character in a value"},
	{"Digest realm=\"x\x7f\"", 15, "a control character in a value"},
	{`Digest realm=x"y"`, 14, "a character that needs quotes"},
	{"Digest realm=x\ry", 14, "a character that needs quotes"},
	{`Digest realm=x, Realm=x`, 16, "a directive stands twice"},
	{`Digest realm=x, foo=1, FOO=1`, 23, "a directive stands twice"},
	{`Digest realm=x, qop=auth, auth-int y`, 35, "a comma is expected"},
}

func TestParseChallengesBroken(t *testing.T) {
	only := []broken{
		{`Digest`, 0, "a digest challenge has no realm"},
		{`Basic, Digest nonce=x`, 7, "a digest challenge has no realm"},
		{`Digest realm=x`, 0, "a digest challenge has no nonce"},
		{`Digest realm=x, nonce=""`, 0, "the nonce is empty"},
		{`Digest realm=x, nonce=y, /`, 25, "a directive is expected"},
		{`Negotiate abc def`, 10, "a directive is expected"},
		{`Basic realm=x, realm=y`, 15, "a directive stands twice"},
		{`Digest qop="auth", auth-int`, 0, "a digest challenge has no realm"},
	}
	for _, tt := range append(only, brokenAlike...) {
		t.Run(tt.in, func(t *testing.T) {
			got, err := ParseChallenges([]string{"Basic", tt.in})
			assert.Nil(t, got)
			assertSyntax(t, err, SyntaxError{Value: 1, Offset: tt.offset, Reason: tt.reason, Err: ErrMalformed})
		})
	}
}

// assertSyntax compares an error, and that it is of the right kind.
func assertSyntax(t *testing.T, err error, want SyntaxError) {
	t.Helper()
	var got *SyntaxError
	require.ErrorAs(t, err, &got)
	assert.Equal(t, want, *got)
	assert.ErrorIs(t, err, ErrMalformed)
	assert.Contains(t, err.Error(), want.Reason)
	assert.Contains(t, err.Error(), "byte "+strconv.Itoa(want.Offset))
}

func TestParseCredentials(t *testing.T) {
	want := Credentials{
		Scheme: "Digest", Username: "u", Realm: "r", Nonce: "n=", URI: "/a?b=c", Response: "0f",
		Opaque: "o", Algorithm: "MD5", QOP: "auth", NC: "0000000A", Count: 10, CNonce: "c",
	}
	old := Credentials{Scheme: "digest", Username: "u", Realm: "r", Nonce: "n=", URI: "/", Response: "0f"}
	tests := []struct {
		name, in string
		want     Credentials
	}{
		{"by the book", `Digest username="u", realm="r", nonce="n=", uri="/a?b=c", response="0f", opaque="o", algorithm=MD5, qop=auth, nc=0000000A, cnonce="c"`, want},
		{"all quoted", `Digest username="u",realm="r",nonce="n=",uri="/a?b=c",response="0f",opaque="o",algorithm="MD5",qop="auth",nc="0000000A",cnonce="c"`, want},
		{"no quotes", ` Digest username=u, realm=r, nonce=n=, uri=/a?b=c, response=0f, opaque=o, algorithm=MD5, qop=auth, nc=0000000A, cnonce=c,`, want},
		{"RFC 2069", `digest username="u", realm="r", nonce="n=", uri="/", response="0f"`, old},
		{"empty qop", `digest username="u", realm="r", nonce="n=", uri="/", response="0f", qop=""`, old},
		{"unknown", `digest username="u", realm="r", nonce="n=", uri="/", response="0f", userhash=false, x=y`, old},
		{"basic", "Basic " + base64.StdEncoding.EncodeToString([]byte("u:p:q")) + " ", Credentials{Scheme: "Basic", Username: "u", Password: "p:q"}},
		{"basic, both empty", "basic Og==", Credentials{Scheme: "basic"}},
		{"another scheme", `Bearer any"thing`, Credentials{Scheme: "Bearer"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ParseCredentials(tt.in)
			require.NoError(t, err)
			assert.Equal(t, tt.want, got)
		})
	}
}

func TestParseCredentialsBroken(t *testing.T) {
	const full = `Digest username=u, realm=r, nonce=n, uri=/, response=0f`
	long := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("u", MaxValue+1) + ":p"))
	tests := append([]broken{
		{``, 0, "a scheme is expected"},
		{`Digest`, 6, "the credentials have no username"},
		{`Digest realm=r, nonce=n, uri=/, response=0f`, 43, "the credentials have no username"},
		{`Digest username=u, nonce=n, uri=/, response=0f`, 46, "the credentials have no realm"},
		{`Digest username=u, realm=r, uri=/, response=0f`, 46, "the credentials have no nonce"},
		{`Digest username=u, realm=r, nonce=n, response=0f`, 48, "the credentials have no uri"},
		{`Digest username=u, realm=r, nonce=n, uri=/`, 42, "the credentials have no response"},
		{full + `, qop=auth, nc=1`, 71, "the credentials have no cnonce"},
		{full + `, qop=auth, cnonce=c`, 75, "the credentials have no nc"},
		{full + `, qop=auth, cnonce=c, nc=`, 80, "nc is no count"},
		{full + `, qop=auth, cnonce=c, nc=0`, 81, "nc is no count"},
		{full + `, qop=auth, cnonce=c, nc=-1`, 82, "nc is no count"},
		{full + `, qop=auth, cnonce=c, nc=1_0`, 83, "nc is no count"},
		{full + `, qop=auth, cnonce=c, nc=000000001`, 89, "nc is no count"},
		{full + `, qop=auth, cnonce=c, nc=6:00000001`, 90, "nc is no count"},
		{full + `, Basic Og==`, 57, "a directive is expected"},
		{`Basic`, 5, "basic credentials are one token"},
		{`Basic Og==, x`, 6, "basic credentials are one token"},
		{`Basic Og== x`, 6, "basic credentials are one token"},
		{`Basic Og=`, 6, "basic credentials are not base64"},
		{`Basic dQ==`, 6, "basic credentials are no user and password"},
		{`Basic ` + base64.StdEncoding.EncodeToString([]byte("u\n:p")), 6, "basic credentials are no user and password"},
	}, brokenAlike...)
	for _, tt := range tests {
		t.Run(tt.in, func(t *testing.T) {
			got, err := ParseCredentials(tt.in)
			assert.Zero(t, got)
			assertSyntax(t, err, SyntaxError{Offset: tt.offset, Reason: tt.reason, Err: ErrMalformed})
		})
	}
	_, err := ParseCredentials("Basic " + long)
	assertSyntax(t, err, SyntaxError{Offset: 6, Reason: "a value is too long", Err: ErrLimit})
}

// Each bound at its value passes; one more is refused by ErrLimit.
func TestBounds(t *testing.T) {
	directives := func(n int) string {
		s := "Digest realm=r, nonce=n"
		for i := range n - 2 {
			s += ", x" + strconv.Itoa(i) + "=1"
		}
		return s
	}
	qops := func(n int) string { // the list has n bytes, n is even
		return "Digest realm=r, nonce=n, qop=auth" + strings.Repeat(",auth", (n-4)/5)
	}
	tests := []struct {
		name   string
		in     func(n int) []string
		limit  int
		reason string
	}{
		{"header", func(n int) []string { return []string{"Basic", strings.Repeat(" ", n-5)} }, MaxHeader, "the header is too long"},
		{"challenges", func(n int) []string { return []string{strings.Repeat("Basic,", n)} }, MaxChallenges, "too many challenges"},
		{"directives", func(n int) []string { return []string{directives(n)} }, MaxDirectives, "too many directives"},
		{"quoted", func(n int) []string {
			return []string{`Digest realm="` + strings.Repeat(`\"`, n) + `", nonce=n`}
		}, MaxValue, "a value is too long"},
		{"bare", func(n int) []string {
			return []string{`Digest realm=` + strings.Repeat(`x`, n) + ` , nonce=n`}
		}, MaxValue, "a value is too long"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := ParseChallenges(tt.in(tt.limit))
			require.NoError(t, err)
			_, err = ParseChallenges(tt.in(tt.limit + 1))
			require.ErrorIs(t, err, ErrLimit)
			assert.ErrorIs(t, err, ErrMalformed)
			assert.Contains(t, err.Error(), tt.reason)
		})
	}
	_, err := ParseCredentials(strings.Repeat(" ", MaxHeader+1))
	assertSyntax(t, err, SyntaxError{Offset: MaxHeader, Reason: "the header is too long", Err: ErrLimit})

	// A bare qop list stops growing at the bound and is then no list.
	got, err := ParseChallenges([]string{qops(509)})
	require.NoError(t, err)
	assert.Len(t, got[0].QOP, 102)
	got, err = ParseChallenges([]string{qops(514)})
	require.NoError(t, err)
	assert.Len(t, got, 2, "the last word reads as a scheme")
}
