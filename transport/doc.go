// Package transport carries CWMP sessions over HTTP: [Client] is the CPE's end,
// [Server] the ACS's. Both are thin shells around the machines of package session;
// what may be said when is decided there, what it looks like on the wire here
// (TR-069 sections 3.4 to 3.7).
//
// # The CPE's end
//
// [Client.Do] runs one session, from the Inform to the close of the connection:
//
//	client := &transport.Client{URL: "http://acs.example/cwmp", Username: "u", Password: "p",
//		Handle: func(ctx context.Context, request rpc.Message) (rpc.Message, error) {
//			return nil, rpc.FaultMethodNotSupported
//		}}
//	result, err := client.Do(ctx, inform)
//
// A session has one TCP connection, kept for all its messages and closed at its
// end; when the ACS closes it cleanly between two exchanges, the session goes on on
// a new one. A challenge is answered with the identical body: by digest, or by
// Basic over TLS. Credentials that were refused end the session with
// [ErrCredentials].
//
// A 302 or 307 is followed, at most five times in a row and never from https to
// http; the rest of the session stays at the new URL, the next one begins at
// Client.URL again. Cookies and Authorization belong to the server (scheme, host
// and port) that gave or asked for them, and go to no other. What is not followed
// is a [*RedirectError].
//
// Bodies travel under a content coding if Client.Compression says so. A device that
// does not know the time yet says so by Client.Now.
//
// # The ACS's end
//
// [Server] is an http.Handler. What it asks of a CPE comes from its [Handler],
// which is called once for each of our turns:
//
//	type Handler interface {
//		Turn(ctx context.Context, s *Session, in rpc.Message) (out rpc.Message, err error)
//	}
//
// in is the answer to the last request, nil at the first turn; a nil out ends the
// session. [Script] turns straight-line code into a Handler, with one goroutine a
// session, and [Do] makes its requests:
//
//	srv := &transport.Server{Handler: transport.Script(func(ctx context.Context, s *transport.Session) error {
//		v, err := transport.Do(ctx, s, &rpc.GetParameterValues{ParameterNames: []string{"Device.DeviceInfo.UpTime"}})
//		...
//	})}
//
// Requests of the CPE are answered by [Server.Answer], or as the standard has it.
//
// An [Authenticator] names who a request comes from: [DigestAuth], [BasicAuth] over
// TLS, [CertificateAuth], or several as an [AnyAuth]. CPEs that authenticate their
// first message alone are known by [Server.ConnContext], and so are those that drop
// their cookie.
//
// # Several processes
//
// A session belongs to the process that opened it; a POST that a proxy brings to
// another one is answered 503, and the CPE begins anew. A proxy that goes by a cookie
// of its own, or by ours, which is called cwmp, avoids that. The other way is a
// [SessionStore]: the state of the machine and Session.Data, which has to be all that
// the Handler knows of the session, are stored with each answer, and any process that
// has the store and the DigestAuth.NonceKey goes on. What a Turn is called for is
// called for once: a session is claimed before it is served, and one whose process died
// meanwhile is not continued. A Script cannot be stored; its session stays in one
// process and is 503 in the others. The processes' clocks have to agree within seconds.
//
// # Watching
//
// [Trace] and [ServerTrace] are callbacks, [Recorder] and Server.Recorded keep a whole
// session as a [Recording], with its times. Server.Logger is told how sessions end and
// what was refused, and nothing secret. docs/ERRORS.md says what each error means.
//
// # On the wire
//
// A SOAP message, a fault too, travels with status 200, Content-Type
// text/xml; charset=utf-8 and a Content-Length. An empty POST has neither
// Content-Type nor SOAPAction; an empty response is 204. SOAPAction is sent
// without value and not looked at when received, and neither is Content-Type. Any
// 2xx without body is an empty response. A Server reads gzip and deflate, with a length
// or in chunks, and answers 415 to other codings; it never codes a response. Its cookie
// is found in whatever form it comes back.
//
// # Bounds
//
//	                                   Client        Server
//	body on the wire                   1 MiB         16 MiB
//	document                           4 MiB         64 MiB
//	body and document of an Inform     -             1 MiB
//	growth of a coded body, from 1 MiB 100 times     100 times
//	items of an array                  10,000        300,000
//	HTTP header                        16 KiB        http.Server.MaxHeaderBytes
//	cookies                            16, 4 KiB     16 of its name
//	challenges in a row                2             -
//	header of a challenge or answer    8 KiB, 16 challenges, 16 directives of 512 bytes
//	nonces in use                      1 an origin   65,536, the oldest is then stale
//	uses of a nonce out of order       -             64
//	user names counted for guessing    -             4,096
//	redirects in a row, servers        5, 16         -
//	certificates without a clock       32            -
//	wait for the peer                  60 s          60 s, or SessionTimeout
//	wait for 4 KiB to be read          60 s          30 s
//	session                            10 min        10 min
//	messages in a session              1,000         1,000
//	open sessions                      1             10,000, then 503
//	body before authentication         -             256 KiB, thrown away
//	a call of the store                -             5 s
//	recording: events, bodies          10,000, 16 MiB
//
// Documents, items, waits, bodies on the wire, messages and open sessions can be
// configured; nothing can be unlimited.
//
// # The http.Server around a Server
//
// A Server bounds what it reads and how slowly it is read, not how slowly it comes:
// that is for the http.Server. ReadHeaderTimeout (5 s is right) and ReadTimeout bound the header
// and the body of a request; neither cuts short a Turn. WriteTimeout does, so it
// stays 0 or above the longest Turn. IdleTimeout belongs above Server.Timeout,
// MaxHeaderBytes at 16 KiB.
//
// # Security
//
// Secrets are not in any error, log line or trace of this package but the bodies
// and headers that [Exchange] holds, which are the wire's. TLS is verified against
// the system's roots or those of Client.TLS; a Client never lowers the minimum of
// TLS 1.2. A Server authenticates before it reads a body, binds the DeviceId of
// an Inform to the authenticated principal before any of the program's code runs,
// and reaches a session only for that principal.
package transport
