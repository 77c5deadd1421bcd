package session_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/session"
)

// NOTE: the product search. Both machines behind their observers are coupled, and
// every choice that the programs and the network have is made in every way: hold or
// not before each envelope of the ACS, 8005 to each request of the CPE within a
// budget, each HTTP request or response lost. A run is a list of choices; the next
// run changes the last choice that can still be changed.

// A chooser makes choices in every way, a run at a time.
type chooser struct {
	made, of []int
	at       int
}

func (c *chooser) choose(n int) int {
	if c.at == len(c.made) {
		c.made, c.of = append(c.made, 0), append(c.of, n)
	}
	c.at++
	return c.made[c.at-1]
}

// next goes to the next run; false when there is none.
func (c *chooser) next() bool {
	for i := len(c.made) - 1; i >= 0; i-- {
		if c.made[i]+1 < c.of[i] {
			c.made[i]++
			c.made, c.of, c.at = c.made[:i+1], c.of[:i+1], 0
			return true
		}
	}
	return false
}

// A product is one run of the coupled machines.
type product struct {
	*chooser
	cpe        *cpeWatch
	acs        *acsWatch
	wanted     []rpc.Message // the CPE's requests
	ask        int           // requests that the ACS will make
	refusals   int           // 8005s that it may still answer
	stubborn   int           // from this request of the CPE on it answers 8005 to all; 0 is never
	served     int
	lost       bool
	cpeYielded bool // an empty POST arrived that was not held
	heldNow    bool // by the last response that arrived
}

var errTimeout = errors.New("the CPE did not come back")

// run couples the machines to the end.
func (p *product) run(requests int) {
	for range requests {
		p.wanted = append(p.wanted, &rpc.TransferComplete{})
		p.cpe.send(p.wanted[len(p.wanted)-1])
	}
	p.cpe.start()
	for !p.cpe.over && len(p.cpe.trace) < 1000 {
		if p.cpe.open != nil {
			p.cpe.reply(responseTo(p.cpe.open.Message))
			continue
		}
		p.exchange(p.cpe.posts[len(p.cpe.posts)-1])
	}
	if p.lost && !p.acs.over {
		p.acs.fail(errTimeout)
	}
}

// exchange carries one POST there and its response back.
func (p *product) exchange(post *rpc.Envelope) {
	fate := p.choose(3)
	if fate == 1 {
		p.lose()
		return
	}
	p.cpeYielded = p.cpeYielded || post == nil && !p.heldNow
	p.acs.receive(post)
	p.respond()
	if fate == 2 {
		p.lose()
		return
	}
	response := p.acs.answers[len(p.acs.answers)-1]
	p.heldNow = response != nil && response.HoldRequests
	p.cpe.receive(response)
}

func (p *product) lose() {
	p.lost = true
	p.cpe.fail(errLost)
}

// respond makes the ACS's program answer or take its turn.
func (p *product) respond() {
	switch {
	case p.acs.open != nil:
		p.acs.setHold(p.choose(2) == 1)
		p.served++
		if p.stubborn > 0 && p.served >= p.stubborn || p.refusals > 0 && p.choose(2) == 1 {
			p.refusals--
			p.acs.reply(rpc.NewFault(rpc.FaultACSRetryRequest, ""))
			return
		}
		p.acs.accept()
	case p.ask > 0:
		p.ask--
		p.acs.setHold(p.choose(2) == 1)
		p.acs.send(&rpc.Reboot{})
	default:
		p.acs.yield()
	}
}

// verdict says what is wrong with the end of the run, or "".
func (p *product) verdict() string {
	if v := p.cpe.verdict() + p.acs.verdict(); v != "" {
		return v
	}
	last := p.acs.answers
	conditions := len(last) > 0 && last[len(last)-1] == nil && // the last HTTP response was empty
		p.cpeYielded && len(p.cpe.m.Unsent()) == 0 && // nothing left to send, and said so
		p.cpe.out == nil && p.cpe.again == nil && // all answers of the ACS received
		p.acs.out == nil // all answers of the CPE sent
	switch {
	case !p.cpe.over:
		return "the CPE does not end"
	case p.lost && p.cpe.end != errLost:
		return "a lost connection is not the end"
	case p.lost && p.acs.end != errTimeout && p.acs.end != nil:
		return fmt.Sprint("the ACS blames ", p.acs.end)
	case !p.lost && (p.cpe.end == nil) != conditions:
		return fmt.Sprintf("end %v, conditions %v", p.cpe.end, conditions)
	case !p.lost && p.cpe.end == nil && (!p.acs.over || p.acs.end != nil || p.ask != 0):
		return "the ends do not agree"
	}
	return ""
}

// explore makes every run and returns how many ended well, and all.
func explore(t *testing.T, cpeAsks int, make func(*chooser) *product, also ...func(*product)) (well, all int) {
	t.Helper()
	c := &chooser{}
	for more := true; more; more = c.next() {
		p := make(c)
		p.run(cpeAsks)
		if v := p.verdict(); v != "" {
			require.Fail(t, v, "choices %v of %v\nCPE %q\nACS %q", c.made, c.of, p.cpe.trace, p.acs.trace)
		}
		for _, f := range also {
			f(p)
		}
		all++
		if p.cpe.end == nil {
			well++
		}
	}
	return well, all
}

func TestProduct(t *testing.T) {
	refusals := 2
	if testing.Short() {
		refusals = 1
	}
	runs := 0
	for cpeAsks := range 3 {
		for acsAsks := range 3 {
			well, all := explore(t, cpeAsks, func(c *chooser) *product {
				return &product{
					chooser: c, cpe: watchCPE(session.Config{}), acs: watchACS(session.Config{IDPrefix: "acs-"}),
					ask: acsAsks, refusals: refusals,
				}
			})
			require.Greater(t, well, 0)
			require.Greater(t, all, well)
			runs += all
		}
	}
	t.Logf("%d runs", runs)
}

// An ACS that answers a request with nothing but 8005 gets it six times, the Inform
// or another, whatever it holds; then the session has failed.
func TestProductStubborn(t *testing.T) {
	for stubborn := 1; stubborn <= 2; stubborn++ {
		_, all := explore(t, 1, func(c *chooser) *product {
			return &product{
				chooser: c, cpe: watchCPE(session.Config{}), acs: watchACS(session.Config{}),
				ask: 1, stubborn: stubborn,
			}
		}, func(p *product) {
			if !p.lost {
				require.ErrorIs(t, p.cpe.end, rpc.FaultACSRetryRequest)
				require.Equal(t, 5+stubborn, p.served)
				require.Equal(t, p.cpe.m.Unsent(), p.wanted)
			}
		})
		require.Greater(t, all, 0)
	}
}
