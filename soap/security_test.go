package soap

// NOTE: attacks on parsers of CWMP, one test for each.

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var levels = []Level{Tolerant, Standard, Strict}

// allocated gives the bytes that a function allocates, alive or not.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// TestSEC08 is about external entities: a document type declaration is an error
// at every level and in every place.
func TestSEC08(t *testing.T) {
	for _, doc := range []string{
		`<!DOCTYPE a SYSTEM "http://192.0.2.1/x.dtd"><a/>`,
		`<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>`,
		"\ufeff<?xml version='1.0'?><!-- --> <!DOCTYPE a><a/>",
		"<a><!DOCTYPE a></a>", "<a/><!DOCTYPE a>", "<a/>\x00<!DOCTYPE a>", " \n<?xml version='1.0'?><!DOCTYPE a><a/>",
	} {
		for _, level := range levels {
			assert.Error(t, sameEveryWay(t, doc, Config{Level: level}))
			if level == Tolerant || doc[0] != ' ' && !strings.Contains(doc, "\x00") {
				assert.ErrorIs(t, NewDecoderBytes([]byte(doc), Config{Level: level}).End(), ErrDoctype, "%s %q", level, doc)
			}
		}
	}
}

// TestSEC10 is about entities that expand: there are none.
func TestSEC10(t *testing.T) {
	var laughs strings.Builder
	laughs.WriteString(`<!DOCTYPE l [<!ENTITY l0 "lol">`)
	for i := range 10 {
		fmt.Fprintf(&laughs, `<!ENTITY l%d "%s">`, i+1, strings.Repeat(fmt.Sprintf("&l%d;", i), 10))
	}
	laughs.WriteString(`]><l>&l10;</l>`)
	for _, doc := range []string{
		laughs.String(),
		`<!DOCTYPE l [<!ENTITY a "` + strings.Repeat("x", 50000) + `">]><l>` + strings.Repeat("&a;", 50000) + `</l>`,
		`<!DOCTYPE l [<!ENTITY % p "<!ENTITY q '&#37;p;'>"> %p;]><l/>`,
	} {
		for _, level := range levels {
			b := []byte(doc)
			assert.Less(t, allocated(func() {
				assert.ErrorIs(t, NewDecoderBytes(b, Config{Level: level}).End(), ErrDoctype)
			}), uint64(64<<10))
		}
	}
	d := NewDecoderBytes([]byte("<l>"+strings.Repeat("&l10;", 1000)+"</l>"), Config{})
	require.True(t, d.NextChild(0))
	assert.Equal(t, strings.Repeat("&l10;", 1000), string(d.Content()), "as long as it was")
}

// TestSEC11 is about deep nesting.
func TestSEC11(t *testing.T) {
	const tag = "<a>"
	for _, level := range levels {
		cfg := Config{Level: level}
		for depth, ok := range map[int]bool{31: true, 32: true, 33: false, 10_000: false, 10_000_000: false} {
			r := &endless{rest: tag}
			err := NewDecoder(r, cfg).End()
			require.ErrorIs(t, err, ErrLimit)
			assert.LessOrEqual(t, r.n, int64(33*len(tag)+2*minWindow))
			doc := strings.Repeat(tag, depth) + strings.Repeat("</a>", min(depth, 33))
			err = NewDecoder(strings.NewReader(doc), cfg).End()
			assert.Equal(t, ok, err == nil, "%d: %v", depth, err)
			if e, is := errors.AsType[*SyntaxError](err); is {
				assert.EqualValues(t, 32*len(tag), e.Offset)
			}
		}
	}
}

