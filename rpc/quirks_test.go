package rpc_test

// NOTE: what real devices and servers have been seen to write, one file a case.
// The name says which: X is bytes and XML, S the envelope, T arrays and types, E
// what may never be a matter of leniency, W what was recorded of two programs
// talking. The table is the verdict; a file beside the document holds what
// Tolerant reads of it, with every diagnostic in its place. Rows without a file: S4 and T7's second half are
// about writing (see style_test.go), S12's and S13's consequences are a session's.

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/soap"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A verdict says what each level makes of a document: an error that it refuses it
// with, or nil. codes are the diagnostics of Tolerant.
type verdict struct {
	strict, standard, tolerant error
	codes                      string
}

// ok accepts at every level; the codes are those below Strict.
func ok(codes string) verdict { return verdict{nil, nil, nil, codes} }

// schema is a deviation from the schemas, which only Strict minds.
func schema(strict error, codes string) verdict { return verdict{strict, nil, nil, codes} }

// value is a value that only Tolerant makes a default of.
func value(err error, codes string) verdict { return verdict{err, err, nil, codes} }

// wellFormed is a deviation from XML, which Tolerant alone puts up with.
func wellFormed(err error, codes string) verdict { return verdict{err, err, nil, codes} }

// never is what no level accepts.
func never(err error) verdict { return verdict{err, err, err, ""} }

