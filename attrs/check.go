package attrs

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// roots are the root objects of the two data models (TR-181, TR-098).
var roots = [...]string{"Device.", "InternetGatewayDevice."}

// Check returns what is wrong with the profile: a *ProfileError for each
// mistake, joined; nil when there is none. New calls it.
func (p Profile) Check() error {
	c := checker{p: &p, seen: map[string]bool{}}
	c.need("", p.Name != "", "no name")
	c.need("", len(p.Rows) > 0, "no rows")
	for i := range p.Rows {
		c.row(&p.Rows[i])
	}
	c.need("", len(p.Sets) > 0, "no sets")
	for _, s := range p.Sets {
		c.set(s)
	}
	for i := range p.Locks {
		c.lock(&p.Locks[i])
	}
	c.need("", len(p.Locks) <= maxLocks, "more than %d locks", maxLocks)
	c.policy()
	c.discovery()
	c.need("", (p.KeepOnLoss|p.Volatile|p.Override)&^allSources == 0, "KeepOnLoss, Volatile or Override names somebody unknown")
	c.need("", p.Rediscovery >= 0, "Rediscovery is below 0")
	c.gate(p.Enable, KindBool)
	c.gate(p.SSLPolicy, KindString)
	return errors.Join(c.errs...)
}

// A checker collects mistakes. seen holds the names, paths and members met,
// each kind behind a word of its own.
type checker struct {
	p    *Profile
	seen map[string]bool
	errs []error
}

func (c *checker) need(a Attr, ok bool, reason string, args ...any) bool {
	if !ok {
		c.errs = append(c.errs, &ProfileError{Profile: c.p.Name, Attr: a, Reason: fmt.Sprintf(reason, args...)})
	}
	return ok
}

// once reports whether word and name come for the first time.
func (c *checker) once(word, name string) bool {
	key := word + " " + name
	old := c.seen[key]
	c.seen[key] = true
	return !old
}

func (c *checker) row(d *Descriptor) {
	c.need(d.Attr, d.Attr != "", "a row without attribute")
	c.need(d.Attr, c.once("row", string(d.Attr)), "two rows")
	c.need(d.Attr, d.From != 0 && d.From&^allSources == 0, "From names nobody, or somebody unknown")
	for _, path := range d.Paths {
		c.path(d.Attr, path)
	}
	if !c.need(d.Attr, d.Kind.valid(), "unknown kind") {
		return
	}
	c.need(d.Attr, d.Chars == "" || d.Kind == KindString || d.Kind == KindSecret, "Chars are for String and Secret")
	c.need(d.Attr, len(d.OneOf) == 0 || d.Kind == KindString, "OneOf is for String")
	c.need(d.Attr, d.EmptyClears&^d.From == 0, "EmptyClears names one who is not in From")
	c.gate(d.Needs, KindBool)
	c.bounds(d, Limits{From: d.From, Min: d.Min, Max: d.Max})
	for _, l := range d.Limits {
		c.need(d.Attr, l.From != 0 && l.From&^d.From == 0, "Limits name nobody, or one who is not in From")
		c.bounds(d, l)
	}
	c.fallback(d)
}

func (c *checker) path(a Attr, path string) {
	rooted := slices.ContainsFunc(roots[:], func(r string) bool { return strings.HasPrefix(path, r) })
	c.need(a, !rooted, "path %q has a root", path)
	c.need(a, !slices.Contains(strings.Split(path, "."), ""), "path %q has an empty part", path)
	c.need(a, c.once("path", path), "path %q is in two places", path)
}

// spans is what Min and Max can be, for each kind.
var spans = [...]struct{ low, high int64 }{
	KindURL: {0, maxText}, KindString: {0, maxText}, KindSecret: {0, maxText},
	KindBool: {0, 0}, KindUint: {0, maxUint}, KindTime: {minTime, maxTime},
	KindInt: {minInt, maxInt},
}

func (c *checker) bounds(d *Descriptor, l Limits) {
	span := spans[d.Kind]
	c.need(d.Attr, l.Min <= l.Max, "Min is above Max")
	c.need(d.Attr, l.Min >= span.low && l.Max <= span.high, "Min and Max have to lie in %d to %d", span.low, span.high)
	c.need(d.Attr, l.Max > 0 || !d.Kind.texts(), "Max 0 leaves no character")
	c.need(d.Attr, !l.Future || d.Kind == KindTime, "Future is for Time")
}

func (c *checker) fallback(d *Descriptor) {
	if d.Default == "" || !c.need(d.Attr, d.Kind != KindSecret, "a Secret has no Default") {
		return
	}
	_, reason := d.read(Factory, time.Time{}, d.Default)
	c.need(d.Attr, reason == "", "bad Default: %s", reason)
}

func (c *checker) set(s EndpointSet) {
	c.need("", s.Name != "", "a set without name")
	c.need("", c.once("set", s.Name), "two sets %q", s.Name)
	c.member(s.URL, KindURL)
	c.member(s.Username, KindString)
	c.member(s.Password, KindSecret)
	for _, a := range s.Wipe {
		d := c.p.row(a)
		c.need(a, d != nil && d.Kind == KindSecret, "Wipe wants a row of kind Secret")
	}
}

func (c *checker) lock(l *Lock) {
	c.need("", l.Name != "", "a lock without name")
	c.need("", c.once("lock", l.Name), "two locks %q", l.Name)
	c.need("", l.After == Write || l.After == Contact, "lock %q: unknown After", l.Name)
	c.need("", (l.After == Write) == (l.By != 0), "lock %q: By is for Write, and Write wants it", l.Name)
	c.need("", l.Against != 0 && (l.Against|l.By)&^allSources == 0, "lock %q: nobody, or somebody unknown", l.Name)
	c.need("", l.After == Write || !l.OpenOnUndo, "lock %q: OpenOnUndo is for Write", l.Name)
	for _, a := range l.Attrs {
		c.need(a, c.p.row(a) != nil, "lock %q: no such row", l.Name)
	}
}

func (c *checker) policy() {
	for _, s := range c.p.Policy.HostSuffixes {
		c.need("", strings.Trim(s, ".") != "" && !strings.ContainsAny(s, "/ @*"), "%q is no host suffix", s)
	}
	c.need("", c.p.Policy.NoDowngrade&^allSources == 0, "NoDowngrade names somebody unknown")
}

func (c *checker) discovery() {
	v := c.p.Discovery
	if !c.need("", v.Switch != "" || v.Source == 0 && v.Off == 0 && v.OffOn == nil, "Discovery without Switch") {
		return
	}
	c.gate(v.Switch, KindBool)
	c.need(v.Switch, v.Source < NumSources && v.Off&^allSources == 0, "Discovery names somebody unknown")
	c.need(v.Switch, (v.Off == 0) == (len(v.OffOn) == 0), "Off and OffOn go together")
	for _, a := range v.OffOn {
		c.need(a, a != v.Switch && c.p.row(a) != nil, "OffOn wants another row")
	}
}

func (c *checker) member(a Attr, k Kind) {
	d := c.p.row(a)
	if !c.need(a, d != nil && d.Kind == k, "a set wants a row of kind %v", k) {
		return
	}
	c.need(a, c.once("member", string(a)), "in two sets")
	c.need(a, d.Default == "", "a member of a set has no Default")
}

func (c *checker) gate(a Attr, k Kind) {
	if a == "" {
		return
	}
	d := c.p.row(a)
	c.need(a, d != nil && d.Kind == k, "this gate wants a row of kind %v", k)
}
