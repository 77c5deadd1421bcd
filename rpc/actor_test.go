package rpc_test

// NOTE: header elements that are addressed to somebody: SOAP 1.1 section 4.2.2 says to
// whom, and 4.2.3 who has to understand them.

import (
	"testing"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/soap"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// actors are attributes that say who is addressed, and whether that is somebody else.
var actors = map[string]bool{
	``:           false,
	`s:actor=""`: false,
	`s:actor="http://schemas.xmlsoap.org/soap/actor/next"`:      false,
	`s:actor=" http://schemas.xmlsoap.org/soap/actor/next&#9;"`: false,
	`actor="urn:other"`:   false,
	`e:actor="urn:other"`: false,
	`s:actor="urn:other"`: true,
	`s:actor="next"`:      true,
	`s:actor="http://schemas.xmlsoap.org/soap/actor/NEXT"`: true,
}

// TestActorUnknown: nobody has to understand what is for somebody else.
func TestActorUnknown(t *testing.T) {
	for attr, elsewhere := range actors {
		doc := envelope(goodID+`<x:Route xmlns:x="urn:x" s:mustUnderstand="1" `+attr+`>a</x:Route>`, "<cwmp:FactoryReset></cwmp:FactoryReset>")
		for _, cfg := range []rpc.Config{{Level: soap.Strict}, {MustUnderstand: true}} {
			env, err := requireSame(t, doc, cfg)
			assert.Len(t, env.Header, 1, attr)
			if elsewhere {
				require.NoError(t, err, attr)
			} else {
				requireValueError(t, err, rpc.ErrMustUnderstand, "/Envelope/Header/Route", "")
			}
		}
		env, err := requireSame(t, doc, rpc.Config{})
		require.NoError(t, err, attr)
		assert.Equal(t, !elsewhere, codesOf(env.Diagnostics) == "header-not-understood", attr)
		assert.Len(t, env.Header, 1, attr)
	}
}

// TestActorKnown: nor is it read, and it comes back as it was.
func TestActorKnown(t *testing.T) {
	for attr, elsewhere := range actors {
		hold := `<cwmp:HoldRequests s:mustUnderstand="1" ` + attr + `>1</cwmp:HoldRequests>`
		doc := envelope(goodID+hold, "<cwmp:FactoryReset></cwmp:FactoryReset>")
		for _, level := range levels {
			env, err := requireSame(t, doc, rpc.Config{Level: level})
			require.NoError(t, err, "%s at %s", attr, level)
			require.Empty(t, env.Diagnostics, "%s at %s", attr, level)
			assert.Equal(t, !elsewhere, env.HoldRequests, "%s at %s", attr, level)
			assert.Equal(t, elsewhere, len(env.Header) == 1, "%s at %s", attr, level)
			if elsewhere {
				assert.Equal(t, hold, string(env.Header[0].XML))
			}
		}
	}
	env := parse(t, envelope(`<cwmp:ID s:mustUnderstand="1" s:actor="urn:other">6</cwmp:ID>`+goodID, "<cwmp:FactoryReset></cwmp:FactoryReset>"))
	assert.Equal(t, "7", env.ID, "the other ID is somebody else's")
}
