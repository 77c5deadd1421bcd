package main

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"time"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/transport"
)

// NOTE: the two embedded ACSs. They differ in their credentials only.

// An endpoint is where a CPE shall go.
type endpoint struct{ url, user, password string }

// An acs asks each CPE for its ACS URL and sends it to target.
type acs struct {
	url    string
	target endpoint
	http   *http.Server
}

// startACS starts an ACS on a loopback port, over TLS if there is an authority.
func startACS(ca *authority, user, password string) (*acs, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	a := &acs{url: "http://" + listener.Addr().String() + "/acs"}
	if ca != nil {
		a.url = "https://" + listener.Addr().String() + "/acs"
		listener = tls.NewListener(listener, ca.server())
	}
	a.http = &http.Server{
		ReadHeaderTimeout: 5 * time.Second,
		Handler: &transport.Server{
			Handler: transport.Script(a.switchOver),
			Authenticator: &transport.DigestAuth{
				Password: func(name string) (string, bool) { return password, name == user },
			},
			Principals: func(rpc.DeviceID) []string { return []string{user} },
		},
	}
	go a.http.Serve(listener) // ends with close
	return a, nil
}

func (a *acs) close() { a.http.Close() }

// switchOver is steps 6 to 9: ask for the URL, then set URL, username and password
// as one request.
func (a *acs) switchOver(ctx context.Context, s *transport.Session) error {
	const server = "Device.ManagementServer."
	if _, err := transport.Do(ctx, s, &rpc.GetParameterValues{ParameterNames: []string{server + "URL"}}); err != nil {
		return err
	}
	_, err := transport.Do(ctx, s, &rpc.SetParameterValues{
		ParameterList: []rpc.ParameterValue{
			{Name: server + "URL", Value: rpc.StringValue(a.target.url)},
			{Name: server + "Username", Value: rpc.StringValue(a.target.user)},
			{Name: server + "Password", Value: rpc.StringValue(a.target.password)},
		},
		ParameterKey: "switchover",
	})
	return err
}
