package main

// NOTE: reading without keeping: each parameter is looked at when it comes, from a
// reader.

import (
	"bytes"
	"encoding/xml"
	"io"
	"os"

	"github.com/cwmp-go/cwmp/rpc"
)

// A streamer reads a document and gives its parameters, whose bytes the receiver does
// not keep.
type streamer struct {
	name string
	run  func(r io.Reader, give func(name []byte, typ string, text []byte)) error
}

var streamers = []streamer{
	{"cwmp Stream", streamOurs},
	{"encoding/xml Token loop", streamXML},
}

func streamOurs(r io.Reader, give func(name []byte, typ string, text []byte)) error {
	for p, err := range rpc.Stream(r, rpc.Config{}, nil) {
		if err != nil {
			return err
		}
		give(p.Name, p.Type, p.Text)
	}
	return nil
}

func streamXML(r io.Reader, give func(name []byte, typ string, text []byte)) error {
	var name, text []byte
	var typ string
	var current *[]byte
	for d := xml.NewDecoder(r); ; {
		token, err := d.Token()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		switch token := token.(type) {
		case xml.StartElement:
			switch token.Name.Local {
			case "ParameterValueStruct":
				name, typ, text = name[:0], "", text[:0]
			case "Name":
				current = &name
			case "Value":
				current = &text
				for _, a := range token.Attr {
					if a.Name.Local == "type" && a.Name.Space == "http://www.w3.org/2001/XMLSchema-instance" {
						typ = a.Value
					}
				}
			}
		case xml.CharData:
			if current != nil {
				*current = append(*current, token...)
			}
		case xml.EndElement:
			current = nil
			if token.Name.Local == "ParameterValueStruct" {
				give(name, typ, text)
			}
		}
	}
}

// reads says whether a document is one for streamers: a list of values.
func (s streamer) reads(d document) bool {
	_, values := d.message().(*rpc.GetParameterValuesResponse)
	return values
}

// sum is that of the parameters, or the error.
func (s streamer) sum(data []byte) string {
	var all []rpc.ParameterValue
	err := s.run(bytes.NewReader(data), func(name []byte, typ string, text []byte) {
		all = append(all, rpc.ParameterValue{Name: string(name), Value: rpc.Value{Type: typ, Text: string(text)}})
	})
	if err != nil {
		return err.Error()
	}
	return sum(all)
}

// file reads a file.
func (s streamer) file(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	return s.run(f, func([]byte, string, []byte) {})
}

// streamSubjects has none for a document that has no values.
func streamSubjects(d document) []subject {
	var all []subject
	for _, s := range streamers {
		if !s.reads(d) {
			return nil
		}
		r, n := bytes.NewReader(nil), 0
		all = append(all, subject{name: s.name, run: func() error {
			r.Reset(d.data)
			return s.run(r, func(name []byte, typ string, text []byte) { n += len(name) + len(typ) + len(text) })
		}})
	}
	return all
}
