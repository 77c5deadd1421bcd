package session_test

import (
	"testing"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/session"
)

// NOTE: random scripts for both machines behind their observers. A byte is a letter
// of the search's alphabets, or carries the last message of one machine to the other,
// so that the scripts come deep into a session.

// A duel is both machines and what is between them.
type duel struct {
	cpe         *cpeWatch
	acs         *acsWatch
	there, back int // messages of each that were carried
}

// carry takes the next message to the other end, if there is one.
func (d *duel) carry() {
	switch {
	case d.there < len(d.cpe.posts):
		d.there++
		d.acs.receive(d.cpe.posts[d.there-1])
	case d.back < len(d.acs.answers):
		d.back++
		d.cpe.receive(d.acs.answers[d.back-1])
	}
}

// step does what a byte says.
func (d *duel) step(b byte) {
	switch i := int(b & 0x7f); {
	case b < 0x80 && i < len(cpeAlphabet):
		cpeAlphabet[i].do(d.cpe)
	case b >= 0x80 && i < len(acsAlphabet):
		acsAlphabet[i].do(d.acs)
	case b&1 == 0:
		d.carry()
	case d.cpe.open != nil:
		d.cpe.reply(responseTo(d.cpe.open.Message))
	case d.acs.open != nil:
		d.acs.accept()
	case d.acs.floor && b&2 == 0:
		d.acs.send(&rpc.Reboot{})
	default:
		d.acs.yield()
	}
}

// finish brings both sessions to their end, the first n steps by what the peer sends,
// then by the clock: whatever was done to a machine, it has an answer or a deadline.
func (d *duel) finish(n int) {
	for range n {
		d.step(0x40)
		d.step(0x41)
		d.step(0x43)
	}
	if d.cpe.started {
		d.cpe.expire()
	}
	if d.acs.in != nil || d.acs.informed {
		d.acs.expire()
	}
}

func FuzzTurns(f *testing.F) {
	carry, serve, yield := byte(0x40), byte(0x41), byte(0x43)
	f.Add([]byte{0})
	f.Add([]byte{0, carry, serve, carry, carry, yield, carry})                                                      // the shortest
	f.Add([]byte{16, 0, carry, serve, carry, carry, serve, carry, carry, serve, carry, serve, carry, yield, carry}) // Figure 2
	f.Add([]byte{16, 0, 0x90, carry, serve, carry, carry, serve, carry, serve, carry, yield, carry, carry, serve})  // held
	f.Add([]byte{0, 7, 7, 7, 7, 7, 7})
	f.Add([]byte{0, 4, 2, 13, 1, 1})
	f.Add([]byte{0x81, 0x89, 0x80, 0x8d, 0x83, 0x8f})
	f.Fuzz(func(t *testing.T, script []byte) {
		for _, tolerate := range []session.Tolerance{0, session.MissingID | session.HeldRequest} {
			cfg := session.Config{IDPrefix: "acs-", Tolerate: tolerate}
			d := &duel{cpe: watchCPE(session.Config{Tolerate: tolerate}), acs: watchACS(cfg)}
			for _, b := range script[:min(len(script), 300)] {
				d.step(b)
			}
			d.finish(int(min(uint(len(script)), 20)) % 5)
			if v := d.cpe.verdict(); v != "" {
				t.Error("CPE:", v)
			}
			if v := d.acs.verdict(); v != "" {
				t.Error("ACS:", v)
			}
		}
	})
}
