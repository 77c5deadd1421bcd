package transport_test

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/transport"
)

// NOTE: bodies at the Server: codings, bounds, framing, and the habits of real CPEs.

// The codings of the tests.
var codings = map[string]func([]byte) []byte{
	"gzip": func(b []byte) []byte {
		return packed(b, func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) })
	},
	"x-gzip": func(b []byte) []byte {
		return packed(b, func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) })
	},
	"deflate": func(b []byte) []byte {
		return packed(b, func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) })
	},
	"Deflate": func(b []byte) []byte {
		return packed(b, func(w io.Writer) io.WriteCloser { f, _ := flate.NewWriter(w, 9); return f })
	},
	"identity": func(b []byte) []byte { return b },
}

func packed(b []byte, writer func(io.Writer) io.WriteCloser) []byte {
	var out bytes.Buffer
	w := writer(&out)
	w.Write(b)
	w.Close()
	return out.Bytes()
}

// coded posts a body under a Content-Encoding, chunked if asked to.
func (c *cpe) coded(body io.Reader, coding string, header ...string) reply {
	c.t.Helper()
	req, err := http.NewRequestWithContext(c.t.Context(), http.MethodPost, "http://acs.test/cwmp", body)
	require.NoError(c.t, err)
	if coding != "" {
		req.Header.Set("Content-Encoding", coding)
	}
	for i := 0; i < len(header); i += 2 {
		req.Header[header[i]] = []string{header[i+1]}
	}
	return c.do(req, "")
}

// chunked hides a body's length.
func chunked(b []byte) io.Reader { return io.MultiReader(bytes.NewReader(b)) }

func informDocument(t *testing.T) string {
	return document(t, rpc.NewEnvelope(rpc.V12, "i", newInform()))
}

// TestServerCodings: every coding, with a length and chunked; what is not spoken is 415
// and leaves the session as it was, so that the CPE can send it plainly.
func TestServerCodings(t *testing.T) {
	for coding, encode := range codings {
		bubble(t, coding, func(t *testing.T) {
			b := newBench(t, &transport.Server{Handler: plan(&rpc.Reboot{})})
			c := b.cpe("", "")
			require.Equal(t, "InformResponse", c.coded(bytes.NewReader(encode([]byte(informDocument(t)))), coding).name())
			r := c.coded(http.NoBody, coding) // empty, whatever it is said to be
			require.Equal(t, "Reboot", r.name())
			answer := []byte(document(t, rpc.NewEnvelope(rpc.V12, r.Env.ID, &rpc.RebootResponse{})))
			refused := c.coded(bytes.NewReader(answer), "br")
			assert.Equal(t, 415, refused.Status)
			assert.Equal(t, "gzip, deflate", refused.Header.Get("Accept-Encoding"))
			assert.Equal(t, 204, c.coded(chunked(encode(answer)), coding).Status)
			assert.Equal(t, []error{nil}, b.ends())
		})
	}
	bubble(t, "an empty chunked body", func(t *testing.T) {
		for coding := range codings {
			b := newBench(t, &transport.Server{})
			c := b.cpe("", "")
			c.inform()
			assert.Equal(t, 204, c.coded(chunked(nil), coding).Status)
			assert.Equal(t, []error{nil}, b.ends())
		}
	})
	bubble(t, "a broken one", func(t *testing.T) {
		b := newBench(t, &transport.Server{})
		whole := codings["gzip"]([]byte(informDocument(t)))
		for coding := range codings {
			if coding != "identity" {
				assert.Equal(t, 400, b.cpe("", "").coded(strings.NewReader("xxxxxxxxxxxxxxxxxxxx"), coding).Status)
			}
		}
		for _, n := range []int{1, 5, len(whole) / 2} {
			assert.Equal(t, 400, b.cpe("", "").coded(bytes.NewReader(whole[:n]), "gzip").Status)
		}
		assert.Empty(t, b.ends())
	})
}

// A long document: the envelope of one message with about as many bytes of comments as
// asked.
func longDocument(t *testing.T, m rpc.Message, id string, size int) []byte {
	doc := document(t, rpc.NewEnvelope(rpc.V12, id, m))
	head, tail, _ := strings.Cut(doc, "<soap-env:Body>")
	comment := "<!--" + strings.Repeat(" ", 1017) + "-->"
	return []byte(head + strings.Repeat(comment, size/len(comment)) + "<soap-env:Body>" + tail)
}

