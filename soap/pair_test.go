package soap

// NOTE: the Encoder's quick ways write what the usual way writes, or fail as it
// does: byte by byte for the scan, and by writing random documents in both ways.

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestCopyClean puts every byte at every place of texts of every length that a
// branch could depend on.
func TestCopyClean(t *testing.T) {
	const most = 42
	clean := strings.Repeat("aZ ~'", most)[:most]
	for n := range most {
		for at := range n {
			for c := range 256 {
				b := []byte(clean[:n])
				b[at] = byte(c)
				want := n
				if c < 0x20 || c > 0x7E || strings.IndexByte(`<>&"`, byte(c)) >= 0 {
					want = at
				}
				checkCopy(t, string(b), want)
			}
		}
	}
	for _, pair := range []string{"\xff\x7f", "<\x01", "\x00\x20", "&\x22", "\x7f\x7e", "\x80\x00"} {
		checkCopy(t, "abcdef"+pair+"gh", 6)
	}
}

func checkCopy(t *testing.T, s string, want int) {
	t.Helper()
	dst := make([]byte, len(s))
	if n := copyClean(dst, s); n != want || string(dst[:n]) != s[:n] {
		t.Fatalf("copyClean(%q) = %d, %q; want %d", s, n, dst[:n], want)
	}
	if n := copyClean(dst, []byte(s)); n != want || string(dst[:n]) != s[:n] {
		t.Fatalf("copyClean([]byte(%q)) = %d, %q; want %d", s, n, dst[:n], want)
	}
}

// slowLeaf is Leaf, or Typed with a type, in the usual way.
func slowLeaf(e *Encoder, ns NS, local, typ, text string) {
	e.Start(ns, local)
	if typ != "" {
		e.Attr(NSXSI, "type", typ)
	}
	e.Text(text)
	e.End()
}

func slowPair(e *Encoder, item, first, a, second, typ, b string) {
	e.Start(NSNone, item)
	slowLeaf(e, NSNone, first, "", a)
	slowLeaf(e, NSNone, second, typ, b)
	e.End()
}

// The strings that both ways are given: usual ones, and some for every reason not
// to take the quick way.
var (
	someNames = []string{"Name", "Value", "a", "ParameterValueStruct", "K\u00fcche", strings.Repeat("n", maxPiece), strings.Repeat("n", maxPiece+1)}
	badNames  = []string{"", "1", "a b", "a:b", "\xff"}
	someTexts = []string{"", "x", "1234567", "Device.ManagementServer.URL", "a < b", "caf\u00e9", "tab\t", `"quoted"`, "\r\n", "~\x7f", "a\u2028&b>c, which is long enough"}
	badTexts  = []string{"\x00", "long enough for a word \x01", "\xff", "\ufffe"}
	someTypes = []string{"xsd:string", "xsd:int", "xsd:base64Binary", "", `a"b`, "<", "a:type-name-that-is-far-too-long-for-it", "t\u00fcp"}
)

// pick mostly gives one of some, and seldom one of bad.
func pick(r *rand.Rand, some, bad []string) string {
	if len(bad) > 0 && r.IntN(200) == 0 {
		return bad[r.IntN(len(bad))]
	}
	return some[r.IntN(len(some))]
}

// step makes the same random call on both encoders, on slow in the usual way.
func step(r *rand.Rand, quick, slow *Encoder) {
	ns := []NS{NSNone, NSNone, NSNone, NSCWMP12}[r.IntN(4)]
	a, b := pick(r, someNames, badNames), pick(r, someNames, badNames)
	text, other, typ := pick(r, someTexts, badTexts), pick(r, someTexts, badTexts), pick(r, someTypes, nil)
	both := func(f func(e *Encoder)) { f(quick); f(slow) }
	switch r.IntN(9) {
	case 0:
		both(func(e *Encoder) { e.Start(ns, a) })
	case 1:
		both(func(e *Encoder) { e.Start(ns, a); e.Declare(NSXSI) })
	case 2:
		both(func(e *Encoder) { e.Start(NSCWMP11, a); e.Declare(NSCWMP11) }) // the default namespace
	case 3, 4:
		both(func(e *Encoder) { e.End() })
	case 5:
		quick.Leaf(ns, a, text)
		slowLeaf(slow, ns, a, "", text)
	case 6:
		quick.Typed(ns, a, typ, text)
		slow.Start(ns, a)
		slow.Attr(NSXSI, "type", typ)
		slow.Text(text)
		slow.End()
	case 7:
		n := r.Int64() >> r.IntN(64)
		quick.LeafInt(ns, a, n)
		slowLeaf(slow, ns, a, "", fmt.Sprint(n))
	case 8:
		item := pick(r, someNames, badNames)
		for range 1 + r.IntN(3) {
			quick.Pair(item, a, text, b, typ, other)
			slowPair(slow, item, a, text, b, typ, other)
		}
	}
}

