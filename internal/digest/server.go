package digest

// NOTE: the end that challenges. What can be refused without the password is
// refused first; then the digest is computed, for unknown users too; only a
// right digest is told that its nonce is stale or its count replayed, and only
// a right digest touches the table of nonces.

import (
	"cmp"
	"crypto/subtle"
	"encoding/binary"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// The values that the zero fields of a [Server] stand for.
const (
	// DefaultRealm is the realm of a Server that names none.
	DefaultRealm = "cwmp"
	// DefaultLifetime is the age up to which a nonce is good.
	DefaultLifetime = 60 * time.Second
	// DefaultShards is the number of parts of the table of nonces.
	DefaultShards = 64
	// DefaultPerShard is the number of nonces that a part remembers.
	DefaultPerShard = 1024
)

// skew is how far ahead of ours the clock of a server with the same key may be.
const skew = 5 * time.Second

// A Server makes challenges and checks the answers. The zero value works: MD5
// with qop=auth, as every CWMP peer knows it, and a key of its own. Its fields
// must not be changed after first use, and it must not be copied then. It is
// safe for concurrent use. See TR-069 section 3.4.5 and RFC 7616 section 3.3.
type Server struct {
	// Realm is shown to the client and hashed. Empty means DefaultRealm. With
	// a control character in it there are no challenges and every answer is
	// refused.
	Realm string
	// Algorithms are those offered, the preferred first, one challenge each.
	// Nil means MD5 alone, because many CPEs take the first challenge and know
	// no other.
	Algorithms []Algorithm
	// QOPs are the qualities offered and accepted. Nil means QOPAuth alone.
	// With QOPNone credentials without qop are accepted as well, each nonce
	// once; with nothing but QOPNone the challenge has no qop. The -sess
	// algorithms need another one.
	QOPs []QOP
	// Opaque is put in each challenge; credentials may leave it out, but must
	// not have another. Empty sends none.
	Opaque string

	// Key seals nonces: 32 random bytes are right. Nil means a random key for
	// this Server alone. Servers with one key accept each other's nonces; they
	// do not share what was used, so each accepts a nonce's counts once.
	Key []byte
	// Lifetime is the age up to which a nonce is good. Zero or less means
	// DefaultLifetime.
	Lifetime time.Duration
	// Shards is the number of parts of the table of nonces in use, each with
	// its own lock. Zero or less means DefaultShards.
	Shards int
	// PerShard is how many nonces a part remembers, about 120 bytes each. A
	// full part forgets its oldest, whose next use is stale. Zero or less
	// means DefaultPerShard.
	PerShard int

	// Now is the clock. Nil means time.Now. The time that passes is read off
	// the monotonic clock if Now has one, so that a step of the wall clock
	// makes no nonce old or young.
	Now func() time.Time
	// Rand is the source of nonces and of a key that is not set; reads are
	// never concurrent. Nil means crypto/rand, which also steps in if Rand
	// fails.
	Rand io.Reader

	once   sync.Once
	random sync.Mutex // over Rand
	key    []byte
	start  time.Time
	table  []*shard
}

// A Result says what credentials were about. After an error it is what was
// claimed, not what is true: good for counting failures, for nothing else.
type Result struct {
	// Username is the user.
	Username string
	// Algorithm is the algorithm used.
	Algorithm Algorithm
	// QOP is the quality used.
	QOP QOP
	// Count is the nonce count, 0 with QOPNone.
	Count uint32
}

// init fills what the zero value leaves open.
func (s *Server) init() {
	s.key = s.Key
	if s.key == nil {
		s.key = make([]byte, 32)
		random(s.Rand, s.key)
	}
	s.start = s.clock()
	s.table = newShards(positive(s.Shards, DefaultShards))
}

// positive is v, or other if v is zero or less.
func positive[T int | time.Duration](v, other T) T {
	if v > 0 {
		return v
	}
	return other
}

func (s *Server) clock() time.Time {
	if s.Now == nil {
		return time.Now()
	}
	return s.Now()
}

// now is the time in nanoseconds since 1970 as it passes for this Server: the
// wall clock at the start and what has passed since.
func (s *Server) now() int64 {
	return s.start.UnixNano() + int64(s.clock().Sub(s.start))
}

func (s *Server) realm() string           { return cmp.Or(s.Realm, DefaultRealm) }
func (s *Server) lifetime() time.Duration { return positive(s.Lifetime, DefaultLifetime) }
func (s *Server) algorithms() []Algorithm { return orDefault(s.Algorithms, MD5) }
func (s *Server) qops() []QOP             { return orDefault(s.QOPs, QOPAuth) }
func orDefault[T any](list []T, one T) []T {
	if list == nil {
		return []T{one}
	}
	return list
}

// Challenges makes the values of WWW-Authenticate for a 401, one for each
// algorithm, all with one new nonce. Stale tells the client that its password
// was right: set it after ErrStale and at no other time.
func (s *Server) Challenges(stale bool) []string {
	s.once.Do(s.init)
	if !quotable(s.realm()) || !quotable(s.Opaque) {
		return nil
	}
	nonce := s.mint()
	qop := s.qopList()
	var all []string
	for _, a := range s.algorithms() {
		if a.String() == "" || suites[a].sess && qop == "" {
			continue
		}
		all = append(all, s.challenge(nonce, a, qop, stale))
	}
	return all
}

// challenge writes one challenge.
func (s *Server) challenge(nonce string, a Algorithm, qop string, stale bool) string {
	b := "Digest realm=" + quote(s.realm()) + ", nonce=" + quote(nonce) + ", algorithm=" + a.String()
	if qop != "" {
		b += ", qop=" + quote(qop)
	}
	if s.Opaque != "" {
		b += ", opaque=" + quote(s.Opaque)
	}
	if stale {
		b += ", stale=true"
	}
	return b
}

// qopList is the directive qop of a challenge; empty if it has none.
func (s *Server) qopList() string {
	var names []string
	for _, q := range s.qops() {
		if name := q.String(); name != "" {
			names = append(names, name)
		}
	}
	return strings.Join(names, ",")
}

// mint makes a nonce.
func (s *Server) mint() string {
	n := nonce{issued: s.now()}
	s.random.Lock()
	random(s.Rand, n.id[:])
	s.random.Unlock()
	return n.seal(s.key, s.realm())
}

// Verify checks the Authorization of a request: its method, its target as it
// stands in the request line, and the header's value, empty if there is none.
// Body is called for auth-int alone and returns the body as it was sent; nil is
// an empty body. Password finds the password of a user and must not be nil; it
// is called at most once, with a name that nothing has proved yet.
//
// The error is a *SyntaxError, or a *Refusal of ErrMissing, ErrUnsupported,
// ErrCredentials, ErrTarget, ErrNonce, ErrStale or ErrReplay. Nothing but a nil
// error authenticates. Each accepted use of a nonce is accepted once.
func (s *Server) Verify(method, target, authorization string, body func() []byte, password func(username string) (string, bool)) (Result, error) {
	s.once.Do(s.init)
	if strings.Trim(authorization, " \t") == "" {
		return Result{}, refuse(ErrMissing, "")
	}
	c, err := ParseCredentials(authorization)
	if err != nil {
		return Result{}, err
	}
	r, err := s.claim(&c)
	if err != nil {
		return r, err
	}
	if !sameTarget(c.URI, target) {
		return r, refuse(ErrTarget, "")
	}
	if !s.matches(&c, &r, method, body, password) {
		return r, refuse(ErrCredentials, "")
	}
	n, ok := openNonce(c.Nonce, s.key, s.realm())
	if !ok {
		return r, refuse(ErrNonce, "")
	}
	return r, s.spend(n, &r)
}

// claim reads what credentials claim and checks that all of it was offered.
func (s *Server) claim(c *Credentials) (Result, error) {
	r := Result{Username: c.Username, Count: c.Count}
	var known bool
	switch {
	case !c.Is(SchemeDigest):
		return r, refuse(ErrUnsupported, "the credentials are no digest")
	case c.Realm != s.realm():
		return r, refuse(ErrCredentials, "another realm")
	case c.Opaque != "" && c.Opaque != s.Opaque:
		return r, refuse(ErrCredentials, "another opaque")
	}
	if r.Algorithm, known = ParseAlgorithm(c.Algorithm); !known || !slices.Contains(s.algorithms(), r.Algorithm) {
		return r, refuse(ErrUnsupported, "the algorithm was not offered")
	}
	if r.QOP, known = parseQOP(c.QOP); !known || !slices.Contains(s.qops(), r.QOP) {
		return r, refuse(ErrUnsupported, "the qop was not offered")
	}
	if r.QOP == QOPNone && suites[r.Algorithm].sess {
		return r, refuse(ErrUnsupported, "a session algorithm without qop")
	}
	return r, nil
}

// sameTarget compares the uri of credentials with the target of the request:
// path and query, whichever of the two is absolute.
func sameTarget(uri, target string) bool { return originForm(uri) == originForm(target) }

// originForm takes scheme and authority off an absolute URI. RFC 9112 section
// 3.2.1.
func originForm(target string) string {
	scheme, rest, absolute := strings.Cut(target, "://")
	if !absolute || strings.ContainsAny(scheme, "/?*") {
		return target
	}
	i := strings.IndexAny(rest, "/?")
	switch {
	case i < 0:
		return "/"
	case rest[i] == '?':
		return "/" + rest[i:]
	}
	return rest[i:]
}

// matches computes the digest and compares it. A user without a password costs
// what one with a password costs.
func (s *Server) matches(c *Credentials, r *Result, method string, body func() []byte, password func(string) (string, bool)) bool {
	secret, known := password(c.Username)
	if !known {
		secret = "nobody's password"
	}
	a := answer{
		algorithm: r.Algorithm, qop: r.QOP,
		username: c.Username, realm: c.Realm, password: secret,
		nonce: c.Nonce, nc: c.NC, cnonce: c.CNonce,
		method: method, uri: c.URI,
	}
	if r.QOP == QOPAuthInt && body != nil {
		a.body = body()
	}
	same := subtle.ConstantTimeCompare([]byte(a.response()), []byte(strings.ToLower(c.Response)))
	return known && same == 1
}

// spend takes one use of an authentic nonce.
func (s *Server) spend(n nonce, r *Result) error {
	now := s.now()
	oldest := now - int64(s.lifetime())
	if n.issued < oldest || n.issued > now+int64(skew) {
		return refuse(ErrStale, "the nonce is outside its lifetime")
	}
	shard := s.table[binary.BigEndian.Uint32(n.id[:])%uint32(len(s.table))]
	return shard.use(n, r.QOP, r.Count, positive(s.PerShard, DefaultPerShard), oldest)
}

// String names no secret: a Server may be printed.
func (s *Server) String() string { return "digest.Server{" + strconv.Quote(s.realm()) + "}" }

// GoString is String: %#v shows no more than %v.
func (s *Server) GoString() string { return s.String() }
