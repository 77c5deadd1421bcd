// The rules over the whole module, and its measures.

package house

import (
	"go/ast"
	"iter"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestHouse(t *testing.T) {
	pkgs := packages(t)
	for _, r := range pkgRules {
		t.Run(r.name, func(t *testing.T) {
			for _, p := range pkgs {
				report(t, r.find(p))
			}
		})
	}
	for _, r := range fileRules {
		t.Run(r.name, func(t *testing.T) {
			for f := range files(pkgs) {
				if r.tests || !f.test {
					report(t, r.find(f))
				}
			}
		})
	}
}

// report fails the test for each breach, one a line.
func report(t *testing.T, found []breach) {
	t.Helper()
	for _, b := range found {
		t.Error(b)
	}
}

// files walks the files of all packages.
func files(pkgs []pkg) iter.Seq[*file] {
	return func(yield func(*file) bool) {
		for _, p := range pkgs {
			for _, f := range p.files {
				if !yield(f) {
					return
				}
			}
		}
	}
}

// The walk finds this very package with this very file, so that an empty walk
// cannot pass for a clean one.
func TestTreeFindsItself(t *testing.T) {
	var dirs []string
	for _, p := range packages(t) {
		dirs = append(dirs, p.dir)
		if p.dir == "internal/house" {
			require.True(t, slices.ContainsFunc(p.files, func(f *file) bool { return f.path == "internal/house/house_test.go" }))
		}
	}
	require.Contains(t, dirs, "internal/house")
	require.NotContains(t, dirs, "internal/tools", "a nested module is no package of ours")
}

// TestMeasures prints the sizes of functions and files (go test -v). Nothing
// fails on them: a median is a taste, a maximum is a rule.
func TestMeasures(t *testing.T) {
	var functions, sizes []int
	for f := range files(packages(t)) {
		if f.test {
			continue
		}
		sizes = append(sizes, f.lines)
		for _, d := range f.ast.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok {
				functions = append(functions, f.span(fn))
			}
		}
	}
	t.Logf("%d functions: median %d lines, p90 %d, longest %d", len(functions), quantile(functions, 50), quantile(functions, 90), quantile(functions, 100))
	t.Logf("%d files: median %d lines, p90 %d, longest %d", len(sizes), quantile(sizes, 50), quantile(sizes, 90), quantile(sizes, 100))
}

// quantile is the smallest number that at least that per cent of them do not
// exceed; 0 for none.
func quantile(of []int, percent int) int {
	if len(of) == 0 {
		return 0
	}
	of = slices.Sorted(slices.Values(of))
	return of[max(0, (len(of)*percent+99)/100-1)]
}

func TestQuantile(t *testing.T) {
	require.Equal(t, 0, quantile(nil, 50))
	require.Equal(t, 7, quantile([]int{7}, 50))
	require.Equal(t, 5, quantile([]int{10, 9, 8, 7, 6, 5, 4, 3, 2, 1}, 50))
	require.Equal(t, 9, quantile([]int{10, 9, 8, 7, 6, 5, 4, 3, 2, 1}, 90))
	require.Equal(t, 10, quantile([]int{10, 9, 8, 7, 6, 5, 4, 3, 2, 1}, 100))
}
