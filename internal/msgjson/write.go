package msgjson

import (
	"encoding/base64"
	"math"
	"strconv"
	"unicode/utf8"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/soap"
)

// NOTE: a message's elements as JSON.

// Struct is a message, or another struct, as an object.
func Struct(n *rpc.Node) []byte {
	var o Object
	if n.HasType {
		o.Exact("Type", n.Type)
	}
	for i := range n.Nodes {
		child := &n.Nodes[i]
		name := child.Field.Name
		switch f := child.Field; {
		case f.Item != "" || f.Many:
			o.Raw(name, list(child))
		case f.Kind == rpc.FieldStruct:
			o.Raw(name, Struct(child))
		default:
			leaf(&o, name, child)
		}
	}
	return o.Close()
}

// leaf adds a leaf, and its type if it has one of its own.
func leaf(o *Object, name string, n *rpc.Node) {
	if n.HasType {
		o.Exact("Type", n.Type)
	}
	if v, ok := Literal(n); ok {
		o.Raw(name, []byte(v))
		return
	}
	o.Exact(name, n.Text)
}

func list(n *rpc.Node) []byte {
	items := make([][]byte, len(n.Nodes))
	for i := range n.Nodes {
		items[i] = item(&n.Nodes[i])
	}
	return Array(items)
}

func item(n *rpc.Node) []byte {
	switch {
	case n.Field.Kind == rpc.FieldStruct:
		return Struct(n)
	case utf8.ValidString(n.Text):
		return Quote(nil, n.Text)
	}
	var o Object
	o.String("base64", base64.StdEncoding.EncodeToString([]byte(n.Text)))
	return o.Close()
}

// Literal gives a number or a boolean as JSON has it, and false for a leaf that is
// neither or does not parse.
func Literal(n *rpc.Node) (string, bool) {
	v := rpc.Value{Text: n.Text}
	switch n.Field.Kind {
	case rpc.FieldBool:
		b, err := v.Bool()
		return strconv.FormatBool(b), err == nil
	case rpc.FieldInt:
		i, err := v.Int()
		return strconv.FormatInt(i, 10), err == nil && i >= math.MinInt32 && i <= math.MaxInt32
	case rpc.FieldUint:
		u, err := v.Uint()
		return strconv.FormatUint(u, 10), err == nil && u <= math.MaxUint32
	}
	return "", false
}

// Diagnostic is a deviation from the standard as an object; offset is where it is in
// what the reader of the JSON knows, which may be another encoding of the document.
func Diagnostic(d soap.Diagnostic, offset int) []byte {
	var o Object
	o.String("code", d.Code.String())
	o.Int("offset", offset)
	o.String("path", d.Path)
	o.String("detail", d.Detail)
	return o.Close()
}
