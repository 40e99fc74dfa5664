package slackstate_test

import (
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/slackstate/slackstate"

// mayImport says which packages of the module each may import, "internal/*"
// standing for all of those. A package that is not named here may import none,
// a command all.
var mayImport = map[string][]string{
	"":         {"api", "snapshot", "reducer", "persist", "sync"},
	"sync":     {"api", "internal/rawjson"},
	"persist":  {"api", "snapshot"},
	"reducer":  {"snapshot", "internal/rawjson", "internal/parallel"},
	"api":      {"snapshot"},
	"snapshot": {"internal/*"},

	"internal/pmap":     {"internal/sizes", "internal/parallel"},
	"internal/idset":    {"internal/sizes"},
	"internal/numbered": {"internal/sizes"},
	"internal/rawjson":  {"internal/parallel"},
}

// usedBy says which packages may import what is not of the module, and not of
// the standard library.
var usedBy = map[string][]string{
	"go.etcd.io/bbolt":             {"persist"},
	"github.com/gorilla/websocket": {"sync", "slacktest"},
	"github.com/cespare/xxhash/v2": {"snapshot"},
	"golang.org/x/time":            {"sync"},
	"golang.org/x/text":            {"snapshot"},
}

// pure are the packages in which the same input always gives the same output:
// they see no network, no file, no clock and no chance. Neither do they wait, but
// for internal/parallel, in which that shows nowhere.
var (
	pure   = []string{"api", "reducer", "snapshot"}
	impure = []string{"net", "os", "context", "sync", "syscall", "math/rand", "crypto/rand"}
)

func TestImports(t *testing.T) {
	for dir, pkg := range packages(t) {
		for _, imported := range pkg.Imports {
			var allowed bool
			first, _, _ := strings.Cut(imported, "/")
			switch {
			case within(imported, module):
				rel := strings.TrimPrefix(strings.TrimPrefix(imported, module), "/")
				allowed = within(dir, "cmd") || slices.ContainsFunc(mayImport[dir], func(pattern string) bool {
					ok, _ := path.Match(pattern, rel)
					return ok
				})
			case strings.Contains(first, "."):
				for m, users := range usedBy {
					allowed = allowed || within(imported, m) && slices.Contains(users, dir)
				}
			default:
				allowed = !slices.Contains(pure, dir) ||
					!slices.ContainsFunc(impure, func(p string) bool { return within(imported, p) })
			}
			if !allowed {
				t.Errorf("%q imports %q", dir, imported)
			}
		}
	}
}

// within reports whether a path is a directory or lies in it.
func within(path, dir string) bool { return path == dir || strings.HasPrefix(path, dir+"/") }

// Package time is fine in pure packages as long as nobody looks at the clock.
func TestNoClock(t *testing.T) {
	clock := []string{"Now", "Since", "Until", "After", "AfterFunc", "Sleep", "Tick", "NewTimer", "NewTicker"}
	for dir, pkg := range packages(t) {
		if !slices.Contains(pure, dir) {
			continue
		}
		for _, name := range pkg.GoFiles {
			fset := token.NewFileSet()
			file, err := parser.ParseFile(fset, filepath.Join(pkg.Dir, name), nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(file, func(n ast.Node) bool {
				sel, ok := n.(*ast.SelectorExpr)
				if !ok {
					return true
				}
				if of, ok := sel.X.(*ast.Ident); ok && of.Name == "time" && slices.Contains(clock, sel.Sel.Name) {
					t.Errorf("%v: time.%s", fset.Position(n.Pos()), sel.Sel.Name)
				}
				return true
			})
		}
	}
}

// packages returns the packages of the module by their directories; the root's
// is "".
func packages(t *testing.T) map[string]*build.Package {
	t.Helper()
	all := map[string]*build.Package{}
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		dir := strings.TrimPrefix(path.Clean("/"+filepath.ToSlash(name)), "/")
		base := path.Base(dir)
		nested, err := filepath.Glob(filepath.Join(name, "go.mod"))
		if err != nil || dir != "" && (len(nested) > 0 || base == "testdata" || base[0] == '.') {
			return fs.SkipDir // another module, or no package
		}
		pkg, err := build.ImportDir(name, 0)
		if _, none := err.(*build.NoGoError); none {
			return nil
		}
		all[dir] = pkg
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range append(pure, "", "sync", "persist", "slacktest") {
		if all[dir] == nil {
			t.Fatalf("there is no package %q", dir)
		}
	}
	return all
}
