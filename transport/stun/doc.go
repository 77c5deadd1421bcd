// Package stun keeps open the way to a device behind a gateway: it finds out at
// which address the world reaches a UDP port and keeps the gateway's binding of it
// alive, so that an ACS can send UDP connection requests (TR-069 Annex G). It has
// the codec of RFC 3489, a Keeper for the device, and a Server for an ACS and for
// tests.
//
// Annex G stands on the STUN of RFC 3489 and not on that of RFC 5389, which has
// the same numbers and other rules. What newer servers send besides is tolerated;
// what they want of a request is not sent. The Server gives newer clients the
// attribute that they look for.
//
// # Terms
//
// The primary port is the one on which UDP connection requests are awaited. The
// secondary port is any other of the same host. A binding is what a gateway
// remembers of a port: the public address and port that it puts in place of the
// device's own, for as long as there is traffic. The mapped address is the
// binding's public side, as the server sees it. An exchange is a request, its
// copies, and the response.
//
// # Messages
//
//	 0                   1                   2                   3
//	 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//	+-------------------------------+-------------------------------+
//	|  type, 0x0001 Binding Request |  length of what follows       |
//	|        0x0101 ... Response    |  these 20 bytes               |
//	|        0x0111 ... Error       |                               |
//	+-------------------------------+-------------------------------+
//	|  transaction ID, 128 random bits; the same in the response    |
//	+-------------------------------+-------------------------------+
//	|  attribute type               |  length of its value          |
//	+-------------------------------+-------------------------------+
//	|  value, a multiple of 4 bytes; more attributes follow         |
//	+---------------------------------------------------------------+
//
// An attribute up to 0x7fff has to be understood, any other may be ignored:
//
//	0x0001  MAPPED-ADDRESS      0, family 1 or 2, port, address
//	0x0002  RESPONSE-ADDRESS    the same
//	0x0003  CHANGE-REQUEST      32 bits: 4 change IP, 2 change port
//	0x0004  SOURCE-ADDRESS      as MAPPED-ADDRESS
//	0x0005  CHANGED-ADDRESS     the same
//	0x0006  USERNAME            padded with NUL
//	0x0007  PASSWORD            padded with NUL; not over UDP
//	0x0008  MESSAGE-INTEGRITY   HMAC-SHA1, 20 bytes, last
//	0x0009  ERROR-CODE          0, 0, hundreds, rest, phrase padded with spaces
//	0x000a  UNKNOWN-ATTRIBUTES  16 bits each, the last perhaps twice
//	0x000b  REFLECTED-FROM      as MAPPED-ADDRESS
//	0x0020  XOR-MAPPED-ADDRESS  of RFC 5389; read where MAPPED-ADDRESS is absent
//	0x8028  FINGERPRINT         of RFC 5389; not checked
//	0xc001  CONNECTION-REQUEST-BINDING  "dslforum.org/TR-111 ", 20 bytes
//	0xc002  BINDING-CHANGE      empty
//
// The HMAC is over everything before its attribute, filled up with zeros to a
// multiple of 64 bytes, with the header's length counting the attribute; the key is
// the password. [Verify] takes RFC 5389's form too, which has no zeros: servers
// that claim RFC 3489 are known to use it.
//
// [Parse] refuses a message that is longer than [MaxMessage] (2048 bytes), ends
// elsewhere than it says, is of another type, has more than [MaxAttributes] (32),
// one twice, or one of the wrong form; the [Error] has the offset. [Message] is a
// struct with a field for each attribute of the table.
//
// # What a Keeper does
//
//	device, primary port                             server
//	     |  Binding Request, CONNECTION-REQUEST-BINDING |
//	     |--------------------------------------------->|
//	     |                    response, MAPPED-ADDRESS  |
//	     |<---------------------------------------------|
//	     |  the same with BINDING-CHANGE: first, and    |
//	     |  whenever the mapped address is another      |
//	     |--------------------------------------------->|  now the ACS
//	     |<---------------------------------------------|  knows it
//	     |  every period, without BINDING-CHANGE        |
//	     |--------------------------------------------->|
//
// Nothing is signed until the server answers 401 (or 432). Then USERNAME and
// MESSAGE-INTEGRITY go with the request and with every later one, and only signed
// responses count. Without a user name, nothing is ever signed. On 431 the HMAC's
// other form is tried, once.
//
// A request without answer is repeated after 0.1, 0.3, 0.7, 1.5, 3.1, 4.7, 6.3 and
// 7.9 s and given up after 9.5 (RFC 3489 9.3). After a failure the next exchange
// begins when the minimum period has passed, after the response code 600 an hour
// later. The address stays meanwhile.
//
// # How often
//
// The period is MinimumKeepAlive (default 30 s, at least 1 s). If MaximumKeepAlive
// is more and there is a secondary port, the Keeper looks for the longest period
// that keeps the binding:
//
//	primary    secondary                             server
//	   |------------|------- keep-alive ---------------->|
//	   |<-----------|------------------------------------|
//	   |            |                                    |
//	   |  silent for the trial time                      |
//	   |            |                                    |
//	   |            |-- RESPONSE-ADDRESS = the mapped -->|
//	   |            |   address of the primary port      |
//	   |<-----------|------------------------------------|
//	   if this arrives, the binding lives that long
//
// The trial time is twice what is known to live until one fails, or until the
// maximum (an hour where there is none); then the rest is halved until it is 5 s
// or an eighth. The period is nine tenths of what lived. A failed trial means that
// the device was out of reach for at most as long as the binding had lived; the
// next exchange makes a new one and announces it. An address that changes by
// itself starts the search over.
//
// # Driving a Keeper
//
// A [Keeper] does no I/O and reads no clock. The contract: after every call of
// HandleTimeout or HandleDatagram, send what Datagrams gives, act on what Events
// gives, and call HandleTimeout again at Deadline at the latest.
//
//	for {
//		for d := range k.Datagrams() {
//			send(d)
//		}
//		for e := range k.Events() {
//			act(e)
//		}
//		select {
//		case p := <-received:
//			if !k.HandleDatagram(time.Now(), stun.Primary, p.from, p.data) {
//				connectionRequest(p)
//			}
//		case <-time.After(time.Until(k.Deadline())):
//			k.HandleTimeout(time.Now())
//		}
//	}
//
// [Runner] is that loop over one or two [net.PacketConn]; [LocalAddr] finds what
// Config.Local wants of a socket. What is no STUN message
// (its first byte is less than 0x40, and text's is not) goes to Runner.Request.
// The program writes Status.Address into UDPConnectionRequestAddress and
// Status.NATDetected into NATDetected at each [Changed]; when the device's own
// address changes, or a parameter, it makes a new Keeper. With STUNEnable false
// there is none.
//
// # The server
//
// [Server] answers Binding Requests, with the checks of RFC 3489 8.1 in their
// order: 401 by its Demand, 432, 430, 431, 420, and 400 for what is no
// message or would send the response to a third party. It tells Bound of every
// device that awaits connection requests, with the address to send them to. They
// have to be sent from the same socket: that is what [Server.Serve] leaves room
// for. There are no shared secret requests, which need TLS and which Annex G does
// not use. The socket should be bound to one address, which SOURCE-ADDRESS repeats.
// A request whose ID begins with RFC 5389's constant has XOR-MAPPED-ADDRESS in its
// answer besides.
//
// # Bounds
//
//	message, attributes, USERNAME                 2,048 bytes, 32, 1,024 bytes
//	a datagram that Run and Serve take            4,096 bytes
//	Username and Password of a Config             256 characters
//	the server's port                             DefaultPort, 3478
//	copies of a request, until it has failed      9, 9.5 s
//	wait after a failure, after 600 or more       MinimumKeepAlive, 1 h
//	MinimumKeepAlive                              30 s; 1 s at least
//	MaximumKeepAlive                              MinimumKeepAlive; negative: 1 h
//	trial times end when they differ by           5 s, or an eighth
//	ChangeInterval                                10 s
//	an answer may be contradicted for             10 s, by twice the copies sent
//	a response of the Server                      164 bytes
//
// All times are a Keeper's own; none is without an end.
//
// # Security
//
// Who can move the address of a device decides who wakes it, or that nobody does.
// A response counts only if it comes from the server's address and port, to the
// port that asked, with an open exchange's 128 random bits, and, once the server
// has asked for integrity or with RequireIntegrity, with an HMAC that is right. If
// a second answer contradicts the first within 10 s, or more come than twice the
// copies sent, neither is used (RFC 3489 9.4). The address changes at most once in
// ChangeInterval (default 10 s). One input leads to at most one datagram, so no
// forged one makes a Keeper loop or amplify. Errors cannot be signed, so whoever
// reads the traffic can make exchanges fail, but not move the address.
//
// A response of the Server has at most 164 bytes. It goes to the request's sender
// or to another port of the same address, unless AnyResponseAddress is set.
//
// Passwords are [Secret] values, which nothing prints. No error holds a value of a
// message but the phrase of a ResponseError, quoted and cut to 64 characters.
package stun
