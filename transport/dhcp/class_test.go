package dhcp

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// announced are option 16 as seen on the wire, and option 124 with its length.
const (
	announced16  = "00000de9000c64736c666f72756d2e6f7267"
	announced124 = "00000de90d0c64736c666f72756d2e6f7267"
)

func TestOption60(t *testing.T) {
	for own, want := range map[string]string{
		"": "dslforum.org", "eRouter1.0": "eRouter1.0 dslforum.org", "x dslforum.org y": "x dslforum.org y",
	} {
		b, err := AppendOption60([]byte("-"), own)
		require.NoError(t, err)
		assert.Equal(t, "-"+want, string(b))
		assert.True(t, IsCWMP(want))
	}
	b, err := AppendOption60([]byte("-"), strings.Repeat("x", 243))
	require.ErrorIs(t, err, ErrLength)
	assert.Equal(t, "-", string(b))
}

func TestVendorClasses(t *testing.T) {
	six, four := []byte(unhex(t, announced16)), []byte(unhex(t, announced124))
	v, err := ParseOption16(six)
	require.NoError(t, err)
	assert.Equal(t, CWMPClass(), v)
	assert.True(t, Announces([]VendorClass{v}))
	list, err := ParseOption124(four)
	require.NoError(t, err)
	assert.Equal(t, []VendorClass{CWMPClass()}, list)
	assert.False(t, Announces(nil))
	assert.False(t, Announces([]VendorClass{{9, [][]byte{[]byte(Class)}}, {Enterprise, [][]byte{[]byte("dslforum.org ")}}}))

	b, err := AppendOption16(nil, CWMPClass())
	require.NoError(t, err)
	assert.Equal(t, six, b)
	b, err = AppendOption124(nil, CWMPClass())
	require.NoError(t, err)
	assert.Equal(t, four, b)

	several := []VendorClass{{9, [][]byte{[]byte("a"), {}}}, CWMPClass(), {1, nil}}
	b, err = AppendOption124(nil, several...)
	require.NoError(t, err)
	list, err = ParseOption124(b)
	require.NoError(t, err)
	assert.Equal(t, several, list)
	assert.True(t, Announces(list))

	long := bytes.Repeat([]byte("x"), 255)
	for _, v := range []VendorClass{{9, [][]byte{long}}, {9, [][]byte{long[:127], long[:127]}}} {
		b, err = AppendOption124([]byte("-"), CWMPClass(), v)
		require.ErrorIs(t, err, ErrLength)
		assert.Equal(t, "-", string(b))
	}
	b, err = AppendOption16([]byte("-"), VendorClass{9, [][]byte{make([]byte, MaxLength-5)}})
	require.ErrorIs(t, err, ErrLength)
	assert.Equal(t, "-", string(b))
}

// TestClassTruncations cuts both at every byte.
func TestClassTruncations(t *testing.T) {
	six, four := []byte(unhex(t, announced16)), []byte(unhex(t, announced124))
	for n := range six {
		_, err := ParseOption16(six[:n])
		require.Equal(t, n == 4, err == nil, n)
	}
	for n := range four {
		_, err := ParseOption124(four[:n])
		require.Equal(t, n == 0, err == nil, n)
	}
	for _, b := range []string{"\x00\x00\x00\x09\x02\x05a", "\x00\x00\x00\x09\x01\x01", head125} {
		_, err := ParseOption124([]byte(b))
		require.ErrorIs(t, err, ErrLength)
	}
	_, err := ParseOption124(make([]byte, MaxLength+1))
	require.ErrorIs(t, err, ErrLength)
	_, err = ParseOption16(make([]byte, MaxLength+1))
	require.ErrorIs(t, err, ErrLength)
}

func FuzzClass(f *testing.F) {
	f.Add([]byte(unhex(f, announced16)))
	f.Add([]byte(unhex(f, announced124)))
	f.Fuzz(func(t *testing.T, b []byte) {
		if v, err := ParseOption16(b); err == nil {
			built, err := AppendOption16(nil, v)
			require.NoError(t, err)
			require.Equal(t, b, built)
		}
		if list, err := ParseOption124(b); err == nil {
			built, err := AppendOption124(nil, list...)
			require.NoError(t, err)
			require.True(t, bytes.Equal(b, built))
		}
	})
}
