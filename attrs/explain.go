package attrs

import (
	"fmt"
	"slices"
	"strings"
)

// An Explanation says what an attribute has and why. It holds no secret.
type Explanation struct {
	// Attr is the attribute asked for.
	Attr Attr

	// Value is the value that holds, as Value.String gives it; without one,
	// the descriptor's Unset.
	Value string

	// Assigned and Source say who set it; Factory for a default.
	Assigned bool
	Source   Source

	// Reason is why it holds, in a short phrase.
	Reason string

	// Idle is the attribute whose being off leaves this one without effect;
	// empty: none does.
	Idle Attr

	// Locks says who may not write it at present and why, such as
	// "CLI: lock contacted"; nil: whoever the profile lets set it.
	Locks []string

	// Layers has a row for each source, highest rank first; nil when the
	// attribute is unknown.
	Layers []Layer

	// Set names the set that the attribute is a member of; empty: none. Used
	// tells whether the endpoint is taken from that set, SetReason why.
	Set       string
	Used      bool
	SetReason string
}

// A Layer is what one source has to say about an attribute.
type Layer struct {
	Source   Source // whose layer this is
	Rank     uint8  // its rank in the profile
	Seq      uint64 // the commit of its latest write that was not taken back; 0: none
	Assigned bool   // its value is there and not written over
	Value    string // redacted; empty when not Assigned
	Wins     bool   // its value is the one that holds
	Reason   string // for a loser, why it lost; for the winner, the explanation's Reason

	// Suppressed is the last URL of this source that the profile's Policy
	// refused, and Suppression why. Both empty: it refused none, or the source
	// was heard since.
	Suppressed  string
	Suppression string
}

// Explain says what a has and why.
func (s *Snapshot) Explain(a Attr) Explanation {
	i, ok := s.plan.find(a)
	if !ok {
		return Explanation{Attr: a, Reason: "unknown attribute"}
	}
	x := explainer{s, s.plan, &s.plan.profile.Rows[i], s.rows[i], i}
	v := s.rows[i].value
	e := Explanation{Attr: a, Value: v.String(), Assigned: v.Assigned(), Source: v.source, Reason: x.reason(), Idle: s.Idle(a)}
	if v.state == unassigned {
		e.Value = x.desc.Unset
	}
	for _, src := range x.sources() {
		e.Layers = append(e.Layers, x.layer(src))
		if why := s.Locked(src, a); why != "" {
			e.Locks = append(e.Locks, src.String()+": "+why)
		}
	}
	s.explainSet(&e, i)
	return e
}

// An explainer looks at one row.
type explainer struct {
	snap *Snapshot
	plan *plan
	desc *Descriptor
	row  *row
	i    int
}

// sources returns all sources, highest rank first, later constants first
// within a rank.
func (x explainer) sources() []Source {
	list := []Source{ACS, CLI, DHCP, Factory}
	slices.SortStableFunc(list, func(a, b Source) int { return int(x.rank(b)) - int(x.rank(a)) })
	return list
}

func (x explainer) rank(s Source) uint8 { return x.plan.profile.Rank[s] }

// owns reports whether the value in its slot is src's.
func (x explainer) owns(src Source) bool { return x.row.owns(x.plan, src) }

// promoted reports whether the discovery switch lets src go first here.
func (x explainer) promoted(src Source) bool {
	sw := x.plan.discovery
	return sw != none && sw != x.i && src == x.plan.profile.Discovery.Source && x.snap.rows[sw].value.Bool()
}

func (x explainer) wins(src Source) bool {
	return x.row.win != none && x.owns(src) && x.row.win == x.plan.slot[src]
}

func (x explainer) layer(src Source) Layer {
	l := Layer{Source: src, Rank: x.rank(src), Seq: x.row.wrote[src], Assigned: x.owns(src), Wins: x.wins(src)}
	if l.Assigned {
		l.Value = x.row.slots[x.plan.slot[src]].String()
	}
	if t := x.row.traces; t != nil && t[src].reason != "" {
		l.Suppressed, l.Suppression = t[src].value.String(), t[src].reason
	}
	l.Reason = x.lost(src)
	if l.Wins {
		l.Reason = x.reason()
	}
	return l
}

// lost returns why src does not win.
func (x explainer) lost(src Source) string {
	switch {
	case !x.desc.From.Has(src) && !x.owns(src):
		return "may not set it"
	case x.row.wrote[src] == 0:
		return "not assigned"
	case !x.owns(src):
		return fmt.Sprintf("%v shares its rank and wrote later", x.row.slots[x.plan.slot[src]].source)
	case x.passed(src) != "":
		return x.passed(src)
	case x.row.bound:
		return "credentials come from the URL's source alone"
	case x.promoted(x.row.value.source):
		return fmt.Sprintf("%v goes first while %s is on", x.row.value.source, x.plan.profile.Discovery.Switch)
	}
	return fmt.Sprintf("%v has the higher rank", x.row.value.source)
}

