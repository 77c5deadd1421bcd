package rpc_test

// NOTE: the registry, and a vendor's message as its user writes it.

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// probe is a vendor's request with a field of every kind.
type probe struct {
	Host  string
	Note  string
	Deep  bool
	Delta int32
	Count uint32
	At    rpc.DateTime
	Value rpc.Value
	Names []string
	Hop   hop
	Hops  []hop
	Bare  []hop
	Inner hop
}

func (*probe) Method() string              { return "X_ACME_Probe" }
func (*probe) NewResponse() *probeResponse { return new(probeResponse) }
func (m *probe) Fields(c *rpc.Codec) {
	c.String("Host", &m.Host, 8)
	c.OptString("Note", &m.Note, 8)
	c.Bool("Deep", &m.Deep)
	c.Int("Delta", &m.Delta)
	c.Uint("Count", &m.Count)
	c.Time("At", &m.At)
	c.Value("Value", &m.Value)
	c.Strings("Names", &m.Names, 8)
	c.Struct("Hop", &m.Hop)
	rpc.List(c, "Hops", "X_ACME_Hop", &m.Hops)
	rpc.Repeated(c, "Bare", &m.Bare)
	c.Qualified("Inner", &m.Inner)
}

type probeResponse struct{ Hop hop }

func (*probeResponse) Method() string        { return "X_ACME_ProbeResponse" }
func (m *probeResponse) Fields(c *rpc.Codec) { c.Struct("Hop", &m.Hop) }

type hop struct {
	Address string
	Delays  []string
}

func (h *hop) Fields(c *rpc.Codec) {
	c.Once()
	c.String("Address", &h.Address, 0)
	c.Strings("Delays", &h.Delays, 0)
}

func fullProbe() *probe {
	h := hop{"192.0.2.1", []string{"1", "", "3"}}
	return &probe{
		Host: "a", Note: "b", Deep: true, Delta: -5, Count: 6, At: rpc.InfiniteTime, Value: rpc.IntValue(7),
		Names: []string{"x", " y "}, Hop: h, Hops: []hop{h, {}, h}, Bare: []hop{{}, h}, Inner: h,
	}
}

var probeRow = rpc.Pair[probe, probeResponse](rpc.ToCPE, rpc.V11, 0)

func TestVendorMessage(t *testing.T) {
	cfg := rpc.Config{Registry: rpc.Registry{}.With(probeRow)}
	for _, m := range []rpc.Message{fullProbe(), &probe{At: rpc.UnknownTime, Value: rpc.StringValue("")}, &probeResponse{hop{Address: "z"}}} {
		for _, v := range []rpc.Version{rpc.V10, rpc.V11, rpc.V12} {
			want := rpc.NewEnvelope(v, "1", m)
			got, err := requireSame(t, encode(t, want), cfg)
			require.NoError(t, err)
			require.Equal(t, want, quiet(got))
		}
	}
	unknown := parse(t, encode(t, rpc.NewEnvelope(rpc.V12, "1", fullProbe())))
	assert.Equal(t, "X_ACME_Probe", unknown.Message.Method())
	again, err := rpc.Parse([]byte(encode(t, unknown)), cfg)
	require.NoError(t, err)
	assert.Equal(t, fullProbe(), again.Message, "through a peer that does not know it")
}

func TestOnce(t *testing.T) {
	cfg := rpc.Config{Registry: rpc.Registry{}.With(probeRow)}
	hop := func(s string) string { return "<Hop>" + s + "</Hop>" }
	for _, doc := range []string{hop("<Address/><Address/>"), hop("<Delays/><x/><Delays/>"), hop("") + hop("<Address/><Address/>")} {
		_, err := rpc.Parse([]byte(message("X_ACME_Probe", doc)), cfg)
		require.ErrorIs(t, err, rpc.ErrTwice, doc)
	}
	for _, doc := range []string{hop("<Address/>") + hop("<Address/>"), hop("<x/><x/>"), hop("<Delays><a/><a/></Delays><Address/>"), "<Hops><a><Address/></a><a><Address/></a></Hops>", "<Host/><Host/>"} {
		_, err := rpc.Parse([]byte(message("X_ACME_Probe", doc)), cfg)
		require.NoError(t, err, doc)
	}
}

func TestVendorNamespace(t *testing.T) {
	cfg := rpc.Config{Registry: rpc.Registry{}.With(probeRow)}
	doc := envelope("", `<a:X_ACME_Probe xmlns:a="urn:acme"><Host>h</Host></a:X_ACME_Probe>`)
	env, err := rpc.Parse([]byte(doc), cfg)
	require.NoError(t, err)
	assert.Equal(t, &probe{Host: "h"}, env.Message)
	standard := parse(t, envelope("", `<a:Inform xmlns:a="urn:acme"></a:Inform>`))
	assert.IsType(t, &rpc.Vendor{}, standard.Message, "an Inform of somebody else")
}

