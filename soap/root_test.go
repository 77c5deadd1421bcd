package soap

// NOTE: a Decoder that has read a document before reads the next one as a new Decoder
// does, whatever the two have in common.

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// beginnings are documents with much in common.
func beginnings() []string {
	docs := []string{"", "<", "<r/>", "<r></r>", "<r xmlns='urn:d' xmlns:x='urn:x' x:a='1' b='&amp;&#9;'><x:c/><d/></r>"}
	const root = `<r xmlns="urn:d" xmlns:x="urn:x" x:a="1" b="&lt; '">`
	for _, before := range []string{"", "\ufeff", `<?xml version="1.0"?>`, `<?xml version="1.0" encoding="us-ascii"?>`, `<?xml version="1.0" encoding="latin1"?>`, "<!-- c -->\n", "<?pi?>", "<?pi \u00e9?>", " \n", "<!DOCTYPE r>"} {
		for _, rest := range []string{"<x:c/><d/></r>", "text</r>", "<y:c></y:c></r>", "</r>\x00", "", "\u00e9</r><s/>"} {
			docs = append(docs, before+root+rest)
		}
	}
	return append(docs,
		strings.Replace(root, "urn:x", "urn:y", 1)+"<x:c/></r>",
		strings.Replace(root, "urn:d", "", 1)+"<x:c/></r>",
		strings.Replace(root, `"1"`, "\"\x01\"", 1)+"<x:c/></r>",
		strings.Replace(root, ">", "/>", 1),
		strings.Replace(root, "r", "x:r", 1)+"<x:c/></x:r>",
		strings.Replace(root, " b=", " "+strings.Repeat("b", maxBegin)+"=", 1)+"</r>")
}

func TestBeginnings(t *testing.T) {
	docs := beginnings()
	rnd := rand.New(rand.NewPCG(5, 6))
	configs := []Config{
		{}, {Level: Strict}, {RefusePI: true}, {BadBytes: ReplaceBytes}, {Encoding: "us-ascii"}, {Encoding: "latin1"},
		{Limits: Limits{MaxAttrs: 3}}, {Limits: Limits{MaxName: 1 << 13}}, {Limits: Limits{MaxBytes: 30}},
	}
	var d Decoder
	for range 20_000 {
		doc, cfg := docs[rnd.IntN(len(docs))], configs[rnd.IntN(len(configs))]
		for range 1 + rnd.IntN(2) {
			d.ResetBytes([]byte(doc), cfg)
			if rnd.IntN(4) == 0 {
				d.Reset(&shortReader{[]byte(doc), rnd, 1 + rnd.IntN(200)}, cfg)
			}
			d.poison = rnd.IntN(2) == 0
			if rnd.IntN(4) == 0 {
				d.NextChild(0) // and no further
				continue
			}
			require.Equal(t, tokens(NewDecoderBytes([]byte(doc), cfg)), tokens(&d), "%q %v", doc, cfg)
		}
	}
}

// TestBeginningIsKept says that the second document does begin at its first child.
func TestBeginningIsKept(t *testing.T) {
	doc := parameterValues(1)
	d := NewDecoderBytes(doc, Config{})
	assert.False(t, d.begin(), "nothing is kept yet")
	d.Skip()
	require.True(t, d.NextChild(0))
	d.ResetBytes(bytes.Clone(doc), Config{})
	require.True(t, d.begin())
	assert.Equal(t, byte('>'), doc[d.pos-1])
	assert.Equal(t, int64(len(doc)-d.pos), d.Remaining())
	assert.True(t, d.Is(NSEnvelope, "Envelope"))
	require.NoError(t, d.End())
}

// TestBeginningOfRaw: what is declared around a Raw is no part of it.
func TestBeginningOfRaw(t *testing.T) {
	var e Encoder
	for _, uri := range []string{"urn:a", "urn:b", "urn:a"} {
		raw := Raw{Space: uri, Local: "r", Scope: []Namespace{{"x", uri}}, XML: []byte("<x:r><x:c/></x:r>")}
		e.Reset(nil)
		e.Raw(raw)
		b, err := e.Bytes()
		require.NoError(t, err)
		assert.Equal(t, `<x:r xmlns:x="`+uri+`"><x:c/></x:r>`, string(b))
	}
}
