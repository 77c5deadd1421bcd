package transport_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"net"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/transport"
)

// NOTE: what the tests against real programs have in common. The programs are
// Debian's, they listen on 127.0.0.1 alone, live in a directory of their own, and end
// with the test. A test whose program is missing says so and is skipped.

// program finds a program.
func program(t *testing.T, name string) string {
	t.Helper()
	if testing.Short() {
		t.Skip("real programs are left out with -short")
	}
	for _, dir := range append(filepath.SplitList(os.Getenv("PATH")), "/usr/sbin", "/usr/local/sbin") {
		if path, err := exec.LookPath(filepath.Join(dir, name)); err == nil {
			return path
		}
	}
	t.Skip(name + " is not installed")
	return ""
}

// A daemon is a program that runs until the test ends.
type daemon struct {
	cmd   *exec.Cmd
	in    io.WriteCloser
	mu    sync.Mutex
	out   bytes.Buffer
	ended chan struct{}
}

// Write takes what it prints.
func (d *daemon) Write(p []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.out.Write(p)
}

// printed is what it has printed so far.
func (d *daemon) printed() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.out.String()
}

// start starts a program. What it prints is shown if the test fails.
func start(t *testing.T, path string, args ...string) *daemon {
	t.Helper()
	d := &daemon{ended: make(chan struct{})}
	d.cmd = exec.Command(path, args...)
	d.cmd.Stdout, d.cmd.Stderr = d, d
	var err error
	d.in, err = d.cmd.StdinPipe()
	require.NoError(t, err)
	require.NoError(t, d.cmd.Start())
	go func() { defer close(d.ended); d.cmd.Wait() }()
	t.Cleanup(func() {
		d.cmd.Process.Kill()
		<-d.ended
		if t.Failed() {
			t.Logf("%s:\n%s", path, d.printed())
		}
	})
	return d
}

// await waits until a port answers.
func (d *daemon) await(t *testing.T, addr string) {
	t.Helper()
	d.until(t, "listens on "+addr, func() bool {
		conn, err := net.Dial("tcp", addr)
		if err == nil {
			conn.Close()
		}
		return err == nil
	})
}

// until waits for something, for ten seconds at most.
func (d *daemon) until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	limit := time.After(10 * time.Second)
	for !holds() {
		select {
		case <-time.After(10 * time.Millisecond):
		case <-d.ended:
			require.Fail(t, "the program has ended", d.printed())
		case <-limit:
			require.Fail(t, "in vain waited until it "+what, d.printed())
		}
	}
}

// room makes a directory that a program may read that has given up its rights.
func room(t *testing.T) string {
	dir, err := os.MkdirTemp("", "cwmp-peer")
	require.NoError(t, err)
	require.NoError(t, os.Chmod(dir, 0o755))
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// put writes a file into a directory and returns its path.
func put(t *testing.T, dir, name, text string) string {
	path := filepath.Join(dir, name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	return path
}

// putCert writes a certificate chain and its key, both as PEM, into one file.
func putCert(t *testing.T, dir, name string, cert tls.Certificate) string {
	var b bytes.Buffer
	for _, der := range cert.Certificate {
		require.NoError(t, pem.Encode(&b, &pem.Block{Type: "CERTIFICATE", Bytes: der}))
	}
	key, err := x509.MarshalPKCS8PrivateKey(cert.PrivateKey)
	require.NoError(t, err)
	require.NoError(t, pem.Encode(&b, &pem.Block{Type: "PRIVATE KEY", Bytes: key}))
	return put(t, dir, name, b.String())
}

// putRoots writes a CA's certificate.
func putRoots(t *testing.T, dir string, ca *authority) string {
	return put(t, dir, "ca.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: ca.cert.Raw})))
}

// clientLeaf is a client certificate.
func (a *authority) clientLeaf(t *testing.T, name string) tls.Certificate {
	cert, key := a.issue(t, &x509.Certificate{
		Subject: pkix.Name{CommonName: name}, NotAfter: soon(), ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	})
	return tls.Certificate{Certificate: [][]byte{cert.Raw}, PrivateKey: key}
}

// A backend is our Server on a loopback port, behind some program.
type backend struct {
	*httptest.Server
	mu        sync.Mutex
	ends      []error
	exchanges []transport.Exchange
}

// newBackend serves srv until the test ends.
func newBackend(t *testing.T, srv *transport.Server) *backend {
	b := &backend{}
	srv.Ended = func(_ *transport.Session, err error) {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.ends = append(b.ends, err)
	}
	srv.Exchanged = func(e *transport.Exchange) {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.exchanges = append(b.exchanges, *e)
	}
	b.Server = httptest.NewServer(srv)
	t.Cleanup(b.Close)
	return b
}

// ended returns how its sessions ended.
func (b *backend) ended() []error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]error(nil), b.ends...)
}

// addr is the backend's address.
func (b *backend) addr() string { return b.Listener.Addr().String() }

// executed counts what a CPE was asked to do, by CommandKey.
type executed struct {
	mu   sync.Mutex
	keys []string
}

func (x *executed) handle(_ context.Context, request rpc.Message) (rpc.Message, error) {
	if r, ok := request.(*rpc.Reboot); ok {
		x.mu.Lock()
		defer x.mu.Unlock()
		x.keys = append(x.keys, r.CommandKey)
		return &rpc.RebootResponse{}, nil
	}
	return nil, rpc.FaultMethodNotSupported
}

// take returns what was asked since it was asked last.
func (x *executed) take() []string {
	x.mu.Lock()
	defer x.mu.Unlock()
	keys := x.keys
	x.keys = nil
	return keys
}

// threeReboots is a Script that asks for reboots a, b and c.
var threeReboots = transport.Script(func(ctx context.Context, s *transport.Session) error {
	for _, key := range []string{"a", "b", "c"} {
		if _, err := transport.Do(ctx, s, &rpc.Reboot{CommandKey: key}); err != nil {
			return err
		}
	}
	return nil
})

// through runs one session of a device with an ACS at a URL and checks that all of it
// happened.
func through(t *testing.T, url string, adjust func(*transport.Client)) transport.Recording {
	t.Helper()
	x, recorder := &executed{}, &transport.Recorder{}
	client := &transport.Client{URL: url, Username: user, Password: password, Handle: x.handle, Trace: recorder.Trace()}
	if adjust != nil {
		adjust(client)
	}
	_, err := client.Do(t.Context(), newInform())
	require.NoError(t, err)
	require.Equal(t, []string{"a", "b", "c"}, x.take())
	return recorder.Recording()
}

// count returns how many events of a kind there are.
func count(r transport.Recording, kind transport.EventKind) (n int) {
	for _, e := range r.Events {
		if e.Kind == kind {
			n++
		}
	}
	return n
}

// header returns the values that a response header had.
func header(r transport.Recording, name string) (all []string) {
	for _, e := range r.Events {
		if e.Kind == transport.EventReceived {
			all = append(all, e.Exchange.ResponseHeader.Get(name))
		}
	}
	return all
}
