package rpc_test

// NOTE: the fields of a message: what reading puts up with, what it refuses,
// and the lengths that writing keeps.

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAnyOrder(t *testing.T) {
	parts := []string{
		"<DeviceId><SerialNumber>s</SerialNumber><OUI>o</OUI><Extra>x</Extra><ProductClass>p</ProductClass><Manufacturer>m</Manufacturer></DeviceId>",
		"<Event><EventStruct><CommandKey>k</CommandKey><EventCode>1 BOOT</EventCode></EventStruct></Event>",
		"<MaxEnvelopes>1</MaxEnvelopes>",
		"<CurrentTime> 2026-01-01T00:00:00Z </CurrentTime>",
		"<RetryCount>4</RetryCount>",
		`<ParameterList><P><Value xsi:type="xsd:int">5</Value><Name>n</Name></P></ParameterList>`,
		`<Vendor a="b"><RetryCount>99</RetryCount><DeviceId><OUI>no</OUI></DeviceId></Vendor>`,
		"<Empty/>", "text", "<!-- comment -->",
	}
	want := &rpc.Inform{
		DeviceID:     rpc.DeviceID{Manufacturer: "m", OUI: "o", ProductClass: "p", SerialNumber: "s"},
		Event:        []rpc.Event{{EventCode: rpc.EventBoot, CommandKey: "k"}},
		MaxEnvelopes: 1, CurrentTime: "2026-01-01T00:00:00Z", RetryCount: 4,
		ParameterList: []rpc.ParameterValue{{Name: "n", Value: rpc.IntValue(5)}},
	}
	assert.True(t, want.Has(rpc.EventBoot))
	assert.False(t, want.Has(rpc.EventBootstrap))
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		rnd.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
		doc := message("Inform", strings.Join(parts, ""))
		require.Equal(t, want, parseAs[*rpc.Inform](t, doc), doc)
	}
}

// numbers are texts for RetryCount, an xs:unsignedInt.
var numbers = []struct {
	text string
	want uint32
	bad  bool
}{
	{"", 0, false}, {" \r\n\t", 0, false}, {"0", 0, false}, {"05", 5, false}, {" 7\n", 7, false}, {"+8", 8, false},
	{"<![CDATA[9]]>", 9, false}, {"1<!-- -->0", 10, false}, {"&#49;1", 11, false}, {"12<x>99</x>", 12, false},
	{"4294967295", 4294967295, false}, {"4294967296", 0, true}, {"-1", 0, true}, {"1.0", 0, true}, {"0x1", 0, true},
	{"1_0", 0, true}, {"one", 0, true}, {"1 2", 0, true}, {"++1", 0, true}, {"+", 0, true}, {"\u00a01", 0, true}, {"٣", 0, true},
}

func TestNumbers(t *testing.T) {
	for _, n := range numbers {
		doc := message("Inform", "<RetryCount>"+n.text+"</RetryCount>")
		env, err := requireSame(t, doc, standard)
		if n.bad {
			requireValueError(t, err, rpc.ErrInteger, "/Envelope/Body/Inform/RetryCount", n.text)
			assert.Equal(t, "7", env.ID, "the envelope comes with the error")
			continue
		}
		require.NoError(t, err, "%q", n.text)
		assert.Equal(t, n.want, env.Message.(*rpc.Inform).RetryCount, "%q", n.text)
	}
}

func TestSignedNumbers(t *testing.T) {
	for text, want := range map[string]rpc.SetStatus{"": 0, "1": rpc.Committed, " -1 ": -1, "+2": 2, "2147483647": 1<<31 - 1, "-2147483648": -1 << 31} {
		m := parseAs[*rpc.SetParameterValuesResponse](t, message("SetParameterValuesResponse", "<Status>"+text+"</Status>"))
		assert.Equal(t, want, m.Status, "%q", text)
	}
	for _, text := range []string{"2147483648", "-2147483649", "x", "- 1"} {
		_, err := rpc.Parse([]byte(message("SetParameterValuesResponse", "<Status>"+text+"</Status>")), standard)
		requireValueError(t, err, rpc.ErrInteger, "/Envelope/Body/SetParameterValuesResponse/Status", text)
	}
}

