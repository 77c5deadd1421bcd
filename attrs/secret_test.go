package attrs

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const canary = "canary-8c1f"

// everything returns whatever of this package can hold a secret, each time as
// itself, by pointer, and in a field that fmt reads without asking methods.
func everything(t *testing.T) (list []any) {
	r := newResolver(t, Comware())
	secrets := []Change{Set(Password, canary), Set(DefaultPassword, canary), Set(CPEPassword, canary)}
	sub := r.Subscribe()
	require.NoError(t, r.Apply(CLI, noon, append(secrets, Set(URL, "https://h/"), Set(DefaultURL, "http://h/"))...))
	require.NoError(t, r.Replace(DHCP, noon, Set(Password, canary+"d")))
	s := r.Snapshot()
	v, _ := s.Get(Password)
	bad := func(a Attr, value string) error { return r.Apply(ACS, noon, Set(a, value)) }
	list = []any{
		NewSecret(canary), v, v.Secret(), secrets[0], secrets, s, r, s.Endpoint(), s.Endpoint().Password,
		sub, sub.Take(), s.Status(Connection{}), s.Explain(Password), s.Explain(CPEPassword), s.Explain(Password).Layers,
		bad(Password, canary+"\x00"), bad(Password, strings.Repeat(canary, 40)), bad(DefaultPassword, canary),
		bad(URL, canary), bad(URL, "http://u:"+canary+"@h/"), bad(URL, "http://%zz"+canary), bad(InformInterval, canary),
		bad(InformTime, canary), bad(InformPhase, canary), bad(ProvisionCode, canary), bad(Enable, canary),
	}
	for _, x := range list[:len(list):len(list)] {
		list = append(list, &x, []any{x}, map[string]any{"k": x})
	}
	list = append(list, struct{ s Secret }{NewSecret(canary)}, struct{ v Value }{v}, struct{ e Endpoint }{s.Endpoint()},
		struct{ c Change }{secrets[0]}, &struct{ s *Snapshot }{s}, struct{ s Snapshot }{*s})
	return list
}

// verbs are all letters as verbs, those of fmt among them, each with every flag.
var verbs = func() (list []string) {
	for verb := 'A'; verb <= 'z'; verb++ {
		for _, flags := range []string{"", "+", "#", " ", "-20", "010.3", "# "} {
			if verb <= 'Z' || verb >= 'a' {
				list = append(list, "%"+flags+string(verb))
			}
		}
	}
	return list
}()

func TestCanary(t *testing.T) {
	var out bytes.Buffer
	for _, x := range everything(t) {
		for _, verb := range verbs {
			fmt.Fprintf(&out, verb+"\n", x)
		}
		text, _ := json.Marshal(x)
		out.Write(text)
		text, _ = xml.Marshal(x)
		out.Write(text)
		slog.New(slog.NewTextHandler(&out, nil)).Info("m", "x", x)
		slog.New(slog.NewJSONHandler(&out, nil)).Info("m", "x", x)
	}
	lower := strings.ToLower(out.String())
	require.Greater(t, len(lower), 10_000)
	assert.Contains(t, lower, redacted)
	assert.NotContains(t, lower, canary)
	assert.NotContains(t, strings.NewReplacer(" ", "", "0x", "").Replace(lower), hex.EncodeToString([]byte(canary)))
	assert.NotContains(t, lower, strings.Trim(fmt.Sprint([]byte(canary)), "[]"))
}

func TestSecret(t *testing.T) {
	a, b, zero := NewSecret("a"), NewSecret("b"), Secret{}
	assert.True(t, a.Equal(NewSecret("a")))
	assert.False(t, a.Equal(b))
	assert.False(t, a.Equal(NewSecret("aa")))
	assert.True(t, zero.Equal(NewSecret("")))
	assert.Equal(t, "", zero.Reveal())
	assert.Equal(t, "a", a.Reveal())
	assert.Equal(t, "***", zero.String())
	assert.Equal(t, "***", fmt.Sprintf("%x", zero))
	text, err := json.Marshal(map[string]any{"p": a})
	require.NoError(t, err)
	assert.JSONEq(t, `{"p":"***"}`, string(text))
	text, err = a.MarshalText()
	require.NoError(t, err)
	assert.Equal(t, "***", string(text))
	assert.Equal(t, `"acs password"=***`, fmt.Sprintf("%+v", Set(Password, "x")))
}
