package transport

import (
	"context"
	"encoding/binary"
	"hash/crc32"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/rpc"
)

// NOTE: stored sessions as bytes, and the store in memory by itself.

var sampleRecord = record{
	holder: "H", secret: secretOf("id"), principal: "p", ends: time.UnixMilli(1_700_000_000_000),
	wait: time.Minute, again: true, data: []byte("data"), machine: []byte{1, 'A'}, inform: []byte("<x/>"),
}

func TestRecord(t *testing.T) {
	for _, r := range []record{sampleRecord, {wait: 1, ends: time.UnixMilli(-5), data: []byte{}, machine: []byte{}, inform: []byte{}}} {
		got, err := readRecord(r.bytes())
		require.NoError(t, err)
		assert.Equal(t, r, *got)
	}
}

// sealed puts the right sum under a record's bytes.
func sealed(b []byte) []byte {
	return binary.BigEndian.AppendUint32(b[:len(b):len(b)], crc32.Checksum(b, castle))
}

// Bytes with the right sum under them are taken apart with care all the same.
func TestRecordHostile(t *testing.T) {
	whole := sampleRecord.bytes()
	body := whole[:len(whole)-crc32.Size]
	for i := range body {
		_, err := readRecord(sealed(body[:i]))
		assert.ErrorIs(t, err, errRecord, "cut at %d", i)
	}
	_, err := readRecord(sealed(append(body[:len(body):len(body)], 0)))
	assert.ErrorIs(t, err, errRecord, "a byte too many")
	random := rand.New(rand.NewPCG(1, 2))
	for range 10_000 {
		b := append([]byte(nil), body...)
		for range 1 + random.IntN(3) {
			b[random.IntN(len(b))] = byte(random.Uint32())
		}
		if r, err := readRecord(sealed(b)); err == nil {
			assert.Positive(t, r.wait)
		}
	}
}

// What is stored under the right sum and is no session is refused by its reader.
func TestRestoreHostile(t *testing.T) {
	srv := &Server{}
	inform, err := rpc.NewEnvelope(rpc.V12, "1", &rpc.Inform{DeviceID: rpc.DeviceID{OUI: "0", SerialNumber: "1"}}).Append(nil, rpc.Style{})
	require.NoError(t, err)
	reboot, err := rpc.NewEnvelope(rpc.V12, "1", &rpc.Reboot{}).Append(nil, rpc.Style{})
	require.NoError(t, err)
	fresh, err := srv.newMachine().MarshalBinary()
	require.NoError(t, err)
	m := srv.newMachine()
	m.Fail(nil)
	for range m.Outputs() {
	}
	over, err := m.MarshalBinary()
	require.NoError(t, err)
	key := string(make([]byte, storedKeySize))
	for _, tt := range []struct {
		name            string
		machine, inform []byte
		ok              bool
	}{
		{"a session", fresh, inform, true},
		{"no machine", []byte("x"), inform, false},
		{"a machine that is over", over, inform, false},
		{"no document", fresh, []byte("<"), false},
		{"no Inform", fresh, reboot, false},
	} {
		s, err := srv.restore(key, &record{machine: tt.machine, inform: tt.inform, wait: time.Hour, ends: time.Now().Add(time.Hour)}, 1)
		assert.Equal(t, tt.ok, err == nil, tt.name)
		if err == nil {
			s.stop(nil)
		}
	}
}

// What the program appends to Data does not reach into the store's value.
func TestRestoredDataIsACopy(t *testing.T) {
	srv := &Server{}
	inform, err := rpc.NewEnvelope(rpc.V12, "1", &rpc.Inform{DeviceID: rpc.DeviceID{OUI: "0", SerialNumber: "1"}}).Append(nil, rpc.Style{})
	require.NoError(t, err)
	fresh, err := srv.newMachine().MarshalBinary()
	require.NoError(t, err)
	r := sampleRecord
	r.machine, r.inform, r.ends = fresh, inform, time.Now().Add(time.Hour)
	value := r.bytes()
	read, err := readRecord(value)
	require.NoError(t, err)
	s, err := srv.restore(string(make([]byte, storedKeySize)), read, 1)
	require.NoError(t, err)
	defer s.stop(nil)
	s.Data = append(s.Data, "and more"...)
	s.Data[0] = '?'
	assert.Equal(t, r.bytes(), value)
}

// Places tell devices apart whatever their parts are, and a store never sees a secret.
func TestPlaces(t *testing.T) {
	a, b := owner{oui: "A", class: "BC"}, owner{oui: "AB", class: "C"}
	assert.NotEqual(t, placeOf(a), placeOf(b))
	assert.Len(t, placeOf(a), placeSize)
	assert.Equal(t, placeOf(a), placeOf(owner{oui: "A", class: "BC"}))
	assert.NotContains(t, secretOf("id"), "id")
}

func TestMemoryStore(t *testing.T) {
	ctx := context.Background()
	m := &MemoryStore{Max: 2}
	swap := func(key string, version uint64, value string, ttl time.Duration) (uint64, error) {
		if value == "" {
			return m.Swap(ctx, key, version, nil, ttl)
		}
		return m.Swap(ctx, key, version, []byte(value), ttl)
	}
	_, v, err := m.Load(ctx, "a")
	assert.NoError(t, err)
	assert.Zero(t, v)
	one, err := swap("a", 0, "1", time.Hour)
	require.NoError(t, err)
	_, err = swap("a", 0, "x", time.Hour)
	assert.ErrorIs(t, err, ErrConflict, "it is there already")
	two, err := swap("a", one, "2", time.Hour)
	require.NoError(t, err)
	assert.NotEqual(t, one, two)
	for _, value := range []string{"x", ""} {
		_, err = swap("a", one, value, time.Hour)
		assert.ErrorIs(t, err, ErrConflict)
		_, err = swap("none", 7, value, time.Hour)
		assert.ErrorIs(t, err, ErrConflict)
	}
	_, err = swap("none", 0, "", 0)
	assert.ErrorIs(t, err, ErrConflict)
	_, err = swap("b", 0, "b", time.Hour)
	require.NoError(t, err)
	_, err = swap("c", 0, "c", time.Hour)
	assert.ErrorIs(t, err, ErrStoreFull)
	three, err := swap("a", two, "3", -1)
	require.NoError(t, err)
	assert.Equal(t, 1, m.Len(), "its time is over")
	again, err := swap("a", 0, "4", time.Hour)
	require.NoError(t, err)
	assert.NotEqual(t, three, again)
	value, v, err := m.Load(ctx, "a")
	assert.Equal(t, "4", string(value))
	assert.Equal(t, again, v)
	assert.NoError(t, err)
	_, err = swap("a", again, "", 0)
	assert.NoError(t, err)
	assert.Equal(t, 1, m.Len())

	ended, cancel := context.WithCancel(ctx)
	cancel()
	_, _, err = m.Load(ended, "b")
	assert.ErrorIs(t, err, context.Canceled)
	_, err = m.Swap(ended, "d", 0, []byte("d"), time.Hour)
	assert.ErrorIs(t, err, context.Canceled)
}
