package session_test

import (
	"container/heap"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/cwmp-go/cwmp/session"
)

// NOTE: a fleet whose ACS has been away, or serves less than come: that all are served
// in time is a matter of the waits alone, so the fleet is a Retry and a random source a
// device, and the ACS a number of sessions that it can take a second.

// A contact is a device's next attempt.
type contact struct {
	at     time.Duration
	device int
}

type contacts []contact

func (c contacts) Len() int           { return len(c) }
func (c contacts) Less(i, j int) bool { return c[i].at < c[j].at }
func (c contacts) Swap(i, j int)      { c[i], c[j] = c[j], c[i] }
func (c *contacts) Push(x any)        { *c = append(*c, x.(contact)) }
func (c *contacts) Pop() any {
	last := (*c)[len(*c)-1]
	*c = (*c)[:len(*c)-1]
	return last
}

// A fleet is how a simulation is set.
type fleet struct {
	devices  int
	capacity int           // sessions a second
	spread   time.Duration // in which all devices boot
	away     time.Duration // the ACS takes nothing until then
	patience time.Duration // Retry-After
}

// serve simulates the fleet and returns when the last device was served, and how many
// attempts a device took in the mean.
func (f fleet) serve(seed uint64) (last time.Duration, attempts float64) {
	start := time.Unix(1_000_000_000, 0)
	chance := rand.New(rand.NewPCG(seed, 1))
	policies := make([]session.Retry, f.devices)
	queue := make(contacts, 0, f.devices)
	for d := range f.devices {
		queue = append(queue, contact{time.Duration(chance.Int64N(int64(f.spread))), d})
	}
	heap.Init(&queue)
	tries, credit, since := 0, 0.0, f.away
	for len(queue) > 0 {
		c := heap.Pop(&queue).(contact)
		tries++
		if c.at >= f.away {
			credit = min(credit+float64(f.capacity)*(c.at-since).Seconds(), float64(f.capacity))
			since = c.at
			if credit >= 1 {
				credit--
				last = c.at
				continue
			}
		}
		r := &policies[c.device]
		r.HandleTimeout(start.Add(c.at))
		r.Failed(chance.Uint64())
		r.RetryAfter(f.patience)
		at, _ := r.Deadline()
		heap.Push(&queue, contact{at.Sub(start), c.device})
	}
	return last, float64(tries) / float64(f.devices)
}

// Every device is served within two and a half times of what a perfect queue would take.
func TestFleet(t *testing.T) {
	for name, f := range map[string]fleet{
		"a storm":                  {devices: 10_000, capacity: 100, spread: 30 * time.Second},
		"a storm, and Retry-After": {devices: 10_000, capacity: 100, spread: 30 * time.Second, patience: time.Minute},
		"an ACS that was away":     {devices: 10_000, capacity: 100, spread: 30 * time.Second, away: 15 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			seeds := uint64(3)
			if testing.Short() {
				seeds = 1
			}
			for seed := range seeds {
				last, attempts := f.serve(seed)
				ideal := f.away + time.Duration(f.devices/f.capacity)*time.Second
				t.Logf("all served after %v, ideally %v; %.2f attempts a device", last.Round(time.Second), ideal, attempts)
				assert.LessOrEqual(t, last, ideal*5/2)
				assert.Less(t, attempts, 12.0)
				assert.Greater(t, attempts, 1.0)
			}
		})
	}
}
