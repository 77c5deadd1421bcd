package transport_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/x509"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/transport"
)

// NOTE: the procedure of connecting, asking for the ACS URL and setting it, as a
// recorder on the wire sees it (TR-069 sections 3.4 and 3.7).

// A tap is a TCP proxy that records the bytes of each direction.
type tap struct {
	listener net.Listener
	target   string
	wait     sync.WaitGroup

	mu    sync.Mutex
	conns int
	up    bytes.Buffer // CPE to ACS
	down  bytes.Buffer
	turns []string // "up" and "down" as the direction changes
}

func newTap(t *testing.T, target string) *tap {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	p := &tap{listener: l, target: target}
	p.wait.Go(p.serve)
	t.Cleanup(func() { l.Close(); p.wait.Wait() })
	return p
}

func (p *tap) addr() string { return p.listener.Addr().String() }

func (p *tap) serve() {
	for {
		near, err := p.listener.Accept()
		if err != nil {
			return
		}
		far, err := net.Dial("tcp", p.target)
		if err != nil {
			near.Close()
			continue
		}
		p.mu.Lock()
		p.conns++
		p.mu.Unlock()
		p.wait.Go(func() { p.copy(far, near, &p.up, "up") })
		p.wait.Go(func() { p.copy(near, far, &p.down, "down") })
	}
}

// copy copies one direction until its end closes, and closes the other.
func (p *tap) copy(to, from net.Conn, log *bytes.Buffer, turn string) {
	defer to.Close()
	b := make([]byte, 32<<10)
	for {
		n, err := from.Read(b)
		p.mu.Lock()
		log.Write(b[:n])
		if n > 0 && (len(p.turns) == 0 || p.turns[len(p.turns)-1] != turn) {
			p.turns = append(p.turns, turn)
		}
		p.mu.Unlock()
		if err != nil {
			return
		}
		if _, err := to.Write(b[:n]); err != nil {
			return
		}
	}
}

// stop waits for the connections to close and returns what was recorded.
func (p *tap) stop() (conns int, up, down []byte, turns int) {
	p.listener.Close()
	p.wait.Wait()
	return p.conns, p.up.Bytes(), p.down.Bytes(), len(p.turns)
}

// switchOver asks for the ACS URL and sets another.
func switchOver(ctx context.Context, s *transport.Session) error {
	const name = "Device.ManagementServer.URL"
	v, err := transport.Do(ctx, s, &rpc.GetParameterValues{ParameterNames: []string{name}})
	if err != nil {
		return err
	}
	_, err = transport.Do(ctx, s, &rpc.SetParameterValues{ParameterList: []rpc.ParameterValue{
		{Name: name, Value: rpc.StringValue(v.ParameterList[0].Value.Text + "/backup")},
	}})
	return err
}

// answerSwitchOver is the CPE that belongs to it.
func answerSwitchOver(_ context.Context, request rpc.Message) (rpc.Message, error) {
	switch m := request.(type) {
	case *rpc.GetParameterValues:
		return &rpc.GetParameterValuesResponse{ParameterList: []rpc.ParameterValue{
			{Name: m.ParameterNames[0], Value: rpc.StringValue("http://acs.test")},
		}}, nil
	case *rpc.SetParameterValues:
		return &rpc.SetParameterValuesResponse{}, nil
	}
	return nil, rpc.FaultMethodNotSupported
}

func newFigure2ACS(t *testing.T, ended chan error) *httptest.Server {
	srv := httptest.NewUnstartedServer(&transport.Server{
		Handler:       transport.Script(switchOver),
		Authenticator: digestAuth(),
		Ended:         func(_ *transport.Session, err error) { ended <- err },
	})
	srv.Config.ErrorLog = log.New(io.Discard, "", 0)
	t.Cleanup(srv.Close)
	return srv
}

func TestFigure2(t *testing.T) {
	ended := make(chan error, 1)
	srv := newFigure2ACS(t, ended)
	srv.Start()
	p := newTap(t, srv.Listener.Addr().String())
	client := &transport.Client{
		URL: "http://" + p.addr() + "/acs", Username: user, Password: password, Handle: answerSwitchOver,
	}
	result, err := client.Do(t.Context(), newInform())
	require.NoError(t, err)
	require.NoError(t, <-ended)
	assert.Len(t, result.Answers, 1)
	conns, up, down, turns := p.stop()
	assert.Equal(t, 1, conns, "TCP connections")

	requests, bodies := parseRequests(t, up)
	responses, answers := parseResponses(t, down, requests)
	assert.Equal(t, []string{
		"Inform", "Inform", "(empty)", "GetParameterValuesResponse", "SetParameterValuesResponse",
	}, names(t, bodies))
	assert.Equal(t, []string{
		"(empty)", "InformResponse", "GetParameterValues", "SetParameterValues", "(empty)",
	}, names(t, answers))
	assert.Equal(t, 10, turns, "requests and responses alternate")
	assert.Equal(t, bodies[0], bodies[1], "the Inform is repeated byte for byte")
	assert.Equal(t, ids(t, bodies)[1], ids(t, answers)[1])
	assert.Equal(t, ids(t, answers)[2:4], ids(t, bodies)[3:5])
	for i, r := range requests {
		checkRequest(t, r, bodies[i], i > 0)
	}
	for i, want := range []int{401, 200, 200, 200, 204} {
		checkResponse(t, responses[i], answers[i], want)
	}
}

