package session

import (
	"math"
	"time"

	"github.com/cwmp-go/cwmp/rpc"
)

// NOTE: the machines as bytes. The configuration is not among them: the machine that
// takes the bytes has it. A state that the machine could never come to is refused,
// so that no bytes make it panic.

// The letters of what is stored.
const (
	kindCPE      = 'C'
	kindACS      = 'A'
	kindEvents   = 'E'
	kindRetry    = 'R'
	kindSchedule = 'S'
)

// pack packs the shared half.
func (m *machine) pack(p *packer) {
	p.uint(uint64(m.state))
	p.uint(uint64(m.version))
	p.uint(uint64(m.nextID))
	p.uint(uint64(m.received))
	p.dur(m.wait)
	p.dur(m.left)
	p.envelope(m.sent)
	p.bits(m.open.is, m.open.hasID, m.open.inform)
	p.text(m.open.id)
	p.text(m.open.method)
	if m.over {
		p.why(m.end.Err)
	}
}

// unpack takes the shared half; last is the number of the state that is over.
func (m *machine) unpack(u *unpacker, last state) {
	m.out, m.clock, m.end = outbox{}, time.Time{}, Output{}
	m.state = state(u.uint(uint64(last)))
	m.version = rpc.Version(u.uint(uint64(rpc.V14)))
	m.nextID = uint32(u.uint(math.MaxUint32))
	m.received = int(u.uint(math.MaxInt32))
	m.wait = u.dur(math.MaxInt64)
	m.left = u.dur(math.MaxInt64)
	m.sent = u.envelope()
	m.open = asked{}
	u.bits(&m.open.is, &m.open.hasID, &m.open.inform)
	m.open.id, m.open.method = u.text(), u.text()
	m.over = m.state == last
	if m.over {
		m.end = Output{Kind: Done, Err: u.why(1)}
	}
	u.check(m.state != 0 && m.version != 0)
	u.check(m.open.is || m.open == asked{})
	u.check(m.sent == nil || isRequest(m.sent.Message))
}

// MarshalBinary returns the state, to go on with it elsewhere or later. Poll until
// Wait or Done first: while outputs are pending the error is ErrState. Requests that
// cannot be written as XML are an error too. Deadlines are stored as what remains of
// them. The error of a session that is over comes back as a text unless it is of
// this package or a fault.
func (c *CPE) MarshalBinary() ([]byte, error) {
	if c.out.n > 0 || c.state == cpeTurn {
		return nil, ErrState
	}
	return c.packed().bytes()
}

func (c *CPE) packed() *packer {
	p := newPacker(kindCPE)
	c.pack(p)
	p.bits(c.hold, c.yielded, c.empty)
	p.uint(uint64(c.retries))
	p.envelope(c.again)
	p.uint(uint64(len(c.queue)))
	for _, msg := range c.queue {
		p.message(msg)
	}
	return p
}

// UnmarshalBinary takes the state that MarshalBinary gave and keeps the
// configuration that NewCPE was given. Its Registry decodes the requests. The time is
// unknown until the next HandleTimeout. The error is ErrStored, and then nothing has
// changed.
func (c *CPE) UnmarshalBinary(data []byte) error {
	d := *c
	if d.rules == nil {
		d = *NewCPE(Config{})
	}
	u := newUnpacker(kindCPE, data, d.cfg.Registry)
	d.unpack(u, cpeOver)
	u.bits(&d.hold, &d.yielded, &d.empty)
	d.retries = int(u.uint(maxRetry))
	d.again = u.envelope()
	d.queue = nil
	for range u.uint(uint64(len(u.b))) {
		msg := u.message()
		if u.bad {
			break
		}
		u.check(isRequest(msg) && !isInform(msg))
		d.queue = append(d.queue, msg)
	}
	u.check(d.sane())
	if err := u.end(); err != nil {
		return err
	}
	*c = d
	return nil
}

// sane reports whether the parts of the state fit together.
func (c *CPE) sane() bool {
	if c.again != nil && (!isRequest(c.again.Message) || isInform(c.again.Message) || c.sent != nil) {
		return false
	}
	if c.over {
		return true
	}
	out := c.state == cpeInforming || c.state == cpeRequesting
	idle := c.state == cpeListening || c.state == cpeServing
	return c.state != cpeTurn &&
		(c.again == nil || idle && !c.yielded) &&
		out == (c.sent != nil) &&
		(c.state == cpeServing) == c.open.is &&
		(c.sent == nil || isInform(c.sent.Message) == (c.state == cpeInforming))
}

// MarshalBinary returns the state, to go on with it elsewhere or later; see
// [CPE.MarshalBinary].
func (a *ACS) MarshalBinary() ([]byte, error) {
	if a.out.n > 0 {
		return nil, ErrState
	}
	p := newPacker(kindACS)
	a.pack(p)
	p.bits(a.hold, a.held, a.yielded)
	p.text(a.use)
	p.dur(a.timeout)
	return p.bytes()
}

// UnmarshalBinary takes the state that MarshalBinary gave; see
// [CPE.UnmarshalBinary].
func (a *ACS) UnmarshalBinary(data []byte) error {
	b := *a
	if b.rules == nil {
		b = *NewACS(Config{})
	}
	u := newUnpacker(kindACS, data, b.cfg.Registry)
	b.unpack(u, acsOver)
	u.bits(&b.hold, &b.held, &b.yielded)
	b.use = u.text()
	b.timeout = u.dur(math.MaxInt64)
	u.check(b.sane())
	if err := u.end(); err != nil {
		return err
	}
	*a = b
	return nil
}

// sane reports whether the parts of the state fit together.
func (a *ACS) sane() bool {
	return (a.use == "" || rpc.ParseVersion(a.use) != 0) &&
		(a.over || (a.state == acsServing) == a.open.is && (a.state == acsRequesting) == (a.sent != nil))
}
