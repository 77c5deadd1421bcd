package transport

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/soap"
)

// NOTE: what it takes to post one message and read its answer: the request with
// its headers, the challenge and the identical request again, the response's
// status and body. An exchanger lives for one session.

// An exchanger does the HTTP exchanges of one session.
type exchanger struct {
	client  *Client
	url     *url.URL // redirects change it
	origins map[string]*origin
	trace   Trace
	cfg     rpc.Config
	plain   bool        // the ACS has refused our content coding
	link    *link       // nil before the first exchange, and when the peer has closed it
	about   *Connection // the link's
	undated []undated   // of links that were made while the time was not known
}

func (c *Client) newExchanger() (*exchanger, error) {
	u, err := checkURL(c.URL)
	if err != nil {
		return nil, err
	}
	x := &exchanger{client: c, origins: map[string]*origin{}, cfg: c.config()}
	x.visit(u)
	if c.Trace != nil {
		x.trace = *c.Trace
	}
	return x, nil
}

// How often one message is repeated: after 401 responses in a row, a first challenge
// and one more for a nonce that went stale meanwhile; after redirects in a row
// (TR-069 section 3.4.6).
const (
	maxChallenges = 2
	maxRedirects  = 5
)

// tries counts the responses to one message that made us repeat it.
type tries struct{ challenges, redirects, codings int }

func (t tries) any() bool { return t != tries{} }

// post sends one message and returns the answer, nil for an empty one.
func (x *exchanger) post(ctx context.Context, env *rpc.Envelope) (*rpc.Envelope, error) {
	env, body, err := x.encode(env)
	if err != nil {
		return nil, err
	}
	var t tries
	for {
		e := &Exchange{Request: env, RequestBody: body, Repeated: t.any()}
		before := t
		if err := x.exchange(ctx, e, &t); err != nil || t == before {
			return e.Response, err
		}
	}
}

// encode makes a message's document. An answer that cannot be written, because a
// value has what XML cannot carry, is our own internal error; the session goes on.
func (x *exchanger) encode(env *rpc.Envelope) (*rpc.Envelope, []byte, error) {
	if env == nil {
		return nil, nil, nil
	}
	body, err := env.Append(nil, x.client.Style)
	if err != nil && rpc.IsResponse(env.Message) {
		fault := *env
		fault.Message = rpc.NewFault(rpc.FaultInternalError, "")
		env = &fault
		body, err = env.Append(nil, x.client.Style)
	}
	return env, body, err
}

// exchange does one HTTP exchange.
func (x *exchanger) exchange(ctx context.Context, e *Exchange, t *tries) error {
	e.Start = time.Now()
	err := x.roundTrip(ctx, e, t)
	switch {
	case err != nil && ctx.Err() != nil:
		err = context.Cause(ctx)
	case timedOut(err):
		err = fmt.Errorf("%w: %w", ErrTimeout, err)
	}
	e.Took, e.Err = time.Since(e.Start), err
	x.report(e)
	return err
}

// report tells of an exchange that is over.
func (x *exchanger) report(e *Exchange) {
	if x.trace.Received != nil {
		x.trace.Received(e)
	}
	if x.trace.Challenged != nil && e.Challenged {
		x.trace.Challenged(e)
	}
	if x.trace.Redirected != nil && e.Redirected != "" {
		x.trace.Redirected(e)
	}
}

// roundTrip sends a request on the session's connection and reads the response. A
// context that ends meanwhile cuts the connection.
func (x *exchanger) roundTrip(ctx context.Context, e *Exchange, t *tries) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	l, err := x.connected(ctx)
	if err != nil {
		return err
	}
	req, err := x.request(ctx, e)
	if err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { l.conn.Close() })
	defer stop()
	if x.trace.Sending != nil {
		x.trace.Sending(e)
	}
	resp, err := l.exchange(req)
	if err != nil {
		return err
	}
	err = x.response(e, resp, t)
	l.finish(resp.Body)
	return err
}

// timedOut reports whether one of our own time-outs is behind err: of the
// connection, of the handshake, of a write, of the response's header.
func timedOut(err error) bool {
	timeout, ok := errors.AsType[net.Error](err)
	return ok && timeout.Timeout() && !errors.Is(err, ErrTimeout)
}

