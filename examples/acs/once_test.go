package main

// NOTE: -once, and sessions that do not end well. A device that does worse than any of
// the library's is a few POSTs.

import (
	"encoding/json"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/cookiejar"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/soap"
	"github.com/cwmp-go/cwmp/transport"
)

// A poster posts what it is given, with the cookies that it got.
type poster struct {
	t    *testing.T
	url  string
	http http.Client
}

func newPoster(t *testing.T, url string) *poster {
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	return &poster{t, url, http.Client{Jar: jar}}
}

func (p *poster) post(body string) int {
	p.t.Helper()
	resp, err := p.http.Post(p.url, "text/xml", strings.NewReader(body))
	require.NoError(p.t, err)
	resp.Body.Close()
	return resp.StatusCode
}

// message is one of rpc's golden files.
func message(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile("../../rpc/testdata/" + name)
	require.NoError(t, err)
	return string(text)
}

// ended is what a line of JSON says of the session's end.
func ended(t *testing.T, line string) string {
	t.Helper()
	var s struct{ End string }
	require.NoError(t, json.Unmarshal([]byte(line), &s), line)
	return s.End
}

func TestOnce(t *testing.T) {
	r := start(t, "-once", "-json", "-do", file(t, `[{"FactoryReset":{}},{"GetParameterValues":{"ParameterNames":["Device.Nope"]}}]`))
	require.NoError(t, r.call(t, device()))
	assert.Equal(t, exitOK, <-r.status, "faults are answers")
	lines := r.out.lines(t, 1)
	require.Len(t, lines, 1)
	assert.Equal(t, "ok", ended(t, lines[0]))
	assert.Error(t, r.call(t, device()), "nobody is there any more")
}

// A session that breaks off after a request: what was asked is printed, unanswered.
func TestOnceOfABrokenSession(t *testing.T) {
	for about, words := range map[string]string{
		"another response":  message(t, "RebootResponse.xml"),
		"an Inform again":   "",
		"half a message":    message(t, "GetRPCMethodsResponse.xml")[:500],
		"no message at all": "<html>",
	} {
		r := start(t, "-once", "-json", "-do", file(t, `[{"GetRPCMethods":{}},{"Reboot":{}}]`))
		p := newPoster(t, r.url)
		require.Equal(t, http.StatusOK, p.post(message(t, "Inform.xml")))
		require.Equal(t, http.StatusOK, p.post(""))
		if words == "" {
			words = message(t, "Inform.xml")
		}
		p.post(words)
		assert.Equal(t, exitFailed, <-r.status, about)
		lines := r.out.lines(t, 1)
		require.Len(t, lines, 1)
		assert.NotEqual(t, "ok", ended(t, lines[0]), about)
		assert.Contains(t, lines[0], `"requests":[{"method":"GetRPCMethods","answer":null,"fault":null}]`, about)
	}
}

// An Inform that is refused is a session that got as far as an Inform, and no further.
func TestOnceOfARefusedInform(t *testing.T) {
	twice := strings.Replace(message(t, "Inform.xml"), "</SerialNumber>", "</SerialNumber><SerialNumber>2</SerialNumber>", 1)
	twice = strings.Replace(twice, "<DeviceId>", "<DeviceId><X/>", 1)
	r := start(t, "-once", "-json")
	assert.Equal(t, http.StatusOK, newPoster(t, r.url).post(twice), "a fault is SOAP")
	assert.Equal(t, exitFailed, <-r.status)
	line := r.out.lines(t, 1)[0]
	assert.Regexp(t, "^fault 8003: .*SerialNumber", ended(t, line))
	assert.Contains(t, line, `"requests":[],"diagnostics":[{"code":"`)
	assert.Empty(t, strings.TrimPrefix(r.errs.String(), "listening on "+r.url+"\n"))
}

