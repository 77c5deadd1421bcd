package rpc_test

// NOTE: fuzz targets that read documents, messages, headers and faults, and one that
// writes text. fuzz_values_test.go has those of single values.

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/soap"
	"github.com/stretchr/testify/require"
)

// FuzzRead reads anything. Errors are of the promised types and the same however
// the bytes arrive, by Stream too; what is read can be written, unless it is too long for the
// schema or has a header element of another message, and is equal when read again.
// Where the input is no document, its first byte picks the message and the rest is
// what stands in it.
func FuzzRead(f *testing.F) {
	addSeeds(f)
	addMessages(f)
	vendor := rpc.Registry{}.With(probeRow)
	f.Fuzz(func(t *testing.T, doc []byte) {
		if methods := allMethods(); len(doc) > 0 && int(doc[0]) < len(methods) {
			doc = []byte(message(methods[doc[0]], string(doc[1:])))
		}
		other := []rpc.Config{
			{Registry: vendor, MaxItems: 3}, {BadBytes: soap.ReplaceBytes}, {BadBytes: soap.Latin1Bytes, MaxItems: 5}, {Level: soap.Strict},
			{Level: soap.Standard, Registry: rpc.Registry{}.Trees()},
		}
		for _, cfg := range []rpc.Config{{}, other[len(doc)%len(other)]} {
			readAndRewrite(t, doc, cfg)
		}
	})
}

// allMethods are the names of the standard's messages, less than 0x3C of them, which is
// the <.
var allMethods = sync.OnceValue(func() (all []string) {
	for _, row := range (rpc.Registry{}).Rows() {
		all = append(all, row.Name, row.Name+"Response")
	}
	return all
})

// addMessages adds what stands in each golden message, behind the byte that picks it.
func addMessages(f *testing.F) {
	require.Len(f, allMethods(), 54)
	require.Less(f, len(allMethods()), int('<'))
	for i, method := range allMethods() {
		b, err := os.ReadFile(filepath.Join("testdata", method+".xml"))
		require.NoError(f, err)
		doc := string(b)
		start, end := strings.Index(doc, ":"+method), strings.LastIndex(doc, "</cwmp:"+method)
		start += strings.IndexByte(doc[start:], '>') + 1
		f.Add([]byte(string(rune(i)) + doc[start:max(start, end)]))
	}
}

// readAndRewrite is what FuzzRead says.
func readAndRewrite(t *testing.T, doc []byte, cfg rpc.Config) {
	t.Helper()
	env, err := rpc.Parse(doc, cfg)
	again, againErr := rpc.Read(iotest.OneByteReader(bytes.NewReader(doc)), cfg)
	require.Equal(t, err, againErr)
	require.Equal(t, env, again)
	cfg.NoPrediction = true
	again, againErr = rpc.Parse(doc, cfg)
	require.Equal(t, err, againErr)
	require.Equal(t, env, again)
	requireStreamed(t, doc, cfg)
	if err != nil {
		require.True(t, typed(err), "%v", err)
	} else if cfg.Level == soap.Tolerant && cfg.BadBytes == 0 && cfg.MaxItems == 0 {
		rewrite(t, env)
	}
}

// FuzzHeader reads anything as what stands in a Header. What Strict reads, Tolerant
// reads as the same.
func FuzzHeader(f *testing.F) {
	for _, name := range []string{"ID", "HoldRequests", "NoMoreRequests", "SessionTimeout", "SupportedCWMPVersions", "UseCWMPVersion", "sessionTimeout"} {
		for _, text := range []string{"", "1", " 1.0, 1.4 ", "false", "<x/>", "&#48;"} {
			f.Add("<cwmp:"+name+" s:mustUnderstand='1'>"+text+"</cwmp:"+name+">", len(text)%2 == 0)
		}
	}
	f.Fuzz(func(t *testing.T, header string, response bool) {
		body := emptyInform
		if response {
			body = "<cwmp:InformResponse><MaxEnvelopes>1</MaxEnvelopes></cwmp:InformResponse>"
		}
		readAndRewrite(t, []byte(envelope(header, body)), rpc.Config{})
		strictIsTolerant(t, envelope(header, body))
	})
}

