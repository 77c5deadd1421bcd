package rpc

import (
	"slices"

	"github.com/cwmp-go/cwmp/soap"
)

// NOTE: the lists that get long, or are in every message, read by prediction (see
// soap.Form): parameters with values, parameters with what may be done with them,
// events, and names. An entry whose
// markup is known and whose texts need nothing but to be kept is taken at once; any
// other is read field by field, like the entries of every other list.

// forms are what the entries of these lists look like. They are kept from one
// message to the next.
type forms struct{ values, infos, events, strings soap.Form }

// predict takes the entries of an array of structs for as long as they are known.
// list is a *[]T. What is no list of these kinds has no form.
func (c *Codec) predict(list any) {
	if c.streams(list) {
		c.giveKnown(list)
		return
	}
	switch list := list.(type) {
	case *[]ParameterValue:
		c.values(list)
	case *[]ParameterInfo:
		c.infos(list)
	case *[]Event:
		c.events(list)
	}
}

// form gives the form of a list, nil for none, and makes it ready.
func (c *Codec) form(list any) *soap.Form {
	var f *soap.Form
	switch list.(type) {
	case *[]ParameterValue:
		f = &c.forms.values
	case *[]ParameterInfo:
		f = &c.forms.infos
	case *[]Event:
		f = &c.forms.events
	default:
		return nil
	}
	c.dec.Expect(f, 2, 2)
	return f
}

// learn looks at the entry that was read, unless it is an error.
func (c *Codec) learn(f *soap.Form, label string) {
	if c.err == nil {
		c.dec.Learn(f, label)
	}
}

// label is what the markup of the last entry of a list says besides its texts.
func label(list any) string {
	if list, ok := list.(*[]ParameterValue); ok && len(*list) > 0 {
		return (*list)[len(*list)-1].Value.Type
	}
	return ""
}

// guess gives the next entries that are known, and their texts as one string.
func (c *Codec) guess(f *soap.Form, have int) ([]soap.Entry, string) {
	if c.err != nil {
		return nil, ""
	}
	entries := c.dec.Predict(f, c.maxItems-have)
	return entries, string(c.dec.Texts(entries))
}

// grow makes room for n more items. It doubles what there is, but not beyond what the
// array says of itself.
func grow[T any](c *Codec, all []T, n int) []T {
	if cap(all)-len(all) < n {
		n = max(n, min(len(all), c.says-len(all)))
	}
	return slices.Grow(all, n)
}

// accept takes the first n of those entries, and says whether to go on. Their cost is
// less than that of their bytes, so it exceeds nothing.
func (c *Codec) accept(f *soap.Form, entries []soap.Entry, n, cost int) bool {
	c.dec.Accept(f, n)
	c.cost += int64(n) * int64(cost)
	return n == len(entries)
}

func (c *Codec) values(list *[]ParameterValue) {
	f, all := &c.forms.values, *list
	for more := true; more; {
		entries, texts := c.guess(f, len(all))
		if len(entries) == 0 {
			break
		}
		all = grow(c, all, len(entries))
		start, had := 0, len(all)
		for i := range entries {
			e := &entries[i]
			name, text, typ := texts[start:e.First], texts[e.First:e.Second], f.Label(e)
			if unusual(name, maxName) || c.level == soap.Strict && checkTyped(typ, []byte(text)) != nil {
				break
			}
			all = all[:len(all)+1]
			p := &all[len(all)-1] // filled in where it lies, which is measurably faster than a copy
			p.Name, p.Value.Type, p.Value.Text = name, typ, text
			start = int(e.Second)
		}
		more = c.accept(f, entries, len(all)-had, 2*fieldCost)
	}
	*list = all
}

func (c *Codec) infos(list *[]ParameterInfo) {
	f, all := &c.forms.infos, *list
	for more := true; more; {
		entries, texts := c.guess(f, len(all))
		if len(entries) == 0 {
			break
		}
		all = grow(c, all, len(entries))
		start, had := 0, len(all)
		for i := range entries {
			e := &entries[i]
			name, text := texts[start:e.First], texts[e.First:e.Second]
			if unusual(name, maxName) || !isBoolean([]byte(text)) {
				break
			}
			all = all[:len(all)+1]
			p := &all[len(all)-1]
			p.Name, p.Writable = name, text[0] == '1' || text[0] == 't'
			start = int(e.Second)
		}
		more = c.accept(f, entries, len(all)-had, 2*fieldCost)
	}
	*list = all
}

func (c *Codec) events(list *[]Event) {
	f, all := &c.forms.events, *list
	for more := true; more; {
		entries, texts := c.guess(f, len(all))
		if len(entries) == 0 {
			break
		}
		start, had := 0, len(all)
		for i := range entries {
			e := &entries[i]
			code, key := texts[start:e.First], texts[e.First:e.Second]
			if unusual(code, maxEventCode) || len(key) > maxCommandKey {
				break
			}
			all = append(all, Event{EventCode(code), key})
			start = int(e.Second)
		}
		more = c.accept(f, entries, len(all)-had, 2*fieldCost)
	}
	*list = all
}

// names is for the items of an array of strings.
func (c *Codec) names(list *[]string, max int) {
	f, all := &c.forms.strings, *list
	for more := true; more; {
		entries, texts := c.guess(f, len(all))
		if len(entries) == 0 {
			break
		}
		all = grow(c, all, len(entries))
		start, had := 0, len(all)
		for i := range entries {
			text := texts[start:entries[i].First]
			if unusual(text, max) {
				break
			}
			all = append(all, text)
			start += len(text)
		}
		more = c.accept(f, entries, len(all)-had, stringCost)
	}
	*list = all
}

// unusual says whether a name may need a second look.
func unusual[T string | []byte](name T, max int) bool {
	return len(name) > 0 && (name[0] <= ' ' || name[len(name)-1] <= ' ') || max > 0 && len(name) > max
}
