package imports_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

// module is the path that the imports of this module begin with.
const module = "github.com/estray/estray"

// A checker reads Go files and notes what breaks the table.
type checker struct {
	rows  map[string]row
	seen  map[string]bool // folders visited: each is named once
	fset  *token.FileSet
	found []string
}

// check reads every Go file of a tree and returns what is wrong, as
// "file:line: text", in the order of the walk. Folders that the go command
// ignores are left out: testdata, and names that begin with a dot or a line.
func check(tree fs.FS, rows []row) ([]string, error) {
	c := checker{rows: map[string]row{}, seen: map[string]bool{}, fset: token.NewFileSet()}
	for _, r := range rows {
		c.rows[r.folder] = r
	}
	err := fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && ignored(name):
			return fs.SkipDir
		case !d.IsDir() && path.Ext(name) == ".go":
			return c.file(tree, name)
		}
		return nil
	})
	return c.found, err
}

func ignored(dir string) bool {
	base := path.Base(dir)
	return base == "testdata" || base != "." && strings.ContainsAny(base[:1], "._")
}

func (c *checker) file(tree fs.FS, name string) error {
	text, err := fs.ReadFile(tree, name)
	if err != nil {
		return err
	}
	f, err := parser.ParseFile(c.fset, name, text, 0)
	if err != nil {
		return err
	}
	folder := path.Dir(name)
	r, ok := c.rows[folder]
	if !ok && !c.seen[folder] {
		c.note(f.Package, "folder %s has no row in the table of imports", folder)
	}
	c.seen[folder] = true
	if ok {
		c.imports(f, name, r)
	}
	c.inits(f)
	if !isTest(name) {
		c.calls(f, name)
	}
	return nil
}

// imports holds each import clause against the row of its folder.
func (c *checker) imports(f *ast.File, name string, r row) {
	for _, clause := range f.Imports {
		target, err := strconv.Unquote(clause.Path.Value)
		if err != nil {
			c.note(clause.Pos(), "import %s is no string", clause.Path.Value)
			continue
		}
		if !mayImport(r, target, isTest(name)) {
			c.note(clause.Pos(), "%s may not import %s", r.folder, target)
		}
	}
}

func mayImport(r row, target string, test bool) bool {
	own, others := r.own, r.others
	if test {
		own = slices.Concat(own, r.tests, testHelpers().own)
		others = slices.Concat(others, testHelpers().others)
	}
	if rest, ok := strings.CutPrefix(target, module+"/"); ok {
		return rest == r.folder || slices.Contains(own, "...") || slices.Contains(own, rest)
	}
	first, _, _ := strings.Cut(target, "/")
	if !strings.Contains(first, ".") {
		// The standard library. cgo would end static builds: a row that names it
		// promises that only a build tag asks for it.
		return target != "C" || slices.Contains(others, "C")
	}
	return slices.ContainsFunc(others, func(o string) bool {
		return target == o || strings.HasPrefix(target, o+"/")
	})
}

// inits finds func init. Package state that is set up before main cannot be
// given other values by a test.
func (c *checker) inits(f *ast.File) {
	for _, d := range f.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
			c.note(fn.Pos(), "func init: build the value in a function and pass it")
		}
	}
}

// A ban forbids some names of a package of the standard library in the files
// for which allowed answers false.
type ban struct {
	pkg     string
	names   []string
	allowed func(file, packageName string) bool
	why     string
}

func bans() []ban {
	inMain := func(file, packageName string) bool { return path.Base(file) == "main.go" && packageName == "main" }
	inCmd := func(file, _ string) bool { return strings.HasPrefix(file, "cmd/") }
	nowhere := func(string, string) bool { return false }
	return []ban{
		{"os", []string{"Exit"}, inMain, "only the main.go of a main package ends the process"},
		{"log", []string{"Fatal", "Fatalf", "Fatalln"}, nowhere, "return the error"},
		{"log/slog", []string{"Default", "SetDefault"}, nowhere, "take a *slog.Logger"},
		{"time", []string{"Now", "Since", "Until"}, inCmd, "outside cmd the clock is passed in"},
	}
}

// calls finds uses of banned names. A use is pkg.Name, or the bare name after
// a dot import, which is itself refused.
func (c *checker) calls(f *ast.File, name string) {
	for _, b := range bans() {
		if b.allowed(name, f.Name.Name) {
			continue
		}
		local, ok := localName(f, b.pkg)
		if !ok {
			continue
		}
		if local == "." {
			c.note(f.Package, "dot import of %s hides its calls", b.pkg)
			continue
		}
		ast.Inspect(f, func(n ast.Node) bool {
			s, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			x, ok := s.X.(*ast.Ident)
			// Obj is set when the name is declared in the file: a variable
			// that hides the package.
			if ok && x.Name == local && x.Obj == nil && slices.Contains(b.names, s.Sel.Name) {
				c.note(s.Pos(), "%s.%s: %s", b.pkg, s.Sel.Name, b.why)
			}
			return true
		})
	}
}

// localName is the name by which a file knows an imported package.
func localName(f *ast.File, pkg string) (string, bool) {
	for _, clause := range f.Imports {
		if clause.Path.Value != strconv.Quote(pkg) {
			continue
		}
		if clause.Name != nil {
			return clause.Name.Name, true
		}
		return path.Base(pkg), true
	}
	return "", false
}

func isTest(name string) bool { return strings.HasSuffix(name, "_test.go") }

func (c *checker) note(at token.Pos, format string, args ...any) {
	p := c.fset.Position(at)
	c.found = append(c.found, fmt.Sprintf("%s:%d: %s", p.Filename, p.Line, fmt.Sprintf(format, args...)))
}
