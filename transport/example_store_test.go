package transport_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"sync/atomic"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/transport"
)

// Two servers behind a proxy that sends each POST to the other one: with one store and
// one key for nonces, a session goes on wherever its next POST lands. A store for
// servers on several machines implements SessionStore's two methods over a database.
func ExampleSessionStore() {
	key := make([]byte, 32)
	rand.Read(key)
	store := &transport.MemoryStore{}
	server := func() http.Handler {
		return &transport.Server{
			Store: store,
			Authenticator: &transport.DigestAuth{NonceKey: key, Password: func(name string) (string, bool) {
				return "secret", name == "00D09E-Box-1"
			}},
			Handler: transport.HandlerFunc(func(_ context.Context, s *transport.Session, _ rpc.Message) (rpc.Message, error) {
				if len(s.Data) > 0 {
					return nil, nil
				}
				s.Data = []byte("asked")
				return &rpc.Reboot{CommandKey: "daily"}, nil
			}),
			Ended: func(s *transport.Session, err error) { fmt.Println(s.Principal, string(s.Data), err) },
		}
	}
	var posts atomic.Int64
	servers := []http.Handler{server(), server()}
	url, stop := serveExample(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		servers[posts.Add(1)%2].ServeHTTP(w, r)
	}))
	defer stop()
	client := &transport.Client{
		URL: url, Username: "00D09E-Box-1", Password: "secret",
		Handle: func(context.Context, rpc.Message) (rpc.Message, error) { return &rpc.RebootResponse{}, nil },
	}
	_, err := client.Do(context.Background(), newInform())
	fmt.Println(posts.Load(), "POSTs,", store.Len(), "sessions left,", err)
	// Output:
	// 00D09E-Box-1 asked <nil>
	// 4 POSTs, 0 sessions left, <nil>
}

// A session as a value: what happened, in order.
func ExampleRecorder() {
	url, stop := serveExample(&transport.Server{})
	defer stop()
	recorder := &transport.Recorder{}
	client := &transport.Client{URL: url, Trace: recorder.Trace()}
	client.Do(context.Background(), newInform())
	for _, e := range recorder.Recording().Events {
		switch e.Kind {
		case transport.EventSending, transport.EventReceived:
			fmt.Println(e.Kind, e.Exchange.Status)
		case transport.EventState:
			fmt.Println(e.Kind, e.State)
		default:
			fmt.Println(e.Kind)
		}
	}
	// Output:
	// state waiting for InformResponse
	// connected
	// sending 0
	// received 200
	// state holding the floor
	// state waiting for a request or an empty response
	// sending 0
	// received 204
	// state over
	// closed
	// ended
}
