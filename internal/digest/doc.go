// Package digest is HTTP digest access authentication for both ends: the
// Client that answers challenges and the Server that makes them and checks the
// answers. A CPE is a client in its sessions and a server for connection
// requests; an ACS is the other way about. The package knows header values and
// nothing else of HTTP: no connection, no request, no response.
//
// # Words
//
// A challenge is what a 401 carries in WWW-Authenticate, credentials are what a
// request carries in Authorization. A nonce is the server's random text in the
// challenge, the cnonce the client's in the credentials. The count (nc) says
// how often the client has used the nonce. The quality (qop) says what the
// digest covers: auth is method and uri, auth-int the body too, none is the
// form of RFC 2069, without count and cnonce. A directive is one name=value of
// a header.
//
// # Standards
//
// RFC 7616, with RFC 2617 and RFC 2069 where older peers need them, for the
// algorithms MD5, MD5-sess, SHA-256 and SHA-256-sess. Basic (RFC 7617) is read
// so that a program can choose it, and left to the program. TR-069 section
// 3.4.5 makes MD5 and qop=auth mandatory for both ends and MD5-sess for the
// CPE. Userhash, username* and SHA-512-256 are left out; a server that offers
// only these is not answered. A program in Go's FIPS 140-only mode has no MD5
// and must say so in Client.Algorithms and Server.Algorithms.
//
// # Reading
//
// [ParseChallenges] and [ParseCredentials] read what real peers send: any
// value with or without quotes, several schemes in one value, commas and
// quoted-pairs inside quotes, missing opaque, algorithm and qop, directives
// nobody knows. They refuse what could be read in two ways: a directive that
// stands twice, text behind a closing quote, a quote that is never closed, a
// control character. A header has at most [MaxHeader] bytes, [MaxChallenges]
// challenges of [MaxDirectives] directives, and values of [MaxValue] bytes.
// Writing is strict: qop, nc, algorithm and stale stand without quotes, all
// else with them; only qop in a challenge is a list and so has quotes. An
// algorithm is returned in the server's own spelling.
//
// Texts are hashed with their quoting undone. Peers disagree about that, but
// only for realms and users with a quote or a backslash in them, which are
// better avoided.
//
// # The client's end
//
// The loop of a client is short:
//
//	for {
//		header := ""
//		if c.Ready() {
//			header, err = c.Authorization(method, uri, body)
//		}
//		// send the request; unless it is answered with 401, done
//		offers, err := digest.ParseChallenges(values)
//		verdict, err := c.Learn(offers)
//		// unless the verdict is Retry, the credentials are wrong
//	}
//
// A [Client] picks the strongest digest whatever the order in the header,
// counts each nonce strictly upwards, also one that comes back after another,
// and draws a cnonce of 128 bits for each nonce. [Client.Learn] tells wrong
// credentials from a server that merely challenges anew, by what the Client
// itself sent and not by what the server says it is: a fresh nonce whose first
// use is refused means [Denied] unless the server calls it stale, and it may
// do that once in a row. Two answers at most go to a server that is never
// content, so that it cannot collect digests.
//
// # The server's end
//
// A [Server] stores nothing for a challenge. Its nonce is the time, 128 random
// bits and a seal (HMAC-SHA256 with the server's key, over the realm too), so
// that it knows its own nonces again, on whatever connection they come back,
// and so do other processes with the same key. [Server.Verify] remembers the
// nonces that were used with a right digest. Per nonce it keeps the highest
// count and which of the 63 below it were seen; a count passes once. The table
// is bounded ([Server].Shards times [Server].PerShard); when a part of it is
// full the oldest nonce is forgotten, and the part never again accepts an
// unknown nonce of that age: its next use is stale, which costs an honest
// client one more round.
//
// A replay that this cannot see: processes with one key do not share their
// tables, and a process that starts again with the same key has an empty one.
// In both cases a recorded request passes once more within the nonce's
// lifetime. Where that matters, leave Key nil and let the connection find its
// way back to its process.
//
// # Security
//
// Digest protects the password, not the message: without TLS a man in the
// middle reads and alters what auth does not cover. Compares are in constant
// time, and an unknown user costs the same work as a known one. Errors are made
// of constant words and numbers; a [Client], a [Server] and [Credentials] print
// without their secrets. Slowing down those who guess is the caller's: the
// [Result] of a refused header says which user was claimed.
package digest
