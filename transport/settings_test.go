package transport_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/session"
	"github.com/cwmp-go/cwmp/transport"
)

// NOTE: settings become a client: gates, TLS policies, the close-wait timer, the retry
// parameters.

// errOff is a gate as a configuration has it.
var errOff = errors.New("CWMP is off")

// named are policies of which one has a name.
func named(name string, cfg *tls.Config) transport.Policies {
	return func(wanted string) *tls.Config {
		if wanted != name {
			return nil
		}
		return cfg
	}
}

func TestSettingsGates(t *testing.T) {
	trusted := &tls.Config{ServerName: "x"}
	for _, row := range []struct {
		name     string
		settings transport.Settings
		policies transport.Policies
		want     error
	}{
		{"zero", transport.Settings{}, nil, transport.ErrURL},
		{"no http", transport.Settings{URL: "ftp://acs.test/"}, nil, transport.ErrURL},
		{"user information", transport.Settings{URL: "http://u:p@acs.test/"}, nil, transport.ErrURL},
		{"shut", transport.Settings{URL: acsURL, Gate: errOff}, nil, errOff},
		{"shut, and no URL", transport.Settings{Gate: errOff}, nil, errOff},
		{"open", transport.Settings{URL: acsURL}, nil, nil},
		{"https without policies", transport.Settings{URL: "https://acs.test/"}, nil, &transport.PolicyError{}},
		{"https without a name", transport.Settings{URL: "HTTPS://acs.test/"}, named("p", trusted), &transport.PolicyError{}},
		{"https with a name too many", transport.Settings{URL: "https://acs.test/", TLSPolicy: "q"}, named("p", trusted), &transport.PolicyError{Name: "q"}},
		{"https", transport.Settings{URL: "https://acs.test/", TLSPolicy: "p"}, named("p", trusted), nil},
		{"the empty name is a name", transport.Settings{URL: "https://acs.test/"}, named("", trusted), nil},
		{"http wants no policy", transport.Settings{URL: acsURL, TLSPolicy: "q"}, named("p", trusted), nil},
	} {
		client, err := row.settings.Client(transport.Client{}, row.policies)
		if row.want == nil {
			require.NoError(t, err, row.name)
			assert.Equal(t, row.settings.URL, client.URL)
			continue
		}
		require.Nil(t, client, row.name)
		oneLine(t, err)
		gate, ok := errors.AsType[*transport.GateError](err)
		require.True(t, ok, row.name)
		assert.Equal(t, row.want, gate.Err, row.name)
		assert.Equal(t, err, row.settings.Check(row.policies))
	}
}

// TestSettingsClient is what of the base stays and what does not.
func TestSettingsClient(t *testing.T) {
	base := transport.Client{
		URL: "http://old.test/", Username: "old", Password: "old", TLS: &tls.Config{ServerName: "old"}, Timeout: time.Minute,
		PreemptiveBasic: true, Version: rpc.V14,
	}
	cfg := &tls.Config{ServerName: "new"}
	s := transport.Settings{URL: acsURL, Username: user, Password: transport.NewSecret(password), TLSPolicy: "p"}
	client, err := s.Client(base, named("p", cfg))
	require.NoError(t, err)
	assert.Equal(t, []string{acsURL, user, password}, []string{client.URL, client.Username, client.Password})
	assert.Same(t, cfg, client.TLS)
	assert.Equal(t, time.Minute, client.Timeout)
	assert.True(t, client.PreemptiveBasic)
	assert.Equal(t, rpc.V14, client.Version)
	assert.Nil(t, client.Dial)
	assert.Zero(t, client.MaxDuration)
	assert.Equal(t, "http://old.test/", base.URL, "the base is copied")

	s.CloseWait = 1800 * time.Second
	client, err = s.Client(base, nil)
	require.NoError(t, err)
	assert.Equal(t, s.CloseWait, client.Timeout)
	assert.Equal(t, 40*time.Minute, client.MaxDuration)
	base.MaxDuration = time.Minute
	client, err = s.Client(base, nil)
	require.NoError(t, err)
	assert.Equal(t, time.Minute, client.MaxDuration, "the program's own")
}

