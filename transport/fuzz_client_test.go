package transport_test

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/http/httpguts"

	"github.com/cwmp-go/cwmp/internal/digest"
	"github.com/cwmp-go/cwmp/transport"
)

// NOTE: a Client whose ACS says any bytes. It never panics, never waits beyond its
// bounds, leaves nothing open, and its errors are one line without a secret.

// A babbler is an ACS that answers each POST with the next of its texts, and closes.
type babbler struct {
	net *network

	mu    sync.Mutex
	heard bytes.Buffer
	posts int
}

func babble(t *testing.T, texts ...[]byte) *babbler {
	b := &babbler{net: newNetwork(cut{})}
	l := b.net.listen("acs.test:80")
	var wait sync.WaitGroup
	wait.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			wait.Go(func() { defer conn.Close(); b.talk(conn, texts) })
		}
	})
	t.Cleanup(func() { l.Close(); wait.Wait() })
	return b
}

// talk serves a connection. Requests are told apart as a server does it.
func (b *babbler) talk(conn net.Conn, texts [][]byte) {
	for {
		piece := make([]byte, 64<<10)
		n, err := conn.Read(piece)
		if err != nil {
			return
		}
		b.mu.Lock()
		b.heard.Write(piece[:n])
		k := b.posts
		b.posts++
		b.mu.Unlock()
		if k >= len(texts) {
			return
		}
		if _, err := conn.Write(texts[k]); err != nil {
			return
		}
	}
}

// client is a Client for a babbler, that compresses if it is told to.
func (b *babbler) client(coding transport.Compression) *transport.Client {
	return &transport.Client{
		URL: acsURL, Username: user, Password: password, Dial: b.net.Dial, Handle: answerAll, Compression: coding,
		Trace: &transport.Trace{Received: func(*transport.Exchange) {}},
	}
}

// harmless checks what must be true of every session.
func (b *babbler) harmless(t *testing.T, err error, took time.Duration) {
	if err != nil {
		text := err.Error()
		require.NotContains(t, text, password)
		require.NotContains(t, text, "\n")
		require.LessOrEqual(t, len(text), 500)
	}
	require.LessOrEqual(t, took, 10*time.Minute)
	require.Zero(t, b.net.left()[up])
	b.mu.Lock()
	defer b.mu.Unlock()
	require.NotContains(t, b.heard.String(), password)
	require.NotContains(t, b.heard.String(), "\r\nExpect:")
}

// run does a session.
func (b *babbler) run(t *testing.T, c *transport.Client) error {
	start := time.Now()
	_, err := c.Do(t.Context(), newInform(), complete("d"))
	b.harmless(t, err, time.Since(start))
	return err
}

func FuzzClientExchange(f *testing.F) {
	id := "1"
	doc := soap(id, "<cwmp:InformResponse><MaxEnvelopes>1</MaxEnvelopes></cwmp:InformResponse>")
	ok := response(doc)
	for _, first := range []string{
		ok, noContent, response(doc, "Content-Encoding: gzip"), response(gzipped(doc), "Content-Encoding: gzip"), response(zlibbed(doc), "Content-Encoding: deflate"),
		"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nWWW-Authenticate: " + challenge + "\r\n\r\n",
		"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: /x\r\nSet-Cookie: a=b; Path=/\r\n\r\n",
		"HTTP/1.1 100 Continue\r\n\r\n" + ok, "HTTP/1.0 200 OK\r\n\r\n" + doc, "HTTP/1.1 415 What\r\nContent-Length: 0\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\n<?xml\r\n0\r\nTrailer: z\r\n\r\n", ok + ok, "HTTP/1.1 503 Busy\r\nRetry-After: 5\r\n\r\n", "",
		"HTTP/1.1 200 OK\nContent-Length: 1\n\n ", response(soap(id, "<e:Fault><faultcode>e:Client</faultcode></e:Fault>")),
	} {
		f.Add([]byte(first), []byte(response(soap(id, "<cwmp:TransferCompleteResponse/>"))), []byte(response(soap("a", "<cwmp:GetRPCMethods/>"))), byte(0))
		f.Add([]byte(ok), []byte(first), []byte(noContent), byte(1))
		f.Add([]byte(ok), []byte(noContent), []byte(first), byte(2))
	}
	f.Fuzz(func(t *testing.T, one, two, three []byte, coding byte) {
		synctest.Test(t, func(t *testing.T) {
			b := babble(t, one, two, three)
			b.run(t, b.client(transport.Compression(coding%3)))
		})
	})
}

