package rpc_test

// NOTE: attacks on CWMP, one test for each, and the bounds on a message. What is
// XML's alone is in package soap.

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/soap"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var levels = []soap.Level{soap.Tolerant, soap.Standard, soap.Strict}

// allocated gives the bytes that a function allocates, alive or not.
func allocated(f func()) int {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return int(after.TotalAlloc - before.TotalAlloc)
}

// fewer is n, or a tenth of it under -short.
func fewer(n int) int {
	if testing.Short() {
		return n / 10
	}
	return n
}

// TestSEC05 is about values that are too long for who gets them: at Strict a field
// takes what the schema allows and not one character more, and the answer is the
// fault for a bad argument. Below, it is kept and there is a word for it.
func TestSEC05(t *testing.T) {
	for _, field := range sized {
		full := strings.Repeat("x", field.max)
		doc := encode(t, rpc.NewEnvelope(rpc.V14, "1", field.make(full)))
		require.Equal(t, 1, strings.Count(doc, full), field.path)
		for n, fits := range map[int]bool{field.max - 1: true, field.max: true, field.max + 1: false} {
			changed := strings.Replace(doc, full, strings.Repeat("x", n), 1)
			env, err := rpc.Parse([]byte(changed), rpc.Config{})
			require.NoError(t, err, field.path)
			require.Contains(t, outline(env), strings.Repeat("x", n), "it is kept")
			require.Equal(t, !fits, strings.Contains(codesOf(env.Diagnostics), "too-long"), "%s %d", field.path, n)
			_, err = rpc.Parse([]byte(changed), rpc.Config{Level: soap.Strict})
			if !fits {
				requireValueError(t, err, rpc.ErrLength, "/Envelope/Body/"+field.path, full)
				require.ErrorIs(t, rpc.AsFault(err, rpc.FaultInvalidArguments), rpc.FaultInvalidArguments)
			} else if err != nil {
				require.NotErrorIs(t, err, rpc.ErrLength, "%s %d", field.path, n) // another field is missing
			}
		}
	}
	long := []byte(message("Reboot", "<CommandKey>"+strings.Repeat("x", 1<<20)+"</CommandKey>"))
	used := allocated(func() {
		_, err := rpc.Parse(long, rpc.Config{Level: soap.Strict})
		require.ErrorIs(t, err, rpc.ErrLength)
	})
	assert.Less(t, used, 64<<10, "nothing is made of it")
}

// TestSEC08 and the others of soap's hold for messages.
func TestSEC08(t *testing.T) {
	for _, level := range levels {
		for _, doc := range []string{
			"<!DOCTYPE x>" + message("GetRPCMethods", ""),
			strings.Replace(message("GetRPCMethods", ""), "<cwmp:G", "<!DOCTYPE x><cwmp:G", 1),
			message("GetRPCMethods", "") + "<!DOCTYPE x>",
		} {
			env, err := rpc.Parse([]byte(doc), rpc.Config{Level: level})
			require.ErrorIs(t, err, soap.ErrDoctype)
			require.Nil(t, env)
		}
	}
}

// TestSEC11 is about nesting. A bound that is raised beyond reason does not bring
// the stack down.
func TestSEC11(t *testing.T) {
	defer debug.SetMaxStack(debug.SetMaxStack(1 << 20))
	n := fewer(100_000)
	wide := soap.Limits{MaxDepth: 1 << 20}
	for name, wrap := range map[string]func(in string) string{
		"fault": func(in string) string { return envelope("", "<s:Fault><detail>"+in+"</detail></s:Fault>") },
		"strings": func(in string) string {
			return message("GetParameterValues", "<ParameterNames>"+in+"</ParameterNames>")
		},
		"unknown": func(in string) string { return message("Inform", in) },
		"list":    func(in string) string { return message("Inform", "<ParameterList>"+in+"</ParameterList>") },
		"vendor":  func(in string) string { return envelope("", in) },
	} {
		for _, tag := range []string{"string", "x", "Fault", "ParameterList"} {
			doc := wrap(strings.Repeat("<"+tag+">", n) + strings.Repeat("</"+tag+">", n))
			for _, level := range levels {
				_, err := rpc.Parse([]byte(doc), rpc.Config{Level: level})
				require.True(t, typed(err), "%s %s: %v", name, tag, err)
				require.True(t, level == soap.Strict || errors.Is(err, soap.ErrLimit), "%s %s: %v", name, tag, err)
				_, err = rpc.Parse([]byte(doc), rpc.Config{Level: level, Limits: wide})
				require.True(t, err == nil || typed(err), "%s %s: %v", name, tag, err)
			}
		}
	}
}

