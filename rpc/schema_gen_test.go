package rpc_test

// NOTE: the generator of testdata/schema.txt, which holds what the five schemas of
// CWMP say as facts, one a line, for a clone that has not got the schemas. It
// understands the part of XML Schema that they use, and fails at anything else.
// go test -run TestSchemaFacts -update writes the file.

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/stretchr/testify/require"
)

// The parts of a schema.
type (
	xsdSchema struct {
		Target   string       `xml:"targetNamespace,attr"`
		Elements []xsdElement `xml:"element"`
		Simple   []xsdSimple  `xml:"simpleType"`
		Complex  []xsdComplex `xml:"complexType"`
		Include  []struct {
			Location string `xml:"schemaLocation,attr"`
		} `xml:"include"`
		Redefine []struct {
			Simple []xsdSimple `xml:"simpleType"`
		} `xml:"redefine"`
	}
	xsdElement struct {
		Name    string      `xml:"name,attr"`
		Type    string      `xml:"type,attr"`
		Min     string      `xml:"minOccurs,attr"`
		Max     string      `xml:"maxOccurs,attr"`
		Simple  *xsdSimple  `xml:"simpleType"`
		Complex *xsdComplex `xml:"complexType"`
	}
	xsdComplex struct {
		Name     string       `xml:"name,attr"`
		Sequence []xsdElement `xml:"sequence>element"`
		Extend   *xsdDerived  `xml:"complexContent>extension"`
		Restrict *xsdDerived  `xml:"complexContent>restriction"`
		Header   *xsdDerived  `xml:"simpleContent>extension"`
	}
	xsdDerived struct {
		Base     string       `xml:"base,attr"`
		Sequence []xsdElement `xml:"sequence>element"`
		Attr     []struct {
			Ref string `xml:"ref,attr"`
			Use string `xml:"use,attr"`
		} `xml:"attribute"`
	}
	xsdSimple struct {
		Name     string          `xml:"name,attr"`
		Restrict *xsdRestriction `xml:"restriction"`
		Union    []xsdSimple     `xml:"union>simpleType"`
	}
	xsdValue struct {
		Value string `xml:"value,attr"`
	}
	xsdRestriction struct {
		Base      string     `xml:"base,attr"`
		Length    []xsdValue `xml:"length"`
		MaxLength []xsdValue `xml:"maxLength"`
		Enum      []xsdValue `xml:"enumeration"`
		Min       []xsdValue `xml:"minInclusive"`
		Max       []xsdValue `xml:"maxInclusive"`
		Pattern   []xsdValue `xml:"pattern"`
	}
)

// A generator turns one version's schema into facts.
type generator struct {
	t       *testing.T
	simple  map[string]xsdSimple
	complex map[string]xsdComplex
	schema  []xsdElement
	target  string
	done    map[string]bool
	emit    func(subject, fact string)
}

// load reads a schema and, before it, what it includes.
func (g *generator) load(dir, file string) {
	b, err := os.ReadFile(filepath.Join(dir, file))
	require.NoError(g.t, err)
	var s xsdSchema
	require.NoError(g.t, xml.Unmarshal(b, &s))
	for _, in := range s.Include {
		g.load(dir, path.Base(in.Location))
	}
	g.target = s.Target
	g.schema = append(g.schema, s.Elements...)
	for _, x := range s.Simple {
		g.simple[x.Name] = x
	}
	for _, x := range s.Complex {
		g.complex[x.Name] = x
	}
	for _, r := range s.Redefine {
		for _, x := range r.Simple {
			g.redefine(x)
		}
	}
}

// redefine makes the old type the base of the new one.
func (g *generator) redefine(x xsdSimple) {
	require.Equal(g.t, x.Name, local(x.Restrict.Base))
	old := x.Name + " as it was"
	for _, known := g.simple[old]; known; _, known = g.simple[old] {
		old += " before"
	}
	g.simple[old] = g.simple[x.Name]
	r := *x.Restrict
	r.Base = "tns:" + old
	x.Restrict = &r
	g.simple[x.Name] = x
}

