package main

import (
	"crypto/tls"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/url"
	"strconv"
	"strings"

	"github.com/cwmp-go/cwmp/rpc"
)

// NOTE: the flags, and what is wrong with them. An argument that belongs to no flag is
// not repeated: it may be the password.

// options are the flags, and what the files hold that they name.
type options struct {
	listen, auth, user, pass string
	insecure, once, json     bool
	certFile, keyFile        string
	styleName, doFile        string
	connreq, udp             string // where to send a connection request
	crUser, crPass           string
	given                    map[string]bool // by their names, if only as ""

	tls      *tls.Config // nil: plain HTTP
	style    rpc.Style
	requests []rpc.Message
}

var styles = map[string]rpc.Style{"default": {}, "no-declaration": {NoDeclaration: true}}

func parse(args []string, stderr io.Writer) (options, error) {
	var o options
	f := flag.NewFlagSet("acs", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.StringVar(&o.listen, "listen", "127.0.0.1:7547", "the `address` to listen on; port 0 is any")
	f.StringVar(&o.auth, "auth", "none", "none, basic or digest; digest if -user is given")
	f.StringVar(&o.user, "user", "", "the `name` that every device authenticates with")
	f.StringVar(&o.pass, "pass", "", "the `password` for it")
	f.BoolVar(&o.insecure, "allow-basic-http", false, "take a password in clear over plain HTTP")
	f.StringVar(&o.certFile, "tls-cert", "", "serve https with the certificate in this PEM `file`")
	f.StringVar(&o.keyFile, "tls-key", "", "the `file` with its key")
	f.StringVar(&o.styleName, "style", "default", "how messages are written: default or no-declaration")
	f.StringVar(&o.doFile, "do", "", "a JSON `file` with the requests to make in each session")
	f.StringVar(&o.connreq, "connreq", "", "wake the CPE with this ConnectionRequestURL, an http `URL`")
	f.StringVar(&o.udp, "udp", "", "wake the CPE by UDP, at its UDPConnectionRequestAddress `host:port`")
	f.StringVar(&o.crUser, "cr-user", "", "the `name` for connection requests")
	f.StringVar(&o.crPass, "cr-pass", "", "the `password` for them")
	f.BoolVar(&o.once, "once", false, "end after the first session")
	f.BoolVar(&o.json, "json", false, "print a session as one JSON object on a line")
	err := f.Parse(args)
	if errors.Is(err, flag.ErrHelp) {
		usage(f, stderr)
	}
	if err != nil {
		return o, err
	}
	o.given = map[string]bool{}
	f.Visit(func(set *flag.Flag) { o.given[set.Name] = true })
	if o.given["user"] && !o.given["auth"] {
		o.auth = "digest"
	}
	if err := o.check(f.NArg()); err != nil {
		return o, err
	}
	return o, o.load()
}

func usage(f *flag.FlagSet, w io.Writer) {
	fmt.Fprint(w, `usage: acs [flags]

Accepts any CPE, makes the requests of a file in each session, and prints what came
of it. Exit status: 0 all went well, 1 the session of -once did not end well or the
address cannot be bound, or the one that -connreq or -udp asks for did not come, 2 bad
flags or files.

`)
	f.SetOutput(w)
	f.PrintDefaults()
}

// check refuses flags that do not go together.
func (o *options) check(rest int) error {
	style, known := styles[o.styleName]
	o.style = style
	switch {
	case rest > 0:
		return errors.New("there are arguments that belong to no flag")
	case o.auth != "none" && o.auth != "basic" && o.auth != "digest":
		return errors.New("-auth is none, basic or digest")
	case !known:
		return errors.New("-style is default or no-declaration")
	case o.auth != "none" && (o.user == "" || !o.given["pass"]):
		return errors.New("-auth " + o.auth + " wants -user and -pass")
	case o.given["pass"] && !o.given["user"]:
		return errors.New("-pass goes with -user")
	case o.given["tls-cert"] != o.given["tls-key"]:
		return errors.New("-tls-cert and -tls-key go together")
	case o.auth == "basic" && !o.given["tls-cert"] && !o.insecure:
		return errors.New("-auth basic gives the password in clear: use -tls-cert, or -allow-basic-http")
	case o.auth == "basic" && strings.Contains(o.user, ":"):
		return errors.New("-user: basic knows no names with a colon")
	}
	if err := checkAddress("-listen", o.listen); err != nil {
		return err
	}
	return o.checkWake()
}

// checkWake refuses what cannot be a connection request.
func (o *options) checkWake() error {
	switch {
	case o.given["connreq"] && !isCallback(o.connreq):
		return errors.New("-connreq is no http URL with a host, or has a name in it")
	case o.given["cr-user"] != o.given["cr-pass"]:
		return errors.New("-cr-user and -cr-pass go together")
	case o.given["cr-user"] && !o.wakes():
		return errors.New("-cr-user and -cr-pass go with -connreq or -udp")
	case o.given["udp"] && o.crUser == "":
		return errors.New("-udp wants -cr-user and -cr-pass, which sign the request")
	case strings.HasPrefix(o.udp, ":"):
		return errors.New("-udp is no host:port")
	case o.given["udp"]:
		return checkAddress("-udp", o.udp)
	}
	return nil
}

// isCallback reports whether a text can be a ConnectionRequestURL: TR-069 section 3.2.2
// knows no https.
func isCallback(text string) bool {
	u, err := url.Parse(text)
	return err == nil && u.Scheme == "http" && u.Hostname() != "" && u.User == nil && (u.Port() == "" || isPort(u.Port()))
}

func isPort(text string) bool {
	_, err := strconv.ParseUint(text, 10, 16)
	return err == nil
}

func checkAddress(name, address string) error {
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if !isPort(port) {
		return errors.New(name + ": not a port")
	}
	return nil
}

// load reads the files.
func (o *options) load() error {
	if o.given["tls-cert"] {
		cert, err := tls.LoadX509KeyPair(o.certFile, o.keyFile)
		if err != nil {
			return fmt.Errorf("-tls-cert: %w", err)
		}
		o.tls = &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}
	}
	if !o.given["do"] {
		return nil
	}
	var err error
	if o.requests, err = readRequests(o.doFile, o.style); err != nil {
		return fmt.Errorf("-do: %w", err)
	}
	return nil
}

// url is where the ACS is, at an address that it listens on.
func (o *options) url(at net.Addr) string {
	scheme := "http"
	if o.tls != nil {
		scheme = "https"
	}
	return scheme + "://" + at.String() + "/"
}
