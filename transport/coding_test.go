package transport_test

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/rpc"
	xml "github.com/cwmp-go/cwmp/soap"
	"github.com/cwmp-go/cwmp/transport"
)

// NOTE: content codings at the CPE's end, and the bombs that come with them.

func gzipped(s string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	io.WriteString(w, s)
	w.Close()
	return b.String()
}

func zlibbed(s string) string {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	io.WriteString(w, s)
	w.Close()
	return b.String()
}

func deflated(s string) string {
	var b bytes.Buffer
	w, _ := flate.NewWriter(&b, flate.BestSpeed)
	io.WriteString(w, s)
	w.Close()
	return b.String()
}

// coded answers the Inform with an InformResponse under a coding.
func coded(coding string, encode func(string) string) step {
	return func(w http.ResponseWriter, r *http.Request, in *rpc.Envelope) {
		doc := soap(in.ID, "<cwmp:InformResponse><MaxEnvelopes>1</MaxEnvelopes></cwmp:InformResponse>")
		status(200, encode(doc), "Content-Encoding", coding)(w, r, in)
	}
}

func TestClientReadsCodings(t *testing.T) {
	for name, first := range map[string]step{
		"gzip": coded("gzip", gzipped), "x-gzip": coded("X-GZIP", gzipped), "zlib": coded("deflate", zlibbed),
		"bare deflate": coded("deflate", deflated), "identity": coded("identity", func(s string) string { return s }),
	} {
		bubble(t, name, func(t *testing.T) {
			var seen []string
			acs := acsOf(t, first, status(200, "", "Content-Encoding", "gzip"))
			c := newClient(serveHTTP(t, decoding(t, acs, &seen)))
			c.Compression = transport.GZIP
			_, err := c.Do(t.Context(), newInform())
			require.NoError(t, err)
			assert.Equal(t, "gzip, deflate", acs.requests[0].Header.Get("Accept-Encoding"))
		})
	}
}

// decoding is an ACS that reads coded requests, and tells which codings it saw.
func decoding(t *testing.T, acs *steps, seen *[]string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		coding := r.Header.Get("Content-Encoding")
		*seen = append(*seen, coding)
		var body io.Reader = r.Body
		var err error
		switch coding {
		case "gzip":
			body, err = gzip.NewReader(r.Body)
		case "deflate":
			body, err = zlib.NewReader(r.Body)
		}
		require.NoError(t, err)
		b, err := io.ReadAll(body)
		require.NoError(t, err)
		r.Body = io.NopCloser(bytes.NewReader(b))
		acs.ServeHTTP(w, r)
	})
}

func TestClientWritesCodings(t *testing.T) {
	for _, coding := range []transport.Compression{transport.GZIP, transport.Deflate} {
		bubble(t, coding.String(), func(t *testing.T) {
			var seen []string
			acs := acsOf(t, accept, ask(&rpc.Reboot{}), empty)
			c := newClient(serveHTTP(t, decoding(t, acs, &seen)))
			c.Compression, c.Handle = coding, answerAll
			_, err := c.Do(t.Context(), newInform())
			require.NoError(t, err)
			assert.Equal(t, []string{"Inform", "(empty)", "RebootResponse"}, acs.posted)
			assert.Equal(t, []string{coding.String(), "", coding.String()}, seen, "an empty POST has nothing to code")
		})
	}
}

// H7: an ACS that does not know the coding gets the session without it.
func TestClientFallsBackOn415(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		var seen []string
		acs := acsOf(t, status(415, "what?"), accept, ask(&rpc.Reboot{}), empty)
		c := newClient(serveHTTP(t, decoding(t, acs, &seen)))
		c.Compression, c.Handle = transport.GZIP, answerAll
		_, err := c.Do(t.Context(), newInform())
		require.NoError(t, err)
		assert.Equal(t, []string{"gzip", "", "", ""}, seen)
	})
}

// SEC-23: bombs stop at the bound, whichever it is.
func TestSEC23ClientBombs(t *testing.T) {
	long := strings.Repeat(" ", 3<<20)
	random := make([]byte, 3<<20)
	for i := range random {
		random[i] = byte(i*i>>7) ^ byte(i>>3)
	}
	for _, tt := range []struct {
		name, body, coding string
		want               error
	}{
		{"ratio", gzipped(long), "gzip", transport.ErrRatio},
		{"wire", "\x1f\x8b" + string(random), "gzip", nil},
		{"wire without coding", strings.Repeat(" ", 1<<20+1), "", transport.ErrTooLong},
		{"unknown coding", "x", "br", transport.ErrCoding},
		{"two codings", gzipped(gzipped("x")), "gzip, gzip", transport.ErrCoding},
		{"cut short", gzipped(soap("1", ""))[:40], "gzip", io.ErrUnexpectedEOF},
		{"empty under a coding", "", "gzip", nil},
		{"one byte under deflate", "x", "deflate", io.EOF},
		{"nonsense", "nonsense, and no gzip", "gzip", gzip.ErrHeader},
	} {
		bubble(t, tt.name, func(t *testing.T) {
			var seen []string
			acs := acsOf(t, status(200, tt.body, "Content-Encoding", tt.coding))
			c := newClient(serveHTTP(t, decoding(t, acs, &seen)))
			c.Compression = transport.Deflate
			_, err := c.Do(t.Context(), newInform())
			oneLine(t, err)
			if tt.want != nil {
				assert.ErrorIs(t, err, tt.want)
			}
		})
	}
}

// A document may be long on the wire if the program allows it, and meets soap's
// bound then.
func TestClientMaxWire(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		c := newClient(serveHTTP(t, acsOf(t, status(200, huge()))))
		c.MaxWire = 64 << 20
		_, err := c.Do(t.Context(), newInform())
		assert.ErrorIs(t, err, xml.ErrLimit)
	})
}
