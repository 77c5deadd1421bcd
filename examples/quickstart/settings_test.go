package main

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/attrs"
	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/transport"
)

// TestSettings sets each attribute that a transport obeys and looks at what becomes of
// it, in the families that have it.
func TestSettings(t *testing.T) {
	noon := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	comware, tr069 := attrs.Comware, attrs.TR069
	seen := map[string]bool{}
	for _, row := range []struct {
		profile     func() attrs.Profile
		attr        attrs.Attr
		value       string
		field       string
		unset, want any
	}{
		{comware, attrs.URL, "http://acs.test/", "URL", "", "http://acs.test/"},
		{comware, attrs.SSLPolicy, "p", "TLSPolicy", "", "p"},
		{comware, attrs.WaitTimeout, "45", "CloseWait", 30 * time.Second, 45 * time.Second},
		{tr069, attrs.URL, "http://acs.test/", "CloseWait", time.Duration(0), time.Duration(0)},
		{comware, attrs.ConnectInterface, "eth7", "Interface", "", "eth7"},
		{comware, attrs.InformPhase, "2026-01-01T00:00:07Z", "Phase", time.Time{}, noon.AddDate(0, -5, 0).Add(-12*time.Hour + 7*time.Second)},
		{tr069, attrs.InformPhase, "0001-01-01T00:00:00Z", "Phase", time.Time{}, time.Time{}},
		{comware, attrs.InformTime, "2026-06-01T13:00:00", "Connect", time.Time{}, noon.Add(time.Hour)},
		{comware, attrs.InformEnable, "true", "Periodic", time.Duration(0), 10 * time.Minute},
		{comware, attrs.InformInterval, "60", "Periodic", time.Duration(0), time.Duration(0)},
		{tr069, attrs.InformInterval, "60", "Periodic", 24 * time.Hour, time.Minute},
		{tr069, attrs.InformEnable, "0", "Periodic", 24 * time.Hour, time.Duration(0)},
		{comware, attrs.ConnectRetry, "0", "Limited", false, true},
		{comware, attrs.ConnectRetry, "100", "Retries", uint8(0), uint8(100)},
		{tr069, attrs.RetryMinimumWait, "65535", "MinimumWait", uint16(5), uint16(65535)},
		{comware, attrs.Enable, "true", "MinimumWait", uint16(0), uint16(0)},
		{tr069, attrs.RetryMultiplier, "1000", "Multiplier", uint16(2000), uint16(1000)},
		{comware, attrs.STUNEnable, "true", "STUN.Enable", false, true},
		{tr069, attrs.STUNServer, "stun.test", "STUN.Server", "", "stun.test"},
		{tr069, attrs.STUNPort, "1", "STUN.Port", uint16(3478), uint16(1)},
		{tr069, attrs.STUNUsername, "u", "STUN.Username", "", "u"},
		{tr069, attrs.STUNPassword, "p", "STUN.Password", "", "p"},
		{tr069, attrs.STUNMinKeepAlive, "7", "STUN.MinKeepAlive", time.Duration(0), 7 * time.Second},
		{tr069, attrs.STUNMaxKeepAlive, "9", "STUN.MaxKeepAlive", time.Duration(0), 9 * time.Second},
		{tr069, attrs.STUNMaxKeepAlive, "-1", "STUN.MaxKeepAlive", time.Duration(0), time.Duration(0)},
		{comware, attrs.Enable, "true", "Gate", attrs.ErrDisabled, attrs.ErrNoURL},
	} {
		r, err := attrs.New(row.profile())
		require.NoError(t, err)
		assert.Equal(t, row.unset, field(settings(r.Snapshot()), row.field), "%s before", row.attr)
		source := attrs.CLI
		if row.attr == attrs.InformPhase {
			source = attrs.ACS
		}
		require.NoError(t, r.Apply(source, noon, attrs.Set(row.attr, row.value)))
		assert.Equal(t, row.want, field(settings(r.Snapshot()), row.field), "%s", row.attr)
		seen[strings.Split(row.field, ".")[0]] = true
	}
	r, err := attrs.New(comware())
	require.NoError(t, err)
	require.NoError(t, r.Apply(attrs.CLI, noon, attrs.Set(attrs.DefaultURL, "http://default.test/"),
		attrs.Set(attrs.DefaultUsername, "du"), attrs.Set(attrs.DefaultPassword, "dp"), attrs.Set(attrs.Password, "p")))
	s := settings(r.Snapshot())
	assert.Equal(t, []string{"http://default.test/", "du", "dp"}, []string{s.URL, s.Username, s.Password.Reveal()}, "a set as a whole")
	assert.Len(t, seen, reflect.TypeFor[transport.Settings]().NumField()-2, "and no field is left out")
	assert.Equal(t, transport.Settings{Gate: attrs.ErrNoURL}, bare(settings(new(attrs.Snapshot))))
}

