package transport_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/transport"
)

// NOTE: what a session of five POSTs costs a Server without HTTP around it.
// internal/bench/sessions has the whole, beside net/http alone.

// A sink is a ResponseWriter that keeps the cookie.
type sink struct {
	header http.Header
	status int
	body   []byte
}

func (s *sink) Header() http.Header { return s.header }

func (s *sink) WriteHeader(status int) { s.status = status }

func (s *sink) Write(p []byte) (int, error) {
	s.body = append(s.body[:0], p...)
	return len(p), nil
}

// longSession is a Server that asks for values, sets and names, and what its CPE posts.
func longSession(t testing.TB) (*transport.Server, [][]byte) {
	var values []rpc.ParameterValue
	var infos []rpc.ParameterInfo
	for i := range 20 {
		name := fmt.Sprintf("Device.WiFi.AccessPoint.%d.AssociatedDevice.SignalStrength", i)
		values = append(values, rpc.ParameterValue{Name: name, Value: rpc.IntValue(int32(-i))})
		infos = append(infos, rpc.ParameterInfo{Name: name, Writable: i%2 == 0})
	}
	requests := []rpc.Message{
		&rpc.GetParameterValues{ParameterNames: strings.Fields(strings.Repeat("Device.DeviceInfo.UpTime ", 20))},
		&rpc.SetParameterValues{ParameterList: values[:5], ParameterKey: "key"},
		&rpc.GetParameterNames{ParameterPath: "Device.", NextLevel: true},
		nil,
	}
	srv := &transport.Server{Handler: transport.HandlerFunc(func(_ context.Context, s *transport.Session, _ rpc.Message) (rpc.Message, error) {
		s.Data = append(s.Data, 'x')
		return requests[len(s.Data)-1], nil
	})}
	posts := [][]byte{[]byte(document(t, rpc.NewEnvelope(rpc.V12, "1", newInform()))), nil}
	for i, m := range []rpc.Message{
		&rpc.GetParameterValuesResponse{ParameterList: values}, &rpc.SetParameterValuesResponse{},
		&rpc.GetParameterNamesResponse{ParameterList: infos},
	} {
		posts = append(posts, []byte(document(t, rpc.NewEnvelope(rpc.V12, fmt.Sprint("acs-", i+1), m))))
	}
	return srv, posts
}

// SetWriteDeadline is for http.ResponseController, as Flush is.
func (*sink) SetWriteDeadline(time.Time) error { return nil }

// Flush does nothing.
func (*sink) Flush() {}

// serveOnce serves one POST.
func (s *sink) serveOnce(srv http.Handler, body []byte, cookie string) {
	header := http.Header{}
	if cookie != "" {
		header["Cookie"] = []string{cookie}
	}
	s.header, s.status = http.Header{}, 0
	srv.ServeHTTP(s, &http.Request{
		Method: http.MethodPost, Header: header, ContentLength: int64(len(body)), Body: io.NopCloser(bytes.NewReader(body)),
	})
}

// run runs one session and returns its last status.
func (s *sink) run(srv http.Handler, posts [][]byte) int {
	cookie := ""
	for _, body := range posts {
		s.serveOnce(srv, body, cookie)
		if set := s.header.Get("Set-Cookie"); set != "" {
			cookie, _, _ = strings.Cut(set, ";")
		}
	}
	return s.status
}

func BenchmarkServerSession(b *testing.B) {
	for name, configure := range map[string]func(*transport.Server){
		"memory": func(*transport.Server) {},
		"store":  func(srv *transport.Server) { srv.Store = &transport.MemoryStore{} },
	} {
		b.Run(name, func(b *testing.B) {
			srv, posts := longSession(b)
			configure(srv)
			s := &sink{}
			b.ReportAllocs()
			for b.Loop() {
				if status := s.run(srv, posts); status != http.StatusNoContent {
					b.Fatal(status)
				}
			}
		})
	}
}

// TestServerSessionAllocations: a session costs so much and no more, beside HTTP's own.
func TestServerSessionAllocations(t *testing.T) {
	if testing.Short() {
		t.Skip("the race detector, which runs with -short, allocates itself")
	}
	srv, posts := longSession(t)
	s := &sink{}
	require.Equal(t, http.StatusNoContent, s.run(srv, posts))
	n := testing.AllocsPerRun(100, func() { s.run(srv, posts) })
	t.Log(n, "allocations")
	assert.LessOrEqual(t, n, 100.0)
}
