package transport_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/transport"
)

// NOTE: SEC-31: passwords and session ids in what a program prints, logs or is told.
// secrets_test.go has what peers send.

// printed is a value in every form that programs print values in.
func printed(values ...any) string {
	var b strings.Builder
	for _, v := range values {
		fmt.Fprintf(&b, "%v %+v %#v %s\n", v, v, v, v)
		if text, err := json.Marshal(v); err == nil {
			b.Write(text)
		}
		for _, h := range []slog.Handler{slog.NewJSONHandler(&b, nil), slog.NewTextHandler(&b, nil)} {
			slog.New(h).Info("value", "v", v)
		}
	}
	return b.String()
}

// TestSEC31Printed: the structs that hold secrets can be printed.
func TestSEC31Printed(t *testing.T) {
	key := []byte("canary-key-canary-key-canary-key")
	client := &transport.Client{URL: acsURL, Username: user, Password: password}
	auth := &transport.DigestAuth{NonceKey: key, Password: passwords}
	for name, text := range map[string]string{
		"Client": printed(client), "Client in a struct": printed(struct{ C *transport.Client }{client}),
		"Client, copied": printed(*client), "DigestAuth": printed(auth),
	} {
		assert.NotContains(t, text, password, name)
		assert.NotContains(t, text, string(key), name)
		assert.NotContains(t, text, strings.Trim(fmt.Sprint(key), "[]"), name)
		assert.NotContains(t, text, strings.Trim(fmt.Sprintf("%#v", key), "[]byte{}"), name)
	}
	assert.Contains(t, printed(client), acsURL, "what is no secret is shown")
	assert.NotContains(t, printed(&transport.Client{URL: "http://u:" + password + "@acs.test/"}), password)
	assert.NotContains(t, printed(&transport.Client{URL: "http://u:" + password + "@[::1"}), password)
	assert.Equal(t, `transport.Session{"?", ""}`, fmt.Sprint(new(transport.Session)))
}

// TestSEC31PrintedSession: nor do a Server and a Session tell the ids of sessions.
func TestSEC31PrintedSession(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		srv := &transport.Server{Authenticator: digestAuth()}
		text := ""
		srv.Answer = func(_ context.Context, s *transport.Session, _ rpc.Message) (rpc.Message, error) {
			text = printed(s)
			return nil, nil
		}
		b := newBench(t, srv)
		c := b.cpe(user, password)
		c.inform()
		_, value, _ := strings.Cut(c.cookie, "=")
		require.NotEmpty(t, value)
		assert.Contains(t, text, "00D09E-Box-1")
		text += printed(srv)
		assert.NotContains(t, text, value)
		assert.Contains(t, text, "1 open")
	})
}

// TestSEC31Sessions: sessions with every scheme, well and badly ended, under a password
// and a session id that no text of either end may have.
func TestSEC31Sessions(t *testing.T) {
	for name, p := range map[string]play{
		"digest": {digest: true}, "TLS": {tls: true, digest: true}, "moved": {moved: true, digest: true},
	} {
		for _, c := range []cut{{}, {byRST, up, 900}, {byStall, down, 700}, {byFIN, down, 900}} {
			bubble(t, fmt.Sprint(name, c), func(t *testing.T) {
				p.events, p.tasks = []rpc.Event{event(rpc.EventPeriodic)}, []rpc.Message{set}
				s := p.stage(t, c, nil)
				var log logBuffer
				var text strings.Builder
				s.server.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
				var cookies []string
				s.device.client.Trace = &transport.Trace{
					Connected: func(c *transport.Connection) { fmt.Fprintln(&text, c.Local, c.Remote) },
					Received: func(e *transport.Exchange) {
						fmt.Fprintln(&text, e.Err, e.Redirected, e.Request, e.Response)
						for _, line := range e.ResponseHeader["Set-Cookie"] {
							value, _, _ := strings.Cut(strings.TrimPrefix(line, "cwmp="), ";")
							cookies = append(cookies, value)
						}
					},
				}
				s.perform()
				s.desk.mu.Lock()
				defer s.desk.mu.Unlock()
				fmt.Fprintln(&text, s.device.fails, s.desk.ended)
				all := log.String() + text.String() + printed(s.device.client)
				require.NotEmpty(t, log.String())
				require.NotEmpty(t, cookies)
				assert.NotContains(t, all, password)
				for _, value := range cookies {
					assert.NotContains(t, all, value)
				}
			})
		}
	}
}

