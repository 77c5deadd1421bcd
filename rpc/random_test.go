package rpc_test

// NOTE: random messages that the schemas allow: written and read they have to
// be the same, and some of them are shown to xmllint. The texts are as unkind as
// XML allows.

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/soap"
	"github.com/stretchr/testify/require"
)

// A source makes random messages.
type source struct{ *rand.Rand }

func newSource(seed uint64) source { return source{rand.New(rand.NewPCG(seed, 69))} }

func pick[T any](s source, of ...T) T { return of[s.IntN(len(of))] }

// list gives up to n items, nil for none.
func list[T any](s source, n int, item func() T) (all []T) {
	for range s.IntN(n + 1) {
		all = append(all, item())
	}
	return all
}

var pieces = []string{
	"a", "Z", "0", ".", "Device.", " ", "  ", "\t", "\n", "\r", "\r\n", "<", ">", "&", "\"", "'", "]]>", "&amp;", "&#0;",
	"<!--", "é", "ß", "€", "漢", "😀", "\u0085", "\u00a0", "\u2028", "\ufffd", "\ud7ff", "\ue000", "\U0010ffff", "\x7f",
}

// text gives up to max characters.
func (s source) text(max int) string {
	var b strings.Builder
	for n := s.IntN(min(max, 24) + 1); ; {
		p := pick(s, pieces...)
		if n -= len([]rune(p)); n < 0 {
			return b.String()
		}
		b.WriteString(p)
	}
}

func (s source) name() string {
	return pick(s, "Device.", "InternetGatewayDevice.WANDevice.1.", "X_ACME_é.") + s.text(200)
}

func (s source) time() rpc.DateTime {
	day := fmt.Sprintf("%04d-%02d-%02dT%02d:%02d:%02d", 1+s.IntN(9999), 1+s.IntN(12), 1+s.IntN(28), s.IntN(24), s.IntN(60), s.IntN(60))
	return rpc.DateTime(day + pick(s, "", ".5", ".123456") + pick(s, "", "Z", "+01:00", "-11:30"))
}

// value gives a text that is of its type.
func (s source) value() rpc.Value {
	return pick(s,
		rpc.StringValue(s.text(1000)),
		rpc.BoolValue(s.IntN(2) == 0),
		rpc.IntValue(int32(s.Uint32())),
		rpc.UnsignedIntValue(s.Uint32()),
		rpc.Value{Type: rpc.TypeUnsignedLong, Text: fmt.Sprint(s.Uint64())},
		rpc.Value{Type: rpc.TypeLong, Text: fmt.Sprint(s.Int64() - s.Int64())},
		rpc.Value{Type: rpc.TypeDateTime, Text: string(s.time())},
		rpc.Value{Type: rpc.TypeHexBinary, Text: fmt.Sprintf("%08x", s.Uint32())},
		rpc.Base64Value([]byte(s.text(100))),
	)
}

func (s source) parameters() []rpc.ParameterValue {
	return list(s, 6, func() rpc.ParameterValue { return rpc.ParameterValue{Name: s.name(), Value: s.value()} })
}

func (s source) event() rpc.Event {
	return rpc.Event{
		EventCode: pick(s, rpc.EventBootstrap, rpc.EventBoot, rpc.EventPeriodic, rpc.EventValueChange,
			rpc.EventConnectionRequest, rpc.EventTransferComplete, rpc.EventMReboot, rpc.EventMDownload, "X 00D09E Warm<&>Start"),
		CommandKey: s.text(32),
	}
}

func (s source) code() rpc.FaultCode {
	return pick(s, rpc.FaultACSInternalError, rpc.FaultACSRetryRequest, rpc.FaultRequestDenied, rpc.FaultInvalidArguments, 9805, 8850)
}

func (s source) fault() *rpc.Fault {
	return &rpc.Fault{
		FaultCode: s.code(), FaultString: s.text(1000),
		SOAPCode: pick(s, "Client", "Server"), SOAPText: "CWMP fault",
		Parameters: list(s, 3, func() rpc.ParameterFault {
			code := pick(s, rpc.FaultInvalidParameterName, rpc.FaultNonWritableParameter, 9850)
			return rpc.ParameterFault{ParameterName: s.name(), FaultCode: code, FaultString: s.text(500)}
		}),
	}
}

func (s source) inform() *rpc.Inform {
	return &rpc.Inform{
		DeviceID: rpc.DeviceID{
			Manufacturer: s.text(64), OUI: fmt.Sprintf("%06X", s.IntN(1<<24)), ProductClass: s.text(64), SerialNumber: s.text(64),
		},
		Event:         list(s, 5, s.event),
		MaxEnvelopes:  1,
		CurrentTime:   s.time(),
		RetryCount:    s.Uint32(),
		ParameterList: s.parameters(),
	}
}

