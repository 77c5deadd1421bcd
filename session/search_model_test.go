package session

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/rpc"
)

// NOTE: the exhaustive search over the model, breadth first, so that what breaks a rule
// is found with its shortest trace. A state from which the goal cannot be reached any
// more without a fault breaks liveness: reliability is that every fault is survived.
//
// Checked in every state or at every message: S1, S2, S4 to S12, S14 to S16, S21 to S23,
// S29 to S33, S36, S37, S41, S42; S38 in schedule_test.go, S22 and Max in
// retrying_test.go; by the goal: L1, L3 to L6; L2 by the bounds on messages and time.
// S3 holds by the type of a message. The others are not about turns, events, retries,
// schedules or tasks, or are about a program's data (S13, S17 to S20, S24, S34, S35).
//
// What the model leaves out: bytes, sizes and names, HTTP and TLS below the POST, time
// but for the order of things (the waits of the retry policy are drawn and judged, no
// time passes in them), more than one POST that has stalled, more than one device, a
// stored state that was torn (the store's own affair), and a program that answers with
// other faults than 8005.
//
// The last long runs are at TestModelLong.

// A result is what a search has found.
type result struct {
	states, edges, depth int
	rule                 string   // what was broken, "" for nothing
	trace                []string // how to come there
}

// a node is a state that was found: from which other, by which of its moves.
type node struct {
	from int32
	move uint8
}

// searchModel visits every state. most bounds them.
func searchModel(sc *scenario, most int) result {
	first := newWorld(sc)
	seen := map[[2]uint64]int32{first.key(): 0}
	nodes := []node{{from: -1}}
	frontier := []*world{first}
	ids := []int32{0}
	var back [][2]int32 // edges without faults
	goals := []int32{}
	r := result{states: 1}
	for len(frontier) > 0 && r.states < most {
		r.depth++
		var next []*world
		var nextIDs []int32
		for i, w := range frontier {
			from := ids[i]
			if w.goal() {
				goals = append(goals, from)
			}
			for n, m := range w.moves() {
				r.edges++
				k := m.to.key()
				id, old := seen[k]
				if !old {
					id = int32(len(nodes))
					seen[k] = id
					nodes = append(nodes, node{from, uint8(n)})
					next, nextIDs = append(next, m.to), append(nextIDs, id)
					r.states++
				}
				if m.to.bad != "" {
					nodes = append(nodes, node{from, uint8(n)})
					r.rule, r.trace = m.to.bad, traceTo(sc, nodes, int32(len(nodes)-1))
					return r
				}
				if !m.fault {
					back = append(back, [2]int32{id, from})
				}
			}
		}
		frontier, ids = next, nextIDs
	}
	if r.states >= most {
		return r
	}
	if stuck := unreachable(len(nodes), back, goals); stuck >= 0 {
		r.rule, r.trace = "L3: not all can be delivered any more", traceTo(sc, nodes, stuck)
	}
	return r
}

// traceTo is the way to a state: the steps again, and the messages that they send.
func traceTo(sc *scenario, nodes []node, at int32) []string {
	var way []uint8
	for ; at > 0; at = nodes[at].from {
		way = append(way, nodes[at].move)
	}
	var trace []string
	w := newWorld(sc)
	for _, n := range slices.Backward(way) {
		m := w.moves()[n]
		trace = append(trace, m.name)
		if f := m.to.post; f.on && f != w.post {
			trace = append(trace, "    cpe> "+line(f))
		}
		if f := m.to.resp; f.on && f != w.resp {
			trace = append(trace, "        <acs "+line(f))
		}
		w = m.to
	}
	return trace
}

// line is a message as a transcript has it.
func line(f flight) string {
	s := nameOf(f.env)
	switch {
	case f.refused:
		return "(an HTTP error)"
	case f.env == nil:
		return s
	case f.env.HoldRequests:
		return s + " " + f.env.ID + " hold"
	}
	return s + " " + f.env.ID
}

// unreachable is the first state from which no goal is reached, or -1.
func unreachable(n int, back [][2]int32, goals []int32) int32 {
	start := make([]int32, n+1)
	for _, e := range back {
		start[e[0]+1]++
	}
	for i := range n {
		start[i+1] += start[i]
	}
	to := make([]int32, len(back))
	fill := append([]int32(nil), start...)
	for _, e := range back {
		to[fill[e[0]]] = e[1]
		fill[e[0]]++
	}
	good := make([]bool, n)
	todo := append([]int32(nil), goals...)
	for _, g := range goals {
		good[g] = true
	}
	for len(todo) > 0 {
		s := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for _, p := range to[start[s]:start[s+1]] {
			if !good[p] {
				good[p] = true
				todo = append(todo, p)
			}
		}
	}
	for i, ok := range good {
		if !ok {
			return int32(i)
		}
	}
	return -1
}

// The scenarios of every test run, each with the faults that it can have in the time.
func turns(faults int) *scenario {
	return &scenario{
		name: "turns", boot: []int{evBootstrap, evBoot}, tasks: []int{0, 0},
		faults: faults, holds: 1, refusal: 1, version: rpc.V12, law: standardLaw,
	}
}

