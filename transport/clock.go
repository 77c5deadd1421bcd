package transport

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"slices"
	"time"
)

// NOTE: TLS on a device that does not know the time yet (TR-069 section 3.3). Chain
// and name are verified all the same, with dates at which the ACS's certificate is
// valid; once the clock is known they are verified again, with the real one.

// unclocked makes cfg verify without a clock. The program's own checks come after it and
// are given the chains, as crypto/tls has it.
func unclocked(cfg *tls.Config) {
	cfg.InsecureSkipVerify = true // VerifyConnection does all of it but the date
	host, roots := cfg.ServerName, cfg.RootCAs
	peer, outer := cfg.VerifyPeerCertificate, cfg.VerifyConnection
	cfg.VerifyPeerCertificate = nil
	cfg.VerifyConnection = func(s tls.ConnectionState) (err error) {
		if s.VerifiedChains, err = verifyUndated(s, host, roots); err != nil {
			return err
		}
		if peer != nil && !s.DidResume {
			err = peer(rawOf(s.PeerCertificates), s.VerifiedChains)
		}
		if err == nil && outer != nil {
			err = outer(s)
		}
		return err
	}
}

func rawOf(list []*x509.Certificate) [][]byte {
	raw := make([][]byte, len(list))
	for i, c := range list {
		raw[i] = c.Raw
	}
	return raw
}

// verifyUndated verifies a chain and its name at some date inside the leaf's validity.
// Its issuers may have been issued anew since, so the dates at which each of them
// begins are tried, and the end.
func verifyUndated(s tls.ConnectionState, host string, roots *x509.CertPool) ([][]*x509.Certificate, error) {
	if len(s.PeerCertificates) == 0 {
		return nil, errNoCertificate
	}
	leaf := s.PeerCertificates[0]
	chains, err := verify(s, host, roots, leaf.NotBefore.Add(1)) // the zero time would be now
	if err == nil {
		return chains, nil
	}
	dates := []time.Time{leaf.NotAfter}
	for _, c := range s.PeerCertificates[1:min(len(s.PeerCertificates), maxChain)] {
		dates = append(dates, c.NotBefore)
	}
	for _, at := range dates {
		if at.Before(leaf.NotBefore) || at.After(leaf.NotAfter) {
			continue
		}
		if chains, late := verify(s, host, roots, at); late == nil {
			return chains, nil
		}
	}
	return nil, err
}

// maxChain is how many certificates of a chain are looked at for dates.
const maxChain = 8

// verify verifies a chain and its name as crypto/tls does, at a time.
func verify(s tls.ConnectionState, host string, roots *x509.CertPool, at time.Time) ([][]*x509.Certificate, error) {
	options := x509.VerifyOptions{DNSName: host, Roots: roots, CurrentTime: at, Intermediates: x509.NewCertPool()}
	for _, c := range s.PeerCertificates[1:] {
		options.Intermediates.AddCert(c)
	}
	return s.PeerCertificates[0].Verify(options)
}

var errNoCertificate = errors.New("the ACS has no certificate")

// clock returns the time, and whether it is known.
func (c *Client) clock() (time.Time, bool) {
	if c.Now == nil {
		return time.Now(), true
	}
	return c.Now()
}

// An undated handshake is one whose certificates were verified without the date. That is
// owed even when its connection is closed: what the ACS said on it, a redirect perhaps,
// is what the session goes on with.
type undated struct {
	state tls.ConnectionState
	host  string
}

// maxUndated bounds the different certificates of a session without a clock. Each server
// has one or two.
const maxUndated = 2 * maxOrigins

// owe notes a handshake, unless it is like one before.
func (x *exchanger) owe(s tls.ConnectionState, host string) {
	same := func(u undated) bool {
		return u.host == host && slices.EqualFunc(u.state.PeerCertificates, s.PeerCertificates, (*x509.Certificate).Equal)
	}
	if !slices.ContainsFunc(x.undated, same) {
		x.undated = append(x.undated, undated{s, host})
	}
}

// recheck verifies the certificates of the session again if the clock has become known
// since.
func (x *exchanger) recheck() error {
	if len(x.undated) == 0 {
		return nil
	}
	now, known := x.client.clock()
	switch {
	case known:
		return x.makeUp(now)
	case len(x.undated) > maxUndated:
		return ErrCertificates
	}
	return nil
}

// makeUp verifies what is owed with the date.
func (x *exchanger) makeUp(now time.Time) error {
	owed := x.undated
	x.undated = nil
	for _, u := range owed {
		if _, err := verify(u.state, u.host, x.client.roots(), now); err != nil {
			return err
		}
	}
	return nil
}

// roots are the authorities that are trusted, nil for the system's.
func (c *Client) roots() *x509.CertPool {
	if c.TLS == nil {
		return nil
	}
	return c.TLS.RootCAs
}
