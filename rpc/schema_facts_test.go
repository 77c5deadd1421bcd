package rpc_test

// NOTE: testdata/schema.txt read back, and messages held against it: every message
// is written with something in each field and with nothing in any, in every
// version that has it, and etree says what elements came out.

import (
	"errors"
	"fmt"
	"math"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/beevik/etree"
	"github.com/cwmp-go/cwmp/rpc"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A fieldFact is one field of a message or a struct.
type fieldFact struct {
	name, occurs string
	kind         string // "struct", "array", or the base of a simple type
	of           string // struct: its type
	items, item  string // array: how many, and the element's name
	text         string // simple type: all of it
	each         *fieldFact
}

func (f fieldFact) optional() bool { return strings.HasPrefix(f.occurs, "0") }
func (f fieldFact) repeated() bool { return strings.HasSuffix(f.occurs, "*") }

// itemBounds are the least and the most items of an array, 0 for no bound.
func (f fieldFact) itemBounds() (least, most int) {
	from, to, _ := strings.Cut(f.items, "..")
	least, _ = strconv.Atoi(from)
	most, _ = strconv.Atoi(to)
	return least, most
}

// schemaFacts are what one version says.
type schemaFacts struct {
	namespace string
	headers   map[string]string // name to "boolean required"
	messages  []string
	extends   map[string]string
	fields    map[string][]fieldFact
}

// known is what readFacts has read.
var known map[rpc.Version]*schemaFacts

// readFacts reads the file once.
func readFacts(t *testing.T) map[rpc.Version]*schemaFacts {
	if known != nil {
		return known
	}
	b, err := os.ReadFile(factsFile)
	require.NoError(t, err)
	all := map[rpc.Version]*schemaFacts{}
	for _, v := range allVersions {
		all[v] = &schemaFacts{headers: map[string]string{}, extends: map[string]string{}, fields: map[string][]fieldFact{}}
	}
	for line := range strings.Lines(string(b)) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		span, fact, _ := strings.Cut(line, " ")
		first, last, ranged := strings.Cut(span, "-")
		if !ranged {
			last = first
		}
		for v := rpc.ParseVersion(first); v <= rpc.ParseVersion(last); v++ {
			all[v].add(t, fact)
		}
	}
	known = all
	return all
}

func (s *schemaFacts) add(t *testing.T, fact string) {
	w := strings.Fields(fact)
	switch w[0] {
	case "namespace":
		s.namespace = w[1]
	case "header":
		s.headers[w[1]] = w[2] + " " + w[4]
	case "message":
		s.messages = append(s.messages, w[1])
	case "struct":
		s.extends[w[1]] = w[3]
	case "field":
		require.Equal(t, strconv.Itoa(len(s.fields[w[1]])+1), w[2], fact)
		f := typeFact(w[5:])
		f.name, f.occurs = w[3], w[4]
		s.fields[w[1]] = append(s.fields[w[1]], f)
	default:
		require.Fail(t, "unknown fact", fact)
	}
}

func typeFact(w []string) fieldFact {
	switch w[0] {
	case "struct":
		return fieldFact{kind: "struct", of: w[1]}
	case "array":
		each := typeFact(w[3:])
		return fieldFact{kind: "array", items: w[1], item: w[2], each: &each}
	}
	return fieldFact{kind: w[0], text: strings.Join(w, " ")}
}

var lengthFact = regexp.MustCompile(`[lL]ength=(\d+)`)

// longest is the length that a text may have, 0 for any.
func (f fieldFact) longest() int {
	m := lengthFact.FindStringSubmatch(f.text)
	if m == nil {
		return 0
	}
	n, _ := strconv.Atoi(m[1])
	return n
}

// TestSchemaMessages: the registry has every message of each version's schema,
// and none that is not in it.
func TestSchemaMessages(t *testing.T) {
	for v, facts := range readFacts(t) {
		want := []string{"Fault"}
		for _, row := range (rpc.Registry{}).Rows() {
			if row.Since <= v {
				want = append(want, row.Name, row.Name+"Response")
			}
		}
		assert.ElementsMatch(t, want, facts.messages, v)
		b := encode(t, rpc.NewEnvelope(v, "1", &rpc.Reboot{}))
		assert.Contains(t, b, `xmlns:cwmp="`+facts.namespace+`"`)
	}
}

