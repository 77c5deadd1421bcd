package session

import (
	"encoding/binary"
	"hash/maphash"
	"slices"
	"time"

	"github.com/cwmp-go/cwmp/rpc"
)

// NOTE: the model that is searched: the real machines, the real event queue and the
// real retry policy of a CPE and an ACS, each with a small program around it, the
// connection between them, crashes, and what each end has stored. A world is one state
// of all that. model_cpe_test.go, model_acs_test.go and model_net_test.go have the
// steps, model_ghost_test.go what is remembered only to judge, and search_model_test.go
// the search.

// The events of the model. The numbers index all that is kept by event.
const (
	evBootstrap = iota
	evBoot
	evPeriodic
	evRequest
	evChange
	evTransfer
	evDownload1
	evDownload2
	evDownload3
	numEvents
)

var modelEvents = [numEvents]rpc.Event{
	{EventCode: rpc.EventBootstrap}, {EventCode: rpc.EventBoot}, {EventCode: rpc.EventPeriodic},
	{EventCode: rpc.EventConnectionRequest}, {EventCode: rpc.EventValueChange}, {EventCode: rpc.EventTransferComplete},
	{EventCode: rpc.EventMDownload, CommandKey: "k1"}, {EventCode: rpc.EventMDownload, CommandKey: "k2"},
	{EventCode: rpc.EventMDownload, CommandKey: "k3"},
}

const maxTransfers = 3

// A scenario is the size of the model.
type scenario struct {
	name    string
	boot    []int // events at the start
	occur   []int // events that arise once, at any time
	tasks   []int // of the ACS: n is a Download with key n, 0 a plain request
	faults  int
	holds   int // envelopes in which the ACS may hold
	refusal int // times that the ACS may answer 8005
	denials int // times that it may answer 8002
	detours int // 401s and redirects
	version rpc.Version
	law     law
}

// A law is what the model runs by: the standard's tables, or a mutant's.
type law struct {
	cpe    *cpeRules
	acs    *acsRules
	guards *guards
	rows   []EventRule
	queue  *eventRules
	retry  *retryRules
	prog   program
}

// A program is what the CPE and the ACS do around their machines, each list in order.
type program struct {
	download  []act // the CPE, for a Download
	open      []act // the CPE, for a new session
	inform    []act // the ACS, for an Inform
	complete  []act // the ACS, for a TransferComplete
	ask       []act // the ACS, for a task
	answered  []act // the ACS, for the answer to a task
	effectAt  func(effects uint8) bool
	supersede bool // a new Inform takes the place of an older session
	fence     bool // a message reaches its own session only
	recover   bool // after a start, finished transfers are reported
}

// An act is one step of a program.
type act uint8

const (
	actRecord act = iota + 1 // note the transfer
	actStore                 // make it durable
	actReply
	actSend
	actClearEvents
	actClearTransfers
	actDropTask
)

var standardProgram = program{
	download: []act{actRecord, actStore, actReply},
	open:     []act{actStore, actSend},
	inform:   []act{actStore, actReply},
	complete: []act{actStore, actReply},
	ask:      []act{actStore, actSend},
	answered: []act{actStore},
	effectAt: func(effects uint8) bool { return effects == 0 },

	supersede: true, fence: true, recover: true,
}

var standardLaw = law{
	cpe: &standardCPE, acs: &standardACS, guards: &standardGuards,
	queue: &standardQueue, retry: &standardRetry, prog: standardProgram,
}

// The states of a transfer at the CPE.
const (
	trNone = iota
	trRunning
	trFinished
)

// The states of a task at the ACS.
const (
	taskNew = iota
	taskSent
	taskDone
	taskUnknown
	taskDropped
)

// Where the program of an end is.
const (
	pcIdle  = iota
	pcOpen  // CPE: opens a session
	pcPoll  // polls the machine
	pcWait  // waits for the network
	pcServe // answers a request
	pcStore // CPE: stores what a Result has changed
	pcAsk   // ACS: makes a request
	pcNote  // ACS: notes an answer
)

