package connreq

// NOTE: the ACS's end of HTTP connection requests, by the rows ACS-062 to ACS-066 that
// a conformance test of TR-069 section 3.2.2 has.

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/internal/digest"
)

// What a CPE may answer, and what the program hears of it.
func TestResults(t *testing.T) {
	ok, busy, odd := status("200 OK", empty), status("503 Busy", empty), errors.New("a StatusError")
	tests := map[string]struct {
		script []string
		want   Reply
		err    error
	}{
		"no challenge":          {[]string{ok}, Reply{Accepted, 200, -1}, nil},
		"digest, then 200":      {[]string{challenge("1"), ok}, Reply{Accepted, 200, 0}, nil},
		"digest, then 204":      {[]string{challenge("1"), status("204 No Content")}, Reply{Accepted, 204, 0}, nil},
		"any 2xx":               {[]string{challenge("1"), status("299 Well")}, Reply{Accepted, 299, 0}, nil},
		"stale":                 {[]string{challenge("1"), challenge("2", ", stale=true"), ok}, Reply{Accepted, 200, 0}, nil},
		"stale for ever":        {[]string{challenge("1"), challenge("2", ", stale=true"), challenge("3", ", stale=true")}, Reply{Refused, 401, -1}, ErrEndless},
		"fishing by nonce":      {[]string{challenge("1"), challenge("2")}, Reply{Refused, 401, -1}, ErrCredentials},
		"busy":                  {[]string{challenge("1"), busy}, Reply{Busy, 503, -1}, odd},
		"busy at once":          {[]string{busy}, Reply{Busy, 503, -1}, odd},
		"404":                   {[]string{status("404 X", empty)}, Reply{Refused, 404, -1}, odd},
		"not redirected":        {[]string{status("302 Found", empty, "Location: http://198.51.100.8/")}, Reply{Refused, 302, -1}, odd},
		"only 100":              {[]string{status("100 Continue") + thenShut}, Reply{Offline, 0, -1}, nil},
		"100 before":            {[]string{status("100 Continue") + status("102 Wait") + ok}, Reply{Accepted, 200, -1}, nil},
		"closed twice":          {[]string{hangUp, hangUp}, Reply{Offline, 0, -1}, ErrNoReply},
		"closed once":           {[]string{hangUp, challenge("1"), ok}, Reply{Accepted, 200, 0}, nil},
		"closed with a digest":  {[]string{challenge("1"), hangUp, ok}, Reply{Accepted, 200, 0}, nil},
		"closed again":          {[]string{hangUp, challenge("1"), hangUp, ok}, Reply{Accepted, 200, 0}, nil},
		"closed twice later":    {[]string{hangUp, challenge("1"), hangUp, hangUp}, Reply{Offline, 401, -1}, ErrNoReply},
		"silent":                {[]string{silence}, Reply{Offline, 0, -1}, context.DeadlineExceeded},
		"silent with a digest":  {[]string{challenge("1"), silence}, Reply{Offline, 401, -1}, context.DeadlineExceeded},
		"no HTTP":               {[]string{"SSH-2.0-x\r\n\r\n"}, Reply{Refused, 0, -1}, ErrNotHTTP},
		"no challenge with 401": {[]string{status("401 No", empty)}, Reply{Refused, 401, -1}, digest.ErrUnsupported},
		"malformed challenge":   {[]string{status("401 No", empty, `WWW-Authenticate: Digest realm="`)}, Reply{Refused, 401, -1}, digest.ErrMalformed},
		"Basic":                 {[]string{status("401 No", empty, `WWW-Authenticate: Basic realm="x"`)}, Reply{Refused, 401, -1}, ErrInsecureBasic},
		"another scheme":        {[]string{status("401 No", empty, `WWW-Authenticate: NTLM`)}, Reply{Refused, 401, -1}, digest.ErrUnsupported},
	}
	for name, tt := range tests {
		bubble(t, name, func(t *testing.T) {
			if name == "only 100" {
				tt.script, tt.err = append(tt.script, tt.script...), ErrNoReply
			}
			c := newCPE(t, tt.script...)
			got, err := c.send(t, Sender{}, right)
			assert.Equal(t, tt.want, got)
			switch {
			case tt.err == odd:
				assert.Equal(t, &StatusError{Code: tt.want.Status}, err)
			case tt.err != nil:
				assert.ErrorIs(t, err, tt.err)
			default:
				assert.NoError(t, err)
			}
		})
	}
}

