#!/usr/bin/env bash
# Fails where `go mod tidy` would change a go.mod or go.sum, the nested modules'
# included, and shows how.
set -euo pipefail
code=0
while read -r mod; do
	dir=$(dirname "$mod")
	echo "go mod tidy -diff in $dir"
	go -C "$dir" mod tidy -diff || code=1
done < <(find . -name go.mod -not -path '*/testdata/*' | sort)
exit "$code"
