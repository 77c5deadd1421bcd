package main

// NOTE: two statements of the program are not reached here: the one of main, which ends
// the process, and the return of an error of newShell in play, which would say that one
// of the library's own profiles is bad (attrs tests that none is). The prompt needs
// /dev/ptmx.

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/attrs"
)

// play runs the program on a script given as text.
func playText(t *testing.T, script string, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	status = run(args, strings.NewReader(script), &out, &err)
	return status, out.String(), err.String()
}

// TestScripts holds what each script prints against its golden file, which is
// the output of `go run ./examples/attrs FLAGS SCRIPT`.
func TestScripts(t *testing.T) {
	for name, flags := range map[string]string{
		"scenarios": "", "bind": "-bind", "lenient": "-lenient-dhcp", "tr069": "-profile tr069", "icwmp": "-profile icwmp",
		"singleslot": "-profile singleslot", "shell": "",
	} {
		path := filepath.Join("testdata", name)
		want, err := os.ReadFile(path + ".golden")
		require.NoError(t, err)
		status, got, stderr := playText(t, "", append(strings.Fields(flags), path+".cwmp")...)
		assert.Equal(t, exitOK, status, name)
		assert.Empty(t, stderr, name)
		assert.Equal(t, string(want), got, name)
	}
}

// TestTwice runs the scenarios a second time on the state of the first.
func TestTwice(t *testing.T) {
	state := filepath.Join(t.TempDir(), "state")
	lines := func() (list []string) {
		status, out, stderr := playText(t, "", "-state", state, "testdata/scenarios.cwmp")
		require.Equal(t, exitOK, status, stderr)
		for line := range strings.Lines(out) {
			if !strings.Contains(line, " commit ") { // commits are counted on
				list = append(list, line)
			}
		}
		return list
	}
	assert.Equal(t, lines(), lines())
}

func TestStatus(t *testing.T) {
	for _, row := range []struct {
		script string
		args   string
		want   int
	}{
		{"show endpoint", "-strict", exitOK},
		{"# nothing\n\n   \n", "-strict", exitOK},
		{"nonsense", "", exitOK},
		{"nonsense", "-strict", exitRefused},
		{"cwmp acs url x", "", exitOK},
		{"cwmp acs url x\nshow endpoint", "-strict", exitRefused},
		{"dhcp option43 0202414200", "-strict -profile tr069", exitOK}, // a pad at the end
		{"", "-nonsense", exitUsage},
		{"", "-profile nonsense", exitUsage},
		{"", "one two", exitUsage},
		{"", "testdata/nonsense", exitUsage},
		{"", "-state testdata/none/state", exitUsage},
		{"", "-state testdata", exitUsage},
		{"", "-h", exitOK},
		{strings.Repeat("x", maxLine+1), "", exitUsage},
	} {
		status, _, stderr := playText(t, row.script, strings.Fields(row.args)...)
		assert.Equal(t, row.want, status, "%.40q %s: %s", row.script, row.args, stderr)
	}
}

// TestState saves, ends, and begins again.
func TestState(t *testing.T) {
	state := filepath.Join(t.TempDir(), "state")
	require.NoError(t, os.WriteFile(state, nil, 0o644))
	before := "cwmp acs username 1234\ndhcp option43 01126874 \ncwmp acs default url http://u0/\n" +
		"dhcp option43 0112687474703a2f2f6163732e6973702e6f7267\ncwmp acs password simple \"a b\"\n"
	show := "show endpoint clear\nexplain acs url\n"
	_, want, stderr := playText(t, before+show, "-state", state)
	require.Empty(t, stderr)
	want = want[strings.Index(want, "endpoint"):]
	assert.Contains(t, want, `password="a b" source=DHCP`)

	info, err := os.Stat(state)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode())
	_, got, _ := playText(t, show, "-state", state)
	assert.Equal(t, want, got)
	_, got, _ = playText(t, "reboot\nshow endpoint", "-state", state)
	assert.Equal(t, "endpoint url=\"http://u0/\" username=- password=- source=Default\n", got)
	require.NoError(t, os.Chmod(state, 0o644))
	playText(t, "show endpoint", "-state", state)
	info, err = os.Stat(state)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode())

	status, _, stderr := playText(t, "", "-state", state, "-profile", "tr069")
	assert.Equal(t, exitUsage, status)
	assert.Contains(t, stderr, "another profile")
	list, err := filepath.Glob(state + "*")
	require.NoError(t, err)
	assert.Equal(t, []string{state}, list, "no file is left behind")
}

