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
// Reading is lenient about the schema: children may come in any order, with or
// without a namespace, array items under any name; counts in arrayType are not
// looked at; numbers, booleans and times may have white space around them; unknown
// elements are skipped. It is strict about XML, which is soap's business, and about
// who speaks: two Bodies, two Headers, an ID, a DeviceId or a child of it given
// twice are refused. Writing is strict: schema order, every mandatory element, lengths within
// the schema's.
//
// What is read does not alias the document. Short strings of one message share
// memory among themselves: who keeps one of them keeps up to 16 KiB; strings.Clone
// sets one free.
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
// # Errors and bounds
//
// A [*ValueError] says which element of a well-formed message holds a bad value, an
// [*EnvelopeError] what is wrong around the message; what is not well-formed or
// beyond a limit is a *soap.SyntaxError. All have the place. Config bounds what is
// read: soap's limits, and 300,000 items an array. An error never holds a value,
// which might be a password.
package rpc
