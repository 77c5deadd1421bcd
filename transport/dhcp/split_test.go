package dhcp

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSplit(t *testing.T) {
	for _, n := range []int{0, 1, 254, 255, 256, 510, 511, 3000} {
		content := bytes.Repeat([]byte("x"), n)
		field := append([]byte{0, 0}, Append4([]byte{53, 1, 5}, 43, content)...)
		field = Append4(field, 60, []byte("other"))
		field = append(field, CodeEnd, 43, 1, 'z')
		got, ok, err := Collect4(field, 43)
		require.NoError(t, err)
		require.True(t, ok)
		assert.True(t, bytes.Equal(content, got), n)
		assert.Equal(t, max(1, (n+254)/255), bytes.Count(field[:len(field)-3], []byte{43}))
	}
	// A value that lies across two options, with another's between them.
	field := []byte("\x2b\x05\x01\x08htt\x3c\x01a\x2b\x05p://h")
	content, ok, err := Collect4(field, 43)
	require.NoError(t, err)
	require.True(t, ok)
	acs, _, err := ParseOption43(content, Options{})
	require.NoError(t, err)
	assert.Equal(t, "http://h", acs.URL)

	_, ok, err = Collect4(field, 125)
	require.NoError(t, err)
	assert.False(t, ok)
	for _, bad := range []string{"\x2b", "\x2b\x02a", "\x35\x01\x05\x2b\xff"} {
		_, ok, err := Collect4([]byte(bad), 43)
		require.ErrorIs(t, err, ErrLength)
		assert.False(t, ok)
	}
}

func TestCollect6(t *testing.T) {
	field, err := Append6(nil, 17, []byte(head125))
	require.NoError(t, err)
	field, err = Append6(field, 16, []byte("other"))
	require.NoError(t, err)
	field, err = Append6(field, 17, []byte("\x00\x00\x00\x09"))
	require.NoError(t, err)
	got, err := Collect6(field, 17)
	require.NoError(t, err)
	assert.Equal(t, [][]byte{[]byte(head125), []byte("\x00\x00\x00\x09")}, got, "they stay apart")
	none, err := Collect6(field, 18)
	require.NoError(t, err)
	assert.Nil(t, none)
	for n := range field {
		got, err := Collect6(field[:n], 17)
		whole := n == 0 || n == 8 || n == 17
		require.Equal(t, whole, err == nil, n)
		require.True(t, whole || got == nil)
	}
	_, err = Append6(nil, 17, make([]byte, MaxLength+1))
	require.ErrorIs(t, err, ErrLength)
}

func TestChoose(t *testing.T) {
	for _, row := range []struct {
		asked         string
		has43, has125 bool
		want          byte
	}{
		{"", false, false, 0}, {"", true, false, 43}, {"", false, true, 125}, {"", true, true, 43},
		{"\x01\x2b", true, true, 43}, {"\x7d", true, true, 125}, {"\x2b\x7d", true, true, 43}, {"\x7d", true, false, 43}, {"\x2b", false, true, 125},
	} {
		assert.Equal(t, row.want, Choose([]byte(row.asked), row.has43, row.has125), "%v", row)
	}
}

func FuzzCollect(f *testing.F) {
	f.Add([]byte("\x2b\x05\x01\x08htt\x3c\x01a\x2b\x05p://h\xff"), byte(43))
	f.Fuzz(func(t *testing.T, b []byte, code byte) {
		content, ok, err := Collect4(b, code)
		if err == nil && ok && code != CodePad && code != CodeEnd {
			again, _, err := Collect4(Append4(nil, code, content), code)
			require.NoError(t, err)
			require.True(t, bytes.Equal(content, again))
		}
		list, err := Collect6(b, uint16(code))
		if err != nil {
			require.Nil(t, list)
		}
	})
}
