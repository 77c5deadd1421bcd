package cwmptest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cwmp-go/cwmp/rpc"
)

// NOTE: AddObject and DeleteObject, TR-069 A.3.2.6 and A.3.2.7, and objects with rows of
// their own. A table of rows is words: "name=value", "name+" for a writable one.

// router has a table with instances 2 and 7, tables inside of them, one without any
// instance, and one that nobody may change.
func router() *Device {
	return &Device{Parameters: []Parameter{
		{Name: "Device.HostNumberOfEntries", Value: rpc.UnsignedIntValue(2)},
		{Name: "Device.Host.", Writable: true},
		{Name: "Device.Host.7.", Writable: true},
		{Name: "Device.Host.7.Extra", Value: rpc.StringValue("x")},
		{Name: "Device.Host.2.", Writable: true},
		{Name: "Device.Host.2.Name", Value: rpc.StringValue("two"), Writable: true},
		{Name: "Device.Host.2.On", Value: rpc.Value{Type: rpc.TypeBoolean, Text: "1"}, Writable: true},
		{Name: "Device.Host.2.Age", Value: rpc.UnsignedIntValue(5)},
		{Name: "Device.Host.2.Since", Value: rpc.Value{Type: rpc.TypeDateTime, Text: "2026-01-02T03:04:05Z"}},
		{Name: "Device.Host.2.Net.", Writable: true},
		{Name: "Device.Host.2.Net.1.", Writable: true},
		{Name: "Device.Host.2.Net.1.IP", Value: rpc.StringValue("10.0.0.1"), Writable: true},
		{Name: "Device.Host.2.Log.3.Text", Value: rpc.StringValue("l")},
		{Name: "Device.Host.2.Info.Maker", Value: rpc.StringValue("m")},
		{Name: "Device.Empty.", Writable: true},
		{Name: "Device.Fixed.1.Name", Value: rpc.StringValue("f"), Writable: true},
		{Name: "Device.Shut."},
		{Name: "Device.Shut.1."},
		{Name: "Device.Plain.", Writable: true},
		{Name: "Device.Plain.Name", Value: rpc.StringValue("p")},
	}}
}

func TestObjectRows(t *testing.T) {
	d := router()
	for _, row := range []struct {
		path string
		next bool
		want string
	}{
		{"Device.Host.", true, "Device.Host.7.+ Device.Host.2.+"},
		{"Device.Host.7.", false, "Device.Host.7.+ Device.Host.7.Extra"},
		{"Device.Host.7.", true, "Device.Host.7.Extra"},
		{"Device.Empty.", false, "Device.Empty.+"},
		{"Device.Empty.", true, ""},
		{"Device.Empty", false, "9005"},
		{"Device.Fixed.", false, "Device.Fixed. Device.Fixed.1. Device.Fixed.1.Name+"},
		{"Device.Shut.", false, "Device.Shut. Device.Shut.1."},
		{"Device.Shut.1.", true, ""},
		{"Device.", true, "Device.HostNumberOfEntries Device.Host.+ Device.Empty.+ Device.Fixed. Device.Shut. Device.Plain.+"},
	} {
		assert.Equal(t, row.want, ask(t, d, &rpc.GetParameterNames{ParameterPath: row.path, NextLevel: row.next}), row)
	}
	assert.Equal(t, "Device.Host.7.Extra=x", ask(t, d, &rpc.GetParameterValues{ParameterNames: []string{"Device.Host.7."}}))
	assert.Empty(t, ask(t, d, &rpc.GetParameterValues{ParameterNames: []string{"Device.Empty.", "Device.Shut."}}), "no parameters, no fault")
	assert.Equal(t, "9005", ask(t, d, &rpc.GetParameterValues{ParameterNames: []string{"Device.Empty.1."}}))
	fault, _ := set(t, d, "Device.Empty.=1 Device.Host.2.=1", "")
	assert.Equal(t, "9003 Device.Empty.=9005 Device.Host.2.=9005", fault)
	_, ok := d.Value("Device.Empty.")
	assert.False(t, ok, "an object has no value")
	d.Forced = []string{"Device.Empty."}
	assert.Empty(t, d.inform(boot).ParameterList)
}

