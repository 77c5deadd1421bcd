// Command decode shows what is in CWMP messages that lie in files:
//
//	go run ./examples/decode [-level strict|standard|tolerant] [-json] FILE...
//	go run ./examples/decode -check FILE...
//
// A FILE of - is standard input. For a person, a message is an outline of its
// elements with their types and values; below stand the deviations from the
// standard that were put up with, each with line, column and path:
//
//	boot.xml: Inform, CWMP 1.0, ID "1"
//	  DeviceId DeviceIdStruct
//	    Manufacturer string "ACME"
//	    ...
//	  diagnostics
//	    7:21 /Envelope/Body/Inform/RetryCount: empty-number
//
// -level says how strictly to read; tolerant, which is the default, reads what real
// devices and servers write.
//
// -json writes a line for each file, in the order of the arguments:
//
//	{"file":"boot.xml","method":"Inform","id":"1","version":"1.0",
//	 "diagnostics":[{"code":"empty-number","offset":312,"path":"/Envelope/...","detail":""}],
//	 "message":{"DeviceId":{"Manufacturer":"ACME",...},"Event":[...],...}}
//	{"file":"cut.xml","error":"...","offset":12,"path":"/Envelope/Body"}
//
// The message has the specification's element names, those alone that were there:
// a struct is an object, a list an array, an integer a number, a boolean one, all
// else a text. A number or a boolean that does not parse is its raw text. A value
// has its raw xsi:type beside it, as "Type". Text that is not UTF-8 is in base64,
// under the name with a small first letter and Base64 behind it (valueBase64), and
// as {"base64":...} in an array. A fault is flat; a method that the standard does
// not have is {"xml":...}; a file of white space, or a Body without an element, has
// the method "" and the message null. There are at most 1,000 diagnostics;
// "moreDiagnostics" counts what is beyond. Offsets count the file's bytes from 0,
// lines and columns, which are bytes too, from 1.
//
// -check only tells whether files are well-formed XML, as strictly as the library
// can: `ok FILE` or `refused FILE: line:col: reason`. Any XML will do, but what
// SOAP forbids to all, a document type declaration, is refused, and the bounds of
// package soap hold. A file that cannot be read is refused at the place up to which
// it could.
//
// The exit status is 0 when every file was read, 1 when one was not, and 2 on bad
// flags or without a FILE.
//
// Read the files in this order: main.go, document.go (a file and places in it),
// outline.go, json.go, fault.go.
package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/soap"
)

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

// The exit statuses.
const (
	exitOK      = 0
	exitRefused = 1
	exitUsage   = 2
)

var levels = map[string]soap.Level{"strict": soap.Strict, "standard": soap.Standard, "tolerant": soap.Tolerant}

// options are the flags.
type options struct {
	level       string
	json, check bool
	files       []string
}

// run is main, with all that it depends on as arguments.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	o, err := parse(args, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return exitOK
	case err != nil:
		fmt.Fprintln(stderr, "decode:", err)
		return exitUsage
	}
	out := bufio.NewWriterSize(stdout, 64<<10)
	p := program{options: o, stdin: stdin, out: out, reading: rpc.Config{Level: levels[o.level], Registry: rpc.Registry{}.Trees()}}
	status := exitOK
	for _, name := range o.files {
		if !p.file(name) {
			status = exitRefused
		}
	}
	if err := out.Flush(); err != nil {
		fmt.Fprintln(stderr, "decode:", err)
		return exitRefused
	}
	return status
}

func parse(args []string, stderr io.Writer) (options, error) {
	var o options
	f := flag.NewFlagSet("decode", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.StringVar(&o.level, "level", soap.Tolerant.String(), "how strictly to read: strict, standard or tolerant")
	f.BoolVar(&o.json, "json", false, "write a line of JSON for each file")
	f.BoolVar(&o.check, "check", false, "only tell whether files are well-formed XML")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	o.files = f.Args()
	given := map[string]bool{}
	f.Visit(func(f *flag.Flag) { given[f.Name] = true })
	_, known := levels[o.level]
	switch {
	case !known:
		return o, fmt.Errorf("-level: no level %q", o.level)
	case o.check && (given["level"] || given["json"]):
		return o, errors.New("-check goes with neither -level nor -json")
	case len(o.files) == 0:
		return o, errors.New("no FILE")
	}
	return o, nil
}

// A program goes from file to file.
type program struct {
	options
	stdin   io.Reader
	out     *bufio.Writer
	reading rpc.Config
}

// file shows one file and reports whether it could be read.
func (p *program) file(name string) bool {
	d, err := load(name, p.stdin)
	var m *message
	switch {
	case err != nil:
	case p.check:
		err = d.wellFormed()
	default:
		m, err = d.decode(p.reading)
	}
	switch r := d.refused(err); {
	case p.json && err != nil:
		p.out.Write(r.json(name))
	case err != nil:
		fmt.Fprintf(p.out, "refused %s: %d:%d: %s\n", shown(name), r.line, r.column, shown(r.text(p.check)))
	case p.check:
		fmt.Fprintf(p.out, "ok %s\n", shown(name))
	case p.json:
		p.out.Write(m.json(name, d))
	default:
		m.outline(p.out, shown(name), d)
	}
	return err == nil
}

// shown is a file's name, or what the system says of it, as a terminal may get it: one
// line, and what cannot be printed escaped.
func shown(s string) string {
	odd := func(r rune) bool { return r == utf8.RuneError || !unicode.IsPrint(r) }
	if !strings.ContainsFunc(s, odd) {
		return s
	}
	quoted := strconv.Quote(s)
	return quoted[1 : len(quoted)-1]
}
