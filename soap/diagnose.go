package soap

// NOTE: the list of deviations. It costs nothing until there is one, and no
// document can make it long: it ends after maxDiagnostics, and a path is cut.
//
// A scanner may see the same bytes more than once (see decoder.go), so note
// passes over whatever lies before the last place that it noted. What happens
// once for sure, when a token is complete, goes through report.

// What is inside of an element that holds a value may be a piece of the value: of
// "pa<ss>word", which somebody forgot to escape, ss is an element. So where a caller
// has asked for an element's content, or for nothing in it, neither the path nor the
// text of an error goes further in. d.veil is the number of elements of which the
// caller knows; names and characters of the document are quoted only where fewer
// are open.

import (
	"math"
	"strconv"
)

const (
	maxDiagnostics = 1000        // kept; the rest is counted
	maxPath        = 256         // bytes of the path of one
	noVeil         = math.MaxInt // the caller gets every token
)

// draw draws the veil before all but n open elements, unless there is an error, which
// stays as it is.
func (d *Decoder) draw(n int) {
	if d.err == nil {
		d.veil = max(n, 0)
	}
}

// about quotes what an error is about, with a space behind, where that may be seen.
func (d *Decoder) about(b []byte) string {
	if len(d.elems) >= d.veil {
		return ""
	}
	return quote(b) + " "
}

// A log is what a Decoder has to say of one document.
type log struct {
	list  []Diagnostic
	more  int    // those beyond the bound
	noted int64  // scanners have been heard on everything before this offset
	path  []byte // scratch
}

// Diagnostics gives the deviations that were accepted so far, in the order in
// which they were met, nil for none. The first 1,000 are kept; MoreDiagnostics
// counts the rest. The slice is the caller's: no reset changes it.
func (d *Decoder) Diagnostics() []Diagnostic { return d.log.list }

// MoreDiagnostics gives the number of deviations that were not kept.
func (d *Decoder) MoreDiagnostics() int { return d.log.more }

// Report adds a deviation that the caller has found, of the innermost open
// element or, if child is not empty, of a child of it. It is placed at Offset.
// The Decoder's bound on the number holds for these too.
func (d *Decoder) Report(code Code, child, detail string) {
	d.add(d.at, code, child, detail)
}

// Closed gives the local name of the element whose end tag was read last, nil if
// the last token is none. It lives until the next call.
func (d *Decoder) Closed() []byte {
	if n := len(d.elems); d.kind == KindEnd && n < cap(d.elems) {
		e := &d.elems[:n+1][n]
		return d.names[e.local:e.end]
	}
	return nil
}

// note adds a deviation at the byte pos+i, unless a former look has added it.
func (d *Decoder) note(i int, code Code, detail func() string) {
	at := d.base + int64(d.pos+i)
	if at < d.log.noted {
		return
	}
	d.log.noted = at + 1
	d.report(i, code, detail)
}

// report adds a deviation at the byte pos+i. The detail is put together only if
// there is room for it; nil means none.
func (d *Decoder) report(i int, code Code, detail func() string) {
	text := ""
	if detail != nil && len(d.log.list) < maxDiagnostics {
		text = detail()
	}
	d.add(d.base+int64(d.pos+i), code, "", text)
}

func (d *Decoder) add(at int64, code Code, child, detail string) {
	if len(d.log.list) == maxDiagnostics {
		d.log.more++
		return
	}
	d.log.list = append(d.log.list, Diagnostic{code, at, d.shortPath(child), detail})
}

// appendPath puts the path of a child together, or of the innermost element, in scratch.
func (d *Decoder) appendPath(child string) []byte {
	b := d.log.path[:0]
	for _, e := range d.elems[:min(len(d.elems), d.veil)] {
		if len(b) > maxPath {
			break
		}
		b = append(append(b, '/'), d.names[e.local:e.end]...)
	}
	if child != "" {
		b = append(append(b, '/'), child...)
	}
	if len(b) > maxPath {
		b = append(b[:maxPath], "..."...)
	}
	d.log.path = b
	return b
}

// shortPath is the path of a child as a string. Neighbours of one place share it.
func (d *Decoder) shortPath(child string) string {
	b := d.appendPath(child)
	if n := len(d.log.list); n > 0 && d.log.list[n-1].Path == string(b) {
		return d.log.list[n-1].Path
	}
	return string(b)
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
