package transport_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/transport"
)

// NOTE: SEC-24: ten thousand peers that are slow in every phase at once, what each of
// them costs, and that nobody else waits for them. The costs include net/http and
// both ends of the connection in memory.

// costs are the memory and the goroutines in use.
type costs struct {
	bytes      int64
	goroutines int
}

func costsNow() costs {
	synctest.Wait()
	var m runtime.MemStats
	for range 2 { // the second empties the pools
		runtime.GC()
	}
	runtime.ReadMemStats(&m)
	return costs{int64(m.HeapAlloc + m.StackInuse), runtime.NumGoroutine()}
}

// A slow is a kind of slow peers.
type slow struct {
	name string
	say  func(i int) string // what it says at once
	drip string             // a byte of it follows every ten seconds
	// closed is when the last of them is cut off, after it was connected.
	closed time.Duration
}

// informOf is the POST of an Inform of the i-th device.
func informOf(i int) string {
	inform := newInform()
	inform.DeviceID.SerialNumber = fmt.Sprint(i)
	b, err := rpc.NewEnvelope(rpc.V12, "i", inform).Append(nil, rpc.Style{})
	if err != nil {
		panic(err)
	}
	return fmt.Sprintf("POST /cwmp HTTP/1.1\r\nHost: acs.test\r\nContent-Length: %d\r\n\r\n%s", len(b), b)
}

// first is the first so many bytes of an Inform's POST.
func first(n int) func(int) string { return func(i int) string { return informOf(i)[:n] } }

var slows = []slow{
	{"request line", first(3), "x", 5 * time.Second},
	{"header", first(40), "x", 5 * time.Second},
	{"body", first(300), "<", 30 * time.Second},
	{"between messages", informOf, "", 70 * time.Second},
	{"response", informOf, "", 130 * time.Second}, // to be read: the window is small
}

// dial opens connections that say their first words.
func (s *slow) dial(t *testing.T, n *network, from, count int) (all []net.Conn) {
	for i := range count {
		conn, err := n.Dial(t.Context(), "tcp", "acs.test:80")
		require.NoError(t, err)
		_, err = io.WriteString(conn, s.say(from+i))
		require.NoError(t, err)
		all = append(all, conn)
	}
	return all
}

// stage is an ACS for slow peers.
func slowStage(t *testing.T) (*stage, *play) {
	p := &play{events: []rpc.Event{event(rpc.EventPeriodic)}, tasks: []rpc.Message{get, set}}
	return p.stage(t, cut{}, nil), p
}

const (
	slowPeers = 10_000
	mostBytes = 32 << 10 // a peer
)

func TestSEC24SlowPeers(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		s, p := slowStage(t)
		each := slowPeers / len(slows)
		if testing.Short() {
			each = 100
		}
		groups := make([][]net.Conn, len(slows))
		before := costsNow()
		for i := range slows {
			if slows[i].name == "response" {
				s.net.window = 256
			}
			groups[i] = slows[i].dial(t, s.net, each*i, each)
			after := costsNow()
			bytes := (after.bytes - before.bytes) / int64(each)
			t.Logf("%s: %d bytes, %.1f goroutines a peer", slows[i].name, bytes, float64(after.goroutines-before.goroutines)/float64(each))
			if !testing.Short() { // a hundred say nothing, and the race detector adds its own
				assert.LessOrEqual(t, bytes, int64(mostBytes), slows[i].name)
			}
			assert.LessOrEqual(t, after.goroutines-before.goroutines, 2*each, slows[i].name)
			before = after
		}
		s.net.window = 64 << 10
		start := time.Now()
		s.device.live()
		assert.Zero(t, time.Since(start), "an honest session waits for nobody")
		require.Empty(t, s.device.fails)
		assert.Equal(t, p.clean(), s.device.sessions)
		goAlong(t, s.net, groups, start)
	})
}

// goAlong lets the peers be slow, and holds when they are cut off against the table.
func goAlong(t *testing.T, n *network, groups [][]net.Conn, start time.Time) {
	defer func() {
		for _, g := range groups {
			for _, conn := range g {
				conn.Close()
			}
		}
	}()
	gone := make([]bool, len(slows))
	for range 20 {
		for i, g := range groups {
			for k, conn := range g {
				if drip := slows[i].drip; drip != "" {
					io.WriteString(conn, drip)
				}
				if gone[i] = cutOff(conn); !gone[i] {
					assert.LessOrEqual(t, time.Since(start), slows[i].closed, "%s, peer %d", slows[i].name, k)
					break
				}
			}
		}
		pass(10 * time.Second)
	}
	for i := range gone {
		assert.True(t, gone[i], slows[i].name)
	}
}

// cutOff reports whether the other end of a connection is closed.
func cutOff(conn net.Conn) bool {
	e := conn.(*end)
	e.p.mu.Lock()
	defer e.p.mu.Unlock()
	return e.peer.closed
}

