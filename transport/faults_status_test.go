package transport_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/transport"
)

// NOTE: F2 and F5 of the fault matrix: each response of a session is replaced by
// another, with and without the ACS having taken the request in.

// A class is what a response makes of a session.
type class int

const (
	fails   class = iota // the session has failed and is tried again by the policy
	goesOn               // the request is repeated, and the session goes on
	ends                 // the ACS has nothing more to say: the session ended well
	depends              // ends where nothing is waited for, fails elsewhere
)

// A replacement is a response in the place of the ACS's.
type replacement struct {
	name  string
	step  step
	class class
	code  int           // of the StatusError
	wait  time.Duration // that Retry-After asks for, at least
}

// later is a response with Retry-After.
func later(code int, value string) step {
	return status(code, "busy", "Retry-After", value, "Date", "Sat, 01 Jan 2000 00:00:00 GMT")
}

// replacements are the rows of F2.
func replacements() (all []replacement) {
	for _, code := range []int{400, 403, 404, 405, 408, 410, 413, 415, 429, 500, 501, 502, 503, 504, 599, 300, 301, 303, 304, 305, 308} {
		all = append(all, replacement{name: strconv.Itoa(code), step: status(code, "", "Location", "/cwmp"), code: code})
	}
	return append(all,
		replacement{name: "503 for no time", step: later(503, "0"), code: 503},
		replacement{name: "503 for a minute", step: later(503, "60"), code: 503, wait: time.Minute},
		replacement{name: "503 until a date", step: later(503, "Sat, 01 Jan 2000 00:05:00 GMT"), code: 503, wait: 5 * time.Minute},
		replacement{name: "503 until a date long ago", step: later(503, "Sat, 01 Jan 1990 00:05:00 GMT"), code: 503},
		replacement{name: "503 until a date, of an ACS without a clock", step: status(503, "", "Retry-After", "Sat, 01 Jan 2000 00:05:00 GMT", "Date", "today"), code: 503},
		replacement{name: "503 for thirty years", step: later(503, "1000000000"), code: 503, wait: 5120 * time.Second},
		replacement{name: "503 for nonsense", step: later(503, "soon, or -5"), code: 503},
		replacement{name: "429 for two minutes", step: later(429, "120"), code: 429, wait: 2 * time.Minute},
		replacement{name: "401 without a challenge", step: status(401, "who?")},
		replacement{name: "401 with a challenge", step: status(401, "who?", "WWW-Authenticate", challenge), class: goesOn},
		replacement{name: "302", step: status(302, "", "Location", "/elsewhere"), class: goesOn},
		replacement{name: "307", step: status(307, "", "Location", "elsewhere?x"), class: goesOn},
		replacement{name: "204", step: empty, class: depends},
		replacement{name: "200 without body", step: status(200, ""), class: depends},
		replacement{name: "202 with white space", step: status(202, " \n"), class: depends},
		replacement{name: "200 with a page", step: status(200, "<html><body>Log in first</body></html>")},
		replacement{name: "200 with noise", step: status(200, "\x00\x01\xfe\xff")},
		replacement{name: "200 with half a message", step: status(200, soap("1", "<cwmp:InformResponse>")[:200])},
		replacement{name: "200 with a message of nobody", step: ask(&rpc.RebootResponse{})},
	)
}

// aPlay has a message of each kind: Inform, a request of the CPE's, the yield, and an
// answer to the ACS.
var aPlay = play{
	events:  []rpc.Event{event(rpc.EventTransferComplete), event(rpc.EventMDownload, "d")},
	reports: []rpc.Message{complete("d")}, tasks: []rpc.Message{get},
}

const (
	atInform = iota + 1
	atReport
	atYield
	atAnswer
)

// instead answers the n-th POST by a step; before that the ACS takes it in, or not.
func instead(n int, s step, takenIn bool) func(http.Handler) http.Handler {
	return func(h http.Handler) http.Handler {
		var count atomic.Int32
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if int(count.Add(1)) != n {
				h.ServeHTTP(w, r)
				return
			}
			if takenIn {
				h.ServeHTTP(httptest.NewRecorder(), r)
			}
			s(w, r, nil)
		})
	}
}