// What a device answers belongs to its session however the cookie comes back, and where
// none does: the Server finds it all the same.
func TestCookieSpellings(t *testing.T) {
	for about, spell := range map[string]func(cookie string) []string{
		"as it was":        func(c string) []string { return []string{c} },
		"joined by commas": func(c string) []string { return []string{"a=b, " + c} },
		"quoted":           func(c string) []string { return []string{strings.Replace(c, "=", " = \"", 1) + "\""} },
		"dropped":          func(string) []string { return nil },
	} {
		t.Run(about, func(t *testing.T) {
			r := start(t, "-once", "-json", "-do", file(t, `[{"Reboot":{"CommandKey":"k"}}]`))
			b := &bare{t: t, url: r.url, spell: spell}
			b.post(message(t, "Inform.xml"))
			asked, err := rpc.Parse(b.post(""), rpc.Config{})
			require.NoError(t, err)
			answer, err := rpc.NewEnvelope(rpc.V10, asked.ID, &rpc.RebootResponse{}).Append(nil, rpc.Style{})
			require.NoError(t, err)
			b.post(string(answer))
			assert.Equal(t, exitOK, <-r.status)
			assert.Contains(t, r.out.String(), `"requests":[{"method":"Reboot","answer":{},"fault":null}]`)
		})
	}
}

// A bare poster sends its cookie as it spells it.
type bare struct {
	t      *testing.T
	url    string
	cookie string
	spell  func(string) []string
}

// post posts a body and returns the response's.
func (b *bare) post(body string) []byte {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, b.url, strings.NewReader(body))
	require.NoError(b.t, err)
	if b.cookie != "" {
		req.Header["Cookie"] = b.spell(b.cookie)
	}
	resp, err := http.DefaultClient.Do(req)
	require.NoError(b.t, err)
	defer resp.Body.Close()
	if set := resp.Header.Get("Set-Cookie"); set != "" {
		b.cookie, _, _ = strings.Cut(set, ";")
	}
	text, err := io.ReadAll(resp.Body)
	require.NoError(b.t, err)
	return text
}

// A signal ends open sessions, and the program with 0.
func TestSignal(t *testing.T) {
	for _, flags := range [][]string{{"-json"}, {"-json", "-once"}} {
		r := start(t, flags...)
		require.Equal(t, http.StatusOK, newPoster(t, r.url).post(message(t, "Inform.xml")))
		assert.Equal(t, exitOK, r.stop(t), flags)
		assert.Equal(t, "transport: server shut down", ended(t, r.out.lines(t, 1)[0]))
	}
}

// A request that does not come to its end takes all the time that the end has for
// requests, and none of what it has for sessions.
func TestSignalDuringRequest(t *testing.T) {
	r := start(t, "-json")
	require.Equal(t, http.StatusOK, newPoster(t, r.url).post(message(t, "Inform.xml")))
	conn, err := net.Dial("tcp", strings.TrimSuffix(strings.TrimPrefix(r.url, "http://"), "/"))
	require.NoError(t, err)
	defer conn.Close()
	_, err = io.WriteString(conn, "POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5000\r\n\r\n")
	require.NoError(t, err)
	_, err = conn.Read(make([]byte, 1)) // it is being served
	require.NoError(t, err)
	assert.Equal(t, exitOK, r.stop(t))
	assert.Equal(t, transport.ErrShutdown.Error(), ended(t, r.out.String()))
}

// A device that comes again has left its old session.
func TestSuperseded(t *testing.T) {
	r := start(t, "-json")
	require.Equal(t, http.StatusOK, newPoster(t, r.url).post(message(t, "Inform.xml")))
	p := newPoster(t, r.url)
	require.Equal(t, http.StatusOK, p.post(message(t, "Inform.xml")))
	require.Equal(t, http.StatusNoContent, p.post(""))
	lines := r.out.lines(t, 2)
	ends := []string{ended(t, lines[0]), ended(t, lines[1])}
	assert.ElementsMatch(t, []string{"transport: session superseded by a new Inform", "ok"}, ends)
}

