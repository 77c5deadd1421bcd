package rpc

import (
	"strings"
	"time"
	"unicode/utf8"

	"github.com/cwmp-go/cwmp/soap"
)

// NOTE: what real peers need of an encoder. The zero Style costs nothing: a Codec
// has a style only when a field has to be written in another way, and the quick
// way is one comparison with nil.

// A Style is how an encoder writes what several spellings would say. The zero
// value is the standard's own form. Use [Config].Echo to write with the prefixes
// that the peer uses.
type Style struct {
	// NoDeclaration leaves out <?xml version="1.0" encoding="UTF-8"?>. Zero
	// writes it. Some CPEs insist on it, some abort on it.
	NoDeclaration bool

	// EnvelopePrefix is SOAP's, for peers that compare prefixes literally. Empty
	// is soap-env.
	EnvelopePrefix string
	// EncodingPrefix is that of SOAP's encoding. Empty is soap-enc.
	EncodingPrefix string
	// CWMPPrefix is CWMP's. Empty is cwmp.
	CWMPPrefix string
	// XSDPrefix and XSIPrefix are those of XML Schema and of its instance
	// namespace. Empty is xsd and xsi.
	XSDPrefix string
	XSIPrefix string // as XSDPrefix

	// Booleans is how booleans are written. Zero is 1 and 0 in the fields of
	// messages and in the header, and values of parameters as they are.
	Booleans BooleanForm
	// TimeLayout, a layout of package time, is how times with a zone are written,
	// in fields and in values of type dateTime:
	// "2006-01-02T15:04:05.000Z07:00" has milliseconds,
	// "2006-01-02T15:04:05-07:00" has +00:00 for Z. By a layout that has no zone times
	// are written in UTC. The Unknown and the Infinite Time, times without a zone and
	// what is no dateTime stay as they are. Empty leaves every time as it is.
	TimeLayout string
	// Replacement is written for each character that XML 1.0 cannot carry, and
	// for each byte that is not UTF-8, in texts of messages. A text is as long as it
	// is written, which counts for the schemas' lengths. Empty refuses them with
	// soap.ErrChar.
	Replacement string

	// ShortEmpty writes an element without content as <a/>. Zero writes <a></a>,
	// as there are peers that do not read the short form.
	ShortEmpty bool
	// Types puts an xsi:type on every element of the standard's messages. Zero
	// puts it where the schema needs it. (The schemas do not allow xsd:string where
	// they restrict the length, so that the result is not valid.)
	Types bool
	// ArrayDigits is the least number of digits of the count in arrayType, filled
	// with zeros, at most 9. Zero fills nothing.
	ArrayDigits int

	// AlwaysID is the ID of an envelope that has none, for peers that cannot do
	// without. Empty writes none.
	AlwaysID string
	// AlwaysHold writes HoldRequests also when it is false. Zero leaves it out
	// then, which says the same. It is for an ACS.
	AlwaysHold bool
	// EmptyHeader writes a Header also when there is nothing in it. Zero leaves it
	// out then.
	EmptyHeader bool
}

// A BooleanForm is a spelling of booleans.
type BooleanForm uint8

// The forms of booleans. In values of parameters only what is exactly 0, 1, true
// or false under the type boolean is touched.
const (
	BooleanDefault BooleanForm = iota // 1 and 0; values of parameters as they are
	BooleanDigits                     // 1 and 0, values of parameters too
	BooleanWords                      // true and false, values of parameters too
)

// bool is the text of a boolean.
func (s *Style) bool(v bool) string {
	switch {
	case s == nil || s.Booleans != BooleanWords:
		return boolText(v)
	case v:
		return "true"
	}
	return "false"
}

