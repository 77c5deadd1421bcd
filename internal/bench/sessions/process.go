package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"
)

// NOTE: the processes of the subjects, and what is measured of them.

// A process is a server in a process of its own.
type process struct {
	cmd  *exec.Cmd
	in   io.WriteCloser
	out  *bufio.Reader
	addr string
	url  string
}

func self(args ...string) (*exec.Cmd, error) {
	path, err := os.Executable()
	return exec.Command(path, args...), err
}

func startServer(name string) (*process, error) {
	cmd, err := self("-child", "serve:"+name)
	if err != nil {
		return nil, err
	}
	p := &process{cmd: cmd}
	cmd.Stderr = os.Stderr
	if p.in, err = cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.out = bufio.NewReader(out)
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	line, err := p.out.ReadString('\n')
	p.addr = strings.TrimSpace(line)
	p.url = "http://" + p.addr + "/acs"
	return p, err
}

func (p *process) stop() {
	p.in.Close()
	p.cmd.Wait()
}

// usage asks for the CPU time used so far, and for the memory in use after a
// collection if wanted.
func (p *process) usage(question string) (cpu time.Duration, memory int64, err error) {
	if _, err := fmt.Fprintln(p.in, question); err != nil {
		return 0, 0, err
	}
	_, err = fmt.Fscanln(p.out, &cpu, &memory)
	return cpu, memory, err
}

// runChild is main in a child.
func runChild(what, url string, conns int, slice time.Duration) error {
	kind, name, _ := strings.Cut(what, ":")
	switch kind {
	case "serve":
		return serve(serverOf(name))
	case "post":
		begin := cpuTime()
		n, took, err := repeat(conns, slice, func(int) (func() error, func(), error) {
			return clientOf(name, url), func() {}, nil
		})
		fmt.Println(n, took.Nanoseconds(), (cpuTime() - begin).Nanoseconds())
		return err
	}
	return nil
}

// serve serves until its input ends, and answers questions.
func serve(h http.Handler) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	go http.Serve(l, h)
	fmt.Println(l.Addr())
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		memory := int64(0)
		if lines.Text() == "memory" {
			memory = inUse()
		}
		fmt.Println(cpuTime().Nanoseconds(), memory)
	}
	return lines.Err()
}

// inUse is the memory of the heap and of stacks that is in use.
func inUse() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc + m.StackInuse)
}

func cpuTime() time.Duration {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u) // fails for a bad argument alone
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// repeat runs sessions on so many goroutines for a time.
func repeat(conns int, slice time.Duration, prepare func(i int) (session func() error, done func(), err error)) (n int, took time.Duration, err error) {
	sessions := make([]func() error, conns)
	for i := range sessions {
		session, done, err := prepare(i)
		if err != nil {
			return 0, 0, err
		}
		defer done()
		sessions[i] = session
	}
	counts, errs := make([]int, conns), make([]error, conns)
	start := time.Now()
	var wg sync.WaitGroup
	for i, session := range sessions {
		wg.Go(func() {
			for time.Since(start) < slice && errs[i] == nil {
				errs[i] = session()
				counts[i]++
			}
		})
	}
	wg.Wait()
	took = time.Since(start)
	for _, c := range counts {
		n += c
	}
	return n, took, errors.Join(errs...)
}

// measureServer drives a server for a time.
func measureServer(p *process, conns int, slice time.Duration) (result, error) {
	before, _, err := p.usage("cpu")
	if err != nil {
		return result{}, err
	}
	n, took, err := repeat(conns, slice, func(i int) (func() error, func(), error) {
		d, err := newDriver(p.addr, i)
		if err != nil {
			return nil, nil, err
		}
		return d.session, func() { d.conn.Close() }, nil
	})
	if err != nil {
		return result{}, err
	}
	after, _, err := p.usage("cpu")
	return result{float64(n) / took.Seconds(), float64((after - before).Microseconds()) / float64(n)}, err
}

// measureClient runs a client in a process of its own for a time.
func measureClient(name, url string, conns int, slice time.Duration) (result, error) {
	cmd, err := self("-child", "post:"+name, "-url", url, "-conns", fmt.Sprint(conns), "-slice", slice.String())
	if err != nil {
		return result{}, err
	}
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return result{}, err
	}
	var n int
	var took, cpu time.Duration
	_, err = fmt.Sscan(string(out), &n, &took, &cpu)
	return result{float64(n) / took.Seconds(), float64(cpu.Microseconds()) / float64(n)}, err
}

// idle shows what an open session costs that waits for its CPE.
func idle(conns int) error {
	fmt.Printf("\n### Memory of an open idle session, %d of them\n\n| subject | KiB |\n|---|---|\n", conns)
	for _, name := range []string{"net/http, prebuilt", "cwmp"} {
		p, err := startServer(name)
		if err != nil {
			return err
		}
		_, before, err := p.usage("memory")
		var drivers []*driver
		for i := 0; i < conns && err == nil; i++ {
			var d *driver
			if d, err = newDriver(p.addr, i); err == nil {
				drivers = append(drivers, d)
				_, err = d.post(0)
			}
		}
		if err != nil {
			return err
		}
		_, after, err := p.usage("memory")
		if err != nil {
			return err
		}
		fmt.Printf("| %s | %.1f |\n", name, float64(after-before)/float64(conns)/1024)
		for _, d := range drivers {
			d.conn.Close()
		}
		p.stop()
	}
	return nil
}
