// Package soap turns the bytes of XML documents into tokens and back, for the
// XML that SOAP 1.1 allows. It knows namespaces and bounds; it knows no
// messages. Package rpc, which does, is written on top of it.
//
// # Terms
//
// A document is one root element with what stands around it. A token is a
// start tag, an end tag or the text between two tags; an empty-element tag is
// a start and an end. The content of an element is its own text, without that of
// its children. A scope is the namespace declarations in force at some place.
// Raw is an element that is kept as its bytes.
//
// # What is accepted
//
// At [Standard] and [Strict] the [Decoder] accepts well-formed documents of XML 1.0
// (fifth edition) that also conform to Namespaces in XML 1.0, and nothing else,
// with two exceptions:
//
//   - A document type declaration is refused, as SOAP 1.1 section 3 demands. So
//     there are no entities but the five predefined ones, and no way to make a
//     small document large. It is refused at its first three bytes.
//   - The encoding is UTF-8 (with or without a byte order mark) or US-ASCII. Other
//     encodings need a Config.Charset.
//
// [Tolerant], which is the zero value, accepts what real devices and servers send
// besides, and makes a [Diagnostic] with code and place of each deviation:
//
//   - control characters, NUL, and bytes that are not UTF-8, in text and in
//     attribute values. They stay as they are; Config.BadBytes can have them
//     replaced;
//   - an & that begins no reference, and entities that XML does not have. They
//     stand for themselves;
//   - binary bytes inside a tag, which is skipped to its >;
//   - ISO 8859-1 where the document says so, and other names for UTF-8;
//   - white space before the XML declaration, and garbage behind the root;
//   - prefixes that nothing declares: the customary ones are read as what they
//     usually mean, any other is [NSUndeclared]; names with more than one colon;
//     and declarations that are forbidden, which are ignored.
//
// No level accepts what makes it doubtful where an element begins and ends or
// which of two values counts: an end tag that is missing or of another name, a
// second root, an attribute twice. A document that is well-formed gives the same
// tokens at every level, and no diagnostic but for its encoding. [Decoder.Exact]
// reads what has to be exact at Standard at least, such as what names a device.
//
// Comments and processing instructions are checked and left out. They do not
// split a text: "a<!-- -->b" is one token. Line ends and attribute values are
// normalised as XML 1.0 sections 2.11 and 3.3.3 say.
//
// Names are compared as an [NS], a small number for each namespace that CWMP
// uses, and a local name. The prefixes that a peer chooses have no meaning.
// Code that has to know a namespace outside the table asks for its URI.
//
// # Reading
//
// A message is read from the outside to the inside, by asking for one child
// after the other. Whatever is not asked for is checked and skipped, and text that stands
// between two elements, or an element in a text, makes a diagnostic:
//
//	for depth := d.Depth(); d.NextChild(depth); {
//		switch {
//		case d.Is(soap.NSNone, "Manufacturer"):
//			id.Manufacturer = string(d.Content())
//		case d.Is(soap.NSNone, "Extension"):
//			raw = d.Raw()
//		}
//	}
//	if err := d.Err(); err != nil {
//
// Errors are sticky, so it is enough to look at Err after the loop. When the
// message is read, [Decoder.End] checks that nothing follows the root. Next
// gives the tokens one by one, for those who want all of them.
//
// # Long lists
//
// The entries of a long list differ in their texts alone. A [Form] learns the markup
// around them from entries that were read in the usual way, and [Decoder.Predict] finds
// those that have the same markup by comparing bytes, several times as quickly. Their
// texts are checked like any other. The result is the same, at every level, and where
// an entry differs by one byte it is read in the usual way. Config.NoPrediction turns
// it off.
//
// A Decoder that is reset goes over the beginning of a document in the same manner, if
// it is that of the document before.
//
// # Who owns the bytes
//
// Byte slices that a Decoder returns are pieces of its buffers, or of the
// document itself. They are valid until the next call that advances the
// Decoder, and they are not to be written to. Raw is a copy and stays.
//
// A Decoder over an io.Reader holds a window of the document: the token that it
// is reading and up to as much again, so at most a few times MaxText. It reads ahead.
// The same document gives the same tokens and the same errors, at the same
// offsets, in whatever pieces its bytes arrive.
//
// # Bounds
//
// Every dimension of a document is bounded by [Limits]; zero fields are safe
// defaults and nothing can be unlimited. A document that exceeds a bound is
// refused with a [LimitError] before more than twice the bound was read. There
// is no recursion, and the time is linear in the length of the document.
//
// # Errors
//
// What is wrong with a document is a [SyntaxError] with the offset and the path of
// the place, around one of the sentinels: errors.Is(err, soap.ErrDoctype) and
// its like. Errors of the io.Reader are passed on, wrapped, and are never a
// SyntaxError: it is not the document's fault.
//
// # Writing
//
// The [Encoder] appends to a byte slice, so that the length of a message is known
// before it is sent and a retry has its bytes. It writes the plain form that
// the weakest peers read: both tags for an empty element, double quotes, one
// prefix for each namespace, ASCII with character references (TR-069 section
// 3.4.1). It checks what could make a document ill-formed: names, the characters
// of texts, prefixes that nothing declares, attributes that occur twice, the order
// of calls. What XML cannot carry is an [EncodeError] and is never mended.
//
// # Security
//
// The dangers of XML are two parsers that understand one document differently,
// and documents that cost more than they weigh. The first is met, at Standard and
// Strict, by accepting well-formed documents alone, whose meaning the standards
// fix; the tests compare with the W3C test suite, case by case without an
// exception, and with encoding/xml. Tolerant cannot promise that for a document
// that is not well-formed, and says so by a diagnostic: who has to be sure that
// all the world reads the same looks for them, or reads at Standard. The second is met by the bounds.
//
// Errors and diagnostics end up in logs, where no value of the document may be. What
// they quote of it are names, and characters between them, cut short; and nothing that
// is inside of an element whose Content the caller has asked for, or that was skipped
// or kept as Raw, where a name may be a piece of a password that nobody has escaped.
// There the place alone is given, and of a character that XML does not have its number.
package soap
