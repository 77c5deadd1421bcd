package soap

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// parameterValues is a GetParameterValuesResponse of n parameters.
func parameterValues(n int) []byte {
	var e Encoder
	e.Declaration()
	e.Start(NSEnvelope, "Envelope")
	for _, ns := range []NS{NSEnvelope, NSEncoding, NSXSD, NSXSI, NSCWMP12} {
		e.Declare(ns)
	}
	e.Start(NSEnvelope, "Body")
	e.Start(NSCWMP12, "GetParameterValuesResponse")
	e.Start(NSNone, "ParameterList")
	e.Attr(NSEncoding, "arrayType", fmt.Sprintf("cwmp:ParameterValueStruct[%d]", n))
	for i := range n {
		writeParameter(&e, i)
	}
	for range 4 {
		e.End()
	}
	b, err := e.Bytes()
	if err != nil {
		panic(err)
	}
	return b
}

func writeParameter(e *Encoder, i int) {
	e.Start(NSNone, "ParameterValueStruct")
	e.Leaf(NSNone, "Name", fmt.Sprintf("Device.WiFi.AccessPoint.%d.AssociatedDevice.%d.SignalStrength", i/32+1, i%32+1))
	e.Start(NSNone, "Value")
	e.Attr(NSXSI, "type", "xsd:int")
	e.Text(fmt.Sprint(-30 - i%60))
	e.End()
	e.End()
}

// decodeTokens reads a document token by token.
func decodeTokens(tb testing.TB, d *Decoder) (tokens int) {
	for {
		kind, err := d.Next()
		if err != nil {
			tb.Fatal(err)
		}
		if kind == KindEOF {
			return tokens
		}
		tokens++
	}
}

// decodeParameters reads a document in the way of package rpc.
func decodeParameters(tb testing.TB, d *Decoder) (size int) {
	for range 4 {
		if !d.NextChild(d.Depth()) {
			tb.Fatal(d.Err())
		}
	}
	for list := d.Depth(); d.NextChild(list); {
		for depth := d.Depth(); d.NextChild(depth); {
			typ, _ := d.Attr(NSXSI, "type")
			size += len(typ) + len(d.Content())
		}
	}
	if err := d.End(); err != nil {
		tb.Fatal(err)
	}
	return size
}

func BenchmarkDecode(b *testing.B) {
	doc := parameterValues(1000)
	var d Decoder
	run := func(name string, f func()) {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(doc)))
			b.ReportAllocs()
			for b.Loop() {
				f()
			}
		})
	}
	run("tokens", func() { d.ResetBytes(doc, Config{}); decodeTokens(b, &d) })
	run("content", func() { d.ResetBytes(doc, Config{}); decodeParameters(b, &d) })
	run("reader", func() { d.Reset(bytes.NewReader(doc), Config{}); decodeParameters(b, &d) })
	run("skip", func() { d.ResetBytes(doc, Config{}); require.NoError(b, d.End()) })
	run("encoding-xml-RawToken", func() { rawTokens(b, doc) })
}

// rawTokens is decodeTokens by encoding/xml, without its namespaces.
func rawTokens(tb testing.TB, doc []byte) (tokens int) {
	for d := xml.NewDecoder(bytes.NewReader(doc)); ; tokens++ {
		if _, err := d.RawToken(); err == io.EOF {
			return tokens
		} else if err != nil {
			tb.Fatal(err)
		}
	}
}

func BenchmarkEncode(b *testing.B) {
	buf := make([]byte, 0, 1<<20)
	var e Encoder
	b.ReportAllocs()
	for b.Loop() {
		e.Reset(buf)
		e.Start(NSCWMP12, "x")
		e.Declare(NSCWMP12)
		e.Declare(NSXSI)
		for range 1000 {
			e.Start(NSNone, "ParameterValueStruct")
			e.Leaf(NSNone, "Name", "Device.WiFi.AccessPoint.12.AssociatedDevice.12.SignalStrength")
			e.Start(NSNone, "Value")
			e.Attr(NSXSI, "type", "xsd:int")
			e.Text("-30")
			e.End()
			e.End()
		}
		e.End()
		out, err := e.Bytes()
		if err != nil {
			b.Fatal(err)
		}
		b.SetBytes(int64(len(out)))
	}
}

// BenchmarkRatio runs both token loops in turn and compares their best times,
// which says more on a busy machine than either time alone.
func BenchmarkRatio(b *testing.B) {
	doc := parameterValues(1000)
	var d Decoder
	ours, theirs := time.Hour, time.Hour
	for b.Loop() {
		start := time.Now()
		d.ResetBytes(doc, Config{})
		decodeTokens(b, &d)
		ours = min(ours, time.Since(start))
		start = time.Now()
		rawTokens(b, doc)
		theirs = min(theirs, time.Since(start))
	}
	b.ReportMetric(float64(theirs)/float64(ours), "x")
	b.ReportMetric(float64(ours.Nanoseconds())/1000, "ns/param")
}
