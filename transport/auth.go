package transport

import (
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/cwmp-go/cwmp/internal/digest"
	"github.com/cwmp-go/cwmp/rpc"
)

// NOTE: who is it? The ACS's end of HTTP authentication, and the rule that ties a
// DeviceId to the name that authenticated.

// An Authenticator names the principal of a request.
type Authenticator interface {
	// Authenticate returns the principal, or an error and the values of
	// WWW-Authenticate that go with the 401. It has to work without the body.
	// The error's text must not hold a secret.
	Authenticate(r *http.Request) (principal string, challenges []string, err error)
}

// A DigestAuth is HTTP digest with qop=auth, for a password table of the
// program's. After ten wrong answers for a user name within a minute, each further one
// is answered a second late; a right one never is. It must not be copied after first
// use.
type DigestAuth struct {
	// Password returns the password of a user, false for an unknown one. Nil knows
	// nobody.
	Password func(username string) (password string, ok bool)
	// Realm is shown to the CPE. Empty is "cwmp".
	Realm string
	// NonceKey seals nonces, which are an HMAC of time and random bytes under it;
	// processes with the same key accept each other's. 32 random bytes are right.
	// What was used of a nonce is known per process. Nil is a random key for this
	// process.
	NonceKey []byte
	// Lifetime is how long a nonce is good. 0 is 10 minutes, a session's cap.
	Lifetime time.Duration
	// SHA256 offers SHA-256 too, before MD5. False offers MD5 alone, because many
	// CPEs take the first challenge and know no other.
	SHA256 bool

	once   sync.Once
	server digest.Server
	guard  guard
}

const nonceLifetime = 10 * time.Minute

// Authenticate implements [Authenticator].
func (a *DigestAuth) Authenticate(r *http.Request) (string, []string, error) {
	a.once.Do(a.init)
	result, err := a.server.Verify(r.Method, r.RequestURI, r.Header.Get("Authorization"), nil, a.password)
	if errors.Is(err, digest.ErrCredentials) {
		a.guard.failed(r, result.Username)
	}
	if err != nil {
		old := errors.Is(err, digest.ErrStale) || errors.Is(err, digest.ErrNonce) // the digest was right
		return "", a.server.Challenges(old), err
	}
	return result.Username, nil, nil
}

func (a *DigestAuth) password(username string) (string, bool) {
	if a.Password == nil {
		return "", false
	}
	return a.Password(username)
}

func (a *DigestAuth) init() {
	a.server.Realm, a.server.Key, a.server.Lifetime = a.Realm, a.NonceKey, a.Lifetime
	if a.Lifetime <= 0 {
		a.server.Lifetime = nonceLifetime
	}
	if a.SHA256 {
		a.server.Algorithms = []digest.Algorithm{digest.SHA256, digest.MD5}
	}
}

// StandardPrincipals returns the two user names that TR-069 section 3.4.4 gives a
// device: OUI-ProductClass-SerialNumber and OUI-SerialNumber, each part
// percent-encoded.
func StandardPrincipals(id rpc.DeviceID) []string {
	oui, class, serial := escapePart(id.OUI), escapePart(id.ProductClass), escapePart(id.SerialNumber)
	return []string{oui + "-" + class + "-" + serial, oui + "-" + serial}
}

// escapePart percent-encodes every octet that RFC 3986 does not call unreserved,
// and the hyphen, which separates the parts.
func escapePart(s string) string {
	const hex = "0123456789ABCDEF"
	var b []byte
	for _, c := range []byte(s) {
		if unreserved(c) {
			b = append(b, c)
		} else {
			b = append(b, '%', hex[c>>4], hex[c&15])
		}
	}
	return string(b)
}

func unreserved(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '.' || c == '_' || c == '~'
}
