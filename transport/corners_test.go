package transport_test

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/transport"
)

// NOTE: what happens seldom, and has to happen right all the same.

// Two Informs of one device at once, at two processes: one session is left, whoever was
// faster, and the other is told of.
func TestStoreTwoInformsAtOnce(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		slow := &slowLoads{MemoryStore: &transport.MemoryStore{}, delay: time.Second}
		tw := newTwins(t, func(srv *transport.Server) {
			srv.Store, srv.Authenticator, srv.Handler = slow, nil, reboots(1, nil)
		})
		one, two := tw.a.cpe("", ""), tw.b.cpe("", "")
		names := make(chan string)
		for _, c := range []*cpe{one, two} {
			go func() { names <- c.informAs("1").name() }()
		}
		assert.Equal(t, []string{"InformResponse", "InformResponse"}, []string{<-names, <-names})
		assert.Equal(t, []error{transport.ErrSuperseded}, tw.ends())
		statuses := []int{one.yield().Status, two.yield().Status}
		assert.ElementsMatch(t, []int{200, 204}, statuses, "one is alive")
		assert.Equal(t, 1, slow.Len())
	})
}

// A store where each Inform is too late: the CPE is asked to come again.
func TestStoreAlwaysConflict(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		tw := newTwins(t, func(srv *transport.Server) { srv.Store, srv.Authenticator = conflicting{}, nil })
		assert.Equal(t, 503, tw.a.cpe("", "").informAs("1").Status)
		assert.Empty(t, tw.ends())
	})
}

type conflicting struct{ *transport.MemoryStore }

func (conflicting) Load(context.Context, string) ([]byte, uint64, error) { return nil, 0, nil }
func (conflicting) Swap(context.Context, string, uint64, []byte, time.Duration) (uint64, error) {
	return 0, transport.ErrConflict
}

// A store that fails when the session is to be taken out of it: the session has ended
// well all the same, and the log says what was left behind.
func TestStoreFailsToForget(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		store := &failing{MemoryStore: &transport.MemoryStore{}, swap: 4, err: errors.New("store is down")}
		tw := newTwins(t, func(srv *transport.Server) { srv.Store, srv.Authenticator = store, nil })
		c := tw.a.cpe("", "")
		c.informAs("1")
		assert.Equal(t, 204, c.yield().Status)
		assert.Equal(t, []error{nil}, tw.ends())
		assert.Contains(t, tw.a.log.String(), "store is down")
		assert.Equal(t, 1, store.Len())
		pass(11 * time.Minute)
		assert.Zero(t, store.Len(), "its time is over")
	})
}

// A session that another process has opened under other bounds cannot be read here. It
// is set aside and told of in the log.
func TestStoreOtherBounds(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		small := false
		tw := newTwins(t, func(srv *transport.Server) {
			if small {
				srv.Config.Limits.MaxBytes = 10
			}
			small = true
		})
		c := tw.a.at(tw.cpe())
		c.inform()
		assert.Equal(t, 503, tw.b.at(c).yield().Status)
		assert.Contains(t, tw.b.log.String(), "cannot be read")
		assert.Zero(t, tw.store.Len())
	})
}

// A request with a header element that has to be understood and is not: SOAP's own
// fault.
func TestServerMustUnderstand(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		srv := &transport.Server{}
		srv.Config.MustUnderstand = true
		b := newBench(t, srv)
		c := b.cpe("", "")
		c.inform()
		r := c.raw(`<?xml version="1.0"?><e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"` +
			` xmlns:cwmp="urn:dslforum-org:cwmp-1-2"><e:Header><cwmp:ID e:mustUnderstand="1">1</cwmp:ID>` +
			`<v:X xmlns:v="urn:v" e:mustUnderstand="1"/></e:Header><e:Body><cwmp:GetRPCMethods/></e:Body></e:Envelope>`)
		require.NotNil(t, r.Env)
		assert.Equal(t, "MustUnderstand", r.Env.Message.(*rpc.Fault).SOAPCode)
		b.ends()
	})
}

// A program that answers requests is asked for all of them, so all are listed.
func TestServerListsAllMethods(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		c := newBench(t, &transport.Server{Answer: func(context.Context, *transport.Session, rpc.Message) (rpc.Message, error) {
			return nil, nil
		}}).cpe("", "")
		c.inform()
		list := c.post(&rpc.GetRPCMethods{}, "m").Env.Message.(*rpc.GetRPCMethodsResponse).MethodList
		assert.Contains(t, list, "RequestDownload")
		assert.NotContains(t, list, "Reboot")
	})
}

