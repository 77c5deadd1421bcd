# Sourced by .ci/run: runs the steps, times them, and says at the end what failed.

# A clone whose owner git does not trust must build all the same.
case " ${GOFLAGS:-} " in
*buildvcs*) ;;
*) export GOFLAGS="${GOFLAGS:+$GOFLAGS }-buildvcs=false" ;;
esac
export GOTOOLCHAIN=${GOTOOLCHAIN:-local}

passed=0
failed=()

# step NAME BUDGET COMMAND... runs the command and gives it BUDGET seconds: past
# three quarters it is warned of, past all of them it is ended and has failed.
# A failed step does not keep the others from running.
step() {
	local name=$1 budget=$2 start=$SECONDS code=0 took
	shift 2
	printf '\n=== %s (budget %d s): %s\n' "$name" "$budget" "$*"
	timeout --kill-after=10 "$budget" "$@" </dev/null || code=$?
	took=$((SECONDS - start))
	if ((code == 124 || code == 137)) && ((took >= budget)); then
		printf -- '--- FAILED: %s: ended after its budget of %d s\n' "$name" "$budget"
		failed+=("$name")
	elif ((code != 0)); then
		printf -- '--- FAILED: %s: exit code %d after %d s\n' "$name" "$code" "$took"
		failed+=("$name")
	else
		((took * 4 <= budget * 3)) || printf -- '--- WARNING: %s took %d s of its %d s\n' "$name" "$took" "$budget"
		printf -- '--- ok: %s in %d s\n' "$name" "$took"
		passed=$((passed + 1))
	fi
}

# summary prints the closing lines and is the run's exit code.
summary() {
	local name
	printf '\n'
	for name in "${failed[@]}"; do printf 'FAILED: %s\n' "$name"; done
	printf 'took %d s\n' "$SECONDS"
	printf 'steps: %d passed, %d failed\n' "$passed" "${#failed[@]}"
	((${#failed[@]} == 0))
}
