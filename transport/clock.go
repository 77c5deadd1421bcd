package transport

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
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

// recheck verifies the connection's certificate again if the clock has become known
// since.
func (x *exchanger) recheck() error {
	if x.unchecked == nil {
		return nil
	}
	now, known := x.client.clock()
	if !known {
		return nil
	}
	s := x.unchecked
	x.unchecked = nil
	cfg, _ := x.client.tlsConfig(x.url.Hostname())
	_, err := verify(*s, cfg.ServerName, cfg.RootCAs, now)
	return err
}