// Deviations are listed, those of the Inform and those of answers.
func TestDiagnostics(t *testing.T) {
	r := start(t, "-json", "-do", file(t, `[{"GetParameterValues":{"ParameterNames":["Device."]}}]`))
	p := newPoster(t, r.url)
	require.Equal(t, http.StatusOK, p.post(strings.Replace(message(t, "Inform.xml"), "<RetryCount>", "<RetryCount> x", 1)))
	require.Equal(t, http.StatusOK, p.post(""))
	answer := strings.Replace(message(t, "GetParameterValuesResponse.xml"), "</ParameterList>", "<X/></ParameterList>", 1)
	_, id, _ := strings.Cut(answer, "mustUnderstand=\"1\">")
	id, _, _ = strings.Cut(id, "<")
	answer = strings.Replace(answer, ">"+id+"<", ">acs-1<", 1)
	answer = strings.Replace(answer, "</Value>", "\xff\x01</Value>", 1)
	assert.Equal(t, http.StatusNoContent, p.post(answer))
	line := r.out.lines(t, 1)[0]
	var s struct {
		Diagnostics []struct {
			Code, Path string
			Offset     int
			Detail     *string
		}
		End string
	}
	require.NoError(t, json.Unmarshal([]byte(line), &s), line)
	assert.Equal(t, "ok", s.End)
	codes := map[string]string{}
	for _, d := range s.Diagnostics {
		codes[d.Code] = d.Path
		assert.NotNil(t, d.Detail)
		assert.Positive(t, d.Offset)
	}
	assert.Contains(t, codes["bad-number"], "/Envelope/Body/Inform/RetryCount")
	assert.Contains(t, codes["not-utf-8"], "/Envelope/Body/GetParameterValuesResponse/ParameterList")
	assert.Contains(t, line, `"valueBase64":"`)
}

// No signal and no -once: the program goes on, whatever devices ask of it.
func TestRunsOn(t *testing.T) {
	r := start(t)
	for range 3 {
		require.NoError(t, r.call(t, device()))
	}
	vendor := &rpc.Vendor{Raw: soap.Raw{Local: "X_Kick", XML: []byte("<X_Kick/>")}}
	result, err := device().Inform(t.Context(), r.url, boot, &rpc.Kicked{}, &rpc.GetRPCMethods{}, vendor, &rpc.Reboot{}, &rpc.AutonomousTransferComplete{})
	require.NoError(t, err)
	require.Len(t, result.Answers, 6)
	assert.Equal(t, rpc.Registry{}.Methods(rpc.ToACS), result.Answers[2].(*rpc.GetRPCMethodsResponse).MethodList)
	assert.ErrorIs(t, result.Answers[3].(*rpc.Fault), rpc.FaultACSMethodNotSupported)
	assert.ErrorIs(t, result.Answers[4].(*rpc.Fault), rpc.FaultACSMethodNotSupported)
	assert.IsType(t, &rpc.AutonomousTransferCompleteResponse{}, result.Answers[5])
	assert.Contains(t, r.out.lines(t, 26)[24], "from the device AutonomousTransferComplete")
	assert.Equal(t, exitOK, r.stop(t))
}

// A session that is over before its Inform was answered is printed all the same, and
// nothing is kept of it.
func TestOverBeforeItBegan(t *testing.T) {
	out := newConsole()
	p := newProgram(options{json: true}, out, log.New(io.Discard, "", 0))
	s := &transport.Session{Inform: &rpc.Inform{}}
	p.ended(s, transport.ErrSuperseded)
	p.exchanged(&transport.Exchange{
		Request: &rpc.Envelope{Message: s.Inform}, Status: http.StatusOK,
		ResponseHeader: http.Header{"Set-Cookie": {"cwmp=1; Path=/"}},
	})
	assert.Equal(t, transport.ErrSuperseded.Error(), ended(t, out.lines(t, 1)[0]))
	assert.Empty(t, p.byInform)
}