// The row of an object may stand behind what is in the object.
func TestObjectRowComesLate(t *testing.T) {
	d := &Device{Parameters: []Parameter{{Name: "Device.T.1.Name"}, {Name: "Device.T.", Writable: true}}}
	assert.Equal(t, "Device.T.+ Device.T.1. Device.T.1.Name", ask(t, d, &rpc.GetParameterNames{ParameterPath: "Device.T."}))
	assert.Equal(t, "Device.T.+", ask(t, d, &rpc.GetParameterNames{ParameterPath: "Device.", NextLevel: true}))
}

// add and remove return the number of the new instance, and 0; or the fault.
func add(t *testing.T, d *Device, name, key string) (number uint32, fault rpc.FaultCode) {
	t.Helper()
	m, err := d.Handle(t.Context(), &rpc.AddObject{ObjectName: name, ParameterKey: key})
	if err != nil {
		require.Nil(t, m)
		f := rpc.AsFault(err, 0)
		assert.True(t, f.FaultCode.Answers("AddObject", rpc.ToCPE), "%v", f)
		return 0, f.FaultCode
	}
	r := m.(*rpc.AddObjectResponse)
	assert.Equal(t, rpc.Applied, r.Status)
	return r.InstanceNumber, 0
}

func remove(t *testing.T, d *Device, name, key string) rpc.FaultCode {
	t.Helper()
	m, err := d.Handle(t.Context(), &rpc.DeleteObject{ObjectName: name, ParameterKey: key})
	if err != nil {
		require.Nil(t, m)
		f := rpc.AsFault(err, 0)
		assert.True(t, f.FaultCode.Answers("DeleteObject", rpc.ToCPE), "%v", f)
		return f.FaultCode
	}
	assert.Equal(t, &rpc.DeleteObjectResponse{Status: rpc.Applied}, m)
	return 0
}

// rows are the table's rows below a path, in words.
func rows(d *Device, path string) string {
	var words []string
	for _, p := range d.Parameters {
		if rest, ok := strings.CutPrefix(p.Name, path); ok && rest != "" {
			word := rest + map[bool]string{true: "+"}[p.Writable]
			if !p.isObject() {
				word += "=" + p.Value.Text
			}
			words = append(words, word)
		}
	}
	return strings.Join(words, " ")
}

// A new instance is like the lowest one, with values that say nothing; its own tables
// have no instances.
func TestAddObject(t *testing.T) {
	d := router()
	number, fault := add(t, d, "Device.Host.", "k1")
	require.Zero(t, fault)
	assert.Equal(t, uint32(8), number)
	assert.Equal(t, "Name+= On+=false Age=0 Since=0001-01-01T00:00:00Z Net.+ Log. Info.Maker=", rows(d, "Device.Host.8."))
	assert.Equal(t, "k1", d.ParameterKey())
	assert.Equal(t, "Device.Host.7.+ Device.Host.2.+ Device.Host.8.+", ask(t, d, &rpc.GetParameterNames{ParameterPath: "Device.Host.", NextLevel: true}))
	assert.Equal(t, "Device.HostNumberOfEntries=3", ask(t, d, &rpc.GetParameterValues{ParameterNames: []string{"Device.HostNumberOfEntries"}}))
	assert.Equal(t, "Device.Host.8.Age=0", ask(t, d, &rpc.GetParameterValues{ParameterNames: []string{"Device.Host.8.Age"}}))
	m, err := d.Handle(t.Context(), &rpc.GetParameterValues{ParameterNames: []string{"Device.Host.8.On"}})
	require.NoError(t, err)
	assert.Equal(t, rpc.TypeBoolean, m.(*rpc.GetParameterValuesResponse).ParameterList[0].Value.Type, "types stay")

	words, _ := set(t, d, "Device.Host.8.Name=eight", "")
	assert.Empty(t, words)
	words, _ = set(t, d, "Device.Host.8.Age=1", "")
	assert.Equal(t, "9003 Device.Host.8.Age=9008", words)

	number, _ = add(t, d, "Device.Host.8.Net.", "")
	assert.Equal(t, uint32(1), number)
	assert.Equal(t, "IP+=", rows(d, "Device.Host.8.Net.1."), "as it is in the others")
	number, _ = add(t, d, "Device.Empty.", "")
	assert.Equal(t, uint32(1), number)
	assert.Equal(t, "1.+", rows(d, "Device.Empty."), "nobody knows more of it")
}

