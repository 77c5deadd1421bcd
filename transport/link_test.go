package transport_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/transport"
)

// NOTE: the session's connection: one as long as the ACS keeps it, a new one for
// the next request after a clean close, and no request twice.

// rawACS answers the requests of each connection with the responses of its list;
// when a list is at its end the connection is closed. It counts the requests.
func rawACS(t *testing.T, m *memory, lists ...[]string) *int {
	served := new(int)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for _, list := range lists {
			conn, err := m.Accept()
			if err != nil {
				return
			}
			r := bufio.NewReader(conn)
			for _, response := range list {
				req, err := http.ReadRequest(r)
				if err != nil {
					break
				}
				io.Copy(io.Discard, req.Body)
				*served++
				io.WriteString(conn, response)
			}
			conn.Close()
		}
	}()
	t.Cleanup(func() { m.Close(); <-done })
	return served
}

// response is a document as an HTTP response.
func response(doc string, header ...string) string {
	rec := httptest.NewRecorder()
	rec.WriteString(doc)
	resp := rec.Result()
	for _, h := range header {
		name, value, _ := strings.Cut(h, ": ")
		resp.Header.Set(name, value)
	}
	resp.ContentLength = int64(len(doc))
	var b strings.Builder
	resp.Write(&b)
	return b.String()
}

const noContent = "HTTP/1.1 204 No Content\r\n\r\n"

func informResponse(t *testing.T) string {
	return document(t, rpc.NewEnvelope(rpc.V12, "1", &rpc.InformResponse{}))
}

// TR-069 section 3.4.2: a connection that was closed after an exchange is no end of
// the session.
func TestClientContinuesOnANewConnection(t *testing.T) {
	for name, header := range map[string][]string{
		"announced": {"Connection: close"},
		"silent":    nil,
	} {
		bubble(t, name, func(t *testing.T) {
			m := newMemory()
			served := rawACS(t, m, []string{response(informResponse(t), header...)}, []string{noContent})
			client := newClient(m)
			var trail []string
			client.Trace = trailOf(&trail)
			received := client.Trace.Received
			client.Trace.Received = func(e *transport.Exchange) {
				received(e)
				if header == nil {
					synctest.Wait() // the close arrives before the next request is made
				}
			}
			_, err := client.Do(t.Context(), newInform())
			require.NoError(t, err)
			assert.Equal(t, 2, *served)
			assert.Equal(t, []string{
				"connected", "post Inform", "200", "closed", "connected", "post (empty)", "204", "closed",
			}, trail)
		})
	}
}

// A connection that closes while a request is on its way is the end of the
// session: the ACS may have taken the request in, so nobody repeats it.
func TestClientRepeatsNothing(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		m := newMemory()
		served := rawACS(t, m, []string{response(informResponse(t)), ""}, []string{noContent})
		_, err := newClient(m).Do(t.Context(), newInform())
		assert.ErrorIs(t, err, transport.ErrNoResponse)
		oneLine(t, err)
		assert.Equal(t, 2, *served)
	})
}

// What comes without being asked for is not taken for the next response.
func TestClientUnsolicitedResponse(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		m := newMemory()
		rawACS(t, m, []string{response(informResponse(t)) + noContent}, []string{noContent})
		client := newClient(m)
		client.Trace = &transport.Trace{Received: func(*transport.Exchange) { synctest.Wait() }}
		_, err := client.Do(t.Context(), newInform())
		require.NoError(t, err)
		dialed, _ := m.counts()
		assert.Equal(t, 2, dialed)
	})
}

// A server may refuse a body before it has read it; its answer counts, not the
// write that failed.
func TestClientEarlyRefusal(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		m := newMemory()
		done := make(chan struct{})
		go func() {
			defer close(done)
			conn, err := m.Accept()
			if err != nil {
				return
			}
			conn.Read(make([]byte, 100))
			io.WriteString(conn, "HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
			conn.Close()
		}()
		t.Cleanup(func() { m.Close(); <-done })
		inform := newInform()
		inform.ParameterList[0].Value = rpc.StringValue(strings.Repeat("x", 100_000))
		_, err := newClient(m).Do(t.Context(), inform)
		statusIs(413)(t, err)
	})
}

// 100-continue that nobody asked for goes before the response.
func TestClientSkipsInformationalResponses(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		m := newMemory()
		rawACS(t, m, []string{"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n" + response(informResponse(t)), noContent})
		_, err := newClient(m).Do(t.Context(), newInform())
		assert.NoError(t, err)
	})
	bubble(t, "without end", func(t *testing.T) {
		m := newMemory()
		rawACS(t, m, []string{strings.Repeat("HTTP/1.1 100 Continue\r\n\r\n", 10_000)})
		_, err := newClient(m).Do(t.Context(), newInform())
		assert.ErrorIs(t, err, transport.ErrHeaderTooLong)
	})
}

// A session has one connection, however busy the machine is.
func TestClientOneConnection(t *testing.T) {
	acs := &transport.Server{Authenticator: digestAuth()}
	server := httptest.NewServer(acs)
	defer server.Close()
	for range 200 {
		dialed := 0
		client := &transport.Client{URL: server.URL, Username: user, Password: password}
		client.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
			dialed++
			return new(net.Dialer).DialContext(ctx, network, address)
		}
		_, err := client.Do(t.Context(), newInform())
		require.NoError(t, err)
		require.Equal(t, 1, dialed)
	}
}
