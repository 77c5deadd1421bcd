package rpc

import (
	"errors"
	"math/bits"

	"github.com/cwmp-go/cwmp/soap"
)

// NOTE: what a message can have that the standard does not, and what becomes of
// it: an error at Strict, a diagnostic below. Each kind has a code, which is also
// the reason inside the *ValueError, unless there is an older name for it.
//
// The checks are spread over the walk, where a field is taken anyway; here is
// what they have in common. What is not there is found at an element's end, by
// the bits of the fields that were taken: see Codec.complete.

// The deviations of messages. TR-069 section 3.5 and Annex A say what is right.
const (
	// NoHeader: there is no Header, or nothing in it. NoID: it has no ID.
	// EmptyID: the ID is empty; it is echoed as it is. No level refuses these.
	NoHeader soap.Code = "no-header"
	NoID     soap.Code = "no-id"
	EmptyID  soap.Code = "empty-id"
	// MustUnderstandForm: a header element of the standard whose mustUnderstand is
	// absent, in the wrong namespace or in none, or another text than the
	// standard's; and any header element's that is no boolean.
	MustUnderstandForm soap.Code = "must-understand-form"
	// HeaderCase: a header element of the standard in another case.
	HeaderCase soap.Code = "header-case"
	// HeaderUnread: a header element that nobody here knows, with mustUnderstand.
	// See Config.MustUnderstand.
	HeaderUnread soap.Code = "header-not-understood"
	// OldHeader: NoMoreRequests, which is read and has no meaning.
	OldHeader soap.Code = "no-more-requests"
	// OddNamespace: a CWMP namespace that no standard has, such as
	// urn:dslforum-org:cwmp-1-4.
	OddNamespace soap.Code = "odd-namespace"
	// NewerMethod: a method in the namespace of a version that does not have it.
	NewerMethod soap.Code = "newer-method"
	// EmptyBody: a Body with no message in it. No level refuses it.
	EmptyBody soap.Code = "empty-body"
	// SecondMessage: one more element in the Body. It is passed over.
	SecondMessage soap.Code = "second-message"

	// FaultCodeForm: a faultcode other than SOAP 1.1's, section 4.4.1.
	FaultCodeForm soap.Code = "faultcode-form"
	// FaultNamespace: a Fault in another namespace than SOAP's, or in its detail a CWMP
	// Fault in another than the envelope's other elements, or in none.
	FaultNamespace soap.Code = "fault-namespace"
	// DetailMisplaced: what belongs into the CWMP Fault of a fault's detail is
	// elsewhere in the fault. It is read.
	DetailMisplaced soap.Code = "detail-misplaced"

	// MissingElement: an element that has to be there is not. Its field is zero.
	MissingElement soap.Code = "missing-element"
	// UnknownElement: an element that does not belong there, such as a vendor's. One in a message is kept
	// in Envelope.Unknown within its bounds, or in a field that the message has for it
	// otherwise; one in an array of strings or beside the Body is passed over.
	UnknownElement soap.Code = "unknown-element"
	// DuplicateElement: an element for the second time. The last one counts, and nothing
	// of the first.
	DuplicateElement soap.Code = "duplicate-element"
	// WrongOrder: an element after one that it belongs before.
	WrongOrder soap.Code = "wrong-order"
	// QualifiedElement: an argument or an item of an array in a namespace, where it should
	// be in none. What is in a vendor's namespace is an UnknownElement, unless it is an
	// argument of the message itself that has nothing but text in it and is there once.
	QualifiedElement soap.Code = "qualified-element"

	// ArrayTypeMissing, ArrayTypeName, ArrayCount: an array without arrayType, of
	// another type than its own, or with another count than its items', which what is no
	// number between [ and ] is always. The items are counted, whatever it says.
	ArrayTypeMissing soap.Code = "array-type-missing"
	ArrayTypeName    soap.Code = "array-type-name"
	ArrayCount       soap.Code = "array-count"
	// ItemCount: an array with fewer or more items than the schema lets it have. All
	// of them are read.
	ItemCount soap.Code = "item-count"
	// ArrayItemName: an item of an array under another name.
	ArrayItemName soap.Code = "array-item-name"
	// NoWrapper: items of an array without the element around them, or beside it.
	NoWrapper soap.Code = "no-array-element"
	// StringDoubled, StringMissing: an item of an array of strings inside of
	// another, or text in the array without an item around it.
	StringDoubled soap.Code = "string-doubled"
	StringMissing soap.Code = "string-missing"

	// TypeMissing: no xsi:type, which stands for xsd:string. TypeUnknown: one that
	// is no type of XML Schema or SOAP. Its text is kept. So it is with an operation of
	// ChangeDUState, whose types are InstallOpStruct and the others of the schema.
	TypeMissing soap.Code = "type-missing"
	TypeUnknown soap.Code = "type-unknown"
	// OddBoolean: a boolean that is empty or TRUE or a number. BadBoolean: no
	// boolean at all, which is read as false.
	OddBoolean soap.Code = "odd-boolean"
	BadBoolean soap.Code = "bad-boolean"
	// EmptyNumber, BadNumber: nothing, or no number of the element's range, where
	// one should be. It is read as 0.
	EmptyNumber soap.Code = "empty-number"
	BadNumber   soap.Code = "bad-number"
	// Padded: white space around a number, a name, a code or what names a device.
	// It is left out.
	Padded soap.Code = "padded"
	// NoZone: a time without a zone. EmptyTime: none, read as Unknown Time. BadTime:
	// what is no dateTime; its text is kept.
	NoZone    soap.Code = "time-without-zone"
	EmptyTime soap.Code = "empty-time"
	BadTime   soap.Code = "bad-time"
	// TooLong: text beyond the schema's maxLength. It is kept.
	TooLong soap.Code = "too-long"
)

