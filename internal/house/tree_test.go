// Reading the module: every Go file of every package, parsed once. Packages
// are found by walking the tree, so that a file that no build on this machine
// would compile is read as well.

package house

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// A file is one Go source file of the module.
type file struct {
	path  string // from the module's root, with slashes
	dir   string // the directory of its package, likewise
	test  bool   // its name ends in _test.go
	lines int
	ast   *ast.File
	fset  *token.FileSet
}

// A pkg is one package: the files of one directory.
type pkg struct {
	dir   string
	files []*file
}

// An imported is one import of a file.
type imported struct {
	path string
	name string // as the file calls it
	pos  token.Pos
}

// parse reads one file from its source.
func parse(name string, src []byte) (*file, error) {
	fset := token.NewFileSet()
	tree, err := parser.ParseFile(fset, name, src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	return &file{
		path:  name,
		dir:   path.Dir(name),
		test:  strings.HasSuffix(name, "_test.go"),
		lines: fset.File(tree.Pos()).LineCount(),
		ast:   tree,
		fset:  fset,
	}, nil
}

// line is the line of a position in the file.
func (f *file) line(p token.Pos) int { return f.fset.Position(p).Line }

// span is how many lines a node covers, its first and last included.
func (f *file) span(n ast.Node) int { return f.line(n.End()) - f.line(n.Pos()) + 1 }

// imports lists the file's imports.
func (f *file) imports() []imported {
	var all []imported
	for _, spec := range f.ast.Imports {
		p, _ := strconv.Unquote(spec.Path.Value) // the parser has checked it
		in := imported{path: p, name: packageName(p), pos: spec.Pos()}
		if spec.Name != nil {
			in.name = spec.Name.Name
		}
		all = append(all, in)
	}
	return all
}

var majorVersion = regexp.MustCompile(`^v[0-9]+$`)

// packageName guesses a package's name from its path: math/rand/v2 is rand.
func packageName(importPath string) string {
	if base := path.Base(importPath); !majorVersion.MatchString(base) {
		return base
	}
	return path.Base(path.Dir(importPath))
}

// moduleRoot finds the directory of the main module's go.mod.
var moduleRoot = sync.OnceValues(func() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		mod, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil && strings.Contains("\n"+string(mod), "\nmodule "+module+"\n") {
			return dir, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", fs.ErrNotExist
		}
		dir = up
	}
})

// tree reads the whole module.
var tree = sync.OnceValues(func() ([]pkg, error) {
	root, err := moduleRoot()
	if err != nil {
		return nil, err
	}
	var pkgs []pkg
	err = filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		if name != root && leftOut(name) {
			return filepath.SkipDir
		}
		p, err := readDir(root, name)
		if len(p.files) > 0 {
			pkgs = append(pkgs, p)
		}
		return err
	})
	return pkgs, err
})

// leftOut reports whether a directory is no part of the module's packages, by
// the go command's own rules.
func leftOut(dir string) bool {
	base := filepath.Base(dir)
	if base == "testdata" || base == "vendor" || strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") {
		return true
	}
	_, err := os.Stat(filepath.Join(dir, "go.mod"))
	return err == nil
}

// readDir parses the Go files of one directory.
func readDir(root, dir string) (pkg, error) {
	rel, err := filepath.Rel(root, dir)
	if err != nil {
		return pkg{}, err
	}
	p := pkg{dir: filepath.ToSlash(rel)}
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return pkg{}, err
	}
	for _, name := range names {
		src, err := os.ReadFile(name)
		if err != nil {
			return pkg{}, err
		}
		f, err := parse(path.Join(p.dir, filepath.Base(name)), src)
		if err != nil {
			return pkg{}, err
		}
		p.files = append(p.files, f)
	}
	return p, nil
}

// packages is the module for a test.
func packages(t *testing.T) []pkg {
	t.Helper()
	pkgs, err := tree()
	require.NoError(t, err)
	require.NotEmpty(t, pkgs)
	return pkgs
}
