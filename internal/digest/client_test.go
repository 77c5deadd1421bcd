package digest

// NOTE: the Client alone: what it chooses, what it writes, what it concludes.

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// permutations of the numbers below n.
func permutations(n int) [][]int {
	if n == 0 {
		return [][]int{nil}
	}
	var all [][]int
	for _, p := range permutations(n - 1) {
		for at := range n {
			q := append([]int{}, p[:at]...)
			all = append(all, append(append(q, n-1), p[at:]...))
		}
	}
	return all
}

// Whatever the order, in one value or in four, the same challenge is chosen.
func TestLearnPermutations(t *testing.T) {
	const (
		basic    = `Basic realm="r"`
		md5      = `Digest realm="r", nonce="md5", qop="auth", algorithm=MD5`
		md5int   = `Digest realm="r", nonce="md5int", qop="auth-int"`
		md5none  = `Digest realm="r", nonce="md5none"`
		md5sess  = `Digest realm="r", nonce="md5sess", qop="auth-int,auth", algorithm=MD5-sess`
		sha      = `Digest realm="r", nonce="sha", qop="auth", algorithm=SHA-256`
		shaint   = `Digest realm="r", nonce="shaint", qop="auth-int", algorithm=SHA-256`
		shanone  = `Digest realm="r", nonce="shanone", algorithm=SHA-256`
		shasess  = `Digest realm="r", nonce="shasess", qop="auth", algorithm=SHA-256-sess`
		sessnone = `Digest realm="r", nonce="sessnone", algorithm=SHA-256-sess`
		unknown  = `Digest realm="r", nonce="unknown", qop="auth", algorithm=SHA-512-256`
		conf     = `Digest realm="r", nonce="conf", qop="auth-conf", algorithm=SHA-256`
		token    = `Negotiate abc=`
	)
	tests := []struct {
		offers    [4]string
		require   bool
		only      []Algorithm
		nonce     string
		algorithm Algorithm
		qop       QOP
	}{
		{offers: [4]string{basic, md5, sha, md5none}, nonce: "sha", algorithm: SHA256, qop: QOPAuth},
		{offers: [4]string{basic, md5, md5int, md5none}, nonce: "md5", qop: QOPAuth},
		{offers: [4]string{basic, md5none, md5int, token}, nonce: "md5int", qop: QOPAuthInt},
		{offers: [4]string{basic, md5none, unknown, conf}, nonce: "md5none"},
		{offers: [4]string{md5sess, shasess, unknown, md5}, nonce: "shasess", algorithm: SHA256Sess, qop: QOPAuth},
		{offers: [4]string{sha, shasess, shaint, md5}, nonce: "sha", algorithm: SHA256, qop: QOPAuth},
		{offers: [4]string{md5sess, md5none, basic, sessnone}, nonce: "md5sess", algorithm: MD5Sess, qop: QOPAuth},
		{offers: [4]string{shanone, shaint, md5, basic}, nonce: "shaint", algorithm: SHA256, qop: QOPAuthInt},
		{offers: [4]string{shanone, shaint, md5, basic}, require: true, nonce: "md5", qop: QOPAuth},
		{offers: [4]string{sha, shasess, md5sess, md5}, only: []Algorithm{MD5Sess}, nonce: "md5sess", algorithm: MD5Sess, qop: QOPAuth},
	}
	for _, tt := range tests {
		all := permutations(4)
		require.Len(t, all, 24)
		for _, order := range all {
			var values []string
			for _, i := range order {
				values = append(values, tt.offers[i])
			}
			for _, values := range [][]string{values, {strings.Join(values, ", ")}} {
				c := Client{RequireAuth: tt.require, Algorithms: tt.only}
				offers, err := ParseChallenges(values)
				require.NoError(t, err)
				v, err := c.Learn(offers)
				require.NoError(t, err)
				assert.Equal(t, Retry, v)
				assert.True(t, c.Ready())
				assert.Equal(t, tt.nonce, c.now.Nonce, "%q", values)
				assert.Equal(t, tt.algorithm, c.Algorithm())
				assert.Equal(t, tt.qop, c.QOP())
			}
		}
	}
}

func TestLearnTieGoesToTheFirst(t *testing.T) {
	var c Client
	learn(t, &c, Retry, `Digest realm=a, nonce=1, qop=auth`, `Digest realm=b, nonce=2, qop=auth`)
	assert.Equal(t, "a", c.now.Realm)
}

