package session

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/rpc"
)

// NOTE: the event queue by example. What it does in sessions that fail and devices that
// crash is searched in search_model_test.go.

// queueOf makes a queue of events written as CODE or CODE|KEY.
func queueOf(t *testing.T, events ...string) *EventQueue {
	t.Helper()
	q := &EventQueue{}
	for _, e := range events {
		require.NoError(t, q.Add(eventOf(e)))
	}
	return q
}

func eventOf(s string) rpc.Event {
	code, key, _ := strings.Cut(s, "|")
	return rpc.Event{EventCode: rpc.EventCode(code), CommandKey: key}
}

func written(events []rpc.Event) string {
	var all []string
	for _, e := range events {
		s := string(e.EventCode)
		if e.CommandKey != "" {
			s += "|" + e.CommandKey
		}
		all = append(all, s)
	}
	return strings.Join(all, ", ")
}

// The table once more, from section 5 of the digest: single, acknowledged by, kept when
// a session fails, kept over a reboot.
func TestEventTable(t *testing.T) {
	const table = `0 BOOTSTRAP|S|Inform|R|B
1 BOOT|S|Inform|R|-
2 PERIODIC|S|Inform|R|B
3 SCHEDULED|S|Inform|R|B
4 VALUE CHANGE|S|Inform|R|-
5 KICKED|S|Kicked|R|B
6 CONNECTION REQUEST|S|Inform|-|-
7 TRANSFER COMPLETE|S|TransferComplete|R|B
8 DIAGNOSTICS COMPLETE|S|Inform|R|-
9 REQUEST DOWNLOAD|S|RequestDownload|R|B
10 AUTONOMOUS TRANSFER COMPLETE|S|AutonomousTransferComplete|R|B
11 DU STATE CHANGE COMPLETE|S|DUStateChangeComplete|R|B
12 AUTONOMOUS DU STATE CHANGE COMPLETE|S|AutonomousDUStateChangeComplete|R|B
13 WAKEUP|S|Inform|R|B
14 HEARTBEAT|S|Inform|R|B
M Reboot|M|Inform|R|B
M ScheduleInform|M|Inform|R|B
M Download|M|TransferComplete|R|B
M ScheduleDownload|M|TransferComplete|R|B
M Upload|M|TransferComplete|R|B
M ChangeDUState|M|DUStateChangeComplete|R|B
M X_00D09E_Do|M|Inform|R|B
X 00D09E Warm Start|M|Inform|R|B`
	mark := func(on bool, yes, no string) string {
		if on {
			return yes
		}
		return no
	}
	q := &EventQueue{}
	for line := range strings.SplitSeq(table, "\n") {
		code, _, _ := strings.Cut(line, "|")
		r := q.Rule(rpc.EventCode(code))
		assert.Equal(t, line, strings.Join([]string{code, mark(r.Single, "S", "M"), r.By, mark(r.Retry, "R", "-"), mark(r.Reboot, "B", "-")}, "|"))
		assert.Equal(t, code == "0 BOOTSTRAP", r.Clears)
	}
	assert.Len(t, StandardEvents(), 22)
	StandardEvents()[0].Single = false
	assert.True(t, q.Rule(rpc.EventBootstrap).Single, "a copy")
}

