// Package connreq is connection requests: how an ACS asks a CPE for a session. The
// CPE's end proves who asks, bounds how often, and hands its program one event; the
// ACS's end sends requests and says what became of them. Neither starts a session.
//
// # The CPE's end
//
// A [Gate] is what all ways of asking share: the credentials, the rate, and the one
// event. A [Listener] takes requests over HTTP (TR-069 section 3.2.2), a
// [UDPReceiver] those of Annex G:
//
//	gate := &connreq.Gate{Credentials: credentials}
//	listener := &connreq.Listener{Gate: gate, Path: path}
//	go listener.Serve(ctx, ln)
//	for range gate.C() {
//		if gate.Begin() {
//			// one session, with event 6 CONNECTION REQUEST
//			gate.End()
//		}
//	}
//
// Requests that come before the session are one event, also between the event and
// Begin. Begin is called for sessions with other reasons too: those serve the requests
// that wait, and no other session follows. Requests during a session are refused, or
// make one more session after it, by [Gate.RefuseInSession]. A CPE opens the session
// within 30 s. A device with EnableCWMP false ends the context of Serve; one with
// HTTPConnectionRequestEnable false too, and its ConnectionRequestURL is empty.
//
// # HTTP on the wire
//
//	ACS                                          CPE
//	 | GET /q5s...w7a HTTP/1.1                    |
//	 | Host: 192.0.2.1:7547                       |
//	 |------------------------------------------->|
//	 |   HTTP/1.1 401 Unauthorized                |
//	 |   WWW-Authenticate: Digest realm="cwmp",   |
//	 |     nonce="...", algorithm=MD5, qop="auth" |
//	 |   Content-Length: 0                        |
//	 |<-------------------------------------------|
//	 | GET /q5s...w7a HTTP/1.1                    |
//	 | Authorization: Digest username="u", ...    |  proves the password,
//	 |------------------------------------------->|  then asks the Gate
//	 |   HTTP/1.1 200 OK                          |
//	 |   Content-Length: 0                        |
//	 |   Connection: close                        |
//	 |<-------------------------------------------|
//	 |                                            |  Gate.C
//	 |                       Inform, event 6      |
//	 |<===========================================|  within 30 s
//
// The second request may come on another connection. What a Listener answers:
//
//	200, 204  accepted; by NoContent                  the session comes after the answer
//	401       no credentials, wrong, old or used ones  stale=true if only the nonce is old
//	404       another path, authenticated or not
//	405       another method than GET
//	400, 431  what is no request, or beyond a bound
//	503       the Gate refuses                         never with Retry-After
//	505       another version than HTTP/1.0 and 1.1
//
// A target and a digest's uri may be absolute, and may have a query, which means
// nothing here; path and query of the two have to be the same. A body is not read.
// Nonces are good for 60 s, each count of each once, on any connection. Of all header
// fields only Authorization, Connection, Content-Length and Transfer-Encoding are
// looked at; the reader is this package's own and not net/http's.
//
// # UDP on the wire
//
// One datagram (Annex G), sent three times, never answered:
//
//	GET http://HOST?ts=TS&id=ID&un=UN&cn=CN&sig=SIG HTTP/1.1
//	Host: HOST
//
//	HOST  host:port that the CPE is reached at, the port left out if it is 80
//	TS    seconds since 1970, ten digits; newer than in any request before
//	ID    unsigned number, another than in the request before
//	UN    ConnectionRequestUsername, form-urlencoded like the others
//	CN    random text of the ACS
//	SIG   HMAC-SHA1 in 40 hexadecimal digits; the key is ConnectionRequestPassword,
//	      the text TS ID UN CN, decoded, with nothing between them
//
// Ten digits are more than Annex G asks for: since nothing parts the signed values, a
// datagram that was heard could else be cut into a later TS and a shorter ID. They
// last from 2001 to 2286.
//
// The [Mark] of the last request taken is the program's to keep over a restart:
// [UDPReceiver.Save] gets it before the session is wanted. An ACS's requests to one
// CPE are a second apart at least. A socket that STUN shares is the program's:
// [IsUDPRequest] tells the two apart.
//
// # XMPP on the wire
//
// A stanza of Annex K travels in the program's own XMPP connection, an [XMPPConn], which
// should be one over TLS: the credentials stand in it as they are.
//
//	<iq from="acs@example.com/1" to="cpe@example.com/1" id="cr1" type="get">
//	  <connectionRequest xmlns="urn:broadband-forum-org:cwmp:xmppConnReq-1-0">
//	    <username>u</username><password>p</password>
//	  </connectionRequest>
//	</iq>
//
// The CPE's [XMPPListener] answers with one of three, id and addresses exchanged, and
// its session begins only then:
//
//	<iq ... type="result"></iq>                     accepted
//	<iq ... type="error"> the request again
//	  <error code="401" type="auth"><not-authorized/>         wrong credentials
//	  <error code="503" type="cancel"><service-unavailable/>  anything else: no such
//	          request, a sender that is not allowed, too many requests
//
// The condition is in urn:ietf:params:xml:ns:xmpp-stanzas (RFC 6120 section 8.3). A
// sender is allowed by ConnReqAllowedJabberIDs ([ParseXMPPAllowed]): an entry with a
// resource is that address alone, one without stands for all of its resources, and the
// empty list allows everybody. The rate and the event are the Gate's:
//
//	l := &connreq.XMPPListener{
//		Credentials: credentials,
//		Admit:       func() bool { return gate.Admit() == nil },
//		Accepted:    func(string) { gate.Wake() },
//	}
//
// [XMPPSend] is the ACS's end.
//
// # Lightweight notifications on the wire
//
// A device tells of changed parameters without a session (TR-069 Annex M): one datagram,
// no answer.
//
//	POST / HTTP/1.1
//	Host: acs.example.com:7547
//	Content-Type: text/xml; charset="utf-8"
//	Content-Length: 600
//	Signature: 0123456789ABCDEF0123456789ABCDEF01234567
//
//	<?xml version="1.0" encoding="UTF-8"?>
//	<Notification xmlns="urn:broadband-forum-org:cwmp:lwnotif-1-0" ...>
//	  <TS>1120673700</TS>                       seconds since 1970
//	  <UN>cpe-1</UN>                            ManagementServer.Username
//	  <CN>XTGRWIPC6D3IPXS3</CN>                 a random text
//	  <OUI>00259E</OUI><ProductClass>..</ProductClass><SerialNumber>..</SerialNumber>
//	  <Param><Name>Device.X</Name><Value xsi:type="xsd:string">v</Value></Param> ...
//	</Notification>
//
// Signature is the HMAC-SHA1 of the body, byte for byte, with the key
// ManagementServer.Password, in hexadecimal digits. A [Notification] is written by Append
// and read by [ReadNotification]; a [NotificationMark] takes each once. The body is that
// of cwmp-UDPLightweightNotification-1-0.xsd. The head is what devices have been seen to
// send; the text of Annex M was not at hand, so the reader takes any POST line, and
// "POST /HTTP/1.1" with it.
//
// # The ACS's end
//
// A [Sender] sends requests over HTTP, a [UDPSender] those of Annex G, and a [Waiter]
// waits for the session that proves one:
//
//	wait := waiter.Expect(deviceID) // before the request: some CPEs are that fast
//	defer wait.Stop()
//	reply, err := sender.Send(ctx, connectionRequestURL, current, factory)
//	if reply.Result == connreq.Accepted {
//		inform, err := wait.For(ctx, 0)
//	}
//
// The program calls [Waiter.Notify] for every Inform in its Server.Answer.
//
//	Accepted  any 2xx
//	Busy      503: a session runs, or too many requests came; later
//	Offline   not reached, no answer in time, closed without one (after one retry)
//	Refused   anything else: no right credentials, another status, not HTTP,
//	          a URL or address that is not allowed
//
// Credentials are tried in the order given, each on the CPE's latest challenge, the
// strongest digest it offers: SHA-256 before MD5, qop=auth before auth-int before none,
// -sess or not. The bare request and each credential have one retry. Basic is not answered unless InsecureBasic says so. The reader of
// replies takes what some CPEs send and net/http refuses: lines with LF alone, folded
// fields, no blank line before the end of the connection or before 2 s of silence.
//
// Where a request may go is for [Policy]: the zero value allows public addresses
// alone. A name is resolved once for each Send, and the addresses that were looked at
// are the ones that are dialled.
//
// # Bounds
//
//	CPE, HTTP                                                 default
//	connections, of one address (IPv6: one /64)               16, 4
//	a request: bytes, bytes of a line, fields                 8 KiB, 4 KiB, 64
//	a request's time, a connection's                          5 s, 10 s
//	requests on a connection                                  3
//	wait for the client to close after the last answer        1 s, 64 KiB
//	nonces remembered, their life                             64, 60 s
//	wrong guesses of an address that cost no time             10 in 60 s, then 1 s each
//	addresses whose guesses are counted                       256
//	CPE, HTTP and UDP together
//	requests accepted                                         1 in 5 s, 5 in a row
//	CPE, UDP
//	a datagram, one of its values, their number               2 KiB, 512 bytes, 16
//	how far ts may be ahead of a trusted clock                1 h
//	ACS
//	a request in all, a silence inside of a reply             10 s, 2 s
//	bytes of a URL, of a reply                                1 KiB, 4 KiB
//	addresses of a name that are tried                        4
//	answers to challenges for each credential                 2
//	wait for the session                                      30 s
//	copies of a UDP request; its time in all                  3, 10 s
//	XMPP, both ends
//	bytes of a stanza; wait for an answer, or to write one    8 KiB, 30 s
//	entries of ConnReqAllowedJabberIDs, characters of each    32, 256
//	bytes of a JID                                            3,071
//	lightweight notifications
//	bytes of a datagram, of its head; its header fields       65,507, 4 KiB, 32
//	parameters, characters of a name                          1,000, 256
//	characters of UN and CN, of ProductClass, SerialNumber    256, 64
//	CNs remembered of one second                              64
//	how far TS may be ahead                                   1 h
//
// Connections, times and rate can be configured; nothing can be unlimited. A new
// connection is always accepted. If it is one too many it takes the place of the
// oldest one, of its own address if that has too many, else of all, that has not sent
// a complete request or proved nothing by it. One whose wrong guess is held back goes
// before these, so that guesses fill no places, and one that is being judged, or is
// right and being answered, goes only if there is no other.
//
// # Security
//
// A connection request starts a session with the ACS that the device has configured,
// and does nothing else. Over HTTP, digest proves the password and the target; the
// URL's path is a second secret if it is random. A request that is heard and held back
// can be delivered later within the nonce's 60 s. UDP has no challenge: whoever holds
// a datagram back can deliver it until the CPE has taken a newer one.
//
// The delay of wrong guesses holds up who waits for the answer; passwords of 128 random
// bits hold up the rest. Right credentials are answered at once, whatever others at the
// same address do. Passwords and paths are in no error and no log.
package connreq