// kinds make a random message of every type.
var kinds = map[string]func(s source) rpc.Message{
	"GetRPCMethods": func(source) rpc.Message { return &rpc.GetRPCMethods{} },
	"GetRPCMethodsResponse": func(s source) rpc.Message {
		return &rpc.GetRPCMethodsResponse{MethodList: some(s, 1, 8, func() string { return s.text(64) })}
	},
	"SetParameterValues": func(s source) rpc.Message {
		return &rpc.SetParameterValues{ParameterList: s.parameters(), ParameterKey: s.text(32)}
	},
	"SetParameterValuesResponse": func(s source) rpc.Message {
		return &rpc.SetParameterValuesResponse{Status: pick(s, rpc.Applied, rpc.Committed)}
	},
	"GetParameterValues":         func(s source) rpc.Message { return &rpc.GetParameterValues{ParameterNames: some(s, 1, 8, s.name)} },
	"GetParameterValuesResponse": func(s source) rpc.Message { return &rpc.GetParameterValuesResponse{ParameterList: s.parameters()} },
	"GetParameterNames": func(s source) rpc.Message {
		return &rpc.GetParameterNames{ParameterPath: s.name(), NextLevel: s.IntN(2) == 0}
	},
	"GetParameterNamesResponse": func(s source) rpc.Message {
		return &rpc.GetParameterNamesResponse{ParameterList: list(s, 6, func() rpc.ParameterInfo {
			return rpc.ParameterInfo{Name: s.name(), Writable: s.IntN(2) == 0}
		})}
	},
	"Reboot":         func(s source) rpc.Message { return &rpc.Reboot{CommandKey: s.text(32)} },
	"RebootResponse": func(source) rpc.Message { return &rpc.RebootResponse{} },
	"Inform":         func(s source) rpc.Message { return s.inform() },
	"InformResponse": func(source) rpc.Message { return &rpc.InformResponse{MaxEnvelopes: 1} },
	"TransferComplete": func(s source) rpc.Message {
		return &rpc.TransferComplete{
			CommandKey:  s.text(32),
			FaultStruct: rpc.TransferFault{FaultCode: pick(s, 0, rpc.FaultTransferFailure, rpc.FaultUploadFailure, rpc.FaultTransferAuthentication), FaultString: s.text(256)},
			StartTime:   s.time(), CompleteTime: s.time(),
		}
	},
	"TransferCompleteResponse": func(source) rpc.Message { return &rpc.TransferCompleteResponse{} },
	"Fault":                    func(s source) rpc.Message { return s.fault() },
}

// envelope is of a version that has the message.
func (s source) envelope(m rpc.Message) *rpc.Envelope {
	v := pick(s, rpc.V10, rpc.V11, rpc.V12, rpc.V13, rpc.V14)
	return s.envelopeAt(max(v, messagesSince()[m.Method()]), m)
}

// messagesSince are the versions that brought the messages.
var messagesSince = sync.OnceValue(func() map[string]rpc.Version {
	since := map[string]rpc.Version{"Fault": rpc.V10}
	for _, row := range (rpc.Registry{}).Rows() {
		since[row.Name], since[row.Name+"Response"] = row.Since, row.Since
	}
	return since
})

// envelopeAt is an envelope as a peer of the version makes it: with the header
// elements that the version has, where they belong.
func (s source) envelopeAt(v rpc.Version, m rpc.Message) *rpc.Envelope {
	env := &rpc.Envelope{Version: v, Message: m}
	if s.IntN(8) > 0 {
		env.ID, env.HasID = s.text(100), true
	}
	env.HoldRequests = s.IntN(4) == 0
	switch m.(type) {
	case *rpc.Inform:
		if v >= rpc.V13 && s.bool() {
			env.SessionTimeout, env.HasSessionTimeout = s.Uint32(), true
		}
		if v == rpc.V14 {
			env.SupportedCWMPVersions = pick(s, rpc.ListVersions(rpc.V10, rpc.V14), "1.0, 1.1, 1.2, 1.3, 1.4", "1.4,1.5")
		}
	case *rpc.InformResponse:
		if v == rpc.V14 {
			env.UseCWMPVersion = pick(s, "1.4", " 1.4\n")
		}
	}
	return env
}

// told is the version that a reader finds in an envelope that envelopeAt made:
// 1.3 and 1.4 are told apart from 1.2 by the header alone.
func told(env *rpc.Envelope) *rpc.Envelope {
	e := *env
	if e.Version > rpc.V12 {
		e.Version = toldVersion(env)
	}
	return &e
}

func (s source) style() rpc.Style {
	return rpc.Style{
		NoDeclaration: s.bool(), EnvelopePrefix: pick(s, "", "SOAP-ENV", "s"), EncodingPrefix: pick(s, "", "SOAP-ENC", "e"),
		CWMPPrefix: pick(s, "", "c", "cwmp"), ShortEmpty: s.bool(), Types: s.IntN(8) == 0, ArrayDigits: s.IntN(5),
		EmptyHeader: s.bool(), AlwaysHold: s.bool(), Booleans: pick(s, rpc.BooleanDefault, rpc.BooleanWords, rpc.BooleanDigits),
	}
}

