package session_test

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/session"
)

// NOTE: what the machines share: outputs, bounds, versions, errors.

func TestOutputKinds(t *testing.T) {
	want := []string{"Wait", "Transmit", "Deliver", "Result", "Floor", "Done", "OutputKind(6)", "OutputKind(7)"}
	for i, w := range want {
		assert.Equal(t, w, session.OutputKind(i).String())
	}
	assert.Equal(t, "OutputKind(255)", session.OutputKind(255).String())
	assert.Zero(t, session.Wait)
}

func kindsOf(outputs []session.Output) []session.OutputKind {
	var k []session.OutputKind
	for _, o := range outputs {
		k = append(k, o.Kind)
	}
	return k
}

// A loop that is left takes up where it was; after Done there is only Done.
func TestOutputsBreak(t *testing.T) {
	m := session.NewCPE(session.Config{})
	require.NoError(t, m.Start(&rpc.Inform{}))
	for o := range m.Outputs() {
		assert.Equal(t, session.Transmit, o.Kind)
		break
	}
	assert.Equal(t, session.Wait, m.Poll().Kind)
	require.NoError(t, m.Receive(informResponse()))
	for o := range m.Outputs() {
		assert.Equal(t, session.Result, o.Kind)
		break
	}
	assert.ErrorIs(t, m.Receive(nil), session.ErrState)
	assert.Equal(t, []session.OutputKind{session.Transmit}, kindsOf(slices.Collect(m.Outputs())))
	assert.Empty(t, slices.Collect(m.Outputs()))
	require.NoError(t, m.Receive(nil))
	for range 3 {
		assert.Equal(t, []session.OutputKind{session.Done}, kindsOf(slices.Collect(m.Outputs())))
		assert.Equal(t, session.Output{Kind: session.Done}, m.Poll())
	}
}

// The loop in the package comment ends although its inputs come from its body.
func TestOutputsExtended(t *testing.T) {
	m := session.NewCPE(session.Config{})
	require.NoError(t, m.Start(&rpc.Inform{}))
	var seen []session.OutputKind
	answers := []*rpc.Envelope{informResponse(), ask(&rpc.Reboot{}), nil}
	for o := range m.Outputs() {
		seen = append(seen, o.Kind)
		switch o.Kind {
		case session.Transmit:
			require.NoError(t, m.Receive(answers[0]))
			answers = answers[1:]
		case session.Deliver:
			require.NoError(t, m.Reply(&rpc.RebootResponse{}))
		}
	}
	assert.Equal(t, []session.OutputKind{session.Transmit, session.Result, session.Transmit,
		session.Deliver, session.Transmit, session.Done}, seen)
}

// drainEnd polls to the rest and returns the end.
func drainEnd(m receiver) (end error, over bool) {
	for {
		switch o := m.Poll(); o.Kind {
		case session.Wait:
			return nil, false
		case session.Done:
			return o.Err, true
		}
	}
}

// A peer that keeps a session going for ever meets the bound at each end, on the
// message after the last that is allowed.
func TestMaxMessages(t *testing.T) {
	for _, c := range []struct{ set, most int }{{0, 1000}, {-1, 1000}, {1, 1}, {7, 7}} {
		cpe := session.NewCPE(session.Config{MaxMessages: c.set})
		require.NoError(t, cpe.Start(&rpc.Inform{}))
		drained(cpe)
		for i := range c.most {
			msg := held(ask(&rpc.Reboot{}))
			if i == 0 {
				msg = held(informResponse())
			}
			require.NoError(t, cpe.Receive(msg))
			_, over := drainEnd(cpe)
			require.False(t, over, "message %d of %d", i+1, c.most)
			_ = cpe.Reply(&rpc.RebootResponse{})
			drained(cpe)
		}
		require.NoError(t, cpe.Receive(nil))
		end, over := drainEnd(cpe)
		assert.True(t, over)
		assert.Equal(t, session.ErrMessages, end)
		assert.Equal(t, "over", cpe.State())

		acs := session.NewACS(session.Config{MaxMessages: c.set})
		for i := range c.most {
			require.NoError(t, acs.Receive(ask(&rpc.Inform{})))
			_, over := drainEnd(acs)
			require.False(t, over, "message %d of %d", i+1, c.most)
			require.NoError(t, again(acs))
			drained(acs)
		}
		require.NoError(t, acs.Receive(ask(&rpc.Inform{})))
		end, over = drainEnd(acs)
		assert.True(t, over)
		assert.Equal(t, session.ErrMessages, end)
		assert.Equal(t, "over", acs.State())
	}
}