// A step of an example and the queue after it; "inform" gives the list as well.
func TestEventQueue(t *testing.T) {
	for name, steps := range map[string][][2]string{
		"what was acknowledged goes": {
			{"add 1 BOOT", "1 BOOT"}, {"add 2 PERIODIC", "1 BOOT, 2 PERIODIC"}, {"inform", "1 BOOT, 2 PERIODIC"},
			{"add 4 VALUE CHANGE", "1 BOOT, 2 PERIODIC, 4 VALUE CHANGE"}, {"ack Inform", "4 VALUE CHANGE"}, {"more", "true"},
		},
		"single ones first, the others in order": {
			{"add M Reboot|b", "M Reboot|b"}, {"add M Reboot|a", "M Reboot|b, M Reboot|a"}, {"add 1 BOOT", "M Reboot|b, M Reboot|a, 1 BOOT"},
			{"inform", "1 BOOT, M Reboot|b, M Reboot|a"},
		},
		"an event that happens again while it is delivered": {
			{"add 2 PERIODIC", "2 PERIODIC"}, {"inform", "2 PERIODIC"}, {"more", "false"}, {"add 2 PERIODIC", "2 PERIODIC"},
			{"more", "true"}, {"ack Inform", "2 PERIODIC"}, {"more", "true"}, {"end", "2 PERIODIC"}, {"inform", "2 PERIODIC"}, {"ack Inform", ""},
		},
		"0 BOOTSTRAP discards what is older": {
			{"add 7 TRANSFER COMPLETE", "7 TRANSFER COMPLETE"}, {"add M Download|k", "7 TRANSFER COMPLETE, M Download|k"},
			{"add 0 BOOTSTRAP", "0 BOOTSTRAP"}, {"add 1 BOOT", "0 BOOTSTRAP, 1 BOOT"}, {"add 0 BOOTSTRAP", "0 BOOTSTRAP"},
		},
		"two transfers": {
			{"add M Download|a", "M Download|a"}, {"add M Upload|b", "M Download|a, M Upload|b"}, {"add 7 TRANSFER COMPLETE", "M Download|a, M Upload|b, 7 TRANSFER COMPLETE"},
			{"inform", "7 TRANSFER COMPLETE, M Download|a, M Upload|b"}, {"ack Inform", "M Download|a, M Upload|b, 7 TRANSFER COMPLETE"},
			{"ack TransferComplete b", "M Download|a, 7 TRANSFER COMPLETE"}, {"ack TransferComplete z", "M Download|a, 7 TRANSFER COMPLETE"},
			{"ack TransferComplete a", ""},
		},
		"a transfer that ends and is reported while another is": {
			{"add M Download|a", "M Download|a"}, {"add 7 TRANSFER COMPLETE", "M Download|a, 7 TRANSFER COMPLETE"},
			{"inform", "7 TRANSFER COMPLETE, M Download|a"}, {"add 7 TRANSFER COMPLETE", "M Download|a, 7 TRANSFER COMPLETE"},
			{"add M Download|b", "M Download|a, 7 TRANSFER COMPLETE, M Download|b"}, {"ack TransferComplete a", "7 TRANSFER COMPLETE, M Download|b"},
			{"ack TransferComplete b", ""},
		},
		"autonomous transfers, one of them late": {
			{"add 10 AUTONOMOUS TRANSFER COMPLETE", "10 AUTONOMOUS TRANSFER COMPLETE"}, {"inform", "10 AUTONOMOUS TRANSFER COMPLETE"},
			{"add 10 AUTONOMOUS TRANSFER COMPLETE", "10 AUTONOMOUS TRANSFER COMPLETE"},
			{"ack AutonomousTransferComplete", "10 AUTONOMOUS TRANSFER COMPLETE"}, {"ack AutonomousTransferComplete", ""},
		},
		"two transfers of one key": {
			{"add M Download|a", "M Download|a"}, {"add M Download|a", "M Download|a, M Download|a"}, {"inform", "M Download|a, M Download|a"},
			{"ack TransferComplete a", "M Download|a"},
		},
		"a session that fails": {
			{"add 6 CONNECTION REQUEST", "6 CONNECTION REQUEST"}, {"add 1 BOOT", "6 CONNECTION REQUEST, 1 BOOT"},
			{"inform", "6 CONNECTION REQUEST, 1 BOOT"}, {"end", "1 BOOT"}, {"add 6 CONNECTION REQUEST", "1 BOOT, 6 CONNECTION REQUEST"},
			{"inform", "1 BOOT, 6 CONNECTION REQUEST"}, {"add 6 CONNECTION REQUEST", "1 BOOT, 6 CONNECTION REQUEST"},
			{"end", "1 BOOT, 6 CONNECTION REQUEST"}, {"inform", "1 BOOT, 6 CONNECTION REQUEST"}, {"ack Inform", ""},
		},
		"a reboot": {
			{"add 1 BOOT", "1 BOOT"}, {"add 4 VALUE CHANGE", "1 BOOT, 4 VALUE CHANGE"}, {"add M Reboot|r", "1 BOOT, 4 VALUE CHANGE, M Reboot|r"},
			{"reboot", "M Reboot|r"},
		},
		"a power cut": {
			{"add 6 CONNECTION REQUEST", "6 CONNECTION REQUEST"}, {"add 2 PERIODIC", "6 CONNECTION REQUEST, 2 PERIODIC"}, {"restore", "2 PERIODIC"},
		},
		"a vendor's": {
			{"add X 00D09E Hot", "X 00D09E Hot"}, {"add X 00D09E Hot", "X 00D09E Hot"}, {"add M X_ACME_Do|1", "X 00D09E Hot, M X_ACME_Do|1"},
			{"add M X_ACME_Do|2", "X 00D09E Hot, M X_ACME_Do|1, M X_ACME_Do|2"}, {"inform", "X 00D09E Hot, M X_ACME_Do|1, M X_ACME_Do|2"},
			{"ack Inform", "M X_ACME_Do|1, M X_ACME_Do|2"}, {"ack X_ACME_Done 2", "M X_ACME_Do|1"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			q := &EventQueue{Rules: []EventRule{
				{Code: "X 00D09E *", Single: true}, {Code: "M X_ACME_*", By: "X_ACME_Done", Retry: true, Reboot: true},
			}}
			for i, s := range steps {
				got := eventStep(t, q, s[0])
				require.Equal(t, s[1], got, "step %d, %s", i+1, s[0])
			}
		})
	}
}