// The request on the wire, and its digest.
func TestRequestOnTheWire(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		c := newCPE(t, challenge("1"), status("200 OK", empty))
		_, err := c.send(t, Sender{}, right)
		require.NoError(t, err)
		assert.Equal(t, "GET /7f3c HTTP/1.1\r\nHost: 198.51.100.7:7547\r\n\r\n", c.requests[0])
		assert.True(t, strings.HasPrefix(c.requests[1], "GET /7f3c HTTP/1.1\r\nHost: 198.51.100.7:7547\r\nAuthorization: Digest "))
		checkDigest(t, c.requests[1], user, password)
		assert.Equal(t, []int{1, 1}, c.on)
		assert.Equal(t, []string{"tcp 198.51.100.7:7547"}, c.dialled)
	})
}

// Credentials are tried in their order, each on the challenge that refused the last.
func TestCredentials(t *testing.T) {
	list := []Credential{{"a", "1"}, {"b", "2"}, {"c", "3"}}
	bubble(t, "the third", func(t *testing.T) {
		c := newCPE(t, challenge("1"), challenge("2"), challenge("3"), status("200 OK", empty))
		got, err := c.send(t, Sender{}, list...)
		assert.NoError(t, err)
		assert.Equal(t, Reply{Accepted, 200, 2}, got)
		for i, one := range list {
			checkDigest(t, c.requests[i+1], one.Username, one.Password)
			assert.Contains(t, c.requests[i+1], fmt.Sprintf(`nonce="%d"`, i+1))
		}
	})
	bubble(t, "of a CPE that closes after each 401 and does not say so", func(t *testing.T) {
		c := newCPE(t, challenge("1"), hangUp, challenge("2"), hangUp, challenge("3"), hangUp, status("200 OK", empty))
		got, err := c.send(t, Sender{}, list...)
		assert.NoError(t, err)
		assert.Equal(t, Reply{Accepted, 200, 2}, got)
		assert.Contains(t, c.requests[1], "nc=00000001")
		assert.Contains(t, c.requests[2], "nc=00000002", "the first may have been counted")
	})
	bubble(t, "stale after each hang-up", func(t *testing.T) {
		c := newCPE(t, challenge("1"), hangUp, challenge("2", ", stale=true"), challenge("3", ", stale=true"))
		_, err := c.send(t, Sender{}, right)
		assert.ErrorIs(t, err, ErrEndless)
	})
	bubble(t, "none", func(t *testing.T) {
		c := newCPE(t, challenge("1"), challenge("1"), challenge("1"), challenge("1"))
		got, err := c.send(t, Sender{}, list...)
		assert.ErrorIs(t, err, ErrCredentials)
		assert.Equal(t, Reply{Refused, 401, -1}, got)
	})
	bubble(t, "there are none", func(t *testing.T) {
		c := newCPE(t, challenge("1"))
		_, err := c.send(t, Sender{})
		assert.ErrorIs(t, err, ErrNoCredentials)
	})
	bubble(t, "that no header can carry", func(t *testing.T) {
		c := newCPE(t, challenge("1"))
		got, err := c.send(t, Sender{}, Credential{"a\r\nb", "p"})
		assert.ErrorIs(t, err, digest.ErrUnsendable)
		assert.Equal(t, Refused, got.Result)
	})
	bubble(t, "by Basic", func(t *testing.T) {
		basic := status("401 No", empty, `WWW-Authenticate: Basic realm="x"`)
		c := newCPE(t, basic, basic, status("200 OK", empty))
		got, err := c.send(t, Sender{InsecureBasic: true}, list...)
		assert.NoError(t, err)
		assert.Equal(t, Reply{Accepted, 200, 1}, got)
		assert.Contains(t, c.requests[1], "Authorization: Basic YTox\r\n")
		assert.Contains(t, c.requests[2], "Authorization: Basic Yjoy\r\n")
	})
	bubble(t, "by Basic, none", func(t *testing.T) {
		basic := status("401 No", empty, `WWW-Authenticate: Basic realm="x"`)
		c := newCPE(t, basic, basic)
		_, err := c.send(t, Sender{InsecureBasic: true}, right)
		assert.ErrorIs(t, err, ErrCredentials)
	})
	bubble(t, "by Basic and digest in turn", func(t *testing.T) {
		basic := status("401 No", empty, `WWW-Authenticate: Basic realm="x"`)
		c := newCPE(t, basic, challenge("1"), basic, challenge("2"), basic)
		_, err := c.send(t, Sender{InsecureBasic: true}, list...)
		assert.ErrorIs(t, err, ErrCredentials)
	})
}

