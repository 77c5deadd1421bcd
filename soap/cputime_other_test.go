//go:build !linux

package soap

import "time"

var started = time.Now()

// cputime is about the time that this process has used.
func cputime() time.Duration { return time.Since(started) }
