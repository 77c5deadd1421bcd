package cwmptest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// NOTE: the runner of transcript files, run on files that are wrong.

func TestTranscripts(t *testing.T) { Transcripts(t, "testdata/transcripts/*.txt") }

// write makes a file of the text.
func write(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "file.txt")
	require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
	return file
}

// setRewrite stands for the flag on the command line.
func setRewrite(t *testing.T, on bool) {
	was := *rewrite
	*rewrite = on
	t.Cleanup(func() { *rewrite = was })
}

const (
	right = "# opens\ncpe start 1 BOOT\n----\ntransmit Inform 1\n"
	wrong = "# opens\ncpe start 1 BOOT\n----\ntransmit Inform 2\n"
)

func TestTranscriptMatches(t *testing.T) {
	setRewrite(t, false)
	for _, text := range []string{right, strings.ReplaceAll(right, "\n", "\r\n"), ""} {
		tb := try(t, func(tb testing.TB) { transcript(tb, write(t, text)) })
		assert.Empty(t, tb.errors)
		assert.Empty(t, tb.fatal)
	}
}

func TestTranscriptMismatchFails(t *testing.T) {
	setRewrite(t, false)
	for _, text := range []string{
		wrong,
		"cpe start 1 BOOT\n",       // no block
		"cpe start 1 BOOT\n----\n", // nothing expected
		"cpe start 1 BOOT\n----\ntransmit Inform 1", // no line end
		right + "----\n",
		right + "done\n",              // too much expected
		right + "\n----\nsomething\n", // of no command
		"cpe start 1 BOOT\n----\n----\ntransmit Inform 1\n",        // two lines of dashes
		"cpe start 1 BOOT\n----\ntransmit Inform 1\n\ncpe nope",    // an error nobody expects
		strings.Replace(right, "Inform", "\r\nInform", 1),          // a line too many
		strings.Replace(right, "transmit Inform", "Inform", 1),     // part of a line
		strings.Replace(right, "# opens\n", "# opens\ncpe x\n", 1), // an unknown command
	} {
		file := write(t, text)
		tb := try(t, func(tb testing.TB) { transcript(tb, file) })
		require.Len(t, tb.errors, 1, text)
		assert.Contains(t, tb.errors[0], file+" does not match; what came out:\n")
		assert.Contains(t, tb.errors[0], "transmit Inform 1\n")
		after, err := os.ReadFile(file)
		require.NoError(t, err)
		assert.Equal(t, text, string(after), "the file is left alone")
	}
}

func TestTranscriptRewrites(t *testing.T) {
	setRewrite(t, true)
	for _, text := range []string{wrong, "# opens\ncpe start 1 BOOT\n", strings.TrimSuffix(right, "\n")} {
		file := write(t, text)
		tb := try(t, func(tb testing.TB) { transcript(tb, file) })
		assert.Empty(t, tb.errors)
		after, err := os.ReadFile(file)
		require.NoError(t, err)
		assert.Equal(t, right, string(after))
	}
}

func TestTranscriptFilesMissing(t *testing.T) {
	for _, pattern := range []string{"testdata/nope/*.txt", "testdata/[", ""} {
		tb := try(t, func(tb testing.TB) { matches(tb, pattern) })
		assert.Contains(t, tb.fatal, "cwmptest: no file matches")
	}
	tb := try(t, func(tb testing.TB) { transcript(tb, "testdata/nope.txt") })
	assert.Contains(t, tb.fatal, "nope.txt")
}

func TestTranscriptFileReadOnly(t *testing.T) {
	setRewrite(t, true)
	if os.Geteuid() == 0 {
		t.Skip("root may write everything")
	}
	file := write(t, wrong)
	require.NoError(t, os.Chmod(file, 0o444))
	tb := try(t, func(tb testing.TB) { transcript(tb, file) })
	assert.Contains(t, tb.fatal, "file.txt")
}