// TestSEC11Stack reads nesting of a million with a small stack, in a process of
// its own, as a stack that overflows ends it.
func TestSEC11Stack(t *testing.T) {
	if os.Getenv("SOAP_SMALL_STACK") != "" {
		debug.SetMaxStack(64 << 10)
		const n = 1 << 20
		lim := Limits{MaxDepth: n, MaxText: n}
		doc := strings.Repeat("<a>", n) + strings.Repeat("</a>", n)
		for _, read := range []func(d *Decoder){(*Decoder).Skip, func(d *Decoder) { d.Content() }, func(d *Decoder) { d.Raw() }, func(*Decoder) {}} {
			d := NewDecoderBytes([]byte(doc), Config{Limits: lim})
			d.NextChild(0)
			read(d)
			require.NoError(t, d.End())
		}
		return
	}
	if testing.Short() {
		t.Skip("skipped: no process of its own under -short")
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestSEC11Stack$")
	cmd.Env = append(os.Environ(), "SOAP_SMALL_STACK=1")
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
}

// TestSEC12 is about documents that two parsers understand differently. Strict
// and Standard refuse them all; Tolerant refuses what changes the structure and
// makes a diagnostic of the rest. See also TestW3C and FuzzDecoder.
func TestSEC12(t *testing.T) {
	for doc, tolerated := range map[string]bool{
		"<a b='1' b='2'/>":      false,
		"<a/><a/>":              false,
		"text<a/>":              false,
		"<a><b></a></b>":        false,
		"<a b='<'/>":            false,
		"<a/>text":              true,
		"<p:a/>":                true,
		"<a>&nbsp;</a>":         true,
		"<a xmlns:xml='u'></a>": true,
	} {
		for _, level := range levels {
			d := NewDecoderBytes([]byte(doc), Config{Level: level})
			err := d.End()
			if level == Tolerant && tolerated {
				assert.NoError(t, err, doc)
				assert.NotEmpty(t, d.Diagnostics(), doc)
				continue
			}
			assert.Error(t, err, "%s %s", level, doc)
		}
	}
}

// TestSEC13 is about wide documents: memory is no more than a few times their
// size, whatever they are full of.
func TestSEC13(t *testing.T) {
	rep := strings.Repeat
	for name, c := range map[string]struct {
		doc  string
		want string
	}{
		"a million siblings":  {"<a>" + rep("<b/>", 1_000_000) + "</a>", ""},
		"attributes":          {"<a" + numbered(" b%d=''", 200_000) + "/>", "MaxAttrs"},
		"declarations":        {"<a" + numbered(" xmlns:b%d='u'", 5000) + "/>", "MaxAttrs"},
		"nested declarations": {rep("<a xmlns:b='u' xmlns:c='u'>", 5000), "MaxNamespaces"},
		"ampersands":          {"<a>" + rep("&<b/>", 100_000) + "</a>", ""},
		"bad bytes":           {"<a>" + rep("<b>\xff\x01</b>", 100_000) + "</a>", ""},
		"prefixes":            {"<a>" + rep("<p:b q:c=''/>", 100_000) + "</a>", ""},
		"binary":              {"<a>" + rep("<b\x01/>", 100_000) + "</a>", ""},
		"long path":           {rep("<"+rep("b", 1000)+">", 31) + rep("&<c/>", 10_000) + rep("</"+rep("b", 1000)+">", 31), ""},
	} {
		doc, want := c.doc, c.want
		var d *Decoder
		bytes := allocated(func() {
			d = NewDecoder(strings.NewReader(doc), Config{})
			for d.NextChild(0) {
				d.Content()
			}
		})
		assert.LessOrEqual(t, bytes, uint64(8*len(doc)+4*minWindow), name)
		e, _ := errors.AsType[*LimitError](d.Err())
		if want == "" {
			assert.NoError(t, d.Err(), name)
		} else if assert.NotNil(t, e, name) {
			assert.Equal(t, want, e.Name)
		}
	}
}

func numbered(format string, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

// TestSEC31 is about secrets: a password that its sender forgot to escape has markup
// in it, which is as secret as the rest. What is wrong with it is said at its place, and
// in words of our own.
func TestSEC31(t *testing.T) {
	for _, level := range levels {
		for _, secret := range []string{
			"pa<hush>word", "pa</hush>word", "<hush>", "pa<hush/><a>", "pa&hush;", "&hush", "&#hush;", "&#x110000hush;", "&#1114112;", "&#x1hush", "pa<hush:a/>",
			"<hush a='1' a='2'/>", "<a hush='1' hush='2'/>", "<hush<", "<a hush", "<a hush='<'>", "<a xmlns:p='u' xmlns:q='u' p:hush='' q:hush=''/>", "<a hush!>",
			"<?hush:hush?>", "<?hush!?>", "<!hush>", "<![hush[", "<!-- hush -- -->", "<!--hush", "<![CDATA[hush", "<hush\x01>", "<hush\xff>", "</hush\x01>", "\xffhush", "\x01hush",
			"<hush:hush:hush/>", "<a xmlns:hush=''/>", "<:hush/>", "<hush:/>", "<hush><hush></hush></hush>hush", "]]>hush", "<hush a=''b=''/>",
		} {
			for name, read := range map[string]func(d *Decoder){
				"Content":   func(d *Decoder) { d.Content() },
				"Exact":     func(d *Decoder) { d.Exact() },
				"Skip":      func(d *Decoder) { d.Skip() },
				"Raw":       func(d *Decoder) { d.Raw() },
				"NextChild": func(*Decoder) {},
			} {
				d := NewDecoderBytes([]byte("<s><Password>"+secret+"</Password><b/></s>"), Config{Level: level, RefusePI: level == Strict})
				require.True(t, d.NextChild(0) && d.NextChild(1))
				read(d)
				require.LessOrEqual(t, len(d.Path()), len("/s/Password"))
				for d.NextChild(1) {
				}
				assert.False(t, d.Err() != nil && d.NextChild(5))
				for _, text := range append([]string{fmt.Sprint(d.Err()), d.Path()}, strings.Split(fmt.Sprint(d.Diagnostics()), "\n")...) {
					assert.NotContains(t, text, "hush", "%s of %q at %s", name, secret, level)
				}
				if e, ok := errors.AsType[*SyntaxError](d.Err()); ok {
					assert.Contains(t, []string{"/s", "/s/Password"}, e.Path)
					assert.Less(t, len(e.Error()), 200)
				}
			}
		}
	}
}

// TestLongNames: neither the path of an error nor what it quotes is long.
func TestLongNames(t *testing.T) {
	long := strings.Repeat("n", 1000)
	for _, doc := range []string{strings.Repeat("<"+long+">", 30) + "</" + long + "x>", "<" + long + " " + long + "='' " + long + "=''>"} {
		err := NewDecoderBytes([]byte(doc), Config{}).End()
		require.ErrorIs(t, err, ErrSyntax)
		assert.Less(t, len(err.Error()), 600)
	}
}
