package cwmptest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/transport"
)

// NOTE: what a Device says of itself in its Inform, and what it keeps between
// sessions.

var boot = []rpc.Event{{EventCode: rpc.EventBoot}}

// informs returns the Informs that an ACS has seen.
func informs(acs *ACS) []*rpc.Inform {
	var list []*rpc.Inform
	for _, e := range acs.Exchanges() {
		if e.Request != nil {
			if m, ok := e.Request.Message.(*rpc.Inform); ok {
				list = append(list, m)
			}
		}
	}
	return list
}

func TestInformOfADefaultDevice(t *testing.T) {
	acs := NewACS(t, nil)
	start := time.Now().Truncate(time.Second)
	var d Device
	_, err := d.Inform(t.Context(), acs.URL, boot)
	require.NoError(t, err)

	got := informs(acs)[0]
	assert.Equal(t, rpc.DeviceID{Manufacturer: "cwmp-go", OUI: "00D09E", ProductClass: "Test", SerialNumber: "0001"}, got.DeviceID)
	assert.Equal(t, boot, got.Event)
	assert.Empty(t, got.ParameterList)
	now, err := got.CurrentTime.Time()
	require.NoError(t, err)
	assert.WithinRange(t, now, start, time.Now())
}

func TestInformOfADeviceWithEverything(t *testing.T) {
	acs := NewACS(t, nil)
	d := home()
	d.ID = rpc.DeviceID{Manufacturer: "M", OUI: "ABCDEF", ProductClass: "P", SerialNumber: "S"}
	d.Forced = []string{"Device.Net.1.On", "Device.Info.UpTime", "Device.Nope", "Device.Info."}
	d.Now = func() time.Time { return time.Date(2026, 2, 3, 4, 5, 6, 7, time.FixedZone("", 3600)) }
	events := []rpc.Event{{EventCode: rpc.EventBoot}, {EventCode: rpc.EventMReboot, CommandKey: "k1"}}
	_, err := d.Inform(t.Context(), acs.URL, events)
	require.NoError(t, err)

	assert.Equal(t, &rpc.Inform{
		DeviceID: d.ID, Event: events, MaxEnvelopes: 1, CurrentTime: "2026-02-03T04:05:06+01:00",
		ParameterList: []rpc.ParameterValue{
			{Name: "Device.Net.1.On", Value: rpc.BoolValue(true)},
			{Name: "Device.Info.UpTime", Value: rpc.UnsignedIntValue(17)},
		},
	}, informs(acs)[0])
}

// A forced parameter has the value that a SetParameterValues gave it.
func TestForcedParametersFollowTheTable(t *testing.T) {
	acs := NewACS(t, nil)
	d := home()
	d.Forced = []string{"Device.InfoText"}
	fault, _ := set(t, d, "Device.InfoText=new", "")
	require.Empty(t, fault)
	_, err := d.Inform(t.Context(), acs.URL, boot)
	require.NoError(t, err)
	assert.Equal(t, "new", informs(acs)[0].ParameterList[0].Value.Text)
}

// RetryCount is how often this session has failed already (TR-069 A.3.3.1), for
// whatever reason.
func TestRetryCount(t *testing.T) {
	acs := NewUnstartedACS(t, nil)
	var refuse bool
	acs.Server.Answer = func(context.Context, *transport.Session, rpc.Message) (rpc.Message, error) {
		if refuse {
			return nil, rpc.FaultACSRequestDenied
		}
		return nil, nil
	}
	acs.Start()
	var d Device
	for _, refuse = range []bool{false, true, true, false, false, true} {
		_, err := d.Inform(t.Context(), acs.URL, boot)
		assert.Equal(t, refuse, errors.Is(err, rpc.FaultACSRequestDenied), err)
	}
	_, err := d.Inform(t.Context(), "http://", boot)
	assert.ErrorIs(t, err, transport.ErrURL)
	refuse = false
	_, err = d.Inform(t.Context(), acs.URL, boot)
	require.NoError(t, err)

	var counts []uint32
	for _, m := range informs(acs) {
		counts = append(counts, m.RetryCount)
	}
	assert.Equal(t, []uint32{0, 0, 1, 2, 0, 0, 2}, counts)
}

// The Client's Handle goes first, and may leave the rest to the Device.
func TestHandleOfTheClient(t *testing.T) {
	var got rpc.Message
	acs := NewACS(t, transport.Script(func(ctx context.Context, s *transport.Session) error {
		if _, err := transport.Do(ctx, s, &rpc.Reboot{}); !errors.Is(err, rpc.FaultRequestDenied) {
			return fmt.Errorf("reboot: %w", err)
		}
		var err error
		got, err = transport.Do(ctx, s, &rpc.GetParameterValues{ParameterNames: []string{"Device.InfoText"}})
		return err
	}))
	d := home()
	d.Client.Handle = func(ctx context.Context, request rpc.Message) (rpc.Message, error) {
		if _, ok := request.(*rpc.Reboot); ok {
			return nil, rpc.FaultRequestDenied
		}
		return d.Handle(ctx, request)
	}
	_, err := d.Inform(t.Context(), acs.URL, boot)
	require.NoError(t, err)
	assert.Equal(t, []error{nil}, acs.Wait(t, 1))
	assert.Equal(t, "T", got.(*rpc.GetParameterValuesResponse).ParameterList[0].Value.Text)
	assert.Empty(t, d.Reboots())
}

// All methods at once, for the race detector; what is set together is never seen
// apart.
func TestConcurrentUse(t *testing.T) {
	const workers, rounds = 8, 20
	acs := NewACS(t, nil)
	d := NewDevice(map[string]string{"Device.A": "0", "Device.B": "0"})
	d.Forced = []string{"Device.A", "Device.B"}
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := range rounds {
				key := fmt.Sprint(w, ".", i)
				_, err := d.Handle(t.Context(), &rpc.SetParameterValues{ParameterKey: key, ParameterList: []rpc.ParameterValue{
					{Name: "Device.A", Value: rpc.StringValue(key)}, {Name: "Device.B", Value: rpc.StringValue(key)},
				}})
				assert.NoError(t, err)
				_, err = d.Handle(t.Context(), &rpc.Reboot{CommandKey: key})
				assert.NoError(t, err)
				m, err := d.Handle(t.Context(), &rpc.GetParameterValues{ParameterNames: []string{"Device."}})
				assert.NoError(t, err)
				list := m.(*rpc.GetParameterValuesResponse).ParameterList
				assert.Equal(t, list[0].Value, list[1].Value)
				d.Value("Device.A")
				d.ParameterKey()
				d.Reboots()
			}
			// The ACS keeps one session a device, so these may supersede each other.
			_, _ = d.Inform(t.Context(), acs.URL, boot)
		})
	}
	wg.Wait()
	assert.Len(t, d.Reboots(), workers*rounds)
	for _, m := range informs(acs) {
		assert.Equal(t, m.ParameterList[0].Value, m.ParameterList[1].Value)
	}
	a, _ := d.Value("Device.A")
	assert.Equal(t, a.Text, d.ParameterKey())
}
