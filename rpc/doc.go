// Package rpc holds CWMP's messages as typed Go: requests, responses and faults
// of TR-069 Annex A, and the envelope around them. It reads and writes them with
// package soap and knows nothing of sessions or HTTP.
//
// # Reading and writing
//
// [Read] and [Parse] turn a document into an [Envelope]; [Envelope.Append] turns
// one into bytes:
//
//	env, err := rpc.Parse(document, rpc.Config{})
//	switch m := env.Message.(type) {
//	case *rpc.Inform:
//		...
//	case *rpc.Fault:
//		...
//	case *rpc.Vendor: // a method that the registry does not know
//	}
//	b, err := rpc.NewEnvelope(env.Version, env.ID, &rpc.InformResponse{}).Append(nil, rpc.Style{})
//
// Reading is as strict as Config.Level says; see below. Writing is strict: schema
// order, every mandatory element, lengths within the schema's.
//
// What is read does not alias the document. Short strings of one message share
// memory among themselves: who keeps one of them keeps up to 16 KiB; strings.Clone
// sets one free.
//
// # Long lists
//
// A GetParameterValuesResponse may have a hundred thousand parameters. [Stream] reads
// like Read but hands them out one by one and keeps none, in memory that does not grow
// with their number. The entries of long lists are read by prediction, several times as
// quickly as the first of them; see package soap. Nothing but the time depends on it,
// and Config.NoPrediction turns it off.
//
// # Levels
//
// Config.Level says how strictly to read:
//
//   - [soap.Tolerant], the zero value, is for peers of whatever make. It puts up
//     with what package soap calls Tolerant, and with every deviation of a message
//     from the standard that there is a code for in this package, from NoHeader to
//     TooLong. A number or a boolean that is none is 0 or false.
//   - [soap.Standard] wants well-formed XML, and values of their type. About the
//     rest it is as Tolerant.
//   - [soap.Strict] wants what the schemas want: the elements that there have to be,
//     once and in their order, no others; types, lengths, arrayType, xsi:type and
//     mustUnderstand; no processing instruction; and header elements that are
//     understood, or else ErrMustUnderstand, from which [AsFault] makes the answer.
//     It does not look at which values of their type the schemas let texts have
//     (patterns, such as that of an OUI, enumerations and ranges), nor at attributes that
//     the schemas do not have. A parameter's value has a text of the simple type that its
//     xsi:type names; only names, URIs, durations and parts of a date may be any text.
//
// What is put up with is in Envelope.Diagnostics, each with its code, offset and
// path, and elements that a message has no field for are in Envelope.Unknown. An element
// in a vendor's namespace is such an element, whatever its local name, and nothing in it
// is read as the standard's; an argument of a message that is text alone is read. A code
// is an error too: at Strict it, or the older name of the same thing, is the reason
// inside of the [*ValueError].
//
// Who speaks is no matter of leniency. Two Bodies, two Headers, an ID, a DeviceId
// or a child of it given twice are refused at every level; the texts of these, and
// event codes, are read at Standard at least. White space around an event code or a
// child of DeviceId, and white space with a line break in it around a name, is left
// out below Strict, with a diagnostic. Nothing else is changed: a value has the
// bytes that it had.
//
// # How a message is defined
//
// A message is a plain struct with the specification's names, the name of its
// element, and one method that lists its fields once:
//
//	type Ping struct {
//		Host  string
//		Count uint32
//	}
//
//	func (*Ping) Method() string               { return "X_ACME_Ping" }
//	func (*Ping) NewResponse() *PingResponse   { return new(PingResponse) }
//	func (m *Ping) Fields(c *rpc.Codec) {
//		c.String("Host", &m.Host, 256)
//		c.Uint("Count", &m.Count)
//	}
//
// That one list encodes and decodes; see [Codec]. [Pair] makes the row of a request
// and its response for a [Registry], and [Registry.With] adds rows to the
// standard's. A vendor's message differs from the standard's in nothing.
//
// # Messages as data
//
// Describe makes that list of fields data: names, types, lengths, what may be
// absent. A Tree is a message whose fields are data too; it is what Registry.Trees
// reads, for programs that show or convert messages of any kind. It is read with the
// same leniency and the same diagnostics, and it keeps what the plain structs do not:
// which elements there were, and what stood where a number should.
//
// # Values and times
//
// A [Value] keeps its text and its xsi:type as they were, and so does a
// [DateTime]; both are parsed when asked. A device that writes nonsense into one
// parameter does not lose the message.
//
// # Faults
//
// A [*Fault] is a message on the wire and an error in Go. Its [FaultCode] is what
// it unwraps to:
//
//	if errors.Is(err, rpc.FaultInvalidParameterName) { ... }
//
// [Faults] and [FaultCode.Answers] know which code may answer which method.
//
// # Versions
//
// The namespace of an envelope tells 1.0, 1.1 and 1.2 apart, the header the later
// ones; [Envelope].Version is both together. [AgreeVersion] chooses a session's
// version at the ACS, [AcceptVersion] at the CPE.
//
// # Peers that need another spelling
//
// A [Style] says how to write for them: prefixes, booleans, times, types, the
// header. Its zero value is the standard's own form. [Config].Echo notes the
// prefixes that a peer uses, to answer in the same.
//
// # Errors and bounds
//
// A [*ValueError] says which element of a well-formed message holds a bad value, an
// [*EnvelopeError] what is wrong around the message; what is not well-formed or
// beyond a limit is a *soap.SyntaxError. All have the place. Config bounds what is
// read: soap's limits, and 300,000 items an array. Neither an error nor a diagnostic
// holds a value, which might be a password.
package rpc
