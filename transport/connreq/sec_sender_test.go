package connreq

// NOTE: the attacks that docs/SECURITY.md lists, each by its number, at the ACS's end.

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// SEC-17: whatever the order of the challenges, the strongest digest is answered; and
// what a man in the middle takes out of them gains him no password in clear.
func TestSEC17(t *testing.T) {
	const digestOf = `Digest realm="r", nonce="%s", algorithm=%s%s`
	offers := []string{
		`Basic realm="r"`,
		fmt.Sprintf(digestOf, "old", "MD5", ""),
		fmt.Sprintf(digestOf, "md5", "MD5", `, qop="auth"`),
		fmt.Sprintf(digestOf, "sha", "SHA-256", `, qop="auth"`),
	}
	strength := func(set []string) (nonce string) { // the last that is there
		for i, name := range []string{"", "old", "md5", "sha"} {
			for _, o := range set {
				if o == offers[i] {
					nonce = name
				}
			}
		}
		return nonce
	}
	runs := 0
	for mask := range 16 {
		var set []string
		for i, o := range offers {
			if mask>>i&1 == 1 {
				set = append(set, o)
			}
		}
		permute(set, func(order []string) {
			runs++
			bubble(t, fmt.Sprint(runs), func(t *testing.T) {
				fields := []string{empty}
				for _, o := range order {
					fields = append(fields, "WWW-Authenticate: "+o)
				}
				first, want := status("401 No", fields...), strength(order)
				if want == "" {
					c := newCPE(t, first)
					_, err := c.send(t, Sender{}, right)
					assert.Error(t, err)
					assert.NotContains(t, c.requests[0], "Authorization")
					return
				}
				c := newCPE(t, first, status("200 OK", empty))
				_, err := c.send(t, Sender{InsecureBasic: true}, right)
				assert.NoError(t, err)
				assert.Contains(t, c.requests[1], `nonce="`+want+`"`)
			})
		})
	}
	assert.GreaterOrEqual(t, runs, 24)
}

// permute calls f with every order of a list.
func permute(list []string, f func([]string)) {
	if len(list) == 0 {
		f(nil)
		return
	}
	for i := range list {
		rest := append(append([]string{}, list[:i]...), list[i+1:]...)
		permute(rest, func(order []string) { f(append([]string{list[i]}, order...)) })
	}
}

// urls are where a device may say that it is, and must not be believed.
var urls = strings.Fields(`
	https://9.9.9.9:7547/ file:///etc/passwd ftp://9.9.9.9/ gopher://9.9.9.9:7547/_x javascript:alert(1) data:,x
	//9.9.9.9/ 9.9.9.9:7547 http: http:// http:///x http://:7547/ http:9.9.9.9/ HTTP://u@9.9.9.9/ http://u:p@9.9.9.9:7547/
	http://9.9.9.9:22/ http://9.9.9.9:25/ http://9.9.9.9:443/ http://9.9.9.9:1023/ http://9.9.9.9:0/ http://9.9.9.9:65536/ http://9.9.9.9:-1/ http://9.9.9.9:7547x/
	http://127.0.0.1/ http://127.0.0.1:7547/ http://127.1.2.3:7547/ http://127.1/ http://127.0.1/ http://0/ http://0.0.0.0:7547/
	http://2130706433/ http://017700000001/ http://0x7f000001/ http://0x7f.1/ http://0177.0.0.1/ http://127.0.0.1./ http://127.00.0.1/
	http://localhost/ http://LOCALHOST:7547/ http://localhost./ http://inner.example:7547/ http://ten.example/ http://meta.example/ http://six.example/
	http://[::1]/ http://[::]/ http://[0:0:0:0:0:0:0:1]:7547/ http://[::ffff:127.0.0.1]/ http://[::ffff:7f00:1]/ http://[::127.0.0.1]/ http://[::ffff:169.254.169.254]/
	http://[64:ff9b::7f00:1]/ http://[2002:7f00:1::]/ http://[2001:0:7f00:1::]/ http://[fe80::1]/ http://[fe80::1%25lo]/ http://[fd00:ec2::254]/ http://[ff02::1]/
	http://169.254.169.254/latest/meta-data/ http://100.100.100.200/ http://10.0.0.1:8080/ http://172.16.0.1/ http://192.168.0.1/ http://100.64.0.1/ http://198.18.0.1/
	http://224.0.0.1/ http://239.255.255.250:1900/ http://255.255.255.255/ http://240.0.0.1/ http://192.0.0.192/
	http://ⓛocalhost/ http://127。0。0。1/ http://9.9.9.9%00.example/ http://a_b!c/ http://a%20b/ http://9.9.9.9#@127.0.0.1:22/ http://9.9.9.9\@127.0.0.1/
`)

// SEC-28: none of them is dialled.
func TestSEC28(t *testing.T) {
	require.GreaterOrEqual(t, len(urls), 60)
	inner := names(map[string][]string{
		"localhost": {"127.0.0.1", "::1"}, "LOCALHOST": {"127.0.0.1"}, "localhost.": {"127.0.0.1"},
		"inner.example": {"127.0.0.1"}, "ten.example": {"10.0.0.1"}, "meta.example": {"169.254.169.254"}, "six.example": {"::1", "fd00::1"},
	})
	s := Sender{Resolve: inner, Dial: func(_ context.Context, _, address string) (net.Conn, error) {
		assert.Equal(t, "9.9.9.9:80", address)
		return nil, net.ErrClosed
	}}
	for _, u := range urls {
		got, err := s.Send(t.Context(), u, right)
		if strings.Contains(u, "#@") { // a fragment: the host is 9.9.9.9
			assert.ErrorIs(t, err, net.ErrClosed)
			continue
		}
		assert.Error(t, err, u)
		assert.NotErrorIs(t, err, net.ErrClosed, u)
		assert.Equal(t, Reply{Refused, 0, -1}, got, u)
	}
	for _, bad := range []string{"http://9.9.9.9/\r\nX: y", "http://9.9.9.9/?a b", "http://9.9.9.9/?\xff", "http://9.9.9.9/" + strings.Repeat("x", maxURL)} {
		_, err := s.Send(t.Context(), bad, right)
		assert.ErrorIs(t, err, ErrURL, bad)
	}
}

