package reducer

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// TestHandlersStateTheirClock: the comment of each handler, or of the group of
// handlers it is in, says what orders its events.
func TestHandlersStateTheirClock(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var clocks []string // the comments that tell
	for _, name := range files {
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && strings.Contains(strings.Join(strings.Fields(fn.Doc.Text()), " "), "Clock:") {
				clocks = append(clocks, fn.Doc.Text())
			}
		}
	}
	stated := func(what string, fn any) {
		path := runtime.FuncForPC(reflect.ValueOf(fn).Pointer()).Name()
		name := path[strings.LastIndex(path, ".")+1:]
		if !slices.ContainsFunc(clocks, func(text string) bool {
			return slices.Contains(strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == '\n' || r == ',' }), name)
		}) {
			t.Errorf("%s: the comment of %s states no clock", what, name)
		}
	}
	for typ, r := range table {
		if r.fn != nil {
			stated(typ, r.fn)
		}
	}
	for sub, r := range subtypes {
		if r.fn != nil {
			stated("message "+sub, r.fn)
		}
	}
}