// withHeader is a response with a status and a header line.
func withHeader(code, name, value string) []byte {
	return fmt.Appendf(nil, "HTTP/1.1 %s\r\n%s: %s\r\nContent-Length: 0\r\n\r\n", code, name, value)
}

func FuzzLocation(f *testing.F) {
	for _, d := range detours {
		for _, e := range d.diary {
			f.Add(strings.Fields(e)[0], true)
		}
	}
	for _, s := range []string{"", "/x", "//b.test", "?q", "#f", "ftp://a/", "http://u:p@b.test/", "http://[::1]:80/", "http:\\\\b.test", "http://b.test:99999/", "HTTP://ACS.TEST:80/", "http://acs.test./", "http://b%2etest/", "http://\u0061cs.test/", "https://b.test", "javascript:x", "http:b.test"} {
		f.Add(s, false)
		f.Add(s, true)
	}
	f.Fuzz(func(t *testing.T, location string, secure bool) {
		if !httpguts.ValidHeaderFieldValue(location) {
			return
		}
		synctest.Test(t, func(t *testing.T) {
			b := babble(t, withHeader("302 Found", "Location", location))
			c := b.client(transport.Disabled)
			var dialed []string
			c.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
				if dialed = append(dialed, address); len(dialed) > 1 {
					return nil, errors.New("far enough")
				}
				return b.net.Dial(ctx, network, "acs.test:80")
			}
			err := b.run(t, c)
			if _, refused := errors.AsType[*transport.RedirectError](err); refused {
				require.Len(t, dialed, 1)
				return
			}
			if len(dialed) < 2 { // the same server, on the same connection
				return
			}
			base, _ := url.Parse(acsURL)
			target, err := base.Parse(strings.Trim(location, " \t"))
			require.NoError(t, err)
			require.Contains(t, []string{"http", "https"}, target.Scheme)
			require.Nil(t, target.User)
			host, port, err := net.SplitHostPort(dialed[1])
			require.NoError(t, err)
			require.Equal(t, target.Hostname(), host)
			require.NotEmpty(t, port)
		})
	})
}

func FuzzSetCookie(f *testing.F) {
	for _, s := range []string{
		"a=1", "a=1; Path=/; HttpOnly; Secure", `a="b c"`, "a=", "=b", ";", "a=1; Domain=.test", "a=1; Domain=evil.test", "a=1; Max-Age=-1", "a=1; Path=/cwmp/x",
		"__Host-a=1; Path=/; Secure", "a=b=c", "a=1, b=2", "a=\x80", strings.Repeat("x", 5000) + "=1", "a=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT", "a=1; SameSite=Strict",
	} {
		f.Add(s, "b="+s)
	}
	f.Fuzz(func(t *testing.T, one, two string) {
		if !httpguts.ValidHeaderFieldValue(one) || !httpguts.ValidHeaderFieldValue(two) {
			return
		}
		synctest.Test(t, func(t *testing.T) {
			b := babble(t, withHeader("302 Found", "Location: /cwmp\r\nSet-Cookie: "+one+"\r\nSet-Cookie", two), []byte(noContent))
			b.run(t, b.client(transport.Disabled))
			_, second, ok := strings.Cut(b.heard.String()[1:], "POST ")
			if !ok {
				return
			}
			r, err := http.ReadRequest(newBuffered("POST " + second))
			require.NoError(t, err, second)
			value := strings.Join(r.Header["Cookie"], "; ")
			require.LessOrEqual(t, len(value), 4<<10+16*4)
			require.LessOrEqual(t, len(r.Cookies()), 16)
			for _, k := range r.Cookies() {
				require.Contains(t, one+two, k.Name)
			}
		})
	})
}

// outcome is how a session ended, for comparisons.
func outcome(err error) string {
	if err == nil {
		return "well"
	}
	return err.Error()
}

// A Content-Type says nothing to either end.
func FuzzContentType(f *testing.F) {
	for _, s := range []string{"", "text/xml", "text/html", "application/soap+xml; charset=utf-8", `text/xml; charset="utf-8"; x`, "multipart/form-data; boundary=", "text/xml; encoding=utf-8", ";", "*/*", "text/xml, text/html", "application/gzip"} {
		f.Add(s)
	}
	inform := informOf(1)
	f.Fuzz(func(t *testing.T, value string) {
		if !httpguts.ValidHeaderFieldValue(value) {
			return
		}
		synctest.Test(t, func(t *testing.T) {
			doc := soap("1", "<cwmp:InformResponse><MaxEnvelopes>1</MaxEnvelopes></cwmp:InformResponse>")
			b := babble(t, []byte(response(doc)), []byte(noContent))
			c := babble(t, []byte(response(doc, "Content-Type: "+value)), []byte(noContent))
			require.Equal(t, outcome(b.run(t, b.client(0))), outcome(c.run(t, c.client(0))))
			_, got := arrived(t, strings.Replace(inform, "\r\n\r\n", "\r\nContent-Type: "+value+"\r\nConnection: close\r\n\r\n", 1))
			require.Contains(t, got, "InformResponse")
		})
	})
}