// ErrMustUnderstand: a header element that has to be understood and is not. The
// [ValueError] around it is a [*Fault] for errors.As, the one that SOAP 1.1
// section 4.4.1 wants as the answer.
var ErrMustUnderstand = errors.New("header element is not understood")

// As makes an ErrMustUnderstand a *Fault, so that [AsFault] gives it.
func (e *ValueError) As(target any) bool {
	f, ok := target.(**Fault)
	if ok = ok && errors.Is(e.Err, ErrMustUnderstand); ok {
		*f = &Fault{SOAPCode: "MustUnderstand", SOAPText: "a header element is not understood"}
	}
	return ok
}

// known are the errors that had a name before there were codes.
var known = map[soap.Code]error{
	DuplicateElement: ErrTwice, TooLong: ErrLength,
	OddBoolean: ErrBoolean, BadBoolean: ErrBoolean, EmptyNumber: ErrInteger, BadNumber: ErrInteger,
	EmptyTime: ErrDateTime, BadTime: ErrDateTime,
}

// deviate makes a deviation known: of a child of the innermost open element, or of
// that element itself.
func (c *Codec) deviate(code soap.Code, child, detail string) {
	if c.level < soap.Strict {
		c.dec.Report(code, child, detail)
		return
	}
	if err := known[code]; err != nil {
		c.fail(child, err)
		return
	}
	c.fail(child, code)
}

// A walk is what was seen of the children of one element.
type walk struct {
	ord   uint   // fields offered so far to the child at hand
	seen  uint64 // fields taken, a bit each; see bit
	loose uint64 // those of which items without their array were taken
	last  uint   // the field taken last
}

// bit stands for the field that was offered last. From the 64th on there is none: nothing
// is noted of these, and nothing is said of one that is missing or there twice.
func (w *walk) bit() uint64 {
	if w.ord > mostNoted {
		return 0
	}
	return 1 << w.ord
}

// mostNoted is the number of fields of a struct of which it is noted whether they were
// taken. The standard's have ten or so.
const mostNoted = 63

// What the next field offered is, besides a field.
const (
	optional  = 1 << iota // it may be absent
	many                  // it may be there more than once
	qualified             // it is in CWMP's namespace
	inner                 // there are elements in it
)

// takeOdd takes the child at hand for a field that was taken before, that belongs
// before one that was, or that does not belong here. It says whether the child is
// to be read.
func (c *Codec) takeOdd(bit uint64, kind uint8) bool {
	switch {
	case c.seen&bit != 0 && c.once:
		c.fail("", ErrTwice)
		return false // the first stands
	case c.seen&bit != 0 && kind&many == 0:
		c.again = true
		c.deviate(DuplicateElement, "", "")
	case c.beyond:
		c.deviate(UnknownElement, "", "")
	case c.ord < c.last:
		c.deviate(WrongOrder, "", "")
	}
	c.seen |= bit
	c.last = c.ord
	return c.err == nil
}

// What the fields are asked for when there is no child at hand.
const (
	collecting = 1 + iota // which of them have to be there
	missing               // which of those are not
	describing            // what they are
	wiping                // nothing: they become zero
)

// complete looks for fields of f that have to be there and are not, once the
// element's end was read. Mostly every field was there, which is quickly seen.
func (c *Codec) complete(f Fielder) {
	if c.ord > 0 && uint(bits.OnesCount64(c.seen)) == c.ord || c.err != nil || c.dec.Err() != nil {
		return
	}
	c.must = 0
	c.offer(f, collecting)
	if c.must &^= c.seen; c.must != 0 {
		c.parent = string(c.dec.Closed())
		c.offer(f, missing)
	}
}

// offer lets f list its fields with no child at hand.
func (c *Codec) offer(f Fielder, probe uint8) {
	c.hit, c.once, c.beyond, c.kind, c.ord = true, false, false, 0, 0
	c.probe = probe
	f.Fields(c)
	c.probe = 0
}

// probed is at for complete and describe.
func (c *Codec) probed(name string, kind uint8) {
	bit := c.bit()
	switch {
	case c.probe == describing:
		c.kind = kind // for describe
	case c.probe == collecting && kind&optional == 0:
		c.must |= bit
	case c.probe == missing && c.must&bit != 0:
		c.deviate(MissingElement, c.parent+"/"+name, "")
	}
}
