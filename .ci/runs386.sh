#!/usr/bin/env bash
# Says whether this machine runs 386 programs: not all that are amd64 do.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
printf 'package main\n\nfunc main() {}\n' >"$dir/main.go"
GOOS=linux GOARCH=386 CGO_ENABLED=0 go build -o "$dir/main" "$dir/main.go"
"$dir/main" 2>/dev/null
