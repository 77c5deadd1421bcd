package session_test

import (
	"fmt"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/session"
)

// Both machines in one program: what the CPE transmits, the ACS receives, and its
// answer goes back. The ACS's loop runs once for each HTTP request.
func Example() {
	cpe := session.NewCPE(session.Config{})
	acs := session.NewACS(session.Config{IDPrefix: "acs-"})
	asked := false

	exchange := func(post *rpc.Envelope) (answer *rpc.Envelope) {
		acs.Receive(post)
		for o := range acs.Outputs() {
			switch o.Kind {
			case session.Transmit:
				answer = o.Envelope
			case session.Deliver: // an Inform or TransferComplete
				acs.Reply(rpc.Registry{}.New(o.Envelope.Message.Method() + "Response"))
			case session.Floor:
				if asked {
					acs.Yield()
				} else {
					asked = true
					acs.Send(&rpc.Reboot{CommandKey: "k1"})
				}
			case session.Done:
				fmt.Println("ACS: over,", o.Err)
			}
		}
		return answer
	}

	cpe.Send(&rpc.TransferComplete{CommandKey: "k0"})
	cpe.Start(&rpc.Inform{Event: []rpc.Event{{EventCode: rpc.EventBoot}}})
	for o := range cpe.Outputs() {
		switch o.Kind {
		case session.Transmit:
			cpe.Receive(exchange(o.Envelope))
		case session.Deliver:
			fmt.Println("CPE: asked to", o.Envelope.Message.Method())
			cpe.Reply(&rpc.RebootResponse{})
		case session.Result:
			fmt.Println("CPE: got", o.Envelope.Message.Method())
		case session.Done:
			fmt.Println("CPE: over,", o.Err)
		}
	}
	// Output:
	// CPE: got InformResponse
	// CPE: got TransferCompleteResponse
	// CPE: asked to Reboot
	// ACS: over, <nil>
	// CPE: over, <nil>
}

// An answer with another ID is a breach by the peer, which ends the session.
func ExamplePeerError() {
	cpe := session.NewCPE(session.Config{})
	cpe.Start(&rpc.Inform{})
	for o := range cpe.Outputs() {
		switch o.Kind {
		case session.Transmit:
			cpe.Receive(rpc.NewEnvelope(rpc.V12, "7", &rpc.InformResponse{}))
		case session.Done:
			fmt.Println(o.Err)
		}
	}
	// Output:
	// session: peer sent InformResponse while waiting for InformResponse (its ID "7" is not the request's)
}

// The waits after failed sessions grow from 5 to 10 s to 2560 to 5120 s. The random
// bits are the program's, from math/rand/v2 for example.
func ExampleRetry() {
	var policy session.Retry // the standard's defaults
	for _, n := range []int{1, 2, 10, 1000} {
		from, to := policy.Band(n)
		fmt.Println(n, from, to, policy.Wait(n, 1<<63))
	}
	// Output:
	// 1 5s 10s 8s
	// 2 10s 20s 15s
	// 10 42m40s 1h25m20s 1h4m0s
	// 1000 42m40s 1h25m20s 1h4m0s
}
