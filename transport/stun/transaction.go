package stun

import (
	"net/netip"
	"time"
)

// An errand is what an exchange is for. It decides the request's attributes.
type errand uint8

const (
	ask      errand = iota // CONNECTION-REQUEST-BINDING: learn the binding, or keep it alive
	announce               // BINDING-CHANGE besides: tell the server of a new one
	try                    // RESPONSE-ADDRESS, from the secondary port: is the binding still there
)

// intervals are the times after each request until the next one, the last
// until the exchange has failed: 0, 100, 300, 700, 1500, 3100, 4700, 6300 and
// 7900 ms, and 9500 (RFC 3489 9.3).
var intervals = [...]time.Duration{
	100 * time.Millisecond, 200 * time.Millisecond, 400 * time.Millisecond, 800 * time.Millisecond,
	1600 * time.Millisecond, 1600 * time.Millisecond, 1600 * time.Millisecond, 1600 * time.Millisecond, 1600 * time.Millisecond,
}

// A transaction is one request and what has come of it.
type transaction struct {
	what   errand
	id     TransactionID
	data   []byte
	signed bool
	form   form
	tries  int // exchanges before it that the server has refused

	sent    int       // copies of the request
	due     time.Time // of the next copy, or of giving up
	answers int       // that are believed

	answeredAt time.Time // zero: it is open
	mapped     netip.AddrPort
}

// port is where an errand starts from.
func (t *transaction) port() Port {
	if t.what == try {
		return Secondary
	}
	return Primary
}

// encode makes the request. Annex G has neither CHANGE-REQUEST nor
// RESPONSE-ADDRESS in what the primary port sends, and its own attributes in
// nothing else.
func (t *transaction) encode(k *Keeper) (err error) {
	m := Message{Type: BindingRequest, ID: t.id}
	m.ConnectionRequestBinding = t.what != try
	m.BindingChange = t.what == announce
	if t.what == try {
		m.ResponseAddress = k.mapped
	}
	if !t.signed {
		t.data, err = m.Append(nil)
		return err
	}
	m.Username = k.cfg.Username
	t.data, err = m.append(nil, func(b []byte) []byte { return sign(b, k.cfg.Password, t.form) })
	return err
}

// contradicts says whether a response is another than the one that was taken.
func (t *transaction) contradicts(m *Message) bool {
	return m.Type != BindingResponse || unmap(m.Mapped()) != t.mapped
}
