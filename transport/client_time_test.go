package transport_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/transport"
)

// NOTE: time-outs and cancellation of a Client, in virtual time. A connection or
// a goroutine that outlives the session fails the test's bubble.

// deaf accepts connections and never reads nor writes.
func deaf(t *testing.T, m *memory) {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			c, err := m.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { c.Close() })
		}
	}()
	t.Cleanup(func() { m.Close(); <-ended })
}

// phases are the places at which an ACS may stop: what the client's network is,
// and how long the default patience makes it wait there.
var phases = []struct {
	name    string
	network func(t *testing.T) *memory
}{
	{"connect", func(*testing.T) *memory { return newMemory() }},
	{"write", func(t *testing.T) *memory { m := newMemory(); deaf(t, m); return m }},
	{"header", func(t *testing.T) *memory { return serveHTTP(t, acsOf(t, stall(""))) }},
	{"body", func(t *testing.T) *memory { return serveHTTP(t, acsOf(t, stall("<?xml"))) }},
	{"body of a challenge", func(t *testing.T) *memory {
		return serveHTTP(t, acsOf(t, func(w http.ResponseWriter, r *http.Request, in *rpc.Envelope) {
			w.Header().Set("WWW-Authenticate", challenge)
			w.WriteHeader(401)
			stall("page")(w, r, in)
		}))
	}},
	{"after the yield", func(t *testing.T) *memory { return serveHTTP(t, acsOf(t, accept, stall(""))) }},
	{"body that trickles", func(t *testing.T) *memory { return serveHTTP(t, acsOf(t, trickle)) }},
}

// trickle sends a byte every ten seconds.
func trickle(w http.ResponseWriter, r *http.Request, _ *rpc.Envelope) {
	for {
		io.WriteString(w, " ")
		w.(http.Flusher).Flush()
		select {
		case <-r.Context().Done():
			return
		case <-time.After(10 * time.Second):
		}
	}
}

func TestClientTimeout(t *testing.T) {
	for _, tt := range phases {
		for _, wait := range []struct{ set, want time.Duration }{
			{0, 60 * time.Second}, {time.Second, 30 * time.Second}, {30 * time.Second, 30 * time.Second}, {2 * time.Minute, 2 * time.Minute},
		} {
			bubble(t, tt.name+"/"+wait.set.String(), func(t *testing.T) {
				client := newClient(tt.network(t))
				client.Timeout = wait.set
				start := time.Now()
				result, err := client.Do(t.Context(), newInform())
				assert.Equal(t, wait.want, time.Since(start))
				assert.ErrorIs(t, err, transport.ErrTimeout)
				oneLine(t, err)
				_, ok := errors.AsType[*transport.ExchangeError](err)
				assert.True(t, ok, "%T", err)
				assert.NotNil(t, result)
			})
		}
	}
}

// Patience is for each response, not for the session.
func TestClientPatience(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		slow := func(s step) step {
			return func(w http.ResponseWriter, r *http.Request, in *rpc.Envelope) { pass(59 * time.Second); s(w, r, in) }
		}
		m := serveHTTP(t, acsOf(t, slow(accept), slow(ask(&rpc.Reboot{})), slow(empty)))
		client := newClient(m)
		client.Handle = answerAll
		start := time.Now()
		_, err := client.Do(t.Context(), newInform())
		require.NoError(t, err)
		assert.Equal(t, 177*time.Second, time.Since(start))
	})
}

func TestClientCancelled(t *testing.T) {
	why := errors.New("the user pulled the plug")
	for _, tt := range phases {
		bubble(t, tt.name, func(t *testing.T) {
			client := newClient(tt.network(t))
			ctx, cancel := context.WithCancelCause(t.Context())
			time.AfterFunc(7*time.Second, func() { cancel(why) })
			start := time.Now()
			result, err := client.Do(ctx, newInform())
			assert.Equal(t, 7*time.Second, time.Since(start))
			assert.True(t, errors.Is(err, why) || errors.Is(err, context.Canceled), "%v", err)
			assert.NotErrorIs(t, err, transport.ErrTimeout)
			oneLine(t, err)
			assert.NotNil(t, result)
		})
		bubble(t, tt.name+"/deadline", func(t *testing.T) {
			client := newClient(tt.network(t))
			ctx, cancel := context.WithTimeout(t.Context(), 7*time.Second)
			defer cancel()
			start := time.Now()
			_, err := client.Do(ctx, newInform())
			assert.Equal(t, 7*time.Second, time.Since(start))
			assert.ErrorIs(t, err, context.DeadlineExceeded)
			assert.NotErrorIs(t, err, transport.ErrTimeout, "the program's deadline is not the ACS's fault")
		})
	}
}

// A context that has ended before the call does not reach the network.
func TestClientCancelledBefore(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		acs := acsOf(t, accept, empty)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := newClient(serveHTTP(t, acs)).Do(ctx, newInform())
		assert.ErrorIs(t, err, context.Canceled)
		assert.Empty(t, acs.posted)
	})
}

// A handler sees the context; what it answers then is not sent.
func TestClientCancelledInHandle(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		acs := acsOf(t, accept, ask(&rpc.Reboot{}), empty)
		client := newClient(serveHTTP(t, acs))
		ctx, cancel := context.WithCancel(t.Context())
		client.Handle = func(ctx context.Context, m rpc.Message) (rpc.Message, error) {
			cancel()
			<-ctx.Done()
			return nil, ctx.Err()
		}
		_, err := client.Do(ctx, newInform())
		assert.ErrorIs(t, err, context.Canceled)
		assert.Equal(t, []string{"Inform", "(empty)"}, acs.posted)
	})
}

// A dial that does not look at its context brings its connection after the session
// is over: it is closed, and nobody is told of it.
func TestClientLateConnection(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		m := serveHTTP(t, acsOf(t, accept, empty))
		client := newClient(m)
		dialed := make(chan struct{})
		client.Dial = func(context.Context, string, string) (net.Conn, error) {
			defer close(dialed)
			pass(20 * time.Second)
			return m.Dial(context.Background(), "", "")
		}
		var trail []string
		client.Trace = trailOf(&trail)
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		_, err := client.Do(ctx, newInform())
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		<-dialed
		n, _ := m.counts()
		assert.Equal(t, 1, n)
		assert.Equal(t, []string{"0"}, trail)
	})
}

func TestClientRefused(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		client := newClient(newMemory())
		client.Dial = func(context.Context, string, string) (net.Conn, error) {
			return nil, &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}
		}
		_, err := client.Do(t.Context(), newInform())
		_, ok := errors.AsType[*net.OpError](err)
		assert.True(t, ok)
		assert.Equal(t, "POST Inform: dial tcp: connection refused", err.Error())
	})
}

// A large request to an ACS that reads slowly goes through as long as it reads.
func TestClientSlowReader(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		m := newMemory()
		got := make(chan int, 1)
		go func() {
			c, err := m.Accept()
			if err != nil {
				return
			}
			defer c.Close()
			n, b := 0, make([]byte, 16<<10)
			for !strings.Contains(string(b), "</soap-env:Envelope>") {
				pass(50 * time.Second)
				k, err := c.Read(b)
				if n += k; err != nil {
					break
				}
			}
			got <- n
		}()
		inform := newInform()
		for range 500 {
			inform.ParameterList = append(inform.ParameterList, inform.ParameterList[0])
		}
		client := newClient(m)
		client.MaxDuration = time.Hour
		_, err := client.Do(t.Context(), inform)
		oneLine(t, err)
		assert.NotErrorIs(t, err, transport.ErrTimeout)
		assert.Greater(t, <-got, 60_000)
	})
}
