// The table of packages: who may import whom. It is the one place to edit when
// a package is added, and docs/ARCHITECTURE.md is its prose.

package house

import (
	"path"
	"strings"
)

// module is the import path of the main module.
const module = "github.com/cwmp-go/cwmp"

// A layer is one package's row. The lists are separated by spaces.
type layer struct {
	dir    string // directory from the root; a pattern of path.Match
	ours   string // packages of this module that it may import; "*" is all
	others string // packages of other modules that it may import
	not    string // standard packages that it must not import; "x/..." is x and all below
	pure   bool   // reads no clock and no random source
}

// layers is ordered as the imports run: a package may import only what stands
// left of it in soap <- rpc <- session <- transport <- cwmptest <- examples.
// The packages that stand alone (attrs, stun, dhcp, digest) import nothing of
// ours; programs join them.
var layers = []layer{
	{dir: "soap", not: "encoding/xml net/... time reflect unsafe", pure: true},
	{dir: "soap/dom", ours: "soap", others: etree},
	{dir: "rpc", ours: "soap", not: "encoding/xml net net/http/... reflect unsafe", pure: true},
	{dir: "session", ours: "soap rpc", not: "net net/http/... context os io sync", pure: true},
	{dir: "attrs", not: "net net/http/... os", pure: true},
	{dir: "internal/digest", others: httpguts},
	{dir: "internal/msgjson", ours: "soap rpc", not: "net net/http/... os"},
	{dir: "transport", ours: "soap rpc session internal/digest", others: httpguts},
	{dir: "transport/charset", ours: "soap", others: "golang.org/x/net/html/charset"},
	{dir: "transport/connreq", ours: "soap rpc session internal/digest", others: httpguts},
	{dir: "transport/stun"},
	{dir: "transport/dhcp"},
	{dir: "cwmptest", ours: "soap soap/dom rpc session transport transport/charset transport/connreq"},
	{dir: "examples/*", ours: "*", others: etree},
	{dir: "internal/house"},
	{dir: "internal/freeport"},
	{dir: "."},
}

// The packages of other modules that the table names. testify is in no row:
// only tests import it, cwmptest's users included.
const (
	etree    = "github.com/beevik/etree"
	httpguts = "golang.org/x/net/http/httpguts"
)

// requirements are the modules that go.mod may require directly.
var requirements = []string{etree, "golang.org/x/net", "github.com/stretchr/testify"}

// notAnywhere are standard packages that no package of the module imports
// outside its tests: encoding/xml is what soap is there to replace, and a
// library starts no programs.
const notAnywhere = "encoding/xml os/exec"

// notPure are the packages that a pure row must not import: chance is an
// argument there.
const notPure = "crypto/rand math/rand math/rand/v2"

// clock are the names of package time that a pure row must not mention: time
// is an argument there. Types and arithmetic are free.
const clock = "Now Since Until Sleep After AfterFunc Tick NewTimer NewTicker"

// layerOf finds the row of a package's directory.
func layerOf(dir string) (layer, bool) {
	for _, l := range layers {
		if ok, _ := path.Match(l.dir, dir); ok {
			return l, true
		}
	}
	return layer{}, false
}

// listed reports whether one of a list's words is the import path, or covers
// it as "x/..." covers x and x/y.
func listed(list, importPath string) bool {
	for word := range strings.FieldsSeq(list) {
		tree, deep := strings.CutSuffix(word, "/...")
		if word == "*" || tree == importPath || deep && strings.HasPrefix(importPath, tree+"/") {
			return true
		}
	}
	return false
}