// apply sets every prefix, so that a pooled encoder keeps none of its last
// user's.
func (s *Style) apply(enc *soap.Encoder) {
	enc.SetPrefix(soap.NSEnvelope, or(s.EnvelopePrefix, "soap-env"))
	enc.SetPrefix(soap.NSEncoding, or(s.EncodingPrefix, "soap-enc"))
	enc.SetPrefix(soap.NSXSD, or(s.XSDPrefix, "xsd"))
	enc.SetPrefix(soap.NSXSI, or(s.XSIPrefix, "xsi"))
	for _, ns := range cwmpNamespaces {
		enc.SetPrefix(ns, or(s.CWMPPrefix, "cwmp"))
	}
	enc.SetShortEmpty(s.ShortEmpty)
	if !s.NoDeclaration {
		enc.Declaration()
	}
}

var cwmpNamespaces = [...]soap.NS{soap.NSCWMP10, soap.NSCWMP11, soap.NSCWMP12}

func or(s, fallback string) string {
	if s == "" {
		return fallback
	}
	return s
}

// fields is what the Codec has to look at for each field: nil when every field is
// written in the usual way.
func (s *Style) fields() *Style {
	if s.Booleans == 0 && s.TimeLayout == "" && s.Replacement == "" && !s.ShortEmpty && !s.Types && s.ArrayDigits == 0 {
		return nil
	}
	return s
}

// pad appends the zeros that stand before the count of an array.
func (s *Style) pad(b []byte, n int) []byte {
	for digits := len(intText(int64(n))); digits < min(s.ArrayDigits, 9); digits++ {
		b = append(b, '0')
	}
	return b
}

// leaf writes a field: typ is the local name of its type.
func (c *Codec) leaf(name, typ, text string) {
	if c.style == nil {
		c.enc.Leaf(soap.NSNone, name, text)
		return
	}
	c.styled(name, typ, text)
}

// number is leaf for an integer.
func (c *Codec) number(name, typ string, v int64) {
	if c.style == nil {
		c.enc.LeafInt(soap.NSNone, name, v)
		return
	}
	c.styled(name, typ, intText(v))
}

// value is leaf for a parameter's value.
func (c *Codec) value(name string, v *Value) {
	if c.style == nil {
		c.enc.Typed(soap.NSNone, name, v.wireType(c.enc), v.Text)
		return
	}
	c.enc.Start(soap.NSNone, name)
	c.enc.Attr(soap.NSXSI, "type", v.wireType(c.enc))
	_, local, _ := cutPrefix(strings.Trim(v.Type, space))
	c.mended(c.style.value(local, v.Text))
	c.enc.End()
}

func (c *Codec) styled(name, typ, text string) {
	if typ == "dateTime" {
		text = c.style.time(text)
	}
	c.enc.Start(soap.NSNone, name)
	switch {
	case !c.style.Types:
	case typ == "base64":
		c.enc.Attr(soap.NSXSI, "type", c.enc.Prefix(soap.NSEncoding)+":"+typ)
	default:
		c.enc.Attr(soap.NSXSI, "type", c.enc.Prefix(soap.NSXSD)+":"+typ)
	}
	c.mended(text)
	c.enc.End()
}

// mended writes text that the style may have to mend.
func (c *Codec) mended(s string) {
	if s = c.clean(s); s != "" {
		c.enc.Text(s)
	}
}

// clean is the text as it is written.
func (c *Codec) clean(s string) string {
	if c.style == nil || c.style.Replacement == "" {
		return s
	}
	return replaceBad(s, c.style.Replacement)
}

// value is the text of a parameter's value of the type.
func (s *Style) value(typ, text string) string {
	switch typ {
	case "dateTime":
		return s.time(text)
	case "boolean":
		if v, ok := booleans[text]; ok && s.Booleans != BooleanDefault {
			return s.bool(v)
		}
	}
	return text
}

var booleans = map[string]bool{"0": false, "1": true, "false": false, "true": true}

// time is the text of a dateTime in the style's layout.
func (s *Style) time(text string) string {
	if s.TimeLayout == "" {
		return text
	}
	d := DateTime(strings.Trim(text, space))
	t, err := parseTime(time.RFC3339, string(d))
	if err != nil || t.Year() > 9999 || d == InfiniteTime || d.isUnknownTime() {
		return text
	}
	out := t.Format(s.TimeLayout)
	if back, err := DateTime(out).Time(); err == nil && back.Unix() != t.Unix() {
		return t.UTC().Format(s.TimeLayout) // a layout that does not say the zone
	}
	return out
}

