package rpc

import (
	"io"
	"sync"

	"github.com/cwmp-go/cwmp/soap"
)

// A Config says how to read. The zero value reads the standard's RPCs within the
// bounds that suit an ACS.
type Config struct {
	// Registry says what a body's element decodes to. Zero is the standard's.
	Registry Registry
	// Limits bounds the XML. Zero fields mean soap's defaults.
	Limits soap.Limits
	// MaxItems bounds the items of one array, parameters above all. 0 is 300,000.
	// Header elements that are kept unread are bounded by 64 as well.
	MaxItems int
	// Echo, when it is not nil, has its prefixes set to those that the document
	// uses, for peers that know no others. What the document does not declare is
	// emptied, so that it is the usual one.
	Echo *Style
}

const (
	// defaultMaxItems is an ACS's bound on the items of one array.
	defaultMaxItems = 300_000
	// maxBlocks bounds what is kept of a header: each block brings the
	// declarations in scope with it, which may be far longer than itself.
	maxBlocks = 64
)

var decoders = sync.Pool{New: func() any { return new(soap.Decoder) }}

// Read reads one envelope from r, to the end of the document.
//
// The error is a [*soap.SyntaxError] for what is not well-formed or beyond a
// limit, an [*EnvelopeError] for what is no CWMP envelope, a [*ValueError] for a
// bad value, or r's own. With a *ValueError the envelope comes too, as far as it
// was read, so that the fault that answers it can carry its ID. Nothing but white
// space is soap.ErrEmpty.
func Read(r io.Reader, cfg Config) (*Envelope, error) {
	d := decoders.Get().(*soap.Decoder)
	d.Reset(r, soap.Config{Limits: cfg.Limits})
	return readPooled(d, cfg)
}

// Parse is Read for a document in memory. The result does not alias b.
func Parse(b []byte, cfg Config) (*Envelope, error) {
	d := decoders.Get().(*soap.Decoder)
	d.ResetBytes(b, soap.Config{Limits: cfg.Limits})
	return readPooled(d, cfg)
}

func readPooled(d *soap.Decoder, cfg Config) (*Envelope, error) {
	defer decoders.Put(d)
	defer d.ResetBytes(nil, soap.Config{})
	rd := reader{
		Codec: Codec{dec: d, maxItems: cfg.MaxItems},
		reg:   cfg.Registry,
		env:   new(Envelope),
		peer:  cfg.Echo,
	}
	if rd.maxItems <= 0 {
		rd.maxItems = defaultMaxItems
	}
	return rd.envelope()
}

// A reader reads one envelope.
type reader struct {
	Codec
	reg    Registry
	peer   *Style    // gets the document's prefixes, nil: nobody asks
	env    *Envelope // on its own, as what is in reader keeps the decoder's buffers alive
	header bool      // a Header was seen
	body   bool      // a Body was seen

	blocksSeen uint8 // the standard's header elements that were seen, a bit each
}

func (r *reader) envelope() (*Envelope, error) {
	if _, err := r.dec.Next(); err != nil {
		return nil, err
	}
	if !r.dec.Is(soap.NSEnvelope, "Envelope") {
		return nil, r.bad(ErrNotEnvelope)
	}
	if err := r.parts(); err != nil {
		return nil, err
	}
	if r.env.Version == 0 {
		r.env.Version = versionOf(r.ns)
	}
	r.env.raise()
	if r.err != nil {
		return r.env, r.err
	}
	if err := r.dec.End(); err != nil {
		return nil, err
	}
	if !r.body {
		return nil, &EnvelopeError{Path: "/Envelope", Offset: r.dec.Offset(), Err: ErrNoBody}
	}
	return r.env, nil
}

// parts reads the children of Envelope.
func (r *reader) parts() error {
	for depth := r.dec.Depth(); r.err == nil && r.dec.NextChild(depth); {
		var err error
		switch {
		case r.dec.Is(soap.NSEnvelope, "Header"):
			if err = r.twice(&r.header); err == nil {
				r.blocks()
			}
		case r.dec.Is(soap.NSEnvelope, "Body"):
			if err = r.twice(&r.body); err == nil {
				r.content()
			}
		}
		if err != nil {
			return err
		}
	}
	return r.dec.Err()
}

// twice marks an element as seen, and refuses the second.
func (r *reader) twice(seen *bool) error {
	if *seen {
		return r.bad(ErrTwice)
	}
	*seen = true
	return nil
}

func (r *reader) bad(err error) error {
	return &EnvelopeError{Path: r.dec.Path(), Offset: r.dec.Offset(), Err: err}
}

// blocks reads the header elements.
func (r *reader) blocks() {
	for depth := r.dec.Depth(); r.next(depth, len(r.env.Header)); {
		ns, local := r.dec.Name()
		if ns.IsCWMP() && r.ns == soap.NSNone {
			r.ns = ns
		}
		switch {
		case r.block(ns, local):
		case len(r.env.Header) == maxBlocks:
			r.fail("", ErrItems)
		default:
			r.env.Header = append(r.env.Header, r.dec.Raw())
		}
	}
}

// content reads the first element of the Body; what follows it is skipped.
func (r *reader) content() {
	depth := r.dec.Depth()
	if !r.next(depth, 0) {
		return
	}
	r.env.Message = r.message()
	for r.next(depth, 0) {
	}
}

// message reads the current element as a message.
func (r *reader) message() Message {
	ns, local := r.dec.Name()
	if ns.IsCWMP() {
		r.env.Version = versionOf(ns)
	}
	if r.peer != nil {
		r.echo(r.peer)
	}
	if ns == soap.NSEnvelope && string(local) == "Fault" {
		f := new(Fault)
		r.children(f)
		return f
	}
	if m := r.reg.newFor(ns, local); m != nil {
		r.children(m)
		return m
	}
	return &Vendor{Raw: r.dec.Raw()}
}