func TestBooleans(t *testing.T) {
	doc := func(text string) string {
		return message("GetParameterNames", "<NextLevel>"+text+"</NextLevel>")
	}
	for text, want := range map[string]bool{
		"1": true, "true": true, " True\n": true, "TRUE": true, "<![CDATA[1]]>": true, "30": true, "01": true,
		"0": false, "false": false, "\tFALSE ": false, "": false, " ": false, "00": false,
	} {
		assert.Equal(t, want, parseAs[*rpc.GetParameterNames](t, doc(text)).NextLevel, "%q", text)
	}
	for _, text := range []string{"yes", "t", "-1", "1 1", "truefalse", "1.5", "99999999999"} {
		_, err := rpc.Parse([]byte(doc(text)), standard)
		requireValueError(t, err, rpc.ErrBoolean, "/Envelope/Body/GetParameterNames/NextLevel", text)
	}
}

// requireValueError checks an error with its place, and that it does not give
// the value away.
func requireValueError(tb testing.TB, err, want error, path, value string) *rpc.ValueError {
	tb.Helper()
	require.ErrorIs(tb, err, want)
	e, ok := errors.AsType[*rpc.ValueError](err)
	require.True(tb, ok, "%T", err)
	require.Equal(tb, path, e.Path)
	if len(value) > 2 {
		require.NotContains(tb, err.Error(), value)
	}
	require.Equal(tb, "rpc: "+path+": "+want.Error(), err.Error())
	return e
}

func TestValueErrorOffset(t *testing.T) {
	doc := message("Inform", "<MaxEnvelopes>1</MaxEnvelopes><RetryCount>bad</RetryCount><CurrentTime/>")
	_, err := rpc.Parse([]byte(doc), standard)
	e := requireValueError(t, err, rpc.ErrInteger, "/Envelope/Body/Inform/RetryCount", "bad")
	at := int64(strings.Index(doc, "bad"))
	assert.GreaterOrEqual(t, e.Offset, at)
	assert.LessOrEqual(t, e.Offset, at+int64(len("bad</RetryCount>")))
}

func TestArrays(t *testing.T) {
	items := func(item string) string {
		return fmt.Sprintf("<%[1]s><Name>a</Name><Writable>1</Writable></%[1]s><%[1]s><Name>b</Name></%[1]s>", item)
	}
	want := []rpc.ParameterInfo{{Name: "a", Writable: true}, {Name: "b"}}
	for _, attr := range []string{
		"", `e:arrayType="cwmp:ParameterInfoStruct[2]"`, `e:arrayType="cwmp:ParameterInfoStruct[0002]"`,
		`e:arrayType="cwmp:ParameterInfoStruct[0]"`, `e:arrayType="xsd:string[999999999999999999999]"`, `e:arrayType=""`,
		`arrayType="[-1]"`, `xsi:type="e:Array"`,
	} {
		for _, item := range []string{"ParameterInfoStruct", "item", "cwmp:ParameterInfoStruct", "string"} {
			doc := message("GetParameterNamesResponse", "<ParameterList "+attr+"> text "+items(item)+" </ParameterList>")
			assert.Equal(t, want, parseAs[*rpc.GetParameterNamesResponse](t, doc).ParameterList, doc)
		}
	}
	names := parseAs[*rpc.GetParameterValues](t, message("GetParameterValues",
		"<ParameterNames><string> a </string><x>b</x><string/><string><y>c</y></string></ParameterNames>"))
	assert.Equal(t, []string{" a ", "b", "", ""}, names.ParameterNames)
	for _, list := range []string{"", "<ParameterList/>", "<ParameterList></ParameterList>"} {
		assert.Empty(t, parseAs[*rpc.GetParameterNamesResponse](t, message("GetParameterNamesResponse", list)).ParameterList)
	}
}

