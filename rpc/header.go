package rpc

import (
	"bytes"
	"slices"
	"strings"

	"github.com/cwmp-go/cwmp/soap"
)

// NOTE: the header elements that the standard has, as one table: how each is read
// and written, what it says of mustUnderstand, and the message that it belongs to
// (TR-069 section 3.5, table 4). What is not in the table is kept as its bytes.

// A block is one header element of the standard.
type block struct {
	name string
	must bool   // mustUnderstand is 1, otherwise 0
	only string // the one message that it may stand with; "" for any
	seen uint8  // its bit in reader.blocksSeen

	// has tells whether an envelope has the element, text gives what is written.
	has  func(*Envelope, *Style) bool
	text func(*Envelope, *Style) string
	// read takes the element's text, which is of the kind: any but a boolean or a
	// number is as good as another.
	read func(*Envelope, []byte) error
	kind FieldKind
}

// blocks are in the order in which they are written. The ID is first.
var blocks = [...]block{
	{
		name: "ID", must: true, seen: 1 << 0,
		has: func(e *Envelope, s *Style) bool { return e.HasID || s.AlwaysID != "" },
		text: func(e *Envelope, s *Style) string {
			if e.HasID {
				return e.ID
			}
			return s.AlwaysID
		},
		read: func(e *Envelope, b []byte) error {
			e.ID, e.HasID = string(b), true
			return nil
		},
	},
	{
		name: "HoldRequests", must: true, seen: 1 << 1, kind: FieldBool,
		has:  func(e *Envelope, s *Style) bool { return e.HoldRequests || s.AlwaysHold },
		text: func(e *Envelope, s *Style) string { return s.bool(e.HoldRequests) },
		read: func(e *Envelope, b []byte) (err error) {
			e.HoldRequests, err = parseBool(b)
			return err
		},
	},
	{
		name: "SessionTimeout", only: "Inform", seen: 1 << 2, kind: FieldUint,
		has:  func(e *Envelope, _ *Style) bool { return e.HasSessionTimeout },
		text: func(e *Envelope, _ *Style) string { return uintText(uint64(e.SessionTimeout)) },
		read: func(e *Envelope, b []byte) error {
			v, err := parseUint(b, 32)
			e.SessionTimeout, e.HasSessionTimeout = uint32(v), err == nil
			return err
		},
	},
	{
		name: "SupportedCWMPVersions", only: "Inform", seen: 1 << 3,
		has:  func(e *Envelope, _ *Style) bool { return e.SupportedCWMPVersions != "" },
		text: func(e *Envelope, _ *Style) string { return string(e.SupportedCWMPVersions) },
		read: func(e *Envelope, b []byte) error {
			e.SupportedCWMPVersions = VersionList(b)
			return nil
		},
	},
	{
		name: "UseCWMPVersion", must: true, only: "InformResponse", seen: 1 << 4,
		has:  func(e *Envelope, _ *Style) bool { return e.UseCWMPVersion != "" },
		text: func(e *Envelope, _ *Style) string { return e.UseCWMPVersion },
		read: func(e *Envelope, b []byte) error {
			e.UseCWMPVersion = string(b)
			return nil
		},
	},
	{
		name: "NoMoreRequests", seen: 1 << 5, kind: FieldBool,
		has:  func(e *Envelope, _ *Style) bool { return e.HasNoMoreRequests },
		text: func(e *Envelope, s *Style) string { return s.bool(e.NoMoreRequests) },
		read: func(e *Envelope, b []byte) (err error) {
			e.NoMoreRequests, err = parseTruth(b)
			e.HasNoMoreRequests = err == nil
			return err
		},
	},
}

// blockNamed finds a header element by its local name, whose case does not
// matter: there are peers that write sessionTimeout. exact is false for those.
func blockNamed(local []byte) (b *block, exact bool) {
	for i := range blocks {
		b := &blocks[i]
		if string(local) == b.name {
			return b, true
		}
		if len(local) == len(b.name) && bytes.EqualFold(local, []byte(b.name)) {
			return b, false
		}
	}
	return nil, false
}

// block reads the current header element into the envelope when it is one of the
// standard's, and gives false for any other. The first of two stands.
func (r *reader) block(ns soap.NS, local []byte) bool {
	if !ns.IsCWMP() && ns != soap.NSUndeclared {
		return false
	}
	b, exact := blockNamed(local)
	if b == nil || !exact && r.level == soap.Strict {
		return false
	}
	if !exact {
		r.deviate(HeaderCase, "", "")
	}
	if r.blocksSeen&b.seen != 0 {
		r.fail("", ErrTwice)
		return true
	}
	r.blocksSeen |= b.seen
	r.mustUnderstand(b)
	r.blockText(b)
	return true
}