// When the connection is given up, the digest goes out on another one.
func TestConnections(t *testing.T) {
	nonce := `WWW-Authenticate: Digest realm="r", qop="auth", nonce="1"`
	tests := map[string]struct {
		first string
		want  []int
	}{
		"kept":                   {challenge("1"), []int{1, 1}},
		"kept with a body":       {status("401 No", nonce, "Content-Length: 4") + "body", []int{1, 1}},
		"closed":                 {challenge("1") + thenShut, []int{1, 2}},
		"close is announced":     {status("401 No", nonce, empty, "Connection: close"), []int{1, 2}},
		"no length":              {status("401 No", nonce), []int{1, 2}},
		"two lengths":            {status("401 No", nonce, empty, "Content-Length: 1"), []int{1, 2}},
		"chunked":                {status("401 No", nonce, empty, "Transfer-Encoding: chunked") + "0\r\n\r\n", []int{1, 2}},
		"HTTP 1.0":               {"HTTP/1.0 401 No\r\n" + nonce + "\r\n" + empty + "\r\n\r\n", []int{1, 2}},
		"more than its length":   {status("401 No", nonce, "Content-Length: 1") + "body", []int{1, 2}},
		"less than its length":   {status("401 No", nonce, "Content-Length: 9") + "body" + thenHush, []int{1, 2}},
		"a body beyond 4 KiB":    {status("401 No", nonce, "Content-Length: 4096") + "x" + thenHush, []int{1, 2}},
		"a body without end":     {status("401 No", nonce) + strings.Repeat("x", 1<<20), []int{1, 2}},
		"LF, folded, no end":     {"HTTP/1.1 401 Unauthorized\nWWW-Authenticate: Digest realm=\"r\",\n qop=\"auth\",\n\tnonce=\"1\"\n" + thenShut, []int{1, 2}},
		"the same, then silence": {"HTTP/1.1 401 Unauthorized\nWWW-Authenticate: Digest realm=\"r\",\n nonce=\"1\"\n" + thenHush, []int{1, 2}},
	}
	for name, tt := range tests {
		bubble(t, name, func(t *testing.T) {
			c := newCPE(t, tt.first, status("200 OK", empty))
			got, err := c.send(t, Sender{}, right)
			assert.NoError(t, err)
			assert.Equal(t, Reply{Accepted, 200, 0}, got)
			assert.Equal(t, tt.want, c.on)
			checkDigest(t, c.requests[1], user, password)
		})
	}
}

// A reply is waited for to the end of the time-out, or of the caller's patience.
func TestSendTimes(t *testing.T) {
	bubble(t, "default", func(t *testing.T) {
		c := newCPE(t, silence)
		assert.Equal(t, DefaultTimeout, took(func() { c.send(t, Sender{}, right) }))
	})
	bubble(t, "half a line", func(t *testing.T) {
		c := newCPE(t, "HTTP/1.1 2"+thenHush)
		assert.Equal(t, time.Second, took(func() {
			got, err := c.send(t, Sender{Timeout: time.Second}, right)
			assert.Equal(t, Offline, got.Result)
			assert.ErrorIs(t, err, context.DeadlineExceeded)
		}))
	})
	bubble(t, "half a head", func(t *testing.T) {
		c := newCPE(t, "HTTP/1.1 200 OK\r\nX: "+thenHush)
		assert.Equal(t, quiet, took(func() {
			got, err := c.send(t, Sender{}, right)
			assert.NoError(t, err)
			assert.Equal(t, Accepted, got.Result)
		}))
	})
	bubble(t, "cancelled", func(t *testing.T) {
		c := newCPE(t, silence)
		ctx, cancel := context.WithCancelCause(t.Context())
		tired := errors.New("tired")
		time.AfterFunc(time.Second, func() { cancel(tired) })
		s := Sender{Policy: docs, Dial: c.Dial}
		assert.Equal(t, time.Second, took(func() {
			got, err := s.Send(ctx, cpeURL, right)
			assert.ErrorIs(t, err, tired)
			assert.Equal(t, Offline, got.Result)
		}))
	})
	bubble(t, "nobody listens", func(t *testing.T) {
		s := Sender{Policy: docs, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}}
		assert.Equal(t, DefaultTimeout, took(func() {
			got, err := s.Send(t.Context(), cpeURL, right)
			assert.ErrorIs(t, err, context.DeadlineExceeded)
			assert.Equal(t, Offline, got.Result)
		}))
	})
}

