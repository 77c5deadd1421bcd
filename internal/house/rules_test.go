// The rules: each is one small function from what it reads to what it finds
// wrong, entered in a table by name. samples_test.go breaks each of them.

package house

import (
	"fmt"
	"go/ast"
	"go/token"
	"path"
	"regexp"
	"strings"
)

// The sizes that fail.
const (
	maxFunction = 80
	maxFile     = 500
	minChapter  = 10
)

// A breach is one place where a rule is broken.
type breach struct {
	where string // path, and line where there is one
	what  string
}

// String is the form that editors jump to.
func (b breach) String() string { return b.where + ": " + b.what }

// at makes the breach at a position of a file.
func (f *file) at(p token.Pos, format string, args ...any) breach {
	return breach{fmt.Sprintf("%s:%d", f.path, f.line(p)), fmt.Sprintf(format, args...)}
}

// A fileRule reads one file.
type fileRule struct {
	name  string
	tests bool // test files too
	find  func(*file) []breach
}

var fileRules = []fileRule{
	{"layers", false, findLayers},
	{"standard packages", false, findStandard},
	{"clock", false, findClock},
	{"sleep", true, findSleep},
	{"dot imports", true, findDotImports},
	{"function size", true, findLongFunctions},
	{"file size", true, findLongFiles},
	{"exported names", false, findBareNames},
	{"config fields", false, findBareFields},
	{"interface methods", false, findBareMethods},
	{"opening note", false, findNoNote},
	{"words", true, findWords},
}

// A pkgRule reads one package.
type pkgRule struct {
	name string
	find func(pkg) []breach
}

var pkgRules = []pkgRule{
	{"known package", findUnknown},
	{"chapter", findNoChapter},
}

// findUnknown: every package is a row of the table.
func findUnknown(p pkg) []breach {
	if _, ok := layerOf(p.dir); ok {
		return nil
	}
	return []breach{{p.dir, "unknown package: give it a row in layers, internal/house/layers_test.go, that says what it may import"}}
}

// findLayers: what a package imports of ours and of other modules is in its row.
func findLayers(f *file) []breach {
	l, _ := layerOf(f.dir)
	var found []breach
	for _, in := range f.imports() {
		rel, ours := strings.CutPrefix(in.path, module+"/")
		first, _, _ := strings.Cut(in.path, "/")
		switch {
		case ours && !listed(l.ours, rel):
			found = append(found, f.at(in.pos, "%s may import of ours [%s], not %s", f.dir, l.ours, rel))
		case !ours && strings.Contains(first, ".") && !listed(l.others, in.path):
			found = append(found, f.at(in.pos, "%s may import of others [%s], not %s", f.dir, l.others, in.path))
		}
	}
	return found
}

// findStandard: no package imports what its row or the whole module forbids of
// the standard library.
func findStandard(f *file) []breach {
	l, _ := layerOf(f.dir)
	not := l.not + " " + notAnywhere
	if l.pure {
		not += " " + notPure
	}
	var found []breach
	for _, in := range f.imports() {
		if listed(not, in.path) {
			found = append(found, f.at(in.pos, "%s must not import %s", f.dir, in.path))
		}
	}
	return found
}

// findClock: the core reads no clock.
func findClock(f *file) []breach {
	if l, _ := layerOf(f.dir); !l.pure {
		return nil
	}
	return f.mentions("time", clock, "is for the caller to read: take the time as an argument")
}

// findSleep: nothing sleeps.
func findSleep(f *file) []breach {
	return f.mentions("time", "Sleep", "is not used here: wait for the thing itself")
}

// mentions finds uses of some names of an imported package, called or not.
func (f *file) mentions(importPath, names, why string) []breach {
	var found []breach
	for _, in := range f.imports() {
		if in.path != importPath {
			continue
		}
		for n := range ast.Preorder(f.ast) {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				continue
			}
			if x, ok := sel.X.(*ast.Ident); ok && x.Name == in.name && listed(names, sel.Sel.Name) {
				found = append(found, f.at(n.Pos(), "%s.%s %s", importPath, sel.Sel.Name, why))
			}
		}
	}
	return found
}

// findDotImports: a name says where it comes from; the rules above rely on it.
func findDotImports(f *file) []breach {
	var found []breach
	for _, in := range f.imports() {
		if in.name == "." {
			found = append(found, f.at(in.pos, "dot import of %s", in.path))
		}
	}
	return found
}

// findLongFunctions: a function, with or without a name, fits a screen or two.
func findLongFunctions(f *file) []breach {
	var found []breach
	for n := range ast.Preorder(f.ast) {
		name := "a function literal"
		switch d := n.(type) {
		case *ast.FuncLit:
		case *ast.FuncDecl:
			name = d.Name.Name
		default:
			continue
		}
		if lines := f.span(n); lines > maxFunction {
			found = append(found, f.at(n.Pos(), "%s has %d lines, at most %d are allowed", name, lines, maxFunction))
		}
	}
	return found
}

// findLongFiles: a file is read in one sitting.
func findLongFiles(f *file) []breach {
	if f.lines <= maxFile {
		return nil
	}
	return []breach{{f.path, fmt.Sprintf("%d lines, at most %d are allowed", f.lines, maxFile)}}
}

// findNoNote: a reader meets prose before code, in the package clause's
// comment, in a note of its own, or at the first declaration.
func findNoNote(f *file) []breach {
	first := f.ast.FileEnd
	for _, d := range f.ast.Decls {
		if g, ok := d.(*ast.GenDecl); !ok || g.Tok != token.IMPORT {
			first = d.Pos()
			break
		}
	}
	for _, c := range f.ast.Comments {
		if c.Pos() < first && said(c) {
			return nil
		}
	}
	return []breach{{f.path, "opens without a note: say above the first declaration what the file is for"}}
}

// findNoChapter: every package explains itself, a program in main.go and any
// other in doc.go.
func findNoChapter(p pkg) []breach {
	base := "doc.go"
	if strings.HasPrefix(p.dir, "examples/") {
		base = "main.go"
	}
	for _, f := range p.files {
		if f.path == path.Join(p.dir, base) && f.ast.Doc != nil && f.span(f.ast.Doc) >= minChapter {
			return nil
		}
	}
	return []breach{{p.dir, fmt.Sprintf("no package comment of at least %d lines in %s", minChapter, base)}}
}

var (
	putOff   = regexp.MustCompile(`\b(TODO|FIXME|XXX)\b`)
	silenced = regexp.MustCompile(`^//\s*(nolint|lint:|revive:disable)`)
)

// findWords: no comment puts work off or silences a linter.
func findWords(f *file) []breach {
	var found []breach
	for _, group := range f.ast.Comments {
		for _, c := range group.List {
			switch {
			case putOff.MatchString(c.Text):
				found = append(found, f.at(c.Pos(), "work put off in a comment (%s): do it, or say what is so", putOff.FindString(c.Text)))
			case silenced.MatchString(c.Text):
				found = append(found, f.at(c.Pos(), "a linter is silenced: mend what it says"))
			}
		}
	}
	return found
}
