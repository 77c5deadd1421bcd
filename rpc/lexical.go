package rpc

import (
	"bytes"
	"slices"
	"strconv"
	"strings"

	"github.com/cwmp-go/cwmp/soap"
)

// NOTE: whether a text is what XML Schema says of its type, and what reading does
// with one that is not.

// truth reads a boolean.
func (c *Codec) truth(name string, b []byte) bool {
	switch string(b) {
	case "0", "false":
		return false
	case "1", "true":
		return true
	}
	v, err := parseTruth(b)
	switch {
	case err == nil:
		c.spelling(name, b)
	case c.level == soap.Tolerant:
		c.dec.Report(BadBoolean, name, "")
	default:
		c.fail(name, err)
	}
	return v
}

// spelling looks at how a boolean is written that could be read.
func (c *Codec) spelling(name string, b []byte) {
	switch {
	case isBoolean(b):
	case isBoolean(trim(b)):
		c.padded(name)
	default:
		c.deviate(OddBoolean, name, "")
	}
}

func isBoolean(b []byte) bool {
	switch string(b) {
	case "0", "1", "true", "false":
		return true
	}
	return false
}

// padded makes white space known that the schema allows.
func (c *Codec) padded(name string) {
	if c.level < soap.Strict {
		c.dec.Report(Padded, name, "")
	}
}

// unpadded is the text of a number without white space around it.
func (c *Codec) unpadded(name string, b []byte) []byte {
	t := trim(b)
	switch {
	case len(t) == 0:
		c.deviate(EmptyNumber, name, "")
	case len(t) < len(b):
		c.padded(name)
	}
	return t
}

// badNumber is for a text that is no number: Tolerant makes it 0.
func (c *Codec) badNumber(name string, err error) {
	switch {
	case err == nil:
	case c.level == soap.Tolerant:
		c.dec.Report(BadNumber, name, "")
	default:
		c.fail(name, err)
	}
}

// time reads a time, whose text is kept.
func (c *Codec) time(name string, text []byte) DateTime {
	b := trim(text)
	valid, zone := isDateTime(b)
	switch {
	case len(b) == 0:
		c.deviate(EmptyTime, name, "")
	case !valid:
		c.deviate(BadTime, name, "")
	case !zone && c.level < soap.Strict:
		if _, relative := DateTime(b).Relative(); !relative {
			c.dec.Report(NoZone, name, "")
		}
	}
	if 0 < len(b) && len(b) < len(text) {
		c.padded(name)
	}
	return DateTime(c.strings.string(b))
}

// isDateTime says whether b is an xs:dateTime, and whether it has a zone. See XML
// Schema part 2 section 3.2.7.
func isDateTime(b []byte) (valid, zone bool) {
	b, ok := cutDate(b)
	if !ok || len(b) == 0 || b[0] != 'T' {
		return false, false
	}
	if b, ok = cutClock(b[1:]); !ok {
		return false, false
	}
	return isZone(b), len(b) > 0
}

// isDate says whether b is an xs:date, section 3.2.9.
func isDate(b []byte) bool {
	b, ok := cutDate(b)
	return ok && isZone(b)
}

// isClock says whether b is an xs:time, section 3.2.8.
func isClock(b []byte) bool {
	b, ok := cutClock(b)
	return ok && isZone(b)
}

// cutDate cuts the date off that b begins with.
func cutDate(b []byte) (rest []byte, ok bool) {
	b = bytes.TrimPrefix(b, []byte("-"))
	year := countDigits(b)
	if year < 4 || year > 9 || year > 4 && b[0] == '0' || len(b) < year+len("-MM-DD") {
		return nil, false
	}
	y, _ := strconv.Atoi(string(b[:year]))
	b = b[year:]
	month, day := two(b, '-', 0), two(b, '-', 3)
	ok = y > 0 && 1 <= month && month <= 12 && 1 <= day && day <= days(y, month)
	return b[len("-MM-DD"):], ok
}

// cutClock cuts the time of day off that b begins with. 24:00:00 is one.
func cutClock(b []byte) (rest []byte, ok bool) {
	const size = len("hh:mm:ss")
	if len(b) < size {
		return nil, false
	}
	hour, minute, second := digits(b), two(b, ':', 2), two(b, ':', 5)
	midnight := hour == 24 && minute == 0 && second == 0
	if b = b[size:]; len(b) > 0 && b[0] == '.' {
		n := countDigits(b[1:])
		if n == 0 {
			return nil, false
		}
		midnight = midnight && len(bytes.Trim(b[1:1+n], "0")) == 0
		b = b[1+n:]
	}
	return b, 0 <= hour && (hour < 24 || midnight) && 0 <= minute && minute < 60 && 0 <= second && second < 60
}

// isZone says whether b is a zone or nothing.
func isZone(b []byte) bool {
	switch {
	case len(b) == 0 || string(b) == "Z":
		return true
	case len(b) != len("+hh:mm") || b[0] != '+' && b[0] != '-':
		return false
	}
	h, m := two(b, b[0], 0), two(b, ':', 3)
	return 0 <= h && 0 <= m && m < 60 && h*60+m <= 14*60
}

