package connreq_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cwmp-go/cwmp/transport/connreq"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// xmppList is the list of the data model's text, with its second domain spelt as
// in the examples.
const xmppList = "ACS1@tr069.example.com, ACS2@tr069.example.com/resource1"

// TestSEC34XMPPAllowed is the rule of ConnReqAllowedJabberIDs by the examples of
// its text, and beyond.
func TestSEC34XMPPAllowed(t *testing.T) {
	allowed, err := connreq.ParseXMPPAllowed(xmppList)
	require.NoError(t, err)
	for from, want := range map[string]bool{
		"ACS1@tr069.example.com/resource1": true,
		"ACS1@tr069.example.com/resource2": true,
		"ACS2@tr069.example.com/resource1": true,
		"ACS2@tr069.example.com/resource2": false,
		"ACS@tr069.example.com/resource":   false,

		"ACS1@tr069.example.com":                true,
		"acs1@TR069.example.com/x":              true, // a server folds the case
		"ACS2@tr069.example.com/Resource1":      false,
		"ACS2@tr069.example.com":                false,
		"ACS2@tr-069.example.com/resource1":     false,
		"ACS1@tr069.example.com.evil.test/r":    false,
		"evilACS1@tr069.example.com/r":          false,
		"tr069.example.com":                     false,
		"ACS2@tr069.example.com/resource1/more": false,
		"ACS1@evil.test/ACS1@tr069.example.com": false,
		"evil.test/ACS1@tr069.example.com":      false,
		"ACS1@tr069.example.com@evil.test/r":    false,
		"ACS1\u212a@tr069.example.com/r":        false,
		"":                                      false,
		"/":                                     false,
		"@tr069.example.com/r":                  false,
		"ACS1@tr069.example.com/":               false,
		"ACS1@tr069.example.com \x00/r":         false,
	} {
		l := connreq.XMPPListener{Allowed: allowed, Credentials: *xmppIQ.Request}
		answer, accepted := l.Answer(xmppFrom(t, from, *xmppIQ.Request))
		assert.Equal(t, want, accepted, from)
		s, err := connreq.ParseXMPP(answer)
		require.NoError(t, err)
		if !want {
			assert.Equal(t, connreq.XMPPServiceUnavailable, s.Condition)
		}
		l.Allowed = nil
		_, accepted = l.Answer(xmppFrom(t, from, *xmppIQ.Request))
		assert.True(t, accepted, "the empty list allows everybody")
	}
}

// xmppFrom is a request of a sender, who may be nobody that XML can name.
func xmppFrom(t *testing.T, from string, c connreq.XMPPCredentials) []byte {
	s := xmppIQ
	s.From, s.Request = strings.ReplaceAll(from, "\x00", "\u0085"), &c
	b, err := s.Append(nil)
	require.NoError(t, err)
	return b
}

// TestSEC34XMPPCredentials: an allowed sender without the right credentials does
// not wake the device, and CPE-226 of the conformance checks.
func TestSEC34XMPPCredentials(t *testing.T) {
	for name, c := range map[string]struct {
		ours, theirs connreq.XMPPCredentials
		condition    string
	}{
		"right":              {connreq.XMPPCredentials{"u", "p"}, connreq.XMPPCredentials{"u", "p"}, ""},
		"password":           {connreq.XMPPCredentials{"u", "p"}, connreq.XMPPCredentials{"u", "P"}, connreq.XMPPNotAuthorized},
		"longer password":    {connreq.XMPPCredentials{"u", "p"}, connreq.XMPPCredentials{"u", "pp"}, connreq.XMPPNotAuthorized},
		"empty password":     {connreq.XMPPCredentials{"u", "p"}, connreq.XMPPCredentials{"u", ""}, connreq.XMPPNotAuthorized},
		"username":           {connreq.XMPPCredentials{"u", "p"}, connreq.XMPPCredentials{"U", "p"}, connreq.XMPPNotAuthorized},
		"no password":        {connreq.XMPPCredentials{"u", ""}, connreq.XMPPCredentials{"u", ""}, connreq.XMPPNotAuthorized},
		"nothing configured": {connreq.XMPPCredentials{}, connreq.XMPPCredentials{}, connreq.XMPPNotAuthorized},
	} {
		l := connreq.XMPPListener{Credentials: c.ours}
		answer, accepted := l.Answer(xmppFrom(t, xmppIQ.From, c.theirs))
		assert.Equal(t, c.condition == "", accepted, name)
		s, err := connreq.ParseXMPP(answer)
		require.NoError(t, err)
		assert.Equal(t, c.condition, s.Condition, name)
		assert.Equal(t, []string{xmppIQ.ID, xmppIQ.To, xmppIQ.From}, []string{s.ID, s.From, s.To}, "id and addresses")
		if !accepted {
			assert.Equal(t, &c.theirs, s.Request, "the request is given back")
		}
	}
}