// SEC-28: a name that resolves to another address each time is dialled at the one that
// was looked at; it is asked for once a request.
func TestSEC28Rebinding(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		c := newCPE(t, challenge("1")+thenShut, status("200 OK", empty))
		asked := 0
		s := Sender{Dial: c.Dial, Resolve: func(context.Context, string) ([]netip.Addr, error) {
			if asked++; asked == 1 {
				return []netip.Addr{netip.MustParseAddr("9.9.9.9")}, nil
			}
			return []netip.Addr{netip.MustParseAddr("127.0.0.1")}, nil
		}}
		_, err := s.Send(t.Context(), "http://rebind.example:7547/", right)
		assert.NoError(t, err)
		assert.Equal(t, []string{"tcp 9.9.9.9:7547", "tcp 9.9.9.9:7547"}, c.dialled, "the second connection too")
		assert.Equal(t, 1, asked)
		_, err = s.Send(t.Context(), "http://rebind.example:7547/", right)
		assert.ErrorIs(t, err, ErrAddress)
	})
}

// SEC-28: a redirect and an endless body lead nowhere.
func TestSEC28Replies(t *testing.T) {
	for _, code := range []int{300, 301, 302, 303, 307, 308} {
		bubble(t, fmt.Sprint(code), func(t *testing.T) {
			c := newCPE(t, status(fmt.Sprint(code, " Moved"), empty, "Location: http://127.0.0.1/"))
			got, _ := c.send(t, Sender{}, right)
			assert.Equal(t, Reply{Refused, code, -1}, got)
		})
	}
	bubble(t, "body", func(t *testing.T) {
		c := newCPE(t, status("200 OK", "Content-Length: 1073741824")+strings.Repeat("x", 1<<20))
		got, err := c.send(t, Sender{}, right)
		assert.NoError(t, err)
		assert.Equal(t, Accepted, got.Result)
	})
}

// A lockedBuffer is written by the test and by the loggers of connections.
type lockedBuffer struct {
	mu sync.Mutex
	b  strings.Builder
}

// Write implements io.Writer.
func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

// String is what was written.
func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// Secrets: the password is in no text of either end, and the URL's path in no error.
func TestSecrets(t *testing.T) {
	var text lockedBuffer
	logger := slog.New(slog.NewTextHandler(&text, &slog.HandlerOptions{Level: slog.LevelDebug}))
	bubble(t, "", func(t *testing.T) {
		p := listen(t, &Listener{Logger: logger, Gate: &Gate{Burst: 2}, Path: "/" + password})
		u := &UDPReceiver{Gate: p.gate, Logger: logger}
		s := Sender{Policy: docs, Dial: p.Dial}
		url := p.listener.URL("192.0.2.1:7547")
		for _, one := range [][]Credential{{right}, {{user, "wrong"}}, nil, {right}, {right}} {
			got, err := s.Send(t.Context(), url, one...)
			fmt.Fprintln(&text, got, err)
		}
		for _, d := range [][]byte{datagram(t, ts0, "1"), datagram(t, ts0, "1"), []byte("GET http://" + password)} {
			fmt.Fprintln(&text, u.Receive(d))
		}
		p.try(acs, "GET /"+password+"\r\n\r\n")
		for range 6 {
			p.peer(acs)
		}
		p.fail <- net.ErrWriteToConnected
		p.try(acs, "GET /"+password+" HTTP/1.1\r\nAuthorization: Digest "+password+"\r\n\r\n")
		for _, bad := range []string{"http://127.0.0.1/" + password, "https://x/" + password, "http://u:" + password + "@h/"} {
			_, err := s.Send(t.Context(), bad, right)
			fmt.Fprintln(&text, err)
		}
		fmt.Fprintln(&text, &StatusError{404}, &ChallengeError{ErrInsecureBasic})
		fmt.Fprintf(&text, "%v %+v %#v %s %q\n", right, right, []Credential{right}, right, right)
		logger.Info("x", "credential", right)
		require.NoError(t, json.NewEncoder(&text).Encode(right))
	})
	for _, word := range []string{"accepted", "busy", "malformed", "closed for a newer", "accept failed", "refused"} {
		assert.Contains(t, text.String(), word)
	}
	assert.NotContains(t, text.String(), password)
	for line := range strings.Lines(text.String()) {
		assert.Less(t, len(line), 4<<10)
	}
}

// Every test that stands for an attack has its number, and every attack that the
// package has to withstand has a test.
func TestSECNumbers(t *testing.T) {
	names, err := filepath.Glob("*_test.go")
	require.NoError(t, err)
	var all strings.Builder
	for _, name := range names {
		b, err := os.ReadFile(name)
		require.NoError(t, err)
		all.Write(b)
	}
	for _, n := range []string{"01", "02", "04", "14", "15", "16", "17", "18", "26", "28"} {
		assert.Contains(t, all.String(), "\nfunc TestSEC"+n+"(t *testing.T)")
	}
}
