package transport_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/transport"
)

// NOTE: secrets are nowhere but in the bodies and headers of an Exchange.

func newReader(s string) io.Reader { return strings.NewReader(s) }

// TestSecrets runs sessions with canaries as credentials, as parameter values and
// in what cannot be read, and looks for them in all text that comes out.
func TestSecrets(t *testing.T) {
	secret := rpc.ParameterValue{Name: "Device.ManagementServer.Password", Value: rpc.StringValue(password)}
	broken := []string{
		soap("1", "<cwmp:SetParameterValues><ParameterKey>"+password),
		soap("1", "<cwmp:GetParameterNames><NextLevel>"+password+"</NextLevel></cwmp:GetParameterNames>"),
		soap("1", "<cwmp:Inform><RetryCount>"+password+"</RetryCount></cwmp:Inform>"),
		`<a b="` + password, password, soap("1", "<cwmp:InformResponse><MaxEnvelopes>"+password+"</MaxEnvelopes></cwmp:InformResponse>"),
		soap("acs-1", "<cwmp:SetParameterValuesResponse><Status>"+password+"</Status></cwmp:SetParameterValuesResponse>"),
	}
	bubble(t, "server", func(t *testing.T) {
		var log logBuffer
		srv := &transport.Server{Authenticator: digestAuth(), Handler: plan(&rpc.SetParameterValues{ParameterList: []rpc.ParameterValue{secret}})}
		b := newBench(t, srv)
		srv.Logger = slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
		c := b.cpe(user, password)
		for _, body := range broken {
			c.inform()
			c.raw(body)
			c.inform()
			c.yield()
			c.raw(body)
		}
		b.cpe(user, "wrong").post(newInform(), "i")
		ends := b.ends()
		require.NotEmpty(t, ends)
		assert.NotEmpty(t, log.String())
		text := fmt.Sprint(ends, log.String(), srv.Authenticator)
		for _, e := range b.exchanges {
			text += fmt.Sprint(e.Err, e.ResponseHeader)
			if e.Response == nil || e.Response.Message.Method() != "SetParameterValues" {
				text += string(e.ResponseBody)
			}
		}
		assert.NotContains(t, text, password)
	})
	for i, body := range broken {
		bubble(t, fmt.Sprint("client ", i), func(t *testing.T) {
			var text strings.Builder
			acs := acsOf(t, status(401, password, "WWW-Authenticate", challenge), accept, status(200, body), empty)
			client := newClient(serveHTTP(t, acs))
			client.Trace = &transport.Trace{Received: func(e *transport.Exchange) { fmt.Fprint(&text, e.Err) }}
			client.Handle = func(context.Context, rpc.Message) (rpc.Message, error) { return nil, errors.New(password) }
			_, err := client.Do(t.Context(), newInform())
			fmt.Fprint(&text, err)
			for _, r := range acs.requests {
				assert.NotContains(t, fmt.Sprint(r.Header, r.URL), password)
			}
			assert.NotContains(t, text.String(), password)
		})
	}
}
