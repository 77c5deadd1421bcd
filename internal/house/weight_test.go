// What a user's program is made of: asked of the go command, which knows what
// is linked where the imports of one package do not show it.

package house

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The core: what a firmware project links whatever its own transport is.
var core = []string{"soap", "rpc", "session", "attrs"}

// goTool runs the go command in the module's root and returns its output. The
// command is the one that runs the tests: go test puts it first in PATH.
func goTool(t *testing.T, args ...string) []byte {
	t.Helper()
	root, err := moduleRoot()
	require.NoError(t, err)
	cmd := exec.Command("go", args...)
	cmd.Dir = root
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	require.NoError(t, err, "go %s\n%s", strings.Join(args, " "), &stderr)
	return out
}

// A dep is what `go list -deps` says of one package.
type dep struct {
	ImportPath string
	Standard   bool
}

// deps lists all that the packages link, themselves included.
func deps(t *testing.T, args ...string) []dep {
	t.Helper()
	out := goTool(t, append([]string{"list", "-deps", "-json=ImportPath,Standard"}, args...)...)
	dec := json.NewDecoder(strings.NewReader(string(out)))
	var all []dep
	for dec.More() {
		var d dep
		require.NoError(t, dec.Decode(&d))
		all = append(all, d)
	}
	return all
}

// present keeps those of the packages that have a non-test file.
func present(t *testing.T, dirs []string) []string {
	t.Helper()
	var there []string
	for _, p := range packages(t) {
		if slices.Contains(dirs, p.dir) && slices.ContainsFunc(p.files, func(f *file) bool { return !f.test }) {
			there = append(there, p.dir)
		}
	}
	return there
}

// heavy finds what a core must not link: other modules, and net/http.
func heavy(all []dep) []string {
	var found []string
	for _, d := range all {
		ours := strings.HasPrefix(d.ImportPath, module+"/")
		if d.ImportPath == "net/http" || !d.Standard && !ours {
			found = append(found, d.ImportPath)
		}
	}
	return found
}

func TestHeavyIsFound(t *testing.T) {
	all := []dep{{"fmt", true}, {module + "/soap", false}, {"net/http", true}, {etree, false}, {module + "x/soap", false}}
	require.Equal(t, []string{"net/http", etree, module + "x/soap"}, heavy(all))
	require.NotEmpty(t, heavy(deps(t, "net/http")), "the go command's answer is understood")
}

func TestCoreLinksOnlyTheStandardLibrary(t *testing.T) {
	for _, p := range present(t, core) {
		all := deps(t, "./"+p)
		require.NotEmpty(t, all)
		assert.Empty(t, heavy(all), p)
	}
}

// A program of a user's, laid over the tree for the go command alone.
const firmware = `package main

import (
	_ "github.com/cwmp-go/cwmp/rpc"
	_ "github.com/cwmp-go/cwmp/soap"
)

func main() {}
`

func TestFirmwareLinksNoTreeAndNoHTTP(t *testing.T) {
	if len(present(t, []string{"soap", "rpc"})) < 2 {
		t.Skip("soap and rpc are not both there")
	}
	overlay := layOver(t, "internal/house/firmware/main.go", firmware)
	all := deps(t, "-overlay", overlay, "./internal/house/firmware")
	require.Contains(t, all, dep{ImportPath: module + "/rpc"}, "the program is what was listed")
	assert.Empty(t, heavy(all))
}

// layOver writes a go command's overlay with one file that is not in the tree.
func layOver(t *testing.T, name, src string) string {
	t.Helper()
	root, err := moduleRoot()
	require.NoError(t, err)
	dir := t.TempDir()
	body, overlay := filepath.Join(dir, "main.go"), filepath.Join(dir, "overlay.json")
	require.NoError(t, os.WriteFile(body, []byte(src), 0o600))
	table, err := json.Marshal(map[string]any{"Replace": map[string]string{filepath.Join(root, filepath.FromSlash(name)): body}})
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(overlay, table, 0o600))
	return overlay
}

// A goMod is what `go mod edit -json` says of go.mod.
type goMod struct {
	Require []struct {
		Path     string
		Indirect bool
	}
	Replace []any
}

func TestRequirements(t *testing.T) {
	var mod goMod
	require.NoError(t, json.Unmarshal(goTool(t, "mod", "edit", "-json"), &mod))
	for _, r := range mod.Require {
		assert.True(t, r.Indirect || slices.Contains(requirements, r.Path),
			"go.mod requires %s directly: put what needs it in a nested module", r.Path)
	}
	assert.Empty(t, mod.Replace, "a replaced module is not replaced for those who import ours")
}
