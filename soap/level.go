package soap

// NOTE: how strict a Decoder is, and what it says of the deviations that it
// puts up with. A Code is a string, not a number, so that package rpc, which
// knows what a message should be like, has codes of its own beside those of XML.

import "io"

// A Level says how strictly to read. The zero value is Tolerant.
//
// In this package Standard and Strict are the same: both want well-formed XML.
// They differ in package rpc, in what they want of a message.
type Level uint8

// The levels, from lenient to strict.
const (
	// Tolerant accepts what devices and servers have been seen to write, and
	// makes a [Diagnostic] of each deviation. No value is mended: where bytes
	// are wrong, the value has the wrong bytes. What is never accepted: a
	// document type declaration, an element that is not closed or is closed
	// by another's end tag, an attribute twice, a second root element.
	Tolerant Level = iota
	// Standard accepts XML 1.0 (fifth edition) that conforms to Namespaces in
	// XML 1.0, and nothing else.
	Standard
	// Strict is for conformance tests; here it is Standard.
	Strict
)

var levelNames = [...]string{"tolerant", "standard", "strict"}

// String gives the name in lower case.
func (l Level) String() string {
	if int(l) < len(levelNames) {
		return levelNames[l]
	}
	return "invalid"
}

// A BadBytes says what becomes of bytes in text and in attribute values that
// XML does not allow there. It matters at Tolerant alone: the other levels
// refuse them. Whatever it says, each of them makes a Diagnostic.
type BadBytes uint8

// The policies for bad bytes.
const (
	KeepBytes    BadBytes = iota // they stay as they are
	ReplaceBytes                 // U+FFFD stands for each byte or character
	Latin1Bytes                  // what is not UTF-8 is read as ISO 8859-1; control characters stay
)

// Config is the configuration of a [Decoder]. The zero value is ready to use.
type Config struct {
	// Limits bounds what is accepted. Zero: the defaults of Limits.
	Limits Limits

	// Level says how strictly to read. Zero: Tolerant.
	Level Level

	// BadBytes says what becomes of bytes that are no text. Zero: they stay.
	BadBytes BadBytes

	// Charset gives a reader that turns a document's encoding into UTF-8, or an
	// error if it does not know it. label is the name that the document or
	// Encoding has for it; UTF-16 is "utf-16le" or "utf-16be". It works at every
	// level, and each use of it is a Diagnostic. Zero: UTF-8 and US-ASCII, and
	// ISO 8859-1 at Tolerant, are read; anything else is ErrEncoding.
	Charset func(label string, r io.Reader) (io.Reader, error)

	// Encoding is what the layer below says about the encoding, the charset
	// of a Content-Type above all. It goes before what the document says
	// (RFC 7303 section 3). Empty: the document says it.
	Encoding string

	// RefusePI makes a processing instruction ErrInstruction, as SOAP 1.1
	// section 3 wants of a message. Zero: it is checked and skipped.
	RefusePI bool

	// RefuseMixed makes text among the elements that NextChild goes through, and
	// elements in the text that Content gives, ErrMixed: the schemas of messages have
	// neither. Zero: nobody gets them, and each makes a Diagnostic at every level.
	RefuseMixed bool

	// NoPrediction turns off what [Decoder.Predict] does. Nothing but the speed
	// depends on it. Zero: it is on.
	NoPrediction bool
}

// A Code says what kind of deviation a [Diagnostic] is about. The names are
// stable. It is an error, so that it can be the reason of one.
type Code string

// The deviations of bytes and XML that Tolerant accepts.
const (
	// BadCharacter: a character in text or in an attribute value that XML does not
	// allow, such as NUL or U+0002. It stays, unless BadBytes says otherwise.
	BadCharacter Code = "bad-character"
	// BinaryInTag: bytes inside a tag that no tag can have. The rest of the tag up
	// to the next > is skipped, with the attributes that are in it.
	BinaryInTag Code = "binary-in-tag"
	// NotUTF8: a byte in text or in an attribute value that is not UTF-8. It
	// stays, unless BadBytes says otherwise.
	NotUTF8 Code = "not-utf-8"
	// NotASCII: a byte from 0x80 in a document that says that it is US-ASCII.
	// It is read as UTF-8.
	NotASCII Code = "not-us-ascii"
	// OtherEncoding: the document is in another encoding than UTF-8 and
	// US-ASCII, or has another name for them. From there on, offsets count the
	// bytes of its UTF-8 form.
	OtherEncoding Code = "other-encoding"
	// BareAmpersand: an & that begins no reference, or a reference to a
	// character that XML does not allow. It stands for itself.
	BareAmpersand Code = "bare-ampersand"
	// UnknownEntity: a reference to an entity that XML does not predefine, such
	// as &eacute;. It stands for itself.
	UnknownEntity Code = "unknown-entity"
	// LeadingSpace: white space before the XML declaration.
	LeadingSpace Code = "leading-space"
	// TrailingGarbage: bytes after the root element, such as NUL. They are
	// skipped up to the next <, which has to begin a comment or a PI.
	TrailingGarbage Code = "trailing-garbage"
	// UndeclaredPrefix: a prefix that nothing declares. One that is customary
	// for a namespace is read as that; others are [NSUndeclared].
	UndeclaredPrefix Code = "undeclared-prefix"
	// BogusNamespace: a declaration that Namespaces in XML 1.0 forbids. It is
	// ignored.
	BogusNamespace Code = "bogus-namespace"
	// ExtraColon: a name with more than one colon, as in soap-env:Body:Fault.
	// What follows the last one is the local name, what goes before the first
	// one the prefix. As no prefix has a colon, it declares none.
	ExtraColon Code = "extra-colon"
)

// What well-formed documents may have and nobody gets. See Config.RefuseMixed.
const (
	// StrayText: text other than white space where NextChild goes from element to
	// element. It is passed over.
	StrayText Code = "stray-text"
	// StrayElement: an element in the text that Content gives. The text around it is
	// given, what is in it is not. The path is that of the element around both.
	StrayElement Code = "stray-element"
)

// String gives the name.
func (c Code) String() string { return string(c) }

// Error gives the name.
func (c Code) Error() string { return string(c) }

// A Diagnostic is a deviation that was accepted.
type Diagnostic struct {
	// Code says what kind of deviation it is.
	Code Code

	// Offset is the place of it, counted in bytes from the start of the
	// document.
	Offset int64

	// Path is the element that was open there, as "/Envelope/Body", or the
	// child of it that the deviation is about. It is empty outside the root
	// element, and cut after 256 bytes.
	Path string

	// Detail says more about it; it may be empty. It does not have the values
	// of the document, which may be secrets.
	Detail string
}

// String gives one line, as in "bad-character at 120, /Envelope/Body: U+0002".
func (d Diagnostic) String() string {
	s := d.Code.String() + " at " + itoa(d.Offset)
	if d.Path != "" {
		s += ", " + d.Path
	}
	if d.Detail != "" {
		s += ": " + d.Detail
	}
	return s
}
