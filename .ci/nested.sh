#!/usr/bin/env bash
# Vets and tests the nested modules that have packages, and runs their
# benchmarks once each, and the programs of docs/BENCHMARKS.md for a quick look.
# The main module's steps do not reach into them.
set -euo pipefail
while read -r mod; do
	dir=$(dirname "$mod")
	if [ -z "$(find "$dir" -name '*.go' -print -quit)" ]; then
		echo "$dir has no packages"
		continue
	fi
	echo "in $dir"
	(cd "$dir" && go vet ./... && go test -bench . -benchtime=1x ./...)
done < <(find . -mindepth 2 -name go.mod -not -path '*/testdata/*' | sort)
go run -C internal/bench . -short
go run -C internal/bench ./sessions -short
