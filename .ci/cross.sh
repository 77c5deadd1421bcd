#!/usr/bin/env bash
# Builds for the 32-bit machines that CPEs are, and checks that all tests build for one
# and shift no int by more than it has there; the other checks depend on that in soap
# alone, which has a file for 32 bits.
# Where the machine can, the tests of soap and rpc run as 386, where an int has 32 bits.
set -euo pipefail
export GOOS=linux CGO_ENABLED=0
GOARCH=386 go build ./...
GOARCH=arm go build ./...
GOARCH=mipsle GOMIPS=softfloat go build ./...
GOARCH=386 go vet -shift ./...
GOARCH=386 go vet ./soap
echo 'built for 386, arm and mipsle'
if bash .ci/runs386.sh; then
	GOARCH=386 go test -short ./soap/... ./rpc/...
else
	echo 'this machine does not run 386 programs: see emulated.sh'
fi
