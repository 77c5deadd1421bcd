//go:build !race

package rpc_test

// raceEnabled: times and allocations mean something.
const raceEnabled = false
