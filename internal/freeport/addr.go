package freeport

import (
	"math/rand/v2"
	"net"
	"strconv"
	"sync"
	"testing"
)

// NOTE: the one function of this package, and where it looks.

// The ports that are tried: those below 32768, from where on Linux takes the ones that it
// chooses itself, and above the well-known ones.
const (
	lowest = 10_000
	count  = 20_000
)

// given has what was tried before.
var given sync.Map

// Addr returns an address on 127.0.0.1, with its port, on which nobody listens and which
// nobody is sent datagrams at. Nothing is kept for the caller, but it is not returned twice
// in a process; that another process does not find the same one before it is used is left
// to chance. It ends the test if a hundred ports are taken.
func Addr(t testing.TB) string {
	t.Helper()
	for range 100 {
		address := net.JoinHostPort("127.0.0.1", strconv.Itoa(lowest+rand.IntN(count)))
		if _, again := given.LoadOrStore(address, true); !again && isFree(address) {
			return address
		}
	}
	t.Fatal("no port is free")
	return ""
}

// isFree reports whether a port can be had of TCP and of UDP.
func isFree(address string) bool {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return false
	}
	defer listener.Close()
	conn, err := net.ListenPacket("udp", address)
	if err != nil {
		return false
	}
	defer conn.Close()
	return true
}
