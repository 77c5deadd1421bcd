package soap

// NOTE: a second reader, which says no more than whether a document is one. It is
// written from XML 1.0 (fifth edition) and Namespaces in XML 1.0 (third edition), a
// method a production, numbered as there; it reads by recursion, takes each byte for
// granted as it comes, and shares nothing with Decoder. It leaves out what the profile
// of this package leaves out: document type declarations, and every encoding but UTF-8
// and US-ASCII. The W3C suite judges it as it judges the Decoder.

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// grammarAccepts reads a document from its first byte to its last.
func grammarAccepts(doc []byte) (ok bool) {
	defer func() {
		if r := recover(); r != nil {
			if _, refused := r.(refusedByGrammar); !refused {
				panic(r)
			}
			ok = false
		}
	}()
	g := &grammar{s: string(bytes.TrimPrefix(doc, []byte("\xEF\xBB\xBF")))}
	g.must(utf8.ValidString(g.s))
	for _, r := range g.s {
		g.must(isGrammarChar(r))
	}
	g.document()
	return true
}

type refusedByGrammar struct{}

// isGrammarChar is production 2.
func isGrammarChar(r rune) bool {
	return r == 0x9 || r == 0xA || r == 0xD || r >= 0x20 && r <= 0xD7FF || r >= 0xE000 && r <= 0xFFFD || r >= 0x10000 && r <= 0x10FFFF
}

type grammar struct {
	s     string
	i     int
	scope []map[string]string // the declarations of the open elements
}

func (g *grammar) must(ok bool) {
	if !ok {
		panic(refusedByGrammar{})
	}
}

func (g *grammar) at(s string) bool { return strings.HasPrefix(g.s[g.i:], s) }

// take goes over s if that comes next.
func (g *grammar) take(s string) bool {
	if g.at(s) {
		g.i += len(s)
		return true
	}
	return false
}

func (g *grammar) expect(s string) { g.must(g.take(s)) }

// until gives what goes before s, and goes over both.
func (g *grammar) until(s string) string {
	n := strings.Index(g.s[g.i:], s)
	g.must(n >= 0)
	text := g.s[g.i : g.i+n]
	g.i += n + len(s)
	return text
}

// run goes over the characters of a set.
func (g *grammar) run(set string) string {
	start := g.i
	for g.i < len(g.s) && strings.IndexByte(set, g.s[g.i]) >= 0 {
		g.i++
	}
	return g.s[start:g.i]
}

// 3: S, and whether there was any.
func (g *grammar) space() bool { return g.run(" \t\r\n") != "" }

// 1: document ::= prolog element Misc*
func (g *grammar) document() {
	if g.at("<?xml") && g.i+5 < len(g.s) && strings.IndexByte(" \t\r\n", g.s[g.i+5]) >= 0 {
		g.declaration()
	}
	g.misc()
	g.element()
	g.misc()
	g.must(g.i == len(g.s))
}

// 27: Misc ::= Comment | PI | S
func (g *grammar) misc() {
	for g.space() || g.comment() || g.instruction() {
	}
}

