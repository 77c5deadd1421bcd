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
// [ErrState] and changes nothing; only Fail, HandleTimeout, the ACS's Hold and the
// CPE's Send may come at any time. Because a [Transmit] is the last output of its
// input, but for a Done after the ACS's last one, one loop drives a whole session;
// this is the CPE's:
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
// A CPE decides what to do with the floor when it is polled and has nothing else to
// put out, not before: a request that follows from a [Result] is sent with Send while
// that Result is handled, and goes out before the empty POST that yields.
//
// # Time
//
// A machine knows the time from HandleTimeout alone. A program that has deadlines
// calls it before each input, and when Deadline has come. What is kept is how much of
// each wait remains: setting the clock moves nothing, and a stored state means the same
// elsewhere and later. The peer's next message has Config.Timeout, the session
// Config.MaxDuration and Config.MaxMessages, so that no peer holds it for ever.
//
// # Whose fault
//
// [ErrState] is the program's mistake. A [*PeerError] is the peer's: it said what
// it may not say, and the session is over. A fault that ends a session, such as
// one that answers an Inform, comes as the [*rpc.Fault] itself. What Fail was
// given comes back as it is. Small breaches that Config.Tolerate allows are accepted,
// and Output.Tolerated is the diagnostic.
//
// # What lies between sessions
//
// [EventQueue] holds the events until the ACS has acknowledged them, by the rules of
// the event table. [Retry] says when the next session may start after one that failed,
// and what RetryCount is. [Schedule] says what is due when. They too do no I/O; time
// and randomness come in as arguments. They and the machines are stored with
// MarshalBinary; a program that survives the loss of its power stores an event before
// the session that lists it opens, and takes it off when the acknowledging response
// has been read.
//
// # How the machines are built
//
// Each machine is a table, a row a state and a column a kind of message, whose
// empty cells are breaches by the peer, and a list of moves for what depends on the
// state alone. What changes state is in cpe.go and acs.go, nothing else.
//
// The package's tests search these machines, the queue and the retry policy together with
// two small programs, the connection between them and what each end has stored, through
// every loss, delay, challenge, redirect and crash: go test -run TestModel -v prints how
// many states there are and what the model leaves out, testdata/search/last.txt what the
// longest runs have found. That a rule is needed is shown by breaking it: TestMutants
// prints the shortest way to the harm.
//
// The tables, drawn by a test:
//
//	CPE
//	waiting for InformResponse
//	    response                                     -> Result, holding the floor
//	    fault                                        -> Result, over
//	    8005                                         -> Transmit, waiting for InformResponse
//	waiting for the answer to
//	    response                                     -> Result, holding the floor
//	    fault                                        -> Result, holding the floor
//	    8005                                         -> holding the floor
//	waiting for a request or an empty response
//	    empty                                        -> holding the floor
//	    request                                      -> Deliver, answering
//	    Inform                                       -> Deliver, answering
//	holding the floor, when the outputs are drained: the first that holds
//	    a request to repeat, not held                -> waiting for its answer
//	    a request queued, not held, not yielded      -> waiting for its answer
//	    yielded, and the last response was empty     -> over: it ended well
//	    not held: an empty POST, which yields        -> waiting for a request or an empty response
//	    held: an empty POST                          -> waiting for a request or an empty response
//
//	ACS
//	waiting for an Inform
//	    Inform                                       -> Deliver, answering
//	listening
//	    empty                                        -> Floor, holding the floor
//	    request                                      -> Deliver, answering
//	waiting for the answer to
//	    response                                     -> Result, holding the floor
//	    fault                                        -> Result, holding the floor
//	after our answer: the first that holds
//	    fault 8005 to the Inform                     -> waiting for an Inform
//	    any other fault to the Inform                -> over
//	    any other answer                             -> listening
package session
