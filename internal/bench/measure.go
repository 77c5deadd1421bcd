package main

// NOTE: measuring and the table that comes of it.

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"
)

// base begins the name of the subject that the others are compared with.
const base = "encoding/xml"

// A subject is one way to do the work on one document.
type subject struct {
	name  string
	run   func() error                                    // once; nil if absent or measured elsewhere
	timed func(slice time.Duration) (ns float64, _ error) // nil: run is timed here
	note  string                                          // shown in place of numbers
}

// A row is what was measured of a subject, one number a round.
type row struct {
	subject
	ns, ratio     []float64
	allocs, bytes float64 // a run
}

// A table is a document's rows.
type table []row

func decodeSubjects(d document, natives []*native) []subject {
	var all []subject
	for _, dec := range decoders {
		all = append(all, subject{name: dec.name, run: func() error {
			_, err := dec.run(d.data)
			return err
		}})
	}
	for _, n := range natives {
		all = append(all, subject{name: n.name, note: n.note, timed: func(slice time.Duration) (float64, error) {
			return n.time(d.name, slice)
		}})
	}
	return all
}

// encodeSubjects has none for a document that is not for encoders.
func encodeSubjects(d document) []subject {
	var all []subject
	if d.env == nil {
		return nil
	}
	for _, enc := range encoders() {
		all = append(all, subject{name: enc.name, run: func() error {
			_, err := enc.run(d.env)
			return err
		}})
	}
	return all
}

// measure runs the rounds.
func measure(opt options, d document, subjects []subject) (table, error) {
	t := make(table, len(subjects))
	for i, s := range subjects {
		t[i].subject = s
		if s.run != nil {
			t[i].allocs, t[i].bytes = allocations(s.run)
		}
	}
	for range opt.rounds {
		var reference float64
		for i := range t {
			ns, err := t[i].once(opt.slice)
			if err != nil {
				return nil, fmt.Errorf("%s: %s: %w", d.name, t[i].name, err)
			}
			t[i].ns = append(t[i].ns, ns)
			if strings.HasPrefix(t[i].name, base) {
				reference = ns
			}
		}
		for i := range t {
			t[i].ratio = append(t[i].ratio, reference/t[i].ns[len(t[i].ns)-1])
		}
	}
	return t, nil
}

// once gives the CPU time of one run in nanoseconds, as the mean over a slice.
func (r *row) once(slice time.Duration) (float64, error) {
	switch {
	case r.note != "":
		return 0, nil
	case r.timed != nil:
		return r.timed(slice)
	}
	runtime.GC() // the last subject's rubbish is not this one's
	start, n := cpu(), 0
	for {
		for range 1 + n/8 { // asking for the time costs time
			if err := r.run(); err != nil {
				return 0, err
			}
			n++
		}
		if took := cpu() - start; took >= slice {
			return float64(took) / float64(n), nil
		}
	}
}

// cpu is the time that this process has used, all threads, user and system.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// allocations counts those of one run, as the best of a few.
func allocations(run func() error) (count, size float64) {
	count, size = 1e18, 1e18
	for range 5 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if run() != nil {
			return 0, 0 // the error comes up again in the first round
		}
		runtime.ReadMemStats(&after)
		count = min(count, float64(after.Mallocs-before.Mallocs))
		size = min(size, float64(after.TotalAlloc-before.TotalAlloc))
	}
	return count, size
}

func median(all []float64) float64 {
	all = slices.Sorted(slices.Values(all))
	return all[len(all)/2]
}

// against gives the median of the in-round ratios of another row's time to r's.
func (r *row) against(other row) float64 {
	var all []float64
	for i := range r.ns {
		all = append(all, other.ns[i]/r.ns[i])
	}
	return median(all)
}

// print shows the table as Markdown. The last columns compare with each row of ours.
func (t table) print(title string, d document) {
	n := float64(d.count)
	fmt.Printf("\n### %s (%d bytes, %d parameters)\n\n", title, len(d.data), d.count)
	fmt.Println("| subject | ns/param | best | MB/s | x encoding/xml | cwmp is x | allocs | B/param |")
	fmt.Println("|---|---|---|---|---|---|---|---|")
	for _, r := range t {
		if r.note != "" {
			fmt.Printf("| %s | %s | | | | | | |\n", r.name, r.note)
			continue
		}
		fmt.Printf("| %s | %.1f | %.1f | %.0f | %.2f | %.2f | ", r.name, median(r.ns)/n, slices.Min(r.ns)/n,
			float64(len(d.data))/median(r.ns)*1e3, median(r.ratio), t[0].against(r))
		if r.run == nil {
			fmt.Println("| |")
			continue
		}
		fmt.Printf("%.0f | %.1f |\n", r.allocs, r.bytes/n)
	}
}

// checkAll makes sure that all decoders and streamers find the same, and so do those
// that read what the encoders write.
func checkAll(dir string, d document, natives []*native) error {
	for _, dec := range decoders {
		if err := check(dec, d.data, d.sum); err != nil {
			return fmt.Errorf("%s: %s: %w", d.name, dec.name, err)
		}
	}
	for _, s := range streamers {
		if !s.reads(d) {
			continue
		}
		if got := s.sum(d.data); got != d.sum {
			return fmt.Errorf("%s: %s: parameters %s, want %s", d.name, s.name, got, d.sum)
		}
	}
	for _, n := range natives {
		if err := n.check(dir, d, d.sum); err != nil {
			return fmt.Errorf("%s: %s: %w", d.name, n.name, err)
		}
	}
	if d.env == nil {
		return nil
	}
	for _, enc := range encoders() {
		data, err := enc.run(d.env)
		if err == nil {
			err = check(decoders[0], data, d.sum)
		}
		if err != nil {
			return fmt.Errorf("%s: %s: %w", d.name, enc.name, err)
		}
	}
	return nil
}

func check(dec decoder, data []byte, want string) error {
	result, err := dec.run(data)
	if err != nil {
		return err
	}
	if got := sum(result()); got != want {
		return fmt.Errorf("parameters %s, want %s", got, want)
	}
	return nil
}
