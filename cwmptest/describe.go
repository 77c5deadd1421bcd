package cwmptest

import (
	"bytes"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/transport"
)

// NOTE: messages as lines of a transcript. A message is always one line, whatever
// the peer wrote into it, so that a transcript can be compared as text.

// What stands in front of a message says who sent it.
const (
	fromCPE = "cpe> "
	fromACS = "   <acs "
)

// asked is the line of an exchange's request.
func asked(e *transport.Exchange) string {
	switch {
	case e.Challenged, e.Status == http.StatusMethodNotAllowed:
		return "(not read)"
	case e.Request == nil && len(bytes.TrimSpace(e.RequestBody)) > 0:
		return "(unreadable)"
	}
	return describe(e.Request)
}

// answered is the line of its response.
func answered(e *transport.Exchange) string {
	switch {
	case e.Challenged:
		return "401 challenge"
	case e.Status/100 != 2:
		return strconv.Itoa(e.Status)
	}
	return describe(e.Response)
}

// describe is the line of an envelope.
func describe(env *rpc.Envelope) string {
	if env == nil {
		return "(empty)"
	}
	line := describeMessage(env.Message) + " " + describeID(env)
	if env.HoldRequests {
		line += " hold"
	}
	return line
}

func describeMessage(m rpc.Message) string {
	switch m := m.(type) {
	case nil:
		return "(no message)"
	case *rpc.Fault:
		return fmt.Sprintf("Fault:%d", uint32(m.FaultCode))
	default:
		return m.Method()
	}
}

// describeID is the ID as it is, quoted if it would not stand as one word.
func describeID(env *rpc.Envelope) string {
	switch {
	case !env.HasID:
		return "(no ID)"
	case env.ID == "" || strings.ContainsFunc(env.ID, needsQuotes):
		return strconv.Quote(env.ID)
	}
	return env.ID
}

func needsQuotes(r rune) bool {
	return r == '"' || r == '(' || r == utf8.RuneError || unicode.IsSpace(r) || !unicode.IsPrint(r)
}
