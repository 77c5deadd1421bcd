// The rules about doc comments. A comment that has only directives
// (//go:generate and the like) says nothing.

package house

import (
	"go/ast"
	"go/token"
	"iter"
	"strings"
)

// said reports whether one of the comments has words in it.
func said(groups ...*ast.CommentGroup) bool {
	for _, g := range groups {
		if strings.TrimSpace(g.Text()) != "" {
			return true
		}
	}
	return false
}

// findBareNames: every exported type, function, method, constant and variable
// has a doc comment; one over a group of constants or variables serves them all.
func findBareNames(f *file) []breach {
	var found []breach
	for _, d := range f.ast.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Name.IsExported() && reachable(d) && !said(d.Doc) {
				found = append(found, f.at(d.Pos(), "%s has no doc comment", d.Name.Name))
			}
		case *ast.GenDecl:
			found = append(found, f.bareSpecs(d)...)
		}
	}
	return found
}

// reachable reports whether a function can be named from outside: it has no
// receiver or one of an exported type.
func reachable(d *ast.FuncDecl) bool {
	if d.Recv == nil || len(d.Recv.List) == 0 {
		return true
	}
	name := d.Recv.List[0].Type
	for {
		switch t := name.(type) {
		case *ast.StarExpr:
			name = t.X
		case *ast.ParenExpr:
			name = t.X
		case *ast.IndexExpr:
			name = t.X
		case *ast.IndexListExpr:
			name = t.X
		case *ast.Ident:
			return t.IsExported()
		default:
			return true
		}
	}
}

// bareSpecs finds the undocumented names of one const, var or type declaration.
func (f *file) bareSpecs(d *ast.GenDecl) []breach {
	var found []breach
	for _, s := range d.Specs {
		switch s := s.(type) {
		case *ast.TypeSpec:
			alone := !d.Lparen.IsValid() // then the comment is the declaration's
			if s.Name.IsExported() && !said(s.Doc) && !(alone && said(d.Doc)) {
				found = append(found, f.at(s.Pos(), "type %s has no doc comment", s.Name.Name))
			}
		case *ast.ValueSpec:
			if said(d.Doc, s.Doc, s.Comment) {
				continue
			}
			for _, name := range s.Names {
				if name.IsExported() {
					found = append(found, f.at(name.Pos(), "%s has no doc comment, nor has its group", name.Name))
				}
			}
		}
	}
	return found
}

// settings are the endings of the names of types whose fields a user sets one
// by one: each says its zero.
var settings = []string{"Config", "Limits", "Style", "Options"}

// findBareFields: every exported field of a type that configures has a comment.
func findBareFields(f *file) []breach {
	var found []breach
	for s := range f.types() {
		st, ok := s.Type.(*ast.StructType)
		if !ok || !s.Name.IsExported() || !endsIn(s.Name.Name, settings) {
			continue
		}
		found = append(found, f.bareFields(s.Name.Name, st.Fields)...)
	}
	return found
}

// findBareMethods: every exported method of an exported interface has a comment.
func findBareMethods(f *file) []breach {
	var found []breach
	for s := range f.types() {
		if it, ok := s.Type.(*ast.InterfaceType); ok && s.Name.IsExported() {
			found = append(found, f.bareFields(s.Name.Name, it.Methods)...)
		}
	}
	return found
}

// bareFields finds the exported names of a list of fields that have no comment.
// Embedded ones have no names of their own.
func (f *file) bareFields(of string, list *ast.FieldList) []breach {
	var found []breach
	for _, field := range list.List {
		for _, name := range field.Names {
			if name.IsExported() && !said(field.Doc, field.Comment) {
				found = append(found, f.at(name.Pos(), "%s.%s has no comment", of, name.Name))
			}
		}
	}
	return found
}

// types walks the types that the file declares at its top level.
func (f *file) types() iter.Seq[*ast.TypeSpec] {
	return func(yield func(*ast.TypeSpec) bool) {
		for _, d := range f.ast.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok || g.Tok != token.TYPE {
				continue
			}
			for _, s := range g.Specs {
				if !yield(s.(*ast.TypeSpec)) {
					return
				}
			}
		}
	}
}

// endsIn reports whether the name has one of the endings.
func endsIn(name string, endings []string) bool {
	for _, e := range endings {
		if strings.HasSuffix(name, e) {
			return true
		}
	}
	return false
}
