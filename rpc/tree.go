package rpc

import (
	"slices"
	"strings"

	"github.com/cwmp-go/cwmp/soap"
)

// NOTE: a message whose fields are data. It reads as the typed messages do, by the
// same methods of Codec and with the same diagnostics, but it keeps what they do not:
// which elements were there, and the text that stood where a number or a boolean
// should. What it costs more is a small allocation for each struct.

// A Tree is a message as its elements: for programs that show, convert or compare
// messages of any kind. [Registry.Trees] reads them, [NewTree] makes one without
// content. Writing one writes what the typed message would: every element that is
// not optional, in the schema's order.
type Tree struct{ Node }

// A Node is one element of a Tree, or an item of an array or of a repeated element.
type Node struct {
	// Field says what the element is. An item has the Field of its list. Messages of
	// one registry share it: it is not to be written to.
	Field *Field
	// Text is the text of a leaf, as it stood. As everywhere in this package, white
	// space that a pretty-printer has put around a name is left out of it, and so it
	// is around what names a device and around event codes.
	Text string
	// Type is the raw xsi:type of a FieldValue, or of a struct that has variants.
	Type string
	// HasType tells an empty type from none.
	HasType bool
	// Nodes are the elements of a struct, in the schema's order and only those that
	// were there, or the items of an array or of a repeated element.
	Nodes []Node
}

// NewTree returns a Tree for messages like m, without content.
func NewTree(m Message) *Tree {
	return newTree(&Field{Name: m.Method(), Kind: FieldStruct, Fields: Describe(m)})
}

func newTree(f *Field) *Tree { return &Tree{Node{Field: f}} }

// Trees returns a registry in which the same elements decode to a [*Tree]. A fault
// is a [*Fault] all the same, and what r does not know a [*Vendor].
func (r Registry) Trees() Registry {
	t := Registry{rows: r.Rows(), cwmp: r.make == nil || r.cwmp}
	for i := range t.rows {
		t.rows[i].newRequest = treesLike(t.rows[i].newRequest())
		t.rows[i].newResponse = treesLike(t.rows[i].newResponse())
	}
	t.make = constructors(t.rows)
	return t
}

func treesLike(m Message) func() Message {
	f := NewTree(m).Field
	return func() Message { return newTree(f) }
}

// Method returns the name of the message's element.
func (t *Tree) Method() string { return t.Field.Name }

// Fields lists the message's fields.
func (t *Tree) Fields(c *Codec) { (&treeStruct{t.Field.Fields, &t.Node}).Fields(c) }

// Child gives the element of a struct that has the name, nil for none.
func (n *Node) Child(name string) *Node {
	for i := range n.Nodes {
		if n.Nodes[i].Field.Name == name {
			return &n.Nodes[i]
		}
	}
	return nil
}

// nodeCost is what a node costs in memory, about: see charge.
const nodeCost = 64

// A treeStruct walks one struct of a Tree: a message, an element or an item.
type treeStruct struct {
	fields []Field
	node   *Node
}

// Fields lists the fields of the struct.
func (s *treeStruct) Fields(c *Codec) {
	for i := range s.fields {
		f := &s.fields[i]
		c.once, c.beyond, c.kind = f.Once, f.Beyond, 0
		if f.Optional {
			c.kind = optional
		}
		switch {
		case c.plan != nil:
			*c.plan = append(*c.plan, *f)
		case c.enc != nil:
			c.kind = 0
			s.write(c, f)
		default:
			s.offer(c, i)
		}
	}
}

// offer reads the child at hand if it is the field i, or an item of it.
func (s *treeStruct) offer(c *Codec, i int) {
	f := &s.fields[i]
	if f.Qualified {
		c.kind |= qualified
	}
	if f.Item != "" || f.Kind == FieldStruct {
		c.kind |= inner
	}
	switch {
	case f.Many:
		if c.atMany(f.Name) {
			s.place(c, i).add(c)
		}
	case c.at(f.Name):
		if f.Qualified {
			c.inCWMP()
		}
		n, again := s.place(c, i), c.again
		if again {
			*n = Node{Field: f}
		}
		if f.Item != "" {
			n.items(c)
		} else {
			n.read(c, f.Name)
		}
	case f.Item != "" && c.bare(f.Item):
		s.place(c, i).add(c)
	}
}

