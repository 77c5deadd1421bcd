package soap

// NOTE: how a Form comes to know what predict.go looks for: from entries that were
// read in the usual way, without a deviation.

import "slices"

// A gap is what stands before, between or behind texts.
type gap struct {
	variants []variant
	common   int // bytes with which all variants begin
	at       int // where the word is that tells which of them it may be
}

// A variant is one literal of a gap.
type variant struct {
	literal   []byte
	mask, key uint   // the word at gap.at, without what is behind the literal
	tag       int    // in the last gap: the length of its last tag
	label     string // in the gap between two texts
}

// A state is what is open and declared around a text, further in than the list:
// names and declarations in one piece. The literals of a gap stand for each other
// only if the same is open before them, and the same behind them; so a form has
// literals of one state.
type state []byte

// watch is where the texts of the entry are that is read.
type watch struct {
	list    int   // depth of the list
	depth   int   // of the elements that hold texts; 0: nobody wants to know
	ns      int   // declarations in scope in the list
	start   int   // place of the entry in the window
	base    int64 // and of the window
	reports int   // deviations before the entry
	n       int   // texts of the entry, so far
	text    [maxTexts]span
	state   [maxTexts]state
}

// fits says whether the literals would be read in d as they were where they were
// found: by the same rules, with the same prefixes.
func (f *Form) fits(d *Decoder) bool {
	return f.depth == len(d.elems) && f.level == d.level && f.bad == d.bad && f.noPI == d.noPI && f.ascii == d.ascii &&
		f.lim == d.lim && string(f.nsText) == string(d.nsText) && slices.Equal(f.ns, d.ns)
}

func (f *Form) forget() {
	for i := range f.gaps {
		g := &f.gaps[i]
		g.variants, g.common, g.at = g.variants[:0], 0, 0
	}
	f.joined = f.joined[:0]
}

// Watch makes ready to learn from the next entry.
func (d *Decoder) Watch(f *Form) {
	if d.noPredict || len(d.elems) != f.depth || d.empty || f.off() {
		return
	}
	w := &d.watch
	w.list, w.depth, w.ns, w.n = f.depth, f.depth+f.inner, d.nsTop, 0
	w.start, w.base, w.reports = d.pos, d.base, len(d.log.list)+d.log.more
}

// noteText notes a text of the entry that is watched: n bytes at pos.
func (d *Decoder) noteText(n int) {
	w := &d.watch
	if len(d.elems) != w.depth {
		return
	}
	if w.n < maxTexts {
		w.text[w.n] = span{d.pos, d.pos + n}
		w.state[w.n] = d.appendState(w.state[w.n][:0])
	}
	w.n++
}

func (d *Decoder) appendState(s state) state {
	for _, e := range d.elems[d.watch.list:] {
		s = append(append(s, d.names[e.name:e.end]...), '/')
	}
	for _, b := range d.ns[min(d.watch.ns, d.nsTop):d.nsTop] {
		s = append(append(s, d.nsText[b.prefix:b.uri]...), '=')
		s = append(append(s, d.nsText[b.uri:b.end]...), 0)
	}
	return s
}

// noteOdd is noteText for a text that is not in one piece.
func (d *Decoder) noteOdd() { d.watch.n = maxTexts + 1 }

// Learn takes the markup of the entry that was read since Watch, unless there was
// something odd about it. The label is for what the caller has made of the markup
// between the two texts; an entry of one text that there is something to say of is not
// taken.
func (d *Decoder) Learn(f *Form, label string) {
	w := &d.watch
	depth := w.depth
	w.depth = 0
	switch {
	case depth == 0, w.list != f.depth, depth != f.depth+f.inner, w.n != f.texts, d.err != nil, d.kind != KindEnd, len(d.elems) != f.depth:
		return
	case d.base != w.base, w.reports != len(d.log.list)+d.log.more, len(label) > maxLabel, f.texts == 1 && label != "":
		return
	}
	f.learn(d, w, label)
}

