package main

// NOTE: what needs a process of its own: the peak of memory, and the ratios on a
// machine of 32 bits, for which this program is built again and run.

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
)

// runChild is main in such a process.
func runChild(opt options, what string) error {
	if what == "ratios" {
		return ratios(opt)
	}
	name, file, _ := strings.Cut(strings.TrimPrefix(what, "rss:"), "@")
	for _, s := range streamers {
		if s.name == name {
			if err := s.file(file); err != nil {
				return err
			}
			kb, err := peak()
			fmt.Println(kb)
			return err
		}
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	for _, dec := range decoders {
		if dec.name != name {
			continue
		}
		result, err := dec.run(data)
		if err != nil {
			return err
		}
		defer runtime.KeepAlive(result)
	}
	kb, err := peak()
	fmt.Println(kb)
	return err
}

// peak reads the process's highest resident size, in kB. Rusage will not do: it
// begins with that of the process that started this one.
func peak() (string, error) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return "", err
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	kb, _, _ := strings.Cut(rest, "kB")
	return strings.TrimSpace(kb), nil
}

// memory shows the peaks of decoding 100,000 parameters, for each decoder in a
// process of its own.
func memory(dir string, natives []*native, got results) error {
	d := written("gpvr 100k", values(100_000))
	file := filepath.Join(dir, "100k.xml")
	if err := os.WriteFile(file, d.data, 0o600); err != nil {
		return err
	}
	fmt.Printf("\n### peak RSS, whole decode of 100,000 parameters (%.1f MB) in a new process\n\n", float64(len(d.data))/1e6)
	fmt.Println("| subject | MB | share of encoding/xml |")
	fmt.Println("|---|---|---|")
	type result struct {
		name string
		kb   float64
	}
	results := []result{}
	names := []string{"only reading the file", decoders[0].name, decoders[1].name, decoders[2].name}
	for _, s := range streamers {
		names = append(names, s.name)
	}
	for _, name := range names {
		kb, err := ownPeak(name, file)
		if err != nil {
			return fmt.Errorf("memory of %s: %w", name, err)
		}
		results = append(results, result{name, kb})
	}
	for _, n := range natives {
		if n.note != "" {
			continue
		}
		kb, err := n.peak(file)
		if err != nil {
			return fmt.Errorf("memory of %s: %w", n.name, err)
		}
		results = append(results, result{n.name, kb})
	}
	for _, r := range results {
		fmt.Printf("| %s | %.1f | %.2f |\n", r.name, r.kb/1024, r.kb/results[2].kb)
	}
	got["peak RSS"] = map[string]float64{"share": results[1].kb / results[2].kb}
	return nil
}

// ownPeak runs this program anew for one of the Go subjects.
func ownPeak(name, file string) (float64, error) {
	self, err := os.Executable()
	if err != nil {
		return 0, err
	}
	out, err := exec.Command(self, "-child", "rss:"+name+"@"+file).Output()
	if err != nil {
		return 0, err
	}
	return strconv.ParseFloat(strings.TrimSpace(string(out)), 64)
}

// peak starts the program anew, as its memory is that of all its documents.
func (n *native) peak(file string) (float64, error) {
	fresh := &native{path: n.path, files: map[string]string{"": file}, loaded: "none"}
	if err := fresh.start(); err != nil {
		return 0, err
	}
	defer fresh.stop()
	if err := fresh.load(""); err != nil {
		return 0, err
	}
	answer, err := fresh.ask("rss")
	if err != nil {
		return 0, err
	}
	return strconv.ParseFloat(answer, 64)
}

// ratios shows what 386 is asked for.
func ratios(opt options) error {
	d := written("gpvr 1k", values(1000))
	d.name += " on " + runtime.GOARCH
	got := results{}
	if err := got.all(opt, d, nil); err != nil {
		return err
	}
	got.print(runtime.GOARCH)
	return nil
}

// on386 builds this program for 386 and has it measure the ratios.
func on386(dir string, opt options) error {
	path := filepath.Join(dir, "bench386")
	build := exec.Command("go", "build", "-o", path, ".")
	build.Env = append(os.Environ(), "GOARCH=386", "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Printf("\n386: not built: %s\n", bytes.TrimSpace(out))
		return nil
	}
	run := exec.Command(path, "-child", "ratios", "-rounds", strconv.Itoa(opt.rounds))
	run.Stdout, run.Stderr = os.Stdout, os.Stderr
	if err := run.Run(); err != nil {
		fmt.Printf("\n386: did not run: %v\n", err)
	}
	return nil
}
