package dhcp

import (
	"bytes"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	comware = "0127687474703A2F2F3136392E3235342E37362E33313A373534372F61637320313233342035363738"
	overrun = "013B687474703A2F2F6163732E64617461626173653A393039302F616373207669636B79203132333435"
	isp     = "0112687474703a2f2f6163732e6973702e6f7267"
	acsURL  = "011E687474703a2f2f6163732e75726c2e636f6d3a393939392f737472696e67"
	tr069   = "011F687474703A2F2F6163732E6578616D706C652E636F6D3A373534372F6163730209544C434F2E47525032030135040432303030"
	aURL    = "\x01\x08http://h"
)

func unhex(t testing.TB, text string) string {
	t.Helper()
	b, err := hex.DecodeString(text)
	require.NoError(t, err)
	return string(b)
}

// comwareACS is Comware's form as parsed.
func comwareACS(url, user, password string) ACS {
	return ACS{URL: url, Username: user, HasUsername: true, Password: NewSecret(password), HasPassword: true}
}

// TestVectors reads what real servers send.
func TestVectors(t *testing.T) {
	for text, want := range map[string]ACS{
		comware: comwareACS("http://169.254.76.31:7547/acs", "1234", "5678"),
		isp:     {URL: "http://acs.isp.org"},
		acsURL:  {URL: "http://acs.url.com:9999/string"},
		tr069: {
			URL: "http://acs.example.com:7547/acs", ProvisioningCode: "TLCO.GRP2", HasProvisioningCode: true,
			RetryMinimumWait: 5, RetryMultiplier: 2000,
		},
	} {
		content := []byte(unhex(t, text))
		for _, lenient := range []bool{false, true} {
			got, diags, err := ParseOption43(content, Options{Lenient: lenient})
			require.NoError(t, err)
			assert.Empty(t, diags)
			assert.Equal(t, want, got)
		}
		built, err := AppendOption43(nil, want)
		require.NoError(t, err)
		assert.Equal(t, content, built)
	}
	_, _, err := ParseOption43([]byte(unhex(t, overrun)), Options{})
	assert.Equal(t, &Error{0, CodeURL, ErrLength, "length 59, 40 bytes left"}, err)
	got, diags, err := ParseOption43([]byte(unhex(t, overrun)), Options{Lenient: true})
	require.NoError(t, err)
	assert.Equal(t, []Diagnostic{{Clamped, 0, CodeURL}}, diags)
	assert.Equal(t, comwareACS("http://acs.database:9090/acs", "vicky", "12345"), got)
}

