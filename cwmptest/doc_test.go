package cwmptest

import (
	"flag"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// NOTE: what the package's doc says: its test is one that runs, line by line. And that
// programs may take a Device from here: they get no flag and no package testing with it.

func TestDocShowsTheVendorsTest(t *testing.T) {
	doc, err := os.ReadFile("doc.go")
	require.NoError(t, err)
	file, err := os.ReadFile("example_vendor_test.go")
	require.NoError(t, err)

	_, test, found := strings.Cut(string(file), "\nfunc TestReboot")
	require.True(t, found)
	var want strings.Builder
	for line := range strings.Lines("func TestReboot" + test) {
		want.WriteString("//\t" + line)
	}
	assert.Contains(t, string(doc), "\n//\n"+want.String()+"//\n")
	assert.LessOrEqual(t, strings.Count(test, "\n"), 11, "ten lines and a brace")
}

func TestNoFlag(t *testing.T) {
	if *rewrite {
		t.Skip("skipped: the flag is given")
	}
	flag.VisitAll(func(f *flag.Flag) {
		assert.True(t, strings.HasPrefix(f.Name, "test."), f.Name)
	})
}

// The flag is there for who gives it.
func TestRewriteFlag(t *testing.T) {
	usual := flag.CommandLine
	t.Cleanup(func() { flag.CommandLine = usual })
	for _, args := range [][]string{{"-cwmptest.rewrite"}, {"--cwmptest.rewrite=true"}, {"-other", "-cwmptest.rewrite"}} {
		flag.CommandLine = flag.NewFlagSet("test", flag.ContinueOnError)
		flag.Bool("other", false, "")
		given := rewriteFlag(append([]string{"program"}, args...))
		require.NoError(t, flag.CommandLine.Parse(args))
		assert.True(t, *given, args)
	}
	flag.CommandLine = flag.NewFlagSet("test", flag.ContinueOnError)
	assert.False(t, *rewriteFlag([]string{"program", "-other"}))
	assert.Nil(t, flag.Lookup("cwmptest.rewrite"))
}

func TestLinksNoTesting(t *testing.T) {
	list, err := exec.Command("go", "list", "-deps", ".").CombinedOutput()
	require.NoError(t, err, string(list))
	packages := strings.Fields(string(list))
	assert.Contains(t, packages, "net/http/httptest", "the list is one")
	assert.NotContains(t, packages, "testing")
}
