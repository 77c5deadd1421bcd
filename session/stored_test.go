package session_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/session"
)

// NOTE: the whole sessions among the transcripts, with both machines stored and restored
// before each message, and after. At the points of the other transcripts package cwmptest
// does the same, and for every state that the search comes to, TestStoredStates.

// A stored pipe is a session through machines that go through bytes.
type storedPipe struct {
	t    *testing.T
	cpe  *session.CPE
	acs  *session.ACS
	asks []string
	log  []string
	n    int // how often a machine was restored
}

// restore puts both machines through bytes, if they are at rest.
func (p *storedPipe) restore() {
	if b, err := p.cpe.MarshalBinary(); err == nil {
		next := session.NewCPE(session.Config{})
		require.NoError(p.t, next.UnmarshalBinary(b))
		p.cpe = next
		p.n++
	}
	if b, err := p.acs.MarshalBinary(); err == nil {
		next := session.NewACS(session.Config{IDPrefix: "acs-"})
		require.NoError(p.t, next.UnmarshalBinary(b))
		p.acs = next
		p.n++
	}
}

func (p *storedPipe) say(who string, env *rpc.Envelope) {
	p.log = append(p.log, who+strings.TrimSuffix(strings.TrimSuffix(name(env), " "), " hold"))
}

// run is the two loops of the package's doc, one machine at rest while the other moves.
func (p *storedPipe) run() {
	require.NoError(p.t, p.cpe.Start(&rpc.Inform{}))
	for {
		o := p.cpe.Poll()
		switch o.Kind {
		case session.Wait:
			p.t.Fatal("nothing to wait for")
		case session.Transmit:
			p.restore()
			p.say("cpe> ", o.Envelope)
			answer := p.answer(o.Envelope)
			p.say("   <acs ", answer)
			p.restore()
			require.NoError(p.t, p.cpe.Receive(answer))
		case session.Deliver:
			p.restore()
			require.NoError(p.t, p.cpe.Reply(responseTo(o.Envelope.Message)))
		case session.Done:
			require.NoError(p.t, o.Err)
			p.log = append(p.log, "done")
			return
		}
	}
}

// answer is what the ACS answers to a POST.
func (p *storedPipe) answer(post *rpc.Envelope) (answer *rpc.Envelope) {
	require.NoError(p.t, p.acs.Receive(post))
	for {
		o := p.acs.Poll()
		p.restore()
		switch o.Kind {
		case session.Wait, session.Done:
			return answer
		case session.Transmit:
			answer = o.Envelope
		case session.Deliver:
			require.NoError(p.t, p.acs.Reply(responseTo(o.Envelope.Message)))
		case session.Floor:
			if len(p.asks) == 0 {
				require.NoError(p.t, p.acs.Yield())
				continue
			}
			require.NoError(p.t, p.acs.Send((rpc.Registry{}).New(p.asks[0])))
			p.asks = p.asks[1:]
		}
	}
}

func TestStoredPipes(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	require.NoError(t, err)
	pipes := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		for block := range strings.SplitSeq(strings.ReplaceAll(string(text), "\r\n", "\n"), "\n\n") {
			commands, want, _ := strings.Cut(block, "\n----\n")
			at := strings.Index("\n"+commands, "\npipe")
			if at < 0 {
				continue
			}
			pipes++
			sends, asks, _ := strings.Cut(commands[at+len("pipe"):], " ask ")
			p := &storedPipe{t: t, cpe: session.NewCPE(session.Config{}), acs: session.NewACS(session.Config{IDPrefix: "acs-"}), asks: strings.Fields(asks)}
			for _, method := range strings.Fields(sends) {
				require.NoError(t, p.cpe.Send((rpc.Registry{}).New(method)))
			}
			p.run()
			assert.Equal(t, strings.Split(strings.TrimSpace(want), "\n"), p.log, file)
			assert.GreaterOrEqual(t, p.n, 2*len(p.log))
		}
	}
	assert.GreaterOrEqual(t, pipes, 3)
	assert.GreaterOrEqual(t, len(files), 40)
}
