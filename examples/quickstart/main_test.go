package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/cwmptest"
	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/transport"
)

// try runs the program in this process.
func try(t *testing.T, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	status = run(args, &out, &errs)
	return status, out.String(), errs.String()
}

// numbered returns the step of each numbered line, with what follows it.
func numbered(out, header string) (steps, rest []string) {
	_, out, _ = strings.Cut(out, header+"\n")
	out, _, _ = strings.Cut(out, "\nsession ")
	for line := range strings.Lines(out) {
		if !strings.HasPrefix(line, "(") {
			continue
		}
		step, tail, _ := strings.Cut(strings.TrimSpace(line), "  ")
		steps, rest = append(steps, step), append(rest, strings.TrimSpace(tail))
	}
	return steps, rest
}

var provenance = regexp.MustCompile(`(?m)^(URL|username|password) from (CLI|DHCP|ACS): \S.*$`)

func TestElevenStepsTwice(t *testing.T) {
	for _, flags := range [][]string{nil, {"-tls"}} {
		t.Run(fmt.Sprint(flags), func(t *testing.T) {
			status, out, errs := try(t, flags...)
			require.Equal(t, exitOK, status, errs)
			assert.Empty(t, errs)
			for _, header := range []string{"session 1: main ACS URL", "session 2: backup ACS URL"} {
				steps, rest := numbered(out, header)
				require.Equal(t, wanted, steps)
				if flags == nil {
					assert.Equal(t, "not used", rest[1])
				} else {
					assert.Contains(t, rest[1], "TLS 1.3")
					assert.Regexp(t, `SSL client policy quickstart-ca$`, rest[1])
				}
			}
			var won []string
			for _, m := range provenance.FindAllStringSubmatch(out, -1) {
				won = append(won, m[1]+" "+m[2])
			}
			assert.Equal(t, []string{
				"URL CLI", "username DHCP", "password DHCP",
				"URL ACS", "username ACS", "password ACS",
			}, won)
		})
	}
}

func TestVerboseMasksSecrets(t *testing.T) {
	status, out, _ := try(t, "-v")
	require.Equal(t, exitOK, status)
	assert.Contains(t, out, "<cwmp:Inform>")
	assert.Contains(t, out, "<EventCode>0 BOOTSTRAP</EventCode>")
	assert.Contains(t, out, "Authorization: ***")
	assert.NotContains(t, out, backupPassword)
	assert.NotContains(t, out, "response=")
	steps, _ := numbered(out, "session 1: main ACS URL")
	assert.Equal(t, wanted, steps)

	status, out, _ = try(t, "-v", "-secrets")
	require.Equal(t, exitOK, status)
	assert.Contains(t, out, backupPassword)
	assert.Contains(t, out, "Authorization: Digest username=\"1234\"")
}

// What an ACS may hide a password in: comments, several names, another case.
func TestMaskFindsSecrets(t *testing.T) {
	const parameter = "<ParameterValueStruct>%s</ParameterValueStruct>"
	for _, inside := range []string{
		"<Name>Device.X.Password</Name><Value>SEK<!-- x -->RET</Value>",
		"<Name>foo</Name><Name> Device.X.Password </Name><Value>SEKRET</Value>",
		"<Name>Device.X.password</Name><Value>SEKRET</Value>",
		"<Name>Device.X.Password</Name><Value><b>SEKRET</b></Value>",
		"<Password><c>SEKRET</c></Password>",
		"<Value>SEKRET</Value><Name>Device.X.Password</Name>",
	} {
		l := &ladder{}
		got := l.indent(fmt.Appendf(nil, "<a>"+parameter+"</a>", inside))
		assert.Contains(t, got, mask, inside)
		assert.NotContains(t, got, "RET", inside)
	}
}

func TestBadFlags(t *testing.T) {
	for _, args := range [][]string{
		{"-nonsense"}, {"extra"}, {"-acs", "ftp://x"}, {"-acs", "x"}, {"-acs", "http://"}, {"-acs", "http://u:p@h/"},
		{"-user", "u"}, {"-secrets"}, {"-acs", "http://127.0.0.1/", "-tls"}, {"-acs"}, {"-acs", "http://[::1"},
		{"-acs", ""}, {"-acs", "http://127.0.0.1:99999/"}, {"-acs", "http://127.0.0.1:x/"},
	} {
		t.Run(strings.Join(args, " "), func(t *testing.T) {
			status, out, errs := try(t, args...)
			assert.Equal(t, exitUsage, status)
			assert.Empty(t, out)
			assert.Regexp(t, `^quickstart: .+\n$`, errs)
		})
	}
}

// The reason names the scheme, not the length, which is wrong too.
func TestBadScheme(t *testing.T) {
	_, _, errs := try(t, "-acs", "ftp://x")
	assert.Equal(t, "quickstart: attrs: bad value: \"acs url\" from CLI: neither http nor https\n", errs)
}

func TestHelp(t *testing.T) {
	status, out, errs := try(t, "-h")
	assert.Equal(t, exitOK, status)
	assert.Empty(t, out)
	for _, flag := range []string{"-acs", "-user", "-pass", "-tls", "-v", "-secrets", "Exit status"} {
		assert.Contains(t, errs, flag)
	}
}

// body answers every POST with a status and a body.
func body(status int, text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		io.WriteString(w, text)
	}
}

