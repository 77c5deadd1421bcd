package session

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/cwmp-go/cwmp/rpc"
)

// NOTE: the events that wait for their delivery: a queue whose rules are rows of a
// table. TR-069 section 3.7.1.5, table 8.

// An EventRule is a row of the event table.
type EventRule struct {
	// Code is the whole event code, or its beginning and a "*".
	Code rpc.EventCode
	// Single: the Inform lists the code once, however often the event happened.
	// Otherwise there is one entry an occurrence, in their order.
	Single bool
	// By is the request whose response acknowledges the event. Empty is "Inform".
	By string
	// Retry: what was not acknowledged is listed again in the next session.
	Retry bool
	// Reboot: it also survives a reboot.
	Reboot bool
	// Clears: when it arises, all events that are older are discarded.
	Clears bool
}

// standardEvents is table 8. What it leaves to the device, or what the text of the
// standard could not be had for (events 5, 9, 13, 14), is kept: an event too many
// harms less than a lost one.
var standardEvents = []EventRule{
	{Code: rpc.EventBootstrap, Single: true, Retry: true, Reboot: true, Clears: true},
	{Code: rpc.EventBoot, Single: true, Retry: true},
	{Code: rpc.EventPeriodic, Single: true, Retry: true, Reboot: true},
	{Code: rpc.EventScheduled, Single: true, Retry: true, Reboot: true},
	{Code: rpc.EventValueChange, Single: true, Retry: true},
	{Code: rpc.EventKicked, Single: true, By: "Kicked", Retry: true, Reboot: true},
	{Code: rpc.EventConnectionRequest, Single: true},
	{Code: rpc.EventTransferComplete, Single: true, By: "TransferComplete", Retry: true, Reboot: true},
	{Code: rpc.EventDiagnosticsComplete, Single: true, Retry: true},
	{Code: rpc.EventRequestDownload, Single: true, By: "RequestDownload", Retry: true, Reboot: true},
	{Code: rpc.EventAutonomousTransferComplete, Single: true, By: "AutonomousTransferComplete", Retry: true, Reboot: true},
	{Code: rpc.EventDUStateChangeComplete, Single: true, By: "DUStateChangeComplete", Retry: true, Reboot: true},
	{Code: rpc.EventAutonomousDUStateChangeComplete, Single: true, By: "AutonomousDUStateChangeComplete", Retry: true, Reboot: true},
	{Code: rpc.EventWakeup, Single: true, Retry: true, Reboot: true},
	{Code: rpc.EventHeartbeat, Single: true, Retry: true, Reboot: true},
	{Code: rpc.EventMReboot, Retry: true, Reboot: true},
	{Code: rpc.EventMScheduleInform, Retry: true, Reboot: true},
	{Code: rpc.EventMDownload, By: "TransferComplete", Retry: true, Reboot: true},
	{Code: rpc.EventMScheduleDownload, By: "TransferComplete", Retry: true, Reboot: true},
	{Code: rpc.EventMUpload, By: "TransferComplete", Retry: true, Reboot: true},
	{Code: rpc.EventMChangeDUState, By: "DUStateChangeComplete", Retry: true, Reboot: true},
	{Code: "*", Retry: true, Reboot: true}, // a vendor's, "M X_..." or "X ...", unless Rules says more
}

// StandardEvents returns a copy of the event table of TR-069 (section 3.7.1.5, table
// 8). Its last row, "*", is for vendor events.
func StandardEvents() []EventRule { return slices.Clone(standardEvents) }

const (
	informEvents   = 64 // events in one Inform (TR-069 A.3.3.1)
	defaultEvents  = 256
	maxEventCode   = 64
	maxCommandKey  = 32
	acknowledgedBy = "Inform" // where a rule does not say
)

// Errors of EventQueue.Add.
var (
	// ErrFull: the queue, or the schedule, holds as much as it may. Nothing was
	// added and nothing was dropped.
	ErrFull = errors.New("session: full")
	// ErrEvent: no event that an Inform can carry: its code is empty or longer than
	// 64 characters, or its CommandKey is longer than 32.
	ErrEvent = errors.New("session: not an event")
)

// An EventQueue holds the events that the ACS has not acknowledged. The zero value is
// empty and has the standard's rules. It is not safe for concurrent use.
//
// The order of calls in a session is Inform, then Acknowledge for each response, then
// Ended. Store the queue, with MarshalBinary, after Add and before the session that
// lists what was added, and again after what was acknowledged has gone.
type EventQueue struct {
	// Rules are looked up before the standard's, for a vendor's events. Nil is none.
	Rules []EventRule
	// Max bounds the queue. 0 is 256. What would go beyond it is refused.
	Max int

	rules   *eventRules // nil is the standard's
	pending []event     // in the order in which they arose
}