// TestSchemaHeaders: the header elements, and what each says of mustUnderstand.
func TestSchemaHeaders(t *testing.T) {
	facts := readFacts(t)[rpc.V14]
	inform := rpc.NewEnvelope(rpc.V14, "1", &rpc.Inform{})
	inform.HoldRequests, inform.HasSessionTimeout, inform.SupportedCWMPVersions = true, true, "1.4"
	response := rpc.NewEnvelope(rpc.V14, "1", &rpc.InformResponse{})
	response.UseCWMPVersion = "1.4"
	seen := map[string]bool{}
	for _, env := range []*rpc.Envelope{inform, response} {
		for _, el := range element(t, encode(t, env), "/Envelope/Header").ChildElements() {
			require.Contains(t, facts.headers, el.Tag)
			seen[el.Tag] = true
			want := map[bool]string{true: "1", false: "0"}[strings.HasSuffix(facts.headers[el.Tag], " required")]
			assert.Equal(t, want, el.SelectAttrValue("mustUnderstand", ""), el.Tag)
		}
	}
	assert.Len(t, seen, len(facts.headers))
}

// element finds an element of a document.
func element(t *testing.T, doc, path string) *etree.Element {
	t.Helper()
	tree := etree.NewDocument()
	require.NoError(t, tree.ReadFromString(doc))
	el := tree.FindElement(path)
	require.NotNil(t, el, "%s in %s", path, doc)
	return el
}

// A subject is a message to be held against the facts.
type subject struct {
	name string // in the facts
	path string // where its element is
	make func() rpc.Message
}

// subjects are all messages of a version. ChangeDUState has three kinds.
func subjects(v rpc.Version) (all []subject) {
	var registry rpc.Registry
	for _, row := range registry.Rows() {
		for _, name := range []string{row.Name, row.Name + "Response"} {
			if row.Since <= v && name != "ChangeDUState" {
				all = append(all, subject{name, "/Envelope/Body/" + name, func() rpc.Message { return registry.New(name) }})
			}
		}
	}
	for _, typ := range []rpc.OperationType{rpc.OperationInstall, rpc.OperationUpdate, rpc.OperationUninstall} {
		if v >= rpc.V12 {
			all = append(all, subject{"ChangeDUState", "/Envelope/Body/ChangeDUState", func() rpc.Message {
				return &rpc.ChangeDUState{Operations: []rpc.Operation{{Type: typ}}}
			}})
		}
	}
	return append(all, subject{"Fault", "/Envelope/Body/Fault/detail/Fault", func() rpc.Message { return &rpc.Fault{FaultCode: 9001} }})
}

// notElements are the fields that no element of the facts stands for.
var notElements = []string{"Type", "SOAPCode", "SOAPText"}

// leaves visits every leaf of a message; slices get one item first.
func leaves(v reflect.Value, visit func(reflect.Value)) {
	switch {
	case v.Type() == reflect.TypeFor[rpc.Value](), v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Uint8:
		visit(v)
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			if !slices.Contains(notElements, v.Type().Field(i).Name) {
				leaves(v.Field(i), visit)
			}
		}
	case v.Kind() == reflect.Slice:
		if v.Len() == 0 {
			v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		}
		leaves(v.Index(0), visit)
	default:
		visit(v)
	}
}

// fill puts a value into a leaf, one of two that differ.
func fill(leaf reflect.Value, second bool) {
	n, text := 1, "x"
	if second {
		n, text = 2, "y"
	}
	switch leaf.Interface().(type) {
	case rpc.DateTime:
		leaf.SetString(fmt.Sprintf("2026-01-01T00:00:0%dZ", n))
		return
	case rpc.Value:
		leaf.Set(reflect.ValueOf(rpc.StringValue(text)))
		return
	case []byte:
		leaf.SetBytes([]byte(text))
		return
	}
	switch leaf.Kind() {
	case reflect.String:
		leaf.SetString(text)
	case reflect.Bool:
		leaf.SetBool(second)
	case reflect.Int32:
		leaf.SetInt(int64(n))
	case reflect.Uint32:
		leaf.SetUint(uint64(9000 + n))
	default:
		panic(leaf.Type())
	}
}

// filled is a message with something everywhere.
func (s subject) filled() rpc.Message {
	m := s.make()
	s.leaves(m, func(leaf reflect.Value) { fill(leaf, false) })
	return m
}

