package dhcp

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	head125 = "\x00\x00\x0d\xe9"
	gateway = "\x00\x00\x0d\xe9\x09\x04\x01A\x05\x01B\x06\x01C" // Annex F
)

// full is a value of every field.
var full = ACS{
	URL: "http://acs.example.com:7547/acs", ProvisioningCode: "TLCO.GRP2", HasProvisioningCode: true,
	RetryMinimumWait: 5, RetryMultiplier: 2000,
}

func TestOption125(t *testing.T) {
	standard := head125 + "\x35\x0b\x1fhttp://acs.example.com:7547/acs\x0c\x09TLCO.GRP2\x0d\x015\x0e\x042000"
	got, diags, err := ParseOption125([]byte(standard), Options{})
	require.NoError(t, err)
	assert.Empty(t, diags)
	assert.Equal(t, full, got)
	built, err := AppendOption125([]byte("x"), full)
	require.NoError(t, err)
	assert.Equal(t, "x"+standard, string(built))

	for name, row := range map[string]struct {
		content string
		want    ACS
		diags   []Diagnostic
		strict  *Error
		lenient *Error
	}{
		"nothing":         {"", ACS{}, nil, nil, nil},
		"no data":         {head125 + "\x00", ACS{}, nil, nil, nil},
		"another's":       {"\x00\x00\x00\x09\x0a\x0b\x08http://h", ACS{}, nil, nil, nil},
		"after another's": {"\x00\x00\x00\x09\x01a" + head125 + "\x0a\x0b\x08http://h", ACS{URL: "http://h"}, nil, nil, nil},
		"Comware's form":  {head125 + "\x0e\x0b\x0chttp://h u p", comwareACS("http://h", "u", "p"), nil, nil, nil},
		"Annex F":         {gateway, ACS{Unknown: []SubOption{{4, []byte("A")}, {5, []byte("B")}, {6, []byte("C")}}}, nil, nil, nil},
		"1 is Annex F's":  {head125 + "\x0a\x01\x08http://h", ACS{Unknown: []SubOption{{1, []byte("http://h")}}}, nil, nil, nil},
		"twice": {head125 + "\x0a\x0b\x08http://h" + head125 + "\x0a\x0b\x08http://i", ACS{URL: "http://h"},
			[]Diagnostic{{Duplicate, 15, 0}}, &Error{15, 0, ErrDuplicate, "the enterprise is there already"}, nil},
		"cut off": {"\x00\x00\x0d\xe9", ACS{}, []Diagnostic{{NoLength, 0, 0}},
			&Error{0, 0, ErrLength, "no room for an enterprise number and a length"}, nil},
		"clamped": {head125 + "\xff\x0b\x08http://h", ACS{URL: "http://h"}, []Diagnostic{{Clamped, 0, 0}},
			&Error{0, 0, ErrLength, "length 255, 10 bytes left"}, nil},
		"offsets": {"\x00\x00\x00\x09\x00" + head125 + "\x0c\x0c\x00\x0b\x08http:///", ACS{}, nil,
			&Error{12, 11, ErrURL, "no host"}, &Error{12, 11, ErrURL, "no host"}},
		"a bad code": {head125 + "\x03\x0d\x01x", ACS{}, []Diagnostic{{BadValue, 5, 13}},
			&Error{5, 13, ErrValue, "need a decimal number from 1 to 65535"}, nil},
		"empty fields": {head125 + "\x0c\x0b\x0ahttp://h  ", comwareACS("http://h", "", ""),
			[]Diagnostic{{EmptyField, 5, 11}, {EmptyField, 5, 11}}, nil, nil},
	} {
		got, diags, err := ParseOption125([]byte(row.content), Options{Lenient: true})
		assertError(t, name, row.lenient, err)
		assert.Equal(t, row.want, got, name)
		assert.Equal(t, row.diags, diags, name)
		strict, _, err := ParseOption125([]byte(row.content), Options{})
		assertError(t, name, row.strict, err)
		if row.strict == nil {
			assert.Equal(t, got, strict, name)
		}
	}
}