// A flight is an HTTP message on its way.
type flight struct {
	on      bool
	refused bool // a response: the ACS knows no such session
	epoch   uint8
	env     *rpc.Envelope
	list    [numEvents]uint8 // an Inform: how often each event had arisen
}

// A store is what the CPE keeps; there is one in memory and a durable one.
type store struct {
	queue     EventQueue
	retry     Retry
	transfers [maxTransfers]uint8
	ghost     ghost
}

// A world is one state of the model.
type world struct {
	sc *scenario

	cpe         *CPE
	pc, step    uint8
	epoch       uint8 // of the CPE's session
	ram, disk   store
	request     *rpc.Envelope // served
	post, stale flight
	resp        flight
	occurred    uint8

	acs      *ACS
	apc, at  uint8
	aEpoch   uint8
	aRequest *rpc.Envelope
	aList    [numEvents]uint8
	tasks    [maxTransfers]uint8
	task     uint8               // the one that is asked
	effects  [maxTransfers]uint8 // of each TransferComplete
	seen     [numEvents]uint8    // how often each event had arisen when it was noted

	faults, holds, refusals, denials, detours uint8

	talk talk
	bad  string
}

// newWorld is the state in which the device starts for the first time.
func newWorld(sc *scenario) *world {
	w := &world{sc: sc}
	w.ram.queue = EventQueue{Rules: sc.law.rows, rules: sc.law.queue}
	w.ram.retry = Retry{rules: sc.law.retry}
	for _, e := range sc.boot {
		w.arise(e)
	}
	w.disk = w.ram.clone()
	return w
}

func (s *store) clone() store {
	t := *s
	t.queue.pending = slices.Clone(s.queue.pending)
	return t
}

// clone makes a world that can be changed.
func (w *world) clone() *world {
	v := *w
	v.ram, v.disk = w.ram.clone(), w.disk.clone()
	if w.cpe != nil {
		v.cpe = w.cpe.clone()
	}
	if w.acs != nil {
		v.acs = w.acs.clone()
	}
	return &v
}

// A move is one step of the model: its name, whether it is a fault, and the world
// after it.
type move struct {
	name  string
	fault bool
	to    *world
}

// moves are all steps that can be made.
func (w *world) moves() []move {
	m := &mover{w: w}
	m.cpeMoves()
	m.acsMoves()
	m.netMoves()
	m.crashes()
	return m.all
}

// A mover collects the moves of a world.
type mover struct {
	w   *world
	all []move
}

// add adds a move that f makes.
func (m *mover) add(name string, f func(*world)) {
	v := m.w.clone()
	f(v)
	for v.pc == pcPoll || v.apc == pcPoll { // nothing durable happens, so it is one step
		if v.pc == pcPoll {
			v.cpePoll()
		}
		if v.apc == pcPoll {
			v.acsPoll()
		}
		if v.bad != "" {
			break
		}
	}
	v.judge()
	m.all = append(m.all, move{name: name, to: v})
}

// fault adds a move that costs a fault.
func (m *mover) fault(name string, f func(*world)) {
	if int(m.w.faults) >= m.w.sc.faults {
		return
	}
	m.add(name, func(v *world) { v.faults++; f(v) })
	m.all[len(m.all)-1].fault = true
}

// epochTime is when all machines of the model are told the time. No time passes but in
// the waits of the retry policy.
var epochTime = time.Unix(1_000_000_000, 0)

var seeds = [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}

