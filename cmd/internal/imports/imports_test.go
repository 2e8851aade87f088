package imports_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

func TestImportDirection(t *testing.T) {
	root := filepath.Join("..", "..", "..")
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(string(mod), "module "+module+"\n") {
		t.Fatalf("%s is not the root of module %s", root, module)
	}
	found, err := check(os.DirFS(root), table())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		t.Error(f)
	}
}

// plantedRows is a small table for the tests of the checker itself.
func plantedRows() []row {
	return []row{
		{folder: "inventory"},
		{folder: "providers/aws", own: []string{"inventory"}, others: []string{"example.com/sdk"}, tests: []string{"providers"}},
		{folder: "cmd/estray", own: []string{"..."}},
	}
}

// soundTree keeps every rule; each case below adds one file to it.
func soundTree() fstest.MapFS {
	return fstest.MapFS{
		"inventory/asset.go":      source(`package inventory; import "time"; type Asset struct{ At time.Time }`),
		"inventory/asset_test.go": source(`package inventory_test; import ("time"; "github.com/estray/estray/inventory"; "github.com/google/go-cmp/cmp"); var _ = time.Now`),
		"providers/aws/decode.go": source(`package aws; import ("github.com/estray/estray/inventory"; "example.com/sdk/lambda")`),
		"cmd/estray/main.go":      source(`package main; import ("os"; "time"); func main() { time.Now(); os.Exit(0) }`),
	}
}

func source(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }

func TestSoundTreePasses(t *testing.T) {
	found, err := check(soundTree(), plantedRows())
	if err != nil || len(found) > 0 {
		t.Errorf("error %v, found %q; want neither", err, found)
	}
}

func TestPlantedViolationIsFound(t *testing.T) {
	for _, tc := range []struct{ name, file, text, want string }{
		{"facts that know a producer", "inventory/x.go", `package inventory; import "github.com/estray/estray/providers/aws"`,
			"inventory/x.go:1: inventory may not import github.com/estray/estray/providers/aws"},
		{"facts that know a technology", "inventory/x.go", `package inventory; import "example.com/sdk"`,
			"inventory/x.go:1: inventory may not import example.com/sdk"},
		{"blank import", "inventory/x.go", `package inventory; import _ "example.com/sdk"`,
			"inventory/x.go:1: inventory may not import example.com/sdk"},
		{"import behind a build tag", "inventory/x_windows.go", "//go:build never\n\npackage inventory; import \"example.com/sdk\"",
			"inventory/x_windows.go:3: inventory may not import example.com/sdk"},
		{"import in a test", "inventory/x_test.go", `package inventory_test; import "github.com/estray/estray/providers/aws"`,
			"inventory/x_test.go:1: inventory may not import github.com/estray/estray/providers/aws"},
		{"what tests may import is not for code", "providers/aws/x.go", `package aws; import "github.com/estray/estray/providers"`,
			"providers/aws/x.go:1: providers/aws may not import github.com/estray/estray/providers"},
		{"a module whose path only begins alike", "providers/aws/x.go", `package aws; import "example.com/sdkplus"`,
			"providers/aws/x.go:1: providers/aws may not import example.com/sdkplus"},
		{"viper outside configs", "providers/aws/x.go", `package aws; import "github.com/spf13/viper"`,
			"providers/aws/x.go:1: providers/aws may not import github.com/spf13/viper"},
		{"cgo", "inventory/x.go", `package inventory; import "C"`,
			"inventory/x.go:1: inventory may not import C"},
		{"package folder without a row", "findings/x.go", `package findings`,
			"findings/x.go:1: folder findings has no row in the table of imports"},
		{"package folder without a row, tests only", "findings/x_test.go", `package findings_test`,
			"findings/x_test.go:1: folder findings has no row in the table of imports"},
		{"func init", "inventory/x.go", "package inventory\n\nfunc init() {}",
			"inventory/x.go:3: func init: build the value in a function and pass it"},
		{"func init in a test", "inventory/x_test.go", `package inventory_test; func init() {}`,
			"inventory/x_test.go:1: func init: build the value in a function and pass it"},
		{"end of the process in a library", "inventory/main.go", `package inventory; import "os"; func f() { os.Exit(1) }`,
			"inventory/main.go:1: os.Exit: only the main.go of a main package ends the process"},
		{"end of the process beside main.go", "cmd/estray/x.go", `package main; import "os"; func f() { os.Exit(1) }`,
			"cmd/estray/x.go:1: os.Exit: only the main.go of a main package ends the process"},
		{"end of the process by the logger", "cmd/estray/x.go", `package main; import "log"; func f() { log.Fatalf("") }`,
			"cmd/estray/x.go:1: log.Fatalf: return the error"},
		{"clock outside cmd", "inventory/x.go", `package inventory; import "time"; func f() { time.Now() }`,
			"inventory/x.go:1: time.Now: outside cmd the clock is passed in"},
		{"clock under another name", "inventory/x.go", `package inventory; import clock "time"; var f = clock.Now`,
			"inventory/x.go:1: time.Now: outside cmd the clock is passed in"},
		{"clock in disguise", "inventory/x.go", `package inventory; import "time"; func f(t time.Time) { time.Since(t) }`,
			"inventory/x.go:1: time.Since: outside cmd the clock is passed in"},
		{"dot import of a watched package", "inventory/x.go", `package inventory; import . "time"; func f() { Now() }`,
			"inventory/x.go:1: dot import of time hides its calls"},
		{"shared logger", "inventory/x.go", `package inventory; import "log/slog"; func f() { slog.Default() }`,
			"inventory/x.go:1: log/slog.Default: take a *slog.Logger"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tree := soundTree()
			tree[tc.file] = source(tc.text)
			found, err := check(tree, plantedRows())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]string{tc.want}, found); diff != "" {
				t.Errorf("found (-want +got):\n%s", diff)
			}
		})
	}
}

func TestNothingElseIsFound(t *testing.T) {
	for _, tc := range []struct{ name, file, text string }{
		{"a variable that hides the package", "inventory/x.go", `package inventory; import "time"; type c struct{}; func (c) Now() {}; func f(time c) { time.Now() }`},
		{"a method named init", "inventory/x.go", `package inventory; type c struct{}; func (c) init() {}`},
		{"folders that the go command ignores", "inventory/testdata/x.go", `package x; import "example.com/sdk"; func init() {}`},
		{"hidden folders", ".ci/x/x.go", `package x; import "example.com/sdk"`},
		{"generated output is no Go", "inventory/notes.txt", `func init() {}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tree := soundTree()
			tree[tc.file] = source(tc.text)
			found, err := check(tree, plantedRows())
			if err != nil || len(found) > 0 {
				t.Errorf("error %v, found %q; want neither", err, found)
			}
		})
	}
}

func TestFileThatDoesNotParseFails(t *testing.T) {
	tree := soundTree()
	tree["inventory/x.go"] = source(`package`)
	if _, err := check(tree, plantedRows()); err == nil {
		t.Error("no error")
	}
}