// TestRandom writes and, at Strict, reads 2,000 messages of every type, 100 under -short.
func TestRandom(t *testing.T) {
	seeds := uint64(2000)
	if testing.Short() {
		seeds = 100
	}
	for name, kind := range kinds {
		t.Run(name, func(t *testing.T) {
			for seed := range seeds {
				s := newSource(seed)
				env := s.envelope(kind(s))
				style := s.style()
				b, err := env.Append(nil, style)
				require.NoError(t, err, "seed %d", seed)
				got, err := rpc.Parse(b, rpc.Config{Level: soap.Strict})
				require.NoError(t, err, "seed %d: %s", seed, b)
				require.Equal(t, styled(style, told(env)), quiet(got), "seed %d: %s", seed, b)
			}
		})
	}
}

// TestRandomComplete keeps a message of the registry from being left out.
func TestRandomComplete(t *testing.T) {
	for _, row := range (rpc.Registry{}).Rows() {
		for _, name := range []string{row.Name, row.Name + "Response"} {
			require.Contains(t, kinds, name)
			require.Equal(t, name, kinds[name](newSource(1)).Method())
		}
	}
}

// styled is an envelope whose values are written in a style's booleans.
func styled(style rpc.Style, env *rpc.Envelope) *rpc.Envelope {
	words := map[string]string{"0": "false", "1": "true"}
	if style.Booleans == rpc.BooleanWords {
		for i, p := range parameters(env.Message) {
			if word := words[p.Value.Text]; word != "" && p.Value.Type == rpc.TypeBoolean {
				parameters(env.Message)[i].Value.Text = word
			}
		}
	}
	return env
}

// versions are all, each with the driver of the schemas that it is written by.
var versions = map[rpc.Version]string{
	rpc.V10: "envelope-1-4.xsd", rpc.V11: "envelope-1-4.xsd", rpc.V12: "envelope-1-2.xsd", rpc.V13: "envelope-1-4.xsd", rpc.V14: "envelope-1-4.xsd",
}

// randomDocs are messages of every type that a version has.
func randomDocs(t *testing.T, v rpc.Version, seeds uint64) (docs []string) {
	since := messagesSince()
	for _, name := range slices.Sorted(maps.Keys(kinds)) {
		for seed := range seeds {
			s := newSource(1000 + seed)
			env, style := s.envelopeAt(v, kinds[name](s)), s.style()
			if since[name] > v {
				continue
			}
			style.Types = false // which the schemas do not allow
			b, err := env.Append(nil, style)
			require.NoError(t, err)
			docs = append(docs, string(b))
		}
	}
	return docs
}

// TestRandomSchema validates random messages of every type in every version that
// has it.
func TestRandomSchema(t *testing.T) {
	for v, driver := range versions {
		t.Run(v.String(), func(t *testing.T) { requireValid(t, driver, randomDocs(t, v, 14)) })
	}
}

// TestRandomStrict is TestRandomSchema with nothing let pass that the schemas do
// not know, one document of each.
func TestRandomStrict(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped: an xmllint for each document")
	}
	for v, driver := range versions {
		t.Run(v.String(), func(t *testing.T) {
			docs := randomDocs(t, v, 1)
			require.GreaterOrEqual(t, len(docs), 41) // 20 pairs of 1.0 and Fault
			requireStrict(t, driver, docs)
		})
	}
}

// TestRandomHeader writes and reads header elements that are kept as they are.
func TestRandomHeader(t *testing.T) {
	for seed := range uint64(500) {
		s := newSource(seed)
		env := s.envelope(&rpc.Reboot{})
		env.Header = list(s, 4, func() soap.Raw {
			prefix := pick(s, "", "x", "cwmp", "soap-env", "xsd")
			return randomRaw(s, prefix, pick(s, "urn:a", "urn:b?x=1&y=<2>"))
		})
		once := parse(t, encode(t, env))
		require.Equal(t, normal(env), normal(once), "seed %d", seed)
		require.Equal(t, once, parse(t, encode(t, once)), "seed %d", seed)
	}
}

// randomRaw is an element that relies on declarations around it.
func randomRaw(s source, prefix, uri string) soap.Raw {
	name := "Block"
	if prefix != "" {
		name = prefix + ":Block"
	}
	return soap.Raw{
		Space: uri, Local: "Block", Scope: []soap.Namespace{{Prefix: prefix, URI: uri}},
		XML: []byte("<" + name + ">" + pick(s, "", "text", "<y xmlns=''/>", "<![CDATA[<]]>") + "</" + name + ">"),
	}
}