func TestParse(t *testing.T) {
	for name, row := range map[string]struct {
		content string
		want    ACS
		diags   []Diagnostic
		strict  *Error // nil: strict takes it with the same outcome
		lenient *Error // nil: lenient takes it
	}{
		"nothing":      {"", ACS{}, nil, nil, nil},
		"pads and end": {"\x00\x00" + aURL + "\x00\xff\x00\x00\xff", ACS{URL: "http://h"}, nil, nil, nil},
		"after the end": {aURL + "\xff\x02\x01A", ACS{URL: "http://h"},
			[]Diagnostic{{AfterEnd, 10, CodeEnd}}, nil, nil},
		"unknown in order": {"\x80\x03abc" + aURL + "\x05\x00\x80\x00", ACS{URL: "http://h", Unknown: []SubOption{
			{128, []byte("abc")}, {5, []byte{}}, {128, []byte{}}}}, nil, nil, nil},
		"URL and username": {"\x01\x0ahttp://h u", ACS{URL: "http://h", Username: "u", HasUsername: true}, nil, nil, nil},
		"empty username": {"\x01\x09http://h ", ACS{URL: "http://h", HasUsername: true},
			[]Diagnostic{{EmptyField, 0, 1}}, nil, nil},
		"both empty": {"\x01\x0ahttp://h  ", comwareACS("http://h", "", ""),
			[]Diagnostic{{EmptyField, 0, 1}, {EmptyField, 0, 1}}, nil, nil},
		"space in the password": {"\x01\x0fhttp://h u p  q", comwareACS("http://h", "u", "p  q"),
			[]Diagnostic{{PasswordSpace, 0, 1}}, nil, nil},
		"high bytes": {"\x01\x0bhttp://h \xffu", ACS{URL: "http://h", Username: "\xffu", HasUsername: true}, nil, nil, nil},
		"trailing NULs": {"\x01\x0ahttp://h\x00\x00\x02\x02A\x00", ACS{URL: "http://h", ProvisioningCode: "A", HasProvisioningCode: true},
			[]Diagnostic{{TrailingNUL, 0, 1}, {TrailingNUL, 12, 2}}, nil, nil},
		"empty code": {"\x02\x00", ACS{HasProvisioningCode: true}, nil, nil, nil},
		"bounds":     {"\x03\x0565535\x04\x041000", ACS{RetryMinimumWait: 65535, RetryMultiplier: 1000}, nil, nil, nil},
		"bare": {"http://h", ACS{URL: "http://h"}, []Diagnostic{{BareURL, 0, 0}},
			&Error{0, 0, ErrBareURL, "the option starts as a URL"}, nil},
		"bare with credentials": {"HTTPS://h u p\x00", comwareACS("HTTPS://h", "u", "p"),
			[]Diagnostic{{BareURL, 0, 0}, {TrailingNUL, 0, 1}}, &Error{0, 0, ErrBareURL, "the option starts as a URL"}, nil},
		"bare and too long": {"http://h/" + strings.Repeat("x", 247), ACS{}, []Diagnostic{{BareURL, 0, 0}},
			&Error{0, 0, ErrBareURL, "the option starts as a URL"}, &Error{0, 0, ErrLength, "a bare URL of more than 255 bytes"}},
		"bare and nothing": {"https://", ACS{}, []Diagnostic{{BareURL, 0, 0}},
			&Error{0, 0, ErrBareURL, "the option starts as a URL"}, &Error{0, 1, ErrURL, "no host"}},
		"code without length": {aURL + "\x02", ACS{URL: "http://h"}, []Diagnostic{{NoLength, 10, 2}},
			&Error{10, 2, ErrLength, "no length byte"}, nil},
		"clamped": {aURL + "\x02\x03A", ACS{URL: "http://h", ProvisioningCode: "A", HasProvisioningCode: true},
			[]Diagnostic{{Clamped, 10, 2}}, &Error{10, 2, ErrLength, "length 3, 1 bytes left"}, nil},
		"clamped to nothing": {"\x01\x08", ACS{}, []Diagnostic{{Clamped, 0, 1}},
			&Error{0, 1, ErrLength, "length 8, 0 bytes left"}, &Error{0, 1, ErrURL, "neither http nor https"}},
		"twice": {aURL + "\x01\x08http://i", ACS{URL: "http://h"}, []Diagnostic{{Duplicate, 10, 1}},
			&Error{10, 1, ErrDuplicate, "the first is at a lower offset"}, nil},
		"long code": {aURL + "\x02\x41" + strings.Repeat("A", 65), ACS{URL: "http://h"}, []Diagnostic{{BadValue, 10, 2}},
			&Error{10, 2, ErrValue, "longer than 64 bytes"}, nil},
		"control in the code": {"\x02\x02\nA", ACS{}, []Diagnostic{{BadValue, 0, 2}}, &Error{0, 2, ErrValue, "control character"}, nil},
		"control in the username": {"\x01\x0bhttp://h u\x7f", ACS{}, nil,
			&Error{0, 1, ErrValue, "control character"}, &Error{0, 1, ErrValue, "control character"}},
	} {
		got, diags, err := ParseOption43([]byte(row.content), Options{Lenient: true})
		assertError(t, name, row.lenient, err)
		assert.Equal(t, row.want, got, name)
		assert.Equal(t, row.diags, diags, name)
		strict, _, err := ParseOption43([]byte(row.content), Options{})
		assertError(t, name, row.strict, err)
		if row.strict == nil {
			assert.Equal(t, got, strict, name)
		} else {
			assert.Zero(t, strict, name)
		}
	}
}

func assertError(t *testing.T, name string, want *Error, err error) {
	t.Helper()
	if want == nil {
		assert.NoError(t, err, name)
		return
	}
	assert.Equal(t, want, err, name)
	assert.ErrorIs(t, err, want.Err, name)
}

