package dom

// NOTE: the bytes that etree reads come out of soap.Encoder.Raw, which has checked
// them and has declared what was declared further out; the bytes that etree
// writes go through the same check. So the strictness is that of package soap,
// although encoding/xml is lenient.

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"github.com/beevik/etree"

	"github.com/cwmp-go/cwmp/soap"
)

var (
	// ErrChanged says that a tree holds something that cannot be written as XML
	// without a change, such as a control character or two hyphens in a comment.
	ErrChanged = errors.New("dom: tree cannot be written as it is")

	// ErrNil says that there is no element to write.
	ErrNil = errors.New("dom: no element")
)

// Parse gives the element as a tree that stands alone: it has no parent, and
// what r.Scope declares is declared by the element itself, unless it declares
// the same prefix anyhow. It fails for what [soap.Encoder.Raw] refuses, and for what
// etree cannot read.
func Parse(r soap.Raw) (*etree.Element, error) {
	var e soap.Encoder
	e.Raw(r)
	b, err := e.Bytes()
	if err != nil {
		return nil, fmt.Errorf("dom: %w", err)
	}
	return read(b)
}

// read gives the tree of a well-formed element.
func read(b []byte) (*etree.Element, error) {
	doc := etree.NewDocument()
	doc.ReadSettings.PreserveCData = true
	if err := doc.ReadFromBytes(flatten(b)); err != nil {
		return nil, fmt.Errorf("dom: %w", err)
	}
	root := doc.Root()
	doc.RemoveChild(root)
	return root, nil
}

// Raw gives the bytes of a tree, with the declarations that its ancestors make as
// the scope. The tree is not changed. The error is [ErrNil], [ErrChanged], or what
// [soap.Encoder.Raw] says of a tree that is not well-formed, such as one with an
// undeclared prefix.
func Raw(el *etree.Element) (soap.Raw, error) {
	if el == nil {
		return soap.Raw{}, ErrNil
	}
	var b bytes.Buffer
	el.WriteTo(&b, &etree.WriteSettings{CanonicalEndTags: true, CanonicalText: true, CanonicalAttrVal: true})
	r := soap.Raw{Scope: scope(el.Parent()), XML: b.Bytes()}
	if err := name(&r); err != nil {
		return soap.Raw{}, err
	}
	back, err := read(r.XML)
	if err != nil {
		return soap.Raw{}, err
	}
	if !equal(el, back) {
		return soap.Raw{}, ErrChanged
	}
	return r, nil
}

// name checks the bytes of r and fills in the name.
func name(r *soap.Raw) error {
	var e soap.Encoder
	e.Raw(*r)
	b, err := e.Bytes()
	if err != nil {
		return fmt.Errorf("dom: %w", err)
	}
	d := soap.NewDecoderBytes(b, soap.Config{})
	if !d.NextChild(0) {
		return fmt.Errorf("dom: %w", d.Err())
	}
	_, local := d.Name()
	r.Space, r.Local = string(d.URI()), string(local)
	return nil
}

// scope gives the declarations in force inside an element, outermost first.
func scope(el *etree.Element) []soap.Namespace {
	var s []soap.Namespace
	seen := map[string]bool{"xml": true}
	for ; el != nil; el = el.Parent() {
		for _, a := range slices.Backward(el.Attr) {
			prefix, ok := declared(a)
			if !ok || seen[prefix] {
				continue
			}
			seen[prefix] = true
			if a.Value != "" {
				s = append(s, soap.Namespace{Prefix: prefix, URI: a.Value})
			}
		}
	}
	slices.Reverse(s)
	return s
}

// declared gives the prefix that an attribute declares.
func declared(a etree.Attr) (prefix string, ok bool) {
	switch {
	case a.Space == "xmlns":
		return a.Key, true
	case a.Space == "" && a.Key == "xmlns":
		return "", true
	}
	return "", false
}

// flatten makes white space in tags what an attribute value makes of it, a
// space for each TAB, CR, LF or CR LF; encoding/xml leaves it as it is. The
// document is well-formed and has no DOCTYPE.
func flatten(b []byte) []byte {
	out := make([]byte, 0, len(b))
	for len(b) > 0 {
		n := piece(b)
		if b[0] != '<' || len(b) > 1 && (b[1] == '!' || b[1] == '?') {
			out = append(out, b[:n]...)
		} else {
			tag := bytes.ReplaceAll(b[:n], []byte("\r\n"), []byte(" "))
			for _, c := range tag {
				if c == '\t' || c == '\n' || c == '\r' {
					c = ' '
				}
				out = append(out, c)
			}
		}
		b = b[n:]
	}
	return out
}

// piece gives the length of the text or the markup that b begins with.
func piece(b []byte) int {
	for open, end := range map[string]string{"<!--": "-->", "<![CDATA[": "]]>", "<?": "?>"} {
		if bytes.HasPrefix(b, []byte(open)) {
			return len(open) + bytes.Index(b[len(open):], []byte(end)) + len(end)
		}
	}
	if b[0] != '<' {
		if n := bytes.IndexByte(b, '<'); n >= 0 {
			return n
		}
		return len(b)
	}
	quote := byte(0)
	for i, c := range b {
		switch {
		case c == quote:
			quote = 0
		case quote == 0 && (c == '"' || c == '\''):
			quote = c
		case quote == 0 && c == '>':
			return i + 1
		}
	}
	return len(b)
}
