package transport_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/session"
	xml "github.com/cwmp-go/cwmp/soap"
	"github.com/cwmp-go/cwmp/transport"
)

// NOTE: what a Client makes of an ACS that is hostile, broken or merely odd.

// kind checks the type of an error.
type kind func(t *testing.T, err error)

func is(target error) kind {
	return func(t *testing.T, err error) { assert.ErrorIs(t, err, target) }
}

func as[E error](check func(E) bool) kind {
	return func(t *testing.T, err error) {
		e, ok := errors.AsType[E](err)
		require.True(t, ok, "%T in %v", e, err)
		assert.True(t, check == nil || check(e), "%+v", e)
	}
}

func statusIs(code int) kind {
	return as(func(e *transport.StatusError) bool { return e.Code == code })
}

func redirectError(cause error) kind {
	return as(func(e *transport.RedirectError) bool { return errors.Is(e, cause) })
}

func challengeError() kind { return as[*transport.ChallengeError](nil) }
func syntaxError() kind    { return as[*xml.SyntaxError](nil) }

func peerGot(name string) kind {
	return as(func(e *session.PeerError) bool { return e.Got == name })
}

// hostile are the answers to an Inform that end a session.
var hostile = []struct {
	name string
	step step
	want kind
}{
	{"html page", status(200, "<!DOCTYPE html><html><p>hello</html>"), is(xml.ErrDoctype)},
	{"html without doctype", status(200, "<html><body>Login</body></html>"), is(rpc.ErrNotEnvelope)},
	{"400", status(400, "bad"), statusIs(400)},
	{"401 without challenge", status(401, "Session closed"), challengeError()},
	{"401 malformed challenge", status(401, "", "WWW-Authenticate", `Digest realm="acs, nonce=`), challengeError()},
	{"401 basic alone", status(401, "", "WWW-Authenticate", `Basic realm="acs"`), challengeError()},
	{"401 digest of an unknown kind", status(401, "", "WWW-Authenticate", `Digest realm="a", nonce="n", algorithm=SHA-512-256`), challengeError()},
	{"401 for ever", status(401, "", "WWW-Authenticate", challenge), is(transport.ErrCredentials)},
	{"401 stale for ever", status(401, "", "WWW-Authenticate", challenge+", stale=true"), is(transport.ErrStale)},
	{"401 with a huge page", status(401, strings.Repeat("no ", 1<<20)), challengeError()},
	{"403", status(403, ""), statusIs(403)},
	{"404", status(404, "<html>"), statusIs(404)},
	{"500", status(500, ""), statusIs(500)},
	{"503", status(503, "", "Retry-After", "60"), statusIs(503)},
	{"302 for ever", status(302, "", "Location", "http://elsewhere.test/"), redirectError(transport.ErrRedirects)},
	{"302 without location", status(302, ""), redirectError(transport.ErrURL)},
	{"302 to another scheme", status(302, "", "Location", "ftp://elsewhere.test/"), redirectError(transport.ErrURL)},
	{"302 with user info", status(302, "", "Location", "http://a:b@elsewhere.test/"), redirectError(transport.ErrURL)},
	{"302 to nonsense", status(302, "", "Location", "http://[::1"), redirectError(transport.ErrURL)},
	{"303", status(303, "", "Location", "/"), statusIs(303)},
	{"308", status(308, "", "Location", "/"), statusIs(308)},
	{"301", status(301, "", "Location", "/"), statusIs(301)},
	{"304", status(304, ""), statusIs(304)},
	{"fault in a 500", status(500, soap("1", "<e:Fault><faultcode>Server</faultcode></e:Fault>")), statusIs(500)},
	{"status without a number", wire("HTTP/1.1 abc\r\n\r\n"), as[*transport.ExchangeError](nil)},
	{"status text with control characters", wire("HTTP/1.1 599 \x1b[2J\x07" + strings.Repeat("ä", 200) + "\r\nContent-Length: 0\r\n\r\n"), statusIs(599)},
	{"not HTTP", wire("SSH-2.0-OpenSSH_9.0\r\n"), as[*transport.ExchangeError](nil)},
	{"switching protocols", wire("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n"), statusIs(101)},
	{"doctype", status(200, `<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>`), is(xml.ErrDoctype)},
	{"truncated", wire("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + soap("1", "")[:200]), as[*transport.ExchangeError](nil)},
	{"chunk cut short", wire("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffff\r\n<e:Env"), as[*transport.ExchangeError](nil)},
	{"malformed XML", status(200, soap("1", "<a></b>")), is(xml.ErrSyntax)},
	{"undeclared prefix", status(200, soap("1", "<zz:InformResponse/>")), is(xml.UndeclaredPrefix)},
	{"two bodies", status(200, strings.Replace(soap("1", ""), "</e:Envelope>", "<e:Body/></e:Envelope>", 1)), is(rpc.ErrTwice)},
	{"no body element", status(200, soap("1", "")), peerGot("(no message)")},
	{"long on the wire", status(200, strings.Repeat(" ", 1<<20+1)), is(transport.ErrTooLong)},
	{"huge", func(w http.ResponseWriter, r *http.Request, in *rpc.Envelope) { status(200, huge())(w, r, in) }, is(transport.ErrTooLong)},
	{"gzip nobody asked for", status(200, "\x1f\x8b\x08", "Content-Encoding", "gzip"), is(transport.ErrCoding)},
	{"415 for what was not coded", status(415, ""), statusIs(415)},
	{"bad value in the response", status(200, soap("1</cwmp:ID><cwmp:ID>1", "<cwmp:InformResponse><MaxEnvelopes>1</MaxEnvelopes></cwmp:InformResponse>")), as[*rpc.ValueError](nil)},
	{"empty 204", empty, peerGot("(empty)")},
	{"empty 200", status(200, ""), peerGot("(empty)")},
	{"wrong ID", func(w http.ResponseWriter, _ *http.Request, _ *rpc.Envelope) {
		send(w, rpc.NewEnvelope(rpc.V12, "someone-else", &rpc.InformResponse{}))
	}, as(func(e *session.PeerError) bool { return e.ID == "someone-else" })},
	{"request instead of the response", ask(&rpc.Reboot{}), peerGot("Reboot")},
	{"another response", answer(&rpc.RebootResponse{}), peerGot("RebootResponse")},
	{"fault", answer(rpc.NewFault(rpc.FaultACSRequestDenied, "")), is(rpc.FaultACSRequestDenied)},
	{"fault 8005 for ever", answer(rpc.NewFault(rpc.FaultACSRetryRequest, "")), is(rpc.FaultACSRetryRequest)},
	{"soap fault without detail", status(200, soap("1", "<e:Fault><faultcode>e:Server</faultcode><faultstring>no</faultstring></e:Fault>")), as[*rpc.Fault](nil)},
	{"closed before the response", wire(""), as[*transport.ExchangeError](nil)},
	{"header beyond 16 KiB", status(200, "", "X-Long", strings.Repeat("x", 17<<10)), as[*transport.ExchangeError](nil)},
	{"a thousand header fields", wire("HTTP/1.1 200 OK\r\n" + strings.Repeat("X-A: b\r\n", 10_000) + "\r\n"), as[*transport.ExchangeError](nil)},
}

func TestClientHostileAnswerToInform(t *testing.T) {
	for _, tt := range hostile {
		bubble(t, tt.name, func(t *testing.T) {
			acs := acsOf(t, tt.step)
			later := &rpc.TransferComplete{CommandKey: "k"}
			result, err := newClient(serveHTTP(t, acs)).Do(t.Context(), newInform(), later)
			oneLine(t, err)
			tt.want(t, err)
			require.NotNil(t, result)
			assert.Equal(t, []rpc.Message{later}, result.Unsent)
			assert.Equal(t, rpc.V12, result.Version)
			assert.LessOrEqual(t, len(acs.posted), 6, "posts")
			assert.Subset(t, []string{"Inform"}, acs.posted, "nothing but the Inform is posted")
			if f, ok := errors.AsType[*rpc.Fault](err); ok {
				assert.Equal(t, []rpc.Message{f}, result.Answers)
			} else {
				assert.Empty(t, result.Answers)
			}
		})
	}
}

// odd are ACSs that a Client gets along with: what follows the InformResponse.
var odd = []struct {
	name   string
	steps  []step
	posted []string // after the Inform
}{
	{"204", []step{empty}, []string{"(empty)"}},
	{"200 without body", []step{status(200, "")}, []string{"(empty)"}},
	{"202 without body", []step{status(202, "")}, []string{"(empty)"}},
	{"200 with white space", []step{status(200, " \r\n\t ")}, []string{"(empty)"}},
	{"200 with another content type", []step{status(200, "\n", "Content-Type", "text/html")}, []string{"(empty)"}},
	{"status text OK with 204", []step{wire("HTTP/1.1 204 OK\r\n\r\n")}, []string{"(empty)"}},
	{"HTTP/1.0", []step{wire("HTTP/1.0 200 OK\r\n\r\n")}, []string{"(empty)"}},
	{"bad value in a request", []step{status(200, badRequest), empty}, []string{"(empty)", "Fault:9003"}},
	{"unknown method", []step{status(200, soap("v", `<v:X_Do xmlns:v="urn:v"/>`)), empty}, []string{"(empty)", "Fault:9000"}},
	{"empty ID", []step{status(200, soap("", "<cwmp:GetRPCMethods/>")), empty}, []string{"(empty)", "GetRPCMethodsResponse"}},
	{"connection closed after each", []step{
		status(200, soap("a", "<cwmp:GetRPCMethods/>"), "Connection", "close"),
		status(200, soap("b", "<cwmp:GetRPCMethods/>"), "Connection", "close"), empty,
	}, []string{"(empty)", "GetRPCMethodsResponse", "GetRPCMethodsResponse"}},
	{"request of 1 MiB", []step{
		status(200, soap("a", "<cwmp:GetRPCMethods/><!--"+strings.Repeat("x", 1<<19)+"-->")), empty,
	}, []string{"(empty)", "GetRPCMethodsResponse"}},
}

func TestClientOddACS(t *testing.T) {
	for _, tt := range odd {
		bubble(t, tt.name, func(t *testing.T) {
			acs := acsOf(t, append([]step{accept}, tt.steps...)...)
			client := newClient(serveHTTP(t, acs))
			client.Handle = func(ctx context.Context, m rpc.Message) (rpc.Message, error) {
				if _, ok := m.(*rpc.GetRPCMethods); ok {
					return answerAll(ctx, m)
				}
				return nil, rpc.FaultMethodNotSupported
			}
			result, err := client.Do(t.Context(), newInform())
			require.NoError(t, err)
			assert.Len(t, result.Answers, 1)
			assert.Empty(t, result.Unsent)
			assert.Equal(t, append([]string{"Inform"}, tt.posted...), acs.posted)
		})
	}
}

// A bad value in a request does not cost the connection.
func TestClientBadValueKeepsConnection(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		long := badRequest + strings.Repeat(" ", 60<<10)
		m := serveHTTP(t, acsOf(t, accept, status(200, long), empty))
		_, err := newClient(m).Do(t.Context(), newInform())
		require.NoError(t, err)
		dialed, _ := m.counts()
		assert.Equal(t, 1, dialed)
	})
}