// place gives the node of the field i, a new one in its place if there is none.
func (s *treeStruct) place(c *Codec, i int) *Node {
	f, all := &s.fields[i], s.node.Nodes
	if n := s.node.Child(f.Name); n != nil {
		return n
	}
	at := len(all)
	for ; at > 0; at-- {
		if slices.ContainsFunc(s.fields[:i], func(f Field) bool { return f.Name == all[at-1].Field.Name }) {
			break
		}
	}
	c.charge(nodeCost)
	s.node.Nodes = slices.Insert(all, at, Node{Field: f})
	return &s.node.Nodes[at]
}

// items reads the array that is open, to its end.
func (n *Node) items(c *Codec) {
	f := n.Field
	n.Nodes = nil
	ns := c.ns
	switch f.Kind {
	case FieldString:
		ns = soap.NSXSD
	case FieldBase64:
		ns = soap.NSEncoding
	}
	c.items(f.LeastItems, f.MostItems)
	a, most := c.array(ns, f.Item), c.maxItems
	c.maxItems = c.mostItems(f.Item)
	if f.Kind == FieldString {
		var list []string
		c.stringItems(&list, f.Max)
		n.strings(c, list)
	} else {
		for depth := c.dec.Depth(); c.next(depth, len(n.Nodes)); {
			if c.item(f.Item) {
				n.add(c)
			}
		}
	}
	c.maxItems = most
	c.counted(a, f.Name, len(n.Nodes))
	c.hit = true
}

// add reads the current element as one more item.
func (n *Node) add(c *Codec) {
	switch {
	case len(n.Nodes) >= c.mostItems(n.Field.Item):
		c.fail("", ErrItems)
	case n.Field.Kind == FieldString:
		var list []string
		c.stringItem(&list, n.Field.Max)
		n.strings(c, list)
	default:
		c.charge(nodeCost)
		n.Nodes = append(n.Nodes, Node{Field: n.Field})
		n.Nodes[len(n.Nodes)-1].read(c, n.Field.Item)
	}
}

func (n *Node) strings(c *Codec, list []string) {
	if c.charge((nodeCost - stringCost) * len(list)); c.err != nil {
		return
	}
	for _, text := range list {
		n.Nodes = append(n.Nodes, Node{Field: n.Field, Text: text})
	}
}

// read reads the current element. A number or a boolean that is none is kept as
// its text.
func (n *Node) read(c *Codec, name string) {
	switch n.Field.Kind {
	case FieldStruct:
		n.readStruct(c)
		return
	case FieldString:
		n.Text = c.text(name, n.Field.Max)
		return
	case FieldValue:
		_, n.HasType = c.dec.Attr(soap.NSXSI, "type")
		n.Type = c.typeOf()
	}
	b := c.dec.Content()
	n.Text = c.strings.string(b)
	switch n.Field.Kind {
	case FieldBool:
		c.truth(name, b)
	case FieldInt:
		_, err := parseInt(c.unpadded(name, b), 32)
		c.badNumber(name, err)
	case FieldUint:
		_, err := parseUint(c.unpadded(name, b), 32)
		c.badNumber(name, err)
	case FieldTime:
		c.time(name, b)
	case FieldValue:
		if c.level == soap.Strict {
			c.check(name, checkTyped(n.Type, b))
		}
	case FieldBase64:
		c.charge(fieldCost)
		_, err := parseBase64(b)
		c.check(name, err)
	}
}

// readStruct reads the children of the current element.
func (n *Node) readStruct(c *Codec) {
	if len(n.Field.Variants) > 0 {
		types := make([]string, len(n.Field.Variants))
		for i := range types {
			types[i] = n.Field.Variants[i].Type
		}
		n.Type, n.HasType = c.variant(types)
	}
	c.children(&treeStruct{n.Field.FieldsFor(strings.Trim(n.Type, space)), n})
}
