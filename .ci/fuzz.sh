#!/usr/bin/env bash
# Runs every fuzz target of the main module for a number of inputs rather than a
# time, so that a slow machine tries as many. fuzz.sh COUNT takes another number.
# An input of package transport is a whole session over HTTP; one of rpc is read in
# several ways, and one of session, stun or cwmptest is a whole conversation: their
# targets try a quarter, and half.
# What was found at other times is not tried again, so that a run costs what it costs.
# A crash leaves its input under the package's testdata/fuzz: commit it. Inputs are
# not made smaller on the way, which takes longer than trying them.
set -euo pipefail
count=${1:-20000}
targets=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
packages=$(go list -f '{{if or .TestGoFiles .XTestGoFiles}}{{.ImportPath}} {{.Dir}}{{end}}' ./... |
	while read -r package dir; do
		! grep -qs '^func Fuzz' "$dir"/*_test.go || echo "$package $dir"
	done)
# The module's own code is instrumented, as go test -fuzz does it with all code: what
# the standard library has besides finds nothing of ours, and compiling it takes longer
# than all inputs. Two builds at a time: most of one is a linker, which is alone.
export GOFLAGS="${GOFLAGS:-} -gcflags=$(go list -m)/...=-d=libfuzzer"
cut -d' ' -f1 <<<"$packages" | xargs -P2 -I{} sh -c 'go test -c -o "$0/$(echo {} | tr / _)" {}' "$work"
while read -r package dir; do
	test=$work/${package//\//_}
	inputs=$count
	case $package in
	*/transport) inputs=$((count / 4)) ;;
	*/rpc | */session | */stun | */cwmptest) inputs=$((count / 2)) ;;
	esac
	for target in $(cd "$dir" && "$test" -test.list '^Fuzz'); do
		echo "$target of $package"
		(cd "$dir" && "$test" -test.run '^$' -test.fuzz "^$target\$" -test.fuzztime="${inputs}x" \
			-test.fuzzminimizetime=1x -test.parallel=2 -test.fuzzcachedir="$work/corpus/$package") </dev/null 2>&1 | tee -a "$work/log"
		targets=$((targets + 1))
	done
done <<<"$packages"
if grep 'not built with coverage' "$work/log"; then
	exit 1 # a compiler that knows the flag no more
fi
echo "$targets fuzz targets, up to $count inputs each, $SECONDS s"
