package session

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// NOTE: the account of the rules that a session has to keep: which of them the search
// checks in every state or at every message, and which are shown elsewhere, and by what
// test. A rule that is checked here is broken by a mutant, or it is said why none can.

// A ruling is one rule.
type ruling struct {
	id, what string
	// by is "" for a rule that the search checks; else the tests that show it, as
	// file:Test, separated by spaces, or "-" when this module has no such thing.
	by string
	// why: no mutant breaks it, or more on where it is shown.
	why string
}

var account = []ruling{
	{"S1", "one HTTP request of the CPE at a time, and one session", "", ""},
	{"S2", "one request of the ACS at a time, answered once", "", "a machine has one place for a request, so no change of a row or guard makes two: see TestTables, TestSearchCPE and TestSearchACS"},
	{"S3", "one envelope in an HTTP message", "../rpc/envelope_test.go:TestRefused", "by the type of Output.Envelope and of Receive; two Bodies and two roots are refused by package rpc"},
	{"S4", "Inform first, nothing of the CPE's before InformResponse", "", ""},
	{"S5", "an answer has its request's ID; IDs come once", "", ""},
	{"S6", "no request under hold", "", ""},
	{"S7", "no hold at the start; it changes by what the ACS sends alone", "", ""},
	{"S8", "success under the four conditions alone", "", ""},
	{"S9", "an event goes when the ACS has stored it", "", ""},
	{"S10", "what has gone was delivered, and twice only after a fault", "", ""},
	{"S11", "events with CommandKeys keep their order", "", ""},
	{"S12", "0 BOOTSTRAP is in every Inform, and nothing older", "", ""},
	{"S13", "the mark of 0 BOOTSTRAP follows its acknowledgement", "", ""},
	{"S14", "one record for each accepted transfer until its report", "", ""},
	{"S15", "TransferComplete only with its event, or in the session of its Download", "", ""},
	{"S16", "a TransferComplete has one effect", "", ""},
	{"S17", "a recorded result stays", "", ""},
	{"S18", "values are those of a prefix of what was accepted", "../cwmptest/set_test.go:TestParameterKey ../cwmptest/set_test.go:TestSetParameterValues", "a data model's"},
	{"S19", "success is durable, a fault has no effect", "../cwmptest/set_test.go:TestSetChecksTypes", "a data model's; of a Download S14 is the same"},
	{"S20", "instance numbers are given once", "-", "a data model's"},
	{"S21", "RetryCount is the failures since the last success", "", ""},
	{"S22", "the wait is in its band", "", ""},
	{"S23", "6 CONNECTION REQUEST is neither retried nor stored", "", ""},
	{"S24", "no session without a reason, one queued connection request", "", ""},
	{"S25", "no connection request ends a session", "", ""},
	{"S26", "nothing is taken before authentication", "", ""},
	{"S27", "credentials go to the server that asked", "", "cookies: TestClientCookies of package transport"},
	{"S28", "five redirects at most", "", "that a redirected request is executed once: TestClientFollowsRedirects of package transport"},
	{"S29", "the version is one that both named, in every envelope", "", ""},
	{"S30", "a task is stored as sent before it is, and goes when its answer is stored", "", ""},
	{"S31", "a new Inform takes the place of an older session, and its messages reach it alone", "", ""},
	{"S32", "the first Inform after a crash has 1 BOOT and all that waits", "", ""},
	{"S33", "one event for a point in time; single ones merge", "", ""},
	{"S34", "4 VALUE CHANGE has the current value", "events_test.go:TestEventQueue", "that it waits until it was acknowledged is S9, S10 and S32; the value is a data model's"},
	{"S35", "active notification is throttled", "-", "a data model's; what it opens, it opens by Trigger"},
	{"S36", "whatever waits has a deadline", "", ""},
	{"S37", "the queue is within its bound", "", "that what goes beyond is refused: TestEventQueueBounds"},
	{"S38", "timers are monotonic", "schedule_test.go:TestScheduleSearch session_test.go:TestTime retrying_test.go:TestRetrySearch", "no time passes in the model"},
	{"S39", "a UDP connection request is signed and new", "-", "of the packages for connection requests"},
	{"S40", "a nonce counts once", "../transport/server_auth_test.go:TestServerReplay", "of package transport"},
	{"S41", "after the yield answers and empty POSTs alone", "", ""},
	{"S42", "the ACS asks in its turn alone", "", ""},
	{"L1", "no deadlock", "", ""},
	{"L2", "every session ends", "", "and by messages and time: TestMaxMessages, TestTime, testdata/bounds.txt"},
	{"L3", "every event is delivered", "", ""},
	{"L4", "every transfer is reported", "", "the goal of L3 has it: no transfer is left"},
	{"L5", "every task comes to an end", "", ""},
	{"L6", "a hold is released", "", ""},
	{"L7", "a connection request leads to a session", "retrying_test.go:TestTriggerDuringRetryAfter", "at once, here; within 30 s by what answers it"},
	{"L8", "a fleet is served after its ACS was away", "fleet_test.go:TestFleet", ""},
}

// leavesOut is the print of what the search does not show.
func leavesOut() string {
	var b strings.Builder
	b.WriteString(`The model leaves out: bytes, sizes and names; HTTP and TLS below the POST, but that it is
lost, stalls, is challenged or redirected; time, but for the order of things (waits are drawn and
judged, none passes); more than one stalled POST; more than one device; stored states that are torn;
faults of the ACS other than 8005 and 8002; more transfers, tasks and events than the scenario has.
Rules that are shown elsewhere:
`)
	for _, r := range account {
		if r.by != "" {
			fmt.Fprintf(&b, "%-4s%s: %s\n    %s\n", r.id, r.what, r.why, strings.ReplaceAll(r.by, "-", "no test in this module"))
		}
	}
	return b.String()
}

// What is said to be checked is, by a check and a mutant, and what is said to be
// elsewhere is there.
func TestAccount(t *testing.T) {
	checked, killed := map[string]bool{}, map[string]bool{}
	files, err := filepath.Glob("model_*_test.go")
	require.NoError(t, err)
	for _, file := range append(files, "search_model_test.go") {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, m := range regexp.MustCompile(`"([SL]\d+): `).FindAllSubmatch(text, -1) {
			checked[string(m[1])] = true
		}
	}
	for _, m := range allMutants() {
		killed[m.rule] = true
	}
	var ids []string
	for _, r := range account {
		ids = append(ids, r.id)
		if r.by == "" {
			assert.True(t, checked[r.id] || r.id == "L4", "%s is not checked", r.id)
			assert.True(t, killed[r.id] || r.why != "", "no mutant breaks %s", r.id)
			continue
		}
		assert.False(t, checked[r.id], "%s is checked here", r.id)
		for _, at := range strings.Fields(r.by) {
			file, name, _ := strings.Cut(at, ":")
			if at == "-" {
				assert.NotEmpty(t, r.why)
				continue
			}
			text, err := os.ReadFile(file)
			if assert.NoError(t, err) {
				assert.Contains(t, string(text), "func "+name, at)
			}
		}
	}
	for n := range 42 {
		assert.Contains(t, ids, fmt.Sprint("S", n+1))
	}
	for n := range 8 {
		assert.Contains(t, ids, fmt.Sprint("L", n+1))
	}
	for _, rule := range slices.Concat(keys(checked), keys(killed)) {
		assert.True(t, slices.Contains(ids, rule) || rule == "D8" || rule == "3.7.1.6", "%s is not in the account", rule)
	}
}

func keys(set map[string]bool) (all []string) {
	for k := range set {
		all = append(all, k)
	}
	return all
}