// The context of a Turn, looked at late: it has no deadline of ours, and the session's
// end is its cause at once.
func TestTurnContext(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		var kept context.Context
		var cause error
		goOn := make(chan struct{})
		inTurn := make(chan struct{})
		b := newBench(t, &transport.Server{Handler: transport.HandlerFunc(
			func(ctx context.Context, _ *transport.Session, _ rpc.Message) (rpc.Message, error) {
				kept = ctx
				_, has := ctx.Deadline()
				assert.False(t, has)
				close(inTurn)
				<-goOn
				cause = context.Cause(ctx)
				return nil, ctx.Err()
			})})
		c := b.cpe("", "")
		c.inform()
		answered := make(chan reply)
		go func() { answered <- c.yield() }()
		<-inTurn
		b.cpe("", "").inform()
		close(goOn)
		<-answered
		assert.ErrorIs(t, cause, transport.ErrSuperseded)
		assert.Error(t, kept.Err())
		b.ends()
	})
	bubble(t, "never looked at", func(t *testing.T) {
		var kept context.Context
		b := newBench(t, &transport.Server{Handler: transport.HandlerFunc(
			func(ctx context.Context, _ *transport.Session, _ rpc.Message) (rpc.Message, error) {
				kept = ctx
				return nil, nil
			})})
		c := b.cpe("", "")
		c.inform()
		c.yield()
		b.ends()
		assert.ErrorIs(t, kept.Err(), context.Canceled, "it is over with its call")
		<-kept.Done()
	})
}

// Do under a context that has ended makes no request.
func TestDoEndedContext(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		b := newBench(t, &transport.Server{Handler: transport.Script(func(ctx context.Context, s *transport.Session) error {
			ended, cancel := context.WithCancel(ctx)
			cancel()
			_, err := transport.Do(ended, s, &rpc.Reboot{})
			assert.ErrorIs(t, err, context.Canceled)
			return nil
		})})
		c := b.cpe("", "")
		c.inform()
		assert.Equal(t, 204, c.yield().Status)
		assert.Equal(t, []error{nil}, b.ends())
	})
}

// Do on another goroutine than the script's: the script returns before the answer.
func TestDoOutlivesScript(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		late := make(chan error, 1)
		b := newBench(t, &transport.Server{Handler: transport.Script(func(ctx context.Context, s *transport.Session) error {
			go func() {
				_, err := transport.Do(ctx, s, &rpc.Reboot{})
				late <- err
			}()
			pass(time.Second)
			return nil
		})})
		c := b.cpe("", "")
		c.inform()
		r := c.yield()
		require.Equal(t, "Reboot", r.name())
		assert.ErrorIs(t, <-late, transport.ErrNotScript)
		assert.Equal(t, 204, c.post(&rpc.RebootResponse{}, r.Env.ID).Status)
		assert.Equal(t, []error{nil}, b.ends())
	})
}

// A script that thinks for longer than its session lives.
func TestDoAfterItsSession(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		late := make(chan error, 1)
		b := newBench(t, &transport.Server{Handler: transport.Script(func(_ context.Context, s *transport.Session) error {
			pass(2 * time.Second)
			_, err := transport.Do(context.Background(), s, &rpc.Reboot{})
			late <- err
			return err
		})})
		c := b.cpe("", "")
		c.inform()
		go c.yield()
		pass(time.Second)
		b.cpe("", "").inform()
		assert.ErrorIs(t, <-late, transport.ErrSuperseded)
		b.ends()
	})
}

// A session cannot wander over servers for ever: 16 of them are enough, however few are
// in a row.
func TestClientManyServers(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		moves := 0
		list := []step{}
		next := func(w http.ResponseWriter, r *http.Request, in *rpc.Envelope) {
			moves++
			status(http.StatusFound, "", "Location", "http://acs"+strconv.Itoa(moves)+".test/")(w, r, in)
		}
		for _, last := range []step{accept, ask(&rpc.Reboot{}), ask(&rpc.Reboot{}), empty} {
			list = append(list, next, next, next, next, next, last)
		}
		client := newClient(serveHTTP(t, acsOf(t, list...)))
		client.Handle = answerAll
		_, err := client.Do(t.Context(), newInform())
		redirectError(transport.ErrRedirects)(t, err)
		assert.Equal(t, 16, moves)
	})
}

