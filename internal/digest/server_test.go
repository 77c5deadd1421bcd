package digest

// NOTE: the Server against our Client in every combination, then every way in
// which credentials can be refused, one change at a time.

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A clock stands until it is moved.
type clock struct{ t time.Time }

func newClock() *clock                   { return &clock{time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC)} }
func (c *clock) now() time.Time          { return c.t }
func (c *clock) advance(d time.Duration) { c.t = c.t.Add(d) }

// passwords of the one user that the tests know.
func passwords(user string) (string, bool) {
	return map[string]string{"cpe": "pass:word"}[user], user == "cpe"
}

// A spelling writes a header's directives as some peer does.
type spelling func(scheme string, ps params) string

// spellings are the ways to quote.
var spellings = map[string]spelling{
	"by the book": nil,
	"all quoted": func(scheme string, ps params) string {
		var all []string
		for _, p := range ps {
			all = append(all, p.name+"="+quote(p.value))
		}
		return scheme + " " + strings.Join(all, ", ")
	},
	"none quoted": func(scheme string, ps params) string {
		var all []string
		for _, p := range ps {
			all = append(all, p.name+"="+p.value)
		}
		return scheme + " " + strings.Join(all, ",")
	},
	"capitals, backwards, odd blanks": func(scheme string, ps params) string {
		all := strings.ToUpper(scheme) + "   "
		for i := range ps {
			p := ps[len(ps)-1-i]
			all += strings.ToUpper(p.name) + "\t= " + quote(p.value) + " , ,"
		}
		return all
	},
}

// respell writes a header anew.
func respell(t *testing.T, header string, as spelling) string {
	t.Helper()
	p := &scanner{s: header}
	scheme := p.token()
	ps, err := p.params()
	require.NoError(t, err)
	require.True(t, p.done())
	return as(scheme, ps)
}

func TestClientMeetsServer(t *testing.T) {
	for algorithm := MD5; algorithm <= SHA256Sess; algorithm++ {
		for qop := QOPNone; qop <= QOPAuthInt; qop++ {
			for name, s := range spellings {
				t.Run(fmt.Sprintf("%v/%v/%s", algorithm, qop, name), func(t *testing.T) {
					meet(t, algorithm, qop, s)
				})
			}
		}
	}
}

// meet runs three requests of a Client through a Server, each sent with the
// nonce at hand and again where that one is stale.
func meet(t *testing.T, algorithm Algorithm, qop QOP, as spelling) {
	s := &Server{Realm: "My realm", Opaque: "op", Algorithms: []Algorithm{algorithm}, QOPs: []QOP{qop}}
	c := &Client{Username: "cpe", Password: "pass:word"}
	if as == nil {
		as = func(scheme string, ps params) string { return "" }
	}
	if qop == QOPNone && suites[algorithm].sess {
		assert.Empty(t, s.Challenges(false), "a session needs a client nonce")
		return
	}
	challenge := func(stale bool) {
		values := s.Challenges(stale)
		require.Len(t, values, 1)
		learn(t, c, Retry, cmp.Or(respell(t, values[0], as), values[0]))
	}
	challenge(false)
	for i := range 3 {
		body := []byte(fmt.Sprint("body ", i))
		asked := 0
		verify := func() (string, Result, error) {
			header, err := c.Authorization("POST", "/acs?a=b", body)
			require.NoError(t, err)
			header = cmp.Or(respell(t, header, as), header)
			r, err := s.Verify("POST", "/acs?a=b", header, func() []byte { asked++; return body }, passwords)
			return header, r, err
		}
		header, got, err := verify()
		if qop == QOPNone && i > 0 {
			require.ErrorIs(t, err, ErrStale)
			challenge(true)
			header, got, err = verify()
		}
		require.NoError(t, err)
		want := Result{Username: "cpe", Algorithm: algorithm, QOP: qop}
		if qop != QOPNone {
			want.Count = uint32(i + 1)
		}
		assert.Equal(t, want, got)
		assert.Equal(t, qop == QOPAuthInt, asked == 1, "the body is read for auth-int alone")

		_, err = s.Verify("POST", "/acs?a=b", header, func() []byte { return body }, passwords)
		assert.Error(t, err, "no request passes twice")
	}
}