// blockText reads the text of a header element. The ID is read exactly.
func (r *reader) blockText(b *block) {
	text := r.dec.Content
	if b.name == "ID" {
		text = r.dec.Exact
	}
	said := text()
	err := b.read(r.env, said)
	switch {
	case b.name == "ID" && r.env.ID == "" && r.dec.Err() == nil:
		r.dec.Report(EmptyID, b.name, "")
	case b.name == "NoMoreRequests":
		r.dec.Report(OldHeader, b.name, "")
	}
	switch {
	case err == nil && b.kind == FieldBool:
		r.spelling(b.name, said)
	case err == nil && b.kind == FieldUint:
		r.unpadded(b.name, said)
	case err == nil:
	case r.level > soap.Tolerant:
		r.fail(b.name, err)
	case err == ErrBoolean:
		r.dec.Report(BadBoolean, b.name, "")
	default:
		r.dec.Report(BadNumber, b.name, "")
	}
}

// mustUnderstand looks at the attribute of that name.
func (r *reader) mustUnderstand(b *block) {
	v, ok := r.dec.Attr(soap.NSEnvelope, "mustUnderstand")
	free := b.name == "NoMoreRequests" // of which the standard says nothing
	if ok && string(v) == boolText(b.must) || free && (!ok || isBoolean(trim(v))) {
		return
	}
	odd := ok || b.must
	for name := range r.dec.Attrs() {
		odd = odd || string(name.Local) == "mustUnderstand"
	}
	if odd {
		r.deviate(MustUnderstandForm, "", "")
	}
}

// HeaderMisplaced: a header element of the standard with a message that it does not
// belong to. It is read all the same. At Strict, and when writing, it is
// ErrMisplaced.
const HeaderMisplaced soap.Code = "header-misplaced"

// place makes known that a header element does not belong to the message.
func (r *reader) place() {
	if r.env.Message == nil {
		return
	}
	switch name := r.env.misplaced(); {
	case name == "":
	case r.level == soap.Strict:
		r.fail("Envelope/Header/"+name, ErrMisplaced)
	default:
		r.dec.Report(HeaderMisplaced, "Envelope/Header/"+name, "")
	}
}

// misplaced names the first header element that does not belong to the message,
// "" for none.
func (e *Envelope) misplaced() string {
	method := e.Message.Method()
	for i := range blocks {
		if b := &blocks[i]; b.only != "" && b.only != method && b.has(e, nil) {
			return b.name
		}
	}
	return ""
}

// raise makes the version that the namespace stands for the version that the
// header tells of its sender. Only the namespace of 1.2 stands for several, so
// only there has the header a say; and it never lowers.
func (e *Envelope) raise() {
	if e.Version < V12 {
		return
	}
	e.Version = max(e.Version, e.headerVersion())
}

// headerVersion is the version that the header tells, 0 for none.
func (e *Envelope) headerVersion() Version {
	switch {
	case e.UseCWMPVersion != "":
		return ParseVersion(e.UseCWMPVersion)
	case e.SupportedCWMPVersions.named():
		return slices.Max(append(e.SupportedCWMPVersions.Versions(), 0))
	case e.HasSessionTimeout:
		return V13
	}
	return 0
}

// encodeHeader writes the header elements that there are.
func (e *Envelope) encodeHeader(c *Codec, s *Style) {
	open := s.EmptyHeader || len(e.Header) > 0
	if open {
		c.enc.Start(soap.NSEnvelope, "Header")
	}
	for i := range blocks {
		b := &blocks[i]
		if !b.has(e, s) {
			continue
		}
		if !open {
			c.enc.Start(soap.NSEnvelope, "Header")
			open = true
		}
		c.header(b, b.text(e, s))
	}
	for _, raw := range e.Header {
		c.enc.Raw(raw)
	}
	if open {
		c.enc.End()
	}
}

// header writes one header element.
func (c *Codec) header(b *block, text string) {
	c.enc.Start(c.ns, b.name)
	c.enc.Attr(soap.NSEnvelope, "mustUnderstand", boolText(b.must))
	if text != "" {
		c.enc.Text(text)
	}
	c.enc.End()
}

// A VersionList is the text of SupportedCWMPVersions: versions with commas in
// between. The zero value is none, and no header element.
type VersionList string

// ListVersions makes the text of SupportedCWMPVersions. What is no version is left
// out.
func ListVersions(versions ...Version) VersionList {
	var names []string
	for _, v := range versions {
		if name := v.String(); name != "" {
			names = append(names, name)
		}
	}
	return VersionList(strings.Join(names, ","))
}

// Versions gives the versions of the list that this package knows, in its order.
// White space around them does not count; what is no version, or a later one, is
// passed over.
func (l VersionList) Versions() []Version {
	var all []Version
	for name := range strings.SplitSeq(string(l), ",") {
		if v := ParseVersion(name); v != 0 {
			all = append(all, v)
		}
	}
	return all
}

// named says whether the list names a version, known here or not. One that does not
// counts as none.
func (l VersionList) named() bool {
	for name := range strings.SplitSeq(string(l), ",") {
		major, minor, _ := strings.Cut(strings.Trim(name, space), ".")
		if number(major) && number(minor) {
			return true
		}
	}
	return false
}

// number says whether there are digits in s and nothing else.
func number(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}
