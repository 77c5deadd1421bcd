package dhcp_test

import (
	"encoding/hex"
	"fmt"

	"github.com/cwmp-go/cwmp/transport/dhcp"
)

// The vector that Comware's guides print.
func ExampleParseOption43() {
	content, _ := hex.DecodeString("0127687474703A2F2F3136392E3235342E37362E33313A373534372F61637320313233342035363738")
	acs, diagnostics, err := dhcp.ParseOption43(content, dhcp.Options{})
	fmt.Println(acs, len(diagnostics), err)
	fmt.Println(acs.Password.Reveal())
	// Output:
	// {url="http://169.254.76.31:7547/acs" username="1234" password=***} 0 <nil>
	// 5678
}

// A later guide's own example states 59 bytes and has 40.
func ExampleOptions() {
	content, _ := hex.DecodeString("013B687474703A2F2F6163732E64617461626173653A393039302F616373207669636B79203132333435")
	_, _, err := dhcp.ParseOption43(content, dhcp.Options{})
	fmt.Println(err)
	acs, diagnostics, err := dhcp.ParseOption43(content, dhcp.Options{Lenient: true})
	fmt.Println(acs, diagnostics, err)
	// Output:
	// dhcp: bad length: sub-option 1 at offset 0: length 59, 40 bytes left
	// {url="http://acs.database:9090/acs" username="vicky" password=***} [sub-option 1 at offset 0: length clamped] <nil>
}

// What a DHCP server sends in TR-069's form.
func ExampleAppendOption43() {
	content, err := dhcp.AppendOption43(nil, dhcp.ACS{
		URL:              "http://acs.example.com:7547/acs",
		ProvisioningCode: "TLCO.GRP2",
		RetryMinimumWait: 5,
		RetryMultiplier:  2000,
	})
	fmt.Printf("%X %v\n", content, err)
	// Output:
	// 011F687474703A2F2F6163732E6578616D706C652E636F6D3A373534372F6163730209544C434F2E47525032030135040432303030 <nil>
}
