package rpc_test

// NOTE: what is written is held against the schemas of CWMP by xmllint, which
// shares no code with this package. Both lie outside the repository; without
// them the tests skip.

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/stretchr/testify/require"
)

// needXmllint skips the test where there is no xmllint.
func needXmllint(tb testing.TB) {
	tb.Helper()
	if _, err := exec.LookPath("xmllint"); err != nil {
		tb.Skip("skipped: xmllint is not installed (Debian: libxml2-utils)")
	}
}

// TestGoldenSchema validates every golden message, with unknown elements
// allowed for those alone that have some.
func TestGoldenSchema(t *testing.T) {
	validate := shared(t, "standard/cwmp/validate")
	needXmllint(t)
	dir := t.TempDir()
	files := map[bool][]string{}
	for _, g := range goldens() {
		file := filepath.Join(dir, g.name+".xml")
		require.NoError(t, os.WriteFile(file, []byte(encode(t, g.env)), 0o666))
		files[g.lax] = append(files[g.lax], file)
	}
	for lax, files := range files {
		cmd := exec.Command(validate, files...)
		if lax {
			cmd.Env = append(os.Environ(), "LAX=1")
		}
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s", out)
	}
}

// TestSchemaRefuses shows that validation can fail.
func TestSchemaRefuses(t *testing.T) {
	validate := shared(t, "standard/cwmp/validate")
	needXmllint(t)
	inform := goldenInform()
	inform.DeviceID.OUI = "nohex!"
	file := filepath.Join(t.TempDir(), "bad.xml")
	require.NoError(t, os.WriteFile(file, []byte(encode(t, rpc.NewEnvelope(rpc.V12, "1", inform))), 0o666))
	out, err := exec.Command(validate, file).CombinedOutput()
	require.Error(t, err)
	require.Contains(t, string(out), "OUI")
}

// requireStrict validates documents one by one, and what the schemas do not know
// is an error.
func requireStrict(t *testing.T, driver string, docs []string) {
	t.Helper()
	validate := shared(t, "standard/cwmp/validate")
	needXmllint(t)
	dir := t.TempDir()
	var files []string
	for i, doc := range docs {
		file := filepath.Join(dir, fmt.Sprintf("%d.xml", i))
		require.NoError(t, os.WriteFile(file, []byte(doc), 0o666))
		files = append(files, file)
	}
	cmd := exec.Command(validate, files...)
	cmd.Env = append(os.Environ(), "DRIVER="+driver)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
}

// complaint is a line of xmllint's about a document.
var complaint = regexp.MustCompile(`(?m)^.*(?:validity|parser|namespace) error.*$`)

// requireValid validates documents in one run of xmllint, which reads the
// schemas once. Elements that the schemas do not know are let pass.
func requireValid(t *testing.T, driver string, docs []string) {
	t.Helper()
	_, out := validity(t, driver, docs)
	if bad := complaint.FindAllString(out, 10); bad != nil {
		t.Fatal(strings.Join(bad, "\n"))
	}
}

// verdictLine is xmllint's last line about a document.
var verdictLine = regexp.MustCompile(`(?m)/(\d+)\.xml (validates|fails to validate)$`)

// validity is what xmllint makes of each document, and all that it says.
func validity(t *testing.T, driver string, docs []string) (valid []bool, out string) {
	t.Helper()
	schemas := shared(t, "standard/cwmp")
	needXmllint(t)
	dir := t.TempDir()
	args := []string{"--nonet", "--noout", "--schema", filepath.Join(schemas, driver)}
	for i, doc := range docs {
		file := filepath.Join(dir, fmt.Sprintf("%d.xml", i))
		require.NoError(t, os.WriteFile(file, []byte(doc), 0o666))
		args = append(args, file)
	}
	cmd := exec.Command("xmllint", args...)
	cmd.Env = append(os.Environ(), "XML_CATALOG_FILES="+filepath.Join(schemas, "catalog.xml"))
	b, _ := cmd.CombinedOutput() // it fails if one document is not valid
	lines := verdictLine.FindAllStringSubmatch(string(b), -1)
	require.Len(t, lines, len(docs), "%.2000s", b)
	valid = make([]bool, len(docs))
	for _, line := range lines {
		i, err := strconv.Atoi(line[1])
		require.NoError(t, err)
		valid[i] = line[2] == "validates"
	}
	return valid, string(b)
}
