package session

import "github.com/cwmp-go/cwmp/rpc"

// NOTE: the scenarios that are searched, each with the faults that it is given.

// turns is two plain requests of the ACS, hold at every envelope, and 8005 once to each
// request.
func turns(faults int) *scenario {
	return &scenario{
		name: "turns", boot: []int{evBootstrap, evBoot}, tasks: []int{0, 0},
		faults: faults, holds: always, repeats: 1, version: rpc.V12, law: standardLaw,
	}
}

// turns14 is the same with CWMP 1.4, at ACSs of different versions.
func turns14(faults int) *scenario {
	sc := turns(faults)
	sc.name, sc.version, sc.tasks = "versions", rpc.V14, []int{0}
	sc.versions = []rpc.Version{rpc.V10, rpc.V12, rpc.V14}
	return sc
}

// transfer is one Download and its report.
func transfer(faults int) *scenario {
	return &scenario{
		name: "transfer", boot: []int{evBoot}, tasks: []int{1},
		faults: faults, holds: always, repeats: 1, version: rpc.V14, law: standardLaw,
	}
}

// bare is the same without hold and 8005.
func bare(faults int) *scenario {
	return &scenario{
		name: "bare", boot: []int{evBoot}, tasks: []int{1}, faults: faults, version: rpc.V12, law: standardLaw,
	}
}

// twoTransfers may have both in one session, or one each.
func twoTransfers(faults int) *scenario {
	return &scenario{
		name: "two transfers", boot: []int{evBoot}, tasks: []int{1, 2},
		faults: faults, version: rpc.V12, law: standardLaw,
	}
}

// heldTransfers may have one of them in the session that reports the other.
func heldTransfers(faults int) *scenario {
	sc := twoTransfers(faults)
	sc.name, sc.holds = "held transfers", always
	return sc
}

// threeTransfers is one more.
func threeTransfers(faults int) *scenario {
	sc := twoTransfers(faults)
	sc.name, sc.tasks = "three transfers", []int{1, 2, 3}
	return sc
}

// events is a connection request and another event at any time.
func events(faults int) *scenario {
	return &scenario{
		name: "events", boot: []int{evBoot}, occur: []int{evPeriodic, evRequest},
		faults: faults, version: rpc.V12, law: standardLaw,
	}
}

// requests is two connection requests.
func requests(faults int) *scenario {
	return &scenario{
		name: "requests", boot: []int{evBoot}, occur: []int{evRequest, evRequest},
		faults: faults, version: rpc.V12, law: standardLaw,
	}
}

// periods has the same event twice.
func periods(faults int) *scenario {
	return &scenario{
		name: "periods", boot: []int{evBoot}, occur: []int{evPeriodic, evPeriodic},
		faults: faults, version: rpc.V12, law: standardLaw,
	}
}

// bootstrap is a device that gets another ACS.
func bootstrap(faults int) *scenario {
	return &scenario{
		name: "bootstrap", boot: []int{evBoot}, occur: []int{evPeriodic, evBootstrap},
		faults: faults, denials: 1, version: rpc.V12, law: standardLaw,
	}
}

// guarded is an ACS that asks for credentials and redirects, once too often.
func guarded(faults int) *scenario {
	return &scenario{
		name: "guarded", boot: []int{evBootstrap, evBoot}, tasks: []int{0},
		faults: faults, detours: maxHops + 1, guarded: true, version: rpc.V12, law: standardLaw,
	}
}

// alone is the smallest scenario.
func alone(faults int) *scenario {
	return &scenario{name: "boot", boot: []int{evBoot}, faults: faults, version: rpc.V12, law: standardLaw}
}

// stubborn has an ACS that answers with nothing but 8005.
func stubborn(faults int) *scenario {
	return &scenario{name: "stubborn", boot: []int{evBoot}, faults: faults, refusals: 7, version: rpc.V12, law: standardLaw}
}

// held has an ACS that holds and has nothing to ask.
func held(faults int) *scenario {
	return &scenario{name: "held", boot: []int{evBoot}, faults: faults, holds: always, version: rpc.V12, law: standardLaw}
}

// denied has an ACS that may refuse anything.
func denied(faults int) *scenario {
	sc := transfer(faults)
	sc.name, sc.denials = "denied", 1
	return sc
}

// all is most of these at once: 3 events, a transfer, 2 tasks, hold, 8005 and 8002.
func all(faults int) *scenario {
	return &scenario{
		name: "all", boot: []int{evBootstrap, evBoot}, occur: []int{evPeriodic},
		tasks: []int{1, 0}, faults: faults, holds: always, repeats: 1, denials: 1, version: rpc.V12, law: standardLaw,
	}
}

// rich is the scenario of the longest runs: 4 events, 3 transfers, 3 tasks, hold at every
// envelope, a 401 and a redirect at every POST, the choice of the version, 8005 to every
// request.
func rich(faults int) *scenario {
	return &scenario{
		name: "rich", boot: []int{evBootstrap, evBoot}, occur: []int{evPeriodic, evChange},
		tasks: []int{1, 2, 3}, faults: faults, holds: always, repeats: 1, detours: 1, guarded: true,
		version: rpc.V14, law: standardLaw,
	}
}
