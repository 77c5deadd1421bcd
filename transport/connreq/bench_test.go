package connreq

// NOTE: what strangers cost: a datagram that nobody signed, and a request without
// credentials.

import (
	"strings"
	"testing"
)

func BenchmarkForgedDatagram(b *testing.B) {
	u := newReceiver()
	forged := datagram(b, ts0, "1")
	forged[strings.Index(string(forged), "sig=")+4] ^= 1
	for b.Loop() {
		if u.Receive(forged) != ErrSignature {
			b.Fatal("taken")
		}
	}
}

func BenchmarkBareRequest(b *testing.B) {
	l := &Listener{Gate: &Gate{Credentials: credentials}, Path: path}
	l.once.Do(l.init)
	request := get(path)
	for b.Loop() {
		if serveTape(l, strings.NewReader(request)) == "" {
			b.Fatal("no answer")
		}
	}
}