// An event is one entry of the queue.
type event struct {
	rpc.Event
	listed bool // the Inform of this session has it
	again  bool // single, and it has happened again since it was listed
}

// An eventRules is what a queue does beyond its table.
type eventRules struct {
	// reports reports whether the response to a request with the CommandKey is
	// about the entry.
	reports func(p event, r EventRule, method, commandKey string) bool
	// gone reports whether a response acknowledges the event; keyed: entries that
	// wait for such a response are left.
	gone func(p event, r EventRule, method string, keyed bool) bool
	// anew reports whether an event that is acknowledged waits again at once;
	// reported: the response was about an entry with a CommandKey, the last one.
	anew func(p event, reported bool) bool
	// again reports whether an event that ended with a session waits again.
	again func(p event, r EventRule) bool
	// survives reports whether an event survives a reboot.
	survives func(p event, r EventRule) bool
	// durable reports whether an event is stored.
	durable func(p event, r EventRule) bool
}

var standardQueue = eventRules{
	reports: func(p event, r EventRule, method, key string) bool {
		return method != acknowledgedBy && !r.Single && r.By == method && p.CommandKey == key
	},
	gone: func(p event, r EventRule, method string, keyed bool) bool {
		return r.By == method && !keyed && (r.Single || p.listed) && (p.listed || method != acknowledgedBy)
	},
	anew:     func(p event, reported bool) bool { return p.again && !reported },
	again:    func(p event, r EventRule) bool { return r.Retry || !p.listed || p.again },
	survives: func(_ event, r EventRule) bool { return r.Retry && r.Reboot },
	durable:  func(_ event, r EventRule) bool { return r.Retry },
}

func (q *EventQueue) the() *eventRules { return cmp.Or(q.rules, &standardQueue) }

// Rule returns the row for a code: the first that fits, the queue's own before the
// standard's.
func (q *EventQueue) Rule(code rpc.EventCode) EventRule {
	r := standardEvents[len(standardEvents)-1]
	fits := func(r EventRule) bool {
		prefix, open := strings.CutSuffix(string(r.Code), "*")
		return r.Code == code || open && strings.HasPrefix(string(code), prefix)
	}
	if i := slices.IndexFunc(q.Rules, fits); i >= 0 {
		r = q.Rules[i]
	} else if i := slices.IndexFunc(standardEvents, fits); i >= 0 {
		r = standardEvents[i]
	}
	r.By = cmp.Or(r.By, acknowledgedBy)
	return r
}

// Add adds an event that has arisen. One that Clears discards all that is older; one
// that is Single and waits already, unlisted, changes nothing. The error is ErrFull or
// ErrEvent.
func (q *EventQueue) Add(e rpc.Event) error {
	if e.EventCode == "" || utf8.RuneCountInString(string(e.EventCode)) > maxEventCode ||
		utf8.RuneCountInString(e.CommandKey) > maxCommandKey {
		return ErrEvent
	}
	r := q.Rule(e.EventCode)
	if r.Clears {
		q.pending = slices.DeleteFunc(q.pending, func(p event) bool { return p.EventCode != e.EventCode })
	}
	at := slices.IndexFunc(q.pending, func(p event) bool { return p.EventCode == e.EventCode })
	if r.Single && at >= 0 {
		q.pending[at].again = q.pending[at].listed
		return nil
	}
	if len(q.pending) >= cmp.Or(max(q.Max, 0), defaultEvents) {
		return ErrFull
	}
	q.pending = append(q.pending, event{Event: e})
	return nil
}

// Inform returns the events for the Inform of a session that begins, at most 64: the
// single ones first, then the others, each in the order in which they arose. What
// does not fit has to follow in the next session; see More.
func (q *EventQueue) Inform() []rpc.Event {
	var list []rpc.Event
	for _, single := range []bool{true, false} {
		for i := range q.pending {
			p := &q.pending[i]
			if q.Rule(p.EventCode).Single != single || len(list) == informEvents {
				continue
			}
			p.listed, p.again = true, false
			list = append(list, p.Event)
		}
	}
	return list
}