func TestLearnNothingToAnswer(t *testing.T) {
	tests := []struct {
		values []string
		client Client
		want   error
	}{
		{nil, Client{}, ErrUnsupported},
		{[]string{"Basic realm=x"}, Client{}, ErrUnsupported},
		{[]string{"Digest realm=x, nonce=y, algorithm=MD6"}, Client{}, ErrUnsupported},
		{[]string{"Digest realm=x, nonce=y, qop=auth-conf"}, Client{}, ErrUnsupported},
		{[]string{"Digest realm=x, nonce=y, algorithm=MD5-sess"}, Client{}, ErrUnsupported},
		{[]string{"Digest realm=x, nonce=y"}, Client{RequireAuth: true}, ErrPolicy},
		{[]string{"Digest realm=x, nonce=y, qop=auth-int"}, Client{RequireAuth: true}, ErrPolicy},
		{[]string{"Digest realm=x, nonce=y, qop=auth"}, Client{Algorithms: []Algorithm{SHA256}}, ErrPolicy},
		{[]string{"Digest realm=x, nonce=y, qop=auth"}, Client{Algorithms: []Algorithm{}}, ErrPolicy},
	}
	for _, tt := range tests {
		offers, err := ParseChallenges(tt.values)
		require.NoError(t, err)
		v, err := tt.client.Learn(offers)
		assert.Zero(t, v)
		assert.ErrorIs(t, err, tt.want, "%q", tt.values)
		assert.False(t, tt.client.Ready())
		_, err = tt.client.Authorization("GET", "/", nil)
		assert.ErrorIs(t, err, ErrNoChallenge)
	}
}

// learn gives a Client challenges and checks its verdict.
func learn(t *testing.T, c *Client, want Verdict, values ...string) {
	t.Helper()
	offers, err := ParseChallenges(values)
	require.NoError(t, err)
	got, err := c.Learn(offers)
	require.NoError(t, err)
	require.Equal(t, want, got)
}

// authorize makes credentials and reads them back.
func authorize(t *testing.T, c *Client) Credentials {
	t.Helper()
	h, err := c.Authorization("POST", "/acs", nil)
	require.NoError(t, err)
	got, err := ParseCredentials(h)
	require.NoError(t, err)
	return got
}

func TestAuthorizationForm(t *testing.T) {
	tests := []struct{ challenge, want string }{
		{`Digest realm="a \"b\" \\c", nonce="n", opaque="", algorithm=md5, qop="auth-int,auth"`,
			`Digest username="u\\x", realm="a \"b\" \\c", nonce="n", uri="/acs?q=\"1\"", response="[0-9a-f]{32}", algorithm=md5, opaque="", qop=auth, nc=00000001, cnonce="[0-9a-f]{32}"`},
		{`Digest realm="", nonce="n"`,
			`Digest username="u\\x", realm="", nonce="n", uri="/acs?q=\"1\"", response="[0-9a-f]{32}"`},
		{`Digest realm="r", nonce="n", qop="auth-int", algorithm="SHA-256-sess"`,
			`Digest username="u\\x", realm="r", nonce="n", uri="/acs?q=\"1\"", response="[0-9a-f]{64}", algorithm=SHA-256-sess, qop=auth-int, nc=00000001, cnonce="[0-9a-f]{32}"`},
	}
	for _, tt := range tests {
		c := Client{Username: `u\x`, Password: "secret"}
		learn(t, &c, Retry, tt.challenge)
		got, err := c.Authorization("POST", `/acs?q="1"`, nil)
		require.NoError(t, err)
		pattern := regexp.QuoteMeta(tt.want)
		pattern = strings.ReplaceAll(pattern, `\[0-9a-f\]\{32\}`, `[0-9a-f]{32}`)
		pattern = strings.ReplaceAll(pattern, `\[0-9a-f\]\{64\}`, `[0-9a-f]{64}`)
		assert.Regexp(t, "^"+pattern+"$", got)
	}
}