// TestSEC23Bombs: what grows too much, or is too long before or after decoding, is
// refused while it is read.
func TestSEC23Bombs(t *testing.T) {
	for _, tt := range []struct {
		name   string
		size   int
		inside bool // a session
		coding string
		status int
	}{
		{"short, any ratio", 500 << 10, true, "gzip", 204},
		{"200 times", 8 << 20, true, "gzip", 413},
		{"deflate, 200 times", 8 << 20, true, "deflate", 413},
		{"long and plain", 8 << 20, true, "", 204},
		{"beyond the wire's bound", 17 << 20, true, "", 413},
		{"an Inform of 500 KiB", 500 << 10, false, "", 200},
		{"an Inform beyond its bound", 1 << 20, false, "", 413},
		{"an Inform beyond it when decoded", 1 << 20, false, "gzip", 413},
	} {
		for _, framing := range []string{"length", "chunked"} {
			bubble(t, tt.name+", "+framing, func(t *testing.T) {
				b := newBench(t, &transport.Server{Handler: plan(&rpc.Reboot{})})
				c := b.cpe("", "")
				var m rpc.Message = newInform()
				id := "i"
				if tt.inside {
					c.inform()
					m, id = &rpc.RebootResponse{}, c.yield().Env.ID
				}
				doc := longDocument(t, m, id, tt.size)
				if tt.coding != "" {
					doc = codings[tt.coding](doc)
				}
				var body io.Reader = bytes.NewReader(doc)
				if framing == "chunked" {
					body = chunked(doc)
				}
				assert.Equal(t, tt.status, c.coded(body, tt.coding).Status)
				pass(time.Second) // net/http lets a connection linger
				if tt.inside {
					assert.Len(t, b.ends(), 1)
				}
			})
		}
	}
}

// SEC-23: a body without end is not read beyond its bound by more than 64 KiB.
func TestSEC23EndlessBody(t *testing.T) {
	for _, inside := range []bool{false, true} {
		bubble(t, fmt.Sprint("inside a session: ", inside), func(t *testing.T) {
			b := newBench(t, &transport.Server{Handler: plan(&rpc.Reboot{}), MaxWire: 2 << 20, MaxInform: 100 << 10})
			c := b.cpe("", "")
			bound := 100 << 10
			if inside {
				c.inform()
				c.yield()
				bound = 2 << 20
			}
			r, conn := b.rawConn("")
			defer conn.Close()
			before := b.net.written()
			go func() {
				io.WriteString(conn, "POST / HTTP/1.1\r\nHost: a\r\nCookie: "+c.cookie+
					"\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n<!--")
				for chunk := bytes.Repeat([]byte{' '}, 1024); ; {
					if _, err := conn.Write(chunk); err != nil {
						return
					}
				}
			}()
			resp, err := http.ReadResponse(r, nil)
			require.NoError(t, err)
			assert.Equal(t, 413, resp.StatusCode)
			// net/http itself reads up to 256 KiB more before it gives the connection up, and
			// once more when it does.
			assert.Less(t, b.net.written()-before, bound+(2*256+64)<<10)
			conn.Close()
			pass(time.Second)
		})
	}
}

// A declared length beyond the bound is refused before a byte of the body is read.
func TestServerDeclaredLength(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		b := newBench(t, &transport.Server{})
		start := time.Now()
		r, conn := b.rawConn(fmt.Sprintf("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n", 1<<20+1))
		defer conn.Close()
		resp, err := http.ReadResponse(r, nil)
		require.NoError(t, err)
		assert.Equal(t, 413, resp.StatusCode)
		assert.LessOrEqual(t, time.Since(start), time.Second)
		pass(time.Second)
	})
}

