package cwmptest

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/transport"
)

// NOTE: the ACS for one test: what it records, how it is started, and that nothing
// of it outlives the test.

// tour asks for one thing of each kind, and takes no for an answer.
func tour(ctx context.Context, s *transport.Session) error {
	_, err := transport.Do(ctx, s, &rpc.GetParameterNames{ParameterPath: "Device.", NextLevel: true})
	if err != nil {
		return err
	}
	if _, err = transport.Do(ctx, s, &rpc.GetParameterValues{ParameterNames: []string{"Device.Nope"}}); !errors.Is(err, rpc.FaultInvalidParameterName) {
		return err
	}
	s.Hold(true)
	_, err = transport.Do(ctx, s, &rpc.SetParameterValues{
		ParameterList: []rpc.ParameterValue{{Name: "Device.InfoText", Value: rpc.StringValue("new")}},
		ParameterKey:  "k",
	})
	if err != nil {
		return err
	}
	s.Hold(false)
	_, err = transport.Do(ctx, s, &rpc.Reboot{CommandKey: "k1"})
	return err
}

// The transcript of a whole session, with a challenge, a request of the device, a
// fault and a hold, is in testdata/acs.txt.
func TestTranscriptOfAWholeSession(t *testing.T) {
	acs := NewUnstartedACS(t, transport.Script(tour))
	acs.Username, acs.Password = "user", "secret"
	acs.Start()
	d := home()
	d.Client.Username, d.Client.Password = "user", "secret"
	result, err := d.Inform(t.Context(), acs.URL, boot, &rpc.TransferComplete{})
	require.NoError(t, err)
	assert.Equal(t, []error{nil}, acs.Wait(t, 1))
	assert.Equal(t, []rpc.Message{&rpc.InformResponse{MaxEnvelopes: 1}, &rpc.TransferCompleteResponse{}}, result.Answers)
	assert.Equal(t, []string{"k1"}, d.Reboots())
	assert.Equal(t, "k", d.ParameterKey())
	golden(t, "acs.txt", acs.Transcript())
	assert.NotContains(t, acs.Transcript(), "secret")
}

func TestCredentials(t *testing.T) {
	acs := NewUnstartedACS(t, nil)
	acs.Username, acs.Password = "user", "secret"
	acs.Start()
	for _, tt := range []struct {
		user, password string
		want           error
	}{
		{"", "", transport.ErrNoCredentials},
		{"user", "wrong", transport.ErrCredentials},
		{"other", "secret", transport.ErrCredentials},
		{"user", "secret", nil},
	} {
		d := Device{Client: transport.Client{Username: tt.user, Password: tt.password}}
		_, err := d.Inform(t.Context(), acs.URL, boot)
		assert.ErrorIs(t, err, tt.want, tt.user)
	}
	assert.Equal(t, []error{nil}, acs.Ended(), "sessions begin after authentication")
	for _, e := range acs.Exchanges()[:4] {
		assert.True(t, e.Challenged)
		assert.Empty(t, e.RequestBody, "not read before authentication")
	}
}

// TestCredentialsOnce: a device that authenticates its Inform and no more meets what it
// meets at a real ACS, which knows it by its connection and its cookie.
func TestCredentialsOnce(t *testing.T) {
	acs := NewUnstartedACS(t, nil)
	acs.Username, acs.Password = "user", "secret"
	acs.Start()
	d := Device{Client: transport.Client{Username: "user", Password: "secret"}}
	d.Client.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(ctx, network, address)
		return &onceAuthorized{Conn: conn}, err
	}
	_, err := d.Inform(t.Context(), acs.URL, boot)
	require.NoError(t, err)
	var challenged []bool
	for _, e := range acs.Exchanges() {
		challenged = append(challenged, e.Challenged)
	}
	assert.Equal(t, []bool{true, false, false}, challenged)
}

// onceAuthorized lets one Authorization through.
type onceAuthorized struct {
	net.Conn
	done bool
}

func (c *onceAuthorized) Write(p []byte) (int, error) {
	header := []byte("\r\nAuthorization: ")
	if c.done {
		return c.Conn.Write(bytes.ReplaceAll(p, header, []byte("\r\nX-Not-Allowed: ")))
	}
	c.done = bytes.Contains(p, header)
	return c.Conn.Write(p)
}

func TestStartTLS(t *testing.T) {
	acs := NewUnstartedACS(t, transport.Script(tour))
	acs.http.Config.ErrorLog = log.New(io.Discard, "", 0) // of the handshake that fails
	acs.StartTLS()
	assert.True(t, strings.HasPrefix(acs.URL, "https://127.0.0.1:"), acs.URL)

	d := home()
	_, err := d.Inform(t.Context(), acs.URL, boot)
	_, unknown := errors.AsType[*tls.CertificateVerificationError](err)
	assert.True(t, unknown, "without Roots: %v", err)

	d.Client.TLS = &tls.Config{RootCAs: acs.Roots()}
	_, err = d.Inform(t.Context(), acs.URL, boot)
	require.NoError(t, err)
	assert.Equal(t, []error{nil}, acs.Wait(t, 1))
}

// Without TLS there is nobody to vouch for, and no panic.
func TestRootsWithoutTLS(t *testing.T) {
	assert.True(t, NewUnstartedACS(t, nil).Roots().Equal(NewACS(t, nil).Roots()))
}

