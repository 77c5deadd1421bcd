package soap

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// catalogs are the files of the W3C XML test suite that list tests of XML 1.0 and
// Namespaces in XML 1.0.
var catalogs = []string{
	"xmltest/xmltest.xml", "japanese/japanese.xml", "oasis/oasis.xml",
	"sun/sun-valid.xml", "sun/sun-invalid.xml", "sun/sun-not-wf.xml", "sun/sun-error.xml",
	"ibm/ibm_oasis_valid.xml", "ibm/ibm_oasis_invalid.xml", "ibm/ibm_oasis_not-wf.xml",
	"eduni/errata-2e/errata2e.xml", "eduni/errata-3e/errata3e.xml", "eduni/errata-4e/errata4e.xml",
	"eduni/namespaces/1.0/rmt-ns10.xml", "eduni/namespaces/errata-1e/errata1e.xml", "eduni/misc/ht-bh.xml",
}

// A w3cTest is a line of a catalog.
type w3cTest struct {
	ID             string `xml:"ID,attr"`
	URI            string `xml:"URI,attr"`
	Type           string `xml:"TYPE,attr"`
	Edition        string `xml:"EDITION,attr"`
	Namespace      string `xml:"NAMESPACE,attr"`
	Recommendation string `xml:"RECOMMENDATION,attr"`
}

// applies leaves out XML 1.1 and what only older editions say.
func (c w3cTest) applies() bool {
	return c.Recommendation != "XML1.1" && c.Recommendation != "NS1.1" &&
		(c.Edition == "" || strings.Contains(c.Edition, "5"))
}

// verdict says which errors the document may give; nil among them is acceptance.
func (c w3cTest) verdict(doc []byte) []error {
	switch {
	case otherEncoding(doc):
		return []error{ErrEncoding}
	case hasDoctype(doc) && c.Type != "not-wf":
		return []error{ErrDoctype}
	case c.Type == "not-wf":
		return []error{ErrDoctype, ErrSyntax, ErrNamespace, ErrChar, ErrEncoding, ErrEmpty, io.ErrUnexpectedEOF}
	case c.Type == "error": // a processor may say something; ours does not
		return []error{nil}
	case c.Namespace == "no": // well-formed, but not with namespaces
		return []error{nil, ErrNamespace}
	}
	return []error{nil}
}

// otherEncoding says whether a document is not in UTF-8, by its first bytes or by its
// XML declaration.
func otherEncoding(doc []byte) bool {
	if len(doc) > 1 && (string(doc[:2]) == "\xFF\xFE" || string(doc[:2]) == "\xFE\xFF" || doc[0] == 0 || doc[1] == 0) {
		return true
	}
	decl, _, _ := bytes.Cut(doc, []byte("?>"))
	decl = bytes.ToLower(decl)
	if !bytes.HasPrefix(bytes.TrimPrefix(decl, []byte("\xEF\xBB\xBF")), []byte("<?xml ")) {
		return false
	}
	for _, name := range []string{"iso-8859", "iso-2022", "euc-jp", "shift_jis", "utf-16"} {
		if bytes.Contains(decl, []byte(name)) {
			return true
		}
	}
	return false
}

// hasDoctype looks for a document type declaration among what stands before the root.
func hasDoctype(doc []byte) bool {
	doc = bytes.TrimPrefix(doc, []byte("\xEF\xBB\xBF"))
	for {
		doc = bytes.TrimLeft(doc, " \t\r\n")
		end := ""
		switch {
		case bytes.HasPrefix(doc, []byte("<!DOCTYPE")):
			return true
		case bytes.HasPrefix(doc, []byte("<!--")):
			end = "-->"
		case bytes.HasPrefix(doc, []byte("<?")):
			end = "?>"
		default:
			return false
		}
		_, rest, found := bytes.Cut(doc, []byte(end))
		if !found {
			return false
		}
		doc = rest
	}
}

// TestW3C runs the W3C XML conformance test suite of 2013-09-23.
func TestW3C(t *testing.T) {
	archive, err := zip.OpenReader(shared(t, "standard/xmlts20130923.zip"))
	require.NoError(t, err)
	defer archive.Close()
	read := func(name string) []byte {
		b, err := readZip(&archive.Reader, name)
		require.NoError(t, err, name)
		return b
	}
	count := 0
	for _, catalog := range catalogs {
		for _, c := range readCatalog(t, read("xmlconf/"+catalog)) {
			if !c.applies() {
				continue
			}
			count++
			doc := read(path.Join("xmlconf", path.Dir(catalog), c.URI))
			err := sameEveryWay(t, string(doc), strict)
			assertVerdict(t, c, doc, err)
			assertTolerant(t, c, doc, err)
			if limit, _ := errors.AsType[*LimitError](err); limit == nil {
				assert.Equal(t, err == nil, grammarAccepts(doc), "%s (%s): the other reader", c.ID, c.URI)
			}
		}
	}
	assert.Equal(t, 2002, count, "tests that apply")
}

func assertVerdict(t *testing.T, c w3cTest, doc []byte, err error) {
	t.Helper()
	want := c.verdict(doc)
	for _, w := range want {
		if w == nil && err == nil || w != nil && errors.Is(err, w) {
			return
		}
	}
	t.Errorf("%s (%s %s): got %v, want one of %v: %q", c.ID, c.Type, c.URI, err, want, clip(string(doc)))
}

// assertTolerant compares what Tolerant says with what Strict says.
func assertTolerant(t *testing.T, c w3cTest, doc []byte, strictErr error) {
	t.Helper()
	err := sameEveryWay(t, string(doc), Config{})
	d := NewDecoderBytes(doc, Config{})
	got := tokens(d)
	switch {
	case strictErr == nil:
		assert.Equal(t, tokens(NewDecoderBytes(doc, strict)), got, c.ID)
	case err == nil:
		assert.NotEmpty(t, d.Diagnostics(), c.ID)
	}
	if hasDoctype(doc) && !otherEncoding(doc) {
		assert.Error(t, err, c.ID)
	}
}

func readZip(archive *zip.Reader, name string) ([]byte, error) {
	f, err := archive.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(f)
}

// readCatalog reads the TEST elements of a catalog, which need not have a root.
func readCatalog(t *testing.T, catalog []byte) (tests []w3cTest) {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(catalog))
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
	for {
		tok, err := d.Token()
		if err == io.EOF {
			return tests
		}
		require.NoError(t, err)
		if start, ok := tok.(xml.StartElement); ok && start.Name.Local == "TEST" {
			var c w3cTest
			require.NoError(t, d.DecodeElement(&c, &start))
			tests = append(tests, c)
		}
	}
}
