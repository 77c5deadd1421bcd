package session

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// NOTE: the drawings in the package's doc, made from the tables. With -session.rewrite
// they are written into doc.go.

var redraw = flag.Bool("session.rewrite", false, "write the drawings into doc.go, and what the searches find into testdata/search")

// drawing is both machines as they stand in doc.go.
func drawing() string {
	var b strings.Builder
	b.WriteString("// The tables, drawn by a test:\n//\n")
	drawTable(&b, "CPE", cpeStateNames[:], standardCPE.table[:], cpeOver)
	fmt.Fprintf(&b, "//\t%s, when the outputs are drained: the first that holds\n", cpeStateNames[cpeTurn])
	for _, m := range standardCPE.floor {
		fmt.Fprintf(&b, "//\t    %s\n", floorWords[m.name])
	}
	b.WriteString("//\n")
	drawTable(&b, "ACS", acsStateNames[:], standardACS.table[:], acsOver)
	b.WriteString("//\tafter our answer: the first that holds\n")
	for _, m := range standardACS.answered {
		fmt.Fprintf(&b, "//\t    %-44s -> %s\n", answerWords[m.name], acsStateNames[m.next])
	}
	return b.String()
}

// What the moves are in words.
var floorWords = map[string]string{
	"repeat": "a request to repeat, not held                -> waiting for its answer",
	"speak":  "a request queued, not held, not yielded      -> waiting for its answer",
	"end":    "yielded, and the last response was empty     -> over: it ended well",
	"yield":  "not held: an empty POST, which yields        -> waiting for a request or an empty response",
	"wait":   "held: an empty POST                          -> waiting for a request or an empty response",
}

var answerWords = map[string]string{
	"Inform again":   "fault 8005 to the Inform",
	"Inform refused": "any other fault to the Inform",
	"answered":       "any other answer",
}

// drawTable draws the cells that are not empty.
func drawTable(b *strings.Builder, who string, names []string, table [][numInputs]rule, over state) {
	fmt.Fprintf(b, "//\t%s\n", who)
	for s, row := range table {
		if row == ([numInputs]rule{}) {
			continue
		}
		fmt.Fprintf(b, "//\t%s\n", strings.TrimSpace(names[s]))
		for in, r := range row {
			if r == (rule{}) {
				continue
			}
			out := ""
			if r.out != Wait {
				out = r.out.String() + ", "
			}
			next := strings.TrimSpace(names[r.next])
			if r.next == over {
				next = "over"
			}
			fmt.Fprintf(b, "//\t    %-44s -> %s%s\n", inputNames[in], out, next)
		}
	}
}

func TestDrawing(t *testing.T) {
	for _, m := range standardCPE.floor {
		require.Contains(t, floorWords, m.name)
	}
	for _, m := range standardACS.answered {
		require.Contains(t, answerWords, m.name)
	}
	doc, err := os.ReadFile("doc.go")
	require.NoError(t, err)
	text := strings.ReplaceAll(string(doc), "\r\n", "\n")
	head, _, found := strings.Cut(text, "// The tables, drawn by a test:")
	require.True(t, found)
	want := head + drawing() + "package session\n"
	if *redraw && text != want {
		require.NoError(t, os.WriteFile("doc.go", []byte(want), 0o644))
		return
	}
	require.Equal(t, want, text, "run the test with -session.rewrite")
}

// The contract stands in the doc in bold, and its loop is one that runs: that of the
// example.
func TestDocLoop(t *testing.T) {
	doc, err := os.ReadFile("doc.go")
	require.NoError(t, err)
	example, err := os.ReadFile("example_test.go")
	require.NoError(t, err)
	_, loop, found := strings.Cut(strings.ReplaceAll(string(example), "\r\n", "\n"), "\nfunc drive(")
	require.True(t, found)
	_, loop, _ = strings.Cut(loop, "{\n")
	loop, _, found = strings.Cut(loop, "\treturn nil\n}\n")
	require.True(t, found)
	var want strings.Builder
	for line := range strings.Lines(loop) {
		want.WriteString("//" + line)
	}
	text := strings.ReplaceAll(string(doc), "\r\n", "\n")
	require.Contains(t, text, "//\n// **After each input, poll until Wait or Done; only then give the next input.**\n//\n")
	require.Contains(t, text, "//\n"+want.String()+"//\n")
}
