package rpc

// NOTE: reading without keeping. The walk is that of Read, but an entry of a list of
// parameters goes to who asked for it and is forgotten, as soon as it is complete. The
// entries that prediction finds never become structs or strings; the others are read
// like the entries of every list.

import (
	"errors"
	"io"
	"iter"

	"github.com/cwmp-go/cwmp/soap"
)

// errStopped ends the walk when nobody wants the next parameter.
var errStopped = errors.New("stopped")

// A Parameter is an entry of a list that [Stream] gives. It is valid until the next one
// is asked for, and its bytes are not to be written to; Value and Info are copies.
type Parameter struct {
	// Name is the parameter's name, or an object's, as in ParameterValue and ParameterInfo.
	Name []byte
	// Text is what the value holds, exactly. Empty in a GetParameterNamesResponse.
	Text []byte
	// Type is the raw xsi:type of the value; see Value.Type.
	Type string
	// Writable is ParameterInfo's. False in lists of values.
	Writable bool
}

// Value is the parameter as an entry of a list of values, in memory of its own.
func (p *Parameter) Value() ParameterValue {
	return ParameterValue{Name: string(p.Name), Value: Value{Type: p.Type, Text: string(p.Text)}}
}

// Info is the parameter as an entry of a GetParameterNamesResponse, in memory of its
// own.
func (p *Parameter) Info() ParameterInfo {
	return ParameterInfo{Name: string(p.Name), Writable: p.Writable}
}

// Stream reads one envelope from r, to the end of the document, as [Read] does, but
// gives the parameters of its message one by one and keeps none of them: the values of
// a GetParameterValuesResponse, a SetParameterValues, an Inform or any other message
// with a list of ParameterValue, and the entries of a GetParameterNamesResponse.
// Memory does not grow with their number: of the document there is a window in memory,
// 4 KiB or a few times its longest text. Config.MaxItems bounds each list all the same.
//
// env gets the rest of the envelope as it is read; nil: nobody wants it. While there
// are parameters it has the header and the message's type, and the message has the
// fields that stood before the list. Its lists of parameters stay empty. After the last
// parameter it is complete. A message of [Registry.Trees] keeps its parameters.
//
// The last pair has the error, if there is one, and nil for the parameter; those
// before it were complete and are not taken back, so who must not act on half a message
// waits for the end. The errors are those of Read, at the same places. Leaving the loop
// ends the reading there: the rest of the document is neither read nor checked, and r is
// somewhere in it or behind it.
//
//	var env rpc.Envelope
//	for p, err := range rpc.Stream(body, rpc.Config{}, &env) {
//		if err != nil {
//			return err
//		}
//		store(p.Name, p.Text)
//	}
//
// The sequence reads r, so there is one use of it. A list that stands in the message
// twice is given twice, with a diagnostic.
func Stream(r io.Reader, cfg Config, env *Envelope) iter.Seq2[*Parameter, error] {
	return func(yield func(*Parameter, error) bool) {
		if env == nil {
			env = new(Envelope)
		}
		*env = Envelope{}
		src := sources.Get().(*source)
		src.dec.Reset(r, cfg.soap())
		src.reader.yield = yield
		if _, err := src.read(cfg, env); err != nil && err != errStopped {
			yield(nil, err)
		}
	}
}

// streams says whether the items of a list are given away.
func (c *Codec) streams(list any) bool {
	if c.yield == nil {
		return false
	}
	switch list.(type) {
	case *[]ParameterValue, *[]ParameterInfo:
		return true
	}
	return false
}

// have gives the number of a list's items: of those that it has, and of those that it
// had and has given away.
func (c *Codec) have(list any, n int) int {
	if c.streams(list) {
		n += c.given
	}
	return n
}

// give gives away what was read of a list in the usual way, which is one item, unless
// there is an error in it; and says whether it is a list to be given away.
func (c *Codec) give(list any) bool {
	if !c.streams(list) {
		return false
	}
	p, name, text := &c.param, "", ""
	*p = Parameter{}
	switch list := list.(type) {
	case *[]ParameterValue:
		v := (*list)[0]
		*list, name, text, p.Type = (*list)[:0], v.Name, v.Value.Text, v.Value.Type
	case *[]ParameterInfo:
		v := (*list)[0]
		*list, name, p.Writable = (*list)[:0], v.Name, v.Writable
	}
	if c.err == nil && c.dec.Err() == nil {
		c.view = append(append(c.view[:0], name...), text...)
		n := len(name)
		p.Name, p.Text = c.view[:n:n], c.view[n:]
		c.pass()
	}
	return true
}

// pass gives the parameter away, and says whether to go on.
func (c *Codec) pass() bool {
	c.given++
	if c.yield(&c.param, nil) {
		return true
	}
	c.err = errStopped
	return false
}

// giveKnown gives away the items that prediction finds; see predict.
func (c *Codec) giveKnown(list any) {
	f := &c.forms.values
	_, infos := list.(*[]ParameterInfo)
	if infos {
		f = &c.forms.infos
	}
	c.param = Parameter{}
	for more := true; more && c.err == nil; {
		entries := c.dec.Predict(f, c.maxItems-c.given)
		if len(entries) == 0 {
			return
		}
		n := c.giveEntries(f, entries, infos)
		more = c.accept(f, entries, n, 2*fieldCost)
	}
}

// giveEntries gives away as many entries as can be given as they are, and are wanted.
func (c *Codec) giveEntries(f *soap.Form, entries []soap.Entry, infos bool) int {
	texts, start, p := c.dec.Texts(entries), int32(0), &c.param
	for i := range entries {
		e := &entries[i]
		name, text := texts[start:e.First:e.First], texts[e.First:e.Second:e.Second]
		switch {
		case unusual(name, maxName):
			return i
		case !infos:
			p.Text, p.Type = text, f.Label(e)
			if c.level == soap.Strict && checkTyped(p.Type, text) != nil {
				return i
			}
		case isBoolean(text):
			p.Writable = text[0] == '1' || text[0] == 't'
		default:
			return i
		}
		p.Name = name
		start = e.Second
		if !c.pass() {
			return i + 1
		}
	}
	return len(entries)
}