// TestNarrowerProfile has a state that a newer firmware's profile does not take: it is
// refused as a whole and left as it was.
func TestNarrowerProfile(t *testing.T) {
	state := filepath.Join(t.TempDir(), "state")
	playText(t, "cwmp acs url http://a/\ncwmp cpe connect retry 100", "-state", state)
	before, err := os.ReadFile(state)
	require.NoError(t, err)
	p := profiles["comware"]()
	for i := range p.Rows {
		if p.Rows[i].Attr == attrs.ConnectRetry {
			p.Rows[i].Max = 10
		}
	}
	s, err := newShell(p, io.Discard)
	require.NoError(t, err)
	err = (&store{path: state}).load(s.resolver)
	require.ErrorIs(t, err, attrs.ErrValue)
	assert.ErrorContains(t, err, "cpe connect retry")
	after, err := os.ReadFile(state)
	require.NoError(t, err)
	assert.Equal(t, before, after)
}

func TestDamagedState(t *testing.T) {
	state := filepath.Join(t.TempDir(), "state")
	playText(t, "cwmp acs url http://a/\ncwmp acs username n", "-state", state)
	good, err := os.ReadFile(state)
	require.NoError(t, err)
	for n := range good {
		bad := bytes.Clone(good)
		bad[n] ^= 0x41
		for _, b := range [][]byte{bad, good[:max(n, 1)], append(bad[:len(bad):len(bad)], 0)} {
			require.NoError(t, os.WriteFile(state, b, 0o600))
			status, _, stderr := playText(t, "cwmp acs url http://b/", "-state", state)
			require.Equal(t, exitUsage, status, n)
			require.Contains(t, stderr, "state", n)
			after, err := os.ReadFile(state)
			require.NoError(t, err)
			require.Equal(t, b, after, "it is left as it was")
		}
	}
}

// TestPassword holds that no output but `show endpoint clear` has a password.
func TestPassword(t *testing.T) {
	const canary = "canary8c1f"
	v := "http://h u " + canary
	option := "01" + hexByte(len(v)) + hexString(v)
	_, out, stderr := playText(t, "cwmp acs password simple "+canary+"\ncwmp cpe password simple "+canary+
		"\ndhcp option43 "+option+"\ndhcp option43 "+option[:len(option)-2]+"01\ndhcp option43 "+option[:len(option)-2]+
		"\nacs set Device.ManagementServer.Password=\""+canary+"\\x00\"\nacs set Device.ManagementServer.URL="+canary+
		"\nshow endpoint\nexplain acs password\nexplain cpe password\ndisplay cwmp configuration\ndisplay cwmp status\n"+
		"cwmp acs password simple "+canary+" "+canary+"\ncwmp acs password "+canary+"\ncwmp acs password simple \""+canary+"\n")
	assert.NotContains(t, out+stderr, canary)
	assert.Contains(t, out, "password=***")
}

func hexByte(n int) string { return hexString(string([]byte{byte(n)})) }

func hexString(s string) string {
	const digits = "0123456789abcdef"
	var b strings.Builder
	for i := range len(s) {
		b.WriteByte(digits[s[i]>>4])
		b.WriteByte(digits[s[i]&15])
	}
	return b.String()
}

