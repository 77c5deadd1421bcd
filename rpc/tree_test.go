package rpc_test

// NOTE: a Tree against the typed message that the same document decodes to: the
// same error, the same diagnostics, the same envelope, and written the same bytes.

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/soap"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var trees = rpc.Registry{}.Trees()

// treeDocs are the documents beside the tests, and the captures where they are.
func treeDocs(t *testing.T) map[string]string {
	docs := quirks(t)
	for _, pattern := range []string{"testdata/*.xml", "testdata/style/*.xml"} {
		files, err := filepath.Glob(pattern)
		require.NoError(t, err)
		for _, file := range files {
			b, err := os.ReadFile(file)
			require.NoError(t, err)
			docs[file] = string(b)
		}
	}
	if dir, ok := findShared("captures"); ok {
		for _, c := range captures {
			b, err := os.ReadFile(filepath.Join(dir, c.file))
			require.NoError(t, err)
			docs[c.file] = string(b)
		}
	}
	return docs
}

// requireSameTree reads a document both ways.
func requireSameTree(t *testing.T, name, doc string, level soap.Level) {
	t.Helper()
	want, wantErr := rpc.Parse([]byte(doc), rpc.Config{Level: level})
	got, err := rpc.Parse([]byte(doc), rpc.Config{Level: level, Registry: trees})
	require.Equal(t, wantErr, err, "%s at %s", name, level)
	if err != nil || want.Message == nil {
		return
	}
	m, typed := got.Message, want.Message
	require.Equal(t, typed.Method(), m.Method(), name)
	got.Message = typed
	require.Equal(t, want, got, "%s at %s", name, level)
	got.Message = m
	tree, is := m.(*rpc.Tree)
	switch typed.(type) {
	case *rpc.Fault, *rpc.Vendor:
		require.Equal(t, typed, m, name)
		return
	}
	require.True(t, is, "%s: %T", name, m)
	if !strings.Contains(codesOf(got.Diagnostics), "bad-number") && !strings.Contains(codesOf(got.Diagnostics), "bad-boolean") {
		requireSameWritten(t, name, want, got)
	}
	requireOrdered(t, &tree.Node)
}

// requireSameWritten writes both. A style has the types of structs written too.
func requireSameWritten(t *testing.T, name string, want, got *rpc.Envelope) {
	t.Helper()
	for _, style := range []rpc.Style{{}, {Types: true, Booleans: rpc.BooleanWords}} {
		w, wantErr := want.Append(nil, style)
		g, err := got.Append(nil, style)
		require.Equal(t, wantErr, err, name)
		require.Equal(t, string(w), string(g), name)
	}
}

// requireOrdered: nodes stand in the order of their fields.
func requireOrdered(t *testing.T, n *rpc.Node) {
	t.Helper()
	last := -1
	fields := n.Field.FieldsFor(n.Type)
	for i := range n.Nodes {
		child := &n.Nodes[i]
		if child.Field != n.Field {
			at := -1
			for k := range fields {
				if &fields[k] == child.Field {
					at = k
				}
			}
			require.Greater(t, at, last, child.Field.Name)
			last = at
		}
		requireOrdered(t, child)
	}
}

func TestTree(t *testing.T) {
	docs := treeDocs(t)
	for name, doc := range docs {
		for _, level := range []soap.Level{soap.Tolerant, soap.Standard, soap.Strict} {
			requireSameTree(t, name, doc, level)
		}
	}
	assert.Greater(t, len(docs), 200)
}

// TestTreeCut cuts and mangles: whatever comes of it, it is the same both ways.
func TestTreeCut(t *testing.T) {
	for _, name := range []string{"Inform", "ChangeDUState-all", "SetVouchers", "GetParameterAttributesResponse", "Download"} {
		b, err := os.ReadFile("testdata/" + name + ".xml")
		require.NoError(t, err)
		doc := string(b)
		for at := strings.Index(doc, "Body"); at < len(doc); at++ {
			if doc[at] == '>' { // an element more after each tag, or less
				for _, more := range []string{"<string>x</string>", "<Name>n</Name>", "<URL/>", "<EventStruct/>", "text", "<base64>eA==</base64>"} {
					requireSameTree(t, name, doc[:at+1]+more+doc[at+1:], soap.Tolerant)
				}
			}
		}
	}
}

