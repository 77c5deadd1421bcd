// Real programs: dnsmasq serves the options that are built here, and a DHCP
// client hands over what it got. Both are in a network namespace of their own.

package dhcp

import (
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// namespace returns how to run a shell in a network namespace; it skips where
// a program is missing or the kernel refuses.
func namespace(t *testing.T, programs ...string) []string {
	t.Helper()
	if testing.Short() {
		t.Skip("skipped: -short leaves real DHCP servers out")
	}
	for _, p := range append(programs, "unshare", "ip", "dnsmasq") {
		if _, err := exec.LookPath(p); err != nil {
			t.Skipf("skipped: %s is not installed", p)
		}
	}
	const probe = "ip link add srv0 type veth peer name cli0"
	for _, flags := range []string{"-nfp", "-rnfp"} {
		// The shell is the first process of a namespace: what it leaves behind ends with it.
		if exec.Command("unshare", flags, "--kill-child", "sh", "-c", probe).Run() == nil {
			return []string{"unshare", flags, "--kill-child", "sh", "-ec"}
		}
	}
	t.Skip("skipped: the kernel refuses a network namespace with a veth pair")
	return nil
}

// The server's side of both versions. It goes to the background when it
// listens, so nothing has to wait for it.
const links = `ip link set lo up
ip link add srv0 type veth peer name cli0
for i in srv0 cli0; do echo 0 > /proc/sys/net/ipv6/conf/$i/accept_dad || true; done
ip addr add 192.0.2.1/24 dev srv0
ip addr add 2001:db8::1/64 dev srv0 nodad || true
ip link set srv0 up
ip link set cli0 up
dnsmasq --conf-file=/dev/null --port=0 --interface=srv0 --bind-interfaces --no-resolv --no-hosts --user=root --no-ping \
  --dhcp-leasefile="$DIR/leases" --pid-file="$DIR/dnsmasq.pid" --log-facility="$DIR/dnsmasq.log" "$@"
`

// hook is the client's script: it writes what it was told to a file.
const hook = `#!/bin/sh
case "$1$reason" in
PREINIT6) ip link set "$interface" up ;;
bound|BOUND6) env > "$DIR/bound" ;;
esac
`

// serve runs a server with these flags, a client by this command, and returns
// what the client was told.
func serve(t *testing.T, shell []string, client string, flags []string) map[string]string {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "hook"), []byte(hook), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "client.conf"), []byte(clientConf), 0o600))
	args := slices.Concat(shell[1:], []string{links + client, "sh"}, flags)
	cmd := exec.CommandContext(t.Context(), shell[0], args...)
	cmd.Env = append(os.Environ(), "DIR="+dir)
	out, err := cmd.CombinedOutput()
	log, _ := os.ReadFile(filepath.Join(dir, "dnsmasq.log"))
	require.NoError(t, err, "%s\n%s", out, log)
	told, err := os.ReadFile(filepath.Join(dir, "bound"))
	require.NoError(t, err, "no lease: %s\n%s", out, log)
	vars := map[string]string{}
	for line := range strings.Lines(string(told)) {
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "=")
		vars[name] = value
	}
	return vars
}

// colons is how dnsmasq wants bytes.
func colons(b []byte) string {
	return strings.ReplaceAll(strings.TrimPrefix(fmt.Sprintf("% x", b), " "), " ", ":")
}

// served are what a server may say.
var served = []ACS{
	{URL: "http://acs.isp.org"},
	comwareACS("http://169.254.76.31:7547/acs", "1234", "5678"),
	full,
}

func TestDnsmasq4(t *testing.T) {
	shell := namespace(t, "udhcpc")
	for _, want := range served {
		opt43, err := AppendOption43(nil, want)
		require.NoError(t, err)
		opt125, err := AppendOption125(nil, want)
		require.NoError(t, err)
		class, err := AppendOption60(nil, "box 1.0")
		require.NoError(t, err)
		flags := []string{
			"--dhcp-range=192.0.2.10,192.0.2.20,1h", "--dhcp-vendorclass=set:cwmp," + Class,
			"--dhcp-option-force=tag:cwmp,43," + colons(opt43), "--dhcp-option-force=tag:cwmp,125," + colons(opt125),
		}
		const client = `udhcpc -f -n -q -i cli0 -O 43 -O 125 -s "$DIR/hook" -t 10 -T 1 -V `
		told := serve(t, shell, client+"'"+string(class)+"'", flags)
		for name, parse := range map[string]func([]byte, Options) (ACS, []Diagnostic, error){
			"opt43": ParseOption43, "opt125": ParseOption125,
		} {
			content, err := hex.DecodeString(told[name])
			require.NoError(t, err)
			got, diags, err := parse(content, Options{VendorClass: string(class)})
			require.NoError(t, err, "%s: %v", name, told)
			assert.Empty(t, diags)
			assert.Equal(t, want, got, name)
		}
	}
	// Who announces nothing is told nothing.
	told := serve(t, shell, `udhcpc -f -n -q -i cli0 -O 43 -s "$DIR/hook" -t 10 -T 1 -V other`,
		[]string{"--dhcp-range=192.0.2.10,192.0.2.20,1h", "--dhcp-vendorclass=set:cwmp," + Class, "--dhcp-option-force=tag:cwmp,43,01:01:41"})
	assert.NotContains(t, told, "opt43")
}

// clientConf makes dhclient ask for option 17 and send option 16.
const clientConf = `option dhcp6.vendor-class code 16 = {integer 32, integer 16, string};
also request dhcp6.vendor-opts;
send dhcp6.vendor-class 3561 12 "dslforum.org";
`

func TestDnsmasq6(t *testing.T) {
	shell := namespace(t, "dhclient")
	if _, err := os.Stat("/proc/sys/net/ipv6"); err != nil {
		t.Skip("skipped: no IPv6 here")
	}
	for _, want := range served {
		opt17, err := AppendOption17(nil, want)
		require.NoError(t, err)
		told := serve(t, shell, `dhclient -6 -1 -v -cf "$DIR/client.conf" -lf "$DIR/lease" -pf "$DIR/dhclient.pid" -e DIR="$DIR" -sf "$DIR/hook" cli0`,
			[]string{"--dhcp-range=2001:db8::10,2001:db8::20,64,1h", fmt.Sprintf("--dhcp-vendorclass=set:cwmp,enterprise:%d,%s", Enterprise, Class),
				"--dhcp-option-force=tag:cwmp,option6:17," + colons(opt17)})
		content, err := unpadded(told["new_dhcp6_vendor_opts"])
		require.NoError(t, err, "%v", told)
		got, diags, err := ParseOption17(Options{}, content)
		require.NoError(t, err)
		assert.Empty(t, diags)
		assert.Equal(t, want, got)
	}
}

// unpadded reads bytes as dhclient prints them: hexadecimal without leading
// zeros, between colons.
func unpadded(text string) ([]byte, error) {
	var b []byte
	for part := range strings.SplitSeq(text, ":") {
		var one byte
		if _, err := fmt.Sscanf(part, "%x", &one); err != nil {
			return nil, err
		}
		b = append(b, one)
	}
	return b, nil
}