// structOf writes the xsi:type of a struct that the standard has.
func (c *Codec) structOf(f Fielder) {
	if typ := structType(f); typ != "" && c.style.Types {
		c.enc.Attr(soap.NSXSI, "type", c.enc.Prefix(c.ns)+":"+typ)
	}
}

// structType is the schema's name of a struct's type.
func structType(f Fielder) string {
	switch f := f.(type) {
	case *treeStruct:
		return f.node.Field.Type
	case *DeviceID:
		return "DeviceIdStruct"
	case *Event:
		return "EventStruct"
	case *ParameterValue:
		return "ParameterValueStruct"
	case *ParameterInfo:
		return "ParameterInfoStruct"
	case *SetParameterAttribute:
		return "SetParameterAttributesStruct"
	case *ParameterAttribute:
		return "ParameterAttributeStruct"
	case *QueuedTransfer:
		return "QueuedTransferStruct"
	case *AllQueuedTransfer:
		return "AllQueuedTransferStruct"
	case *TimeWindow:
		return "TimeWindowStruct"
	case *Option:
		return "OptionStruct"
	case *Arg:
		return "ArgStruct"
	case *TransferFault:
		return "TransferCompleteFaultStruct"
	case *DUFault:
		return "DeploymentUnitFaultStruct"
	case *AutonOpResult:
		return "AutonOpResultStruct"
	case *OpResult:
		return "OpResultStruct"
	}
	return ""
}

// replaceBad puts by for every character of s that XML 1.0 cannot carry.
func replaceBad(s, by string) string {
	for i, r := range s {
		if badChar(s, i, r) {
			return replaceFrom(s, i, by)
		}
	}
	return s
}

func replaceFrom(s string, at int, by string) string {
	var b strings.Builder
	b.WriteString(s[:at])
	for i, r := range s[at:] {
		if badChar(s, at+i, r) {
			b.WriteString(by)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// badChar tells whether the rune r, which begins at s[i], is no character of XML 1.0.
func badChar(s string, i int, r rune) bool {
	switch {
	case r == utf8.RuneError:
		_, size := utf8.DecodeRuneInString(s[i:])
		return size == 1
	case r < ' ':
		return r != '\t' && r != '\n' && r != '\r'
	}
	return r == 0xFFFE || r == 0xFFFF
}

// echo notes the prefixes in scope as those of a style. A default namespace is no
// prefix.
func (r *reader) echo(to *Style) {
	cwmp := r.ns
	if ns, _ := r.dec.Name(); ns.IsCWMP() {
		cwmp = ns
	}
	prefixes := [...]struct {
		to       *string
		ns       soap.NS
		fallback string
	}{
		{&to.EnvelopePrefix, soap.NSEnvelope, "soap-env"},
		{&to.EncodingPrefix, soap.NSEncoding, "soap-enc"},
		{&to.XSDPrefix, soap.NSXSD, "xsd"},
		{&to.XSIPrefix, soap.NSXSI, "xsi"},
		{&to.CWMPPrefix, cwmp, "cwmp"},
	}
	used := map[string]bool{}
	for _, p := range prefixes {
		*p.to = ""
		if prefix := string(r.dec.PrefixOf(p.ns)); isPlainPrefix(prefix) {
			*p.to = prefix
			used[prefix] = true
		}
	}
	for _, p := range prefixes {
		if *p.to == "" && used[p.fallback] {
			*p.to = p.fallback + "-own" // the peer has another use for the usual one
		}
	}
}

// isPlainPrefix tells whether a prefix is one to be written back: a short name of
// ASCII that nobody reserves.
func isPlainPrefix(s string) bool {
	if s == "" || len(s) > 32 || strings.HasPrefix(strings.ToLower(s), "xml") {
		return false
	}
	for i, r := range s {
		letter := r == '_' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z'
		inner := r == '-' || r == '.' || r >= '0' && r <= '9'
		if !letter && (i == 0 || !inner) {
			return false
		}
	}
	return true
}
