package rpc_test

// NOTE: what Describe says of all 54 messages and the fault, held against the
// schemas' facts (testdata/schema.txt), field by field.

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// factKinds are the kinds that the schemas' types are described as.
var factKinds = map[string]rpc.FieldKind{
	"string": rpc.FieldString, "anyURI": rpc.FieldString, "boolean": rpc.FieldBool, "int": rpc.FieldInt,
	"unsignedInt": rpc.FieldUint, "dateTime": rpc.FieldTime, "anySimpleType": rpc.FieldValue,
	"base64": rpc.FieldBase64, "struct": rpc.FieldStruct,
}

// requireDescribed compares descriptions with the facts of a message or a struct.
func requireDescribed(t *testing.T, facts *schemaFacts, name string, fields []rpc.Field) {
	t.Helper()
	var inSchema []rpc.Field
	for _, f := range fields {
		if !f.Beyond {
			inSchema = append(inSchema, f)
		}
	}
	require.Len(t, inSchema, len(facts.fields[name]), name)
	for i, fact := range facts.fields[name] {
		requireField(t, facts, name, fact, inSchema[i])
	}
}

func requireField(t *testing.T, facts *schemaFacts, in string, fact fieldFact, f rpc.Field) {
	t.Helper()
	at := in + "/" + fact.name
	require.Equal(t, fact.name, f.Name, at)
	require.Equal(t, fact.repeated(), f.Many, at)
	require.Equal(t, fact.optional(), f.Optional, at)
	require.False(t, f.Qualified, at)
	require.Equal(t, fact.name == "MaxEnvelopes", f.Least == 1, at)
	require.Equal(t, fact.item, f.Item, at)
	least, most := fact.itemBounds()
	require.Equal(t, []int{least, most}, []int{int(f.LeastItems), int(f.MostItems)}, at)
	leaf := fact
	if fact.each != nil {
		leaf = *fact.each
	}
	kind, known := factKinds[leaf.kind]
	require.True(t, known, "%s: %s", at, leaf.kind)
	require.Equal(t, kind, f.Kind, at)
	require.Equal(t, kind.String() == "struct", f.Fields != nil, at)
	if kind != rpc.FieldStruct {
		require.Equal(t, leaf.longest(), f.Max, at)
		require.Empty(t, f.Type, at)
		require.Empty(t, f.Variants, at)
		return
	}
	requireStruct(t, facts, at, leaf.of, f)
}

func requireStruct(t *testing.T, facts *schemaFacts, at, of string, f rpc.Field) {
	t.Helper()
	var extending []string
	for typ, base := range facts.extends {
		if base == of {
			extending = append(extending, typ)
		}
	}
	var variants []string
	for _, v := range f.Variants {
		variants = append(variants, v.Type)
		requireDescribed(t, facts, v.Type, v.Fields)
		require.Equal(t, v.Fields, f.FieldsFor("any:"+v.Type), at)
	}
	require.ElementsMatch(t, extending, variants, at)
	if variants == nil {
		if f.Name != "SetParameterValuesFault" { // its type has no name in the schema
			require.Equal(t, of, f.Type, at)
		}
		requireDescribed(t, facts, of, f.Fields)
	}
}

// TestDescribe is about every message of the last version, which has all.
func TestDescribe(t *testing.T) {
	facts := readFacts(t)[rpc.V14]
	var registry rpc.Registry
	count := 0
	for _, name := range facts.messages {
		if name == "Fault" {
			continue
		}
		count++
		requireDescribed(t, facts, name, rpc.Describe(registry.New(name)))
	}
	assert.Equal(t, 54, count)

	fault := rpc.Describe(&rpc.Fault{FaultCode: 9001})
	require.Len(t, fault, 3)
	assert.Equal(t, []string{"faultcode", "faultstring", "detail"}, []string{fault[0].Name, fault[1].Name, fault[2].Name})
	assert.True(t, fault[2].Optional, "SOAP has faults without")
	require.Len(t, fault[2].Fields, 1)
	assert.True(t, fault[2].Fields[0].Qualified)
	requireDescribed(t, facts, "Fault", fault[2].Fields[0].Fields)
}

// TestDescribeAny: what a message holds does not matter, and it is not changed.
func TestDescribeAny(t *testing.T) {
	full := goldenInform()
	assert.Equal(t, rpc.Describe(&rpc.Inform{}), rpc.Describe(full))
	assert.Equal(t, goldenInform(), full)
	assert.Empty(t, rpc.Describe(&rpc.Vendor{}))
	assert.Empty(t, rpc.Describe(&rpc.FactoryReset{}))
	id := rpc.Describe(full)[0]
	assert.True(t, id.Once && id.Fields[0].Once)
	assert.False(t, rpc.Describe(full)[1].Once)
	assert.Equal(t, rpc.Describe(full), rpc.Describe(rpc.NewTree(full)), "a Tree says the same")
	assert.Equal(t, "invalid", rpc.FieldKind(99).String())
}

// A Nest holds itself, as a vendor's struct may.
type Nest struct {
	Name  string
	Inner []Nest
}

func (*Nest) Method() string { return "X_ACME_Nest" }

func (n *Nest) Fields(c *rpc.Codec) {
	c.String("Name", &n.Name, 0)
	rpc.List(c, "Inner", "Nest", &n.Inner)
	rpc.Repeated(c, "More", &n.Inner)
}

// TestDescribeEndless: the description of what has no end has one.
func TestDescribeEndless(t *testing.T) {
	fields, deep := rpc.Describe(&Nest{}), 0
	for ; len(fields) > 0; deep++ {
		require.Len(t, fields, 3)
		require.True(t, fields[2].Many)
		fields = fields[1].Fields
	}
	assert.Equal(t, 8, deep)
}

// describe writes descriptions down, for the example.
func describe(indent string, fields []rpc.Field) string {
	var b strings.Builder
	for _, f := range fields {
		fmt.Fprintf(&b, "%s%s %s", indent, f.Name, f.Kind)
		if f.Item != "" {
			fmt.Fprintf(&b, ", an array of %s", f.Item)
		}
		if f.Max > 0 {
			fmt.Fprintf(&b, " of at most %d characters", f.Max)
		}
		fmt.Fprintf(&b, "\n%s", describe(indent+"  ", f.Fields))
	}
	return b.String()
}

func ExampleDescribe() {
	fmt.Print(describe("", rpc.Describe(&rpc.SetParameterAttributes{})))
	// Output:
	// ParameterList struct, an array of SetParameterAttributesStruct
	//   Name string of at most 256 characters
	//   NotificationChange boolean
	//   Notification int
	//   AccessListChange boolean
	//   AccessList string, an array of string of at most 64 characters
}