// A number that was in use is not given again, whatever was deleted (A.3.2.6).
func TestInstanceNumbers(t *testing.T) {
	d := router()
	assert.Zero(t, remove(t, d, "Device.Host.7.", "k2"))
	assert.Equal(t, "k2", d.ParameterKey())
	number, _ := add(t, d, "Device.Host.", "")
	assert.Equal(t, uint32(8), number)
	for _, name := range []string{"Device.Host.2.", "Device.Host.8."} {
		assert.Zero(t, remove(t, d, name, ""))
	}
	assert.Equal(t, "Device.HostNumberOfEntries=0", ask(t, d, &rpc.GetParameterValues{ParameterNames: []string{"Device.HostNumberOfEntries"}}))
	assert.Equal(t, "Device.Host.+", ask(t, d, &rpc.GetParameterNames{ParameterPath: "Device.Host."}), "the table stays")
	number, _ = add(t, d, "Device.Host.", "")
	assert.Equal(t, uint32(9), number)
	assert.Equal(t, "Name+= On+=false Age=0 Since=0001-01-01T00:00:00Z Net.+ Log. Info.Maker=", rows(d, "Device.Host.9."), "as they were")
	number, _ = add(t, d, "Device.Host.9.Net.", "")
	assert.Equal(t, uint32(1), number)
	assert.Equal(t, "IP+=", rows(d, "Device.Host.9.Net.1."))
}

func TestDeleteObject(t *testing.T) {
	d := router()
	assert.Zero(t, remove(t, d, "Device.Host.2.Net.1.", ""))
	assert.Equal(t, "", rows(d, "Device.Host.2.Net."))
	assert.Zero(t, remove(t, d, "Device.Host.2.", ""))
	assert.Equal(t, "7.+ 7.Extra=x", rows(d, "Device.Host."))
	assert.Equal(t, rpc.FaultInvalidParameterName, remove(t, d, "Device.Host.2.", ""), "it is gone")
	assert.Equal(t, "9005", ask(t, d, &rpc.GetParameterNames{ParameterPath: "Device.Host.2."}))
}

func TestObjectFaults(t *testing.T) {
	for _, name := range []string{
		"", ".", "Device.", "Device.Host", "Device.Nope.", "Device.Host.{i}.", "Device.Host.99.", "Device.Host..", "Device.Host.2.Name", "Device.Host.2.Name.",
		"Device.Fixed.", "Device.Fixed.1.", "Device.Shut.", "Device.Shut.1.", "Device.Host.02.", "Device.Host.0.", "Device.Host.2", " Device.Host.", "Device.Host.2.Info.",
	} {
		d := router()
		before := slices.Clone(d.Parameters)
		_, fault := add(t, d, name, "k")
		assert.Equal(t, rpc.FaultInvalidParameterName, fault, "AddObject %q", name)
		assert.Equal(t, rpc.FaultInvalidParameterName, remove(t, d, name, "k"), "DeleteObject %q", name)
		assert.Equal(t, before, d.Parameters)
		assert.Empty(t, d.ParameterKey())
	}
	d := router()
	_, fault := add(t, d, "Device.Host.2.", "")
	assert.Equal(t, rpc.FaultInvalidParameterName, fault, "an instance is no table, even if it may be deleted")
	for _, name := range []string{"Device.Host.", "Device.Plain.", "Device.Empty."} {
		assert.Equal(t, rpc.FaultInvalidParameterName, remove(t, d, name, ""), "a table is no instance: %s", name)
	}
	long := strings.Repeat("k", maxParameterKey+1)
	_, fault = add(t, d, "Device.Host.", long)
	assert.Equal(t, rpc.FaultInvalidArguments, fault)
	assert.Equal(t, rpc.FaultInvalidArguments, remove(t, d, "Device.Host.2.", long))
}

