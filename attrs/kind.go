package attrs

import (
	"fmt"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// A Kind is the type of an attribute's value: how its text is read and what
// Min and Max count.
type Kind uint8

// The kinds.
const (
	KindURL    Kind = iota + 1 // absolute http or https URL without user information; Min, Max: characters
	KindString                 // text without control characters; Min, Max: characters
	KindSecret                 // as KindString, never shown; Min, Max: characters
	KindBool                   // 0, 1, false or true; no Min, Max
	KindUint                   // decimal digits; Min, Max: the number
	KindTime                   // yyyy-mm-ddThh:mm:ss, with or without a zone; Min, Max: see Limits
	KindInt                    // as KindUint, with a sign; Min, Max: the number
)

var kindNames = [...]string{
	KindURL: "URL", KindString: "String", KindSecret: "Secret", KindBool: "Bool", KindUint: "Uint", KindTime: "Time",
	KindInt: "Int",
}

// String returns the kind's name without the prefix; "Kind(?)" for none.
func (k Kind) String() string {
	if !k.valid() {
		return "Kind(?)"
	}
	return kindNames[k]
}

func (k Kind) valid() bool { return k >= KindURL && k <= KindInt }

// texts reports whether Min and Max count characters.
func (k Kind) texts() bool { return k == KindURL || k == KindString || k == KindSecret }

// readers fill v from text and return what is wrong with it, or "". The
// reason never quotes the text, which may be a secret sent to the wrong
// attribute.
var readers = [...]func(d *Descriptor, l Limits, now time.Time, text string, v *Value) string{
	KindURL: readURL, KindString: readString, KindSecret: readSecret, KindBool: readBool, KindUint: readUint, KindTime: readTime,
	KindInt: readInt,
}

// read validates text as src writes it and gives the typed value.
func (d *Descriptor) read(src Source, now time.Time, text string) (v Value, reason string) {
	v = Value{kind: d.Kind, state: assigned, source: src, text: text}
	reason = readers[d.Kind](d, d.limits(src), now, text, &v)
	return v, reason
}

func readString(d *Descriptor, l Limits, _ time.Time, text string, _ *Value) string {
	if n := int64(utf8.RuneCountInString(text)); n < l.Min || n > l.Max {
		return fmt.Sprintf("need %d to %d characters", l.Min, l.Max)
	}
	if !utf8.ValidString(text) {
		return "not UTF-8"
	}
	for _, c := range text {
		if c < ' ' || c == 0x7f {
			return "control character"
		}
		if d.Chars != "" && !strings.ContainsRune(d.Chars, c) {
			return "character not allowed here"
		}
	}
	if len(d.OneOf) > 0 && !slices.Contains(d.OneOf, text) {
		return "need one of " + strings.Join(d.OneOf, ", ")
	}
	return ""
}

func readSecret(d *Descriptor, l Limits, now time.Time, text string, v *Value) string {
	v.text, v.secret = "", NewSecret(text)
	return readString(d, l, now, text, v)
}

func readURL(d *Descriptor, l Limits, now time.Time, text string, v *Value) string {
	if foreign(text) { // before its length: ftp://x is too short as well
		return "neither http nor https"
	}
	if reason := readString(d, l, now, text, v); reason != "" || text == "" {
		return reason
	}
	if strings.ContainsFunc(text, func(c rune) bool { return c <= ' ' || c > '~' }) {
		return "not a URL"
	}
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return "not a URL"
	case u.Scheme != "http" && u.Scheme != "https":
		return "neither http nor https"
	case u.Hostname() == "":
		return "no host"
	case u.User != nil:
		return "user information belongs in the credentials"
	case !validPort(u.Port()):
		return "no such port"
	}
	return ""
}

// foreign reports whether a text begins with another scheme than a URL's here.
func foreign(text string) bool {
	const most = 32
	scheme, _, ok := strings.Cut(text[:min(len(text), most)], "://")
	return ok && !strings.EqualFold(scheme, "http") && !strings.EqualFold(scheme, "https")
}

func validPort(port string) bool {
	n, err := strconv.ParseUint(port, 10, 16)
	return port == "" || err == nil && n != 0
}

// readBool takes the four lexical forms of TR-069 A.2.1's boolean.
func readBool(_ *Descriptor, _ Limits, _ time.Time, text string, v *Value) string {
	switch text {
	case "1", "true":
		v.num = 1
	case "0", "false":
	default:
		return "need 0, 1, false or true"
	}
	return ""
}

func readUint(_ *Descriptor, l Limits, _ time.Time, text string, v *Value) string {
	n, err := strconv.ParseUint(strings.TrimPrefix(text, "+"), 10, 63)
	if err != nil || int64(n) < l.Min || int64(n) > l.Max {
		return fmt.Sprintf("need a number from %d to %d", l.Min, l.Max)
	}
	v.num = int64(n)
	return ""
}

func readInt(_ *Descriptor, l Limits, _ time.Time, text string, v *Value) string {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < l.Min || n > l.Max {
		return fmt.Sprintf("need a number from %d to %d", l.Min, l.Max)
	}
	v.num = n
	return ""
}

// readTime takes a dateTime of TR-106 3.2.2 and the CLI's form, which has no
// zone and counts in the device's.
func readTime(_ *Descriptor, l Limits, now time.Time, text string, v *Value) string {
	const seconds = "2006-01-02T15:04:05"
	if len(text) < len(seconds) || len(text) > 40 || text[13] != ':' || strings.Contains(text, ",") {
		return "need yyyy-mm-ddThh:mm:ss"
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		at, err = time.ParseInLocation(seconds, text, now.Location())
	}
	if err != nil {
		return "need yyyy-mm-ddThh:mm:ss"
	}
	_, offset := at.Zone()
	if wall := at.Unix() + int64(offset); wall < l.Min || wall > l.Max {
		return "outside the allowed span of time"
	}
	if l.Future && !now.IsZero() && !at.After(now) {
		return "not later than the device's clock"
	}
	v.at = at
	return ""
}

// Limits of kinds that have none of their own.
const (
	maxText = 4096           // characters of a URL, string or secret
	maxUint = math.MaxUint32 // an unsignedInt
	minInt  = math.MinInt32  // an int
	maxInt  = math.MaxInt32
	minTime = -62135596800 // 0001-01-01T00:00:00, the Unknown Time
	maxTime = 253402300799 // 9999-12-31T23:59:59, the Infinite Time
)
