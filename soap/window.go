package soap

// NOTE: the window is the part of the document that is in memory:
//
//	buf  [ read | unread ]      buf[0] is the byte at offset base of the document
//	           pos     len
//
// A document that is in memory as a whole is a window that never moves. With a
// reader, fill drops what is read, moves the rest to the front and reads on. As
// a token is scanned again from its start after each fill, fill reads until
// there is twice what was unread: a token of n bytes is scanned O(log n) times
// and all scans together look at O(n) bytes.

import (
	"errors"
	"io"
)

const (
	minWindow = 4 << 10 // first size of the buffer
	maxEmpty  = 100     // reads without a byte that are put up with in a row
)

var errBadRead = errors.New("reader returned an impossible count")

type window struct {
	r    io.Reader // nil: buf is the whole document
	buf  []byte
	own  []byte // the buffer behind buf when there is a reader, kept by resets
	base int64
	pos  int
	max  int64 // bytes that a document may have
	eof  bool  // no more bytes come, because of rerr, of over or of the end
	over bool  // the document is longer than max
	rerr error // what the reader failed with

	keep int    // Raw: place in buf of the first byte to be kept, or -1
	kept []byte // Raw: kept bytes that have left buf
}

func (w *window) reset(r io.Reader, max int64) {
	*w = window{r: r, own: w.own, buf: w.own[:0], max: max, keep: -1}
}

func (w *window) resetBytes(b []byte, max int64) {
	*w = window{own: w.own, buf: b, max: max, keep: -1, eof: true}
	if int64(len(b)) > max {
		w.buf, w.over = b[:max], true
	}
}

// fill gets more bytes and says whether there are any.
func (w *window) fill() bool {
	if w.eof {
		return false
	}
	w.shift()
	had := len(w.buf)
	want := max(2*had, had+1)
	if cap(w.buf) < want {
		w.own = append(make([]byte, 0, max(want, minWindow)), w.buf...)
		w.buf = w.own
	}
	for !w.eof && len(w.buf) < want {
		w.read()
	}
	return len(w.buf) > had
}

// shift drops what is read.
func (w *window) shift() {
	if w.keep >= 0 {
		w.kept = append(w.kept, w.buf[w.keep:w.pos]...)
		w.keep = 0
	}
	n := copy(w.buf, w.buf[w.pos:])
	w.buf = w.buf[:n]
	w.base += int64(w.pos)
	w.pos = 0
}

// read reads once, or again for as long as the reader returns nothing at all.
// It asks for one byte beyond max, to tell a document that is too long from one
// that ends there.
func (w *window) read() {
	n := len(w.buf)
	room := min(int64(cap(w.buf)-n), w.max+1-w.base-int64(n))
	for range maxEmpty {
		got, err := w.r.Read(w.buf[n : n+int(room)])
		if got < 0 || int64(got) > room {
			got, err = 0, errBadRead
		}
		w.buf = w.buf[:n+got]
		if err != nil {
			w.eof = true
			if err != io.EOF {
				w.rerr = err
			}
		}
		if w.base+int64(len(w.buf)) > w.max {
			w.buf = w.buf[:w.max-w.base]
			w.eof, w.over, w.rerr = true, true, nil
		}
		if got > 0 || w.eof {
			return
		}
	}
	w.eof, w.rerr = true, io.ErrNoProgress
}