func TestExchangesHoldTheWire(t *testing.T) {
	acs := NewACS(t, nil)
	var d Device
	_, err := d.Inform(t.Context(), acs.URL, boot)
	require.NoError(t, err)

	list := acs.Exchanges()
	require.Len(t, list, 2)
	assert.Contains(t, string(list[0].RequestBody), "<SerialNumber>0001</SerialNumber>")
	assert.Contains(t, string(list[0].ResponseBody), "InformResponse")
	assert.Equal(t, http.StatusOK, list[0].Status)
	assert.Nil(t, list[1].Request)
	assert.Nil(t, list[1].Response)
	assert.Equal(t, http.StatusNoContent, list[1].Status)

	list[0] = transport.Exchange{}
	acs.Wait(t, 1)[0] = io.EOF
	acs.Ended()[0] = io.EOF
	assert.NotNil(t, acs.Exchanges()[0].Request, "a copy is returned")
	assert.Equal(t, []error{nil}, acs.Wait(t, 1))
	assert.Equal(t, []error{nil}, acs.Ended())
}

// The Server's own hooks are called too, also those of a Server put in its place.
func TestServerMayBeReplaced(t *testing.T) {
	var exchanged, ended int
	acs := NewUnstartedACS(t, nil)
	acs.Server = &transport.Server{
		Handler: transport.HandlerFunc(func(context.Context, *transport.Session, rpc.Message) (rpc.Message, error) {
			return nil, io.ErrNoProgress
		}),
		Exchanged: func(*transport.Exchange) { exchanged++ },
		Ended:     func(*transport.Session, error) { ended++ },
	}
	acs.Start()
	var d Device
	_, err := d.Inform(t.Context(), acs.URL, boot)
	assert.NoError(t, err, "the device sees an empty response")
	assert.Equal(t, []error{io.ErrNoProgress}, acs.Wait(t, 1))
	assert.Equal(t, []int{len(acs.Exchanges()), 1}, []int{exchanged, ended})
}

// Wait is for a device that runs beside the test.
func TestWait(t *testing.T) {
	acs := NewACS(t, nil)
	assert.Empty(t, acs.Wait(t, 0))
	const n = 3
	for i := range n {
		d := Device{ID: rpc.DeviceID{OUI: "ABCDEF", SerialNumber: string(rune('a' + i))}}
		go func() { _, _ = d.Inform(t.Context(), acs.URL, boot) }()
	}
	assert.Equal(t, make([]error, n), acs.Wait(t, n))
}

// What a session exchanged is recorded when Wait returns, its last exchange too.
func TestWaitForTheWholeTranscript(t *testing.T) {
	acs := NewUnstartedACS(t, nil)
	acs.Server.Exchanged = func(*transport.Exchange) {
		for range 1000 { // let the test overtake us if it can
			runtime.Gosched()
		}
	}
	acs.Start()
	for i := range 20 {
		go func() {
			var d Device
			_, _ = d.Inform(t.Context(), acs.URL, boot)
		}()
		acs.Wait(t, i+1)
		require.Len(t, acs.Exchanges(), 2*(i+1))
	}
}

// Who never comes ends the test, with what there was.
func TestWaitEndsTheTest(t *testing.T) {
	for patience, want := range map[time.Duration]time.Duration{0: time.Minute, -1: time.Minute, time.Hour: time.Hour} {
		synctest.Test(t, func(t *testing.T) {
			acs := NewUnstartedACS(t, nil)
			acs.Patience = patience
			acs.record(&transport.Exchange{Challenged: true})
			start := time.Now()
			tb := try(t, func(tb testing.TB) { acs.Wait(tb, 1) })
			assert.Equal(t, "cwmptest: 0 sessions ended, waited for 1:\ncpe> (not read)\n   <acs 401 challenge\n", tb.fatal)
			assert.Equal(t, want, time.Since(start))
		})
	}
}

// The ACS goes with its test, and so does a session that a handler holds up.
func TestClosedByCleanup(t *testing.T) {
	var url string
	cut := make(chan error, 1)
	t.Run("the test", func(t *testing.T) {
		entered := make(chan struct{})
		acs := NewACS(t, transport.HandlerFunc(func(ctx context.Context, _ *transport.Session, _ rpc.Message) (rpc.Message, error) {
			close(entered)
			<-ctx.Done()
			return nil, ctx.Err()
		}))
		url = acs.URL
		go func() {
			var d Device
			_, err := d.Inform(context.Background(), url, boot)
			cut <- err
		}()
		<-entered
	})
	assert.Error(t, <-cut)
	var d Device
	_, err := d.Inform(t.Context(), url, boot)
	assert.Error(t, err)
}

// An ACS that was never started is closed as well.
func TestUnstartedIsClosed(t *testing.T) {
	var acs *ACS
	t.Run("the test", func(t *testing.T) { acs = NewUnstartedACS(t, nil) })
	_, err := acs.http.Listener.Accept()
	assert.Error(t, err)
	assert.Empty(t, acs.URL)
}

// What is no CWMP is in the transcript all the same.
func TestTranscriptOfNonsense(t *testing.T) {
	acs := NewACS(t, nil)
	for _, body := range []string{"", " \n", "<a>", "GET"} {
		method := http.MethodPost
		if body == "GET" {
			method, body = http.MethodGet, ""
		}
		req, err := http.NewRequestWithContext(t.Context(), method, acs.URL, strings.NewReader(body))
		require.NoError(t, err)
		resp, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		resp.Body.Close()
	}
	golden(t, "nonsense.txt", acs.Transcript())
}
