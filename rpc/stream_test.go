package rpc_test

// NOTE: Stream gives what Read keeps. The oracle is Read on the same bytes.

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/soap"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// streamed reads a document by Stream and keeps what it gives.
func streamed(t *testing.T, r io.Reader, cfg rpc.Config) (env *rpc.Envelope, all []rpc.Parameter, err error) {
	env = &rpc.Envelope{ID: "of another document"}
	for p, failed := range rpc.Stream(r, cfg, env) {
		if failed != nil {
			require.Nil(t, p)
			err = failed
			continue
		}
		all = append(all, rpc.Parameter{
			Name: []byte(string(p.Name)), Text: []byte(string(p.Text)), // nil and empty are the same
			Type: p.Type, Writable: p.Writable,
		})
	}
	return env, all, err
}

// listOf gives the parameters of a message, and takes them off it.
func listOf(m rpc.Message) (all []rpc.Parameter) {
	values, infos := []rpc.ParameterValue(nil), []rpc.ParameterInfo(nil)
	switch m := m.(type) {
	case *rpc.Inform:
		values, m.ParameterList = m.ParameterList, nil
	case *rpc.GetParameterValuesResponse:
		values, m.ParameterList = m.ParameterList, nil
	case *rpc.SetParameterValues:
		values, m.ParameterList = m.ParameterList, nil
	case *rpc.GetParameterNamesResponse:
		infos, m.ParameterList = m.ParameterList, nil
	}
	for _, v := range values {
		all = append(all, rpc.Parameter{Name: []byte(v.Name), Text: []byte(v.Value.Text), Type: v.Value.Type})
	}
	for _, v := range infos {
		all = append(all, rpc.Parameter{Name: []byte(v.Name), Text: []byte{}, Writable: v.Writable})
	}
	return all
}

// requireStreamed compares with Read, which a document may have two lists for: it
// keeps the last.
func requireStreamed(t *testing.T, doc []byte, cfg rpc.Config) {
	t.Helper()
	want, wantErr := rpc.Parse(doc, cfg)
	env, all, err := streamed(t, bytes.NewReader(doc), cfg)
	require.Equal(t, wantErr, err, "%.2000s", doc)
	slow, same, slowErr := streamed(t, iotest.OneByteReader(bytes.NewReader(doc)), cfg)
	require.Equal(t, wantErr, slowErr, "%.2000s", doc)
	require.Equal(t, all, same, "%.2000s", doc)
	require.Equal(t, env, slow, "%.2000s", doc)
	if err != nil {
		return
	}
	list := listOf(want.Message)
	require.GreaterOrEqual(t, len(all), len(list), "%.2000s", doc)
	if codes := codesOf(want.Diagnostics); !strings.Contains(codes, "duplicate-element") && !strings.Contains(codes, "no-array-element") {
		require.Len(t, all, len(list), "%.2000s", doc)
	}
	if len(list) > 0 {
		require.Equal(t, list, all[len(all)-len(list):], "%.2000s", doc)
	}
	require.Equal(t, want, env, "%.2000s", doc)
}

func TestStream(t *testing.T) {
	for name, doc := range mutants() {
		for _, level := range levels {
			requireStreamed(t, []byte(doc), rpc.Config{Level: level})
			requireStreamed(t, []byte(indent(doc)), rpc.Config{Level: level, NoPrediction: true})
		}
		requireStreamed(t, []byte(doc), rpc.Config{Registry: rpc.Registry{}.Trees()})
		for range rpc.Stream(strings.NewReader(doc), rpc.Config{}, nil) { // nobody wants the envelope
		}
		assert.NotPanics(t, func() { streamed(t, iotest.ErrReader(io.ErrClosedPipe), rpc.Config{}) }, name)
	}
	_, all, err := streamed(t, iotest.ErrReader(io.ErrClosedPipe), rpc.Config{})
	assert.ErrorIs(t, err, io.ErrClosedPipe)
	assert.Empty(t, all)
}