func (s subject) leaves(m rpc.Message, visit func(reflect.Value)) {
	own, typ := map[string]bool{}, rpc.OperationType("")
	if du, ok := m.(*rpc.ChangeDUState); ok { // the fields that the kind has not stay empty
		typ = du.Operations[0].Type
		for name := range strings.FieldsSeq(operationFields[typ]) {
			own[name] = true
		}
		op := reflect.ValueOf(&du.Operations[0]).Elem()
		for i := range op.NumField() {
			if own[op.Type().Field(i).Name] {
				visit(op.Field(i))
			}
		}
		visit(reflect.ValueOf(&du.CommandKey).Elem())
		return
	}
	leaves(reflect.ValueOf(m).Elem(), visit)
}

var operationFields = map[rpc.OperationType]string{
	rpc.OperationInstall:   "URL UUID Username Password ExecutionEnvRef",
	rpc.OperationUpdate:    "UUID Version URL Username Password",
	rpc.OperationUninstall: "UUID Version ExecutionEnvRef",
}

// A comparison holds an element against the facts and notes what each element is.
type comparison struct {
	t     *testing.T
	facts *schemaFacts
	full  bool // every field has to stand; otherwise none that is optional
	found map[string]fieldFact
}

// fields compares the children of el with a subject's fields: all are known and
// in order, and those stand that should.
func (c *comparison) fields(el *etree.Element, name string) {
	children := el.ChildElements()
	for _, f := range c.facts.fields[name] {
		stands := len(children) > 0 && children[0].Tag == f.name
		if !f.repeated() || c.full {
			require.Equal(c.t, c.full || !f.optional(), stands, "%s in %s", f.name, el.GetPath())
		}
		if !stands {
			continue
		}
		require.Empty(c.t, children[0].Space, "a field is in no namespace")
		c.field(children[0], f)
		children = children[1:]
	}
	require.Empty(c.t, children, "in %s", el.GetPath())
}

func (c *comparison) field(el *etree.Element, f fieldFact) {
	c.found[el.GetPath()] = f
	switch f.kind {
	case "struct":
		of := f.of
		if typ := local(el.SelectAttrValue("xsi:type", "")); typ != "" {
			require.Equal(c.t, of, c.facts.extends[typ], "xsi:type of %s", el.GetPath())
			of = typ
		}
		require.True(c.t, len(c.facts.fields[of]) > 0, of)
		c.fields(el, of)
	case "array":
		items := el.ChildElements()
		typ := map[string]string{"struct": "cwmp:" + f.each.of, "string": "xsd:string", "base64": "soap-enc:base64"}[f.each.kind]
		require.Equal(c.t, fmt.Sprintf("%s[%d]", typ, len(items)), el.SelectAttrValue("soap-enc:arrayType", ""), el.GetPath())
		for _, item := range items {
			require.Equal(c.t, f.item, item.Tag, el.GetPath())
			c.field(item, *f.each)
		}
	}
}

// compare writes a message and holds it against the facts.
func compare(t *testing.T, v rpc.Version, s subject, m rpc.Message, full bool) (map[string]fieldFact, *etree.Element) {
	t.Helper()
	el := element(t, encode(t, rpc.NewEnvelope(v, "1", m)), s.path)
	c := comparison{t: t, facts: readFacts(t)[v], full: full, found: map[string]fieldFact{}}
	c.fields(el, s.name)
	return c.found, el
}

// TestSchemaFields: elements, their order, which may be absent, and the items of
// arrays.
func TestSchemaFields(t *testing.T) {
	for _, v := range allVersions {
		for _, s := range subjects(v) {
			t.Run(v.String()+"/"+s.name, func(t *testing.T) {
				compare(t, v, s, s.filled(), true)
				compare(t, v, s, s.make(), false)
			})
		}
	}
}

// texts are the texts of all elements without children, by path.
func texts(el *etree.Element) map[string]string {
	all := map[string]string{}
	for _, child := range el.FindElements(".//*") {
		if len(child.ChildElements()) == 0 {
			all[child.GetPath()] = child.Text()
		}
	}
	return all
}