// verdicts has a line for each document.
var verdicts = map[string]verdict{
	"X0-clean":                      ok(""),
	"X1-control":                    wellFormed(soap.ErrChar, "bad-character"),
	"X1-reference":                  wellFormed(soap.ErrChar, "bare-ampersand"),
	"X2-binary-in-end-tag":          wellFormed(soap.ErrChar, "binary-in-tag"),
	"X2-binary-in-tag":              wellFormed(soap.ErrChar, "binary-in-tag type-missing"),
	"X3-not-ascii-though-declared":  wellFormed(soap.ErrChar, "not-us-ascii"),
	"X3-not-utf8":                   wellFormed(soap.ErrChar, "not-utf-8"),
	"X3-not-utf8-though-declared":   wellFormed(soap.ErrChar, "not-utf-8"),
	"X4-cp437":                      never(soap.ErrEncoding),
	"X4-latin1":                     wellFormed(soap.ErrEncoding, "other-encoding"),
	"X4-utf16":                      never(soap.ErrEncoding),
	"X4-utf8-alias":                 wellFormed(soap.ErrEncoding, "other-encoding"),
	"X5-ampersand":                  wellFormed(soap.ErrSyntax, "bare-ampersand"),
	"X5-entity":                     wellFormed(soap.ErrSyntax, "unknown-entity"),
	"X6-cdata":                      ok(""),
	"X7-leading-space":              wellFormed(soap.ErrSyntax, "leading-space"),
	"X7-mark":                       ok(""),
	"X7-second-root":                never(soap.ErrSyntax),
	"X7-second-root-behind-garbage": verdict{soap.ErrChar, soap.ErrChar, soap.ErrSyntax, ""},
	"X7-trailing-garbage":           wellFormed(soap.ErrChar, "trailing-garbage"),
	"X7-trailing-nul":               wellFormed(soap.ErrChar, "trailing-garbage"),
	"X8-no-declaration":             ok(""),
	"X9-single-quotes":              ok(""),
	"X10-indented":                  schema(rpc.ErrLength, "padded"),
	"X11-doctype":                   never(soap.ErrDoctype),
	"X11-entities":                  never(soap.ErrDoctype),
	"X12-cwmp":                      wellFormed(soap.ErrNamespace, "undeclared-prefix"),
	"X12-encoding":                  wellFormed(soap.ErrNamespace, "undeclared-prefix"),
	"X12-envelope-customary":        wellFormed(soap.ErrNamespace, "undeclared-prefix"),
	"X12-unknown-attribute":         wellFormed(soap.ErrNamespace, "undeclared-prefix"),
	"X12-xsi-xsd":                   wellFormed(soap.ErrNamespace, "undeclared-prefix"),
	"X13-on-each-element":           ok(""),
	"X13-on-the-method":             ok(""),
	"X14-forbidden":                 wellFormed(soap.ErrNamespace, "bogus-namespace"),
	"X14-no-uri":                    ok(""),
	"X15-comments":                  ok(""),
	"X15-instructions":              schema(soap.ErrInstruction, ""),
	"S1-empty-header":               ok("no-header"),
	"S1-no-header":                  ok("no-header"),
	"S2-empty-id":                   ok("empty-id"),
	"S2-no-id":                      ok("no-id"),
	"S2-null-id":                    ok(""),
	"S3-absent":                     schema(rpc.MustUnderstandForm, "must-understand-form"),
	"S3-encoding":                   schema(rpc.MustUnderstandForm, "must-understand-form"),
	"S3-true":                       schema(rpc.MustUnderstandForm, "must-understand-form"),
	"S3-unqualified":                schema(rpc.MustUnderstandForm, "must-understand-form"),
	"S3-zero":                       schema(rpc.MustUnderstandForm, "must-understand-form"),
	"S5-prefixes":                   ok(""),
	"S6-no-more-requests":           ok("no-more-requests"),
	"S7-header-case":                ok("header-case"),
	"S8-may-understand":             ok(""),
	"S8-must-understand":            schema(rpc.ErrMustUnderstand, "header-not-understood"),
	"S9-cwmp-1-3":                   schema(rpc.OddNamespace, "odd-namespace"),
	"S9-cwmp-1-4":                   schema(rpc.OddNamespace, "odd-namespace"),
	"S9-unknown":                    schema(rpc.ErrMustUnderstand, "odd-namespace"),
	"S10-newer-method":              schema(rpc.NewerMethod, "newer-method"),
	"S11-bare":                      ok(""),
	"S11-deeper":                    ok("detail-misplaced"),
	"S11-no-detail":                 schema(rpc.QualifiedElement, "qualified-element detail-misplaced"),
	"S11-no-fault-in-detail":        ok("detail-misplaced"),
	"S11-no-soap-fault":             schema(rpc.FaultNamespace, "fault-namespace missing-element detail-misplaced faultcode-form"),
	"S11-number":                    ok("faultcode-form"),
	"S11-parameters":                ok(""),
	"S11-prefixed":                  ok(""),
	"S11-qualified-children":        schema(rpc.QualifiedElement, "qualified-element"),
	"S11-undeclared":                ok(""),
	"S12-empty":                     never(soap.ErrEmpty),
	"S12-empty-response":            schema(rpc.MissingElement, "missing-element"),
	"S13-wrong-response":            ok(""),
	"S14-fault-element":             wellFormed(soap.ErrNamespace, "extra-colon"),
	"S15-encoding-style":            ok(""),
	"S16-misspelt":                  verdict{soap.ErrNamespace, soap.ErrNamespace, soap.UndeclaredPrefix, ""},
	"S16-unclosed":                  verdict{rpc.NewerMethod, soap.ErrSyntax, soap.ErrSyntax, ""},
	"S17-two-bodies":                never(rpc.ErrTwice),
	"S17-two-headers":               never(rpc.ErrTwice),
	"S17-two-messages":              schema(rpc.SecondMessage, "second-message"),
	"T1-no-array-type":              schema(rpc.ArrayTypeMissing, "array-type-missing"),
	"T2-padded":                     ok(""),
	"T2-wrong":                      schema(rpc.ArrayCount, "array-count"),
	"T2-zero":                       schema(rpc.ArrayCount, "array-count"),
	"T3-cwmp-string":                schema(rpc.ArrayTypeName, "array-type-name"),
	"T3-string-list":                schema(rpc.ArrayTypeName, "array-type-name array-count"),
	"T3-unprefixed":                 schema(rpc.ArrayTypeName, "array-type-name"),
	"T4-control-count":              wellFormed(soap.ErrChar, "bad-character array-count"),
	"T5-no-type":                    schema(rpc.TypeMissing, "type-missing"),
	"T6-1999":                       ok(""),
	"T6-empty":                      schema(rpc.TypeUnknown, "type-unknown"),
	"T6-json":                       schema(rpc.TypeUnknown, "type-unknown"),
	"T6-length":                     schema(rpc.TypeUnknown, "type-unknown"),
	"T6-none":                       schema(rpc.TypeUnknown, "type-unknown"),
	"T6-other-prefix":               schema(rpc.TypeUnknown, ""),
	"T7-types-everywhere":           ok(""),
	"T8-no-value":                   schema(rpc.MissingElement, "missing-element"),
	"T9-case":                       schema(rpc.ErrBoolean, "odd-boolean"),
	"T9-empty":                      schema(rpc.ErrBoolean, "odd-boolean"),
	"T9-nonsense":                   value(rpc.ErrBoolean, "bad-boolean"),
	"T9-number":                     schema(rpc.ErrBoolean, "odd-boolean"),
	"T9-padded":                     ok("padded"),
	"T9-word":                       ok(""),
	"T10-empty":                     schema(rpc.ErrInteger, "empty-number"),
	"T10-missing":                   schema(rpc.MissingElement, "missing-element"),
	"T10-negative":                  value(rpc.ErrInteger, "bad-number"),
	"T10-nonsense":                  value(rpc.ErrInteger, "bad-number"),
	"T10-padded":                    ok("padded"),
	"T11-no-zone":                   ok("time-without-zone"),
	"T12-empty":                     schema(rpc.ErrDateTime, "empty-time"),
	"T12-epoch":                     ok(""),
	"T12-nonsense":                  schema(rpc.ErrDateTime, "bad-time"),
	"T12-relative":                  ok(""),
	"T12-unknown":                   ok(""),
	"T12-zero":                      schema(rpc.ErrDateTime, "bad-time"),
	"T13-fraction":                  ok(""),
	"T14-empty-identity":            ok(""),
	"T15-doubled-string":            schema(rpc.StringDoubled, "string-doubled"),
	"T15-missing-string":            schema(rpc.StringMissing, "string-missing"),
	"T15-no-list":                   schema(rpc.UnknownElement, "no-array-element"),
	"T15-no-string-list":            schema(rpc.UnknownElement, "no-array-element"),
	"T16-names":                     ok(""),
	"T17-duplicates":                ok(""),
	"T18-vendor-fields":             schema(rpc.UnknownElement, "unknown-element"),
	"T19-order":                     ok(""),
	"E1-element-twice":              schema(rpc.ErrTwice, "duplicate-element"),
	"E2-identity-twice":             never(rpc.ErrTwice),
	"E3-identity-twice-outside":     never(rpc.ErrTwice),
	"E4-too-long":                   schema(rpc.ErrLength, "too-long"),
	"E5-identity-bad-byte":          never(soap.ErrChar),
	"E6-identity-ampersand":         never(soap.ErrSyntax),
	"E7-id-bad-byte":                never(soap.ErrChar),
	"E8-event-ampersand":            never(soap.ErrSyntax),
	"E10-text-among-elements":       schema(soap.ErrMixed, "stray-text"),
	"E11-element-in-text":           schema(soap.ErrMixed, "stray-element"),
	"E12-identity-element":          never(soap.ErrMixed),
	"E13-id-element":                never(soap.ErrMixed),
	"E9-qualified":                  schema(rpc.QualifiedElement, "qualified-element"),
	"W-genieacs-sim":                schema(rpc.WrongOrder, "wrong-order"),
	"W-goacs-blank-id":              ok(""),
	"W-icwmp":                       ok(""),
	"W-netcwmp":                     ok("time-without-zone"),
	"W-oktopus":                     schema(rpc.ArrayTypeMissing, "array-type-missing no-header"),
	"W-perl-cwmp":                   wellFormed(soap.ErrNamespace, "undeclared-prefix"),
	"W-simulatr69":                  schema(rpc.ArrayTypeName, "array-type-name"),
	"W-teamsacs":                    ok("no-more-requests"),
	"W-tr069agent":                  ok(""),
}

