package transport_test

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/transport"
)

// NOTE: the life of a Server's sessions: how many, how long, and who takes whose
// place.

// TestServerSupersedes: a new Inform takes the place of a session of the same
// device and principal, and of no other.
func TestServerSupersedes(t *testing.T) {
	bubble(t, "same principal", func(t *testing.T) {
		b := newBench(t, &transport.Server{Authenticator: fleet()})
		one, two := b.member("1"), b.member("1")
		one.informAs("1")
		two.informAs("1")
		require.Len(t, b.ends(), 1)
		assert.ErrorIs(t, b.ends()[0], transport.ErrSuperseded)
		assert.Equal(t, 400, one.post(&rpc.RebootResponse{}, "1").Status, "the old cookie is dead")
		assert.Equal(t, 204, two.yield().Status)
		assert.Equal(t, []error{transport.ErrSuperseded, nil}, b.ends())
	})
	bubble(t, "another principal", func(t *testing.T) {
		b := newBench(t, &transport.Server{
			Authenticator: fleet(),
			Principals:    func(rpc.DeviceID) []string { return []string{"00D09E-Box-1", "00D09E-Box-2"} },
		})
		one, two := b.member("1"), b.member("2")
		one.informAs("9")
		two.informAs("9")
		assert.Empty(t, b.ends())
		one.yield()
		two.yield()
		assert.Equal(t, []error{nil, nil}, b.ends())
	})
	bubble(t, "without authentication", func(t *testing.T) {
		b := newBench(t, &transport.Server{})
		one, two := b.cpe("", ""), b.cpe("", "")
		one.informAs("9")
		two.informAs("9")
		assert.Equal(t, []error{transport.ErrSuperseded}, b.ends())
	})
	bubble(t, "empty serial number", func(t *testing.T) {
		b := newBench(t, &transport.Server{})
		var all []*cpe
		for range 3 {
			c := b.cpe("", "")
			c.informAs("")
			all = append(all, c)
		}
		assert.Empty(t, b.ends())
		for _, c := range all {
			assert.Equal(t, 204, c.yield().Status)
		}
		assert.Equal(t, []error{nil, nil, nil}, b.ends())
	})
	bubble(t, "other parts of the DeviceId", func(t *testing.T) {
		b := newBench(t, &transport.Server{})
		for _, id := range []rpc.DeviceID{{OUI: "A", SerialNumber: "1"}, {OUI: "B", SerialNumber: "1"}, {OUI: "A", ProductClass: "C", SerialNumber: "1"}} {
			inform := newInform()
			inform.DeviceID = id
			b.cpe("", "").post(inform, "i")
		}
		assert.Empty(t, b.ends())
	})
}

// A session that is superseded while its Turn runs: the Turn's context says why,
// and the CPE of old gets an empty response.
func TestServerSupersededInTurn(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		inTurn := make(chan struct{}, 1)
		b := newBench(t, &transport.Server{Handler: transport.HandlerFunc(func(ctx context.Context, _ *transport.Session, _ rpc.Message) (rpc.Message, error) {
			inTurn <- struct{}{}
			<-ctx.Done()
			return nil, context.Cause(ctx)
		})})
		one, two := b.cpe("", ""), b.cpe("", "")
		one.inform()
		answered := make(chan reply)
		go func() { answered <- one.yield() }()
		<-inTurn
		two.inform()
		assert.Equal(t, 204, (<-answered).Status)
		assert.Equal(t, []error{transport.ErrSuperseded}, b.ends())
	})
}

