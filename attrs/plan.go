package attrs

import (
	"slices"
	"strings"
	"time"
)

// none is the index of a slot or row that does not exist.
const none = -1

// A plan is a profile made ready: names turned into indexes. It never
// changes. A nil plan knows no attribute.
type plan struct {
	profile   Profile
	index     map[Attr]int
	paths     map[string]int
	slot      [NumSources]int // each source's slot: the first source of its rank
	order     []int           // the slots, highest rank first
	promoted  []int           // the same while the discovery switch is on
	fallback  []Value         // by row: the value that nobody set
	urlOf     []int           // by row: the URL's row of the set that the row is a credential of; none
	sets      []members
	locks     []latch
	enable    int
	ssl       int
	discovery int
}

// members are the rows of an EndpointSet.
type members struct {
	name            string
	url, user, pass int
	wipe            []int
}

func newPlan(p Profile) *plan {
	pl := &plan{profile: p.clone(), index: map[Attr]int{}, paths: map[string]int{}}
	for i, d := range pl.profile.Rows {
		pl.index[d.Attr] = i
		for _, path := range d.Paths {
			pl.paths[path] = i
		}
		pl.fallback = append(pl.fallback, fallback(&d))
		pl.urlOf = append(pl.urlOf, none)
	}
	for _, s := range pl.profile.Sets {
		m := members{name: s.Name, url: pl.index[s.URL], user: pl.index[s.Username], pass: pl.index[s.Password]}
		for _, a := range s.Wipe {
			m.wipe = append(m.wipe, pl.index[a])
		}
		pl.sets = append(pl.sets, m)
		pl.urlOf[m.user], pl.urlOf[m.pass] = m.url, m.url
	}
	pl.enable, pl.ssl, pl.discovery = pl.gate(p.Enable), pl.gate(p.SSLPolicy), pl.gate(p.Discovery.Switch)
	pl.rank()
	pl.latches()
	return pl
}

func (p *plan) gate(a Attr) int {
	if a == "" {
		return none
	}
	return p.index[a]
}

// rank gives each source its slot and sorts the slots.
func (p *plan) rank() {
	rank := p.profile.Rank[:]
	for s, r := range rank {
		p.slot[s] = slices.Index(rank, r)
		if p.slot[s] == s {
			p.order = append(p.order, s)
		}
	}
	slices.SortFunc(p.order, func(a, b int) int { return int(rank[b]) - int(rank[a]) })
	if p.discovery == none {
		return
	}
	first := p.slot[p.profile.Discovery.Source]
	p.promoted = append([]int{first}, slices.DeleteFunc(slices.Clone(p.order), func(s int) bool { return s == first })...)
}

// leads reports whether row i is elected by its layers alone, before those
// that follow a URL.
func (p *plan) leads(i int) bool { return p.urlOf[i] == none }

// turnsOff reports whether row i is one of Discovery.OffOn.
func (p *plan) turnsOff(i int) bool {
	return slices.Contains(p.profile.Discovery.OffOn, p.profile.Rows[i].Attr)
}

// find returns the row of a.
func (p *plan) find(a Attr) (int, bool) {
	if p == nil {
		return none, false
	}
	i, ok := p.index[a]
	return i, ok
}

// path returns the attribute that a full path of either root carries.
func (p *plan) path(path string) (Attr, bool) {
	if p == nil {
		return "", false
	}
	for _, root := range roots {
		if rest, ok := strings.CutPrefix(path, root); ok {
			i, ok := p.paths[rest]
			if !ok {
				return "", false
			}
			return p.profile.Rows[i].Attr, true
		}
	}
	return "", false
}

// rows returns the state before anybody has set anything.
func (p *plan) rows() []*row {
	rows := make([]*row, len(p.profile.Rows))
	for i := range rows {
		rows[i] = &row{choice: choice{none, false, p.fallback[i]}}
	}
	return rows
}

// fallback returns the value that nobody set.
func fallback(d *Descriptor) Value {
	if d.Default == "" {
		return Value{kind: d.Kind}
	}
	v, _ := d.read(Factory, time.Time{}, d.Default) // Check has read it
	v.state = defaulted
	return v
}

// sharing returns the sources of a slot.
func (p *plan) sharing(slot int) (m Sources) {
	for s := range Source(NumSources) {
		if p.slot[s] == slot {
			m |= From(s)
		}
	}
	return m
}
