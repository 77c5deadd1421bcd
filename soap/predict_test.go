package soap

// NOTE: prediction gives what reading in the usual way gives: the same texts, places,
// errors and deviations, at every level, whole and through short reads, for lists of
// all sorts and for anything else.

import (
	"bytes"
	"crypto/sha1"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A lister reads a document as a list at some depth, and writes down what it sees.
type lister struct {
	d     *Decoder
	f     *Form
	depth int // of the list
	texts int // of an entry
	most  int // entries to predict at once
	skip  int // entries that it does not accept, one of so many; 0: none
	out   strings.Builder
	known int // entries that were predicted
}

func (l *lister) read() string {
	d := l.d
	for range l.depth {
		if !d.NextChild(d.Depth()) {
			break
		}
	}
	if d.Err() == nil && d.Depth() == l.depth {
		l.list()
	}
	for kind := KindStart; kind != KindEOF; {
		kind, _ = d.Next()
		fmt.Fprintf(&l.out, "\n%d %d %s %q %q", kind, d.Offset(), d.Path(), d.Text(), d.Closed())
		if kind == KindStart {
			ns, local := d.Name()
			fmt.Fprintf(&l.out, " %s %s", ns, local)
		}
	}
	fmt.Fprintf(&l.out, "\n%v\n%v %d", d.Err(), d.Diagnostics(), d.MoreDiagnostics())
	return l.out.String()
}

func (l *lister) list() {
	d := l.d
	d.Expect(l.f, l.texts, l.texts)
	for {
		l.predicted()
		d.Watch(l.f)
		if !l.entry() {
			return
		}
	}
}

// predicted takes what is known.
func (l *lister) predicted() {
	for {
		entries := l.d.Predict(l.f, l.most)
		texts, start, n := string(l.d.Texts(entries)), int32(0), 0
		for i := range entries {
			e := &entries[i]
			if l.skip > 0 && (l.known+1)%l.skip == 0 {
				l.known++
				break
			}
			fmt.Fprintf(&l.out, "\nentry %q %q %s", texts[start:e.First], texts[e.First:e.Second], l.f.Label(e))
			start = e.Second
			l.known++
			n++
		}
		before := l.d.Offset()
		l.d.Accept(l.f, n)
		if n < len(entries) || n == 0 {
			return
		}
		if l.most == 1 {
			fmt.Fprintf(&l.out, " %d %d %s", l.d.Offset(), l.d.Depth(), l.d.Text())
		}
		require.Greater(panicker{}, l.d.Offset(), before)
	}
}

// entry reads the next entry in the usual way.
func (l *lister) entry() bool {
	d := l.d
	if l.texts == 1 {
		return l.item()
	}
	if !d.NextChild(l.depth) {
		return false
	}
	var text []string
	label := ""
	for depth := d.Depth(); d.NextChild(depth); {
		ns, local := d.Name()
		label = fmt.Sprintf("%s %q %s", ns, d.URI(), local)
		for name, value := range d.Attrs() {
			label += fmt.Sprintf(" [%s %q %s %q]", name.NS, name.URI, name.Local, value)
		}
		text = append(text, string(d.Content()))
	}
	label = fmt.Sprintf("%x", sha1.Sum([]byte(label))) // short enough for a label
	if len(text) == 2 {
		fmt.Fprintf(&l.out, "\nentry %q %q %s", text[0], text[1], label)
	} else {
		fmt.Fprintf(&l.out, "\n%q %s", text, label)
	}
	return l.learn(label)
}

func (l *lister) learn(label string) bool {
	if l.d.Err() != nil {
		return false
	}
	if l.most == 1 {
		fmt.Fprintf(&l.out, " %d %d %s", l.d.Offset(), l.d.Depth(), l.d.Text())
	}
	l.d.Learn(l.f, label)
	return true
}

// item reads the next entry of one text by its tokens.
func (l *lister) item() bool {
	d, text, parts := l.d, "", ""
	for {
		switch kind, _ := d.Next(); {
		case kind == KindEOF, kind == KindEnd && d.Depth() < l.depth:
			return false
		case kind == KindText && d.Depth() == l.depth+1:
			text += string(d.Text())
		case kind == KindStart && d.Depth() > l.depth+1:
			parts += "<"
		case kind == KindEnd && d.Depth() == l.depth:
			fmt.Fprintf(&l.out, "\nentry %q %q %s", text, "", parts)
			return l.learn(parts)
		}
	}
}

// panicker makes a failed requirement a panic, which a fuzz target reports.
type panicker struct{}

func (panicker) Errorf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }
func (panicker) FailNow()                          {}

