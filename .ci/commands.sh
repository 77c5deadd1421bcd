#!/usr/bin/env bash
# Runs the commands that README.md and docs/ show and no other step runs, with
# files and addresses put in, and looks at what they print. TestCommands of
# internal/house fails where one is missing here.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

# shows TEXT checks that the last output has a line with the text, and says so.
shows() {
	grep -qF -- "$1" "$dir/out" || { cat "$dir/out"; echo "there is no \"$1\" in this" >&2; exit 1; }
	echo "ok: $1"
}

go run ./examples/quickstart >"$dir/out"
shows '(11) close connection'

echo '[{"GetParameterValues":{"ParameterNames":["Device.DeviceInfo."]}}]' >"$dir/do.json"
coproc acs { timeout 60 go run ./examples/acs -do "$dir/do.json" -once -listen 127.0.0.1:0; }
exec 3<&"${acs[0]}"
read -r _ _ url <&3
go run ./examples/cpe -acs "$url" >"$dir/out"
shows 'session 1 ended well'
cat <&3 >"$dir/out"
shows 'request GetParameterValues'
shows 'ended: ok'

go run ./examples/decode rpc/testdata/Inform.xml >"$dir/out"
shows 'Inform, CWMP 1.2'
go run ./examples/attrs examples/attrs/testdata/scenarios.cwmp >"$dir/out"
shows 'endpoint url='

go test ./internal/house -v -run TestMeasures >"$dir/out"
shows 'PASS: TestMeasures'
go run -C internal/bench . -short >"$dir/out"
shows '### decode Inform'
