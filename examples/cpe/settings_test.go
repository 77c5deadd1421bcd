package main

// NOTE: what an ACS sets of ManagementServer is obeyed when the session is over, in virtual
// time; and what it may not set.

import (
	"context"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/session"
	"github.com/cwmp-go/cwmp/transport"
)

const server = "Device.ManagementServer."

// setting is a SetParameterValues of name=value, below ManagementServer unless the name
// begins with Device.
func setting(pairs ...string) *rpc.SetParameterValues {
	m := &rpc.SetParameterValues{ParameterKey: "key"}
	for _, pair := range pairs {
		name, value, _ := strings.Cut(pair, "=")
		if !strings.HasPrefix(name, "Device.") {
			name = server + name
		}
		m.ParameterList = append(m.ParameterList, rpc.ParameterValue{Name: name, Value: rpc.StringValue(value)})
	}
	return m
}

// first has an ACS ask for something in the first session.
func first(requests ...rpc.Message) func(int) ([]rpc.Message, error) {
	return func(n int) ([]rpc.Message, error) {
		if n > 0 {
			return nil, nil
		}
		return requests, nil
	}
}

// A new URL is called at once, with 0 BOOTSTRAP, and with the name and password that came
// with it; what the flags say beside it stays.
func TestObeysURL(t *testing.T) {
	for about, tt := range map[string]struct {
		set          []string
		user, secret string
	}{
		"all":           {[]string{"URL=http://two.test/x", "Username=v", "Password=n3w-secret"}, "v", "n3w-secret"},
		"the URL alone": {[]string{"URL=http://two.test/x"}, "u", "0ld-secret"},
	} {
		synctest.Test(t, func(t *testing.T) {
			one := newDiary(first(setting(tt.set...), &rpc.GetParameterValues{ParameterNames: []string{server}}))
			two := newDiary(func(int) ([]rpc.Message, error) { return nil, nil })
			two.Authenticator = &transport.DigestAuth{Password: func(user string) (string, bool) { return tt.secret, user == tt.user }}
			two.Principals = func(rpc.DeviceID) []string { return []string{tt.user} }
			l := live(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				switch r.Host + r.URL.Path {
				case "acs.test/":
					one.ServeHTTP(w, r)
				case "two.test/x":
					two.ServeHTTP(w, r)
				default:
					http.NotFound(w, r)
				}
			}), "-user", "u", "-pass", "0ld-secret")
			pass(2 * time.Hour)
			l.stop(t)
			require.Len(t, one.informs, 1, about)
			require.Len(t, two.informs, 3, about)
			assert.Equal(t, []string{"0 BOOTSTRAP", "2 PERIODIC", "2 PERIODIC"}, []string{two.events(0), two.events(1), two.events(2)})
			assert.Equal(t, one.times[0], two.times[0], "at once")
			assert.NotContains(t, l.out.String()+l.errs.String(), "secret")
			assert.Empty(t, l.errs.String(), about)
		})
	}
}

// A password that is set alone is used from the next session on, and the rest stays.
func TestObeysPassword(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var secret atomic.Value
		secret.Store("0ld-secret")
		acs := newDiary(first(setting("Password=n3w-secret")))
		acs.Authenticator = &transport.DigestAuth{Password: func(user string) (string, bool) { return secret.Load().(string), user == "u" }}
		acs.Principals = func(rpc.DeviceID) []string { return []string{"u"} }
		l := live(t, acs, "-user", "u", "-pass", "0ld-secret")
		pass(time.Minute)
		secret.Store("n3w-secret")
		pass(time.Hour)
		l.stop(t)
		assert.Contains(t, l.out.String(), "session 2: 2 PERIODIC\nsession 2 ended well\n")
		assert.Empty(t, l.errs.String())
	})
}

