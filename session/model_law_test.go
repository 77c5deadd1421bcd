package session

import "github.com/cwmp-go/cwmp/rpc"

// NOTE: what the model runs by: the scenario is its size, the law its tables and
// guards, which are the package's own or a mutant's, and the programs around the
// machines.

// A scenario is the size of the model.
type scenario struct {
	name   string
	boot   []int // events at the start
	occur  []int // events that arise once, at any time
	tasks  []int // of the ACS: n is a Download with key n, 0 a plain request
	faults int

	holds    int           // envelopes in which the ACS may hold; always is every one
	refusals int           // times that the ACS may answer 8005
	repeats  int           // times that it may answer 8005 to each request beside
	denials  int           // times that it may answer 8002
	detours  int           // redirects of one POST; the sixth comes once
	guarded  bool          // the ACS asks for credentials
	version  rpc.Version   // of the CPE
	versions []rpc.Version // of the ACS, one a session; none is 1.4

	full bool // without reduction
	law  law
}

// always is a number of holds that is not counted.
const always = 1 << 10

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
	download []act // the CPE, for a Download
	open     []act // the CPE, for a new session
	inform   []act // the ACS, for an Inform
	complete []act // the ACS, for a TransferComplete
	ask      []act // the ACS, for a task
	effectAt func(effects uint8) bool

	supersede bool // a new Inform takes the place of an older session
	fence     bool // a message reaches its own session only
	recover   bool // after a start, finished transfers are reported
	remark    bool // after a start, 0 BOOTSTRAP arises when no ACS has acknowledged it
	rerecord  bool // after a start, what was recorded is recorded anew
	interrupt bool // a connection request ends the session that runs
	challenge bool // a message without credentials is answered 401
	everybody bool // credentials go along with a redirect
	hops      uint8
	backwards bool // the queue is stored backwards
	held      bool // a session begins with a hold
	unlisted  bool // a transfer is reported whether the Inform has its event or not
	short     bool // an Inform lists but the first event
}

// An act is one step of a program.
type act uint8

const (
	actRecord act = iota + 1 // note the transfer
	actStore                 // make it durable
	actReply
	actSend
	actMark // note that 0 BOOTSTRAP was acknowledged
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
	effectAt: func(effects uint8) bool { return effects == 0 },

	supersede: true, fence: true, recover: true, remark: true, challenge: true, hops: maxHops,
}

// maxHops is how many redirects of one request are followed (TR-069 section 3.4.2).
const maxHops = 5

var standardLaw = law{
	cpe: &standardCPE, acs: &standardACS, guards: &standardGuards,
	queue: &standardQueue, retry: &standardRetry, prog: standardProgram,
}
