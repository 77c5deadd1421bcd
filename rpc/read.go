package rpc

import (
	"io"
	"strings"
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
	// Level says how strictly to read; see the package's chapter on it. Zero is
	// soap.Tolerant.
	Level soap.Level
	// MustUnderstand refuses header elements that have to be understood and are not,
	// with ErrMustUnderstand, below soap.Strict as well. Zero makes a diagnostic of
	// them.
	MustUnderstand bool
	// BadBytes says what becomes of bytes that are no text. Zero: they are kept.
	BadBytes soap.BadBytes
	// Charset converts other encodings than UTF-8; see soap.Config. Zero is soap's
	// own.
	Charset func(label string, r io.Reader) (io.Reader, error)
	// Encoding is what the layer below says of it; see soap.Config. Zero is nothing.
	Encoding string
	// Echo, when it is not nil, has its prefixes set to those that the document
	// uses, for peers that know no others. What the document does not declare is
	// emptied, so that it is the usual one.
	Echo *Style
	// NoPrediction reads every entry of a list in the usual way, as if it were the
	// first. Nothing but the speed depends on it. Zero: markup that was seen before is
	// compared.
	NoPrediction bool
}

const (
	// defaultMaxItems is an ACS's bound on the items of one array.
	defaultMaxItems = 300_000
	// maxBlocks bounds what is kept of a header: each block brings the
	// declarations in scope with it, which may be far longer than itself.
	maxBlocks = 64
)

// A source is what reading needs of memory, and is used again.
type source struct {
	dec    soap.Decoder
	forms  forms
	reader reader
}

var sources = sync.Pool{New: func() any { return new(source) }}

// Read reads one envelope from r, to the end of the document.
//
// The error is a [*soap.SyntaxError] for what is not well-formed or beyond a
// limit, an [*EnvelopeError] for what is no CWMP envelope, a [*ValueError] for a
// bad value, or r's own. With a *ValueError the envelope comes too, as far as it
// was read, so that the fault that answers it can carry its ID. Nothing but white
// space is soap.ErrEmpty.
func Read(r io.Reader, cfg Config) (*Envelope, error) {
	src := sources.Get().(*source)
	src.dec.Reset(r, cfg.soap())
	return src.read(cfg, new(Envelope))
}

// Parse is Read for a document in memory. The result does not alias b.
func Parse(b []byte, cfg Config) (*Envelope, error) {
	src := sources.Get().(*source)
	src.dec.ResetBytes(b, cfg.soap())
	return src.read(cfg, new(Envelope))
}

// soap is the part of a Config that is about XML. SOAP 1.1 section 3 forbids
// processing instructions and the schemas forbid mixed content, which Strict does not
// let pass.
func (cfg *Config) soap() soap.Config {
	return soap.Config{
		Limits: cfg.Limits, Level: cfg.Level, BadBytes: cfg.BadBytes,
		Charset: cfg.Charset, Encoding: cfg.Encoding, RefusePI: cfg.Level == soap.Strict,
		RefuseMixed:  cfg.Level == soap.Strict,
		NoPrediction: cfg.NoPrediction,
	}
}

// read reads the envelope into env, which it also returns when there is enough in it.
func (src *source) read(cfg Config, env *Envelope) (*Envelope, error) {
	defer src.release()
	r := &src.reader
	r.dec, r.forms, r.level, r.maxItems = &src.dec, &src.forms, cfg.Level, cfg.MaxItems
	r.must = cfg.MustUnderstand || cfg.Level == soap.Strict
	r.reg, r.peer, r.env = cfg.Registry, cfg.Echo, env
	if r.maxItems <= 0 {
		r.maxItems = defaultMaxItems
	}
	read, err := r.envelope()
	env.Unknown = r.extra.kept
	env.Diagnostics, env.MoreDiagnostics = r.dec.Diagnostics(), r.dec.MoreDiagnostics()
	return read, err
}

// release lets go of the document and of what was made of it.
func (src *source) release() {
	src.dec.ResetBytes(nil, soap.Config{})
	src.reader = reader{}
	sources.Put(src)
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
	anyBlock   bool  // a header element was seen
	must       bool  // header elements that are not understood are refused
	denied     error // one is
}