func (f *Form) learn(d *Decoder, w *watch, label string) {
	last := w.text[f.texts-1]
	literals := [...][]byte{d.buf[w.start:w.text[0].start], nil, d.buf[last.end:d.pos]}
	if f.texts == 2 {
		literals[1] = d.buf[w.text[0].end:last.start]
	}
	same, known := f.knows(w), true
	for i, literal := range literals {
		known = known && f.gaps[i].has(literal)
		if len(literal) > maxLiteral {
			f.learns++
			return
		}
	}
	if known && same {
		return
	}
	f.learns++
	if !same || f.full() {
		f.forget()
		for i := range f.texts {
			f.state[i] = append(f.state[i][:0], w.state[i]...)
		}
	}
	for i, literal := range literals {
		f.gaps[i].add(literal, int(d.base+int64(d.pos)-d.at), label)
	}
	f.joined = f.joined[:0]
	if len(f.gaps[0].variants) == 1 && len(f.gaps[2].variants) == 1 {
		f.joined = append(append(f.joined, f.gaps[2].variants[0].literal...), f.gaps[0].variants[0].literal...)
	}
}

// knows says whether the texts of the entry have the state of the form.
func (f *Form) knows(w *watch) bool {
	for i := range f.texts {
		if string(w.state[i]) != string(f.state[i]) {
			return false
		}
	}
	return true
}

func (f *Form) full() bool {
	return max(len(f.gaps[0].variants), len(f.gaps[1].variants), len(f.gaps[2].variants)) == maxVariants
}

func (g *gap) has(literal []byte) bool {
	for i := range g.variants {
		if string(g.variants[i].literal) == string(literal) {
			return true
		}
	}
	return false
}

// add adds a literal unless it is known, and looks for what tells it from the others.
func (g *gap) add(literal []byte, tag int, label string) {
	n := len(g.variants)
	switch {
	case g.has(literal):
		return
	case n == cap(g.variants):
		g.variants = slices.Grow(g.variants, 1)
	}
	g.variants = g.variants[:n+1]
	v := &g.variants[n]
	v.literal, v.tag, v.label = append(v.literal[:0], literal...), tag, label
	first := g.variants[0].literal
	if n == 0 {
		g.common = len(first)
	}
	same := 0
	for same < min(g.common, len(literal)) && first[same] == literal[same] {
		same++
	}
	g.common = same
	g.tell()
}

// tell finds the place at which a word tells the variants apart best.
func (g *gap) tell() {
	g.at = 0
	best := g.alike(0)
	for at := g.common; at < g.common+2*wordSize && best > 0; at++ {
		if n := g.alike(at); n < best {
			best, g.at = n, at
		}
	}
	for i := range g.variants {
		v := &g.variants[i]
		v.key, v.mask = wordAt(v.literal, g.at)
	}
}

// alike counts the pairs that a word at the place does not tell apart.
func (g *gap) alike(at int) (n int) {
	for i := range g.variants {
		key, mask := wordAt(g.variants[i].literal, at)
		for k := i + 1; k < len(g.variants); k++ {
			if other, its := wordAt(g.variants[k].literal, at); (key^other)&mask&its == 0 {
				n++
			}
		}
	}
	return n
}

// wordAt gives the word at a place of a literal, without what is beyond its end.
func wordAt(literal []byte, at int) (key, mask uint) {
	var b, m [wordSize]byte
	if at < len(literal) {
		for i := range copy(b[:], literal[at:]) {
			m[i] = 0xFF
		}
	}
	return loadBytes(b[:]), loadBytes(m[:])
}

// match gives the variant that w begins with, -1 if there is none. w has to go on
// for a word behind what it has to have.
func (g *gap) match(w []byte) int {
	if len(w) < g.at+wordSize {
		return -1
	}
	x := loadBytes(w[g.at:])
	for i := range g.variants {
		v := &g.variants[i]
		if n := len(v.literal); x&v.mask == v.key && len(w) >= n && string(w[:n]) == string(v.literal) {
			return i
		}
	}
	return -1
}
