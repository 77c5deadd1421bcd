package transport

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/url"
	"time"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/session"
)

// NOTE: this file is the CPE machine's drive loop; exchange.go is what one POST
// takes, link.go the connection under it.

// A Client is the CPE's end: one call of [Client.Do] is one session. The fields
// are read, never written; a Client may run several sessions, one at a time as
// the standard wants, or with several ACSs at once.
type Client struct {
	// URL of the ACS, absolute, http or https.
	URL string
	// Username and Password answer a challenge. An empty Username means no
	// credentials: a challenge then ends the session.
	Username string
	// Password goes with Username.
	Password string
	// PreemptiveBasic sends Basic credentials over TLS before the ACS asks, as
	// TR-069 section 3.4.4 recommends. False waits for a challenge.
	PreemptiveBasic bool
	// InsecureBasic gives the password in clear to an ACS over plain HTTP, for
	// everybody on the way to read. False refuses that.
	InsecureBasic bool
	// RequireAuth answers only digests with qop=auth, so that nobody on the way can
	// take the client's nonce out of them by taking qop out of the challenge. False
	// answers the form of RFC 2069 too, which old ACSs have.
	RequireAuth bool
	// Compression is the coding of what is sent; the ACS may then use any in its
	// responses. An ACS that refuses it with 415 gets the rest of the session
	// without. Zero is none.
	Compression Compression
	// Version is the CWMP version spoken at most. 0 is 1.2.
	Version rpc.Version
	// Handle answers the ACS's requests with the response, or with an error: a
	// *rpc.Fault or rpc.FaultCode goes to the ACS as it is, any other error as
	// fault 9002. Nil answers everything with 9000.
	Handle func(ctx context.Context, request rpc.Message) (rpc.Message, error)
	// Timeout is how long to wait for the connection and for each response. 0
	// is 60 s; less than 30 s is raised to that (TR-069 section 3.4.2).
	Timeout time.Duration
	// MaxDuration bounds a session, whatever the ACS asks. 0 is 10 minutes. The
	// session then ends with session.ErrDuration.
	MaxDuration time.Duration
	// MaxMessages bounds the responses of one session, so that no ACS asks for ever.
	// 0 is 1,000. One more ends it with session.ErrMessages.
	MaxMessages int
	// TLS configures https: roots, a client certificate. Nil verifies against
	// the system's roots. The minimum version is TLS 1.2 whatever it says.
	TLS *tls.Config
	// Now is the device's clock, for certificates. Nil is the system's. While it
	// says that the time is not known, certificates are verified without the
	// date; once it is, that is made up for, and a certificate that is not valid
	// ends the session.
	Now func() (t time.Time, known bool)
	// Dial opens the TCP connection. Nil is a net.Dialer.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Config bounds what is read. Zero fields mean 4 MiB and 10,000 items.
	Config rpc.Config
	// MaxWire bounds a response's body on the wire, in bytes. 0 is 1 MiB.
	MaxWire int64
	// Style is how requests are written. Zero is the standard's form.
	Style rpc.Style
	// Trace is told what happens. Nil for nobody.
	Trace *Trace
}

// A Result is what came of a session.
type Result struct {
	// Answers holds the response or fault to each request that the ACS answered,
	// the Inform's first, in the order of the requests.
	Answers []rpc.Message
	// Unsent are the requests that the ACS did not answer: they were not sent,
	// or the answer was lost. They belong into the next session.
	Unsent []rpc.Message
	// Version is the CWMP version that was spoken last.
	Version rpc.Version
}

// The bounds of a Client (a CPE's column of the table in the package doc).
const (
	clientMaxWire  = 1 << 20
	clientMaxBytes = 4 << 20
	clientMaxItems = 10_000
	defaultTimeout = 60 * time.Second
	minTimeout     = 30 * time.Second
	maxDuration    = 10 * time.Minute
)

// orElse is a duration, or another if it is not set.
func orElse(d, other time.Duration) time.Duration {
	if d <= 0 {
		return other
	}
	return d
}

// Do runs one session: it posts the Inform, then the requests, answers what the
// ACS asks, and closes the connection. The error is nil when the session ended
// well. Otherwise it is a *rpc.Fault that refused the Inform, a
// *session.PeerError, session.ErrMessages, or an [*ExchangeError] around what went
// wrong on the wire, such as ErrTimeout or what ended ctx; before anything is sent
// it is ErrURL, or session.ErrState for a nil or unfit message. The Result says
// what was delivered all the same. It is never nil.
func (c *Client) Do(ctx context.Context, inform *rpc.Inform, requests ...rpc.Message) (*Result, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, orElse(c.MaxDuration, maxDuration), session.ErrDuration)
	defer cancel()
	m := session.NewCPE(session.Config{Version: c.Version, Tolerate: session.MissingID, MaxMessages: c.MaxMessages})
	result, start := &Result{}, time.Now()
	err := c.run(ctx, m, result, inform, requests)
	result.Unsent, result.Version = m.Unsent(), m.Version()
	if c.Trace != nil && c.Trace.Ended != nil {
		c.Trace.Ended(err, time.Since(start))
	}
	return result, err
}

