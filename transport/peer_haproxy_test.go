package transport_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/internal/freeport"
	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/transport"
)

// NOTE: haproxy in front of two processes of one ACS. The processes are this test's
// program, started again; their store is in the test's own process, behind HTTP.

// The variables that make an ACS of the program.
const (
	envHandler = "CWMP_TEST_ACS" // "turn" or "script"
	envStore   = "CWMP_TEST_STORE"
)

// TestACSProcess is the main function of such a process. It ends with its input.
func TestACSProcess(t *testing.T) {
	handler := map[string]transport.Handler{"script": threeReboots, "turn": turnReboots}[os.Getenv(envHandler)]
	if handler == nil {
		t.Skip("runs in a process of its own")
	}
	srv := &transport.Server{Handler: handler, Authenticator: &transport.DigestAuth{
		Password: passwords, NonceKey: []byte("a key that both processes have.."),
	}}
	if base := os.Getenv(envStore); base != "" {
		srv.Store = &remoteStore{base}
	}
	srv.Ended = func(_ *transport.Session, err error) { fmt.Println("ended:", err) }
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	go http.Serve(l, srv)
	fmt.Println("address:", l.Addr())
	io.Copy(io.Discard, os.Stdin)
}

// turnReboots asks for reboots a, b and c; which is next is in the session's Data.
var turnReboots = transport.HandlerFunc(func(_ context.Context, s *transport.Session, _ rpc.Message) (rpc.Message, error) {
	n := len(s.Data)
	if n == 3 {
		return nil, nil
	}
	s.Data = append(s.Data, 'x')
	return &rpc.Reboot{CommandKey: string(rune('a' + n))}, nil
})

// A remoteStore is a store in another process.
type remoteStore struct{ base string }

func (r *remoteStore) call(ctx context.Context, query url.Values, value []byte) ([]byte, uint64, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.base+"?"+query.Encode(), bytes.NewReader(value))
	if err != nil {
		return nil, 0, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, 0, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	switch {
	case err != nil:
		return nil, 0, err
	case resp.StatusCode == http.StatusConflict:
		return nil, 0, transport.ErrConflict
	case resp.StatusCode != http.StatusOK:
		return nil, 0, errors.New(resp.Status)
	}
	version, err := strconv.ParseUint(resp.Header.Get("Version"), 10, 64)
	return body, version, err
}

func (r *remoteStore) Load(ctx context.Context, key string) ([]byte, uint64, error) {
	return r.call(ctx, url.Values{"load": {key}}, nil)
}

func (r *remoteStore) Swap(ctx context.Context, key string, version uint64, value []byte, ttl time.Duration) (uint64, error) {
	query := url.Values{"swap": {key}, "version": {strconv.FormatUint(version, 10)}, "ttl": {ttl.String()}}
	_, version, err := r.call(ctx, query, value)
	return version, err
}

// serveStore is the other end of a remoteStore.
func serveStore(store *transport.MemoryStore) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		version, _ := strconv.ParseUint(q.Get("version"), 10, 64)
		ttl, _ := time.ParseDuration(q.Get("ttl"))
		value, err := io.ReadAll(r.Body)
		if len(value) == 0 {
			value = nil
		}
		if key := q.Get("load"); err == nil && key != "" {
			value, version, err = store.Load(r.Context(), key)
		} else if err == nil {
			version, err = store.Swap(r.Context(), q.Get("swap"), version, value, ttl)
			value = nil
		}
		switch {
		case errors.Is(err, transport.ErrConflict):
			w.WriteHeader(http.StatusConflict)
		case err != nil:
			w.WriteHeader(http.StatusInternalServerError)
		}
		w.Header().Set("Version", strconv.FormatUint(version, 10))
		w.Write(value)
	})
}

// A team is two ACS processes behind haproxy.
type team struct {
	acs [2]*daemon
	url string
}

// newPair starts them; backend is haproxy's way to choose, SERVER1 and SERVER2 in it.
func newTeam(t *testing.T, handler, store, backend string) *team {
	haproxy := program(t, "haproxy")
	self, err := os.Executable()
	require.NoError(t, err)
	p, addresses := &team{}, [2]string{}
	t.Setenv(envHandler, handler)
	t.Setenv(envStore, store)
	for i := range p.acs {
		d := start(t, self, "-test.run=^TestACSProcess$", "-test.v")
		d.until(t, "says its address", func() bool {
			_, rest, found := strings.Cut(d.printed(), "address: ")
			addresses[i], _, _ = strings.Cut(rest, "\n")
			return found && strings.Contains(rest, "\n")
		})
		p.acs[i] = d
	}
	front := freeport.Addr(t)
	config := fmt.Sprintf(`global
	maxconn 200
defaults
	mode http
	timeout connect 5s
	timeout client 30s
	timeout server 30s
frontend front
	bind %s
	default_backend acs
backend acs
	%s
`, front, strings.NewReplacer("SERVER1", addresses[0], "SERVER2", addresses[1]).Replace(backend))
	d := start(t, haproxy, "-db", "-f", put(t, room(t), "haproxy.cfg", config))
	d.await(t, front)
	p.url = "http://" + front + "/acs"
	return p
}