func TestChallenges(t *testing.T) {
	tests := []struct {
		name  string
		s     *Server
		stale bool
		want  []string
	}{
		{"zero", &Server{}, false, []string{`Digest realm="cwmp", nonce="N", algorithm=MD5, qop="auth"`}},
		{"stale", &Server{}, true, []string{`Digest realm="cwmp", nonce="N", algorithm=MD5, qop="auth", stale=true`}},
		{"everything", &Server{
			Realm: `a "b"`, Opaque: `\`, Algorithms: []Algorithm{SHA256, MD5Sess}, QOPs: []QOP{QOPAuth, QOPNone, QOPAuthInt},
		}, false, []string{
			`Digest realm="a \"b\"", nonce="N", algorithm=SHA-256, qop="auth,auth-int", opaque="\\"`,
			`Digest realm="a \"b\"", nonce="N", algorithm=MD5-sess, qop="auth,auth-int", opaque="\\"`,
		}},
		{"RFC 2069", &Server{Algorithms: []Algorithm{SHA256Sess, MD5}, QOPs: []QOP{QOPNone}}, false,
			[]string{`Digest realm="cwmp", nonce="N", algorithm=MD5`}},
		{"no such algorithm", &Server{Algorithms: []Algorithm{9}}, false, nil},
		{"realm that cannot be sent", &Server{Realm: "a\r\nb"}, false, nil},
		{"opaque that cannot be sent", &Server{Opaque: "a\x00"}, false, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := tt.s.Challenges(tt.stale)
			nonces := map[string]bool{}
			for i, v := range got {
				ch, err := ParseChallenges([]string{v})
				require.NoError(t, err)
				nonces[ch[0].Nonce] = true
				got[i] = strings.Replace(v, ch[0].Nonce, "N", 1)
			}
			assert.Equal(t, tt.want, got)
			assert.LessOrEqual(t, len(nonces), 1, "one nonce for all")
		})
	}
}

// A forge makes credentials by the oracle, so that any part can be changed
// before the digest or after.
type forge struct {
	user, realm, password, nonce, uri, opaque, algorithm, qop, nc, cnonce string
	method, response                                                      string
}

func newForge(t *testing.T, s *Server) *forge {
	ch, err := ParseChallenges(s.Challenges(false))
	require.NoError(t, err)
	return &forge{
		user: "cpe", realm: ch[0].Realm, password: "pass:word", nonce: ch[0].Nonce, uri: "/acs",
		algorithm: "MD5", qop: "auth", nc: "00000001", cnonce: "c", method: "POST",
	}
}

func (f *forge) header() string {
	response := f.response
	if response == "" {
		response = oracle(f.algorithm, f.qop, f.user, f.realm, f.password, f.nonce, f.nc, f.cnonce, f.method, f.uri, "")
	}
	h := fmt.Sprintf(`Digest username="%s", realm="%s", nonce="%s", uri="%s", response="%s"`,
		f.user, f.realm, f.nonce, f.uri, response)
	for name, v := range map[string]string{"algorithm": f.algorithm, "opaque": f.opaque} {
		if v != "" {
			h += ", " + name + "=" + v
		}
	}
	if f.qop != "" {
		h += `, qop=` + f.qop + `, nc=` + f.nc + `, cnonce="` + f.cnonce + `"`
	}
	return h
}

func TestVerifyRefuses(t *testing.T) {
	tests := map[string]struct {
		change func(*forge)
		want   error
	}{
		"good":                    {func(*forge) {}, nil},
		"algorithm left out":      {func(f *forge) { f.algorithm = "" }, nil},
		"opaque returned":         {func(f *forge) { f.opaque = "op" }, nil},
		"short count":             {func(f *forge) { f.nc = "1" }, nil},
		"count in capitals":       {func(f *forge) { f.nc = "0000000A" }, nil},
		"absolute uri":            {func(f *forge) { f.uri = "http://acs.example:7547/acs" }, nil},
		"response in capitals":    {func(f *forge) { f.response = strings.ToUpper(responseOf(f)) }, nil},
		"wrong password":          {func(f *forge) { f.password = "x" }, ErrCredentials},
		"empty password":          {func(f *forge) { f.password = "" }, ErrCredentials},
		"unknown user":            {func(f *forge) { f.user = "eve" }, ErrCredentials},
		"unknown, the stand-in":   {func(f *forge) { f.user, f.password = "eve", "nobody's password" }, ErrCredentials},
		"user swapped":            {func(f *forge) { f.response = responseOf(f); f.user = "eve" }, ErrCredentials},
		"another realm":           {func(f *forge) { f.realm = "x" }, ErrCredentials},
		"another opaque":          {func(f *forge) { f.opaque = "x" }, ErrCredentials},
		"another method":          {func(f *forge) { f.method = "GET" }, ErrCredentials},
		"short response":          {func(f *forge) { f.response = "0f" }, ErrCredentials},
		"count altered":           {func(f *forge) { f.response = responseOf(f); f.nc = "00000002" }, ErrCredentials},
		"cnonce altered":          {func(f *forge) { f.response = responseOf(f); f.cnonce = "d" }, ErrCredentials},
		"nonce altered":           {func(f *forge) { f.response = responseOf(f); f.nonce = "x" }, ErrCredentials},
		"another path":            {func(f *forge) { f.uri = "/other" }, ErrTarget},
		"query added":             {func(f *forge) { f.uri = "/acs?x" }, ErrTarget},
		"absolute, another path":  {func(f *forge) { f.uri = "http://acs.example/" }, ErrTarget},
		"no uri":                  {func(f *forge) { f.uri = "" }, ErrTarget},
		"qop dropped":             {func(f *forge) { f.qop = "" }, ErrUnsupported},
		"qop not offered":         {func(f *forge) { f.qop = "auth-int" }, ErrUnsupported},
		"qop unknown":             {func(f *forge) { f.qop = "auth-conf" }, ErrUnsupported},
		"algorithm not offered":   {func(f *forge) { f.algorithm = "SHA-256" }, ErrUnsupported},
		"algorithm unknown":       {func(f *forge) { f.algorithm = "MD4" }, ErrUnsupported},
		"session not offered":     {func(f *forge) { f.algorithm = "MD5-sess" }, ErrUnsupported},
		"count of zero":           {func(f *forge) { f.nc = "0" }, ErrMalformed},
		"nonce of our own making": {func(f *forge) { f.nonce = "MDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMA" }, ErrNonce},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := &Server{Opaque: "op"}
			f := newForge(t, s)
			tt.change(f)
			r, err := s.Verify("POST", "/acs", f.header(), nil, passwords)
			if tt.want == nil {
				require.NoError(t, err)
				return
			}
			assert.ErrorIs(t, err, tt.want)
			if tt.want != ErrMalformed {
				assert.Equal(t, f.user, r.Username, "what was claimed, for those who count failures")
			}
		})
	}
}

func responseOf(f *forge) string {
	return oracle(f.algorithm, f.qop, f.user, f.realm, f.password, f.nonce, f.nc, f.cnonce, f.method, f.uri, "")
}

func TestVerifyOtherHeaders(t *testing.T) {
	s := &Server{}
	for header, want := range map[string]error{
		"": ErrMissing, " \t": ErrMissing, "Basic Og==": ErrUnsupported, "Bearer x": ErrUnsupported,
		"Digest": ErrMalformed, ",": ErrMalformed, strings.Repeat("x", MaxHeader+1): ErrLimit,
	} {
		_, err := s.Verify("GET", "/", header, nil, passwords)
		assert.ErrorIs(t, err, want, "%.20q", header)
	}
}

// A session algorithm without qop has no client nonce to make its key of.
func TestVerifySessionWithoutQOP(t *testing.T) {
	s := &Server{Algorithms: []Algorithm{MD5Sess}, QOPs: []QOP{QOPAuth, QOPNone}}
	f := newForge(t, s)
	f.algorithm, f.qop, f.cnonce = "MD5-sess", "", ""
	_, err := s.Verify("POST", "/acs", f.header(), nil, passwords)
	assert.ErrorIs(t, err, ErrUnsupported)
}

func TestVerifyAuthInt(t *testing.T) {
	s := &Server{QOPs: []QOP{QOPAuthInt}}
	f := newForge(t, s)
	f.qop = "auth-int"
	_, err := s.Verify("POST", "/acs", f.header(), func() []byte { return []byte("altered") }, passwords)
	assert.ErrorIs(t, err, ErrCredentials)
	_, err = s.Verify("POST", "/acs", f.header(), nil, passwords)
	assert.NoError(t, err, "no body is an empty body")
}

func TestSameTarget(t *testing.T) {
	tests := []struct {
		uri, target string
		same        bool
	}{
		{"/", "/", true}, {"*", "*", true}, {"/a?b=c", "/a?b=c", true},
		{"http://h", "/", true}, {"HTTP://h:1/", "/", true}, {"http://h?x", "/?x", true},
		{"http://h/a?u=http://b/c", "/a?u=http://b/c", true}, {"/a", "http://h/a", true},
		{"/a?u=http://h/b", "/b", false}, {"?u=http://h/b", "/b", false}, {"*://h/b", "/b", false},
		{"/A", "/a", false}, {"/a", "/a?", false}, {"/a/", "/a", false}, {"", "/", false}, {"a", "/a", false},
	}
	for _, tt := range tests {
		assert.Equal(t, tt.same, sameTarget(tt.uri, tt.target), "%q %q", tt.uri, tt.target)
	}
}

// The password is asked for once, and for no header that fails without it.
func TestPasswordIsAskedOnce(t *testing.T) {
	s := &Server{}
	var asked []string
	ask := func(user string) (string, bool) { asked = append(asked, user); return "", false }
	f := newForge(t, s)
	f.user = "eve"
	_, err := s.Verify("POST", "/acs", f.header(), nil, ask)
	assert.ErrorIs(t, err, ErrCredentials)
	assert.Equal(t, []string{"eve"}, asked)
	_, err = s.Verify("POST", "/other", f.header(), nil, ask)
	assert.ErrorIs(t, err, ErrTarget)
	assert.Len(t, asked, 1)
}

// letters is the alphabet of nonces, in order. RFC 4648 section 5.
const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

// Nonces that another key, realm or time has made, and every flipped bit.
func TestForgedNonces(t *testing.T) {
	at := newClock()
	s := &Server{Now: at.now}
	f := newForge(t, s)
	good := f.nonce
	n, ok := openNonce(good, s.key, "cwmp")
	require.True(t, ok)
	forged := map[string]string{
		"empty":       " ",
		"other realm": n.seal(s.key, "other"),
		"no key":      n.seal(nil, "cwmp"),
		"zero key":    n.seal(make([]byte, 32), "cwmp"),
		"label":       n.seal([]byte("cwmp digest nonce 1\x00"), "cwmp"),
		"realm":       n.seal([]byte("cwmp"), "cwmp"),
		"other key":   newForge(t, &Server{Now: at.now}).nonce,
		"longer":      good + "A",
		"shorter":     good[:len(good)-1],
		"padded":      good[:len(good)-1] + "=",
		"not base64":  good[:len(good)-1] + "!",
	}
	for i := range nonceSize * 8 {
		b, err := nonceText.DecodeString(good)
		require.NoError(t, err)
		b[i/8] ^= 1 << (i % 8)
		forged[fmt.Sprint("bit ", i)] = nonceText.EncodeToString(b)
	}
	last := strings.IndexByte(letters, good[len(good)-1])
	for spare := 1; spare < 16; spare++ { // 4 bits of the last letter are of no use
		forged[fmt.Sprint("spelling ", spare)] = good[:len(good)-1] + letters[last+spare:last+spare+1]
	}
	for name, nonce := range forged {
		f.nonce = nonce
		_, err := s.Verify("POST", "/acs", f.header(), nil, passwords)
		assert.ErrorIs(t, err, ErrNonce, name)
	}
	f.nonce = good
	_, err := s.Verify("POST", "/acs", f.header(), nil, passwords)
	assert.NoError(t, err, "the forgeries have spent nothing")
}

func TestNoncesDiffer(t *testing.T) {
	n := 100_000
	if testing.Short() {
		n = 10_000
	}
	s := &Server{Now: newClock().now} // one time for all
	s.Challenges(false)
	seen := make(map[string]bool, n)
	for range n {
		nonce := s.mint()
		require.False(t, seen[nonce])
		seen[nonce] = true
	}
}

// Processes with one key and realm accept each other's nonces, within the skew
// of their clocks.
func TestSharedKey(t *testing.T) {
	key := bytes.Repeat([]byte{7}, 32)
	for ahead, want := range map[time.Duration]error{
		0: nil, 5 * time.Second: nil, 5*time.Second + 1: ErrStale,
		-DefaultLifetime: nil, -DefaultLifetime - 1: ErrStale,
	} {
		a, b := newClock(), newClock()
		a.advance(ahead)
		f := newForge(t, &Server{Key: key, Now: a.now})
		_, err := (&Server{Key: key, Now: b.now}).Verify("POST", "/acs", f.header(), nil, passwords)
		assert.ErrorIs(t, err, want, "%v", ahead)
	}
}

// A source that runs dry is replaced, for the key as for the nonces.
func TestServerRand(t *testing.T) {
	seed := bytes.Repeat([]byte{0xab}, 32+idSize)
	at := newClock()
	s := &Server{Rand: bytes.NewReader(seed), Now: at.now}
	first, second := newForge(t, s).nonce, newForge(t, s).nonce
	again := newForge(t, &Server{Rand: bytes.NewReader(seed), Now: at.now}).nonce
	assert.Equal(t, first, again, "all chance is in Rand")
	assert.NotEqual(t, first, second)
	broken := &Server{Rand: io.MultiReader(bytes.NewReader(seed[:5]), failing{}), Now: at.now}
	newForge(t, broken)
	assert.NotEqual(t, make([]byte, 32), broken.key)
	assert.NotContains(t, string(broken.key), string(seed[:5]))
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("dry") }