// A device without a clock verifies the chain by its intermediates, and asks the
// program's own check too.
func TestClientWithoutClockVerifies(t *testing.T) {
	ca := newAuthority(t)
	middle := ca.intermediate(t)
	cert := middle.leaf(t, "acs.test", time.Now().Add(-time.Minute))
	cert.Certificate = append(cert.Certificate, middle.cert.Raw)
	addr, _ := serveTLS(t, serverConfig(cert), &transport.Server{})
	refused := errors.New("not this one")
	for _, want := range []error{nil, refused} {
		asked := 0
		client := &transport.Client{
			URL: "https://acs.test/", Dial: dialTo(addr), Now: func() (time.Time, bool) { return time.Time{}, false },
			TLS: &tls.Config{RootCAs: ca.pool(), VerifyConnection: func(tls.ConnectionState) error { asked++; return want }},
		}
		_, err := client.Do(t.Context(), newInform())
		assert.ErrorIs(t, err, want)
		assert.Equal(t, 1, asked)
	}
}

// Retry-After in its forms (RFC 9110 section 10.2.3). A date is compared with the peer's
// own clock; one without that clock says nothing.
func TestRetryAfter(t *testing.T) {
	const date, later = "Wed, 25 Nov 2026 10:00:00 GMT", "Wed, 25 Nov 2026 10:02:00 GMT"
	for _, tt := range []struct {
		after, date string
		want        time.Duration
	}{
		{"", date, 0}, {"0", date, 0}, {"60", date, time.Minute}, {" 60 ", date, time.Minute},
		{"999999999", date, 7 * 24 * time.Hour}, {"99999999999999999999", date, 7 * 24 * time.Hour}, {"-5", date, 0}, {"soon", date, 0},
		{later, date, 2 * time.Minute}, {date, later, 0}, {later, "no date", 0},
		{"Wed, 25 Nov 2099 10:00:00 GMT", date, 7 * 24 * time.Hour},
	} {
		bubble(t, tt.after+" at "+tt.date, func(t *testing.T) {
			client := newClient(serveHTTP(t, acsOf(t, status(503, "", "Retry-After", tt.after, "Date", tt.date))))
			_, err := client.Do(t.Context(), newInform())
			refused, ok := errors.AsType[*transport.StatusError](err)
			require.True(t, ok, err)
			assert.Equal(t, tt.want, refused.RetryAfter)
		})
	}
}

// A challenge whose body breaks off, and a connection that is gone when the request is
// to be written.
func TestClientBrokenConnections(t *testing.T) {
	bubble(t, "challenge cut", func(t *testing.T) {
		client := newClient(serveHTTP(t, acsOf(t, wire("HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: "+challenge+"\r\nContent-Length: 100000\r\n\r\nx"))))
		_, err := client.Do(t.Context(), newInform())
		assert.ErrorIs(t, err, io.ErrUnexpectedEOF)
		oneLine(t, err)
	})
	bubble(t, "gone before the request", func(t *testing.T) {
		var conn net.Conn
		client := newClient(serveHTTP(t, acsOf(t, accept)))
		dial := client.Dial
		client.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
			var err error
			conn, err = dial(ctx, network, address)
			return conn, err
		}
		client.Trace = &transport.Trace{Sending: func(*transport.Exchange) { conn.Close() }}
		_, err := client.Do(t.Context(), newInform())
		assert.ErrorIs(t, err, io.ErrClosedPipe)
	})
}

// A redirect to what is no place for an ACS.
func TestClientRedirectNowhere(t *testing.T) {
	for _, location := range []string{"ftp://acs.test/", "mailto:x", "http://user@acs.test/", "http:///x"} {
		bubble(t, location, func(t *testing.T) {
			client := newClient(serveHTTP(t, acsOf(t, status(http.StatusFound, "", "Location", location))))
			_, err := client.Do(t.Context(), newInform())
			redirectError(transport.ErrURL)(t, err)
		})
	}
}

func TestCompressionNames(t *testing.T) {
	assert.Equal(t, "gzip", transport.GZIP.String())
	assert.Empty(t, transport.Compression(9).String())
	assert.NoError(t, transport.Recording{}.Err())
}