func local(qname string) string {
	_, name, ok := strings.Cut(qname, ":")
	if !ok {
		return qname
	}
	return name
}

// all emits the facts of every element at the top.
func (g *generator) all() {
	g.emit("", "namespace "+g.target)
	for _, el := range g.schema {
		c := el.Complex
		require.NotNil(g.t, c, el.Name)
		if c.Header != nil {
			require.Equal(g.t, "soapenv:mustUnderstand", c.Header.Attr[0].Ref)
			g.emit("", fmt.Sprintf("header %s %s mustUnderstand %s", el.Name, local(c.Header.Base), c.Header.Attr[0].Use))
			continue
		}
		g.emit(el.Name, "message "+el.Name)
		g.fields(el.Name, *c)
	}
}

// fields emits the facts of a struct's or a message's fields.
func (g *generator) fields(subject string, c xsdComplex) {
	if g.done[subject] {
		return
	}
	g.done[subject] = true
	for i, el := range g.sequence(subject, c) {
		g.emit(subject, fmt.Sprintf("field %s %d %s %s %s", subject, i+1, el.Name, occurs(el), g.typeOf(el)))
	}
	for _, name := range slices.Sorted(maps.Keys(g.complex)) { // the structs that stand for an abstract one
		if x := g.complex[name]; x.Extend != nil && local(x.Extend.Base) == subject && len(c.Sequence) == 0 {
			g.emit(name, fmt.Sprintf("struct %s extends %s", name, subject))
			g.fields(name, x)
		}
	}
}

// sequence gives the elements of a type, those of its base first.
func (g *generator) sequence(subject string, c xsdComplex) []xsdElement {
	require.Nil(g.t, c.Restrict, subject)
	if c.Extend == nil {
		return c.Sequence
	}
	return slices.Concat(g.sequence(subject, g.complex[local(c.Extend.Base)]), c.Extend.Sequence)
}

func occurs(el xsdElement) string {
	most := cmp.Or(el.Max, "1")
	if most == "unbounded" {
		most = "*"
	}
	return cmp.Or(el.Min, "1") + ".." + most
}

// typeOf says the type of an element, and emits the facts of a struct.
func (g *generator) typeOf(el xsdElement) string {
	if el.Simple != nil {
		return g.simpleText(*el.Simple)
	}
	if el.Complex != nil { // a struct without a name of its own
		g.fields(el.Name, *el.Complex)
		return "struct " + el.Name
	}
	name := local(el.Type)
	if c, ok := g.complex[name]; ok {
		if c.Restrict == nil {
			g.fields(name, c)
			return "struct " + name
		}
		require.Equal(g.t, "soapenc:Array", c.Restrict.Base)
		require.Len(g.t, c.Restrict.Sequence, 1)
		item := c.Restrict.Sequence[0]
		return fmt.Sprintf("array %s %s %s", occurs(item), item.Name, g.typeOf(item))
	}
	if s, ok := g.simple[name]; ok {
		return g.simpleText(s)
	}
	require.True(g.t, strings.HasPrefix(el.Type, "xs:") || el.Type == "soapenc:base64", el.Type)
	return name
}

// simpleText says a simple type: its base and what it restricts.
func (g *generator) simpleText(s xsdSimple) string {
	if s.Restrict == nil {
		var parts []string
		for _, u := range s.Union {
			parts = append(parts, g.simpleText(u))
		}
		return strings.Join(parts, " or ")
	}
	base, r := g.resolve(*s.Restrict)
	text := base
	for _, f := range []struct {
		name   string
		values []xsdValue
	}{{"length", r.Length}, {"maxLength", r.MaxLength}, {"min", r.Min}, {"max", r.Max}} {
		for _, v := range f.values {
			text += " " + f.name + "=" + v.Value
		}
	}
	for _, v := range r.Enum {
		text += " value=" + strconv.Quote(v.Value)
	}
	for _, v := range r.Pattern {
		text += " pattern=" + strconv.Quote(v.Value)
	}
	return text
}