// TestSEC34XMPPLimit: the rate limit counts only requests that were in order.
func TestSEC34XMPPLimit(t *testing.T) {
	asked := 0
	l := connreq.XMPPListener{Credentials: *xmppIQ.Request, Admit: func() bool { asked++; return asked == 1 }}
	for range 100 {
		l.Answer(xmppFrom(t, xmppIQ.From, connreq.XMPPCredentials{Username: "u"}))
	}
	assert.Zero(t, asked)
	_, accepted := l.Answer([]byte(xmppText))
	assert.True(t, accepted)
	answer, accepted := l.Answer([]byte(xmppText))
	assert.False(t, accepted)
	assert.Contains(t, string(answer), "service-unavailable")
}

// TestXMPPUnanswered: what is no request has no answer, so that two ends do not
// answer each other for ever.
func TestXMPPUnanswered(t *testing.T) {
	l := connreq.XMPPListener{Credentials: *xmppIQ.Request}
	for name, text := range map[string]string{
		"result":  strings.Replace(xmppText, "get", "result", 1),
		"error":   strings.Replace(xmppText, "get", "error", 1),
		"message": `<message id="1" type="get"/>`,
		"no id":   `<iq type="get"/>`,
		"garbage": `<iq`,
	} {
		answer, accepted := l.Answer([]byte(text))
		assert.Empty(t, answer, name)
		assert.False(t, accepted, name)
	}
	answer, accepted := l.Answer([]byte(`<iq id="1" type="get"><ping xmlns="urn:xmpp:ping"/></iq>`))
	assert.False(t, accepted)
	assert.Equal(t, `<iq id="1" type="error"><error code="503" type="cancel">`+
		`<service-unavailable xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"></service-unavailable></error></iq>`, string(answer))
}

// TestXMPPLongRequest: a request that is too long to be given back is refused all
// the same; one whose answer would be too long even so is dropped.
func TestXMPPLongRequest(t *testing.T) {
	l := connreq.XMPPListener{Credentials: *xmppIQ.Request}
	text := strings.Replace(xmppText, ">u<", ">"+strings.Repeat("u", 8192-len(xmppText))+"<", 1)
	answer, _ := l.Answer([]byte(text))
	s, err := connreq.ParseXMPP(answer)
	require.NoError(t, err)
	assert.Nil(t, s.Request)
	assert.Equal(t, connreq.XMPPNotAuthorized, s.Condition)

	text = strings.Replace(xmppText, "cr001", strings.Repeat("\u20ac", 2000), 1) // three bytes here, seven when written
	answer, accepted := l.Answer([]byte(text))
	assert.Empty(t, answer)
	assert.False(t, accepted)
}

// An xmppPipe is a connection in memory.
type xmppPipe struct {
	in, out chan []byte
	broken  error
}

func newXMPPPipe() (a, b *xmppPipe) {
	x, y := make(chan []byte, 16), make(chan []byte, 16)
	return &xmppPipe{in: x, out: y}, &xmppPipe{in: y, out: x}
}

