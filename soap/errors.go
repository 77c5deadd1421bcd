package soap

// NOTE: every error of the Decoder that blames the document is a *SyntaxError
// around one of the sentinels below, a *LimitError or io.ErrUnexpectedEOF.
// Errors of the io.Reader are not the document's fault and stay apart: they are
// wrapped with %w and never become a *SyntaxError. Errors of the Encoder are an
// *EncodeError around one of the same sentinels.
//
// The path of an error is put together when the error happens, from the stack
// of open elements; a document without errors pays nothing for it.

import (
	"errors"
	"fmt"
	"strconv"
)

// The reasons inside a [SyntaxError] or an [EncodeError], for [errors.Is].
var (
	// ErrDoctype says that the document has a document type declaration.
	// SOAP 1.1 section 3 forbids it; it is refused as soon as "<!D" is seen.
	ErrDoctype = errors.New("DOCTYPE is refused")

	// ErrSyntax says that the bytes do not match the grammar of XML 1.0, or
	// that one of its well-formedness constraints is broken.
	ErrSyntax = errors.New("malformed XML")

	// ErrNamespace says that Namespaces in XML 1.0 is broken: a prefix that
	// nothing declares, a reserved name, an attribute twice.
	ErrNamespace = errors.New("namespace error")

	// ErrChar says that there is a character that XML 1.0 does not allow, or
	// bytes that are not UTF-8. See XML 1.0 section 2.2.
	ErrChar = errors.New("illegal character")

	// ErrEncoding says that the document is in an encoding that the Decoder does
	// not read, or says that it is. See Config.Charset.
	ErrEncoding = errors.New("unsupported encoding")

	// ErrInstruction says that there is a processing instruction and that
	// Config.RefusePI is set. SOAP 1.1 section 3 forbids them in messages.
	ErrInstruction = errors.New("processing instruction is refused")

	// ErrMixed says that text stands among elements, or an element in a text, and
	// that Config.RefuseMixed is set or the text has to be exact.
	ErrMixed = errors.New("text and elements are mixed")

	// ErrLimit says that the document exceeds one of the [Limits]. The error
	// around it is a [LimitError], which says which.
	ErrLimit = errors.New("limit exceeded")

	// ErrEmpty says that the document has no root element.
	ErrEmpty = errors.New("no root element")

	// ErrName says that a name given to the [Encoder] is not an NCName. See
	// Namespaces in XML 1.0 section 3.
	ErrName = errors.New("not an XML name")

	// ErrMisuse says that methods were called in an order that makes no
	// sense, such as Attr of an Encoder after Text.
	ErrMisuse = errors.New("call out of order")
)

var (
	errRawLate    = fmt.Errorf("soap: Raw away from a start tag: %w", ErrMisuse)
	errNotElement = errors.New("not exactly one element")
	errRawName    = errors.New("another element than Space and Local say")
)

// A SyntaxError says what is wrong with a document and where.
type SyntaxError struct {
	// Offset is the place of the offending byte or token, counted in bytes
	// from the start of the document.
	Offset int64

	// Path is the element that was open there, as Decoder.Path gives it:
	// "/Envelope/Body". It is empty outside the root element.
	Path string

	// Err is the reason: ErrDoctype, ErrSyntax, ErrNamespace, ErrChar,
	// ErrEncoding, ErrInstruction, ErrMixed, ErrEmpty, a *LimitError or
	// io.ErrUnexpectedEOF.
	Err error

	// Detail says more about the reason; it may be empty. It has nothing from inside
	// of elements that hold values.
	Detail string
}

// Error gives the place, the reason and the detail, as in
// "soap: offset 12, /Envelope/Body: DOCTYPE is refused".
func (e *SyntaxError) Error() string {
	s := "soap: offset " + strconv.FormatInt(e.Offset, 10)
	if e.Path != "" {
		s += ", " + e.Path
	}
	s += ": " + e.Err.Error()
	if e.Detail != "" {
		s += ": " + e.Detail
	}
	return s
}

// Unwrap gives the reason.
func (e *SyntaxError) Unwrap() error { return e.Err }

// A LimitError names the limit that a document exceeds. It matches [ErrLimit].
type LimitError struct {
	Name string // the field of Limits, such as "MaxDepth"
	Max  int64  // the limit that was in force
}

// Error names the limit and its value.
func (e *LimitError) Error() string {
	return fmt.Sprintf("limit exceeded: %s %d", e.Name, e.Max)
}

// Is makes a LimitError match ErrLimit.
func (e *LimitError) Is(target error) bool { return target == ErrLimit }

// An EncodeError says what the [Encoder] could not write and where.
type EncodeError struct {
	// Path is the element that was open, as "/Envelope/Body".
	Path string

	// Err is the reason: ErrChar, ErrName, ErrNamespace, ErrSyntax or ErrMisuse.
	Err error

	// Detail says more about the reason; it may be empty.
	Detail string
}

// Error gives the place, the reason and the detail.
func (e *EncodeError) Error() string {
	s := "soap: encode"
	if e.Path != "" {
		s += " " + e.Path
	}
	s += ": " + e.Err.Error()
	if e.Detail != "" {
		s += ": " + e.Detail
	}
	return s
}

// Unwrap gives the reason.
func (e *EncodeError) Unwrap() error { return e.Err }
