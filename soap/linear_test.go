package soap

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestLinear compares the times for documents of one shape and two sizes: ten
// times the size takes at most forty times as long, where a quadratic decoder would
// take a hundred times as long.
func TestLinear(t *testing.T) {
	rep := strings.Repeat
	for name, shape := range map[string]func(n int) string{
		"text":         func(n int) string { return "<a>" + rep("x", n) + "</a>" },
		"references":   func(n int) string { return "<a>" + rep("&lt;", n/4) + "</a>" },
		"brackets":     func(n int) string { return "<a>" + rep("]", n) + "</a>" },
		"CR":           func(n int) string { return "<a>" + rep("\r", n) + "</a>" },
		"comment":      func(n int) string { return "<a><!--" + rep("- ", n/2) + "--></a>" },
		"comments":     func(n int) string { return "<a>" + rep("<!---->", n/7) + "</a>" },
		"PI":           func(n int) string { return "<?p " + rep("?", n) + "?><a/>" },
		"CDATA":        func(n int) string { return "<a><![CDATA[" + rep("]", n) + "]]></a>" },
		"value":        func(n int) string { return "<a b='" + rep("\"&#9;", n/5) + "'/>" },
		"tag space":    func(n int) string { return "<a" + rep(" ", n) + "/>" },
		"elements":     func(n int) string { return "<a>" + rep("<b></b>", n/7) + "</a>" },
		"mixed":        func(n int) string { return "<a>" + rep("&lt;<b/>", n/8) + "</a>" },
		"declarations": func(n int) string { return "<a>" + rep("<b xmlns:c='d'/>", n/16) + "</a>" },
		"space":        func(n int) string { return rep("\n", n) + "<a/>" },
	} {
		small, large := decodeTime(t, shape(1e4)), decodeTime(t, shape(1e5))
		assert.LessOrEqual(t, large, 40*small, name)
	}
}

// decodeTime gives the best time of some readings in pieces of 64 bytes.
func decodeTime(t *testing.T, doc string) time.Duration {
	t.Helper()
	best := time.Hour
	var d Decoder
	for range 10 {
		r := strings.NewReader(doc)
		start := time.Now()
		d.Reset(readFunc(func(p []byte) (int, error) { return r.Read(p[:min(64, len(p))]) }), strict)
		for d.NextChild(0) {
			d.Content()
		}
		best = min(best, time.Since(start))
		require.NoError(t, d.Err())
	}
	return best
}
