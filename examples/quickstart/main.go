// Command quickstart performs the eleven steps of the CWMP message interaction
// procedure over TCP on loopback, between a CPE and two embedded ACSs, and prints
// each step as it happens:
//
//	go run ./examples/quickstart [-tls] [-v [-secrets]]
//	go run ./examples/quickstart -acs URL [-user U -pass P] [-v [-secrets]]
//
// The CPE's ACS URL comes out of its configuration attributes: DHCP offers one,
// the operator's CLI sets the main ACS's and wins. The main ACS asks for the URL
// and then sets URL, username and password to the backup ACS's in one request.
// The write takes the CLI's place, and a second session goes to the backup ACS.
//
// With -acs one session runs with an ACS of your own.
//
// The exit status is 0 when every step happened, or the session with -acs ended
// well; 1 when a session failed; 2 on bad flags.
//
// Read the files in this order: main.go, play.go (the story), settings.go (from
// attributes to a running client), device.go (the CPE), acs.go (the two ACSs),
// ladder.go (what is printed).
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"unicode"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// The exit statuses.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

// options are the flags.
type options struct {
	acs, user, pass       string
	external              bool // acs was given, if only as ""
	tls, verbose, secrets bool
}

// A usageError is the user's.
type usageError struct{ error }

func run(args []string, stdout, stderr io.Writer) int {
	o, err := parse(args, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return exitOK
	}
	if err == nil {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
		defer stop()
		out := &output{w: stdout}
		err = cmp.Or(play(ctx, o, out), out.err)
	}
	return report(err, stderr)
}

// An output keeps the first error of writing: steps that nobody can read have not
// been shown.
type output struct {
	w   io.Writer
	err error
}

func (o *output) Write(p []byte) (int, error) {
	n, err := o.w.Write(p)
	if err != nil && o.err == nil {
		o.err = fmt.Errorf("writing the output: %w", err)
	}
	return n, err
}

// report prints an error as one line and returns the exit status for it.
func report(err error, stderr io.Writer) int {
	if err == nil {
		return exitOK
	}
	fmt.Fprintln(stderr, "quickstart:", oneLine(err.Error()))
	if _, usage := errors.AsType[usageError](err); usage {
		return exitUsage
	}
	return exitFailed
}

func parse(args []string, stderr io.Writer) (options, error) {
	var o options
	f := flag.NewFlagSet("quickstart", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.StringVar(&o.acs, "acs", "", "talk to the ACS at this `URL` instead of the embedded ones")
	f.StringVar(&o.user, "user", "", "`username` for -acs")
	f.StringVar(&o.pass, "pass", "", "`password` for -acs")
	f.BoolVar(&o.tls, "tls", false, "run the embedded ACSs over TLS, with a throw-away CA")
	f.BoolVar(&o.verbose, "v", false, "print every message, passwords and Authorization masked")
	f.BoolVar(&o.secrets, "secrets", false, "with -v, mask nothing")
	if err := f.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			usage(f, stderr)
			return o, err
		}
		return o, usageError{err}
	}
	f.Visit(func(set *flag.Flag) { o.external = o.external || set.Name == "acs" })
	return o, o.check(f.Args())
}

func usage(f *flag.FlagSet, w io.Writer) {
	fmt.Fprint(w, `usage: quickstart [-tls] [-v [-secrets]]
       quickstart -acs URL [-user U -pass P] [-v [-secrets]]

Runs the eleven steps of a CWMP session between a CPE and a main and a backup
ACS on loopback, or one session with the ACS at URL, and prints each step.
Exit status: 0 all went well, 1 a session failed, 2 bad flags.

`)
	f.SetOutput(w)
	f.PrintDefaults()
}

// check refuses flags that do not go together.
func (o options) check(rest []string) error {
	switch {
	case len(rest) > 0:
		return usageError{fmt.Errorf("unexpected argument %q", rest[0])}
	case !o.external && (o.user != "" || o.pass != ""):
		return usageError{errors.New("-user and -pass go with -acs")}
	case o.external && o.tls:
		return usageError{errors.New("-tls is for the embedded ACSs; give -acs an https URL")}
	case o.secrets && !o.verbose:
		return usageError{errors.New("-secrets goes with -v")}
	}
	return nil
}

// oneLine keeps a text on one line of bearable length, whatever a peer has put into
// it.
func oneLine(s string) string {
	const most = 400
	s = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, s)
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "..."
	}
	return s
}
