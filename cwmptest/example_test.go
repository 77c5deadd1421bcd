package cwmptest_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"os"

	"github.com/cwmp-go/cwmp/cwmptest"
	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/transport"
)

// NOTE: examples without a testing.TB, so that they stand in the package's doc.
// example_vendor_test.go is the one with NewACS.

// A test of an ACS: whatever handler it has, a Device is its other end.
func Example() {
	acs := httptest.NewServer(&transport.Server{Handler: transport.Script(renew)})
	defer acs.Close()

	device := cwmptest.NewDevice(map[string]string{"Device.DeviceInfo.ProvisioningCode": "old"})
	_, err := device.Inform(context.Background(), acs.URL, []rpc.Event{{EventCode: rpc.EventPeriodic}})

	code, _ := device.Value("Device.DeviceInfo.ProvisioningCode")
	fmt.Println(err, code.Text, device.ParameterKey())
	// Output: <nil> new rev-2
}

// renew is what the ACS under test does with each device.
func renew(ctx context.Context, s *transport.Session) error {
	_, err := transport.Do(ctx, s, &rpc.SetParameterValues{
		ParameterList: []rpc.ParameterValue{
			{Name: "Device.DeviceInfo.ProvisioningCode", Value: rpc.StringValue("new")},
		},
		ParameterKey: "rev-2",
	})
	return err
}

// The table says what is writable and of what type; the Device refuses the rest.
func ExampleDevice_Handle() {
	device := &cwmptest.Device{Parameters: []cwmptest.Parameter{
		{Name: "Device.DeviceInfo.UpTime", Value: rpc.UnsignedIntValue(17)},
		{Name: "Device.Time.Enable", Value: rpc.BoolValue(false), Writable: true},
	}}
	_, err := device.Handle(context.Background(), &rpc.SetParameterValues{
		ParameterList: []rpc.ParameterValue{
			{Name: "Device.DeviceInfo.UpTime", Value: rpc.StringValue("0")},
			{Name: "Device.Time.Enable", Value: rpc.StringValue("yes")},
		},
	})
	for _, p := range err.(*rpc.Fault).Parameters {
		fmt.Println(p.ParameterName, p.FaultCode)
	}
	// Output:
	// Device.DeviceInfo.UpTime fault 9008: non-writable parameter
	// Device.Time.Enable fault 9007: invalid parameter value
}

// A whole session without a network.
func ExamplePipe() {
	device := cwmptest.NewDevice(map[string]string{"Device.DeviceInfo.UpTime": "17"})
	pipe := &cwmptest.Pipe{
		Device: func(request rpc.Message) (rpc.Message, error) {
			return device.Handle(context.Background(), request)
		},
		Ask: []rpc.Message{&rpc.GetParameterValues{ParameterNames: []string{"Device."}}, &rpc.Reboot{}},
		Log: os.Stdout,
	}
	err := pipe.Run(&rpc.Inform{Event: []rpc.Event{{EventCode: rpc.EventBoot}}}, &rpc.TransferComplete{})
	fmt.Println(err)
	// Output:
	// cpe> Inform 1
	//    <acs InformResponse 1
	// cpe> TransferComplete 2
	//    <acs TransferCompleteResponse 2
	// cpe> (empty)
	//    <acs GetParameterValues acs-1
	// cpe> GetParameterValuesResponse acs-1
	//    <acs Reboot acs-2
	// cpe> RebootResponse acs-2
	//    <acs (empty)
	// <nil>
}
