package connreq

// NOTE: the readers on any bytes, in any pieces. Nobody guesses a password; what is
// read is within its bounds; and where net/http reads a message too, it reads the same.

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"errors"
	"io"
	mrand "math/rand/v2"
	"net"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A tape is a connection whose peer has said all that it will say.
type tape struct {
	net.Conn
	in  io.Reader
	out bytes.Buffer
}

// Read implements net.Conn.
func (c *tape) Read(b []byte) (int, error) { return c.in.Read(b) }

// Write implements net.Conn.
func (c *tape) Write(b []byte) (int, error) { return c.out.Write(b) }

// Close implements net.Conn.
func (c *tape) Close() error { return nil }

// SetDeadline implements net.Conn.
func (c *tape) SetDeadline(time.Time) error { return nil }

// SetReadDeadline implements net.Conn.
func (c *tape) SetReadDeadline(time.Time) error { return nil }

// pieces hands out a text in random pieces.
type pieces struct {
	*strings.Reader
	random *mrand.Rand
}

// Read implements io.Reader.
func (p pieces) Read(b []byte) (int, error) {
	return p.Reader.Read(b[:min(len(b), 1+p.random.IntN(50))])
}

var answers = regexp.MustCompile(`^(HTTP/1\.1 (400|401|404|405|431|505) [A-Za-z ]+\r\n(WWW-Authenticate: [^\r\n]+\r\n|Allow: GET\r\n)*Content-Length: 0\r\n(Connection: close\r\n)?\r\n){0,3}$`)

func FuzzConnReqServer(f *testing.F) {
	for _, s := range []string{
		get(path), get(path+"?x=y", auth{nonce: "n"}.field()), get(path) + get(path) + get(path) + get(path),
		"POST " + path + " HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc", "GET http://h" + path + " HTTP/1.0\n\n",
		"\r\nGET / HTTP/2.0\r\n\r\n", get(path, "Connection: close, x", "Transfer-Encoding: chunked", "Cookie: \x00"),
		"GET " + path + " HTTP/1.1\r\nX: a\r\n b\r\n\r\n", strings.Repeat("X", MaxHead+1), get(path, strings.Repeat("X: y\r\n", 70)),
		get(path, "Authorization: Basic Y3ItdXNlcjp4"),
	} {
		f.Add(s, uint64(1))
	}
	gate := &Gate{Credentials: credentials}
	l := &Listener{Gate: gate, Path: path}
	l.once.Do(l.init)
	f.Fuzz(func(t *testing.T, stream string, seed uint64) {
		whole := serveTape(l, strings.NewReader(stream))
		cut := serveTape(l, pieces{strings.NewReader(stream), mrand.New(mrand.NewPCG(seed, 0))})
		require.Regexp(t, answers, whole)
		require.Equal(t, nonceText.ReplaceAllString(whole, ""), nonceText.ReplaceAllString(cut, ""), "pieces change nothing")
		require.Empty(t, gate.C(), "nobody guesses the password")
		l.guesses = guesses{}
		likeNetHTTP(t, stream)
	})
}

// serveTape serves a connection and returns what was answered.
func serveTape(l *Listener, in io.Reader) string {
	c := &tape{in: in}
	v := &visit{conn: c, gone: make(chan struct{})}
	l.visits.enter(v, DefaultConns, DefaultPerAddr)
	l.serve(v)
	return c.out.String()
}

// likeNetHTTP compares the first head with what net/http makes of it.
func likeNetHTTP(t *testing.T, stream string) {
	heads, _ := read(strings.NewReader(stream))
	if len(heads) == 0 {
		return
	}
	theirs, err := http.ReadRequest(bufio.NewReader(strings.NewReader(strings.TrimLeft(stream, "\r\n"))))
	if err != nil {
		return
	}
	require.Equal(t, theirs.Method, heads[0].method)
	require.Equal(t, theirs.RequestURI, heads[0].target)
	require.Equal(t, strings.Trim(strings.Join(theirs.Header.Values("Authorization"), ""), " \t"), heads[0].authorization)
}