// The CPE starts with its own version and lowers it to that of InformResponse; the
// ACS takes that of the Inform.
func TestVersions(t *testing.T) {
	for _, c := range []struct{ own, theirs, want rpc.Version }{
		{0, 0, rpc.V12}, {0, rpc.V10, rpc.V10}, {0, rpc.V14, rpc.V12}, {rpc.V14, rpc.V12, rpc.V13},
		{rpc.V14, 0, rpc.V14}, {rpc.V10, rpc.V12, rpc.V10}, {rpc.V11, rpc.V11, rpc.V11},
	} {
		cpe := session.NewCPE(session.Config{Version: c.own})
		require.NoError(t, queue(cpe))
		require.NoError(t, start(cpe))
		assert.Equal(t, cmp.Or(c.own, rpc.V12), cpe.Poll().Envelope.Version)
		env := informResponse()
		env.Version = c.theirs
		require.NoError(t, cpe.Receive(env))
		assert.Equal(t, session.Result, cpe.Poll().Kind)
		assert.Equal(t, c.want, cpe.Poll().Envelope.Version)
		assert.Equal(t, c.want, cpe.Version())
	}
}

// The ACS answers in the version of the Inform, and refuses one that it does not
// speak with fault 8006, undelivered.
func TestVersionsACS(t *testing.T) {
	for _, c := range []struct {
		own, theirs rpc.Version
		offered     rpc.VersionList
		want        rpc.Version
		use         string
	}{
		{0, 0, "", rpc.V14, ""}, {0, rpc.V10, "", rpc.V10, ""}, {rpc.V11, 0, "", rpc.V11, ""},
		{0, rpc.V12, "1.0,1.4", rpc.V14, "1.4"}, {rpc.V12, rpc.V12, "1.0, 1.1, 1.2, 1.3", rpc.V12, "1.2"},
		{0, 0, "1.3", rpc.V13, "1.3"}, {rpc.V10, rpc.V12, "", 0, ""}, {rpc.V11, rpc.V12, "1.2,1.4", 0, ""},
	} {
		acs := session.NewACS(session.Config{Version: c.own})
		require.NoError(t, acs.Receive(&rpc.Envelope{HasID: true, ID: "1", Version: c.theirs, SupportedCWMPVersions: c.offered, Message: &rpc.Inform{}}))
		if c.want == 0 {
			o := acs.Poll()
			require.Equal(t, session.Transmit, o.Kind)
			assert.ErrorIs(t, o.Envelope.Message.(*rpc.Fault), rpc.FaultACSVersionIncompatible)
			assert.ErrorIs(t, acs.Poll().Err, rpc.FaultACSVersionIncompatible)
			continue
		}
		assert.Equal(t, session.Deliver, acs.Poll().Kind)
		require.NoError(t, accept(acs))
		o := acs.Poll()
		assert.Equal(t, c.want, o.Envelope.Version)
		assert.Equal(t, c.use, o.Envelope.UseCWMPVersion)
		assert.Equal(t, c.want, acs.Version())
	}
}

// What the Inform's header says of the session, and which choice is a breach.
func TestVersionHeaders(t *testing.T) {
	cpe := session.NewCPE(session.Config{Version: rpc.V14, SessionTimeout: time.Second})
	require.NoError(t, start(cpe))
	inform := cpe.Poll().Envelope
	assert.Equal(t, rpc.VersionList("1.0,1.1,1.2,1.3,1.4"), inform.SupportedCWMPVersions)
	assert.True(t, inform.HasSessionTimeout)
	assert.EqualValues(t, 30, inform.SessionTimeout)
	env := informResponse()
	env.UseCWMPVersion = "1.3"
	require.NoError(t, cpe.Receive(env))
	assert.Equal(t, rpc.V13, cpe.Version())

	cpe = session.NewCPE(session.Config{Version: rpc.V13})
	require.NoError(t, start(cpe))
	inform = cpe.Poll().Envelope
	assert.Empty(t, inform.SupportedCWMPVersions)
	assert.False(t, inform.HasSessionTimeout)
	env = informResponse()
	env.UseCWMPVersion = "1.4"
	require.NoError(t, cpe.Receive(env))
	end, over := drainEnd(cpe)
	assert.True(t, over)
	assert.ErrorIs(t, end, rpc.ErrVersion)
	assert.EqualError(t, end, "session: peer sent InformResponse while waiting for InformResponse ("+rpc.ErrVersion.Error()+")")
}