func quirks(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("testdata/quirks/*.xml")
	require.NoError(t, err)
	docs := map[string]string{}
	for _, file := range files {
		b, err := os.ReadFile(file)
		require.NoError(t, err)
		docs[strings.TrimSuffix(filepath.Base(file), ".xml")] = string(b)
	}
	return docs
}

// TestQuirkVerdicts has each level judge each document.
func TestQuirkVerdicts(t *testing.T) {
	docs := quirks(t)
	for name, want := range verdicts {
		doc, found := docs[name]
		require.True(t, found, name)
		for level, wantErr := range map[soap.Level]error{soap.Strict: want.strict, soap.Standard: want.standard, soap.Tolerant: want.tolerant} {
			env, err := requireSame(t, doc, rpc.Config{Level: level})
			if wantErr != nil {
				assert.ErrorIs(t, err, wantErr, "%s at %s", name, level)
				assertPlaced(t, err, name)
				continue
			}
			if assert.NoError(t, err, "%s at %s", name, level) && level == soap.Tolerant {
				assert.Equal(t, want.codes, codesOf(env.Diagnostics), name)
			}
		}
	}
	for name := range docs {
		assert.Contains(t, verdicts, name)
	}
}

// assertPlaced checks that an error says where it is.
func assertPlaced(t *testing.T, err error, name string) {
	t.Helper()
	if e, ok := errors.AsType[*rpc.ValueError](err); ok {
		assert.True(t, strings.HasPrefix(e.Path, "/Envelope/"), "%s: %s", name, e.Path)
		assert.Positive(t, e.Offset, name)
		return
	}
	assert.True(t, typed(err), "%s: %v", name, err)
}