// samePrediction reads a document by prediction, again and again with the same form, by
// other rules in between, and in the usual way.
func samePrediction(t *testing.T, doc string, rnd *rand.Rand) (known int) {
	t.Helper()
	depth, texts, most, skip := 1+rnd.IntN(4), 1+rnd.IntN(2), max(1, rnd.IntN(5)*rnd.IntN(100)), rnd.IntN(8)
	f, d := new(Form), new(Decoder)
	cfg, other := predictConfig(rnd), predictConfig(rnd)
	for i, cfg := range []Config{cfg, cfg, other, cfg, cfg} {
		plain := cfg
		plain.NoPrediction = true
		want := (&lister{d: NewDecoderBytes([]byte(doc), plain), f: new(Form), depth: depth, texts: texts, most: most}).read()
		d.ResetBytes([]byte(doc), cfg)
		if i == 4 {
			d.Reset(&shortReader{[]byte(doc), rnd, 1 + rnd.IntN(300)}, cfg)
		}
		d.poison = true
		l := &lister{d: d, f: f, depth: depth, texts: texts, most: most, skip: skip}
		require.Equal(t, want, l.read(), "%q", doc)
		known += l.known
	}
	return known
}

// parts are what lists are put together from.
var parts = struct{ items, heads, middles, tails, texts []string }{
	items:   []string{"p", "p", "p", "q", "x:p", "p a='1'", "p xmlns:y='urn:y'", "p xmlns='urn:d'"},
	heads:   []string{"<n>", "<n>", "\n <n>", "<n >", "<!-- c --><n>", "<n a='&#49;'>", "<?pi?><n>", "<x:n>", "\x00<n>"},
	middles: []string{"</n><v t='a'>", "</n><v t='a'>", "</n><v t='ab'>", `</n><v x:t="long enough to be told apart">`, "</n><v t='long'>", "</n>\n<v>", "</n><v/><v>", "</n><o>&amp;</o><v>", "</n><v xmlns:z='urn:z' z:t='1'>", "</m><v>", "</x:n><v>", "</n><w t='a'>"},
	tails:   []string{"</v>", "</v>", "</v >", "</v>\n", "</w>", "</v>&amp;", "</v>]]>", "</v><!---->"},
	texts:   []string{"", "a", "abcdefgh", "Device.WiFi.AccessPoint.1.AssociatedDevice.12.SignalStrength", "7", "-30", "k\u00fc", "a&amp;b", "&#65;", "&#0000065;", "&x;", "& ", "]]>", "a > b", "\r\n", " \t\n", "<![CDATA[x]]>", "\x02", "\xff", "\ufffe", "&#0;", strings.Repeat("long ", 60)},
}

// randomList makes a list, mostly of entries that are alike.
func randomList(rnd *rand.Rand) string {
	pick := func(from []string, odd int) string {
		if rnd.IntN(odd) > 0 {
			return from[0]
		}
		return from[rnd.IntN(len(from))]
	}
	var b strings.Builder
	b.WriteString(pick([]string{"", "<?xml version='1.0' encoding='us-ascii'?>"}, 4))
	b.WriteString(pick([]string{"<r xmlns:x='urn:x'><l>", "<r><l>", "<r xmlns:x='urn:x'><l/><l>"}, 4))
	odd := 1 + rnd.IntN(30)
	for range rnd.IntN(40) {
		item := pick(parts.items, odd)
		name, _, _ := strings.Cut(item, " ")
		b.WriteString("<" + item + ">" + pick(parts.heads, odd))
		b.WriteString(parts.texts[rnd.IntN(len(parts.texts)/(1+rnd.IntN(5)))])
		if rnd.IntN(20) > 0 {
			b.WriteString(pick(parts.middles, odd/4+1) + parts.texts[rnd.IntN(len(parts.texts)/(1+rnd.IntN(5)))])
		}
		b.WriteString(pick(parts.tails, odd) + "</" + pick([]string{name, name, name, "p"}, odd) + ">")
	}
	b.WriteString("</l>tail</r>")
	return b.String()
}

