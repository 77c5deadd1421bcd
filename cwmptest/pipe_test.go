package cwmptest

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/session"
)

// NOTE: whole sessions through both machines, and what goes wrong at either end:
// the transcript stops there, and Run says why.

// A breach is a message that is well-formed XML and no value of its type.
type breach struct{}

func (breach) Method() string { return "GetParameterNames" }

func (breach) Fields(c *rpc.Codec) {
	text := "neither"
	c.String("NextLevel", &text, 0)
}

// A ping is a request that the standard does not have.
type ping struct{}

func (ping) Method() string { return "X_ACME_Ping" }

func (ping) Fields(*rpc.Codec) {}

func always(m rpc.Message, err error) func(rpc.Message) (rpc.Message, error) {
	return func(rpc.Message) (rpc.Message, error) { return m, err }
}

var (
	long   = strings.Repeat("x", 257)
	tooOld = &rpc.Inform{DeviceID: rpc.DeviceID{OUI: "1234567"}}
)

var pipeTests = []struct {
	about  string
	pipe   Pipe
	inform *rpc.Inform
	own    []rpc.Message
	maxCPE int // messages; 0 is a machine of the Pipe's own
	maxACS int
	want   error // nil: the session ends well
	log    string
}{
	{about: "nothing to say", log: `
cpe> Inform 1
   <acs InformResponse 1
cpe> (empty)
   <acs (empty)`},
	{about: "requests both ways, with the answers of nil", own: []rpc.Message{&rpc.TransferComplete{}, &rpc.GetRPCMethods{}},
		pipe: Pipe{Ask: []rpc.Message{&rpc.Reboot{}, &rpc.GetRPCMethods{}}}, log: `
cpe> Inform 1
   <acs InformResponse 1
cpe> TransferComplete 2
   <acs TransferCompleteResponse 2
cpe> GetRPCMethods 3
   <acs GetRPCMethodsResponse 3
cpe> (empty)
   <acs Reboot acs-1
cpe> Fault:9000 acs-1
   <acs GetRPCMethods acs-2
cpe> Fault:9000 acs-2
   <acs (empty)`},
	{about: "what the standard does not have", own: []rpc.Message{ping{}}, pipe: Pipe{Ask: []rpc.Message{ping{}}}, log: `
cpe> Inform 1
   <acs InformResponse 1
cpe> X_ACME_Ping 2
   <acs Fault:8000 2
cpe> (empty)
   <acs X_ACME_Ping acs-1
cpe> Fault:9000 acs-1
   <acs (empty)`},
	{about: "a code, a fault and an error inside the device", pipe: Pipe{
		Ask: []rpc.Message{&rpc.Reboot{CommandKey: "code"}, &rpc.Reboot{CommandKey: "fault"}, &rpc.Reboot{CommandKey: "inside"}},
		Device: func(m rpc.Message) (rpc.Message, error) {
			return nil, map[string]error{"code": rpc.FaultRequestDenied, "fault": rpc.NewFault(9801, "ours"), "inside": io.EOF}[m.(*rpc.Reboot).CommandKey]
		}}, log: `
cpe> Inform 1
   <acs InformResponse 1
cpe> (empty)
   <acs Reboot acs-1
cpe> Fault:9001 acs-1
   <acs Reboot acs-2
cpe> Fault:9801 acs-2
   <acs Reboot acs-3
cpe> Fault:9002 acs-3
   <acs (empty)`},
	{about: "the ACS refuses the Inform", pipe: Pipe{Answer: always(nil, rpc.FaultACSRequestDenied)}, want: rpc.FaultACSRequestDenied, log: `
cpe> Inform 1
   <acs Fault:8001 1`},
	{about: "an error inside the ACS", pipe: Pipe{Answer: always(nil, io.EOF)}, want: rpc.FaultACSInternalError, log: `
cpe> Inform 1
   <acs Fault:8002 1`},
	{about: "the ACS gives no answer", pipe: Pipe{Answer: always(nil, nil)}, want: session.ErrState, log: `
cpe> Inform 1`},
	{about: "the ACS gives an answer to something else", pipe: Pipe{Answer: always(&rpc.RebootResponse{}, nil)}, want: session.ErrState, log: `
cpe> Inform 1`},
	{about: "the ACS asks with a response", pipe: Pipe{Ask: []rpc.Message{&rpc.RebootResponse{}}}, want: session.ErrState, log: `
cpe> Inform 1
   <acs InformResponse 1
cpe> (empty)`},
	{about: "the device gives no answer", pipe: Pipe{Ask: []rpc.Message{&rpc.Reboot{}}, Device: always(nil, nil)}, want: session.ErrState, log: `
cpe> Inform 1
   <acs InformResponse 1
cpe> (empty)
   <acs Reboot acs-1`},
	{about: "the device gives an answer to something else", pipe: Pipe{Ask: []rpc.Message{&rpc.Reboot{}}, Device: always(&rpc.InformResponse{}, nil)},
		want: session.ErrState, log: `
cpe> Inform 1
   <acs InformResponse 1
cpe> (empty)
   <acs Reboot acs-1`},
	{about: "the Inform cannot be encoded", inform: tooOld, want: rpc.ErrLength, log: `
cpe> Inform 1`},
	{about: "the device's answer cannot be encoded", want: rpc.ErrLength, pipe: Pipe{
		Ask:    []rpc.Message{&rpc.GetParameterNames{}},
		Device: always(&rpc.GetParameterNamesResponse{ParameterList: []rpc.ParameterInfo{{Name: long}}}, nil)}, log: `
cpe> Inform 1
   <acs InformResponse 1
cpe> (empty)
   <acs GetParameterNames acs-1
cpe> GetParameterNamesResponse acs-1`},
	{about: "the ACS's request cannot be encoded", want: rpc.ErrLength, pipe: Pipe{Ask: []rpc.Message{&rpc.Reboot{CommandKey: long}}}, log: `
cpe> Inform 1
   <acs InformResponse 1
cpe> (empty)
   <acs Reboot acs-1`},
	{about: "the ACS's request cannot be decoded", want: rpc.ErrBoolean, pipe: Pipe{Ask: []rpc.Message{breach{}}}, log: `
cpe> Inform 1
   <acs InformResponse 1
cpe> (empty)
   <acs GetParameterNames acs-1`},
	{about: "the device's request cannot be decoded", want: rpc.ErrBoolean, own: []rpc.Message{breach{}}, log: `
cpe> Inform 1
   <acs InformResponse 1
cpe> GetParameterNames 2`},
	{about: "too many messages for the device", want: session.ErrMessages, maxCPE: 1, log: `
cpe> Inform 1
   <acs InformResponse 1
cpe> (empty)
   <acs (empty)`},
	{about: "too many messages for the ACS", want: session.ErrMessages, maxACS: 1, log: `
cpe> Inform 1
   <acs InformResponse 1
cpe> (empty)`},
	{about: "a response is no request", want: session.ErrState, own: []rpc.Message{&rpc.RebootResponse{}}, log: "\n"},
}

