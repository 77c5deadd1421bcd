package rpc_test

import (
	"syscall"
	"time"
)

// cputime is the time that this process has used: what else a machine does makes that
// no longer, or not by much.
func cputime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
