package session_test

import (
	"errors"
	"fmt"
	"time"

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

// drive is the loop of the package's doc: it drives a session to its end.
func drive(m *session.CPE, post func(*rpc.Envelope) (*rpc.Envelope, error), handle func(rpc.Message) rpc.Message) error {
	for o := range m.Outputs() {
		switch o.Kind {
		case session.Transmit: // post o.Envelope, nil is an empty body
			answer, err := post(o.Envelope)
			if err != nil {
				m.Fail(err)
			} else {
				m.Receive(answer)
			}
		case session.Deliver: // a request of the peer
			m.Reply(handle(o.Envelope.Message))
		case session.Result: // the answer to o.Request
		case session.Done:
			return o.Err
		}
	}
	return nil
}

// The loop at work, with an ACS that reboots its CPE; then the connection breaks.
func ExampleCPE() {
	answers := []*rpc.Envelope{
		rpc.NewEnvelope(rpc.V12, "1", &rpc.InformResponse{}), rpc.NewEnvelope(rpc.V12, "a", &rpc.Reboot{}), nil,
		rpc.NewEnvelope(rpc.V12, "1", &rpc.InformResponse{}),
	}
	post := func(*rpc.Envelope) (answer *rpc.Envelope, err error) {
		if len(answers) == 0 {
			return nil, errors.New("connection reset")
		}
		answer, answers = answers[0], answers[1:]
		return answer, nil
	}
	reboot := func(rpc.Message) rpc.Message { return &rpc.RebootResponse{} }
	for range 2 {
		cpe := session.NewCPE(session.Config{})
		cpe.Start(&rpc.Inform{})
		fmt.Println(drive(cpe, post, reboot))
	}
	// Output:
	// <nil>
	// connection reset
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

// A device's life between sessions: an event arises, a session fails, the next one lists
// it again, and what the ACS acknowledges is gone.
func ExampleEventQueue() {
	var queue session.EventQueue
	queue.Add(rpc.Event{EventCode: rpc.EventConnectionRequest})
	queue.Add(rpc.Event{EventCode: rpc.EventMReboot, CommandKey: "k1"})
	queue.Add(rpc.Event{EventCode: rpc.EventBoot})
	fmt.Println("first: ", queue.Inform())
	queue.Ended() // the session failed

	fmt.Println("second:", queue.Inform())
	queue.Add(rpc.Event{EventCode: rpc.EventPeriodic}) // meanwhile
	queue.Acknowledge("Inform", "")
	queue.Ended()
	fmt.Println("left:  ", queue.Pending())
	// Output:
	// first:  [{6 CONNECTION REQUEST } {1 BOOT } {M Reboot k1}]
	// second: [{1 BOOT } {M Reboot k1}]
	// left:   [{2 PERIODIC }]
}

// Two sessions fail; the ACS asks for patience; a connection request comes.
func ExampleRetry_Failed() {
	now := time.Unix(1_000_000_000, 0)
	var retry session.Retry
	show := func(what string) {
		at, _ := retry.Deadline()
		fmt.Printf("%s: RetryCount %d, due %v, next in %v\n", what, retry.RetryCount(), retry.Due(), at.Sub(now))
	}
	retry.HandleTimeout(now)
	retry.Failed(1 << 63)
	show("failed")
	now = now.Add(8 * time.Second)
	retry.HandleTimeout(now)
	show("8 s later")
	retry.Failed(0)
	retry.RetryAfter(time.Minute)
	show("failed again, Retry-After 60")
	retry.Trigger()
	show("connection request")
	// Output:
	// failed: RetryCount 1, due false, next in 8s
	// 8 s later: RetryCount 1, due true, next in 0s
	// failed again, Retry-After 60: RetryCount 2, due false, next in 1m0s
	// connection request: RetryCount 2, due true, next in 0s
}

// A periodic Inform each quarter of an hour and a ScheduleInform, on a device whose clock
// is set in between.
func ExampleSchedule() {
	clock := session.Clock{Uptime: time.Minute, Wall: time.Date(2026, 3, 1, 12, 5, 0, 0, time.UTC)}
	var schedule session.Schedule
	schedule.HandleTimeout(clock)
	schedule.Periodic(15*time.Minute, time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC), 0)
	schedule.Inform("k1", 20*time.Minute)
	for range 3 {
		at, _ := schedule.Deadline()
		clock.Wall = clock.Wall.Add(at - clock.Uptime)
		clock.Uptime = at
		for _, due := range schedule.HandleTimeout(clock) {
			fmt.Println(clock.Wall.Format("15:04"), due.Kind)
		}
		clock.Wall = clock.Wall.Add(2 * time.Minute) // somebody sets the clock
	}
	// Output:
	// 12:15 periodic
	// 12:27 ScheduleInform
	// 12:34 periodic
}