// A body under a coding is what its coding makes of it, or an error, within bounds.
func FuzzContentEncoding(f *testing.F) {
	doc := soap("1", "<cwmp:InformResponse><MaxEnvelopes>1</MaxEnvelopes></cwmp:InformResponse>")
	for _, coding := range []string{"gzip", "deflate", "", "identity", "br", "gzip, gzip", "GZIP"} {
		for _, body := range []string{doc, gzipped(doc), zlibbed(doc), deflated(doc), gzipped(gzipped(doc)), "", "\x1f\x8b", "x\x9c", gzipped(doc) + gzipped(doc), gzipped(strings.Repeat(" ", 3<<20))} {
			f.Add(coding, []byte(body))
		}
	}
	f.Fuzz(func(t *testing.T, coding string, body []byte) {
		if !httpguts.ValidHeaderFieldValue(coding) || len(body) > 1<<20 {
			return
		}
		synctest.Test(t, func(t *testing.T) {
			b := babble(t, []byte(response(string(body), "Content-Encoding: "+coding)), []byte(noContent))
			c := b.client(transport.GZIP)
			err := b.run(t, c)
			if plain, ok := unpacked(coding, body); ok {
				twin := babble(t, []byte(response(plain)), []byte(noContent))
				require.Equal(t, twin.run(t, twin.client(transport.GZIP)) == nil, err == nil, "%v", err)
			}
		})
	})
}

// unpacked is what a small body holds, by functions of its own.
func unpacked(coding string, body []byte) (string, bool) {
	var r io.Reader
	switch strings.TrimSpace(coding) {
	case "gzip":
		z, err := gzip.NewReader(bytes.NewReader(body))
		if err != nil {
			return "", false
		}
		r = z
	case "deflate":
		if len(body) < 6 || body[0] != 0x78 || body[1] != 0x9c {
			return "", false
		}
		r = flate.NewReader(bytes.NewReader(body[2 : len(body)-4]))
	default:
		return "", false
	}
	plain, err := io.ReadAll(io.LimitReader(r, 1<<20))
	return string(plain), err == nil && len(plain) < 1<<20 && coding == "gzip"
}

// A challenge is answered by credentials that can be read and do not hold the password,
// or not at all; the same credentials at our own end let nobody in that has none.
func FuzzAuthenticate(f *testing.F) {
	for _, s := range []string{challenge, askBasic, challenge + ", " + askBasic, `Digest realm="a\"b", nonce=n, qop="auth-int", algorithm=SHA-256-sess, opaque="o"`, "Digest", "Bearer x", `Digest username="` + user + `", realm="cwmp", nonce="n", uri="/cwmp", response="0", qop=auth, nc=1, cnonce="c"`, "Basic " + user} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, value string) {
		if !httpguts.ValidHeaderFieldValue(value) {
			return
		}
		synctest.Test(t, func(t *testing.T) {
			b := babble(t, withHeader("401 Who", "WWW-Authenticate", value), []byte(noContent))
			b.run(t, b.client(transport.Disabled))
			for line := range strings.SplitSeq(b.heard.String(), "\r\n") {
				if given, ok := strings.CutPrefix(line, "Authorization: "); ok {
					c, err := digest.ParseCredentials(given)
					require.NoError(t, err, given)
					require.Equal(t, "Digest", c.Scheme)
					require.Equal(t, user, c.Username)
				}
			}
			srv := &transport.Server{Authenticator: transport.AnyAuth{digestAuth(), &transport.BasicAuth{InsecureHTTP: true, Password: passwords}}}
			n := newNetwork(cut{})
			n.serve(t, "acs.test:80", srv, nil)
			r := exchangeRaw(t, n, "POST /cwmp HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: "+value+"\r\nContent-Length: 0\r\n\r\n")
			require.True(t, slices.Contains([]string{"HTTP/1.1 401", "HTTP/1.1 403"}, r[:min(len(r), 12)]), r)
			assert.NotContains(t, r, password)
		})
	})
}
