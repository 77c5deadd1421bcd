// Command acs is an ACS that accepts any CPE, asks it what a file says, and prints
// what came of it:
//
//	go run ./examples/acs [-listen ADDRESS] [-auth none|basic|digest -user U -pass P]
//		[-allow-basic-http] [-tls-cert FILE -tls-key FILE]
//		[-style default|no-declaration] [-do FILE] [-once] [-json]
//		[-connreq URL] [-udp HOST:PORT] [-cr-user U -cr-pass P]
//
// It listens on -listen, 127.0.0.1:7547 unless it is given, and any path is served.
// The first line that it writes is `listening on URL`. Then each session is printed
// when it is over: the device, its events and parameters, what was asked and
// answered, where the device has strayed from the standard, and how it ended:
//
//	listening on http://127.0.0.1:7547/
//	session 1: Manufacturer "cwmp-go", OUI "00D09E", ProductClass "cpe", SerialNumber "1"
//	  event "1 BOOT"
//	  parameter Name "Device.RootDataModelVersion", Value xsd:string "2.17"
//	  request GetParameterNames
//	    ParameterList: Name "Device.", Writable false
//	  request FactoryReset: fault 9000: method not supported
//	  ended: ok
//
// -do names a JSON list of requests that are made in each session, in order, with the
// arguments' names as the standard has them:
//
//	[{"GetParameterNames":{"ParameterPath":"","NextLevel":true}},
//	 {"SetParameterValues":{"ParameterList":[{"Name":"Device.X","Type":"xsd:string","Value":"v"}]}},
//	 {"Reboot":{"CommandKey":"k"}}]
//
// Each of the methods of a CPE can be asked for; arguments that are left out are
// empty, false or 0. A fault is an answer like any other, and the list goes on.
//
// With -json a session is one object on one line, and `listening on URL` goes to
// standard error:
//
//	{"device":{"Manufacturer":...,"OUI":...,"ProductClass":...,"SerialNumber":...},
//	 "events":[{"EventCode":"1 BOOT","CommandKey":""}],
//	 "parameters":[{"Name":...,"Type":"xsd:string","Value":...}],
//	 "requests":[{"method":"Reboot","answer":{},"fault":null}],
//	 "diagnostics":[{"code":...,"offset":...,"path":...,"detail":...}],
//	 "end":"ok"}
//
// Messages are as `examples/decode -json` shows them. A request that nobody answered
// has neither answer nor fault. What is refused before it belongs to a session is a
// line on standard error.
//
// -user and -pass are the one name and password that every device has to give; digest
// is the -auth that goes with them unless another is named. A password in clear over plain
// HTTP needs -allow-basic-http. -style no-declaration leaves out the XML declaration,
// which some devices do not read. The lines for a person hide what parameters hold
// whose names end in Password, Passphrase, PreSharedKey, WEPKey or Secret; JSON has values
// as they are.
//
// -connreq wakes a CPE by its ConnectionRequestURL, -udp by its
// UDPConnectionRequestAddress, with the name and password of -cr-user and -cr-pass. The
// request goes out once, when the ACS listens, to whatever address it says, over UDP from the
// port that the ACS listens on, or from another if a program has that one. Its result is a
// line (with -json on standard error), with the reason, if it has one, on standard error:
//
//	connection request: accepted
//
// or busy (a status of 503), offline (no answer), refused (any other); over UDP, where
// nobody answers, it is sent. Then a session with the event 6 CONNECTION REQUEST is waited
// for, at most 30 s; -once waits for that session, whatever others come, and the exit
// status is 1 if none has come.
//
// -once ends after the first session that got as far as an Inform, with the exit
// status 0 if it ended well, whatever faults there were, and 1 if not. The status is 1
// too when the address cannot be bound, 2 on bad flags and files, and 0 when SIGINT or
// SIGTERM ends the program.
//
// Read the files in this order: main.go, flags.go, serve.go (the server), requests.go
// (what is asked), record.go (what came of it), print.go, wake.go (connection requests).
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// The exit statuses.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

// run is main, with all that it depends on as arguments. The end of ctx is a signal.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	logger := log.New(stderr, "acs: ", 0)
	o, err := parse(args, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return exitOK
	}
	if err != nil {
		logger.Print(err)
		return exitUsage
	}
	listener, err := net.Listen("tcp", o.listen)
	if err != nil {
		logger.Print(err)
		return exitFailed
	}
	p := newProgram(o, stdout, logger)
	if _, err := fmt.Fprintln(p.notes, "listening on", o.url(listener.Addr())); err != nil {
		listener.Close()
		logger.Print(err)
		return exitFailed
	}
	return p.serve(ctx, listener)
}
