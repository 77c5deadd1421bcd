package main

// NOTE: the ACS with curl as the device, which shares no code with ours. The tests need
// curl and say so where it is absent.

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// post posts a file with curl, and returns the status, a space and the body.
func post(t *testing.T, url, body string, args ...string) string {
	t.Helper()
	args = append(args, "-sS", "-X", "POST", "-H", "Content-Type: text/xml", "--data-binary", "@"+body, "-w", "\n%{http_code}", url)
	out, err := exec.Command("curl", args...).CombinedOutput()
	require.NoError(t, err, string(out))
	text := string(out)
	last := strings.LastIndexByte(text, '\n')
	return text[last+1:] + " " + text[:last]
}

func TestCurl(t *testing.T) {
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("skipped: there is no curl")
	}
	cert, key := keyPair(t)
	named := []string{"-user", "u", "-pass", secret}
	secure := []string{"-tls-cert", cert, "-tls-key", key}
	for _, tt := range []struct {
		about string
		acs   []string
		curl  []string
	}{
		{"none", nil, nil},
		{"100-continue", nil, []string{"-H", "Expect: 100-continue"}},
		{"chunked", nil, []string{"-H", "Transfer-Encoding: chunked"}},
		{"HTTP 1.0", nil, []string{"--http1.0"}},
		{"digest", named, []string{"--digest", "-u", "u:" + secret}},
		{"digest, any", named, []string{"--anyauth", "-u", "u:" + secret}},
		{"basic", append(named, "-auth", "basic", "-allow-basic-http"), []string{"--basic", "-u", "u:" + secret}},
		{"basic, any", append(named, "-auth", "basic", "-allow-basic-http"), []string{"--anyauth", "-u", "u:" + secret}},
		{"TLS", secure, []string{"--cacert", cert}},
		{"TLS, digest", append(secure, named...), []string{"--cacert", cert, "--digest", "-u", "u:" + secret}},
		{"TLS, basic", append(append(secure, named...), "-auth", "basic"), []string{"--cacert", cert, "--basic", "-u", "u:" + secret}},
	} {
		t.Run(tt.about, func(t *testing.T) { curlSession(t, tt.acs, tt.curl) })
	}
}

// curlSession is a session: Inform, empty, and the answer to what is asked.
func curlSession(t *testing.T, acs, curl []string) {
	r := start(t, append(acs, "-json", "-once", "-do", file(t, `[{"Reboot":{"CommandKey":"k"}}]`))...)
	jar := filepath.Join(t.TempDir(), "jar")
	curl = append(curl, "-b", jar, "-c", jar)
	got := post(t, r.url+"some/path", file(t, message(t, "Inform.xml")), curl...)
	assert.Contains(t, got, "200 ")
	assert.Contains(t, got, "InformResponse>")
	got = post(t, r.url, file(t, ""), curl...)
	assert.Contains(t, got, "200 ")
	assert.Contains(t, got, "<CommandKey>k</CommandKey>")
	answer := strings.Replace(message(t, "RebootResponse.xml"), ">ID 7 &amp; more<", ">acs-1<", 1)
	require.Contains(t, answer, "acs-1")
	assert.Equal(t, "204 ", post(t, r.url, file(t, answer), curl...))
	assert.Equal(t, exitOK, <-r.status)
	line := r.out.lines(t, 1)[0]
	assert.Contains(t, line, `"requests":[{"method":"Reboot","answer":{},"fault":null}],"diagnostics":[],"end":"ok"`)
	assert.NotContains(t, r.out.String()+r.errs.String(), secret)
}

// Who has no password gets no session.
func TestCurlWithoutPassword(t *testing.T) {
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("skipped: there is no curl")
	}
	r := start(t, "-user", "u", "-pass", secret)
	inform := file(t, message(t, "Inform.xml"))
	for _, args := range [][]string{nil, {"--digest", "-u", "u:wrong"}, {"--digest", "-u", "other:" + secret}, {"--basic", "-u", "u:" + secret}} {
		assert.Equal(t, "401 ", post(t, r.url, inform, args...), args)
	}
	assert.Equal(t, 1, strings.Count(r.out.String(), "\n"), "listening, and no session")
}