// What was agreed holds to the end, whatever namespace a later message has.
func TestVersionIsAgreedOnce(t *testing.T) {
	cpe := session.NewCPE(session.Config{})
	cpeAt(queue, start, gets(informResponse()))(cpe)
	require.NoError(t, cpe.Receive(&rpc.Envelope{ID: "2", HasID: true, Version: rpc.V10, Message: &rpc.TransferCompleteResponse{}}))
	assert.Equal(t, rpc.V12, cpe.Version())

	acs := session.NewACS(session.Config{})
	acsAt(takes(ask(&rpc.Inform{})), accept)(acs)
	require.NoError(t, acs.Receive(&rpc.Envelope{Version: rpc.V10, Message: &rpc.TransferComplete{}}))
	assert.Equal(t, rpc.V12, acs.Version())
}

func TestIDPrefix(t *testing.T) {
	cpe := session.NewCPE(session.Config{IDPrefix: "x-"})
	require.NoError(t, start(cpe))
	assert.Equal(t, "x-1", cpe.Poll().Envelope.ID)
}

// Fail drops what is pending, and a Fail without a reason is no good end.
func TestFail(t *testing.T) {
	cpe, acs := session.NewCPE(session.Config{}), session.NewACS(session.Config{})
	require.NoError(t, start(cpe))
	require.NoError(t, acs.Receive(ask(&rpc.Inform{})))
	cpe.Fail(nil)
	acs.Fail(nil)
	assert.Equal(t, []session.Output{{Kind: session.Done, Err: session.ErrFailed}}, slices.Collect(cpe.Outputs()))
	assert.Equal(t, []session.Output{{Kind: session.Done, Err: session.ErrFailed}}, slices.Collect(acs.Outputs()))
}

// Nil arguments are the program's mistake too.
func TestNil(t *testing.T) {
	cpe, acs := session.NewCPE(session.Config{}), session.NewACS(session.Config{})
	assert.ErrorIs(t, cpe.Start(nil), session.ErrState)
	assert.ErrorIs(t, cpe.Send(nil), session.ErrState)
	acsAt(takes(ask(&rpc.Inform{})))(acs)
	assert.ErrorIs(t, acs.Reply(nil), session.ErrState)
	acsAt(accept, takes(nil))(acs)
	assert.ErrorIs(t, acs.Send(nil), session.ErrState)
}

// A breach is told in one short line, whatever the peer put into its ID and names.
func TestPeerErrorText(t *testing.T) {
	for _, hostile := range []string{
		strings.Repeat("A", 1<<20), strings.Repeat("\n\x00\x1b[31m", 1000), strings.Repeat("é\u2028", 50),
		"\xff\xfe", "", `"`, "\u202e", strings.Repeat("\U0001F600", 33),
	} {
		cpe := session.NewCPE(session.Config{})
		require.NoError(t, start(cpe))
		drained(cpe)
		require.NoError(t, cpe.Receive(renamed(informResponse(), hostile, true)))
		end, _ := drainEnd(cpe)
		peer, ok := errors.AsType[*session.PeerError](end)
		require.True(t, ok)
		assert.True(t, peer.WrongID)
		assert.Equal(t, hostile, peer.ID)
		assert.Equal(t, "InformResponse", peer.Got)
		assert.Equal(t, "waiting for InformResponse", peer.State)
		assertShort(t, end.Error())

		acs := session.NewACS(session.Config{})
		require.NoError(t, acs.Receive(ask(named(hostile))))
		end, _ = drainEnd(acs)
		assertShort(t, end.Error())
	}
}

func assertShort(t *testing.T, line string) {
	t.Helper()
	assert.Less(t, len(line), 450)
	assert.Equal(t, -1, strings.IndexFunc(line, func(r rune) bool { return !unicode.IsPrint(r) }), "%q", line)
}

// named is a request of any name.
type named string

func (n named) Method() string  { return string(n) }
func (named) Fields(*rpc.Codec) {}

