package dhcp

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestBuild(t *testing.T) {
	long := strings.Repeat("x", 256)
	for name, row := range map[string]struct {
		acs  ACS
		want string
		err  *Error
	}{
		"nothing":        {ACS{}, "", nil},
		"without flags":  {ACS{URL: "http://h", Username: "u", Password: NewSecret("p")}, "\x01\x0chttp://h u p", nil},
		"empty username": {ACS{URL: "http://h", HasUsername: true, Password: NewSecret("p")}, "\x01\x0bhttp://h  p", nil},
		"empty both":     {ACS{URL: "http://h", HasUsername: true, HasPassword: true}, "\x01\x0ahttp://h  ", nil},
		"empty code":     {ACS{HasProvisioningCode: true}, "\x02\x00", nil},
		"unknown alone":  {ACS{Unknown: []SubOption{{128, []byte("a")}, {5, nil}}}, "\x80\x01a\x05\x00", nil},
		"no URL":         {ACS{Username: "u"}, "", &Error{-1, 1, ErrURL, "neither http nor https"}},
		"password alone": {ACS{URL: "http://h", Password: NewSecret("p")}, "", &Error{-1, 1, ErrValue, "a password without username"}},
		"space": {ACS{URL: "http://h", Username: "u", Password: NewSecret("p q")}, "",
			&Error{-1, 1, ErrValue, "a space in the username or password"}},
		"control":            {ACS{URL: "http://h", Username: "u\x00"}, "", &Error{-1, 1, ErrValue, "control character"}},
		"long URL":           {ACS{URL: "http://h/" + long}, "", &Error{-1, 1, ErrLength, "more than 255 bytes"}},
		"long code":          {ACS{ProvisioningCode: long[:65]}, "", &Error{-1, 2, ErrValue, "longer than 64 bytes"}},
		"low multiplier":     {ACS{RetryMultiplier: 999}, "", &Error{-1, 4, ErrValue, "below 1000"}},
		"long unknown":       {ACS{Unknown: []SubOption{{128, []byte(long)}}}, "", &Error{-1, 128, ErrLength, "more than 255 bytes"}},
		"pad as unknown":     {ACS{Unknown: []SubOption{{CodePad, nil}}}, "", &Error{-1, 0, ErrCode, "use the field"}},
		"end as unknown":     {ACS{Unknown: []SubOption{{CodeEnd, nil}}}, "", &Error{-1, 255, ErrCode, "use the field"}},
		"URL as unknown":     {ACS{Unknown: []SubOption{{CodeURL, []byte("http://h")}}}, "", &Error{-1, 1, ErrCode, "use the field"}},
		"the first error":    {ACS{URL: "x", RetryMultiplier: 1}, "", &Error{-1, 1, ErrURL, "neither http nor https"}},
		"both numbers alone": {ACS{RetryMinimumWait: 1, RetryMultiplier: 65535}, "\x03\x011\x04\x0565535", nil},
	} {
		got, err := AppendOption43([]byte("head"), row.acs)
		assertError(t, name, row.err, err)
		assert.Equal(t, "head"+row.want, string(got), name)
	}
}

func TestErrorText(t *testing.T) {
	_, err := AppendOption43(nil, ACS{URL: "http://"})
	assert.EqualError(t, err, "dhcp: bad ACS URL: sub-option 1: no host")
	assert.Equal(t, "Deviation(?) Deviation(?) length clamped space in the password",
		fmt.Sprint(Deviation(0), " ", Deviation(99), " ", Clamped, " ", PasswordSpace))
	for d := BareURL; d <= OtherClass; d++ {
		assert.NotEmpty(t, d.String())
	}
}

func TestACSString(t *testing.T) {
	assert.Equal(t, "{}", ACS{}.String())
	assert.Equal(t, `{url="http://h" username="" password=*** code="\n" wait=1 multiplier=1000 unknown=1}`, ACS{
		URL: "http://h", HasUsername: true, HasPassword: true, ProvisioningCode: "\n", RetryMinimumWait: 1, RetryMultiplier: 1000,
		Unknown: []SubOption{{128, []byte("secret")}},
	}.String())
}

// TestCanary prints everything that can hold a password.
func TestCanary(t *testing.T) {
	const canary = "canary8c1f"
	var out bytes.Buffer
	printed := func(x any) {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			fmt.Fprintf(&out, verb+"\n", x)
			fmt.Fprintf(&out, verb+"\n", &x)
			fmt.Fprintf(&out, verb+"\n", struct{ x any }{x})
		}
		text, err := json.Marshal(x)
		require.NoError(t, err)
		out.Write(text)
		slog.New(slog.NewTextHandler(&out, nil)).Info("m", "x", x)
		slog.New(slog.NewJSONHandler(&out, nil)).Info("m", "x", x)
	}
	for _, tail := range []string{"", "\x01", " x"} {
		value := "http://h u " + canary + tail
		for _, content := range []string{string(append([]byte{1, byte(len(value))}, value...)), "\x01\xff" + value, value} {
			for _, lenient := range []bool{false, true} {
				acs, diags, err := ParseOption43([]byte(content), Options{Lenient: lenient})
				printed(acs)
				printed(diags)
				printed(err)
				printed(acs.Password)
				printed(struct{ a ACS }{acs})
			}
		}
	}
	_, err := AppendOption43(nil, ACS{URL: "http://h", Username: "u", Password: NewSecret(canary + "\x00")})
	printed(err)
	text, err := NewSecret(canary).MarshalText()
	require.NoError(t, err)
	out.Write(text)
	out.WriteString(NewSecret(canary).String())
	assert.Contains(t, out.String(), redacted)
	assert.NotContains(t, out.String(), canary)
	assert.NotContains(t, strings.ToLower(out.String()), fmt.Sprintf("%x", canary))
	assert.Equal(t, canary, NewSecret(canary).Reveal())
}