// A handler that ignores its context does not hold up the new session, and a POST
// that waits behind it never reaches the program.
func TestServerSupersededBehindDeafTurn(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		release, inTurn := make(chan struct{}), make(chan struct{}, 1)
		turns := 0
		b := newBench(t, &transport.Server{Handler: transport.HandlerFunc(func(context.Context, *transport.Session, rpc.Message) (rpc.Message, error) {
			turns++
			inTurn <- struct{}{}
			<-release
			return &rpc.Reboot{}, nil
		})})
		one := b.cpe("", "")
		one.inform()
		first, second := make(chan reply), make(chan reply)
		go func() { first <- one.yield() }()
		<-inTurn
		twin := b.cpe("", "")
		twin.cookie = one.cookie
		go func() { second <- twin.post(&rpc.RebootResponse{}, "acs-1") }()
		pass(time.Second) // it waits for the session
		b.cpe("", "").inform()
		close(release)
		assert.Equal(t, "Reboot", (<-first).name())
		assert.Equal(t, 400, (<-second).Status)
		assert.Equal(t, []error{transport.ErrSuperseded}, b.ends())
		assert.Equal(t, 1, turns)
	})
}

// TestServerConcurrentPosts: POSTs with one cookie are taken one after the other.
func TestServerConcurrentPosts(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		running, most := 0, 0 // guarded by the session, if it is what it should be
		b := newBench(t, &transport.Server{Answer: func(context.Context, *transport.Session, rpc.Message) (rpc.Message, error) {
			running++
			most = max(most, running)
			pass(time.Second)
			running--
			return nil, nil
		}})
		c := b.cpe("", "")
		c.inform()
		var wait sync.WaitGroup
		for i := range 8 {
			twin := b.cpe("", "")
			twin.cookie = c.cookie
			wait.Go(func() {
				assert.Equal(t, "TransferCompleteResponse", twin.post(&rpc.TransferComplete{}, fmt.Sprint(i)).name())
			})
		}
		wait.Wait()
		assert.Equal(t, 1, most)
		assert.Equal(t, 204, c.yield().Status)
		assert.Equal(t, []error{nil}, b.ends())
	})
}

func TestServerMaxSessions(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		b := newBench(t, &transport.Server{MaxSessions: 3})
		var open []*cpe
		for i := range 3 {
			c := b.cpe("", "")
			require.Equal(t, "InformResponse", c.informAs(fmt.Sprint(i)).name())
			open = append(open, c)
		}
		late := b.cpe("", "")
		for range 10 {
			r := late.informAs("late")
			assert.Equal(t, http.StatusServiceUnavailable, r.Status)
			assert.Equal(t, "30", r.Header.Get("Retry-After"))
			assert.Empty(t, r.Header.Get("Set-Cookie"))
		}
		assert.Equal(t, "InformResponse", b.cpe("", "").informAs("0").name(), "a device may come again")
		assert.Equal(t, []error{transport.ErrSuperseded}, b.ends())
		assert.Equal(t, 204, open[1].yield().Status, "running sessions are spared")
		assert.Equal(t, "InformResponse", late.informAs("late").name(), "there is room again")
		pass(2 * time.Minute)
		assert.Len(t, b.ends(), 5, "a refused Inform opened no session that could end")
	})
}

func TestServerTimeout(t *testing.T) {
	for _, tt := range []struct{ set, want time.Duration }{
		{0, time.Minute}, {-1, time.Minute}, {30 * time.Second, 30 * time.Second},
	} {
		bubble(t, tt.set.String(), func(t *testing.T) {
			b := newBench(t, &transport.Server{Timeout: tt.set, Handler: plan(&rpc.Reboot{})})
			c := b.cpe("", "")
			c.inform()
			pass(tt.want - time.Nanosecond)
			assert.Empty(t, b.ends())
			require.Equal(t, "Reboot", c.yield().name(), "just in time")
			pass(tt.want - time.Nanosecond)
			assert.Empty(t, b.ends(), "each POST begins a new wait")
			pass(time.Nanosecond)
			assert.Equal(t, []error{transport.ErrTimeout}, b.ends())
			assert.Equal(t, 400, c.post(&rpc.RebootResponse{}, "acs-1").Status, "too late")
			assert.Len(t, b.ends(), 1)
		})
	}
}