// The periodic Informs are -interval's until the ACS sets others.
func TestObeysPeriodicInform(t *testing.T) {
	none, some := 0, -1
	for _, tt := range []struct {
		about string
		set   []string
		want  int // sessions in the five hours after the first
	}{
		{"nothing", []string{"Device.DeviceInfo.ProvisioningCode=x"}, 5},
		{"another interval", []string{"PeriodicInformInterval=600"}, 30},
		{"the same one", []string{"PeriodicInformInterval=3600", "PeriodicInformEnable=1"}, 5},
		{"a phase", []string{"PeriodicInformInterval=3600", "PeriodicInformTime=2000-01-01T00:30:00Z"}, 5},
		{"off", []string{"PeriodicInformEnable=0"}, none},
		{"off and another", []string{"PeriodicInformEnable=false", "PeriodicInformInterval=1"}, none},
		{"the longest", []string{"PeriodicInformInterval=4294967295"}, some},
	} {
		synctest.Test(t, func(t *testing.T) {
			acs := newDiary(first(setting(tt.set...)))
			l := live(t, acs)
			pass(5*time.Hour + time.Second)
			l.stop(t)
			assert.Empty(t, l.errs.String(), tt.about)
			if tt.want == some {
				assert.LessOrEqual(t, len(acs.informs), 2, tt.about)
				return
			}
			assert.InDelta(t, tt.want, len(acs.informs)-1, 1, tt.about)
			for n := 1; n < len(acs.informs); n++ {
				assert.Equal(t, "2 PERIODIC", acs.events(n), tt.about)
				if tt.about == "a phase" {
					assert.Equal(t, 30, acs.times[n].UTC().Minute())
				}
				if tt.about == "another interval" && n > 1 {
					assert.Equal(t, 10*time.Minute, acs.waited(n))
				}
			}
		})
	}
}

// The waits after a failed session are those that the ACS has set.
func TestObeysRetryParameters(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		acs := newDiary(func(n int) ([]rpc.Message, error) {
			if n == 0 {
				return []rpc.Message{setting("CWMPRetryMinimumWaitInterval=100", "CWMPRetryIntervalMultiplier=3000")}, nil
			}
			return nil, rpc.FaultACSInternalError
		})
		l := live(t, acs)
		pass(2 * time.Hour)
		l.stop(t)
		policy := session.Retry{MinimumWait: 100, Multiplier: 3000}
		require.Greater(t, len(acs.informs), 3)
		for n := 2; n < len(acs.informs); n++ {
			from, to := policy.Band(n - 1)
			assert.True(t, from <= acs.waited(n) && acs.waited(n) <= to, "%v before retry %d", acs.waited(n), n-1)
		}
	})
}

// A device that is told to do without CWMP, or without an ACS, says so once and calls
// nobody, whatever comes due.
func TestObeysGates(t *testing.T) {
	for set, want := range map[string]string{
		"EnableCWMP=0": "cpe: transport: no session may start: attrs: CWMP is not enabled\n",
		"URL=":         "cpe: transport: no session may start: attrs: no set has an ACS URL\n",
	} {
		synctest.Test(t, func(t *testing.T) {
			acs := newDiary(first(setting(set), setting("PeriodicInformInterval=60")))
			l := live(t, acs)
			pass(24 * time.Hour)
			l.stop(t)
			assert.Len(t, acs.informs, 1, set)
			assert.Equal(t, want, l.errs.String())
		})
	}
}

