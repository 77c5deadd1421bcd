package rpc_test

// NOTE: a vendor's struct with more fields than a word has bits. What was seen of them is
// noted for the first ones; the others are read all the same.

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/soap"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A wideOwn message has 130 fields, of which the last ones are an array, a struct and a
// repeated element.
type wideOwn struct {
	Texts  [127]string
	Names  []string
	Part   pingPart
	Events []rpc.Event
}

func (*wideOwn) Method() string        { return "X_ACME_Wide" }
func (*wideOwn) NewResponse() *wideOwn { return new(wideOwn) }
func (m *wideOwn) Fields(c *rpc.Codec) {
	for i := range m.Texts {
		c.String(fmt.Sprint("F", i+1), &m.Texts[i], 0)
	}
	c.Strings("Names", &m.Names, 0)
	c.Struct("Part", &m.Part)
	rpc.Repeated(c, "Events", &m.Events)
}

func wideMessage() *wideOwn {
	m := &wideOwn{Names: []string{"a", "b"}, Part: pingPart{Count: 7}, Events: []rpc.Event{{EventCode: "1 BOOT"}, {EventCode: "2 PERIODIC"}}}
	for i := range m.Texts {
		m.Texts[i] = fmt.Sprint("t", i+1)
	}
	return m
}

var wideRegistry = rpc.Registry{}.With(rpc.Pair[wideOwn, wideOwn](rpc.ToCPE, rpc.V10, 0))

// wideCodes reads such a message, typed and as a Tree.
func wideCodes(t *testing.T, doc string, want *wideOwn) string {
	t.Helper()
	env, err := rpc.Parse([]byte(doc), rpc.Config{Registry: wideRegistry.Trees()})
	require.NoError(t, err)
	got := codesOf(env.Diagnostics)
	env, err = requireSame(t, doc, rpc.Config{Registry: wideRegistry})
	require.NoError(t, err)
	require.Equal(t, want, env.Message)
	require.Equal(t, got, codesOf(env.Diagnostics))
	_, err = rpc.Parse([]byte(doc), rpc.Config{Registry: wideRegistry, Level: soap.Strict})
	require.Equal(t, got == "", err == nil, "%v", err)
	return got
}

// TestWide: a message with all of its fields is nothing odd.
func TestWide(t *testing.T) {
	doc := encode(t, rpc.NewEnvelope(rpc.V12, "1", wideMessage()))
	assert.Empty(t, wideCodes(t, doc, wideMessage()))
	env, err := rpc.Parse([]byte(doc), rpc.Config{Registry: wideRegistry.Trees()})
	require.NoError(t, err)
	assert.Equal(t, doc, encode(t, env))
}

// TestWideTouched: a field that is missing or doubled is told of among the first 63, and
// is no other's loss behind them.
func TestWideTouched(t *testing.T) {
	doc := encode(t, rpc.NewEnvelope(rpc.V12, "1", wideMessage()))
	for i := 1; i <= 127; i++ {
		el := fmt.Sprintf("<F%d>t%[1]d</F%[1]d>", i)
		noticed := i <= 63
		want := wideMessage()
		assert.Equal(t, noticed, wideCodes(t, strings.Replace(doc, el, el+el, 1), want) == "duplicate-element", el)
		want.Texts[i-1] = ""
		assert.Equal(t, noticed, wideCodes(t, strings.Replace(doc, el, "", 1), want) == "missing-element", el)
	}
	want := wideMessage()
	want.Names = nil
	names := doc[strings.Index(doc, "<Names"):strings.Index(doc, "<Part>")]
	assert.Empty(t, wideCodes(t, strings.Replace(doc, names, "", 1), want))
	half := strings.Replace(doc, names, "", 1)
	for i := 20; i <= 127; i++ {
		half = strings.Replace(half, fmt.Sprintf("<F%d>t%[1]d</F%[1]d>", i), "", 1)
		want.Texts[i-1] = ""
	}
	env, err := rpc.Parse([]byte(half), rpc.Config{Registry: wideRegistry})
	require.NoError(t, err)
	assert.Equal(t, want, env.Message)
	assert.Len(t, env.Diagnostics, 63-19)
}

// TestWideOrder: a field before one that it belongs behind is told of, wherever it is.
func TestWideOrder(t *testing.T) {
	doc := encode(t, rpc.NewEnvelope(rpc.V12, "1", wideMessage()))
	for _, at := range [][2]int{{1, 2}, {62, 63}, {63, 64}, {64, 65}, {1, 65}, {70, 120}} {
		a, b := fmt.Sprintf("<F%d>t%[1]d</F%[1]d>", at[0]), fmt.Sprintf("<F%d>t%[1]d</F%[1]d>", at[1])
		swapped := strings.NewReplacer(a, b, b, a).Replace(doc)
		assert.Equal(t, "wrong-order", wideCodes(t, swapped, wideMessage()), at)
	}
}

// TestWideBare has items without their array behind so many fields.
func TestWideBare(t *testing.T) {
	doc := encode(t, rpc.NewEnvelope(rpc.V12, "1", wideMessage()))
	names := doc[strings.Index(doc, "<Names"):strings.Index(doc, "<Part>")]
	doc = strings.Replace(doc, names, "<string>a</string><string>b</string>", 1)
	assert.Equal(t, "no-array-element", wideCodes(t, doc, wideMessage()))
}
