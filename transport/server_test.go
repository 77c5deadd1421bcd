package transport_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/session"
	"github.com/cwmp-go/cwmp/transport"
)

// NOTE: what a Server makes of what CPEs and strangers post.

// plan is a Handler that makes the requests of a list.
func plan(requests ...rpc.Message) transport.Handler {
	return transport.HandlerFunc(func(_ context.Context, s *transport.Session, _ rpc.Message) (rpc.Message, error) {
		n := len(s.Data)
		s.Data = append(s.Data, 1)
		if n < len(requests) {
			return requests[n], nil
		}
		return nil, nil
	})
}

func TestServerMethods(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		b := newBench(t, &transport.Server{Authenticator: digestAuth()})
		c := b.cpe(user, password)
		for _, method := range []string{"GET", "HEAD", "PUT", "DELETE", "OPTIONS", "M-" + strings.Repeat("X", 200)} {
			req, err := http.NewRequest(method, "http://acs.test/cwmp", nil)
			require.NoError(t, err)
			r := c.do(req, "")
			assert.Equal(t, 405, r.Status, method)
			assert.Equal(t, "POST", r.Header.Get("Allow"))
			assert.Empty(t, r.Body)
		}
	})
}

// TestServerOutsideSession: POSTs that belong to no session.
func TestServerOutsideSession(t *testing.T) {
	badInform := strings.Replace(document(t, rpc.NewEnvelope(rpc.V12, "i", newInform())), "</DeviceId>", "<OUI>000000</OUI></DeviceId>", 1)
	request := func(id string) string { return soap(id, "<cwmp:GetRPCMethods/>") }
	for _, tt := range []struct {
		name, body string
		status     int
		fault      rpc.FaultCode
		id         string
	}{
		{"empty", "", 204, 0, ""},
		{"white space", " \r\n", 204, 0, ""},
		{"response", soap("1", "<cwmp:RebootResponse/>"), 400, 0, ""},
		{"fault", soap("1", "<e:Fault><faultcode>e:Client</faultcode></e:Fault>"), 400, 0, ""},
		{"request", request("r-1"), 200, 8003, "r-1"},
		{"request with an empty ID", request(""), 200, 8003, ""},
		{"request with markup in its ID", request("&lt;x&gt;&amp;"), 200, 8003, "<x>&"},
		{"vendor's request", soap("v", `<v:X_Do xmlns:v="urn:v"/>`), 200, 8003, "v"},
		{"request with a bad value", badRequest, 200, 8003, "bad-1"},
		{"Inform with a bad value", badInform, 200, 8003, "i"},
		{"malformed", "<a><b></a>", 400, 0, ""},
		{"not an envelope", "<a/>", 400, 0, ""},
		{"html", "<html><body></body></html>", 400, 0, ""},
		{"json", `{"a":1}`, 400, 0, ""},
		{"doctype", "<!DOCTYPE a><a/>", 400, 0, ""},
		{"no message", soap("1", ""), 400, 0, ""},
		{"beyond the bound", soap("1", "<cwmp:GetRPCMethods/><!--"+strings.Repeat("x", 5000)+"-->"), 413, 0, ""},
		{"NUL bytes", strings.Repeat("\x00", 1000), 400, 0, ""},
	} {
		bubble(t, tt.name, func(t *testing.T) {
			opened := 0
			srv := &transport.Server{Authenticator: digestAuth(), Handler: plan(), Answer: func(context.Context, *transport.Session, rpc.Message) (rpc.Message, error) {
				opened++
				return nil, nil
			}}
			srv.Config.Limits.MaxBytes = 4000
			b := newBench(t, srv)
			c := b.cpe(user, password)
			c.post(nil, "") // authenticates
			r := c.raw(tt.body)
			assert.Equal(t, tt.status, r.Status)
			assert.Equal(t, tt.fault, r.fault())
			assert.Empty(t, r.Header.Get("Set-Cookie"))
			if r.Env != nil {
				assert.Equal(t, tt.id, r.Env.ID)
			} else {
				assert.Empty(t, r.Body)
			}
			assert.Zero(t, opened)
			assert.Empty(t, b.ends())
		})
	}
}

