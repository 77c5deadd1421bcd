#!/usr/bin/env bash
# Runs the tests of soap and rpc where an int has 32 bits on a machine that does not run
# 386 programs: as arm, by an emulator. That takes ten times as long, so three that
# repeat themselves most are left out.
set -euo pipefail
if bash .ci/runs386.sh; then
	echo 'this machine runs 386 programs: cross.sh has run the tests'
elif command -v qemu-arm; then
	GOOS=linux CGO_ENABLED=0 GOARCH=arm go test -short -exec qemu-arm \
		-skip '^(TestMaxItems|TestPredictedLists|TestEdited)$' ./soap/... ./rpc/...
else
	echo 'this machine does not run 386 programs and has no qemu-arm: the tests were not run'
fi
