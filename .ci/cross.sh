#!/usr/bin/env bash
# Builds for the 32-bit machines that CPEs are. Where the machine can, the tests of soap
# and rpc run as 386, where an int has 32 bits.
set -euo pipefail
export GOOS=linux CGO_ENABLED=0
flags=${GOFLAGS:-}
GOARCH=386 go build ./...
# Nothing of these two is run: without inlining and what a debugger needs, compiling all
# of the standard library takes two thirds of the time.
export GOFLAGS="$flags '-gcflags=all=-l -dwarf=false'"
GOARCH=arm go build ./...
GOARCH=mipsle GOMIPS=softfloat go build ./...
echo 'built for 386, arm and mipsle'
if bash .ci/runs386.sh; then
	GOARCH=386 GOFLAGS=$flags go test -short ./soap/... ./rpc/...
else
	echo 'this machine does not run 386 programs: see emulated.sh'
fi
