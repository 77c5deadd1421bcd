package session

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/soap"
)

// NOTE: the bytes of a stored state: a format number, a letter for what it is, then
// numbers as varints and texts with their length in front. Times are durations.
// Messages are stored as the XML that the wire would carry. What is read may be
// anything: a length is checked against what is left, and what follows the last
// field is an error.

// ErrStored: the bytes are no stored state, or one of another format.
var ErrStored = errors.New("session: not a stored state")

// format is the number of the format that is written. There is no other yet.
const format = 1

// A packer appends fields.
type packer struct {
	b   []byte
	err error
}

func newPacker(kind byte) *packer { return &packer{b: []byte{format, kind}} }

func (p *packer) uint(v uint64)       { p.b = binary.AppendUvarint(p.b, v) }
func (p *packer) dur(d time.Duration) { p.b = binary.AppendVarint(p.b, int64(d)) }
func (p *packer) text(s string)       { p.uint(uint64(len(s))); p.b = append(p.b, s...) }

// bits packs up to 64 flags in one number.
func (p *packer) bits(flags ...bool) {
	var v uint64
	for i, f := range flags {
		if f {
			v |= 1 << i
		}
	}
	p.uint(v)
}

// envelope packs an envelope or nil.
func (p *packer) envelope(env *rpc.Envelope) {
	if env == nil {
		p.uint(0)
		return
	}
	xml, err := env.Append(nil, rpc.Style{NoDeclaration: true})
	if err != nil && p.err == nil {
		p.err = fmt.Errorf("session: %s cannot be stored: %w", nameOf(env), err)
	}
	p.uint(uint64(env.Version) + 1)
	p.text(string(xml))
}

// message packs a message on its own.
func (p *packer) message(msg rpc.Message) { p.envelope(&rpc.Envelope{Version: rpc.V14, Message: msg}) }

func (p *packer) bytes() ([]byte, error) {
	if p.err != nil {
		return nil, p.err
	}
	return p.b, nil
}

// An unpacker takes fields off. After the first error it gives zeros.
type unpacker struct {
	b        []byte
	bad      bool
	registry rpc.Registry
}

func newUnpacker(kind byte, b []byte, registry rpc.Registry) *unpacker {
	if len(b) < 2 || b[0] != format || b[1] != kind {
		return &unpacker{bad: true}
	}
	return &unpacker{b: b[2:], registry: registry}
}

// fail drops what is left.
func (u *unpacker) fail() { u.b, u.bad = nil, true }

// check fails unless ok.
func (u *unpacker) check(ok bool) {
	if !ok {
		u.fail()
	}
}

// uint takes a number that is at most most.
func (u *unpacker) uint(most uint64) uint64 {
	v, n := binary.Uvarint(u.b)
	if n <= 0 || v > most {
		u.fail()
		return 0
	}
	u.b = u.b[n:]
	return v
}

// dur takes a duration of either sign that is at most most long.
func (u *unpacker) dur(most time.Duration) time.Duration {
	v, n := binary.Varint(u.b)
	if n <= 0 || v > int64(most) || v < -int64(most) {
		u.fail()
		return 0
	}
	u.b = u.b[n:]
	return time.Duration(v)
}

func (u *unpacker) text() string {
	n := u.uint(uint64(len(u.b)))
	if n > uint64(len(u.b)) { // the number itself took bytes
		u.fail()
	}
	if u.bad {
		return ""
	}
	s := string(u.b[:n])
	u.b = u.b[n:]
	return s
}

// bits takes as many flags as there are places for them.
func (u *unpacker) bits(flags ...*bool) {
	v := u.uint(1<<len(flags) - 1)
	for i, f := range flags {
		*f = v&(1<<i) != 0
	}
}

func (u *unpacker) envelope() *rpc.Envelope {
	version := u.uint(uint64(rpc.V14) + 1)
	if u.bad || version == 0 {
		return nil
	}
	env, err := rpc.Parse([]byte(u.text()), rpc.Config{Registry: u.registry, Level: soap.Standard})
	if err != nil || absent(env.Message) {
		u.fail()
		return nil
	}
	env.Version = rpc.Version(version - 1)
	return env
}

func (u *unpacker) message() rpc.Message {
	env := u.envelope()
	if env == nil {
		u.fail()
		return nil
	}
	return env.Message
}

// end reports what was wrong, bytes too many included.
func (u *unpacker) end() error {
	if u.bad || len(u.b) > 0 {
		return ErrStored
	}
	return nil
}

// stored are the errors that end a session and come back as themselves.
var stored = []error{nil, ErrMessages, ErrFailed, ErrTimeout, ErrDuration}

// The other ways to end.
const (
	endPeer  = 200 + iota // a *PeerError
	endFault              // a *rpc.Fault
	endOther              // any other error: its text
)

// why packs the error that ended a session.
func (p *packer) why(err error) {
	if i := slices.Index(stored, err); i >= 0 {
		p.uint(uint64(i))
		return
	}
	peer, isPeer := err.(*PeerError)
	fault, isFault := err.(*rpc.Fault)
	switch {
	case isPeer:
		p.uint(endPeer)
		p.bits(peer.WrongID, peer.Err != nil)
		p.text(peer.State)
		p.text(peer.Got)
		p.text(peer.ID)
		if peer.Err != nil {
			p.why(peer.Err)
		}
	case isFault:
		p.uint(endFault)
		p.message(fault)
	default:
		p.uint(endOther)
		p.text(err.Error())
	}
}

// why takes the error that ended a session; deep is how deep it may go.
func (u *unpacker) why(deep int) error {
	switch kind := u.uint(endOther); kind {
	case endPeer:
		e, more := &PeerError{}, false
		u.bits(&e.WrongID, &more)
		e.State, e.Got, e.ID = u.text(), u.text(), u.text()
		if more {
			u.check(deep > 0)
			e.Err = u.why(deep - 1)
		}
		return e
	case endFault:
		fault, ok := u.message().(*rpc.Fault)
		u.check(ok)
		return fault
	case endOther:
		if text := u.text(); text != rpc.ErrVersion.Error() {
			return errors.New(text)
		}
		return rpc.ErrVersion
	default:
		u.check(kind < uint64(len(stored)))
		return stored[min(kind, uint64(len(stored)-1))]
	}
}