// TestSettingsNoDowngrade redirects a session from http to https: without a policy of
// that name no other is taken, not even one that would trust the ACS.
func TestSettingsNoDowngrade(t *testing.T) {
	ca := newAuthority(t)
	for name, want := range map[string]string{"p": "", "q": `no TLS policy "q"`} {
		acs := acsOf(t, accept, empty)
		secure, plain := serveTLS(t, serverConfig(ca.leaf(t, "acs.test", soon())), acs)
		m := newMemory()
		srv := &http.Server{Handler: acsOf(t, to(307, "https://acs.test/"))}
		go srv.Serve(m)
		t.Cleanup(func() { srv.Close() })
		net := func(ctx context.Context, network, address string) (conn, error) {
			if address == "acs.test:443" {
				return dialTo(secure)(ctx, network, address)
			}
			return m.Dial(ctx, network, address)
		}
		s := transport.Settings{URL: acsURL, TLSPolicy: name}
		client, err := s.Client(transport.Client{Dial: net, TLS: tlsRoots(ca.pool())}, named("p", tlsRoots(ca.pool())))
		require.NoError(t, err)
		_, err = client.Do(t.Context(), newInform())
		if want == "" {
			require.NoError(t, err)
			continue
		}
		require.ErrorContains(t, err, want)
		policy, ok := errors.AsType[*transport.PolicyError](err)
		assert.True(t, ok && policy.Name == name)
		assert.Empty(t, acs.posted)
		assert.Zero(t, plain.Load(), "nothing was said")
	}
}

// after answers with a step when a time has passed, if the client is still there.
func after(d time.Duration, then step) step {
	return func(w http.ResponseWriter, r *http.Request, in *rpc.Envelope) {
		select {
		case <-time.After(d):
			then(w, r, in)
		case <-r.Context().Done():
		}
	}
}

// TestCloseWait is the timer's first half: how long an answer is waited for.
func TestCloseWait(t *testing.T) {
	for _, row := range []struct {
		wait, answer time.Duration
		ok           bool
	}{
		{30 * time.Second, 29 * time.Second, true},
		{30 * time.Second, 31 * time.Second, false},
		{time.Second, 29 * time.Second, true}, // TR-069 section 3.4.2
		{0, 59 * time.Second, true},
		{0, 61 * time.Second, false},
		{1800 * time.Second, 1799 * time.Second, true},
		{1800 * time.Second, 1801 * time.Second, false},
	} {
		bubble(t, fmt.Sprint(row.wait, row.answer), func(t *testing.T) {
			m := serveHTTP(t, acsOf(t, after(row.answer, accept), empty))
			client, err := transport.Settings{URL: acsURL, CloseWait: row.wait}.Client(transport.Client{Dial: m.Dial}, nil)
			require.NoError(t, err)
			start := time.Now()
			_, err = client.Do(t.Context(), newInform())
			if row.ok {
				require.NoError(t, err)
				assert.Equal(t, row.answer, time.Since(start))
				return
			}
			require.ErrorIs(t, err, transport.ErrTimeout)
			assert.Equal(t, max(row.wait, time.Minute*map[bool]time.Duration{true: 1}[row.wait == 0]), time.Since(start))
		})
	}
}

// TestIdleClose is its second half: a connection that lies idle while the device makes
// its answer is closed, and the session goes on on another.
func TestIdleClose(t *testing.T) {
	ca := func(t *testing.T) (*tls.Config, *tls.Config) { // in the bubble's time
		a := newAuthority(t)
		return serverConfig(a.leaf(t, "acs.test", soon())), tlsRoots(a.pool())
	}
	for _, scheme := range []string{"http", "https"} {
		for busy, closes := range map[time.Duration]bool{29 * time.Second: false, 45 * time.Second: true} {
			bubble(t, fmt.Sprint(scheme, busy), func(t *testing.T) {
				server, policy := ca(t)
				acs := acsOf(t, accept, ask(&rpc.Reboot{}), empty)
				m := serveSecure(t, acs, scheme, server)
				base := transport.Client{Dial: m.Dial}
				base.Handle = func(_ context.Context, r rpc.Message) (rpc.Message, error) {
					pass(busy - time.Second)
					synctest.Wait()
					_, open := m.counts()
					assert.Equal(t, !closes, open == 1, "at the end of the wait")
					pass(time.Second)
					return &rpc.RebootResponse{}, nil
				}
				s := transport.Settings{URL: scheme + "://acs.test/", CloseWait: 30 * time.Second}
				client, err := s.Client(base, named("", policy))
				require.NoError(t, err)
				_, err = client.Do(t.Context(), newInform())
				require.NoError(t, err)
				dialed, _ := m.counts()
				assert.Equal(t, closes, dialed == 2)
				assert.Equal(t, []string{"Inform", "(empty)", "RebootResponse"}, acs.posted)
			})
		}
	}
}

