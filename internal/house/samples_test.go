// The rules' own tests: for each rule small sources that break it and, beside
// them, sources that come close and do not.

package house

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A sample is a source and what its rule says to it: words of the one breach,
// or nothing.
type sample struct {
	rule string
	path string
	src  string
	want string
}

var samples = []sample{
	{"layers", "soap/x.go", `package soap; import _ "github.com/cwmp-go/cwmp/rpc"`, "soap may import of ours [], not rpc"},
	{"layers", "rpc/x.go", `package rpc; import _ "github.com/cwmp-go/cwmp/soap"`, ""},
	{"layers", "rpc/x.go", `package rpc; import _ "github.com/cwmp-go/cwmp/soap/dom"`, "not soap/dom"},
	{"layers", "session/x.go", `package session; import _ "github.com/cwmp-go/cwmp/transport"`, "not transport"},
	{"layers", "attrs/x.go", `package attrs; import _ "github.com/cwmp-go/cwmp/soap"`, "not soap"},
	{"layers", "transport/dhcp/x.go", `package dhcp; import _ "github.com/cwmp-go/cwmp/attrs"`, "not attrs"},
	{"layers", "transport/connreq/x.go", `package connreq; import _ "github.com/cwmp-go/cwmp/internal/digest"`, ""},
	{"layers", "cwmptest/x.go", `package cwmptest; import _ "github.com/cwmp-go/cwmp/internal/digest"`, "not internal/digest"},
	{"layers", "cwmptest/x.go", `package cwmptest; import _ "github.com/stretchr/testify/require"`, "not github.com/stretchr/testify/require"},
	{"layers", "examples/acs/x.go", `package main; import _ "github.com/cwmp-go/cwmp/attrs"`, ""},
	{"layers", "examples/acs/x.go", `package main; import _ "github.com/beevik/etree"`, ""},
	{"layers", "examples/acs/x.go", `package main; import _ "github.com/stretchr/testify/assert"`, "not github.com/stretchr/testify/assert"},
	{"layers", "soap/dom/x.go", `package dom; import _ "github.com/beevik/etree"`, ""},
	{"layers", "rpc/x.go", `package rpc; import _ "github.com/beevik/etree"`, "of others [], not github.com/beevik/etree"},
	{"layers", "internal/digest/x.go", `package digest; import _ "golang.org/x/net/http/httpguts"`, ""},
	{"layers", "internal/digest/x.go", `package digest; import _ "golang.org/x/net/html/charset"`, "not golang.org/x/net/html/charset"},

	{"standard packages", "soap/x.go", `package soap; import _ "net/url"`, "soap must not import net/url"},
	{"standard packages", "soap/x.go", `package soap; import _ "unicode/utf8"`, ""},
	{"standard packages", "rpc/x.go", `package rpc; import _ "reflect"`, "must not import reflect"},
	{"standard packages", "rpc/x.go", `package rpc; import _ "math/rand/v2"`, "must not import math/rand/v2"},
	{"standard packages", "session/x.go", `package session; import _ "context"`, "must not import context"},
	{"standard packages", "session/x.go", `package session; import _ "crypto/rand"`, "must not import crypto/rand"},
	{"standard packages", "attrs/x.go", `package attrs; import _ "net/url"`, ""},
	{"standard packages", "attrs/x.go", `package attrs; import _ "net/http"`, "must not import net/http"},
	{"standard packages", "transport/x.go", `package transport; import _ "encoding/xml"`, "must not import encoding/xml"},
	{"standard packages", "examples/acs/x.go", `package main; import _ "os/exec"`, "must not import os/exec"},
	{"standard packages", "transport/x.go", `package transport; import _ "crypto/rand"`, ""},

	{"clock", "session/x.go", `package session; import "time"; var a = time.Now()`, "time.Now is for the caller"},
	{"clock", "attrs/x.go", `package attrs; import "time"; var clock = time.Now`, "time.Now is for the caller"},
	{"clock", "rpc/x.go", `package rpc; import t "time"; func f() { t.NewTimer(0) }`, "time.NewTimer is for the caller"},
	{"clock", "rpc/x.go", `package rpc; import "time"; var Unknown = time.Time{}.Add(time.Hour)`, ""},
	{"clock", "transport/x.go", `package transport; import "time"; var a = time.Now()`, ""},

	{"sleep", "transport/x_test.go", `package transport; import "time"; func f() { time.Sleep(1) }`, "time.Sleep is not used"},
	{"sleep", "transport/x.go", `package transport; import "time"; var a = time.After(1)`, ""},
	{"sleep", "transport/x.go", `package transport; import time "example"; var a = time.Sleep`, ""},

	{"dot imports", "rpc/x_test.go", `package rpc; import . "time"`, "dot import of time"},
	{"dot imports", "rpc/x_test.go", `package rpc; import _ "time"`, ""},

	{"function size", "rpc/x.go", "package rpc\nfunc f() {" + strings.Repeat("\n", 79) + "}", ""},
	{"function size", "rpc/x.go", "package rpc\nfunc f() {" + strings.Repeat("\n", 80) + "}", "f has 81 lines"},
	{"function size", "rpc/x_test.go", "package rpc\nvar f = func() {" + strings.Repeat("\n", 80) + "}", "a function literal has 81 lines"},
	{"function size", "rpc/x.go", "package rpc\n" + strings.Repeat("// F has a long comment.\n", 90) + "func F() {}", ""},

	{"file size", "rpc/x_test.go", "package rpc" + strings.Repeat("\n", 501), "501 lines"},
	{"file size", "rpc/x_test.go", "package rpc" + strings.Repeat("\n", 500), ""},

	{"exported names", "rpc/x.go", "package rpc; func F() {}", "F has no doc comment"},
	{"exported names", "rpc/x.go", "package rpc\n//\nfunc F() {}", "F has no doc comment"},
	{"exported names", "rpc/x.go", "package rpc\n//go:noinline\nfunc F() {}", "F has no doc comment"},
	{"exported names", "rpc/x.go", "package rpc\n// F is.\nfunc F() {}\nfunc g() {}\ntype h int\nconst i, j = 1, 2", ""},
	{"exported names", "rpc/x.go", "package rpc; type T int", "type T has no doc comment"},
	{"exported names", "rpc/x.go", "package rpc\n// A group.\ntype (\nT int\n)", "type T has no doc comment"},
	{"exported names", "rpc/x.go", "package rpc; func (t *T[K]) M() {}", "M has no doc comment"},
	{"exported names", "rpc/x.go", "package rpc; func (t *t) M() {}", ""},
	{"exported names", "rpc/x.go", "package rpc\nconst (\nA = 1 // A is.\nB = 2\n)", "B has no doc comment"},
	{"exported names", "rpc/x.go", "package rpc\n// Both are.\nvar (\nA = 1\nB = 2\n)", ""},

	{"config fields", "rpc/x.go", "package rpc\ntype Limits struct {\nA int // A is.\nB int\n}", "Limits.B has no comment"},
	{"config fields", "rpc/x.go", "package rpc\ntype ClientConfig struct { A int }", "ClientConfig.A has no comment"},
	{"config fields", "rpc/x.go", "package rpc\ntype Inform struct { A int }\ntype style struct { A int }\ntype Style struct { a int; Inform }", ""},

	{"interface methods", "rpc/x.go", "package rpc\ntype I interface { M() }", "I.M has no comment"},
	{"interface methods", "rpc/x.go", "package rpc\ntype I interface {\n// M is.\nM()\nn()\nerror\n}\ntype j interface { M() }", ""},

	{"opening note", "rpc/x.go", "//go:build linux\n\npackage rpc\n\nimport \"time\"\n\nvar a time.Time // late", "opens without a note"},
	{"opening note", "rpc/x.go", "// Package rpc is.\npackage rpc\nvar a int", ""},
	{"opening note", "rpc/x.go", "package rpc\n\nimport \"time\"\n\n// a is.\nvar a time.Time", ""},

	{"words", "rpc/x_test.go", "package rpc\n// TODO: more\n", "work put off"},
	{"words", "rpc/x.go", "package rpc\nvar a int /* FIXME */", "work put off"},
	{"words", "rpc/x.go", "package rpc\nvar a int //nolint:all", "a linter is silenced"},
	{"words", "rpc/x.go", "package rpc\n//lint:ignore SA1000 so\nvar a int", "a linter is silenced"},
	{"words", "rpc/x.go", "package rpc\n// XXXX stands for any four.\nvar a = \"XXX\"", ""},

	{"known package", "rpc/vendor2/x.go", "package x", "unknown package: give it a row"},
	{"known package", "examples/new/x.go", "package main", ""},

	{"chapter", "rpc/doc.go", strings.Repeat("// Short.\n", 9) + "package rpc", "no package comment of at least 10 lines in doc.go"},
	{"chapter", "rpc/x.go", strings.Repeat("// Misplaced.\n", 10) + "package rpc", "in doc.go"},
	{"chapter", "rpc/doc.go", strings.Repeat("// Long.\n", 10) + "package rpc", ""},
	{"chapter", "examples/acs/main.go", strings.Repeat("// Long.\n", 10) + "package main", ""},
}