func (c *Client) run(ctx context.Context, m *session.CPE, result *Result, inform *rpc.Inform, requests []rpc.Message) error {
	for _, r := range requests {
		if err := m.Send(r); err != nil {
			return err
		}
	}
	x, err := c.newExchanger()
	if err != nil {
		return err
	}
	defer x.close()
	if err := m.Start(inform); err != nil {
		return err
	}
	return c.drive(ctx, m, x, result)
}

// drive is the loop of package session's doc.
func (c *Client) drive(ctx context.Context, m *session.CPE, x *exchanger, result *Result) error {
	var bad *rpc.ValueError // what is wrong with the request that was received last
	note := c.noter(m)
	for o := range m.Outputs() {
		note()
		switch o.Kind {
		case session.Transmit:
			bad = c.transmit(ctx, m, x, o.Envelope)
		case session.Deliver:
			if err := m.Reply(c.answer(ctx, o.Envelope.Message, bad)); err != nil {
				return err // not while answer makes answers that fit
			}
		case session.Result:
			result.Answers = append(result.Answers, o.Envelope.Message)
		case session.Done:
			return o.Err
		}
	}
	return session.ErrState // Outputs ends with Done: every Transmit is answered
}

// noter returns what tells the trace of each new state.
func (c *Client) noter(m *session.CPE) func() {
	if c.Trace == nil || c.Trace.State == nil {
		return func() {}
	}
	start, last := time.Now(), ""
	return func() {
		if s := m.State(); s != last {
			last = s
			c.Trace.State(s, time.Since(start))
		}
	}
}

// transmit posts one message and gives the machine what came back. A request of
// the ACS with a bad value in it is received all the same, to be answered with a
// fault; what is bad is returned.
func (c *Client) transmit(ctx context.Context, m *session.CPE, x *exchanger, env *rpc.Envelope) *rpc.ValueError {
	answer, err := x.post(ctx, env)
	bad, _ := errors.AsType[*rpc.ValueError](err)
	if bad != nil && answer != nil && answer.Message != nil && !rpc.IsResponse(answer.Message) {
		err = nil
	}
	if err == nil {
		err = m.Receive(answer)
	}
	if err != nil {
		m.Fail(&ExchangeError{Message: nameOf(env), Err: err})
	}
	return bad
}

// answer makes the answer to a request of the ACS. A handler that returns what is
// no answer to it is our own internal error.
func (c *Client) answer(ctx context.Context, request rpc.Message, bad *rpc.ValueError) rpc.Message {
	if bad != nil {
		return rpc.NewFault(rpc.FaultInvalidArguments, bad.Error())
	}
	answer, err := c.handle(ctx, request)
	if err != nil {
		return rpc.AsFault(err, rpc.FaultInternalError)
	}
	if answer == nil || !rpc.Answers(answer, request.Method()) {
		return rpc.NewFault(rpc.FaultInternalError, "")
	}
	return answer
}

func (c *Client) handle(ctx context.Context, request rpc.Message) (rpc.Message, error) {
	if c.Handle == nil {
		return nil, rpc.FaultMethodNotSupported
	}
	return c.Handle(ctx, request)
}

// config fills in a CPE's bounds.
func (c *Client) config() rpc.Config {
	cfg := c.Config
	if cfg.Limits.MaxBytes == 0 {
		cfg.Limits.MaxBytes = clientMaxBytes
	}
	if cfg.MaxItems == 0 {
		cfg.MaxItems = clientMaxItems
	}
	return cfg
}

func (c *Client) timeout() time.Duration {
	if c.Timeout == 0 {
		return defaultTimeout
	}
	return max(c.Timeout, minTimeout)
}

func (c *Client) maxWire() int64 {
	if c.MaxWire <= 0 {
		return clientMaxWire
	}
	return c.MaxWire
}

// checkURL parses an ACS URL.
func checkURL(raw string) (*url.URL, error) {
	u, err := url.Parse(raw)
	if err != nil || !usableURL(u) {
		return nil, ErrURL
	}
	return u, nil
}

// usableURL reports whether there is an ACS to connect to. net/url lets hosts pass that
// are none, such as "0]0".
func usableURL(u *url.URL) bool {
	_, _, err := net.SplitHostPort(address(u))
	return err == nil && u.Hostname() != "" && (u.Scheme == "http" || u.Scheme == "https") && u.User == nil
}

// nameOf is a message's name for errors.
func nameOf(env *rpc.Envelope) string {
	if env == nil || env.Message == nil {
		return "(empty)"
	}
	return env.Message.Method()
}
