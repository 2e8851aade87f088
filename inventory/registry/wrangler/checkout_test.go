package wrangler_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/inventory/registry/wrangler"
)

// tree writes files into a new folder.
func tree(t *testing.T, names ...string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range names {
		full := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(full), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(full, []byte(name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestFindReadsFoldersAndFiles(t *testing.T) {
	dir := tree(t, "wrangler.toml", "a/wrangler.json", "a/b/wrangler.jsonc", "a/b/Wrangler.toml", "a/wrangler.yaml", "a/node_modules/x/wrangler.toml", ".git/wrangler.toml",
		"a/.wrangler/deploy/config.json", "a/.wrangler/tmp/wrangler.toml", "c/deploy.toml", "d/x.txt")
	if err := os.Symlink(filepath.Join(dir, "a/wrangler.json"), filepath.Join(dir, "d/wrangler.json")); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name  string
		paths []string
		want  []string
	}{
		{"a folder", []string{"."}, []string{"a/b/wrangler.jsonc", "a/wrangler.json", "wrangler.toml"}},
		{"a folder of it", []string{"a/b"}, []string{"a/b/wrangler.jsonc"}},
		{"a file of any name", []string{"c/deploy.toml"}, []string{"c/deploy.toml"}},
		{"the same twice", []string{"a", "./a/", "a/wrangler.json"}, []string{"a/b/wrangler.jsonc", "a/wrangler.json"}},
		{"a folder of tools that is named itself", []string{"a/node_modules/x"}, []string{"a/node_modules/x/wrangler.toml"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, err := wrangler.Find(dir, tt.paths)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range c.Files {
				got = append(got, f.Name)
				if string(f.Data) != f.Name {
					t.Errorf("%s holds %q", f.Name, f.Data)
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
	c, err := wrangler.Find(dir, []string{".", "a"})
	if diff := cmp.Diff([]string{"a/.wrangler/deploy/config.json"}, c.Redirects); err != nil || diff != "" {
		t.Error(err, diff)
	}
	if diff := cmp.Diff([]string{"d/wrangler.json"}, c.Irregular); diff != "" {
		t.Error(diff)
	}
	d, err := wrangler.Read(wrangler.Checkout{Irregular: c.Irregular})
	if want := "d/wrangler.json was not read: it is no regular file, and links are not followed"; err != nil || !slices.Contains(d.Notes, want) {
		t.Errorf("%v, notes %q, want %q", err, d.Notes, want)
	}
	absolute, err := wrangler.Find("", []string{filepath.Join(dir, "a/b")})
	if err != nil || len(absolute.Files) != 1 || absolute.Files[0].Name != filepath.Join(dir, "a/b/wrangler.jsonc") {
		t.Errorf("%v, %+v", err, absolute.Files)
	}
}

func TestFindNeverTakesNothingForAnEmptyCheckout(t *testing.T) {
	dir := tree(t, "d/x.txt", "a/wrangler.toml")
	for path, want := range map[string]string{
		"d":       `find files of Wrangler under "d": there is none`,
		"missing": `find files of Wrangler: "missing": no such file or directory`,
		"d/x.txt": `find files of Wrangler: "d/x.txt": give a folder, or a file that ends in .json, .jsonc or .toml`,
	} {
		if _, err := wrangler.Find(dir, []string{"a", path}); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestFindReadsNoMoreThanIsAllowed(t *testing.T) {
	dir := tree(t, "wrangler.toml")
	if err := os.WriteFile(filepath.Join(dir, "wrangler.toml"), make([]byte, wrangler.MaxSize*2), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := wrangler.Find(dir, []string{"."})
	if err != nil || len(c.Files[0].Data) != wrangler.MaxSize+1 {
		t.Errorf("%v, %d bytes", err, len(c.Files[0].Data))
	}
}

// TestAHostileCheckoutIsToldInTime: many copies of one file, one line without an
// end, and names that no terminal may see.
func TestAHostileCheckoutIsToldInTime(t *testing.T) {
	var c wrangler.Checkout
	const copies = 20_000
	for i := range copies {
		c.Files = append(c.Files, wrangler.File{Name: fmt.Sprintf("%05d/wrangler.json", i), Data: []byte(`{"name":"shop"}`)})
	}
	c.Files = append(c.Files,
		wrangler.File{Name: "long/wrangler.json", Data: []byte(`{"name":"long","x":[` + strings.Repeat("1,", 120_000) + `1]}`)},
		wrangler.File{Name: "odd\x1b[2J\n/wrangler.json", Data: []byte(`{"env":{"\u001b[2J":{"name":"shop"}}}`)})
	start := time.Now()
	d, err := wrangler.Read(c)
	if err != nil {
		t.Fatal(err)
	}
	told := append(d.Conflicts(), d.Notes...)
	if len(told) != copies+1 || len(d.YAML("o")) == 0 {
		t.Errorf("%d conflicts and notes, want one for each copy but the first, and for the name that is not told", len(told))
	}
	if i := slices.IndexFunc(told, func(s string) bool { return strings.ContainsAny(s, "\x1b\n") }); i >= 0 {
		t.Errorf("%q reaches a terminal", told[i])
	}
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("it took %s", took)
	}
}