// run applies one rule, by its name, to a source.
func run(t *testing.T, s sample) []breach {
	t.Helper()
	f, err := parse(s.path, []byte(s.src))
	require.NoError(t, err)
	for _, r := range fileRules {
		if r.name == s.rule && (r.tests || !f.test) {
			return r.find(f)
		}
	}
	for _, r := range pkgRules {
		if r.name == s.rule {
			return r.find(pkg{dir: f.dir, files: []*file{f}})
		}
	}
	require.Fail(t, "no such rule for this file", s.rule)
	return nil
}

func TestSamples(t *testing.T) {
	for _, s := range samples {
		found := run(t, s)
		if s.want == "" {
			assert.Empty(t, found, "%s: %.80q", s.rule, s.src)
			continue
		}
		if assert.Len(t, found, 1, "%s: %.80q", s.rule, s.src) {
			assert.Contains(t, found[0].String(), s.want)
		}
	}
}

// Every rule has a sample that breaks it and one that does not.
func TestEveryRuleIsSampled(t *testing.T) {
	breaks, passes := map[string]bool{}, map[string]bool{}
	for _, s := range samples {
		breaks[s.rule] = breaks[s.rule] || s.want != ""
		passes[s.rule] = passes[s.rule] || s.want == ""
	}
	for _, r := range fileRules {
		assert.True(t, breaks[r.name] && passes[r.name], r.name)
	}
	for _, r := range pkgRules {
		assert.True(t, breaks[r.name] && passes[r.name], r.name)
	}
}

// Each row's forbidden imports are really refused, whatever the list.
func TestEveryForbiddenImportIsRefused(t *testing.T) {
	for _, l := range layers {
		for word := range strings.FieldsSeq(l.not + " " + notAnywhere) {
			p := strings.TrimSuffix(word, "/...")
			src := "package x; import _ \"" + p + "\""
			found := run(t, sample{rule: "standard packages", path: strings.ReplaceAll(l.dir, "*", "x") + "/x.go", src: src})
			assert.Len(t, found, 1, "%s imports %s", l.dir, p)
		}
	}
}
