package session_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/session"
)

// NOTE: the exchange of Figure 2 through both machines, without XML and without I/O.

// A figure2 holds the messages, which are made but once.
type figure2 struct {
	inform   rpc.Inform
	complete rpc.TransferComplete
	get      rpc.GetParameterValues
	got      rpc.GetParameterValuesResponse
	answers  [2]rpc.Message
}

// run runs one session and returns how it ended at the CPE.
func (f *figure2) run() error {
	cpe := session.NewCPE(session.Config{})
	acs := session.NewACS(session.Config{IDPrefix: "acs-"})
	cpe.Send(&f.complete)
	cpe.Start(&f.inform)
	asked, answered := false, 0
	for {
		switch o := cpe.Poll(); o.Kind {
		case session.Transmit:
			acs.Receive(o.Envelope)
		case session.Deliver:
			cpe.Reply(&f.got)
		case session.Done:
			return o.Err
		case session.Wait:
			for {
				o := acs.Poll()
				if o.Kind == session.Deliver {
					acs.Reply(f.answers[answered])
					answered++
				}
				if o.Kind == session.Floor && !asked {
					asked = true
					acs.Send(&f.get)
				} else if o.Kind == session.Floor {
					acs.Yield()
				}
				if o.Kind == session.Transmit {
					cpe.Receive(o.Envelope)
					break
				}
			}
		}
	}
}

func newFigure2() *figure2 {
	return &figure2{answers: [2]rpc.Message{&rpc.InformResponse{}, &rpc.TransferCompleteResponse{}}}
}

// envelopes are the six of the session.
func (f *figure2) envelopes() []*rpc.Envelope {
	f.inform = rpc.Inform{
		DeviceID: rpc.DeviceID{Manufacturer: "ACME", OUI: "00D09E", ProductClass: "Box", SerialNumber: "1"},
		Event:    []rpc.Event{{EventCode: rpc.EventTransferComplete}, {EventCode: rpc.EventMDownload, CommandKey: "k"}},
		ParameterList: []rpc.ParameterValue{
			{Name: "Device.DeviceInfo.SoftwareVersion", Value: rpc.StringValue("1.0")},
			{Name: "Device.ManagementServer.ConnectionRequestURL", Value: rpc.StringValue("http://192.0.2.1:7547/")},
		},
	}
	f.complete.CommandKey = "k"
	f.get.ParameterNames = []string{"Device.DeviceInfo."}
	f.got.ParameterList = f.inform.ParameterList
	var all []*rpc.Envelope
	for i, m := range []rpc.Message{&f.inform, f.answers[0], &f.complete, f.answers[1], &f.get, &f.got} {
		all = append(all, rpc.NewEnvelope(rpc.V12, strconv.Itoa(i), m))
	}
	return all
}

// coded encodes and decodes them.
func coded(envelopes []*rpc.Envelope, buf []byte) error {
	for _, env := range envelopes {
		b, err := env.Append(buf[:0], rpc.Style{})
		if err != nil {
			return err
		}
		if _, err := rpc.Parse(b, rpc.Config{}); err != nil {
			return err
		}
	}
	return nil
}

func BenchmarkFigure2(b *testing.B) {
	f := newFigure2()
	b.ReportAllocs()
	for b.Loop() {
		if err := f.run(); err != nil {
			b.Fatal(err)
		}
	}
}

// What encoding and decoding the six envelopes takes, to compare.
func BenchmarkFigure2Coding(b *testing.B) {
	envelopes, buf := newFigure2().envelopes(), make([]byte, 0, 1<<14)
	b.ReportAllocs()
	for b.Loop() {
		if err := coded(envelopes, buf); err != nil {
			b.Fatal(err)
		}
	}
}

// A session through both machines allocates its envelopes, its IDs and little else.
func TestFigure2Allocations(t *testing.T) {
	f := newFigure2()
	require.NoError(t, f.run())
	allocs := testing.AllocsPerRun(100, func() { _ = f.run() })
	t.Logf("%v allocations", allocs)
	require.LessOrEqual(t, allocs, 60.0)
}

// The turns cost less than the XML: the fastest of several runs each, as others use the
// processor too.
func TestFigure2Time(t *testing.T) {
	f := newFigure2()
	envelopes, buf := f.envelopes(), make([]byte, 0, 1<<14)
	turns, coding := time.Hour, time.Hour
	for range 20 {
		turns = min(turns, timed(func() error { return f.run() }))
		coding = min(coding, timed(func() error { return coded(envelopes, buf) }))
	}
	t.Logf("turns %v, coding %v", turns/100, coding/100)
	require.Less(t, turns, coding)
}

// timed is how long 100 calls take.
func timed(f func() error) time.Duration {
	start := time.Now()
	for range 100 {
		if err := f(); err != nil {
			return time.Hour
		}
	}
	return time.Since(start)
}
