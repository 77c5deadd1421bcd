//go:build race

package rpc_test

// raceEnabled: times and allocations mean nothing under the race detector.
const raceEnabled = true
