package session_test

import (
	"testing"

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

func BenchmarkFigure2(b *testing.B) {
	f := newFigure2()
	b.ReportAllocs()
	for b.Loop() {
		if err := f.run(); err != nil {
			b.Fatal(err)
		}
	}
}

// A session through both machines allocates its envelopes, its IDs and little else.
func TestFigure2Allocations(t *testing.T) {
	f := newFigure2()
	require.NoError(t, f.run())
	require.LessOrEqual(t, testing.AllocsPerRun(100, func() { _ = f.run() }), 40.0)
}