// TestStreamOdd has something odd in any entry.
func TestStreamOdd(t *testing.T) {
	rnd, docs := rand.New(rand.NewPCG(10, 11)), longLists(t)
	for range fewer(400) {
		for _, doc := range docs {
			for range rnd.IntN(4) {
				doc = spoil(rnd, doc)
			}
			cfg := rpc.Config{Level: soap.Level(rnd.IntN(3)), BadBytes: soap.BadBytes(rnd.IntN(3)), NoPrediction: rnd.IntN(4) == 0}
			if rnd.IntN(3) == 0 {
				cfg.MaxItems = 1 + rnd.IntN(70)
			}
			requireStreamed(t, []byte(doc), cfg)
		}
	}
}

// TestStreamParts are lists without an array around them, in part or twice, and
// bounds on these.
func TestStreamParts(t *testing.T) {
	bare := "<ParameterValueStruct><Name>a</Name><Value>1</Value></ParameterValueStruct>"
	list := "<ParameterList>" + strings.Repeat(bare, 3) + "</ParameterList>"
	event := "<Event><EventStruct/></Event><EventStruct/><EventStruct/>"
	for _, fields := range []string{bare, list, list + bare, bare + list, bare + list + bare, list + list, event + list, list + event, event + bare + event} {
		for _, method := range []string{"GetParameterValuesResponse", "SetParameterValues", "Inform", "GetParameterNamesResponse"} {
			for most := range 7 {
				requireStreamed(t, []byte(message(method, fields)), rpc.Config{MaxItems: most})
			}
		}
	}
}

// TestStreamTruncated cuts off a document at each byte: the parameters that were
// complete are given, and then the error.
func TestStreamTruncated(t *testing.T) {
	for _, doc := range longLists(t)[:2] {
		doc = doc[:strings.Index(doc, "</ParameterValueStruct>")+3000]
		for n := range doc {
			_, wantErr := rpc.Parse([]byte(doc[:n]), rpc.Config{})
			_, all, err := streamed(t, strings.NewReader(doc[:n]), rpc.Config{})
			require.Equal(t, wantErr, err)
			require.Error(t, err)
			require.Len(t, all, strings.Count(doc[:n], "</ParameterValueStruct>"))
		}
	}
}

// TestStreamStopped leaves the loop after each parameter in turn.
func TestStreamStopped(t *testing.T) {
	values := benchValues(100)
	for _, m := range []rpc.Message{values, &rpc.SetParameterValues{ParameterList: values.ParameterList, ParameterKey: "k"}} {
		doc := encode(t, rpc.NewEnvelope(rpc.V12, "7", m))
		for _, cfg := range []rpc.Config{{}, {NoPrediction: true}} {
			for stop := range values.ParameterList {
				r, env, n := &counter{r: strings.NewReader(doc)}, new(rpc.Envelope), 0
				for p, err := range rpc.Stream(r, cfg, env) {
					require.NoError(t, err)
					require.Equal(t, values.ParameterList[n], p.Value())
					require.Equal(t, "7", env.ID, "the header is there")
					require.Equal(t, rpc.V12, env.Version)
					require.IsType(t, m, env.Message)
					if n++; n > stop {
						break
					}
				}
				require.Equal(t, stop+1, n)
				require.LessOrEqual(t, r.n, strings.Index(doc, values.ParameterList[stop].Name)+16<<10, "no more is read")
				require.Empty(t, listOf(env.Message))
			}
		}
	}
}

// TestStreamVersion: the header's word on the version counts in the loop too.
func TestStreamVersion(t *testing.T) {
	inform := rpc.NewEnvelope(rpc.V14, "1", benchInform())
	inform.SupportedCWMPVersions = rpc.ListVersions(rpc.V12, rpc.V14)
	env, n := new(rpc.Envelope), 0
	for p, err := range rpc.Stream(strings.NewReader(encode(t, inform)), rpc.Config{}, env) {
		require.NoError(t, err)
		require.Equal(t, rpc.V14, env.Version)
		require.Equal(t, "ACME", env.Message.(*rpc.Inform).DeviceID.Manufacturer)
		require.Equal(t, benchInform().ParameterList[n], p.Value())
		n++
	}
	require.Len(t, benchInform().ParameterList, n)
}

