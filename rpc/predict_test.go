package rpc_test

// NOTE: lists that are read by prediction are what they are when each entry is read
// in the usual way, whatever is wrong with one of them.

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/soap"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// longLists are documents with a long list of each kind.
func longLists(tb testing.TB) []string {
	values := benchValues(60)
	names, infos := &rpc.GetParameterValues{}, &rpc.GetParameterNamesResponse{}
	for i, p := range values.ParameterList {
		names.ParameterNames = append(names.ParameterNames, p.Name)
		infos.ParameterList = append(infos.ParameterList, rpc.ParameterInfo{Name: p.Name, Writable: i%3 == 0})
	}
	in := benchInform()
	for i := range 20 {
		in.Event = append(in.Event, rpc.Event{EventCode: rpc.EventMDownload, CommandKey: fmt.Sprint("key ", i)})
	}
	in.ParameterList = append(in.ParameterList, values.ParameterList[:30]...)
	var docs []string
	for _, m := range []rpc.Message{values, names, infos, in} {
		doc := encode(tb, rpc.NewEnvelope(rpc.V12, "1", m))
		docs = append(docs, doc, indent(doc))
	}
	return docs
}

// oddities are what an entry of a list may have besides.
var oddities = [...][2]string{
	{"<Name>", "<Name>\n "}, {"<Name>", "<Name> "}, {"<Name>", "<Name>" + strings.Repeat("n", 257)},
	{"<Name>", "<Name><!-- c -->"}, {"<Name>", "<Name><![CDATA[x]]>"}, {"<Name>", "<Name>&lt;&#10;"},
	{"<Name>", "<Name>\x01"}, {"<Name>", "<Name>\xff"}, {"<Name>", "<Name>]]>"}, {"<Name>", "<Name>&nbsp;"},
	{"<Name>", "<name>"}, {"<Name>", "<Name/><Name>"}, {"</Name>", ""}, {"</Name>", "</Name><Extra>1</Extra>"},
	{"</Name>", "</Name><Name>again</Name>"}, {"<Writable>", "<Writable>x"}, {"<Writable>", "<Writable> "}, {"<Writable>0", "<Writable>TRUE"},
	{"<Writable>", "<Writable>00"}, {"xsd:unsignedInt", "xsd:dateTime"}, {"xsd:string", "xsd:int"}, {"xsd:int", "soap-enc:int"},
	{"xsd:int", "xsd:other"}, {"xsd:int", "x:int"}, {" xsi:type=\"xsd:int\"", ""}, {"xsi:type", "type"}, {"xsi:type", "xsi:typ\x01e"},
	{"<EventCode>", "<EventCode> "}, {"<EventCode>", "<EventCode>\x80"}, {"<EventCode>", "<EventCode>\u00e9"}, {"<EventCode>", "<EventCode>" + strings.Repeat("e", 60)},
	{"<CommandKey>", "<CommandKey> "}, {"<CommandKey>", "<CommandKey>\n" + strings.Repeat("k", 30)}, {"<EventStruct>", "<EventStruct><EventCode/>"},
	{"ParameterValueStruct>", "ParameterInfoStruct>"}, {"<ParameterValueStruct>", "<ParameterValueStruct a='1'>"},
	{"<ParameterValueStruct>", "text<ParameterValueStruct>"}, {"<ParameterValueStruct>", "<ParameterValueStruct/><ParameterValueStruct>"},
	{"<ParameterInfoStruct>", "<cwmp:ParameterInfoStruct>"}, {"<string>", "<string>\t"}, {"<string>", "<string><string>"}, {"<string>", "stray<string>"},
	{"<string>", "<string>" + strings.Repeat("n", 300)}, {"</string>", "</string><strong>x</strong>"}, {"<string>", "<string a='b'>"}, {"<string>", "<string/><string>"},
	{"<Value", "<Value xmlns:q='urn:q'"}, {"<Value", "<Value q:r=''"}, {"<Value", "<?pi?><Value"}, {"</Value>", "<v>1</v></Value>"}, {"</Value>", "</Value >"},
	{"<ParameterValueStruct>", "<x:ParameterValueStruct xmlns:x='urn:x'><Name>n</Name></x:ParameterValueStruct><ParameterValueStruct>"},
	{"<ParameterValueStruct>", "<ParameterValueStruct xmlns='urn:x'>"}, {"<ParameterInfoStruct>", "<ParameterInfoStruct xmlns='urn:x'>"},
	{"<Name>", "<x:Name xmlns:x='urn:x'>n</x:Name><Name>"}, {"<Name>", "<Name xmlns='urn:x'>"}, {"<Value ", "<Value xmlns='urn:x' "},
	{"<string>", "<x:string xmlns:x='urn:x'><string>n</string></x:string><string>"}, {"<string>", "<string xmlns='urn:x'>"},
	{"<ParameterList ", "<ParameterList xmlns='urn:x' "}, {"<ParameterNames ", "<ParameterNames xmlns='urn:x' "}, {"<ParameterList>", "<ParameterList xmlns='urn:x'>"},
	{"<EventStruct>", "<EventStruct xmlns='urn:x'>"}, {"<EventCode>", "<EventCode xmlns='urn:x'>"},
}

