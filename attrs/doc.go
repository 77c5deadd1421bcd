// Package attrs decides which source sets a configuration attribute of a
// CWMP endpoint, and can say why. A CPE learns the URL of its ACS from the
// firmware, from DHCP, from an operator and from the ACS itself (TR-069 3.1);
// they disagree, and device families settle it differently. Here a family's
// rules are a [Profile], which is data, and a [Resolver] holds what each
// source has said. The package stands alone: it does no I/O, reads no clock,
// and knows neither DHCP packets nor RPCs. A program joins it to both.
//
// # Layers and slots
//
// A [Source] is one of Factory, DHCP, CLI and ACS. A profile gives each a
// rank. Each attribute has one slot a rank, and the highest slot that is
// assigned wins, for every attribute by itself. Sources of equal rank share
// the slot: the later write replaces the earlier, whose value is gone, and
// [Resolver.Undo] clears the slot whoever wrote last. In [Comware] CLI and ACS
// share the top, DHCP is below them, and the firmware below DHCP.
//
// What a source has said is taken back in one of three ways. Undo clears
// slots, as the undo command of a device does. [Resolver.Clear] withdraws all
// that one source has set, as a lost lease does, and leaves alone what
// another of its rank has written over. [Resolver.Replace] is a Clear and an
// [Resolver.Apply] in one commit, as a DHCP ACK is.
//
// # Values
//
// Values go in as text and come out typed, checked by the attribute's
// [Descriptor]. An attribute is unassigned, assigned, or assigned empty. Empty
// is a value: an empty user name from the ACS beats one from DHCP and means
// that no credentials are sent. Whether empty is allowed is a matter of Min; in
// Comware it is not for the URL. A default is what an unassigned attribute
// has; [Value.Assigned] tells it from a value that somebody set.
//
// A commit takes all its changes or none. Each refused one is a *[WriteError]
// that wraps [ErrSource], [ErrValue] or [ErrUnknown], for which a CPE answers
// with fault 9008, 9007 or 9005 (TR-069 A.5.1); [WriteErrors] lists them. A
// commit that changes nothing does not count.
//
// DHCP servers send more than some profiles let them set. [Resolver.Settable]
// parts a layer into what the profile allows and typed refusals of the rest,
// so that the program reports the latter rather than losing the layer.
//
// # Sets
//
// URL, user name and password make an [EndpointSet], and a profile has
// several, in order. [Snapshot.Endpoint] takes the first set whose URL has a
// value and takes it whole. The switch is keyed on the URL: a preferred user
// name without a preferred URL does not go to the default URL, and a default
// password does not go to a preferred URL.
//
// Within a set each member is resolved by itself, so a password from CLI may
// go to a URL from DHCP. That is what Comware's guide says, and it hands one
// operator's credentials to whoever runs the DHCP server.
// Profile.BindCredentials stops it: then credentials come from the source
// that won the URL, or there are none.
//
// # Gates
//
// Everything is stored and resolved whether or not CWMP is enabled. Gates
// tell whether it may be used: Endpoint.Ready is [ErrDisabled] until CWMP is
// enabled, [ErrNoURL] while no set has a URL, and [ErrNoSSLPolicy] for an https
// URL without a TLS policy, which is a mistake to report and no reason to fall
// back to http. Some attributes gate others in ways that are the program's to
// honour, as InformEnable does InformInterval.
//
// # Snapshots
//
// [Resolver.Snapshot] returns the state after the last commit, without a lock.
// A snapshot never changes, so that URL, user name, password and their sources
// belong together; a session keeps the one it began with, and a URL that the
// ACS sets during the session holds from the next one. Answer
// GetParameterValues from the same snapshots by [Snapshot.Get] and what is
// reported is what is used.
//
// # Why
//
// [Snapshot.Explain] prints as
//
//	acs url = http://b.example/: CLI and ACS share one rank above DHCP; the later write stands
//	  * ACS     rank 2  commit 3   http://b.example/  wins
//	  - CLI     rank 2  commit 2   ACS shares its rank and wrote later
//	  - DHCP    rank 1  commit 1   http://d.example/  ACS has the higher rank
//	  - Factory rank 0  commit 0   not assigned
//	  preferred set, used: the first set that has a URL
//
// The first line is the value and the one reason it holds. Then comes each
// source, highest rank first, the winner starred, with the commit of its
// latest write and, for a loser, why it lost. The last line says whether the
// endpoint is taken from the attribute's set. An attribute can win its slots
// and still not be used.
//
// # Secrets
//
// A password is a [Secret] from the moment it is read. Nothing here prints
// one: no error, explanation, snapshot or change, under no verb of fmt, in no
// log and no JSON. [Secret.Reveal] is the one way out. A URL with user
// information is refused, since it would carry a password past all that.
//
// # Writing a profile
//
// Begin with a rank for each source. Write a [Descriptor] for each attribute:
// who may set it, its kind and bounds, and [Limits] where one source is
// bounded more narrowly than another. List the parameters that carry it
// relative to the root, and both data models are served. Name the sets, the
// preferred first, and the two gates. [Profile.Check] finds what contradicts
// itself. To vary a family, take its profile and change rows: each call of
// Comware returns a fresh one.
package attrs