// TestTreeRandom reads random messages of all types.
func TestTreeRandom(t *testing.T) {
	for _, doc := range randomDocs(t, rpc.V14, 3) {
		requireSameTree(t, "random", doc, soap.Strict)
	}
}

// FuzzTree: whatever the document, a Tree of it is what the typed message is.
func FuzzTree(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, doc []byte) { requireSameTree(t, "fuzzed", string(doc), soap.Tolerant) })
}

// TestTreeText: what the typed message loses, the Tree keeps.
func TestTreeText(t *testing.T) {
	doc := message("Inform", "<RetryCount>many</RetryCount><MaxEnvelopes> 7 </MaxEnvelopes><CurrentTime> then </CurrentTime>"+
		"<ParameterList><p><Name>\n a\n</Name><Value xsi:type=''> v </Value></p><p><Value>w</Value></p></ParameterList>")
	env, err := rpc.Parse([]byte(doc), rpc.Config{Registry: trees})
	require.NoError(t, err)
	tree := env.Message.(*rpc.Tree)
	assert.Nil(t, tree.Child("DeviceId"), "it was not there")
	assert.Nil(t, tree.Child("Event"))
	assert.Equal(t, "many", tree.Child("RetryCount").Text)
	assert.Equal(t, " 7 ", tree.Child("MaxEnvelopes").Text)
	assert.Equal(t, " then ", tree.Child("CurrentTime").Text)
	list := tree.Child("ParameterList").Nodes
	require.Len(t, list, 2)
	assert.Equal(t, "a", list[0].Child("Name").Text)
	value := list[0].Child("Value")
	assert.Equal(t, []any{"", true, " v "}, []any{value.Type, value.HasType, value.Text})
	assert.False(t, list[1].Child("Value").HasType)

	_, err = env.Append(nil, rpc.Style{})
	requireValueError(t, err, rpc.ErrInteger, "/Envelope/Body/Inform/RetryCount", "many")
}

// TestTreeWritten: one without content is what the typed message is.
func TestTreeWritten(t *testing.T) {
	for _, row := range (rpc.Registry{}).Rows() {
		for _, name := range []string{row.Name, row.Name + "Response"} {
			typed := (rpc.Registry{}).New(name)
			want := encode(t, rpc.NewEnvelope(rpc.V12, "1", typed))
			require.Equal(t, want, encode(t, rpc.NewEnvelope(rpc.V12, "1", rpc.NewTree(typed))))
		}
	}
}

// TestTreeBad writes texts that their fields cannot have.
func TestTreeBad(t *testing.T) {
	for field, want := range map[string]error{"NextLevel": rpc.ErrBoolean, "ParameterPath": rpc.ErrLength} {
		tree := rpc.NewTree(&rpc.GetParameterNames{})
		fields := tree.Field.Fields
		for i := range fields {
			if fields[i].Name == field {
				tree.Nodes = append(tree.Nodes, rpc.Node{Field: &fields[i], Text: strings.Repeat("x", 300)})
			}
		}
		_, err := rpc.NewEnvelope(rpc.V12, "1", tree).Append(nil, rpc.Style{})
		requireValueError(t, err, want, "/Envelope/Body/GetParameterNames/"+field, "")
	}
	tree := rpc.NewTree(&rpc.SetVouchers{})
	list := &tree.Field.Fields[0]
	tree.Nodes = []rpc.Node{{Field: list, Nodes: []rpc.Node{{Field: list, Text: "not base64!"}}}}
	_, err := rpc.NewEnvelope(rpc.V12, "1", tree).Append(nil, rpc.Style{})
	requireValueError(t, err, rpc.ErrBase64, "/Envelope/Body/SetVouchers/VoucherList/base64", "")
}

