// Sessions measures package transport beside net/http alone, and prints the section
// Sessions of docs/BENCHMARKS.md. From the repository's root:
//
//	go run -C internal/bench ./sessions              # everything, two minutes
//	go run -C internal/bench ./sessions -short       # a quick look
//
// A session has five POSTs: an Inform of 2.6 kB, an empty one, the answers to
// GetParameterValues (20 parameters), SetParameterValues and GetParameterNames (20
// entries), and an empty response. At the ACS's end the same hand-written client
// drives four servers, each a process of its own on the loopback: a net/http handler
// that answers with prebuilt bodies and looks at none; the same with encoding/xml,
// which reads each request into structs and writes each response; that with the
// session rules of a transport.Server besides; and a transport.Server with a Turn
// handler. At the CPE's end two clients, in a process of their own again, talk to the
// first of these: a net/http client with prebuilt bodies that looks at no response,
// and a transport.Client. Both open a connection a session, as CWMP has it.
//
// All subjects are measured in turns; a ratio is formed inside a round, and the median
// over the rounds is shown. CPU is that of the subject's process.
package main

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"slices"
	"time"
)

// options is what the flags say.
type options struct {
	rounds int
	slice  time.Duration // of one measurement
	idle   int           // open sessions for the measurement of memory
}

func main() {
	opt := options{}
	flag.IntVar(&opt.rounds, "rounds", 7, "`rounds` to measure; medians are over them")
	flag.DurationVar(&opt.slice, "slice", 1500*time.Millisecond, "`time` of one measurement")
	short := flag.Bool("short", false, "two short rounds")
	child := flag.String("child", "", "what this program runs itself for: serve:`SUBJECT` or post:SUBJECT")
	url := flag.String("url", "", "where a child posts to")
	conns := flag.Int("conns", 16, "how many sessions at once a child runs")
	flag.Parse()
	opt.idle = 4000
	if *short {
		opt.rounds, opt.slice, opt.idle = 2, 200*time.Millisecond, 500
	}
	err := runChild(*child, *url, *conns, opt.slice)
	if *child == "" {
		err = run(opt)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "sessions:", err)
		os.Exit(1)
	}
}

// A result is what one measurement gives.
type result struct {
	sessions float64 // a second
	cpu      float64 // microseconds a session
}

func run(opt options) error {
	fmt.Printf("%s %s/%s, %d cores, %d rounds\n", runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), opt.rounds)
	for _, conns := range []int{16, 256} {
		all, err := acs(opt, conns)
		if err != nil {
			return err
		}
		show(fmt.Sprintf("ACS, %d connections", conns), serverNames, all)
	}
	p, err := startServer(serverNames[0])
	if err != nil {
		return err
	}
	defer p.stop()
	for _, conns := range []int{1, 16} {
		all, err := inTurns(opt.rounds, clientNames, func(name string) (result, error) {
			return measureClient(name, p.url, conns, opt.slice)
		})
		if err != nil {
			return err
		}
		show(fmt.Sprintf("CPE, %d at once", conns), clientNames, all)
	}
	return idle(opt.idle)
}

// acs measures the servers.
func acs(opt options, conns int) (results, error) {
	servers := map[string]*process{}
	for _, name := range serverNames {
		p, err := startServer(name)
		if err != nil {
			return nil, err
		}
		defer p.stop()
		servers[name] = p
	}
	return inTurns(opt.rounds, serverNames, func(name string) (result, error) {
		return measureServer(servers[name], conns, opt.slice)
	})
}

// results are those of each subject, by round.
type results map[string][]result

// inTurns measures the subjects in turns.
func inTurns(rounds int, names []string, measure func(string) (result, error)) (results, error) {
	all := results{}
	for range rounds {
		for _, name := range names {
			r, err := measure(name)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			all[name] = append(all[name], r)
		}
	}
	return all, nil
}

// ratio: share is what a subject does of another's sessions in the same time, and times how
// much of its CPU time it takes for one: medians over the rounds.
func (all results) ratio(name, base string) (share, times float64) {
	var shares, costs []float64
	for i, r := range all[name] {
		b := all[base][i]
		shares, costs = append(shares, r.sessions/b.sessions), append(costs, r.cpu/b.cpu)
	}
	return median(shares), median(costs)
}

// show prints a table; the first subject is the measure.
func show(title string, names []string, all results) {
	fmt.Printf("\n### %s\n\n| subject | sessions/s | best | CPU us/session | share of sessions/s | x CPU |\n|---|---|---|---|---|---|\n", title)
	for _, name := range names {
		var rate, cpu []float64
		for _, r := range all[name] {
			rate, cpu = append(rate, r.sessions), append(cpu, r.cpu)
		}
		share, times := all.ratio(name, names[0])
		fmt.Printf("| %s | %.0f | %.0f | %.0f | %.2f | %.2f |\n",
			name, median(rate), slices.Max(rate), median(cpu), share, times)
	}
}

func median(v []float64) float64 {
	v = slices.Sorted(slices.Values(v))
	return v[len(v)/2]
}
