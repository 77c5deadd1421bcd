package rpc_test

// NOTE: random messages that the schemas allow: written and read they have to
// be the same, and some of them are shown to xmllint. The texts are as unkind as
// XML allows.

import (
	"fmt"
	"math/rand/v2"
	"strings"
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
		Code: s.code(), Text: s.text(1000),
		SOAPCode: pick(s, "Client", "Server"), SOAPText: "CWMP fault",
		Parameters: list(s, 3, func() rpc.ParameterFault {
			code := pick(s, rpc.FaultInvalidParameterName, rpc.FaultNonWritableParameter, 9850)
			return rpc.ParameterFault{ParameterName: s.name(), Code: code, Text: s.text(500)}
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

func (s source) names(n int) []string { return list(s, n, s.name) }

// kinds make a random message of every type.
var kinds = map[string]func(s source) rpc.Message{
	"GetRPCMethods": func(source) rpc.Message { return &rpc.GetRPCMethods{} },
	"GetRPCMethodsResponse": func(s source) rpc.Message {
		return &rpc.GetRPCMethodsResponse{MethodList: append(list(s, 8, func() string { return s.text(64) }), "Inform")}
	},
	"SetParameterValues": func(s source) rpc.Message {
		return &rpc.SetParameterValues{ParameterList: s.parameters(), ParameterKey: s.text(32)}
	},
	"SetParameterValuesResponse": func(s source) rpc.Message {
		return &rpc.SetParameterValuesResponse{Status: pick(s, rpc.Applied, rpc.Committed)}
	},
	"GetParameterValues":         func(s source) rpc.Message { return &rpc.GetParameterValues{ParameterNames: s.names(8)} },
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

func (s source) envelope(m rpc.Message) *rpc.Envelope {
	env := &rpc.Envelope{Version: pick(s, rpc.V10, rpc.V11, rpc.V12), Message: m}
	if s.IntN(8) > 0 {
		env.ID, env.HasID = s.text(100), true
	}
	env.HoldRequests = s.IntN(4) == 0
	return env
}

func (s source) style() rpc.Style {
	return rpc.Style{
		NoDeclaration: s.IntN(2) == 0, EnvelopePrefix: pick(s, "", "SOAP-ENV", "s"), EncodingPrefix: pick(s, "", "SOAP-ENC", "e"),
		CWMPPrefix: pick(s, "", "c", "cwmp"),
	}
}

// TestRandom writes and reads 2,000 messages of every type, 100 under -short.
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
				b, err := env.Append(nil, s.style())
				require.NoError(t, err, "seed %d", seed)
				got, err := rpc.Parse(b, rpc.Config{})
				require.NoError(t, err, "seed %d: %s", seed, b)
				require.Equal(t, env, got, "seed %d: %s", seed, b)
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

// TestRandomSchema validates 210 random messages.
func TestRandomSchema(t *testing.T) {
	var docs []string
	for _, kind := range kinds {
		for seed := range uint64(14) {
			s := newSource(1000 + seed)
			b, err := s.envelope(kind(s)).Append(nil, s.style())
			require.NoError(t, err)
			docs = append(docs, string(b))
		}
	}
	requireValid(t, docs)
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