// TestQuirks compares what Tolerant reads, and every diagnostic with its place.
func TestQuirks(t *testing.T) {
	for name, doc := range quirks(t) {
		env, err := rpc.Parse([]byte(doc), rpc.Config{})
		got := ""
		if err != nil {
			got = "refused: " + err.Error() + "\n"
		} else {
			got = outline(env) + "\n" + listed(env.Diagnostics)
		}
		file := filepath.Join("testdata/quirks", name+".txt")
		if *update {
			require.NoError(t, os.WriteFile(file, []byte(got), 0o666))
		}
		want, err := os.ReadFile(file)
		require.NoError(t, err)
		assert.Equal(t, string(want), got, name)
	}
}

// TestDuplicates: reading keeps both, a CPE that is to set them refuses.
func TestDuplicates(t *testing.T) {
	m := parseAs[*rpc.SetParameterValues](t, quirks(t)["T17-duplicates"])
	require.Len(t, m.ParameterList, 2)
	assert.ErrorIs(t, rpc.CheckDuplicates(m.ParameterList), rpc.FaultInvalidArguments)
	assert.NoError(t, rpc.CheckDuplicates(m.ParameterList[:1]))
}

// TestMustUnderstand: the answer is SOAP's fault, with the ID that came behind.
func TestMustUnderstand(t *testing.T) {
	doc := quirks(t)["S8-must-understand"]
	for _, cfg := range []rpc.Config{{Level: soap.Strict}, {MustUnderstand: true}} {
		env, err := rpc.Parse([]byte(doc), cfg)
		requireValueError(t, err, rpc.ErrMustUnderstand, "/Envelope/Header/Auth", "")
		assert.Equal(t, "42", env.ID)
		assert.Nil(t, env.Message, "it is not carried out")
		answer := rpc.AsFault(err, rpc.FaultInvalidArguments)
		assert.Equal(t, "MustUnderstand", answer.SOAPCode)
		assert.Zero(t, answer.FaultCode)
		assert.Contains(t, encode(t, rpc.NewEnvelope(rpc.V10, env.ID, answer)), "MustUnderstand</faultcode>")
	}
	_, err := rpc.Parse([]byte(quirks(t)["E4-too-long"]), rpc.Config{Level: soap.Strict})
	assert.ErrorIs(t, rpc.AsFault(err, rpc.FaultInvalidArguments), rpc.FaultInvalidArguments, "any other error")
}
