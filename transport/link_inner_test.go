package transport

import (
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// NOTE: what only one processor brings about reliably.

// A parting is a connection whose peer has closed it right behind its response.
type parting struct {
	net.Conn
	response io.Reader
}

func (p *parting) Read(b []byte) (int, error)       { return p.response.Read(b) }
func (p *parting) Write(b []byte) (int, error)      { return len(b), nil }
func (p *parting) SetReadDeadline(time.Time) error  { return nil }
func (p *parting) SetWriteDeadline(time.Time) error { return nil }

// A close that has come along with a response is seen before the next request is written,
// however busy the processors are: that request belongs on a new connection (TR-069
// section 3.4.2).
func TestLinkSeesTheClose(t *testing.T) {
	old := runtime.GOMAXPROCS(1)
	defer runtime.GOMAXPROCS(old)
	for range 100 {
		l := newLink(&parting{response: strings.NewReader("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx")}, "", time.Minute)
		req, err := http.NewRequest(http.MethodPost, "http://acs.test/", http.NoBody)
		require.NoError(t, err)
		resp, err := l.exchange(req)
		require.NoError(t, err)
		assert.False(t, resp.Close, "nothing announces it")
		l.finish(resp.Body)
		require.False(t, l.usable())
	}
}
