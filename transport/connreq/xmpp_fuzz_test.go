package connreq_test

import (
	"testing"

	"github.com/cwmp-go/cwmp/transport/connreq"
	"github.com/stretchr/testify/require"
)

// FuzzXMPPCR: what is read is written so that the same is read; an answer can be
// read, ties up with its request and is not answered; nobody gets in without the
// credentials.
func FuzzXMPPCR(f *testing.F) {
	f.Add([]byte(xmppText))
	for _, c := range xmppRead {
		f.Add([]byte(c.text))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		l := connreq.XMPPListener{Credentials: *xmppIQ.Request}
		answer, accepted := l.Answer(b)
		s, err := connreq.ParseXMPP(b)
		if err != nil {
			require.Empty(t, answer)
			return
		}
		require.NotEmpty(t, s.ID)
		require.Equal(t, accepted, s.Request != nil && *s.Request == *xmppIQ.Request && (s.Type == "get" || s.Type == "set") && len(answer) > 0)
		if len(answer) > 0 {
			a, err := connreq.ParseXMPP(answer)
			require.NoError(t, err)
			require.Equal(t, []string{s.ID, s.To, s.From}, []string{a.ID, a.From, a.To})
			require.Equal(t, accepted, a.Type == connreq.XMPPReply)
			again, _ := l.Answer(answer)
			require.Empty(t, again)
		}
		if written, err := s.Append(nil); err == nil {
			read, err := connreq.ParseXMPP(written)
			require.NoError(t, err)
			require.Equal(t, s, read)
		}
	})
}

// FuzzNotification: what is read is written so that the same is read, and no
// signature but the right one is taken.
func FuzzNotification(f *testing.F) {
	f.Add(notifyDatagram(f, notification()))
	f.Add(notifySigned(notifyBody))
	f.Add([]byte(notifyBody))
	f.Fuzz(func(t *testing.T, b []byte) {
		n, err := connreq.ReadNotification(b, notifyKnown)
		if err != nil {
			require.Nil(t, n)
			n, err = connreq.ReadNotification(notifySigned(string(b)), notifyKnown) // the body alone
		}
		if err != nil {
			return
		}
		require.NotEmpty(t, n.Params)
		if written, err := n.Append(nil, "acs", "secret"); err == nil {
			again, err := connreq.ReadNotification(written, notifyKnown)
			require.NoError(t, err)
			for i := range n.Params {
				if n.Params[i].Value.Type == "" {
					n.Params[i].Value.Type = "xsd:string" // what no type means
				}
			}
			require.Equal(t, n, again)
			_, err = connreq.ReadNotification(written, func(string) (string, bool) { return "another", true })
			require.ErrorIs(t, err, connreq.ErrNotificationSignature)
		}
	})
}
