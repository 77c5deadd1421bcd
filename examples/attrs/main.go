// Command attrs is a small shell that behaves like the command line of a
// Comware device for the attributes of CWMP, so that one can see in a minute who
// wins when the operator, the ACS and a DHCP server disagree:
//
//	go run ./examples/attrs [-profile comware|tr069|icwmp|singleslot] [-state FILE]
//		[-strict] [-lenient-dhcp] [-bind] [SCRIPT]
//
// It reads a script, or standard input, one command a line; a line that begins
// with # is a comment, and so is what follows a # that stands alone. A prompt
// appears only on a terminal. A token with blanks is written in Go quotes, of
// PATH=VALUE the whole or the value.
//
//	cwmp enable                        the operator's commands: an attribute's words, then its
//	cwmp acs url U                     value; a switch has none
//	cwmp acs password simple P         passwords are given in the clear
//	ssl client-policy NAME
//	undo cwmp acs url                  back to what lies below, or to the default
//	dhcp option43 HEX                  a DHCP server's answer; the whole layer is replaced
//	dhcp option125 HEX
//	dhcp lost                          the lease is lost
//	acs set PATH=VALUE [PATH=VALUE...] one SetParameterValues, all or nothing
//	factory-reset
//	reboot                             volatile layers go, as DHCP's does in Comware
//	display cwmp configuration
//	display cwmp status
//	explain ATTR                       who set it, who won, and why
//	show endpoint [clear]              one line: the ACS to contact; clear shows the password
//
// A command that is refused prints `refused: ATTR: reason` and changes nothing;
// a DHCP option's attribute that the profile lets no DHCP server set prints
// `ignored: ATTR`; a line that is no command prints `error: line N: ...`.
//
// -strict makes the exit status 1 if any line was refused or no command.
// -lenient-dhcp takes options that real servers get wrong, and notes how.
// -bind takes credentials from the URL's source alone. -state keeps everything,
// passwords in the clear and the DHCP layer too, in a file of mode 0600
// between runs. The exit status is 2 on bad flags, and when the script or the
// state cannot be read or written.
//
// Read the files in this order: main.go, shell.go (lines and commands),
// commands.go (the Comware words), dhcp.go (an option becomes a layer),
// state.go.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/cwmp-go/cwmp/attrs"
)

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

// The exit statuses.
const (
	exitOK      = 0
	exitRefused = 1
	exitUsage   = 2
)

// options are the flags.
type options struct {
	profile, state, script       string
	strict, lenientDHCP, binding bool
}

var profiles = map[string]func() attrs.Profile{
	"comware": attrs.Comware, "tr069": attrs.TR069, "icwmp": attrs.ICWMP, "singleslot": attrs.SingleSlot,
}

func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	o, err := parse(args, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return exitOK
	}
	var failed bool
	if err == nil {
		failed, err = play(o, stdin, stdout)
	}
	switch {
	case err != nil:
		fmt.Fprintln(stderr, "attrs:", err)
		return exitUsage
	case failed && o.strict:
		return exitRefused
	}
	return exitOK
}

func parse(args []string, stderr io.Writer) (options, error) {
	var o options
	f := flag.NewFlagSet("attrs", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.StringVar(&o.profile, "profile", "comware", "whose rules: comware, tr069, icwmp or singleslot")
	f.StringVar(&o.state, "state", "", "keep the state in this `file`")
	f.BoolVar(&o.strict, "strict", false, "exit with status 1 if any line was refused or no command")
	f.BoolVar(&o.lenientDHCP, "lenient-dhcp", false, "take DHCP options that real servers get wrong")
	f.BoolVar(&o.binding, "bind", false, "take credentials from the URL's source alone")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	o.script = f.Arg(0)
	switch {
	case profiles[o.profile] == nil:
		return o, fmt.Errorf("-profile: no profile %q", o.profile)
	case f.NArg() > 1:
		return o, fmt.Errorf("one script at most, not %d", f.NArg())
	}
	return o, nil
}

// play runs the script and reports whether any line failed.
func play(o options, stdin io.Reader, stdout io.Writer) (failed bool, err error) {
	in := stdin
	if o.script != "" {
		f, err := os.Open(o.script)
		if err != nil {
			return false, err
		}
		defer f.Close()
		in = f
	}
	p := profiles[o.profile]()
	p.BindCredentials = p.BindCredentials || o.binding
	s, err := newShell(p, stdout)
	if err != nil {
		return false, err
	}
	s.lenient = o.lenientDHCP
	if o.state != "" {
		s.store = &store{path: o.state}
		if err := s.store.load(s.resolver); err != nil {
			return false, err
		}
	}
	s.prompt = prompt(in, stdout)
	if err = s.read(in); err == nil {
		err = s.keep()
	}
	return s.failed, err
}

// prompt is what a person at a terminal sees; empty for everybody else.
func prompt(in, out any) string {
	if terminal(in) && terminal(out) {
		return "[cwmp] "
	}
	return ""
}

// terminal reports whether x is one: a character device that is not the null
// device.
func terminal(x any) bool {
	f, ok := x.(*os.File)
	if !ok {
		return false
	}
	is, err := f.Stat()
	if err != nil || is.Mode()&os.ModeCharDevice == 0 {
		return false
	}
	null, err := os.Stat(os.DevNull)
	return err != nil || !os.SameFile(is, null)
}