// A message that is a nil pointer is none: the program's mistake when it gives it, the
// peer's when it comes in an envelope.
func TestTypedNil(t *testing.T) {
	for _, none := range []rpc.Message{
		(*rpc.Fault)(nil), (*rpc.Vendor)(nil), (*rpc.Reboot)(nil), (*rpc.RebootResponse)(nil), (*rpc.Inform)(nil), (*rpc.InformResponse)(nil),
	} {
		cpe, acs := session.NewCPE(session.Config{}), session.NewACS(session.Config{})
		assert.ErrorIs(t, cpe.Send(none), session.ErrState)
		cpeAt(start, gets(informResponse()), gets(ask(&rpc.Reboot{})))(cpe)
		assert.ErrorIs(t, cpe.Reply(none), session.ErrState)
		acsAt(takes(ask(&rpc.Inform{})))(acs)
		assert.ErrorIs(t, acs.Reply(none), session.ErrState)
		acsAt(accept, takes(nil))(acs)
		assert.ErrorIs(t, acs.Send(none), session.ErrState)
		acsAt(reboot)(acs)
		require.NoError(t, acs.Receive(ask(none)))
		end, _ := drainEnd(acs)
		assert.EqualError(t, end, "session: peer sent (no message) while waiting for the answer to Reboot")
	}
}

// A request from a Result goes out before the yield, and while outputs are pending no
// other input fits.
func TestSendFromResult(t *testing.T) {
	cpe := session.NewCPE(session.Config{})
	cpeAt(start)(cpe)
	require.NoError(t, cpe.Receive(informResponse()))
	require.Equal(t, session.Result, cpe.Poll().Kind)
	assert.ErrorIs(t, cpe.Receive(nil), session.ErrState, "not before the floor is used")
	require.NoError(t, cpe.Send(&rpc.GetRPCMethods{}))
	o := cpe.Poll()
	require.Equal(t, session.Transmit, o.Kind)
	assert.Equal(t, "GetRPCMethods", o.Envelope.Message.Method())
	assert.Equal(t, session.Wait, cpe.Poll().Kind)
}

// A time that goes back moves no deadline; one that has passed ends the session at any
// time, and only once.
func TestTime(t *testing.T) {
	now := time.Unix(1_000_000_000, 0)
	for _, m := range []interface {
		receiver
		HandleTimeout(time.Time)
		Deadline() (time.Time, bool)
	}{session.NewCPE(session.Config{}), session.NewACS(session.Config{})} {
		m.HandleTimeout(now)
		m.HandleTimeout(now.Add(time.Hour))
		_, ok := m.Deadline()
		assert.False(t, ok, "nothing has begun")
		switch m := m.(type) {
		case *session.CPE:
			cpeAt(start)(m)
		case *session.ACS:
			acsAt(takes(ask(&rpc.Inform{})), accept)(m)
		}
		at, ok := m.Deadline()
		require.True(t, ok)
		assert.Equal(t, now.Add(time.Hour+time.Minute), at)
		m.HandleTimeout(now.Add(-time.Hour))
		at, _ = m.Deadline()
		assert.Equal(t, now.Add(-time.Hour+time.Minute), at)
		m.HandleTimeout(at)
		end, over := drainEnd(m)
		assert.True(t, over)
		assert.Equal(t, session.ErrTimeout, end)
		m.HandleTimeout(at.Add(time.Hour))
		end, _ = drainEnd(m)
		assert.Equal(t, session.ErrTimeout, end)
	}
}

func TestToleranceNames(t *testing.T) {
	assert.Equal(t, "", session.Tolerance(0).String())
	assert.Equal(t, "missing ID, wrong response, request under hold", session.Tolerance(255).String())
}

// The zero machines take nothing, and nothing panics.
func TestZeroMachines(t *testing.T) {
	var cpe session.CPE
	var acs session.ACS
	for _, err := range []error{
		cpe.Start(&rpc.Inform{}), cpe.Receive(nil), cpe.Receive(ask(&rpc.Reboot{})), cpe.Reply(&rpc.RebootResponse{}), cpe.Unsupported(),
		acs.Receive(nil), acs.Receive(ask(&rpc.Inform{})), acs.Reply(&rpc.InformResponse{}), acs.Send(&rpc.Reboot{}), acs.Yield(), acs.Unsupported(),
	} {
		assert.ErrorIs(t, err, session.ErrState)
	}
	for _, m := range []interface {
		receiver
		HandleTimeout(time.Time)
		Deadline() (time.Time, bool)
		Fail(error)
	}{&cpe, &acs} {
		m.HandleTimeout(now0)
		_, ok := m.Deadline()
		assert.False(t, ok)
		assert.Equal(t, session.Wait, m.Poll().Kind)
		m.Fail(nil)
		assert.Equal(t, session.ErrFailed, m.Poll().Err)
	}
}
