package main

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/cwmp-go/cwmp/attrs"
	"github.com/cwmp-go/cwmp/transport/dhcp"
)

// A DHCP option becomes a layer: the codec reads it, the profile says which
// attributes it may set, and the rest is reported.

// codes are the sub-options with an attribute of their own.
var codes = map[uint16]attrs.Attr{
	dhcp.CodeProvisioningCode: attrs.ProvisionCode,
	dhcp.CodeRetryMinimumWait: attrs.RetryMinimumWait,
	dhcp.CodeRetryMultiplier:  attrs.RetryMultiplier,
}

func (s *shell) dhcp(words []string) error {
	switch {
	case len(words) == 1 && words[0] == "lost":
		s.resolver.Lost(attrs.DHCP)
		return nil
	case len(words) == 2 && words[0] == "option43":
		return s.option(words[1], 0, dhcp.ParseOption43)
	case len(words) == 2 && words[0] == "option125":
		return s.option(words[1], 10, dhcp.ParseOption125)
	}
	return errUnknown
}

type parser func([]byte, dhcp.Options) (dhcp.ACS, []dhcp.Diagnostic, error)

// option reads an option whose codes are shifted so far from option 43's, and
// puts it in the place of the DHCP layer.
func (s *shell) option(text string, shift uint16, parse parser) error {
	content, err := hex.DecodeString(strings.ReplaceAll(text, ":", ""))
	if err != nil {
		return refusal{"dhcp", "not hexadecimal"}
	}
	o := dhcp.Options{Lenient: s.lenient, Code1: s.lenient, Skip: s.skipped()}
	acs, notes, err := parse(content, o)
	if err != nil {
		return refusal{"dhcp", strings.TrimPrefix(err.Error(), "dhcp: ")}
	}
	kept, ignored := s.resolver.Settable(attrs.DHCP, layer(acs)...)
	err = s.resolver.Replace(attrs.DHCP, time.Now(), kept...)
	if list := attrs.WriteErrors(err); len(list) > 0 {
		return refusal{"dhcp", fmt.Sprintf("%s: %s", list[0].Attr, why(list[0]))}
	}
	for _, n := range notes {
		fmt.Fprintln(s.out, "note: dhcp:", n)
	}
	for _, e := range ignored {
		fmt.Fprintln(s.out, "ignored:", e.Attr)
	}
	for _, sub := range acs.Unknown {
		if a, ok := codes[sub.Code-shift]; ok {
			fmt.Fprintln(s.out, "ignored:", a)
		}
	}
	return nil
}

// layer lists what an option says as changes.
func layer(a dhcp.ACS) (list []attrs.Change) {
	add := func(given bool, attr attrs.Attr, value string) {
		if given {
			list = append(list, attrs.Set(attr, value))
		}
	}
	add(a.URL != "", attrs.URL, a.URL)
	add(a.HasUsername, attrs.Username, a.Username)
	add(a.HasPassword, attrs.Password, a.Password.Reveal())
	add(a.HasProvisioningCode, attrs.ProvisionCode, a.ProvisioningCode)
	add(a.RetryMinimumWait != 0, attrs.RetryMinimumWait, strconv.Itoa(int(a.RetryMinimumWait)))
	add(a.RetryMultiplier != 0, attrs.RetryMultiplier, strconv.Itoa(int(a.RetryMultiplier)))
	return list
}

// skipped are the sub-options whose values are nobody's concern, because the
// profile lets DHCP set no such attribute.
func (s *shell) skipped() (list []uint16) {
	for code := uint16(dhcp.CodeProvisioningCode); code <= dhcp.CodeRetryMultiplier; code++ {
		if d, ok := s.resolver.Describe(codes[code]); !ok || !d.From.Has(attrs.DHCP) {
			list = append(list, code)
		}
	}
	return list
}