func FuzzReply(f *testing.F) {
	for _, s := range []string{
		orange, challenge("1"), status("200 OK", empty), status("204 No Content"), status("100 Continue") + status("503 Busy", empty),
		"HTTP/1.1 401 x\r\nWWW-Authenticate : a\r\n\tb\r\n\r\nbody", "\r\n\nhttp/1.0 302 x\r\n\r\n", "HTTP/1.1 200 OK\r\n" + strings.Repeat("X: y\r\n", 1000),
	} {
		f.Add(s, uint64(1))
	}
	f.Fuzz(func(t *testing.T, stream string, seed uint64) {
		whole, err := readTape(strings.NewReader(stream))
		cut, cutErr := readTape(pieces{strings.NewReader(stream), mrand.New(mrand.NewPCG(seed, 0))})
		require.Equal(t, err == nil, cutErr == nil)
		require.Equal(t, whole.challenges, cut.challenges)
		require.Equal(t, whole.status, cut.status)
		if err != nil {
			require.True(t, errors.Is(err, ErrNoReply) || errors.Is(err, ErrNotHTTP), "%v", err)
			return
		}
		require.True(t, whole.status >= 100 && whole.status <= 999)
		theirs, err := http.ReadResponse(bufio.NewReader(strings.NewReader(stream)), nil)
		if err != nil || theirs.StatusCode < 200 || len(stream) > MaxReply {
			return
		}
		require.Equal(t, theirs.StatusCode, whole.status)
		var want []string
		for name, values := range theirs.Header { // it keeps a blank before the colon
			if strings.EqualFold(strings.TrimRight(name, " \t"), "WWW-Authenticate") {
				want = append(want, values...)
			}
		}
		for i, v := range want {
			want[i] = strings.Join(strings.Fields(v), " ")
		}
		var got []string
		for _, v := range whole.challenges {
			got = append(got, strings.Join(strings.Fields(v), " "))
		}
		require.ElementsMatch(t, want, got)
	})
}

// readTape reads a reply.
func readTape(in io.Reader) (reply, error) {
	r := &replyReader{conn: &tape{in: in}, until: time.Now().Add(time.Hour)}
	return r.read()
}

func FuzzUDPCR(f *testing.F) {
	f.Add([]byte(vectorText))
	f.Add(datagram(f, ts0, "a b&c"))
	f.Add([]byte("GET HTTP://h/?ts=1700000000&id=%31&un=cr-user&cn=&sig=" + strings.Repeat("0", 40) + " HTTP/1.1"))
	secret := rand.Text()
	f.Fuzz(func(t *testing.T, b []byte) {
		u := newReceiver()
		u.Gate.Credentials = func() (string, string) { return user, secret }
		require.Error(t, u.Receive(b), "nobody guesses the password")
		require.Zero(t, u.last)
		require.Empty(t, u.Gate.C())
		r, err := ParseUDPRequest(b)
		if err != nil {
			require.ErrorIs(t, err, ErrMalformed)
			require.Zero(t, r)
			return
		}
		require.True(t, IsUDPRequest(b))
		again, err := r.Append(nil, "password")
		if err != nil { // escapes may lengthen it
			require.Greater(t, len(b)*3, MaxDatagram)
			return
		}
		got, err := ParseUDPRequest(again)
		require.NoError(t, err)
		require.True(t, got.Signed("password"))
		got.Signature = r.Signature
		require.Equal(t, r, got)
	})
}

// The end of a wait inside of a reply is told from the end of a connection.
func TestReplyEnds(t *testing.T) {
	for _, tt := range []struct {
		text string
		end  error
		want error
	}{
		{"", io.EOF, ErrNoReply}, {"", os.ErrDeadlineExceeded, os.ErrDeadlineExceeded}, {"HTTP/1.1 2", io.EOF, ErrNotHTTP},
		{"HTTP/1.1 2", os.ErrDeadlineExceeded, os.ErrDeadlineExceeded}, {"HTTP/1.1 200\n", os.ErrDeadlineExceeded, nil}, {"HTTP/1.1 200", io.EOF, nil},
	} {
		_, err := readTape(io.MultiReader(strings.NewReader(tt.text), failing{tt.end}))
		assert.ErrorIs(t, err, tt.want, "%q", tt.text)
	}
}

// failing fails to be read.
type failing struct{ err error }

// Read implements io.Reader.
func (f failing) Read([]byte) (int, error) { return 0, f.err }
