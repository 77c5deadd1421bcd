package msgjson

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/rpc"
)

// NOTE: what is written is read again as the same, for every message there is; what is
// wrong with a text is said with its place. The programs' own tests have the form itself.

// trees are the messages of package rpc's documents.
func trees(tb testing.TB) map[string]*rpc.Tree {
	tb.Helper()
	files, err := filepath.Glob("../../rpc/testdata/*.xml")
	require.NoError(tb, err)
	all := map[string]*rpc.Tree{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(tb, err)
		env, err := rpc.Parse(text, rpc.Config{Registry: rpc.Registry{}.Trees()})
		require.NoError(tb, err)
		if tree, ok := env.Message.(*rpc.Tree); ok {
			all[filepath.Base(file)] = tree
		}
	}
	require.Greater(tb, len(all), 54)
	return all
}

func TestThereAndBack(t *testing.T) {
	for name, tree := range trees(t) {
		text := Struct(&tree.Node)
		require.True(t, json.Valid(text), name)
		again, err := Read(rpc.Registry{}.New(tree.Method()), text)
		require.NoError(t, err, name)
		assert.Equal(t, string(text), string(Struct(&again.Node)), name)
		assert.Equal(t, written(t, tree), written(t, again), name)
	}
}

// written is the message as a document.
func written(t *testing.T, m rpc.Message) string {
	t.Helper()
	b, err := (&rpc.Envelope{Message: m}).Append(nil, rpc.Style{})
	require.NoError(t, err)
	return string(b)
}

var errorTests = []struct {
	method, text, path string
	err                error
}{
	{"Reboot", ``, "Reboot", ErrKind},
	{"Reboot", `5`, "Reboot", ErrKind},
	{"Reboot", `{"CommandKey":"a","CommandKey":"b"}`, "Reboot", ErrTwice},
	{"Reboot", `{"Command":"a"}`, "Reboot.Command", ErrUnknown},
	{"Reboot", `{"CommandKey":"a","commandKeyBase64":"YQ=="}`, "Reboot.commandKeyBase64", ErrUnknown},
	{"Reboot", `{"commandKeyBase64":"?"}`, "Reboot.commandKeyBase64", ErrKind},
	{"Reboot", `{"commandKeyBase64":5}`, "Reboot.commandKeyBase64", ErrKind},
	{"Reboot", `{"CommandKey":true}`, "Reboot.CommandKey", ErrKind},
	{"Reboot", `{"CommandKey":[]}`, "Reboot.CommandKey", ErrKind},
	{"Download", `{"FileSize":true}`, "Download.FileSize", ErrKind},
	{"Download", `{"FileSize":{}}`, "Download.FileSize", ErrKind},
	{"GetParameterNames", `{"NextLevel":1}`, "GetParameterNames.NextLevel", ErrKind},
	{"GetParameterNames", `{"NextLevel":[]}`, "GetParameterNames.NextLevel", ErrKind},
	{"GetParameterValues", `{"ParameterNames":"a"}`, "GetParameterValues.ParameterNames", ErrKind},
	{"GetParameterValues", `{"ParameterNames":["a",5]}`, "GetParameterValues.ParameterNames[1]", ErrKind},
	{"GetParameterValues", `{"ParameterNames":[null]}`, "GetParameterValues.ParameterNames[0]", ErrKind},
	{"GetParameterValues", `{"ParameterNames":[{"base64":"?"}]}`, "GetParameterValues.ParameterNames[0]", ErrKind},
	{"GetParameterValues", `{"ParameterNames":[{"base64":"YQ==","x":1}]}`, "GetParameterValues.ParameterNames[0]", ErrKind},
	{"GetParameterValues", `{"ParameterNames":[{"Base64":"YQ=="}]}`, "GetParameterValues.ParameterNames[0]", ErrKind},
	{"SetParameterValues", `{"ParameterList":[{"Name":"a","Value":[]}]}`, "SetParameterValues.ParameterList[0].Value", ErrKind},
	{"SetParameterValues", `{"ParameterList":[{"Name":"a"},{"Value":"b","Type":5}]}`, "SetParameterValues.ParameterList[1].Type", ErrKind},
	{"SetParameterValues", `{"ParameterList":[{"Name":"a","X":1}]}`, "SetParameterValues.ParameterList[0].X", ErrUnknown},
	{"SetParameterValues", `{"ParameterList":[5]}`, "SetParameterValues.ParameterList[0]", ErrKind},
	{"ChangeDUState", `{"Operations":[{"Type":5}]}`, "ChangeDUState.Operations[0].Type", ErrKind},
	{"RequestDownload", `{"FileTypeArg":{}}`, "RequestDownload.FileTypeArg", ErrKind},
}