// TestServerInsideSession: how each message ends or continues a session that has
// made its first request, a Reboot.
func TestServerInsideSession(t *testing.T) {
	for _, tt := range []struct {
		name, body string
		status     int
		fault      rpc.FaultCode
		end        kind // nil: the session goes on or ended well
	}{
		{"response", soap("acs-1", "<cwmp:RebootResponse/>"), 204, 0, nil},
		{"response without ID", strings.Replace(soap("", "<cwmp:RebootResponse/>"), `<cwmp:ID e:mustUnderstand="1"></cwmp:ID>`, "", 1), 204, 0, nil},
		{"fault", soap("acs-1", "<e:Fault><faultcode>e:Client</faultcode><faultstring>CWMP fault</faultstring><detail><cwmp:Fault><FaultCode>9001</FaultCode></cwmp:Fault></detail></e:Fault>"), 204, 0, nil},
		{"wrong ID", soap("acs-9", "<cwmp:RebootResponse/>"), 400, 0, as(func(e *session.PeerError) bool { return e.ID == "acs-9" })},
		{"wrong response", soap("acs-1", "<cwmp:GetRPCMethodsResponse/>"), 400, 0, peerGot("GetRPCMethodsResponse")},
		{"empty", "", 400, 0, peerGot("(empty)")},
		{"request", soap("x", "<cwmp:GetRPCMethods/>"), 200, 8003, peerGot("GetRPCMethods")},
		{"request with a bad value", badRequest, 200, 8003, peerGot("SetVouchers")},
		{"malformed", "<a", 400, 0, syntaxError()},
		{"no message", soap("1", ""), 400, 0, peerGot("(no message)")},
	} {
		bubble(t, tt.name, func(t *testing.T) {
			b := newBench(t, &transport.Server{Handler: plan(&rpc.Reboot{})})
			c := b.cpe("", "")
			c.inform()
			require.Equal(t, "Reboot", c.yield().name())
			r := c.raw(tt.body)
			assert.Equal(t, tt.status, r.Status)
			assert.Equal(t, tt.fault, r.fault())
			ends := b.ends()
			require.Len(t, ends, 1)
			if tt.end == nil {
				assert.NoError(t, ends[0])
			} else {
				tt.end(t, ends[0])
				oneLine(t, ends[0])
			}
			assert.Equal(t, 204, c.yield().Status, "the surplus empty POST")
			assert.Len(t, b.ends(), 1)
		})
	}
}

// The bad value in a response ends the session.
func TestServerBadValueInResponse(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		b := newBench(t, &transport.Server{Handler: plan(&rpc.SetParameterValues{})})
		c := b.cpe("", "")
		c.inform()
		c.yield()
		r := c.raw(soap("acs-1</cwmp:ID><cwmp:ID>acs-2", "<cwmp:SetParameterValuesResponse><Status>0</Status></cwmp:SetParameterValuesResponse>"))
		assert.Equal(t, 400, r.Status)
		ends := b.ends()
		require.Len(t, ends, 1)
		as[*rpc.ValueError](nil)(t, ends[0])
	})
}

// TestServerAnswers: what the CPE's own requests are answered with.
func TestServerAnswers(t *testing.T) {
	type answerFunc = func(context.Context, *transport.Session, rpc.Message) (rpc.Message, error)
	gives := func(m rpc.Message, err error) answerFunc {
		return func(_ context.Context, s *transport.Session, request rpc.Message) (rpc.Message, error) {
			if _, inform := request.(*rpc.Inform); inform {
				return nil, nil
			}
			return m, err
		}
	}
	vendor := soap("v", `<v:X_Do xmlns:v="urn:v"><a>1</a></v:X_Do>`)
	complete := soap("t", `<cwmp:TransferComplete><CommandKey>k</CommandKey></cwmp:TransferComplete>`)
	methods := soap("m", "<cwmp:GetRPCMethods/>")
	for _, tt := range []struct {
		name, body string
		answer     answerFunc
		want       string
		fault      rpc.FaultCode
	}{
		{"TransferComplete", complete, nil, "TransferCompleteResponse", 0},
		{"GetRPCMethods", methods, nil, "GetRPCMethodsResponse", 0},
		{"vendor's", vendor, nil, "Fault", 8000},
		{"CPE method", soap("r", "<cwmp:Reboot/>"), nil, "Fault", 8000},
		{"bad value", badRequest, nil, "Fault", 8003},
		{"program's answer", methods, gives(&rpc.GetRPCMethodsResponse{MethodList: []string{"X"}}, nil), "GetRPCMethodsResponse", 0},
		{"program leaves it", complete, gives(nil, nil), "TransferCompleteResponse", 0},
		{"program's error", complete, gives(nil, errors.New("db down: "+password)), "Fault", 8002},
		{"program's fault", complete, gives(nil, rpc.NewFault(rpc.FaultACSRequestDenied, "")), "Fault", 8001},
		{"program's fault as answer", complete, gives(rpc.NewFault(rpc.FaultACSRequestDenied, ""), nil), "Fault", 8001},
		{"program's code", complete, gives(nil, rpc.FaultACSResourcesExceeded), "Fault", 8004},
		{"program's wrong answer", complete, gives(&rpc.RebootResponse{}, nil), "Fault", 8002},
		{"program's request as answer", complete, gives(&rpc.Reboot{}, nil), "Fault", 8002},
	} {
		bubble(t, tt.name, func(t *testing.T) {
			b := newBench(t, &transport.Server{Answer: tt.answer})
			c := b.cpe("", "")
			c.inform()
			r := c.raw(tt.body)
			assert.Equal(t, 200, r.Status)
			assert.Equal(t, tt.want, r.name())
			assert.Equal(t, tt.fault, r.fault())
			assert.NotContains(t, r.Body, password)
			assert.Equal(t, 204, c.yield().Status)
			assert.Equal(t, []error{nil}, b.ends(), "the session goes on")
		})
	}
}