func (r *replacement) at(n int) class {
	switch {
	case r.class != depends:
		return r.class
	case n == atInform || n == atReport:
		return fails
	}
	return ends
}

func TestF2EachResponseReplaced(t *testing.T) {
	for _, r := range replacements() {
		for n := atInform; n <= atAnswer; n++ {
			for _, takenIn := range []bool{false, true} {
				if takenIn && r.class == goesOn { // that ACS answers nobody once
					continue
				}
				bubble(t, fmt.Sprintf("%s/%d/%t", r.name, n, takenIn), func(t *testing.T) {
					s := aPlay.stage(t, cut{}, instead(n, r.step, takenIn))
					s.perform()
					r.check(t, s, n, takenIn)
				})
			}
		}
	}
}

// check holds a run against its class.
func (r *replacement) check(t *testing.T, s *stage, n int, takenIn bool) {
	d := s.device
	switch r.at(n) {
	case goesOn:
		assert.Equal(t, 1, d.sessions)
		s.desk.check(d, 1, false)
	case ends:
		assert.Equal(t, 1, d.sessions)
		assert.Empty(t, d.fails)
		assert.Zero(t, d.queue.Len())
		assert.Equal(t, takenIn && n == atAnswer, s.desk.tasks[0].done, "the ACS knows what it was told")
	case fails:
		assert.Equal(t, 2, d.sessions)
		s.desk.check(d, 1, true)
		require.Len(t, d.fails, 1)
		r.checkFailure(t, d)
		r.checkTwice(t, s, n, takenIn)
	}
}

// checkFailure: the error says what it was, and nobody comes again too soon.
func (r *replacement) checkFailure(t *testing.T, d *device) {
	e, ok := errors.AsType[*transport.StatusError](d.fails[0])
	assert.Equal(t, r.code != 0, ok)
	if ok {
		assert.Equal(t, r.code, e.Code)
	}
	require.Len(t, d.pauses, 1)
	assert.GreaterOrEqual(t, d.pauses[0], max(5*time.Second, r.wait), "CWMPRetryMinimumWaitInterval, Retry-After")
	assert.LessOrEqual(t, d.pauses[0], max(10*time.Second, r.wait))
}

// checkTwice is F5: what the ACS took in and could not answer comes twice, and nothing
// else does.
func (r *replacement) checkTwice(t *testing.T, s *stage, n int, takenIn bool) {
	informs := s.desk.events["7 TRANSFER COMPLETE "]
	assert.Equal(t, 1+one(n == atInform && takenIn || n == atReport), informs, "a report that waits is announced again")
	assert.Equal(t, 1+one(n == atReport && takenIn), s.desk.told["d"])
	assert.Equal(t, 1+one(n == atAnswer && !takenIn), s.device.executed["GetParameterValues"])
	sent := s.desk.tasks[0].sent
	assert.Equal(t, 1+one(n == atYield && takenIn || n == atAnswer && !takenIn), sent)
}

// F5: a request that the ACS took in and whose answer is lost on the way is repeated in
// the next session alone, never in the same.
func TestF5AnswerLost(t *testing.T) {
	for n := atInform; n <= atAnswer; n++ {
		bubble(t, strconv.Itoa(n), func(t *testing.T) {
			s := aPlay.stage(t, cut{}, instead(n, wire(""), true))
			var posts []string
			s.device.client.Trace = &transport.Trace{Sending: func(e *transport.Exchange) {
				assert.False(t, e.Repeated)
				posts = append(posts, fmt.Sprint(s.device.sessions, e.Request != nil, len(e.RequestBody)))
			}}
			s.perform()
			s.desk.check(s.device, 1, true)
			(&replacement{}).checkTwice(t, s, n, true)
			assert.Len(t, slices.Compact(posts), len(posts), "a message twice in a session")
		})
	}
}
