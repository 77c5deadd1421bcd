package dom_test

import (
	"fmt"

	"github.com/cwmp-go/cwmp/soap"
	"github.com/cwmp-go/cwmp/soap/dom"
)

// A vendor's element is read from a message, changed as a tree, and written again.
func Example() {
	const message = `<Body xmlns:v="urn:vendor"><v:Led><Color>red</Color></v:Led></Body>`

	d := soap.NewDecoderBytes([]byte(message), soap.Config{})
	d.NextChild(0) // Body
	d.NextChild(1) // v:Led
	el, err := dom.Parse(d.Raw())
	if err != nil {
		fmt.Println(err)
		return
	}
	el.SelectElement("Color").SetText("green & blue")

	raw, err := dom.Raw(el)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(raw.Space, raw.Local)
	fmt.Println(string(raw.XML))
	// Output:
	// urn:vendor Led
	// <v:Led xmlns:v="urn:vendor"><Color>green &amp; blue</Color></v:Led>
}