// checkRequest checks the headers of a POST.
func checkRequest(t *testing.T, r *http.Request, body string, authorized bool) {
	t.Helper()
	assert.Equal(t, "POST", r.Method)
	assert.Equal(t, authorized, r.Header.Get("Authorization") != "")
	assert.Equal(t, int64(len(body)), r.ContentLength)
	assert.Empty(t, r.TransferEncoding)
	assert.NotContains(t, r.Header, "Expect")
	if body == "" {
		assert.NotContains(t, r.Header, "Content-Type")
		assert.NotContains(t, r.Header, "Soapaction")
		assert.Equal(t, "0", r.Header.Get("Content-Length"))
		return
	}
	assert.Equal(t, []string{"text/xml; charset=utf-8"}, r.Header["Content-Type"])
	assert.Equal(t, []string{""}, r.Header["Soapaction"])
}

func checkResponse(t *testing.T, r *http.Response, body string, status int) {
	t.Helper()
	assert.Equal(t, status, r.StatusCode)
	assert.Equal(t, status == 401, r.Header.Get("WWW-Authenticate") != "")
	switch status {
	case 200:
		assert.Equal(t, "text/xml; charset=utf-8", r.Header.Get("Content-Type"))
		assert.Equal(t, int64(len(body)), r.ContentLength)
	default:
		assert.Empty(t, body)
		assert.NotContains(t, r.Header, "Content-Type")
	}
}

// parseRequests reads the requests of a connection. Content-Length, which
// net/http takes out of the header, is put back as it was on the wire.
func parseRequests(t *testing.T, wire []byte) (all []*http.Request, bodies []string) {
	t.Helper()
	heads := headsOf(string(wire), "POST ")
	for r := bufio.NewReader(bytes.NewReader(wire)); ; {
		req, err := http.ReadRequest(r)
		if err == io.EOF {
			return all, bodies
		}
		require.NoError(t, err)
		body, err := io.ReadAll(req.Body)
		require.NoError(t, err)
		if strings.Contains(heads[len(all)], "\r\nContent-Length: 0\r\n") {
			req.Header.Set("Content-Length", "0")
		}
		all, bodies = append(all, req), append(bodies, string(body))
	}
}

func parseResponses(t *testing.T, wire []byte, requests []*http.Request) (all []*http.Response, bodies []string) {
	t.Helper()
	r := bufio.NewReader(bytes.NewReader(wire))
	for _, req := range requests {
		resp, err := http.ReadResponse(r, req)
		require.NoError(t, err)
		body, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		all, bodies = append(all, resp), append(bodies, string(body))
	}
	_, err := r.ReadByte()
	assert.Equal(t, io.EOF, err, "bytes behind the last response")
	return all, bodies
}

// headsOf cuts a recording into pieces that each begin with a request line.
func headsOf(wire, start string) []string {
	var all []string
	for _, piece := range strings.Split(wire, start)[1:] {
		head, _, _ := strings.Cut(piece, "\r\n\r\n")
		all = append(all, head+"\r\n")
	}
	return all
}

// names are the messages of the bodies.
func names(t *testing.T, bodies []string) (all []string) {
	for _, b := range bodies {
		if b == "" {
			all = append(all, "(empty)")
			continue
		}
		env, err := rpc.Parse([]byte(b), rpc.Config{})
		require.NoError(t, err)
		all = append(all, env.Message.Method())
	}
	return all
}

// ids are the cwmp:IDs of the bodies.
func ids(t *testing.T, bodies []string) (all []string) {
	for _, b := range bodies {
		env, err := rpc.Parse([]byte(b), rpc.Config{})
		if err != nil {
			env = new(rpc.Envelope)
		}
		all = append(all, env.ID)
	}
	return all
}

// TestFigure2TLS: over TLS the session is one connection too.
func TestFigure2TLS(t *testing.T) {
	ended := make(chan error, 1)
	srv := newFigure2ACS(t, ended)
	srv.StartTLS()
	p := newTap(t, srv.Listener.Addr().String())
	roots := x509.NewCertPool()
	roots.AddCert(srv.Certificate())
	var trail []string
	client := &transport.Client{
		URL: "https://" + p.addr() + "/acs", Username: user, Password: password, Handle: answerSwitchOver,
		TLS: tlsRoots(roots), Trace: trailOf(&trail),
	}
	_, err := client.Do(t.Context(), newInform())
	require.NoError(t, err)
	require.NoError(t, <-ended)
	conns, up, down, _ := p.stop()
	assert.Equal(t, 1, conns)
	for _, wire := range [][]byte{up, down} {
		assert.NotContains(t, string(wire), "Inform", "plain text on the wire")
	}
	assert.Equal(t, []string{
		"connected", "tls", "post Inform", "401", "post Inform again", "200", "post (empty)", "200",
		"post GetParameterValuesResponse", "200", "post SetParameterValuesResponse", "204", "closed",
	}, trail)
}
