#!/usr/bin/env bash
# Builds for the 32-bit machines that CPEs are. Where the machine can, the tests of soap
# and rpc run as 386, where an int has 32 bits.
set -euo pipefail
export GOOS=linux CGO_ENABLED=0
GOARCH=386 go build ./...
GOARCH=arm go build ./...
GOARCH=mipsle GOMIPS=softfloat go build ./...
echo 'built for 386, arm and mipsle'
if bash .ci/runs386.sh; then
	GOARCH=386 go test -short ./soap/... ./rpc/...
else
	echo 'this machine does not run 386 programs: see emulated.sh'
fi