func eventStep(t *testing.T, q *EventQueue, step string) string {
	verb, rest, _ := strings.Cut(step, " ")
	switch verb {
	case "add":
		require.NoError(t, q.Add(eventOf(rest)))
	case "inform":
		return written(q.Inform())
	case "ack":
		method, key, _ := strings.Cut(rest, " ")
		before := written(q.Pending())
		again := q.More()
		gone := q.Acknowledge(method, key)
		assert.True(t, gone == (written(q.Pending()) != before) || again)
	case "end":
		q.Ended()
	case "reboot":
		q.Rebooted()
	case "more":
		return fmt.Sprint(q.More())
	case "restore":
		b, err := q.MarshalBinary()
		require.NoError(t, err)
		require.NoError(t, q.UnmarshalBinary(b))
	}
	return written(q.Pending())
}

// 64 go into an Inform, the others into the next; the 257th is refused, not dropped.
func TestEventQueueBounds(t *testing.T) {
	q := &EventQueue{}
	for i := range 255 {
		require.NoError(t, q.Add(rpc.Event{EventCode: rpc.EventMReboot, CommandKey: fmt.Sprint(i)}))
	}
	require.NoError(t, q.Add(rpc.Event{EventCode: rpc.EventBoot}))
	before := written(q.Pending())
	assert.ErrorIs(t, q.Add(rpc.Event{EventCode: rpc.EventPeriodic}), ErrFull)
	assert.NoError(t, q.Add(rpc.Event{EventCode: rpc.EventBoot}), "it is there")
	assert.Equal(t, before, written(q.Pending()))
	for n := range 4 {
		list := q.Inform()
		require.Len(t, list, 64)
		assert.Equal(t, n == 0, list[0].EventCode == rpc.EventBoot)
		assert.Equal(t, n < 3, q.More())
		for _, e := range list {
			assert.True(t, q.Listed(e))
		}
		assert.True(t, q.Acknowledge("Inform", ""))
		q.Ended()
	}
	assert.Zero(t, q.Len())
	assert.False(t, q.Acknowledge("Inform", ""))
	q.Max = 1
	require.NoError(t, q.Add(rpc.Event{EventCode: rpc.EventBoot}))
	assert.ErrorIs(t, q.Add(rpc.Event{EventCode: rpc.EventPeriodic}), ErrFull)
	require.NoError(t, q.Add(rpc.Event{EventCode: rpc.EventBootstrap}), "what it discards makes room")
	for _, bad := range []rpc.Event{{}, {EventCode: rpc.EventCode(strings.Repeat("é", 65))}, {EventCode: "1 BOOT", CommandKey: strings.Repeat("é", 33)}} {
		assert.ErrorIs(t, q.Add(bad), ErrEvent)
	}
	require.ErrorIs(t, q.Add(rpc.Event{EventCode: rpc.EventCode(strings.Repeat("é", 64)), CommandKey: strings.Repeat("é", 32)}), ErrFull)
}