// FuzzFault reads anything as what stands in a Fault.
func FuzzFault(f *testing.F) {
	for _, in := range []string{
		"", "<faultcode>Client</faultcode><faultstring>CWMP fault</faultstring><detail><cwmp:Fault><FaultCode>9003</FaultCode><FaultString>x</FaultString>" +
			"<SetParameterValuesFault><ParameterName>n</ParameterName><FaultCode>9005</FaultCode></SetParameterValuesFault></cwmp:Fault></detail>",
		"<faultcode>s:Server.x</faultcode><faultstring/><faultactor>a</faultactor><detail><x>9000</x></detail>",
		"<detail><FaultCode>9000</FaultCode></detail>", "<cwmp:Fault><FaultCode> 8005 </FaultCode></cwmp:Fault>",
	} {
		f.Add(in)
	}
	f.Fuzz(func(t *testing.T, in string) {
		doc := envelope("", "<s:Fault>"+in+"</s:Fault>")
		readAndRewrite(t, []byte(doc), rpc.Config{})
		strictIsTolerant(t, doc)
	})
}

// strictIsTolerant checks that Tolerant reads what Strict reads, as the same.
func strictIsTolerant(t *testing.T, doc string) {
	t.Helper()
	want, err := rpc.Parse([]byte(doc), rpc.Config{Level: soap.Strict})
	if err != nil {
		require.True(t, typed(err), "%v", err)
		return
	}
	got, err := rpc.Parse([]byte(doc), rpc.Config{})
	require.NoError(t, err)
	if slices.ContainsFunc(got.Diagnostics, func(d soap.Diagnostic) bool { return d.Code == rpc.HeaderCase || d.Code == rpc.OddNamespace }) {
		return // which Strict does not know at all
	}
	require.Equal(t, unpadded(want), unpadded(got))
}

// unpadded is an envelope without its diagnostics, and without white space around what
// Strict keeps it around.
func unpadded(env *rpc.Envelope) *rpc.Envelope {
	quiet(env)
	if f, ok := env.Message.(*rpc.Fault); ok {
		for i := range f.Parameters {
			f.Parameters[i].ParameterName = strings.Trim(f.Parameters[i].ParameterName, " \t\r\n")
		}
	}
	return env
}

// rewrite writes what was read and reads it again.
func rewrite(t *testing.T, env *rpc.Envelope) {
	b, err := env.Append(nil, rpc.Style{})
	switch {
	case env.Message == nil:
		require.ErrorIs(t, err, rpc.ErrNoMessage)
	case err != nil:
		require.True(t, errors.Is(err, rpc.ErrLength) || errors.Is(err, soap.ErrChar) || errors.Is(err, rpc.ErrMisplaced) ||
			errors.Is(err, soap.ErrSyntax) && len(env.Diagnostics) > 0, "%v", err) // the last: a Raw that is no XML
		require.Empty(t, b)
	default:
		requireRoundTrip(t, env)
	}
}

// addSeeds adds the golden files, the captures where they are, and the
// documents of the tables.
func addSeeds(f *testing.F) {
	for _, r := range refused {
		f.Add([]byte(r.doc))
	}
	for _, n := range numbers {
		f.Add([]byte(message("Inform", "<RetryCount>"+n.text+"</RetryCount>")))
	}
	f.Add([]byte(encode(f, rpc.NewEnvelope(rpc.V11, "1", fullProbe()))))
	patterns := []string{"testdata/*.xml"}
	if dir, ok := findShared("captures"); ok {
		patterns = append(patterns, filepath.Join(dir, "*.xml"))
	}
	for _, pattern := range patterns {
		files, err := filepath.Glob(pattern)
		require.NoError(f, err)
		for _, file := range files {
			b, err := os.ReadFile(file)
			require.NoError(f, err)
			f.Add(b)
		}
	}
}

// FuzzText writes any text in every place of a message that holds one, and
// reads it again.
func FuzzText(f *testing.F) {
	for _, p := range pieces {
		f.Add(p, "xsd:"+p)
	}
	f.Fuzz(func(t *testing.T, text, typ string) {
		env := rpc.NewEnvelope(rpc.V12, text, &rpc.SetParameterValues{
			ParameterList: []rpc.ParameterValue{{Name: text, Value: rpc.Value{Type: typ, Text: text}}},
			ParameterKey:  text,
		})
		b, err := env.Append(nil, rpc.Style{})
		if err != nil {
			require.True(t, errors.Is(err, rpc.ErrLength) || errors.Is(err, soap.ErrChar), "%v", err)
			return
		}
		want := normal(env)
		set := want.Message.(*rpc.SetParameterValues)
		set.ParameterList[0].Name = readName(text)
		require.Equal(t, want, parseWide(t, string(b), soap.Tolerant))
	})
}