// key tells worlds apart: two hashes of all that a world is.
func (w *world) key() [2]uint64 {
	b := make([]byte, 0, 256)
	b = append(b, w.pc, w.step, w.occurred, w.apc, w.at, w.task,
		w.faults, w.holds, w.refusals, w.denials, w.detours)
	b = append(b, w.tasks[:]...)
	b = append(b, w.effects[:]...)
	b = w.counts(b)
	for _, e := range w.epochs() { // only which are the same counts
		b = append(b, byte(slices.Index(w.epochs(), e)))
	}
	b = w.ram.key(b)
	b = w.disk.key(b)
	b = cpeKey(b, w.cpe)
	b = acsKey(b, w.acs)
	b = envKey(b, w.request)
	b = envKey(b, w.aRequest)
	for _, f := range []*flight{&w.post, &w.stale, &w.resp} {
		b = append(b, flags(f.on, f.refused))
		b = envKey(b, f.env)
	}
	b = w.talk.key(b)
	return [2]uint64{maphash.Bytes(seeds[0], b), maphash.Bytes(seeds[1], b)}
}

// counts adds all that is counted by event, each from what the disk has as acknowledged:
// two worlds whose counts differ by that alone go on alike.
func (w *world) counts(b []byte) []byte {
	for e := range modelEvents {
		base := w.disk.ghost.acked[e]
		for _, n := range []uint8{
			w.ram.ghost.gen[e], w.ram.ghost.acked[e], w.disk.ghost.gen[e], w.seen[e], w.aList[e],
			w.post.list[e], w.stale.list[e], w.talk.cpe.list[e],
		} {
			b = append(b, max(n, base)-base)
		}
	}
	base := w.disk.ghost.acked[evRequest]
	return append(b, max(w.ram.ghost.listed, base)-base, max(w.disk.ghost.listed, base)-base)
}

func (w *world) epochs() []uint8 {
	return []uint8{w.epoch, w.aEpoch, w.post.epoch, w.stale.epoch, w.resp.epoch}
}

func flags(bits ...bool) (v byte) {
	for i, on := range bits {
		if on {
			v |= 1 << i
		}
	}
	return v
}

func (s *store) key(b []byte) []byte {
	b = append(b, byte(len(s.queue.pending)))
	for _, p := range s.queue.pending {
		b = append(b, byte(slices.Index(modelEvents[:], p.Event)), flags(p.listed, p.again))
	}
	for _, n := range s.retry.counts {
		b = append(b, byte(n))
	}
	b = append(b, flags(s.retry.waiting))
	b = binary.AppendVarint(b, int64(s.retry.wait))
	b = append(b, s.transfers[:]...)
	b = append(b, s.ghost.failed, s.ghost.sinceBoot)
	return append(b, s.ghost.accepted[:]...)
}

func envKey(b []byte, env *rpc.Envelope) []byte {
	if env == nil {
		return append(b, 0)
	}
	b = append(b, nameOf(env)...)
	switch m := env.Message.(type) {
	case *rpc.TransferComplete:
		b = append(b, m.CommandKey...)
	case *rpc.Download:
		b = append(b, m.CommandKey...)
	case *rpc.Fault:
		b = binary.AppendUvarint(b, uint64(m.Code))
	}
	b = append(b, flags(env.HoldRequests, env.HasID), byte(env.Version))
	return append(b, env.ID...)
}

// machineKey is the shared half; how many messages came is left out.
func machineKey(b []byte, m *machine) []byte {
	b = append(b, byte(m.state), byte(m.version), byte(m.nextID), byte(len(m.out)), flags(m.over, m.open.is))
	for _, o := range m.out {
		b = append(b, byte(o.Kind))
		b = envKey(b, o.Envelope)
	}
	b = envKey(b, m.sent)
	b = append(b, m.open.method...)
	return append(b, m.open.id...)
}

func cpeKey(b []byte, c *CPE) []byte {
	if c == nil {
		return append(b, 0)
	}
	b = machineKey(b, &c.machine)
	b = append(b, flags(c.hold, c.yielded, c.empty), byte(c.retries), byte(len(c.queue)))
	for _, m := range c.queue {
		b = append(b, m.(*rpc.TransferComplete).CommandKey...)
	}
	return envKey(b, c.again)
}

func acsKey(b []byte, a *ACS) []byte {
	if a == nil {
		return append(b, 0)
	}
	return append(machineKey(b, &a.machine), flags(a.hold, a.held, a.yielded))
}