// The time that the program takes is not the CPE's.
func TestServerTimeoutSparesTurn(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		b := newBench(t, &transport.Server{Handler: transport.HandlerFunc(func(ctx context.Context, _ *transport.Session, in rpc.Message) (rpc.Message, error) {
			pass(5 * time.Minute)
			if in != nil {
				return nil, nil
			}
			return &rpc.Reboot{}, ctx.Err()
		})})
		c := b.cpe("", "")
		c.inform()
		require.Equal(t, "Reboot", c.yield().name())
		pass(59 * time.Second)
		assert.Equal(t, 204, c.post(&rpc.RebootResponse{}, "acs-1").Status)
		assert.Equal(t, []error{nil}, b.ends())
	})
}

// A CPE that goes away while Turn works: its context ends, and so does the session.
func TestServerClientGone(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		b := newBench(t, &transport.Server{Handler: transport.HandlerFunc(func(ctx context.Context, _ *transport.Session, _ rpc.Message) (rpc.Message, error) {
			<-ctx.Done()
			return nil, context.Cause(ctx)
		})})
		c := b.cpe("", "")
		c.inform()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://acs.test/", http.NoBody)
		require.NoError(t, err)
		req.Header.Set("Cookie", c.cookie)
		_, err = c.http.Do(req)
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, []error{context.Canceled}, b.ends())
	})
}

// A CPE that keeps a session going for ever is stopped.
func TestServerEndless(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		b := newBench(t, &transport.Server{})
		c := b.cpe("", "")
		c.inform()
		for range 999 {
			require.Equal(t, "GetRPCMethodsResponse", c.post(&rpc.GetRPCMethods{}, "m").name())
		}
		assert.Equal(t, rpc.FaultACSInvalidArguments, c.post(&rpc.GetRPCMethods{}, "m").fault())
		assert.Len(t, b.ends(), 1)
	})
}

// The zero Server works, with nobody listening.
func TestServerZero(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		m := serveHTTP(t, new(transport.Server))
		result, err := newClient(m).Do(t.Context(), newInform(), &rpc.TransferComplete{}, &rpc.GetRPCMethods{})
		require.NoError(t, err)
		assert.Len(t, result.Answers, 3)
	})
}

// A POST that waits behind another of its session leaves when its client does.
func TestServerWaitingPostLeaves(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		release, inTurn := make(chan struct{}), make(chan struct{}, 1)
		b := newBench(t, &transport.Server{Handler: transport.HandlerFunc(func(context.Context, *transport.Session, rpc.Message) (rpc.Message, error) {
			inTurn <- struct{}{}
			<-release
			return nil, nil
		})})
		one := b.cpe("", "")
		one.inform()
		first := make(chan reply)
		go func() { first <- one.yield() }()
		<-inTurn
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://acs.test/", http.NoBody)
		require.NoError(t, err)
		req.Header.Set("Cookie", one.cookie)
		_, err = b.cpe("", "").http.Do(req)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Len(t, b.statuses(), 2, "the Inform, and the POST that left; the first still runs")
		close(release)
		assert.Equal(t, 204, (<-first).Status)
		assert.Equal(t, []error{nil}, b.ends())
	})
}

// The program sees who called, and in which version.
func TestSession(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		var got []string
		b := newBench(t, &transport.Server{
			Authenticator: digestAuth(),
			Handler: transport.HandlerFunc(func(_ context.Context, s *transport.Session, _ rpc.Message) (rpc.Message, error) {
				got = append(got, s.Principal, s.Inform.DeviceID.SerialNumber, s.Version().String())
				return nil, nil
			}),
		})
		client := newClient(b.net)
		client.Version = rpc.V10
		result, err := client.Do(t.Context(), newInform())
		require.NoError(t, err)
		assert.Equal(t, []string{user, "1", rpc.V10.String()}, got)
		assert.Equal(t, rpc.V10, result.Version)
	})
}
