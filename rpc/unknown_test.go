package rpc_test

// NOTE: elements of a message that no field has taken.

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/soap"
)

// TestUnknown: they come with their paths and the namespaces around them, typed or as
// a Tree, and whatever the size of the reader's portions; they are not written.
func TestUnknown(t *testing.T) {
	doc := message("Download", `<CommandKey>k</CommandKey><Md5 a="1">d4<b/></Md5><FileType>1</FileType><x:Mode xmlns:x="urn:x">2</x:Mode>`)
	for _, cfg := range []rpc.Config{{}, {Level: soap.Standard}, {Registry: rpc.Registry{}.Trees()}} {
		env, err := requireSame(t, doc, cfg)
		require.NoError(t, err)
		require.Len(t, env.Unknown, 2)
		assert.Equal(t, "/Envelope/Body/Download/Md5", env.Unknown[0].Path)
		assert.Equal(t, `<Md5 a="1">d4<b/></Md5>`, string(env.Unknown[0].Raw.XML))
		assert.Contains(t, env.Unknown[0].Raw.Scope, soap.Namespace{Prefix: "cwmp", URI: "urn:dslforum-org:cwmp-1-2"})
		assert.Equal(t, "urn:x", env.Unknown[1].Raw.Space)
		assert.NotContains(t, encode(t, env), "Md5")
	}
	env, err := rpc.Parse([]byte(doc), rpc.Config{Level: soap.Strict})
	require.Error(t, err)
	assert.Empty(t, env.Unknown)
}

// TestUnknownBounds: what is beyond them is passed over and told of, and what follows
// is read.
func TestUnknownBounds(t *testing.T) {
	long := func(n int) string { return "<x>" + strings.Repeat("y", n) + "</x>" }
	many := func(n int) string { return "<CommandKey>k</CommandKey>" + strings.Repeat("<x/>", n) }
	for _, c := range []struct {
		fields     string
		kept, told int
	}{
		{many(16), 16, 16}, {many(17), 16, 17}, {many(900), 16, 900},
		{long(15<<10) + "<CommandKey>k</CommandKey>", 1, 1}, {"<CommandKey>k</CommandKey>" + long(16<<10), 0, 1},
		{long(9<<10) + "<CommandKey>k</CommandKey>" + long(9<<10) + long(10), 2, 3},
	} {
		env, err := requireSame(t, message("Reboot", c.fields), rpc.Config{})
		require.NoError(t, err)
		assert.Equal(t, &rpc.Reboot{CommandKey: "k"}, env.Message)
		assert.Len(t, env.Unknown, c.kept)
		assert.Len(t, env.Diagnostics, c.told)
	}
	var around strings.Builder
	for i := range 20 {
		fmt.Fprintf(&around, ` xmlns:q%d="urn:%s"`, i, strings.Repeat("q", 900))
	}
	doc := strings.Replace(message("Reboot", "<CommandKey>k</CommandKey><x/>"), "<cwmp:Reboot>", "<cwmp:Reboot"+around.String()+">", 1)
	env, err := requireSame(t, doc, rpc.Config{})
	require.NoError(t, err)
	assert.Empty(t, env.Unknown, "the declarations around it are too long")
}