// Each of these lines comes out as this one line.
var errorTests = []struct{ command, want string }{
	{"nope", `error: unknown command "nope"`},
	{"  ", `error: unknown command "  "`},
	{"\t", `error: unknown command "\t"`},
	{"cpe", `error: unknown command ""`},
	{"acs", `error: unknown command ""`},
	{"cpe nope", `error: unknown command "nope"`},
	{"cpe nope Reboot", `error: unknown command "nope Reboot"`},
	{"cpe yield", `error: unknown command "yield"`},
	{"cpe hold on", `error: unknown command "hold on"`},
	{"acs start 1 BOOT", `error: unknown command "start 1 BOOT"`},
	{"acs unsent", `error: unknown command "unsent"`},
	{"CPE start 1 BOOT", `error: unknown command "CPE start 1 BOOT"`},
	{"acs hold", `error: hold is on or off, not ""`},
	{"acs hold maybe", `error: hold is on or off, not "maybe"`},
	{"cpe send", `error: unknown message ""`},
	{"cpe send Nope", `error: unknown message "Nope"`},
	{"cpe send reboot", `error: unknown message "reboot"`},
	{"cpe receive", `error: unknown message ""`},
	{"cpe receive Nope", `error: unknown message "Nope"`},
	{"cpe receive (empty) hold", `error: unknown message "(empty)"`},
	{"cpe receive Reboot nope", `error: unknown word "nope"`},
	{"cpe send Fault:x", `error: strconv.ParseUint: parsing "x": invalid syntax`},
	{"cpe send Fault:4294967296", `error: strconv.ParseUint: parsing "4294967296": value out of range`},
	{"pipe Nope", `error: unknown message "Nope"`},
	{"pipe ask Nope", `error: unknown message "Nope"`},
	{"cpe receive InformResponse", "error: session: input does not fit the state"},
	{"cpe send RebootResponse", "error: session: input does not fit the state"},
	{"cpe reply RebootResponse", "error: session: input does not fit the state"},
	{"acs yield", "error: session: input does not fit the state"},
	{"acs send Reboot", "error: session: input does not fit the state"},
	{"pipe RebootResponse", "done: session: input does not fit the state"},
	{"cpe fail it broke", "done: it broke"},
	{"acs hold on", ""},
	{"cpe unsent", ""},
	{"new", ""},
}

func TestTranscriptErrors(t *testing.T) {
	for _, tt := range errorTests {
		want := tt.want
		if want != "" {
			want += "\n"
		}
		got := string(perform([]byte(tt.command+"\n----\n"), false))
		assert.Equal(t, tt.command+"\n----\n"+want, got)
	}
}

// What follows an error runs all the same.
func TestTranscriptGoesOnAfterAnError(t *testing.T) {
	const file = "cpe nope\ncpe start 1 BOOT\n----\nerror: unknown command \"nope\"\ntransmit Inform 1\n"
	assert.Equal(t, file, string(perform([]byte(file), false)))
}

// Comments, commands and blank lines stay byte for byte; outputs are made anew.
func TestPerformKeepsTheRest(t *testing.T) {
	for _, tt := range []struct{ in, out string }{
		{"", ""},
		{"\n\n\n", "\n\n\n"},
		{"# no line end", "# no line end"},
		{"#\ttabs and  blanks \n \t#x\n----\n", "#\ttabs and  blanks \n \t#x\n----\nerror: unknown command \" \\t#x\"\n"},
		{"# a\n\n\n# b\nnew\n\n# c\n----\n\n\n# d\n", "# a\n\n\n# b\nnew\n\n# c\n----\n\n\n# d\n"},
		{"new\n----\nold\n# old\nold\n\n# kept\n", "new\n----\n\n# kept\n"},
		{"cpe start 1 BOOT", "cpe start 1 BOOT\n----\ntransmit Inform 1\n"},
		{"cpe start 1 BOOT\n# kept", "cpe start 1 BOOT\n# kept\n----\ntransmit Inform 1\n"},
		{"cpe start 1 BOOT\n----", "cpe start 1 BOOT\n----\ntransmit Inform 1\n"},
		{"cpe start 1 BOOT\n\nnew\n----\n", "cpe start 1 BOOT\n\nnew\n----\ntransmit Inform 1\n"},
		{"# \xff\x00é\u2028\n", "# \xff\x00é\u2028\n"},
	} {
		assert.Equal(t, tt.out, string(perform([]byte(tt.in), false)))
		assert.Equal(t, tt.out, string(perform([]byte(tt.out), false)), "again")
	}
}

// kept is what a rewrite may not touch: all but the lines from one of dashes to the
// next empty one.
func kept(file string) string {
	var b strings.Builder
	output := false
	for line := range strings.SplitSeq(strings.TrimSuffix(file, "\n"), "\n") {
		switch {
		case output && line != "":
			continue
		case line == "----":
			output = true
			continue
		}
		output = false
		b.WriteString(line + "\n")
	}
	return b.String()
}

// Whatever the file, performing what was performed changes nothing, and no line
// but outputs has changed.
func FuzzPerform(f *testing.F) {
	files, err := filepath.Glob("testdata/transcripts/*.txt")
	require.NoError(f, err)
	for _, file := range files {
		b, err := os.ReadFile(file)
		require.NoError(f, err)
		f.Add(b)
	}
	for _, tt := range errorTests {
		f.Add([]byte(tt.command + "\n\n" + tt.command + "\n----\nold\n----\n\n"))
	}
	f.Add([]byte("acs receive Inform id=a\rb\nacs reply InformResponse\n----\n"))
	f.Add([]byte("pipe X_a ask X_\x01\n"))
	f.Fuzz(func(t *testing.T, file []byte) {
		once := perform(file, false)
		require.Equal(t, string(once), string(perform(once, false)))
		require.Equal(t, kept(string(file)), kept(string(once)))
	})
}