func (p *xmppPipe) ReadStanza(ctx context.Context) ([]byte, error) {
	select {
	case b, ok := <-p.in:
		if !ok {
			return nil, errXMPPClosed
		}
		return b, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (p *xmppPipe) WriteStanza(ctx context.Context, b []byte) error {
	if p.broken != nil {
		return p.broken
	}
	select {
	case p.out <- append([]byte(nil), b...):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

var errXMPPClosed = errors.New("closed")

// TestXMPPServe: both ends over one connection. The answer goes out before the
// program is told, and what is not ours goes to Other.
func TestXMPPServe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		acs, device := newXMPPPipe()
		var woken, others []string
		l := connreq.XMPPListener{Credentials: *xmppIQ.Request,
			Accepted: func(from string) {
				assert.Len(t, device.out, 1, "the answer is on its way")
				woken = append(woken, from)
			},
			Other: func(b []byte) bool {
				others = append(others, string(b))
				return strings.HasPrefix(string(b), "<presence")
			},
		}
		ctx, stop := context.WithCancel(t.Context())
		var done sync.WaitGroup
		done.Go(func() { assert.ErrorIs(t, l.Serve(ctx, device), context.Canceled) })
		for _, text := range []string{`<presence/>`, `<message/>`, `<iq type="result" id="1"/>`, `<iq type="get" id="1"/>`, xmppText} {
			acs.out <- []byte(text)
			synctest.Wait()
			if text[1] == 'i' && !strings.Contains(text, "result") {
				assert.NotEmpty(t, <-acs.in, text)
			}
		}
		stop()
		done.Wait()
		assert.Equal(t, []string{"acs@example.com/1"}, woken)
		assert.Len(t, others, 4)

		l.Accepted, l.Other = nil, nil
		device.in <- []byte(xmppText)
		close(acs.out)
		require.ErrorIs(t, l.Serve(t.Context(), device), errXMPPClosed)
		assert.Len(t, acs.in, 1)
	})
}

// TestXMPPServeDeadline: an answer that cannot be written ends it, and wakes
// nobody.
func TestXMPPServeDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, device := newXMPPPipe()
		device.out = make(chan []byte)
		l := connreq.XMPPListener{Credentials: *xmppIQ.Request, Accepted: func(string) { t.Error("woken") }}
		device.in <- []byte(xmppText)
		begin := time.Now()
		require.ErrorIs(t, l.Serve(t.Context(), device), context.DeadlineExceeded)
		assert.Equal(t, connreq.XMPPTimeout, time.Since(begin))
	})
}

// TestXMPPJID: forms and bounds of RFC 7622.
func TestXMPPJID(t *testing.T) {
	for _, s := range []string{"example.com", "a@example.com", "a@example.com/r", "example.com/r@x/y z", "\u00fc@example.com", "a@[2001:db8::1]"} {
		j, err := connreq.ParseXMPPJID(s)
		require.NoError(t, err, s)
		assert.Equal(t, s, j.String())
	}
	for _, s := range []string{"", "a@", "@b", "a@b/", "a@b@c", "a b@c", "a@b\x00", "a@b/\x00", "a<@b", "\xff@b", strings.Repeat("a", 3072)} {
		_, err := connreq.ParseXMPPJID(s)
		require.ErrorIs(t, err, connreq.ErrXMPPJID, s)
	}
}

// TestXMPPAllowedBounds: 32 entries of 256 characters.
func TestXMPPAllowedBounds(t *testing.T) {
	entry := strings.Repeat("\u00fc", 254) + "@b"
	all, err := connreq.ParseXMPPAllowed(strings.Repeat(entry+",", 31) + entry)
	require.NoError(t, err)
	assert.Len(t, all, 32)
	for _, list := range []string{strings.Repeat("a@b,", 32) + "a@b", "\u00fc" + entry, "a@b,,c@d", "a@b,"} {
		_, err := connreq.ParseXMPPAllowed(list)
		require.ErrorIs(t, err, connreq.ErrXMPPJID)
	}
	all, err = connreq.ParseXMPPAllowed(" ")
	require.NoError(t, err)
	assert.Nil(t, all)
}
