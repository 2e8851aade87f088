package yamlfile_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/inventory/registry"
	"github.com/estray/estray/inventory/registry/yamlfile"
)

// FuzzRead holds, for any bytes: no panic, every mistake has its file, the same
// bytes give the same answer, and what is read makes a registry.
func FuzzRead(f *testing.F) {
	f.Add(yamlfile.Example())
	for _, seed := range []string{
		"", "\ufeff", "version: 1", "version: 1\n---\nversion: 1\n", "- &a [*a]", "version: 1\nowners: &o [{id: *o}]\n", "\t",
		"version: 1\nclaims:\n- &c {id: x, owner: o, select: {name: n}}\n- *c\n", "? {a: b}\n: c\n", "version: !!int \"1\"\nowners: !!set {a}\n",
		"version: 1\nclaims: [{select: {labels: {? [x] : y}}}]\n", "%YAML 1.1\n---\nversion: 1\n...\n", "a: |\n\tx\n", "\"\\xff",
		"version: 1\nblind_spots: [{provider: aws, reason: r, by: b, expires: 2026-02-29T25:00:00Z}]\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		files := []yamlfile.File{{Name: "f.yaml", Data: data}}
		content, warnings, err := yamlfile.Read(files, options())
		again, _, err2 := yamlfile.Read(files, options())
		if diff := cmp.Diff(content, again); diff != "" || (err == nil) != (err2 == nil) || err != nil && err.Error() != err2.Error() {
			t.Fatalf("the second reading differs: %v, %v, %s", err, err2, diff)
		}
		if err == nil {
			if _, err := registry.New(content); err != nil {
				t.Fatalf("what was read is refused: %v", err)
			}
		}
		var mistakes registry.Mistakes
		if err != nil && !errors.As(err, &mistakes) {
			t.Fatalf("error %v is no Mistakes", err)
		}
		for _, m := range append(mistakes, warnings...) {
			if m.At.File != "f.yaml" || m.At.Line < 1 && len(data) <= yamlfile.MaxSize || m.At.Line > 0 && m.At.Column < 1 {
				t.Fatalf("mistake without place: %+v", m)
			}
		}
	})
}
