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
	"time"

	"github.com/cwmp-go/cwmp/internal/digest"
	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/soap"
)

// NOTE: what it takes to post one message and read its answer: the request with
// its headers, the challenge and the identical request again, the response's
// status and body. An exchanger lives for one session.

// An exchanger does the HTTP exchanges of one session.
type exchanger struct {
	client *Client
	url    *url.URL
	jar    *jar
	digest digest.Client
	trace  Trace
	cfg    rpc.Config
	link   *link // nil before the first exchange, and when the peer has closed it
}

func (c *Client) newExchanger() (*exchanger, error) {
	u, err := checkURL(c.URL)
	if err != nil {
		return nil, err
	}
	x := &exchanger{
		client: c, url: u, jar: newJar(), cfg: c.config(),
		digest: digest.Client{Username: c.Username, Password: c.Password},
	}
	if c.Trace != nil {
		x.trace = *c.Trace
	}
	return x, nil
}

// maxChallenges is how many 401 responses in a row one message may meet: a first
// challenge, and one more for a nonce that went stale meanwhile.
const maxChallenges = 2

// post sends one message and returns the answer, nil for an empty one.
func (x *exchanger) post(ctx context.Context, env *rpc.Envelope) (*rpc.Envelope, error) {
	var body []byte
	if env != nil {
		var err error
		if body, err = env.Append(nil, x.client.Style); err != nil {
			return nil, err
		}
	}
	for challenges := 0; ; challenges++ {
		e := &Exchange{Request: env, RequestBody: body, Repeated: challenges > 0}
		err := x.exchange(ctx, e, challenges)
		if err != nil || !e.Challenged {
			return e.Response, err
		}
	}
}

// exchange does one HTTP exchange.
func (x *exchanger) exchange(ctx context.Context, e *Exchange, challenges int) error {
	e.Start = time.Now()
	err := x.roundTrip(ctx, e, challenges)
	switch {
	case err != nil && ctx.Err() != nil:
		err = context.Cause(ctx)
	case timedOut(err):
		err = fmt.Errorf("%w: %w", ErrTimeout, err)
	}
	e.Took, e.Err = time.Since(e.Start), err
	if x.trace.Received != nil {
		x.trace.Received(e)
	}
	return err
}

// roundTrip sends a request on the session's connection and reads the response. A
// context that ends meanwhile cuts the connection.
func (x *exchanger) roundTrip(ctx context.Context, e *Exchange, challenges int) error {
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
	err = x.response(e, resp, challenges)
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
	var body io.Reader = http.NoBody
	if len(e.RequestBody) > 0 {
		body = bytes.NewReader(e.RequestBody)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, x.url.String(), body)
	if err != nil {
		return nil, err
	}
	req.Header.Set("User-Agent", "cwmp-go")
	if len(e.RequestBody) > 0 {
		req.Header.Set("Content-Type", contentType)
		req.Header["SOAPAction"] = []string{""}
	}
	if err := x.authorize(req, e.RequestBody); err != nil {
		return nil, err
	}
	x.jar.add(req)
	e.RequestHeader = req.Header
	return req, nil
}

const contentType = "text/xml; charset=utf-8"

// response reads what came back.
func (x *exchanger) response(e *Exchange, resp *http.Response, challenges int) error {
	e.Status, e.ResponseHeader = resp.StatusCode, resp.Header
	x.jar.take(resp)
	switch {
	case resp.StatusCode == http.StatusUnauthorized:
		return x.challenged(e, resp, challenges)
	case resp.StatusCode/100 != 2:
		return &StatusError{Code: resp.StatusCode, Status: resp.Status}
	}
	return x.read(e, resp.Body)
}

// read reads a response's body to its end, so that the connection can be used
// again.
func (x *exchanger) read(e *Exchange, body io.Reader) error {
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

// challenged takes in a 401 and prepares the repetition.
func (x *exchanger) challenged(e *Exchange, resp *http.Response, challenges int) error {
	if _, err := io.CopyN(io.Discard, resp.Body, maxDiscard); err != nil && err != io.EOF {
		return err
	}
	if challenges >= maxChallenges {
		return ErrCredentials
	}
	if err := x.learn(resp.Header); err != nil {
		return err
	}
	e.Challenged = true
	return nil
}