// resolve follows a restriction to its built-in base. An inner restriction stands
// unless an outer one says more.
func (g *generator) resolve(r xsdRestriction) (base string, all xsdRestriction) {
	base = local(r.Base)
	named, ok := g.simple[base]
	if !ok {
		require.True(g.t, strings.HasPrefix(r.Base, "xs:"), r.Base)
		return base, r
	}
	require.NotNil(g.t, named.Restrict, base)
	base, all = g.resolve(*named.Restrict)
	for _, f := range []struct{ to, from *[]xsdValue }{
		{&all.Length, &r.Length}, {&all.MaxLength, &r.MaxLength}, {&all.Enum, &r.Enum}, {&all.Min, &r.Min}, {&all.Max, &r.Max}, {&all.Pattern, &r.Pattern},
	} {
		if len(*f.from) > 0 {
			*f.to = *f.from
		}
	}
	if len(all.Enum) > 0 {
		all.Min, all.Max = nil, nil
	}
	return base, all
}

// A drawn fact is what some of the versions say.
type drawnFact struct {
	subject, text string
	versions      []rpc.Version
}

// drawFacts reads all schemas.
func drawFacts(t *testing.T, dir string) string {
	var subjects []string
	var facts []*drawnFact
	for _, v := range slices.Backward(allVersions) { // the order of the last one is the file's
		g := &generator{t: t, simple: map[string]xsdSimple{}, complex: map[string]xsdComplex{}, done: map[string]bool{}}
		g.emit = func(subject, text string) {
			if !slices.Contains(subjects, subject) {
				subjects = append(subjects, subject)
			}
			i := slices.IndexFunc(facts, func(f *drawnFact) bool { return f.subject == subject && f.text == text })
			if i < 0 {
				facts = append(facts, &drawnFact{subject: subject, text: text})
				i = len(facts) - 1
			}
			facts[i].versions = append(facts[i].versions, v)
		}
		g.load(dir, "cwmp-"+strings.Replace(v.String(), ".", "-", 1)+".xsd")
		g.all()
	}
	var b strings.Builder
	b.WriteString("# What the schemas of CWMP 1.0 to 1.4 say, a fact a line: the versions, then what they say. A field is its message\n" +
		"# or struct, its place, its name, how often it may stand, and its type. Written by go test -run TestSchemaFacts -update.\n")
	for _, subject := range subjects {
		b.WriteString("\n")
		own := slices.DeleteFunc(slices.Clone(facts), func(f *drawnFact) bool { return f.subject != subject })
		slices.SortStableFunc(own, func(a, b *drawnFact) int { return cmp.Compare(place(a.text), place(b.text)) })
		for _, f := range own {
			slices.Sort(f.versions)
			fmt.Fprintf(&b, "%s %s\n", versionRange(t, f.versions), f.text)
		}
	}
	return b.String()
}

// place is the number of a field, 0 for any other fact.
func place(text string) int {
	if parts := strings.Fields(text); parts[0] == "field" {
		n, _ := strconv.Atoi(parts[2])
		return n
	}
	return 0
}

// versionRange writes versions, between which there is no gap.
func versionRange(t *testing.T, versions []rpc.Version) string {
	first, last := versions[0], versions[len(versions)-1]
	require.Len(t, versions, int(last-first)+1, "a gap between versions")
	if first == last {
		return first.String()
	}
	return first.String() + "-" + last.String()
}

const factsFile = "testdata/schema.txt"

// TestSchemaFacts draws the facts again where the schemas are.
func TestSchemaFacts(t *testing.T) {
	drawn := drawFacts(t, shared(t, "standard/cwmp"))
	if *update {
		require.NoError(t, os.WriteFile(factsFile, []byte(drawn), 0o666))
	}
	b, err := os.ReadFile(factsFile)
	require.NoError(t, err)
	require.Equal(t, string(b), drawn)
}