// spoil puts an oddity into some place of a document.
func spoil(rnd *rand.Rand, doc string) string {
	o := oddities[rnd.IntN(len(oddities))]
	n := strings.Count(doc, o[0])
	if n == 0 {
		return doc
	}
	at := 0
	for range 1 + rnd.IntN(n) {
		at += strings.Index(doc[at:], o[0]) + 1
	}
	return doc[:at-1] + o[1] + doc[at-1+len(o[0]):]
}

func TestPredictedLists(t *testing.T) {
	rnd, docs := rand.New(rand.NewPCG(8, 9)), longLists(t)
	for range fewer(4000) {
		for _, doc := range docs {
			for range rnd.IntN(4) {
				doc = spoil(rnd, doc)
			}
			cfg := rpc.Config{Level: soap.Level(rnd.IntN(3)), BadBytes: soap.BadBytes(rnd.IntN(3))}
			if rnd.IntN(3) == 0 {
				cfg.MaxItems = 1 + rnd.IntN(70)
			}
			plain := cfg
			plain.NoPrediction = true
			want, wantErr := rpc.Parse([]byte(doc), plain)
			got, err := rpc.Parse([]byte(doc), cfg)
			require.Equal(t, wantErr, err, doc)
			require.Equal(t, want, got, doc)
			got, err = rpc.Read(strings.NewReader(doc), cfg)
			require.Equal(t, wantErr, err, doc)
			require.Equal(t, want, got, doc)
		}
	}
}

// TestRoom: what an arrayType says makes room, and no more than the document may need.
func TestRoom(t *testing.T) {
	if raceEnabled {
		t.Skip("skipped: the race detector allocates")
	}
	values := benchValues(500)
	doc := encode(t, rpc.NewEnvelope(rpc.V12, "1", values))
	for _, says := range []string{"0", "500", "501", "1000000", "2147483647", "99999999999", "-1"} {
		doc := strings.Replace(doc, "[500]", "["+says+"]", 1)
		var env *rpc.Envelope
		used := allocated(func() { env = parse(t, doc) })
		assert.Equal(t, values, env.Message, says)
		assert.Less(t, used, 4*len(doc)+64<<10, says)
	}
	for _, list := range []string{"", "/", fmt.Sprintf("[%d]", 1<<30)} {
		doc := message("GetParameterNamesResponse", "<ParameterList e:arrayType='cwmp:ParameterInfoStruct"+list+"'></ParameterList>")
		assert.Nil(t, parseAs[*rpc.GetParameterNamesResponse](t, doc).ParameterList)
	}
}
