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
// share the top, DHCP is below them, and the firmware below DHCP. [TR069] has
// the same ranks and other rules, [ICWMP] a switch that lets DHCP go first, and
// [SingleSlot] one slot above the firmware's.
//
// What a source has said is taken back in one of three ways. Undo clears
// slots, as the undo command of a device does. [Resolver.Clear] withdraws all
// that one source has set, and leaves alone what another of its rank has
// written over. [Resolver.Replace] is a Clear and an [Resolver.Apply] in one
// commit, as a DHCP ACK is. When a lease is lost, [Resolver.Lost] clears the
// layer or keeps it, by Profile.KeepOnLoss.
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
// that wraps [ErrSource] or [ErrLocked], [ErrValue] or [ErrPolicy], or
// [ErrUnknown], for which a CPE answers with fault 9008, 9007 or 9005 (TR-069
// A.5.1); [WriteErrors] lists them. A
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
// back to http. Some attributes gate others, as InformEnable does
// InformInterval: [Snapshot.Idle] tells, and the program obeys. docs/ATTRIBUTES.md
// shows how a program makes every attribute obeyed.
//
// # Locks, epochs and discovery
//
// A [Lock] refuses a source's writes once the ACS has written, or once a
// session has succeeded, which the program reports by [Resolver.Contacted].
// [Resolver.Pin] lets an operator keep an attribute from everybody else, and
// [Resolver.Disable] turns a source off. [Resolver.FactoryReset] opens all of it,
// clears every layer but the firmware's, and begins an epoch.
//
// An epoch remembers which source the first ACS was found by. If that was DHCP
// and the ACS cannot be reached, DHCP is to be asked again, even if the ACS has
// set the URL since: [Snapshot.NeedDHCPRediscovery] says when, and
// [Resolver.Override] then lets its answer take the URL's place.
//
// # Changes
//
// [Resolver.Subscribe] tells of changes in what is effective: of an attribute's
// value, and, apart from that, of the URL that sessions go to. An [Event] has
// both values with their sources, says who made the change, and by Notify
// whether the ACS has to hear of it. Subscriptions are pulled. No commit runs a
// subscriber's code or waits for it, and one who never looks costs one event
// an attribute.
//
// # State as bytes
//
// [Snapshot.Save] gives the state without the layers of volatile sources, and
// [Snapshot.SaveVolatile] gives these; [Resolver.Load] takes both, or the
// first alone after a restart of the device. Where the bytes go, and how the passwords in them are kept, is
// the program's business.
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
// log and no JSON. [Secret.Reveal] is the one way out, but for the bytes of
// Save. A URL with user information is refused, since it would carry a password
// past all that. EndpointSet.Wipe names the secrets that do not follow a URL to
// another host.
//
// # Security policy
//
// A [Policy] holds every source to https, to a list of domains, or keeps DHCP
// from taking an https URL's place by an http one. A URL against it is refused,
// and is the one refusal that leaves a trace: Explain shows it as suppressed,
// with the reason, until the source says something better.
//
// # Writing a profile
//
// Begin with a rank for each source. Write a [Descriptor] for each attribute:
// who may set it, its kind and bounds, and [Limits] where one source is
// bounded more narrowly than another. List the parameters that carry it
// relative to the root, and both data models are served. Name the sets, the
// preferred first, and the two gates. That is a whole profile; locks, a policy,
// a discovery switch, what is volatile and what is kept on loss are further
// fields, each with a zero that leaves it out. [Profile.Check] finds what
// contradicts itself. To vary a family, take its profile and change rows: each
// call of Comware returns a fresh one. The example of [Profile] writes one from
// nothing.
package attrs
