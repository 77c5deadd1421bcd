package connreq_test

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cwmp-go/cwmp/soap"
	"github.com/cwmp-go/cwmp/soap/dom"
	"github.com/cwmp-go/cwmp/transport/connreq"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// xmppShared gives the path of a file beside the repository, and skips the test
// where it is absent.
func xmppShared(tb testing.TB, name string) string {
	tb.Helper()
	dir, err := os.Getwd()
	require.NoError(tb, err)
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
	}
	path := filepath.Join(filepath.Dir(dir), "shared", name)
	if _, err := os.Stat(path); err != nil {
		tb.Skipf("skipped: there is no ../shared/%s beside the repository", name)
	}
	return path
}

// xmppValidate checks documents against a published schema.
func xmppValidate(t *testing.T, driver string, docs ...[]byte) error {
	t.Helper()
	validate := xmppShared(t, "standard/cwmp/validate")
	if _, err := exec.LookPath("xmllint"); err != nil {
		t.Skip("skipped: xmllint is not installed (Debian: libxml2-utils)")
	}
	dir := t.TempDir()
	var files []string
	for i, doc := range docs {
		files = append(files, filepath.Join(dir, fmt.Sprintf("%d.xml", i)))
		require.NoError(t, os.WriteFile(files[i], doc, 0o666))
	}
	cmd := exec.Command(validate, files...)
	cmd.Env = append(os.Environ(), "DRIVER="+driver)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s", out)
	}
	return nil
}

// The stanzas of TR-069 Annex K, put into the form that is written.
var (
	xmppIQ = connreq.XMPPStanza{Type: connreq.XMPPGet, ID: "cr001", From: "acs@example.com/1", To: "cpe@example.com/res",
		Request: &connreq.XMPPCredentials{Username: "u", Password: "p"}}
	xmppText = `<iq from="acs@example.com/1" to="cpe@example.com/res" id="cr001" type="get">` +
		`<connectionRequest xmlns="urn:broadband-forum-org:cwmp:xmppConnReq-1-0"><username>u</username><password>p</password></connectionRequest></iq>`
)

func TestXMPPWrite(t *testing.T) {
	b, err := xmppIQ.Append([]byte("dst"))
	require.NoError(t, err)
	assert.Equal(t, "dst"+xmppText, string(b))

	result := connreq.XMPPStanza{Type: connreq.XMPPReply, ID: "1", To: "acs@example.com/1"}
	b, err = result.Append(nil)
	require.NoError(t, err)
	assert.Equal(t, `<iq to="acs@example.com/1" id="1" type="result"></iq>`, string(b))

	failed := xmppIQ
	failed.Type, failed.Condition = connreq.XMPPFailed, connreq.XMPPNotAuthorized
	b, err = failed.Append(nil)
	require.NoError(t, err)
	assert.Equal(t, strings.Replace(strings.TrimSuffix(xmppText, "</iq>"), "get", "error", 1)+
		`<error code="401" type="auth"><not-authorized xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"></not-authorized></error></iq>`, string(b))

	failed.Condition, failed.Request = connreq.XMPPServiceUnavailable, nil
	b, err = failed.Append(nil)
	require.NoError(t, err)
	assert.Contains(t, string(b), `<error code="503" type="cancel"><service-unavailable xmlns="urn:ietf:params:xml:ns:xmpp-stanzas">`)
}

// TestXMPPSchema validates what is written, and shows that validation can fail.
func TestXMPPSchema(t *testing.T) {
	var docs [][]byte
	for _, c := range []connreq.XMPPCredentials{{"u", "p"}, {}, {"<&>\"'", "\u00e9\U0001F600 \t\n"}, {strings.Repeat("u", 256), "p"}} {
		s := xmppIQ
		s.Request = &c
		b, err := s.Append(nil)
		require.NoError(t, err)
		d := soap.NewDecoderBytes(b, soap.Config{Level: soap.Strict})
		require.True(t, d.NextChild(0) && d.NextChild(1), "%s", b)
		docs = append(docs, d.Raw().XML)
		require.NoError(t, d.End())
	}
	require.NoError(t, xmppValidate(t, "cwmp-xmppConnReq-1-0.xsd", docs...))
	bad := []byte(strings.Replace(string(docs[0]), "<username>u</username>", "", 1))
	require.ErrorContains(t, xmppValidate(t, "cwmp-xmppConnReq-1-0.xsd", bad), "username")
}

