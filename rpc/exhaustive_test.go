package rpc_test

// NOTE: every message with every element taken out once, and given twice once. The
// result differs in nothing but what was touched; Tolerant has a word for it and
// Strict an error, but for what the schemas allow, which is listed in a file.

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/beevik/etree"
	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/soap"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// touches are the ways to touch one element.
var touches = map[string]func(parent, el *etree.Element){
	"deleted":  func(parent, el *etree.Element) { parent.RemoveChild(el) },
	"repeated": func(parent, el *etree.Element) { parent.InsertChildAt(el.Index(), el.Copy()) },
}

func TestExhaustive(t *testing.T) {
	files, err := filepath.Glob("testdata/*.xml")
	require.NoError(t, err)
	silent := map[string]bool{}
	for _, file := range files {
		b, err := os.ReadFile(file)
		require.NoError(t, err)
		doc, _ := edit(t, flat(string(b)), 0, func(_, _ *etree.Element) {}) // as etree writes it
		original := parse(t, doc)
		for how, touch := range touches {
			for n := 1; ; n++ { // 0 is the Envelope
				path := ""
				changed, ok := edit(t, doc, n, func(parent, el *etree.Element) {
					path = el.GetPath()
					touch(parent, el)
				})
				if !ok {
					break
				}
				what := how + " " + unindexed.ReplaceAllString(path, "")
				if touched(t, filepath.Base(file)+": "+what, how, original, changed) {
					silent[what] = true
				}
			}
		}
	}
	sameAsFile(t, "testdata/exhaustive.txt", strings.Join(sorted(silent), "\n")+"\n")
}

var unindexed = regexp.MustCompile(`\[\d+\]`)

func sorted(set map[string]bool) (all []string) {
	for s := range set {
		all = append(all, s)
	}
	slices.Sort(all)
	return all
}

// sameAsFile compares a text with a file, or writes it.
func sameAsFile(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(got), 0o666))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, string(want), got, file)
}

// touched reads a document at both ends of leniency, and says whether neither had
// anything to say.
func touched(t *testing.T, what, how string, original *rpc.Envelope, doc string) bool {
	t.Helper()
	env, err := rpc.Parse([]byte(doc), rpc.Config{})
	_, strictErr := rpc.Parse([]byte(doc), rpc.Config{Level: soap.Strict})
	if err != nil {
		require.True(t, typed(err), "%s: %v", what, err)
		require.Error(t, strictErr, what)
		return false
	}
	if !strings.Contains(what, "/Ping/") { // which is kept as its bytes
		sameButFor(t, what, how, outline(original), outline(env))
	}
	if strictErr != nil {
		e, placed := errors.AsType[*rpc.ValueError](strictErr)
		require.True(t, placed, "%s: %v", what, strictErr)
		require.True(t, strings.HasPrefix(e.Path, "/Envelope/"), "%s: %v", what, strictErr)
		require.NotEmpty(t, env.Diagnostics, "%s: Strict says %v", what, strictErr)
	}
	return len(env.Diagnostics) == 0
}

// zeroed is a line of an outline without a value.
var zeroed = regexp.MustCompile(`^ *[A-Za-z]+(\[\d*\])?(: "")?$`)

// sameButFor checks that one outline is the other with one piece taken out or
// emptied, or with one piece put in.
func sameButFor(t *testing.T, what, how, before, after string) {
	t.Helper()
	split := func(s string) []string { return strings.Split(unindexed.ReplaceAllString(s, "[]"), "\n") }
	a, b := split(before), split(after)
	if how == "repeated" {
		a, b = b, a
	}
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	for _, line := range b {
		known := slices.Contains([]string{"HasID: true", "no message"}, line) || strings.HasPrefix(line, "Version: ")
		require.True(t, known || zeroed.MatchString(line), "%s: %q\n%s\n%s", what, line, before, after)
	}
	require.LessOrEqual(t, len(b), len(a)+1, what)
	if how == "repeated" {
		require.Empty(t, b, fmt.Sprint(what, a))
	}
}
