package connreq

// NOTE: curl, which shares no code with ours, wakes the Listener. The test needs curl
// and says so where it is absent.

import (
	"context"
	"net"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCurl(t *testing.T) {
	curl, err := exec.LookPath("curl")
	if err != nil {
		t.Skip("curl is not installed")
	}
	for _, l := range []*Listener{{}, {NoContent: true}, {SHA256: true}} {
		l.Gate = &Gate{Credentials: credentials, Burst: 2}
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		served := make(chan error, 1)
		go func() { served <- l.Serve(ctx, ln) }()
		ask := func(args ...string) string {
			args = append([]string{"-q", "-sS", "--noproxy", "*", "--max-time", "20", "-w", "%{http_code} %{size_download}"}, args...)
			out, err := exec.Command(curl, args...).CombinedOutput()
			assert.NoError(t, err, "%s", out)
			return strings.TrimSpace(string(out))
		}
		want := map[bool]string{false: "200 0", true: "204 0"}[l.NoContent]
		url := l.URL(ln.Addr().String())
		assert.Equal(t, want, ask("--digest", "-u", user+":"+password, url))
		<-l.Gate.C()
		assert.True(t, l.Gate.Begin())
		assert.Equal(t, want, ask("--anyauth", "-u", user+":"+password, url+"?a=b,c&d"))
		assert.Equal(t, "503 0", ask("--digest", "-u", user+":"+password, url))
		assert.Equal(t, "401 0", ask("--digest", "-u", user+":wrong", url))
		assert.Equal(t, "401 0", ask("--basic", "-u", user+":"+password, url))
		assert.Equal(t, "405 0", ask("--data", "<x/>", url))
		assert.Equal(t, "404 0", ask(url+"x"))
		cancel()
		assert.ErrorIs(t, <-served, context.Canceled)
	}
}