// TestBounds takes each bound on a message at its value and one above, and reads
// no more than twice as much.
func TestBounds(t *testing.T) {
	names := func(n int) string {
		return message("GetParameterValues", "<ParameterNames>"+strings.Repeat("<string>a</string>", n)+"</ParameterNames>")
	}
	for _, c := range []struct {
		name string
		cfg  rpc.Config
		doc  func(n int) string
		at   int
		want error
	}{
		{"items", rpc.Config{MaxItems: 50}, names, 50, rpc.ErrItems},
		{"items of the zero value", rpc.Config{}, names, 300_000, rpc.ErrItems},
		{"items of a CPE", rpc.Config{MaxItems: 10_000}, names, 10_000, rpc.ErrItems},
		{"events", rpc.Config{}, func(n int) string {
			return message("Inform", "<Event>"+strings.Repeat("<EventStruct><EventCode>1 BOOT</EventCode><CommandKey></CommandKey></EventStruct>", n)+"</Event>")
		}, 64, rpc.ErrItems},
		{"events without an array", rpc.Config{}, func(n int) string {
			return message("Inform", strings.Repeat("<EventStruct><EventCode>1 BOOT</EventCode><CommandKey/></EventStruct>", n))
		}, 64, rpc.ErrItems},
		{"events of a tree", rpc.Config{Registry: rpc.Registry{}.Trees()}, func(n int) string {
			return message("Inform", "<Event>"+strings.Repeat("<EventStruct><EventCode/></EventStruct>", n)+"</Event>")
		}, 64, rpc.ErrItems},
		{"events of a tree without an array", rpc.Config{Registry: rpc.Registry{}.Trees()}, func(n int) string {
			return message("Inform", strings.Repeat("<EventStruct/>", n))
		}, 64, rpc.ErrItems},
		{"header elements", rpc.Config{}, func(n int) string { return envelope(strings.Repeat("<x/>", n), "<cwmp:Reboot/>") }, 64, rpc.ErrItems},
		{"document", rpc.Config{Limits: soap.Limits{MaxBytes: 4 << 20}}, func(n int) string {
			doc := message("Reboot", "")
			return doc + strings.Repeat(" ", n-len(doc))
		}, 4 << 20, soap.ErrLimit},
		{"text", rpc.Config{}, func(n int) string { return message("Reboot", "<CommandKey>"+strings.Repeat("k", n)+"</CommandKey>") }, 1 << 20, soap.ErrLimit},
		{"depth", rpc.Config{}, func(n int) string {
			return message("Reboot", strings.Repeat("<x>", n-3)+strings.Repeat("</x>", n-3))
		}, 32, soap.ErrLimit},
	} {
		for _, level := range []soap.Level{soap.Tolerant, soap.Standard} {
			if testing.Short() && c.at > 1<<16 {
				continue
			}
			c.cfg.Level = level
			_, err := rpc.Read(strings.NewReader(c.doc(c.at)), c.cfg)
			assert.NoError(t, err, "%s at %s", c.name, level)
			beyond := c.doc(c.at + 1)
			r := &counter{r: io.MultiReader(strings.NewReader(beyond), strings.NewReader(strings.Repeat(" ", 2*len(beyond))))}
			_, err = rpc.Read(r, c.cfg)
			assert.ErrorIs(t, err, c.want, "%s at %s", c.name, level)
			assert.LessOrEqual(t, r.n, 2*len(beyond)+32<<10, "%s at %s", c.name, level)
		}
	}
}

// A counter counts the bytes that are read.
type counter struct {
	r io.Reader
	n int
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += n
	return n, err
}

// TestConfigReaches shows that what a Config says of XML is done.
func TestConfigReaches(t *testing.T) {
	doc := message("Reboot", "<CommandKey>caf\xe9</CommandKey>")
	for want, cfg := range map[string]rpc.Config{
		"caf\xe9": {}, "caf\ufffd": {BadBytes: soap.ReplaceBytes}, "café": {BadBytes: soap.Latin1Bytes}, "caf?": {Encoding: "x-any", Charset: question},
	} {
		env, err := rpc.Parse([]byte(doc), cfg)
		require.NoError(t, err)
		assert.Equal(t, &rpc.Reboot{CommandKey: want}, env.Message)
		assert.Len(t, env.Diagnostics, 1)
	}
}

// question puts a question mark for every byte outside ASCII.
func question(_ string, r io.Reader) (io.Reader, error) {
	b, err := io.ReadAll(r)
	for i, c := range b {
		if c >= 0x80 {
			b[i] = '?'
		}
	}
	return strings.NewReader(string(b)), err
}

// TestSEC31 is about secrets: whatever stands in a text of a message, with markup in it
// that its sender forgot to escape, is in no error and in no diagnostic.
func TestSEC31(t *testing.T) {
	texts := regexp.MustCompile(`>[^<>]+</`)
	for name, doc := range mutants() {
		body := strings.Index(doc, "Body")
		for i, at := range texts.FindAllStringIndex(doc, -1) {
			if at[0] < body || strings.HasPrefix(doc[at[1]:], "string>") || testing.Short() && i%5 > 0 {
				continue // items of arrays of strings are names, whose markup may be shown
			}
			for _, secret := range []string{
				"pa<hush>word", "pa</hush>word", "<hush/>", "<hush a='1' a='2'/>", "pa&hush;", "&#xhush;", "<x:hush/>", "<hush", "<a hush!>", "\xffhush", "hush", "]]>hush", "<?hush?>", "<![hush[",
			} {
				odd := doc[:at[0]+1] + secret + doc[at[1]-2:]
				for _, level := range levels {
					env, err := rpc.Parse([]byte(odd), rpc.Config{Level: level})
					text := fmt.Sprint(err)
					if env != nil {
						text += fmt.Sprint(env.Diagnostics)
					}
					require.NotContains(t, text, "hush", "%s at %d at %s: %s", name, i, level, secret)
				}
			}
		}
	}
}
