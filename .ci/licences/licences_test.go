// The tests are inside the package: a main package exports nothing.
package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	mit  = "MIT License\n\nPermission is hereby granted, free of charge, to any person obtaining a\ncopy of this software\n\nTHE SOFTWARE IS PROVIDED “AS IS”, WITHOUT WARRANTY"
	bsd2 = "Redistribution and use in source and binary forms, with or without\nmodification\n * Redistributions in binary form must reproduce the above"
	bsd3 = bsd2 + "\n * Neither the name of Google may be used to\nendorse or promote products derived from this software"
	gpl  = "GNU GENERAL PUBLIC LICENSE\nEveryone is permitted to copy and distribute verbatim copies\n of this license document"
	mpl  = "Mozilla Public License Version 2.0\n Secondary License means the GNU General Public License, Version 2.0\nExhibit A - Source Code Form License Notice"
)

func TestClassify(t *testing.T) {
	for _, tc := range []struct {
		name, text string
		want       []string
		ok         bool
	}{
		{"line breaks and quotes do not matter", mit, []string{"MIT"}, true},
		{"two clauses", bsd2, []string{"BSD-2-Clause"}, true},
		{"three clauses are not two", bsd3, []string{"BSD-3-Clause"}, true},
		{"a file of several licences names all", mit + "\n" + bsd3, []string{"BSD-3-Clause", "MIT"}, true},
		{"commented text", "// " + strings.ReplaceAll(mit, "\n", "\n// "), []string{"MIT"}, true},
		{"MPL names the GNU licences and is none", mpl, []string{"MPL-2.0"}, true},
		{"a GNU licence is refused", gpl, []string{"GNU licence"}, false},
		{"a refused licence beside an accepted one", mit + "\n" + gpl, []string{"GNU licence"}, false},
		{"a clause that takes rights back", mit + "\n“Commons Clause” License Condition", []string{"Commons Clause"}, false},
		{"a label is no licence", "MIT License", []string{}, false},
		{"an empty file", "", []string{}, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, ok := classify(tc.text)
			if diff := cmp.Diff(tc.want, got); diff != "" || ok != tc.ok {
				t.Errorf("ok %v, want %v; names (-want +got):\n%s", ok, tc.ok, diff)
			}
		})
	}
}

func TestCheckReadsEveryLicenceOfTheCodeInUse(t *testing.T) {
	for _, tc := range []struct {
		name   string
		files  map[string]string
		names  []string
		faults int
	}{
		{"one file in the root", map[string]string{"LICENSE": mit}, []string{"MIT"}, 0},
		{"copied code below brings its own", map[string]string{"LICENSE": mit, "sub/copied/LICENSE.txt": bsd3}, []string{"BSD-3-Clause", "MIT"}, 0},
		{"refused text below", map[string]string{"LICENSE": mit, "sub/COPYING": gpl}, []string{"MIT"}, 1},
		{"a folder that is not in use", map[string]string{"LICENSE": mit, "other/COPYING": gpl}, []string{"MIT"}, 0},
		{"no file at all", map[string]string{"README.md": mit}, nil, 1},
		{"source code is no licence file", map[string]string{"license.go": mit}, nil, 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			dir := t.TempDir()
			pkg := filepath.Join(dir, "sub", "copied")
			write(t, filepath.Join(pkg, "code.go"), "package copied")
			for name, text := range tc.files {
				write(t, filepath.Join(dir, name), text)
			}
			names, faults := check(module{path: "example.com/m", version: "v1.0.0", dir: dir, packages: []string{pkg}})
			if diff := cmp.Diff(tc.names, names); diff != "" || len(faults) != tc.faults {
				t.Errorf("faults %q, want %d; names (-want +got):\n%s", faults, tc.faults, diff)
			}
		})
	}
}

func TestFileThatIsNoCodeDoesNotVouch(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "LICENSE-LOGO"), mit)
	if _, faults := check(module{path: "modernc.org/memory", dir: dir}); len(faults) != 1 {
		t.Errorf("faults %q, want one", faults)
	}
}

func TestParse(t *testing.T) {
	got, err := parse("b.example/y\tv2.0.0\t/c/y\t/c/y/p\na.example/x\tv1.0.0\t/c/x\t/c/x\nb.example/y\tv2.0.0\t/c/y\t/c/y/q\n")
	want := []module{
		{"a.example/x", "v1.0.0", "/c/x", []string{"/c/x"}},
		{"b.example/y", "v2.0.0", "/c/y", []string{"/c/y/p", "/c/y/q"}},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(module{})); diff != "" || err != nil {
		t.Errorf("error %v; modules (-want +got):\n%s", err, diff)
	}
	if _, err := parse("b.example/y\t\t/src/y\t/src/y\n"); err == nil {
		t.Error("a module without version: no error")
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