// What does not fit is refused, and nothing has changed.
func TestAddObjectIsBounded(t *testing.T) {
	deep := "Device." + strings.Repeat("x", maxName-len("Device.")-len("T.1.Name")) + "."
	for about, d := range map[string]*Device{
		"rows":    {Parameters: make([]Parameter, maxRows-1)},
		"numbers": {Parameters: []Parameter{{}, {Name: fmt.Sprintf("Device.T.%d.Name", uint32(math.MaxUint32))}}},
		"names":   {Parameters: []Parameter{{}, {Name: deep + "T.9.Name"}}},
	} {
		table := "Device.T."
		if about == "names" {
			table = deep + "T."
		}
		d.Parameters[0] = Parameter{Name: table, Writable: true}
		for i := range d.Parameters {
			if d.Parameters[i].Name == "" {
				d.Parameters[i].Name = "P"
			}
		}
		if about == "rows" {
			d.Parameters[1].Name = table + "1.Name"
		}
		before := len(d.Parameters)
		_, fault := add(t, d, table, "k")
		assert.Equal(t, rpc.FaultResourcesExceeded, fault, about)
		assert.Len(t, d.Parameters, before)
		assert.Empty(t, d.ParameterKey())
	}
}

// An answer is bounded, however often the table is asked for.
func TestAnswersAreBounded(t *testing.T) {
	d := router()
	values := 0
	for _, p := range d.Parameters {
		if !p.isObject() {
			values++
		}
	}
	most := make([]string, maxRows/values)
	m, err := d.Handle(t.Context(), &rpc.GetParameterValues{ParameterNames: most})
	require.NoError(t, err)
	assert.Len(t, m.(*rpc.GetParameterValuesResponse).ParameterList, values*len(most))
	_, err = d.Handle(t.Context(), &rpc.GetParameterValues{ParameterNames: append(most, "")})
	assert.ErrorIs(t, err, rpc.FaultResourcesExceeded)
}

// What is remembered of tables goes with the instance that they were in.
func TestDeletedTablesAreForgotten(t *testing.T) {
	d := router()
	for range 10 {
		number, _ := add(t, d, "Device.Host.", "")
		inner := instanceOf("Device.Host.", number) + "Net."
		_, fault := add(t, d, inner, "")
		require.Zero(t, fault)
		require.Zero(t, remove(t, d, inner+"1.", ""))
		require.Zero(t, remove(t, d, instanceOf("Device.Host.", number), ""))
	}
	assert.Equal(t, map[string]uint32{"Device.Host.": 17}, d.numbers)
}

// Random requests against a plain set of numbers: what is there, what was ever there.
func TestObjectsAgreeWithASet(t *testing.T) {
	r := rand.New(rand.NewPCG(69, 2))
	for range 50 {
		d := &Device{Parameters: []Parameter{{Name: "D.T.", Writable: true}, {Name: "D.T.3.P", Value: rpc.IntValue(1)}, {Name: "D.T.3.", Writable: true}}}
		there, ever := map[uint32]bool{3: true}, uint32(3)
		for range 40 {
			if r.IntN(2) == 0 {
				number, fault := add(t, d, "D.T.", "")
				require.Zero(t, fault)
				require.Greater(t, number, ever)
				there[number], ever = true, number
				require.Equal(t, "P=0", rows(d, instanceOf("D.T.", number)))
				continue
			}
			n := r.Uint32N(ever + 2)
			require.Equal(t, there[n], remove(t, d, instanceOf("D.T.", n), "") == 0, "%d of %v", n, there)
			delete(there, n)
		}
		for n := range ever + 2 {
			code := ask(t, d, &rpc.GetParameterNames{ParameterPath: instanceOf("D.T.", n), NextLevel: true})
			require.Equal(t, there[n], code != "9005", n)
		}
	}
}
