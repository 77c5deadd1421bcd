package cwmptest

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/rpc"
)

// NOTE: the same questions to a Device, which compares strings in a flat table, and
// to a tree, which walks a path segment by segment. Tables and paths are random;
// the alphabet is small, so that names are often beginnings of others.

// A node is an object, a parameter, or both under one name.
type node struct {
	children  map[string]*node
	parameter *Parameter
	row       *Parameter // of the object, if it has one
}

// isObject reports whether there is an object: one with something in it, or a row.
func (n *node) isObject() bool { return n.row != nil || len(n.children) > 0 }

// tree builds the oracle from a table.
func tree(table []Parameter) *node {
	root := &node{children: map[string]*node{}}
	for i := range table {
		n := root
		name, object := strings.CutSuffix(table[i].Name, ".")
		for segment := range strings.SplitSeq(name, ".") {
			if n.children[segment] == nil {
				n.children[segment] = &node{children: map[string]*node{}}
			}
			n = n.children[segment]
		}
		if object {
			n.row = &table[i]
		} else {
			n.parameter = &table[i]
		}
	}
	return root
}

// walk finds the node of a path, and whether the path asks for its object side.
func (n *node) walk(path string) (found *node, object bool) {
	if path == "" {
		return n, true
	}
	segments := strings.Split(path, ".")
	if object = segments[len(segments)-1] == ""; object {
		segments = segments[:len(segments)-1]
	}
	for _, s := range segments {
		if n = n.children[s]; n == nil {
			return nil, object
		}
	}
	return n, object
}

// list visits what is below n, down to depth levels.
func (n *node) list(path string, depth int, visit func(name string, p *Parameter)) {
	if depth == 0 {
		return
	}
	for segment, child := range n.children {
		if child.parameter != nil {
			visit(path+segment, child.parameter)
		}
		if child.isObject() {
			visit(path+segment+".", child.row)
			child.list(path+segment+".", depth-1, visit)
		}
	}
}

// names is what GetParameterNames has to list (TR-069 A.3.2.3), or the fault.
func (n *node) names(path string, nextLevel bool) ([]string, rpc.FaultCode) {
	at, object := n.walk(path)
	switch {
	case at == nil, object && path != "" && !at.isObject(), !object && at.parameter == nil:
		return nil, rpc.FaultInvalidParameterName
	case !object && nextLevel:
		return nil, rpc.FaultInvalidArguments
	case !object:
		return []string{entry(path, at.parameter)}, 0
	}
	var list []string
	depth := 1
	if !nextLevel {
		depth = -1
		if path != "" {
			list = append(list, entry(path, at.row))
		}
	}
	at.list(path, depth, func(name string, p *Parameter) { list = append(list, entry(name, p)) })
	return list, 0
}

func entry(name string, p *Parameter) string {
	if p != nil && p.Writable {
		name += "+"
	}
	return name
}

// values is what GetParameterValues has to list (TR-069 A.3.2.2), or the fault.
func (n *node) values(paths []string) ([]string, rpc.FaultCode) {
	var list []string
	for _, path := range paths {
		at, object := n.walk(path)
		switch {
		case at == nil, object && path != "" && !at.isObject(), !object && at.parameter == nil:
			return nil, rpc.FaultInvalidParameterName
		case !object:
			list = append(list, path+"="+at.parameter.Value.Text)
		default:
			at.list(path, -1, func(name string, p *Parameter) {
				if !strings.HasSuffix(name, ".") {
					list = append(list, name+"="+p.Value.Text)
				}
			})
		}
	}
	return list, 0
}

func TestDeviceAgreesWithTheTree(t *testing.T) {
	r := rand.New(rand.NewPCG(69, 1))
	for range 300 {
		d := &Device{Parameters: randomTable(r)}
		oracle := tree(d.Parameters)
		paths := randomPaths(r, d.Parameters)
		for _, path := range paths {
			for _, nextLevel := range []bool{false, true} {
				list, code := oracle.names(path, nextLevel)
				compare(t, d, &rpc.GetParameterNames{ParameterPath: path, NextLevel: nextLevel}, list, code)
			}
			some := []string{path, paths[r.IntN(len(paths))], paths[r.IntN(len(paths))]}[:1+r.IntN(3)]
			list, code := oracle.values(some)
			compare(t, d, &rpc.GetParameterValues{ParameterNames: some}, list, code)
		}
	}
}

// compare asks the Device; neither end promises an order.
func compare(t *testing.T, d *Device, request rpc.Message, list []string, code rpc.FaultCode) {
	t.Helper()
	answer, err := d.Handle(t.Context(), request)
	if code != 0 {
		require.ErrorIs(t, err, code, "%+v", request)
		return
	}
	require.NoError(t, err, "%+v", request)
	var got []string
	switch m := answer.(type) {
	case *rpc.GetParameterNamesResponse:
		for _, p := range m.ParameterList {
			got = append(got, entry(p.Name, &Parameter{Writable: p.Writable}))
		}
		assertParentsFirst(t, got)
	case *rpc.GetParameterValuesResponse:
		for _, p := range m.ParameterList {
			got = append(got, p.Name+"="+p.Value.Text)
		}
	}
	slices.Sort(got)
	slices.Sort(list)
	require.Equal(t, list, got, "%+v of %+v", request, d.Parameters)
}

// assertParentsFirst: an object stands before what is in it, as in the standard's
// examples; some ACSs build their trees as they read.
func assertParentsFirst(t *testing.T, list []string) {
	t.Helper()
	for i, name := range list {
		if name = strings.TrimSuffix(name, "+"); strings.HasSuffix(name, ".") {
			assert.False(t, slices.ContainsFunc(list[:i], func(s string) bool { return strings.HasPrefix(s, name) }), "%q in %q", name, list)
		}
	}
}

// randomTable has up to a dozen parameters and objects, sometimes none, in no order.
func randomTable(r *rand.Rand) []Parameter {
	var table []Parameter
	for range r.IntN(13) {
		name := "Device"
		if r.IntN(8) == 0 {
			name = "D"
		}
		for range 1 + r.IntN(4) {
			name += "." + []string{"A", "AB", "B", "1", "12"}[r.IntN(5)]
		}
		if r.IntN(4) == 0 {
			name += "."
		}
		if slices.ContainsFunc(table, func(p Parameter) bool { return p.Name == name }) {
			continue
		}
		table = append(table, Parameter{Name: name, Value: rpc.IntValue(r.Int32()), Writable: r.IntN(2) == 0})
	}
	return table
}

// randomPaths has the beginnings of all names, with and without a dot, and some
// that are nearly right.
func randomPaths(r *rand.Rand, table []Parameter) []string {
	paths := []string{"", ".", "Device", "Device.", "D.", "Device..", "Device.A.X", "evice."}
	for _, p := range table {
		for i := range len(p.Name) + 1 {
			if i == len(p.Name) || p.Name[i] == '.' || r.IntN(4) == 0 {
				paths = append(paths, p.Name[:i], p.Name[:i]+".")
			}
		}
	}
	return paths
}
