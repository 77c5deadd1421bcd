package soap

// NOTE: prediction. The entries of a long list have the same markup around other
// texts. A Form holds that markup, as it was seen in entries that were read in the
// usual way: the literal bytes before the first text, between two texts, and behind
// the last. An entry that has the same bytes at the same places of the same list is
// as well-formed as the one that they were seen in and means the same, so there is
// nothing but its texts to look at. Whatever is different in any way is left to the
// usual way, which begins at the entry's first byte as if nobody had looked.
//
// Nothing but speed depends on this file and on learn.go. Without them the fields batch,
// watch and noPredict of Decoder go, and the lines that mention them. FuzzPredict
// compares both ways.

import (
	"math/bits"
	"unicode/utf8"
)

const (
	maxTexts    = 2        // texts of an entry
	maxLiteral  = 512      // bytes of one literal
	maxVariants = 12       // literals of one gap
	maxLabel    = 64       // bytes of a label
	maxRef      = 12       // bytes of a reference
	firstLearns = 12       // entries to learn from before any was predicted
	maxBatch    = 256      // entries that are predicted at once
	firstTexts  = 2 << 10  // bytes of their texts, in the beginning
	maxBatched  = 16 << 10 // and at most
)

// A Form is what the entries of a list look like between their texts. The zero
// value knows nothing; [Decoder.Expect] says what it is for. It may be used for
// one list after the other, in one document after the other, but for one Decoder
// at a time.
//
//	d.Expect(f, 2, 2) // the start tag of the list was read
//	for depth := d.Depth(); ; {
//		entries := d.Predict(f, 100)
//		use(entries, d.Texts(entries))
//		d.Accept(f, len(entries))
//		d.Watch(f)
//		if !d.NextChild(depth) {
//			break
//		}
//		label := read(d)
//		d.Learn(f, label)
//	}
type Form struct {
	texts int // of an entry
	inner int // depth of the elements that hold them, from the list
	depth int // of the list

	gaps   [maxTexts + 1]gap
	state  [maxTexts]state // what surrounds each text
	joined []byte          // if gaps[0] and gaps[2] have one literal each, the latter with the former behind it

	usual        int // about the length of an entry
	most         int // entries to predict at once
	learns, hits int // entries of this list that were new, or known

	// What the literals depend on besides their bytes.
	lim    Limits
	level  Level
	bad    BadBytes
	noPI   bool
	ascii  bool
	ns     []binding
	nsText []byte
}

// An Entry is one that Predict has found. Its texts are in what Texts gives, behind
// those of the entry before.
type Entry struct {
	First, Second int32 // where its texts end there; they are the same if it has one text

	end    int32 // of the entry, from the place where Predict began
	tag    int16 // the length of its last tag
	middle int16 // the variant between its texts
}

// A batch is what was predicted last.
type batch struct {
	at      int64 // where the first entry begins
	entries []Entry
	texts   []byte
	full    bool // there was no room for a text
}

// Expect makes ready to predict the entries of the list whose start tag was read
// last: elements with that many texts, 1 or 2, in elements that are inner levels
// deeper than the list. A form forgets what it knows where that might not hold.
func (d *Decoder) Expect(f *Form, texts, inner int) {
	f.learns, f.hits, f.most = 0, 0, maxBatch
	d.batch.entries = d.batch.entries[:0]
	if f.texts == texts && f.inner == inner && f.fits(d) {
		return
	}
	f.forget()
	f.texts, f.inner, f.depth = texts, inner, len(d.elems)
	f.lim, f.level, f.bad, f.noPI, f.ascii = d.lim, d.level, d.bad, d.noPI, d.ascii
	f.ns, f.nsText = append(f.ns[:0], d.ns...), append(f.nsText[:0], d.nsText...)
}

// off says whether f is of no use here: the entries of this list are all different.
func (f *Form) off() bool { return f.learns > firstLearns+f.hits/8 }

// Predict looks for the next entries, at most so many, as far as f knows them. What it
// finds is valid until the next call that advances the Decoder, of which this is one.
// But the place is the same as before until Accept, without which the entries are read in
// the usual way.
func (d *Decoder) Predict(f *Form, most int) []Entry {
	b := &d.batch
	b.entries = b.entries[:0]
	if d.noPredict || len(d.elems) != f.depth || d.empty || d.err != nil || f.off() {
		return nil
	}
	if d.poison {
		d.retire()
	}
	if len(d.buf)-d.pos < f.usual && d.kind != KindStart { // whose attributes lie in the window
		d.fill()
	}
	w := d.buf[d.pos:]
	head := f.gaps[0].match(w)
	if head < 0 {
		return nil
	}
	b.begin(d.base + int64(d.pos))
	i, used := len(f.gaps[0].variants[head].literal), 0
	for most = min(most, f.most); len(b.entries) < most; {
		var e Entry
		if i, used = d.literalText(w, i, used); i < 0 {
			break
		}
		e.First = int32(used)
		if f.texts == 2 {
			middle := f.gaps[1].match(w[i:])
			if middle < 0 {
				break
			}
			i += len(f.gaps[1].variants[middle].literal)
			if i, used = d.literalText(w, i, used); i < 0 {
				break
			}
			e.middle = int16(middle)
		}
		e.Second = int32(used)
		if i = b.add(f, e, w, i); i < 0 {
			break
		}
	}
	return b.entries
}