// TestReadsWhatItWrites: what the ACS sets is what it reads, and what is used.
func TestReadsWhatItWrites(t *testing.T) {
	d, err := newDevice(nil)
	require.NoError(t, err)
	read := func(name string) string {
		r, err := d.get(&rpc.GetParameterValues{ParameterNames: []string{name}})
		require.NoError(t, err, name)
		return r.(*rpc.GetParameterValuesResponse).ParameterList[0].Value.Text
	}
	const server = "Device.ManagementServer."
	for _, row := range [][3]string{
		{server + "URL", "", "http://acs.test/"}, {server + "PeriodicInformEnable", "0", "1"},
		{server + "PeriodicInformInterval", "600", "60"}, {"Device.DeviceInfo.ProvisioningCode", "TLCO.GRP2", "TLCO"},
		{server + "PeriodicInformTime", "0001-01-01T00:00:00Z", "2026-01-01T00:00:07Z"}, {server + "Username", "", "u"},
	} {
		assert.Equal(t, row[1], read(row[0]), row[0])
		_, err := d.set(&rpc.SetParameterValues{ParameterList: []rpc.ParameterValue{{Name: row[0], Value: rpc.StringValue(row[2])}}})
		require.NoError(t, err)
		assert.Equal(t, row[2], read(row[0]), row[0])
	}
	_, err = d.set(&rpc.SetParameterValues{ParameterList: []rpc.ParameterValue{{Name: server + "Password", Value: rpc.StringValue("p")}}})
	require.NoError(t, err)
	assert.Empty(t, read(server+"Password"))
	s := settings(d.attrs.Snapshot())
	assert.Equal(t, time.Minute, s.Periodic)
	assert.Equal(t, time.Date(2026, 1, 1, 0, 0, 7, 0, time.UTC), s.Phase)

	_, err = d.set(&rpc.SetParameterValues{ParameterList: []rpc.ParameterValue{
		{Name: server + "STUNEnable", Value: rpc.StringValue("1")}, {Name: server + "URL", Value: rpc.StringValue("ftp://x")},
		{Name: server + "Username", Value: rpc.StringValue("v")},
	}})
	fault, ok := err.(*rpc.Fault)
	require.True(t, ok, err)
	assert.Len(t, fault.Parameters, 2)
	assert.Equal(t, []rpc.FaultCode{rpc.FaultNonWritableParameter, rpc.FaultInvalidParameterValue},
		[]rpc.FaultCode{fault.Parameters[0].FaultCode, fault.Parameters[1].FaultCode})
	assert.Equal(t, "u", read(server+"Username"), "all or nothing")
}

// field returns a field of settings by its name; a password as its text.
func field(s transport.Settings, name string) any {
	v := reflect.ValueOf(s)
	for part := range strings.SplitSeq(name, ".") {
		v = v.FieldByName(part)
	}
	if secret, ok := v.Interface().(transport.Secret); ok {
		return secret.Reveal()
	}
	return v.Interface()
}

// bare is settings without their functions, which cannot be compared.
func bare(s transport.Settings) transport.Settings {
	s.Password, s.STUN.Password = nil, nil
	return s
}

var goBlock = regexp.MustCompile("(?s)```go\n(.*?)```")

// TestGuide holds the guide's code against the files that it is taken from.
func TestGuide(t *testing.T) {
	guide, err := os.ReadFile(filepath.Join("..", "..", "docs", "ATTRIBUTES.md"))
	require.NoError(t, err)
	var code string
	for _, name := range []string{"settings.go", "running_test.go", "device.go"} {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		code += string(text)
	}
	blocks := goBlock.FindAllStringSubmatch(string(guide), -1)
	assert.GreaterOrEqual(t, len(blocks), 3)
	for _, b := range blocks {
		assert.True(t, strings.Contains(code, b[1]), "not in the sources:\n%s", b[1])
	}
	for _, a := range []attrs.Attr{
		attrs.Enable, attrs.WaitTimeout, attrs.ConnectInterface, attrs.SSLPolicy, attrs.ConnectRetry, attrs.InformEnable,
		attrs.InformInterval, attrs.InformTime, attrs.InformPhase, attrs.STUNEnable,
	} {
		assert.Contains(t, string(guide), "`"+string(a)+"`")
	}
}

func TestObeyed(t *testing.T) {
	d, err := newDevice(nil)
	require.NoError(t, err)
	require.NoError(t, d.fromCLI("http://acs.test/", "", "", attrs.Set(attrs.ConnectRetry, "3"), attrs.Set(attrs.WaitTimeout, "60"),
		attrs.Set(attrs.InformEnable, "true"), attrs.Set(attrs.STUNEnable, "true"), attrs.Set(attrs.ConnectInterface, "eth7")))
	require.NoError(t, d.configure(t.Context()))
	var out strings.Builder
	d.obeyed(&out)
	assert.Equal(t, "settings: close-wait 1m0s, from eth7, SSL client policy system-roots, retries 3, periodic Inform every 10m0s, STUN on\n", out.String())
}