// TestClientResult: what was answered and what was not is told however the session
// ends.
func TestClientResult(t *testing.T) {
	a, b, c := &rpc.TransferComplete{CommandKey: "a"}, &rpc.TransferComplete{CommandKey: "b"}, &rpc.TransferComplete{CommandKey: "c"}
	done := &rpc.TransferCompleteResponse{}
	refused := rpc.NewFault(rpc.FaultACSRequestDenied, "")
	for _, tt := range []struct {
		name    string
		steps   []step
		fails   bool
		answers []string
		unsent  []rpc.Message
	}{
		{"all answered", []step{accept, answer(done), answer(done), answer(done), empty}, false, []string{"InformResponse", "TransferCompleteResponse", "TransferCompleteResponse", "TransferCompleteResponse"}, nil},
		{"one refused", []step{accept, answer(refused), answer(done), answer(done), empty}, false, []string{"InformResponse", "Fault", "TransferCompleteResponse", "TransferCompleteResponse"}, nil},
		{"answer lost", []step{accept, answer(done), wire("")}, true, []string{"InformResponse", "TransferCompleteResponse"}, []rpc.Message{b, c}},
		{"500 in the middle", []step{accept, status(500, "")}, true, []string{"InformResponse"}, []rpc.Message{a, b, c}},
		{"500 to the yield", []step{accept, answer(done), answer(done), answer(done), status(500, "")}, true, []string{"InformResponse", "TransferCompleteResponse", "TransferCompleteResponse", "TransferCompleteResponse"}, nil},
	} {
		bubble(t, tt.name, func(t *testing.T) {
			result, err := newClient(serveHTTP(t, acsOf(t, tt.steps...))).Do(t.Context(), newInform(), a, b, c)
			assert.Equal(t, tt.fails, err != nil, "%v", err)
			var got []string
			for _, m := range result.Answers {
				got = append(got, m.Method())
			}
			assert.Equal(t, tt.answers, got)
			assert.Equal(t, tt.unsent, result.Unsent)
		})
	}
}

