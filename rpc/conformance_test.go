package rpc_test

// NOTE: what the README and docs/CONFORMANCE.md say of the requests comes from the
// registry and from the table of faults. go test -run TestDocuments -update writes
// it; the ordinary run compares.

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	readmeFile      = "../README.md"
	conformanceFile = "../docs/CONFORMANCE.md"
	tableBegin      = "<!-- requests, written by go test ./rpc -run TestDocuments -update -->\n"
	tableEnd        = "<!-- end of requests -->\n"
)

// sideNames are the ends in words.
var sideNames = []struct {
	side rpc.Side
	name string
}{{rpc.ToCPE, "the CPE"}, {rpc.ToACS, "the ACS"}}

// sections are where TR-069 Amendment 6 defines the requests.
var sections = map[string]string{
	"GetRPCMethods": "A.3.1.1", "SetParameterValues": "A.3.2.1", "GetParameterValues": "A.3.2.2", "GetParameterNames": "A.3.2.3",
	"SetParameterAttributes": "A.3.2.4", "GetParameterAttributes": "A.3.2.5", "AddObject": "A.3.2.6", "DeleteObject": "A.3.2.7",
	"Download": "A.3.2.8", "Reboot": "A.3.2.9", "Inform": "A.3.3.1", "TransferComplete": "A.3.3.2", "AutonomousTransferComplete": "A.3.3.3",
	"GetQueuedTransfers": "A.4.1.1", "ScheduleInform": "A.4.1.2", "SetVouchers": "A.4.1.3", "GetOptions": "A.4.1.4", "Upload": "A.4.1.5",
	"FactoryReset": "A.4.1.6", "GetAllQueuedTransfers": "A.4.1.7", "ScheduleDownload": "A.4.1.8", "CancelTransfer": "A.4.1.9",
	"ChangeDUState": "A.4.1.10", "Kicked": "A.4.2.1", "RequestDownload": "A.4.2.2", "DUStateChangeComplete": "A.4.2.3",
	"AutonomousDUStateChangeComplete": "A.4.2.4",
}

// readmeRow is the row of one end in the README's table.
func readmeRow(side rpc.Side, name string) string {
	var all []string
	for _, row := range (rpc.Registry{}).Rows() {
		if row.To&side == 0 {
			continue
		}
		text := row.Name
		if row.Must&side != 0 {
			text = "**" + text + "**"
		}
		if row.Since > rpc.V10 {
			text += " (" + row.Since.String() + ")"
		}
		all = append(all, text)
	}
	return fmt.Sprintf("| to %s | %s |\n", name, strings.Join(all, ", "))
}

// conformanceTable has a row for each request.
func conformanceTable() string {
	var b strings.Builder
	b.WriteString("| section | request | to | since | required of | faults of the standard |\n|---|---|---|---|---|---|\n")
	for _, row := range (rpc.Registry{}).Rows() {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n",
			sections[row.Name], row.Name, sideText(row.To), row.Since, sideText(row.Must), faultText(row))
	}
	return b.String()
}

func sideText(side rpc.Side) string {
	var all []string
	for _, s := range sideNames {
		if side&s.side != 0 {
			all = append(all, strings.TrimPrefix(s.name, "the "))
		}
	}
	return strings.Join(all, ", ")
}

func faultText(row rpc.Row) string {
	var all []string
	for _, s := range sideNames {
		codes := rpc.Faults(row.Name, s.side)
		for i := 0; i < len(codes); {
			n := i + 1
			for n < len(codes) && codes[n] == codes[n-1]+1 {
				n++
			}
			text := fmt.Sprint(uint32(codes[i]))
			if n-i > 1 {
				text += fmt.Sprint("-", uint32(codes[n-1]))
			}
			all, i = append(all, text), n
		}
	}
	return strings.Join(all, ", ")
}

// TestDocuments compares the tables, or writes them.
func TestDocuments(t *testing.T) {
	compareDocument(t, readmeFile, func(text string) string {
		for _, s := range sideNames {
			text = replaceOne(t, text, `(?m)^\| to `+s.name+` \|.*\n`, readmeRow(s.side, s.name))
		}
		return text
	})
	compareDocument(t, conformanceFile, func(text string) string {
		return replaceOne(t, text, "(?s)"+regexp.QuoteMeta(tableBegin)+".*?"+regexp.QuoteMeta(tableEnd), tableBegin+"\n"+conformanceTable()+"\n"+tableEnd)
	})
}

// replaceOne puts text in the place of the one match.
func replaceOne(t *testing.T, doc, pattern, text string) string {
	t.Helper()
	re := regexp.MustCompile(pattern)
	require.Len(t, re.FindAllString(doc, -1), 1, pattern)
	return re.ReplaceAllLiteralString(doc, text)
}

func compareDocument(t *testing.T, file string, mend func(string) string) {
	t.Helper()
	b, err := os.ReadFile(file)
	require.NoError(t, err)
	want := mend(string(b))
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(want), 0o666))
		return
	}
	assert.Equal(t, want, string(b), file)
}

// TestSections: each request has its section, and its type's comment says it too.
func TestSections(t *testing.T) {
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	var source strings.Builder
	for _, f := range files {
		b, err := os.ReadFile(f)
		require.NoError(t, err)
		if !strings.HasSuffix(f, "_test.go") {
			source.Write(b)
		}
	}
	for _, row := range (rpc.Registry{}).Rows() {
		section := sections[row.Name]
		require.NotEmpty(t, section, row.Name)
		comment := regexp.MustCompile(`((?://.*\n)+)type ` + row.Name + ` struct`).FindString(source.String())
		assert.Regexp(t, `\b`+regexp.QuoteMeta(section)+`\D`, comment, row.Name)
	}
	assert.Len(t, sections, len(rpc.Registry{}.Rows()))
}

var namedTest = regexp.MustCompile("`((?:Test|Fuzz|Example)[A-Za-z0-9_]*)`")

// TestConformanceNames: each test that docs/CONFORMANCE.md names is there.
func TestConformanceNames(t *testing.T) {
	b, err := os.ReadFile(conformanceFile)
	require.NoError(t, err)
	var source strings.Builder
	for _, dir := range []string{".", "../soap", "../session", "../transport", "../cwmptest"} {
		files, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
		require.NoError(t, err)
		for _, f := range files {
			b, err := os.ReadFile(f)
			require.NoError(t, err)
			source.Write(b)
		}
	}
	var names []string
	for _, m := range namedTest.FindAllStringSubmatch(string(b), -1) {
		names = append(names, m[1])
	}
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		assert.Contains(t, source.String(), "func "+name+"(", "docs/CONFORMANCE.md names it")
	}
	assert.Greater(t, len(names), 20)
}
