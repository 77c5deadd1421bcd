package cwmptest_test

import (
	"context"
	"slices"
	"testing"

	"github.com/cwmp-go/cwmp/cwmptest"
	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/transport"
)

// NOTE: the first test of somebody who has a device, as the package's doc shows it.
// doc_test.go holds the two together.

func TestReboot(t *testing.T) {
	acs := cwmptest.NewACS(t, transport.Script(func(ctx context.Context, s *transport.Session) error {
		_, err := transport.Do(ctx, s, &rpc.Reboot{CommandKey: "k1"})
		return err
	}))
	var device cwmptest.Device // or your own, given acs.URL
	_, err := device.Inform(t.Context(), acs.URL, []rpc.Event{{EventCode: rpc.EventBoot}})
	if err != nil || !slices.Equal(device.Reboots(), []string{"k1"}) {
		t.Errorf("%v after\n%s", err, acs.Transcript())
	}
}
