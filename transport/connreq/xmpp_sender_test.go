package connreq_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cwmp-go/cwmp/soap"
	"github.com/cwmp-go/cwmp/transport/connreq"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	xmppACS = "acs@example.com/1"
	xmppCPE = "cpe@example.com/res"
)

// xmppAnswering runs XMPPSend against a device that answers with some stanzas, in
// which ID stands for the request's id.
func xmppAnswering(t *testing.T, to string, stanzas ...string) (connreq.XMPPOutcome, error) {
	acs, device := newXMPPPipe()
	go func() {
		b, err := device.ReadStanza(t.Context())
		if err != nil {
			return
		}
		s, err := connreq.ParseXMPP(b)
		assert.NoError(t, err)
		assert.Equal(t, &connreq.XMPPStanza{Type: "get", ID: s.ID, From: xmppACS, To: to, Request: xmppIQ.Request}, s)
		assert.GreaterOrEqual(t, len(s.ID), 26, "128 random bits")
		for _, text := range stanzas {
			device.out <- []byte(strings.ReplaceAll(text, "ID", s.ID))
		}
	}()
	return connreq.XMPPSend(t.Context(), acs, xmppACS, to, *xmppIQ.Request)
}

// xmppFailure is an error with a condition.
func xmppFailure(condition string) string {
	return `<iq type="error" id="ID" from="` + xmppCPE + `"><error type="cancel">` + condition + `</error></iq>`
}

func TestXMPPSend(t *testing.T) {
	result := `<iq type="result" id="ID" from="` + xmppCPE + `"/>`
	for text, want := range map[string]connreq.XMPPOutcome{
		result:                                    connreq.XMPPAccepted,
		xmppFailure("<service-unavailable/>"):     connreq.XMPPBusy,
		xmppFailure("<resource-constraint/>"):     connreq.XMPPBusy,
		xmppFailure("<not-authorized/>"):          connreq.XMPPRefused,
		xmppFailure("<not-autorized/>"):           connreq.XMPPRefused,
		xmppFailure("<forbidden/>"):               connreq.XMPPRefused,
		xmppFailure(""):                           connreq.XMPPRefused,
		xmppFailure("<recipient-unavailable/>"):   connreq.XMPPOffline,
		xmppFailure("<remote-server-not-found/>"): connreq.XMPPOffline,
	} {
		outcome, err := xmppAnswering(t, xmppCPE, text)
		require.NoError(t, err)
		assert.Equal(t, want, outcome, text)
	}
	outcome, err := xmppAnswering(t, "cpe@example.com", result)
	require.NoError(t, err)
	assert.Equal(t, connreq.XMPPAccepted, outcome, "to a bare JID, any resource answers")
}

// TestXMPPSendForged: only the answer to this request by its receiver counts.
func TestXMPPSendForged(t *testing.T) {
	outcome, err := xmppAnswering(t, xmppCPE,
		`<presence/>`, `<iq`,
		`<iq type="result" id="1" from="`+xmppCPE+`"/>`,
		`<iq type="result" id="ID" from="evil@example.com/res"/>`,
		`<iq type="result" id="ID"/>`,
		`<iq type="get" id="ID" from="`+xmppCPE+`"/>`,
		xmppFailure("<not-authorized/>"))
	require.NoError(t, err)
	assert.Equal(t, connreq.XMPPRefused, outcome)
}

// TestXMPPSendSilence: the wait has an end, and it is no error.
func TestXMPPSendSilence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		outcome, err := xmppAnswering(t, xmppCPE)
		require.NoError(t, err)
		assert.Equal(t, connreq.XMPPOffline, outcome)
		assert.Equal(t, connreq.XMPPTimeout, time.Since(begin))

		reason := errors.New("shut down")
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Second, reason)
		defer cancel()
		acs, _ := newXMPPPipe()
		outcome, err = connreq.XMPPSend(ctx, acs, xmppACS, xmppCPE, *xmppIQ.Request)
		require.ErrorIs(t, err, reason)
		assert.Equal(t, connreq.XMPPOffline, outcome)
	})
}

// TestXMPPSendErrors: a connection that breaks, and what cannot be sent.
func TestXMPPSendErrors(t *testing.T) {
	acs, device := newXMPPPipe()
	close(device.out)
	outcome, err := connreq.XMPPSend(t.Context(), acs, xmppACS, xmppCPE, *xmppIQ.Request)
	require.ErrorIs(t, err, errXMPPClosed)
	assert.Equal(t, connreq.XMPPOffline, outcome)
	acs.broken = errXMPPClosed
	_, err = connreq.XMPPSend(t.Context(), acs, xmppACS, xmppCPE, *xmppIQ.Request)
	require.ErrorIs(t, err, errXMPPClosed)
	_, err = connreq.XMPPSend(t.Context(), acs, xmppACS, "", *xmppIQ.Request)
	require.ErrorIs(t, err, connreq.ErrXMPPJID)
	_, err = connreq.XMPPSend(t.Context(), acs, xmppACS, xmppCPE, connreq.XMPPCredentials{Username: "\x00"})
	require.ErrorIs(t, err, soap.ErrChar)
}
