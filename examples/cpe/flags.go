package main

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"strconv"
	"time"

	"github.com/cwmp-go/cwmp/attrs"
	"github.com/cwmp-go/cwmp/cwmptest"
	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/session"
	"github.com/cwmp-go/cwmp/transport"
)

// NOTE: the flags, and what is wrong with them. An argument that belongs to no flag is
// not repeated: it may be the password.

// options are the flags, and what the files hold that they name.
type options struct {
	acs, user, pass string
	insecure, once  bool
	id              rpc.DeviceID
	codes           []rpc.EventCode
	interval        time.Duration // 0: one session
	rootsFile       string
	paramsFile      string
	connreq, stun   string          // where to listen for connection requests, and the STUN server
	crUser, crPass  string          // what they have to prove
	given           map[string]bool // by their names, if only as ""

	stunHost, stunPort string

	events session.EventQueue
	attrs  *attrs.Resolver
	tls    *tls.Config // nil: the system's roots
	table  []cwmptest.Parameter
}

func parse(args []string, stderr io.Writer) (options, error) {
	var o options
	f := flag.NewFlagSet("cpe", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.StringVar(&o.acs, "acs", "", "the `URL` of the ACS")
	f.StringVar(&o.user, "user", "", "the `name` to authenticate with")
	f.StringVar(&o.pass, "pass", "", "the `password` for it")
	f.BoolVar(&o.insecure, "allow-basic-http", false, "give the password in clear over plain HTTP, if asked to")
	f.StringVar(&o.rootsFile, "cacert", "", "a PEM `file` with the authorities to trust, in place of the system's")
	f.StringVar(&o.id.Manufacturer, "manufacturer", "cwmp-go", "the device's Manufacturer")
	f.StringVar(&o.id.OUI, "oui", "00D09E", "its OUI")
	f.StringVar(&o.id.ProductClass, "class", "cpe", "its ProductClass")
	f.StringVar(&o.id.SerialNumber, "serial", "1", "its SerialNumber")
	f.StringVar(&o.paramsFile, "params", "", "a CSV `file` of name, type, writable, value")
	f.Func("event", "an event `code` of the first Inform; may be repeated (default 1 BOOT)", o.addCode)
	f.DurationVar(&o.interval, "interval", 0, "run on, with a session so long after each")
	f.BoolVar(&o.once, "once", false, "run one session, which is so without -interval, -connreq and -stun too")
	f.StringVar(&o.connreq, "connreq", "", "run on, and listen for connection requests on this `address`; port 0 is any")
	f.StringVar(&o.crUser, "cr-user", "", "the `name` that they have to give")
	f.StringVar(&o.crPass, "cr-pass", "", "the `password` for it")
	f.StringVar(&o.stun, "stun", "", "run on, and take them by UDP too, through this STUN server, `host:port`")
	err := f.Parse(args)
	if errors.Is(err, flag.ErrHelp) {
		usage(f, stderr)
	}
	if err != nil {
		return o, err
	}
	o.given = map[string]bool{}
	f.Visit(func(set *flag.Flag) { o.given[set.Name] = true })
	if err := o.check(f.NArg()); err != nil {
		return o, err
	}
	return o, o.load()
}

func (o *options) addCode(code string) error {
	o.codes = append(o.codes, rpc.EventCode(code))
	return nil
}

func usage(f *flag.FlagSet, w io.Writer) {
	fmt.Fprint(w, `usage: cpe -acs URL [flags]

A device that runs a session with the ACS; or one after the other with -interval, and
when it is asked to with -connreq and -stun.
Exit status: 0 the session ended well, 1 it failed, 2 bad flags or files.

`)
	f.SetOutput(w)
	f.PrintDefaults()
}

// check refuses flags that do not go together.
func (o *options) check(rest int) error {
	switch {
	case rest > 0:
		return errors.New("there are arguments that belong to no flag")
	case !o.given["acs"]:
		return errors.New("-acs is missing")
	case !isURL(o.acs):
		return errors.New("-acs is no http or https URL with a host, or has a name in it")
	case o.given["pass"] && o.user == "":
		return errors.New("-pass goes with -user")
	case o.once && o.given["interval"]:
		return errors.New("-once and -interval do not go together")
	case o.given["interval"] && o.interval <= 0:
		return errors.New("-interval is no time to wait")
	}
	if err := o.checkWake(); err != nil {
		return err
	}
	return o.queue()
}

// listens reports whether the device can be woken.
func (o *options) listens() bool { return o.given["connreq"] || o.given["stun"] }

// single reports whether one session is all.
func (o *options) single() bool { return o.once || !o.given["interval"] && !o.listens() }

// checkWake refuses what nobody could wake the device by. An empty password lets nobody in.
func (o *options) checkWake() (err error) {
	if !o.listens() {
		if o.given["cr-user"] || o.given["cr-pass"] {
			return errors.New("-cr-user and -cr-pass go with -connreq or -stun")
		}
		return nil
	}
	if o.crUser == "" || o.crPass == "" {
		return errors.New("-connreq and -stun want -cr-user and -cr-pass")
	}
	if _, port, err := net.SplitHostPort(o.connreq); o.given["connreq"] && (err != nil || !isPort(port)) {
		return errors.New("-connreq is no address of host:port or :port")
	}
	o.stunHost, o.stunPort, err = net.SplitHostPort(o.stun)
	if o.given["stun"] && (err != nil || o.stunHost == "" || !isPort(o.stunPort)) {
		return errors.New("-stun is no host:port")
	}
	return nil
}

func isPort(text string) bool {
	_, err := strconv.ParseUint(text, 10, 16)
	return err == nil
}

// queue queues the events. One that discards what is older, 0 BOOTSTRAP, goes first:
// they have all happened at once.
func (o *options) queue() error {
	codes := o.codes
	if len(codes) == 0 {
		codes = []rpc.EventCode{rpc.EventBoot}
	}
	for _, first := range []bool{true, false} {
		for _, code := range codes {
			if o.events.Rule(code).Clears != first {
				continue
			}
			if err := o.events.Add(rpc.Event{EventCode: code}); err != nil {
				return fmt.Errorf("-event: %w", err)
			}
		}
	}
	return nil
}

// load reads the files, and tries whether an Inform can be written at all.
func (o *options) load() (err error) {
	if o.given["cacert"] {
		if o.tls, err = trust(o.rootsFile); err != nil {
			return fmt.Errorf("-cacert: %w", err)
		}
	}
	o.table, err = o.ownTable()
	if o.given["params"] {
		o.table, err = readTable(o.paramsFile)
	}
	if err != nil {
		return fmt.Errorf("-params: %w", err)
	}
	if err := o.resolve(); err != nil {
		return err
	}
	inform := &rpc.Inform{DeviceID: o.id, Event: o.events.Pending()}
	_, err = (&rpc.Envelope{Message: inform}).Append(nil, rpc.Style{})
	return err
}

// isURL reports whether a session can be had with what a text says.
func isURL(text string) bool {
	policies := func(string) *tls.Config { return &tls.Config{} }
	if (transport.Settings{URL: text}).Check(policies) != nil {
		return false
	}
	u, err := url.Parse(text)
	return err == nil && (u.Port() == "" || isPort(u.Port()))
}

// trust is the file's authorities and no others.
func trust(file string) (*tls.Config, error) {
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%s: no certificate in it", file)
	}
	return &tls.Config{RootCAs: pool}, nil
}
