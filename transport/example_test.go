package transport_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/transport"
)

// serveExample serves an ACS on a loopback port until stop is called.
func serveExample(acs http.Handler) (url string, stop func()) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	srv := &http.Server{Handler: acs, ReadHeaderTimeout: 5 * time.Second}
	done := make(chan struct{})
	go func() { defer close(done); srv.Serve(listener) }()
	return "http://" + listener.Addr().String() + "/acs", func() { srv.Close(); <-done }
}

// callExample is a device that calls an ACS once: it knows its up time and can
// reboot.
func callExample(url string) error {
	client := &transport.Client{URL: url, Handle: func(_ context.Context, request rpc.Message) (rpc.Message, error) {
		switch m := request.(type) {
		case *rpc.GetParameterValues:
			return &rpc.GetParameterValuesResponse{ParameterList: []rpc.ParameterValue{
				{Name: m.ParameterNames[0], Value: rpc.Value{Type: rpc.TypeUnsignedInt, Text: "86400"}},
			}}, nil
		case *rpc.Reboot:
			return &rpc.RebootResponse{}, nil
		}
		return nil, rpc.FaultMethodNotSupported
	}}
	_, err := client.Do(context.Background(), &rpc.Inform{
		DeviceID: rpc.DeviceID{Manufacturer: "ACME", OUI: "00D09E", ProductClass: "Box", SerialNumber: "1"},
		Event:    []rpc.Event{{EventCode: rpc.EventPeriodic}},
	})
	return err
}

// An ACS that reboots devices that have been up for a day, as straight-line code.
func ExampleScript() {
	acs := &transport.Server{
		Handler: transport.Script(func(ctx context.Context, s *transport.Session) error {
			const upTime = "Device.DeviceInfo.UpTime"
			v, err := transport.Do(ctx, s, &rpc.GetParameterValues{ParameterNames: []string{upTime}})
			if err != nil {
				return err
			}
			seconds, err := v.ParameterList[0].Value.Uint()
			if err != nil || seconds < 86400 {
				return err
			}
			_, err = transport.Do(ctx, s, &rpc.Reboot{CommandKey: "daily"})
			fmt.Println(s.Inform.DeviceID.SerialNumber, "reboots:", err)
			return err
		}),
	}
	url, stop := serveExample(acs)
	defer stop()
	fmt.Println(callExample(url))
	// Output:
	// 1 reboots: <nil>
	// <nil>
}

// A CPE that reports a finished download and answers what the ACS asks.
func ExampleClient() {
	url, stop := serveExample(&transport.Server{})
	defer stop()
	client := &transport.Client{
		URL: url, Username: "00D09E-Box-1", Password: "secret",
		Handle: func(ctx context.Context, request rpc.Message) (rpc.Message, error) {
			return nil, rpc.FaultMethodNotSupported // what the ACS may ask, a case each
		},
	}
	inform := &rpc.Inform{
		DeviceID:    rpc.DeviceID{Manufacturer: "ACME", OUI: "00D09E", ProductClass: "Box", SerialNumber: "1"},
		Event:       []rpc.Event{{EventCode: rpc.EventTransferComplete}, {EventCode: rpc.EventMDownload, CommandKey: "fw"}},
		CurrentTime: rpc.DateTimeOf(time.Now()),
	}
	result, err := client.Do(context.Background(), inform, &rpc.TransferComplete{CommandKey: "fw"})
	for _, answer := range result.Answers {
		fmt.Println(answer.Method())
	}
	fmt.Println(len(result.Unsent), err)
	// Output:
	// InformResponse
	// TransferCompleteResponse
	// 0 <nil>
}

// An ACS without a goroutine a session: its state is a byte in Session.Data.
func ExampleHandlerFunc() {
	acs := &transport.Server{
		Handler: transport.HandlerFunc(func(_ context.Context, s *transport.Session, in rpc.Message) (rpc.Message, error) {
			s.Data = append(s.Data, 0) // one more turn
			switch len(s.Data) {
			case 1:
				return &rpc.GetParameterValues{ParameterNames: []string{"Device.DeviceInfo.UpTime"}}, nil
			case 2:
				if v, ok := in.(*rpc.GetParameterValuesResponse); ok {
					fmt.Println("up for", v.ParameterList[0].Value.Text, "s")
				}
			}
			return nil, nil
		}),
	}
	url, stop := serveExample(acs)
	defer stop()
	fmt.Println(callExample(url))
	// Output:
	// up for 86400 s
	// <nil>
}