// A response that is read slowly is written as long as it is read; a peer that stops
// reading loses its connection, and its session, in time.
func TestSEC24ResponseNotRead(t *testing.T) {
	for name, reads := range map[string]int{"reads all of it": 40, "stops reading": 3} {
		bubble(t, name, func(t *testing.T) {
			long := &rpc.GetParameterValues{ParameterNames: strings.Fields(strings.Repeat("Device.DeviceInfo.UpTime ", 2000))}
			p := &play{events: []rpc.Event{event(rpc.EventPeriodic)}, tasks: []rpc.Message{long}}
			s := p.stage(t, cut{}, nil)
			conn, err := s.net.Dial(t.Context(), "tcp", "acs.test:80")
			require.NoError(t, err)
			defer conn.Close()
			io.WriteString(conn, informOf(1))
			buffer := make([]byte, 4096)
			k, err := conn.Read(buffer)
			require.NoError(t, err)
			_, cookie, _ := strings.Cut(string(buffer[:k]), "Set-Cookie: ")
			cookie, _, _ = strings.Cut(cookie, ";")
			s.net.window = 4096
			io.WriteString(conn, "POST / HTTP/1.1\r\nHost: acs.test\r\nContent-Length: 0\r\nCookie: "+cookie+"\r\n\r\n")
			var got []byte
			for range reads {
				pass(20 * time.Second)
				if got = append(got, buffer[:must(conn.Read(buffer))]...); strings.HasSuffix(string(got), "Envelope>") {
					break
				}
			}
			whole := strings.HasSuffix(string(got), "</soap-env:Envelope>")
			assert.Equal(t, reads == 40, whole, "%d bytes", len(got))
			start := time.Now()
			for !cutOff(conn) {
				pass(time.Second)
			}
			if !whole {
				assert.LessOrEqual(t, time.Since(start), 31*time.Second)
			}
			pass(2 * time.Minute)
			s.desk.mu.Lock()
			defer s.desk.mu.Unlock()
			assert.Len(t, s.desk.ended, 1)
		})
	}
}

// A CPE that asks whether it may send its body, and then does not read that it may, is
// one that does not read. One that reads it has all the time for its body that the
// http.Server gives.
func TestSEC24ContinueNotRead(t *testing.T) {
	for name, reads := range map[string]bool{"reads it": true, "does not": false} {
		bubble(t, name, func(t *testing.T) {
			m := newMemory()
			srv := &http.Server{Handler: &transport.Server{}, ReadTimeout: time.Minute, ErrorLog: log.New(io.Discard, "", 0)}
			served := make(chan error, 1)
			go func() { served <- srv.Serve(m) }()
			conn, err := m.Dial(t.Context(), "", "")
			require.NoError(t, err)
			head, body, _ := strings.Cut(informOf(1), "\r\n\r\n")
			io.WriteString(conn, head+"\r\nExpect: 100-continue\r\n\r\n")
			r := bufio.NewReader(conn)
			if reads {
				resp, err := http.ReadResponse(r, nil)
				require.NoError(t, err)
				require.Equal(t, 100, resp.StatusCode)
				pass(45 * time.Second) // more than for a piece of a response
				io.WriteString(conn, body)
				resp, err = http.ReadResponse(r, nil)
				require.NoError(t, err)
				require.Equal(t, 200, resp.StatusCode)
				resp.Body.Close()
			}
			pass(2 * time.Minute)
			if !reads {
				n, err := io.Copy(io.Discard, r)
				assert.NoError(t, err, "closed")
				assert.Zero(t, n)
			}
			conn.Close()
			srv.Close()
			<-served
		})
	}
}

// A body is read whole whatever its length and however it comes, around the size up to
// which it is received before anything is made of it.
func TestServerBodyLengths(t *testing.T) {
	for _, size := range []int{2000, 4095, 4096, 4097, 8191, 8192, 8193, 8704, 20_000, 300_000} {
		for name, framed := range map[string]func(string) string{
			"length": func(s string) string { return "Content-Length: " + length(s) + "\r\n\r\n" + s },
			"chunked": func(s string) string {
				return fmt.Sprintf("Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", len(s), s)
			},
		} {
			bubble(t, fmt.Sprint(size, " ", name), func(t *testing.T) {
				inform := newInform()
				inform.ParameterList[0].Value = rpc.StringValue("")
				inform.ParameterList[0].Value = rpc.StringValue(strings.Repeat("x", size-len(document(t, rpc.NewEnvelope(rpc.V12, "i", inform)))))
				doc := document(t, rpc.NewEnvelope(rpc.V12, "i", inform))
				require.Len(t, doc, size)
				got := 0
				srv := &transport.Server{Answer: func(_ context.Context, _ *transport.Session, m rpc.Message) (rpc.Message, error) {
					got = len(m.(*rpc.Inform).ParameterList[0].Value.Text)
					return nil, nil
				}}
				n := newNetwork(cut{})
				n.serve(t, "acs.test:80", srv, nil)
				r := exchangeRaw(t, n, "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"+framed(doc))
				assert.Contains(t, r, "InformResponse")
				assert.Equal(t, len(inform.ParameterList[0].Value.Text), got)
				pass(2 * time.Minute)
			})
		}
	}
}

// must is the value of a call that does not fail here.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// An open session that waits for its CPE costs at most 32 KiB with all that belongs to
// it, and nothing when it is over.
func TestMemoryOfIdleSessions(t *testing.T) {
	const count = 2000
	bubble(t, "", func(t *testing.T) {
		s, _ := slowStage(t)
		kind := slow{say: informOf}
		before := costsNow()
		all := kind.dial(t, s.net, 0, count)
		after := costsNow()
		bytes := (after.bytes - before.bytes) / count
		t.Logf("%d bytes, %d goroutines a session", bytes, (after.goroutines-before.goroutines)/count)
		assert.LessOrEqual(t, bytes, int64(mostBytes))
		assert.Equal(t, count, s.desk.opened)
		for _, conn := range all {
			conn.Close()
		}
		pass(2 * time.Minute)
		left := costsNow()
		assert.LessOrEqual(t, (left.bytes-before.bytes)/count, int64(4<<10), "what stays behind")
		assert.Len(t, s.desk.ended, count)
		for _, err := range s.desk.ended {
			assert.ErrorIs(t, err, transport.ErrTimeout)
		}
	})
}
