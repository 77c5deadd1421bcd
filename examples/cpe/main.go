// Command cpe is a device: it tells an ACS why it calls, and does what it is asked
// to with a flat table of parameters.
//
//	go run ./examples/cpe -acs URL [-user U -pass P] [-allow-basic-http] [-cacert FILE]
//		[-manufacturer M] [-oui O] [-class C] [-serial S] [-params FILE]
//		[-event "1 BOOT"]... [-interval 30s | -once]
//		[-connreq ADDRESS] [-stun HOST:PORT] [-cr-user U -cr-pass P]
//
// It answers GetRPCMethods, GetParameterNames, GetParameterValues,
// SetParameterValues, AddObject, DeleteObject and Reboot, and everything else with
// fault 9000. It runs one session, with the events of -event (1 BOOT unless it is
// given), and prints a line for each request:
//
//	session 1: 1 BOOT
//	  GetParameterValues: answered
//	  FactoryReset: fault 9000: method not supported
//	session 1 ended well
//
// With -interval it runs on: the next session, with 2 PERIODIC, follows so long after
// each that has ended well. One that has failed is repeated after the waits of the
// standard's table, 5 to 10 s at first, with the events that were not delivered. After a
// Reboot it comes back in a second, with 1 BOOT and M Reboot; what was set stays set.
//
// With -connreq and -stun it runs on too, unless there is -once, and is woken by whoever
// has the name and password of -cr-user and -cr-pass: over HTTP at -connreq, over UDP at
// the address that the STUN server sees, whoever sends the datagram. Both addresses are
// lines, the first before all others, the second whenever it changes, and stand in the
// table as ConnectionRequestURL and UDPConnectionRequestAddress:
//
//	connection request URL: http://127.0.0.1:7547/q5s2w7a
//	UDP connection request address: 203.0.113.7:40001
//	session 2: 6 CONNECTION REQUEST
//
// What the ACS sets of ManagementServer is obeyed when the session is over: URL (which the
// device then calls with 0 BOOTSTRAP), Username and Password, EnableCWMP, PeriodicInform...,
// CWMPRetry..., ConnectionRequestUsername and -Password, and with -connreq or -stun
// HTTPConnectionRequestEnable and STUN... too. The flags, and below them the table, are
// what holds until then. All other parameters are texts in a table.
//
// -params is a CSV file without a header line, of four columns: name, type, writable,
// value. Types are those of XML Schema, without a prefix. An object has a row of its own
// where it is to be writable: its name ends with a dot, and type and value are empty. A
// writable table takes AddObject, a writable instance DeleteObject:
//
//	Device.DeviceInfo.UpTime,unsignedInt,false,12
//	Device.NAT.PortMapping.,,true,
//	Device.NAT.PortMapping.1.,,true,
//	Device.NAT.PortMapping.1.Description,string,true,"web, mail"
//
// Without it the table is params.csv of this directory, with the device's identity
// and the ACS's URL put in.
//
// No output ever holds a password. Parameters whose names end so read as empty, as
// hidden ones do in the standard's data models.
//
// The exit status is 0 when the one session ended well, or when SIGINT or SIGTERM ends
// the program, 1 when the session failed or an address cannot be listened on, for which a
// line says the reason, and 2 on bad flags, a bad URL and bad files.
//
// Read the files in this order: main.go, run.go (sessions, waits and reboots), settings.go
// (what is obeyed), wake.go (connection requests), answer.go, flags.go, table.go.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
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
	o, err := parse(args, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return exitOK
	}
	if err != nil {
		fmt.Fprintln(stderr, "cpe:", err)
		return exitUsage
	}
	return newProgram(o, stdout, stderr).run(ctx)
}
