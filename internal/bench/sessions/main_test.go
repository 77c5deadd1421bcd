package main

// NOTE: a regression of a transport.Server's speed shows, and a busy machine does not:
// it stays within twice of what it is to reach (docs/BENCHMARKS.md), in CPU time, which
// others' work does not take.

import (
	"os"
	"testing"
	"time"
)

// TestMain is main where this binary is a child of its own.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "-child" {
		main()
		return
	}
	os.Exit(m.Run())
}

func TestRatios(t *testing.T) {
	all, err := acs(options{rounds: 5, slice: 150 * time.Millisecond}, 16)
	if err != nil {
		t.Fatal(err)
	}
	for base, least := range map[string]float64{
		"net/http, prebuilt":     1 / 1.5 / 2,
		"net/http, encoding/xml": 2.5 / 2,
	} {
		share, times := all.ratio("cwmp", base)
		t.Logf("%.2f of the sessions of %s, %.2f in the same CPU time", share, base, 1/times)
		if 1/times < least {
			t.Errorf("%.2f of the sessions of %s in the same CPU time, less than %.2f", 1/times, base, least)
		}
	}
}