// two gives the two digits behind a separator at i, -1 if they are not there.
func two(b []byte, sep byte, i int) int {
	if b[i] != sep {
		return -1
	}
	return digits(b[i+1:])
}

// digits gives the two digits that b begins with, -1 if they are not there.
func digits(b []byte) int {
	if countDigits(b[:2]) < 2 {
		return -1
	}
	return int(b[0]-'0')*10 + int(b[1]-'0')
}

// days gives the number of days of a month.
func days(year, month int) int {
	if month == 2 && year%4 == 0 && (year%100 != 0 || year%400 == 0) {
		return 29
	}
	return [...]int{0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}[month]
}

// typeOf reads the xsi:type of the current element.
func (c *Codec) typeOf() string {
	b, ok := c.dec.Attr(soap.NSXSI, "type")
	if !ok {
		c.deviate(TypeMissing, "", "")
		return ""
	}
	t, usual := internType(b)
	if usual && c.level < soap.Strict {
		return t
	}
	ns, local, ok := c.dec.QName(b)
	soapOwn := ns == soap.NSEncoding
	if !isDatatype(string(local), soapOwn || !ok) || c.level == soap.Strict && (!ok || ns != soap.NSXSD && !soapOwn) {
		c.deviate(TypeUnknown, "", "")
	}
	return t
}

// variant reads the xsi:type of the current element, which has to be one of types, in
// CWMP's namespace. Below Strict any prefix stands for that.
func (c *Codec) variant(types []string) (raw string, there bool) {
	b, there := c.dec.Attr(soap.NSXSI, "type")
	raw = string(b)
	_, local, _ := cutPrefix(strings.Trim(raw, space))
	ns, _, ok := c.dec.QName(b)
	switch {
	case !there:
		c.deviate(TypeMissing, "", "")
	case !slices.Contains(types, local) || c.level == soap.Strict && (!ok || ns != c.ns):
		c.deviate(TypeUnknown, "", "")
	}
	return raw, there
}

// bounds are the least and the most items of an array; 0 is no bound.
type bounds struct{ least, most int32 }

// items declares, right before an array, how many items the schemas let it have.
func (c *Codec) items(least, most int32) { c.bounds = bounds{least, most} }

// maxEvents is the most events that an Inform has at any level of leniency.
const maxEvents = 64

// mostItems is the bound on an array of such items.
func (c *Codec) mostItems(item string) int {
	if item == "EventStruct" {
		return min(c.maxItems, maxEvents)
	}
	return c.maxItems
}

// An array is what is known of one before its items are read.
type array struct {
	says int // how many there are, by its own word; -1 for none
	bounds
}

// array reads the arrayType of the current element, which should be of ns and item.
func (c *Codec) array(ns soap.NS, item string) array {
	a := array{-1, c.bounds}
	c.bounds = bounds{}
	b, ok := c.dec.Attr(soap.NSEncoding, "arrayType")
	if !ok {
		c.deviate(ArrayTypeMissing, "", "")
		return a
	}
	b = trim(b)
	at := max(bytes.IndexByte(b, '['), 0)
	name, size := b[:at], b[min(at+1, len(b)):]
	if !c.isType(name, ns, item) {
		c.deviate(ArrayTypeName, "", "")
	}
	if string(size) == "]" {
		return a // as many as there are
	}
	digits, closed := bytes.CutSuffix(size, []byte("]"))
	n, err := strconv.ParseUint(string(digits), 10, 31)
	if err != nil || !closed {
		n = 1<<31 - 1 // more than there are
	}
	a.says = int(n)
	return a
}

// isType says whether a qualified name is item in ns. Below Strict, any prefix
// stands for CWMP.
func (c *Codec) isType(name []byte, ns soap.NS, item string) bool {
	at := bytes.IndexByte(name, ':')
	if string(name[at+1:]) != item {
		return false
	}
	if at >= 0 && c.level < soap.Strict && (ns.IsCWMP() || ns == soap.NSNone) {
		return true
	}
	got, _, ok := c.dec.QName(name)
	return ok && (got == ns || ns == soap.NSNone) || !ok && at >= 0 && c.level < soap.Strict
}

// counted compares the number of items of an array of the given name with the count
// that it says, and with what the schemas allow.
func (c *Codec) counted(a array, name string, n int) {
	if c.err != nil || c.dec.Err() != nil {
		return
	}
	if a.says >= 0 && a.says != n {
		c.deviate(ArrayCount, name, "")
	}
	if n < int(a.least) || a.most > 0 && n > int(a.most) {
		c.deviate(ItemCount, name, "")
	}
}

// atMany is at for a field that may be there more than once.
func (c *Codec) atMany(name string) bool {
	c.kind |= many
	return c.atInner(name)
}