func (b *batch) begin(at int64) {
	if b.full && len(b.texts) < maxBatched || b.texts == nil {
		b.texts = make([]byte, max(2*len(b.texts), firstTexts))
	}
	b.at, b.full = at, false
}

// add adds an entry whose last text ends at w[i], if what follows is known, and gives
// the place of the next entry's first text, -1 if there is none that is known.
func (b *batch) add(f *Form, e Entry, w []byte, i int) int {
	last := &f.gaps[2]
	if n := len(f.joined); n > 0 && len(w)-i >= n && string(w[i:i+n]) == string(f.joined) {
		e.tag, e.end = int16(last.variants[0].tag), int32(i+len(last.variants[0].literal))
		b.entries = append(b.entries, e)
		return i + n
	}
	v := last.match(w[i:])
	if v < 0 {
		return -1
	}
	i += len(last.variants[v].literal)
	e.tag, e.end = int16(last.variants[v].tag), int32(i)
	b.entries = append(b.entries, e)
	if v = f.gaps[0].match(w[i:]); v < 0 {
		return -1
	}
	return i + len(f.gaps[0].variants[v].literal)
}

// Texts gives the texts of the first entries that Predict has found, one behind the
// other, as Content gives them.
func (d *Decoder) Texts(entries []Entry) []byte {
	if len(entries) == 0 {
		return nil
	}
	return d.batch.texts[:entries[len(entries)-1].Second]
}

// Label is what Learn was told of an entry with the same markup between its texts.
func (f *Form) Label(e *Entry) string {
	if all := f.gaps[1].variants; int(e.middle) < len(all) {
		return all[e.middle].label
	}
	return ""
}

// Accept reads the first n entries that Predict has found. It stands for the calls
// that read them to their end; Name has no meaning then, as no start tag was read.
// n may be 0.
func (d *Decoder) Accept(f *Form, n int) {
	b := &d.batch
	if b.at != d.base+int64(d.pos) || n > len(b.entries) {
		return // these are others
	}
	f.most = min(2*f.most, maxBatch)
	if n < len(b.entries) {
		f.most = max(n, 1) // not to look at the others again and again
	}
	if n > 0 {
		e := &b.entries[n-1]
		d.pos += int(e.end)
		d.at = d.base + int64(d.pos) - int64(e.tag)
		d.kind = KindEnd
		f.hits += n
		f.usual = 2 * int(e.end) / n
	}
	b.entries = b.entries[:0]
}

// literalText copies the text that begins at w[i] to the texts of the batch, of which
// so many bytes are used. It gives the place of the < behind the text, -1 if there is
// more to it than a look.
func (d *Decoder) literalText(w []byte, i, used int) (int, int) {
	n := copyPlain(d.batch.texts[used:], w[i:])
	if end := i + n; end < len(w) && w[end] == '<' && n <= d.lim.MaxText {
		return end, used + n
	}
	return d.oddText(w, i, used)
}

// oddText is literalText for a text with white space, characters outside ASCII, a
// single > or references in it, or near the end of the window.
func (d *Decoder) oddText(w []byte, start, used int) (int, int) {
	texts := d.batch.texts
	for i := start; ; {
		n := copyPlain(texts[used:], w[i:])
		i, used = i+n, used+n
		if i-start > d.lim.MaxText || len(w)-i < utf8.UTFMax {
			return -1, used
		}
		if len(texts)-used < 2*wordSize {
			d.batch.full = true
			return -1, used
		}
		switch c := w[i]; {
		case c == '<':
			return i, used
		case c == '>' && i >= start+2 && w[i-1] == ']' && w[i-2] == ']':
			return -1, used
		case ' ' <= c && c < utf8.RuneSelf && c != '&' || c == '\n' || c == '\t': // plain ones near the end as well
			texts[used] = c
			i, used = i+1, used+1
		case c == '&':
			r, n := d.parseRef(w[i:min(len(w), i+maxRef)])
			if n <= 0 || n-2 > d.lim.MaxName {
				return -1, used
			}
			i, used = i+n, used+utf8.EncodeRune(texts[used:], r)
		case c < utf8.RuneSelf || d.ascii:
			return -1, used
		default:
			r, n := utf8.DecodeRune(w[i:])
			if r == utf8.RuneError && n == 1 || !isChar(r) {
				return -1, used
			}
			i, used = i+n, used+copy(texts[used:], w[i:i+n])
		}
	}
}

// copyPlain copies src up to the byte at which plain ends, or up to where there are no
// longer two words in both, and gives the number of bytes.
func copyPlain(dst, src []byte) int {
	n := len(src)
	for len(src) >= 2*wordSize && len(dst) >= 2*wordSize {
		x, y := loadBytes(src), loadBytes(src[wordSize:])
		store(dst, x)
		store(dst[wordSize:], y)
		if m := odd(x); m != 0 {
			return n - len(src) + bits.TrailingZeros(m)>>3
		}
		if m := odd(y); m != 0 {
			return n - len(src) + wordSize + bits.TrailingZeros(m)>>3
		}
		src, dst = src[2*wordSize:], dst[2*wordSize:]
	}
	return n - len(src)
}
