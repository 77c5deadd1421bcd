package digest

// NOTE: both readers on any bytes. What is read must be within the bounds, must
// read the same when it is written again, and must never authenticate.

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func FuzzChallenge(f *testing.F) {
	for _, s := range []string{
		`Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41"`,
		`Basic realm="x, Digest y", Digest realm="a \"b\\", nonce=n==, algorithm=SHA-256-sess, qop=auth, auth-int, stale=TRUE`,
		`Digest realm=,nonce="n",opaque=""`,
		`Negotiate abc==, NTLM, Bearer a=b`,
		`Digest qop=auth,auth-int,realm=r,nonce=n,algorithm="MD5"`,
	} {
		f.Add(s, "")
	}
	for _, b := range brokenAlike {
		f.Add(b.in, `Digest realm=r, nonce=n, qop=auth-int`)
	}
	f.Fuzz(func(t *testing.T, one, two string) {
		offers, err := ParseChallenges([]string{one, two})
		if err != nil {
			assertPlaced(t, err, []string{one, two})
			assert.Nil(t, offers)
			return
		}
		require.LessOrEqual(t, len(offers), MaxChallenges)
		var again []string
		for _, ch := range offers {
			require.LessOrEqual(t, max(len(ch.Realm), len(ch.Nonce), len(ch.Opaque), len(ch.Algorithm)), MaxValue)
			require.True(t, quotable(ch.Realm+ch.Nonce+ch.Opaque+ch.Algorithm))
			again = append(again, written(ch))
		}
		if got, err := ParseChallenges(again); !errors.Is(err, ErrLimit) { // escapes may lengthen it
			require.NoError(t, err, "%q", again)
			require.Equal(t, offers, got)
		}
		answerAny(t, offers)
	})
}

// written is a challenge as text, all quoted.
func written(ch Challenge) string {
	if !ch.Is(SchemeDigest) {
		if ch.Realm == "" {
			return ch.Scheme
		}
		return ch.Scheme + " realm=" + quote(ch.Realm)
	}
	s := ch.Scheme + " realm=" + quote(ch.Realm) + ", nonce=" + quote(ch.Nonce) + ", algorithm=" + quote(ch.Algorithm) +
		", qop=" + quote(strings.Join(ch.QOP, ","))
	if ch.HasOpaque {
		s += ", opaque=" + quote(ch.Opaque)
	}
	if ch.Stale {
		s += ", stale=true"
	}
	return s
}

// answerAny answers challenges twice and reads the answers back.
func answerAny(t *testing.T, offers []Challenge) {
	c := Client{Username: `u"\`, Password: "p"}
	v, err := c.Learn(offers)
	if err != nil {
		require.ErrorIs(t, err, ErrUnsupported)
		return
	}
	require.Equal(t, Retry, v)
	for n := range uint32(2) {
		h, err := c.Authorization("POST", "/acs", []byte("body"))
		require.NoError(t, err)
		got, err := ParseCredentials(h)
		require.NoError(t, err)
		require.Equal(t, c.now.Realm+"|"+c.now.Nonce+"|"+c.now.Opaque+"|"+c.now.Algorithm,
			got.Realm+"|"+got.Nonce+"|"+got.Opaque+"|"+got.Algorithm)
		require.Equal(t, `u"\`, got.Username)
		require.Equal(t, c.now.qop == QOPNone, got.Count == 0)
		require.Contains(t, []uint32{0, n + 1}, got.Count)
		require.Equal(t, oracle(c.Algorithm().String(), got.QOP, got.Username, got.Realm, "p",
			got.Nonce, got.NC, got.CNonce, "POST", "/acs", "body"), got.Response)
	}
}

// assertPlaced checks that an error points into the header.
func assertPlaced(t *testing.T, err error, values []string) {
	t.Helper()
	e, ok := errors.AsType[*SyntaxError](err)
	require.True(t, ok)
	require.ErrorIs(t, err, ErrMalformed)
	require.Contains(t, []int{0, 1}, e.Value)
	require.LessOrEqual(t, e.Offset, len(values[e.Value]))
	require.GreaterOrEqual(t, e.Offset, 0)
}

func FuzzCredentials(f *testing.F) {
	s := &Server{Realm: "r", Algorithms: []Algorithm{MD5, MD5Sess, SHA256, SHA256Sess}, QOPs: []QOP{QOPNone, QOPAuth, QOPAuthInt}}
	ch, err := ParseChallenges(s.Challenges(false))
	require.NoError(f, err)
	for _, seed := range []string{
		`Digest username="Mufasa", realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", uri="/dir/index.html", qop=auth, nc=00000001, cnonce="0a4f113b", response="6629fae49393a05397450978507c4ef1", opaque="5ccc069c403ebaf9f0171e9517f40e41"`,
		`Digest username="u", realm="r", nonce="` + ch[0].Nonce + `", uri="http://h/", response="", qop="auth-int", nc="1", cnonce=c, algorithm="SHA-256-sess"`,
		`Digest username=u, realm=r, nonce=n, uri=/, response=6629fae49393a05397450978507c4ef1`,
		`Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==`,
		`Bearer x`,
	} {
		f.Add(seed)
	}
	for _, b := range brokenAlike {
		f.Add(b.in)
	}
	f.Fuzz(func(t *testing.T, header string) {
		_, err := s.Verify("POST", "/", header, nil, func(string) (string, bool) { return canary, true })
		require.Error(t, err, "nobody guesses the password")
		require.NotContains(t, err.Error(), canary)
		c, err := ParseCredentials(header)
		if err != nil {
			assertPlaced(t, err, []string{header})
			require.Zero(t, c)
			return
		}
		require.NotEmpty(t, c.Scheme)
		for _, fld := range fields {
			require.LessOrEqual(t, len(*fld.of(&c)), MaxValue)
			require.True(t, quotable(*fld.of(&c)))
		}
		require.Equal(t, c.QOP != "", c.Count > 0)
	})
}