func TestPredictRandom(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	known := 0
	n := 20_000
	if testing.Short() {
		n = 2000
	}
	for range n {
		doc := randomList(rnd)
		if rnd.IntN(4) == 0 {
			i := rnd.IntN(len(doc))
			doc = doc[:i] + string("<>&'\" x]/\n"[rnd.IntN(10)]) + doc[i+rnd.IntN(2):]
		}
		known += samePrediction(t, doc, rnd)
	}
	require.Greater(t, known, n/4, "something is predicted")
}

func predictConfig(rnd *rand.Rand) Config {
	cfg := Config{Level: Level(rnd.IntN(3)), BadBytes: BadBytes(rnd.IntN(3)), RefusePI: rnd.IntN(2) == 0, RefuseMixed: rnd.IntN(3) == 0}
	if rnd.IntN(3) == 0 {
		cfg.Limits = Limits{MaxBytes: int64(1 + rnd.IntN(2000)), MaxDepth: 3 + rnd.IntN(3), MaxAttrs: 3, MaxNamespaces: 4, MaxName: 2 + rnd.IntN(12), MaxText: 1 + rnd.IntN(80)}
	}
	return cfg
}

// FuzzPredict does it with any document.
func FuzzPredict(f *testing.F) {
	rnd := rand.New(rand.NewPCG(3, 4))
	for i := range 40 {
		f.Add(randomList(rnd), uint64(i))
	}
	f.Add(string(parameterValues(20)), uint64(1))
	f.Fuzz(func(t *testing.T, doc string, seed uint64) {
		rnd := rand.New(rand.NewPCG(seed, 0))
		samePrediction(t, doc, rnd)
	})
}

// TestPredicts says that it does: all entries but a few.
func TestPredicts(t *testing.T) {
	doc := string(parameterValues(1000))
	f := new(Form)
	for i, least := range []int{990, 1000} {
		l := &lister{d: NewDecoderBytes([]byte(doc), Config{}), f: f, depth: 4, texts: 2, most: 100}
		l.read()
		assert.GreaterOrEqual(t, l.known, least, i)
	}
	l := &lister{d: NewDecoder(iotest.HalfReader(strings.NewReader(doc)), Config{}), f: new(Form), depth: 4, texts: 2, most: 100}
	l.read()
	assert.GreaterOrEqual(t, l.known, 900, "through a reader")
}

// TestPredictMisuse: a call out of order takes nothing.
func TestPredictMisuse(t *testing.T) {
	list := func(d *Decoder) { // goes into the list
		for range 4 {
			require.True(t, d.NextChild(d.Depth()))
		}
	}
	doc := parameterValues(40)
	f, d := new(Form), NewDecoderBytes(doc, Config{})
	(&lister{d: d, f: f, depth: 4, texts: 2, most: 100}).read()

	d.ResetBytes(doc, Config{})
	assert.Empty(t, d.Predict(f, 10), "outside the list")
	list(d)
	d.Expect(f, 2, 2)
	assert.Empty(t, d.Predict(f, 0))
	entries := d.Predict(f, 10)
	require.Len(t, entries, 10)
	d.Accept(f, 11)
	_, ok := d.Attr(NSEncoding, "arrayType")
	assert.True(t, ok, "nothing was read")
	entries = d.Predict(f, 1)
	require.Len(t, entries, 1)
	d.Accept(f, 1)
	_, ok = d.Attr(NSEncoding, "arrayType")
	assert.False(t, ok, "an entry was read")
	at := d.Offset()
	require.True(t, d.NextChild(4))
	d.Accept(f, 10)
	assert.Greater(t, d.Offset(), at)
	d.Skip()
	assert.Len(t, d.Predict(f, 100), 38)
	d.Accept(f, 38)
	assert.False(t, d.NextChild(4))
	require.NoError(t, d.End())
	assert.Empty(t, d.Predict(f, 10), "behind the root")

	empty := bytes.Replace(doc, []byte(`[40]">`), []byte(`[40]"/>`), 1)
	d.ResetBytes(bytes.Replace(empty, []byte("</ParameterList>"), nil, 1), Config{})
	list(d)
	d.Expect(f, 2, 2)
	d.Learn(f, "")
	d.Watch(f)
	d.Learn(f, "")
	assert.Empty(t, d.Predict(f, 10), "an empty list")
	assert.Empty(t, f.Label(&Entry{middle: 9}))
	require.NoError(t, d.End())
}