// The count of a nonce never falls, and its cnonce is new whenever the nonce
// comes into force.
func TestCounts(t *testing.T) {
	const a, b = `Digest realm=r, nonce=a, qop=auth`, `Digest realm=r, nonce=b, qop=auth`
	c := Client{}
	learn(t, &c, Retry, a)
	one, two := authorize(t, &c), authorize(t, &c)
	assert.Equal(t, "00000001 00000002", one.NC+" "+two.NC)
	assert.Equal(t, one.CNonce, two.CNonce)

	learn(t, &c, Retry, b)
	three := authorize(t, &c)
	assert.Equal(t, "00000001", three.NC)
	assert.NotEqual(t, two.CNonce, three.CNonce)

	learn(t, &c, Denied, a)
	four := authorize(t, &c)
	assert.Equal(t, "00000003", four.NC, "a nonce that comes back is counted on")
	assert.NotEqual(t, two.CNonce, four.CNonce)

	learn(t, &c, Denied, a)
	five := authorize(t, &c)
	assert.Equal(t, "00000004", five.NC)
	assert.Equal(t, four.CNonce, five.CNonce)

	c.Forget()
	assert.False(t, c.Ready())
	learn(t, &c, Retry, a)
	assert.Equal(t, "00000005", authorize(t, &c).NC)

	c.nc = math.MaxUint32 - 1
	assert.Equal(t, "ffffffff", authorize(t, &c).NC)
	_, err := c.Authorization("GET", "/", nil)
	assert.ErrorIs(t, err, ErrNoChallenge)
	assert.ErrorContains(t, err, "used up")
}

func TestNoncesPastAreBounded(t *testing.T) {
	c := Client{}
	for i := range 3 * remembered {
		c.Forget()
		learn(t, &c, Retry, fmt.Sprintf("Digest realm=r, nonce=%d, qop=auth", i))
		authorize(t, &c)
	}
	c.Forget()
	assert.Len(t, c.past, remembered)
	learn(t, &c, Retry, fmt.Sprintf("Digest realm=r, nonce=%d, qop=auth", 2*remembered))
	assert.Equal(t, uint32(2), authorize(t, &c).Count)
	c.Forget()
	learn(t, &c, Retry, "Digest realm=r, nonce=0, qop=auth")
	assert.Equal(t, uint32(1), authorize(t, &c).Count)
}

func TestReconnected(t *testing.T) {
	for algorithm, renewed := range map[string]bool{"MD5": true, "SHA-256": true, "MD5-sess": false, "SHA-256-sess": false} {
		c := Client{}
		learn(t, &c, Retry, "Digest realm=r, nonce=n, qop=auth, algorithm="+algorithm)
		one := authorize(t, &c)
		c.Reconnected()
		two := authorize(t, &c)
		assert.Equal(t, uint32(2), two.Count)
		assert.Equal(t, renewed, one.CNonce != two.CNonce, algorithm)
	}
}

func TestClientRand(t *testing.T) {
	c := Client{Rand: bytes.NewReader(bytes.Repeat([]byte{0xab}, 16))}
	learn(t, &c, Retry, "Digest realm=r, nonce=n, qop=auth")
	assert.Equal(t, strings.Repeat("ab", 16), authorize(t, &c).CNonce)
	c.Reconnected()
	got := authorize(t, &c).CNonce
	assert.Len(t, got, 32, "an empty source is replaced")
	assert.NotEqual(t, strings.Repeat("ab", 16), got)
	assert.NotEqual(t, strings.Repeat("00", 16), got)
}

func TestUnsendable(t *testing.T) {
	tests := []struct{ user, method, uri string }{
		{"a\nb", "GET", "/"}, {"a", "GET", "/\r\nX: y"}, {"a", "GET", ""}, {"a", "", "/"}, {"a", "G T", "/"}, {"a", "GÉT", "/"},
	}
	for _, tt := range tests {
		c := Client{Username: tt.user}
		learn(t, &c, Retry, "Digest realm=r, nonce=n, qop=auth")
		got, err := c.Authorization(tt.method, tt.uri, nil)
		assert.Empty(t, got)
		assert.ErrorIs(t, err, ErrUnsendable)
		assert.Zero(t, c.nc, "no use of the nonce")
	}
}

// A step of a verdict table: a request that goes out, bare if the Client has no
// challenge, or a 401 that comes back.
type step struct {
	send      int // requests with credentials, before the challenge
	challenge string
	want      Verdict
	before    func(*Client)
}