// Acknowledge takes off what the response to a request acknowledges, and nothing
// else: for an Inform all the events that it has listed and that it acknowledges; for
// another request the first entry with its CommandKey, and the single event once no
// entry with a CommandKey waits for such a response. It reports whether anything has
// gone.
//
// A fault acknowledges nothing: do not call it then. Of several requests without a
// CommandKey that share a single event, such as AutonomousTransferComplete, the last
// acknowledges it.
func (q *EventQueue) Acknowledge(method, commandKey string) bool {
	before, again, reported := len(q.pending), false, false
	rules := q.the()
	for i, p := range q.pending { // the entry of the one operation that was reported
		if rules.reports(p, q.Rule(p.EventCode), method, commandKey) {
			q.pending, reported = slices.Delete(q.pending, i, i+1), true
			break
		}
	}
	keyed := method != acknowledgedBy && slices.ContainsFunc(q.pending, func(p event) bool {
		r := q.Rule(p.EventCode)
		return !r.Single && r.By == method
	})
	left := q.pending[:0]
	for _, p := range q.pending {
		gone := rules.gone(p, q.Rule(p.EventCode), method, keyed)
		if gone && rules.anew(p, reported) {
			p.listed, p.again, gone, again = false, false, false, true
		}
		if !gone {
			left = append(left, p)
		}
	}
	clear(q.pending[len(left):])
	q.pending = left
	return len(left) < before || again
}

// Result is Acknowledge for a [Result] of a CPE, with the CommandKey of a request of
// the standard's that has one. A fault acknowledges nothing.
func (q *EventQueue) Result(o Output) bool {
	if o.Kind != Result || o.Request == nil || o.Envelope == nil {
		return false
	}
	if _, refused := o.Envelope.Message.(*rpc.Fault); refused {
		return false
	}
	key := ""
	switch r := o.Request.(type) {
	case *rpc.TransferComplete:
		key = r.CommandKey
	case *rpc.DUStateChangeComplete:
		key = r.CommandKey
	}
	return q.Acknowledge(o.Request.Method(), key)
}

// Ended tells the queue that the session is over, whether well or not: what was
// listed and not acknowledged waits again, or is dropped when its rule has no Retry.
func (q *EventQueue) Ended() {
	q.keep(q.the().again)
}

// Rebooted drops what a reboot ends. The event "1 BOOT" of the new start is the
// program's to add.
func (q *EventQueue) Rebooted() {
	q.keep(q.the().survives)
}

func (q *EventQueue) keep(ok func(event, EventRule) bool) {
	q.pending = slices.DeleteFunc(q.pending, func(p event) bool { return !ok(p, q.Rule(p.EventCode)) })
	for i := range q.pending {
		q.pending[i].listed, q.pending[i].again = false, false
	}
}

// Len returns how many events wait.
func (q *EventQueue) Len() int { return len(q.pending) }

// More reports whether events wait that this session's Inform has not listed: those
// that have arisen since, and those beyond its 64. A session for them is due as soon
// as this one is over.
func (q *EventQueue) More() bool {
	return slices.ContainsFunc(q.pending, func(p event) bool { return !p.listed || p.again })
}

// Pending returns a copy of what waits, in the order in which it arose.
func (q *EventQueue) Pending() []rpc.Event {
	var all []rpc.Event
	for _, p := range q.pending {
		all = append(all, p.Event)
	}
	return all
}

// Listed reports whether this session's Inform has the event: a TransferComplete, for
// example, may be sent only then.
func (q *EventQueue) Listed(e rpc.Event) bool {
	return slices.ContainsFunc(q.pending, func(p event) bool { return p.listed && p.Event == e })
}

// MarshalBinary returns the queue as it has to survive a loss of power: without the
// events whose rule has no Retry. Rules and Max are not among it. There is no error.
func (q *EventQueue) MarshalBinary() ([]byte, error) {
	kept := slices.DeleteFunc(slices.Clone(q.pending), func(p event) bool { return !q.the().durable(p, q.Rule(p.EventCode)) })
	p := newPacker(kindEvents)
	p.uint(uint64(len(kept)))
	for _, e := range kept {
		p.bits(e.listed, e.again)
		p.text(string(e.EventCode))
		p.text(e.CommandKey)
	}
	return p.bytes()
}

// UnmarshalBinary takes a queue that MarshalBinary gave and keeps Rules and Max.
// After a loss of power, call Rebooted; to go on in the same session, do not. The error
// is ErrStored, also for a queue beyond Max, and then nothing has changed.
func (q *EventQueue) UnmarshalBinary(data []byte) error {
	u := newUnpacker(kindEvents, data, rpc.Registry{})
	r := EventQueue{Rules: q.Rules, Max: q.Max, rules: q.rules}
	for range u.uint(uint64(len(u.b))) {
		var e event
		u.bits(&e.listed, &e.again)
		e.EventCode, e.CommandKey = rpc.EventCode(u.text()), u.text()
		waits := len(r.pending)
		if u.bad || r.Add(e.Event) != nil || len(r.pending) != waits+1 || e.again && !e.listed {
			return ErrStored
		}
		r.pending[waits].listed, r.pending[waits].again = e.listed, e.again
	}
	if err := u.end(); err != nil {
		return err
	}
	*q = r
	return nil
}