// TestCode1 is the deviating form of option 125.
func TestCode1(t *testing.T) {
	for content, want := range map[string]string{
		"\x01\x08http://h":                   "http://h",
		"\x01\x09https://h":                  "https://h",
		"\x01\x0ahttp://h\x00\x00":           "http://h",
		"\x02\x01x\x01\x08http://h\x03\x01x": "http://h",
		"\x01\x08http://h\x04\x01A":          "",
		"\x05\x01A\x01\x08http://h":          "",
		"\x01\x08http://h\x06\x01A":          "",
		"\x01\x08ftp://ho":                   "",
		"\x01\x06001A2B":                     "", // a manufacturer's OUI, as Annex F has it
		"\x01\x0chttp://h u p":               "",
		"\x01\x08http://h\x0b\x08http://i":   "http://i",
		"\x01\x08http://h\x01\x08http://i":   "http://h",
		"\x02\x08http://h":                   "",
	} {
		b := append([]byte(head125), byte(len(content)))
		b = append(b, content...)
		got, diags, err := ParseOption125(b, Options{Code1: true})
		require.NoError(t, err)
		assert.Equal(t, want, got.URL, "%q", content)
		taken := want != "" && !strings.Contains(content, "\x0b")
		assert.Equal(t, taken, assert.ObjectsAreEqual(diags[max(0, len(diags)-1):], []Diagnostic{{Code1, 0, 1}}), "%q", content)
		off, _, err := ParseOption125(b, Options{Lenient: true})
		require.NoError(t, err)
		assert.Equal(t, map[bool]string{false: off.URL, true: ""}[taken], off.URL, "off by default")
	}
	// The whole of option 43's codes in option 125 has a 4, and stays Annex F's.
	b := append([]byte(head125+"\x35"), unhex(t, tr069)...)
	got, _, err := ParseOption125(b, Options{Code1: true, Lenient: true})
	require.NoError(t, err)
	assert.Empty(t, got.URL)
	assert.Len(t, got.Unknown, 4)
}

func TestOption17(t *testing.T) {
	standard := head125 + "\x00\x01\x00\x1fhttp://acs.example.com:7547/acs\x00\x02\x00\x09TLCO.GRP2\x00\x03\x00\x015\x00\x04\x00\x042000"
	got, diags, err := ParseOption17(Options{}, []byte(standard))
	require.NoError(t, err)
	assert.Empty(t, diags)
	assert.Equal(t, full, got)
	built, err := AppendOption17([]byte("x"), full)
	require.NoError(t, err)
	assert.Equal(t, "x"+standard, string(built))

	other := []byte("\x00\x00\x00\x09\x00\x01\x00\x08http://x")
	got, _, err = ParseOption17(Options{}, other, []byte(standard), other)
	require.NoError(t, err)
	assert.Equal(t, full, got, "enterprises stay apart")
	got, _, err = ParseOption17(Options{})
	require.NoError(t, err)
	assert.Zero(t, got)

	long := strings.Repeat("x", 300)
	for _, want := range []ACS{
		{URL: "http://h/" + long},
		{URL: "http://h", Unknown: []SubOption{{0, []byte{}}, {255, []byte("a")}, {11, []byte("b")}, {65535, []byte(long)}}},
		comwareACS("http://h", "u", "p"),
	} {
		b, err := AppendOption17(nil, want)
		require.NoError(t, err)
		got, _, err := ParseOption17(Options{}, b)
		require.NoError(t, err)
		assert.Equal(t, want, got)
	}
	for name, row := range map[string]struct {
		contents []string
		url      string
		diag     Diagnostic
		strict   *Error
	}{
		"twice": {[]string{standard, head125 + "\x00\x01\x00\x08http://h"}, full.URL, Diagnostic{Duplicate, 0, 0},
			&Error{0, 0, ErrDuplicate, "the enterprise is there already"}},
		"short":       {[]string{"\x00\x00\x0d"}, "", Diagnostic{NoLength, 0, 0}, &Error{0, 0, ErrLength, "no room for an enterprise number"}},
		"half a code": {[]string{head125 + "\x00\x01\x00"}, "", Diagnostic{NoLength, 4, 0}, &Error{4, 0, ErrLength, "no length byte"}},
		"clamped": {[]string{head125 + "\x00\x01\x01\x08http://h"}, "http://h", Diagnostic{Clamped, 4, 1},
			&Error{4, 1, ErrLength, "length 264, 8 bytes left"}},
	} {
		var contents [][]byte
		for _, c := range row.contents {
			contents = append(contents, []byte(c))
		}
		_, _, err := ParseOption17(Options{}, contents...)
		assertError(t, name, row.strict, err)
		got, diags, err := ParseOption17(Options{Lenient: true}, contents...)
		require.NoError(t, err, name)
		assert.Equal(t, row.url, got.URL, name)
		assert.Equal(t, []Diagnostic{row.diag}, diags, name)
	}
}

func TestBuildLimits(t *testing.T) {
	long := strings.Repeat("x", 240)
	a := ACS{URL: "http://h/" + long, ProvisioningCode: "A.B.C.D"}
	_, err := AppendOption125([]byte("x"), a)
	require.ErrorIs(t, err, ErrLength)
	b, err := AppendOption125([]byte("x"), ACS{URL: "ftp://h"})
	require.ErrorIs(t, err, ErrURL)
	assert.Equal(t, "x", string(b))
	b, err = AppendOption17([]byte("x"), ACS{URL: "http://h/" + strings.Repeat("x", MaxLength)})
	require.ErrorIs(t, err, ErrLength)
	assert.Equal(t, "x", string(b))
	_, err = AppendOption17(nil, ACS{URL: "http://h/" + strings.Repeat("x", MaxLength-12)})
	require.ErrorIs(t, err, ErrLength)
	for _, code := range []uint16{0, 11, 14, 255, 256, 300} {
		_, err = AppendOption125(nil, ACS{Unknown: []SubOption{{code, nil}}})
		require.ErrorIs(t, err, ErrCode, code)
	}
	b, err = AppendOption125(nil, ACS{Unknown: []SubOption{{1, []byte("a")}, {15, nil}}})
	require.NoError(t, err)
	assert.Equal(t, head125+"\x05\x01\x01a\x0f\x00", string(b))
	_, err = AppendOption17(nil, ACS{Unknown: []SubOption{{4, nil}}})
	require.ErrorIs(t, err, ErrCode)
}

