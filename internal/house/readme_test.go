// The README is the first program that a newcomer copies: each of its Go
// examples compiles, and it stays a page.

package house

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// maxReadme is the README's greatest length in lines.
const maxReadme = 99

var goBlock = regexp.MustCompile("(?s)```go\n(.*?)```")

// around makes a program of a test that stands alone in the README.
const around = `package main

import (
	"context"
	"slices"
	"testing"

	"github.com/cwmp-go/cwmp/cwmptest"
	"github.com/cwmp-go/cwmp/rpc"
	"github.com/cwmp-go/cwmp/transport"
)

func main() {}

`

func TestReadme(t *testing.T) {
	root, err := moduleRoot()
	require.NoError(t, err)
	text, err := os.ReadFile(filepath.Join(root, "README.md"))
	require.NoError(t, err)
	assert.LessOrEqual(t, strings.Count(string(text), "\n"), maxReadme, "lines of README.md")
	blocks := goBlock.FindAllStringSubmatch(string(text), -1)
	require.Len(t, blocks, 3, "an ACS, a CPE and a test")
	for _, b := range blocks {
		src := b[1]
		if !strings.HasPrefix(src, "package ") {
			src = around + src
		}
		overlay := layOver(t, "internal/house/readme/main.go", src)
		goTool(t, "build", "-o", os.DevNull, "-overlay", overlay, "./internal/house/readme")
	}
}