// TestIdleWrite: an answer that takes longer to write than was left of the idle time
// is no idleness.
func TestIdleWrite(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		acs := acsOf(t, accept, ask(&rpc.GetParameterValues{}), empty)
		m := serveHTTP(t, acs)
		slow := func(ctx context.Context, network, address string) (conn, error) {
			c, err := m.Dial(ctx, network, address)
			return slowly{c}, err
		}
		base := transport.Client{Dial: slow, Handle: func(context.Context, rpc.Message) (rpc.Message, error) {
			pass(25 * time.Second)
			long := rpc.ParameterValue{Name: "X", Value: rpc.StringValue(string(bytes.Repeat([]byte("x"), 20_000)))}
			return &rpc.GetParameterValuesResponse{ParameterList: []rpc.ParameterValue{long}}, nil
		}}
		client, err := transport.Settings{URL: acsURL, CloseWait: 30 * time.Second}.Client(base, nil)
		require.NoError(t, err)
		start := time.Now()
		_, err = client.Do(t.Context(), newInform())
		require.NoError(t, err)
		dialed, _ := m.counts()
		assert.Equal(t, 1, dialed)
		assert.Greater(t, time.Since(start), 45*time.Second)
	})
}

// TestSettingsRetry has sessions fail until the retries are used up.
func TestSettingsRetry(t *testing.T) {
	var r session.Retry
	transport.Settings{Limited: true, Retries: 2, MinimumWait: 7, Multiplier: 3000}.Retry(&r)
	from, to := r.Band(1)
	assert.Equal(t, []time.Duration{7 * time.Second, 21 * time.Second}, []time.Duration{from, to})
	r.HandleTimeout(time.Now())
	for range 2 {
		r.Failed(0)
		assert.False(t, r.Stopped())
	}
	transport.Settings{}.Retry(&r)
	r.Failed(0)
	assert.False(t, r.Stopped(), "unlimited")
	transport.Settings{Limited: true}.Retry(&r)
	r.Failed(0)
	assert.True(t, r.Stopped(), "none")
	assert.EqualValues(t, 4, r.RetryCount(), "what was counted stays")
}

// TestSettingsSecrets prints settings in every way.
func TestSettingsSecrets(t *testing.T) {
	s := transport.Settings{URL: acsURL, Username: user, Password: transport.NewSecret(password)}
	s.STUN = transport.STUN{Username: user, Password: s.Password}
	var out bytes.Buffer
	for verb := 'A'; verb <= 'z'; verb++ {
		for _, x := range []any{s, &s, s.STUN, s.Password, []transport.Settings{s}, struct{ s transport.Settings }{s}} {
			fmt.Fprintf(&out, "%"+string(verb)+" %+"+string(verb)+" %#"+string(verb)+"\n", x, x, x)
		}
	}
	b, err := json.Marshal(s)
	require.NoError(t, err)
	out.Write(b)
	slog.New(slog.NewTextHandler(&out, nil)).Info("m", "s", s, "p", s.Password)
	slog.New(slog.NewJSONHandler(&out, nil)).Info("m", "s", s, "p", s.Password)
	assert.False(t, strings.Contains(out.String(), password))
	assert.False(t, strings.Contains(out.String(), fmt.Sprintf("%x", password)))
	assert.Contains(t, out.String(), "***")
	assert.Equal(t, "***", s.Password.String())
	assert.Equal(t, password, s.Password.Reveal())
	assert.Empty(t, transport.Secret(nil).Reveal())
}
