#!/usr/bin/env bash
# Runs the tests that talk to real programs, now that .ci/install.sh has brought
# the programs. A test that skips all the same for want of one fails the step.
set -euo pipefail
programs='curl|xmllint|dnsmasq|turnserver|nginx|apache2|openssl|haproxy'
mapfile -t packages < <(grep -rlE --include='*_test.go' "\"($programs)\"" . | xargs -r -n1 dirname | sort -u)
if ((${#packages[@]} == 0)); then
	echo "no test calls one of $programs"
	exit 0
fi
echo "packages: ${packages[*]}"
out=$(mktemp)
trap 'rm -f "$out"' EXIT
if ! go test -count=1 -v "${packages[@]}" >"$out" 2>&1; then
	grep -vE '^ *(=== |--- (PASS|SKIP))' "$out" || true
	printf '\nwhat failed:\n'
	grep -E '^ *(--- FAIL|FAIL|panic:)' "$out"
	exit 1
fi
grep -E '^(ok|--- SKIP)' "$out"

# A skipped test's word stands on the line above its result, behind the file's name.
if awk -v programs="($programs)" '/--- SKIP/ && word ~ programs {print word; print; found = 1} {word = $0; sub(/^[^:]*:[0-9]+: /, "", word)} END {exit !found}' "$out"; then
	echo 'skipped for want of a program that is installed' >&2
	exit 1
fi
