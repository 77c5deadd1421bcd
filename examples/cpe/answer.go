package main

import (
	"context"
	"strings"
	"unicode"

	"github.com/cwmp-go/cwmp/attrs"
	"github.com/cwmp-go/cwmp/rpc"
)

// NOTE: what the ACS is answered, which is the table's business, and what of it is
// printed. Lines have names and codes, never values.

// answer answers a request of the ACS.
func (p *program) answer(ctx context.Context, request rpc.Message) (rpc.Message, error) {
	answer, err := p.handle(ctx, request)
	if err != nil {
		p.say("  %s: %v", request.Method(), err)
		return nil, err
	}
	if values, ok := answer.(*rpc.GetParameterValuesResponse); ok {
		hide(values.ParameterList)
	}
	p.say("  %s: answered", request.Method())
	return answer, nil
}

// handle leaves to the table what is not for the attributes too.
func (p *program) handle(ctx context.Context, request rpc.Message) (rpc.Message, error) {
	if m, ok := request.(*rpc.SetParameterValues); ok {
		return p.set(ctx, m)
	}
	return p.device.Handle(ctx, request)
}

// secrets are the ends of the names of hidden parameters, in small letters.
var secrets = []string{"password", "passphrase", "presharedkey", "wepkey", "secret"}

// hide empties the values of hidden parameters, as they read in the standard's data
// models.
func hide(list []rpc.ParameterValue) {
	for i := range list {
		for _, end := range secrets {
			if strings.HasSuffix(strings.ToLower(list[i].Name), end) {
				list[i].Value.Text = ""
			}
		}
	}
}

// shortest is how long a password has to be to be found in a text. One of three
// letters is in half of all lines by chance, and hidden by them.
const shortest = 4

// clean keeps a text on one line of bearable length, without a password, whatever the
// ACS has put into it.
func (p *program) clean(s string) string {
	const most = 400
	for _, password := range p.passwords() {
		if len(password) >= shortest {
			s = strings.ReplaceAll(s, password, "***")
		}
	}
	s = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, s)
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "..."
	}
	return s
}

// passwords are those of the flags, and those in force.
func (p *program) passwords() []string {
	list := []string{p.pass, p.crPass}
	if p.attrs != nil {
		for _, a := range []attrs.Attr{attrs.Password, attrs.CPEPassword, attrs.STUNPassword} {
			v, _ := p.attrs.Snapshot().Get(a)
			list = append(list, v.Secret().Reveal())
		}
	}
	return list
}