func (r *reader) envelope() (*Envelope, error) {
	if _, err := r.dec.Next(); err != nil {
		return nil, err
	}
	if !r.is("Envelope") {
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
	switch {
	case !r.body:
		return nil, &EnvelopeError{Path: "/Envelope", Offset: r.dec.Offset(), Err: ErrNoBody}
	case !r.anyBlock:
		r.dec.Report(NoHeader, "Envelope", "")
	case !r.env.HasID:
		r.dec.Report(NoID, "Envelope/Header", "")
	}
	r.place()
	if r.err != nil {
		return r.env, r.err
	}
	return r.env, nil
}

// is says whether the current element is one of SOAP's envelope. One whose prefix
// nothing declares, which Tolerant alone lets come so far, is.
func (r *reader) is(local string) bool {
	return r.dec.Is(soap.NSEnvelope, local) || r.dec.Is(soap.NSUndeclared, local)
}

// parts reads the children of Envelope.
func (r *reader) parts() error {
	for depth := r.dec.Depth(); r.err == nil && r.dec.NextChild(depth); {
		var err error
		switch {
		case r.is("Header"):
			if r.body {
				r.deviate(WrongOrder, "", "")
			}
			if err = r.twice(&r.header); err == nil {
				r.blocks()
			}
		case r.is("Body"):
			if err = r.twice(&r.body); err == nil {
				r.content()
			}
		default:
			r.deviate(UnknownElement, "", "")
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
		r.anyBlock = true
		ns, local := r.dec.Name()
		if ns.IsCWMP() && r.ns == soap.NSNone {
			r.ns = ns
		}
		switch {
		case !r.elsewhere() && r.block(r.cwmp(ns), local):
		case len(r.env.Header) == maxBlocks:
			r.fail("", ErrItems)
		default:
			r.misnamed()
			r.unread()
			r.env.Header = append(r.env.Header, r.dec.Raw())
		}
	}
	if r.err == nil {
		r.err = r.denied // now that the ID is known
	}
}

// nextActor is the actor that everybody is.
const nextActor = "http://schemas.xmlsoap.org/soap/actor/next"

// elsewhere says whether the current header element is for another actor than us, who
// are the next one and the last. Such a one is not ours to read, nor to understand: SOAP
// 1.1 sections 4.2.2 and 4.2.3.
func (r *reader) elsewhere() bool {
	v, _ := r.dec.Attr(soap.NSEnvelope, "actor")
	v = trim(v)
	return len(v) > 0 && string(v) != nextActor
}

// unread is for a header element that nobody here understands.
func (r *reader) unread() {
	v, there := r.dec.Attr(soap.NSEnvelope, "mustUnderstand")
	v = trim(v)
	if there && !isBoolean(v) {
		r.deviate(MustUnderstandForm, "", "")
	}
	if string(v) != "1" && string(v) != "true" || r.elsewhere() {
		return
	}
	switch {
	case !r.must:
		r.dec.Report(HeaderUnread, "", "")
	case r.denied == nil:
		r.denied = &ValueError{Path: r.dec.Path(), Offset: r.dec.Offset(), Err: ErrMustUnderstand}
	}
}

// content reads the first element of the Body; what follows it is skipped.
func (r *reader) content() {
	depth := r.dec.Depth()
	if !r.next(depth, 0) {
		if r.err == nil && r.dec.Err() == nil {
			r.dec.Report(EmptyBody, "Body", "")
		}
		return
	}
	r.env.Message = r.message()
	for r.next(depth, 0) {
		r.deviate(SecondMessage, "", "")
	}
}

// message reads the current element as a message.
func (r *reader) message() Message {
	wire, local := r.dec.Name()
	ns := r.cwmp(wire)
	if ns.IsCWMP() {
		r.env.Version = versionOf(wire)
		r.ns = wire
		if !wire.IsCWMP() {
			r.ns = soap.NSNone
		}
		if isOdd(r.ns) {
			r.deviate(OddNamespace, "", r.oddName(wire))
		}
	}
	if r.peer != nil {
		r.echo(r.peer)
	}
	if string(local) == "Fault" && (ns != soap.NSOther || wire == soap.NSEnvelope) {
		return r.fault(ns)
	}
	if ns == soap.NSUndeclared {
		r.fail("", soap.UndeclaredPrefix) // perhaps a slip of the pen: who knows what is meant
		return nil
	}
	m := r.reg.newFor(ns, local)
	if m == nil {
		return &Vendor{Raw: r.dec.Raw()}
	}
	if v := r.env.Version; ns.IsCWMP() && 0 < v && v < V12 && v < r.reg.since(string(local)) {
		r.deviate(NewerMethod, "", "")
	}
	if ns == soap.NSOther {
		r.own = string(r.dec.URI())
	}
	if r.yield != nil { // who gets the parameters may look at what they are of
		r.env.Message = m
		r.env.raise()
	}
	r.children(m)
	return m
}

// fault reads the current element as a SOAP fault.
func (r *reader) fault(ns soap.NS) Message {
	if ns != soap.NSEnvelope {
		r.deviate(FaultNamespace, "", "")
	}
	f := new(Fault)
	r.children(f)
	r.adopt(f)
	_, code, _ := cutPrefix(strings.Trim(f.SOAPCode, space))
	code, _, _ = strings.Cut(code, ".")
	switch code {
	case "Client", "Server", "VersionMismatch", "MustUnderstand":
	default:
		if r.err == nil && r.dec.Err() == nil {
			r.dec.Report(FaultCodeForm, "Fault/faultcode", "")
		}
	}
	return f
}

// since is the first version that has the message of a local name, 0 if it is not
// known.
func (r Registry) since(local string) Version {
	rows := r.rows
	if rows == nil {
		rows = standard
	}
	name := strings.TrimSuffix(local, responseSuffix)
	var v Version
	for i := range rows {
		if rows[i].Name == name {
			v = rows[i].Since
		}
	}
	return v
}