// TestLastStands: of two elements for a field that is not identity, the last
// one stands, and an array does not grow by the second.
func TestLastStands(t *testing.T) {
	m := parseAs[*rpc.SetParameterValues](t, message("SetParameterValues",
		"<ParameterKey>a</ParameterKey><ParameterList><p><Name>x</Name></p><p/></ParameterList>"+
			"<ParameterKey>b</ParameterKey><ParameterList><p><Name>y</Name></p></ParameterList>"))
	assert.Equal(t, &rpc.SetParameterValues{ParameterKey: "b", ParameterList: []rpc.ParameterValue{{Name: "y"}}}, m)
}

// itemDocs make a document with n items of something bounded by MaxItems.
var itemDocs = map[string]func(n int) string{
	"strings": func(n int) string {
		return message("GetParameterValues", "<ParameterNames>"+strings.Repeat("<string/>", n)+"</ParameterNames>")
	},
	"structs": func(n int) string {
		return message("Inform", "<ParameterList>"+strings.Repeat("<ParameterValueStruct/>", n)+"</ParameterList>")
	},
	"bare": func(n int) string {
		return envelope("", "<s:Fault><detail><cwmp:Fault>"+
			strings.Repeat("<SetParameterValuesFault/>", n)+"</cwmp:Fault></detail></s:Fault>")
	},
}

func TestMaxItems(t *testing.T) {
	for name, doc := range itemDocs {
		for _, limit := range []int{1, 2, 7} {
			_, err := requireSame(t, doc(limit), rpc.Config{MaxItems: limit})
			require.NoError(t, err, name)
			_, err = requireSame(t, doc(limit+1), rpc.Config{MaxItems: limit})
			require.ErrorIs(t, err, rpc.ErrItems, name)
		}
		_, err := rpc.Parse([]byte(doc(300_000)), rpc.Config{MaxItems: -1})
		require.NoError(t, err, name)
		_, err = rpc.Parse([]byte(doc(300_001)), rpc.Config{})
		require.ErrorIs(t, err, rpc.ErrItems, name)
	}
	_, err := rpc.Parse([]byte(message("Inform", "<Event><e/><e/></Event>")), rpc.Config{MaxItems: 1})
	requireValueError(t, err, rpc.ErrItems, "/Envelope/Body/Inform/Event/e", "")
}

// sized are the fields with a length in the schema.
var sized = []struct {
	path string
	max  int
	make func(s string) rpc.Message
}{
	{"GetRPCMethodsResponse/MethodList/string", 64, func(s string) rpc.Message { return &rpc.GetRPCMethodsResponse{MethodList: []string{"", s}} }},
	{"SetParameterValues/ParameterList/ParameterValueStruct/Name", 256, func(s string) rpc.Message {
		return &rpc.SetParameterValues{ParameterList: []rpc.ParameterValue{{Name: s}}}
	}},
	{"SetParameterValues/ParameterKey", 32, func(s string) rpc.Message { return &rpc.SetParameterValues{ParameterKey: s} }},
	{"GetParameterValues/ParameterNames/string", 256, func(s string) rpc.Message { return &rpc.GetParameterValues{ParameterNames: []string{s}} }},
	{"GetParameterValuesResponse/ParameterList/ParameterValueStruct/Name", 256, func(s string) rpc.Message {
		return &rpc.GetParameterValuesResponse{ParameterList: []rpc.ParameterValue{{Name: s}}}
	}},
	{"GetParameterNames/ParameterPath", 256, func(s string) rpc.Message { return &rpc.GetParameterNames{ParameterPath: s} }},
	{"GetParameterNamesResponse/ParameterList/ParameterInfoStruct/Name", 256, func(s string) rpc.Message {
		return &rpc.GetParameterNamesResponse{ParameterList: []rpc.ParameterInfo{{Name: s}}}
	}},
	{"Reboot/CommandKey", 32, func(s string) rpc.Message { return &rpc.Reboot{CommandKey: s} }},
	{"Inform/DeviceId/Manufacturer", 64, func(s string) rpc.Message { return &rpc.Inform{DeviceID: rpc.DeviceID{Manufacturer: s}} }},
	{"Inform/DeviceId/OUI", 6, func(s string) rpc.Message { return &rpc.Inform{DeviceID: rpc.DeviceID{OUI: s}} }},
	{"Inform/DeviceId/ProductClass", 64, func(s string) rpc.Message { return &rpc.Inform{DeviceID: rpc.DeviceID{ProductClass: s}} }},
	{"Inform/DeviceId/SerialNumber", 64, func(s string) rpc.Message { return &rpc.Inform{DeviceID: rpc.DeviceID{SerialNumber: s}} }},
	{"Inform/Event/EventStruct/EventCode", 64, func(s string) rpc.Message {
		return &rpc.Inform{Event: []rpc.Event{{EventCode: rpc.EventCode(s)}}}
	}},
	{"Inform/Event/EventStruct/CommandKey", 32, func(s string) rpc.Message { return &rpc.Inform{Event: []rpc.Event{{CommandKey: s}}} }},
	{"TransferComplete/CommandKey", 32, func(s string) rpc.Message { return &rpc.TransferComplete{CommandKey: s} }},
	{"TransferComplete/FaultStruct/FaultString", 256, func(s string) rpc.Message {
		return &rpc.TransferComplete{FaultStruct: rpc.TransferFault{FaultString: s}}
	}},
}