func TestErrors(t *testing.T) {
	for _, tt := range errorTests {
		_, err := Read(rpc.Registry{}.New(tt.method), []byte(tt.text))
		require.ErrorIs(t, err, tt.err, "%s %s", tt.method, tt.text)
		assert.Equal(t, tt.path, err.(*Error).Path, "%s %s", tt.method, tt.text)
		assert.True(t, strings.HasPrefix(err.Error(), tt.path+": "), err)
	}
}

// Members come in any order, null is nothing, and what cannot be text is base64.
func TestRead(t *testing.T) {
	for text, want := range map[string]string{
		`{}`: `{}`,
		`{"ParameterKey":null,"ParameterList":null}`:                                `{}`,
		`{"ParameterKey":"k","ParameterList":[]}`:                                   `{"ParameterList":[],"ParameterKey":"k"}`,
		`{"ParameterList":[{"valueBase64":"/w==","Type":"xsd:string","Name":"N"}]}`: `{"ParameterList":[{"Name":"N","Type":"xsd:string","valueBase64":"/w=="}]}`,
		`{"ParameterList":[{"Value":-1.5e3},{"Value":true},{"Type":"t"}]}`:          `{"ParameterList":[{"Value":"-1.5e3"},{"Value":"true"},{"Type":"t","Value":""}]}`,
	} {
		tree, err := Read(&rpc.SetParameterValues{}, []byte(text))
		require.NoError(t, err, text)
		assert.Equal(t, want, string(Struct(&tree.Node)), text)
	}
	tree, err := Read(&rpc.GetParameterValues{}, []byte(`{"ParameterNames":["a",{"base64":"/w=="},"<&>\u2028"]}`))
	require.NoError(t, err)
	assert.Equal(t, `{"ParameterNames":["a",{"base64":"/w=="},"<&>\u2028"]}`, string(Struct(&tree.Node)))
}

func TestObject(t *testing.T) {
	var o Object
	assert.Equal(t, "{}", string(o.Close()))
	o.Int("a", -1)
	o.Exact("Bc", "\xff")
	o.Exact("D", "<\"\x00")
	o.Raw("e", Array(nil))
	assert.Equal(t, `{"a":-1,"bcBase64":"/w==","D":"<\"\u0000","e":[]}`, string(o.Close()))
}

// FuzzRead: whatever is read is written as JSON that is read as the same.
func FuzzRead(f *testing.F) {
	methods := append((rpc.Registry{}).Methods(rpc.ToCPE), (rpc.Registry{}).Methods(rpc.ToACS)...)
	for _, tree := range trees(f) {
		for i, method := range methods {
			if method == tree.Method() {
				f.Add(uint8(i), Struct(&tree.Node))
			}
		}
	}
	for _, tt := range errorTests {
		f.Add(uint8(0), []byte(tt.text))
	}
	f.Fuzz(func(t *testing.T, pick uint8, text []byte) {
		if !json.Valid(text) {
			return
		}
		method := methods[int(pick)%len(methods)]
		tree, err := Read(rpc.Registry{}.New(method), text)
		if err != nil {
			require.IsType(t, &Error{}, err)
			return
		}
		once := Struct(&tree.Node)
		require.True(t, json.Valid(once), "%s", once)
		again, err := Read(rpc.Registry{}.New(method), once)
		require.NoError(t, err, "%s", once)
		require.Equal(t, string(once), string(Struct(&again.Node)))
	})
}
