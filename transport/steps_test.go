package transport_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/cwmp-go/cwmp/rpc"
)

// NOTE: an ACS that answers by a list: the n-th request with the n-th step, and
// all that follow with the last one.

// A step answers one request; in is what was posted, nil for an empty body.
type step func(w http.ResponseWriter, r *http.Request, in *rpc.Envelope)

// steps is an ACS.
type steps struct {
	t    *testing.T
	list []step

	mu       sync.Mutex
	requests []*http.Request
	posted   []string // names of messages
}

func acsOf(t *testing.T, list ...step) *steps { return &steps{t: t, list: list} }

func (s *steps) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the client has gone
	}
	var in *rpc.Envelope
	name := "(empty)"
	if len(body) > 0 {
		in, err = rpc.Parse(body, rpc.Config{})
		if assert.NoError(s.t, err) {
			name = in.Message.Method()
			if f, ok := in.Message.(*rpc.Fault); ok {
				name = fmt.Sprintf("Fault:%d", uint32(f.FaultCode))
			}
		}
	}
	s.mu.Lock()
	n := min(len(s.requests), len(s.list)-1)
	s.requests, s.posted = append(s.requests, r), append(s.posted, name)
	s.mu.Unlock()
	s.list[n](w, r, in)
}

// answer answers a request with a message under the request's ID.
func answer(m rpc.Message) step {
	return func(w http.ResponseWriter, _ *http.Request, in *rpc.Envelope) {
		id := "none"
		if in != nil {
			id = in.ID
		}
		send(w, rpc.NewEnvelope(rpc.V12, id, m))
	}
}

// ask makes a request under an ID of its own.
func ask(m rpc.Message) step {
	return func(w http.ResponseWriter, _ *http.Request, _ *rpc.Envelope) {
		send(w, rpc.NewEnvelope(rpc.V12, "acs-1", m))
	}
}

func send(w http.ResponseWriter, env *rpc.Envelope) {
	b, err := env.Append(nil, rpc.Style{})
	if err != nil {
		panic(err)
	}
	w.Header().Set("Content-Type", "text/xml; charset=utf-8")
	w.Write(b)
}

// accept answers an Inform.
var accept = answer(&rpc.InformResponse{})

// empty is the standard's empty response.
var empty = status(http.StatusNoContent, "")

// status answers with a status and a text, and header fields in pairs.
func status(code int, text string, header ...string) step {
	return func(w http.ResponseWriter, _ *http.Request, _ *rpc.Envelope) {
		for i := 0; i < len(header); i += 2 {
			w.Header().Add(header[i], header[i+1])
		}
		w.WriteHeader(code)
		io.WriteString(w, text)
	}
}

// wire answers with bytes as they are and closes the connection.
func wire(text string) step {
	return func(w http.ResponseWriter, _ *http.Request, _ *rpc.Envelope) {
		conn, rw, err := w.(http.Hijacker).Hijack()
		if err != nil {
			panic(err)
		}
		rw.WriteString(text)
		rw.Flush()
		conn.Close()
	}
}

// stall answers with the beginning of a response and then nothing, until the
// client goes away. Nothing at all is sent for an empty text.
func stall(text string) step {
	return func(w http.ResponseWriter, r *http.Request, _ *rpc.Envelope) {
		if text != "" {
			io.WriteString(w, text)
			w.(http.Flusher).Flush()
		}
		<-r.Context().Done()
	}
}

// soap puts a body into an envelope, with any text for the ID.
func soap(id, body string) string {
	return `<?xml version="1.0" encoding="UTF-8"?><e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"` +
		` xmlns:cwmp="urn:dslforum-org:cwmp-1-2"><e:Header><cwmp:ID e:mustUnderstand="1">` + id +
		`</cwmp:ID></e:Header><e:Body>` + body + `</e:Body></e:Envelope>`
}

// badRequest is a request with a value in it that no level of leniency reads.
var badRequest = soap("bad-1", `<cwmp:SetVouchers><VoucherList><base64>*</base64></VoucherList></cwmp:SetVouchers>`)

// challenge is a digest challenge as a real ACS sends it.
const challenge = `Digest realm="acs", nonce="n1", algorithm=MD5, qop="auth"`

// huge is a document beyond a client's bound.
func huge() string {
	return soap("1", `<cwmp:InformResponse><MaxEnvelopes>1</MaxEnvelopes>`+strings.Repeat("<x/>", 1<<20)+`</cwmp:InformResponse>`)
}
