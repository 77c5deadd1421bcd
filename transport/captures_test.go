package transport_test

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/session"
	"github.com/cwmp-go/cwmp/transport"
)

// NOTE: what real peers have sent, replayed as sessions, byte for byte: a device's
// messages against the Server, an ACS's against the Client. An answer was to somebody
// else's request; it gets the ID of ours, and without that it ends the session.

// captureTexts are the files beside the repository, by their names.
func captureTexts(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("../../shared/captures/*.xml")
	require.NoError(t, err)
	if len(files) == 0 {
		t.Skip("skipped: there is no ../shared/captures beside the repository")
	}
	all := map[string]string{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		all[filepath.Base(file)] = string(text)
	}
	return all
}

// captureVendors are the Informs under which each vendor's other messages are replayed.
var captureVendors = map[string]string{
	"goacs": "goacs-Inform-0402.xml", "lukepicci": "lukepicci-Inform-0273.xml", "magma": "magma-Inform-0524.xml",
}

// capturedAnswers are our requests that a device's answers are played to. A Fault may answer
// any.
var capturedAnswers = map[string]rpc.Message{
	"AddObjectResponse":          &rpc.AddObject{ObjectName: "Device.X."},
	"DeleteObjectResponse":       &rpc.DeleteObject{ObjectName: "Device.X.1."},
	"Fault":                      &rpc.SetParameterValues{},
	"GetParameterNamesResponse":  &rpc.GetParameterNames{},
	"GetParameterValuesResponse": &rpc.GetParameterValues{},
	"SetParameterValuesResponse": &rpc.SetParameterValues{},
}

// TestCaptures plays each file the role that its message has. A file without one fails.
func TestCaptures(t *testing.T) {
	all := captureTexts(t)
	for name, text := range all {
		vendor, rest, _ := strings.Cut(name, "-")
		method, _, _ := strings.Cut(rest, "-")
		opening := all[captureVendors[vendor]]
		require.NotEmpty(t, opening, "an Inform of %s", vendor)
		bubble(t, name, func(t *testing.T) {
			switch {
			case method == "Inform":
				replayInform(t, text)
			case method == "TransferComplete":
				replayRequest(t, opening, text)
			case method == "TransferCompleteResponse":
				replayAnswerOfACS(t, text)
			case capturedAnswers[method] != nil:
				replayAnswer(t, opening, text, capturedAnswers[method])
			case strings.HasSuffix(method, "ParameterValues"):
				replayRequestOfACS(t, text)
			default:
				t.Error("no role for this message")
			}
		})
	}
}

var captureID = regexp.MustCompile(`(?s)(<cwmp:ID[^>]*>)(.*?)(</cwmp:ID>)`)

// withID is the message under another ID.
func withID(t *testing.T, text, id string) string {
	t.Helper()
	require.Len(t, captureID.FindAllString(text, -1), 1)
	return captureID.ReplaceAllString(text, "${1}"+id+"${3}")
}

// idOf is a message's ID as it stands.
func idOf(text string) string { return captureID.FindStringSubmatch(text)[2] }

// parsedCapture is what package rpc reads in a message, whose own tests look at it.
func parsedCapture(t *testing.T, text string) *rpc.Envelope {
	t.Helper()
	env, err := rpc.Parse([]byte(text), rpc.Config{})
	require.NoError(t, err)
	return env
}

// opensWith opens a session with a device's Inform and checks its answer.
func opensWith(t *testing.T, c *cpe, inform string) {
	t.Helper()
	r := c.raw(inform)
	require.Equal(t, "InformResponse", r.name())
	assert.Equal(t, idOf(inform), r.Env.ID, "as it stands, white space too")
	assert.Equal(t, parsedCapture(t, inform).Version, r.Env.Version)
	assert.NotEmpty(t, c.cookie)
}

