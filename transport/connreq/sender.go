package connreq

// NOTE: the ACS's end of HTTP connection requests: which credentials go out when, and
// what the CPE's answers mean. call.go has the connection below it.

import (
	"context"
	"encoding/base64"
	"errors"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/cwmp-go/cwmp/internal/digest"
)

// DefaultTimeout is how long [Sender.Send] may take in all.
const DefaultTimeout = 10 * time.Second

// maxURL is the most bytes of a connection request URL; the data model has 256
// characters.
const maxURL = 1 << 10

// A Result is what became of a connection request.
type Result uint8

// The results.
const (
	// Accepted: the CPE answered with 2xx. A session proves it: see [Waiter].
	Accepted Result = iota + 1
	// Busy: the CPE answered 503, because a session runs or too many requests came.
	// Try again later.
	Busy
	// Offline: the CPE was not reached, or gave no answer. Its address may be old.
	Offline
	// Refused: another answer, no right credentials, or a URL or address that is
	// not allowed. Trying again changes nothing.
	Refused
)

var results = [...]string{Accepted: "accepted", Busy: "busy", Offline: "offline", Refused: "refused"}

// String is the result in one word; "result N" for a value that is none.
func (r Result) String() string {
	if r == 0 || int(r) >= len(results) {
		return "result " + strconv.Itoa(int(r))
	}
	return results[r]
}

// A Reply is what a CPE answered.
type Reply struct {
	// Result sums it up.
	Result Result
	// Status is the last HTTP status; 0 if there was none.
	Status int
	// Credential is the index of the credential that was accepted, and -1 if none
	// was: with Accepted, the CPE lets everybody in then.
	Credential int
}

// A Sender is the ACS's end of HTTP connection requests. The zero value works. It has
// no state of its own: it may be copied, used from many goroutines, and changed
// between requests. See TR-069 section 3.2.2.
type Sender struct {
	// Policy says where requests may go. Zero allows public addresses.
	Policy Policy
	// Timeout bounds a Send in all. Zero or less means DefaultTimeout.
	Timeout time.Duration
	// RequireAuth answers only digests with qop=auth, so that nobody can take the
	// client's nonce out of them. False answers the form of RFC 2069 too, which old
	// CPEs have.
	RequireAuth bool
	// InsecureBasic gives the password in clear to a CPE that asks for nothing
	// better: connection requests know no TLS. False gives it to nobody.
	InsecureBasic bool
	// Resolve finds the addresses of a host that is a name. Nil asks the system.
	Resolve func(ctx context.Context, host string) ([]netip.Addr, error)
	// Dial opens connections to an address that Policy has allowed, as host and
	// port in digits: it must not resolve or replace it. Nil is a net.Dialer.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// Send sends a connection request to a ConnectionRequestURL, with the credentials in
// the order to be tried. The error is nil if the Result is Accepted, and says why it
// is not: a [*StatusError], [*PolicyError], [*ChallengeError], one of this package's
// sentinels, or an error of the network.
//
// A challenge is answered with the first credential, on the same connection if the
// CPE keeps it; each one that is refused makes place for the next. A CPE that closes
// a connection without any reply, at first or after a challenge, gets that request once
// more on another one. Nothing is redirected, and at most 4 KiB of a reply are read.
func (s *Sender) Send(ctx context.Context, connectionRequestURL string, credentials ...Credential) (Reply, error) {
	c := &call{sender: s, credentials: credentials, digest: digest.Client{RequireAuth: s.RequireAuth}}
	ctx, cancel := context.WithTimeout(ctx, positive(s.Timeout, DefaultTimeout))
	defer cancel()
	defer c.hangUp()
	last, result, err := c.run(ctx, connectionRequestURL)
	r := Reply{Result: result, Status: last.status, Credential: -1}
	if result == Accepted && c.answers {
		r.Credential = c.index
	}
	return r, err
}

// run carries a request to its result.
func (c *call) run(ctx context.Context, text string) (reply, Result, error) {
	var last reply
	if err := c.target(ctx, text); err != nil {
		return last, resultOf(err), err
	}
	for {
		r, err := c.exchange(ctx)
		if err != nil {
			return last, resultOf(err), err
		}
		last = r
		switch {
		case r.status >= 200 && r.status < 300:
			return last, Accepted, nil
		case r.status == statusBusy:
			return last, Busy, &StatusError{Code: r.status}
		case r.status != statusDenied:
			return last, Refused, &StatusError{Code: r.status}
		}
		if err := c.learn(r.challenges); err != nil {
			return last, Refused, err
		}
	}
}

// refusals are the errors that mean Refused where an exchange or the way to it fails;
// all others are of the network.
var refusals = []error{ErrURL, ErrAddress, ErrNotHTTP, digest.ErrUnsendable}

// resultOf sorts errors.
func resultOf(err error) Result {
	if slices.ContainsFunc(refusals, func(r error) bool { return errors.Is(err, r) }) {
		return Refused
	}
	return Offline
}

// target reads the URL and finds the addresses behind it.
func (c *call) target(ctx context.Context, text string) error {
	u, err := url.Parse(text)
	if err != nil || len(text) > maxURL || u.Scheme != "http" || u.User != nil || u.Opaque != "" || u.Hostname() == "" {
		return ErrURL
	}
	port, err := portOf(u.Port())
	if err != nil {
		return err
	}
	c.host, c.uri = u.Host, u.RequestURI()
	if !isVisible(c.uri) {
		return ErrURL
	}
	c.addrs, err = c.sender.Policy.addresses(ctx, c.sender.Resolve, u.Hostname(), port)
	return err
}

// portOf reads a port; none is 80.
func portOf(text string) (uint16, error) {
	if text == "" {
		return 80, nil
	}
	n, err := strconv.ParseUint(text, 10, 16)
	if err != nil || n == 0 {
		return 0, ErrURL
	}
	return uint16(n), nil
}

// learn takes in the challenges of a 401. An error means that there is no use in
// asking again.
func (c *call) learn(values []string) error {
	offers, err := digest.ParseChallenges(values)
	switch {
	case err != nil:
		return &ChallengeError{Err: err}
	case len(c.credentials) == 0:
		return ErrNoCredentials
	}
	verdict, err := c.digest.Learn(offers)
	c.offers = offers
	switch {
	case err != nil:
		return c.learnBasic(offers, err)
	case verdict == digest.Endless:
		return ErrEndless
	case verdict == digest.Denied:
		if c.index++; c.index == len(c.credentials) {
			return ErrCredentials
		}
	}
	c.answers, c.basic = true, false
	return nil
}

// learnBasic answers a challenge without a digest that we speak; why says so.
func (c *call) learnBasic(offers []digest.Challenge, why error) error {
	switch {
	case !slices.ContainsFunc(offers, func(o digest.Challenge) bool { return o.Is(digest.SchemeBasic) }):
		return &ChallengeError{Err: why}
	case !c.sender.InsecureBasic:
		return &ChallengeError{Err: ErrInsecureBasic}
	}
	if c.answers {
		c.index++
	}
	if c.index == len(c.credentials) {
		return ErrCredentials
	}
	c.answers, c.basic = true, true
	return nil
}

// authorization is the header's value for the next request; empty for none.
func (c *call) authorization() (string, error) {
	if !c.answers {
		return "", nil
	}
	one := c.credentials[c.index]
	if c.basic {
		return "Basic " + base64.StdEncoding.EncodeToString([]byte(one.Username+":"+one.Password)), nil
	}
	c.digest.Username, c.digest.Password = one.Username, one.Password
	return c.digest.Authorization("GET", c.uri, nil)
}