// What does not fit into an Inform follows in the next session, which is due at once.
func TestEventQueueOverflow(t *testing.T) {
	var q EventQueue
	var retry Retry
	for i := range 100 {
		require.NoError(t, q.Add(rpc.Event{EventCode: rpc.EventMReboot, CommandKey: fmt.Sprint(i)}))
	}
	var keys []string
	for n := 1; q.More(); n++ {
		require.True(t, retry.Due(), "session %d", n)
		cpe := NewCPE(Config{})
		inform := &rpc.Inform{Event: q.Inform(), RetryCount: retry.RetryCount()}
		require.Len(t, inform.Event, []int{0, 64, 36}[n])
		for _, e := range inform.Event {
			keys = append(keys, e.CommandKey)
		}
		require.NoError(t, cpe.Start(inform))
		answers := []*rpc.Envelope{rpc.NewEnvelope(rpc.V12, "1", &rpc.InformResponse{}), nil}
		for o := range cpe.Outputs() {
			q.Result(o)
			switch o.Kind {
			case Transmit:
				require.NoError(t, cpe.Receive(answers[0]))
				answers = answers[1:]
			case Done:
				require.NoError(t, o.Err)
			}
		}
		q.Ended()
		retry.Succeeded()
	}
	assert.Zero(t, q.Len())
	require.Len(t, keys, 100)
	assert.Equal(t, "99", keys[99])
}

// A machine's Result acknowledges what it answers; a fault does not.
func TestEventQueueResult(t *testing.T) {
	q := queueOf(t, "7 TRANSFER COMPLETE", "M Download|k", "11 DU STATE CHANGE COMPLETE", "M ChangeDUState|d", "1 BOOT")
	q.Inform()
	answer := func(m rpc.Message) *rpc.Envelope { return rpc.NewEnvelope(rpc.V12, "1", m) }
	fault := answer(rpc.NewFault(rpc.FaultACSInternalError, ""))
	assert.False(t, q.Result(Output{Kind: Result, Request: &rpc.TransferComplete{CommandKey: "k"}, Envelope: fault}))
	assert.False(t, q.Result(Output{Kind: Deliver, Envelope: fault}))
	assert.False(t, q.Result(Output{Kind: Result}))
	assert.True(t, q.Result(Output{Kind: Result, Request: &rpc.Inform{}, Envelope: answer(&rpc.InformResponse{})}))
	assert.True(t, q.Result(Output{Kind: Result, Request: &rpc.TransferComplete{CommandKey: "k"}, Envelope: answer(&rpc.TransferCompleteResponse{})}))
	assert.Equal(t, "11 DU STATE CHANGE COMPLETE, M ChangeDUState|d", written(q.Pending()))
	assert.True(t, q.Result(Output{Kind: Result, Request: &rpc.DUStateChangeComplete{CommandKey: "d"}, Envelope: answer(&rpc.DUStateChangeCompleteResponse{})}))
	assert.Zero(t, q.Len())
	assert.Equal(t, EventRule{Code: "*", By: "Inform", Retry: true, Reboot: true}, q.Rule("anything"))
}