// TestXMPPUnwritable: what neither RFC 6120 nor XML allows.
func TestXMPPUnwritable(t *testing.T) {
	for name, c := range map[string]struct {
		s   connreq.XMPPStanza
		err error
	}{
		"no id":                {connreq.XMPPStanza{Type: connreq.XMPPReply}, connreq.ErrXMPPStanza},
		"no type":              {connreq.XMPPStanza{ID: "1"}, connreq.ErrXMPPStanza},
		"no condition":         {connreq.XMPPStanza{ID: "1", Type: connreq.XMPPFailed}, connreq.ErrXMPPStanza},
		"condition of success": {connreq.XMPPStanza{ID: "1", Type: connreq.XMPPReply, Condition: "gone"}, connreq.ErrXMPPStanza},
		"bad condition":        {connreq.XMPPStanza{ID: "1", Type: connreq.XMPPFailed, Condition: "a b"}, soap.ErrName},
		"NUL in password":      {connreq.XMPPStanza{ID: "1", Type: connreq.XMPPGet, Request: &connreq.XMPPCredentials{Password: "\x00"}}, soap.ErrChar},
		"NUL in id":            {connreq.XMPPStanza{ID: "\x00", Type: connreq.XMPPGet}, soap.ErrChar},
		"too long":             {connreq.XMPPStanza{ID: strings.Repeat("1", 8192), Type: connreq.XMPPGet}, soap.ErrLimit},
	} {
		b, err := c.s.Append([]byte("dst"))
		require.ErrorIs(t, err, c.err, name)
		var e *connreq.XMPPError
		require.ErrorAs(t, err, &e, name)
		assert.EqualValues(t, -1, e.Offset)
		assert.Equal(t, "dst", string(b))
		assert.NotContains(t, err.Error(), "offset -1")
	}
}

// xmppRead are stanzas in the forms that clients and servers give them.
var xmppRead = map[string]struct {
	text string
	want connreq.XMPPStanza
}{
	"as written": {xmppText, xmppIQ},
	"from a stream": {`<iq xmlns='jabber:client' id='cr001' to='cpe@example.com/res' from='acs@example.com/1' type='get' xml:lang='en'>
  <connectionRequest xmlns='urn:broadband-forum-org:cwmp:xmppConnReq-1-0'>
   <password>p</password><username>u</username>
  </connectionRequest></iq>`, xmppIQ},
	"with prefixes": {`<c:iq xmlns:c="jabber:client" xmlns:b="urn:broadband-forum-org:cwmp:xmppConnReq-1-0" id="1" type="set">` +
		`<b:connectionRequest><b:username>u</b:username><b:password/></b:connectionRequest></c:iq>`,
		connreq.XMPPStanza{Type: connreq.XMPPSet, ID: "1", Request: &connreq.XMPPCredentials{Username: "u"}}},
	"other namespace": {`<iq id="1" type="get"><connectionRequest xmlns="urn:other"><username>u</username><password>p</password></connectionRequest></iq>`,
		connreq.XMPPStanza{Type: connreq.XMPPGet, ID: "1"}},
	"other payload": {`<iq id="1" type="get"><ping xmlns="urn:xmpp:ping"/></iq>`, connreq.XMPPStanza{Type: connreq.XMPPGet, ID: "1"}},
	"two payloads": {strings.Replace(xmppText, "</iq>", `<ping xmlns="urn:xmpp:ping"/></iq>`, 1),
		connreq.XMPPStanza{Type: connreq.XMPPGet, ID: "cr001", From: xmppIQ.From, To: xmppIQ.To}},
	"two usernames": {strings.Replace(xmppText, "<password>", "<username>v</username><password>", 1),
		connreq.XMPPStanza{Type: connreq.XMPPGet, ID: "cr001", From: xmppIQ.From, To: xmppIQ.To}},
	"no password": {strings.Replace(xmppText, "<password>p</password>", "", 1),
		connreq.XMPPStanza{Type: connreq.XMPPGet, ID: "cr001", From: xmppIQ.From, To: xmppIQ.To}},
	"unknown child": {strings.Replace(xmppText, "<password>", "<token/><password>", 1),
		connreq.XMPPStanza{Type: connreq.XMPPGet, ID: "cr001", From: xmppIQ.From, To: xmppIQ.To}},
	"child of another namespace": {strings.Replace(xmppText, "<password>", `<password xmlns="">`, 1),
		connreq.XMPPStanza{Type: connreq.XMPPGet, ID: "cr001", From: xmppIQ.From, To: xmppIQ.To}},
	"result": {`<iq type="result" id="1"/>`, connreq.XMPPStanza{Type: connreq.XMPPReply, ID: "1"}},
	"error": {`<iq type="error" id="1"><error type="cancel"><text xmlns="urn:ietf:params:xml:ns:xmpp-stanzas">no</text>` +
		`<service-unavailable xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/><gone/></error></iq>`,
		connreq.XMPPStanza{Type: connreq.XMPPFailed, ID: "1", Condition: "service-unavailable"}},
	"error of another spelling": {`<iq type="error" id="1"><error type="cancel"><not-autorized/></error></iq>`,
		connreq.XMPPStanza{Type: connreq.XMPPFailed, ID: "1", Condition: "not-autorized"}},
	"error in a request": {`<iq type="get" id="1"><error><gone/></error></iq>`, connreq.XMPPStanza{Type: connreq.XMPPGet, ID: "1"}},
}