func TestBadURLs(t *testing.T) {
	for _, text := range []string{
		"", " ", "h", "ftp://h", "http:", "http://", "http:///a", "/a", "//h/a", "http://h\x01", "http://hé", "http://u@h", "http://u:p@h/",
		"http://h:0", "http://h:65536", "http://h:x", "http://[::1", "http://%zz", " http://h", "javascript:alert(1)", "ruckus,http://h",
	} {
		for _, lenient := range []bool{false, true} {
			content := append([]byte{CodeURL, byte(len(text))}, text...)
			got, _, err := ParseOption43(content, Options{Lenient: lenient})
			require.ErrorIs(t, err, ErrURL, "%q", text)
			require.Zero(t, got)
		}
		if text != "" {
			_, err := AppendOption43(nil, ACS{URL: text})
			require.ErrorIs(t, err, ErrURL, "%q", text)
		}
	}
}

func TestBadNumbers(t *testing.T) {
	for code, list := range map[byte][]string{
		CodeRetryMinimumWait: {"", "0", "65536", "-1", "+1", " 5", "5 ", "0x5", "1_0", "\x00\x05", "99999999999999999999"},
		CodeRetryMultiplier:  {"", "0", "999", "65536", "2000.0", "\x07\xd0"},
	} {
		for _, text := range list {
			content := append([]byte{code, byte(len(text))}, text...)
			_, _, err := ParseOption43(content, Options{})
			require.ErrorIs(t, err, ErrValue, "%q", text)
			got, diags, err := ParseOption43(content, Options{Lenient: true})
			require.NoError(t, err)
			require.Zero(t, got)
			require.Contains(t, diags, Diagnostic{BadValue, 0, uint16(code)})
		}
	}
}

// TestTruncations cuts each vector at every byte. Strict takes a cut only
// between two sub-options; lenient never invents a sub-option.
func TestTruncations(t *testing.T) {
	for _, text := range []string{comware, isp, acsURL, tr069} {
		whole := []byte(unhex(t, text))
		between := map[int]bool{}
		for at := 0; at < len(whole); at += 2 + int(whole[at+1]) {
			between[at] = true
		}
		full, _, _ := ParseOption43(whole, Options{})
		for n := range len(whole) {
			_, _, err := ParseOption43(whole[:n], Options{})
			e, failed := errors.AsType[*Error](err)
			require.Equal(t, !between[n], failed, n)
			require.True(t, !failed || e.Err == ErrLength && between[e.Offset], n)
			got, diags, err := ParseOption43(whole[:n], Options{Lenient: true})
			require.True(t, err != nil || between[n] || len(diags) > 0, n)
			require.True(t, strings.HasPrefix(full.URL, got.URL))
			require.True(t, strings.HasPrefix(full.ProvisioningCode, got.ProvisioningCode))
		}
	}
}

func TestTooLong(t *testing.T) {
	content := bytes.Repeat([]byte{CodePad}, MaxLength)
	_, _, err := ParseOption43(content, Options{})
	require.NoError(t, err)
	_, _, err = ParseOption43(append(content, 0), Options{Lenient: true})
	require.ErrorIs(t, err, ErrLength)
}

// TestKeepsNothing changes the content after it was parsed.
func TestKeepsNothing(t *testing.T) {
	content := []byte(aURL + "\x80\x01a")
	got, _, err := ParseOption43(content, Options{})
	require.NoError(t, err)
	clear(content)
	assert.Equal(t, "http://h", got.URL)
	assert.Equal(t, []byte("a"), got.Unknown[0].Value)
}

func FuzzOption43(f *testing.F) {
	for _, text := range []string{comware, overrun, isp, acsURL, tr069} {
		f.Add([]byte(unhex(f, text)))
	}
	f.Add([]byte("http://h u p"))
	f.Add([]byte(aURL + "\x80\x01a\x00\xff\x02"))
	f.Fuzz(func(t *testing.T, content []byte) {
		strict, _, strictErr := ParseOption43(content, Options{})
		got, diags, err := ParseOption43(content, Options{Lenient: true})
		if strictErr == nil {
			require.NoError(t, err, "lenient takes what strict takes")
			require.Equal(t, strict, got)
		}
		if err != nil {
			require.Zero(t, got)
			return
		}
		if got.URL != "" {
			require.Empty(t, checkURL(got.URL))
		}
		built, err := AppendOption43([]byte("head"), got)
		if strings.Contains(got.Username+got.Password.Reveal(), " ") {
			require.ErrorIs(t, err, ErrValue)
			return
		}
		require.NoError(t, err, diags)
		again, _, err := ParseOption43(bytes.TrimPrefix(built, []byte("head")), Options{})
		require.NoError(t, err)
		require.Equal(t, got, again)
	})
}
