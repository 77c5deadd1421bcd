package transport_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/transport"
)

// NOTE: what an open session costs that waits for its CPE.

// inUse is the memory of the heap and of stacks that is in use.
func inUse() int {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc + m.StackInuse)
}

// TestIdleSessionMemory: 32 KiB a session at most, net/http's connection included, and
// the CPEs of this test too.
func TestIdleSessionMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("the race detector, which runs with -short, has memory of its own")
	}
	const sessions = 500
	srv := httptest.NewServer(&transport.Server{})
	defer srv.Close()
	doc := informDocument(t)
	before := inUse()
	buf := make([]byte, 4096)
	for i := range sessions {
		conn, err := net.Dial("tcp", srv.Listener.Addr().String())
		require.NoError(t, err)
		defer conn.Close()
		body := strings.Replace(doc, "<SerialNumber>1<", fmt.Sprintf("<SerialNumber>%d<", i), 1)
		fmt.Fprintf(conn, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
		n, err := io.ReadAtLeast(conn, buf, 200)
		require.NoError(t, err)
		require.Contains(t, string(buf[:n]), http.StatusText(http.StatusOK))
	}
	each := (inUse() - before) / sessions
	t.Log(each, "bytes a session")
	assert.Less(t, each, 32<<10)
}
