// Package session is the turn-taking of CWMP as two pure state machines: [CPE]
// and [ACS]. They do no I/O, read no clock and start no goroutine; package
// transport puts HTTP around them, and a test can drive both by hand.
//
// # Terms
//
// A session is a series of HTTP exchanges that the CPE opens with an Inform. A
// message is an HTTP message; an empty one has no body and is a nil
// [rpc.Envelope] here. The floor is whose turn it is to make requests. Hold is
// the header HoldRequests, by which an ACS keeps the floor from the CPE. The CPE
// yields when it sends an empty POST while it is not held: from then on it makes
// no more requests in this session.
//
// # The course of a session
//
//	CPE                                   ACS
//	Inform                      ------>
//	                            <------   InformResponse
//	own requests, one by one    ------>
//	                            <------   their responses
//	(empty): yields             ------>
//	                            <------   a request
//	its response                ------>
//	                            <------   ... until (empty)
//
// Requests of the CPE come first; the ACS speaks after the yield. The session has
// ended well when the CPE has yielded, every request on both sides was answered,
// and the last HTTP response was empty (TR-069 section 3.7.1.4).
//
// # Driving a machine
//
// Inputs are method calls. Outputs are polled:
//
// **After each input, poll until Wait or Done; only then give the next input.**
//
// An input while outputs are pending, or one that does not fit the state, returns
// [ErrState] and changes nothing; only Fail, the ACS's Hold and the CPE's Send may
// come at any time. Because a [Transmit] is the last output of its input, but for a Done after
// the ACS's last one, one loop drives a whole session; this is the CPE's:
//
//	for o := range m.Outputs() {
//		switch o.Kind {
//		case session.Transmit: // post o.Envelope, nil is an empty body
//			answer, err := post(o.Envelope)
//			if err != nil {
//				m.Fail(err)
//			} else {
//				m.Receive(answer)
//			}
//		case session.Deliver: // a request of the peer
//			m.Reply(handle(o.Envelope.Message))
//		case session.Result: // the answer to o.Request
//		case session.Done:
//			return o.Err
//		}
//	}
//
// # Whose fault
//
// [ErrState] is the program's mistake. A [*PeerError] is the peer's: it said what
// it may not say, and the session is over. A fault that ends a session, such as
// one that answers an Inform, comes as the [*rpc.Fault] itself. What Fail was
// given comes back as it is.
//
// # How the machines are built
//
// Each machine is a table, a row a state and a column a kind of message, whose
// empty cells are breaches by the peer, and one method settle for the moves that
// depend on the state alone. What changes state is in cpe.go and acs.go, nothing
// else.
package session
