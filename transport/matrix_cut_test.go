package transport_test

import (
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// NOTE: F1 of the fault matrix. A run is a play with its connection cut once; nothing
// else goes wrong. CWMP_LONG=1 cuts all plays at every byte; otherwise, the three
// shortest excepted, they are cut at every 61st byte and around each end of a message,
// and under -short all are. The twelve plays have 60,190 bytes; that makes 180,642 runs,
// which pass in 1 min 45 s of one core, or 27,429, in 9 s.

// rehearse plays without a fault and returns how many bytes went each way, and where
// messages ended.
func (p *play) rehearse(t *testing.T) (total [2]int, turns [2][]int) {
	bubble(t, "", func(t *testing.T) {
		s := p.stage(t, cut{}, nil)
		s.perform()
		s.desk.check(s.device, p.clean(), false)
		require.Empty(t, s.device.fails)
		require.Equal(t, p.clean(), s.device.sessions)
		total, turns = s.net.count, s.net.turns
	})
	return total, turns
}

// clean is how many sessions the play takes.
func (p *play) clean() int { return max(p.sessions, 1) }

// places are the bytes to cut at.
func (p *play) places(total int, turns []int) (all []int) {
	if p.short && !testing.Short() || os.Getenv("CWMP_LONG") != "" {
		for at := range total + 1 {
			all = append(all, at)
		}
		return all
	}
	for at := 0; at <= total; at += 61 {
		all = append(all, at)
	}
	for _, end := range append(turns, total) {
		for at := max(end-2, 0); at <= min(end+2, total); at++ {
			all = append(all, at)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func TestF1CutAtEveryByte(t *testing.T) {
	for _, p := range plays {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			total, turns := p.rehearse(t)
			for _, dir := range []direction{up, down} {
				for _, at := range p.places(total[dir], turns[dir]) {
					for _, m := range []manner{byRST, byFIN, byStall} {
						p.cutAt(t, cut{m, dir, at})
					}
				}
			}
		})
	}
}

// cutAt is one run.
func (p *play) cutAt(t *testing.T, c cut) {
	failed := t.Failed()
	bubble(t, "", func(t *testing.T) {
		s := p.stage(t, c, nil)
		s.perform()
		s.desk.check(s.device, p.clean(), true)
		if !p.tls { // whose signatures differ by some bytes in length
			require.True(t, s.net.done, "nothing was cut")
		}
	})
	if t.Failed() && !failed {
		t.Fatalf("%s: the %s way at byte %d", c.manner, c.dir, c.at)
	}
}