// replayInform is a session in which the Server has nothing to ask, and one in which it
// has, which the device does not know.
func replayInform(t *testing.T, text string) {
	var seen *rpc.Inform
	srv := &transport.Server{Handler: transport.HandlerFunc(func(_ context.Context, s *transport.Session, _ rpc.Message) (rpc.Message, error) {
		seen = s.Inform
		return nil, nil
	})}
	b := newBench(t, srv)
	c := b.cpe("", "")
	opensWith(t, c, text)
	assert.Equal(t, "No Content", c.yield().name())
	assert.Equal(t, []error{nil}, b.ends())
	assert.Equal(t, parsedCapture(t, text).Message, rpc.Message(seen))
	assert.Equal(t, []int{200, 204}, b.statuses())

	b = newBench(t, &transport.Server{Handler: plan(&rpc.GetRPCMethods{})})
	c = b.cpe("", "")
	opensWith(t, c, text)
	opensWith(t, c, text) // it has lost the answer
	ask := c.yield()
	assert.Equal(t, "GetRPCMethods", ask.name())
	assert.Equal(t, "No Content", c.post(rpc.NewFault(rpc.FaultMethodNotSupported, ""), ask.Env.ID).name())
	assert.ElementsMatch(t, []error{nil, transport.ErrSuperseded}, b.ends())
}

// replayRequest is a request of a device's own after its Inform.
func replayRequest(t *testing.T, inform, text string) {
	b := newBench(t, &transport.Server{})
	c := b.cpe("", "")
	opensWith(t, c, inform)
	r := c.raw(text)
	assert.Equal(t, parsedCapture(t, text).Message.Method()+"Response", r.name())
	assert.Equal(t, idOf(text), r.Env.ID)
	assert.Equal(t, "No Content", c.yield().name())
	assert.Equal(t, []error{nil}, b.ends())
}

// replayAnswer is a device's answer to a request of ours; the handler gets what the
// message says. Under the ID of somebody else's request it is no answer.
func replayAnswer(t *testing.T, inform, text string, request rpc.Message) {
	for _, ours := range []bool{true, false} {
		var got []rpc.Message
		asked := false
		b := newBench(t, &transport.Server{Handler: transport.HandlerFunc(func(_ context.Context, _ *transport.Session, in rpc.Message) (rpc.Message, error) {
			if in != nil {
				got = append(got, in)
			}
			if asked {
				return nil, nil
			}
			asked = true
			return request, nil
		})})
		c := b.cpe("", "")
		opensWith(t, c, inform)
		ask := c.yield()
		require.Equal(t, request.Method(), ask.name())
		if !ours {
			assert.Equal(t, 400, c.raw(text).Status)
			_, breach := b.ends()[0].(*session.PeerError)
			assert.True(t, breach, b.ends()[0])
			assert.Empty(t, got)
			continue
		}
		assert.Equal(t, "No Content", c.raw(withID(t, text, ask.Env.ID)).name())
		assert.Equal(t, []rpc.Message{parsedCapture(t, text).Message}, got)
		assert.Equal(t, []error{nil}, b.ends())
	}
}

// replayRequestOfACS is an ACS's request to the Client, which answers under its ID.
func replayRequestOfACS(t *testing.T, text string) {
	var got rpc.Message
	var id string
	acs := acsOf(t, accept, status(200, text), func(w http.ResponseWriter, r *http.Request, in *rpc.Envelope) {
		id = in.ID
		empty(w, r, in)
	})
	c := newClient(serveHTTP(t, acs))
	c.Handle = func(ctx context.Context, m rpc.Message) (rpc.Message, error) {
		got = m
		return answerAll(ctx, m)
	}
	_, err := c.Do(t.Context(), newInform())
	require.NoError(t, err)
	assert.Equal(t, parsedCapture(t, text).Message, got)
	assert.Equal(t, idOf(text), id)
	assert.Equal(t, []string{"Inform", "(empty)", got.Method() + "Response"}, acs.posted)
}

// replayAnswerOfACS is an ACS's answer to a request of the Client's own.
func replayAnswerOfACS(t *testing.T, text string) {
	for _, ours := range []bool{true, false} {
		acs := acsOf(t, accept, func(w http.ResponseWriter, r *http.Request, in *rpc.Envelope) {
			body := text
			if ours {
				body = withID(t, text, in.ID)
			}
			status(200, body)(w, r, in)
		}, empty)
		request := &rpc.TransferComplete{CommandKey: "k"}
		result, err := newClient(serveHTTP(t, acs)).Do(t.Context(), newInform(), request)
		if !ours {
			oneLine(t, err)
			assert.Equal(t, []rpc.Message{request}, result.Unsent)
			continue
		}
		require.NoError(t, err)
		require.Len(t, result.Answers, 2)
		assert.Equal(t, parsedCapture(t, text).Message, result.Answers[1])
		assert.Empty(t, result.Unsent)
	}
}