// TestSkip leaves alone what DHCP is not to set.
func TestSkip(t *testing.T) {
	b := []byte(aURL + "\x02\x01\x01\x03\x01x\x04\x042000")
	_, _, err := ParseOption43(b, Options{})
	require.ErrorIs(t, err, ErrValue)
	got, diags, err := ParseOption43(b, Options{Skip: []uint16{CodeURL, CodeProvisioningCode, CodeRetryMinimumWait}})
	require.NoError(t, err)
	assert.Empty(t, diags)
	assert.Equal(t, ACS{URL: "http://h", RetryMultiplier: 2000, Unknown: []SubOption{{2, []byte{1}}, {3, []byte("x")}}}, got)
	got, _, err = ParseOption125([]byte(head125+"\x03\x0c\x01\x01"), Options{Skip: []uint16{CodeProvisioningCode}})
	require.NoError(t, err)
	assert.Equal(t, []SubOption{{12, []byte{1}}}, got.Unknown)
}

// TestVendorClass ties the answer to what was announced.
func TestVendorClass(t *testing.T) {
	for class, ok := range map[string]bool{
		"": true, "dslforum.org": true, "eRouter1.0 dslforum.org": true, "H3C. H3C S5130": true, "HPE 5940": true, "HP 5900": true,
		"Ruckus CPE": false, "ArubaInstantAP": false, "DSLFORUM.ORG": false, "dslforum": false,
	} {
		_, diags, err := ParseOption43([]byte(aURL), Options{VendorClass: class})
		assert.Equal(t, ok, err == nil, class)
		assert.Equal(t, class != "" && ok, IsCWMP(class), class)
		if ok {
			assert.Empty(t, diags)
			continue
		}
		require.ErrorIs(t, err, ErrClass)
		for _, parse := range []func([]byte, Options) (ACS, []Diagnostic, error){
			ParseOption43, ParseOption125,
			func(b []byte, o Options) (ACS, []Diagnostic, error) { return ParseOption17(o, b) },
		} {
			_, _, err = parse([]byte(head125), Options{VendorClass: class})
			require.ErrorIs(t, err, ErrClass)
		}
		got, diags, err := ParseOption43([]byte(aURL), Options{VendorClass: class, Lenient: true})
		require.NoError(t, err)
		assert.Equal(t, "http://h", got.URL)
		assert.Equal(t, []Diagnostic{{OtherClass, 0, 0}}, diags)
	}
	_, _, err := ParseOption125(make([]byte, MaxLength+1), Options{})
	require.ErrorIs(t, err, ErrLength)
}

func FuzzVendor(f *testing.F) {
	f.Add([]byte(gateway), false)
	f.Add([]byte(head125+"\x0a\x0b\x08http://h"), true)
	f.Add([]byte(head125+"\x00\x01\x00\x08http://h\x00\x05\x00\x00"), false)
	f.Fuzz(func(t *testing.T, content []byte, code1 bool) {
		for name, row := range map[string]struct {
			parse func([]byte, Options) (ACS, []Diagnostic, error)
			build func([]byte, ACS) ([]byte, error)
		}{
			"125": {ParseOption125, AppendOption125},
			"17":  {func(b []byte, o Options) (ACS, []Diagnostic, error) { return ParseOption17(o, b) }, AppendOption17},
		} {
			strict, _, strictErr := row.parse(content, Options{})
			got, _, err := row.parse(content, Options{Lenient: true})
			if strictErr == nil {
				require.NoError(t, err, name)
				require.Equal(t, strict, got, name)
			}
			if err != nil {
				require.Zero(t, got, name)
				continue
			}
			require.True(t, got.URL == "" || checkURL(got.URL) == "")
			built, err := row.build(nil, got)
			if strings.Contains(got.Username+got.Password.Reveal(), " ") || len(content) > 200 {
				continue // the form cannot express it, or only just
			}
			require.NoError(t, err, name)
			again, _, err := row.parse(built, Options{})
			require.NoError(t, err, name)
			require.Equal(t, got, again, name)
			_, _, err = row.parse(content, Options{Code1: code1})
			require.Equal(t, strictErr == nil, err == nil)
		}
	})
}

// TestCopies changes contents after they were read.
func TestCopies(t *testing.T) {
	b := []byte(head125 + "\x03\x20\x01A")
	got, _, err := ParseOption125(b, Options{})
	require.NoError(t, err)
	list, err := ParseOption124([]byte(head125 + "\x02\x01A"))
	require.NoError(t, err)
	clear(b)
	assert.True(t, bytes.Equal(got.Unknown[0].Value, []byte("A")) && string(list[0].Data[0]) == "A")
}
