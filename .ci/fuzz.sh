#!/usr/bin/env bash
# Runs every fuzz target of the main module for a number of inputs rather than
# a time, so that a slow machine tries as many. fuzz.sh COUNT takes another
# number. A crash leaves its input under the package's testdata/fuzz: commit it.
# Inputs are not made smaller on the way, which takes longer than trying them.
set -euo pipefail
count=${1:-20000}
targets=0
packages=$(go list -f '{{if or .TestGoFiles .XTestGoFiles}}{{.ImportPath}}{{end}}' ./...)
for package in $packages; do
	listed=$(go test -list '^Fuzz' "$package") || { echo "$listed"; exit 1; }
	for target in $(grep '^Fuzz' <<<"$listed" || true); do
		echo "$target of $package"
		go test -run '^$' -fuzz "^$target\$" -fuzztime="${count}x" -fuzzminimizetime=1x -parallel=2 "$package"
		targets=$((targets + 1))
	done
done
echo "$targets fuzz targets, $count inputs each, $SECONDS s"
