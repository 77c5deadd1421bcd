package attrs

import (
	"net/url"
	"time"
)

// A Value is an attribute's value with the source that set it, in typed form.
// The zero Value is unassigned.
//
// An attribute is in one of three states: unassigned (Assigned is false; the
// descriptor's default, if it has one, is the value), assigned, and assigned
// empty (Assigned is true and Text is ""), which wins like any other value.
type Value struct {
	kind   Kind
	state  state
	source Source
	num    int64
	at     time.Time
	text   string
	secret Secret
}

type state uint8

const (
	unassigned state = iota
	defaulted
	assigned
)

// Assigned reports whether a source set the value. It is false for a default.
func (v Value) Assigned() bool { return v.state == assigned }

// Source returns who set the value; Factory for a default.
func (v Value) Source() Source { return v.source }

// Kind returns the attribute's kind.
func (v Value) Kind() Kind { return v.kind }

// Text returns the value as it was written. For a secret it is empty, as a
// hidden parameter reads over CWMP.
func (v Value) Text() string { return v.text }

// Secret returns a secret's value; the zero Secret for other kinds.
func (v Value) Secret() Secret { return v.secret }

// Bool returns a boolean's value; false for other kinds.
func (v Value) Bool() bool { return v.kind == KindBool && v.num == 1 }

// Uint returns a number's value; 0 for other kinds.
func (v Value) Uint() uint64 {
	if v.kind != KindUint {
		return 0
	}
	return uint64(v.num)
}

// Int returns a signed number's value; 0 for other kinds.
func (v Value) Int() int64 {
	if v.kind != KindInt {
		return 0
	}
	return v.num
}

// Time returns a time's value; the zero time for other kinds.
func (v Value) Time() time.Time { return v.at }

// URL returns a URL's value, parsed anew so that the caller may change it;
// nil for other kinds and for the empty URL.
func (v Value) URL() *url.URL {
	if v.kind != KindURL || v.text == "" {
		return nil
	}
	u, err := url.Parse(v.text)
	if err != nil {
		return nil
	}
	return u
}

// String returns the text, "***" for an assigned secret.
func (v Value) String() string {
	if v.kind == KindSecret && v.Assigned() {
		return redacted
	}
	return v.text
}

// Equal reports whether both mean the same, whoever set them and however it
// was spelled: 1 equals true, and times are compared as instants.
func (v Value) Equal(w Value) bool {
	return v.state == w.state && v.means(w)
}

// means reports whether both have the same effect: as Equal, but a default
// means what an assigned value of the same content does.
func (v Value) means(w Value) bool {
	return v.kind == w.kind && (v.state == unassigned) == (w.state == unassigned) && v.num == w.num && v.at.Equal(w.at) &&
		(v.text == w.text || !v.kind.texts()) && v.secret.Equal(w.secret)
}

// same reports whether writing w over v would change nothing.
func (v Value) same(w Value) bool {
	return v.source == w.source && v.text == w.text && v.Equal(w)
}
