// Package cwmp is the root of a library for CWMP, the CPE WAN Management Protocol
// of TR-069. It holds no code; the packages below it are the library, each of them
// usable without those to its right:
//
//	soap <- rpc <- session <- transport <- cwmptest
//
// Package [github.com/cwmp-go/cwmp/soap] reads and writes XML,
// [github.com/cwmp-go/cwmp/rpc] the messages,
// [github.com/cwmp-go/cwmp/session] decides whose turn it is,
// [github.com/cwmp-go/cwmp/transport] carries sessions over HTTP, and
// [github.com/cwmp-go/cwmp/cwmptest] helps to test.
// [github.com/cwmp-go/cwmp/attrs] decides which source sets a device's
// configuration, [github.com/cwmp-go/cwmp/transport/dhcp] reads what DHCP says.
// [github.com/cwmp-go/cwmp/transport/connreq] wakes a device by a connection request,
// over HTTP, UDP and XMPP, and [github.com/cwmp-go/cwmp/transport/stun] keeps it
// within reach behind a gateway.
//
// To make a device, begin with transport.Client; to make an ACS, with
// transport.Server; to test either, with package cwmptest. The command
// examples/quickstart shows all of them at work.
package cwmp
