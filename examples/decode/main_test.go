package main

// NOTE: the program's flags, statuses and files; what it says of a message is in
// json_test.go and outline_test.go. Most of it runs in process; TestBuilt runs the
// program itself.

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	messages = "../../rpc/testdata/"
	quirks   = "../../rpc/testdata/quirks/"
)

// play runs the program with arguments and standard input given as text.
func play(t *testing.T, stdin string, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	status = run(args, strings.NewReader(stdin), &out, &err)
	return status, out.String(), err.String()
}

// inform is a message in the prefixes that the tests use, with an ID.
func inform(fields string) string { return inCWMP("urn:dslforum-org:cwmp-1-0", "Inform", fields) }

func inCWMP(uri, method, fields string) string {
	return envelope(uri, "<c:ID e:mustUnderstand='1'>7</c:ID>", "<c:"+method+">"+fields+"</c:"+method+">")
}

func envelope(uri, header, body string) string {
	return `<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/" xmlns:n="http://schemas.xmlsoap.org/soap/encoding/"` +
		` xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:c="` + uri + `">` +
		"<e:Header>" + header + "</e:Header><e:Body>" + body + "</e:Body></e:Envelope>"
}

func TestStatus(t *testing.T) {
	for _, row := range []struct {
		args string
		want int
	}{
		{messages + "Inform.xml", exitOK},
		{messages + "Inform.xml " + messages + "Reboot.xml", exitOK},
		{"-json " + messages + "Inform.xml", exitOK},
		{"-check " + messages + "Inform.xml", exitOK},
		{"-level strict " + messages + "Inform.xml", exitOK},
		{"-level=tolerant " + quirks + "T10-nonsense.xml", exitOK},
		{quirks + "T10-nonsense.xml", exitOK},
		{"-level standard " + quirks + "T10-nonsense.xml", exitRefused},
		{"-level standard " + quirks + "T10-missing.xml", exitOK},
		{"-level strict " + quirks + "T10-missing.xml", exitRefused},
		{quirks + "X11-doctype.xml " + messages + "Inform.xml", exitRefused},
		{"-json " + quirks + "X11-doctype.xml " + messages + "Inform.xml", exitRefused},
		{"-check " + quirks + "X11-doctype.xml " + messages + "Inform.xml", exitRefused},
		{"nonsense", exitRefused}, {"-json nonsense", exitRefused}, {"-check nonsense", exitRefused}, {".", exitRefused},
		{"", exitUsage}, {"-json", exitUsage}, {"-check", exitUsage}, {"-level strict", exitUsage},
		{"-nonsense " + messages + "Inform.xml", exitUsage}, {"-json=maybe -", exitUsage},
		{"-level -", exitUsage}, {"-level lax -", exitUsage}, {"-level Strict -", exitUsage},
		{"-check -json -", exitUsage}, {"-check -level strict -", exitUsage}, {"-level tolerant -check -", exitUsage},
		{"-h", exitOK},
	} {
		status, stdout, stderr := play(t, "", strings.Fields(row.args)...)
		assert.Equal(t, row.want, status, "%s: %s", row.args, stderr)
		if row.want == exitUsage || row.args == "-h" {
			assert.Empty(t, stdout, row.args)
			assert.NotEmpty(t, stderr, row.args)
		} else {
			assert.Empty(t, stderr, row.args)
			assert.NotEmpty(t, stdout, row.args)
		}
	}
	status, _, _ := play(t, "", "-level", "", "-")
	assert.Equal(t, exitUsage, status)
}

// TestCheck is about XML alone.
func TestCheck(t *testing.T) {
	for doc, want := range map[string]string{
		"<a/>":                             "ok -",
		"<?xml version='1.0'?><?pi x?><a>": "refused -: 1:33: unexpected EOF",
		"<?pi x?><a/>":                     "ok -",
		"<a>\n <b>\n</a>":                  "refused -: 3:",
		"<html><body/></html>":             "ok -",
		"":                                 "refused -: 1:1: no root element",
		" \n ":                             "refused -: 2:2: no root element",
		"<!DOCTYPE a><a/>":                 "refused -: 1:1: DOCTYPE is refused",
		"\xFF\xFE<\x00a\x00/\x00>\x00":     "refused -: 1:1: unsupported encoding",
		"<a>\r\n\r\n&x;</a>":               "refused -: 3:1: malformed XML",
		"<a>\n\u00e9\x02</a>":              "refused -: 2:3: illegal character",
		"<p:a/>":                           "refused -: 1:2: namespace error",
		strings.Repeat("<a>", 40):          "refused -: 1:97: limit exceeded: MaxDepth",
		"<a b='" + strings.Repeat("x", 1<<20+1) + "'/>": "refused -: 1:",
	} {
		status, stdout, stderr := play(t, doc, "-check", "-")
		assert.True(t, strings.HasPrefix(stdout, want), "%.60q: %s", doc, stdout)
		assert.Equal(t, 1, strings.Count(stdout, "\n"), "%.60q", doc)
		assert.Equal(t, strings.HasPrefix(want, "ok"), status == exitOK, "%.60q", doc)
		assert.Empty(t, stderr)
	}
	_, stdout, _ := play(t, "", "-check", quirks+"S17-two-bodies.xml", "testdata", quirks+"X15-instructions.xml", "none")
	assert.Equal(t, "ok "+quirks+"S17-two-bodies.xml\nrefused testdata: 1:1: read testdata: is a directory\n"+
		"ok "+quirks+"X15-instructions.xml\nrefused none: 1:1: open none: no such file or directory\n", stdout)
}