func TestServerListsMethods(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		c := newBench(t, &transport.Server{}).cpe("", "")
		c.inform()
		r := c.post(&rpc.GetRPCMethods{}, "m")
		list := r.Env.Message.(*rpc.GetRPCMethodsResponse).MethodList
		assert.Subset(t, list, []string{"Inform", "GetRPCMethods", "TransferComplete"})
		assert.NotContains(t, list, "Reboot")
	})
}

// TestServerRefusesInform: the program's no to an Inform.
func TestServerRefusesInform(t *testing.T) {
	for _, tt := range []struct {
		name  string
		err   error
		fault rpc.FaultCode
	}{
		{"fault", rpc.NewFault(rpc.FaultACSRequestDenied, "not you"), 8001},
		{"error", errors.New("database"), 8002},
	} {
		bubble(t, tt.name, func(t *testing.T) {
			b := newBench(t, &transport.Server{Answer: func(context.Context, *transport.Session, rpc.Message) (rpc.Message, error) { return nil, tt.err }})
			c := b.cpe("", "")
			r := c.post(newInform(), "i")
			assert.Equal(t, 200, r.Status)
			assert.Equal(t, tt.fault, r.fault())
			ends := b.ends()
			require.Len(t, ends, 1)
			assert.ErrorIs(t, ends[0], tt.fault)
			assert.Equal(t, 204, c.yield().Status)
		})
	}
}

// TestServerTurn: what the program's Turn may do wrong.
func TestServerTurn(t *testing.T) {
	boom := errors.New("no license: " + password)
	for _, tt := range []struct {
		name   string
		out    rpc.Message
		err    error
		status int
		want   error
	}{
		{"nothing", nil, nil, 204, nil},
		{"error", nil, boom, 204, boom},
		{"error and request", &rpc.Reboot{}, boom, 204, boom},
		{"a response", &rpc.RebootResponse{}, nil, 204, session.ErrState},
		{"a fault", rpc.NewFault(rpc.FaultInternalError, ""), nil, 204, session.ErrState},
		{"too long", &rpc.Reboot{CommandKey: strings.Repeat("k", 33)}, nil, 500, errors.New("length")},
		{"not XML", &rpc.Reboot{CommandKey: "\x01"}, nil, 500, errors.New("character")},
	} {
		bubble(t, tt.name, func(t *testing.T) {
			srv := &transport.Server{Handler: transport.HandlerFunc(func(context.Context, *transport.Session, rpc.Message) (rpc.Message, error) {
				return tt.out, tt.err
			})}
			b := newBench(t, srv)
			srv.Logger = nil // the program's own error may say anything
			c := b.cpe("", "")
			c.inform()
			r := c.yield()
			assert.Equal(t, tt.status, r.Status)
			assert.Empty(t, r.Body)
			ends := b.ends()
			require.Len(t, ends, 1)
			if tt.status == 204 {
				assert.Equal(t, tt.want, ends[0])
			} else {
				oneLine(t, ends[0])
				assert.Nil(t, b.exchanges[1].Response, "nothing was sent")
			}
		})
	}
}

