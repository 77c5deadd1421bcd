// Bench measures this library's codec beside other parsers and writers, and
// prints the tables of docs/BENCHMARKS.md. From the repository's root:
//
//	go run -C internal/bench .                  # everything, some minutes
//	go run -C internal/bench . -short           # a quick look
//	go run -C internal/bench . -rounds 9
//
// Everything is measured in one run, in turns: a round measures each subject
// once on each document. Times are the CPU time of the process that does the
// work, garbage collection included, so that what else the machine does costs
// little; what is left of that hits the subjects of one round alike, so ratios
// are formed inside a round and their median is shown. Before anything is
// timed, each decoder has to make the same parameters of each document.
//
// Go has one core, as the programs in C have: on a second one that nobody wants, its
// collector looks for work while it has none, and that is CPU time as well. With
// GOMAXPROCS set in the environment it has as many.
//
// expat, libxml2 and pugixml are measured by small programs (the directory
// native) that are compiled here if there is a compiler and Debian's
// libexpat1-dev, libxml2-dev and libpugixml-dev; a row says so if not.
package main

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"time"
)

// options is what the flags say.
type options struct {
	rounds int
	slice  time.Duration // CPU time of one measurement
	short  bool
}

func main() {
	opt := options{slice: 60 * time.Millisecond}
	flag.IntVar(&opt.rounds, "rounds", 7, "`rounds` to measure; medians are over them")
	flag.BoolVar(&opt.short, "short", false, "two documents, three rounds, and neither memory nor 386")
	child := flag.String("child", "", "what this program runs itself for: ratios, or rss:`SUBJECT`")
	flag.Parse()
	if os.Getenv("GOMAXPROCS") == "" {
		os.Setenv("GOMAXPROCS", "1") // for the processes that this one starts
		runtime.GOMAXPROCS(1)
	}
	if opt.short {
		opt.rounds, opt.slice = min(opt.rounds, 3), 10*time.Millisecond
	}
	if err := run(opt, *child); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(opt options, child string) error {
	if child != "" {
		return runChild(opt, child)
	}
	dir, err := os.MkdirTemp("", "cwmp-bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	fmt.Printf("%s %s/%s, Go on %d of %d cores, %d rounds\n", runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.GOMAXPROCS(0), runtime.NumCPU(), opt.rounds)

	natives := startNatives(dir)
	defer stopNatives(natives)
	got := results{}
	for _, document := range documents(opt.short) {
		d := document()
		if err := checkAll(dir, d, natives); err != nil {
			return err
		}
		if err := got.all(opt, d, natives); err != nil {
			return err
		}
	}
	if opt.short {
		return nil
	}
	if err := memory(dir, natives, got); err != nil {
		return err
	}
	got.print(runtime.GOARCH)
	return on386(dir, opt)
}

// all measures what can be done with a document.
func (got results) all(opt options, d document, natives []*native) error {
	for _, part := range []struct {
		title    string
		subjects []subject
	}{
		{"decode " + d.name, decodeSubjects(d, natives)},
		{"stream " + d.name, streamSubjects(d)},
		{"encode " + d.name, encodeSubjects(d)},
	} {
		if len(part.subjects) == 0 {
			continue
		}
		t, err := measure(opt, d, part.subjects)
		if err != nil {
			return err
		}
		t.print(part.title, d)
		got.add(part.title, t, d)
	}
	return nil
}
