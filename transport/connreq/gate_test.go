package connreq

// NOTE: rate, event and credentials, in virtual time.

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The bucket against an oracle that counts tokens second by second.
func TestGateRate(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		random := rand.New(rand.NewPCG(3, 4))
		g := &Gate{Every: 3 * time.Second, Burst: 4}
		const most = 4 * 3 // a request costs 3
		tokens := most
		for range 10_000 {
			want := tokens >= 3
			if want {
				tokens -= 3
			}
			require.Equal(t, want, g.Admit() == nil)
			seconds := random.IntN(5)
			pass(time.Duration(seconds) * time.Second)
			tokens = min(tokens+seconds, most)
		}
	})
}

func TestGateRateBounds(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		g := &Gate{Every: math.MaxInt64, Burst: 1}
		assert.NoError(t, g.Admit())
		pass(1000 * time.Hour)
		assert.ErrorIs(t, g.Admit(), ErrRate)

		g = &Gate{Every: time.Hour, Burst: math.MaxInt}
		for range 1000 {
			assert.NoError(t, g.Admit())
		}
		g = &Gate{}
		for range DefaultBurst {
			assert.NoError(t, g.Admit())
		}
		assert.ErrorIs(t, g.Admit(), ErrRate)
	})
}

// One event for what was accepted since the last session began, whoever received it.
func TestGateEvents(t *testing.T) {
	g := &Gate{}
	assert.False(t, g.Begin())
	g.End()
	assert.Empty(t, g.C(), "nobody asked")

	g.Wake()
	g.Wake()
	assert.Len(t, g.C(), 1)
	<-g.C()
	g.Wake()
	assert.True(t, g.Begin(), "what came between the event and the session is served by it")
	assert.Empty(t, g.C())
	g.End()
	assert.Empty(t, g.C())

	g.Wake()
	assert.True(t, g.Begin(), "a session that began for another reason serves it too")
	g.Wake()
	g.Wake()
	assert.Empty(t, g.C())
	g.End()
	<-g.C()
	assert.True(t, g.Begin())
	assert.False(t, g.Begin(), "once")
}

func TestGateCredentials(t *testing.T) {
	_, ok := (&Gate{}).password(user)
	assert.False(t, ok)
	tests := []struct {
		user, password, asked string
		want                  bool
	}{
		{"u", "p", "u", true}, {"u", "p", "U", false}, {"u", "p", "", false}, {"", "p", "", true}, {"u", "", "u", false}, {"", "", "", false},
	}
	for _, tt := range tests {
		g := &Gate{Credentials: func() (string, string) { return tt.user, tt.password }}
		_, ok := g.password(tt.asked)
		assert.Equal(t, tt.want, ok, "%+v", tt)
	}
}

// A session that begins while a request is being answered serves that one too: no other
// follows for it. One that ends meanwhile does not.
func TestGateWhileAnswering(t *testing.T) {
	g := &Gate{}
	require.NoError(t, g.Admit())
	require.NoError(t, g.Admit())
	assert.True(t, g.Begin())
	g.Wake()
	g.Wake()
	g.End()
	assert.Empty(t, g.C(), "both were served")

	require.NoError(t, g.Admit())
	g.Wake()
	assert.Len(t, g.C(), 1, "the next one is another")
	assert.True(t, g.Begin())
	require.NoError(t, g.Admit())
	g.End()
	assert.Empty(t, g.C(), "it has no answer yet")
	g.Wake()
	assert.Len(t, g.C(), 1)
	assert.True(t, g.Begin())
	g.End()
	assert.False(t, g.Begin())
}