func TestVerdicts(t *testing.T) {
	ch := func(nonce string, more ...string) string {
		return `Digest realm="r", qop="auth", nonce="` + nonce + `"` + strings.Join(more, "")
	}
	const stale = ", stale=true"
	first := step{challenge: ch("1"), want: Retry}
	tests := map[string][]step{
		"first challenge":                   {first},
		"challenged twice without answer":   {first, {challenge: ch("2"), want: Retry}},
		"wrong password, same nonce":        {first, {send: 1, challenge: ch("1"), want: Denied}},
		"wrong password, fresh nonce":       {first, {send: 1, challenge: ch("2"), want: Denied}},
		"stale at once":                     {first, {send: 1, challenge: ch("2", stale), want: Retry}},
		"stale after use":                   {first, {send: 3, challenge: ch("2", stale), want: Retry}},
		"anew after use, without stale":     {first, {send: 3, challenge: ch("2"), want: Retry}},
		"anew after use, then wrong":        {first, {send: 3, challenge: ch("2"), want: Retry}, {send: 1, challenge: ch("3"), want: Denied}},
		"same nonce after use":              {first, {send: 3, challenge: ch("1"), want: Denied}},
		"stale, then wrong":                 {first, {send: 1, challenge: ch("2", stale), want: Retry}, {send: 1, challenge: ch("3"), want: Denied}},
		"stale for ever":                    {first, {send: 1, challenge: ch("2", stale), want: Retry}, {send: 1, challenge: ch("3", stale), want: Endless}},
		"the same stale nonce for ever":     {first, {send: 1, challenge: ch("1", stale), want: Retry}, {send: 1, challenge: ch("1", stale), want: Endless}},
		"the same stale nonce after use":    {first, {send: 2, challenge: ch("1", stale), want: Retry}, {send: 2, challenge: ch("1", stale), want: Endless}},
		"the same nonce in another realm":   {first, {send: 1, challenge: `Digest realm="s", nonce="1"`, want: Retry}, {send: 1, challenge: `Digest realm="r", nonce="1"`, want: Endless}},
		"stale now and then":                {first, {send: 2, challenge: ch("2", stale), want: Retry}, {send: 2, challenge: ch("3", stale), want: Retry}, {send: 1, challenge: ch("4", stale), want: Retry}},
		"another realm":                     {first, {send: 1, challenge: `Digest realm="s", nonce="2"`, want: Retry}},
		"fishing by realm":                  {first, {send: 1, challenge: `Digest realm="s", nonce="2"`, want: Retry}, {send: 1, challenge: `Digest realm="t", nonce="3"`, want: Endless}},
		"other password":                    {first, {send: 1, challenge: ch("2"), want: Denied}, {send: 1, challenge: ch("3"), want: Denied}},
		"other password, set before answer": {first, {send: 1, challenge: ch("1"), want: Retry, before: func(c *Client) { c.Password = "2" }}},
		"other user, set before answer":     {first, {send: 1, challenge: ch("2"), want: Retry, before: func(c *Client) { c.Username = "2" }}, {send: 1, challenge: ch("3"), want: Denied}},
		"bare again after Forget":           {first, {send: 1, challenge: ch("2"), want: Retry, before: (*Client).Forget}},
	}
	for name, steps := range tests {
		t.Run(name, func(t *testing.T) {
			c := Client{Username: "u", Password: "p"}
			for _, s := range steps {
				for range s.send {
					authorize(t, &c)
				}
				if s.before != nil {
					s.before(&c)
				}
				learn(t, &c, s.want, s.challenge)
			}
		})
	}
}

// A server that is never content gets at most two digests for one request,
// whatever it sends.
func TestFishingIsBounded(t *testing.T) {
	for name, challenge := range map[string]string{
		"stale":           `Digest realm="r", nonce="%d", stale=true`,
		"realm":           `Digest realm="r%d", nonce="%[1]d"`,
		"nonce":           `Digest realm="r", nonce="%d"`,
		"nonce and realm": `Digest realm="r%d", nonce="%[1]d", stale=true`,
		"same":            `Digest realm="r", nonce="n", stale=true, x="%d"`,
	} {
		c, sent := Client{}, 0
		for i := range 10 {
			offers, err := ParseChallenges([]string{fmt.Sprintf(challenge, i)})
			require.NoError(t, err)
			if v, err := c.Learn(offers); err != nil || v != Retry {
				break
			}
			authorize(t, &c)
			sent++
		}
		assert.LessOrEqual(t, sent, 2, name)
		assert.Positive(t, sent, name)
	}
}

func TestErrorsBlameAndUnwrap(t *testing.T) {
	assert.Equal(t, "digest: stale nonce", (&Refusal{Err: ErrStale}).Error())
	assert.Equal(t, "digest: stale nonce: old", (&Refusal{Err: ErrStale, Reason: "old"}).Error())
	r, ok := errors.AsType[*Refusal](refuse(ErrStale, ""))
	assert.True(t, ok)
	assert.Equal(t, ErrStale, r.Unwrap())
}
