package freeport

import (
	"net"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What is found can be had, of both kinds at once, and the kernel does not choose it.
func TestAddr(t *testing.T) {
	address := Addr(t)
	listener, err := net.Listen("tcp", address)
	require.NoError(t, err)
	defer listener.Close()
	conn, err := net.ListenPacket("udp", address)
	require.NoError(t, err)
	defer conn.Close()
	assert.Less(t, conn.LocalAddr().(*net.UDPAddr).Port, 32768)
}

// What one kind of socket has is not free of the other.
func TestTaken(t *testing.T) {
	address := Addr(t)
	listener, err := net.Listen("tcp", address)
	require.NoError(t, err)
	assert.False(t, isFree(address))
	require.NoError(t, listener.Close())
	conn, err := net.ListenPacket("udp", address)
	require.NoError(t, err)
	assert.False(t, isFree(address))
	require.NoError(t, conn.Close())
}