// passed returns why a value of src, which has one, is passed over.
func (x explainer) passed(src Source) string {
	return x.plan.passed(x.row.slots[x.plan.slot[src]], x.snap.mem)
}

// reason returns why the value holds.
func (x explainer) reason() string {
	winner := x.row.value.source
	switch shared, beaten := x.shared(), x.beaten(); {
	case x.row.bound && x.row.win == none:
		return "credentials come from the URL's source alone, and it assigned none"
	case x.row.bound:
		return fmt.Sprintf("credentials come from the URL's source, %v", winner)
	case x.row.win == none && x.stored():
		return "whatever is assigned is passed over"
	case x.row.value.state == unassigned:
		return "no source assigned it"
	case x.row.value.state == defaulted:
		return "no source assigned it; the default stands"
	case x.promoted(winner):
		return fmt.Sprintf("%v goes first while %s is on", winner, x.plan.profile.Discovery.Switch)
	case shared != From(winner):
		return fmt.Sprintf("%v share one rank%s; the later write stands", shared, x.above())
	case beaten != 0:
		return fmt.Sprintf("%v beats %v", winner, beaten)
	default:
		return fmt.Sprintf("only %v assigned it", winner)
	}
}

// stored reports whether any slot has a value.
func (x explainer) stored() bool {
	return slices.ContainsFunc(x.row.slots[:], Value.Assigned)
}

// shared returns who has written to the winning slot.
func (x explainer) shared() (m Sources) {
	for s := range Source(NumSources) {
		if x.plan.slot[s] == x.row.win && x.row.wrote[s] != 0 {
			m |= From(s)
		}
	}
	return m
}

// beaten returns whose values lie below the winner.
func (x explainer) beaten() (m Sources) {
	for s := range Source(NumSources) {
		if x.owns(s) && !x.wins(s) && x.passed(s) == "" {
			m |= From(s)
		}
	}
	return m
}

// above names the next lower rank of those who may set the attribute.
func (x explainer) above() string {
	for _, slot := range x.plan.order[slices.Index(x.plan.order, x.row.win)+1:] {
		if below := x.plan.sharing(slot) & x.desc.From; below != 0 {
			return fmt.Sprintf(" above %v", below)
		}
	}
	return ""
}

// explainSet fills in what the switch between the sets makes of row i.
func (s *Snapshot) explainSet(e *Explanation, i int) {
	for _, m := range s.plan.sets {
		if i != m.url && i != m.user && i != m.pass {
			continue
		}
		e.Set, e.Used = m.name, m.name == s.end.Set
		switch {
		case e.Used:
			e.SetReason = "the first set that has a URL"
		case s.rows[m.url].value.text == "":
			e.SetReason = "it has no URL"
		default:
			e.SetReason = fmt.Sprintf("the %s set has a URL", s.end.Set)
		}
	}
}

// String returns the explanation as readable lines, the winner and its reason
// first.
func (e Explanation) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%.64s = %s: %s", string(e.Attr), visible(e.Value, e.Assigned), e.Reason)
	for _, l := range e.Layers {
		mark := "-"
		if l.Wins {
			mark = "*"
		}
		fmt.Fprintf(&b, "\n  %s %-7v rank %d  commit %-3d %s", mark, l.Source, l.Rank, l.Seq, l.line())
		if l.Suppression != "" {
			fmt.Fprintf(&b, "\n    suppressed %s: %s", visible(l.Suppressed, true), l.Suppression)
		}
	}
	for _, lock := range e.Locks {
		b.WriteString("\n  locked against " + lock)
	}
	if e.Idle != "" {
		fmt.Fprintf(&b, "\n  no effect while %s is off", e.Idle)
	}
	if e.Set != "" {
		use := "not used"
		if e.Used {
			use = "used"
		}
		fmt.Fprintf(&b, "\n  %s set, %s: %s", e.Set, use, e.SetReason)
	}
	return b.String()
}

func (l Layer) line() string {
	switch {
	case l.Wins:
		return visible(l.Value, true) + "  wins"
	case l.Assigned:
		return visible(l.Value, true) + "  " + l.Reason
	}
	return l.Reason
}

// visible shows an empty text.
func visible(text string, assigned bool) string {
	switch {
	case text != "":
		return text
	case assigned:
		return "(empty)"
	}
	return "-"
}