// goTypes are the types of XML Schema that a field's Go type is written as.
var goTypes = map[string][]string{
	"bool": {"boolean"}, "int32": {"int"}, "uint32": {"unsignedInt"}, "string": {"string", "anyURI"},
	"DateTime": {"dateTime"}, "Value": {"anySimpleType"}, "slice": {"base64"},
}

// goType is the type of a leaf, or what it is made of.
func goType(leaf reflect.Value) string {
	switch leaf.Interface().(type) {
	case rpc.DateTime, rpc.Value:
		return leaf.Type().Name()
	}
	return leaf.Kind().String()
}

// TestSchemaLeaves changes one leaf of a message at a time. The element that then
// has another text is the leaf's: its type has to be the leaf's, and its length is
// kept at n and refused at n+1.
func TestSchemaLeaves(t *testing.T) {
	for _, s := range subjects(rpc.V14) {
		base := s.filled()
		found, el := compare(t, rpc.V14, s, base, true)
		before, count := texts(el), 0
		s.leaves(base, func(leaf reflect.Value) {
			fill(leaf, true)
			defer fill(leaf, false)
			count++
			path := changed(t, before, texts(element(t, encode(t, rpc.NewEnvelope(rpc.V14, "1", base)), s.path)))
			fact := found[path]
			assert.Contains(t, goTypes[goType(leaf)], fact.kind, path)
			if goType(leaf) == "string" {
				requireLongest(t, base, leaf, path, fact.longest())
			}
		})
		assert.Len(t, before, count, "%s: an element for each leaf", s.name)
	}
}

// changed gives the one path whose text is another.
func changed(t *testing.T, before, after map[string]string) (path string) {
	t.Helper()
	require.Equal(t, len(before), len(after))
	for p := range before {
		if before[p] != after[p] {
			require.Empty(t, path, "two elements for one leaf")
			path = p
		}
	}
	require.NotEmpty(t, path, "no element for a leaf")
	return path
}

// requireLongest puts texts of n and n+1 characters into a leaf. Without a limit
// a long one has to go.
func requireLongest(t *testing.T, m rpc.Message, leaf reflect.Value, path string, n int) {
	t.Helper()
	write := func(n int) error {
		leaf.SetString(strings.Repeat("\u00e9", n))
		_, err := rpc.NewEnvelope(rpc.V14, "1", m).Append(nil, rpc.Style{})
		return err
	}
	if n == 0 {
		require.NoError(t, write(5000), path)
		return
	}
	require.NoError(t, write(n), path)
	err := write(n + 1)
	require.ErrorIs(t, err, rpc.ErrLength, path)
	e, ok := errors.AsType[*rpc.ValueError](err)
	require.True(t, ok)
	require.Equal(t, path, e.Path)
}

// admits tells whether a simple type's text lets a value be: patterns, values and
// ranges of one of its alternatives.
func (f fieldFact) admits(value string) bool {
	for alternative := range strings.SplitSeq(f.text, " or ") {
		if admits(alternative, value) {
			return true
		}
	}
	return false
}

var quotedFact = regexp.MustCompile(`(value|pattern)=("(?:[^"\\]|\\.)*")`)

// apart are the values and patterns that facts list, compiled once: a value is the
// pattern of itself.
var apart = map[string][]*regexp.Regexp{}

func patternsOf(simple string) []*regexp.Regexp {
	list, known := apart[simple]
	if known {
		return list
	}
	for _, m := range quotedFact.FindAllStringSubmatch(simple, -1) {
		want, _ := strconv.Unquote(m[2])
		if m[1] == "value" {
			want = regexp.QuoteMeta(want)
		}
		list = append(list, regexp.MustCompile(`^(?:`+want+`)$`))
	}
	apart[simple] = list
	return list
}

func admits(simple, value string) bool {
	if list := patternsOf(simple); list != nil {
		return slices.ContainsFunc(list, func(r *regexp.Regexp) bool { return r.MatchString(value) })
	}
	n, err := strconv.ParseInt(value, 10, 64)
	return err == nil && n >= bound(simple, "min", math.MinInt64) && n <= bound(simple, "max", math.MaxInt64)
}

func bound(simple, name string, otherwise int64) int64 {
	m := regexp.MustCompile(` ` + name + `=(\d+)`).FindStringSubmatch(simple)
	if m == nil {
		return otherwise
	}
	n, _ := strconv.ParseInt(m[1], 10, 64)
	return n
}