// 23: XMLDecl ::= '<?xml' VersionInfo EncodingDecl? SDDecl? S? '?>'
func (g *grammar) declaration() {
	g.expect("<?xml")
	version, there := g.pseudo("version")
	minor, one := strings.CutPrefix(version, "1.") // 26
	g.must(there && one && minor != "" && strings.Trim(minor, "0123456789") == "")
	if encoding, there := g.pseudo("encoding"); there {
		name := strings.Trim(encoding, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-")
		g.must(name == "") // 81
		ascii := strings.EqualFold(encoding, "US-ASCII")
		g.must(ascii || strings.EqualFold(encoding, "UTF-8"))
		for i := 0; ascii && i < len(g.s); i++ {
			g.must(g.s[i] < utf8.RuneSelf)
		}
	}
	if standalone, there := g.pseudo("standalone"); there {
		g.must(standalone == "yes" || standalone == "no")
	}
	g.space()
	g.expect("?>")
}

// 24, 80, 32: S name Eq, and a value in quotes.
func (g *grammar) pseudo(name string) (string, bool) {
	start := g.i
	if !g.space() || !g.take(name) {
		g.i = start
		return "", false
	}
	g.equals()
	for _, quote := range []string{`"`, "'"} {
		if g.take(quote) {
			return g.until(quote), true
		}
	}
	panic(refusedByGrammar{})
}

// 25: Eq ::= S? '=' S?
func (g *grammar) equals() {
	g.space()
	g.expect("=")
	g.space()
}

// 15: Comment
func (g *grammar) comment() bool {
	if !g.take("<!--") {
		return false
	}
	g.until("--")
	g.expect(">")
	return true
}

// 16: PI ::= '<?' PITarget (S (Char* - (Char* '?>' Char*)))? '?>'
func (g *grammar) instruction() bool {
	if !g.take("<?") {
		return false
	}
	target := g.ncName() // Namespaces, section 7
	g.must(!strings.EqualFold(target, "xml"))
	if g.space() {
		g.until("?>")
	} else {
		g.expect("?>")
	}
	return true
}

// 39: element ::= EmptyElemTag | STag content ETag
func (g *grammar) element() {
	g.expect("<")
	prefix, local := g.qName()
	var attributes []attribute
	spaced := g.space()
	for !g.at(">") && !g.at("/>") {
		g.must(spaced)
		attributes = append(attributes, g.attribute())
		spaced = g.space()
	}
	g.scope = append(g.scope, g.declared(attributes))
	g.must(prefix != "xmlns")
	g.resolve(prefix)
	g.unique(attributes)
	if !g.take("/>") {
		g.expect(">")
		g.content()
		g.expect("</")
		endPrefix, endLocal := g.qName()
		g.must(endPrefix == prefix && endLocal == local)
		g.space()
		g.expect(">")
	}
	g.scope = g.scope[:len(g.scope)-1]
}

// 43: content ::= CharData? ((element | Reference | CDSect | PI | Comment) CharData?)*
func (g *grammar) content() {
	for {
		g.charData()
		switch {
		case g.at("</"):
			return
		case g.at("&"):
			g.reference()
		case g.take("<![CDATA["): // 18
			g.until("]]>")
		case g.comment(), g.instruction():
		default:
			g.element()
		}
	}
}

// 14: CharData ::= [^<&]* - ([^<&]* ']]>' [^<&]*)
func (g *grammar) charData() {
	n := strings.IndexAny(g.s[g.i:], "<&")
	g.must(n >= 0)
	g.must(!strings.Contains(g.s[g.i:g.i+n], "]]>"))
	g.i += n
}

// 67: Reference ::= EntityRef | CharRef
func (g *grammar) reference() string {
	g.expect("&")
	base, digits := rune(10), ""
	switch {
	case g.take("#x"):
		base, digits = 16, g.run("0123456789abcdefABCDEF")
	case g.take("#"):
		digits = g.run("0123456789")
	default:
		text, known := map[string]string{"lt": "<", "gt": ">", "amp": "&", "apos": "'", "quot": `"`}[g.ncName()]
		g.must(known) // 4.1: Entity Declared
		g.expect(";")
		return text
	}
	g.must(digits != "")
	r := rune(0)
	for _, digit := range strings.ToLower(digits) {
		r = min(r*base+rune(strings.IndexRune("0123456789abcdef", digit)), utf8.MaxRune+1)
	}
	g.must(isGrammarChar(r)) // 4.1: Legal Character
	g.expect(";")
	return string(r)
}

type attribute struct{ prefix, local, value string }

// 41: Attribute ::= Name Eq AttValue
func (g *grammar) attribute() attribute {
	prefix, local := g.qName()
	g.equals()
	for _, quote := range []string{`"`, "'"} {
		if g.take(quote) {
			return attribute{prefix, local, g.value(quote)}
		}
	}
	panic(refusedByGrammar{})
}

// 10: AttValue ::= '"' ([^<&"] | Reference)* '"', normalised as section 3.3.3 says.
func (g *grammar) value(quote string) string {
	var b strings.Builder
	for !g.take(quote) {
		g.must(g.i < len(g.s) && g.s[g.i] != '<')
		switch {
		case g.at("&"):
			b.WriteString(g.reference())
		case g.take("\r\n"), g.take("\r"), g.take("\n"), g.take("\t"):
			b.WriteByte(' ')
		default:
			b.WriteByte(g.s[g.i])
			g.i++
		}
	}
	return b.String()
}

// Namespaces, 7: QName ::= (Prefix ':')? LocalPart
func (g *grammar) qName() (prefix, local string) {
	local = g.ncName()
	if g.take(":") {
		return local, g.ncName()
	}
	return "", local
}

// 5: Name ::= NameStartChar (NameChar)*, without colons (Namespaces, 4).
func (g *grammar) ncName() string {
	start := g.i
	for _, r := range g.s[start:] {
		if !inGrammar(r, nameStarts) && (g.i == start || !inGrammar(r, nameOthers)) {
			break
		}
		g.i += utf8.RuneLen(r)
	}
	g.must(g.i > start)
	return g.s[start:g.i]
}

// 4 and 4a, without the colon: from, to, from, to.
var (
	nameStarts = []rune{'A', 'Z', '_', '_', 'a', 'z', 0xC0, 0xD6, 0xD8, 0xF6, 0xF8, 0x2FF, 0x370, 0x37D, 0x37F, 0x1FFF,
		0x200C, 0x200D, 0x2070, 0x218F, 0x2C00, 0x2FEF, 0x3001, 0xD7FF, 0xF900, 0xFDCF, 0xFDF0, 0xFFFD, 0x10000, 0xEFFFF}
	nameOthers = []rune{'-', '-', '.', '.', '0', '9', 0xB7, 0xB7, 0x300, 0x36F, 0x203F, 0x2040}
)

func inGrammar(r rune, ranges []rune) bool {
	for i := 0; i < len(ranges); i += 2 {
		if r >= ranges[i] && r <= ranges[i+1] {
			return true
		}
	}
	return false
}

const (
	grammarXML   = "http://www.w3.org/XML/1998/namespace"
	grammarXMLNS = "http://www.w3.org/2000/xmlns/"
)

// declared gives the namespaces that a tag declares: Namespaces, section 3 (Reserved
// Prefixes and Namespace Names) and section 5 (No Prefix Undeclaring).
func (g *grammar) declared(attributes []attribute) map[string]string {
	scope := map[string]string{}
	for _, a := range attributes {
		prefix := a.local
		switch {
		case a.prefix == "" && a.local == "xmlns":
			prefix = ""
		case a.prefix != "xmlns":
			continue
		}
		_, twice := scope[prefix]
		g.must(!twice && prefix != "xmlns" && a.value != grammarXMLNS)
		g.must((prefix == "xml") == (a.value == grammarXML))
		g.must(prefix == "" || a.value != "")
		scope[prefix] = a.value
	}
	return scope
}

// resolve gives a prefix's namespace: Namespaces, section 5 (Prefix Declared).
func (g *grammar) resolve(prefix string) string {
	for i := len(g.scope) - 1; i >= 0; i-- {
		if uri, there := g.scope[i][prefix]; there {
			return uri
		}
	}
	g.must(prefix == "" || prefix == "xml")
	return map[string]string{"xml": grammarXML}[prefix]
}

// unique is Namespaces, section 6.3 (Attributes Unique).
func (g *grammar) unique(attributes []attribute) {
	seen := map[[2]string]bool{}
	for _, a := range attributes {
		if a.prefix == "xmlns" || a.prefix == "" && a.local == "xmlns" {
			continue
		}
		name := [2]string{"", a.local}
		if a.prefix != "" {
			name[0] = g.resolve(a.prefix)
		}
		g.must(!seen[name])
		seen[name] = true
	}
}
