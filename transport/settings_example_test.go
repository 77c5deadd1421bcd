package transport_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/session"
	"github.com/cwmp-go/cwmp/transport"
)

// A device follows its configuration: a gate opens, and the next session goes by what
// is set then.
func ExampleConfigured() {
	url, stop := serveExample(&transport.Server{})
	defer stop()
	var retry session.Retry
	var schedule session.Schedule
	cpe := transport.Configured{Retry: &retry, Schedule: &schedule}
	defer cpe.Stop()
	now := session.Clock{Wall: time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)}
	schedule.HandleTimeout(now)

	settings := transport.Settings{Gate: errors.New("CWMP is not enabled"), URL: url, CloseWait: 30 * time.Second}
	cpe.Apply(context.Background(), settings, now, 0)
	_, err := cpe.Client()
	fmt.Println(err)

	settings.Gate = nil
	settings.Limited, settings.Retries = true, 3
	settings.Periodic, settings.Phase = 10*time.Minute, now.Wall.Add(-time.Minute)
	cpe.Apply(context.Background(), settings, now, 0)
	client, err := cpe.Client()
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = client.Do(context.Background(), &rpc.Inform{
		DeviceID: rpc.DeviceID{Manufacturer: "ACME", OUI: "00D09E", ProductClass: "Box", SerialNumber: "1"},
		Event:    []rpc.Event{{EventCode: rpc.EventBoot}},
	})
	next, _ := schedule.Deadline()
	fmt.Println(client.Timeout, retry.Max, next, err)
	// Output:
	// transport: no session may start: CWMP is not enabled
	// 30s 3 9m0s <nil>
}
