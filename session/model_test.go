package session

import (
	"slices"
	"time"

	"github.com/cwmp-go/cwmp/rpc"
)

// NOTE: the model that is searched: the real machines, the real event queue and the
// real retry policy of a CPE and an ACS, each with a small program around it, the
// connection between them, crashes, and what each end has stored. A world is one state
// of all that. model_cpe_test.go, model_acs_test.go and model_net_test.go have the
// steps, model_ghost_test.go and model_talk_test.go what is remembered only to judge,
// model_law_test.go what it runs by, model_pack_test.go a world in 16 bytes, and
// search_model_test.go the search.

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

// The states of a transfer at the CPE. A result is one of the last two.
const (
	trNone = iota
	trRunning
	trGood
	trBroken // by a crash
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
	got     bool // a POST: it has arrived, and its response is waited for
	cut     bool // a POST: its connection broke behind it
	auth    bool // a POST: it has credentials
	epoch   uint8
	env     *rpc.Envelope
	list    [numEvents]uint8 // an Inform: how often each event had arisen
}

// A store is what the CPE keeps; there is one in memory and a durable one.
type store struct {
	queue     EventQueue
	retry     Retry
	transfers [maxTransfers]uint8
	mark      bool // this ACS has acknowledged 0 BOOTSTRAP
	ghost     ghost
}

// A world is one state of the model.
type world struct {
	sc   *scenario
	cpe  *CPE
	acs  *ACS
	ram  *store
	disk *store

	ends
	network
	talk talk

	own   owned
	parts [4]uint64 // the numbers of the machines and the stores; see space
	bad   string
}

// ends are the small things that the programs at both ends know.
type ends struct {
	pc, step uint8
	request  *rpc.Envelope // that the CPE serves
	occurred uint8         // bits: which events of the scenario have arisen

	apc, at  uint8
	aRequest *rpc.Envelope
	aList    [numEvents]uint8
	tasks    [maxTransfers]uint8
	task     uint8               // the one that is asked, from 1
	effects  [maxTransfers]uint8 // of each TransferComplete
	seen     [numEvents]uint8    // how often each event had arisen when it was noted

	faults, holds, refusals, denials, detours uint8
}

// A network is the messages on their way, and what the CPE's HTTP client knows.
type network struct {
	post, stale, resp flight
	epoch, aEpoch     uint8       // of each end's session
	hops              uint8       // redirects of the POST that is out
	creds             bool        // the server has challenged the CPE, which sends credentials from then on
	speaks            rpc.Version // of the ACS that is about to get an Inform
}

// newWorld is the state in which the device starts for the first time.
func newWorld(sc *scenario) *world {
	w := &world{sc: sc, own: ownRAM | ownDisk}
	w.ram = &store{
		queue: EventQueue{Rules: sc.law.rows, rules: sc.law.queue},
		retry: Retry{rules: sc.law.retry},
		mark:  !slices.Contains(sc.boot, evBootstrap),
	}
	w.disk = w.ram.clone()
	for _, e := range sc.boot {
		w.arise(e)
	}
	w.disk = w.ram.clone()
	return w
}

// owned says which parts of a world are its own; the others are shared with the worlds
// that it came from, and are copied before they change.
type owned uint8

const (
	ownCPE owned = 1 << iota
	ownACS
	ownRAM
	ownDisk
)

// take reports whether a part has to be copied, and makes it the world's own.
func (o *owned) take(part owned) bool {
	shared := *o&part == 0
	*o |= part
	return shared
}

func (w *world) theCPE() *CPE {
	if w.own.take(ownCPE) {
		w.cpe = w.cpe.clone()
	}
	return w.cpe
}

func (w *world) theACS() *ACS {
	if w.own.take(ownACS) {
		w.acs = w.acs.clone()
	}
	return w.acs
}

func (w *world) memory() *store {
	if w.own.take(ownRAM) {
		w.ram = w.ram.clone()
	}
	return w.ram
}

func (w *world) durable() *store {
	if w.own.take(ownDisk) {
		w.disk = w.disk.clone()
	}
	return w.disk
}

func (s *store) clone() *store {
	t := *s
	t.queue.pending = slices.Clone(s.queue.pending)
	return &t
}

// A move is one step of the model: its name, whether it is a fault, and the world
// after it.
type move struct {
	name  string
	fault bool
	to    *world
}

// A mover collects the moves of a world.
type mover struct {
	w   *world
	all []move
}

// moves are the steps that can be made.
//
// Partial order: where the next step of one end is to write something that the other
// end does not look at before it gets a message, the steps of the other end commute
// with it and can wait; only that end's steps are made, with its crash. The same holds
// for events that arise: they matter where the queue is read next, and arise there
// (see environment). A scenario that is full makes every step everywhere;
// TestReduction compares.
func (w *world) moves(room []move) []move {
	m := &mover{w: w, all: room}
	switch {
	case !w.sc.full && w.acsWrites():
		m.acsMoves()
		m.acsCrashes()
	case !w.sc.full && w.cpeBusy():
		m.cpeMoves()
		m.cpeCrashes()
	default:
		m.cpeMoves()
		m.acsMoves()
		m.netMoves()
		m.cpeCrashes()
		m.acsCrashes()
	}
	return m.all
}

// add adds a move that f makes.
func (m *mover) add(name string, f func(*world)) {
	v := *m.w
	v.own = 0
	f(&v)
	for v.bad == "" && (v.pc == pcPoll || v.apc == pcPoll) { // nothing durable happens, so it is one step
		if v.pc == pcPoll {
			v.cpePoll()
		}
		if v.apc == pcPoll {
			v.acsPoll()
		}
	}
	v.judge()
	m.all = append(m.all, move{name: name, to: &v})
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
