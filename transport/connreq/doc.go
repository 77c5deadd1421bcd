// Package connreq is connection requests: how an ACS asks a CPE for a session. The
// CPE's end proves who asks, bounds how often, and hands its program one event; the
// ACS's end sends requests and says what became of them. Neither starts a session.
//
// # The CPE's end
//
// A [Gate] is what all ways of asking share: the credentials, the rate, and the one
// event. A [Listener] takes requests over HTTP, a [UDPReceiver] those of Annex G.
//
// # The ACS's end
//
// A [Sender] sends requests over HTTP, a [UDPSender] those of Annex G, and a [Waiter]
// waits for the session that proves them.
package connreq
