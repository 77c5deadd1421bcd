// A command that README.md or docs/ shows is one that somebody will type: each stands in
// a script of .ci, so that CI runs it, or in the list of docs/CONTRIBUTING.md of those
// that are run by hand.

package house

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// byHand is the heading of the list.
const byHand = "## Run by hand"

var (
	codeSpan    = regexp.MustCompile("`([^`\n]+)`")
	placeholder = regexp.MustCompile(`\b[A-Z]{2,}\b`)
	command     = regexp.MustCompile(`^(go (run|test|tool|build|vet|generate) |bash |apt-get |curl )`)
)

// shown finds the commands of a document: in code spans, in blocks that are indented, and
// in fenced ones that are not Go.
func shown(text string) []string {
	var found []string
	add := func(s string) {
		s, _, _ = strings.Cut(s, " #")
		if s = strings.TrimSpace(s); command.MatchString(s + " ") {
			found = append(found, s)
		}
	}
	fence, code := "", false
	for line := range strings.Lines(text) {
		switch {
		case strings.HasPrefix(line, "```") && code:
			code = false
		case strings.HasPrefix(line, "```"):
			fence, code = strings.TrimSpace(line), true
		case code && fence != "```go", !code && strings.HasPrefix(line, "    "):
			add(line)
		case !code:
			for _, span := range codeSpan.FindAllStringSubmatch(line, -1) {
				add(span[1])
			}
		}
	}
	return found
}

// isRun reports whether the scripts have the command, with something in the place of FILE,
// URL and the like.
func isRun(command, scripts string) bool {
	words := strings.Fields(command)
	for i, w := range words {
		if words[i] = regexp.QuoteMeta(w); placeholder.FindString(w) == w {
			words[i] = `\S+`
		}
	}
	return regexp.MustCompile(`(?m)^([^#\n]*[ \t])?` + strings.Join(words, `[ \t]+`) + `([ \t]|$)`).MatchString(scripts)
}

func TestCommands(t *testing.T) {
	root, err := moduleRoot()
	require.NoError(t, err)
	read := func(pattern string) map[string]string {
		names, err := filepath.Glob(filepath.Join(root, pattern))
		require.NoError(t, err)
		texts := map[string]string{}
		for _, name := range names {
			text, err := os.ReadFile(name)
			require.NoError(t, err)
			texts[filepath.Base(name)] = string(text)
		}
		return texts
	}
	documents := read("docs/*.md")
	for name, text := range read("README.md") {
		documents[name] = text
	}
	var scripts strings.Builder
	for _, text := range read(".ci/*") {
		scripts.WriteString(text + "\n")
	}
	_, hand, ok := strings.Cut(documents["CONTRIBUTING.md"], byHand+"\n")
	require.True(t, ok, "docs/CONTRIBUTING.md has no list of what is run by hand")
	hand, _, _ = strings.Cut(hand, "\n## ")
	allowed := shown(hand)
	assert.Contains(t, allowed, "bash .ci/run", "CI itself")
	for _, c := range allowed {
		assert.False(t, isRun(c, scripts.String()), "%s is run by CI", c)
	}
	all := 0
	for name, text := range documents {
		for _, c := range shown(text) {
			all++
			assert.True(t, slices.Contains(allowed, c) || isRun(c, scripts.String()), "%s: %s is in no script of .ci", name, c)
		}
	}
	assert.Greater(t, all, 20)
}

// What the test finds and what it lets through.
func TestShownCommands(t *testing.T) {
	text := "Say `go run ./x FILE` or `go vet ./...`, not `go away`.\n\n    go test ./...  # all\n    gofmt\n\n```\nbash .ci/run\n```\n\n```go\ngo run(f)\n```\n"
	assert.Equal(t, []string{"go run ./x FILE", "go vet ./...", "go test ./...", "bash .ci/run"}, shown(text))
	scripts := "# go vet ./...\nstep 'x' 10 go run  ./x \"$dir/file\" -once\n"
	assert.True(t, isRun("go run ./x FILE", scripts))
	assert.False(t, isRun("go run ./x -v", scripts))
	assert.False(t, isRun("go vet ./...", scripts), "a comment runs nothing")
	assert.False(t, isRun("go run ./x other", scripts))
}