func TestLengths(t *testing.T) {
	for _, field := range sized {
		for _, char := range []string{"a", "é", "€", "😀", "&"} {
			ok := field.make(strings.Repeat(char, field.max))
			got := parse(t, encode(t, rpc.NewEnvelope(rpc.V12, "1", ok)))
			assert.Equal(t, normalMessage(ok), normalMessage(got.Message), field.path)

			long := field.make(strings.Repeat(char, field.max+1))
			b, err := rpc.NewEnvelope(rpc.V12, "1", long).Append([]byte("kept"), rpc.Style{})
			e := requireValueError(t, err, rpc.ErrLength, "/Envelope/Body/"+field.path, strings.Repeat(char, field.max))
			assert.Zero(t, e.Offset)
			assert.Equal(t, "kept", string(b))
		}
	}
}

// TestFirstError: of two bad fields the first one is told.
func TestFirstError(t *testing.T) {
	long := strings.Repeat("x", 100)
	_, err := rpc.NewEnvelope(rpc.V12, "1", &rpc.Inform{DeviceID: rpc.DeviceID{OUI: long, SerialNumber: long}}).Append(nil, rpc.Style{})
	requireValueError(t, err, rpc.ErrLength, "/Envelope/Body/Inform/DeviceId/OUI", long)
	_, err = rpc.Parse([]byte(message("Inform", "<RetryCount>a</RetryCount><MaxEnvelopes>b</MaxEnvelopes>")), standard)
	requireValueError(t, err, rpc.ErrInteger, "/Envelope/Body/Inform/RetryCount", "")
}

// TestLengthsRead: reading does not cut and does not refuse.
func TestLengthsRead(t *testing.T) {
	long := strings.Repeat("x", 1000)
	assert.Equal(t, long, parseAs[*rpc.Reboot](t, message("Reboot", "<CommandKey>"+long+"</CommandKey>")).CommandKey)
}

// TestNoAlias overwrites a document after it was read.
func TestNoAlias(t *testing.T) {
	for _, g := range goldens() {
		doc := []byte(encode(t, g.env))
		env, err := rpc.Parse(doc, rpc.Config{})
		require.NoError(t, err)
		clear(doc)
		require.Equal(t, g.env, quiet(env), g.name)
	}
}

// TestNoPin keeps envelopes of long documents that hold next to nothing. They
// must not keep the buffers alive that the documents went through.
func TestNoPin(t *testing.T) {
	doc := message("Reboot", "<Unknown>"+strings.Repeat("x", 1<<20)+"</Unknown><CommandKey>k</CommandKey>")
	kept := make([]*rpc.Envelope, 16)
	before := heap()
	for i := range kept {
		env, err := rpc.Read(strings.NewReader(doc), rpc.Config{})
		require.NoError(t, err)
		kept[i] = env
		heap() // empties the pools, so that the next one gets buffers of its own
	}
	assert.Less(t, heap()-before, int64(4<<20))
	runtime.KeepAlive(kept)
}

// heap collects twice, as a pool lets go of its things at the second time.
func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