// TestLocked is about a device that has met its ACS.
func TestLocked(t *testing.T) {
	var out bytes.Buffer
	s, err := newShell(profiles["tr069"](), &out)
	require.NoError(t, err)
	require.NoError(t, s.read(strings.NewReader("cwmp acs url http://u2/\n")))
	s.resolver.Contacted(s.resolver.Snapshot())
	require.NoError(t, s.read(strings.NewReader("cwmp acs url http://u9/\nundo cwmp acs url\nfactory-reset\ncwmp acs url http://u9/")))
	assert.Equal(t, strings.Repeat("refused: acs url: locked: lock contacted\n", 2), out.String())

	out.Reset()
	p := profiles["comware"]()
	p.Policy.HTTPSOnly = true
	s, err = newShell(p, &out)
	require.NoError(t, err)
	require.NoError(t, s.read(strings.NewReader("cwmp acs url http://u2/\nacs set Device.A\"\n=1\nacs set Device.\nX=1\n"+
		"acs set \"Device.\\n=1\"\ndhcp option43 0109687474703a2f2f68\ndhcp option43 xyz\ndhcp option43 0108687474703a2f2f68\n")))
	assert.Equal(t, `refused: acs url: security policy: not https
error: line 2: acs set wants PATH=VALUE
error: line 3: unknown command
error: line 4: acs set wants PATH=VALUE
error: line 5: unknown command
refused: "Device.\n": no such attribute
refused: dhcp: bad length: sub-option 1 at offset 0: length 9, 8 bytes left
refused: dhcp: not hexadecimal
refused: dhcp: acs url: security policy: not https
`, out.String())
}

// TestPrompt has a terminal nowhere.
func TestPrompt(t *testing.T) {
	null, err := os.Open(os.DevNull)
	require.NoError(t, err)
	defer null.Close()
	closed, err := os.Open(os.DevNull)
	require.NoError(t, err)
	require.NoError(t, closed.Close())
	file, err := os.Create(filepath.Join(t.TempDir(), "f"))
	require.NoError(t, err)
	defer file.Close()
	for _, x := range []any{null, closed, file, strings.NewReader("")} {
		assert.False(t, terminal(x))
	}
	if tty, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0); err == nil {
		assert.Equal(t, "[cwmp] ", prompt(tty, tty))
		assert.Empty(t, prompt(tty, file))
		assert.Empty(t, prompt(null, tty))
		tty.Close()
	}
	var out bytes.Buffer
	s, err := newShell(profiles["comware"](), &out)
	require.NoError(t, err)
	s.prompt = "> "
	require.NoError(t, s.read(strings.NewReader("show endpoint")))
	assert.Equal(t, "> endpoint url=- username=- password=- source=None\n> ", out.String())
}

// TestUnwritable has a state file that can be read and not replaced.
func TestUnwritable(t *testing.T) {
	s, err := newShell(profiles["comware"](), io.Discard)
	require.NoError(t, err)
	s.store = &store{path: filepath.Join(t.TempDir(), "gone", "state")}
	assert.ErrorIs(t, s.read(strings.NewReader("cwmp enable")), os.ErrNotExist)
	dir := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "state", "full"), 0o700))
	err = replace(filepath.Join(dir, "state"), nil)
	assert.Error(t, err)
	assert.False(t, errors.Is(err, os.ErrNotExist))
	list, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Len(t, list, 1)
}

func FuzzLine(f *testing.F) {
	for _, name := range []string{"scenarios", "shell", "tr069"} {
		text, err := os.ReadFile(filepath.Join("testdata", name+".cwmp"))
		require.NoError(f, err)
		for line := range strings.Lines(string(text)) {
			f.Add(line)
		}
	}
	f.Fuzz(func(t *testing.T, line string) {
		var out bytes.Buffer
		s, err := newShell(profiles["tr069"](), &out)
		require.NoError(t, err)
		before := s.resolver.Snapshot()
		require.NoError(t, s.line(1, line))
		if s.failed {
			require.Same(t, before, s.resolver.Snapshot())
			require.Equal(t, 1, strings.Count(out.String(), "\n"), out.String())
		}
	})
}
