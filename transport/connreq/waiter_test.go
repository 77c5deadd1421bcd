package connreq

// NOTE: which session proves a request, in virtual time.

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/cwmp-go/cwmp/rpc"
)

// inform is an Inform of a device by its serial number.
func inform(serial string, events ...rpc.EventCode) *rpc.Inform {
	i := &rpc.Inform{DeviceID: rpc.DeviceID{Manufacturer: "ACME", OUI: "00D09E", ProductClass: "Box", SerialNumber: serial}}
	for _, e := range events {
		i.Event = append(i.Event, rpc.Event{EventCode: e})
	}
	return i
}

func TestWaiter(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		var w Waiter
		id := inform("1").DeviceID
		id.Manufacturer = "Acme Inc." // is no part of what is unique
		one, two, other := w.Expect(id), w.Expect(id), w.Expect(inform("2").DeviceID)
		w.Notify(nil)
		w.Notify(inform("1", rpc.EventPeriodic))
		w.Notify(inform("3", rpc.EventConnectionRequest))
		proof := inform("1", rpc.EventPeriodic, rpc.EventConnectionRequest)
		time.AfterFunc(time.Second, func() { w.Notify(proof); w.Notify(proof) })
		for _, wait := range []*Wait{one, two} {
			got, err := wait.For(t.Context(), 0)
			assert.NoError(t, err)
			assert.Same(t, proof, got)
		}
		assert.Equal(t, DefaultWait, took(func() {
			_, err := other.For(t.Context(), 0)
			assert.ErrorIs(t, err, ErrNoSession)
		}))
		assert.Empty(t, w.waits)
	})
}

// A session that came before the wait began to be waited for is not lost; one that is
// stopped is forgotten.
func TestWaiterOrder(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		var w Waiter
		early := w.Expect(inform("1").DeviceID)
		w.Notify(inform("1", rpc.EventConnectionRequest))
		_, err := early.For(t.Context(), time.Second)
		assert.NoError(t, err)

		stopped, stays := w.Expect(inform("1").DeviceID), w.Expect(inform("1").DeviceID)
		stopped.Stop()
		stopped.Stop()
		assert.Len(t, w.waits[stays.key], 1)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err = stays.For(ctx, time.Second)
		assert.ErrorIs(t, err, context.Canceled)
		assert.Empty(t, w.waits)
		new(Waiter).Expect(inform("1").DeviceID).Stop()
	})
}
