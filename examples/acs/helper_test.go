package main

// NOTE: the program in this process, with a console that tests can wait for, and
// certificates.

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/cwmptest"
	"github.com/cwmp-go/cwmp/rpc"
)

// A console is what a program writes to.
type console struct {
	mu      sync.Mutex
	text    bytes.Buffer
	changed chan struct{}
}

func newConsole() *console { return &console{changed: make(chan struct{})} }

func (c *console) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	close(c.changed)
	c.changed = make(chan struct{})
	return c.text.Write(p)
}

func (c *console) String() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.text.String()
}

// lines waits until there are n lines, and returns all that there are.
func (c *console) lines(t *testing.T, n int) []string {
	t.Helper()
	for {
		c.mu.Lock()
		text, changed := c.text.String(), c.changed
		c.mu.Unlock()
		if strings.Count(text, "\n") >= n {
			return strings.SplitAfter(strings.TrimSuffix(text, "\n"), "\n")
		}
		select {
		case <-changed:
		case <-time.After(time.Minute):
			t.Fatalf("waited for %d lines: %q", n, text)
		}
	}
}

// A running is a program at work.
type running struct {
	url       string
	out, errs *console
	signal    context.CancelFunc
	status    chan int
}

// start starts the program on a free port.
func start(t *testing.T, args ...string) *running {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	r := &running{out: newConsole(), errs: newConsole(), signal: cancel, status: make(chan int, 1)}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		r.status <- run(ctx, append([]string{"-listen", "127.0.0.1:0"}, args...), r.out, r.errs)
	}()
	t.Cleanup(func() { cancel(); <-ended })
	first := r.out
	for _, arg := range args {
		if arg == "-json" {
			first = r.errs
		}
	}
	line, ok := strings.CutPrefix(strings.TrimSpace(first.lines(t, 1)[0]), "listening on ")
	require.True(t, ok, line)
	r.url = line
	return r
}

// stop ends the program as a signal does.
func (r *running) stop(t *testing.T) int {
	t.Helper()
	r.signal()
	return <-r.status
}

// file makes a file of the text.
func file(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(name, []byte(text), 0o600))
	return name
}

// keyPair makes the files of a certificate for 127.0.0.1 that vouches for itself.
func keyPair(t *testing.T) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "acs"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	require.NoError(t, err)
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	require.NoError(t, err)
	cert = file(t, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})))
	return cert, file(t, string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})))
}

// roots is the pool with a certificate.
func roots(t *testing.T, cert string) *x509.CertPool {
	t.Helper()
	text, err := os.ReadFile(cert)
	require.NoError(t, err)
	pool := x509.NewCertPool()
	require.True(t, pool.AppendCertsFromPEM(text))
	return pool
}

// device has three parameters, one of them a password, and a table.
func device() *cwmptest.Device {
	return &cwmptest.Device{
		ID:     rpc.DeviceID{Manufacturer: "M", OUI: "ABCDEF", ProductClass: "P", SerialNumber: "S"},
		Forced: []string{"Device.X"},
		Parameters: []cwmptest.Parameter{
			{Name: "Device.X", Value: rpc.StringValue("v<&>"), Writable: true},
			{Name: "Device.N", Value: rpc.UnsignedIntValue(7)},
			{Name: "Device.Password", Value: rpc.StringValue("hush"), Writable: true},
			{Name: "Device.T.", Writable: true},
		},
	}
}

// boot are the events of a device that was switched on.
var boot = []rpc.Event{{EventCode: rpc.EventBoot}, {EventCode: rpc.EventMReboot, CommandKey: "k0"}}

// call runs a session of the device.
func (r *running) call(t *testing.T, d *cwmptest.Device, requests ...rpc.Message) error {
	t.Helper()
	_, err := d.Inform(t.Context(), r.url, boot, requests...)
	return err
}
