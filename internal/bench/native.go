package main

// NOTE: the parsers in C and C++. Each is a program that is compiled into a
// temporary directory and takes commands by its standard input; see
// native/bench.h. It measures its own CPU time.

import (
	"bufio"
	"embed"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

//go:embed native
var sources embed.FS

// programs says how each is built.
var programs = []struct {
	name, source, compiler string
	flags                  []string
}{
	{"expat, namespaces", "expat.c", "gcc", []string{"-lexpat"}},
	{"libxml2 SAX2", "libxml2.c", "gcc", []string{"-I/usr/include/libxml2", "-lxml2"}},
	{"pugixml tree + walk, copies", "pugixml.cpp", "g++", []string{"-lpugixml"}},
}

// A native is one of them, running.
type native struct {
	name   string
	note   string // why it is not running
	path   string
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    *bufio.Scanner
	loaded string // document
	files  map[string]string
}

// startNatives builds and starts what can be built.
func startNatives(dir string) []*native {
	var all []*native
	for _, p := range programs {
		n := &native{name: p.name, path: filepath.Join(dir, p.source+".bin"), files: map[string]string{}}
		all = append(all, n)
		if err := compile(dir, n.path, p.source, p.compiler, p.flags); err != nil {
			n.note = "not installed"
			continue
		}
		if err := n.start(); err != nil {
			n.note = err.Error()
		}
	}
	return all
}

func compile(dir, path, source, compiler string, flags []string) error {
	for _, name := range []string{"bench.h", source} {
		src, err := sources.ReadFile("native/" + name)
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), src, 0o600)
		}
		if err != nil {
			return err
		}
	}
	args := append([]string{"-O2", "-march=native", "-o", path, filepath.Join(dir, source)}, flags...)
	return exec.Command(compiler, args...).Run()
}

func (n *native) start() error {
	n.cmd = exec.Command(n.path)
	n.cmd.Stderr = os.Stderr
	var err error
	if n.in, err = n.cmd.StdinPipe(); err != nil {
		return err
	}
	out, err := n.cmd.StdoutPipe()
	if err != nil {
		return err
	}
	n.out = bufio.NewScanner(out)
	return n.cmd.Start()
}

// ask sends a command and gives the answer.
func (n *native) ask(format string, args ...any) (string, error) {
	if _, err := fmt.Fprintf(n.in, format+"\n", args...); err != nil {
		return "", err
	}
	if !n.out.Scan() {
		return "", io.ErrUnexpectedEOF
	}
	return n.out.Text(), nil
}

// check writes the document to a file, for all commands to come, and compares
// what the program makes of it.
func (n *native) check(dir string, d document, want string) error {
	if n.note != "" {
		return nil
	}
	file := filepath.Join(dir, strings.ReplaceAll(d.name, " ", "-")+".xml")
	if err := os.WriteFile(file, d.data, 0o600); err != nil {
		return err
	}
	n.files[d.name] = file
	if err := n.load(d.name); err != nil {
		return err
	}
	got, err := n.ask("check")
	if err == nil && got != want {
		err = fmt.Errorf("parameters %s, want %s", got, want)
	}
	return err
}

func (n *native) load(name string) error {
	if n.loaded == name {
		return nil
	}
	n.loaded = name
	_, err := n.ask("load %s", n.files[name])
	return err
}

// time gives the CPU time of one decode.
func (n *native) time(name string, slice time.Duration) (float64, error) {
	if err := n.load(name); err != nil {
		return 0, err
	}
	answer, err := n.ask("time %g", slice.Seconds())
	if err != nil {
		return 0, err
	}
	return strconv.ParseFloat(answer, 64)
}

func (n *native) stop() {
	if n.in != nil {
		n.in.Close() // the end of its input ends it
		n.cmd.Wait()
	}
}

func stopNatives(all []*native) {
	for _, n := range all {
		n.stop()
	}
}