func TestRegistryRows(t *testing.T) {
	var zero rpc.Registry
	names := func(r rpc.Registry) (all []string) {
		for _, row := range r.Rows() {
			all = append(all, row.Name)
		}
		return all
	}
	before := names(zero)
	assert.Len(t, before, 27)
	more := zero.With(probeRow)
	assert.Equal(t, append(slices.Clone(before), "X_ACME_Probe"), names(more))
	assert.Equal(t, before, names(zero), "nothing global changes")
	assert.Nil(t, zero.New("X_ACME_Probe"))
	assert.Equal(t, names(more), names(more.With(probeRow)), "the same row again")
	more.Rows()[0].Name = "changed"
	zero.Rows()[0].Name = "changed"
	assert.Equal(t, append(before, "X_ACME_Probe"), names(more), "Rows gives a copy")
}

func TestRegistryNew(t *testing.T) {
	r := rpc.Registry{}.With(probeRow)
	for _, row := range r.Rows() {
		for _, name := range []string{row.Name, row.Name + "Response"} {
			m := r.New(name)
			require.NotNil(t, m, name)
			assert.Equal(t, name, m.Method())
			assert.Equal(t, name != row.Name, rpc.IsResponse(m), name)
			assert.Equal(t, name != row.Name, rpc.Answers(m, row.Name))
			assert.False(t, rpc.Answers(m, "Other"))
		}
	}
	assert.NotSame(t, r.New("Inform"), r.New("Inform"))
	for _, name := range []string{"", "Response", "inform", "Fault", "InformResponseResponse", "X"} {
		assert.Nil(t, r.New(name), name)
	}
	fault := rpc.NewFault(9001, "")
	assert.True(t, rpc.IsResponse(fault) && rpc.Answers(fault, "Anything"))
}

// ping replaces the standard's Reboot.
type ping struct{ rpc.GetRPCMethods }

func (*ping) Method() string { return "Reboot" }

func TestRegistryReplaces(t *testing.T) {
	r := rpc.Registry{}.With(rpc.Pair[ping, rpc.GetRPCMethodsResponse](rpc.ToACS, rpc.V14, rpc.ToACS))
	assert.IsType(t, &ping{}, r.New("Reboot"))
	assert.IsType(t, &rpc.GetRPCMethodsResponse{}, r.New("RebootResponse"))
	assert.IsType(t, &rpc.Reboot{}, rpc.Registry{}.New("Reboot"))
	assert.Len(t, r.Rows(), 27)
	row := r.Rows()[26]
	assert.Equal(t, []any{"Reboot", rpc.ToACS, rpc.V14, rpc.ToACS}, []any{row.Name, row.To, row.Since, row.Must})
}

func TestRegistryMethods(t *testing.T) {
	r := rpc.Registry{}.With(probeRow)
	assert.Equal(t, []string{
		"AddObject", "CancelTransfer", "ChangeDUState", "DeleteObject", "Download", "FactoryReset", "GetAllQueuedTransfers", "GetOptions",
		"GetParameterAttributes", "GetParameterNames", "GetParameterValues", "GetQueuedTransfers", "GetRPCMethods", "Reboot",
		"ScheduleDownload", "ScheduleInform", "SetParameterAttributes", "SetParameterValues", "SetVouchers", "Upload", "X_ACME_Probe",
	}, r.Methods(rpc.ToCPE))
	assert.Equal(t, []string{
		"AutonomousDUStateChangeComplete", "AutonomousTransferComplete", "DUStateChangeComplete", "GetRPCMethods", "Inform", "Kicked",
		"RequestDownload", "TransferComplete",
	}, r.Methods(rpc.ToACS))
	assert.Len(t, r.Methods(rpc.ToACS|rpc.ToCPE), 28)
	assert.Empty(t, r.Methods(0))
}

// required is TR-069 table 5: the receiver that has to support a request.
var required = map[rpc.Side]string{
	rpc.ToCPE: "SetParameterValues GetParameterValues GetParameterNames SetParameterAttributes GetParameterAttributes" +
		" AddObject DeleteObject Download Reboot FactoryReset",
	rpc.ToACS:             "Inform TransferComplete AutonomousTransferComplete",
	rpc.ToCPE | rpc.ToACS: "GetRPCMethods",
}

func TestRequired(t *testing.T) {
	want := map[string]rpc.Side{}
	for side, names := range required {
		for name := range strings.FieldsSeq(names) {
			want[name] = side
		}
	}
	for _, row := range (rpc.Registry{}).Rows() {
		assert.Equal(t, want[row.Name], row.Must, row.Name)
		assert.Equal(t, row.Must, row.Must&row.To, row.Name)
	}
}

// TestRequests checks that each request makes the response that its row names.
// NewResponse is generic, so it is called by its name.
func TestRequests(t *testing.T) {
	r := rpc.Registry{}.With(probeRow)
	for _, row := range r.Rows() {
		out := reflect.ValueOf(r.New(row.Name)).MethodByName("NewResponse").Call(nil)
		require.Len(t, out, 1, row.Name)
		assert.Equal(t, r.New(row.Name+"Response"), out[0].Interface(), row.Name)
	}
	assert.Equal(t, "RebootResponse", answer(&rpc.Reboot{}))
	assert.Equal(t, "X_ACME_ProbeResponse", answer(&probe{}))
}

func answer[R rpc.Message](q rpc.Request[R]) string { return q.NewResponse().Method() }
