package transport_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/transport"
)

// NOTE: how bodies are framed, for peers that read the one form only, and what a
// trace has of those that are no messages.

// A response has a Content-Length however long it is: many CPEs cannot read chunks.
func TestServerContentLength(t *testing.T) {
	long := &rpc.GetParameterValues{ParameterNames: strings.Fields(strings.Repeat("Device.DeviceInfo.UpTime ", 2000))}
	asked := false
	server := httptest.NewServer(&transport.Server{Handler: transport.HandlerFunc(
		func(_ context.Context, _ *transport.Session, in rpc.Message) (rpc.Message, error) {
			if asked {
				return nil, nil
			}
			asked = true
			return long, nil
		})})
	defer server.Close()
	var lengths []string
	client := &transport.Client{URL: server.URL, Handle: answerAll, Trace: &transport.Trace{
		Received: func(e *transport.Exchange) { lengths = append(lengths, e.ResponseHeader.Get("Content-Length")) },
	}}
	_, err := client.Do(t.Context(), newInform())
	require.NoError(t, err)
	require.Len(t, lengths, 3)
	assert.NotEmpty(t, lengths[0])
	assert.Len(t, lengths[1], 5, "tens of thousands of bytes")
}

// A trace has the page that came with an error status.
func TestTraceHasErrorPages(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusInternalServerError)
		io.WriteString(w, "out of order")
	}))
	defer server.Close()
	var page string
	client := &transport.Client{URL: server.URL, Trace: &transport.Trace{
		Received: func(e *transport.Exchange) { page = string(e.ResponseBody) },
	}}
	_, err := client.Do(t.Context(), newInform())
	statusIs(500)(t, err)
	assert.Equal(t, "out of order", page)
}

// A DigestAuth without passwords knows nobody.
func TestDigestAuthWithoutPasswords(t *testing.T) {
	server := httptest.NewServer(&transport.Server{Authenticator: &transport.DigestAuth{}})
	defer server.Close()
	client := &transport.Client{URL: server.URL, Username: user, Password: password}
	_, err := client.Do(t.Context(), newInform())
	assert.ErrorIs(t, err, transport.ErrCredentials)
}
