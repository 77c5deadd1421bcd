package session_test

import (
	"testing"

	"github.com/cwmp-go/cwmp/cwmptest"
)

// NOTE: the rules of turn-taking as transcripts, one rule a file, named by the clause
// of TR-069 that has it.

func TestTranscripts(t *testing.T) { cwmptest.Transcripts(t, "testdata/*.txt") }
