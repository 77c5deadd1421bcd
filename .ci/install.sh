#!/usr/bin/env bash
# Installs what the later steps need and this machine lacks: a C compiler for
# the race detector, the programs that tests talk to, and an emulator where 32-bit
# programs cannot be run.
set -euo pipefail

# Debian's package for each program that must be found.
declare -A packages=(
	[gcc]=gcc [xmllint]=libxml2-utils [curl]=curl
	[nginx]=nginx-light [apache2]=apache2-bin [openssl]=openssl [haproxy]=haproxy
	[dnsmasq]=dnsmasq-base [udhcpc]=udhcpc [dhclient]=isc-dhcp-client [ip]=iproute2
	[turnserver]=coturn
)

bash .ci/runs386.sh || packages[qemu-arm]=qemu-user

missing=()
for program in "${!packages[@]}"; do
	command -v "$program" >/dev/null || missing+=("${packages[$program]}")
done
[ -e /usr/include/stdlib.h ] || missing+=(libc6-dev) # gcc alone has no C library to build with
if ((${#missing[@]} == 0)); then
	echo "nothing to install: ${!packages[*]} are all here"
	exit 0
fi

cannot() {
	echo "missing: ${missing[*]}; $1" >&2
	exit 1
}
command -v apt-get >/dev/null || cannot 'there is no apt-get here: install them by hand'
[ "$(id -u)" = 0 ] || cannot 'installing takes root: install them by hand'
export DEBIAN_FRONTEND=noninteractive

# Tests start their own servers, on 127.0.0.1: no package shall start one.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
	printf '#!/bin/sh\nexit 101\n' >"$policy"
	chmod +x "$policy"
	trap 'rm -f "$policy"' EXIT
fi
apt-get update -qq || cannot 'apt-get update failed'
apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null || cannot 'apt-get install failed'
for program in "${!packages[@]}"; do
	command -v "$program"
done