func transfer(faults int) *scenario {
	return &scenario{
		name: "transfer", boot: []int{evBoot}, tasks: []int{1},
		faults: faults, holds: 1, refusal: 1, version: rpc.V14, law: standardLaw,
	}
}

func twoTransfers(faults int) *scenario {
	return &scenario{
		name: "two transfers", boot: []int{evBoot}, tasks: []int{1, 2},
		faults: faults, version: rpc.V12, law: standardLaw,
	}
}

// heldTransfers may have one of them in the session that reports the other.
func heldTransfers(faults int) *scenario {
	sc := twoTransfers(faults)
	sc.name, sc.holds = "held transfers", 1
	return sc
}

func events(faults int) *scenario {
	return &scenario{
		name: "events", boot: []int{evBoot}, occur: []int{evPeriodic, evRequest},
		faults: faults, version: rpc.V12, law: standardLaw,
	}
}

func bootstrap(faults int) *scenario {
	return &scenario{
		name: "bootstrap", boot: []int{evBoot}, occur: []int{evPeriodic, evBootstrap},
		faults: faults, denials: 1, version: rpc.V12, law: standardLaw,
	}
}

// all is everything of these at once: 3 events, a transfer, 2 tasks, hold and 8005.
func all(faults int) *scenario {
	return &scenario{
		name: "all", boot: []int{evBootstrap, evBoot}, occur: []int{evPeriodic},
		tasks: []int{1, 0}, faults: faults, holds: 1, refusal: 1, denials: 1, version: rpc.V12, law: standardLaw,
	}
}

// rich is the scenario of the longest runs: 4 events, 3 transfers, 3 tasks.
func rich(faults int) *scenario {
	return &scenario{
		name: "rich", boot: []int{evBootstrap, evBoot}, occur: []int{evPeriodic, evChange},
		tasks: []int{1, 2, 3}, faults: faults, holds: 1, refusal: 1, detours: 1, version: rpc.V14, law: standardLaw,
	}
}

func long() bool { return os.Getenv("CWMP_LONG") == "1" }

func runModel(t *testing.T, sc *scenario, most int) {
	t.Helper()
	start := time.Now()
	r := searchModel(sc, most)
	t.Logf("%s, %d faults: %d states, %d edges, depth %d, %v", sc.name, sc.faults, r.states, r.edges, r.depth,
		time.Since(start).Round(time.Millisecond))
	require.Empty(t, r.rule, "the shortest way there:\n%s", strings.Join(r.trace, "\n"))
	require.Less(t, r.states, most, "not all states were visited")
}

func TestModel(t *testing.T) {
	faults := 2
	if testing.Short() {
		faults = 1
	}
	for _, sc := range []*scenario{
		all(0), turns(faults), transfer(faults), twoTransfers(faults), events(faults), bootstrap(faults),
		heldTransfers(1),
	} {
		t.Run(fmt.Sprintf("%s %d", sc.name, sc.faults), func(t *testing.T) { runModel(t, sc, 5_000_000) })
	}
}

// The last runs, with CWMP_LONG=1 on two cores that others used too:
//
//	turns          3 faults    231,552 states    644,761 edges  depth  77     4 s
//	two transfers  3 faults    615,006 states  1,610,754 edges  depth 101    16 s
//	events         3 faults    124,838 states    382,337 edges  depth  66     2 s
//	boot           6 faults     38,192 states    131,470 edges  depth 110     1 s
//	bare           6 faults    796,082 states  2,805,397 edges  depth 134    18 s
//	all            1 fault     298,094 states    626,173 edges  depth  75     4 s
//	all            2 faults  3,584,853 states  9,095,687 edges  depth  88    88 s
//	rich           0 faults    808,130 states  1,454,239 edges  depth  90    13 s
//
// With one fault the rich scenario has more than 40 million states and is searched that
// far, breadth first to depth 71, in 9 minutes; that is how the mutant "a reported
// transfer waits again" was found, when it was no mutant.
func TestModelLong(t *testing.T) {
	if !long() {
		t.Skip("CWMP_LONG is not 1")
	}
	for _, sc := range []*scenario{
		turns(3), twoTransfers(3), events(3), alone(6), bare(6), all(1), all(2), rich(0),
	} {
		t.Run(fmt.Sprintf("%s %d", sc.name, sc.faults), func(t *testing.T) { runModel(t, sc, 40_000_000) })
	}
	t.Run("rich 1", func(t *testing.T) {
		sc := rich(1)
		r := searchModel(sc, 40_000_000)
		t.Logf("%d states, %d edges, depth %d", r.states, r.edges, r.depth)
		require.Empty(t, r.rule, strings.Join(r.trace, "\n"))
	})
}

// bare is one transfer without hold and 8005.
func bare(faults int) *scenario {
	return &scenario{
		name: "bare", boot: []int{evBoot}, tasks: []int{1}, faults: faults, version: rpc.V12, law: standardLaw,
	}
}