// The addresses of a name are tried in turn, each with its part of the time.
func TestAddressesInTurn(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		c := newCPE(t, challenge("1")+thenShut, status("200 OK", empty))
		dial := func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := c.Dial(ctx, network, address)
			if strings.HasPrefix(address, "192.0.2.") {
				conn.Close()
				<-ctx.Done()
				return nil, ctx.Err()
			}
			return conn, err
		}
		s := Sender{Policy: docs, Dial: dial, Resolve: names(map[string][]string{
			"cpe.example": {"192.0.2.1", "10.0.0.1", "192.0.2.2", "198.51.100.7", "198.51.100.8", "198.51.100.9"}})}
		assert.Equal(t, 5*time.Second, took(func() {
			got, err := s.Send(t.Context(), "http://cpe.example/x", right)
			assert.NoError(t, err)
			assert.Equal(t, Accepted, got.Result)
		}))
		assert.Equal(t, []string{"tcp 192.0.2.1:80", "tcp 192.0.2.2:80", "tcp 198.51.100.7:80", "tcp 198.51.100.7:80"}, c.dialled)
		assert.Contains(t, c.requests[0], "Host: cpe.example\r\n")
	})
}

func TestRequireAuth(t *testing.T) {
	old := status("401 No", empty, `WWW-Authenticate: Digest realm="r", nonce="1"`)
	bubble(t, "no", func(t *testing.T) {
		c := newCPE(t, old, status("200 OK", empty))
		_, err := c.send(t, Sender{}, right)
		assert.NoError(t, err)
		checkDigest(t, c.requests[1], user, password)
	})
	bubble(t, "yes", func(t *testing.T) {
		_, err := newCPE(t, old).send(t, Sender{RequireAuth: true}, right)
		assert.ErrorIs(t, err, digest.ErrPolicy)
		assert.ErrorContains(t, err, "challenge that cannot be answered")
	})
}

// Both ends of the library wake each other, by each digest.
func TestBothEnds(t *testing.T) {
	for _, sha := range []bool{false, true} {
		bubble(t, fmt.Sprint("SHA-256 ", sha), func(t *testing.T) {
			p := listen(t, &Listener{SHA256: sha})
			s := Sender{Policy: docs, Dial: p.Dial}
			got, err := s.Send(t.Context(), p.listener.URL("192.0.2.1:7547"), Credential{user, "old"}, right)
			assert.NoError(t, err)
			assert.Equal(t, Reply{Accepted, 200, 1}, got)
			<-p.gate.C()
			assert.True(t, p.gate.Begin())
			p.gate.RefuseInSession = true
			got, _ = s.Send(t.Context(), p.listener.URL("192.0.2.1:7547"), right)
			assert.Equal(t, Reply{Busy, 503, -1}, got)
		})
	}
}

func TestResultString(t *testing.T) {
	assert.Equal(t, "accepted busy offline refused result 0 result 9", fmt.Sprint(Accepted, Busy, Offline, Refused, Result(0), Result(9)))
}

// The system's resolver and dialer, on the loopback.
func TestSendForReal(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	l := &Listener{Gate: &Gate{Credentials: credentials}}
	served := make(chan error)
	go func() { served <- l.Serve(ctx, ln) }()
	s := Sender{Policy: Policy{Allow: prefixes("127.0.0.0/8")}}
	_, port, _ := net.SplitHostPort(ln.Addr().String())
	for _, host := range []string{"127.0.0.1", "localhost", "[::ffff:127.0.0.1]"} {
		got, err := s.Send(ctx, l.URL(host+":"+port), right)
		assert.NoError(t, err)
		assert.Equal(t, Reply{Accepted, 200, 0}, got, host)
	}
	cancel()
	assert.ErrorIs(t, <-served, context.Canceled)
	got, err := s.Send(t.Context(), l.URL("127.0.0.1:"+port), right)
	assert.Error(t, err)
	assert.Equal(t, Reply{Offline, 0, -1}, got)
}
