package main

// NOTE: a fault as one flat struct. Its parts may stand in the wrong place, where
// package rpc finds them; but a *Fault does not keep which of them were there, nor
// the text of a code that is no number. So where it holds nothing, the document is
// asked, by the names of elements alone.

import (
	"strconv"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/soap"
)

// The fields of a fault, as package rpc describes them.
var (
	soapFields  = rpc.Describe(&rpc.Fault{})
	faultFields = soapFields[2].Fields[0].Fields // detail/Fault
	faultList   = &faultFields[2]                // SetParameterValuesFault
)

// faultNode makes the flat struct.
func faultNode(f *rpc.Fault, text []byte, level soap.Level) *rpc.Node {
	found := findFault(text, level)
	n := &rpc.Node{Field: &rpc.Field{Name: f.Method(), Kind: rpc.FieldStruct}}
	found.add(n, &soapFields[0], f.SOAPCode)
	found.add(n, &soapFields[1], f.SOAPText)
	found.add(n, &faultFields[0], code(f.FaultCode))
	found.add(n, &faultFields[1], f.FaultString)
	if len(f.Parameters) == 0 {
		return n
	}
	list := rpc.Node{Field: faultList}
	for i, p := range f.Parameters {
		each := texts{}
		if len(found.parameters) == len(f.Parameters) {
			each.leaves = found.parameters[i]
		}
		item := rpc.Node{Field: faultList}
		each.add(&item, &faultList.Fields[0], p.ParameterName)
		each.add(&item, &faultList.Fields[1], code(p.FaultCode))
		each.add(&item, &faultList.Fields[2], p.FaultString)
		list.Nodes = append(list.Nodes, item)
	}
	n.Nodes = append(n.Nodes, list)
	return n
}

// code is the text of a code, "" for none.
func code(c rpc.FaultCode) string {
	if c == 0 {
		return ""
	}
	return strconv.FormatUint(uint64(c), 10)
}

// texts are those of a fault's elements, by name.
type texts struct {
	leaves     map[string]string
	parameters []map[string]string
}

// add adds a field with a text: the one that the fault has, or else the document's.
func (t *texts) add(n *rpc.Node, f *rpc.Field, text string) {
	was, there := t.leaves[f.Name]
	if text == "" {
		text = was
	}
	if text != "" || there {
		n.Nodes = append(n.Nodes, rpc.Node{Field: f, Text: text})
	}
}

// findFault reads the elements of the fault in a document that was read before.
func findFault(text []byte, level soap.Level) texts {
	t := texts{leaves: map[string]string{}}
	d := soap.NewDecoderBytes(text, soap.Config{Level: level})
	for d.NextChild(0) {
		for d.NextChild(1) {
			if _, local := d.Name(); string(local) == "Body" && d.NextChild(2) {
				t.read(d, 3)
				return t
			}
		}
	}
	return t
}

// read takes the leaves of the element that is open at depth, to its end.
func (t *texts) read(d *soap.Decoder, depth int) {
	into, inner := t.leaves, depth
	for {
		kind, _ := d.Next()
		switch {
		case kind == soap.KindEOF, kind == soap.KindEnd && d.Depth() < depth:
			return
		case kind == soap.KindEnd && d.Depth() < inner:
			into, inner = t.leaves, depth
		case kind == soap.KindStart:
			_, local := d.Name()
			switch name := string(local); name {
			case faultList.Name:
				into, inner = map[string]string{}, d.Depth()
				t.parameters = append(t.parameters, into)
			case "faultcode", "faultstring", "FaultCode", "FaultString", "ParameterName":
				into[name] = string(d.Content())
			}
		}
	}
}
