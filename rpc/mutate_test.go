package rpc_test

// NOTE: documents that something has gone wrong with: cut off anywhere, an
// element lost, an element twice. etree does the surgery.

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/beevik/etree"
	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/soap"
	"github.com/stretchr/testify/require"
)

func mutants() map[string]string {
	docs := map[string]string{}
	for _, g := range goldens() {
		b, err := g.env.Append(nil, rpc.Style{})
		if err != nil {
			panic(err)
		}
		docs[g.name] = string(b)
	}
	return docs
}

// TestTruncated cuts every message at every byte.
func TestTruncated(t *testing.T) {
	for name, doc := range mutants() {
		step := 1
		if testing.Short() {
			step = 7
		}
		for n := 0; n < len(doc); n += step {
			env, err := rpc.Parse([]byte(doc[:n]), rpc.Config{})
			require.Error(t, err, "%s at %d", name, n)
			require.Nil(t, env, "%s at %d", name, n)
			_, ok := errors.AsType[*soap.SyntaxError](err)
			require.True(t, ok, "%s at %d: %v", name, n, err)
		}
	}
	doc := mutants()["Inform"]
	for n := range len(doc) {
		_, err := requireSame(t, doc[:n], rpc.Config{})
		require.Error(t, err)
	}
}

// edit applies f to the n-th element of a document, in document order, and says
// whether there is one.
func edit(t *testing.T, doc string, n int, f func(parent, el *etree.Element)) (string, bool) {
	t.Helper()
	tree := etree.NewDocument()
	require.NoError(t, tree.ReadFromString(doc))
	all := tree.FindElements("//*")
	if n >= len(all) {
		return "", false
	}
	f(all[n].Parent(), all[n])
	s, err := tree.WriteToString()
	require.NoError(t, err)
	return s, true
}

// edits are the ways to damage a message by one element.
var edits = map[string]func(parent, el *etree.Element){
	"lost":     func(parent, el *etree.Element) { parent.RemoveChild(el) },
	"twice":    func(parent, el *etree.Element) { parent.InsertChildAt(el.Index(), el.Copy()) },
	"empty":    func(_, el *etree.Element) { el.Child = nil },
	"text":     func(_, el *etree.Element) { el.Child = nil; el.SetText("\u20ac&<t>") },
	"renamed":  func(_, el *etree.Element) { el.Tag = "Other" },
	"deeper":   func(_, el *etree.Element) { el.AddChild(el.Copy()) },
	"no space": func(_, el *etree.Element) { el.Space = "" },
}

// TestEdited damages one element at a time. Reading may refuse the result, with
// a typed error; what it accepts has to be writable and equal when read again.
func TestEdited(t *testing.T) {
	outcomes := map[string]int{}
	for name, doc := range mutants() {
		for how, f := range edits {
			for n := 0; ; n++ {
				changed, ok := edit(t, doc, n, f)
				if !ok {
					break
				}
				what := fmt.Sprintf("%s, element %d %s", name, n, how)
				err := readOrRefuse(t, what, changed)
				outcomes[fmt.Sprint(how, " ", err == nil)]++
			}
		}
	}
	for how := range edits {
		require.Positive(t, outcomes[how+" true"], how)
	}
	require.Positive(t, outcomes["twice false"])
}

func readOrRefuse(t *testing.T, what, doc string) error {
	t.Helper()
	env, err := rpc.Parse([]byte(doc), rpc.Config{})
	if err != nil {
		require.True(t, typed(err), "%s: %v", what, err)
		return err
	}
	rewrite(t, env)
	return nil
}

// TestGrafted puts elements of some messages into others, as children or in the
// place of what was there: well-formed, and nothing that a schema allows.
func TestGrafted(t *testing.T) {
	var trees []*etree.Document
	for _, doc := range slices.Sorted(maps.Values(mutants())) {
		tree := etree.NewDocument()
		require.NoError(t, tree.ReadFromString(doc))
		trees = append(trees, tree)
	}
	read, seeds := 0, 3000
	if testing.Short() {
		seeds = 300
	}
	for seed := range uint64(seeds) {
		s := newSource(seed)
		tree := pick(s, trees...).Copy()
		for range 1 + s.IntN(4) {
			graft(s, tree, pick(s, trees...))
		}
		doc, err := tree.WriteToString()
		require.NoError(t, err)
		if readOrRefuse(t, fmt.Sprint("seed ", seed), doc) == nil {
			read++
		}
	}
	require.Greater(t, read, seeds/3, "documents that could be read")
	require.Less(t, read, seeds)
}

// graft puts a copy of an element of from somewhere into tree.
func graft(s source, tree, from *etree.Document) {
	at := pick(s, tree.FindElements("/Envelope//*")...)
	scion := pick(s, from.FindElements("/Envelope//*")...).Copy()
	switch s.IntN(3) {
	case 0:
		at.AddChild(scion)
	case 1:
		at.Parent().InsertChildAt(at.Index(), scion)
	case 2:
		at.Parent().InsertChildAt(at.Index(), scion)
		at.Parent().RemoveChild(at)
	}
}

// typed says whether an error is one of those that Read promises.
func typed(err error) bool {
	_, syntax := errors.AsType[*soap.SyntaxError](err)
	_, outside := errors.AsType[*rpc.EnvelopeError](err)
	_, value := errors.AsType[*rpc.ValueError](err)
	return slices.Contains([]bool{syntax, outside, value}, true)
}