// What a table says is what the device was shipped with: a flag goes before it, and what is
// out of bounds is a text and no more.
func TestTableSays(t *testing.T) {
	table := file(t, server+"PeriodicInformInterval,unsignedInt,true,0\n"+server+"EnableCWMP,boolean,true,false\n")
	status, stdout, stderr := play(t, "-acs", "http://127.0.0.1:9/", "-params", table)
	assert.Equal(t, exitFailed, status)
	assert.Empty(t, stdout)
	assert.Equal(t, "cpe: session failed: transport: no session may start: attrs: CWMP is not enabled\n", stderr)

	synctest.Test(t, func(t *testing.T) {
		table := file(t, server+"PeriodicInformInterval,unsignedInt,true,60\n"+server+"URL,string,true,http://three.test/\n")
		acs := newDiary(first(&rpc.GetParameterValues{ParameterNames: []string{server}}))
		var answer []rpc.ParameterValue
		turn := acs.Handler.(transport.HandlerFunc)
		acs.Handler = transport.HandlerFunc(func(ctx context.Context, s *transport.Session, in rpc.Message) (rpc.Message, error) {
			if got, ok := in.(*rpc.GetParameterValuesResponse); ok {
				answer = got.ParameterList
			}
			return turn(ctx, s, in)
		})
		l := live(t, acs, "-params", table, "-interval", "1500ms")
		pass(time.Minute + 100*time.Millisecond)
		l.stop(t)
		assert.Equal(t, []rpc.ParameterValue{
			{Name: server + "PeriodicInformInterval", Value: rpc.UnsignedIntValue(2)},
			{Name: server + "URL", Value: rpc.StringValue("http://acs.test/")},
		}, answer)
		assert.Len(t, acs.informs, 41)
	})
}

// SetParameterValues is all or nothing, in the table and in the attributes, and names all
// that is wrong.
func TestSetIsAllOrNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		acs := newDiary(first(
			setting("PeriodicInformInterval=0", "URL=ftp://x/", "PeriodicInformEnable=perhaps", "ParameterKey=k", "Nope=1",
				"Username=v", "STUNServerPort=3479", "Device.DeviceInfo.ProvisioningCode=x"),
			setting("STUNServerPort=65536"),
			setting("Username=v", "Username=w"),
			setting("Device.DeviceInfo.ProvisioningCode="+strings.Repeat("x", 65)),
			setting("Username=v", "URL=ftp://x/"),
		))
		l := live(t, acs)
		pass(time.Minute)
		l.stop(t)
		assert.Equal(t, `session 1: 1 BOOT
  SetParameterValues: fault 9003: invalid arguments; `+server+`PeriodicInformEnable: 9007 invalid parameter value; `+
			server+`ParameterKey: 9008 non-writable parameter; `+server+`Nope: 9005 invalid parameter name; `+
			server+`PeriodicInformInterval: 9007 invalid parameter value; `+server+`URL: 9007 invalid parameter value
  SetParameterValues: fault 9003: invalid arguments; `+server+`STUNServerPort: 9007 invalid parameter value
  SetParameterValues: fault 9003: `+server+`Username given twice
  SetParameterValues: fault 9003: invalid arguments; Device.DeviceInfo.ProvisioningCode: 9007 invalid parameter value
  SetParameterValues: fault 9003: invalid arguments; `+server+`URL: 9007 invalid parameter value
session 1 ended well
`, l.out.String())
		assert.Equal(t, "", l.program.device.ParameterKey())
		for name, want := range map[string]string{"Username": "", "STUNServerPort": "3478"} {
			value, _ := l.program.device.Value(server + name)
			assert.Equal(t, want, value.Text, name)
		}
		assert.Empty(t, l.program.began.Endpoint().Username.Value)
	})
}

// One attribute by the names of both data models is refused.
func TestSetByTwoNames(t *testing.T) {
	const other = "InternetGatewayDevice.ManagementServer.Username"
	synctest.Test(t, func(t *testing.T) {
		m := setting("Username=v")
		m.ParameterList = append(m.ParameterList, rpc.ParameterValue{Name: other, Value: rpc.StringValue("w")})
		acs := newDiary(first(m))
		l := live(t, acs, "-params", file(t, server+"Username,string,true,u\n"+other+",string,true,u\n"))
		pass(time.Minute)
		l.stop(t)
		assert.Contains(t, l.out.String(), "  SetParameterValues: fault 9003: one parameter by two names\n")
		assert.Equal(t, "u", l.program.began.Endpoint().Username.Value)
	})
}