func TestXMPPRead(t *testing.T) {
	for name, c := range xmppRead {
		s, err := connreq.ParseXMPP([]byte(c.text))
		require.NoError(t, err, name)
		assert.Equal(t, &c.want, s, name)
	}
}

// TestXMPPRefused: what is not read, and where.
func TestXMPPRefused(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		err  error
		at   int64
	}{
		"nothing":              {"", soap.ErrEmpty, 0},
		"message":              {`<message id="1" type="get"/>`, connreq.ErrXMPPOther, 0},
		"another iq":           {`<iq xmlns="urn:other" id="1" type="get"/>`, connreq.ErrXMPPOther, 0},
		"no id":                {`<iq type="get"/>`, connreq.ErrXMPPStanza, 0},
		"no type":              {`<iq id="1"/>`, connreq.ErrXMPPStanza, 0},
		"unknown type":         {`<iq id="1" type="put"/>`, connreq.ErrXMPPStanza, 0},
		"DOCTYPE":              {`<!DOCTYPE iq [<!ENTITY a "b">]><iq id="1" type="get"/>`, soap.ErrDoctype, 0},
		"instruction":          {`<iq id="1" type="get"><?x y?></iq>`, soap.ErrInstruction, 22},
		"entity":               {`<iq id="1" type="get">&a;</iq>`, soap.ErrSyntax, 22},
		"not closed":           {`<iq id="1" type="get">`, io.ErrUnexpectedEOF, 22},
		"two stanzas":          {`<iq id="1" type="get"/><iq id="1" type="get"/>`, soap.ErrSyntax, 23},
		"undeclared prefix":    {`<iq id="1" type="get"><x:y/></iq>`, soap.ErrNamespace, 23},
		"attribute twice":      {`<iq id="1" id="2" type="get"/>`, soap.ErrSyntax, 11},
		"too long":             {`<iq id="1" type="get">` + strings.Repeat(" ", 8192) + `</iq>`, soap.ErrLimit, -1},
		"deep":                 {`<iq id="1" type="get">` + strings.Repeat("<a>", 40) + strings.Repeat("</a>", 40) + `</iq>`, soap.ErrLimit, -1},
		"a control character":  {"<iq id=\"1\" type=\"get\">\x02</iq>", soap.ErrChar, 22},
		"control in attribute": {`<iq id="&#2;" type="get"/>`, soap.ErrChar, -1},
	} {
		s, err := connreq.ParseXMPP([]byte(c.text))
		var e *connreq.XMPPError
		require.ErrorAs(t, err, &e, name)
		assert.Nil(t, s, name)
		require.ErrorIs(t, err, c.err, name)
		if c.at >= 0 {
			assert.Equal(t, c.at, e.Offset, name)
			assert.Contains(t, err.Error(), "offset", name)
		}
	}
}

// TestXMPPOracle: etree, on encoding/xml, finds the same credentials in what is
// written.
func TestXMPPOracle(t *testing.T) {
	for _, c := range []connreq.XMPPCredentials{{"u", "p"}, {"<&>\"'", "\u00e9\U0001F600 \t\n"}, {"]]>", "&amp;"}, {"  ", ""}} {
		s := xmppIQ
		s.Request = &c
		b, err := s.Append(nil)
		require.NoError(t, err)
		iq, err := dom.Parse(soap.Raw{Local: "iq", XML: b})
		require.NoError(t, err)
		assert.Equal(t, c.Username, iq.FindElement("connectionRequest/username").Text())
		assert.Equal(t, string(c.Password), iq.FindElement("connectionRequest/password").Text())
		again, err := connreq.ParseXMPP(b)
		require.NoError(t, err)
		assert.Equal(t, &s, again)
	}
}

// TestSEC31XMPPPassword: a canary is in no print, log or error.
func TestSEC31XMPPPassword(t *testing.T) {
	const canary = "canary-password"
	c := connreq.XMPPCredentials{Username: "u", Password: canary}
	s := xmppIQ
	s.Request = &c
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "credentials", c, "password", c.Password)
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "credentials", c, "password", c.Password)
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		fmt.Fprintf(&log, format, c)
		fmt.Fprintf(&log, format, c.Password)
	}
	text, err := json.Marshal(s)
	require.NoError(t, err)
	log.Write(text)
	log.WriteString(c.Password.String())
	c.Password += "\x00"
	_, err = s.Append(nil)
	fmt.Fprint(&log, err)
	_, err = connreq.ParseXMPP([]byte(strings.Replace(xmppText, "<password>p<", "<password>"+canary+"\x02<", 1)))
	fmt.Fprint(&log, err)
	assert.NotContains(t, log.String(), canary)
	assert.NotContains(t, log.String(), fmt.Sprintf("%x", canary))
}
