package rpc_test

// NOTE: what a message costs that was made to cost much: memory beyond its size, and
// time that grows faster than it does.

import (
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/soap"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// wide are messages full of n small things.
func wide(n int) map[string]string {
	rep := func(s string) string { return strings.Repeat(s, n) }
	list := func(method, name, item string) string {
		return message(method, "<"+name+">"+rep(item)+"</"+name+">")
	}
	said := " e:arrayType='cwmp:ParameterValueStruct[99999999]'"
	return map[string]string{
		"unknown":          message("Inform", rep("<x/>")),
		"unknown in all":   list("Inform", "ParameterList", "<p><x/></p>"),
		"twice":            message("Inform", rep("<RetryCount/>")),
		"bad values":       message("Inform", rep("<RetryCount>\xff&</RetryCount>")),
		"items":            list("GetParameterValuesResponse", "ParameterList", "<p/>"),
		"items, said":      message("GetParameterValuesResponse", "<ParameterList"+said+">"+rep("<p/>")+"</ParameterList>"),
		"items, filled":    list("GetParameterValuesResponse", "ParameterList", "<p><Name>a</Name><Value>1</Value></p>"),
		"items, bare":      message("GetParameterValuesResponse", rep("<ParameterValueStruct/>")),
		"infos":            list("GetParameterNamesResponse", "ParameterList", "<p/>"),
		"attributes":       list("SetParameterAttributes", "ParameterList", "<p/>"),
		"queued":           list("GetAllQueuedTransfersResponse", "TransferList", "<p/>"),
		"events":           list("Inform", "Event", "<p/>"),
		"vouchers":         list("SetVouchers", "VoucherList", "<p/>"),
		"operations":       message("ChangeDUState", rep("<Operations/>")),
		"strings":          list("GetParameterValues", "ParameterNames", "<string/>"),
		"strings, filled":  list("GetParameterValues", "ParameterNames", "<s>a</s>"),
		"strings in":       message("GetParameterValues", "<ParameterNames><string>"+rep("<string/>")+"</string></ParameterNames>"),
		"strings without":  list("GetParameterValues", "ParameterNames", "x<a/>"),
		"lists":            message("SetParameterAttributes", "<ParameterList><p><AccessList>"+rep("<string/>")+"</AccessList></p></ParameterList>"),
		"parts":            envelope("", "<s:Fault><detail>"+rep("<FaultCode>1</FaultCode>")+"</detail></s:Fault>"),
		"items of a fault": envelope("", "<s:Fault><detail><cwmp:Fault>"+rep("<SetParameterValuesFault/>")+"</cwmp:Fault></detail></s:Fault>"),
		"messages":         envelope("", rep("<cwmp:Reboot/>")),
		"no messages":      envelope("", rep("<x:y/>")),
		"vendor":           envelope("", "<x:y>"+rep("<a/>")+"</x:y>"),
		"header":           envelope(rep("<x/>"), "<cwmp:Reboot/>"),
	}
}

// alive gives the bytes of the heap that are in use.
func alive() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// A meter reads and sees how much is alive on the way.
type meter struct {
	r    io.Reader
	next int
	n    int
	most uint64
}

func (m *meter) Read(p []byte) (int, error) {
	if m.n >= m.next {
		m.next = m.n + 100_000
		m.most = max(m.most, alive())
	}
	n, err := m.r.Read(p[:min(len(p), 16<<10)])
	m.n += n
	return n, err
}

// TestSEC13 is about wide messages: what is alive in memory is never more than eight
// times the bytes that were read, or half a megabyte, typed or as a Tree; and the list
// of diagnostics has an end.
func TestSEC13(t *testing.T) {
	if raceEnabled {
		t.Skip("skipped: the race detector allocates")
	}
	for name, doc := range wide(fewer(100_000)) {
		for _, cfg := range []rpc.Config{{}, {Level: soap.Standard}, {Level: soap.Strict}, {Registry: rpc.Registry{}.Trees()}, {MaxItems: 1 << 30}} {
			r := &meter{r: strings.NewReader(doc)}
			before := alive()
			env, err := rpc.Read(r, cfg)
			after := max(r.most, alive())
			assert.True(t, err == nil || typed(err), "%s: %v", name, err)
			assert.LessOrEqual(t, after, before+uint64(8*r.n)+512<<10, "%s at %s, %d bytes read", name, cfg.Level, r.n)
			if env != nil {
				assert.LessOrEqual(t, len(env.Diagnostics), 1000, name)
			}
		}
	}
}

// TestHonest: no bound on small items is in the way of a message that a device may
// send, with empty values even, typed or as a Tree.
func TestHonest(t *testing.T) {
	n := fewer(100_000)
	values, infos, names := &rpc.GetParameterValuesResponse{}, &rpc.GetParameterNamesResponse{}, &rpc.GetParameterValues{}
	for range n {
		values.ParameterList = append(values.ParameterList, rpc.ParameterValue{Name: "Device.A"})
		infos.ParameterList = append(infos.ParameterList, rpc.ParameterInfo{Name: "Device.A"})
		names.ParameterNames = append(names.ParameterNames, "Device.A")
	}
	for _, m := range []rpc.Message{values, infos, names} {
		doc := []byte(encode(t, rpc.NewEnvelope(rpc.V12, "1", m)))
		for _, cfg := range []rpc.Config{{}, {NoPrediction: true}, {Level: soap.Strict}, {Registry: rpc.Registry{}.Trees()}} {
			_, err := rpc.Parse(doc, cfg)
			require.NoError(t, err, m.Method())
		}
	}
}

// TestSEC37 is about work that grows faster than a message: the time for a byte is about
// the same for a thousand things as for fifty thousand.
func TestSEC37(t *testing.T) {
	if testing.Short() || raceEnabled {
		t.Skip("skipped: no measuring under -short or -race")
	}
	small, large := wide(1000), wide(50_000)
	for name := range small {
		for _, level := range []soap.Level{soap.Tolerant, soap.Strict} {
			cfg, a, b := rpc.Config{Level: level}, time.Hour, time.Hour
			perByte := func(best time.Duration, doc string, times int) time.Duration {
				r := &counter{r: strings.NewReader(doc)}
				kept := make([]*rpc.Envelope, times) // as much memory as for the large one
				start := cputime()
				for i := range kept {
					r.r, r.n = strings.NewReader(doc), 0
					kept[i], _ = rpc.Read(r, cfg)
				}
				took := cputime() - start
				runtime.KeepAlive(kept)
				return min(best, took*1000/time.Duration(times*r.n)) // for 1000 bytes that were read
			}
			for range 20 { // until both were undisturbed once
				a, b = perByte(a, small[name], 50), perByte(b, large[name], 1)
				if b <= 2*a+time.Microsecond {
					break
				}
			}
			assert.LessOrEqual(t, b, 2*a+time.Microsecond, "%s at %s, for 1000 bytes", name, level)
		}
	}
}
