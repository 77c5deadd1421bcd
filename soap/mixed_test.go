package soap

// NOTE: text among elements and elements in a text. No message has either, so that
// nobody gets what is there; but it is not lost without a word.

import (
	"fmt"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// mixed are documents with an r whose children are leaves, and what is said of them.
// Each "@" is taken out and marks a place, in order.
var mixed = []struct{ doc, read, codes, paths string }{
	{"<r><a>1</a><b>2</b></r>", "a=1 b=2", "", ""},
	{"<r>\n\t<a>1</a> \r\n <b>2</b>\n</r>", "a=1 b=2", "", ""},
	{"<r> <!-- x --> <a>1</a>&#32;<![CDATA[ ]]>&#13;<?p?></r>", "a=1", "", ""},
	{"<r>@x<a>1</a></r>", "a=1", "stray-text", "/r"},
	{"<r><a>1</a>@ x</r>", "a=1", "stray-text", "/r"},
	{"<r><a>1</a>@\nx<b>2</b>@y&amp;</r>", "a=1 b=2", "stray-text stray-text", "/r /r"},
	{"<r>@\r\nx<a>1</a>@<![CDATA[x]]><b>2</b>@<!-- x -->x</r>", "a=1 b=2", "stray-text stray-text stray-text", "/r /r /r"},
	{"<r><a>1</a>@&lt;<b>2</b></r>", "a=1 b=2", "stray-text", "/r"},
	{"<r>@x</r>", "", "stray-text", "/r"},
	{"<r><a>1@<x/>2</a></r>", "a=12", "stray-element", "/r/a"},
	{"<r><a>@<x>1<x>2</x></x>@<y>3</y></a><b>4</b></r>", "a= b=4", "stray-element stray-element", "/r/a /r/a"},
	{"<r><a>1&amp;@<x/></a></r>", "a=1&", "stray-element", "/r/a"},
	{"<r><skip>1<x/>2<x>3</x></skip><a>1</a></r>", "a=1", "", ""}, // nobody asks for it
}

// leaves reads the children of the root, but for those called skip.
func leaves(d *Decoder) string {
	var all []string
	for d.NextChild(0) {
		for d.NextChild(1) {
			if _, local := d.Name(); string(local) != "skip" {
				name := string(local)
				all = append(all, name+"="+string(d.Content()))
			}
		}
	}
	return strings.Join(all, " ")
}

func TestMixed(t *testing.T) {
	for _, c := range mixed {
		doc := strings.ReplaceAll(c.doc, "@", "")
		for _, level := range []Level{Tolerant, Standard, Strict} {
			one := NewDecoder(iotest.OneByteReader(strings.NewReader(doc)), Config{Level: level})
			one.poison = true
			for _, d := range []*Decoder{NewDecoderBytes([]byte(doc), Config{Level: level}), one} {
				require.Equal(t, c.read, leaves(d), c.doc)
				require.NoError(t, d.End(), c.doc)
				require.Equal(t, c.codes, codes(d), c.doc)
				assertPlaces(t, c.doc, c.paths, d.Diagnostics())
			}
		}
	}
}

// assertPlaces checks that diagnostics are at the marks of a document.
func assertPlaces(t *testing.T, marked, paths string, all []Diagnostic) {
	t.Helper()
	at := 0
	for i, path := range strings.Fields(paths) {
		at += strings.Index(marked[at+i:], "@")
		assert.EqualValues(t, at, all[i].Offset, marked)
		assert.Equal(t, path, all[i].Path, marked)
		assert.Empty(t, all[i].Detail, "it may be a secret")
	}
}

// TestMixedRefused: with RefuseMixed the first of them ends it.
func TestMixedRefused(t *testing.T) {
	for _, c := range mixed {
		doc := strings.ReplaceAll(c.doc, "@", "")
		d := NewDecoderBytes([]byte(doc), Config{RefuseMixed: true})
		leaves(d)
		err := d.End()
		if c.codes == "" {
			require.NoError(t, err, c.doc)
			continue
		}
		path, _, _ := strings.Cut(c.paths, " ")
		require.Equal(t, &SyntaxError{Offset: int64(strings.Index(c.doc, "@")), Path: path, Err: ErrMixed}, err, c.doc)
		require.Empty(t, d.Diagnostics(), c.doc)
	}
}

// TestMixedExact: what names somebody has nothing but text in it at every level.
func TestMixedExact(t *testing.T) {
	d := NewDecoderBytes([]byte("<r><a>1<x/>2</a><b>3</b></r>"), Config{})
	require.True(t, d.NextChild(0) && d.NextChild(1))
	assert.Nil(t, d.Exact())
	assert.ErrorIs(t, d.Err(), ErrMixed)
	d.ResetBytes([]byte("<r><a>1</a><b>3<x/></b></r>"), Config{})
	require.True(t, d.NextChild(0) && d.NextChild(1))
	assert.Equal(t, "1", string(d.Exact()))
	require.True(t, d.NextChild(1))
	assert.Equal(t, "3", string(d.Content()), "that was for one element")
}

// TestMixedIsNotLearnt: an entry with text among its elements is no form for others.
func TestMixedIsNotLearnt(t *testing.T) {
	doc := "<l>" + strings.Repeat("<i>x<n>a</n><v>b</v></i>", 50) + strings.Repeat("<i><n>a</n>\n<v>b<x/></v></i>", 50) + "</l>"
	var all [2]string
	for i, off := range []bool{false, true} {
		l := lister{d: NewDecoderBytes([]byte(doc), Config{NoPrediction: off}), f: new(Form), depth: 1, texts: 2, most: 100}
		l.read()
		require.Len(t, l.d.Diagnostics(), 100)
		all[i] = fmt.Sprint(l.d.Diagnostics())
	}
	assert.Equal(t, all[1], all[0])
}
