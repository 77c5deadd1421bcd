#!/usr/bin/env bash
# Builds for the 32-bit machines that CPEs are, checks that all tests build for one,
# and runs those of soap and rpc as 386, where an int has 32 bits.
set -euo pipefail
export GOOS=linux CGO_ENABLED=0
GOARCH=386 go build ./...
GOARCH=arm go build ./...
GOARCH=mipsle GOMIPS=softfloat go build ./...
GOARCH=386 go vet ./...
echo 'built for 386, arm and mipsle'

case $(go env GOHOSTARCH) in
amd64 | 386) ;;
*) echo 'this machine does not run 386 programs'; exit 0 ;;
esac
for package in soap rpc; do
	[ ! -d "$package" ] || GOARCH=386 go test -short "./$package/..."
done