// TestTreeBounds: the bounds of lists hold.
func TestTreeBounds(t *testing.T) {
	for name, doc := range itemDocs {
		_, err := rpc.Parse([]byte(doc(8)), rpc.Config{MaxItems: 7, Registry: trees})
		assert.ErrorIs(t, err, rpc.ErrItems, name)
	}
	for _, list := range []string{"<string/>", "<ParameterValueStruct/>", "<base64/>"} {
		for _, m := range []string{"GetParameterValues", "SetParameterValues", "SetVouchers"} {
			doc := message(m, strings.Repeat(list, 8))
			_, want := rpc.Parse([]byte(doc), rpc.Config{MaxItems: 7})
			_, err := rpc.Parse([]byte(doc), rpc.Config{MaxItems: 7, Registry: trees})
			assert.Equal(t, want, err, "%s %s", m, list)
		}
	}
}

// TestTreesVendor: a vendor's messages are Trees too, and foreign ones stay raw.
func TestTreesVendor(t *testing.T) {
	foreign := strings.ReplaceAll(message("Reboot", "<CommandKey>k</CommandKey>"), "<cwmp:Reboot", `<cwmp:Reboot xmlns:cwmp="urn:acme"`)
	env, err := rpc.Parse([]byte(foreign), rpc.Config{Registry: trees})
	require.NoError(t, err)
	assert.IsType(t, &rpc.Vendor{}, env.Message)

	acme := rpc.Registry{}.With(rpc.Pair[Ping, PingResponse](rpc.ToCPE, rpc.V10, 0)).Trees()
	doc := strings.ReplaceAll(message("X_ACME_Ping", "<Host>h</Host><Count>3</Count>"), "urn:dslforum-org:cwmp-1-2", "urn:acme")
	env, err = rpc.Parse([]byte(doc), rpc.Config{Registry: acme})
	require.NoError(t, err)
	require.IsType(t, &rpc.Tree{}, env.Message)
	assert.Equal(t, "3", env.Message.(*rpc.Tree).Child("Count").Text)
	assert.Equal(t, (rpc.Registry{}).Methods(rpc.ToCPE), trees.Methods(rpc.ToCPE))
}

// A Wrap has a field in the CWMP namespace, as a vendor's message may.
type Wrap struct{ Inner PingResponse }

func (*Wrap) Method() string             { return "X_ACME_Wrap" }
func (*Wrap) NewResponse() *PingResponse { return new(PingResponse) }
func (m *Wrap) Fields(c *rpc.Codec)      { c.Qualified("Inner", &m.Inner) }

// TestTreeQualified: its namespace is the peer's, and comes back.
func TestTreeQualified(t *testing.T) {
	row := rpc.Pair[Wrap, PingResponse](rpc.ToCPE, rpc.V10, 0)
	want := rpc.NewEnvelope(rpc.V11, "1", &Wrap{})
	doc := encode(t, want)
	require.Contains(t, doc, "<cwmp:Inner>")
	env, err := rpc.Parse([]byte(doc), rpc.Config{Registry: rpc.Registry{}.With(row).Trees()})
	require.NoError(t, err)
	require.NotNil(t, env.Message.(*rpc.Tree).Child("Inner"))
	assert.Equal(t, doc, encode(t, env))
}

func ExampleRegistry_Trees() {
	env, err := rpc.Parse([]byte(`<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/">
  <e:Body><c:AddObjectResponse xmlns:c="urn:dslforum-org:cwmp-1-0">
    <InstanceNumber>three</InstanceNumber><Status>0</Status>
  </c:AddObjectResponse></e:Body></e:Envelope>`), rpc.Config{Registry: rpc.Registry{}.Trees()})
	if err != nil {
		fmt.Println(err)
		return
	}
	tree := env.Message.(*rpc.Tree)
	fmt.Println(tree.Method())
	for _, n := range tree.Nodes {
		fmt.Println(" ", n.Field.Name, n.Field.Kind, n.Text)
	}
	// Output:
	// AddObjectResponse
	//   InstanceNumber unsignedInt three
	//   Status int 0
}
