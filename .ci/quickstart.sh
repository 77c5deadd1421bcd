#!/usr/bin/env bash
# Builds examples/quickstart, runs it without and with TLS, and checks that both
# of its sessions show every step of the exchange in order.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

steps=(
	'(1) open TCP connection'
	'(2) SSL initiation'
	'(3) POST Inform'
	'(3a) 401 digest challenge'
	'(3b) POST Inform again'
	'(4) Inform response'
	'(5) POST empty'
	'(6) GetParameterValues request'
	'(7) POST GetParameterValues response'
	'(8) SetParameterValues request'
	'(9) POST SetParameterValues response'
	'(10) empty response'
	'(11) close connection'
)

wrong() {
	cat "$dir/out"
	echo "quickstart: $*" >&2
	exit 1
}

# session HEADER TLS checks the numbered lines from the header to the next one.
session() {
	local header=$1 tls=$2 lines i
	mapfile -t lines < <(awk -v h="$header" '/^session [0-9]+:/{in_it = index($0, h) == 1} in_it && /^\(/' "$dir/out")
	((${#lines[@]} == ${#steps[@]})) || wrong "$header: ${#lines[@]} numbered lines, want ${#steps[@]}"
	for i in "${!steps[@]}"; do
		[[ ${lines[i]} == "${steps[i]}"* ]] || wrong "$header: \"${lines[i]}\" where \"${steps[i]}\" should be"
	done
	case $tls,${lines[1]} in
	no,*'not used' | yes,*policy*) ;;
	*) wrong "$header: \"${lines[1]}\" with TLS=$tls" ;;
	esac
}

# play TLS ARGS... runs the program once.
play() {
	local tls=$1
	shift
	"$dir/quickstart" "$@" >"$dir/out" 2>&1 || wrong "exit code $? of quickstart $*"
	session 'session 1: main ACS URL' "$tls"
	session 'session 2: backup ACS URL' "$tls"
	echo "quickstart $*: both sessions show all ${#steps[@]} lines"
}

go build -o "$dir/quickstart" ./examples/quickstart
play no
play yes -tls