// ended counts how sessions ended in each of the processes.
func (p *team) ended(t *testing.T, how string, want int) (counts [2]int) {
	p.acs[0].until(t, fmt.Sprint("has ended ", want, " sessions"), func() bool {
		for i, d := range p.acs {
			counts[i] = strings.Count(d.printed(), "ended: "+how+"\n")
		}
		return counts[0]+counts[1] == want
	})
	return counts
}

const (
	sticky = `balance roundrobin
	cookie SRV insert indirect nocache
	server one SERVER1 cookie one
	server two SERVER2 cookie two`
	byOurCookie = `balance roundrobin
	stick-table type string len 64 size 10k expire 10m
	stick store-response res.cook(cwmp)
	stick match req.cook(cwmp)
	server one SERVER1
	server two SERVER2`
	roundRobin = `balance roundrobin
	server one SERVER1
	server two SERVER2`
	random = `balance random(1)
	server one SERVER1
	server two SERVER2`
)

// TestHaproxySticky: with stickiness by a cookie, haproxy's or ours, every session of a
// Script ends well. By haproxy's both processes have their share; by ours the first
// two POSTs of a session have none, and round robin is back where it was.
func TestHaproxySticky(t *testing.T) {
	for name, backend := range map[string]string{"haproxy's cookie": sticky, "our cookie": byOurCookie} {
		t.Run(name, func(t *testing.T) {
			p := newTeam(t, "script", "", backend)
			for range 10 {
				through(t, p.url, nil)
			}
			counts := p.ended(t, "<nil>", 10)
			if backend == sticky {
				assert.Equal(t, [2]int{5, 5}, counts)
			}
		})
	}
}

// TestHaproxyScript: without stickiness a Script's session that reaches the other process
// gets 503, with a time to come again. The CPE does, and in the end a session is whole.
// No session is asked for anything twice.
func TestHaproxyScript(t *testing.T) {
	store := httptest.NewServer(serveStore(&transport.MemoryStore{}))
	defer store.Close()
	for name, url := range map[string]string{"without a store": "", "with a store": store.URL} {
		t.Run(name, func(t *testing.T) {
			p := newTeam(t, "script", url, roundRobin)
			assert.False(t, once503(t, p.url), "the other process comes next")
			p = newTeam(t, "script", url, random)
			tries := 1
			for ; !once503(t, p.url); tries++ {
				require.Less(t, tries, 1000)
			}
			t.Log("whole at try", tries)
			p.ended(t, "<nil>", 1)
		})
	}
}

// once503 runs a session that is whole, or ended by a 503, and says which.
func once503(t *testing.T, url string) bool {
	x := &executed{}
	client := &transport.Client{URL: url, Username: user, Password: password, Handle: x.handle}
	_, err := client.Do(t.Context(), newInform())
	keys := x.take()
	require.Equal(t, "abc"[:len(keys)], strings.Join(keys, ""), "each once, in order")
	if err == nil {
		return len(keys) == 3
	}
	refused, ok := errors.AsType[*transport.StatusError](err)
	require.True(t, ok, err)
	require.Equal(t, http.StatusServiceUnavailable, refused.Code)
	assert.Positive(t, refused.RetryAfter)
	return false
}

// TestHaproxyTurn: with a shared store and a shared key for nonces a Turn handler's
// sessions all end well, whichever process each POST reaches.
func TestHaproxyTurn(t *testing.T) {
	for name, backend := range map[string]string{"round robin": roundRobin, "random": random} {
		t.Run(name, func(t *testing.T) {
			memory := &transport.MemoryStore{}
			store := httptest.NewServer(serveStore(memory))
			defer store.Close()
			p := newTeam(t, "turn", store.URL, backend)
			for range 20 {
				r := through(t, p.url, nil)
				assert.Equal(t, 1, count(r, transport.EventChallenged))
			}
			counts := p.ended(t, "<nil>", 20)
			assert.Positive(t, counts[0]+counts[1])
			assert.Zero(t, memory.Len())
		})
	}
}
