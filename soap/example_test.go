package soap_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing/iotest"
	"unicode/utf16"

	"github.com/cwmp-go/cwmp/soap"
)

func Example() {
	const message = `<?xml version="1.0"?>
<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:c="urn:dslforum-org:cwmp-1-0">
  <s:Body><c:Reboot><CommandKey>after &amp; before</CommandKey></c:Reboot></s:Body>
</s:Envelope>`

	d := soap.NewDecoder(strings.NewReader(message), soap.Config{})
	for d.NextChild(0) { // the Envelope
		for d.NextChild(1) { // its Header and its Body
			for d.NextChild(2) { // the method
				ns, name := d.Name()
				fmt.Println(ns, string(name), "at", d.Path())
				for d.NextChild(3) { // its arguments
					_, name := d.Name()
					fmt.Printf("%s = %q\n", name, d.Content())
				}
			}
		}
	}
	fmt.Println(d.End())
	// Output:
	// cwmp-1-0 Reboot at /Envelope/Body/Reboot
	// CommandKey = "after & before"
	// <nil>
}

func ExampleDecoder_Next() {
	d := soap.NewDecoderBytes([]byte(`<a k="1">one<b/>two</a>`), soap.Config{})
	for {
		kind, err := d.Next()
		switch kind {
		case soap.KindStart:
			fmt.Println("start", d.Path())
			for name, value := range d.Attrs() {
				fmt.Printf("attribute %s = %s\n", name.Local, value)
			}
		case soap.KindText:
			fmt.Printf("text %s\n", d.Text())
		case soap.KindEnd:
			fmt.Println("end")
		case soap.KindEOF:
			fmt.Println(err)
			return
		}
	}
	// Output:
	// start /a
	// attribute k = 1
	// text one
	// start /a/b
	// end
	// text two
	// end
	// <nil>
}

func ExampleDecoder_QName() {
	const doc = `<v xmlns:x="http://www.w3.org/2001/XMLSchema-instance" xmlns:s="http://www.w3.org/2001/XMLSchema" x:type="s:int">5</v>`
	d := soap.NewDecoderBytes([]byte(doc), soap.Config{})
	d.NextChild(0)
	typ, _ := d.Attr(soap.NSXSI, "type")
	ns, local, ok := d.QName(typ)
	fmt.Println(ns, string(local), ok)
	// Output: xsd int true
}

func ExampleSyntaxError() {
	d := soap.NewDecoderBytes([]byte("<Envelope><Body>bare & here</Body></Envelope>"), soap.Config{Level: soap.Strict})
	err := d.End()
	if e, ok := errors.AsType[*soap.SyntaxError](err); ok {
		fmt.Println(e.Offset, e.Path, errors.Is(err, soap.ErrSyntax))
	}
	fmt.Println(err)
	// Output:
	// 22 /Envelope/Body true
	// soap: offset 22, /Envelope/Body: malformed XML: " " where a name should be
}

func ExampleDecoder_Diagnostics() {
	d := soap.NewDecoderBytes([]byte("<Envelope><Body xsi:nil='0'>bare & here</Body></Envelope>\x00"), soap.Config{})
	d.NextChild(0)
	d.NextChild(1)
	fmt.Printf("%s\n", d.Content())
	fmt.Println(d.End())
	for _, diagnostic := range d.Diagnostics() {
		fmt.Println(diagnostic)
	}
	// Output:
	// bare & here
	// <nil>
	// undeclared-prefix at 16, /Envelope: "xsi" read as xsi
	// bare-ampersand at 33, /Envelope/Body
	// trailing-garbage at 57
}

func ExampleConfig_charset() {
	charset := func(label string, r io.Reader) (io.Reader, error) {
		if label != "utf-16le" {
			return nil, errors.New("not known here")
		}
		return fromUTF16(r), nil
	}
	d := soap.NewDecoderBytes([]byte("\xFF\xFE<\x00a\x00>\x00\xE9\x00<\x00/\x00a\x00>\x00"), soap.Config{Charset: charset})
	d.NextChild(0)
	fmt.Printf("%s\n", d.Content())
	fmt.Println(d.Diagnostics())
	// Output:
	// é
	// [other-encoding at 2: "utf-16le"]
}