func TestPipe(t *testing.T) {
	for _, tt := range pipeTests {
		t.Run(tt.about, func(t *testing.T) {
			var log strings.Builder
			p := tt.pipe
			p.Log = &log
			if tt.maxCPE > 0 {
				p.CPE = session.NewCPE(session.Config{MaxMessages: tt.maxCPE})
			}
			if tt.maxACS > 0 {
				p.ACS = session.NewACS(session.Config{MaxMessages: tt.maxACS})
			}
			inform := tt.inform
			if inform == nil {
				inform = &rpc.Inform{Event: boot}
			}
			assert.ErrorIs(t, p.Run(inform, tt.own...), tt.want)
			assert.Equal(t, strings.TrimSpace(tt.log), strings.TrimSpace(log.String()))
		})
	}
}

// An ACS whose session has already begun is sent the Inform of another: the breach
// that it sees is what Run returns.
func TestPipeWithABreach(t *testing.T) {
	acs := session.NewACS(session.Config{})
	require.NoError(t, acs.Receive(rpc.NewEnvelope(rpc.V12, "1", &rpc.Inform{})))
	acs.Poll()
	require.NoError(t, acs.Reply(&rpc.InformResponse{}))
	acs.Poll()
	p := Pipe{ACS: acs}
	err := p.Run(&rpc.Inform{Event: boot})
	peer, ok := errors.AsType[*session.PeerError](err)
	require.True(t, ok, "%v", err)
	assert.Equal(t, "Inform", peer.Got)
	assert.True(t, p.CPE.Over())
}

// A machine that somebody else is driving gets no input, and nobody waits for it.
func TestPipeWithABusyMachine(t *testing.T) {
	acs := session.NewACS(session.Config{})
	require.NoError(t, acs.Receive(rpc.NewEnvelope(rpc.V12, "1", &rpc.Inform{})))
	p := Pipe{ACS: acs}
	assert.ErrorIs(t, p.Run(&rpc.Inform{Event: boot}), session.ErrState)
	assert.False(t, acs.Over())
}

// One Pipe is one session; nil machines stay for the test to look at.
func TestPipeIsForOneSession(t *testing.T) {
	var p Pipe
	require.NoError(t, p.Run(&rpc.Inform{Event: boot}))
	assert.True(t, p.CPE.Over())
	assert.True(t, p.ACS.Over())
	assert.ErrorIs(t, p.Run(&rpc.Inform{Event: boot}), session.ErrState)
	assert.ErrorIs(t, new(Pipe).Run(nil), session.ErrState)
}

// A message arrives as what the decoder makes of it, not as the sender's pointer.
func TestPipeGoesOverTheWire(t *testing.T) {
	sent := &rpc.Reboot{CommandKey: "k"}
	var got rpc.Message
	p := Pipe{Ask: []rpc.Message{sent}, Device: func(m rpc.Message) (rpc.Message, error) {
		got = m
		return &rpc.RebootResponse{}, nil
	}}
	require.NoError(t, p.Run(&rpc.Inform{Event: boot}))
	assert.Equal(t, sent, got)
	assert.NotSame(t, sent, got)
	assert.Empty(t, p.Ask, "Run takes what it sends")
}
