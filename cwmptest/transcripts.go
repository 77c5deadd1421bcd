package cwmptest

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// NOTE: golden transcripts. A file is a list of blocks: comments, one or more
// commands, a line of dashes, and what came out, up to an empty line.
//
//	# 3.7.1.4: neither end has anything to say
//	cpe start 2 PERIODIC
//	cpe receive InformResponse
//	----
//	transmit Inform 1
//	result InformResponse 1
//	transmit (empty)
//
// A file begins with two new machines. commands.go has the commands.

// rewrite is the flag -cwmptest.rewrite.
var rewrite = rewriteFlag(os.Args)

// rewriteFlag makes the flag where it is given, as net/http/httptest does with its own:
// a program that takes a Device from here is not to have it.
func rewriteFlag(args []string) *bool {
	const name = "cwmptest.rewrite"
	if !slices.ContainsFunc(args, func(arg string) bool { return strings.HasPrefix(strings.TrimLeft(arg, "-"), name) }) {
		return new(bool)
	}
	return flag.Bool(name, false, "write what came out into the transcript files")
}

// A Runner is a [TB] that runs subtests, as a *testing.T does.
type Runner[T TB] interface {
	TB
	// Run runs f as a subtest.
	Run(name string, f func(T)) bool
}

// Transcripts runs the files that match the pattern, a subtest each, and compares
// what comes out with what they say. The commands are
//
//	new [WORD...]                 two new machines of the configuration that the words say:
//	                              tolerant, version=1.4, messages=9, timeout=30s,
//	                              duration=5m, offer=90s (SessionTimeout)
//	cpe start EVENT, EVENT...     open the session with an Inform
//	cpe send METHOD               queue a request
//	cpe receive MESSAGE           an HTTP response arrives
//	cpe reply METHOD              answer the request that was delivered
//	cpe fail TEXT                 the connection broke
//	cpe unsent                    print what was not delivered
//	cpe follow METHOD             queue a request while the next Result is handled
//	acs receive MESSAGE           an HTTP request arrives
//	acs reply METHOD
//	acs send METHOD
//	acs yield
//	acs hold on|off
//	acs fail TEXT
//	cpe state, acs state          print the state in words; with whole instead, all of it
//	cpe unsupported, acs unsupported   answer that the method is not supported
//	cpe time DURATION, acs time DURATION   so much time has passed
//	cpe deadline, acs deadline    print when the machine ends the session
//	pipe METHOD... [ask METHOD...] a whole session through both machines
//
// METHOD is an element name, such as RebootResponse, Fault:9003, a vendor's name,
// which begins with X_, or foreign:NAME, an element of that name in a foreign
// namespace. MESSAGE is (empty), or a METHOD or (none), which is a Body without
// element, followed by any of id=TEXT, noid, hold, version=1.0, supported=1.0,1.4,
// use=1.4 and timeout=SECONDS; without id= it has the ID of the request that the
// machine sent last, or for a request the ID "peer-1", "peer-2" and so on. Done is
// printed once.
//
// A line that is no command, or an input that does not fit, comes out as an
// error; what follows runs all the same. Every file runs twice: the second time both
// machines are stored as bytes and restored after each command, and the same has to
// come out. With -cwmptest.rewrite a file that does
// not match is rewritten, but for its comments, commands and blank lines.
func Transcripts[T Runner[T]](t T, pattern string) {
	t.Helper()
	for _, file := range matches(t, pattern) {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t T) { transcript(t, file) })
	}
}

// matches returns the files that match, of which there has to be one.
func matches(t TB, pattern string) []string {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("cwmptest: no file matches %q (%v)", pattern, err)
	}
	return files
}

func transcript(t TB, file string) {
	t.Helper()
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	// A checkout may have given the lines Windows' ends.
	want = bytes.ReplaceAll(want, []byte("\r\n"), []byte("\n"))
	got := perform(want, false)
	if restored := perform(want, true); !bytes.Equal(got, restored) {
		t.Errorf("%s: restored machines differ; what came out:\n%s", file, restored)
	}
	switch {
	case bytes.Equal(got, want):
	case *rewrite:
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	default:
		t.Errorf("%s does not match; what came out:\n%s", file, got)
	}
}

// perform runs a file and returns it with its outputs replaced; comments,
// commands and blank lines stay byte for byte. What comes out of commands at the
// end that have no line of dashes gets one.
//
// With stored the machines go through bytes after each command.
func perform(file []byte, stored bool) []byte {
	st := newStage()
	st.stored = stored
	var out strings.Builder
	expected := false // inside the expected output of a block
	for line := range strings.Lines(string(file)) {
		text := strings.TrimSuffix(line, "\n")
		switch {
		case expected && text != "":
		case text == "----":
			out.WriteString("----\n" + st.flush())
			expected = true
		case text == "" || strings.HasPrefix(text, "#"):
			out.WriteString(line)
			expected = false
		default:
			out.WriteString(text + "\n")
			st.do(text)
		}
	}
	if rest := st.flush(); rest != "" {
		if !strings.HasSuffix(out.String(), "\n") { // a comment without line end
			out.WriteString("\n")
		}
		out.WriteString("----\n" + rest)
	}
	return []byte(out.String())
}
