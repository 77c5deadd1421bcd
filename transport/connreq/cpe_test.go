package connreq

// NOTE: a CPE of the ACS's tests: a script of replies, whose bytes may be anything.

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/netip"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// A cpe replies by a script, one entry a request, whatever the request says.
type cpe struct {
	*memory
	script   []string
	mu       sync.Mutex
	requests []string // each as it came
	on       []int    // the connection that it came on, from 1
	dialled  []string
}

// What a script may have besides replies.
const (
	hangUp   = "hang up"       // close without reply
	silence  = "silence"       // no reply, and no close
	thenShut = "\x00then shut" // at a reply's end: close behind it
	thenHush = "\x00then hush" // at a reply's end: nothing more, also to further requests
)

// newCPE serves a script until the test ends.
func newCPE(t *testing.T, script ...string) *cpe {
	c := &cpe{memory: newMemory(), script: script}
	var serving sync.WaitGroup
	serving.Go(func() {
		for n := 1; ; n++ {
			conn, err := c.Accept()
			if err != nil {
				return
			}
			serving.Go(func() { c.serve(conn, n) })
		}
	})
	t.Cleanup(func() {
		c.Close()
		serving.Wait()
		assert.Len(t, c.requests, len(script), "requests as the script has them")
	})
	return c
}

// serve replies on one connection.
func (c *cpe) serve(conn net.Conn, n int) {
	defer conn.Close()
	for r := bufio.NewReader(conn); ; {
		var request strings.Builder
		for line := ""; line != "\r\n"; {
			var err error
			if line, err = r.ReadString('\n'); err != nil {
				return
			}
			request.WriteString(line)
		}
		reply := c.next(request.String(), n)
		switch reply {
		case hangUp:
			return
		case silence:
			io.Copy(io.Discard, conn)
			return
		}
		text, how, _ := strings.Cut(reply, "\x00")
		if _, err := io.WriteString(conn, text); err != nil || how == thenShut[1:] {
			return
		}
		if how == thenHush[1:] {
			io.Copy(io.Discard, conn)
			return
		}
	}
}

// next notes a request and finds its reply.
func (c *cpe) next(request string, n int) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.requests, c.on = append(c.requests, request), append(c.on, n)
	if len(c.requests) > len(c.script) {
		return hangUp
	}
	return c.script[len(c.requests)-1]
}

// Dial notes the address and connects.
func (c *cpe) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	c.mu.Lock()
	c.dialled = append(c.dialled, network+" "+address)
	c.mu.Unlock()
	return c.memory.Dial(ctx, network, address)
}

const cpeURL = "http://198.51.100.7:7547/7f3c"

// The tests' addresses are those of documentation, which are not public.
var docs = Policy{Allow: prefixes("192.0.2.0/24 198.51.100.0/24 203.0.113.0/24 2001:db8::/32")}

// send sends a request to a CPE.
func (c *cpe) send(t *testing.T, s Sender, credentials ...Credential) (Reply, error) {
	s.Dial = c.Dial
	if s.Policy.Allow == nil {
		s.Policy = docs
	}
	return s.Send(t.Context(), cpeURL, credentials...)
}

// reply200 and its like are replies in the usual form.
func status(line string, fields ...string) string {
	b := "HTTP/1.1 " + line + "\r\n"
	for _, f := range fields {
		b += f + "\r\n"
	}
	return b + "\r\n"
}

const empty = "Content-Length: 0"

// challenge is a 401 with a nonce.
func challenge(nonce string, more ...string) string {
	return status("401 Unauthorized", empty, `WWW-Authenticate: Digest realm="r", qop="auth", nonce="`+nonce+`"`+strings.Join(more, ""))
}

// names answers a Sender's questions about names.
func names(table map[string][]string) func(context.Context, string) ([]netip.Addr, error) {
	return func(_ context.Context, host string) ([]netip.Addr, error) {
		var all []netip.Addr
		for _, a := range table[host] {
			all = append(all, netip.MustParseAddr(a))
		}
		if all == nil {
			return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
		}
		return all, nil
	}
}

var directive = regexp.MustCompile(`(\w+)="?([^",\r]*)`)

// checkDigest checks a request's credentials by RFC 7616, computed here.
func checkDigest(t *testing.T, request, user, password string) {
	t.Helper()
	_, header, ok := strings.Cut(request, "Authorization: Digest ")
	if !assert.True(t, ok, "no digest in %q", request) {
		return
	}
	d := map[string]string{}
	for _, m := range directive.FindAllStringSubmatch(header, -1) {
		d[m[1]] = m[2]
	}
	assert.Equal(t, user, d["username"])
	a1, a2 := md5hex(user, d["realm"], password), md5hex("GET", d["uri"])
	want := md5hex(a1, d["nonce"], d["nc"], d["cnonce"], d["qop"], a2)
	if d["qop"] == "" {
		want = md5hex(a1, d["nonce"], a2)
	}
	assert.Equal(t, want, d["response"])
}

// took runs f and says how long it took.
func took(f func()) time.Duration {
	start := time.Now()
	f()
	return time.Since(start)
}