// Half Informs, as scanners post them (quirk H15), open no session and reach no code
// of the program.
func TestServerHalfInforms(t *testing.T) {
	for name, body := range map[string]string{
		"nothing in it":   soap("1", "<cwmp:Inform/>"),
		"no DeviceId":     soap("1", "<cwmp:Inform><MaxEnvelopes>1</MaxEnvelopes><RetryCount>0</RetryCount></cwmp:Inform>"),
		"empty DeviceId":  soap("1", "<cwmp:Inform><DeviceId/><Event/></cwmp:Inform>"),
		"maker alone":     soap("1", "<cwmp:Inform><DeviceId><Manufacturer>x</Manufacturer></DeviceId></cwmp:Inform>"),
		"no Header":       `<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><Inform xmlns="urn:dslforum-org:cwmp-1-0"/></e:Body></e:Envelope>`,
		"cut":             informDocument(t)[:400],
		"cut in DeviceId": informDocument(t)[:strings.Index(informDocument(t), "<OUI>")],
	} {
		bubble(t, name, func(t *testing.T) {
			asked := 0
			b := newBench(t, &transport.Server{Answer: func(context.Context, *transport.Session, rpc.Message) (rpc.Message, error) {
				asked++
				return nil, nil
			}})
			r := b.cpe("", "").raw(body)
			if strings.HasPrefix(name, "cut") {
				assert.Equal(t, 400, r.Status)
			} else {
				assert.Equal(t, rpc.FaultACSInvalidArguments, r.fault())
			}
			assert.Empty(t, r.Header.Get("Set-Cookie"))
			assert.Empty(t, b.ends())
			assert.Zero(t, asked)
		})
	}
}

// SOAPAction and Content-Type say nothing (quirks H1, H2).
func TestServerIgnoresHeaders(t *testing.T) {
	for _, header := range [][]string{
		nil,
		{"Content-Type", "text/html"}, {"Content-Type", "text/xml; encoding=utf-8"}, {"Content-Type", "application/json"},
		{"Content-Type", `text/xml; charset="utf-8`}, {"Content-Type", "\x80;;"}, {"Content-Type", ""},
		{"SOAPAction", ""}, {"SOAPAction", `"urn:x#y"`}, {"SOAPAction", "cwmp:Inform"}, {"Soapaction", "x"},
	} {
		bubble(t, fmt.Sprint(header), func(t *testing.T) {
			b := newBench(t, &transport.Server{})
			c := b.cpe("", "")
			assert.Equal(t, "InformResponse", c.coded(strings.NewReader(informDocument(t)), "", header...).name())
			assert.Equal(t, 204, c.coded(http.NoBody, "", header...).Status)
		})
	}
}

// A connection for each message (quirk H4), and HTTP/1.0: the cookie finds the session.
func TestServerConnectionHabits(t *testing.T) {
	for _, version := range []string{"HTTP/1.1\r\nHost: a\r\nConnection: close", "HTTP/1.0", "HTTP/1.0\r\nConnection: keep-alive"} {
		bubble(t, version, func(t *testing.T) {
			b := newBench(t, &transport.Server{Handler: plan(&rpc.Reboot{})})
			cookie := ""
			post := func(body string) *http.Response {
				r, conn := b.rawConn(fmt.Sprintf("POST / %s\r\nCookie: %s\r\nContent-Length: %d\r\n\r\n%s", version, cookie, len(body), body))
				defer conn.Close()
				resp, err := http.ReadResponse(r, nil)
				require.NoError(t, err)
				body2, err := io.ReadAll(resp.Body)
				require.NoError(t, err)
				assert.Len(t, body2, int(resp.ContentLength))
				for _, c := range resp.Cookies() {
					cookie = c.Name + "=" + c.Value
				}
				return resp
			}
			assert.Equal(t, 200, post(informDocument(t)).StatusCode)
			assert.Equal(t, 200, post("").StatusCode)
			assert.Equal(t, 204, post(document(t, rpc.NewEnvelope(rpc.V12, "acs-1", &rpc.RebootResponse{}))).StatusCode)
			assert.Equal(t, []error{nil}, b.ends())
		})
	}
}

// Expect: 100-continue is answered before the body comes (quirk H3).
func TestServerContinues(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		b := newBench(t, &transport.Server{})
		doc := informDocument(t)
		r, conn := b.rawConn(fmt.Sprintf("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n", len(doc)))
		defer conn.Close()
		resp, err := http.ReadResponse(r, nil)
		require.NoError(t, err)
		assert.Equal(t, 100, resp.StatusCode)
		_, err = io.WriteString(conn, doc)
		require.NoError(t, err)
		resp, err = http.ReadResponse(r, nil)
		require.NoError(t, err)
		assert.Equal(t, 200, resp.StatusCode)
		b.ends()
	})
}
