package main

// NOTE: a file in memory, what it decodes to, and where in it something is. The
// decoder counts the bytes of the UTF-8 form, and a document in ISO 8859-1 has
// another in the file; a cursor knows both.

import (
	"bytes"
	"errors"
	"io"
	"os"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/soap"
)

// maxBytes is soap's bound on a document. A byte more is read, so that the decoder
// sees that there is more, and says so.
const maxBytes = 64 << 20

// A document is a file's bytes, with a place in it.
type document struct {
	text   []byte
	latin1 bool // bytes from 0x80 are two of the decoder's

	at, line, start int   // the place: its offset, its line and where that begins
	said            int64 // the decoder's offset of it
}

// load reads a file, or standard input. With an error there is what came before it.
func load(name string, stdin io.Reader) (*document, error) {
	d := &document{line: 1}
	in := stdin
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return d, err
		}
		defer f.Close()
		in = f
	}
	text, err := io.ReadAll(io.LimitReader(in, maxBytes+1))
	d.text = text
	return d, err
}

// wellFormed reads the document as XML and no more than that.
func (d *document) wellFormed() error {
	dec := soap.NewDecoderBytes(d.text, soap.Config{Level: soap.Strict})
	for {
		if kind, err := dec.Next(); kind == soap.KindEOF {
			return err
		}
	}
}

// A message is what a document says.
type message struct {
	env  *rpc.Envelope // nil: there is nothing but white space
	node *rpc.Node     // the message's elements; nil for none, and for a vendor's
}

func (d *document) decode(cfg rpc.Config) (*message, error) {
	if len(bytes.Trim(d.text, " \t\r\n")) == 0 {
		return &message{}, nil
	}
	d.latin1 = cfg.Level == soap.Tolerant && isLatin1(d.text)
	env, err := rpc.Parse(d.text, cfg)
	if err != nil {
		return nil, err
	}
	m := &message{env: env}
	switch body := env.Message.(type) {
	case *rpc.Tree:
		m.node = &body.Node
	case *rpc.Fault:
		m.node = faultNode(body, d.text, cfg.Level)
	}
	return m, nil
}

// isLatin1 tells whether the decoder converts the document from ISO 8859-1: by
// giving it another one with the same declaration.
func isLatin1(text []byte) bool {
	end := bytes.Index(text[:min(len(text), 4<<10)], []byte("?>"))
	if end < 0 {
		return false
	}
	probe := append(bytes.Clone(text[:end+2]), "<a>\xE9</a>"...)
	dec := soap.NewDecoderBytes(probe, soap.Config{})
	return dec.NextChild(0) && string(dec.Content()) == "\u00E9"
}

// place gives the offset, the line and the column in the file of what is at an
// offset of the decoder's. It goes there from the place where it was last.
func (d *document) place(said int64) (offset, line, column int) {
	for d.said < said && d.at < len(d.text) {
		d.said += d.width()
		d.at++
		if d.text[d.at-1] == '\n' {
			d.line++
			d.start = d.at
		}
	}
	for d.said > said && d.at > 0 {
		d.at--
		d.said -= d.width()
		if d.text[d.at] == '\n' {
			d.line--
			d.start = bytes.LastIndexByte(d.text[:d.at], '\n') + 1
		}
	}
	return d.at, d.line, d.at - d.start + 1
}

// width is the number of bytes that the decoder has for the one at hand.
func (d *document) width() int64 {
	if d.latin1 && d.text[d.at] >= 0x80 {
		return 2
	}
	return 1
}

// A refusal is why a file could not be read, and where.
type refusal struct {
	reason, path         string
	offset, line, column int
}

// refused makes a refusal of an error. One of the file system has the place up to
// which the file could be read.
func (d *document) refused(err error) refusal {
	if err == nil {
		return refusal{}
	}
	r := refusal{reason: err.Error()}
	said := int64(len(d.text))
	if e, ok := errors.AsType[*soap.SyntaxError](err); ok {
		r.reason, r.path, said = e.Err.Error(), e.Path, e.Offset
		if e.Detail != "" {
			r.reason += ": " + e.Detail
		}
	}
	if e, ok := errors.AsType[*rpc.EnvelopeError](err); ok {
		r.reason, r.path, said = e.Err.Error(), e.Path, e.Offset
	}
	if e, ok := errors.AsType[*rpc.ValueError](err); ok {
		r.reason, r.path, said = e.Err.Error(), e.Path, e.Offset
	}
	r.offset, r.line, r.column = d.place(said)
	return r
}

// text is the reason, with the path unless it is to be short.
func (r refusal) text(short bool) string {
	if short || r.path == "" {
		return r.reason
	}
	return r.reason + ", " + r.path
}
