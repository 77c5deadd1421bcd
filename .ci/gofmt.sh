#!/usr/bin/env bash
# Fails where gofmt would change a file, and shows how.
set -euo pipefail
changed=$(gofmt -l .)
[ -z "$changed" ] || { gofmt -d .; echo "gofmt would change: $changed" >&2; exit 1; }
echo 'gofmt would change nothing'
