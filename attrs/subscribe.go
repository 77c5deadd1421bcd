package attrs

import (
	"slices"
	"sync"
)

// Subscriptions are pulled: a commit leaves its events in each subscription's
// own box and rings, so that no writer ever runs a subscriber's code or waits
// for it.

// An Event is a change of what an attribute effectively is, or of the URL that
// sessions go to. A write that loses, or that repeats the value or the default
// under another author, is none.
type Event struct {
	// Kind says which of the two it is.
	Kind EventKind

	// Attr is the attribute. For URLChanged: the URL's in the set that is
	// used now, or was when none is now.
	Attr Attr

	// Old and New are what held before and what holds now, with their
	// sources. Secrets print as "***".
	Old, New Value

	// By is the source whose commit made the latest change, be it a write, an
	// undo, a lost layer or, for Factory, a factory reset, a restart or a Load.
	By Source

	// Generation is the latest commit that is in the event.
	Generation uint64
}

// An EventKind is what an Event is about.
type EventKind uint8

// The kinds of events.
const (
	ValueChanged EventKind = iota + 1 // the attribute's effective value changed
	URLChanged                        // the endpoint's URL changed: `0 BOOTSTRAP` and a new connection
)

// Notify reports whether the ACS has to hear of the change (`4 VALUE CHANGE`
// where it asked for notification): it does, unless it made it. A value that
// came to the fore because the ACS cleared another is not of its making.
func (e Event) Notify() bool {
	return e.By != ACS || !e.New.Assigned() || e.New.source != ACS
}

// A Subscription collects events until they are taken. Events of the same
// kind and attribute that were not taken become one, from the first's Old to
// the latest's New, so that a subscriber who is slow, or gone, costs no more
// than one event an attribute.
type Subscription struct {
	resolver *Resolver
	attrs    []Attr // nil: all
	bell     chan struct{}
	mu       sync.Mutex
	box      []Event
}

// Subscribe starts a subscription to what changes from now on: for these
// attributes, or for all when none is named. URLChanged comes when one of the
// URLs of the profile's sets is meant.
func (r *Resolver) Subscribe(list ...Attr) *Subscription {
	s := &Subscription{resolver: r, attrs: slices.Clone(list), bell: make(chan struct{}, 1)}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.subs = append(r.subs, s)
	return s
}

// Bell returns a channel that receives when there may be something to take.
// It is never closed.
func (s *Subscription) Bell() <-chan struct{} { return s.bell }

// Take returns what has happened since the last Take, in the order of first
// changes; nil when nothing has.
func (s *Subscription) Take() []Event {
	s.mu.Lock()
	defer s.mu.Unlock()
	box := s.box
	s.box = nil
	return box
}

// Close ends the subscription; what was not taken can still be.
func (s *Subscription) Close() {
	s.resolver.mu.Lock()
	defer s.resolver.mu.Unlock()
	s.resolver.subs = slices.DeleteFunc(s.resolver.subs, func(t *Subscription) bool { return s == t })
}

// tell puts what a commit changed into every box.
func (r *Resolver) tell(by Source, prev, next *Snapshot) {
	if len(r.subs) == 0 {
		return
	}
	events := changes(by, prev, next)
	for _, s := range r.subs {
		s.put(events)
	}
}

// changes compares two snapshots.
func changes(by Source, prev, next *Snapshot) (events []Event) {
	for i, r := range next.rows {
		if old := prev.rows[i]; old != r && !old.value.means(r.value) {
			events = append(events, Event{ValueChanged, next.plan.profile.Rows[i].Attr, old.value, r.value, by, next.generation})
		}
	}
	was, is := prev.used(), next.used()
	if old, now := prev.url(was), next.url(is); old.text != now.text {
		if is == none {
			is = was
		}
		events = append(events, Event{URLChanged, next.plan.profile.Rows[is].Attr, old, now, by, next.generation})
	}
	return events
}

// used returns the row of the URL that the endpoint is taken from; none.
func (s *Snapshot) used() int {
	for _, m := range s.plan.sets {
		if m.name == s.end.Set {
			return m.url
		}
	}
	return none
}

func (s *Snapshot) url(i int) Value {
	if i == none {
		return Value{kind: KindURL}
	}
	return s.rows[i].value
}

func (s *Subscription) put(events []Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range events {
		if s.attrs == nil || slices.Contains(s.attrs, e.Attr) {
			s.merge(e)
		}
	}
	if len(s.box) == 0 {
		return
	}
	select {
	case s.bell <- struct{}{}:
	default:
	}
}

// merge adds e to the event about the same thing, if there is one.
func (s *Subscription) merge(e Event) {
	same := func(f Event) bool { return f.Kind == e.Kind && f.Attr == e.Attr }
	if i := slices.IndexFunc(s.box, same); i >= 0 {
		e.Old = s.box[i].Old
		s.box[i] = e
		return
	}
	s.box = append(s.box, e)
}