func TestClientURL(t *testing.T) {
	for _, u := range []string{
		"", "acs.test", "/cwmp", "ftp://acs.test/", "http://", "http:///cwmp", "http://user:" + password + "@acs.test/",
		"http://user@acs.test/", "https:acs.test", "http://acs.test:port/", "http://[::1/", "http://a\x00b/", "file:///etc/passwd",
	} {
		client := &transport.Client{URL: u, Dial: newMemory().Dial}
		result, err := client.Do(t.Context(), newInform())
		assert.ErrorIs(t, err, transport.ErrURL, "%q", u)
		oneLine(t, err)
		assert.NotNil(t, result)
	}
}

func TestClientMisuse(t *testing.T) {
	client := &transport.Client{URL: acsURL, Dial: newMemory().Dial}
	_, err := client.Do(t.Context(), nil)
	assert.ErrorIs(t, err, session.ErrState)
	result, err := client.Do(t.Context(), newInform(), &rpc.Reboot{}, nil)
	assert.ErrorIs(t, err, session.ErrState)
	assert.Len(t, result.Unsent, 1)
	_, err = client.Do(t.Context(), newInform(), &rpc.RebootResponse{})
	assert.ErrorIs(t, err, session.ErrState, "a response is no request")
}

// An Inform that cannot be written is not sent.
func TestClientUnwritable(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		acs := acsOf(t, accept, empty)
		client := newClient(serveHTTP(t, acs))
		inform := newInform()
		inform.DeviceID.SerialNumber = strings.Repeat("9", 65)
		_, err := client.Do(t.Context(), inform)
		assert.ErrorIs(t, err, rpc.ErrLength)
		oneLine(t, err)
		assert.Empty(t, acs.posted)
	})
}

// An ACS that asks for ever is left after 1,000 messages.
func TestClientEndless(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		acs := acsOf(t, accept, ask(&rpc.GetRPCMethods{}))
		client := newClient(serveHTTP(t, acs))
		client.Handle = answerAll
		_, err := client.Do(t.Context(), newInform())
		assert.ErrorIs(t, err, session.ErrMessages)
		oneLine(t, err)
		assert.Len(t, acs.posted, 1001)
	})
}