// truncated promises more than it sends.
func truncated(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Length", "1000")
	io.WriteString(w, `<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Bo`)
	w.(http.Flusher).Flush()
	panic(http.ErrAbortHandler)
}

func TestFailedSessions(t *testing.T) {
	wrong := cwmptest.NewUnstartedACS(t, nil)
	wrong.Username, wrong.Password = "u", "right"
	wrong.Start()
	nobody, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, nobody.Close())
	serve := func(h http.HandlerFunc) string {
		s := httptest.NewServer(h)
		t.Cleanup(s.Close)
		return s.URL
	}
	for _, c := range []struct{ name, url, reason string }{
		{"not there", "http://" + nobody.Addr().String(), "connection refused"},
		{"HTML", serve(body(200, "<html><body>hello</body></html>")), "not a SOAP 1.1 envelope"},
		{"500", serve(body(500, "oops")), "HTTP status 500"},
		{"wrong password", wrong.URL, "credentials refused"},
		{"DOCTYPE", serve(body(200, `<!DOCTYPE x><x/>`)), "DOCTYPE"},
		{"truncated", serve(truncated), "unexpected EOF"},
		{"cut document", serve(body(200, `<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>`)), "unexpected EOF"},
		{"hangs up", serve(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }), "closed before the response"},
		{"control characters", serve(body(200, "\x1b[31m<a/>")), "soap: offset"},
		{"empty", serve(body(204, "")), "peer sent (empty)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			status, out, errs := try(t, "-acs", c.url, "-user", "u", "-pass", "never-printed")
			assert.Equal(t, exitFailed, status)
			assert.Regexp(t, `^quickstart: session 1 failed: [[:print:]]+; next attempt in ([5-9]|10)s \(retry 1 waits 5s to 10s\)\n$`, errs)
			assert.Contains(t, errs, c.reason)
			assert.NotContains(t, out+errs, "never-printed")
		})
	}
}

func TestExternalACS(t *testing.T) {
	acs := cwmptest.NewUnstartedACS(t, transport.Script(func(ctx context.Context, s *transport.Session) error {
		if _, err := transport.Do(ctx, s, &rpc.GetRPCMethods{}); err != nil {
			return err
		}
		_, err := transport.Do(ctx, s, &rpc.Reboot{})
		assert.ErrorIs(t, err, rpc.FaultMethodNotSupported)
		return nil
	}))
	acs.Username, acs.Password = "u", "p"
	acs.Start()
	status, out, errs := try(t, "-acs", acs.URL, "-user", "u", "-pass", "p")
	require.Equal(t, exitOK, status, errs)
	assert.Contains(t, out, "URL from CLI: only CLI assigned it")
	steps, _ := numbered(out, "session 1: ACS URL")
	assert.Equal(t, []string{
		"(1) open TCP connection", "(2) SSL initiation", "(3) POST Inform", "(3a) 401 digest challenge",
		"(3b) POST Inform again", "(4) Inform response", "(5) POST empty", "(10) empty response", "(11) close connection",
	}, steps)
	assert.Contains(t, out, "\nGetRPCMethods ")
	assert.Contains(t, out, "\nPOST GetRPCMethodsResponse ")
	assert.Equal(t, []error{nil}, acs.Wait(t, 1))
}

// What the device informs of can be read, by name and by partial path; what it does
// not have is named in the fault, which the ladder shows.
func TestExternalACSReads(t *testing.T) {
	acs := cwmptest.NewACS(t, transport.Script(func(ctx context.Context, s *transport.Session) error {
		for _, p := range s.Inform.ParameterList {
			v, err := transport.Do(ctx, s, &rpc.GetParameterValues{ParameterNames: []string{p.Name}})
			if assert.NoError(t, err, p.Name) {
				assert.Equal(t, []rpc.ParameterValue{p}, v.ParameterList)
			}
		}
		v, err := transport.Do(ctx, s, &rpc.GetParameterValues{ParameterNames: []string{""}})
		if assert.NoError(t, err) {
			assert.Len(t, v.ParameterList, 16, "six forced parameters and ten more attributes")
		}
		_, err = transport.Do(ctx, s, &rpc.GetParameterValues{ParameterNames: []string{"Device.Nothing."}})
		assert.ErrorIs(t, err, rpc.FaultInvalidParameterName)
		return nil
	}))
	status, out, errs := try(t, "-acs", acs.URL)
	require.Equal(t, exitOK, status, errs)
	assert.Contains(t, out, "fault 9005: Device.Nothing.")
}

// full is a disk without room.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

func TestLostOutputIsAFailure(t *testing.T) {
	var errs bytes.Buffer
	assert.Equal(t, exitFailed, run(nil, full{}, &errs))
	assert.Equal(t, "quickstart: writing the output: no space left on device\n", errs.String())
}

// TestBuiltProgram runs the real program for its exit statuses.
func TestBuiltProgram(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program")
	}
	program := filepath.Join(t.TempDir(), "quickstart")
	out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput()
	require.NoError(t, err, string(out))
	for _, c := range []struct {
		args   string
		status int
	}{{"", 0}, {"-h", 0}, {"-acs http://127.0.0.1:1/", 1}, {"-acs ftp://x", 2}} {
		cmd := exec.Command(program, strings.Fields(c.args)...)
		cmd.Run()
		assert.Equal(t, c.status, cmd.ProcessState.ExitCode(), c.args)
	}
}