// begin starts the same document on both encoders, mostly with a root that
// declares what is to come.
func begin(r *rand.Rand, both ...*Encoder) {
	prefix := pick(r, []string{"xsi", "xsi", "xsi", "", "a-prefix-that-is-rather-long-for-it"}, nil)
	short, root, declare := r.IntN(3) == 0, r.IntN(20) > 0, r.IntN(10) > 0
	for _, e := range both {
		e.Reset(nil)
		e.SetPrefix(NSXSI, prefix)
		e.SetPrefix(NSCWMP11, "")
		e.SetShortEmpty(short)
		if !root {
			continue
		}
		e.Start(NSCWMP12, "root")
		e.Declare(NSCWMP12)
		if declare {
			e.Declare(NSXSI)
		}
	}
}

// TestQuickIsUsual writes random documents in both ways with encoders that are
// used again, and compares bytes and errors.
func TestQuickIsUsual(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var quick, slow Encoder
	good, documents := 0, 20_000
	if testing.Short() {
		documents = 4000
	}
	for range documents {
		begin(r, &quick, &slow)
		for range r.IntN(12) {
			step(r, &quick, &slow)
		}
		for len(quick.frames) > 0 && quick.err == nil {
			quick.End()
			slow.End()
		}
		got, err := quick.Bytes()
		want, wantErr := slow.Bytes()
		if wantErr != nil {
			require.EqualError(t, err, wantErr.Error())
			continue
		}
		require.NoError(t, err)
		require.Equal(t, string(want), string(got))
		good++
	}
	assert.Greater(t, good, documents/10, "documents without an error")
}

// TestNamesPushEachOther uses more names than the table has places.
func TestNamesPushEachOther(t *testing.T) {
	var e Encoder
	var want strings.Builder
	e.Start(NSNone, "r")
	for i := range 3 * numPieces {
		for range 2 {
			name := fmt.Sprint("n", i*7919)
			e.Leaf(NSNone, name, "x")
			fmt.Fprintf(&want, "<%s>x</%s>", name, name)
		}
	}
	e.End()
	b, err := e.Bytes()
	require.NoError(t, err)
	assert.Equal(t, "<r>"+want.String()+"</r>", string(b))
}

// TestEncoderKeepsWhatIsBefore appends to a slice with contents and looks at what
// stands before it and beyond its capacity.
func TestEncoderKeepsWhatIsBefore(t *testing.T) {
	for room := range 200 {
		memory := []byte(strings.Repeat("#", 300))
		dst := memory[: 10 : 10+room]
		var e Encoder
		e.Reset(dst)
		e.Start(NSNone, "a")
		e.Pair("ParameterValueStruct", "Name", "Device.X", "Value", "", "1")
		e.Grow(-1)
		e.Leaf(NSNone, "Name", "Device.X")
		e.End()
		b, err := e.Bytes()
		require.NoError(t, err)
		require.Equal(t, "##########<a><ParameterValueStruct><Name>Device.X</Name><Value>1</Value></ParameterValueStruct><Name>Device.X</Name></a>", string(b))
		require.NotContains(t, string(memory[10+room:]), "<")
		require.Equal(t, strings.Repeat("#", 290-room), string(memory[10+room:]), room)
	}
}

// TestGrow: what was announced is written where the room for it was made.
func TestGrow(t *testing.T) {
	var e Encoder
	e.Start(NSNone, "a")
	e.Grow(100_000)
	room := cap(e.buf)
	for range 1000 {
		e.Leaf(NSNone, "Name", "Device.ManagementServer.URL")
		e.Pair("b", "c", "Device.ManagementServer.URL", "d", "", "0")
	}
	e.End()
	assert.GreaterOrEqual(t, room, 100_000)
	assert.Equal(t, room, cap(e.buf))
	assert.Less(t, len(e.buf), 100_000)
}

func FuzzPair(f *testing.F) {
	for _, s := range append(someTexts, badTexts...) {
		f.Add("Name", s, "xsd:string", s)
	}
	for _, s := range append(someNames, badNames...) {
		f.Add(s, "x", "a'b", "1234567890")
	}
	f.Fuzz(func(t *testing.T, name, a, typ, b string) {
		var quick, slow Encoder
		for _, e := range []*Encoder{&quick, &slow} {
			e.Start(NSNone, "r")
			e.Declare(NSXSI)
		}
		for range 2 {
			quick.Pair("item", name, a, "Value", typ, b)
			slowPair(&slow, "item", name, a, "Value", typ, b)
			quick.Leaf(NSNone, name, b)
			slowLeaf(&slow, NSNone, name, "", b)
		}
		quick.End()
		slow.End()
		got, err := quick.Bytes()
		want, wantErr := slow.Bytes()
		require.Equal(t, wantErr, err)
		require.Equal(t, string(want), string(got))
	})
}
