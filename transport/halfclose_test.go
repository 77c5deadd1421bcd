package transport_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/session"
	"github.com/cwmp-go/cwmp/transport"
)

// NOTE: CPEs that close their half of the connection behind each POST and read the
// answer then, and the order in which a program is told of exchanges and ends.

// halfClosed posts a body so, and returns the response with its body.
func halfClosed(t *testing.T, n *network, cookie, body string) (*http.Response, string) {
	conn, err := n.Dial(t.Context(), "tcp", "acs.test:80")
	require.NoError(t, err)
	defer conn.Close()
	_, err = fmt.Fprintf(conn, "POST / HTTP/1.1\r\nHost: a\r\nCookie: %s\r\nContent-Length: %d\r\n\r\n%s", cookie, len(body), body)
	require.NoError(t, err)
	require.NoError(t, conn.(*end).CloseWrite())
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	require.NoError(t, err)
	got, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp, string(got)
}

// afterFIN serves a POST when all of it has come and net/http has noticed that the CPE has
// closed its half, which ends the request's context.
func afterFIN(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		<-r.Context().Done()
		r.Body = io.NopCloser(bytes.NewReader(body))
		h.ServeHTTP(w, r)
	})
}

func TestHalfClosedBehindThePOST(t *testing.T) {
	turn := plan(&rpc.Reboot{})
	script := func(think time.Duration) transport.Handler {
		return transport.Script(func(ctx context.Context, s *transport.Session) error {
			pass(think)
			_, err := transport.Do(ctx, s, &rpc.Reboot{})
			return err
		})
	}
	for _, tt := range []struct {
		name   string
		h      func() transport.Handler
		store  bool
		served bool
	}{
		{"turn", func() transport.Handler { return turn }, false, true},
		{"turn, stored", func() transport.Handler { return turn }, true, true},
		{"script", func() transport.Handler { return script(0) }, false, true},
		{"script, stored", func() transport.Handler { return script(0) }, true, true},
		{"script that thinks", func() transport.Handler { return script(time.Second / 2) }, false, true},
		{"script that thinks long", func() transport.Handler { return script(2 * time.Second) }, false, false},
	} {
		bubble(t, tt.name, func(t *testing.T) {
			var ends []error
			srv := &transport.Server{Handler: tt.h(), Ended: func(_ *transport.Session, err error) { ends = append(ends, err) }}
			if tt.store {
				srv.Store = &transport.MemoryStore{}
			}
			n := newNetwork(cut{})
			n.serve(t, "acs.test:80", afterFIN(srv), nil)
			resp, body := halfClosed(t, n, "", document(t, rpc.NewEnvelope(rpc.V12, "1", newInform())))
			require.Contains(t, body, "InformResponse")
			cookie, _, _ := strings.Cut(resp.Header.Get("Set-Cookie"), ";")
			_, body = halfClosed(t, n, cookie, "")
			if !tt.served {
				assert.Empty(t, body)
				assert.Equal(t, []error{context.Canceled}, ends)
				pass(time.Second * 2) // for the script
				return
			}
			require.Contains(t, body, "Reboot")
			resp, _ = halfClosed(t, n, cookie, document(t, rpc.NewEnvelope(rpc.V12, "acs-1", &rpc.RebootResponse{})))
			assert.Equal(t, http.StatusNoContent, resp.StatusCode)
			synctest.Wait()
			assert.Equal(t, []error{nil}, ends)
		})
	}
}

// A session that is ended from outside while its last exchange is told of has ended
// after that, for the program.
func TestEndedAfterTheLastExchange(t *testing.T) {
	for name, want := range map[string]error{"by the clock": session.ErrDuration, "by a new Inform": transport.ErrSuperseded} {
		bubble(t, name, func(t *testing.T) {
			var mu sync.Mutex
			var opened *transport.Session
			var told []string // of the first session
			tell := func(s *transport.Session, what string) {
				mu.Lock()
				defer mu.Unlock()
				if opened == nil {
					opened = s
				}
				if opened == s {
					told = append(told, what)
				}
			}
			srv := &transport.Server{MaxDuration: time.Minute, Timeout: time.Hour, Handler: plan(&rpc.Reboot{})}
			srv.Exchanged = func(e *transport.Exchange) {
				if e.Request == nil {
					pass(2 * time.Minute)
				}
				tell(e.Session, "exchange")
			}
			srv.Ended = func(s *transport.Session, err error) { tell(s, fmt.Sprint("ended: ", err)) }
			n := newNetwork(cut{})
			n.serve(t, "acs.test:80", srv, nil)
			inform := document(t, rpc.NewEnvelope(rpc.V12, "1", newInform()))
			resp, _ := halfClosed(t, n, "", inform)
			cookie, _, _ := strings.Cut(resp.Header.Get("Set-Cookie"), ";")
			done := make(chan struct{})
			go func() {
				defer close(done)
				_, body := halfClosed(t, n, cookie, "")
				assert.Contains(t, body, "Reboot", "late as it is")
			}()
			pass(time.Second)
			if want == transport.ErrSuperseded {
				halfClosed(t, n, "", inform)
			}
			<-done
			synctest.Wait()
			mu.Lock()
			defer mu.Unlock()
			assert.Equal(t, []string{"exchange", "exchange", "ended: " + want.Error()}, told)
		})
	}
}

// MaxMessages bounds a session, at either end.
func TestMaxMessages(t *testing.T) {
	for _, tt := range []struct{ server, client, asked int }{
		{0, 2000, 999}, {5, 0, 4}, {1200, 2000, 1199}, {2000, 0, 1000}, {2000, 5, 5},
	} {
		bubble(t, fmt.Sprint(tt.server, tt.client), func(t *testing.T) {
			asked := 0
			b := newBench(t, &transport.Server{MaxMessages: tt.server, Handler: transport.HandlerFunc(
				func(context.Context, *transport.Session, rpc.Message) (rpc.Message, error) {
					asked++
					return &rpc.GetRPCMethods{}, nil
				})})
			client := newClient(b.net)
			client.MaxMessages = tt.client
			client.Handle = answerAll
			_, err := client.Do(t.Context(), newInform())
			assert.Equal(t, tt.asked, asked)
			if tt.asked < tt.server || tt.server == 0 {
				assert.Error(t, err)
			}
			if tt.server < 2000 {
				assert.Equal(t, []error{session.ErrMessages}, b.ends())
			} else {
				assert.ErrorIs(t, err, session.ErrMessages)
			}
		})
	}
}
