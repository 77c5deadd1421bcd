package rpc_test

// NOTE: what the schemas make of touched messages, asked of xmllint, and how many
// items an array may have, as testdata/schema.txt has it. Both are the judges of
// Strict: what is not valid any more it refuses, and Tolerant has a word for it.

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/beevik/etree"
	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/soap"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// arraySize is the number of items that an array says.
var arraySize = regexp.MustCompile(`\[\d+\]"`)

// wreckage adds text and elements where none belong to the ways to touch a message.
var wreckage = map[string]func(parent, el *etree.Element){
	"deleted": touches["deleted"], "repeated": touches["repeated"],
	"with text": func(_, el *etree.Element) {
		if len(el.ChildElements()) > 0 {
			el.InsertChildAt(1, etree.NewText("text"))
		}
	},
	"with CDATA": func(_, el *etree.Element) {
		if len(el.ChildElements()) > 0 {
			el.AddChild(etree.NewCData("text"))
		}
	},
	"with an element": func(_, el *etree.Element) {
		if len(el.ChildElements()) == 0 && el.Text() != "" {
			el.InsertChildAt(0, etree.NewElement("b"))
		}
	},
}

// TestExhaustiveSchema: whatever of these xmllint finds not to be valid, Strict
// refuses in its place, and Tolerant refuses or notes. Each message has its arrays
// with their counts and without, as nothing but the schema says then how many items
// there may be.
func TestExhaustiveSchema(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped: xmllint reads thousands of documents")
	}
	files, err := filepath.Glob("testdata/*.xml")
	require.NoError(t, err)
	var docs, whats []string
	for _, file := range files {
		b, err := os.ReadFile(file)
		require.NoError(t, err)
		counted := flat(string(b))
		if strings.Contains(counted, "urn:acme") {
			continue // which the schemas do not know
		}
		for _, doc := range []string{counted, arraySize.ReplaceAllString(counted, `[]"`)} {
			for how, touch := range wreckage {
				for n := 1; ; n++ {
					what := filepath.Base(file) + ": " + how
					changed, ok := edit(t, doc, n, func(parent, el *etree.Element) {
						what += " " + el.GetPath()
						touch(parent, el)
					})
					if !ok {
						break
					}
					docs, whats = append(docs, changed), append(whats, what)
				}
			}
		}
	}
	valid, _ := validity(t, "envelope-1-4.xsd", docs)
	assert.Greater(t, len(valid), 2000)
	assert.Contains(t, valid, true)
	for i, doc := range docs {
		if !valid[i] {
			requireNoticed(t, whats[i], doc)
		}
	}
}

// requireNoticed reads a document that is not valid.
func requireNoticed(t *testing.T, what, doc string) {
	t.Helper()
	_, err := rpc.Parse([]byte(doc), rpc.Config{Level: soap.Strict})
	require.Error(t, err, "%s\n%s", what, doc)
	assertPlaced(t, err, what)
	env, err := rpc.Parse([]byte(doc), rpc.Config{})
	if err != nil {
		require.True(t, typed(err), what)
		return
	}
	require.NotEmpty(t, env.Diagnostics, "%s\n%s", what, doc)
}

// TestItemCounts reads every array of every message with the least and the most
// items that the schema lets it have, and with one fewer and one more.
func TestItemCounts(t *testing.T) {
	arrays := 0
	for message, fields := range readFacts(t)[rpc.V14].fields {
		for _, f := range fields {
			least, most := f.itemBounds()
			file := filepath.Join("testdata", message+".xml")
			if _, err := os.Stat(file); err != nil || least+most == 0 {
				continue
			}
			arrays++
			for _, n := range []int{0, 1, 2, 3, 16, 17, 64, 65} {
				fits := n >= least && (most == 0 || n <= most)
				requireItems(t, withItems(t, file, f.name, n), fmt.Sprintf("%s/%s[%d]", message, f.name, n), fits)
			}
		}
	}
	assert.Equal(t, 10, arrays)
}

// TestItemCountsUnbounded: an array without bounds has none, whatever stands before it.
func TestItemCountsUnbounded(t *testing.T) {
	arrays := 0
	for _, row := range (rpc.Registry{}).Rows() {
		for _, message := range []string{row.Name, row.Name + "Response"} {
			for _, f := range rpc.Describe(rpc.Registry{}.New(message)) {
				if f.Item == "" || f.LeastItems > 0 || f.MostItems > 0 {
					continue
				}
				arrays++
				for _, n := range []int{0, 1, 17, 65, 300} {
					requireItems(t, withItems(t, filepath.Join("testdata", message+".xml"), f.Name, n), fmt.Sprintf("%s/%s[%d]", message, f.Name, n), true)
				}
			}
		}
	}
	assert.Equal(t, 6, arrays)
}

// withItems is a golden message whose array has n items and does not count them.
func withItems(t *testing.T, file, array string, n int) string {
	t.Helper()
	tree := etree.NewDocument()
	require.NoError(t, tree.ReadFromFile(file))
	el := tree.FindElement("//" + array)
	require.NotNil(t, el)
	item := el.ChildElements()[0].Copy()
	el.Child = nil
	for range n {
		el.AddChild(item.Copy())
	}
	doc, err := tree.WriteToString()
	require.NoError(t, err)
	return arraySize.ReplaceAllString(doc, `[]"`)
}

func requireItems(t *testing.T, doc, what string, fits bool) {
	t.Helper()
	path, _, _ := strings.Cut("/Envelope/Body/"+what, "[")
	for _, trees := range []bool{false, true} {
		cfg := rpc.Config{}
		if trees {
			cfg.Registry = rpc.Registry{}.Trees()
		}
		env, err := rpc.Parse([]byte(doc), cfg)
		if strings.Contains(what, "Event[65]") {
			require.ErrorIs(t, err, rpc.ErrItems, what)
			continue
		}
		require.NoError(t, err, what)
		require.Equal(t, !fits, slices.ContainsFunc(env.Diagnostics, func(d soap.Diagnostic) bool {
			return d.Code == rpc.ItemCount && d.Path == path
		}), "%s %v", what, env.Diagnostics)
		cfg.Level = soap.Strict
		_, err = rpc.Parse([]byte(doc), cfg)
		if fits {
			require.NoError(t, err, what)
		} else {
			requireValueError(t, err, rpc.ItemCount, path, "")
		}
	}
}