// TestStreamInfo reads the entries of a GetParameterNamesResponse.
func TestStreamInfo(t *testing.T) {
	want := &rpc.GetParameterNamesResponse{}
	for i := range 100 {
		want.ParameterList = append(want.ParameterList, rpc.ParameterInfo{Name: fmt.Sprint("Device.", i, "."), Writable: i%3 == 0})
	}
	got := &rpc.GetParameterNamesResponse{}
	for p, err := range rpc.Stream(strings.NewReader(encode(t, rpc.NewEnvelope(rpc.V12, "1", want))), rpc.Config{}, nil) {
		require.NoError(t, err)
		require.Empty(t, p.Text)
		got.ParameterList = append(got.ParameterList, p.Info())
	}
	assert.Equal(t, want, got)
}

// A repeater is a document with a list that goes on for as long as it is read.
type repeater struct{ head, item, left string }

func (r *repeater) Read(p []byte) (int, error) {
	if r.left == "" {
		r.left, r.head = r.head, ""
		if r.left == "" {
			r.left = strings.Repeat(r.item, 1+1000/len(r.item))
		}
	}
	n := copy(p, r.left)
	r.left = r.left[n:]
	return n, nil
}

// TestStreamEndless: a list without an end meets its bound, and memory does not grow
// on the way, whatever its items look like.
func TestStreamEndless(t *testing.T) {
	if raceEnabled {
		t.Skip("skipped: the race detector allocates")
	}
	head, _, _ := strings.Cut(message("GetParameterValuesResponse", "<ParameterList>|"), "|")
	for _, item := range []string{
		"<ParameterValueStruct><Name>Device.A</Name><Value xsi:type='xsd:string'>v</Value></ParameterValueStruct>", "<p/>", "<p></p>",
		"<p><Name>a</Name><Name>b</Name></p>", "<p><Name>\xff</Name><Value>&</Value></p>", "<p xmlns:q='r'><Name> </Name></p>", "<p><Value a='b' c=''/></p>",
	} {
		for _, level := range []soap.Level{soap.Tolerant, soap.Standard} {
			if level == soap.Standard && strings.Contains(item, "\xff") {
				continue
			}
			n, cfg := 0, rpc.Config{Level: level, MaxItems: fewer(100_000)}
			var least, most uint64
			var err error
			for _, err = range rpc.Stream(&repeater{head: head, item: item}, cfg, nil) {
				if n++; n > 1000 && n%(cfg.MaxItems/10) == 2000 { // diagnostics end at 1000
					most = max(most, alive())
					if least == 0 {
						least = most
					}
				}
			}
			require.ErrorIs(t, err, rpc.ErrItems, item)
			require.Equal(t, cfg.MaxItems < n || len(item) < 20, true, "%s: %d", item, n) // small ones meet their own bound
			require.LessOrEqual(t, most, least+64<<10, item)
		}
	}
}

// TestStreamAllocs: a document of any size costs the same few allocations.
func TestStreamAllocs(t *testing.T) {
	if raceEnabled {
		t.Skip("skipped: the race detector allocates")
	}
	infos := &rpc.GetParameterNamesResponse{}
	for _, p := range benchValues(10_000).ParameterList {
		infos.ParameterList = append(infos.ParameterList, rpc.ParameterInfo{Name: p.Name})
	}
	for _, m := range []rpc.Message{benchValues(1000), benchValues(10_000), infos} {
		doc := encode(t, rpc.NewEnvelope(rpc.V12, "1", m))
		r, sum := strings.NewReader(doc), 0
		got := testing.AllocsPerRun(20, func() {
			r.Reset(doc)
			for p, err := range rpc.Stream(r, rpc.Config{}, nil) {
				if err != nil {
					t.Fatal(err)
				}
				sum += len(p.Name) + len(p.Text)
			}
		})
		require.LessOrEqual(t, got, 16.0)
		t.Logf("%d bytes: %.0f allocations", len(doc), got)
	}
}

// TestStreamPanic: a panic of the loop's body comes through, and the next document is
// read as if nothing had been.
func TestStreamPanic(t *testing.T) {
	doc := encode(t, rpc.NewEnvelope(rpc.V12, "1", benchValues(20)))
	boom := errors.New("boom")
	require.PanicsWithValue(t, boom, func() {
		for range rpc.Stream(strings.NewReader(doc), rpc.Config{}, nil) {
			panic(boom)
		}
	})
	requireStreamed(t, []byte(doc), rpc.Config{})
}
