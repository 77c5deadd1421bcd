package msgjson

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/cwmp-go/cwmp/rpc"
)

// NOTE: the way back. A message's fields say what is looked for, so that nothing in
// the JSON leads anywhere else.

// An Error says what is wrong with a message, and where in it.
type Error struct {
	Path string // "SetParameterValues.ParameterList[0].Nam"
	Err  error
}

// Error returns one line.
func (e *Error) Error() string { return e.Path + ": " + e.Err.Error() }

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// What may be wrong.
var (
	// ErrUnknown: the message has no such field.
	ErrUnknown = errors.New("unknown field")
	// ErrTwice: a member stands twice in one object.
	ErrTwice = errors.New("given twice")
	// ErrKind: another kind of JSON value than the field has.
	ErrKind = errors.New("wrong kind of value")
)

func wrong(path string, err error) error { return &Error{path, err} }

// wanted is ErrKind with what would be right.
func wanted(path, what string) error { return wrong(path, fmt.Errorf("%w, want %s", ErrKind, what)) }

// Read reads a message like m. The error is an [*Error].
func Read(m rpc.Message, text []byte) (*rpc.Tree, error) {
	t := rpc.NewTree(m)
	if err := readStruct(t.Method(), &t.Node, text); err != nil {
		return nil, err
	}
	return t, nil
}

// Members gives the members of an object by their names, and those in their order. The
// text is JSON. The error is ErrKind or ErrTwice.
func Members(text []byte) (members map[string]json.RawMessage, names []string, err error) {
	d := json.NewDecoder(bytes.NewReader(text))
	if t, _ := d.Token(); t != json.Delim('{') {
		return nil, nil, fmt.Errorf("%w, want an object", ErrKind)
	}
	members = map[string]json.RawMessage{}
	for d.More() {
		key, err := d.Token()
		name, _ := key.(string)
		var value json.RawMessage
		if err == nil {
			err = d.Decode(&value)
		}
		if err != nil {
			return nil, nil, err
		}
		if _, twice := members[name]; twice {
			return nil, nil, fmt.Errorf("%q %w", name, ErrTwice)
		}
		members[name], names = value, append(names, name)
	}
	return members, names, nil
}

// An object is what is left to be read of one.
type object struct {
	path    string
	members map[string]json.RawMessage
}

// take takes a member out; nil for none, and for null.
func (o *object) take(name string) json.RawMessage {
	value := o.members[name]
	delete(o.members, name)
	if string(value) == "null" {
		return nil
	}
	return value
}

func readStruct(path string, n *rpc.Node, text []byte) error {
	members, _, err := Members(text)
	if err != nil {
		return wrong(path, err)
	}
	o := &object{path, members}
	if len(n.Field.Variants) > 0 {
		if err := o.typeOf(n); err != nil {
			return err
		}
	}
	fields := n.Field.FieldsFor(n.Type)
	for i := range fields {
		if err := o.read(n, &fields[i]); err != nil {
			return err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(o.members)) {
		return wrong(path+"."+name, ErrUnknown)
	}
	return nil
}

// typeOf takes the xsi:type that stands beside what it is of.
func (o *object) typeOf(n *rpc.Node) error {
	typ := rpc.Node{Field: &rpc.Field{Name: "Type"}}
	there, err := o.leaf(&typ)
	n.Type, n.HasType = typ.Text, there
	return err
}

// read reads the member for one field, if it is there.
func (o *object) read(parent *rpc.Node, f *rpc.Field) (err error) {
	n := rpc.Node{Field: f}
	there := false
	if f.Item != "" || f.Many || f.Kind == rpc.FieldStruct {
		there, err = o.nodes(&n)
	} else {
		there, err = o.leaf(&n)
	}
	if f.Kind == rpc.FieldValue && err == nil {
		err = o.typeOf(&n)
		there = there || n.HasType
	}
	if there {
		parent.Nodes = append(parent.Nodes, n)
	}
	return err
}

// nodes takes a list or a struct.
func (o *object) nodes(n *rpc.Node) (there bool, err error) {
	value, path := o.take(n.Field.Name), o.path+"."+n.Field.Name
	switch {
	case value == nil:
		return false, nil
	case n.Field.Item != "" || n.Field.Many:
		return true, readList(path, n, value)
	default:
		return true, readStruct(path, n, value)
	}
}

// leaf takes a text, in base64 too.
func (o *object) leaf(n *rpc.Node) (there bool, err error) {
	name := n.Field.Name
	if value := o.take(name); value != nil {
		return true, readLeaf(o.path+"."+name, n, value)
	}
	value := o.take(inBase64(name))
	if value == nil {
		return false, nil
	}
	n.Text, err = decode(o.path+"."+inBase64(name), value)
	return true, err
}

func readList(path string, n *rpc.Node, text []byte) error {
	var values []json.RawMessage
	if json.Unmarshal(text, &values) != nil {
		return wanted(path, "an array")
	}
	for i, value := range values {
		at := path + "[" + strconv.Itoa(i) + "]"
		item := rpc.Node{Field: n.Field}
		if err := readItem(at, &item, value); err != nil {
			return err
		}
		n.Nodes = append(n.Nodes, item)
	}
	return nil
}

func readItem(path string, n *rpc.Node, text []byte) (err error) {
	if n.Field.Kind == rpc.FieldStruct {
		return readStruct(path, n, text)
	}
	members, names, err := Members(text)
	if err == nil && len(names) == 1 && names[0] == "base64" {
		n.Text, err = decode(path, members["base64"])
		return err
	}
	return readLeaf(path, n, text)
}

func decode(path string, text []byte) (string, error) {
	var b []byte
	if json.Unmarshal(text, &b) != nil {
		return "", wanted(path, "base64")
	}
	return string(b), nil
}

// Which literals stand for a text of a kind; a string may for any.
var (
	numbers  = map[rpc.FieldKind]bool{rpc.FieldInt: true, rpc.FieldUint: true, rpc.FieldValue: true}
	booleans = map[rpc.FieldKind]bool{rpc.FieldBool: true, rpc.FieldValue: true}
)

// readLeaf reads a text, or a number or a boolean as it is written.
func readLeaf(path string, n *rpc.Node, text []byte) error {
	switch first := text[0]; {
	case first == '"':
		return json.Unmarshal(text, &n.Text)
	case first == 't' || first == 'f':
		if !booleans[n.Field.Kind] {
			return wanted(path, kindOf(n))
		}
	case first == '-' || first >= '0' && first <= '9':
		if !numbers[n.Field.Kind] {
			return wanted(path, kindOf(n))
		}
	default:
		return wanted(path, kindOf(n))
	}
	n.Text = string(text)
	return nil
}

func kindOf(n *rpc.Node) string {
	switch n.Field.Kind {
	case rpc.FieldBool:
		return "true or false"
	case rpc.FieldInt, rpc.FieldUint:
		return "a number"
	}
	return "a string"
}