// fromUTF16 reads UTF-16 in little-endian byte order. A program would take it from
// a library.
func fromUTF16(r io.Reader) io.Reader {
	b, err := io.ReadAll(r)
	if err != nil {
		return iotest.ErrReader(err)
	}
	var units []uint16
	for i := 0; i+1 < len(b); i += 2 {
		units = append(units, binary.LittleEndian.Uint16(b[i:]))
	}
	return strings.NewReader(string(utf16.Decode(units)))
}

func ExampleLimits() {
	small := soap.Config{Limits: soap.Limits{MaxDepth: 2}}
	fmt.Println(soap.NewDecoderBytes([]byte("<a><b><c/></b></a>"), small).End())
	// Output: soap: offset 6, /a/b: limit exceeded: MaxDepth 2
}

// The first entry is read in the usual way and shows what the others look like.
func ExampleDecoder_Predict() {
	const doc = `<l><p><n>a</n><v>1</v></p><p><n>b</n><v>2</v></p><p><n>c</n><v>3</v></p></l>`
	d := soap.NewDecoderBytes([]byte(doc), soap.Config{})
	d.NextChild(0)
	var f soap.Form
	d.Expect(&f, 2, 2)
	for list := d.Depth(); ; {
		entries, start := d.Predict(&f, 100), int32(0)
		texts := string(d.Texts(entries))
		for _, e := range entries {
			fmt.Println(texts[start:e.First], texts[e.First:e.Second], "predicted")
			start = e.Second
		}
		d.Accept(&f, len(entries))
		d.Watch(&f)
		if !d.NextChild(list) {
			break
		}
		for entry := d.Depth(); d.NextChild(entry); {
			fmt.Printf("%s ", d.Content())
		}
		fmt.Println("read")
		d.Learn(&f, "")
	}
	fmt.Println(d.End())
	// Output:
	// a 1 read
	// b 2 predicted
	// c 3 predicted
	// <nil>
}

func ExampleEncoder() {
	var e soap.Encoder
	e.SetPrefix(soap.NSEnvelope, "SOAP-ENV")
	e.Start(soap.NSEnvelope, "Envelope")
	e.Declare(soap.NSEnvelope)
	e.Declare(soap.NSCWMP10)
	e.Start(soap.NSEnvelope, "Body")
	e.Start(soap.NSCWMP10, "Reboot")
	e.Leaf(soap.NSNone, "CommandKey", "déjà <vu>")
	for range 3 {
		e.End()
	}
	b, err := e.Bytes()
	fmt.Println(strings.ReplaceAll(string(b), "><", ">\n<"), err)
	// Output:
	// <SOAP-ENV:Envelope xmlns:SOAP-ENV="http://schemas.xmlsoap.org/soap/envelope/" xmlns:cwmp="urn:dslforum-org:cwmp-1-0">
	// <SOAP-ENV:Body>
	// <cwmp:Reboot>
	// <CommandKey>d&#233;j&#224; &lt;vu&gt;</CommandKey>
	// </cwmp:Reboot>
	// </SOAP-ENV:Body>
	// </SOAP-ENV:Envelope> <nil>
}

func ExampleEncoder_Raw() {
	const doc = `<a xmlns:v="urn:vendor"><v:b>kept &#x41;s it is</v:b></a>`
	d := soap.NewDecoderBytes([]byte(doc), soap.Config{})
	d.NextChild(0)
	d.NextChild(1)
	raw := d.Raw()

	var e soap.Encoder
	e.Start(soap.NSNone, "elsewhere")
	e.Raw(raw)
	e.End()
	b, err := e.Bytes()
	fmt.Println(string(b), err)
	// Output: <elsewhere><v:b xmlns:v="urn:vendor">kept &#x41;s it is</v:b></elsewhere> <nil>
}
