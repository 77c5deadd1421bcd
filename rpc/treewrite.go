package rpc

import (
	"encoding/base64"
	"strings"

	"github.com/cwmp-go/cwmp/soap"
)

// NOTE: how a Tree is written: each field by the method of Codec that the typed
// message has for it. A text that is not of its field's type is an error here.

// write writes the field f, with no content if it has to be there and is not.
func (s *treeStruct) write(c *Codec, f *Field) {
	n := s.node.Child(f.Name)
	switch {
	case n == nil && f.Optional:
		return
	case n == nil:
		n = &Node{Field: f}
	}
	switch {
	case f.Item != "":
		n.writeArray(c, f)
	case f.Many:
		for i := range n.Nodes {
			n.Nodes[i].writeStruct(c, f, f.Name)
		}
	case f.Kind == FieldStruct:
		n.writeStruct(c, f, f.Name)
	case n.Text != "" || !f.Optional:
		n.writeLeaf(c, f)
	}
}

func (n *Node) writeArray(c *Codec, f *Field) {
	switch f.Kind {
	case FieldString:
		list := make([]string, len(n.Nodes))
		for i := range n.Nodes {
			list[i] = n.Nodes[i].Text
		}
		c.Strings(f.Name, &list, f.Max)
	case FieldBase64:
		list := make([][]byte, len(n.Nodes))
		for i := range n.Nodes {
			b, err := base64.StdEncoding.DecodeString(strings.Join(strings.FieldsFunc(n.Nodes[i].Text, isSpace), ""))
			if list[i] = b; err != nil {
				c.fail(f.Name+"/"+f.Item, ErrBase64)
			}
		}
		c.Base64s(f.Name, &list)
	default:
		c.startArray(f.Name, c.enc.Prefix(c.ns), f.Item, len(n.Nodes))
		for i := range n.Nodes {
			n.Nodes[i].writeStruct(c, f, f.Item)
		}
		c.enc.End()
	}
}

// writeStruct writes one element with the fields of f in it.
func (n *Node) writeStruct(c *Codec, f *Field, name string) {
	ns := soap.NSNone
	if f.Qualified {
		ns = c.ns
	}
	s := &treeStruct{f.FieldsFor(n.Type), n}
	if len(f.Variants) == 0 {
		c.element(ns, name, s)
		return
	}
	c.enc.Start(ns, name)
	if _, local, _ := cutPrefix(strings.Trim(n.Type, space)); local != "" {
		c.enc.Attr(soap.NSXSI, "type", c.enc.Prefix(c.ns)+":"+local)
	}
	s.Fields(c)
	c.enc.End()
}

func (n *Node) writeLeaf(c *Codec, f *Field) {
	text := []byte(strings.Trim(n.Text, space))
	switch f.Kind {
	case FieldString:
		c.String(f.Name, &n.Text, f.Max)
	case FieldBool:
		v, err := parseTruth(text)
		c.check(f.Name, err)
		c.Bool(f.Name, &v)
	case FieldInt:
		v, err := parseInt(text, 32)
		c.check(f.Name, err)
		c.number(f.Name, "int", v)
	case FieldUint:
		v, err := parseUint(text, 32)
		c.check(f.Name, err)
		c.number(f.Name, "unsignedInt", int64(max(v, uint64(f.Least))))
	case FieldTime:
		t := DateTime(text)
		c.Time(f.Name, &t)
	case FieldValue:
		c.Value(f.Name, &Value{Type: n.Type, Text: n.Text})
	}
}
