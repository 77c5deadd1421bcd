package transport

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"net/http"
	"strconv"
	"strings"
)

// NOTE: the authenticators besides digest: Basic, client certificates, and several
// of them in a row.

// A BasicAuth is HTTP Basic, for a password table of the program's. Over plain HTTP
// it refuses everybody, unless it is told otherwise by a field that says what that
// means. Wrong passwords are answered late as by [DigestAuth]. It must not be copied
// after first use.
type BasicAuth struct {
	// Password returns the password of a user, false for an unknown one. Nil knows
	// nobody.
	Password func(username string) (password string, ok bool)
	// Realm is shown to the CPE. Empty is "cwmp".
	Realm string
	// InsecureHTTP takes passwords in clear over plain HTTP, for everybody on the
	// way to read. A proxy that ends TLS in front of the Server is a reason. False
	// refuses.
	InsecureHTTP bool

	guard guard
}

// Authenticate implements [Authenticator].
func (a *BasicAuth) Authenticate(r *http.Request) (string, []string, error) {
	if r.TLS == nil && !a.InsecureHTTP {
		return "", nil, ErrInsecureBasic
	}
	username, password, given := r.BasicAuth()
	if given && a.knows(username, password) {
		return username, nil, nil
	}
	if given {
		a.guard.failed(r, username)
	}
	realm := a.Realm
	if realm == "" {
		realm = "cwmp"
	}
	return "", []string{"Basic realm=" + strconv.QuoteToASCII(realm) + `, charset="UTF-8"`}, ErrCredentials
}

// knows compares passwords in a time that tells nothing of them, and does the same
// work for a user that there is not.
func (a *BasicAuth) knows(username, password string) bool {
	want, known := "", false
	if a.Password != nil {
		want, known = a.Password(username)
	}
	got, expected := sha256.Sum256([]byte(password)), sha256.Sum256([]byte(want))
	return subtle.ConstantTimeCompare(got[:], expected[:]) == 1 && known
}

// A CertificateAuth names a CPE by its client certificate, which crypto/tls has
// verified: set ClientAuth and ClientCAs in the server's tls.Config. The principal
// is the subject's common name (TR-069 section 3.3).
type CertificateAuth struct{}

var errNoClientCertificate = errors.New("no verified client certificate")

// Authenticate implements [Authenticator].
func (CertificateAuth) Authenticate(r *http.Request) (string, []string, error) {
	if r.TLS == nil || len(r.TLS.VerifiedChains) == 0 || len(r.TLS.VerifiedChains[0]) == 0 {
		return "", nil, errNoClientCertificate
	}
	name := r.TLS.VerifiedChains[0][0].Subject.CommonName
	if name == "" {
		return "", nil, errNoClientCertificate
	}
	return name, nil, nil
}

// An AnyAuth takes what the first of several authenticators takes, and challenges
// with what all of them ask for, in their order.
type AnyAuth []Authenticator

// Authenticate implements [Authenticator].
func (a AnyAuth) Authenticate(r *http.Request) (string, []string, error) {
	var all, why []string
	for _, one := range a {
		principal, challenges, err := one.Authenticate(r)
		if err == nil {
			return principal, nil, nil
		}
		all, why = append(all, challenges...), append(why, err.Error())
	}
	return "", all, errors.New(strings.Join(why, "; "))
}