// TestFormForgets: where the literals might be read otherwise, they are not used.
func TestFormForgets(t *testing.T) {
	const doc = "<a xmlns:x='urn:x'><l><p><n>1</n><v>2</v></p><p><n>1</n><v>2</v></p></l></a>"
	for name, second := range map[string]struct {
		doc string
		cfg Config
	}{
		"":       {doc, Config{}},
		"level":  {doc, Config{Level: Strict}},
		"bytes":  {doc, Config{BadBytes: ReplaceBytes}},
		"PI":     {doc, Config{RefusePI: true}},
		"limit":  {doc, Config{Limits: Limits{MaxDepth: 30}}},
		"ASCII":  {`<?xml version="1.0" encoding="us-ascii"?>` + doc, Config{}},
		"prefix": {strings.Replace(doc, ":x", ":y", 1), Config{}},
		"URI":    {strings.Replace(doc, "urn:x", "urn:y", 1), Config{}},
		"split":  {strings.Replace(doc, "x='urn:x'", "xu='rn:x'", 1), Config{}},
		"known":  {strings.Replace(doc, "urn:x", nsTable[NSXSI].uri, 1), Config{}},
		"depth":  {"<o xmlns:x='urn:x'>" + strings.Replace(doc, " xmlns:x='urn:x'", "", 1) + "</o>", Config{}},
	} {
		f := new(Form)
		(&lister{d: NewDecoderBytes([]byte(doc), Config{}), f: f, depth: 2, texts: 2, most: 9}).read()
		d := NewDecoderBytes([]byte(second.doc), second.cfg)
		for d.NextChild(d.Depth()) && !d.Is(NSNone, "l") {
		}
		d.Expect(f, 2, 2)
		want := 0
		if name == "" {
			want = 2
		}
		assert.Len(t, d.Predict(f, 9), want, name)
		d.Expect(f, 1, 2)
		assert.Empty(t, d.Predict(f, 9), "other texts")
	}
}

// TestPredictLong: what is too long to be kept is read in the usual way, and so is a
// list whose entries are all different.
func TestPredictLong(t *testing.T) {
	for name, entry := range map[string]func(i int) string{
		"markup": func(int) string { return "<p>" + strings.Repeat(" ", maxLiteral) + "<n>a</n><v>b</v></p>" },
		"text":   func(int) string { return "<p><n>a</n><v>" + strings.Repeat("b", maxBatched) + "</v></p>" },
		"other":  func(i int) string { return fmt.Sprintf("<p a='%d'><n>a</n><v>b</v></p>", i) },
	} {
		var b strings.Builder
		for i := range 100 {
			b.WriteString(entry(i))
		}
		f := new(Form)
		l := &lister{d: NewDecoderBytes([]byte("<l>"+b.String()+"</l>"), Config{}), f: f, depth: 1, texts: 2, most: 100}
		l.read()
		assert.Zero(t, l.known, name)
		assert.Equal(t, 100, strings.Count(l.out.String(), "\nentry "), name)
		assert.LessOrEqual(t, len(f.gaps[0].variants), maxVariants, name)
	}
}