// request makes the HTTP request of an exchange.
func (x *exchanger) request(ctx context.Context, e *Exchange) (*http.Request, error) {
	coding := x.coding()
	wire := coding.encode(e.RequestBody)
	if len(e.RequestBody) == 0 {
		coding, wire = Disabled, nil
	}
	var body io.Reader = http.NoBody
	if len(wire) > 0 {
		body = bytes.NewReader(wire)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, x.url.String(), body)
	if err != nil {
		return nil, err // not for a URL that was parsed before
	}
	x.headers(req.Header, coding, len(wire) > 0)
	if err := x.authorize(req, wire); err != nil {
		return nil, err
	}
	x.here().jar.add(req)
	e.RequestHeader = req.Header
	return req, nil
}

// coding is the content coding in use.
func (x *exchanger) coding() Compression {
	if x.plain {
		return Disabled
	}
	return x.client.Compression
}

// headers sets what every request has. An empty POST has neither Content-Type nor
// SOAPAction (TR-069 section 3.4.1).
func (x *exchanger) headers(h http.Header, coding Compression, body bool) {
	h.Set("User-Agent", "cwmp-go")
	if x.client.Compression != Disabled {
		h.Set("Accept-Encoding", "gzip, deflate")
	}
	if !body {
		return
	}
	h.Set("Content-Type", contentType)
	h["SOAPAction"] = []string{""}
	if coding != Disabled {
		h.Set("Content-Encoding", coding.String())
	}
}

const contentType = "text/xml; charset=utf-8"

// response reads what came back.
func (x *exchanger) response(e *Exchange, resp *http.Response, t *tries) error {
	e.Status, e.ResponseHeader = resp.StatusCode, resp.Header
	x.here().jar.take(resp)
	switch {
	case resp.StatusCode == http.StatusUnauthorized:
		return x.challenged(e, resp, t)
	case isRedirect(resp.StatusCode):
		if t.redirects++; t.redirects > maxRedirects {
			return &RedirectError{Location: resp.Header.Get("Location"), Err: ErrRedirects}
		}
		t.challenges = 0 // of another server, or another path
		return x.redirect(e, resp)
	case resp.StatusCode == http.StatusUnsupportedMediaType && e.RequestHeader.Get("Content-Encoding") != "":
		t.codings++
		x.plain = true
		return nil
	case resp.StatusCode/100 != 2:
		if x.trace.Received != nil {
			e.ResponseBody, _ = io.ReadAll(io.LimitReader(resp.Body, maxDiscard))
		}
		return statusError(resp)
	}
	return x.read(e, resp)
}

// read reads a response's body to its end, so that the connection can be used
// again.
func (x *exchanger) read(e *Exchange, resp *http.Response) error {
	coding := resp.Header.Get("Content-Encoding")
	if resp.ContentLength == 0 || x.client.Compression == Disabled && coding != "" {
		coding = unasked(resp, coding)
	}
	body, err := decode(resp.Body, coding, x.client.maxWire())
	if err != nil {
		return err
	}
	var kept bytes.Buffer
	if x.trace.Received != nil { // it may want to show the body
		body = io.TeeReader(body, &kept)
	}
	env, err := rpc.Read(body, x.cfg)
	if env != nil { // after a bad value the rest is not read yet
		io.CopyN(io.Discard, body, maxDiscard)
	}
	e.ResponseBody = kept.Bytes()
	if errors.Is(err, soap.ErrEmpty) {
		return nil
	}
	e.Response = env
	return err
}

// unasked is the coding of a response that has no body, or of one that nobody has
// asked to be coded: no coding for the one, one that decode refuses for the other.
func unasked(resp *http.Response, coding string) string {
	if resp.ContentLength == 0 || strings.EqualFold(coding, "identity") {
		return ""
	}
	return "not asked for"
}

// challenged takes in a 401 and prepares the repetition.
func (x *exchanger) challenged(e *Exchange, resp *http.Response, t *tries) error {
	if _, err := io.CopyN(io.Discard, resp.Body, maxDiscard); err != nil && err != io.EOF {
		return err
	}
	if err := x.learn(resp.Header); err != nil {
		return err
	}
	if t.challenges++; t.challenges > maxChallenges {
		return ErrCredentials // learn has said so before, in all cases known
	}
	e.Challenged = true
	return nil
}
