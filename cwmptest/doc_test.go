package cwmptest

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// NOTE: what the package's doc says: its test is one that runs, line by line, and
// its flag is the only one that a program of the package's users gets.

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

func TestOnlyFlag(t *testing.T) {
	var flags []string
	flag.VisitAll(func(f *flag.Flag) {
		if !strings.HasPrefix(f.Name, "test.") {
			flags = append(flags, f.Name)
		}
	})
	assert.Equal(t, []string{"cwmptest.rewrite"}, flags)
}
