package soap

// NOTE: the time for a byte is the same in a document of a thousand bytes and in one of a
// million, whatever it is full of.

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// shapes are documents of about n bytes.
var shapes = map[string]func(n int) string{
	"text":           func(n int) string { return "<a>" + rep("x", n) + "</a>" },
	"references":     func(n int) string { return "<a>" + rep("&lt;", n/4) + "</a>" },
	"brackets":       func(n int) string { return "<a>" + rep("]", n) + "</a>" },
	"CR":             func(n int) string { return "<a>" + rep("\r", n) + "</a>" },
	"comment":        func(n int) string { return "<a><!--" + rep("- ", n/2) + "--></a>" },
	"comments":       func(n int) string { return "<a>" + rep("<!---->", n/7) + "</a>" },
	"PI":             func(n int) string { return "<?p " + rep("?", n) + "?><a/>" },
	"CDATA":          func(n int) string { return "<a><![CDATA[" + rep("]", n) + "]]></a>" },
	"quotes":         func(n int) string { return "<a b='" + rep("\"&#9;", n/5) + "'/>" },
	"tag space":      func(n int) string { return "<a" + rep(" ", n) + "/>" },
	"siblings":       func(n int) string { return "<a>" + rep("<b></b>", n/7) + "</a>" },
	"depth":          func(n int) string { return rep("<a>", n/7) + rep("</a>", n/7) },
	"depths":         func(n int) string { return "<a>" + rep(rep("<a>", 30)+rep("</a>", 30), n/210) + "</a>" },
	"mixed":          func(n int) string { return "<a>" + rep("&lt;<b/>", n/8) + "</a>" },
	"namespaces":     func(n int) string { return "<a>" + rep("<b xmlns:c='d'/>", n/16) + "</a>" },
	"space":          func(n int) string { return rep("\n", n) + "<a/>" },
	"attributes":     func(n int) string { return "<a>" + rep("<b"+numbered(" c%d=''", 60)+"/>", n/500) + "</a>" },
	"declarations":   func(n int) string { return "<a>" + rep("<b"+numbered(" xmlns:c%d='u'", 30)+"/>", n/450) + "</a>" },
	"prefixed":       func(n int) string { return "<a xmlns:p='u'>" + rep("<p:b p:c=''></p:b>", n/18) + "</a>" },
	"ampersands":     func(n int) string { return "<a>" + rep("&", n) + "</a>" },
	"long no names":  func(n int) string { return "<a>" + rep("&"+rep("a", 90), n/91) + "</a>" },
	"longer":         func(n int) string { return "<a>" + rep("&"+rep("a", 900), max(1, n/901)) + "</a>" },
	"value":          func(n int) string { return "<a b='" + rep("&a", n/2) + "'/>" },
	"digits":         func(n int) string { return "<a b='" + rep("&#1", n/3) + "'/>" },
	"bad bytes":      func(n int) string { return "<a>" + rep("\xff", n) + "</a>" },
	"binary":         func(n int) string { return "<a>" + rep("<b \x01 c=''></b>", n/15) + "</a>" },
	"long binary":    func(n int) string { return "<a \x01" + rep(" ", n-10) + "></a>" },
	"prefixes":       func(n int) string { return "<a>" + rep("<p:b q:c=''/>", n/13) + "</a>" },
	"garbage":        func(n int) string { return "<a/>" + rep("\x00", n) },
	"garbage and PI": func(n int) string { return "<a/>" + rep("\x00<?p?>", n/6) },
	"Latin-1":        func(n int) string { return "<?xml version='1.0' encoding='latin1'?><a>" + rep("\xe9", n/2) + "</a>" },
}

func rep(s string, n int) string { return strings.Repeat(s, n) }

// TestSEC37 is about work that grows faster than the document: a byte takes at most
// twice as long in a document that is a thousand times as long, read at once or by
// small pieces. What else the machine does can make a time longer but not shorter, so
// the best of some tries counts, and there are more of them while they do not agree.
func TestSEC37(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped: no measuring under -short")
	}
	const slack = 500 * time.Nanosecond // for a thousand bytes: the cache ends somewhere
	for name, shape := range shapes {
		for piece, policy := range map[int]BadBytes{1 << 20: KeepBytes, 64: ReplaceBytes} {
			cfg := Config{BadBytes: policy, Limits: Limits{MaxText: 1 << 22, MaxDepth: 1 << 20}}
			sizes := []int{1e3, 1e4, 1e5, 1e6}
			var docs [4]string
			var best [4]time.Duration
			var d Decoder // its stacks have grown when the first tries are over
			for i, n := range sizes {
				docs[i], best[i] = shape(n), time.Hour
			}
			steady := func(i int) bool { return best[i] <= 2*best[0]+slack }
			for tries := 0; tries < 3 || tries < 30 && !(steady(1) && steady(2) && steady(3)); tries++ {
				for i, n := range sizes {
					best[i] = min(best[i], perThousand(t, &d, docs[i], piece, max(1, 20_000/n), cfg))
				}
			}
			assert.True(t, steady(1) && steady(2) && steady(3), "%s, by %d: for 1000 bytes %v", name, piece, best)
		}
	}
}

// perThousand reads a document some times, and gives the time for a thousand bytes.
func perThousand(t *testing.T, d *Decoder, doc string, piece, times int, cfg Config) time.Duration {
	t.Helper()
	start := cputime()
	for range times {
		r := strings.NewReader(doc)
		d.Reset(readFunc(func(p []byte) (int, error) { return r.Read(p[:min(piece, len(p))]) }), cfg)
		for d.NextChild(0) {
			d.Content()
		}
		require.NoError(t, d.Err())
	}
	return (cputime() - start) * 1000 / time.Duration(times*len(doc))
}