// TestSEC31HandlerErrors: what a program's own error says stays with the program.
func TestSEC31HandlerErrors(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		srv := &transport.Server{
			Handler: transport.HandlerFunc(func(context.Context, *transport.Session, rpc.Message) (rpc.Message, error) {
				return nil, errors.New("database: " + password)
			}),
			Answer: func(_ context.Context, _ *transport.Session, m rpc.Message) (rpc.Message, error) {
				if _, ok := m.(*rpc.TransferComplete); ok {
					return nil, errors.New("database: " + password)
				}
				return nil, nil
			},
		}
		n := newNetwork(cut{})
		n.serve(t, "acs.test:80", srv, nil)
		var wire strings.Builder
		c := &transport.Client{URL: acsURL, Dial: n.Dial, Trace: &transport.Trace{
			Received: func(e *transport.Exchange) { fmt.Fprint(&wire, e.ResponseHeader, string(e.ResponseBody), e.Err) },
		}}
		result, err := c.Do(t.Context(), newInform(), complete("d"))
		require.NoError(t, err)
		require.Len(t, result.Answers, 2)
		assert.Equal(t, "Fault", result.Answers[1].Method())
		assert.NotContains(t, wire.String(), password)
	})
}

// TestSEC31MalformedResponses: net/http's errors quote what they are about; ours do not
// quote headers, nor anything at length.
func TestSEC31MalformedResponses(t *testing.T) {
	long := strings.Repeat("\xf1", 9000)
	for i, text := range []string{
		"HTTP/1.1 200 OK\r\nSet-Cookie " + password + "\r\n\r\n", "HTTP/1.1 200 OK\r\n Set-Cookie: " + password + "\r\n\r\n",
		"HTTP/1.1 200 OK\r\nSet-Cookie: a=" + password + "\x7f\r\n\r\n", "HTTP/1.1 200 OK\r\nX: " + long + "\x00\r\n\r\n",
		"HTTP/1.1 200 OK\r\n" + long + "\r\n\r\n", "HTTP/1.1 " + long + "\r\n\r\n", long + "\r\n\r\n", "HTTP/9.9 200 " + long + "\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: " + long + "\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: " + long + "\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n \r\n0\r\nSet-Cookie " + password + "\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + long + "\r\n", "HTTP/1.1 200 OK\r\nContent-Encoding: " + long + "\r\n\r\n",
	} {
		bubble(t, fmt.Sprint(i), func(t *testing.T) {
			b := babble(t, []byte(text))
			_, err := b.client(transport.GZIP).Do(t.Context(), newInform())
			oneLine(t, err)
			assert.Less(t, len(err.Error()), 200)
		})
	}
}

// TestSEC31Location: a name and password in the URL of a redirect are in no error; the
// field has them, as the wire had.
func TestSEC31Location(t *testing.T) {
	for location, want := range map[string]string{
		"http://u:" + password + "@b.test/x":     "http://***@b.test/x",
		"//u:" + password + "@b.test:80":         "//***@b.test:80",
		"http://u:" + password + "@b@c.test?a=@": "http://***@c.test?a=@",
		"http://u:" + password + "@b.test:bad/x": "http://***@b.test:bad/x",
		"ftp://b.test/a@b":                       "ftp://b.test/a@b",
	} {
		bubble(t, want, func(t *testing.T) {
			acs := acsOf(t, status(302, "", "Location", location))
			_, err := newClient(serveHTTP(t, acs)).Do(t.Context(), newInform())
			e, ok := errors.AsType[*transport.RedirectError](err)
			require.True(t, ok, "%v", err)
			assert.Equal(t, location, e.Location)
			assert.ErrorIs(t, err, transport.ErrURL)
			assert.Contains(t, err.Error(), "redirect to \""+want+"\"")
			oneLine(t, err)
		})
	}
}
