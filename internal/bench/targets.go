package main

// NOTE: what this library wants to reach, and the last table: whether it does.

import (
	"fmt"
	"strings"
)

// results are numbers by the title of a table and a name in it: of another subject, how
// many times as fast as that ours is; of ours, allocs and B/param are its own.
type results map[string]map[string]float64

func (got results) add(title string, t table, d document) {
	own := &t[0]
	all := map[string]float64{"allocs/param": own.allocs / float64(d.count), "allocs": own.allocs, "B/param": own.bytes / float64(d.count)}
	for _, r := range t[1:] {
		if r.note == "" {
			all[r.name] = own.against(r)
		}
	}
	got[title] = all
}

// targets has a row for everything that was promised. A share, of time or memory, and a
// number of allocations are to be low, a multiple of the speed is to be high.
var targets = []struct {
	title, other, what string
	must, aim          float64
	low                bool
}{
	{"decode gpvr 10k", "encoding/xml Unmarshal", "", 35, 60, false},
	{"decode gpvr 10k", "etree read + walk", "", 30, 55, false},
	{"decode gpvr 10k", "expat, namespaces", "", 6, 10, false},
	{"decode gpvr 10k", "pugixml tree + walk, copies", "", 1.3, 2.2, false},
	{"decode gpvr 10k", "allocs/param", "allocations a parameter", 0.01, 0.002, true},
	{"decode gpvr 10k", "B/param", "bytes allocated a parameter", 130, 115, true},
	{"decode 10k varied", "encoding/xml Unmarshal", "", 10, 15, false},
	{"decode 10k varied", "expat, namespaces", "", 1.7, 2.5, false},
	{"decode Inform", "encoding/xml Unmarshal", "", 15, 25, false},
	{"decode Inform", "allocs", "allocations", 12, 6, true},
	{"decode GPN 10k", "encoding/xml Unmarshal", "", 40, 65, false},
	{"decode GPV 500 names", "encoding/xml Unmarshal", "", 12, 40, false},
	{"stream gpvr 10k", "encoding/xml Token loop", "", 40, 65, false},
	{"stream gpvr 10k", "allocs", "allocations", 16, 10, true},
	{"peak RSS", "share", "share of encoding/xml's", 0.55, 0.4, true},
	{"encode gpvr 10k", "encoding/xml Marshal", "", 15, 22, false},
	{"encode gpvr 10k", "etree build + write", "", 15, 21, false},
	{"encode gpvr 10k", "allocs", "allocations", 0, 0, true},
	{"encode gpvr 10k", "fresh", "times as fast as encoding/xml Marshal, into new memory", 10, 17, false},
	{"decode gpvr 1k on 386", "encoding/xml Unmarshal", "", 22, 35, false},
	{"encode gpvr 1k on 386", "encoding/xml Marshal", "", 10, 15, false},
	{"decode gpvr 10k", "cwmp, Standard", "of Standard's speed, at Tolerant", 0.9, 1, false},
}

// print shows the targets of which there is a result.
func (got results) print(arch string) {
	fmt.Printf("\n### what is to be reached, on %s\n\n", arch)
	fmt.Println("| table | compared with | must | aim | measured | |")
	fmt.Println("|---|---|---|---|---|---|")
	for _, want := range targets {
		all, ok := got[want.title]
		if !ok {
			continue
		}
		value, ok := all[want.other]
		if want.other == "fresh" {
			value, ok = all["encoding/xml Marshal"]/all["cwmp, fresh buffer"], true
		}
		if want.what == "" {
			want.what = "times as fast as " + want.other
		}
		if !ok {
			fmt.Printf("| %s | %s | %g | %g | not installed | |\n", want.title, want.what, want.must, want.aim)
			continue
		}
		verdict := "missed"
		switch {
		case reached(value, want.aim, want.low):
			verdict = "aim"
		case reached(value, want.must, want.low):
			verdict = "must"
		}
		fmt.Printf("| %s | %s | %g | %g | %s | %s |\n", want.title, want.what, want.must, want.aim, short(value), verdict)
	}
}

func reached(value, want float64, low bool) bool {
	if low {
		return value <= want
	}
	return value >= want
}

// short shows a number with three digits or so.
func short(v float64) string {
	if v < 1 {
		return strings.TrimSuffix(fmt.Sprintf("%.4f", v), "00")
	}
	return fmt.Sprintf("%.1f", v)
}
