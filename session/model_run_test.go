package session

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// NOTE: the searches that are run. What they found last is in testdata/search/last.txt:
// a search that finds another number of states than written there fails, so that a
// change of the model, or of the machines, does not pass unseen. With -session.rewrite
// the file is written.

const lastResults = "testdata/search/last.txt"

func long() bool { return os.Getenv("CWMP_LONG") == "1" }

// results are lines by scenario and faults, in the file's order.
type results struct{ lines []string }

func readResults(t *testing.T) *results {
	b, err := os.ReadFile(lastResults)
	require.NoError(t, err)
	text := strings.TrimSuffix(strings.ReplaceAll(string(b), "\r\n", "\n"), "\n")
	return &results{strings.Split(text, "\n")}
}

// put compares a result with the line that has it, or rewrites that.
func (r *results) put(t *testing.T, sc *scenario, f found, took time.Duration) {
	line := fmt.Sprintf("%s%11d states %11d edges  depth %3d", head(sc), f.states, f.edges, f.depth)
	t.Logf("%s, %v", line, took.Round(time.Millisecond))
	at := -1
	for i, l := range r.lines {
		if strings.HasPrefix(l, head(sc)) {
			at = i
		}
	}
	if !*redraw {
		require.GreaterOrEqual(t, at, 0, "no line for %s", head(sc))
		require.Truef(t, strings.HasPrefix(r.lines[at], line), "%s has\n%s", lastResults, r.lines[at])
		return
	}
	if line += fmt.Sprintf("  %6.0f s", took.Seconds()); at < 0 {
		r.lines = append(r.lines, line)
	} else {
		r.lines[at] = line
	}
	require.NoError(t, os.WriteFile(lastResults, []byte(strings.Join(r.lines, "\n")+"\n"), 0o644))
}

// run searches scenarios and expects nothing.
func run(t *testing.T, most int, scenarios ...*scenario) {
	last := readResults(t)
	for _, sc := range scenarios {
		t.Run(fmt.Sprintf("%s %d", sc.name, sc.faults), func(t *testing.T) {
			start := time.Now()
			f := searchModel(sc, most)
			require.Empty(t, f.rule, "the shortest way there:\n%s", strings.Join(f.trace, "\n"))
			require.Less(t, f.states, most, "not all states were visited")
			last.put(t, sc, f, time.Since(start))
		})
	}
}

func TestModel(t *testing.T) {
	t.Log(leavesOut())
	if testing.Short() {
		t.Skip("short")
	}
	const faults = 2
	run(t, 5_000_000,
		turns(faults), turns14(faults), transfer(faults), twoTransfers(faults), heldTransfers(faults),
		events(faults), requests(faults), periods(faults), bootstrap(faults), guarded(faults), all(faults-1), rich(0))
}

// longer are the scenarios of the long runs.
func longer() []*scenario {
	var all3and6 []*scenario
	for _, faults := range []int{3, 6} {
		all3and6 = append(all3and6, turns(faults), turns14(faults), transfer(faults), twoTransfers(faults), events(faults),
			requests(faults), periods(faults), bootstrap(faults), guarded(faults), alone(faults), bare(faults))
	}
	return append(all3and6, heldTransfers(3), all(2), rich(1), rich(2))
}

func TestModelLong(t *testing.T) {
	if !long() {
		t.Skip("CWMP_LONG is not 1")
	}
	run(t, 100_000_000, longer()...)
}

// What the long runs have found is written down.
func TestModelResults(t *testing.T) {
	last := readResults(t)
	for _, sc := range longer() {
		require.True(t, slices.ContainsFunc(last.lines, func(l string) bool { return strings.HasPrefix(l, head(sc)) }), head(sc))
	}
}

func head(sc *scenario) string { return fmt.Sprintf("%-15s %d faults ", sc.name, sc.faults) }

// The reductions change nothing but the number of states: each scenario is searched
// without them, and each mutant is found by the same rule with the same faults.
func TestReduction(t *testing.T) {
	if testing.Short() {
		t.Skip("short")
	}
	faults := 1
	if long() {
		faults = 2
	}
	for _, sc := range []*scenario{turns(1), turns14(1), transfer(faults), twoTransfers(faults), heldTransfers(0), threeTransfers(0),
		events(faults), requests(faults), periods(faults), bootstrap(1), guarded(1), bare(faults), all(0)} {
		reduced := searchModel(sc, 5_000_000)
		sc.full = true
		full := searchModel(sc, 5_000_000)
		t.Logf("%-15s %d faults: %7d states, %7d without reduction", sc.name, sc.faults, reduced.states, full.states)
		require.Empty(t, full.rule, strings.Join(full.trace, "\n"))
		require.Empty(t, reduced.rule)
		require.LessOrEqual(t, reduced.states, full.states)
	}
	for _, m := range allMutants() { // TestMutants has them without reduction
		f := searchModel(m.with(m.faults), 5_000_000)
		require.True(t, strings.HasPrefix(f.rule, m.rule), "%s: found by %q\n%s", m.name, f.rule, strings.Join(f.trace, "\n"))
		if m.faults > 0 {
			f = searchModel(m.with(m.faults-1), 5_000_000)
			require.Empty(t, f.rule, "%s: found with fewer faults", m.name)
		}
	}
}

// Whatever state a machine comes to in the model, it is the same again from its bytes.
func TestStoredStates(t *testing.T) {
	if testing.Short() {
		t.Skip("short")
	}
	for _, sc := range []*scenario{all(1), turns14(1), transfer(1)} {
		s := &searcher{space: space{sc: sc}}
		require.Empty(t, s.search(1_000_000).rule)
		for n, c := range slices.Clone(s.cpes.all) {
			b, err := c.MarshalBinary()
			if c.state == cpeTurn { // a Result is handled: it has to be polled first
				require.ErrorIs(t, err, ErrState)
				continue
			}
			require.NoError(t, err)
			again := NewCPE(c.cfg)
			require.NoError(t, again.UnmarshalBinary(b))
			again.HandleTimeout(epochTime)
			require.Equal(t, c.String(), again.String())
			require.EqualValues(t, n+1, s.cpe(&world{cpe: again, own: ownCPE}), "%v", c)
		}
		for n, a := range slices.Clone(s.acss.all) {
			b, err := a.MarshalBinary()
			if a.out.n > 0 { // the floor, behind a Result
				require.ErrorIs(t, err, ErrState)
				continue
			}
			require.NoError(t, err)
			again := NewACS(a.cfg)
			require.NoError(t, again.UnmarshalBinary(b))
			require.EqualValues(t, n+1, s.acs(&world{acs: again, own: ownACS}), "%v", a)
		}
		t.Logf("%s: %d states of a CPE, %d of an ACS", sc.name, len(s.cpes.all), len(s.acss.all))
	}
}
