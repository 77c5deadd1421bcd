package transport

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"time"
)

// NOTE: a session as bytes, for a SessionStore. What is read may be anything: a
// length is checked against what is left, a sum over all of it finds what a disk or a
// network has changed, and what the machine and the Inform make of their parts is
// checked by those who read them.

// A record is what is stored of a session.
type record struct {
	holder    string // the process that serves it now; empty when none does
	secret    string // a hash of the cookie's second half
	principal string
	ends      time.Time     // MaxDuration after it was opened
	wait      time.Duration // for the CPE's next message
	again     bool          // the Inform is to come again
	data      []byte        // the program's
	machine   []byte
	inform    []byte // the document
}

// recordFormat is the number of the format that is written. There is no other yet.
const recordFormat = 1

var (
	errRecord  = errors.New("not a stored session")
	base32Text = base32.StdEncoding.WithPadding(base32.NoPadding)
	castle     = crc32.MakeTable(crc32.Castagnoli)
)

// bytes writes a record.
func (r *record) bytes() []byte {
	size := len(r.holder) + len(r.secret) + len(r.principal) + len(r.data) + len(r.machine) + len(r.inform)
	b := append(make([]byte, 0, size+64), recordFormat)
	for _, part := range [][]byte{[]byte(r.holder), []byte(r.secret), []byte(r.principal), r.data, r.machine, r.inform} {
		b = binary.AppendUvarint(b, uint64(len(part)))
		b = append(b, part...)
	}
	b = binary.AppendVarint(b, r.ends.UnixMilli())
	b = binary.AppendVarint(b, int64(r.wait))
	again := byte(0)
	if r.again {
		again = 1
	}
	b = append(b, again)
	return binary.BigEndian.AppendUint32(b, crc32.Checksum(b, castle))
}

// readRecord reads a record. Its parts alias b.
func readRecord(b []byte) (*record, error) {
	n := len(b) - crc32.Size
	if n < 1 || b[0] != recordFormat || crc32.Checksum(b[:n], castle) != binary.BigEndian.Uint32(b[n:]) {
		return nil, errRecord
	}
	b = b[1:n]
	var parts [6][]byte
	for i := range parts {
		size, used := binary.Uvarint(b)
		if used <= 0 || size > uint64(len(b)-used) {
			return nil, errRecord
		}
		parts[i], b = b[used:used+int(size)], b[used+int(size):]
	}
	ends, used := binary.Varint(b)
	b = b[max(used, 0):]
	wait, more := binary.Varint(b)
	b = b[max(more, 0):]
	if used <= 0 || more <= 0 || len(b) != 1 || b[0] > 1 || wait <= 0 {
		return nil, errRecord
	}
	return &record{
		holder: string(parts[0]), secret: string(parts[1]), principal: string(parts[2]),
		data: parts[3], machine: parts[4], inform: parts[5],
		ends: time.UnixMilli(ends), wait: time.Duration(wait), again: b[0] == 1,
	}, nil
}

// A session in a store has one place, that of its device, so that a new Inform of the
// device finds the session whose place it takes. Its cookie is the place and a secret.
const (
	idSize        = 26 // of rand.Text: 130 bits
	placeSize     = 26 // of placeOf: 128 bits
	storedKeySize = placeSize + idSize
)

// placeOf is the key in a store for the sessions of an owner.
func placeOf(o owner) string {
	h := sha256.New()
	for _, part := range []string{o.oui, o.class, o.serial, o.principal} {
		binary.Write(h, binary.BigEndian, uint64(len(part)))
		h.Write([]byte(part))
	}
	return textOf(h.Sum(nil))
}

// secretOf is what a store knows of a cookie's secret.
func secretOf(id string) string {
	sum := sha256.Sum256([]byte(id))
	return textOf(sum[:])
}

// textOf writes 128 bits in the letters of rand.Text.
func textOf(sum []byte) string { return base32Text.EncodeToString(sum[:16]) }
