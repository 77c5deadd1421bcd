#!/usr/bin/env bash
# Runs the staticcheck that internal/tools pins on the main module.
set -euo pipefail
go tool -modfile=internal/tools/go.mod staticcheck ./...
echo 'staticcheck has nothing to say'