// TestNames: a name must not do anything to a terminal, or look like another's verdict;
// one that can be printed stays as it is.
func TestNames(t *testing.T) {
	dir := t.TempDir()
	odd, plain := filepath.Join(dir, "a\nok b\x1b[2J\xff.xml"), filepath.Join(dir, `é "c" \d.xml`)
	for _, name := range []string{odd, plain} {
		require.NoError(t, os.WriteFile(name, []byte(" "), 0o666))
	}
	shown := dir + `/a\nok b\x1b[2J\xff.xml`
	_, stdout, _ := play(t, "", odd, plain)
	assert.Equal(t, shown+": no message, nothing but white space\n"+plain+": no message, nothing but white space\n", stdout)
	_, stdout, _ = play(t, "", "-check", odd, odd+"2")
	assert.Equal(t, "refused "+shown+": 1:2: no root element\nrefused "+shown+"2: 1:1: open "+shown+"2: no such file or directory\n", stdout)
}

// TestTooLong: the bound on the whole document is on, however long the input.
func TestTooLong(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped: reads 64 MiB twice")
	}
	head, _, _ := strings.Cut(envelope("urn:dslforum-org:cwmp-1-0", "", "<v>|"), "|")
	for _, flag := range []string{"-check", "-json"} {
		var out, bad bytes.Buffer
		assert.Equal(t, exitRefused, run([]string{flag, "-"}, io.MultiReader(strings.NewReader(head), &endless{}), &out, &bad))
		assert.Contains(t, out.String(), "MaxBytes")
		assert.Less(t, out.Len(), 200)
	}
}

// endless is elements without an end.
type endless struct{ at int }

func (e *endless) Read(p []byte) (int, error) {
	const item = "<b>b</b>"
	for i := range p {
		p[i] = item[e.at%len(item)]
		e.at++
	}
	return len(p), nil
}

// TestReadError: what came before an error of the reader says where it was.
func TestReadError(t *testing.T) {
	broken := func() io.Reader {
		return io.MultiReader(strings.NewReader("<a>\nb"), iotest.ErrReader(errors.New("line dropped")))
	}
	var out, bad bytes.Buffer
	assert.Equal(t, exitRefused, run([]string{"-check", "-"}, broken(), &out, &bad))
	assert.Equal(t, "refused -: 2:2: line dropped\n", out.String())
	out.Reset()
	assert.Equal(t, exitRefused, run([]string{"-json", "-"}, broken(), &out, &bad))
	assert.Equal(t, `{"file":"-","error":"line dropped","offset":5,"path":""}`+"\n", out.String())
}

// TestMany reads 10,000 files in one call; a file that is not there is a line too.
func TestMany(t *testing.T) {
	dir := t.TempDir()
	args := []string{"-json"}
	for i := range 10_000 {
		name := filepath.Join(dir, fmt.Sprint(i%200))
		args = append(args, name)
		if i < 200 && i%100 != 50 {
			require.NoError(t, os.WriteFile(name, []byte(inform("")), 0o600))
		}
	}
	status, stdout, stderr := play(t, "", args...)
	assert.Equal(t, exitRefused, status)
	assert.Empty(t, stderr)
	lines := strings.Split(strings.TrimSuffix(stdout, "\n"), "\n")
	require.Len(t, lines, 10_000)
	for i, line := range lines {
		head := fmt.Sprintf(`{"file":%q,`, args[i+1])
		require.True(t, strings.HasPrefix(line, head), line)
		require.Equal(t, i%100 == 50, strings.HasPrefix(line, head+`"error":`), line)
	}
}

// TestUnwritable: nothing is read in vain without a word.
func TestUnwritable(t *testing.T) {
	var bad bytes.Buffer
	status := run([]string{messages + "Inform.xml"}, strings.NewReader(""), failing{}, &bad)
	assert.Equal(t, exitRefused, status)
	assert.Equal(t, "decode: no room\n", bad.String())
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errors.New("no room") }

// TestBuilt builds the program and runs it.
func TestBuilt(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped: builds a program")
	}
	program := filepath.Join(t.TempDir(), "decode")
	out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput()
	require.NoError(t, err, "%s", out)
	for _, row := range []struct {
		args, stdin string
		want        int
		stdout      string
	}{
		{"-json -", inform("<RetryCount>4</RetryCount>"), exitOK, `"message":{"RetryCount":4}}` + "\n"},
		{"-check - " + messages + "Inform.xml", "<a>", exitRefused, "\nok " + messages + "Inform.xml\n"},
		{"-", inform("<RetryCount>4</RetryCount>"), exitOK, "\n  RetryCount unsignedInt 4\n"},
		{"", "", exitUsage, ""},
	} {
		cmd := exec.Command(program, strings.Fields(row.args)...)
		cmd.Stdin = strings.NewReader(row.stdin)
		stdout, err := cmd.Output()
		if exit, failed := errors.AsType[*exec.ExitError](err); failed {
			err = nil
			assert.Equal(t, row.want, exit.ExitCode(), row.args)
		} else {
			assert.Equal(t, row.want, exitOK, row.args)
		}
		require.NoError(t, err)
		assert.Contains(t, string(stdout), row.stdout, row.args)
	}
}