// TestServerPanic: a panic of the program's ends the session and the connection.
func TestServerPanic(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		b := newBench(t, &transport.Server{Handler: transport.HandlerFunc(func(context.Context, *transport.Session, rpc.Message) (rpc.Message, error) {
			panic("boom")
		})})
		c := b.cpe("", "")
		c.inform()
		req, err := http.NewRequest(http.MethodPost, "http://acs.test/cwmp", http.NoBody)
		require.NoError(t, err)
		req.Header.Set("Cookie", c.cookie)
		_, err = c.http.Do(req)
		assert.Error(t, err)
		ends := b.ends()
		require.Len(t, ends, 1)
		assert.ErrorContains(t, ends[0], "panic")
		require.Len(t, b.exchanges, 2, "the exchange that failed is recorded")
		assert.ErrorContains(t, b.exchanges[1].Err, "panic")
		assert.Equal(t, 204, c.yield().Status)
		pass(2 * time.Minute)
		assert.Len(t, b.ends(), 1)
	})
}

// A Server answers a recorder too, as programs' tests use.
func TestServerRecorder(t *testing.T) {
	srv := &transport.Server{Authenticator: digestAuth()}
	w := httptest.NewRecorder()
	srv.ServeHTTP(w, httptest.NewRequest("POST", "/", strings.NewReader("x")))
	assert.Equal(t, 401, w.Code)
	assert.Contains(t, w.Header().Get("WWW-Authenticate"), "Digest ")
}

// rawConn opens a connection and writes text.
func (b *bench) rawConn(text string) (*bufio.Reader, net.Conn) {
	conn, err := b.net.Dial(b.t.Context(), "", "")
	require.NoError(b.t, err)
	go io.WriteString(conn, text)
	return bufio.NewReader(conn), conn
}

// TestServerChallengesAtOnce: the body of a stranger is not waited for.
func TestServerChallengesAtOnce(t *testing.T) {
	for _, tt := range []struct{ name, header, body string }{
		{"no byte of the body", "Content-Length: 1000", ""},
		{"half a body", "Content-Length: 1000", strings.Repeat("x", 500)},
		{"chunked", "Transfer-Encoding: chunked", ""},
		{"huge", "Content-Length: 1099511627776", ""},
		{"expects 100", "Content-Length: 1000\r\nExpect: 100-continue", ""},
	} {
		bubble(t, tt.name, func(t *testing.T) {
			b := newBench(t, &transport.Server{Authenticator: digestAuth()})
			start := time.Now()
			r, conn := b.rawConn("POST / HTTP/1.1\r\nHost: a\r\n" + tt.header + "\r\n\r\n" + tt.body)
			defer conn.Close()
			resp, err := http.ReadResponse(r, nil)
			require.NoError(t, err)
			assert.Equal(t, 401, resp.StatusCode)
			assert.Zero(t, resp.ContentLength)
			assert.Zero(t, time.Since(start))
		})
	}
}

// TestServerKeepsConnectionAfterChallenge: the next request on the connection is
// read where it begins, or the connection is closed.
func TestServerKeepsConnectionAfterChallenge(t *testing.T) {
	smuggled := "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"
	for _, tt := range []struct {
		name string
		size int
		keep bool
	}{
		{"small", 3000, true}, {"256 KiB", 256 << 10, true}, {"more", 256<<10 + 1, false}, {"much more", 1 << 20, false},
	} {
		bubble(t, tt.name, func(t *testing.T) {
			b := newBench(t, &transport.Server{Authenticator: digestAuth()})
			body := strings.Repeat(smuggled, tt.size/len(smuggled)+1)[:tt.size]
			post := fmt.Sprintf("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n%s", tt.size, body)
			r, conn := b.rawConn(post + post)
			defer conn.Close()
			resp, err := http.ReadResponse(r, nil)
			require.NoError(t, err)
			assert.Equal(t, 401, resp.StatusCode)
			resp, err = http.ReadResponse(r, nil)
			if tt.keep {
				require.NoError(t, err)
				assert.Equal(t, 401, resp.StatusCode)
			} else {
				assert.Error(t, err)
			}
			assert.NotContains(t, b.statuses(), 405, "a body taken for a request")
		})
	}
}
