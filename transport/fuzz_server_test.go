package transport_test

import (
	"bufio"
	"bytes"
	"io"
	"log"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/transport"
)

// NOTE: a Server whose CPE says any bytes. It never panics, every session that opens
// ends once, and nothing is open when nobody says anything any more.

func newBuffered(s string) *bufio.Reader { return bufio.NewReader(strings.NewReader(s)) }

// exchangeRaw says a text, which asks for the end of the connection, on a new one and
// returns all that comes back.
func exchangeRaw(t *testing.T, n *network, text string) string {
	conn, err := n.Dial(t.Context(), "tcp", "acs.test:80")
	require.NoError(t, err)
	defer conn.Close()
	io.WriteString(conn, text)
	all, _ := io.ReadAll(conn)
	return string(all)
}

// A parrot says texts on one connection and takes the cookie of the last answer along,
// where a text has the word for it.
type parrot struct {
	conn   *end
	cookie string
	got    bytes.Buffer
}

const cookieHere = "@COOKIE@"

// say says a text and listens for a second.
func (p *parrot) say(text []byte) {
	p.conn.Write(bytes.ReplaceAll(text, []byte(cookieHere), []byte(p.cookie)))
	p.conn.SetReadDeadline(time.Now().Add(time.Second))
	answer, _ := io.ReadAll(p.conn)
	p.got.Write(answer)
	for line := range strings.SplitSeq(string(answer), "\r\n") {
		if value, ok := strings.CutPrefix(line, "Set-Cookie: "); ok {
			p.cookie, _, _ = strings.Cut(value, ";")
		}
	}
}

// postOf is a POST with the session's cookie.
func postOf(body string, lines ...string) string {
	lines = append([]string{"POST /cwmp HTTP/1.1", "Host: acs.test", "Cookie: " + cookieHere, "Content-Length: " + length(body)}, lines...)
	return strings.Join(lines, "\r\n") + "\r\n\r\n" + body
}

func length(s string) string { return strconv.Itoa(len(s)) }

func FuzzServerExchange(f *testing.F) {
	inform := strings.SplitN(informOf(1), "\r\n\r\n", 2)[1]
	answer := soap("acs-1", "<cwmp:RebootResponse/>")
	for _, s := range []string{
		postOf(answer), postOf(""), postOf(" \n"), postOf(inform), postOf(soap("x", "<cwmp:GetRPCMethods/>")), postOf(soap("x", "<cwmp:TransferComplete/>")),
		postOf(soap("acs-1", "<e:Fault><faultcode>e:Client</faultcode></e:Fault>")), postOf(badRequest), postOf("<a>"), postOf(answer, "Expect: 100-continue"),
		postOf(answer, "Content-Encoding: gzip"), postOf(answer, "SOAPAction: x", "Content-Type: text/html"), "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n<?xml\r\n0\r\n\r\n",
		postOf("") + postOf(answer), "POST /", "\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", postOf(answer, "Authorization: Basic eDp5"), strings.Replace(postOf(""), cookieHere, "cwmp=; cwmp=x, "+cookieHere, 1),
	} {
		f.Add([]byte(postOf(inform)), []byte(postOf("")), []byte(s), false)
		f.Add([]byte(postOf(inform)), []byte(s), []byte(postOf("")), false)
		f.Add([]byte(s), []byte(postOf(inform)), []byte(s), true)
	}
	f.Fuzz(func(t *testing.T, one, two, three []byte, authenticated bool) {
		synctest.Test(t, func(t *testing.T) { chatter(t, authenticated, one, two, three) })
	})
}

// chatter is one run.
func chatter(t *testing.T, authenticated bool, texts ...[]byte) {
	p := play{events: []rpc.Event{event(rpc.EventPeriodic)}, tasks: []rpc.Message{&rpc.Reboot{}}, digest: authenticated}
	var panics logBuffer
	s := p.stage(t, cut{}, nil)
	n := s.net
	srv := advised(s.server)
	srv.ErrorLog = log.New(&panics, "", 0)
	l := n.listen("acs.test:80") // in the place of the stage's own
	served := make(chan error, 1)
	go func() { served <- srv.Serve(l) }()
	conn, err := n.Dial(t.Context(), "tcp", "acs.test:80")
	require.NoError(t, err)
	parrot := &parrot{conn: conn.(*end)}
	for _, text := range texts {
		parrot.say(text)
	}
	conn.Close()
	pass(15 * time.Minute)
	srv.Close()
	<-served
	require.NotContains(t, panics.String(), "panic")
	require.Zero(t, n.left())
	require.NotContains(t, parrot.got.String(), password)
	s.desk.mu.Lock()
	defer s.desk.mu.Unlock()
	s.desk.checkEnds()
	if authenticated {
		require.Zero(t, s.desk.opened)
	}
	wellFormed(t, parrot.got.String())
}

// wellFormed checks that all that was answered is HTTP, and each body a message.
func wellFormed(t *testing.T, all string) {
	for r := newBuffered(all); ; {
		if _, err := r.Peek(1); err != nil {
			return
		}
		resp, err := http.ReadResponse(r, nil)
		require.NoError(t, err, all)
		body, err := io.ReadAll(resp.Body)
		require.NoError(t, err, all)
		if strings.HasPrefix(resp.Header.Get("Content-Type"), "text/xml") {
			_, err := rpc.Parse(body, rpc.Config{})
			require.NoError(t, err)
		}
	}
}

// Whatever stands in a Cookie header, it finds the session that it names, or none.
func FuzzCookie(f *testing.F) {
	for _, s := range []string{"", "a=1", "cwmp=x", `"`, ";;;", "cwmp=", "cwmp=x; cwmp=y", "a=1, cwmp=z", "$Version=1; cwmp=x; $Path=/", "\t", strings.Repeat("cwmp=x;", 200), "cwmp"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, value string) {
		if strings.ContainsFunc(value, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }) {
			return
		}
		synctest.Test(t, func(t *testing.T) {
			n := newNetwork(cut{})
			n.serve(t, "acs.test:80", &transport.Server{Handler: plan(&rpc.Reboot{})}, nil)
			post := func(cookie string) string {
				return exchangeRaw(t, n, "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nCookie: "+cookie+"\r\nContent-Length: 0\r\n\r\n")
			}
			opened := exchangeRaw(t, n, strings.Replace(informOf(1), "\r\n\r\n", "\r\nConnection: close\r\n\r\n", 1))
			_, mine, ok := strings.Cut(opened, "Set-Cookie: ")
			require.True(t, ok)
			mine, _, _ = strings.Cut(mine, ";")
			require.NotContains(t, post(value), "Reboot", "a session by %q", value)
			if len(value) < 1000 && !strings.ContainsAny(value, `"`) {
				require.Contains(t, post(mine+"; "+value), "Reboot")
			}
		})
	})
}
