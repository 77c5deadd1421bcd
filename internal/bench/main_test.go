package main

// NOTE: what is measured is right: all Go subjects agree on every document, and a
// wrong answer is found.

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/cwmp-go/cwmp/rpc"
)

func TestAllAgree(t *testing.T) {
	for _, document := range documents(false) {
		if err := checkAll(t.TempDir(), document(), nil); err != nil {
			t.Fatal(err)
		}
	}
}

func TestWrongAnswerIsFound(t *testing.T) {
	wrong := decoder{"wrong", func([]byte) (func() []rpc.ParameterValue, error) {
		return func() []rpc.ParameterValue { return nil }, nil
	}}
	d := documents(true)[0]()
	if err := check(wrong, d.data, d.sum); err == nil {
		t.Error("no parameters pass for eleven")
	}
	moved := []rpc.ParameterValue{{Name: "a", Value: rpc.Value{Type: "b"}}}
	if sum(moved) == sum([]rpc.ParameterValue{{Name: "ab"}}) {
		t.Error("the hash does not see where a string ends")
	}
}

// TestVaried: no two entries of that document have the same markup.
func TestVaried(t *testing.T) {
	d := varied("", values(1000))
	seen := map[string]bool{}
	for _, entry := range bytes.SplitAfter(d.data, []byte("</ParameterValueStruct>")) {
		head, rest, ok := strings.Cut(string(entry), "<Name>")
		if !ok {
			continue
		}
		_, rest, _ = strings.Cut(rest, "</Name>")
		seen[head+"|"+rest[:strings.Index(rest, "xsi:type")]] = true
	}
	if len(seen) != 1000 {
		t.Errorf("%d kinds of markup in 1000 entries", len(seen))
	}
}

func TestMeasure(t *testing.T) {
	d := documents(true)[0]()
	table, err := measure(options{rounds: 1, slice: time.Millisecond}, d, encodeSubjects(d))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range table {
		if len(r.ns) != 1 || r.ns[0] <= 0 || r.ratio[0] <= 0 {
			t.Errorf("%s: %v ns, ratio %v", r.name, r.ns, r.ratio)
		}
	}
	if table[2].ratio[0] != 1 {
		t.Errorf("%s is compared with something else", table[2].name)
	}
}
