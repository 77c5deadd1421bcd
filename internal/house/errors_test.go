// docs/ERRORS.md is an index: each error and each diagnostic of the layers is in it,
// and it has none that there is not.

package house

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// indexed are the packages whose errors are in the index.
var indexed = []string{
	"soap", "soap/dom", "rpc", "session", "transport", "transport/connreq", "transport/stun", "transport/dhcp", "attrs",
}

// errorNames finds what a package exports of errors and diagnostics: variables named
// Err..., types named ...Error, the texts of codes, and the names of tolerances.
func errorNames(t *testing.T, dir string) (names []string) {
	paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
	require.NoError(t, err)
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		require.NoError(t, err)
		for _, d := range f.Decls {
			if d, ok := d.(*ast.GenDecl); ok {
				names = append(names, errorSpecs(f.Name.Name, d)...)
			}
		}
	}
	return names
}

func errorSpecs(pkg string, d *ast.GenDecl) (names []string) {
	kind := "" // of constants that follow their first one
	for _, s := range d.Specs {
		switch s := s.(type) {
		case *ast.TypeSpec:
			if s.Name.IsExported() && strings.HasSuffix(s.Name.Name, "Error") {
				names = append(names, pkg+"."+s.Name.Name)
			}
		case *ast.ValueSpec:
			if s.Type != nil {
				kind = typeName(s.Type)
			}
			for i, id := range s.Names {
				switch {
				case d.Tok == token.VAR && strings.HasPrefix(id.Name, "Err"):
					names = append(names, pkg+"."+id.Name)
				case d.Tok == token.CONST && kind == "Tolerance" && id.IsExported():
					names = append(names, pkg+"."+id.Name)
				case d.Tok == token.CONST && kind == "Code" && id.IsExported():
					text, _ := strconv.Unquote(s.Values[i].(*ast.BasicLit).Value)
					names = append(names, text)
				}
			}
		}
	}
	return names
}

// typeName is the last part of a type's name.
func typeName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	}
	return ""
}

var (
	indexRow  = regexp.MustCompile("(?m)^\\| (`[^|]*`) \\|")
	indexName = regexp.MustCompile("`([^`]+)`")
)

func TestErrorIndex(t *testing.T) {
	root, err := moduleRoot()
	require.NoError(t, err)
	var there []string
	for _, dir := range indexed {
		found := errorNames(t, filepath.Join(root, dir))
		require.NotEmpty(t, found, dir)
		there = append(there, found...)
	}
	text, err := os.ReadFile(filepath.Join(root, "docs", "ERRORS.md"))
	require.NoError(t, err)
	var listed []string
	for _, row := range indexRow.FindAllStringSubmatch(string(text), -1) {
		for _, name := range indexName.FindAllStringSubmatch(row[1], -1) {
			listed = append(listed, name[1])
		}
	}
	for _, name := range there {
		assert.True(t, slices.Contains(listed, name), "%s has no row in docs/ERRORS.md", name)
	}
	for _, name := range listed {
		assert.True(t, slices.Contains(there, name), "%s has a row in docs/ERRORS.md and does not exist", name)
	}
	slices.Sort(listed)
	assert.Equal(t, listed, slices.Compact(slices.Clone(listed)), "a row twice")
}

// What internal/digest says has no name that a program could compare, but a text that
// stands in logs: its rows begin with that.
func TestDigestIndex(t *testing.T) {
	root, err := moduleRoot()
	require.NoError(t, err)
	source, err := os.ReadFile(filepath.Join(root, "internal", "digest", "errors.go"))
	require.NoError(t, err)
	text, err := os.ReadFile(filepath.Join(root, "docs", "ERRORS.md"))
	require.NoError(t, err)
	kinds := regexp.MustCompile(`= errors\.New\("([^"]+)"\)`).FindAllStringSubmatch(string(source), -1)
	require.NotEmpty(t, kinds)
	for _, kind := range kinds {
		assert.Contains(t, string(text), "\n| digest: "+kind[1], "no row in docs/ERRORS.md")
	}
}
